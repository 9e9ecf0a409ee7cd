"""Points, curves and colours. Lengths are picture units: 900 x 600 from the top left."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from PIL import ImageColor

WIDTH = 900
HEIGHT = 600
Point = tuple[float, float]
Fill = str | tuple[str, str]
RGB = tuple[int, int, int]


class Light(NamedTuple):
    """An edge that catches the light: how far it reaches into the shape, from which side, and how strongly."""

    dx: float
    dy: float
    colour: str
    strength: float = 0.6


def rgb(colour: str) -> RGB:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue


def mix(one: str, other: str, share: float) -> str:
    """`share` in [0, 1] of the other colour."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def smooth(points: Sequence[Point], closed: bool = False, steps: int = 10) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    path: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            p0, p1, p2, p3 = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = (points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2))
        path += [_between(p0, p1, p2, p3, step / steps) for step in range(steps)]
    return path if closed else [*path, points[-1]]


def _between(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    def axis(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)

    return axis(p0[0], p1[0], p2[0], p3[0]), axis(p0[1], p1[1], p2[1], p3[1])


def ring(cx: float, cy: float, rx: float, ry: float, turn: float = 0.0) -> list[Point]:
    """An ellipse as points, turned by `turn` degrees."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    angles = (math.tau * i / 64 for i in range(64))
    spots = ((rx * math.cos(a), ry * math.sin(a)) for a in angles)
    return [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in spots]
