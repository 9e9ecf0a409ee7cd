"""Umbrella, tent, flag, ball, cake, guitar: they stand on the ground, one unit high."""

import math

from train.miniature.scenes.board import Pen, smooth
from train.miniature.scenes.paint import lighter
from train.miniature.scenes.things.form import Make

WOOD, DARK_WOOD, CREAM = "#a9764a", "#6f4a30", "#fdf3e0"


def umbrella(pen: Pen, make: Make) -> None:
    dye = make.dye
    pen.line([(0, 0.0), (0, 1.0)], 0.035, DARK_WOOD)
    pen.line(smooth([(0, 0.02), (0.02, -0.01), (0.07, 0.0), (0.09, 0.05)], closed=False), 0.035, DARK_WOOD)
    edge = [-0.6 + 1.2 * i / 6 for i in range(7)]
    dome = [(0.6 * math.cos(a), 0.54 + 0.42 * math.sin(a)) for a in [math.pi * i / 20 for i in range(21)]]
    hem: list[tuple[float, float]] = []
    for i in range(6):
        x0, x1 = edge[i], edge[i + 1]
        hem += [(x0 + (x1 - x0) * t, 0.54 + 0.055 * math.sin(math.pi * t)) for t in (0.0, 0.25, 0.5, 0.75)]
    pen.poly([(-0.56, 0.56), (0.56, 0.56), (0.4, 0.63), (-0.4, 0.63)], dye.dark)
    pen.shaded([*dome, *hem], dye.light, dye.base)
    paints = (dye.base, dye.light, dye.dark)
    for i in range(6):
        share0, share1 = edge[i] / 0.6, edge[i + 1] / 0.6
        rib = [
            (0.6 * s * math.cos(a), 0.54 + 0.42 * math.sin(a))
            for s in (share0, share1)
            for a in (0.0, 0.45, 0.9, 1.3, 1.57)
        ]
        if i % 2 == 0:
            pen.poly([*rib[:5], *reversed(rib[5:])], paints[0])
        else:
            pen.poly([*rib[:5], *reversed(rib[5:])], paints[2] if i == 5 else paints[1])
        t = [(edge[i] + 0.2 * k / 4, 0.54 + 0.055 * math.sin(math.pi * k / 4)) for k in range(5)]
        pen.poly([(edge[i], 0.56), (edge[i + 1], 0.56), *reversed(t)], dye.base)
    pen.line([(0, 0.95), (0, 1.02)], 0.03, DARK_WOOD)


def tent(pen: Pen, make: Make) -> None:
    dye = make.dye
    inside = "#ffd98a" if make.lamps else "#4a3a3e"
    pen.poly([(0.18, 0.96), (0.86, 0.04), (0.42, 0.0), (-0.1, 0.9)], dye.dark)
    pen.shaded([(-0.14, 0.96), (-0.88, 0.0), (0.58, 0.0)], dye.light, dye.base)
    pen.poly([(-0.14, 0.96), (0.18, 0.96), (0.88, 0.05), (0.58, 0.0)], dye.dark)
    pen.poly([(-0.14, 0.74), (-0.42, 0.0), (0.12, 0.0)], inside)
    pen.poly([(-0.14, 0.74), (-0.42, 0.0), (-0.56, 0.0), (-0.3, 0.34)], dye.base)
    pen.poly([(-0.14, 0.74), (0.12, 0.0), (0.26, 0.0), (0.04, 0.34)], dye.light)
    pen.line([(-0.14, 0.96), (-0.14, 1.03)], 0.025, WOOD)
    pen.line([(0.18, 0.96), (0.18, 1.03)], 0.025, WOOD)
    pen.line([(-0.14, 0.98), (-1.0, 0.0)], 0.012, CREAM)
    pen.line([(0.18, 0.98), (1.02, 0.03)], 0.012, CREAM)
    if make.rng.random() < 0.5:
        pen.poly([(-0.14, 1.03), (-0.14, 1.14), (0.06, 1.085)], dye.base)


def flag(pen: Pen, make: Make) -> None:
    dye = make.dye
    pen = pen.at(-0.36, 0)
    phase = make.rng.uniform(0, 1.2)
    xs = [0.03 + 0.8 * i / 12 for i in range(13)]
    top = [(x, 0.97 + 0.035 * math.sin(phase + x * 7) - 0.03 * x) for x in xs]
    foot = [(x, 0.44 + 0.035 * math.sin(phase + x * 7) - 0.0 * x) for x in xs]
    pen.poly([*top, *reversed(foot)], dye.base)
    for i in range(12):
        slope = math.cos(phase + xs[i] * 7)
        if abs(slope) > 0.55:
            pen.poly([top[i], top[i + 1], foot[i + 1], foot[i]], dye.light if slope > 0 else dye.dark)
    if make.rng.random() < 0.4:
        pen.dot(0.36, 0.71 + 0.03 * math.sin(phase + 2.5), 0.09, CREAM if dye.base[2] < 215 else "#8a8f9a")
    pen.line([(0, 0.0), (0, 1.03)], 0.045, WOOD)
    pen.dot(0, 1.04, 0.04, "#e9c45a")
    pen.poly([(-0.16, 0.0), (-0.1, 0.07), (0.1, 0.07), (0.16, 0.0)], "#8d8a88")


def ball(pen: Pen, make: Make) -> None:
    """A beach ball: three narrow cream gores from its pole."""
    dye = make.dye
    stripe = CREAM if dye.base[2] < 215 else "#b9c1cc"
    pen.dot(0, 0.5, 0.5, dye.dark)
    pen.dot(-0.02, 0.52, 0.47, dye.base)
    spin = pen.at(0, 0.5, 0.49, make.rng.uniform(0, 360))
    pole = (0.2, 0.24)
    for middle in (20.0, 140.0, 260.0):
        edges = [_meridian(pole, math.radians(middle + way * 19)) for way in (-1, 1)]
        rim = [(math.cos(a), math.sin(a)) for a in (math.radians(middle + k * 9.5) for k in (-1, 0, 1))]
        spin.poly([*edges[0], *rim, *reversed(edges[1])], stripe)
    spin.dot(*pole, 0.17, dye.light)
    pen.oval(-0.2, 0.75, 0.11, 0.065, lighter(dye.light, 0.4), turn=35)


def _meridian(pole: tuple[float, float], angle: float) -> list[tuple[float, float]]:
    """A bent line from the pole to the rim of the unit circle."""
    (x, y), u, v = pole, math.cos(angle), math.sin(angle)
    steps = [(t, 0.5 * t * (1 - t)) for t in (0, 0.25, 0.5, 0.75, 1)]
    return [(x + (u - x) * t - v * bend, y + (v - y) * t + u * bend) for t, bend in steps]


def cake(pen: Pen, make: Make) -> None:
    """On a small round table, so that it stands anywhere."""
    dye = make.dye
    pen.line([(0, 0.0), (0, 0.26)], 0.09, DARK_WOOD)
    pen.box(-0.22, 0.0, 0.22, 0.04, DARK_WOOD, radius=0.02)
    pen.box(-0.52, 0.23, 0.52, 0.28, WOOD, radius=0.025)
    pen.box(-0.47, 0.28, 0.47, 0.305, "#dfe3e8", radius=0.012)
    three = make.rng.random() < 0.5
    tiers = (
        ((0.42, 0.3, 0.54), (0.29, 0.54, 0.74), (0.17, 0.74, 0.9)) if three else ((0.42, 0.3, 0.58), (0.27, 0.58, 0.82))
    )
    for half, low, high in tiers:
        pen.box(-half, low, half, high, dye.base, radius=0.035)
        pen.box(half * 0.45, low + 0.01, half, high - 0.02, dye.dark, radius=0.035)
        pen.box(-half * 0.98, low + 0.01, -half * 0.2, high - 0.02, dye.base, radius=0.03)
        pen.box(-half, high - 0.06, half, high, dye.light, radius=0.03)
        count = max(3, round(half * 16))
        for i in range(count):
            x = -half + (i + 0.5) * 2 * half / count
            pen.oval(x, high - 0.065, half / count * 0.92, 0.03 + 0.02 * (i % 2), dye.light)
        pen.line(
            [(-half + 0.02, low + 0.025), (half - 0.02, low + 0.025)], 0.022, CREAM if dye.base[2] < 215 else "#e7b9c4"
        )
    top, half = tiers[-1][2], tiers[-1][0]
    for i in range(3):
        x = (i - 1) * half * 0.55
        pen.line([(x, top), (x, top + 0.1)], 0.026, CREAM)
        pen.oval(x, top + 0.135, 0.018, 0.03, "#ffb53c")


_GUITAR = smooth(
    [
        (0, 0.0),
        (-0.22, 0.03),
        (-0.3, 0.16),
        (-0.22, 0.3),
        (-0.17, 0.37),
        (-0.21, 0.48),
        (-0.12, 0.58),
        (0, 0.59),
        (0.12, 0.58),
        (0.21, 0.48),
        (0.17, 0.37),
        (0.22, 0.3),
        (0.3, 0.16),
        (0.22, 0.03),
    ]
)


def guitar(pen: Pen, make: Make) -> None:
    """Leaning back a little on its stand."""
    dye = make.dye
    pen.line([(-0.04, 0.3), (-0.34, -0.01)], 0.03, "#3a3436")
    pen.line([(0.04, 0.3), (0.36, -0.01)], 0.03, "#3a3436")
    lean = pen.at(0, 0.02, 0.98, make.rng.uniform(-9, 9))
    lean.poly([(x * 1.05 + 0.012, (y - 0.29) * 1.04 + 0.285) for x, y in _GUITAR], dye.dark)
    lean.shaded(_GUITAR, dye.light, dye.base)
    lean.dot(0, 0.385, 0.085, "#2f2424")
    lean.box(-0.1, 0.13, 0.1, 0.17, DARK_WOOD, radius=0.012)
    lean.poly(smooth([(0.06, 0.37), (0.13, 0.4), (0.16, 0.28), (0.1, 0.2), (0.07, 0.28)]), dye.dark)
    lean.box(-0.035, 0.42, 0.035, 0.88, DARK_WOOD)
    for y in (0.6, 0.67, 0.74, 0.81):
        lean.line([(-0.035, y), (0.035, y)], 0.01, "#d8cdb8")
    lean.poly([(-0.04, 0.87), (-0.065, 1.0), (0.065, 1.0), (0.04, 0.87)], dye.base)
    for side in (-1, 1):
        for y in (0.91, 0.96):
            lean.dot(side * 0.075, y, 0.018, "#d9dbe0")
    for x in (-0.015, 0.015):
        lean.line([(x, 0.15), (x, 0.9)], 0.007, "#efe6d2")
