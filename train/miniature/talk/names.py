"""What things, places and skies are called in talk, and every form by which they are found again in a text."""

from train.miniature.world import Place, Scene, Sky, Thing

PLURALS = {thing: "buses" if thing is Thing.BUS else f"{thing}s" for thing in Thing}

WHERE = {
    Place.BEACH: "on the beach",
    Place.FOREST: "in the forest",
    Place.STREET: "in the street",
    Place.MARKET: "at the market",
    Place.PARK: "in the park",
    Place.MOUNTAINS: "in the mountains",
    Place.HARBOUR: "at the harbour",
    Place.DESERT: "in the desert",
    Place.KITCHEN: "in the kitchen",
    Place.ROOFTOP: "on the rooftop",
}

_OUTDOORS = {
    Sky.SUNNY: "in the sun",
    Sky.CLOUDY: "under the clouds",
    Sky.RAINY: "in the rain",
    Sky.SNOWY: "in the snow",
    Sky.FOGGY: "in the fog",
    Sky.SUNSET: "at sunset",
    Sky.NIGHT: "at night",
}
_INDOORS = {
    Sky.SUNNY: "with sun outside",
    Sky.CLOUDY: "with clouds outside",
    Sky.RAINY: "with rain outside",
    Sky.SNOWY: "with snow outside",
    Sky.FOGGY: "with fog outside",
    Sky.SUNSET: "at sunset",
    Sky.NIGHT: "at night",
}
_IT_IS = {
    Sky.SUNNY: "sunny",
    Sky.CLOUDY: "cloudy",
    Sky.RAINY: "raining",
    Sky.SNOWY: "snowing",
    Sky.FOGGY: "foggy",
    Sky.SUNSET: "sunset",
    Sky.NIGHT: "night",
}

THING_FORMS = {form: thing for thing in Thing for form in (thing.value, PLURALS[thing])}
PLACE_FORMS = {
    **{place.value: place for place in Place},
    **{f"{place}s": place for place in Place if place is not Place.MOUNTAINS},
    "beaches": Place.BEACH,
    "mountain": Place.MOUNTAINS,
    "roof": Place.ROOFTOP,
    "roofs": Place.ROOFTOP,
    "harbor": Place.HARBOUR,
    "harbors": Place.HARBOUR,
}
SKY_FORMS = {
    "sun": Sky.SUNNY, "sunny": Sky.SUNNY, "sunshine": Sky.SUNNY,
    "cloud": Sky.CLOUDY, "clouds": Sky.CLOUDY, "cloudy": Sky.CLOUDY,
    "rain": Sky.RAINY, "raining": Sky.RAINY, "rainy": Sky.RAINY,
    "snow": Sky.SNOWY, "snowing": Sky.SNOWY, "snowy": Sky.SNOWY,
    "fog": Sky.FOGGY, "foggy": Sky.FOGGY,
    "sunset": Sky.SUNSET, "sunsets": Sky.SUNSET,
    "night": Sky.NIGHT, "nights": Sky.NIGHT,
}  # fmt: skip


def a(words: str) -> str:
    """The words behind "a" or "an"."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def weather(scene: Scene) -> str:
    """`in the rain`; indoors `with rain outside`."""
    return (_INDOORS if scene.place is Place.KITCHEN else _OUTDOORS)[scene.sky]


def it_is(scene: Scene) -> str:
    """What goes after "it is": `raining`; indoors `raining outside`."""
    return f"{_IT_IS[scene.sky]} outside" if scene.place is Place.KITCHEN else _IT_IS[scene.sky]


def it_is_where(scene: Scene) -> str:
    """`raining on the beach`; indoors `raining outside the kitchen`."""
    there = f"outside the {scene.place}" if scene.place is Place.KITCHEN else WHERE[scene.place]
    return f"{_IT_IS[scene.sky]} {there}"
