"""Sequences of scenes that tell something.

A story is an arc (what happens, in which order), a run of the sky from morning to night, a way through places, one
thing that comes back or several that take turns, and a cast whose clothes stay the same from picture to picture.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import TypeVar

from core.errors import BadInput
from train.miniature.world import Beat, Colour, Place, Scene, SceneStory, Sky, Thing, is_held_out

MOST_PHOTOS = 8

Item = TypeVar("Item")
Coloured = tuple[Thing, Colour]


class Things(Enum):
    """What becomes of the thing from scene to scene."""

    RECUR = auto()
    """One thing of one colour, all through."""
    CHANGE = auto()
    """Another thing of another colour each time."""
    MATCH = auto()
    """Another thing each time, all of one colour."""
    RETURN = auto()
    """Others in the middle; the first comes back at the end."""


class Crowd(Enum):
    """How many of the cast are seen."""

    SAME = auto()
    JOIN = auto()
    LEAVE = auto()
    VARY = auto()


@dataclass(frozen=True, slots=True)
class Arc:
    """Eight beats, of which shorter stories keep the first, the last and some between, in order."""

    name: str
    beats: tuple[Beat, ...]
    things: Things
    crowd: Crowd
    titles: tuple[str, ...]
    """For `{colour}`, `{thing}`, `{a_thing}` and `{place}` of the first scene, `{end}` the last scene's place."""


_A, _F, _T, _C, _R, _P = Beat.ARRIVAL, Beat.FIND, Beat.TROUBLE, Beat.CHASE, Beat.REST, Beat.FEAST

ARCS = (
    Arc(
        "treasure",
        (_A, _A, _F, _F, _T, _C, _R, _P),
        Things.RECUR,
        Crowd.SAME,
        ("The {colour} {thing}", "The day of the {colour} {thing}"),
    ),
    Arc(
        "pursuit",
        (_F, _C, _C, _T, _C, _R, _C, _P),
        Things.RECUR,
        Crowd.VARY,
        ("After that {thing}!", "Running after {a_thing}"),
    ),
    Arc(
        "mishap",
        (_A, _F, _T, _T, _R, _C, _R, _P),
        Things.RECUR,
        Crowd.JOIN,
        ("What befell the {colour} {thing}", "Trouble with {a_thing}"),
    ),
    Arc(
        "journey",
        (_A, _F, _C, _R, _F, _T, _R, _R),
        Things.CHANGE,
        Crowd.SAME,
        ("From the {place} to the {end}", "A long way from the {place}"),
    ),
    Arc(
        "collectors",
        (_A, _F, _F, _F, _C, _T, _R, _P),
        Things.MATCH,
        Crowd.SAME,
        ("Everything {colour}", "The {colour} collection"),
    ),
    Arc(
        "gathering",
        (_A, _A, _F, _R, _A, _P, _P, _P),
        Things.CHANGE,
        Crowd.JOIN,
        ("One more for the party", "Dancing till the end"),
    ),
    Arc(
        "farewell",
        (_P, _P, _R, _F, _T, _C, _R, _R),
        Things.RETURN,
        Crowd.LEAVE,
        ("The last to leave", "Goodbye, {colour} {thing}"),
    ),
    Arc(
        "round trip",
        (_A, _C, _F, _T, _R, _C, _F, _P),
        Things.RETURN,
        Crowd.VARY,
        ("Back to the {colour} {thing}", "There and back"),
    ),
    Arc(
        "bad luck",
        (_T, _T, _C, _T, _C, _T, _R, _P),
        Things.CHANGE,
        Crowd.SAME,
        ("One of those days", "It began with {a_thing}"),
    ),
    Arc(
        "lazy day",
        (_R, _A, _R, _F, _R, _R, _P, _R),
        Things.RECUR,
        Crowd.LEAVE,
        ("Doing nothing with {a_thing}", "A slow day for the {colour} {thing}"),
    ),
)

_SUN, _CLOUDS, _RAIN, _SNOW, _FOG, _DUSK, _NIGHT = (
    Sky.SUNNY, Sky.CLOUDY, Sky.RAINY, Sky.SNOWY, Sky.FOGGY, Sky.SUNSET, Sky.NIGHT,
)  # fmt: skip

DAYS = (
    (_SUN, _SUN, _CLOUDS, _RAIN, _RAIN, _CLOUDS, _DUSK, _NIGHT),
    (_FOG, _FOG, _CLOUDS, _SUN, _SUN, _RAIN, _DUSK, _NIGHT),
    (_SNOW, _SNOW, _CLOUDS, _SNOW, _SUN, _DUSK, _NIGHT, _NIGHT),
    (_NIGHT, _NIGHT, _FOG, _SUN, _CLOUDS, _RAIN, _RAIN, _DUSK),
    (_RAIN, _RAIN, _FOG, _FOG, _SUN, _SUN, _DUSK, _NIGHT),
    (_CLOUDS, _SNOW, _SNOW, _FOG, _SUN, _CLOUDS, _DUSK, _NIGHT),
    (_DUSK, _DUSK, _NIGHT, _NIGHT, _FOG, _SNOW, _SNOW, _SUN),
    (_RAIN, _CLOUDS, _DUSK, _NIGHT, _SNOW, _SNOW, _FOG, _CLOUDS),
)
"""How the sky may move through a day, or a night and the next day; shorter stories keep some, in order."""

_NOBODY = 0.06
"""How often a scene shows the thing alone."""
_STAYS = 0.25
"""How often the next scene is at the same place."""


def draw_story(rng: random.Random, *, held_out: bool = False, photos: int = 5) -> SceneStory:
    """A story of `photos` scenes, 1 to 8. With `held_out` every scene is held out, without it none is.

    Raises BadInput for another number of photos.
    """
    if not 1 <= photos <= MOST_PHOTOS:
        raise BadInput(f"a rendered story has 1 to {MOST_PHOTOS} photos, not {photos}")
    arc = rng.choice(ARCS)
    beats = _some_in_order(arc.beats, photos, rng)
    skies = _some_in_order(rng.choice(DAYS), photos, rng)
    things = _things(arc.things, skies, held_out, rng)
    places = _places(things, skies, held_out, rng)
    casts = _casts(arc.crowd, photos, rng)
    scenes = tuple(
        Scene(place, sky, thing, colour, people, beat, rng.randrange(2**31))
        for place, sky, (thing, colour), people, beat in zip(places, skies, things, casts, beats, strict=True)
    )
    return SceneStory(_title(arc, scenes, rng), scenes)


def _some_in_order(items: Sequence[Item], count: int, rng: random.Random) -> list[Item]:
    """`count` of the items in their order; from two on, the first and the last are among them."""
    if count == 1:
        return [rng.choice(items)]
    between = sorted(rng.sample(range(1, len(items) - 1), count - 2))
    return [items[at] for at in (0, *between, len(items) - 1)]


@cache
def _open_places(coloured: Coloured, sky: Sky, held_out: bool) -> tuple[Place, ...]:
    """Where a scene with this thing under this sky is on the wanted side of the split."""
    thing, colour = coloured
    probes = (Scene(place, sky, thing, colour, (), Beat.REST, 0) for place in Place)
    return tuple(probe.place for probe in probes if is_held_out(probe) is held_out)


def _roles(policy: Things, count: int) -> list[int]:
    """Scenes with the same number show the same thing."""
    if policy is Things.RECUR:
        return [0] * count
    roles = list(range(count))
    if policy is Things.RETURN:
        roles[-1] = 0
    return roles


def _things(policy: Things, skies: Sequence[Sky], held_out: bool, rng: random.Random) -> list[Coloured]:
    """Per scene, such that each finds a place. Different roles are different things as far as the split allows."""
    roles = _roles(policy, len(skies))
    colours = [rng.choice(list(Colour))] if policy is Things.MATCH else list(Colour)
    cast: dict[int, Coloured] = {}
    for role in dict.fromkeys(roles):
        seen_under = [sky for sky, other in zip(skies, roles, strict=True) if other == role]
        fitting = [
            (thing, colour)
            for thing in Thing
            for colour in colours
            if all(_open_places((thing, colour), sky, held_out) for sky in seen_under)
        ]
        used = {thing for thing, _ in cast.values()}
        cast[role] = rng.choice([one for one in fitting if one[0] not in used] or fitting)
    return [cast[role] for role in roles]


def _places(things: Sequence[Coloured], skies: Sequence[Sky], held_out: bool, rng: random.Random) -> list[Place]:
    """A way through places: now and then the next scene stays where the last one was."""
    way: list[Place] = []
    for coloured, sky in zip(things, skies, strict=True):
        fitting = _open_places(coloured, sky, held_out)
        if way and way[-1] in fitting and rng.random() < _STAYS:
            way.append(way[-1])
        else:
            way.append(rng.choice([place for place in fitting if place not in way] or fitting))
    return way


def _casts(crowd: Crowd, count: int, rng: random.Random) -> list[tuple[Colour, ...]]:
    """Who is seen, scene by scene: always the first so many of one cast, in the same clothes and order."""
    cast = tuple(rng.sample(list(Colour), 4))
    few, many = rng.randint(1, 2), rng.randint(3, 4)
    same = rng.randint(1, 4)
    casts: list[tuple[Colour, ...]] = []
    for at in range(count):
        share = at / max(1, count - 1)
        seen = {
            Crowd.SAME: same,
            Crowd.JOIN: round(few + share * (many - few)),
            Crowd.LEAVE: round(many - share * (many - few)),
            Crowd.VARY: rng.randint(1, 4),
        }[crowd]
        casts.append(cast[: 0 if rng.random() < _NOBODY else seen])
    return casts


def _title(arc: Arc, scenes: Sequence[Scene], rng: random.Random) -> str:
    first = scenes[0]
    article = "an" if first.thing is Thing.UMBRELLA else "a"
    return rng.choice(arc.titles).format(
        colour=first.colour,
        thing=first.thing,
        a_thing=f"{article} {first.thing}",
        place=first.place,
        end=scenes[-1].place,
    )
