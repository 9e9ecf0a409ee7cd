"""What hangs or flies: kite, hot-air balloon, lantern. The origin is the lowest point of the thing, y upwards."""

import math

from train.miniature.scenes.board import Pen, smooth
from train.miniature.scenes.things.form import Make

_ENVELOPE = smooth(
    [
        (-0.1, 0.26),
        (-0.3, 0.44),
        (-0.4, 0.66),
        (-0.32, 0.87),
        (-0.14, 0.97),
        (0.14, 0.97),
        (0.32, 0.87),
        (0.4, 0.66),
        (0.3, 0.44),
        (0.1, 0.26),
    ]
)


def kite(pen: Pen, make: Make) -> None:
    dye = make.dye
    top, foot, left, right, cross = (0.1, 1.0), (-0.08, 0.26), (-0.3, 0.68), (0.4, 0.76), (0.045, 0.72)
    bend = make.rng.uniform(0.06, 0.12)
    tail = smooth([foot, (-0.18, 0.2), (-0.08 - bend, 0.12), (-0.26, 0.06), (-0.3 - bend, 0.0)], closed=False)
    pen.line(tail, 0.016, dye.dark)
    pen.poly([top, left, cross], dye.light)
    pen.poly([top, right, cross], dye.base)
    pen.poly([left, foot, cross], dye.base)
    pen.poly([right, foot, cross], dye.dark)
    pen.line([top, foot], 0.014, dye.light)
    pen.line([left, right], 0.014, dye.light)
    for i in (6, 11, 16):
        x, y = tail[i]
        pen.poly([(x, y), (x - 0.075, y + 0.045), (x - 0.06, y - 0.035)], dye.base)
        pen.poly([(x, y), (x + 0.075, y - 0.045), (x + 0.06, y + 0.035)], dye.light)


def balloon(pen: Pen, make: Make) -> None:
    dye = make.dye
    for x in (-0.085, -0.03, 0.03, 0.085):
        pen.line([(x * 0.9, 0.14), (x * 1.15, 0.27)], 0.01, "#6a5140")
    pen.shaded(_ENVELOPE, dye.light, dye.dark)
    gores = 2 if make.rng.random() < 0.5 else 1
    for k in range(-gores, gores + 1):
        share = k / (gores + 0.6)
        gore = [(x * share * 1.0, y) for x, y in ((0.1, 0.26), (0.3, 0.44), (0.4, 0.66), (0.32, 0.87), (0.05, 0.975))]
        near = [
            (x * (share + 0.26 / gores), y)
            for x, y in ((0.1, 0.26), (0.3, 0.44), (0.4, 0.66), (0.32, 0.87), (0.05, 0.975))
        ]
        pen.poly([*smooth(gore, closed=False), *reversed(smooth(near, closed=False))], dye.base if k % 2 else dye.light)
    pen.poly([(-0.12, 0.25), (0.12, 0.25), (0.14, 0.3), (-0.14, 0.3)], dye.dark)
    pen.box(-0.09, 0.0, 0.09, 0.13, "#a8713f", radius=0.025)
    pen.box(-0.1, 0.11, 0.1, 0.145, "#7f5230", radius=0.015)
    pen.line([(-0.085, 0.06), (0.085, 0.06)], 0.012, "#7f5230")


def lantern(pen: Pen, make: Make) -> None:
    dye = make.dye
    squat = make.rng.uniform(0.9, 1.05)
    w = 0.4 * squat
    pen.line([(0, 0.24), (0, 0.14)], 0.02, "#b58a3a")
    for dx in (-0.035, 0.0, 0.035):
        pen.line([(dx * 0.5, 0.15), (dx, 0.0)], 0.024, dye.dark)
    pen.box(-0.16, 0.2, 0.16, 0.27, "#3a2c2a", radius=0.02)
    body = [(w * math.cos(a), 0.58 + 0.33 * math.sin(a)) for a in [math.tau * i / 30 for i in range(30)]]
    pen.shaded(body, dye.base, dye.dark)
    pen.oval(0, 0.57, w * 0.74, 0.325, dye.base)
    pen.oval(0, 0.56, w * 0.42, 0.32, dye.light)
    for share in (0.42, 0.74):
        for side in (-1, 1):
            rib = [(side * w * share * math.cos(a), 0.58 + 0.325 * math.sin(a)) for a in (-1.4, -0.8, 0, 0.8, 1.4)]
            pen.line(rib, 0.012, dye.dark)
    pen.box(-0.16, 0.88, 0.16, 0.95, "#3a2c2a", radius=0.02)
    pen.line([(-0.1, 0.95), (0, 1.02), (0.1, 0.95)], 0.02, "#3a2c2a")
