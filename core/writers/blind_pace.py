"""Two texts at one pace under one clock, so that speed names nobody.

One counter serves both sides: each shows its first `count` words. The counter goes no further than the side with fewer
words, and no faster than a limit. Where the shorter side is complete and all shown, the longer goes on at a steady
rate a little below the one so far, which it can keep whether it was the fast or the slow one; its true speed shows
only if it falls behind even that.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.records import Span, Turn

_WORD = re.compile(r"\S+")
BURST_SECONDS = 0.5
"""A pause between two looks is made up for by at most this much release."""
TAIL_SHARE = 0.9
"""Of the rate so far; the tenth held back lets a side that is still being written build up a reserve."""
LEAST_HISTORY = 20
"""Words released together below which there is no rate so far worth keeping."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side as far as it is known."""

    turns: tuple[Turn, ...]
    """Canonical, and only words that cannot change any more (`core.dialogue.parse_partial`)."""
    ended: bool = False
    """Complete, stopped or failed: no more words will come."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be on screen now."""

    left: tuple[Turn, ...]
    right: tuple[Turn, ...]
    done: bool
    """Both sides are complete and all of both is shown; before that neither may be marked as complete."""


class Pace:
    """The state of one comparison; used from one thread. Words once shown are never taken back."""

    def __init__(self, clock: Callable[[], float], rate: float = 40.0, least: float = 2.0) -> None:
        """`rate`: most words a second; `least`: fewest words a second of the longer side's rest."""
        if not rate >= least > 0:
            raise ValueError(f"rate {rate} and least {least}: rate >= least > 0 was wanted")
        self._clock = clock
        self._rate = rate
        self._least = least
        self._count = 0
        self._credit = 1.0
        self._looked: float | None = None
        self._began: float | None = None
        self._tail_rate: float | None = None

    def look(self, left: Side, right: Side) -> Shown:
        """What may be shown at this moment; to be called several times a second."""
        now = self._clock()
        sides = (left, right)
        lengths = [count_words(side.turns) for side in sides]
        limit, is_tail = self._limit(sides, lengths)
        if is_tail and self._tail_rate is None:
            self._tail_rate = self._steady(now)
        self._release(now, limit, self._tail_rate if is_tail and self._tail_rate else self._rate)
        done = all(side.ended for side in sides) and self._count >= max(lengths)
        return Shown(cut(left.turns, self._count), cut(right.turns, self._count), done)

    def _limit(self, sides: tuple[Side, Side], lengths: list[int]) -> tuple[int, bool]:
        """How far the counter may go, and whether only one side is left in play."""
        in_play = [
            length for side, length in zip(sides, lengths, strict=True) if not (side.ended and length <= self._count)
        ]
        return min(in_play, default=self._count), len(in_play) == 1

    def _release(self, now: float, limit: int, rate: float) -> None:
        passed = 0.0 if self._looked is None else now - self._looked
        self._looked = now
        self._credit = min(self._credit + passed * rate, 1.0 + rate * BURST_SECONDS)
        step = max(0, min(int(self._credit), limit - self._count))
        if step and self._began is None:
            self._began = now
        self._count += step
        self._credit -= step

    def _steady(self, now: float) -> float:
        passed = now - self._began if self._began is not None else 0.0
        if self._count < LEAST_HISTORY or passed <= 0:
            return self._rate
        return min(self._rate, max(self._least, TAIL_SHARE * self._count / passed))


def count_words(turns: tuple[Turn, ...]) -> int:
    """Pieces between white space, stage directions included: what a reader sees growing."""
    return sum(len(span.text.split()) for turn in turns for span in turn.spans)


def cut(turns: tuple[Turn, ...], n_words: int) -> tuple[Turn, ...]:
    """The first `n_words` words; a turn or span of which no word is left is gone. All of it where there are fewer."""
    kept: list[Turn] = []
    for turn in turns:
        spans: list[Span] = []
        for span in turn.spans:
            if n_words <= 0:
                break
            spans.append(_cut_span(span, n_words))
            n_words -= len(span.text.split())
        if spans:
            kept.append(replace(turn, spans=tuple(spans)))
    return tuple(kept)


def _cut_span(span: Span, n_words: int) -> Span:
    words = list(_WORD.finditer(span.text))
    return span if len(words) <= n_words else replace(span, text=span.text[: words[n_words - 1].end()])
