"""The sky itself: its gradient, sun or moon, clouds, stars, birds."""

import math
import random

from train.miniature.scenes.board import Pen
from train.miniature.scenes.light import Light
from train.miniature.scenes.paint import Paint, mix
from train.miniature.world import Sky

_CRESCENT = [math.radians(90 + 180 * i / 14) for i in range(15)]


def draw_sky(pen: Pen, light: Light, rng: random.Random, horizon: float) -> None:
    """From the top of the picture to the horizon (y in units); `pen` is the board's, without a tone."""
    pen.band(0, horizon + 0.05, light.stops)
    _DETAILS[light.sky](pen, rng, horizon)


def cloud(pen: Pen, x: float, y: float, size: float, paint: Paint, belly: Paint, rng: random.Random) -> None:
    """`size` is its width in units; flat below."""
    puffs = [(i / 4 - 0.5, 0.1 + 0.17 * (1 - abs(i / 2 - 1)) + rng.uniform(-0.02, 0.05)) for i in range(5)]
    pen.box(x - 0.5 * size, y - 0.17 * size, x + 0.5 * size, y + 0.03 * size, belly, radius=0.1 * size)
    for colour, lift in ((belly, 0.0), (paint, 0.05)):
        for dx, r in puffs:
            pen.oval(
                x + (dx * 0.8 - lift * 0.5) * size,
                y - (0.05 + r * 0.75 + lift) * size,
                r * size,
                r * size * 0.8,
                colour,
            )
    pen.box(x - 0.44 * size, y - 0.17 * size, x + 0.4 * size, y - 0.04 * size, paint, radius=0.065 * size)


def _clouds(
    pen: Pen,
    rng: random.Random,
    count: int,
    foot: float,
    paint: Paint,
    belly: Paint,
    size: float,
    clear: float | None = None,
) -> None:
    """`clear` is an x around which the sky stays free."""
    for i in range(count):
        x, y = (i + rng.random()) * pen.wide / count, rng.uniform(0.25, max(0.35, foot * 0.62))
        if clear is not None and abs(x - clear) < 0.75:
            x = clear + (0.95 if clear < pen.wide / 2 else -0.95) * (1 + 0.6 * i)
        cloud(pen, x, y, size * rng.uniform(0.7, 1.3), paint, belly, rng)


def _sunny(pen: Pen, rng: random.Random, horizon: float) -> None:
    x, y = pen.wide * rng.choice((0.14, 0.2, 0.8, 0.87)), rng.uniform(0.32, 0.5)
    pen.glow(x, y, 1.1, "#fff6cf", 0.75)
    pen.dot(x, y, rng.uniform(0.17, 0.22), "#fff3c4")
    _clouds(pen, rng, rng.randint(1, 3), horizon, "#ffffff", "#d9eaf0", 0.62, clear=x)
    if rng.random() < 0.5:
        _birds(pen, rng, horizon, "#5a7f9a")


def _birds(pen: Pen, rng: random.Random, horizon: float, paint: Paint) -> None:
    left, top = rng.uniform(0.2, 0.6) * pen.wide, rng.uniform(0.25, 0.6) * horizon
    for _ in range(rng.randint(2, 4)):
        x, y, s = left + rng.uniform(-0.4, 0.4), top + rng.uniform(-0.15, 0.15), rng.uniform(0.04, 0.07)
        pen.line([(x - s, y - s * 0.5), (x, y), (x + s, y - s * 0.5)], 0.013, paint)


def _cloudy(pen: Pen, rng: random.Random, horizon: float) -> None:
    _clouds(pen, rng, 3, horizon * 0.5, "#a9b5bf", "#9aa7b2", 1.3)
    _clouds(pen, rng, 3, horizon, "#dfe3e4", "#c3cbd0", 0.95)


def _rainy(pen: Pen, rng: random.Random, horizon: float) -> None:
    _clouds(pen, rng, 3, horizon * 0.4, "#4a5767", "#404c5b", 1.6)
    _clouds(pen, rng, 3, horizon * 0.8, "#5f6d7c", "#525f6e", 1.1)


def _snowy(pen: Pen, rng: random.Random, horizon: float) -> None:
    _clouds(pen, rng, 3, horizon * 0.6, "#c3ced9", "#b4c1ce", 1.3)


def _foggy(pen: Pen, rng: random.Random, _horizon: float) -> None:
    x, y = pen.wide * rng.uniform(0.2, 0.8), rng.uniform(0.4, 0.7)
    pen.glow(x, y, 0.8, "#f4f2e6", 0.6)
    pen.dot(x, y, 0.16, "#eeede2")


def _sunset(pen: Pen, rng: random.Random, horizon: float) -> None:
    x, y = pen.wide * rng.uniform(0.18, 0.82), horizon - rng.uniform(0.0, 0.28)
    pen.glow(x, y, 1.5, "#ffe2a0", 0.8)
    pen.dot(x, y, rng.uniform(0.24, 0.32), "#fff0c0")
    for _ in range(rng.randint(3, 5)):
        cx, cy, w = rng.random() * pen.wide, rng.uniform(0.15, 0.62) * horizon, rng.uniform(0.4, 0.9)
        paint = mix("#8a5a92", "#f7a878", round(cy / horizon * 1.3, 2))
        pen.oval(cx, cy, w, 0.045, paint)
        pen.oval(cx + 0.3 * w, cy - 0.05, w * 0.5, 0.045, paint)


def _night(pen: Pen, rng: random.Random, horizon: float) -> None:
    for _ in range(34):
        r = rng.choice((0.008, 0.008, 0.012, 0.017))
        pen.dot(rng.random() * pen.wide, rng.random() * horizon, r, rng.choice(("#dfe6ff", "#aab6e6", "#fff3d0")))
    x, y, r = pen.wide * rng.choice((0.14, 0.22, 0.78, 0.86)), rng.uniform(0.34, 0.55), 0.2
    pen.glow(x, y, 0.85, "#aebbe8", 0.5)
    if rng.random() < 0.6:
        pen.dot(x, y, r, "#fbf3d6")
        pen.dot(x - 0.07, y - 0.04, 0.045, "#e9dfbd")
        pen.dot(x + 0.06, y + 0.07, 0.03, "#e9dfbd")
    else:
        outer = [(x + r * math.cos(a), y + r * math.sin(a)) for a in _CRESCENT]
        inner = [(x + r * 0.42 * math.cos(a) + 0.02, y + r * math.sin(a)) for a in reversed(_CRESCENT)]
        pen.at(x, y, turn=20).poly([(u - x, v - y) for u, v in (*outer, *inner)], "#fbf3d6")


_DETAILS = {
    Sky.SUNNY: _sunny,
    Sky.CLOUDY: _cloudy,
    Sky.RAINY: _rainy,
    Sky.SNOWY: _snowy,
    Sky.FOGGY: _foggy,
    Sky.SUNSET: _sunset,
    Sky.NIGHT: _night,
}
