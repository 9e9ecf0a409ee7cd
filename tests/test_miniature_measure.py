"""The figures of the miniature's card, on texts worked by hand."""

import math
import random

import pytest

from core.records import Finish, Transcript
from train.miniature import measure
from train.miniature.measure import Told
from train.miniature.world import Beat, Colour, Place, Scene, Sight, Sky, Thing, Tint

SHORT = "Speaker 1: A red kite.\n\nSpeaker 2: Yes, very red.\n\nSpeaker 1: It is the beach."


def sight(thing: Thing, colour: Colour, *people: Colour, tint: Tint = Tint.GREY) -> Sight:
    return Sight(Scene(Place.BEACH, Sky.SUNNY, thing, colour, people, Beat.FIND, 0), (tint,), False)


def told(text: str, *sights: Sight, finish: Finish = Finish.END) -> Told:
    return Told(Transcript("t", "s", "x", text, "f", "p", finish=finish), sights)


def test_style_by_hand() -> None:
    """Three turns of 3, 3 and 4 words: 10 / 3 words a turn, 2 switches in 10 words, 9 different pairs of 9."""
    assert measure.turn_length(SHORT) == pytest.approx(10 / 3)
    assert measure.switch_rate(SHORT) == pytest.approx(200)
    assert measure.distinct_2(SHORT) == pytest.approx(1.0)
    assert measure.distinct_2("Speaker 1: a b a b a") == pytest.approx(2 / 4)
    assert (
        math.isnan(measure.turn_length(""))
        and math.isnan(measure.switch_rate(""))
        and math.isnan(measure.distinct_2("Speaker 1: Hm."))
    )


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (SHORT, True),
        ("Speaker 1: A kite.\n\nSpeaker 2: (laughs)", True),
        ("Speaker 1: A kite.", False),
        ("A red kite.\n\nSpeaker 2: Yes.", False),
        ("Speaker 1: A red kite.\n\nSpeaker 2: Yes, and", False),
        ("**Alex:** A red kite.\n\n**Jo:** Yes.", False),
        ("Speaker 1: A kite.\n\nSpeaker 1: Yes.", False),
        ("", False),
    ],
)
def test_well_formed(text: str, right: bool) -> None:
    assert measure.is_well_formed(text) is right


def test_a_loop_is_twelve_words_three_times_or_a_few_words_on_end() -> None:
    run = "and then we all went down to the beach in the rain"
    assert not measure.loops(f"Speaker 1: {run}, {run}.")
    assert measure.loops(f"Speaker 1: {run}, {run}.\n\nSpeaker 2: Oh. {run}.")
    assert measure.loops("Speaker 1: So we ran, so we ran, so we ran.")
    assert not measure.loops("Speaker 1: So we ran, so we ran, and so we ran.")
    assert not measure.loops("Speaker 1: So we ran. I sat.\n\nSpeaker 2: So we ran. He sat.\n\nSpeaker 1: So we ran.")
    assert not measure.loops(SHORT) and not measure.loops("")


def test_grounding_by_hand() -> None:
    """Four stories; two name their picture's colour first, one a colour of somebody's clothes, one a wrong one."""
    red_kite, blue_boat = sight(Thing.KITE, Colour.RED), sight(Thing.BOAT, Colour.BLUE, Colour.PINK)
    figures = measure.grounding(
        [
            told("Speaker 1: A red kite.", red_kite),
            told("Speaker 1: A blue boat.", blue_boat),
            told("Speaker 1: Somebody in pink, by a kite.", blue_boat),
            told("Speaker 1: A white cake.", red_kite),
        ],
        random.Random(0),
    )
    assert figures["first_colour"].mean == pytest.approx(3 / 4) and figures["first_colour"].n == 4
    assert figures["first_colour_own"].mean == pytest.approx(2 / 4)
    assert figures["first_colour_own_chance"].mean == pytest.approx((1 / 3 + 1 / 3 + 0 + 0) / 4)
    assert figures["first_colour_own_constant"].mean == pytest.approx(1 / 2)
    assert figures["first_thing"].mean == pytest.approx(2 / 4)
    assert figures["first_pair"].mean == pytest.approx(2 / 4)
    # red fits 1 of 3 others, blue 1, pink 1, white none; kite 1 of 3 others, boat 1, kite 2, cake none.
    assert figures["first_colour_chance"].mean == pytest.approx((1 / 3 + 1 / 3 + 1 / 3 + 0) / 4)
    assert figures["first_thing_chance"].mean == pytest.approx((1 / 3 + 1 / 3 + 2 / 3 + 0) / 4)
    assert figures["first_colour_constant"].mean == pytest.approx(1.0), "grey is in every picture"
    assert figures["first_thing_constant"].mean == pytest.approx(1 / 2)
    assert figures["per_picture"].mean == pytest.approx(2 / 4)


def test_shares_and_means_have_intervals() -> None:
    """Wilson's interval for 9 of 10 is 0.596 to 0.982 (Newcombe 1998 gives the formula)."""
    share = measure.share([True] * 9 + [False])
    assert (share.mean, share.n) == (0.9, 10)
    assert share.low == pytest.approx(0.5958, abs=1e-3) and share.high == pytest.approx(0.9821, abs=1e-3)
    mean = measure.mean([1.0, 2.0, 3.0, math.nan])
    assert mean.mean == pytest.approx(2.0) and mean.n == 3 and 1.0 <= mean.low < 2.0 < mean.high <= 3.0
    assert math.isnan(measure.mean([]).mean) and math.isnan(measure.share([]).mean)
