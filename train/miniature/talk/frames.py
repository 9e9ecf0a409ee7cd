"""Sentence frames and how a text draws them.

A frame is a sentence with `[one|other]` choices and `{fields}`. A frame fits where every field it names has a value,
so what a sight does not show is never told: a frame with `{second}` fits only a picture of two tints.
"""

import random
import re
from collections.abc import Iterator, Mapping

Pool = tuple[str, ...]
"""Frames of one kind, of which a text uses each at most once while others are left."""
Fields = Mapping[str, str]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{(\w+)\}")

KIN = (
    ("my uncle", "he", "his", "him"),
    ("my aunt", "she", "her", "her"),
    ("my cousin", "he", "his", "him"),
    ("my grandma", "she", "her", "her"),
    ("my brother", "he", "his", "him"),
    ("my sister", "she", "her", "her"),
    ("my neighbour", "he", "his", "him"),
    ("my dentist", "she", "her", "her"),
    ("my landlord", "he", "his", "him"),
    ("my old teacher", "she", "her", "her"),
    ("my boss", "she", "her", "her"),
    ("my flatmate", "he", "his", "him"),
)
"""Invented people with their pronouns; every text meets each at most once while others are left."""
_KIN_FIELDS = {"kin", "he", "his", "him"}


def fields_of(frame: str) -> set[str]:
    """Names of the fields, in lower case: `{Kin}` is `{kin}` at the start of a sentence."""
    return {name.lower() for name in _FIELD.findall(frame)}


def kin_fields(kin: tuple[str, str, str, str]) -> dict[str, str]:
    return dict(zip(("kin", "he", "his", "him"), kin, strict=True))


def fill(frame: str, fields: Fields) -> str:
    return _FIELD.sub(lambda match: _value(match[1], fields), frame)


def _value(name: str, fields: Fields) -> str:
    value = fields[name.lower()]
    return value if name[0].islower() else value[0].upper() + value[1:]


def every_choice(frame: str) -> Iterator[str]:
    """As few versions as show every choice of the frame once."""
    widest = max((len(choice.split("|")) for choice in _CHOICE.findall(frame)), default=1)
    for at in range(widest):
        yield _CHOICE.sub(lambda match, at=at: (options := match[1].split("|"))[at % len(options)], frame)


class Hand:
    """What one text may still draw: no frame and no relative comes twice before all have come once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._left: dict[Pool, list[str]] = {}
        self._kin: list[tuple[str, str, str, str]] = []

    def draw(self, pool: Pool, fields: Fields) -> str:
        """A sentence from a frame of the pool that fits. Raises IndexError where none ever fits."""
        left = self._left.setdefault(pool, list(pool))
        fitting = [frame for frame in left if self._fits(frame, fields)]
        if not fitting:
            left[:] = pool
            fitting = [frame for frame in left if self._fits(frame, fields)]
        frame = self.rng.choice(fitting)
        left.remove(frame)
        return self._fill(frame, fields)

    def draw_maybe(self, pool: Pool, fields: Fields, chance: float) -> str:
        """One sentence, or none: an empty string."""
        return self.draw(pool, fields) if self.rng.random() < chance else ""

    def _fits(self, frame: str, fields: Fields) -> bool:
        return fields_of(frame) - _KIN_FIELDS <= fields.keys()

    def _fill(self, frame: str, fields: Fields) -> str:
        frame = _CHOICE.sub(lambda match: self.rng.choice(match[1].split("|")), frame)
        if fields_of(frame) & _KIN_FIELDS:
            fields = {**fields, **self._someone()}
        return fill(frame, fields)

    def _someone(self) -> dict[str, str]:
        if not self._kin:
            self._kin = self.rng.sample(KIN, len(KIN))
        return kin_fields(self._kin.pop())
