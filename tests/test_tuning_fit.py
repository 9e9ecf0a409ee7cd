"""Fewer pixels first, then whole turns off the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import budget
from core.errors import BadInput
from train.tuning.fit import fit, shortened, turn_starts


def words(text: str) -> int:
    return len(text.split())


TALK = "Speaker 1: one two three\nSpeaker 2: four five six\nand seven\nSpeaker 1: eight nine"
"""Turns of 5, 7 and 4 words, labels counted."""


def test_all_fits() -> None:
    # Two pictures of 128 x 128 with a limit of 16,384 pixels: 16 tokens and 2 marks each; 10 + 36 + 16 + 1.
    found = fit(TALK, [(128, 128)] * 2, 10, words, max_length=63, max_pixels=16384, min_pixels=1024)
    assert (found.tokens, found.max_pixels, found.answer, found.cut_turns) == (63, 16384, TALK, 0)
    assert not found.fewer_pixels


def test_fewer_pixels_before_any_word_is_lost() -> None:
    # 1024 x 1024 under 65,536 pixels is 8 x 8 tokens; with 30 tokens less it must shrink, not the talk.
    room = 10 + 66 + 16 + 1
    found = fit(TALK, [(1024, 1024)], 10, words, max_length=room - 30, max_pixels=65536, min_pixels=1024)
    assert found.fewer_pixels
    assert found.answer == TALK
    assert found.max_pixels < 65536
    assert found.tokens <= room - 30


def test_then_whole_turns() -> None:
    # 10 + (16 + 2) + 1 leave 13 for the talk: 5 + 7 = 12 fit, 16 do not.
    found = fit(TALK, [(1024, 1024)], 10, words, max_length=42, max_pixels=65536, min_pixels=1024)
    assert found.answer == "Speaker 1: one two three\nSpeaker 2: four five six\nand seven"
    assert found.cut_turns == 1
    assert found.tokens == 10 + 18 + 12 + 1


def test_less_than_half_is_a_fault() -> None:
    with pytest.raises(BadInput, match="16 words is too long: 8 tokens are left for it, which hold 5 words"):
        fit(TALK, [(1024, 1024)], 10, words, max_length=37, max_pixels=65536, min_pixels=1024)
    with pytest.raises(BadInput, match="60,000 words is too long"):
        fit(f"Speaker 1: {'word ' * 59_998}", [(512, 512)], 50, words, max_length=8192, max_pixels=451_584)


def test_a_prompt_longer_than_everything_is_a_fault() -> None:
    with pytest.raises(BadInput, match="0 tokens are left"):
        fit(TALK, [(512, 512)], 5000, words, max_length=1000, max_pixels=451_584)


@pytest.mark.parametrize(
    "answer",
    [
        "**Alex:** hello there\n\n**Sam:** hi\n\n**Alex:** so",
        "Host 1 (Ann): hello\nGuest: hi\nHost 1 (Ann): so",
        "[Speaker 1]: hello\n[Speaker 2]: hi\n[Speaker 1]: so",
    ],
)
def test_turns_are_found_in_other_shapes(answer: str) -> None:
    starts = turn_starts(answer)
    assert len(starts) == 3
    assert [answer[start:].lstrip()[0] for start in starts] == [answer[0], answer[starts[1] :].lstrip()[0], answer[0]]


def test_a_name_in_the_middle_of_a_line_starts_no_turn() -> None:
    assert turn_starts("Speaker 1: as Speaker 2: said\nand so\nSpeaker 2: yes") == [0, 37]


@given(
    turns=st.lists(st.integers(1, 12), min_size=1, max_size=12),
    room=st.integers(0, 200),
)
def test_what_is_left_is_a_beginning_of_whole_turns_and_fits(turns: list[int], room: int) -> None:
    lines = [f"Speaker {1 + place % 2}: {'word ' * count}".strip() for place, count in enumerate(turns)]
    answer = "\n".join(lines)
    try:
        kept, cut = shortened(answer, room, words)
    except BadInput:
        longest = max((n for n in range(len(lines) + 1) if words("\n".join(lines[:n])) <= room), default=0)
        assert words("\n".join(lines[:longest])) < words(answer) / 2
        return
    assert kept == "\n".join(lines[: len(lines) - cut])
    assert words(kept) <= room
    if cut:
        assert words("\n".join(lines[: len(lines) - cut + 1])) > room, "one turn more would have fitted"


@given(
    sizes=st.lists(st.tuples(st.integers(32, 2000), st.integers(32, 2000)), min_size=1, max_size=5),
    length=st.integers(100, 3000),
)
def test_the_length_is_kept(sizes: list[tuple[int, int]], length: int) -> None:
    try:
        found = fit(TALK, sizes, 20, words, max_length=length, max_pixels=451_584)
    except BadInput:
        return
    visual = sum(budget.visual_tokens(size, found.max_pixels) for size in sizes)
    assert found.tokens == 20 + visual + words(found.answer) + 1 <= length
