"""The people of a scene: who they are, where they stand, what they sit on."""

import random
from dataclasses import dataclass
from itertools import pairwise

from train.miniature.scenes.board import Board, Pen
from train.miniature.scenes.paint import Tone
from train.miniature.scenes.people import POSES, Look, draw_person, look
from train.miniature.scenes.places import Setting
from train.miniature.scenes.spot import Spot, chance
from train.miniature.world import Beat, Scene


@dataclass(frozen=True, slots=True)
class Someone:
    who: Look
    number: int
    x: float
    foot: float
    flip: bool

    def draw(self, board: Board, tone: Tone, scene: Scene) -> None:
        rng = chance(scene, f"person/{self.number}")
        pose = POSES[scene.beat][(scene.layout + self.number) % len(POSES[scene.beat])]
        hop = 0.05 * (self.number % 2) if scene.beat is Beat.FEAST else 0.0
        if scene.beat is Beat.REST:
            _mat(board.pen(tone), self.x + (-0.08 if self.flip else 0.08), self.foot, rng)
        pen = board.figure(tone, self.x, self.foot - hop, self.who.height, self.flip)
        draw_person(pen, self.who, scene.people[self.number], pose, rng)


def _mat(pen: Pen, x: float, foot: float, rng: random.Random) -> None:
    """Something to sit on."""
    cloth, stripe = rng.choice((("#e9dcc0", "#c98a6a"), ("#d9e0dc", "#7f9fa8"), ("#efe0cf", "#b98a94")))
    pen.oval(x, foot, 0.4, 0.075, stripe)
    pen.oval(x, foot - 0.012, 0.36, 0.058, cloth)


def crowd_of(scene: Scene, setting: Setting, spot: Spot, wide: float) -> list[Someone]:
    rng, count = chance(scene, "people"), len(scene.people)
    xs = _places(scene, spot, wide, rng)
    gap = min((b - a for a, b in pairwise(xs)), default=1.0)
    scale = min(1.0, max(0.8, gap / 0.42))
    foot = setting.boat_people if spot.afloat else setting.people
    crowd: list[Someone] = []
    for i in range(count):
        if scene.beat is Beat.CHASE or scene.beat in (Beat.FIND, Beat.TROUBLE, Beat.REST):
            flip = xs[i] > spot.x
        else:
            flip = rng.random() < 0.5
        who = look(rng)
        who = who._replace(height=who.height * scale)
        crowd.append(Someone(who, i, xs[i], foot + rng.uniform(-0.05, 0.13), flip))
    return crowd


def _places(scene: Scene, spot: Spot, wide: float, rng: random.Random) -> list[float]:
    """The people's x, from left to right: beside the thing, or spread out where it hangs above or swims behind."""
    count, margin = len(scene.people), 0.24
    if not count:
        return []
    if spot.aloft or spot.afloat:
        step = min(0.8, (wide - 2 * margin) / count)
        start = wide / 2 - step * (count - 1) / 2 + rng.uniform(-0.1, 0.1)
        return [start + step * i + rng.uniform(-0.06, 0.06) for i in range(count)]
    left, right = spot.x - spot.wide / 2, spot.x + spot.wide / 2
    if scene.beat is Beat.CHASE:
        on_left = 0 if spot.flip else count
    else:
        on_left = min(count, max(0, round(count * left / max(0.01, left + wide - right))))
    spans = (
        (margin * 0.8, max(margin, left - 0.12), on_left),
        (min(wide - margin, right + 0.12), wide - margin * 0.8, count - on_left),
    )
    out: list[float] = []
    for low, high, n in spans:
        out += [low + (high - low) * (i + 0.5) / n + rng.uniform(-0.04, 0.04) for i in range(n)]
    return out
