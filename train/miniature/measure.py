"""What the two models do, measured on held-out stories: the figures of the miniature's card.

All figures are read from a run folder and from what its pictures show. Intervals are 95 %, over stories: Wilson's for
shares, a percentile bootstrap for means.
"""

import itertools
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.dialogue import parse, render, words
from core.records import Finish, Interval, Transcript
from train.miniature.talk import facts
from train.miniature.world import Sight

LOOP_WORDS, LOOP_TIMES = 12, 3
"""A text loops where the same twelve words occur three times anywhere, or three words or more three times on end.
A refrain of one short sentence is no loop; people have them too."""
_BOOTSTRAPS = 1000
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Told:
    """One transcript and what its pictures show."""

    transcript: Transcript
    sights: tuple[Sight, ...]


def style(told: Sequence[Told]) -> dict[str, Interval]:
    """Turn length, switch rate, turns and words of correct turns and spoken words, and Distinct-2, as means."""
    return {name: mean([measure(one.transcript.text) for one in told]) for name, measure in _STYLE.items()}


def soundness(told: Sequence[Told]) -> dict[str, Interval]:
    """Shares of transcripts that are well-formed, loop, and end by themselves."""
    return {
        "well_formed": share([is_well_formed(one.transcript.text) for one in told]),
        "loops": share([loops(one.transcript.text) for one in told]),
        "ends_by_itself": share([one.transcript.finish is Finish.END for one in told]),
    }


def turn_length(text: str) -> float:
    """Spoken words a turn; NaN for a text without turns."""
    turns = parse(text).turns
    return sum(len(words(turn)) for turn in turns) / len(turns) if turns else math.nan


def switch_rate(text: str) -> float:
    """(turns - 1) per 1,000 spoken words; NaN for a text without words."""
    turns = parse(text).turns
    spoken = sum(len(words(turn)) for turn in turns)
    return (len(turns) - 1) / spoken * 1000 if spoken else math.nan


def distinct_2(text: str) -> float:
    """Different pairs of neighbouring words per pair (Li et al. 2016), lower-cased, labels left out."""
    said = _said(text)
    pairs = list(itertools.pairwise(said))
    return len(set(pairs)) / len(pairs) if pairs else math.nan


def is_well_formed(text: str) -> bool:
    """Canonical lines of labelled speakers from the first character on, two turns or more, each with a finished end."""
    turns = parse(text).turns
    canonical = render(turns) == text.strip() and text.startswith("Speaker 1:")
    return canonical and len(turns) >= 2 and all(re.search(r"[.!?…—)][\"”]?$", turn.spoken or ")") for turn in turns)


def loops(text: str) -> bool:
    """Whether the text repeats itself as a model does that is stuck; see `LOOP_WORDS`."""
    said = _said(text)
    runs = Counter(tuple(said[at : at + LOOP_WORDS]) for at in range(len(said) - LOOP_WORDS + 1))
    return max(runs.values(), default=0) >= LOOP_TIMES or any(_on_end(said, size) for size in range(3, LOOP_WORDS))


def _on_end(said: Sequence[str], size: int) -> bool:
    """Whether some `size` words follow themselves twice."""
    equal = [first == second for first, second in zip(said, said[size:], strict=False)]
    run = 0
    for same in equal:
        run = run + 1 if same else 0
        if run >= size * (LOOP_TIMES - 1):
            return True
    return False


def colours_of(sight: Sight) -> set[str]:
    """Every colour a picture may be said to show: its thing's, its people's clothes, its dominant tints."""
    shown = {str(tint) for tint in sight.tints}
    return shown if sight.scene is None else shown | {str(sight.scene.colour), *map(str, sight.scene.people)}


def own_colour_of(sight: Sight) -> set[str]:
    """The colour of the picture's thing."""
    return set() if sight.scene is None else {str(sight.scene.colour)}


def things_of(sight: Sight) -> set[str]:
    return set() if sight.scene is None else {str(sight.scene.thing)}


def grounding(told: Sequence[Told], rng: random.Random) -> dict[str, Interval]:
    """Whether the first colour, and the first thing, that a transcript names is in the story's first picture.

    Beside each stands what needs no sight: the same words held against the first pictures of the other stories
    (`…_chance`), and the colour or thing that is most often right, always named (`…_constant`). A picture shows several
    colours; `first_colour_own` asks for that of its thing alone, and `first_pair` for that and the thing. `per_picture`
    is the share of all pictures whose thing is named anywhere in the text.
    """
    figures: dict[str, Interval] = {}
    questions: dict[str, tuple[str, Callable[[Sight], set[str]]]] = {
        "first_colour": ("colour", colours_of),
        "first_colour_own": ("colour", own_colour_of),
        "first_thing": ("thing", things_of),
    }
    firsts = [one.sights[0] for one in told]
    for figure, (kind, of) in questions.items():
        said = [first_named(one.transcript.text, kind) for one in told]
        shown = [of(sight) for sight in firsts]
        figures[figure] = share([word in some for word, some in zip(said, shown, strict=True)])
        figures[f"{figure}_chance"] = _chance(said, shown, rng)
        best = max(sorted(set().union(*shown)), key=lambda value: sum(value in some for some in shown))
        figures[f"{figure}_constant"] = share([best in some for some in shown])
    figures["first_pair"] = share([_pair_right(one) for one in told])
    figures["per_picture"] = mean([_things_told(one) for one in told])
    return figures


def first_named(text: str, kind: str) -> str | None:
    return next((str(one.value) for one in facts(text) if one.kind == kind), None)


def _pair_right(one: Told) -> bool:
    scene, text = one.sights[0].scene, one.transcript.text
    return scene is not None and (first_named(text, "colour"), first_named(text, "thing")) == (
        str(scene.colour),
        str(scene.thing),
    )


def _things_told(one: Told) -> float:
    named = {str(fact.value) for fact in facts(one.transcript.text) if fact.kind == "thing"}
    shown = [str(sight.scene.thing) for sight in one.sights if sight.scene is not None]
    return sum(thing in named for thing in shown) / len(shown) if shown else math.nan


def _chance(said: Sequence[str | None], shown: Sequence[set[str]], rng: random.Random) -> Interval:
    """Each story's word held against all other stories' pictures; the interval is over stories."""
    rates = [
        sum(word in other for at, other in enumerate(shown) if at != own) / max(1, len(shown) - 1)
        for own, word in enumerate(said)
    ]
    return mean(rates, rng)


def share(right: Sequence[bool]) -> Interval:
    """A share with Wilson's interval (1927); NaN of nothing."""
    n = len(right)
    if not n:
        return Interval(math.nan, math.nan, math.nan, 0)
    rate = sum(right) / n
    centre = (rate + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
    return Interval(rate, max(0.0, centre - half), min(1.0, centre + half), n)


def mean(values: Sequence[float], rng: random.Random | None = None) -> Interval:
    """Of what was measured, NaN left out, with a percentile bootstrap over the values."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return Interval(math.nan, math.nan, math.nan, 0)
    draw = rng or random.Random(0)
    means = sorted(sum(draw.choices(known, k=len(known))) / len(known) for _ in range(_BOOTSTRAPS))
    low, high = means[round(0.025 * _BOOTSTRAPS)], means[round(0.975 * _BOOTSTRAPS) - 1]
    return Interval(sum(known) / len(known), low, high, len(known))


def _said(text: str) -> list[str]:
    spoken = " ".join(" ".join(words(turn)) for turn in parse(text).turns)
    return re.findall(r"[\w']+", spoken.lower())


_STYLE: Mapping[str, Callable[[str], float]] = {
    "turn_length": turn_length,
    "switch_rate": switch_rate,
    "turns": lambda text: float(len(parse(text).turns)),
    "words": lambda text: float(sum(len(words(turn)) for turn in parse(text).turns)),
    "distinct_2": distinct_2,
}
