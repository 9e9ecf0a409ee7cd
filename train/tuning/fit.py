"""A sample within its tokens: fewer pixels first, then whole turns off the end. Pictures are never cut.

Sequence of a sample: the prompt with its pictures, the answer, and the end token. Nothing here loads a model; tokens
are counted by a function that is passed in.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import budget
from core.dialogue import parse
from core.errors import BadInput

END = 1
"""The `<|im_end|>` after the answer."""
LEAST_SHARE = 0.5
"""Share of an answer's words that must be left. With less, what is learnt is a fragment, and the sample is a fault."""

Count = Callable[[str], int]
"""Tokens of a text."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a sample goes in."""

    tokens: int
    """Of the whole sequence."""
    max_pixels: int
    """Limit for each of its pictures."""
    fewer_pixels: bool
    """Whether that is less than the settings allow."""
    answer: str
    cut_turns: int
    """Turns left off the end."""


def fit(
    answer: str,
    sizes: Sequence[tuple[int, int]],
    words: int,
    count: Count,
    *,
    max_length: int,
    max_pixels: int,
    min_pixels: int = budget.MIN_PIXELS,
) -> Fit:
    """`sizes` are the pictures' (width, height), `words` the tokens of the prompt without its pictures.

    Raises BadInput where the prompt and the smallest pictures leave no room, or less than half of the answer.
    """
    left = max_length - words - END
    spoken = count(answer)
    try:
        limit = budget.largest_pixel_limit(sizes, left - spoken, max_pixels, min_pixels=min_pixels)
        kept, cut = answer, 0
    except BadInput:
        limit = min(budget.FLOOR_PIXELS, max_pixels)
        room = left - sum(budget.visual_tokens(size, limit, min_pixels) for size in sizes)
        kept, cut = shortened(answer, room, count)
        spoken = count(kept)
        limit = budget.largest_pixel_limit(sizes, left - spoken, max_pixels, min_pixels=min_pixels)
    visual = sum(budget.visual_tokens(size, limit, min_pixels) for size in sizes)
    fewer = visual < sum(budget.visual_tokens(size, max_pixels, min_pixels) for size in sizes)
    return Fit(words + visual + spoken + END, limit, fewer, kept, cut)


def shortened(answer: str, room: int, count: Count) -> tuple[str, int]:
    """The longest beginning of whole turns within `room` tokens, and how many turns were left off.

    Raises BadInput where it holds less than half of the answer's words.
    """
    starts = turn_starts(answer)
    ends = [*starts[1:], len(answer)]
    fits, too_many = 0, len(ends) + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        within = count(answer[: ends[middle - 1]].rstrip()) <= room
        fits, too_many = (middle, too_many) if within else (fits, middle)
    kept = answer[: ends[fits - 1]].rstrip() if fits else ""
    whole, left = len(answer.split()), len(kept.split())
    if left < LEAST_SHARE * whole:
        raise BadInput(
            f"an answer of {whole:,} words is too long: {max(room, 0):,} tokens are left for it, which hold {left:,} "
            "words in whole turns, less than half; split it, or raise data.max_length"
        )
    return kept, len(ends) - fits


def turn_starts(answer: str) -> list[int]:
    """Where each turn begins: lines that start with a label `core.dialogue` found in this text."""
    labels = sorted({name for names in parse(answer).names.values() for name in names}, key=len, reverse=True)
    if not labels:
        return [0]
    opening = re.compile(rf"^[\s>*_#\[(+•-]*(?:{'|'.join(map(re.escape, labels))})[\s*_\])]*:", re.MULTILINE)
    found = [match.start() for match in opening.finditer(answer)]
    return [0, *found[1:]] if found else [0]
