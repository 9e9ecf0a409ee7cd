"""Long turns that tell what happened to the speakers: one a picture, with fillers, grudges and interruptions."""

import random
from collections.abc import Sequence

from train.miniature.talk.frames import Hand, Pool
from train.miniature.talk.sights import fields
from train.miniature.talk.yarns import YARNS
from train.miniature.world import Beat, Sight

ONLY: Pool = (
    "So there was only {it}{tail}",
    "Okay, all I remember is {it}{tail}",
    "So, um, the whole story is {it}{tail}",
)
OPENERS: tuple[Pool, ...] = (
    (
        "Okay, so it starts with {it}{tail}",
        "So, um, the first thing is {it}{tail}",
        "Right, so first of all, {it}{tail}",
        "Okay, so in the beginning there's {it}{tail}",
    ),
    (
        "So then there's {it}{tail}",
        "Second thing, um, {it}{tail}",
        "And then, you know, {it}{tail}",
        "Next thing I know, {it}{tail}",
    ),
    (
        "Third thing, I swear, {it}{tail}",
        "So after that, like, {it}{tail}",
        "And that's when we get {it}{tail}",
    ),
    (
        "Fourth thing, I mean, {it}{tail}",
        "So later on there's {it}{tail}",
        "Meanwhile, you know, {it}{tail}",
    ),
    (
        "Fifth thing, of course, {it}{tail}",
        "By now, honestly, it's {it}{tail}",
        "At this point, um, {it}{tail}",
    ),
    (
        "Sixth thing, don't laugh, {it}{tail}",
        "Hours later there's {it}{tail}",
        "And we're not done, {it}{tail}",
    ),
    (
        "Seventh thing, I counted, {it}{tail}",
        "You'd think we'd stop, but {it}{tail}",
        "Nearly there, I promise, {it}{tail}",
    ),
    (
        "Then one more thing, {it}{tail}",
        "And, I mean, there's also {it}{tail}",
        "We're still going, you know, {it}{tail}",
    ),
)
LAST: Pool = (
    "And at the very end, {it}{tail}",
    "Finally, I mean finally, {it}{tail}",
    "Last thing, last thing, {it}{tail}",
    "And it all ends with {it}{tail}",
)
"""How the passage of each position opens; the last one's is of its own, so that the end is heard coming."""

IT: Pool = ("this {coloured}", "this {coloured}", "this big {coloured}", "{a_coloured}")
TAILS: Pool = (
    ".",
    ", just, like, there.",
    ". I know. I know.",
    ", no warning.",
    ". Hello?",
    ", of all things.",
    ", minding its own business.",
    ". Don't look at me.",
    ", and nobody [asked|ordered] one.",
    ". (sighs) Again with the {things}.",
)
PLACE: Pool = (
    "We're {where}, right, {weather}, and nobody brought [socks|a map].",
    "It was {it_is}, obviously, because that's what you get {where}.",
    "And I'm {where}, kinda lost, and it's {it_is}.",
    "This is all {where}, I mean, {weather}, on a Tuesday.",
    "{Where}, can you believe it? And it's {it_is}, of course it is.",
    "So we're stuck {where}, {weather}, sorta hoping for the best.",
    "You know me, I love {the_place}, just not {weather}.",
    "It's {it_is}, I'm in [slippers|one shoe], and we're {where}.",
    "I said meet me {where}. I didn't say {weather}, did I?",
    "And who's {where}, {weather}? Us. Always us.",
    "We'd been {where} since, like, breakfast, and it's {it_is} now.",
    "And {where}, you know, it was {it_is} and nobody had a plan.",
)
TINT: Pool = (
    "And everything just went {tint}. All of it.",
    "And it's all {tint}, you know, even the [soup|silence].",
    "I remember it as {tint}, I mean, who ordered that much {tint}?",
    "And the light's so {tint}, I thought I was [dreaming|dead].",
    "So much {tint}, like the inside of [a sofa|a handbag].",
    "Everything's {tint}, and a bit {second}, like a bad tooth.",
    "It's {tint} wherever you look, then, um, {second}, then more {tint}.",
    "I've never seen that much {tint}, and I grew up in a carpet shop.",
    "All this {tint}, kinda {second} at the edges, like old soup.",
    "{Tint}, just {tint}. I still see it when I sneeze.",
    "And there's this {tint} mood, and some {second}, don't ask me.",
    "My face was {tint}, your face was {tint}, all of it.",
    "And it's dark, like, where's my hand dark, and {tint}.{dark}",
)
BEATS: dict[Beat, Pool] = {
    Beat.ARRIVAL: (
        "So we wave, like we [won something|own the place].",
        "And we're all waving at, um, I don't know who.",
        "We show up waving, because {kin} said look friendly.",
        "Everybody waves. I waved so hard I hurt something.",
    ),
    Beat.FIND: (
        "And we all point at it like [detectives|it owes us money].",
        "We just stood around it, you know, pointing.",
        'So everybody\'s pointing, and I go, "Yes, I have eyes."',
        "And {kin} points, so we all point. It's that kind of family.",
    ),
    Beat.TROUBLE: (
        "And it just falls over. Boom. Arms up, everybody yelling.",
        "And then it tips, and I mean, down it goes.",
        "Down it went, kinda slowly, like it wanted to be caught.",
        "It fell over, right, and everyone's looking at me.",
    ),
    Beat.CHASE: (
        "So we run. We run like there's soup at the end.",
        "And suddenly we're running, I mean, I don't run.",
        "We ran and ran, you know, knees and everything.",
        'And {kin} yells, "Run!" so you run. You ask later.',
    ),
    Beat.REST: (
        "So we sat down, because my knees had a meeting.",
        "And we just sat there, you know, like potatoes.",
        "We had to sit. {Kin} was doing the breathing.",
        "So we're sitting, and nobody says anything, and it's kinda nice.",
    ),
    Beat.FEAST: (
        "So obviously we danced. Badly, but, like, all in.",
        "And everybody's dancing, even {kin}, with those knees.",
        "We danced, I mean, I call it dancing.",
        "And then the dancing starts, and I pulled a muscle smiling.",
    ),
}
NOBODY: Pool = (
    "And nobody's there. Nobody. Just it, you know, thinking.",
    "Not a person anywhere. I said hello and felt silly.",
    "It's all alone, like me at [school|weddings].",
    "And no people, I mean, who leaves that lying around?",
)
CLOTHES: Pool = (
    "{Kin}'s all in {clothes}, don't ask.",
    "{Kin} came in {clothes}, by mistake.",
    "The one in {clothes}? That's {kin}.",
    "And I'm in {clothes}, because nobody told me.",
)
MYSTERY_IT: Pool = ("this, um, {tint} thing", "something {tint}", "a {tint}, I don't know, thing")
MYSTERY: Pool = (
    "I don't know what it was. I've stopped asking.",
    "It could've been anything, I mean, I'd left my glasses at home.",
    "I looked at it twice, you know, with both eyes. Nothing.",
    "{Kin} says {he} knows what it is. {He} says that about everything.",
    "I'm not sure, okay? I was busy. It was there and so was I.",
    "Don't ask me what. I nodded, like you do in museums.",
    "We called it Gary, because, like, what else do you do?",
    "You had to be there. I was there, and it didn't help.",
)
LIGHT: Pool = (
    "It was kind of dark, too.{dark}",
    "And dark, you know, like under a hat.{dark}",
    "I mean, it was dark, I was guessing.{dark}",
    "And bright, so, no excuse.{light}",
    "Plenty of light, too, and still no idea.{light}",
    "It was bright, I'll give it that.{light}",
)
REACTIONS: Pool = (
    "(laughs) No!",
    "Oh, come on.",
    "Stop it. (laughs)",
    "Ha!",
    "I knew it.",
    "Poor {kin}.",
    "Yeah, no, I was there.",
    "In public?",
    "As one does.",
)
QUICK: Pool = (
    "Wait, what?",
    "No way.",
    "(laughs) Of course.",
    "You did not.",
    "Every time!",
    "Hang on, hang on.",
)
CUTS: Pool = (
    "And the worst part is—",
    'And I go, "Listen, if you ever—"',
    "And that's not even—",
    "So I said to him, I said—",
    "And to this day I—",
)
CUTTING: Pool = (
    "No, wait, wait, my turn.",
    "Yeah, yeah, we know.",
    "Let me, let me.",
    "You always tell it wrong.",
    "Sorry, sorry, I have to.",
)
CLOSES: Pool = (
    "Anyway, that's why I'm not allowed to own {things}.",
    "And that's it. All that for one {coloured}.",
    "And nobody ever got their sandwich back.",
    "So if you see {kin}, you didn't hear it from me.",
    "And I'd do it all again tomorrow. Not the soup. The rest.",
    "My mother still thinks we were at the library.",
    "And the goose kept the hat.",
    "And that, your honour, is why I was late.",
    "So we went home, and, you know, nobody had the keys.",
    "Best day of my life, and I'm never doing it again.",
)

_THREE_SPEAKERS = 0.3
_REACTS = 0.3
_CUT_OFF = 0.2
_QUICK = 0.17
_CLOTHES = 0.3


def lines(sights: Sequence[Sight], rng: random.Random) -> list[tuple[int, str]]:
    """Speaker and text of every turn."""
    hand = Hand(rng)
    speakers = 3 if rng.random() < _THREE_SPEAKERS else 2
    said: list[tuple[int, str]] = []
    before: list[str] = []
    for at, sight in enumerate(sights):
        passage = " ".join([*before, _passage(sight, at, len(sights), hand)])
        said.append((_next(said, speakers, rng), passage))
        before = []
        if at < len(sights) - 1:
            before = _after(said, speakers, hand)
    return said


def memory(sights: Sequence[Sight], rng: random.Random) -> list[tuple[int, str]]:
    """The one turn of a monologue."""
    hand = Hand(rng)
    return [(1, " ".join(_passage(sight, at, len(sights), hand) for at, sight in enumerate(sights)))]


def _next(said: Sequence[tuple[int, str]], speakers: int, rng: random.Random) -> int:
    """Anyone but the last speaker; a new one takes the next number."""
    if not said:
        return 1
    met = max(speaker for speaker, _ in said)
    return rng.choice([one for one in range(1, min(met + 1, speakers) + 1) if one != said[-1][0]])


def _after(said: list[tuple[int, str]], speakers: int, hand: Hand) -> list[str]:
    """What the others make of a turn: cut it off, throw in a word, or begin the next turn with a reaction."""
    chance = hand.rng.random()
    speaker, text = said[-1]
    if chance < _CUT_OFF:
        said[-1] = speaker, f"{text} {hand.draw(CUTS, {})}"
        return [hand.draw(CUTTING, {})]
    if chance < _CUT_OFF + _QUICK:
        said.append((_next(said, speakers, hand.rng), hand.draw(QUICK, {})))
        return []
    return list(hand.draw_maybe(REACTIONS, {}, _REACTS))


def _passage(sight: Sight, at: int, count: int, hand: Hand) -> str:
    values = fields(sight, hand.rng)
    told = [_opening(values, at, count, hand), *_middle(sight, values, hand), hand.draw(YARNS, values)]
    if at == count - 1:
        told.append(hand.draw(CLOSES, values))
    return " ".join(told)


def _opening(values: dict[str, str], at: int, count: int, hand: Hand) -> str:
    opener = OPENERS[min(at, len(OPENERS) - 1)]
    if at == count - 1:
        opener = LAST if count > 1 else ONLY
    known = "coloured" in values
    it = hand.draw(IT if known else MYSTERY_IT, values)
    return hand.draw(opener, {**values, "it": it, "tail": hand.draw(TAILS, values)})


def _middle(sight: Sight, values: dict[str, str], hand: Hand) -> list[str]:
    """Where it was, what colour everything had and what happened, the last two in either order."""
    tint = hand.draw(TINT, values)
    if sight.scene is None:
        return [hand.draw(MYSTERY, values), tint, hand.draw(LIGHT, values)]
    happened = [hand.draw(BEATS[sight.scene.beat] if sight.scene.people else NOBODY, values)]
    if sight.scene.people:
        happened += hand.draw_maybe(CLOTHES, values, _CLOTHES)
    both = [[tint], happened]
    hand.rng.shuffle(both)
    return [hand.draw(PLACE, values), *both[0], *both[1]]
