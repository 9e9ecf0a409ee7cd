"""What falls and drifts before a picture: rain, snow, fog; and how wet ground shines."""

import random

from train.miniature.scenes.board import Pen
from train.miniature.world import Sky


def draw_puddles(pen: Pen, rng: random.Random, top: float) -> None:
    for _ in range(3):
        x, y, w = rng.random() * pen.wide, rng.uniform(top, 2.92), rng.uniform(0.16, 0.36)
        pen.oval(x, y, w, w * 0.17, "#7f8f9b")
        pen.oval(x - w * 0.15, y - w * 0.03, w * 0.62, w * 0.08, "#a9b6be")


def draw_weather(pen: Pen, sky: Sky, rng: random.Random) -> None:
    """`pen` is the board's, without a tone."""
    if sky is Sky.RAINY:
        _rain(pen, rng)
    elif sky is Sky.SNOWY:
        _snow(pen, rng)
    elif sky is Sky.FOGGY:
        _fog(pen, rng, 1, 0.22)


def _rain(pen: Pen, rng: random.Random) -> None:
    slant = rng.uniform(-0.1, -0.03)
    for _ in range(70):
        x, y, long = rng.random() * (pen.wide + 0.3), rng.uniform(-0.1, 2.95), rng.uniform(0.1, 0.22)
        pen.line([(x, y), (x + slant * long * 4, y + long)], 0.009, rng.choice(("#b9c6d0", "#9fb0bd", "#c9d4dc")))


def _snow(pen: Pen, rng: random.Random) -> None:
    for i in range(85):
        r = 0.034 if i % 9 == 0 else rng.uniform(0.011, 0.022)
        pen.dot(rng.random() * pen.wide, rng.random() * 3, r, "#ffffff")


def draw_air(pen: Pen, sky: Sky, rng: random.Random) -> None:
    """What hangs between the scenery and the figures."""
    if sky is Sky.FOGGY:
        _fog(pen, rng, 3, 0.6)


def _fog(pen: Pen, rng: random.Random, count: int, strength: float) -> None:
    """A few soft banks."""
    for _ in range(count):
        x, y = rng.random() * pen.wide, rng.uniform(1.3, 2.5)
        pen.bank(x, y, rng.uniform(1.2, 1.9), rng.uniform(0.18, 0.3), "#e6e7e2", strength)
