"""Blocks -> canonical turns -> text.

A turn is canonical where its spans are what `parse` makes of the turn's own rendering: tidy typography, directions that
`is_direction` knows, no look-alike of a label, at least one word or direction; speakers are numbered in the order of
first appearance and none follows himself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.dialogue.directions import to_spans
from core.dialogue.labels import without_inline_labels
from core.dialogue.script import Block, Dropped, Script, read_script
from core.dialogue.text import characters, clean, plain, tidy, without_tags
from core.records import Span, Turn

_MOST_ROUNDS = 10
_WORD_BREAK = re.compile(r"[\s—]+")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A transcript as turns."""

    turns: tuple[Turn, ...]
    names: Mapping[int, tuple[str, ...]]
    """Every label seen for a speaker, as written, in order of appearance; empty for a text without labels."""
    title: str | None
    dropped: tuple[Dropped, ...]
    """Lines that are no speech, in order, each with its reason."""
    labelled: bool
    """False where the text names no speaker at all and its words are given to speaker 1."""


def parse(text: str) -> Dialogue:
    """Any text as turns. Never raises; linear in the length of the text."""
    return dialogue_of(read_script(clean(text), final=True))


def render(turns: Iterable[Turn]) -> str:
    """`Speaker 1: text`, one line a turn, a blank line between turns, directions in round brackets."""
    return "\n\n".join(f"Speaker {turn.speaker}: {_written(turn.spans)}" for turn in turns)


def canonical(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """The same words as turns that survive `render` and `parse` unchanged."""
    said = [(turn.speaker, plain(characters(_written(turn.spans)).replace("\n", " "))) for turn in turns]
    return tuple(turn for turn, _ in _number(_merge(said)))


def words(turn: Turn) -> list[str]:
    """The words spoken, in order, marks still on them: split at white space and dashes, directions left out."""
    return [word for word in _WORD_BREAK.split(turn.spoken) if any(char.isalnum() for char in word)]


def _written(spans: Iterable[Span]) -> str:
    return " ".join(f"({span.text})" if span.direction else span.text for span in spans)


def dialogue_of(script: Script) -> Dialogue:
    dropped = list(script.dropped)
    said: list[tuple[int, str]] = []
    for block in script.blocks:
        if _has_words(block.text):
            said.append((block.speaker, block.text))
        elif block.text:
            dropped.append(Dropped(block.text, "no words"))
    numbered = _number(_merge(said))
    numbers = {speaker: turn.speaker for turn, speaker in numbered}
    return Dialogue(
        turns=tuple(turn for turn, _ in numbered),
        names=MappingProxyType(_names(script.blocks, numbers)),
        title=script.title,
        dropped=tuple(dropped),
        labelled=script.labelled,
    )


def _names(blocks: list[Block], numbers: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    names: dict[int, dict[str, None]] = {}
    for block in blocks:
        if block.label and block.speaker in numbers:
            names.setdefault(numbers[block.speaker], {})[block.label] = None
    return {number: tuple(labels) for number, labels in names.items()}


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


_LEADING_MARKS = " …,;.!?—-"
"""What a speaker's second label in a row may not hang on the word before it: a finished turn stays as it was."""


def _merge(said: list[tuple[int, str]]) -> list[tuple[int, str]]:
    merged: list[tuple[int, list[str]]] = []
    for speaker, rough in said:
        text = _canonical_text(rough)
        if not _has_words(text):
            continue
        if merged and merged[-1][0] == speaker:
            merged[-1][1].append(text.lstrip(_LEADING_MARKS))
        else:
            merged.append((speaker, [text]))
    return [(speaker, parts[0] if len(parts) == 1 else _canonical_text(" ".join(parts))) for speaker, parts in merged]


def _number(said: list[tuple[int, str]]) -> list[tuple[Turn, int]]:
    """Turns with the speakers numbered from 1 in order of appearance, each beside the number it came with."""
    numbers: dict[int, int] = {}
    turns: list[tuple[Turn, int]] = []
    for speaker, text in said:
        spans = to_spans(text)
        turns.append((Turn(numbers.setdefault(speaker, len(numbers) + 1), spans), speaker))
    return turns


def _canonical_text(text: str) -> str:
    """Settles in one round but where tidying brings the ends of a tag together or a direction meets further marks."""
    for _ in range(_MOST_ROUNDS):
        new = without_inline_labels(tidy(without_tags(text)))
        if "(" in new or "[" in new:
            new = _written(to_spans(new))
        if new == text:
            break
        text = new
    return text
