"""The market: stalls in a row, along a lane, or round a square."""

from train.miniature.scenes.board import Pen
from train.miniature.scenes.firmament import draw_sky
from train.miniature.scenes.paint import Paint
from train.miniature.scenes.places.buildings import WALLS, house, light_string, paving
from train.miniature.scenes.places.plants import SNOW
from train.miniature.scenes.places.view import Setting, View

_STRIPES = ("#c8473d", "#3f7f78", "#d99a35", "#4a6aa0", "#8a5a8f", "#5f8f4a")
_FRUIT = ("#d9503f", "#f0a035", "#7fae45", "#e8c84a", "#9a5a8a", "#c9603a")


def market(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("row", "lane", "square"))
    draw_sky(view.bare, view.light, rng, 1.7)
    _houses_behind(view, 0.6 if kind == "lane" else 0.45)
    paving(view, 2.16, "#c2a98c", "#a58c70")
    if kind == "lane":
        for side in (0, 1):
            for i, share in enumerate((0.3, 0.18, 0.0)):
                x = wide * share if side == 0 else wide * (1 - share)
                size = 0.62 + 0.2 * i
                _stall(view, view.lamplit(0.3 - 0.13 * i), x, 2.18 + 0.09 * i, size)
    else:
        count = 3 if kind == "row" else 2
        for i in range(count):
            x = wide * (i + 0.5) / count if kind == "row" else wide * (0.14, 0.86)[i]
            _stall(view, view.lamplit(0.1), x + rng.uniform(-0.06, 0.06), 2.3, 1.0 if kind == "row" else 1.15)
    for i in range(2):
        y = rng.uniform(0.25, 0.6)
        light_string(
            view,
            view.pen(),
            (-0.1, y),
            (wide + 0.1, rng.uniform(0.2, 0.6)),
            rng.uniform(0.15, 0.4),
            13,
            pennants=i == 1,
        )
    return Setting(foot=2.76, people=2.7)


def _houses_behind(view: View, depth: float) -> None:
    rng, x = view.rng, -0.1
    while x < view.wide:
        w = rng.uniform(0.6, 0.9)
        house(view, view.pen(depth), x, x + w, rng.uniform(0.75, 1.15), 2.2, rng.choice(WALLS), 2)
        x += w


def _stall(view: View, pen: Pen, x: float, foot: float, size: float) -> None:
    rng = view.rng
    half, top, counter = 0.6 * size, foot - 1.3 * size, foot - 0.42 * size
    stripe = rng.choice(_STRIPES)
    pen.box(x - half * 0.92, top + 0.1, x + half * 0.92, counter, "#6b4a3c" if not view.light.lamps else "#8a5a3c")
    if view.light.lamps:
        view.bare.glow(x, counter - 0.35 * size, 0.75 * size, "#ffcf7d", 0.65)
    for k in range(2):
        y = counter - size * (0.02 + 0.26 * k)
        for i in range(7):
            paint = rng.choice(_FRUIT)
            r = 0.05 * size
            pen.dot(x - half * 0.8 + half * 1.6 * i / 6, y - r * 0.6, r, paint)
            if k == 0:
                pen.dot(x - half * 0.7 + half * 1.5 * i / 6, y - r * 1.9, r, paint)
        if k:
            pen.box(x - half * 0.88, y, x + half * 0.88, y + 0.02 * size, "#4f372c")
    pen.box(x - half, counter, x + half, foot, "#a5764e")
    for i in range(4):
        pen.box(
            x - half + i * half / 2 + 0.02,
            counter + 0.06 * size,
            x - half + (i + 1) * half / 2 - 0.02,
            foot - 0.04 * size,
            "#8a5f3e",
        )
    pen.box(x - half * 1.05, counter - 0.03 * size, x + half * 1.05, counter + 0.03 * size, "#c69a6a")
    for side in (-1, 1):
        pen.line([(x + side * half * 0.95, foot), (x + side * half * 0.95, top)], 0.035 * size, "#5f4434")
    _awning(view, pen, x, top, half, size, stripe)


def _awning(view: View, pen: Pen, x: float, top: float, half: float, size: float, stripe: Paint) -> None:
    count = 8
    for i in range(count):
        paint = stripe if i % 2 == 0 else "#f6ecd9"
        a, b = -1 + 2 * i / count, -1 + 2 * (i + 1) / count
        low = top + 0.26 * size
        pen.poly(
            [
                (x + a * half * 0.9, top - 0.1 * size),
                (x + b * half * 0.9, top - 0.1 * size),
                (x + b * half * 1.14, low),
                (x + a * half * 1.14, low),
            ],
            paint,
        )
        mid = x + (a + b) / 2 * half * 1.14
        pen.oval(mid, low, half * 1.14 / count, 0.06 * size, paint)
    if view.snow:
        pen.box(x - half * 0.92, top - 0.14 * size, x + half * 0.92, top - 0.05 * size, SNOW, radius=0.03)
