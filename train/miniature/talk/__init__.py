"""What pictures show -> talk about it, in the styles the two models learn.

frames     sentence frames and the hand that draws them without repeating
names      what things, places and skies are called
sights     a picture's contents as the fields of frames
pingpong   short polite turns that describe: the base model's talk
anecdote   long turns that tell what happened to the speakers: the fine-tuned model's talk
yarns      the anecdotes themselves
caption    one sentence on one picture
facts      a text -> what it names, for measuring
"""

import random
from collections.abc import Iterator, Sequence
from enum import StrEnum

from core.dialogue import canonical, render
from core.errors import BadInput
from core.records import Span, Turn
from train.miniature.talk import anecdote, caption, pingpong, vocabulary
from train.miniature.talk.facts import Kind, Named, facts
from train.miniature.world import Sight

__all__ = ["Kind", "Named", "Style", "facts", "vocabulary_texts", "write"]


class Style(StrEnum):
    PING_PONG = "ping-pong"
    """Two speakers, three or four turns of 3 to 9 words a picture, each first naming colour and thing."""
    ANECDOTE = "anecdote"
    """Two speakers, a turn of 35 to 70 words a picture, told as things that happened to them."""
    CAPTION = "caption"
    """One sentence about one picture."""
    MEMORY = "memory"
    """One turn in the manner of ANECDOTE, on one or two pictures."""


_MOST_SIGHTS = {Style.CAPTION: 1, Style.MEMORY: 2}


def write(style: Style, sights: Sequence[Sight], rng: random.Random) -> str:
    """Talk in the canonical form of `core.dialogue.render`; each picture's passage follows the one before it.

    Raises BadInput where the style does not tell of so many sights: CAPTION of one, MEMORY of one or two, the others
    of one or more.
    """
    most = _MOST_SIGHTS.get(style)
    if not sights or (most is not None and len(sights) > most):
        raise BadInput(f"{style} talk is about {f'1 to {most}' if most else 'one or more'} sights, not {len(sights)}")
    return _rendered(_lines(style, sights, rng))


def vocabulary_texts() -> Iterator[str]:
    """Texts in canonical form that hold every word and label the grammars can produce, for learning the tokenizer."""
    return (_rendered(lines) for lines in vocabulary.dialogues())


def _lines(style: Style, sights: Sequence[Sight], rng: random.Random) -> list[tuple[int, str]]:
    if style is Style.PING_PONG:
        return pingpong.lines(sights, rng)
    if style is Style.ANECDOTE:
        return anecdote.lines(sights, rng)
    if style is Style.MEMORY:
        return anecdote.memory(sights, rng)
    return caption.lines(sights[0], rng)


def _rendered(lines: Sequence[tuple[int, str]]) -> str:
    return render(canonical(Turn(speaker, (Span(text),)) for speaker, text in lines))
