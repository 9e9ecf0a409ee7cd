"""Which pair a rater gets next, and on which sides. Pure: chance is passed in."""

import hashlib
import itertools
import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from annotations.views import Rendering
from core.records import content_id


class Candidate(NamedTuple):
    """A pair of a campaign as one rater meets it."""

    pair_id: str
    votes: int
    promised: int
    """Open trials of other raters."""
    seen: int
    """Trials of this rater that did not expire."""


class Members(NamedTuple):
    """The two transcripts of a pair in their canonical order, the smaller id first."""

    pair_id: str
    a: str
    b: str


def members(first: str, second: str) -> Members:
    """The same whichever comes first."""
    a, b = sorted((first, second))
    if a == b:
        raise ValueError(f"{a}: a pair needs two different transcripts")
    return Members(content_id("pair", a, b), a, b)


def all_pairs(transcripts: Iterable[str]) -> list[Members]:
    """Every two of the transcripts of one story."""
    return [members(first, second) for first, second in itertools.combinations(sorted(set(transcripts)), 2)]


def eligible(candidate: Candidate, repeats: int, votes_wanted: int | None) -> bool:
    return candidate.seen <= repeats and (votes_wanted is None or candidate.votes < votes_wanted)


def choose_pair(
    candidates: Sequence[Candidate], rng: random.Random, repeats: int = 0, votes_wanted: int | None = None
) -> str | None:
    """What the rater has not seen goes first, then what has the fewest votes; equals are drawn by lot.

    Another rater's open trial counts as half a vote: raters at the same moment spread over the pairs, and a vote that
    is in still weighs more than one that may never come.
    """
    open_to = [candidate for candidate in candidates if eligible(candidate, repeats, votes_wanted)]
    if not open_to:
        return None
    least = min(map(_weight, open_to))
    return rng.choice(sorted(candidate.pair_id for candidate in open_to if _weight(candidate) == least))


def _weight(candidate: Candidate) -> tuple[int, float]:
    return candidate.seen, candidate.votes + candidate.promised / 2


def remaining(candidates: Iterable[Candidate], repeats: int, votes_wanted: int | None) -> int:
    """Trials the rater may still be given."""
    return sum(repeats + 1 - one.seen for one in candidates if eligible(one, repeats, votes_wanted))


def draw_left(pair: Members, rng: random.Random) -> str:
    """Either transcript with even chances."""
    return rng.choice((pair.a, pair.b))


def shown_hash(left: str, right: str, rendering: Rendering) -> str:
    """SHA-256 over what the two sides showed."""
    digest = hashlib.sha256(rendering.version.encode())
    for text in (left, right):
        shown = rendering.render(text).encode("utf-8", "replace")
        digest.update(len(shown).to_bytes(8))
        digest.update(shown)
    return digest.hexdigest()
