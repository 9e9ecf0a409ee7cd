"""Stories and talk of the miniature: what is told is true, in order, well-formed, and as long as its style wants."""

import random
import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dialogue import parse, render, words
from core.errors import BadInput
from train.miniature.stories import DAYS, Things, draw_story
from train.miniature.talk import Kind, Named, Style, anecdote, facts, pingpong, vocabulary_texts, write
from train.miniature.talk.frames import Hand
from train.miniature.talk.vocabulary import pools
from train.miniature.world import Beat, Colour, Place, Scene, Sight, Sky, Thing, Tint, is_held_out

SEEDS = st.integers(0, 2**32)
PHOTOS = st.integers(1, 8)
PER_TEXT = {Style.CAPTION: 1, Style.MEMORY: 2}


def seen(rng: random.Random, photos: int, unknown: float = 0.1) -> list[Sight]:
    """A story's sights with tints drawn at random; some show nothing of this world."""
    return [
        Sight(
            None if rng.random() < unknown else scene,
            tuple(rng.sample(list(Tint), rng.randint(1, 3))),
            dark=rng.random() < 0.3,
        )
        for scene in draw_story(rng, photos=photos).scenes
    ]


def spoken(text: str) -> list[str]:
    return [re.sub(r"[^a-z']", "", word.lower()) for turn in parse(text).turns for word in words(turn)]


def true_of(sight: Sight) -> set[tuple[Kind, str]]:
    true = {(Kind.COLOUR, str(tint)) for tint in sight.tints}
    if sight.scene is not None:
        scene = sight.scene
        true |= {(Kind.COLOUR, str(colour)) for colour in (scene.colour, *scene.people)}
        true |= {(Kind.THING, str(scene.thing)), (Kind.PLACE, str(scene.place)), (Kind.SKY, str(scene.sky))}
    return true


def told_in_order(named: Sequence[Named], sights: Sequence[Sight]) -> bool:
    """Whether the facts can be cut into one passage a sight, none empty, each true of its sight."""
    reached = {0}
    for sight in sights:
        true = true_of(sight)
        after: set[int] = set()
        for start in reached:
            end = start
            while end < len(named) and (named[end].kind, named[end].value) in true:
                end += 1
                after.add(end)
        reached = after
    return len(named) in reached


@settings(max_examples=30)
@given(SEEDS, PHOTOS, st.booleans())
def test_every_scene_of_a_story_is_on_the_wanted_side_of_the_split(seed: int, photos: int, held_out: bool) -> None:
    story = draw_story(random.Random(seed), held_out=held_out, photos=photos)
    assert len(story.scenes) == photos
    assert all(is_held_out(scene) is held_out for scene in story.scenes)
    assert story.title[0].isupper() and "{" not in story.title


@settings(max_examples=30)
@given(SEEDS, PHOTOS)
def test_people_keep_their_clothes_and_the_sky_its_course(seed: int, photos: int) -> None:
    scenes = draw_story(random.Random(seed), photos=photos).scenes
    longest = max((scene.people for scene in scenes), key=len)
    assert all(scene.people == longest[: len(scene.people)] for scene in scenes)
    assert len(set(longest)) == len(longest) <= 4
    skies = [scene.sky for scene in scenes]
    assert any(_is_within(skies, day) for day in DAYS)


def _is_within(part: Sequence[Sky], whole: Sequence[Sky]) -> bool:
    rest = iter(whole)
    return all(one in rest for one in part)


def test_stories_show_every_place_sky_thing_colour_and_beat() -> None:
    rng = random.Random(0)
    stories = [draw_story(rng) for _ in range(150)]
    scenes = [scene for story in stories for scene in story.scenes]
    assert {scene.place for scene in scenes} == set(Place)
    assert {scene.sky for scene in scenes} == set(Sky)
    assert {scene.thing for scene in scenes} == set(Thing)
    assert {scene.colour for scene in scenes} == set(Colour)
    assert {scene.beat for scene in scenes} == set(Beat)
    assert {len(scene.people) for scene in scenes} == {0, 1, 2, 3, 4}
    recurs = mean(len({(scene.thing, scene.colour) for scene in story.scenes}) == 1 for story in stories)
    assert 0.25 < recurs < 0.75, "the thing comes back in some stories and changes in others"
    assert len(Things) == 4


@pytest.mark.parametrize("photos", [0, 9])
def test_a_story_of_another_length_is_refused(photos: int) -> None:
    with pytest.raises(BadInput, match=f"1 to 8 photos, not {photos}"):
        draw_story(random.Random(0), photos=photos)


@settings(max_examples=25)
@given(SEEDS, PHOTOS, st.sampled_from(Style))
def test_talk_is_canonical_and_plain(seed: int, photos: int, style: Style) -> None:
    rng = random.Random(seed)
    text = write(style, seen(rng, min(photos, PER_TEXT.get(style, photos))), rng)
    dialogue = parse(text)
    assert render(dialogue.turns) == text and not dialogue.dropped
    assert re.fullmatch(r"[A-Za-z .,!?;:'\"()\n—123]+", text)
    assert not re.search(r"\d", "".join(turn.spoken for turn in dialogue.turns))
    assert all(one.speaker != other.speaker for one, other in pairwise(dialogue.turns))
    assert "  " not in text and ".." not in text and "{" not in text


@settings(max_examples=25)
@given(SEEDS, PHOTOS, st.sampled_from(Style))
def test_all_that_is_named_is_true_of_the_picture_at_hand_in_order(seed: int, photos: int, style: Style) -> None:
    rng = random.Random(seed)
    sights = seen(rng, min(photos, PER_TEXT.get(style, photos)))
    text = write(style, sights, rng)
    assert told_in_order(facts(text), sights), text


@settings(max_examples=15)
@given(SEEDS)
def test_light_is_told_truly_and_the_largest_tint_always(seed: int) -> None:
    rng = random.Random(seed)
    sight = seen(rng, 1, unknown=0.5)[0]
    for style in Style:
        text = write(style, [sight], rng)
        assert (Kind.COLOUR, str(sight.tints[0])) in {(named.kind, named.value) for named in facts(text)}
        said = set(spoken(text))
        assert sight.dark or "dark" not in said
        assert not (sight.dark and "bright" in said)


@settings(max_examples=15)
@given(SEEDS, PHOTOS)
def test_a_passage_names_colour_and_thing_first(seed: int, photos: int) -> None:
    rng = random.Random(seed)
    sights = seen(rng, photos, unknown=0)
    text = write(Style.ANECDOTE, sights, rng)
    long_turns = [number for number, turn in enumerate(parse(text).turns) if len(words(turn)) > 8]
    assert len(long_turns) == photos
    for number, sight in zip(long_turns, sights, strict=True):
        first, second, *_ = [named for named in facts(text) if named.turn == number]
        assert sight.scene is not None
        assert (first.value, second.value) == (sight.scene.colour, sight.scene.thing)
        assert second.at_word == first.at_word + 1 <= 15


@settings(max_examples=15)
@given(SEEDS, PHOTOS)
def test_again_is_said_only_of_what_was_there_before(seed: int, photos: int) -> None:
    rng = random.Random(seed)
    sights = seen(rng, photos, unknown=0)
    for style in (Style.PING_PONG, Style.ANECDOTE):
        text = write(style, sights, rng)
        shown = [f"{sight.scene.colour} {sight.scene.thing}" for sight in sights if sight.scene]
        said = re.findall(r"(?:same|our) (\w+ \w+)|that (\w+ \w+) again", text)
        for coloured in ("".join(one) for one in said):
            assert shown.count(coloured) > 1 or coloured not in shown


def test_positions_open_in_ways_of_their_own() -> None:
    for module in (pingpong, anecdote):
        ways = [way for pool in (*module.OPENERS, module.LAST, module.ONLY) for way in pool]
        assert len(set(ways)) == len(ways)
        assert all(3 <= len(pool) <= 5 for pool in (*module.OPENERS, module.LAST, module.ONLY))
        assert len(module.OPENERS) == 8


def test_no_frame_comes_twice_before_all_have_come_once() -> None:
    hand = Hand(random.Random(0))
    pool = ("one", "two [a|b]", "three {kin}", "four {absent}")
    drawn = [hand.draw(pool, {}).split()[0] for _ in range(6)]
    assert sorted(drawn[:3]) == sorted(drawn[3:]) == ["one", "three", "two"]


def test_facts_of_a_sentence_worked_by_hand() -> None:
    text = (
        "Speaker 1: Then two Red kites (laughs) in the rain—hello.\n\nSpeaker 2: Sunday. Not a carpet; an orange bus?"
    )
    assert facts(text) == [
        Named(Kind.COLOUR, "red", 2, 0),
        Named(Kind.THING, "kite", 3, 0),
        Named(Kind.SKY, "rainy", 6, 0),
        Named(Kind.COLOUR, "orange", 5, 1),
        Named(Kind.THING, "bus", 6, 1),
    ]
    assert facts("no label, a grey mountain's top") == [
        Named(Kind.COLOUR, "grey", 3, 0),
        Named(Kind.PLACE, "mountains", 4, 0),
    ]
    assert facts("") == []


def test_a_caption_says_all_that_the_picture_shows() -> None:
    scene = Scene(Place.KITCHEN, Sky.RAINY, Thing.UMBRELLA, Colour.ORANGE, (Colour.RED, Colour.BLUE), Beat.REST, 0)
    text = write(Style.CAPTION, [Sight(scene, (Tint.GREY, Tint.BROWN), dark=True)], random.Random(0))
    assert {(named.kind, named.value) for named in facts(text)} == {
        (Kind.COLOUR, "orange"), (Kind.THING, "umbrella"), (Kind.PLACE, "kitchen"), (Kind.SKY, "rainy"),
        (Kind.COLOUR, "grey"), (Kind.COLOUR, "brown"),
    }  # fmt: skip
    assert "two people" in text and "an orange" in text.lower() and "dark" in text


@pytest.mark.parametrize(("style", "count"), [(Style.CAPTION, 2), (Style.MEMORY, 3), (Style.ANECDOTE, 0)])
def test_a_style_refuses_other_numbers_of_sights(style: Style, count: int) -> None:
    with pytest.raises(BadInput, match=f"not {count}"):
        write(style, [Sight(None, (Tint.RED,), dark=False)] * count, random.Random(0))


def test_more_than_eight_pictures_are_told_too() -> None:
    sights = [Sight(None, (Tint.RED,), dark=False)] * 20
    assert len(parse(write(Style.ANECDOTE, sights, random.Random(0))).turns) >= 20


def test_the_two_styles_stand_far_apart() -> None:
    short, long = Figures(Style.PING_PONG), Figures(Style.ANECDOTE)
    assert 95 < short.words < 125 and 5 < short.turn_length < 6.3
    assert 250 < long.words < 295 and long.turn_length > 42
    assert long.turn_length > 6 * short.turn_length
    assert long.switch_rate < short.switch_rate / 5
    assert long.distinct_2 > 0.85 and short.distinct_2 > 0.8
    assert short.shortest >= 3 and short.longest <= 9
    assert long.longest <= 85


class Figures:
    """Means over 40 stories of five pictures, and the shortest and longest turn of all."""

    def __init__(self, style: Style) -> None:
        rng = random.Random(1)
        texts = [write(style, seen(rng, 5, unknown=0.05), rng) for _ in range(40)]
        turns = [[len(words(turn)) for turn in parse(text).turns] for text in texts]
        pairs = [list(pairwise(spoken(text))) for text in texts]
        self.words = mean(map(sum, turns))
        self.turn_length = mean(sum(lengths) / len(lengths) for lengths in turns)
        self.switch_rate = mean(1000 * (len(lengths) - 1) / sum(lengths) for lengths in turns)
        self.distinct_2 = mean(len(set(both)) / len(both) for both in pairs)
        self.shortest = min(map(min, turns))
        self.longest = max(map(max, turns))


def test_the_vocabulary_is_small_and_complete() -> None:
    texts = list(vocabulary_texts())
    known = {word for text in texts for word in spoken(text)}
    assert len(known) <= 900
    assert all(parse(text).turns and render(parse(text).turns) == text for text in texts[:3])
    assert {f"Speaker {number}:" for number in (1, 2, 3)} <= set(re.findall(r"Speaker \d:", "".join(texts)))
    rng = random.Random(2)
    for style in Style:
        for _ in range(25):
            count = PER_TEXT.get(style, rng.randint(1, 8))
            assert set(spoken(write(style, seen(rng, count, unknown=0.3), rng))) <= known


def test_invented_tales_name_nothing_of_the_world() -> None:
    frames = [re.sub(r"\{\w+\}", "", frame) for pool in pools() for frame in pool]
    assert len(frames) > 300
    assert [frame for frame in frames if facts(frame.replace("|", " "))] == []
