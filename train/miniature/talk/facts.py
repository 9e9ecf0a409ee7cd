"""Text -> the colours, things, places and skies it names, in order: what the measurements hold against the pictures."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.dialogue import parse, words
from train.miniature.talk.names import PLACE_FORMS, SKY_FORMS, THING_FORMS
from train.miniature.world import Colour, Place, Sky, Thing, Tint


class Kind(StrEnum):
    COLOUR = "colour"
    THING = "thing"
    PLACE = "place"
    SKY = "sky"


@dataclass(frozen=True, slots=True)
class Named:
    """One word of a text that names something of the world."""

    kind: Kind
    value: str
    """Of `Tint`, `Thing`, `Place` or `Sky`; every `Colour` is a `Tint` too."""
    at_word: int
    """Spoken words of the same turn before it."""
    turn: int
    """Turns before it."""


_COLOURS = {colour.value: colour.value for colour in (*Tint, *Colour)} | {"gray": Tint.GREY.value}
_FORMS: dict[str, tuple[Kind, str]] = {
    **{form: (Kind.COLOUR, value) for form, value in _COLOURS.items()},
    **{form: (Kind.THING, Thing(thing).value) for form, thing in THING_FORMS.items()},
    **{form: (Kind.PLACE, Place(place).value) for form, place in PLACE_FORMS.items()},
    **{form: (Kind.SKY, Sky(sky).value) for form, sky in SKY_FORMS.items()},
}
_LETTERS = re.compile(r"[a-z]+")


def facts(text: str) -> list[Named]:
    """All that any text names, whole words only, in either case; stage directions are not spoken and do not count."""
    return [
        Named(*_FORMS[letters], at_word, number)
        for number, turn in enumerate(parse(text).turns)
        for at_word, word in enumerate(words(turn))
        for letters in _LETTERS.findall(word.lower())
        if letters in _FORMS
    ]
