"""Every word the grammars can produce, in texts for learning the tokenizer."""

import random
from collections.abc import Iterator
from enum import StrEnum
from itertools import cycle, islice
from types import ModuleType
from typing import TypeVar

from train.miniature.talk import anecdote, caption, pingpong, yarns
from train.miniature.talk.frames import KIN, Pool, every_choice, fields_of, fill, kin_fields
from train.miniature.talk.sights import fields
from train.miniature.world import Beat, Colour, Place, Scene, Sight, Sky, Thing, Tint

Value = TypeVar("Value", bound=StrEnum)

_SIGHTS = len(Place) * len(Sky)
"""Numbers of places and skies have no common divisor, so as many sights in step show each pair of them once."""


def dialogues() -> Iterator[list[tuple[int, str]]]:
    """Speakers and texts, a dialogue for each of a set of sights that show every value in every field."""
    kin = cycle(KIN)
    versions = {frame: cycle(every_choice(frame)) for pool in pools() for frame in pool}
    for sight in _sights():
        values = fields(sight, random.Random(0)) | {"tail": ".", "tints": ""} | kin_fields(next(kin))
        values["it"] = values.get("a_coloured", f"something {values['tint']}")
        told = [
            fill(next(version), {**values, **kin_fields(next(kin))})
            for frame, version in versions.items()
            if fields_of(frame) <= values.keys()
        ]
        yield [(1 + at % 3, text) for at, text in enumerate(told)]


def pools() -> list[Pool]:
    """All pools of all styles."""
    return [pool for module in (pingpong, anecdote, yarns, caption) for pool in _pools_of(module)]


def _pools_of(module: ModuleType) -> Iterator[Pool]:
    for name, value in vars(module).items():
        if name.isupper() and not name.startswith("_"):
            groups = value.values() if isinstance(value, dict) else value if isinstance(value[0], tuple) else [value]
            yield from groups


def _at(values: type[Value], number: int) -> Value:
    return list(values)[number % len(values)]


def _sights() -> Iterator[Sight]:
    for number in range(_SIGHTS):
        scene = Scene(
            place=_at(Place, number),
            sky=_at(Sky, number),
            thing=_at(Thing, number),
            colour=_at(Colour, number),
            people=tuple(islice(cycle(Colour), number % len(Colour), number % len(Colour) + number % 5)),
            beat=_at(Beat, number),
            layout=0,
        )
        tints = _at(Tint, number), _at(Tint, number + 1)
        yield Sight(scene, tints, dark=number % 2 == 0)
    yield from (Sight(None, (tint, Tint.GREY), dark=False) for tint in Tint)
