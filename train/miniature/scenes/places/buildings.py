"""House fronts, lamps, strings of lights and paving, in pens of the board (y downwards)."""

import random

from train.miniature.scenes.board import Pen, Point
from train.miniature.scenes.light import Light
from train.miniature.scenes.paint import Paint, darker, lighter
from train.miniature.scenes.places.plants import SNOW
from train.miniature.scenes.places.view import View

WALLS = ("#d98e73", "#e6c08a", "#c9b8a6", "#b5775f", "#9fb0a2", "#d8a7a0", "#a8aebc", "#e9d7b7", "#8f9fb0")


def lit(light: Light, rng: random.Random) -> bool:
    return light.lamps and rng.random() < 0.62


def window(view: View, pen: Pen, x: float, y: float, w: float, h: float, frame: Paint | None = None) -> None:
    """Centred at x, its top at y."""
    if frame is not None:
        pen.box(x - w * 0.62, y - h * 0.07, x + w * 0.62, y + h * 1.1, frame)
    if lit(view.light, view.rng):
        pen.plain().box(x - w / 2, y, x + w / 2, y + h, view.rng.choice(("#ffd98a", "#ffc766", "#ffe7b0")))
    else:
        pen.box(x - w / 2, y, x + w / 2, y + h, "#5f7d94" if not view.light.lamps else "#4a5b78")
        pen.poly([(x - w / 2, y + h * 0.6), (x + w * 0.1, y), (x + w * 0.3, y), (x - w / 2, y + h * 0.95)], "#86a3b5")
    pen.line([(x, y), (x, y + h)], w * 0.08, frame or "#e9e2d6")


def house(view: View, pen: Pen, x0: float, x1: float, top: float, foot: float, wall: Paint, storeys: int) -> None:
    """A front with rows of windows, a roof of one of three kinds and a shop or a door."""
    rng = view.rng
    wide, roof = x1 - x0, rng.choice(("flat", "gable", "mansard"))
    tile = rng.choice(("#8a4a3c", "#5c5f70", "#7b5a48"))
    if roof == "gable":
        peak = top - wide * rng.uniform(0.28, 0.4)
        pen.poly([(x0 - 0.03, top), ((x0 + x1) / 2, peak), (x1 + 0.03, top)], SNOW if view.snow else tile)
        pen.poly([(x0 + 0.05, top), ((x0 + x1) / 2, peak + 0.07), (x1 - 0.05, top)], wall)
    elif roof == "mansard":
        pen.poly([(x0, top), (x0 + 0.07, top - 0.2), (x1 - 0.07, top - 0.2), (x1, top)], SNOW if view.snow else tile)
    pen.box(x0, top, x1, foot, wall)
    pen.box(x1 - wide * 0.07, top, x1, foot, darker(wall, 0.12))
    pen.box(
        x0 - 0.02, top - 0.025, x1 + 0.02, top + 0.035, SNOW if view.snow and roof == "flat" else lighter(wall, 0.35)
    )
    count = max(2, round(wide / 0.3))
    shop = foot - 0.52
    rise = (shop - top) / storeys
    frame = lighter(wall, 0.45)
    for row in range(storeys):
        for i in range(count):
            window(
                view,
                pen,
                x0 + wide * (i + 0.5) / count,
                top + rise * (row + 0.24),
                min(0.15, wide / count * 0.5),
                rise * 0.5,
                frame,
            )
    _ground_floor(view, pen, x0, x1, shop, foot, wall)


def _ground_floor(view: View, pen: Pen, x0: float, x1: float, top: float, foot: float, wall: Paint) -> None:
    rng, wide = view.rng, x1 - x0
    if rng.random() < 0.62:
        base = rng.choice(("#b5473f", "#3f7a6b", "#3f5f94", "#c98a2f", "#7a4f86"))
        pane = pen.plain() if view.light.lamps else pen
        pane.box(x0 + wide * 0.08, top + 0.2, x1 - wide * 0.36, foot - 0.08, view.light.pane())
        pen.box(x1 - wide * 0.3, top + 0.18, x1 - wide * 0.1, foot, darker(base, 0.35))
        stripes = max(4, round(wide / 0.09))
        for i in range(stripes):
            left = x0 + wide * (0.04 + 0.92 * i / stripes)
            right = x0 + wide * (0.04 + 0.92 * (i + 1) / stripes)
            pen.poly(
                [
                    (left + 0.02, top + 0.06),
                    (right + 0.02, top + 0.06),
                    (right - 0.01, top + 0.21),
                    (left - 0.01, top + 0.21),
                ],
                base if i % 2 == 0 else "#f3ead8",
            )
    else:
        x = x0 + wide * rng.choice((0.25, 0.5, 0.75))
        pen.box(
            x - 0.11, top + 0.1, x + 0.11, foot, rng.choice(("#7a3b33", "#35566b", "#5a4632", "#3f6b57")), radius=0.04
        )
        pen.dot(x + 0.07, foot - 0.2, 0.014, "#e6c867")
        for dx in (-0.32, 0.32):
            if x0 + 0.12 < x + dx < x1 - 0.12:
                window(view, pen, x + dx, top + 0.14, 0.15, 0.2, lighter(wall, 0.45))


def lamp_post(view: View, pen: Pen, x: float, foot: float, high: float) -> None:
    pen.line([(x, foot), (x, foot - high)], 0.03, "#3a3f4a")
    pen.box(x - 0.05, foot - 0.06, x + 0.05, foot, "#3a3f4a")
    y = foot - high
    if view.light.lamps:
        view.bare.glow(x, y - 0.08, 0.5, "#ffd78a", 0.6)
        view.bare.box(x - 0.055, y - 0.15, x + 0.055, y, "#ffe9b5", radius=0.03)
    else:
        pen.box(x - 0.055, y - 0.15, x + 0.055, y, "#e8e6da", radius=0.03)
    pen.poly([(x - 0.08, y - 0.14), (x, y - 0.22), (x + 0.08, y - 0.14)], SNOW if view.snow else "#3a3f4a")


def light_string(
    view: View, pen: Pen, start: Point, end: Point, sag: float, count: int, pennants: bool = False
) -> None:
    """Bulbs or pennants on a sagging cord."""
    (x0, y0), (x1, y1) = start, end
    at = [
        (x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count + sag * 4 * (i / count) * (1 - i / count))
        for i in range(count + 1)
    ]
    pen.line(at, 0.012, "#4a4048")
    for i, (x, y) in enumerate(at[1:-1]):
        if pennants:
            pen.poly([(x - 0.05, y), (x + 0.05, y), (x, y + 0.12)], ("#d9594c", "#f0c04c", "#4f9d8e", "#f3ead8")[i % 4])
        elif view.light.lamps:
            view.bare.glow(x, y + 0.04, 0.15, "#ffd88a", 0.7)
            view.bare.dot(x, y + 0.04, 0.03, "#fff1c9")
        else:
            pen.dot(x, y + 0.04, 0.03, "#f6efdc")


def paving(view: View, top: float, stone: Paint, joint: Paint) -> None:
    """Ground of slabs from `top` to the foot of the picture, in perspective."""
    pen = view.pen()
    ground = view.light.ground(stone)
    pen.band(top, 3.0, ((0, darker(ground, 0.1)), (1, ground)))
    joint = view.light.ground(joint, 0.7)
    for i in range(1, 5):
        y = top + (3 - top) * (i / 5) ** 1.6
        pen.line([(0, y), (view.wide, y)], 0.008 + 0.003 * i, joint)
    middle = view.wide / 2
    for i in range(-6, 7):
        pen.line([(middle + i * 0.34, top), (middle + i * 0.72, 3.0)], 0.01, joint)
