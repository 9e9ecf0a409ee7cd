"""A wedding in the garden: bunting goes up, vows are said, the dog meets the cake, and everybody dances."""

import math

from app.samples.drawing.animals import dog, sleeping_dog
from app.samples.drawing.canvas import Canvas
from app.samples.drawing.feast import bunting, cake, chair, crumbs, glass
from app.samples.drawing.figure import DOWN, HIP, HOLD, OUT, REACH, SKINS, UP, WAVE, Person
from app.samples.drawing.lamps import fairy_lights, lantern
from app.samples.drawing.people import person
from app.samples.drawing.plants import BLOOMS, arch, bloom, grass, meadow, tree
from app.samples.drawing.shapes import WIDTH, Light, Point, smooth

BRIDE = Person(SKINS[1], "#4a2c20", "veil", "#fffaf2", "#fffaf2", skirt=0.98, flare=0.15)
BRIDE_BARE = Person(SKINS[1], "#4a2c20", "bun", "#fffaf2", "#fffaf2", skirt=0.96, flare=0.13)
GROOM = Person(SKINS[2], "#1f1a24", "short", "#3c5878", "#3c5878")
GRAN = Person(SKINS[1], "#cfc8c4", "sunhat", "#b57fb0", "#b57fb0", skirt=0.8, flare=0.07, hat="#f3dfae")
UNCLE = Person(SKINS[0], "#8a5a3a", "short", "#7fa07a", "#5a5a66")
COUSIN = Person(SKINS[3], "#1f1a24", "curly", "#e59a4a", "#e59a4a", skirt=0.6, flare=0.09)
KID = Person(SKINS[0], "#c9803f", "bob", "#e8818a", "#e8818a", skirt=0.55, flare=0.08)
FRIEND = Person(SKINS[2], "#2a1d2b", "long", "#5f9fa8", "#5f9fa8", skirt=0.75, flare=0.08)
LEAVES = ("#4f8a5b", "#6fa865", "#a3cc7d")
NEIGHBOUR = Person(SKINS[0], "#3a2a26", "bald", "#a85a5a", "#3a3440")


def afternoon(c: Canvas) -> None:
    c.sky((0, "#8fc9dc"), (0.4, "#d5ecdf"), (0.6, "#fdf0d0"), (1, "#fdf0d0"))
    c.glow(150, 60, 380, "#fff6d8", 0.7)


def before(c: Canvas) -> None:
    afternoon(c)
    meadow(c, 360, ("#b9d9a0", "#8fbf86"), ("#a5cf7e", "#5f9a5c"))
    for x, y, h in ((560, 352, 120), (640, 348, 92), (60, 356, 110)):
        tree(c, x, y, h, ("#7fae86", "#97c08e", "#b9d8a0"))
    grass(c, 380, "#d9edaa")
    c.light = Light(3, 3, "#fff6d8", 0.7)
    c.oval(160, 474, 210, 26, "#3f7a4a", 0.4, 12)
    tree(c, 130, 470, 470, LEAVES)
    c.oval(620, 452, 120, 12, "#3f7a4a", 0.4, 6)
    c.tone = ("#ffffff", 0.0)
    arch(c, 620, 450, 150, 220)
    for row, (y, h) in enumerate(((478, 62), (520, 78), (576, 98))):
        for k in (-3, -2, -1, 1, 2, 3):
            x = 620 + k * (46 + 12 * row) + (10 + 4 * row) * (1 if k > 0 else -1)
            if x > 880:
                continue
            c.oval(x, y, h * 0.34, h * 0.07, "#3f7a4a", 0.4, 3)
            chair(c, x, y, h)
    bunting(c, (196, 214), (556, 262), 34, 15, 20)
    bunting(c, (690, 270), (920, 190), 34, 9, 20)
    for dx in (0, 36):
        c.stroke([(330 + dx * 0.6, 250), (302 + dx * 1.7, 470)], 6, "#b98a5a", light=c.light)
    for k in range(6):
        t = 0.12 + k * 0.15
        c.stroke([(330 - 28 * t, 250 + 220 * t), (352 + 12 * t, 250 + 220 * t)], 5, "#a87848")
    person(c, UNCLE, 344, 384, 186, "back", left=HIP, right=((0.1, -0.1), (0.05, -0.27)))
    c.oval(240, 508, 50, 8, "#3f7a4a", 0.4, 5)
    person(c, COUSIN, 238, 510, 196, "right", left=((0.08, 0.13), (0.2, 0.06)), right=((0.08, 0.13), (0.2, 0.06)))
    for k in range(12):
        bloom(c, 282 + c.rng.gauss(0, 10), 364 + c.rng.gauss(0, 9), 8, BLOOMS[k % 5])
    c.oval(312, 560, 52, 7, "#3f7a4a", 0.4, 5)
    dog(c, 312, 560, 80, -1)
    for _ in range(26):
        bloom(c, c.rng.uniform(0, 420), c.rng.uniform(540, 596), c.rng.uniform(4, 8), c.rng.choice(BLOOMS))


def vows(c: Canvas) -> None:
    afternoon(c)
    c.glow(450, 190, 420, "#fff3cf", 0.6)
    meadow(c, 330, ("#bddca6", "#95c48a"), ("#abd484", "#6aa463"))
    for x, h in ((60, 250), (190, 170), (720, 180), (846, 260)):
        tree(c, x, 352, h, ("#6fa577", "#8cbb82", "#b3d699"))
    grass(c, 370, "#dff0b4", 300)
    c.shape([(418, 352), (482, 352), (640, 600), (260, 600)], ("#fff6e6", "#f3dfc8"), 0.85)
    c.oval(450, 424, 170, 16, "#3f7a4a", 0.35, 8)
    c.light = Light(0, 3.2, "#fffbe8", 0.7)
    arch(c, 450, 422, 236, 330, 110)
    celebrant = Person(SKINS[0], "#cfc8c4", "short", "#6a5a86", "#6a5a86", skirt=0.9, flare=0.05)
    person(c, celebrant, 450, 412, 190, "front", left=HOLD, right=HOLD)
    c.box(437, 288, 463, 306, "#8a4a3a", 2)
    c.light = Light(3, 2.4, "#fffbe8", 0.7)
    person(c, BRIDE, 396, 436, 214, "right", left=((0.06, 0.13), (0.17, 0.12)), right=((0.06, 0.13), (0.17, 0.12)))
    person(c, GROOM, 506, 436, 226, "left", left=((0.06, 0.13), (0.19, 0.13)), right=((0.06, 0.13), (0.19, 0.13)))
    for k in range(9):
        bloom(c, 446 + c.rng.gauss(0, 8), 322 + c.rng.gauss(0, 6), 6, BLOOMS[k % 5])
    c.oval(330, 452, 34, 6, "#3f7a4a", 0.4, 4)
    dog(c, 334, 452, 62, 1)
    c.stroke([(352, 420), (364, 426)], 5, "#d9523f")
    c.light = Light(0, 3.4, "#fff6d8", 0.75)
    guests = ((70, COUSIN), (168, UNCLE), (262, FRIEND), (640, GRAN), (742, KID), (832, GROOM))
    for x, who in guests:
        h = 250 if who is not KID else 210
        person(c, who, x, 690 if who is not KID else 660, h, "back", left=DOWN, right=DOWN)
        chair(c, x, 612, 108)
    for _ in range(80):
        x, y = c.rng.uniform(120, 800), c.rng.uniform(60, 560)
        c.oval(
            x,
            y,
            5,
            3,
            c.rng.choice(("#f7b5b0", "#fff4e6", "#f2938f")),
            c.rng.uniform(0.55, 0.95),
            turn=c.rng.uniform(0, 180),
        )


def the_cake(c: Canvas) -> None:
    afternoon(c)
    meadow(c, 350, ("#bddca6", "#95c48a"), ("#abd484", "#5f9a5c"))
    for x, h in ((40, 230), (868, 260), (760, 150)):
        tree(c, x, 366, h, ("#6fa577", "#8cbb82", "#b3d699"))
    bunting(c, (60, 200), (860, 170), 60, 26, 22)
    grass(c, 390, "#dff0b4")
    c.light = Light(3, 3, "#fffbe8", 0.7)
    for x, wide in ((130, 70), (246, 60), (706, 60), (816, 50)):
        c.oval(x, 530, wide, 9, "#3f7a4a", 0.4, 6)
    person(c, BRIDE_BARE, 138, 532, 262, "right", left=UP, right=OUT, mood="shock")
    person(c, GROOM, 262, 534, 276, "right", left=REACH, right=((0.11, 0.0), (0.26, -0.10)), mood="shock", lean=0.06)
    person(c, GRAN, 790, 532, 236, "left", left=HOLD, right=((0.08, 0.06), (0.05, -0.10)), mood="laugh")
    c.oval(478, 552, 190, 14, "#3f7a4a", 0.45, 8)
    cloth_top, cloth_foot = 436, 546
    c.box(316, cloth_top - 2, 640, cloth_top + 12, "#f4e6d6", 5)
    folds: list[Point] = []
    for k in range(11):
        x = 640 - k * 32.4
        folds.append((x, cloth_foot + (6 if k % 2 else -2)))
    c.shape([(316, cloth_top + 4), (640, cloth_top + 4), *smooth(folds)], ("#fffaf2", "#e3d3cc"))
    for k in range(1, 10):
        x = 316 + k * 32.4
        c.stroke([(x, cloth_top + 22), (x + 2, cloth_foot - 4)], 3, "#d8c6c2", 0.5, blur=1)
    pulled = [(600, 438), (642, 440), (690, 476), (716, 506), (700, 516), (664, 506), (620, 520), (596, 480)]
    c.shape(smooth(pulled, closed=True), ("#fffaf2", "#d9c8c4"), light=Light(2, 3, "#ffffff", 0.6))
    c.oval(470, 436, 110, 9, "#cbb6a8", 0.5, 3)
    cake(c, 462, 434, 172, 0.36)
    for _ in range(38):
        a, reach = c.rng.uniform(-2.6, -0.2), c.rng.uniform(20, 120)
        x, y = 560 + reach * math.cos(a), 260 + reach * math.sin(a)
        size = c.rng.uniform(2, 6)
        c.oval(x, y, size, size * 0.8, c.rng.choice(("#fffaf2", "#f7b5b0", "#fbd28f")))
    bloom(c, 622, 214, 13, "#e9789a")
    bloom(c, 652, 262, 11, "#fbd28f")
    for x, y in ((352, 436), (386, 436)):
        glass(c, x, y, 46)
    c.oval(752, 560, 70, 9, "#3f7a4a", 0.45, 6)
    dog(c, 778, 560, 104, -1, run=0.16)
    c.stroke([(737, 494), (735, 506)], 8, "#d9523f")
    for x, y, r in ((706, 482, 8), (696, 492, 6), (712, 472, 5)):
        c.oval(x, y, r, r * 0.8, "#fffdf8")


def supper(c: Canvas) -> None:
    c.sky((0, "#e8a98a"), (0.35, "#fbcf95"), (0.6, "#ffe9b4"), (1, "#ffe9b4"))
    c.oval(720, 236, 46, 46, "#fff8dc")
    c.glow(720, 236, 430, "#fff0c0", 0.85)
    meadow(c, 330, ("#d9c07a", "#b3a860"), ("#a9a85c", "#5c7a4a"))
    for x, h in ((50, 250), (190, 150), (866, 230)):
        tree(c, x, 350, h, ("#8a8a4e", "#a8a25a", "#d4bf72"), "#6a4636")
    c.stroke([(450, 112), (450, 470)], 5, "#8a6040")
    bunting(c, (-10, 130), (450, 110), 56, 15, 22)
    bunting(c, (450, 110), (910, 140), 56, 15, 22)
    for x, y in ((120, 176), (300, 182), (600, 184), (784, 190)):
        lantern(c, x, y, 17, "#f6c65a", 0.6)
    c.tone, c.light = ("#e8944a", 0.14), Light(-3.4, 2.6, "#fff3c8", 0.75)
    toast = ((0.11, 0.0), (0.12, -0.16))
    people = (
        (92, UNCLE, 250, toast, DOWN, "laugh"),
        (206, COUSIN, 250, DOWN, toast, "laugh"),
        (318, KID, 196, UP, UP, "laugh"),
        (424, BRIDE_BARE, 258, DOWN, HOLD, "laugh"),
        (522, GROOM, 272, HOLD, toast, "laugh"),
        (640, GRAN, 240, HOLD, HOLD, "smile"),
        (744, FRIEND, 256, toast, DOWN, "laugh"),
        (836, NEIGHBOUR, 262, DOWN, toast, "smile"),
    )
    for x, who, h, left, right, mood in people:
        person(c, who, x, 596 if who is not KID else 566, h, "front", left=left, right=right, mood=mood)
        for sign, arm in ((-1, left), (1, right)):
            if arm is toast:
                foot = 596 - 0.735 * h
                glass(c, x + sign * (0.0985 + 0.12) * h, foot - 0.13 * h, 36)
    c.shape([(-10, 462), (910, 462), (910, 488), (-10, 488)], ("#fffaf0", "#f0dcc0"))
    folds = [(910 - k * 38.4, 560 + (6 if k % 2 else -2)) for k in range(25)]
    c.shape([(-10, 486), (910, 486), *smooth(folds)], ("#f6e4ca", "#cfae94"))
    for k in range(1, 24):
        c.stroke([(k * 38, 500), (k * 38 + 2, 552)], 4, "#b9937c", 0.35, blur=1.5)
    c.tone = ("#e8944a", 0.06)
    cake(c, 448, 474, 110, -0.16, eaten=True)
    crumbs(c)
    for x in (60, 150, 262, 356, 560, 676, 790, 868):
        c.oval(x, 474, 34, 6, "#ffffff")
        c.oval(x, 472, 18, 4, c.rng.choice(("#d98a45", "#c8553d", "#8fae5a")))
    for x in (104, 306, 614, 730):
        for _ in range(10):
            bloom(c, x + c.rng.gauss(0, 12), 452 + c.rng.gauss(0, 8), c.rng.uniform(5, 8), c.rng.choice(BLOOMS))
    for x in (196, 832):
        glass(c, x, 474, 42)
    grass(c, 566, "#d9d890", 160, 0.4)
    sleeping_dog(c, 632, 588, 90)


def dance(c: Canvas) -> None:
    c.sky((0, "#121638"), (0.35, "#2b2c63"), (0.58, "#5a4680"), (1, "#2a2a50"))
    c.stars(150, 300)
    c.oval(742, 92, 38, 38, ("#fff8e2", "#f3dfb9"))
    c.glow(742, 92, 170, "#f6e3bd", 0.4)
    meadow(c, 372, ("#3a4a6a", "#2c3f58"), ("#38556a", "#16263c"))
    c.light = Light(-4, 3, "#ffcf8a", 0.5)
    c.tone = ("#20264a", 0.55)
    tree(c, 92, 440, 400, ("#1f3550", "#2a4860", "#3f6570"))
    tree(c, 838, 430, 330, ("#1f3550", "#2a4860", "#3f6570"))
    c.glow(450, 470, 400, "#ffb765", 0.55)
    c.oval(450, 512, 330, 66, ("#e8a868", "#a8684f"), 0.9)
    c.oval(450, 508, 316, 58, ("#f6c98a", "#c98a5c"), 0.95)
    for k in range(-5, 6):
        c.stroke([(450 + k * 46, 456 + abs(k) * 3), (450 + k * 60, 562 - abs(k) * 6)], 1.4, "#a8684f", 0.45)
    c.stroke([(470, 92), (470, 452)], 4, "#2a2238")
    fairy_lights(c, (120, 170), (470, 92), 70, 15)
    fairy_lights(c, (470, 92), (830, 190), 74, 16)
    fairy_lights(c, (70, 250), (830, 250), 64, 24)
    c.tone, c.light = ("#2b2550", 0.34), Light(0, 3, "#ffcf8a", 0.6)
    for x, y, h, who, facing, left, right in (
        (176, 486, 176, UNCLE, "right", UP, OUT),
        (262, 466, 160, COUSIN, "right", UP, WAVE),
        (664, 468, 160, GRAN, "left", UP, OUT),
        (744, 488, 178, FRIEND, "left", OUT, UP),
        (330, 452, 118, KID, "front", UP, UP),
    ):
        c.oval(x, y, h * 0.26, 6, "#120f2a", 0.45, 4)
        person(c, who, x, y, h, facing, left=left, right=right, mood="laugh", stride=0.03 if not who.skirt else 0)
    c.tone, c.light = ("#5a3a50", 0.08), Light(3, 3, "#fff0c8", 0.7)
    c.oval(446, 540, 120, 13, "#5a3040", 0.5, 7)
    person(
        c,
        GROOM,
        500,
        538,
        268,
        "left",
        left=((0.09, 0.10), (0.24, 0.04)),
        right=((0.10, 0.07), (0.2, -0.01)),
        lean=-0.03,
    )
    person(
        c,
        BRIDE,
        404,
        540,
        252,
        "right",
        left=((0.08, 0.1), (0.2, 0.06)),
        right=((0.10, 0.03), (0.24, -0.03)),
        lean=0.03,
        mood="laugh",
    )
    c.tone, c.light = ("#2b2550", 0.2), Light(0, 3, "#ffcf8a", 0.6)
    c.oval(600, 552, 60, 7, "#120f2a", 0.45, 5)
    dog(c, 606, 552, 74, -1, run=0.1)
    for _ in range(40):
        x, y = c.rng.uniform(0, WIDTH), c.rng.uniform(330, 590)
        c.glow(x, y, 11, "#f6f08a", 0.8)
        c.oval(x, y, 1.4, 1.4, "#ffffd8")


SCENES = (before, vows, the_cake, supper, dance)
