"""Short polite talk that describes: three or four turns of a few words for each picture, two speakers in turn."""

import random
from collections.abc import Sequence

from train.miniature.talk.frames import Hand, Pool
from train.miniature.talk.sights import fields, seen_before
from train.miniature.world import Beat, Scene, Sight

ONLY: Pool = ("Just the one, {it}.", "Only {it} today.", "There is only {it}.")
OPENERS: tuple[Pool, ...] = (
    ("First, {it}.", "We begin with {it}.", "To begin with, {it}.", "It starts with {it}."),
    ("Then {it}.", "Second, {it}.", "Next comes {it}.", "And then {it}."),
    ("Third, {it}.", "After that, {it}.", "Now we have {it}."),
    ("Fourth, {it}.", "Later on, {it}.", "And here is {it}."),
    ("Fifth, {it}.", "By now, {it}.", "Along comes {it}."),
    ("Sixth, {it}.", "Still going: {it}.", "And now, {it}."),
    ("Seventh, {it}.", "Nearly there: {it}.", "Yet more, {it}."),
    ("Once more, {it}.", "There is also {it}.", "And again, {it}."),
)
LAST: Pool = ("Last of all, {it}.", "Finally, {it}.", "And at the end, {it}.", "It ends with {it}.")
"""How the passage of each position opens; the last one's is of its own, so that the end is heard coming."""

NEW: Pool = ("{a_coloured}",)
AGAIN: Pool = ("the {coloured} again", "the same {coloured}", "our {coloured}", "that {coloured} again")
THING: Pool = (
    "Yes, very {colour}.",
    "A lovely {colour}, too.",
    "What a good {thing}.",
    "I like that {thing}.",
    "It is very {colour} indeed.",
    "One can't miss that {thing}.",
    "I always wanted {a_thing}.",
    "{Colour} suits it, I think.",
    "A fine {thing}, I must say.",
    "Is it your {thing}?",
    "So {colour}! I approve.",
)
PLACE: Pool = (
    "We are {where}, {weather}.",
    "It is {it_is_where}.",
    "All this {where}, {weather}.",
    "{Where}, I see, {weather}.",
    "I believe it is {it_is_where}.",
    "So nice, {where}, {weather}.",
    "It is {the_place}, {weather}.",
    "How I love {the_place} {weather}.",
    "{Where}, and it is {it_is}.",
    "It must be {the_place}. It is {it_is}.",
    "Yes, {where}, {weather}.",
)
TINT: Pool = (
    "And so much {tint} around.",
    "It is mostly {tint}, isn't it?",
    "Mostly {tint}, and some {second}.",
    "I see a lot of {tint}.",
    "All that {tint}, and a little {second}.",
    "The rest is quite {tint}.",
    "{Tint} all over, with some {second}.",
    "{Tint} wherever you look.",
    "A very {tint} moment.",
    "The air looks {tint} and {second}.",
    "It is dark and {tint}.{dark}",
    "One could call it {tint}.",
    "{Tint}, and I don't mind it.",
)
BEATS: dict[Beat, Pool] = {
    Beat.ARRIVAL: (
        "{People} {are} waving.",
        "{People} {are} here, waving hello.",
        "Good, {people}. Do wave back.",
        "And {people} waving at us.",
    ),
    Beat.FIND: (
        "{People} {are} pointing at it.",
        "And {people} pointing. How exciting.",
        "{People} found it, I believe.",
        "They point. It is only polite to look.",
    ),
    Beat.TROUBLE: (
        "Oh dear, it fell over.",
        "It fell. {People} {are} upset.",
        "I am afraid it fell down.",
        "Arms up! That went badly.",
    ),
    Beat.CHASE: (
        "{People} {are} running.",
        "And {people} running. Why, I wonder?",
        "How fast they run!",
        "Somebody is late, I think. They run.",
    ),
    Beat.REST: (
        "{People} {are} sitting down.",
        "A rest, at last. {People}.",
        "They sit. I would, too.",
        "And {people} doing nothing at all.",
    ),
    Beat.FEAST: (
        "{People} {are} dancing.",
        "They dance quite well.",
        "And {people} dancing. How nice.",
        "Is that dancing? It is. Good.",
    ),
}
CLOTHES: Pool = (
    "I like the one in {clothes}.",
    "Somebody is dressed in {clothes}.",
    "One of them wears {clothes}.",
    "{Clothes} looks good on them.",
)
NOBODY: Pool = (
    "Nobody is here, only the {thing}.",
    "No people at all. How quiet.",
    "It is all alone, poor {thing}.",
    "And not a person anywhere.",
)
UNKNOWN: Pool = (
    "I am not sure what it is.",
    "It could be anything, really.",
    "What is it, do you think?",
    "I would rather not guess.",
    "Your guess is as good as mine.",
    "I looked twice. No idea.",
    "It is new to me, too.",
    "A mystery. I like it.",
)
UNKNOWN_TINT: Pool = (
    "But {tint}, that much is sure.",
    "Mostly {tint}, some {second}.",
    "A lot of {tint}, I can say.",
    "It is {tint} and a bit {second}.",
    "{Tint}, and kind of dark.{dark}",
    "{Tint}, and quite bright.{light}",
    "Whatever it is, it is {tint}.",
    "{Tint} suits it, whatever it is.",
)
CLOSES: Pool = (
    "A good end, I think.",
    "And nobody lost a hat.",
    "I would go again tomorrow.",
    "Next time we bring tea.",
    "So ends a good day.",
    "And home in time for soup.",
    "That was all. How lovely.",
    "I shall sleep well after that.",
)

_ACT = 0.8


def lines(sights: Sequence[Sight], rng: random.Random) -> list[tuple[int, str]]:
    """Speaker and text of every turn."""
    hand = Hand(rng)
    said: list[str] = []
    for at, sight in enumerate(sights):
        said += _passage(sight, _opener(at, len(sights)), seen_before(sights, at), hand)
    said.append(hand.draw(CLOSES, {}))
    return [(1 + at % 2, text) for at, text in enumerate(said)]


def _opener(at: int, count: int) -> Pool:
    if at == count - 1:
        return LAST if count > 1 else ONLY
    return OPENERS[min(at, len(OPENERS) - 1)]


def _passage(sight: Sight, opener: Pool, seen: bool, hand: Hand) -> list[str]:
    values = fields(sight, hand.rng)
    if sight.scene is None:
        named = {**values, "it": f"something {values['tint']}"}
        return [hand.draw(opener, named), hand.draw(UNKNOWN, values), hand.draw(UNKNOWN_TINT, values)]
    it = hand.draw(AGAIN if seen else NEW, values)
    said = [hand.draw(opener, {**values, "it": it}), hand.draw(PLACE, values), hand.draw(TINT, values)]
    extra = hand.rng.choice(("remark", "people", "people", "none", "none"))
    if extra == "remark":
        said.insert(1, hand.draw(THING, values))
    if extra == "people":
        said.insert(2, hand.draw(_people(sight.scene, hand.rng), values))
    return said


def _people(scene: Scene, rng: random.Random) -> Pool:
    """Mostly what they do, sometimes what they wear."""
    if not scene.people:
        return NOBODY
    return BEATS[scene.beat] if rng.random() < _ACT else CLOTHES
