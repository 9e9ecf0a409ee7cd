"""Night market: two friends arrive, eat, are caught by the rain, share one umbrella, and the lanterns go up."""

import math

from app.samples.drawing.animals import cat, cat_back
from app.samples.drawing.canvas import Canvas
from app.samples.drawing.feast import basket, bowl, steam, umbrella
from app.samples.drawing.figure import DOWN, HIP, HOLD, OUT, REACH, SKINS, UP, WAVE, Person
from app.samples.drawing.lamps import bulb, sky_lantern, string
from app.samples.drawing.people import person
from app.samples.drawing.shapes import HEIGHT, WIDTH, Light, Point, mix, smooth
from app.samples.drawing.street import Eye, crowd, skyline, street

MINA = Person(SKINS[1], "#2a1d2b", "bun", "#f2b33d", "#33406e", accent="#e2574c")
THEO = Person(SKINS[2], "#1f1a24", "curly", "#3f8f8b", "#3a2d4f")
COOK = Person(SKINS[0], "#4a3a3a", "beanie", "#b8433f", "#2a2f4d", hat="#f4ead8")
WARM = Light(-3.0, 2.0, "#ffc878", 0.6)


def dusk(c: Canvas) -> None:
    c.sky((0, "#141233"), (0.3, "#33245e"), (0.45, "#7d3f78"), (0.53, "#d9756a"), (0.56, "#f0a56a"), (1, "#2c2145"))
    c.stars(90, 220)


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


SCENES = (arrival, dumplings, downpour, shelter, lanterns_rise)
