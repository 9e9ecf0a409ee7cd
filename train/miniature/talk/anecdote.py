"""Long turns that tell what happened to the speakers: one a picture, with fillers, grudges and interruptions."""

import random
from collections.abc import Sequence

from train.miniature.talk.frames import Hand, Pool, fill
from train.miniature.talk.sights import fields, seen_before
from train.miniature.talk.yarns import YARNS
from train.miniature.world import Beat, Scene, Sight

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

NEW: Pool = ("this {coloured}", "{a_coloured}", "this big {coloured}")
AGAIN: Pool = ("the same {coloured}", "that {coloured} again", "our {coloured}", "the very same {coloured}")
TAILS: Pool = (
    ", just, like, there.",
    ". I know.",
    ", no warning.",
    ". Hello?",
    ", of all things.",
    ", minding its own business.",
    ". Don't look at me.",
    ", and nobody ordered one.",
    ". I mean, why?",
    ". (sighs) As always.",
)
PLACE: Pool = (
    "We're {where}, {weather}, and nobody brought [socks|a map].",
    "It was {it_is}, of course it was, {where}.",
    "And I'm {where}, kinda lost, and it's {it_is}.",
    "This is {where}, I mean, {weather}, on a Tuesday.",
    "{Where}, can you believe it? And it's {it_is}.",
    "So we're stuck {where}, {weather}, sorta humming.",
    "You know me, I love {the_place}, just not {weather}.",
    "It's {it_is}, I'm in slippers, and we're {where}.",
    "I said meet me {where}. I didn't say {weather}.",
    "And who's {where}, {weather}? Us. Always us.",
    "We'd been {where} since, like, breakfast, {weather}.",
    "It was {it_is_where}, and nobody had a plan.",
    "I don't even like {the_place}, and it's {it_is}.",
    "{Where}, um, {weather}, like [criminals|penguins].",
)
TINT: Pool = (
    "And everything just went {tint}.",
    "And it's all {tint}, you know, even the [soup|silence].",
    "I mean, who ordered that much {tint}?",
    "And it's so {tint}, I thought I was [dreaming|dead].",
    "So much {tint}, like the inside of a [sofa|handbag].",
    "Everything's {tint}, and a bit {second}, like a bad tooth.",
    "It's {tint} wherever you look, and, um, some {second}.",
    "I've never seen that much {tint}, and I sell carpets.",
    "All this {tint}, kinda {second} at the edges.",
    "{Tint}, just {tint}. I still see it when I sneeze.",
    "And there's this {tint} mood, don't ask me.",
    "My face was {tint}. Your face was {tint}.",
    "And it's dark, like, where's my hand dark, and {tint}.{dark}",
    "Mostly {tint}, the whole thing, like a [funeral|birthday].",
)
BEATS: dict[Beat, Pool] = {
    Beat.ARRIVAL: (
        "So we wave, like we [won something|own the place].",
        "And we're all waving at, um, I don't know who.",
        "We wave, because {kin} said look friendly.",
        "I waved so hard I hurt something.",
        "So everybody waves, and, you know, nobody waves back.",
    ),
    Beat.FIND: (
        "And we all point at it like [detectives|it owes us money].",
        "We just stood around it, you know, pointing.",
        'So everybody\'s pointing, and I go, "Yes, I have eyes."',
        "And {kin} points, so we all point. Family.",
        "I pointed at it first, I want that known.",
    ),
    Beat.TROUBLE: (
        "And it just falls over. Boom. Everybody's yelling.",
        "And then it tips, and I mean, down it goes.",
        "Down it went, kinda slowly, like it wanted to be caught.",
        "It fell over, right, and everyone's looking at me.",
        "And it goes over sideways, arms up, and {kin} screams.",
    ),
    Beat.CHASE: (
        "So we run. Like there's soup at the end.",
        "And suddenly we're running, and, I mean, I don't run.",
        "We ran and ran, you know, knees and everything.",
        'And {kin} yells, "Run!" so you run. You ask later.',
        "Everybody ran, so, like, I ran. I never found out why.",
    ),
    Beat.REST: (
        "So we sat down, because my knees had a meeting.",
        "And we just sat there, you know, like potatoes.",
        "We had to sit. {Kin} was doing the breathing.",
        "So we're sitting, nobody talks, and it's kinda nice.",
        "We sat. I don't get up for just anyone.",
    ),
    Beat.FEAST: (
        "So obviously we danced. Badly, but, like, all in.",
        "And everybody's dancing, even {kin}, with those knees.",
        "We danced, I mean, I call it dancing.",
        "And then the dancing starts, and I pulled a muscle smiling.",
        "I danced with {kin}, and, um, we lost.",
    ),
}
NOBODY: Pool = (
    "And nobody's there. Nobody. Just it, you know, thinking.",
    "Not a person anywhere. I said hello. Nothing.",
    "It's all alone, like me at [school|weddings].",
    "And no people. Who leaves that lying around?",
)
CLOTHES: Pool = (
    "{Kin}'s all in {clothes}, don't ask.",
    "{Kin} came in {clothes}, by mistake.",
    "The one in {clothes}? That's {kin}.",
    "And I'm in {clothes}, because nobody told me.",
)
MYSTERY_IT: Pool = (
    "this, um, {tint} thing",
    "something {tint}",
    "{a_tint}, I don't know, thing",
    "a kinda {tint} something",
    "this whole {tint} situation",
)
MYSTERY: Pool = (
    "I don't know what it was. I've stopped asking.",
    "It could've been anything, I mean, I'd left my glasses at home.",
    "I looked twice, you know, with both eyes. Nothing.",
    "{Kin} says {he} knows what it is. {He} says that about everything.",
    "I'm not sure, okay? I was busy.",
    "Don't ask me what. I nodded, like you do in museums.",
    "We called it Gary, because, like, what else do you do?",
    "You had to be there. I was there, and it didn't help.",
    "I asked {kin}, and {he} just, like, bowed.",
    "Is it food? I mean, I had a bite, and I'm not sure.",
    "Nobody would say what it was. Not even the priest.",
    "I want to say furniture? Like, brave furniture.",
)
LIGHT: Pool = (
    "It was kind of dark, too.{dark}",
    "And dark, you know, like under a hat.{dark}",
    "I mean, it was dark, I was guessing.{dark}",
    "And so dark, I shook hands with a chair.{dark}",
    "It's dark, right, and {kin} won't stop humming.{dark}",
    "You know me and the dark. I sang.{dark}",
    "And bright, so, no excuse.{light}",
    "Plenty of light, too, and still no idea.{light}",
    "It was bright, I'll give it that.{light}",
    "So bright, you know, I could see my mistakes.{light}",
    "I mean, the light was fine. It was me.{light}",
    "Good light, too, {kin} looked nearly honest.{light}",
)
REACTIONS: Pool = (
    "(laughs) No!",
    "Oh, come on.",
    "Stop it. (laughs)",
    "Ha!",
    "I knew it.",
    "Oh, that's so you.",
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
    "So I said, I said—",
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

_REACTS = 0.3
_CUT_OFF = 0.2
_QUICK = 0.17
_QUICK_APART = 5
"""Turns between two thrown-in words at least: more would make the talk quick."""
_PLACED = 0.6
_ACTS = 0.55
_LIT = 0.6
_LONG = 58
"""Words of a turn that nobody cuts off any more."""
_TAIL = 0.6
_CLOTHES = 0.3


def lines(sights: Sequence[Sight], rng: random.Random) -> list[tuple[int, str]]:
    """Speaker and text of every turn."""
    hand = Hand(rng)
    said: list[tuple[int, str]] = []
    before = ""
    for at in range(len(sights)):
        said.append((_next(said), _joined(before, _passage(sights, at, hand))))
        before = _after(said, hand) if at < len(sights) - 1 else ""
    return said


def memory(sights: Sequence[Sight], rng: random.Random) -> list[tuple[int, str]]:
    """The one turn of a monologue."""
    hand = Hand(rng)
    return [(1, _joined(*(_passage(sights, at, hand) for at in range(len(sights)))))]


def _next(said: Sequence[tuple[int, str]]) -> int:
    """Of two speakers, the other one: whose turn it is must be plain to a model that looks back at one label."""
    return 2 if said and said[-1][0] == 1 else 1


def _after(said: list[tuple[int, str]], hand: Hand) -> str:
    """What the other makes of a turn: cut it off, throw in a word, or begin the next turn with a reaction."""
    chance = hand.rng.random()
    speaker, text = said[-1]
    if chance < _CUT_OFF and len(text.split()) < _LONG:
        said[-1] = speaker, _joined(text, hand.draw(CUTS, {}))
        return hand.draw(CUTTING, {})
    if chance < _CUT_OFF + _QUICK and all(quick not in QUICK for _, quick in said[-_QUICK_APART:]):
        said.append((_next(said), hand.draw(QUICK, {})))
        return ""
    return hand.draw_maybe(REACTIONS, {}, _REACTS)


def _joined(*parts: str) -> str:
    return " ".join(part.strip() for part in parts if part.strip())


def _passage(sights: Sequence[Sight], at: int, hand: Hand) -> str:
    values = fields(sights[at], hand.rng)
    last = at == len(sights) - 1
    placed = sights[at].scene is not None and (last or hand.rng.random() < _PLACED)
    told = [
        _opening(sights, at, values, placed, hand),
        *_middle(sights[at].scene, values, placed, last, hand),
        hand.draw(YARNS, values),
        hand.draw(CLOSES, values) if last else "",
    ]
    return _joined(*told)


def _opening(sights: Sequence[Sight], at: int, values: dict[str, str], placed: bool, hand: Hand) -> str:
    opener = OPENERS[min(at, len(OPENERS) - 1)]
    if at == len(sights) - 1:
        opener = LAST if at else ONLY
    it = MYSTERY_IT if sights[at].scene is None else AGAIN if seen_before(sights, at) else NEW
    tail = f" {fill('{where}, {weather}.', values)}" if placed else hand.draw_maybe(TAILS, values, _TAIL) or "."
    return hand.draw(opener, {**values, "it": hand.draw(it, values), "tail": tail})


def _middle(scene: Scene | None, values: dict[str, str], placed: bool, last: bool, hand: Hand) -> list[str]:
    """Where it was, if that is not told yet, then what colour everything had and what happened, in either order."""
    if scene is None:
        tint = hand.draw(TINT, {name: value for name, value in values.items() if name != "dark"})
        return [hand.draw(MYSTERY, values), tint, hand.draw_maybe(LIGHT, values, _LIT)]
    place = "" if placed else hand.draw(PLACE, values)
    happened = hand.draw_maybe(BEATS[scene.beat] if scene.people else NOBODY, values, 1 if placed else _ACTS)
    clothes = hand.draw_maybe(CLOTHES, values, _CLOTHES) if scene.people and placed and not last else ""
    both = [hand.draw(TINT, values), f"{happened} {clothes}"]
    hand.rng.shuffle(both)
    return [place, *both]
