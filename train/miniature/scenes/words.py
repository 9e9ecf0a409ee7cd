"""A scene in one plain sentence, for those who cannot see its picture."""

from train.miniature.world import Beat, Place, Scene, Sky, Thing

_WHERE = {
    Place.BEACH: "on a beach",
    Place.FOREST: "in a forest",
    Place.STREET: "in a street",
    Place.MARKET: "at a market",
    Place.PARK: "in a park",
    Place.MOUNTAINS: "in the mountains",
    Place.HARBOUR: "in a harbour",
    Place.DESERT: "in a desert",
    Place.KITCHEN: "in a kitchen",
    Place.ROOFTOP: "on a rooftop",
}
_WHEN = {
    Sky.SUNNY: "on a sunny day",
    Sky.CLOUDY: "under a cloudy sky",
    Sky.RAINY: "in the rain",
    Sky.SNOWY: "in falling snow",
    Sky.FOGGY: "in fog",
    Sky.SUNSET: "at sunset",
    Sky.NIGHT: "at night",
}
_KITCHEN_WHEN = {
    Sky.SUNNY: "with sun in the window",
    Sky.CLOUDY: "with a cloudy sky in the window",
    Sky.RAINY: "with rain outside the window",
    Sky.SNOWY: "with snow outside the window",
    Sky.FOGGY: "with fog outside the window",
    Sky.SUNSET: "at sunset",
    Sky.NIGHT: "at night",
}
_DOES = {
    Beat.ARRIVAL: ("stands waving", "stand waving"),
    Beat.FIND: ("points at it", "point at it"),
    Beat.TROUBLE: ("throws up both arms", "throw up their arms"),
    Beat.CHASE: ("runs", "run"),
    Beat.REST: ("sits on the ground", "sit on the ground"),
    Beat.FEAST: ("dances", "dance"),
}
_COUNTS = ("", "one person", "two people", "three people", "four people")


def alt_text(scene: Scene) -> str:
    """Such as "A red kite on a beach at sunset; two people in blue and white run." """
    name = "hot-air balloon" if scene.thing is Thing.BALLOON else str(scene.thing)
    article = "An" if scene.colour[0] in "aeiou" else "A"
    state = " lies broken" if scene.beat is Beat.TROUBLE else ""
    when = (_KITCHEN_WHEN if scene.place is Place.KITCHEN else _WHEN)[scene.sky]
    text = f"{article} {scene.colour} {name}{state} {_WHERE[scene.place]} {when}"
    return f"{text}; {_people(scene)}." if scene.people else f"{text}."


def _people(scene: Scene) -> str:
    one, many = _DOES[scene.beat]
    clothes = list(dict.fromkeys(map(str, scene.people)))
    listed = clothes[0] if len(clothes) == 1 else f"{', '.join(clothes[:-1])} and {clothes[-1]}"
    return f"{_COUNTS[len(scene.people)]} in {listed} {one if len(scene.people) == 1 else many}"
