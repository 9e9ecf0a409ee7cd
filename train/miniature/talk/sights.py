"""A sight -> the fields that frames may name."""

import random
from collections.abc import Sequence

from train.miniature.talk.names import PLURALS, WHERE, a, it_is, it_is_where, weather
from train.miniature.world import Scene, Sight

_COUNTS = ("nobody", "one person", "two people", "three people", "four people")


def fields(sight: Sight, rng: random.Random) -> dict[str, str]:
    """Values of all that is true of the sight; a field it does not have is absent.

    Raises ValueError for a sight without any tint.
    """
    if not sight.tints:
        raise ValueError("a sight has one to three tints, this one has none")
    values = {"tint": sight.tints[0].value, "a_tint": a(sight.tints[0]), "dark" if sight.dark else "light": ""}
    if len(sight.tints) > 1:
        values["second"] = sight.tints[1].value
    if sight.scene is not None:
        values |= _scene_fields(sight.scene, rng)
    return values


def seen_before(sights: Sequence[Sight], at: int) -> bool:
    """Whether an earlier sight shows the same thing in the same colour."""
    scene = sights[at].scene
    earlier = [sight.scene for sight in sights[:at] if sight.scene is not None]
    return scene is not None and any((one.thing, one.colour) == (scene.thing, scene.colour) for one in earlier)


def _scene_fields(scene: Scene, rng: random.Random) -> dict[str, str]:
    coloured = f"{scene.colour} {scene.thing}"
    values = {
        "colour": scene.colour.value,
        "thing": scene.thing.value,
        "things": PLURALS[scene.thing],
        "a_thing": a(scene.thing),
        "coloured": coloured,
        "a_coloured": a(coloured),
        "where": WHERE[scene.place],
        "the_place": f"the {scene.place}",
        "weather": weather(scene),
        "it_is": it_is(scene),
        "it_is_where": it_is_where(scene),
    }
    if not scene.people:
        return values
    one = len(scene.people) == 1
    values["people"] = _COUNTS[len(scene.people)]
    values["are"] = "is" if one else "are"
    values["clothes"] = rng.choice(scene.people).value
    return values
