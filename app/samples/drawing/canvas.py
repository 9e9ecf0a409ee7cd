"""A small drawing board: gradients, soft light, rain, reflections and grain.

The board is three times as large as the picture and is shrunk at the end, so edges are smooth. A pair of colours is a
gradient from the top of a shape to its foot.
"""

import io
import math
import random
from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from app.samples.drawing.shapes import HEIGHT, WIDTH, Fill, Light, Point, mix, rgb, ring, smooth

SCALE = 3
LARGEST = 88_000
"""Bytes of one finished picture."""


def gradient(size: tuple[int, int], stops: Sequence[tuple[float, str]]) -> Image.Image:
    """Vertical; stops are (share of the height, colour), from 0 to 1."""
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        share = y / max(size[1] - 1, 1)
        at = max(i for i, stop in enumerate(stops[:-1]) if stop[0] <= share or i == 0)
        (low, start), (high, end) = stops[at], stops[at + 1]
        column.putpixel((0, y), rgb(mix(start, end, (share - low) / (high - low))))
    return column.resize(size)


class Canvas:
    """One picture in the making. `tone` is what the air does to every figure's colours; `light` falls on figures."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self.tone: tuple[str, float] = ("#000000", 0.0)
        self.light: Light | None = None

    def sky(self, *stops: tuple[float, str], top: float = 0, foot: float = HEIGHT) -> None:
        band = gradient((WIDTH * SCALE, round((foot - top) * SCALE)), stops)
        self.image.paste(band, (0, round(top * SCALE)))

    def shape(
        self,
        points: Sequence[Point],
        fill: Fill,
        opacity: float = 1.0,
        blur: float = 0.0,
        light: Light | None = None,
        screen: bool = False,
    ) -> None:
        """A filled polygon. `blur` is a radius; `screen` brightens what lies below instead of covering it."""
        self.union([points], fill, opacity, blur, light, screen)

    def union(
        self,
        parts: Sequence[Sequence[Point]],
        fill: Fill,
        opacity: float = 1.0,
        blur: float = 0.0,
        light: Light | None = None,
        screen: bool = False,
    ) -> None:
        """Several polygons painted as one shape."""
        mask, (left, top) = self._mask([point for part in parts for point in part], 3 * blur)
        pen = ImageDraw.Draw(mask)
        for part in parts:
            pen.polygon([((x - left) * SCALE, (y - top) * SCALE) for x, y in part], fill=255)
        self._paint(mask, (left, top), fill, opacity, blur, light, screen)

    def _mask(self, points: Sequence[Point], margin: float) -> tuple[Image.Image, tuple[int, int]]:
        """An empty mask round the points, and where its top left corner lies."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        left, top = math.floor(min(xs) - margin - 2), math.floor(min(ys) - margin - 2)
        right, foot = math.ceil(max(xs) + margin + 2), math.ceil(max(ys) + margin + 2)
        return Image.new("L", ((right - left) * SCALE, (foot - top) * SCALE)), (left, top)

    def oval(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        fill: Fill,
        opacity: float = 1.0,
        blur: float = 0.0,
        turn: float = 0.0,
        light: Light | None = None,
        screen: bool = False,
    ) -> None:
        self.shape(ring(cx, cy, rx, ry, turn), fill, opacity, blur, light, screen)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        fill: Fill,
        radius: float = 0.0,
        opacity: float = 1.0,
        blur: float = 0.0,
        light: Light | None = None,
    ) -> None:
        radius = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
        corners = ((x1 - radius, y1 - radius, 0), (x0 + radius, y1 - radius, 90))
        corners += ((x0 + radius, y0 + radius, 180), (x1 - radius, y0 + radius, 270))
        path = [
            (x + radius * math.cos(math.radians(start + a)), y + radius * math.sin(math.radians(start + a)))
            for x, y, start in corners
            for a in range(0, 91, 15)
        ]
        self.shape(path, fill, opacity, blur, light)

    def stroke(
        self,
        points: Sequence[Point],
        width: float,
        fill: Fill,
        opacity: float = 1.0,
        blur: float = 0.0,
        light: Light | None = None,
        curve: bool = True,
    ) -> None:
        """A line with round ends, curved through its points."""
        path = smooth(points) if curve and len(points) > 2 else list(points)
        mask, (left, top) = self._mask(path, width / 2 + 3 * blur)
        pen = ImageDraw.Draw(mask)
        line = [((x - left) * SCALE, (y - top) * SCALE) for x, y in path]
        pen.line(line, fill=255, width=max(1, round(width * SCALE)))
        reach = width * SCALE / 2
        # Every joint of a wide line is rounded; on a thin one that would show as beads.
        for x, y in line if reach > 6 else (line[0], line[-1]):
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
        self._paint(mask, (left, top), fill, opacity, blur, light, screen=False)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 0.8, falloff: float = 2.0) -> None:
        """Light around a lamp, fading to nothing at the radius."""
        size = max(2, round(radius * 2 * SCALE))
        fade = [round(255 * strength * max(0.0, 1 - d / 180) ** falloff) for d in range(256)]
        mask = Image.radial_gradient("L").point(fade).resize((size, size), Image.Resampling.BICUBIC)
        self._paint(mask, (x - radius, y - radius), colour, 1.0, 0.0, None, screen=True)

    def _paint(
        self,
        mask: Image.Image,
        at: Point,
        fill: Fill,
        opacity: float,
        blur: float,
        light: Light | None,
        screen: bool,
    ) -> None:
        spot = (round(at[0] * SCALE), round(at[1] * SCALE))
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE))
        if opacity < 1:
            mask = mask.point([round(v * opacity) for v in range(256)])
        ink = self._ink(mask.size, fill)
        if screen:
            ink = ImageChops.screen(self.image.crop((*spot, spot[0] + mask.width, spot[1] + mask.height)), ink)
        self.image.paste(ink, spot, mask)
        if light:
            self.image.paste(rgb(light.colour), spot, _edge(mask, light))

    def _ink(self, size: tuple[int, int], fill: Fill) -> Image.Image:
        if isinstance(fill, str):
            return Image.new("RGB", size, fill)
        return gradient(size, [(0, fill[0]), (1, fill[1])])

    def streaks(
        self, lines: Iterable[tuple[Point, Point]], width: float, colour: str, opacity: float, blur: float = 0.0
    ) -> None:
        """Many thin lines at once: rain, grass, spray."""
        mask = Image.new("L", self.image.size)
        pen = ImageDraw.Draw(mask)
        for (x0, y0), (x1, y1) in lines:
            ends = (x0 * SCALE, y0 * SCALE, x1 * SCALE, y1 * SCALE)
            pen.line(ends, fill=self.rng.randint(90, 255), width=max(1, round(width * SCALE)))
        self._paint(mask, (0, 0), colour, opacity, blur, None, screen=False)

    def rain(self, count: int, lean: float, length: float, opacity: float, colour: str = "#cfe0f5") -> None:
        """`lean` is how far a drop drifts sideways for each unit it falls."""
        drops: list[tuple[Point, Point]] = []
        for _ in range(count):
            x, y = self.rng.uniform(-100, WIDTH + 100), self.rng.uniform(-40, HEIGHT)
            reach = length * self.rng.uniform(0.4, 1.2)
            drops.append(((x, y), (x + lean * reach, y + reach)))
        self.streaks(drops, 0.9, colour, opacity)

    def reflect(self, line: float, depth: float, opacity: float, ripple: float = 3.0, squash: float = 1.0) -> None:
        """Mirror what stands above the line into the ground below it, rippled and fading with depth."""
        height = round(depth * SCALE)
        source = (0, max(0, round((line - depth / squash) * SCALE)), self.image.width, round(line * SCALE))
        mirror = self.image.crop(source).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        mirror = mirror.resize((self.image.width, height)).filter(ImageFilter.BoxBlur((4 * SCALE, 2 * SCALE)))
        waved = Image.new("RGB", mirror.size)
        for y in range(height):
            nearness = y / height
            swing = ripple * SCALE * (0.3 + nearness) * math.sin(y / SCALE / (2 + 5 * nearness) + math.sin(y / 31))
            row = mirror.crop((0, y, mirror.width, y + 1))
            waved.paste(ImageChops.offset(row, round(swing), 0), (0, y))
        fade = gradient(mirror.size, [(0, "#ffffff"), (1, "#404040")]).convert("L")
        fade = fade.point([round(v * opacity) for v in range(256)])
        self.image.paste(waved, (0, round(line * SCALE)), fade)

    def stars(self, count: int, foot: float, colour: str = "#ffffff") -> None:
        for _ in range(count):
            x, y = self.rng.uniform(0, WIDTH), self.rng.uniform(0, foot)
            size = self.rng.choice((0.6, 0.7, 0.8, 1.1, 1.5))
            self.oval(x, y, size, size, colour, self.rng.uniform(0.3, 0.9) * (1 - 0.6 * y / foot))

    def jpeg(self, grain: float = 0.012, vignette: float = 0.13) -> bytes:
        """The finished picture: darker corners, a little paper grain, 900 x 600."""
        image = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        fade = [round(255 * (1 - vignette * max(0.0, d / 255 - 0.35) ** 1.6 * 2)) for d in range(256)]
        corners = Image.radial_gradient("L").point(fade).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        image = ImageChops.multiply(image, Image.merge("RGB", (corners,) * 3))
        noise = Image.frombytes("L", (WIDTH, HEIGHT), self.rng.randbytes(WIDTH * HEIGHT))
        noise = noise.filter(ImageFilter.GaussianBlur(0.7)).point([round(v * grain * 3) for v in range(256)])
        image = ImageChops.add(image, Image.merge("RGB", (noise,) * 3), 1, round(-127 * grain * 3))
        return _encode(image)


def _encode(image: Image.Image) -> bytes:
    """The best quality from 85 down that keeps the file small enough to open a page with."""
    file = io.BytesIO()
    for quality in range(85, 70, -1):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= LARGEST:
            break
    return file.getvalue()


def _edge(mask: Image.Image, light: Light) -> Image.Image:
    shadow = Image.new("L", mask.size)
    shadow.paste(mask, (round(light.dx * SCALE), round(light.dy * SCALE)))
    reach = max(abs(light.dx), abs(light.dy)) * SCALE
    shadow = shadow.filter(ImageFilter.GaussianBlur(reach * 0.3))
    edge = ImageChops.multiply(ImageChops.subtract(mask, shadow), mask)
    # Edges that run along the light are half in shadow; only what is more than half lit shines.
    return edge.point([round(max(0, v - 128) * 2 * light.strength) for v in range(256)])
