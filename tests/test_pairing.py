"""Who gets which pair, on which side: pure functions and their statistics; and who a rater is."""

import itertools
import random
import stat
import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.pairing import Candidate, all_pairs, choose_pair, draw_left, members, remaining, shown_hash
from annotations.raters import address_hash, load_salt, rater_id
from annotations.views import RAW, Rendering
from core.errors import StoreError

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.sampled_from([f"pair-{number}" for number in range(12)]),
        votes=st.integers(0, 5),
        promised=st.integers(0, 3),
        seen=st.integers(0, 3),
    ),
    unique_by=lambda candidate: candidate.pair_id,
)


def test_a_pair_has_no_order() -> None:
    assert members("x", "a") == members("a", "x")
    assert (members("x", "a").a, members("x", "a").b) == ("a", "x")
    with pytest.raises(ValueError, match="two different"):
        members("a", "a")


def test_every_two_transcripts_of_a_story_make_a_pair() -> None:
    pairs = all_pairs(["c", "a", "b", "a"])
    assert [(pair.a, pair.b) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert len({pair.pair_id for pair in pairs}) == 3
    assert all_pairs(["a"]) == []


@given(CANDIDATES, st.integers(0, 2), st.none() | st.integers(1, 4), st.randoms(use_true_random=False))
def test_what_is_chosen_is_allowed_unseen_first_and_has_the_fewest_votes(
    candidates: list[Candidate], repeats: int, wanted: int | None, rng: random.Random
) -> None:
    allowed = [one for one in candidates if one.seen <= repeats and (wanted is None or one.votes < wanted)]
    chosen = choose_pair(candidates, rng, repeats, wanted)
    if chosen is None:
        assert allowed == []
        return
    (pair,) = (one for one in allowed if one.pair_id == chosen)
    assert pair.seen == min(one.seen for one in allowed)
    alike = [one for one in allowed if one.seen == pair.seen]
    assert 2 * pair.votes + pair.promised == min(2 * one.votes + one.promised for one in alike)


@given(CANDIDATES, st.integers(0, 2))
def test_what_remains_is_what_can_still_be_drawn(candidates: list[Candidate], repeats: int) -> None:
    drawn, rng = 0, random.Random(0)
    state = {one.pair_id: one for one in candidates}
    while (chosen := choose_pair(list(state.values()), rng, repeats)) is not None:
        state[chosen] = state[chosen]._replace(seen=state[chosen].seen + 1)
        drawn += 1
    assert drawn == remaining(candidates, repeats, None)


def test_equals_are_drawn_by_lot() -> None:
    candidates = [Candidate(f"pair-{number}", 1, 0, 0) for number in range(4)] + [Candidate("full", 2, 0, 0)]
    rng = random.Random(11)
    counts = Counter(choose_pair(candidates, rng) for _ in range(4000))
    assert set(counts) == {"pair-0", "pair-1", "pair-2", "pair-3"}
    assert all(abs(count - 1000) < 5 * (4000 * 0.25 * 0.75) ** 0.5 for count in counts.values())


def test_an_open_trial_of_another_counts_as_half_a_vote() -> None:
    rng = random.Random(0)
    assert choose_pair([Candidate("promised", 0, 1, 0), Candidate("free", 0, 0, 0)], rng) == "free"
    assert choose_pair([Candidate("promised", 0, 1, 0), Candidate("voted", 1, 0, 0)], rng) == "promised"
    assert choose_pair([Candidate("promised", 0, 3, 0), Candidate("voted", 1, 0, 0)], rng) == "voted"


def test_sides_are_even() -> None:
    pair, rng = members("a", "b"), random.Random(5)
    lefts = [draw_left(pair, rng) for _ in range(4000)]
    assert abs(lefts.count("a") - 2000) < 5 * 1000**0.5
    stays = sum(one == other for one, other in itertools.pairwise(lefts))
    assert abs(stays - 2000) < 5 * 1000**0.5


def test_what_was_shown_has_one_hash() -> None:
    shout = Rendering("shout-1", str.upper)
    hashes = {
        shown_hash("a", "b", RAW),
        shown_hash("b", "a", RAW),
        shown_hash("ab", "", RAW),
        shown_hash("a", "b", shout),
        shown_hash("a", "b", Rendering("shout-2", str.upper)),
    }
    assert len(hashes) == 5
    assert shown_hash("a", "b", shout) == shown_hash("A", "B", shout)


def test_a_raters_id_hangs_on_key_and_source(tmp_path: Path) -> None:
    salt = load_salt(tmp_path)
    ids = {
        rater_id(salt, "cookie", "ann"),
        rater_id(salt, "account", "ann"),
        rater_id(salt, "cookiea", "nn"),
        rater_id(load_salt(tmp_path / "other"), "cookie", "ann"),
        address_hash(salt, "ann"),
    }
    assert len(ids) == 5 and all(len(one) == 32 and "ann" not in one for one in ids)
    assert rater_id(load_salt(tmp_path), "cookie", "ann") == rater_id(salt, "cookie", "ann")


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    ready = threading.Barrier(8)
    found: list[bytes] = []

    def start() -> None:
        ready.wait()
        found.append(load_salt(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"short")
    with pytest.raises(StoreError, match="5 bytes, 32 were wanted"):
        load_salt(tmp_path)
