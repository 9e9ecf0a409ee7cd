"""Night market: two friends arrive, eat, are caught by the rain, share one umbrella, and the lanterns go up."""

import math
from typing import NamedTuple

from app.samples.canvas import HEIGHT, WIDTH, Canvas, Light, Point, mix, smooth
from app.samples.people import DOWN, HIP, HOLD, OUT, REACH, SKINS, UP, WAVE, Person, person

MINA = Person(SKINS[1], "#2a1d2b", "bun", "#f2b33d", "#33406e", accent="#e2574c")
THEO = Person(SKINS[2], "#1f1a24", "curly", "#3f8f8b", "#3a2d4f")
COOK = Person(SKINS[0], "#4a3a3a", "beanie", "#b8433f", "#2a2f4d", hat="#f4ead8")
LAMP = "#ffb85c"
WARM = Light(-3.0, 2.0, "#ffc878", 0.6)


class Eye(NamedTuple):
    """Where the street is seen from: the picture's vanishing point and the height of the eye in metres."""

    x: float = 450
    y: float = 285
    height: float = 1.7
    focal: float = 560

    def see(self, x: float, y: float, z: float) -> Point:
        return self.x + x * self.focal / z, self.y - (y - self.height) * self.focal / z


def dusk(c: Canvas) -> None:
    c.sky((0, "#141233"), (0.3, "#33245e"), (0.45, "#7d3f78"), (0.53, "#d9756a"), (0.56, "#f0a56a"), (1, "#2c2145"))
    c.stars(90, 220)


def lantern(c: Canvas, x: float, y: float, r: float, colour: str = "#e8503a", shine: float = 1.0) -> None:
    c.glow(x, y, r * 5.5, mix(colour, LAMP, 0.6), 0.5 * shine)
    c.oval(x, y, r, r * 0.86, (mix(colour, "#ffd27a", 0.45), colour), light=Light(r * 0.2, r * 0.1, "#ffe9b8", 0.5))
    for share in (0.55, 0.15):
        c.oval(x, y, r * share, r * 0.84, mix(colour, "#ffe2a0", 0.55), 0.35)
    c.box(x - r * 0.35, y - r * 0.98, x + r * 0.35, y - r * 0.78, "#5a2430", r * 0.08)
    c.box(x - r * 0.3, y + r * 0.78, x + r * 0.3, y + r * 0.94, "#5a2430", r * 0.08)
    c.stroke([(x, y + r * 0.95), (x, y + r * 1.45)], max(1.0, r * 0.1), "#f5b04c")


def string(c: Canvas, start: Point, end: Point, sag: float, count: int, r: float, colours: tuple[str, ...]) -> None:
    def along(t: float) -> Point:
        return start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + sag * 4 * t * (1 - t)

    c.stroke([along(i / 12) for i in range(13)], max(1.0, r * 0.09), "#1d1430", 0.9)
    for i in range(count):
        x, y = along((i + 0.5) / count)
        lantern(c, x, y + r * 1.1, r, colours[i % len(colours)])


def skyline(c: Canvas, foot: float, colour: str, lit: str) -> None:
    x = -20.0
    while x < WIDTH:
        wide, tall = c.rng.uniform(40, 95), c.rng.uniform(40, 150)
        c.box(x, foot - tall, x + wide, foot + 4, (colour, mix(colour, "#c9627a", 0.25)))
        for _ in range(int(tall / 14)):
            wx, wy = x + c.rng.uniform(6, wide - 10), foot - c.rng.uniform(12, tall - 8)
            c.box(wx, wy, wx + 5, wy + 7, lit, opacity=c.rng.uniform(0.3, 0.9))
        x += wide + c.rng.uniform(-16, -2)


def stall(c: Canvas, eye: Eye, side: int, z0: float, z1: float, cloth: str) -> None:
    """One stall along the street, from depth z1 to the nearer z0, seen from the middle."""
    x = 2.3 * side
    haze = min(0.5, (z1 - 3) / 26)
    dust = "#a8565e"

    def quad(*corners: tuple[float, float, float]) -> list[Point]:
        return [eye.see(*corner) for corner in corners]

    def face(x: float, low: float, high: float) -> list[Point]:
        return quad((x, low, z1), (x, high, z1), (x, high, z0), (x, low, z0))

    c.shape(face(x, 0, 2.5), ("#ffd68a", mix("#e9763f", dust, haze)))
    for shelf in (1.55, 1.95):
        for i in range(6):
            px, py = eye.see(x, shelf, z1 + (z0 - z1) * (i + 0.6) / 6.4)
            size = eye.focal / (z1 + (z0 - z1) * (i + 0.6) / 6.4)
            wide, tall = size * 0.035, size * c.rng.uniform(0.14, 0.24)
            c.box(
                px - wide,
                py - tall,
                px + wide,
                py,
                c.rng.choice(("#c8603c", "#a8433f", "#8a6a4a", "#5f8a78")),
                wide / 2,
                0.7,
            )
        c.shape(face(x, shelf - 0.04, shelf), "#a85a38", 0.8)
    c.shape(face(x, 0, 1.0), (mix("#a04a3c", dust, haze), mix("#431f36", dust, haze * 0.5)))
    for i in range(5):
        z = z1 + (z0 - z1) * (i + 0.7) / 5.6
        px, py = eye.see(x, 1.02, z)
        size = eye.focal / z
        c.oval(
            px, py - size * 0.05, size * 0.09, size * 0.11, c.rng.choice(("#f6b04c", "#e8633f", "#f3dca4", "#9fb557"))
        )
    c.shape(face(x * 0.98, 0.95, 1.05), mix("#f0a662", dust, haze))
    end = quad((x, 0, z0), (x, 2.3, z0), (x * 1.5, 3.0, z0), (x * 1.9, 3.0, z0), (x * 1.9, 0, z0))
    c.shape(end, (mix("#5c2f48", dust, haze), mix("#2b1836", dust, haze * 0.6)))
    for i in range(7):
        za, zb = (z1 + (z0 - z1) * (i + k) / 7 for k in (0, 1))
        colour = mix(cloth if i % 2 else "#f8e6c8", "#6c3a63", 0.12 + haze * 0.5)
        roof = quad((x * 1.2, 3.25, za), (x * 0.74, 2.25, za), (x * 0.74, 2.25, zb), (x * 1.2, 3.25, zb))
        c.shape(roof, (mix(colour, "#4a2858", 0.35), colour))
        low = eye.see(x * 0.74, 2.02, (za + zb) / 2)
        c.shape([roof[1], *smooth([roof[1], low, roof[2]])], mix(colour, "#2a1430", 0.16))
    bx, by = eye.see(x * 0.9, 1.9, (z0 + z1) / 2)
    c.glow(bx, by, 330 / z0 + 40, LAMP, 0.6)


def street(c: Canvas, eye: Eye, wet: float) -> None:
    """The two rows of stalls, the ground between them, and what the ground gives back of the light."""
    skyline(c, 292, "#2c1f4e", "#ffc97a")
    c.glow(450, 285, 300, "#ff9a5c", 0.7)
    ground = ("#6b3a58", "#1e1737") if not wet else ("#5b3a63", "#15122e")
    c.shape([(0, eye.y + 6), (WIDTH, eye.y + 6), (WIDTH, HEIGHT), (0, HEIGHT)], ground)
    for z in (3.0, 3.5, 4.2, 5.1, 6.4, 8.4, 11.5, 17.0):
        c.stroke([eye.see(-2.3, 0, z), eye.see(2.3, 0, z)], 4 / z + 0.4, "#f0b48a", 0.14)
    for x in (-1.5, -0.75, 0.0, 0.75, 1.5):
        c.shape([eye.see(x - 0.012, 0, 22), eye.see(x - 0.012, 0, 2.6), eye.see(x + 0.012, 0, 2.6)], "#f0b48a", 0.16)
    cloths = ("#d6483f", "#2f8f8a", "#e0932f", "#8a4f9e", "#3d6fb0", "#c94f6d")
    for i, z in enumerate((22.0, 16.5, 12.2, 8.8, 6.2, 4.2)):
        for side in (-1, 1):
            stall(c, eye, side, z - 0.22 * z, z, cloths[(i * 2 + (side > 0)) % 6])
    for side in (-1, 1):
        for z in (3.4, 5.2, 8.0, 13.0):
            x, y = eye.see(1.7 * side, 0, z)
            c.oval(x, y, 330 / z, 70 / z, "#ff9d55", 0.30, 60 / z)


def crowd(c: Canvas, eye: Eye, seed_rows: tuple[float, ...]) -> None:
    tops = ("#4a4f86", "#a5485e", "#3c7f84", "#c98743", "#6b4a86")
    for i, z in enumerate(seed_rows):
        x, y = eye.see(c.rng.uniform(0.45, 1.4) * (-1 if i % 2 else 1), 0, z)
        who = Person(
            c.rng.choice(SKINS),
            "#2a2030",
            c.rng.choice(("short", "bob", "bun", "beanie")),
            c.rng.choice(tops),
            "#2b2748",
        )
        c.oval(x, y, 150 / z, 26 / z, "#150f2a", 0.45, 18 / z)
        person(c, who, x, y, 1.65 * eye.focal / z, "back", stride=0.04)


def arrival(c: Canvas) -> None:
    eye = Eye()
    dusk(c)
    c.oval(690, 92, 30, 30, "#fbe7c0")
    c.oval(702, 84, 27, 27, "#221a48")
    c.glow(690, 92, 120, "#f7c58c", 0.35)
    street(c, eye, wet=0)
    reds = ("#e8503a", "#f08a3c", "#e8503a", "#d63f55")
    for z, count, r in ((15.0, 7, 5.0), (10.0, 7, 7.5), (6.6, 7, 11.5), (4.3, 7, 18.0)):
        string(c, eye.see(-2.6, 3.15, z), eye.see(2.6, 3.15, z), 110 / z, count, r, reds)
    c.tone, c.light = ("#5a2c5e", 0.42), WARM
    crowd(c, eye, (17.0, 14.5, 12.5, 11.0, 9.6, 8.2, 7.2))
    c.tone, c.light = ("#33204f", 0.22), Light(4.0, 2.5, "#ffc878", 0.75)
    c.oval(395, 562, 95, 13, "#0f0b22", 0.6, 8)
    c.oval(512, 566, 90, 13, "#0f0b22", 0.6, 8)
    person(c, MINA, 395, 562, 262, "back", left=WAVE, right=DOWN, stride=0.02)
    c.light = Light(-4.0, 2.5, "#ffc878", 0.75)
    person(c, THEO, 512, 568, 292, "back", left=HIP, right=DOWN, stride=0.02)


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


def bulb(c: Canvas, x: float, y: float) -> None:
    c.stroke([(x, y - 70), (x, y - 8)], 2, "#2a1730")
    c.glow(x, y, 120, LAMP, 0.75)
    c.oval(x, y, 9, 11, "#fff4d2")


def dumplings(c: Canvas) -> None:
    c.sky((0, "#3b1d3c"), (0.5, "#8a3d3f"), (1, "#5a2839"))
    for row, y in enumerate((150, 236)):
        c.box(60, y + 46, 840, y + 56, "#5a2a33")
        x = 84.0
        while x < 800:
            wide = c.rng.uniform(22, 44)
            tall = c.rng.uniform(26, 48)
            colour = c.rng.choice(("#d98b4a", "#b9533f", "#6f8f77", "#e3bb78", "#8c4b62"))
            c.box(x, y + 46 - tall, x + wide, y + 46, (colour, mix(colour, "#401c30", 0.4)), 6, 0.75)
            x += wide + c.rng.uniform(7, 20 + 6 * row)
    c.glow(450, 250, 520, "#ff9a4a", 0.55)
    c.tone, c.light = ("#5a2436", 0.10), Light(0, 6.0, "#ffd592", 0.6)
    person(c, COOK, 450, 585, 400, "front", left=HIP, right=OUT, mood="laugh")
    c.shape([(408, 330), (492, 330), (500, 470), (400, 470)], ("#fbf1df", "#e6cfb2"))
    bx, by = 557, 283
    c.oval(bx, by - 8, 21, 15, ("#fffaf0", "#ecd6b4"), light=Light(2, 3, "#ffffff", 0.8))
    c.stroke([(bx - 2, by + 4), (bx + 34, by - 46)], 3.5, "#6b3a28")
    c.stroke([(bx + 6, by + 4), (bx + 46, by - 40)], 3.5, "#6b3a28")
    c.shape([(0, 430), (WIDTH, 430), (WIDTH, 600), (0, 600)], ("#9a4b35", "#3d1c30"))
    c.box(0, 418, WIDTH, 438, ("#f2b26d", "#c9733f"))
    for x, wide, layers in ((250, 120, 3), (120, 110, 2), (668, 124, 3), (800, 108, 2)):
        basket(c, x, 420, wide, layers)
        steam(c, x, 420 - 26 * layers - 6, 130)
    for i in range(15):
        x = i * 64 - 20
        colour = mix("#d6483f" if i % 2 else "#f6e3c3", "#5a2436", 0.12)
        c.shape(
            [(x, 0), (x + 64, 0), (x + 64, 54), *smooth([(x + 64, 54), (x + 32, 86), (x, 54)])],
            (mix(colour, "#2a1430", 0.3), colour),
        )
    for x, y in ((180, 150), (380, 132), (560, 136), (740, 152)):
        bulb(c, x, y)
    c.tone, c.light = ("#2a1836", 0.22), Light(3, 6.0, "#ffd08a", 0.85)
    person(c, MINA, 318, 742, 380, "back", left=DOWN, right=((0.1, 0.04), (0.2, -0.1)))
    c.light = Light(-3, 6.0, "#ffd08a", 0.85)
    person(c, THEO, 596, 770, 425, "back", left=DOWN, right=DOWN)


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


def downpour(c: Canvas) -> None:
    eye = Eye(y=262)
    c.sky((0, "#11122c"), (0.3, "#2a2750"), (0.5, "#6a4569"), (1, "#1a1734"))
    for x, y, wide in ((120, 40, 260), (420, 18, 300), (760, 50, 280), (600, 100, 180), (250, 110, 170)):
        c.oval(x, y, wide, 44, "#1c1c3c", 0.6, 22)
    street(c, eye, wet=1)
    for z, count, r in ((12.0, 7, 6.0), (7.4, 7, 10.0), (4.6, 7, 16.5)):
        string(c, eye.see(-2.6, 3.1, z), eye.see(2.6, 3.1, z), 110 / z, count, r, ("#e8503a", "#f08a3c", "#d63f55"))
    c.tone, c.light = ("#3a2a58", 0.4), WARM
    for x, z, colour, facing in (
        (-0.9, 12.0, "#4f8fa8", "back"),
        (0.7, 10.5, "#e0a33f", "left"),
        (1.15, 8.0, "#a85a9a", "front"),
        (-1.5, 7.0, "#5aa382", "back"),
    ):
        px, py = eye.see(x, 0, z)
        h = 1.65 * eye.focal / z
        person(c, Person(SKINS[1], top="#7a5a86", bottom="#2b2748"), px, py, h, facing, stride=0.06)
        umbrella(c, px + h * 0.04, py - h * 0.98, h * 0.42, colour, Light(2, 2, "#ffcf90", 0.4))
    c.reflect(430, 170, 0.5, ripple=3.0, squash=0.9)
    for _ in range(46):
        x, y = c.rng.uniform(0, WIDTH), c.rng.uniform(445, 592)
        size = 3 + (y - 430) / 14
        c.stroke(
            [(x + size * math.cos(a / 3), y + size * 0.28 * math.sin(a / 3)) for a in range(20)], 1, "#ffd9ac", 0.35
        )
    c.tone, c.light = ("#2a1f4a", 0.22), Light(-4, 3, "#ffc878", 0.7)
    c.oval(330, 556, 105, 12, "#0d0a20", 0.55, 7)
    c.oval(520, 566, 112, 12, "#0d0a20", 0.55, 7)
    person(
        c,
        MINA,
        335,
        552,
        270,
        "right",
        left=UP,
        right=((0.12, -0.08), (0.16, -0.22)),
        stride=0.15,
        lean=0.16,
        mood="laugh",
    )
    c.oval(402, 283, 66, 15, ("#e3b06c", "#8a5230"), turn=-5, light=Light(-2, 3, "#ffe2a6", 0.6))
    c.oval(402, 279, 52, 8, "#b9783f", turn=-5)
    c.light = Light(4, 3, "#ffc878", 0.7)
    person(c, THEO, 520, 562, 298, "right", left=REACH, right=OUT, stride=0.16, lean=0.17, mood="shock")
    c.rain(520, -0.16, 34, 0.34)
    c.rain(120, -0.16, 70, 0.28)


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


def shelter(c: Canvas) -> None:
    c.sky((0, "#16142f"), (0.55, "#3d2950"), (0.8, "#5a3450"), (1, "#1c1533"))
    for _ in range(70):
        x, y, r = c.rng.uniform(0, WIDTH), c.rng.uniform(30, 400), c.rng.uniform(8, 34)
        c.oval(
            x,
            y,
            r,
            r,
            c.rng.choice(("#ff9a4a", "#ffc66b", "#e8604a", "#58b0a8", "#c86aa0")),
            c.rng.uniform(0.08, 0.32),
            1.5,
        )
    c.rain(420, -0.1, 46, 0.26)
    c.glow(450, 330, 430, "#ff9d4c", 0.45)
    c.tone, c.light = ("#3a1f44", 0.08), Light(2.6, -1, "#ffb566", 0.55)
    person(c, MINA, 362, 735, 440, "front", left=HOLD, right=HOLD, mood="laugh")
    c.light = Light(-2.6, -1, "#ffb566", 0.55)
    c.stroke([(452, 470), (452, 140)], 7, "#4a2b38")
    person(c, THEO, 545, 748, 470, "front", left=((0.09, 0.14), (0.10, -0.01)), right=HOLD, mood="smile")
    r, x, y = 330.0, 452.0, 232.0
    under = [(x - r, y), *smooth([(x - r, y), (x, y - 120), (x + r, y)])]
    c.shape(under, ("#7a2238", "#4d1730"))
    dome = smooth([(x - r, y), (x - r * 0.8, y - 120), (x, y - 190), (x + r * 0.8, y - 120), (x + r, y)])
    hem: list[Point] = []
    for i in range(6):
        right = x + r - i * r / 3
        hem += smooth([(right, y), (right - r / 6, y - 26), (right - r / 3, y)])
    c.shape([*dome, *hem], ("#e5564a", "#a52c42"), light=Light(0, -5, "#ff9a6a", 0.5))
    for i in range(1, 6):
        end = (x - r + i * r / 3, y)
        c.stroke([(x, y - 190), ((x * 0.45 + end[0] * 0.55), y - 128 + abs(i - 3) * 9), end], 2.2, "#8a2038", 0.7)
    c.oval(x, y - 192, 7, 9, "#4a2b38")
    for i in range(7):
        px = x - r + i * r / 3
        for k in range(2):
            c.oval(px + c.rng.uniform(-3, 3), y + 10 + 26 * k + c.rng.uniform(0, 14), 2.2, 4.6, "#cfe0f5", 0.8)
    for px, py in c.rng.sample(dome, 24):
        for side in (-1, 0, 1):
            tip = (px + side * c.rng.uniform(4, 7), py - c.rng.uniform(5, 9) + 3 * abs(side))
            c.stroke([(px + 2 * side, py - 2), tip], 1.3, "#dfeaf8", 0.55)
    bowl(c, 366, 506, 46)
    bowl(c, 572, 510, 48)
    c.shape([(0, 566), (WIDTH, 566), (WIDTH, 600), (0, 600)], ("#8a4638", "#3a1c30"))
    c.box(0, 556, WIDTH, 570, ("#e8a061", "#b9683c"))
    c.tone = ("#2a1836", 0.1)
    cat(c, 178, 558, 116)


def cat(c: Canvas, x: float, y: float, h: float) -> None:
    fur = mix("#4a4358", *c.tone)
    light = Light(-4, 2, "#ffb566", 0.6)
    c.stroke(
        [(x - h * 0.3, y - 6), (x - h * 0.62, y - h * 0.12), (x - h * 0.66, y - h * 0.45)], h * 0.1, fur, light=light
    )
    c.shape(
        smooth(
            [
                (x - h * 0.34, y),
                (x - h * 0.3, y - h * 0.4),
                (x, y - h * 0.66),
                (x + h * 0.26, y - h * 0.4),
                (x + h * 0.3, y),
            ],
            closed=True,
        ),
        fur,
        light=light,
    )
    for side in (-1, 1):
        c.shape(
            [
                (x + side * h * 0.25, y - h * 0.72),
                (x + side * h * 0.22, y - h * 1.0),
                (x + side * h * 0.04, y - h * 0.86),
            ],
            fur,
            light=light,
        )
    c.oval(x, y - h * 0.7, h * 0.26, h * 0.21, fur, light=light)
    for dx in (-0.1, 0.1):
        c.oval(x + dx * h, y - h * 0.72, h * 0.045, h * 0.055, "#ffd36b")
        c.oval(x + dx * h, y - h * 0.72, h * 0.016, h * 0.05, "#1a1228")
    c.oval(x, y - h * 0.64, h * 0.022, h * 0.016, "#d98a90")
    c.oval(x - h * 0.1, y - 4, h * 0.09, h * 0.05, mix(fur, "#ffffff", 0.5))
    c.oval(x + h * 0.1, y - 4, h * 0.09, h * 0.05, mix(fur, "#ffffff", 0.5))


def sky_lantern(c: Canvas, x: float, y: float, r: float) -> None:
    c.glow(x, y + r * 0.3, r * 5, "#ff9b45", 0.55)
    body = smooth(
        [
            (x - r * 0.62, y + r),
            (x - r * 0.95, y - r * 0.4),
            (x, y - r * 1.25),
            (x + r * 0.95, y - r * 0.4),
            (x + r * 0.62, y + r),
        ]
    )
    c.shape(body, ("#e8723a", "#ffdf94"))
    c.oval(x, y + r, r * 0.62, r * 0.14, "#fff3c4")


def lanterns_rise(c: Canvas) -> None:
    c.sky((0, "#0e1230"), (0.35, "#1f2458"), (0.6, "#4a3a78"), (0.66, "#8a5580"), (1, "#0e1230"), foot=600)
    c.stars(170, 300)
    c.oval(180, 112, 46, 46, ("#fff6dc", "#f3dcae"))
    c.glow(180, 112, 190, "#f3d9a8", 0.45)
    for x, y, size in ((168, 100, 11), (196, 124, 7), (186, 92, 5)):
        c.oval(x, y, size, size, "#dcc596", 0.5, 1)
    skyline(c, 392, "#1c1a44", "#ffbf6b")
    line = 392.0
    spots = [(c.rng.uniform(20, 880), c.rng.uniform(20, 350)) for _ in range(46)]
    for x, y in sorted(spots, key=lambda p: (p[1] < 150, p[1])):
        sky_lantern(c, x, y, 3.0 + c.rng.uniform(0.4, 1.0) * 6 * (0.4 + abs(y - 40) / 500))
    for x, y, r in ((620, 120, 25), (742, 226, 20), (505, 66, 15), (832, 84, 17), (390, 210, 14)):
        sky_lantern(c, x, y, r)
    c.shape([(0, line), (WIDTH, line), (WIDTH, HEIGHT), (0, HEIGHT)], ("#33306a", "#0d1030"))
    c.reflect(line, 150, 0.8, ripple=3.4, squash=0.62)
    c.shape([(0, 530), (WIDTH, 518), (WIDTH, 600), (0, 600)], ("#2d2450", "#120f28"))
    c.stroke([(0, 531), (WIDTH, 519)], 3, "#8a6a94", 0.8)
    c.tone, c.light = ("#20194a", 0.30), Light(4, 3.5, "#ffb569", 0.7)
    seated(c)
    lx, ly = 560, 352
    sky_lantern(c, lx, ly, 34)


def seated(c: Canvas) -> None:
    c.oval(440, 566, 170, 16, "#0b0a1e", 0.6, 8)
    person(c, MINA, 370, 646, 262, "back", left=DOWN, right=((0.06, 0.14), (0.10, 0.26)), sit=True)
    person(
        c,
        THEO,
        462,
        662,
        290,
        "back",
        left=((0.06, 0.12), (-0.02, 0.24)),
        right=((0.12, -0.10), (0.26, -0.22)),
        sit=True,
    )
    cat_back(c, 262, 566, 74)


def cat_back(c: Canvas, x: float, y: float, h: float) -> None:
    fur = mix("#4a4358", *c.tone)
    c.stroke(
        [(x - h * 0.2, y - 4), (x - h * 0.55, y - h * 0.05), (x - h * 0.7, y - h * 0.25)], h * 0.1, fur, light=c.light
    )
    c.shape(
        smooth(
            [
                (x - h * 0.34, y),
                (x - h * 0.28, y - h * 0.4),
                (x, y - h * 0.68),
                (x + h * 0.28, y - h * 0.4),
                (x + h * 0.34, y),
            ],
            closed=True,
        ),
        fur,
        light=c.light,
    )
    for side in (-1, 1):
        c.shape(
            [
                (x + side * h * 0.25, y - h * 0.72),
                (x + side * h * 0.22, y - h * 1.0),
                (x + side * h * 0.04, y - h * 0.86),
            ],
            fur,
        )
    c.oval(x, y - h * 0.7, h * 0.26, h * 0.21, fur, light=c.light)


SCENES = (arrival, dumplings, downpour, shelter, lanterns_rise)
