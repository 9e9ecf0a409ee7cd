"""Storm at sea: a red boat leaves at sunrise, meets the weather, finds the light, and comes home."""

import math

from app.samples.drawing.animals import dog
from app.samples.drawing.canvas import Canvas
from app.samples.drawing.figure import HOLD, OUT, REACH, SKINS, UP, Person
from app.samples.drawing.people import person
from app.samples.drawing.sea import boat, bolt, cliff, cloud, glitter, gull, lighthouse, plank_pier, water, wave_line
from app.samples.drawing.shapes import WIDTH, Light, mix, smooth

KEEPER = Person(SKINS[1], "#3a2a26", "bun", "#3d5a80", "#2b2f45", accent="#d9523f")


def leaving(c: Canvas) -> None:
    c.sky((0, "#5aa3c4"), (0.32, "#a8d3d6"), (0.52, "#fbe3c0"), (0.62, "#ffc48f"), (1, "#ffb27a"))
    c.oval(610, 352, 52, 52, "#fff5d6")
    c.glow(610, 352, 330, "#fff0c4", 0.75)
    for x, y, size in ((150, 110, 62), (420, 70, 44), (760, 130, 70), (900, 90, 40)):
        cloud(c, x, y, size, ("#ffffff", "#fbd9bd"), 0.85)
    c.shape([*smooth([(-10, 372), (120, 340), (230, 362), (330, 378)]), (330, 390), (-10, 390)], "#8fb3b8", 0.8)
    water(c, wave_line(0, WIDTH, 376, 1.0, 40), ("#f2bd93", "#3f8fa2"))
    glitter(c, 610, 382, 560, 62, "#fff3d0")
    cliff(
        c, [(640, 420), (700, 372), (740, 318), (800, 292), (860, 284), (920, 282)], ("#8b6f63", "#5d4b52"), "#7fa45c"
    )
    for x, y, wide, tall in ((705, 420, 60, 70), (742, 372, 44, 50), (800, 360, 60, 80)):
        c.shape([(x, y), (x + wide * 0.3, y - tall), (x + wide * 0.5, y)], "#6d5856", 0.5)
    lighthouse(c, 822, 296, 214, lit=False, light=Light(5, 0, "#ffd9a0", 0.7))
    for i, (y, low, deep) in enumerate(
        ((432, "#5fa6ae", "#3a8798"), (486, "#438f9f", "#2a6f86"), (540, "#2f7a90", "#1d566f"))
    ):
        if i == 1:
            c.light = Light(-5, 3, "#ffe2b0", 0.65)
            glide = [(60 + k * 14, 486 + 5 * math.sin(k * 0.6)) for k in range(13)]
            boat(c, 330, 492, 300)
            c.stroke(glide, 4, "#ffffff", 0.6)
        water(c, wave_line(0, WIDTH, y, 5 + 2 * i, 52 + 14 * i, 70 * i), (low, deep), "#e6f6f2", 2)
    c.stroke(wave_line(170, 500, 503, 3, 30), 5, "#ffffff", 0.8)
    for x, y, size in ((250, 190, 24), (320, 158, 17), (520, 210, 20), (118, 236, 14), (585, 120, 13)):
        gull(c, x, y, size)


def gathering(c: Canvas) -> None:
    c.sky((0, "#3a5f78"), (0.4, "#7fa9ac"), (0.6, "#f3dca6"), (1, "#e9c48d"))
    c.glow(70, 330, 420, "#ffe7a6", 0.85)
    for i in range(26):
        x = 420 + i * 24 + c.rng.uniform(-20, 20)
        y = 330 - i * 9 + c.rng.uniform(-30, 30)
        c.oval(
            x, y, c.rng.uniform(60, 110), c.rng.uniform(40, 76), (mix("#5a6b80", "#39405c", i / 26), "#2b314b"), 0.85, 8
        )
    for x, y, size, top in (
        (900, 60, 190, "#3a4260"),
        (700, 120, 150, "#454f6b"),
        (560, 205, 105, "#5c6a80"),
        (850, 230, 170, "#343b58"),
        (680, 290, 110, "#414a66"),
        (470, 280, 70, "#75838f"),
    ):
        cloud(c, x, y, size, (top, "#262b45"), 0.95, 1.5)
    c.shape([(500, 300), (920, 240), (920, 400), (470, 400)], ("#2b314b", "#5a6f80"), 0.9, blur=16)
    for x in range(500, 960, 10):
        c.stroke([(x, 310), (x - 40, 400)], 3, "#222840", c.rng.uniform(0.1, 0.35), blur=2)
    water(c, wave_line(0, WIDTH, 392, 3, 44), ("#8fa79c", "#2d5b6c"))
    glitter(c, 120, 396, 470, 110, "#fff0c0", 70)
    water(c, wave_line(0, WIDTH, 430, 12, 70, 30), ("#4f8b92", "#265a6e"), "#d8ece4", 1.6)
    c.light = Light(5, 2, "#ffe3a0", 0.7)
    boat(c, 318, 466, 205, tilt=-5)
    water(c, wave_line(0, WIDTH, 480, 17, 88, 150), ("#3b7a86", "#1c4960"), "#cfe6e0", 2)
    water(c, wave_line(0, WIDTH, 545, 20, 110, 20), ("#2a6375", "#12354c"), "#bcd9d8", 2.4)
    for x, y, size in ((210, 250, 20), (150, 214, 14), (90, 262, 11)):
        gull(c, x, y, size, "#f8f4ea")


def great_wave(c: Canvas) -> None:
    c.sky((0, "#141a2e"), (0.45, "#2c3c56"), (0.75, "#3f5c6f"), (1, "#22384c"))
    for _ in range(30):
        x, y = c.rng.uniform(-50, 950), c.rng.uniform(-10, 200)
        c.oval(
            x,
            y,
            c.rng.uniform(70, 170),
            c.rng.uniform(24, 54),
            c.rng.choice(("#1b2238", "#252f49", "#323f5a")),
            0.7,
            12,
        )
    c.glow(180, 120, 360, "#9fbdf0", 0.45)
    bolt(c, [(196, -5), (172, 62), (204, 84), (168, 160), (190, 172), (150, 262)], 3.4)
    bolt(c, [(168, 160), (128, 200), (122, 236)], 2)
    water(c, wave_line(0, WIDTH, 372, 16, 60, 40), ("#3f6675", "#1f4256"), "#8fb3b8", 1.6)
    water(c, wave_line(0, WIDTH, 410, 24, 84, 190), ("#32596a", "#183a4e"), "#8fb3b8", 1.8)
    back = [(360, 620), (470, 470), (560, 330), (650, 210), (735, 140), (800, 120), (850, 138), (920, 190), (960, 620)]
    c.shape(smooth(back), ("#4f9099", "#10334a"))
    curl = [
        (800, 120),
        (730, 112),
        (655, 140),
        (612, 190),
        (598, 245),
        (622, 226),
        (648, 214),
        (684, 214),
        (640, 300),
        (560, 400),
        (430, 520),
        (330, 620),
    ]
    front = [*smooth(curl), (960, 620), (960, 200), (850, 130)]
    c.shape(front, ("#6bb0b0", "#123a52"))
    for k in range(9):
        t = k / 9
        start = (690 + 26 * k, 150 + 8 * k)
        line = [start, (680 + 20 * k, 260 + 16 * k), (600 + 34 * k, 420 + 12 * k), (470 + 50 * k, 600)]
        c.stroke(line, 5 - 3 * t, "#bfe0da", 0.28)
    rim = smooth(curl[:6])
    for x, y in rim:
        for _ in range(4):
            c.oval(
                x + c.rng.gauss(0, 11),
                y + c.rng.gauss(4, 9),
                c.rng.uniform(3, 12),
                c.rng.uniform(3, 10),
                "#f2fbf8",
                0.85,
            )
    for x, y in smooth([(598, 245), (622, 226), (650, 214), (684, 214)]):
        c.oval(x + c.rng.gauss(0, 5), y + c.rng.gauss(6, 7), c.rng.uniform(3, 8), c.rng.uniform(3, 8), "#e2f4f0", 0.8)
    for _ in range(90):
        x, y = c.rng.gauss(600, 60), c.rng.gauss(215, 55)
        size = c.rng.uniform(0.8, 3.2)
        c.oval(x, y, size, size, "#f2fbf8", 0.8)
    c.tone, c.light = ("#1f3a52", 0.22), Light(4, 3, "#cfe2ff", 0.6)
    water(c, wave_line(0, WIDTH, 478, 22, 96, 260), ("#2f6172", "#163a50"), "#9cc4c6", 2)
    boat(c, 322, 470, 228, tilt=-25, lamp=True)
    for _ in range(60):
        a = c.rng.uniform(math.pi, math.tau)
        reach = c.rng.uniform(10, 95)
        x, y = 404 + reach * math.cos(a), 468 + reach * 0.75 * math.sin(a)
        c.oval(x, y, c.rng.uniform(1.5, 6), c.rng.uniform(1.5, 5), "#f2fbf8", 0.8)
    near = [(-20, 520), (70, 478), (170, 500), (270, 536), (380, 524), (470, 498), (560, 530), (700, 580), (920, 560)]
    water(c, smooth(near), ("#2a5f72", "#0b2438"), "#b9dcda", 3)
    water(c, wave_line(0, WIDTH, 572, 14, 74, 100), ("#1c4a60", "#081c2e"), "#8fbcc0", 2)
    c.rain(420, -0.42, 46, 0.3)


def the_light(c: Canvas) -> None:
    c.sky((0, "#0b1124"), (0.5, "#16233e"), (0.8, "#2a3f58"), (1, "#0d1c2e"))
    for _ in range(22):
        x, y = c.rng.uniform(-50, 950), c.rng.uniform(-10, 190)
        c.oval(
            x,
            y,
            c.rng.uniform(80, 180),
            c.rng.uniform(20, 46),
            c.rng.choice(("#121a30", "#1c2740", "#0d1528")),
            0.7,
            12,
        )
    lamp = (726, 166)
    water(c, wave_line(0, WIDTH, 408, 8, 58, 10), ("#24445a", "#142c42"), "#6f93a0", 1.4)
    cliff(
        c,
        [(560, 440), (600, 416), (640, 366), (690, 342), (760, 334), (840, 344), (920, 338)],
        ("#2b2c40", "#141828"),
        "#33473f",
    )
    c.tone = ("#1a2340", 0.35)
    lighthouse(c, 726, 350, 206, lit=True, light=Light(4, 0, "#ffdf9a", 0.3))
    c.glow(*lamp, 190, "#ffe9a0", 0.95)
    c.oval(*lamp, 9, 9, "#fffbe8")
    c.light = Light(-3, 2, "#ffe0a0", 0.6)
    c.box(800, 300, 870, 342, mix("#d8c4a8", *c.tone))
    c.shape([(792, 302), (835, 270), (878, 302)], mix("#8a4034", *c.tone))
    c.box(824, 312, 844, 332, "#ffd983", 2)
    c.glow(834, 322, 60, "#ffc864", 0.6)
    person(c, KEEPER, 668, 360, 66, "left", left=((0.05, 0.05), (0.02, 0.20)), right=UP)
    c.glow(664, 297, 30, "#ffc864", 0.7)
    c.oval(664, 297, 4, 5, "#ffefb8")
    water(c, wave_line(0, WIDTH, 446, 14, 80, 160), ("#2c556b", "#16344a"), "#86aab0", 1.6)
    glitter(c, 250, 440, 540, 120, "#ffe9a8", 60)
    c.light = Light(-4, 3, "#fff0c0", 0.75)
    boat(c, 262, 480, 226, tilt=7, lamp=True, torn=True)
    water(c, wave_line(0, WIDTH, 506, 20, 98, 300), ("#24495f", "#0f2a40"), "#8fb4b8", 2.2)
    for i in range(9):
        spread = 16 + 11 * i
        c.shape([lamp, (-40, 520 - spread), (-40, 520 + spread)], "#ffedb0", 0.055, blur=5, screen=True)
        c.shape([lamp, (940, 60 - spread / 3), (940, 60 + spread / 3)], "#ffedb0", 0.055, blur=3, screen=True)
    for _ in range(80):
        x = c.rng.gauss(606, 34)
        y = 452 - c.rng.expovariate(1 / 16)
        c.oval(x, y, c.rng.uniform(1, 4.5), c.rng.uniform(1, 4), "#e8f4f2", 0.55)
    water(c, wave_line(0, WIDTH, 562, 17, 84, 60), ("#1a3a52", "#081828"), "#7fa6ac", 2.4)
    c.rain(300, -0.3, 40, 0.22)


def home(c: Canvas) -> None:
    c.sky((0, "#6f8fc0"), (0.25, "#b9a8c9"), (0.45, "#f6b7a0"), (0.6, "#ffd79a"), (1, "#ffe3ad"))
    c.oval(690, 338, 58, 58, "#fff4d2")
    c.glow(690, 338, 420, "#ffe9ac", 0.8)
    for x, y, size in ((120, 120, 70), (330, 80, 46), (560, 140, 56), (830, 96, 78)):
        cloud(c, x, y, size, ("#fff1e4", "#f4b9a6"), 0.8)
    cliff(c, [(-20, 300), (60, 296), (130, 304), (200, 340), (262, 374)], ("#a27a78", "#7d6070"), "#9aa868")
    c.tone = ("#f0b79a", 0.18)
    lighthouse(c, 84, 306, 178, lit=False, light=Light(-4, 0, "#ffe9c0", 0.8))
    water(c, wave_line(0, WIDTH, 372, 1.2, 46), ("#ffcf9c", "#4a8ba0"))
    glitter(c, 690, 376, 590, 66, "#fff6da", 120)
    c.tone, c.light = ("#e8a58a", 0.10), Light(-4, 3, "#fff0c8", 0.7)
    boat(c, 742, 500, 270, crew=0, torn=True)
    c.stroke([(615, 458), (604, 425), (598, 415)], 3, "#e8d8b8")
    water(c, wave_line(560, WIDTH, 518, 3, 46, 30), ("#4f94a4", "#2a6f88"), "#ffeccc", 2)
    water(c, wave_line(0, WIDTH, 548, 4, 60, 90), ("#3f889c", "#1f5f7a"), "#ffeccc", 2)
    plank_pier(c)
    c.light = Light(-4, 2, "#fff0c8", 0.75)
    for x, wide in ((130, 46), (262, 60), (318, 56), (430, 46), (500, 44)):
        c.oval(x, 462, wide, 6, "#5a3a3a", 0.35, 4)
    child = Person(SKINS[1], "#3a2a26", "bob", "#5aa37f", "#c8553d", skirt=0.5)
    baker = Person(SKINS[2], "#1f1a24", "long", "#8a5a9e", "#8a5a9e", skirt=0.75, flare=0.08)
    person(c, baker, 136, 464, 196, "right", left=UP, right=OUT, mood="laugh")
    person(c, KEEPER, 270, 466, 200, "right", left=OUT, right=((0.12, 0.05), (0.22, 0.0)), mood="laugh")
    blanket = Person(SKINS[0], "#b9b2aa", "cap", "#c8553d", "#34405c", skirt=0.25, flare=0.03, hat="#2b3a67")
    person(
        c,
        blanket,
        328,
        466,
        208,
        "left",
        left=((0.10, 0.07), (0.16, 0.0)),
        right=((0.08, 0.08), (0.2, 0.02)),
        mood="smile",
    )
    second = Person(SKINS[3], "#1f1a24", "short", "#5f7fae", "#2f3a52", skirt=0.25, flare=0.03)
    person(c, second, 508, 466, 210, "left", left=REACH, right=HOLD, mood="laugh")
    person(c, child, 440, 466, 124, "right", left=UP, right=UP, mood="laugh")
    dog(c, 216, 468, 58, 1, "#e0b070")
    for x, y, size in ((430, 190, 20), (500, 160, 14), (260, 210, 12)):
        gull(c, x, y, size)


SCENES = (leaving, gathering, great_wave, the_light, home)
