"""Waves, clouds, gulls, a lighthouse and a small red boat."""

import math

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.figure import DOWN, HOLD, REACH, SKINS, WAVE, Person
from app.samples.drawing.people import person
from app.samples.drawing.shapes import HEIGHT, Light, Point, mix, ring, smooth

SKIPPER = Person(SKINS[0], "#b9b2aa", "cap", "#f0b429", "#34405c", hat="#2b3a67")
DECKHAND = Person(SKINS[3], "#1f1a24", "short", "#e8853a", "#2f3a52")


def wave_line(x0: float, x1: float, y: float, height: float, length: float, shift: float = 0.0) -> list[Point]:
    """A rolling line: broad swells with a smaller one on top."""

    def at(x: float) -> float:
        return height * math.sin((x + shift) / length) + height * 0.35 * math.sin((x + shift) / length * 2.7 + 1.3)

    return [(x, y + at(x)) for x in range(int(x0), int(x1) + 9, 8)]


def water(c: Canvas, line: list[Point], fill: tuple[str, str], crest: str | None = None, width: float = 2.0) -> None:
    c.shape([*line, (line[-1][0], HEIGHT + 20), (line[0][0], HEIGHT + 20)], fill)
    if crest:
        c.stroke(line, width, crest, 0.7, curve=False)


def gull(c: Canvas, x: float, y: float, size: float, colour: str = "#ffffff") -> None:
    wing = [(x - size, y - size * 0.1), (x - size * 0.45, y - size * 0.42), (x, y), (x + size * 0.45, y - size * 0.45)]
    c.stroke([*wing, (x + size, y - size * 0.16)], size * 0.13, colour)


def cloud(
    c: Canvas, x: float, y: float, size: float, fill: tuple[str, str], opacity: float = 1.0, soft: float = 0.0
) -> None:
    puffs = ((-0.95, 0.06, 0.4), (-0.45, -0.18, 0.52), (0.12, -0.3, 0.64), (0.68, -0.06, 0.5), (1.08, 0.12, 0.32))
    parts = [ring(x + dx * size, y + dy * size, r * size, r * size) for dx, dy, r in puffs]
    parts.append(ring(x, y + 0.26 * size, 1.42 * size, 0.22 * size))
    c.union(parts, fill, opacity, soft)


def glitter(c: Canvas, x: float, top: float, foot: float, spread: float, colour: str, count: int = 90) -> None:
    for _ in range(count):
        share = c.rng.random()
        y = top + (foot - top) * share
        wide = 4 + 22 * share
        px = x + c.rng.gauss(0, spread * (0.25 + share))
        c.oval(px, y, wide, 0.8 + 1.6 * share, colour, c.rng.uniform(0.25, 0.75))


def bolt(c: Canvas, points: list[Point], width: float) -> None:
    c.stroke(points, width * 6, "#b9d4ff", 0.35, blur=8, curve=False)
    c.stroke(points, width, "#fdfbff", curve=False)


def lighthouse(c: Canvas, x: float, y: float, h: float, lit: bool, light: Light | None = None) -> None:
    """Foot at (x, y)."""

    def part(low: float, high: float, fill: str) -> None:
        a, b = (0.115 - 0.05 * low) * h, (0.115 - 0.05 * high) * h
        corners = [(x - a, y - low * h), (x - b, y - high * h), (x + b, y - high * h), (x + a, y - low * h)]
        c.shape(corners, mix(fill, *c.tone), light=light)

    for i in range(5):
        part(i * 0.15, (i + 1) * 0.15 + 0.004, "#f4ede2" if i % 2 else "#cf4436")
    c.box(x - 0.105 * h, y - 0.775 * h, x + 0.105 * h, y - 0.745 * h, mix("#2d3448", *c.tone), 3)
    c.box(x - 0.058 * h, y - 0.885 * h, x + 0.058 * h, y - 0.775 * h, "#ffe9a8" if lit else mix("#9fc3cf", *c.tone))
    for dx in (-0.058, 0, 0.058):
        c.stroke([(x + dx * h, y - 0.885 * h), (x + dx * h, y - 0.775 * h)], 0.012 * h, mix("#2d3448", *c.tone))
    c.shape(
        smooth([(x - 0.085 * h, y - 0.88 * h), (x, y - 0.985 * h), (x + 0.085 * h, y - 0.88 * h)]),
        mix("#b5382c", *c.tone),
    )
    c.stroke([(x, y - 0.96 * h), (x, y - 1.02 * h)], 0.014 * h, mix("#2d3448", *c.tone))
    c.box(x - 0.032 * h, y - 0.10 * h, x + 0.032 * h, y, mix("#3a4160", *c.tone), 0.03 * h)
    for up in (0.30, 0.52):
        c.box(
            x - 0.016 * h,
            y - (up + 0.07) * h,
            x + 0.016 * h,
            y - up * h,
            "#ffe08a" if lit else mix("#3a4160", *c.tone),
            0.016 * h,
        )


def boat(
    c: Canvas, x: float, y: float, size: float, tilt: float = 0.0, crew: int = 2, lamp: bool = False, torn: bool = False
) -> None:
    """A small trawler, bow to the right; (x, y) is the middle of its waterline, `size` its length, `tilt` degrees."""
    cos, sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))

    def at(dx: float, dy: float) -> Point:
        return x + (dx * cos - dy * sin) * size, y + (dx * sin + dy * cos) * size

    def ink(colour: str) -> str:
        return mix(colour, *c.tone)

    light = c.light
    mast = [at(-0.05, -0.18), at(-0.05, -0.74)] if not torn else [at(-0.05, -0.18), at(-0.04, -0.5), at(0.03, -0.62)]
    c.stroke(mast, 0.022 * size, ink("#5b4636"), curve=False)
    c.stroke([mast[-1], at(0.5, -0.24)], max(1.0, 0.006 * size), ink("#3a3440"))
    c.stroke([mast[-1], at(-0.48, -0.14)], max(1.0, 0.006 * size), ink("#3a3440"))
    if not torn:
        for i, colour in enumerate(("#f0b429", "#3d8fa0", "#d9523f", "#f4ede2")):
            t = 0.2 + 0.2 * i
            a, b = at(-0.05 + 0.55 * t, -0.74 + 0.5 * t), at(-0.01 + 0.55 * t, -0.70 + 0.5 * t)
            c.shape([a, b, ((a[0] + b[0]) / 2 - 0.02 * size * cos, (a[1] + b[1]) / 2 + 0.065 * size)], ink(colour))
    c.shape(
        [at(-0.34, -0.14), at(-0.33, -0.40), at(-0.09, -0.40), at(-0.06, -0.14)],
        (ink("#fbf3e4"), ink("#d8c8b4")),
        light=light,
    )
    c.shape([at(-0.37, -0.39), at(-0.35, -0.445), at(-0.08, -0.445), at(-0.045, -0.39)], ink("#2f6f80"), light=light)
    for dx in (-0.29, -0.17):
        pane = [at(dx, -0.34), at(dx + 0.075, -0.34), at(dx + 0.075, -0.245), at(dx, -0.245)]
        c.shape(pane, "#ffe08a" if lamp else ink("#8fc0cc"))
    if lamp:
        c.glow(*at(-0.2, -0.3), size * 0.6, "#ffc864", 0.6)
    for who, dx in ((SKIPPER, 0.06), (DECKHAND, 0.22))[:crew]:
        px, py = at(dx, -0.04)
        if tilt:
            person(c, who, px, py, 0.36 * size, "right", REACH, HOLD, lean=sin * 0.9, mood="shock")
        else:
            person(c, who, px, py, 0.36 * size, "front", DOWN, WAVE)
    hull = [at(-0.5, -0.155), at(-0.2, -0.125), at(0.2, -0.14), at(0.58, -0.27)]
    keel = [at(0.44, 0.03), at(0.3, 0.12), at(-0.38, 0.12), at(-0.47, 0.0)]
    c.shape([*smooth(hull), *smooth(keel)], (ink("#e0493a"), ink("#8f2430")), light=light)
    c.stroke(hull, 0.035 * size, ink("#f4ede2"))
    c.stroke([at(-0.48, -0.03), at(0.0, -0.01), at(0.47, -0.06)], 0.014 * size, ink("#f4ede2"), 0.8)
    for dx in (-0.25, 0.0, 0.22):
        c.oval(*at(dx, -0.075), 0.032 * size, 0.032 * size, ink("#2b3148"))
        c.oval(*at(dx, -0.075), 0.014 * size, 0.014 * size, ink("#7a4a40"))


def cliff(c: Canvas, points: list[Point], fill: tuple[str, str], grass: str) -> None:
    edge = smooth(points)
    c.shape([*edge, (edge[-1][0], HEIGHT), (edge[0][0], HEIGHT)], fill)
    c.stroke(edge, 9, grass)


def plank_pier(c: Canvas) -> None:
    for x in (60, 230, 400, 560):
        c.box(x, 470, x + 20, 600, ("#7a5644", "#4a3440"), 4)
    c.shape([(-10, 448), (620, 452), (620, 484), (-10, 484)], ("#c08a62", "#7d5344"))
    for i in range(16):
        c.stroke([(i * 40 + 6, 450), (i * 40 + 2, 483)], 1.6, "#6a4638", 0.6)
    c.box(586, 404, 606, 456, ("#8a6450", "#5a4040"), 5)
    c.oval(596, 404, 11, 5, "#a87a5e")
