"""One sentence that says all a picture shows."""

import random

from train.miniature.talk.frames import Hand, Pool
from train.miniature.talk.sights import fields
from train.miniature.world import Sight

SCENE: Pool = (
    "{A_coloured} {where}, {weather}, with {people}{tints}.",
    "There is {a_coloured} {where}, {weather}, and {people}{tints}.",
    "{Where}, {weather}, {people} with {a_coloured}{tints}.",
    "We see {a_coloured} and {people} {where}, {weather}{tints}.",
)
UNKNOWN: Pool = (
    "Something {tint}{tints}, and I am not sure what it is.",
    "I am not sure what it is, but it is {tint}{tints}.",
    "It could be anything, and it is {tint}{tints}.",
)


def lines(sight: Sight, rng: random.Random) -> list[tuple[int, str]]:
    """Speaker and text of the only turn."""
    values = fields(sight, rng)
    if sight.scene is None:
        second = f" and {values['second']}" if "second" in values else ""
        return [(1, Hand(rng).draw(UNKNOWN, {**values, "tints": second + _light(sight)}))]
    second = f" and {values['second']}" if "second" in values else ""
    values = {"people": "nobody", **values, "tints": f", mostly {values['tint']}{second}{_light(sight)}"}
    return [(1, Hand(rng).draw(SCENE, values))]


def _light(sight: Sight) -> str:
    return " and dark" if sight.dark else ""
