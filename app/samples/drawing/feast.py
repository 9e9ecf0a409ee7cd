"""What stands and hangs at a party: chairs, bunting, a cake, glasses, baskets, bowls, umbrellas."""

import math

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.plants import BLOOMS, bloom
from app.samples.drawing.shapes import Light, Point, mix, smooth


def bunting(c: Canvas, start: Point, end: Point, sag: float, flags: int, size: float) -> None:
    def along(t: float) -> Point:
        return start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + sag * 4 * t * (1 - t)

    c.stroke([along(i / 14) for i in range(15)], 1.6, mix("#fffaf0", *c.tone))
    for i in range(flags):
        a, b = along((i + 0.2) / flags), along((i + 0.8) / flags)
        tip = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + size)
        c.shape([a, b, tip], mix(("#f2938f", "#fbd28f", "#8fc0b0", "#fff4e6", "#b9a0d0")[i % 5], *c.tone))


def chair(c: Canvas, x: float, y: float, h: float) -> None:
    """Seen from behind; foot at (x, y)."""
    wood = mix("#fbf3e4", *c.tone)
    dark = mix(wood, "#8a7a6a", 0.35)
    w = 0.2 * h
    for side in (-1, 1):
        c.stroke([(x + side * w, y), (x + side * w * 0.95, y - h)], 0.07 * h, wood, light=c.light)
        c.stroke([(x + side * w * 0.8, y - 0.04 * h), (x + side * w * 0.8, y - 0.45 * h)], 0.05 * h, dark)
    for up in (0.98, 0.82, 0.66):
        c.stroke([(x - w, y - up * h), (x + w, y - up * h)], 0.06 * h, wood)
    c.box(x - w * 1.15, y - 0.5 * h, x + w * 1.15, y - 0.43 * h, wood, 3)


def cake(c: Canvas, x: float, y: float, size: float, lean: float, eaten: bool = False) -> None:
    """Three tiers; (x, y) is the middle of the foot; every tier slides `lean` further than the one below."""
    tiers = ((0.5, 0.30), (0.37, 0.28), (0.24, 0.26))[: 2 if eaten else 3]
    low = 0.0
    for i, (wide, tall) in enumerate(tiers):
        cx = x + lean * size * (i + 0.3) * 0.5
        turn = lean * 0.12 * i

        def at(dx: float, dy: float, cx: float = cx, turn: float = turn, low: float = low) -> Point:
            return cx + (dx - turn * dy) * size, y - (low - dy - turn * dx) * size

        body = [at(-wide, 0), at(-wide, -tall), at(wide, -tall), at(wide, 0)]
        c.shape(body, (mix("#fffaf4", *c.tone), mix("#f0d3c4", *c.tone)), light=Light(4, 0, "#ffffff", 0.8))
        c.oval(*at(0, -tall), wide * size, 0.05 * size, mix("#fffdf8", *c.tone))
        drips = [at(-wide + 2 * wide * k / 12, -tall + 0.02 + (0.07 if k % 2 else 0.02)) for k in range(13)]
        c.shape([at(-wide, -tall), *smooth(drips), at(wide, -tall)], mix("#f7b5b0", *c.tone))
        for k in range(6):
            bloom(c, *at(-wide + 2 * wide * (k + 0.5) / 6, -0.02), 0.038 * size, BLOOMS[k % 5])
        low += tall


def crumbs(c: Canvas) -> None:
    for _ in range(26):
        c.oval(
            448 + c.rng.gauss(0, 66),
            474 + c.rng.uniform(-3, 6),
            c.rng.uniform(2, 5),
            c.rng.uniform(1.5, 3),
            c.rng.choice(("#fffaf2", "#f7b5b0", "#e8c48a")),
        )


def glass(c: Canvas, x: float, y: float, h: float, wine: str = "#f6d27a") -> None:
    """A champagne glass standing at (x, y)."""
    c.stroke([(x - h * 0.14, y), (x + h * 0.14, y)], h * 0.05, "#ffffff", 0.85)
    c.stroke([(x, y), (x, y - h * 0.42)], h * 0.045, "#ffffff", 0.85)
    c.shape(
        smooth(
            [
                (x - h * 0.13, y - h),
                (x - h * 0.11, y - h * 0.52),
                (x, y - h * 0.4),
                (x + h * 0.11, y - h * 0.52),
                (x + h * 0.13, y - h),
            ]
        ),
        "#ffffff",
        0.45,
    )
    c.shape(
        smooth(
            [
                (x - h * 0.125, y - h * 0.82),
                (x - h * 0.1, y - h * 0.53),
                (x, y - h * 0.42),
                (x + h * 0.1, y - h * 0.53),
                (x + h * 0.125, y - h * 0.82),
            ]
        ),
        wine,
        0.9,
    )


def steam(c: Canvas, x: float, y: float, tall: float, opacity: float = 0.3) -> None:
    for i in range(3):
        sway = [(x + 16 * (i - 1) + 13 * math.sin(k * 1.3 + i * 2 + x), y - tall * k / 5) for k in range(6)]
        c.stroke(sway, 15 - 2 * i, "#fff3dc", opacity, blur=7)


def basket(c: Canvas, x: float, y: float, wide: float, layers: int) -> None:
    for i in range(layers):
        top = y - 26 * (i + 1)
        c.box(x - wide / 2, top, x + wide / 2, top + 25, ("#d9a05e", "#a8683a"), 5, light=Light(3, 2, "#ffe2a6", 0.5))
        c.stroke([(x - wide / 2 + 3, top + 18), (x + wide / 2 - 3, top + 18)], 3, "#8a5230", 0.8)
    top = y - 26 * layers
    c.oval(x, top, wide / 2, 9, "#eac083")
    for dx in (-0.28, 0, 0.28):
        c.oval(x + dx * wide, top - 5, wide * 0.15, 10, ("#fffaf0", "#e6cfae"), light=Light(2, 2, "#ffffff", 0.8))


def bowl(c: Canvas, x: float, y: float, r: float) -> None:
    steam(c, x, y - 8, 70, 0.12)
    c.shape(
        [
            (x - r, y),
            (x + r, y),
            *smooth([(x + r, y), (x + r * 0.5, y + r * 0.75), (x - r * 0.5, y + r * 0.75), (x - r, y)]),
        ],
        ("#f4ede0", "#b9a7a4"),
        light=Light(3, 1, "#ffe6b8", 0.6),
    )
    c.oval(x, y, r, r * 0.2, "#fffaf0")
    c.oval(x, y, r * 0.88, r * 0.15, "#d98a45")
    for dx in (-0.4, -0.1, 0.3):
        c.oval(x + dx * r, y - 1, r * 0.18, r * 0.07, "#f8e3a8")


def umbrella(c: Canvas, x: float, y: float, r: float, colour: str, light: Light | None = None) -> None:
    """Open, seen from a little below; (x, y) is the top of the handle."""
    c.stroke([(x, y - r * 0.75), (x, y + r * 0.75)], max(1.5, r * 0.04), "#2a1b30")
    dome = smooth(
        [(x - r, y), (x - r * 0.78, y - r * 0.46), (x, y - r * 0.72), (x + r * 0.78, y - r * 0.46), (x + r, y)]
    )
    scallops: list[Point] = []
    for i in range(4):
        right = x + r - i * r / 2
        scallops += smooth([(right, y), (right - r / 4, y - r * 0.10), (right - r / 2, y)])
    c.shape([*dome, *scallops], (mix(colour, "#ffffff", 0.12), mix(colour, "#1a1030", 0.25)), light=light)
    for share in (-0.5, 0, 0.5):
        rib = [(x, y - r * 0.72), (x + share * r * 0.75, y - r * 0.42), (x + share * r, y - 1)]
        c.stroke(rib, max(1.0, r * 0.018), mix(colour, "#1a1030", 0.4), 0.7)
    c.stroke([(x, y - r * 0.72), (x, y - r * 0.82)], max(1.5, r * 0.04), "#2a1b30")
