"""Meadows, grass, trees and flowers."""

import math

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.shapes import HEIGHT, WIDTH, Fill, Point, mix, ring, smooth

BLOOMS = ("#f7b5b0", "#fff4e6", "#f2938f", "#fbd28f", "#e9789a")


def meadow(c: Canvas, line: float, far: Fill, near: Fill) -> None:
    back = smooth(
        [(-10, line - 22), (160, line - 64), (340, line - 26), (560, line - 74), (760, line - 34), (910, line - 60)]
    )
    c.shape([*back, (910, line + 60), (-10, line + 60)], far)
    front = smooth([(-10, line + 6), (220, line - 12), (480, line + 8), (720, line - 10), (910, line + 4)])
    c.shape([*front, (910, HEIGHT), (-10, HEIGHT)], near)


def grass(c: Canvas, top: float, colour: str, count: int = 420, opacity: float = 0.35) -> None:
    lines: list[tuple[Point, Point]] = []
    for _ in range(count):
        y = c.rng.uniform(top, HEIGHT + 8)
        x, tall = c.rng.uniform(0, WIDTH), 3 + 13 * (y - top) / (HEIGHT - top)
        lines.append(((x, y), (x + c.rng.uniform(-3, 3), y - tall)))
    c.streaks(lines, 1.1, colour, opacity)


def foliage(
    c: Canvas, x: float, y: float, wide: float, tall: float, shades: tuple[str, str, str], count: int = 16
) -> None:
    """A crown of leaves: dark below, light where the sun falls."""
    blobs: list[tuple[float, float, float]] = []
    for i in range(count):
        a, reach = i * 2.4, 0.6 * math.sqrt((i + 0.5) / count)
        blobs.append((reach * math.cos(a), 0.85 * reach * math.sin(a), c.rng.uniform(0.26, 0.42)))
    for shade, dx, dy, grow in (
        (shades[0], 0.02, 0.09, 1.0),
        (shades[1], -0.02, -0.02, 0.9),
        (shades[2], -0.09, -0.13, 0.55),
    ):
        parts = [
            ring(x + (bx + dx) * wide, y + (by + dy) * tall, r * grow * wide * 0.8, r * grow * tall * 0.9)
            for bx, by, r in blobs
        ]
        c.union(parts, shade)
    for _ in range(int(wide / 3)):
        bx, by, r = c.rng.choice(blobs)
        a, reach = c.rng.uniform(0, math.tau), r * c.rng.uniform(0, 0.6)
        lx, ly = x + (bx - 0.06 + reach * math.cos(a)) * wide, y + (by - 0.08 + reach * math.sin(a)) * tall
        c.oval(lx, ly, 5, 2.6, mix(shades[2], "#ffffff", 0.25), 0.6, turn=c.rng.uniform(0, 180))


def tree(c: Canvas, x: float, y: float, h: float, shades: tuple[str, str, str], bark: str = "#7a5340") -> None:
    trunk = [(x - 0.07 * h, y), (x - 0.035 * h, y - 0.35 * h), (x - 0.16 * h, y - 0.62 * h), (x, y - 0.48 * h)]
    trunk += [(x + 0.15 * h, y - 0.64 * h), (x + 0.04 * h, y - 0.34 * h), (x + 0.08 * h, y)]
    c.shape(smooth(trunk, closed=True), mix(bark, *c.tone), light=c.light)
    foliage(c, x, y - 0.72 * h, 0.62 * h, 0.42 * h, shades)


def bloom(c: Canvas, x: float, y: float, r: float, colour: str) -> None:
    for k in range(5):
        a = math.tau * k / 5 + x
        c.oval(x + r * 0.55 * math.cos(a), y + r * 0.55 * math.sin(a), r * 0.55, r * 0.55, mix(colour, *c.tone))
    c.oval(x, y, r * 0.34, r * 0.34, mix("#f6c65a", *c.tone))


def arch(c: Canvas, x: float, y: float, wide: float, tall: float, flowers: int = 70) -> None:
    """Foot at height y, x its middle."""
    leg = tall - wide / 2
    path = [(x - wide / 2, y - leg * k / 8) for k in range(9)]
    path += [
        (x - wide / 2 * math.cos(math.pi * k / 14), y - leg - wide / 2 * math.sin(math.pi * k / 14))
        for k in range(1, 14)
    ]
    path += [(x + wide / 2, y - leg * (8 - k) / 8) for k in range(9)]
    c.stroke(path, 7, mix("#fbf1df", *c.tone), light=c.light, curve=False)
    for _ in range(flowers * 2):
        px, py = c.rng.choice(path[4:-4])
        c.oval(
            px + c.rng.gauss(0, 8),
            py + c.rng.gauss(0, 8),
            9,
            4.5,
            mix(c.rng.choice(("#5f8f57", "#7fae68", "#4a7a52")), *c.tone),
            turn=c.rng.uniform(0, 180),
        )
    for _ in range(flowers):
        px, py = c.rng.choice(path[5:-5])
        bloom(c, px + c.rng.gauss(0, 8), py + c.rng.gauss(0, 8), c.rng.uniform(5, 10), c.rng.choice(BLOOMS))
