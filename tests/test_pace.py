"""Two streams at one pace: what is shown of them must not tell the fast one from the slow one."""

import functools
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.dialogue import parse, render
from core.records import Span, Turn
from core.writers.blind_pace import Pace, Shown, Side, count_words, cut

TICK = 0.2
UNHURRIED = settings(deadline=None)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@functools.cache
def talk(words: int) -> tuple[Turn, ...]:
    """Turns of seven words, some of them a direction."""
    turns: list[Turn] = []
    for start in range(0, words, 7):
        spans = [Span(" ".join(["word"] * min(5, words - start)))]
        if words - start > 5:
            spans.append(Span(" ".join(["laughs"] * min(2, words - start - 5)), direction=True))
        turns.append(Turn(1 + start // 7 % 2, tuple(spans)))
    return tuple(turns)


Schedule = Sequence[tuple[int, bool]]
"""Words so far and whether the side has ended, tick by tick; the last entry holds on."""


def play(left: Schedule, right: Schedule, ticks: int, rate: float = 40.0) -> list[tuple[int, int, bool]]:
    clock, shown = Clock(), []
    pace = Pace(clock, rate=rate)
    for tick in range(ticks):
        clock.now = tick * TICK
        sides = [Side(talk(words), ended) for words, ended in (at(left, tick), at(right, tick))]
        look = pace.look(*sides)
        shown.append((count_words(look.left), count_words(look.right), look.done))
    return shown


def at(schedule: Schedule, tick: int) -> tuple[int, bool]:
    return schedule[min(tick, len(schedule) - 1)]


def steady(words: int, per_tick: int) -> Schedule:
    """A system that writes `words` at one speed and then ends."""
    counts = [*range(0, words, per_tick), words]
    return [(count, count == words) for count in counts]


@st.composite
def schedules(draw: st.DrawFn, most: int = 120) -> Schedule:
    steps = draw(st.lists(st.integers(0, 25), min_size=1, max_size=30))
    counts = [min(most, sum(steps[: number + 1])) for number in range(len(steps))]
    return [(count, False) for count in counts] + [(counts[-1], True)]


@UNHURRIED
@given(schedules(), schedules())
@example(steady(100, 1), steady(100, 25))
def test_swapping_the_speeds_changes_nothing(left: Schedule, right: Schedule) -> None:
    """The system on the left may be the fast or the slow one: the same count is on screen at the same tick."""
    one, other = play(left, right, 60), play(right, left, 60)
    assert [(b, a, done) for a, b, done in one] == other


@UNHURRIED
@given(schedules(), st.data())
def test_while_both_write_only_the_slower_side_sets_the_pace(slow: Schedule, data: st.DataObject) -> None:
    """Two different fast sides beside one slow side cannot be told apart."""
    slow = [(count, False) for count, _ in slow]
    ahead = data.draw(st.lists(st.integers(0, 60), min_size=len(slow), max_size=len(slow)))
    lead = [max(ahead[: number + 1]) for number in range(len(slow))]
    fast = [(count + more, False) for (count, _), more in zip(slow, lead, strict=True)]
    assert play(slow, slow, len(slow)) == play(slow, fast, len(slow)) == play(fast, slow, len(slow))


@UNHURRIED
@given(schedules(), schedules())
def test_both_sides_grow_in_step_and_nothing_is_taken_back(left: Schedule, right: Schedule) -> None:
    before = (0, 0)
    for tick, (a, b, done) in enumerate(play(left, right, 60)):
        assert a >= before[0] and b >= before[1]
        (most_a, ended_a), (most_b, ended_b) = at(left, tick), at(right, tick)
        # A side may be behind only where it has no more words and has ended.
        assert a == b or (a < b and a == most_a and ended_a) or (b < a and b == most_b and ended_b)
        assert done == (ended_a and ended_b and (a, b) == (most_a, most_b))
        before = (a, b)


@settings(max_examples=40, deadline=None)
@given(schedules(), schedules())
def test_everything_is_shown_in_the_end(left: Schedule, right: Schedule) -> None:
    # At least two words a second: 120 words take 60 seconds at most after the last came.
    assert play(left, right, len(left) + len(right) + round(62 / TICK))[-1] == (left[-1][0], right[-1][0], True)


@UNHURRIED
@given(schedules(most=2000), schedules(most=2000), st.floats(5, 100))
def test_no_jump(left: Schedule, right: Schedule, rate: float) -> None:
    counts = [max(a, b) for a, b, _ in play(left, right, 40, rate=rate)]
    steps = [later - earlier for earlier, later in itertools.pairwise(counts)]
    # The first words may wait for the slower side, and what has been saved up meanwhile is half a second's worth.
    assert max(steps) <= rate * 0.5 + 1
    assert counts[-1] <= rate * 40 * TICK + 1


def test_a_pause_of_the_screen_is_no_reason_to_jump() -> None:
    clock = Clock()
    pace = Pace(clock, rate=40)
    side = Side(talk(1000))
    pace.look(side, side)
    clock.now = 60.0
    assert count_words(pace.look(side, side).left) <= 22


@pytest.mark.parametrize("short_is_slow", [True, False])
def test_the_rest_of_the_longer_side_goes_on_as_before(short_is_slow: bool) -> None:
    """Ten words a second are on screen up to the end of the short side, and nine after it, whoever was slow."""
    short, long = (steady(100, 2), steady(300, 40)) if short_is_slow else (steady(100, 40), steady(300, 2))
    counts = [b for _, b, _ in play(short, long, 200)]
    end = next(tick for tick, count in enumerate(counts) if count > 100)
    speed = (counts[end + 50] - counts[end]) / (50 * TICK)
    assert 8.5 <= speed <= 9.5


def test_neither_is_done_before_both_are() -> None:
    shown = play(steady(20, 20), steady(200, 4), 80)
    for a, b, done in shown:
        assert not done or (a, b) == (20, 200)
    assert shown[-1][2]


def test_a_side_that_fails_lets_the_other_go_on() -> None:
    """At the start, there is no pace yet to keep: the other one is shown as fast as any."""
    shown = play([(0, True)], steady(80, 80), 20)
    assert shown[-1] == (0, 80, True) and shown[1][1] >= 7
    middle = play([(30, False)] * 10 + [(30, True)], steady(80, 10), 100)
    assert middle[-1] == (30, 80, True)


def test_text_that_shrinks_is_waited_for() -> None:
    clock = Clock()
    pace = Pace(clock)
    for now, words in ((0.0, 30), (1.0, 30), (2.0, 3), (3.0, 40), (4.0, 40)):
        clock.now = now
        shown: Shown = pace.look(Side(talk(words)), Side(talk(60)))
    assert count_words(shown.left) == count_words(shown.right) == 40


@UNHURRIED
@given(st.integers(0, 60), st.integers(-3, 70))
def test_cut_keeps_the_first_words(words: int, n_words: int) -> None:
    turns = talk(words)
    kept = cut(turns, n_words)
    assert count_words(kept) == max(0, min(words, n_words))
    assert all(turn.spans and all(span.text for span in turn.spans) for turn in kept)
    if n_words >= words:
        assert kept == turns
    assert "".join(said(turns)).startswith("".join(said(kept)))


def said(turns: tuple[Turn, ...]) -> list[str]:
    return [word for turn in turns for span in turn.spans for word in span.text.split()]


def test_cut_keeps_directions_and_what_stands_between_words() -> None:
    turns = parse("Speaker 1: Well — no,  wait. (laughs out loud) Yes.\n\nSpeaker 2: Right.").turns
    assert render(cut(turns, 4)) == "Speaker 1: Well—no, wait. (laughs out)"
    assert render(cut(turns, 3)) == "Speaker 1: Well—no, wait. (laughs)"
    assert cut(turns, 0) == ()


def test_rates_make_sense() -> None:
    with pytest.raises(ValueError, match="rate >= least"):
        Pace(Clock(), rate=1.0, least=2.0)
