"""Trees, bushes, grass and ridges, in pens of the board (y downwards)."""

import random

from train.miniature.scenes.board import Pen, smooth, wave
from train.miniature.scenes.paint import Paint, darker, lighter, mix

SNOW = "#f4f6fa"


def ridge(
    pen: Pen, rng: random.Random, y: float, rise: float, paint: Paint, foot: Paint | None = None, floor: float = 3.0
) -> None:
    """Hills over the whole width around y, filled down to `floor`."""
    line = smooth([(x, y + rise * dy) for x, dy in wave(rng, pen.wide, 8)], closed=False, steps=4)
    path = [*line, (pen.wide, floor), (0, floor)]
    if foot is None:
        pen.poly(path, paint)
    else:
        pen.shaded(path, paint, foot)


def round_tree(pen: Pen, x: float, y: float, high: float, leaf: Paint, snow: bool) -> None:
    trunk = high * 0.05
    pen.poly(
        [(x - trunk, y), (x - trunk * 0.6, y - high * 0.5), (x + trunk * 0.6, y - high * 0.5), (x + trunk, y)],
        "#6b4a38",
    )
    pen.line([(x, y - high * 0.36), (x + high * 0.12, y - high * 0.5)], trunk * 0.7, "#6b4a38")
    blobs = [
        (0.0, 0.72, 0.25),
        (-0.17, 0.6, 0.19),
        (0.18, 0.62, 0.18),
        (-0.08, 0.84, 0.17),
        (0.11, 0.8, 0.16),
        (0.0, 0.56, 0.2),
    ]
    for dx, dy, r in blobs:
        pen.dot(x + dx * high, y - dy * high, r * high, darker(leaf, 0.18))
    for dx, dy, r in blobs[:5]:
        pen.dot(x + (dx - 0.035) * high, y - (dy + 0.03) * high, r * high * 0.82, leaf)
    for dx, dy, r in blobs[:4]:
        spot = (x + (dx - 0.07) * high, y - (dy + 0.07) * high)
        pen.oval(*spot, r * high * 0.45, r * high * 0.33, SNOW if snow else lighter(leaf, 0.22))


def pine(pen: Pen, x: float, y: float, high: float, leaf: Paint, snow: bool) -> None:
    pen.box(x - high * 0.03, y - high * 0.2, x + high * 0.03, y, "#5d4236")
    shade = darker(leaf, 0.2)
    for i in range(3):
        low, top, half = y - high * (0.12 + 0.24 * i), y - high * (0.55 + 0.225 * i), high * (0.25 - 0.06 * i)
        pen.poly([(x - half, low), (x, top), (x + half, low)], leaf)
        pen.poly([(x + half * 0.1, low), (x, top), (x + half, low)], shade)
        if snow:
            pen.poly(
                [
                    (x - half * 0.5, (low + top) / 2),
                    (x, top),
                    (x + half * 0.42, (low + top) / 2),
                    (x, (low + top) / 2 - 0.02),
                ],
                SNOW,
            )


def bush(pen: Pen, x: float, y: float, high: float, leaf: Paint, snow: bool = False) -> None:
    for dx, r in ((-0.7, 0.55), (0.65, 0.5), (0.0, 0.75)):
        pen.dot(x + dx * high, y - r * high * 0.75, r * high, leaf)
    pen.oval(x - 0.15 * high, y - high * 0.95, high * 0.4, high * 0.22, SNOW if snow else lighter(leaf, 0.2))


def palm(pen: Pen, rng: random.Random, x: float, y: float, high: float, snow: bool = False) -> None:
    bend = rng.choice((-1, 1)) * rng.uniform(0.12, 0.25) * high
    trunk = smooth(
        [(x, y), (x + bend * 0.25, y - high * 0.4), (x + bend * 0.65, y - high * 0.75), (x + bend, y - high)],
        closed=False,
    )
    pen.line(trunk, high * 0.06, "#7c5a3d")
    for i, (u, v) in enumerate(trunk):
        pen.dot(u, v, high * (0.042 - 0.001 * i), "#8f6a48" if i % 2 else "#7c5a3d")
    tx, ty = x + bend, y - high
    for i, (dx, dy) in enumerate(
        (
            (-0.42, 0.12),
            (-0.34, -0.12),
            (0.42, 0.14),
            (0.36, -0.1),
            (-0.18, -0.24),
            (0.16, -0.26),
            (0.22, 0.26),
            (-0.24, 0.28),
        )
    ):
        end = (tx + dx * high, ty + dy * high)
        mid = (tx + dx * high * 0.55, ty + (dy - 0.13) * high)
        low = (tx + dx * high * 0.5, ty + (dy - 0.02) * high)
        pen.poly(
            smooth([(tx, ty), mid, end, low], steps=4),
            SNOW if snow and i in (1, 3) else ("#3f8a55" if i % 2 else "#2f7448"),
        )
    pen.dot(tx, ty + 0.02, high * 0.05, "#6b4a30")


def tufts(pen: Pen, rng: random.Random, top: float, foot: float, count: int, paint: Paint) -> None:
    """Grass blades scattered over ground between two heights."""
    for _ in range(count):
        y = rng.uniform(top, foot)
        s = 0.03 + 0.05 * (y - top) / max(0.1, foot - top)
        x = rng.random() * pen.wide
        pen.poly(
            [
                (x - s * 0.5, y),
                (x - s * 0.7, y - s),
                (x - s * 0.1, y - s * 0.3),
                (x, y - s * 1.4),
                (x + s * 0.15, y - s * 0.3),
                (x + s * 0.8, y - s),
                (x + s * 0.5, y),
            ],
            paint,
        )


def flowers(pen: Pen, rng: random.Random, top: float, foot: float, count: int, paints: tuple[Paint, ...]) -> None:
    for _ in range(count):
        y = rng.uniform(top, foot)
        r = 0.014 + 0.014 * (y - top) / max(0.1, foot - top)
        pen.dot(rng.random() * pen.wide, y, r, rng.choice(paints))


def framing(pen: Pen, rng: random.Random, leaf: Paint) -> None:
    """Dark leaves in one or both lower corners, close to the eye."""
    for side in rng.choice(((0,), (1,), (0, 1))):
        corner, way = (0.0, 1) if side == 0 else (pen.wide, -1)
        for i in range(5):
            reach, lift = 0.08 + 0.09 * i, 0.36 - 0.06 * i + rng.uniform(-0.04, 0.04)
            tip = (corner + way * (reach + 0.1), 3.02 - lift)
            pen.poly(
                smooth(
                    [
                        (corner + way * (reach - 0.1), 3.05),
                        (corner + way * (reach - 0.03), 3.0 - lift * 0.5),
                        tip,
                        (corner + way * (reach + 0.08), 3.05 - lift * 0.35),
                    ],
                    steps=3,
                ),
                mix(leaf, "#10202a", 0.12 * (i % 3)),
            )
