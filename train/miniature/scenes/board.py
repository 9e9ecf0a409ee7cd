"""A drawing board in units, and pens that draw on it.

The picture is 3 units high and as wide as its ratio asks; the board's y grows downwards. Pixels are two or three times
as many as asked for and are shrunk at the end, so edges are smooth at any size.
"""

import math
import random
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from train.miniature.scenes.paint import Paint, Tone, mix, rgb, toned

HEIGHT = 3.0
"""Units from top to foot of every picture."""
LARGE = 400
"""Pixels of height from which edges are smoothed with nine samples a pixel instead of four."""

Point = tuple[float, float]
Path = Sequence[Point]
Stops = Sequence[tuple[float, Paint]]
"""Shares of a height (0 to 1, rising) and the colours there."""


def ring(count: int = 28) -> tuple[Point, ...]:
    """Points of the unit circle."""
    return tuple((math.cos(math.tau * i / count), math.sin(math.tau * i / count)) for i in range(count))


_RING = ring()


def smooth(path: Path, closed: bool = True, steps: int = 5) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    n, out = len(path), []
    for i in range(n if closed else n - 1):
        around = [path[j % n] if closed else path[min(max(j, 0), n - 1)] for j in range(i - 1, i + 3)]
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = around
        for step in range(steps):
            t = step / steps
            k0, k1 = ((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2
            k2, k3 = ((4 - 3 * t) * t + 1) * t / 2, (t - 1) * t * t / 2
            out.append((k0 * ax + k1 * bx + k2 * cx + k3 * dx, k0 * ay + k1 * by + k2 * cy + k3 * dy))
    return out if closed else [*out, path[-1]]


@lru_cache(maxsize=1024)
def _column(stops: tuple[tuple[float, Paint], ...], height: int) -> Image.Image:
    at = np.linspace(0, 1, height)
    where = [stop[0] for stop in stops]
    colours = np.array([rgb(stop[1]) for stop in stops], dtype=float)
    bands = [np.interp(at, where, colours[:, band]) for band in range(3)]
    return Image.fromarray(np.stack(bands, axis=-1).round().astype(np.uint8)[:, None, :])


@lru_cache(maxsize=64)
def _fade(falloff: float, strength: float) -> Image.Image:
    """A small square of light: `strength` (0 to 1) in the middle, nothing at the edge."""
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    return Image.fromarray((np.clip(1 - np.hypot(x, y), 0, 1) ** falloff * strength * 255).round().astype(np.uint8))


@lru_cache(maxsize=8)
def _finish(width: int, height: int, grain: float, vignette: float) -> tuple[np.ndarray, np.ndarray]:
    """What multiplies and what is added to a picture at the end: darker corners and the grain of paper."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    corners = 1 - vignette * np.clip(x * x * 0.55 + y * y * 0.45, 0, 1) ** 1.6
    noise = np.random.default_rng(7).normal(0, grain, (height, width))
    return corners.astype(np.float32)[..., None], noise.astype(np.float32)[..., None]


class Board:
    """One picture in the making."""

    def __init__(self, size: tuple[int, int], backdrop: Paint = "#000000") -> None:
        self.size = size
        self.samples = 3 if size[1] >= LARGE else 2
        self.scale = size[1] * self.samples / HEIGHT
        """Board pixels of one unit."""
        self.wide = HEIGHT * size[0] / size[1]
        """Units from left to right."""
        self.image = Image.new("RGB", (size[0] * self.samples, size[1] * self.samples), rgb(backdrop))
        self.opaque = ImageDraw.Draw(self.image)
        self.glass = ImageDraw.Draw(self.image, "RGBA")

    def pen(self, tone: Tone) -> "Pen":
        """A pen in the board's units, y downwards."""
        return Pen(self, tone, (self.scale, 0.0, 0.0, 0.0, self.scale, 0.0))

    def figure(self, tone: Tone, x: float, foot: float, height: float, flip: bool = False, turn: float = 0.0) -> "Pen":
        """A pen whose unit is the figure's height, y upwards from the point (x, foot) where it stands.

        `turn` in degrees, clockwise as seen, about that point; `flip` mirrors left and right before the turn.
        """
        s, cos, sin = self.scale * height, math.cos(math.radians(turn)), math.sin(math.radians(turn))
        side = -1.0 if flip else 1.0
        return Pen(self, tone, (side * s * cos, s * sin, x * self.scale, side * s * sin, -s * cos, foot * self.scale))

    def finished(self) -> Image.Image:
        """The picture in its asked size, with darker corners and a grain that a small picture has less of."""
        small = self.image.reduce(self.samples)
        corners, noise = _finish(*self.size, 2.2 if self.size[1] >= LARGE / 2 else 1.0, 0.16)
        pixels = np.asarray(small, dtype=np.float32) * corners + noise
        return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


class Pen:
    """Draws shapes given in its own units, in the light of its tone.

    `affine` is (a, b, c, d, e, f): a point (x, y) lies at board pixel (a x + b y + c, d x + e y + f).
    """

    __slots__ = ("affine", "board", "even", "reach", "tone")

    def __init__(self, board: Board, tone: Tone, affine: tuple[float, float, float, float, float, float]) -> None:
        self.board, self.tone, self.affine = board, tone, affine
        self.even = abs(affine[1]) < 1e-9 and abs(affine[3]) < 1e-9
        """Whether upright ovals and boxes stay upright."""
        self.reach = math.hypot(affine[0], affine[3])
        """Board pixels of one unit of this pen."""

    @property
    def wide(self) -> float:
        return self.board.wide

    def deeper(self, depth: float) -> "Pen":
        return Pen(self.board, self.tone.deeper(depth), self.affine)

    def plain(self) -> "Pen":
        """The same place without light or air, for what shines by itself."""
        return Pen(self.board, Tone(), self.affine)

    def at(self, x: float, y: float, size: float = 1.0, turn: float = 0.0, flip: bool = False) -> "Pen":
        """A pen with its origin at (x, y) of this one; `turn` in degrees from the x axis to the y axis."""
        a, b, c, d, e, f = self.affine
        cos, sin = math.cos(math.radians(turn)) * size, math.sin(math.radians(turn)) * size
        side = -1.0 if flip else 1.0
        p, q, r, s = side * cos, -sin, side * sin, cos
        moved = (a * p + b * r, a * q + b * s, a * x + b * y + c, d * p + e * r, d * q + e * s, d * x + e * y + f)
        return Pen(self.board, self.tone, moved)

    def where(self, path: Iterable[Point]) -> list[Point]:
        """Board pixels of points."""
        a, b, c, d, e, f = self.affine
        return [(a * x + b * y + c, d * x + e * y + f) for x, y in path]

    def poly(self, path: Path, paint: Paint, alpha: float = 1.0) -> None:
        colour, points = toned(paint, self.tone), self.where(path)
        if alpha >= 1:
            self.board.opaque.polygon(points, fill=colour)
        else:
            self.board.glass.polygon(points, fill=(*colour, round(255 * alpha)))

    def oval(
        self, x: float, y: float, rx: float, ry: float, paint: Paint, alpha: float = 1.0, turn: float = 0.0
    ) -> None:
        if turn or not self.even:
            cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            self.poly(
                [(x + rx * p * cos - ry * q * sin, y + rx * p * sin + ry * q * cos) for p, q in _RING], paint, alpha
            )
            return
        ((u, v),) = self.where([(x, y)])
        p, q = abs(self.affine[0]) * rx, abs(self.affine[4]) * ry
        colour = toned(paint, self.tone)
        if alpha >= 1:
            self.board.opaque.ellipse((u - p, v - q, u + p, v + q), fill=colour)
        else:
            self.board.glass.ellipse((u - p, v - q, u + p, v + q), fill=(*colour, round(255 * alpha)))

    def dot(self, x: float, y: float, radius: float, paint: Paint, alpha: float = 1.0) -> None:
        ((u, v),) = self.where([(x, y)])
        r = radius * self.reach
        colour = toned(paint, self.tone)
        if alpha >= 1:
            self.board.opaque.ellipse((u - r, v - r, u + r, v + r), fill=colour)
        else:
            self.board.glass.ellipse((u - r, v - r, u + r, v + r), fill=(*colour, round(255 * alpha)))

    def box(
        self, x0: float, y0: float, x1: float, y1: float, paint: Paint, radius: float = 0.0, alpha: float = 1.0
    ) -> None:
        """A rectangle with corners (x0, y0) and (x1, y1), rounded by `radius`."""
        if alpha < 1 or not self.even:
            self.poly(_rounded(x0, y0, x1, y1, radius), paint, alpha)
            return
        (u0, v0), (u1, v1) = self.where([(x0, y0), (x1, y1)])
        span = (min(u0, u1), min(v0, v1), max(u0, u1), max(v0, v1))
        colour, r = toned(paint, self.tone), radius * self.reach
        if r < 1.5:
            self.board.opaque.rectangle(span, fill=colour)
        else:
            self.board.opaque.rounded_rectangle(
                span, radius=min(r, (span[2] - span[0]) / 2, (span[3] - span[1]) / 2), fill=colour
            )

    def line(self, path: Path, width: float, paint: Paint, alpha: float = 1.0) -> None:
        """A line through the points, its ends and joints round; `width` in this pen's units."""
        points, pixels = self.where(path), width * self.reach
        colour = toned(paint, self.tone)
        if alpha < 1:
            self.board.glass.line(points, fill=(*colour, round(255 * alpha)), width=max(1, round(pixels)))
            return
        self.board.opaque.line(points, fill=colour, width=max(1, round(pixels)))
        if pixels > 2.5:
            r = (pixels - 0.5) / 2
            for u, v in points:
                self.board.opaque.ellipse((u - r, v - r, u + r, v + r), fill=colour)

    def shaded(self, path: Path, top: Paint, foot: Paint) -> None:
        """A polygon with a gradient from its upper end to its lower end as seen in the picture."""
        points = self.where(path)
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        wide, high = self.board.image.size
        u0, v0 = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
        u1, v1 = min(wide, math.ceil(max(xs)) + 1), min(high, math.ceil(max(ys)) + 1)
        if u1 <= u0 or v1 <= v0:
            return
        mask = Image.new("L", (u1 - u0, v1 - v0))
        ImageDraw.Draw(mask).polygon([(x - u0, y - v0) for x, y in points], fill=255)
        span = max(ys) - min(ys)
        start, end = toned(top, self.tone), toned(foot, self.tone)
        first, last = (
            mix(start, end, round((v0 - min(ys)) / span, 2)),
            mix(start, end, round(min(1, (v1 - min(ys)) / span), 2)),
        )
        fill = _column(((0.0, first), (1.0, last)), v1 - v0).resize(mask.size, Image.Resampling.NEAREST)
        self.board.image.paste(fill, (u0, v0), mask)

    def band(self, y0: float, y1: float, stops: Stops, x0: float | None = None, x1: float | None = None) -> None:
        """A rectangle over the whole width (or from x0 to x1) with a vertical gradient. For pens of the board only."""
        left, right = 0.0 if x0 is None else x0, self.wide if x1 is None else x1
        (u0, v0), (u1, v1) = self.where([(left, y0), (right, y1)])
        box = (round(u0), round(v0), round(u1), round(v1))
        if box[2] <= box[0] or box[3] <= box[1]:
            return
        column = _column(tuple((at, toned(paint, self.tone)) for at, paint in stops), box[3] - box[1])
        self.board.image.paste(column.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.NEAREST), box[:2])

    def glow(
        self, x: float, y: float, radius: float, paint: Paint, strength: float = 0.7, falloff: float = 2.0
    ) -> None:
        """Light around a lamp, fading to nothing at `radius`; the air's tone does not dim it."""
        ((u, v),) = self.where([(x, y)])
        r = radius * self.reach
        side = max(2, round(2 * r))
        mask = _fade(falloff, strength).resize((side, side), Image.Resampling.BILINEAR)
        self.board.image.paste(rgb(paint), (round(u - r), round(v - r)), mask)

    def bank(self, x: float, y: float, rx: float, ry: float, paint: Paint, strength: float) -> None:
        """A soft flat oval: a shadow on the ground, a bank of fog."""
        ((u, v),) = self.where([(x, y)])
        p, q = rx * self.reach, ry * self.reach
        size = max(2, round(2 * p)), max(2, round(2 * q))
        mask = _fade(1.2, min(1.0, strength)).resize(size, Image.Resampling.BILINEAR)
        self.board.image.paste(toned(paint, self.tone), (round(u - p), round(v - q)), mask)


def _rounded(x0: float, y0: float, x1: float, y1: float, radius: float) -> list[Point]:
    if radius <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    r = min(radius, abs(x1 - x0) / 2, abs(y1 - y0) / 2)
    left, right, low, high = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    corners = ((right - r, high - r, 0), (left + r, high - r, 90), (left + r, low + r, 180), (right - r, low + r, 270))
    return [
        (cx + r * math.cos(math.radians(start + a)), cy + r * math.sin(math.radians(start + a)))
        for cx, cy, start in corners
        for a in (0, 22, 45, 68, 90)
    ]


def wave(rng: random.Random, wide: float, count: int = 12, rough: float = 1.0) -> list[Point]:
    """A quiet random line over the whole width, around y = 0 within about one unit, for ridges and shores."""
    phases = [
        (rng.uniform(0.6, 1.6), rng.uniform(0, math.tau), 0.6),
        (rng.uniform(2.0, 3.6), rng.uniform(0, math.tau), 0.3 * rough),
    ]
    xs = [wide * i / count for i in range(count + 1)]
    return [(x, sum(a * math.sin(f * x * 1.6 + p) for f, p, a in phases)) for x in xs]
