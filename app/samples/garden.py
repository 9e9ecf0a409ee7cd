"""A wedding in the garden: bunting goes up, vows are said, the dog meets the cake, and everybody dances."""

import math

from app.samples.canvas import HEIGHT, WIDTH, Canvas, Fill, Light, Point, mix, ring, smooth
from app.samples.market import lantern
from app.samples.people import DOWN, HIP, HOLD, OUT, REACH, SKINS, UP, WAVE, Person, dog, person

BRIDE = Person(SKINS[1], "#4a2c20", "veil", "#fffaf2", "#fffaf2", skirt=0.98, flare=0.15)
BRIDE_BARE = Person(SKINS[1], "#4a2c20", "bun", "#fffaf2", "#fffaf2", skirt=0.96, flare=0.13)
GROOM = Person(SKINS[2], "#1f1a24", "short", "#3c5878", "#3c5878")
GRAN = Person(SKINS[1], "#cfc8c4", "sunhat", "#b57fb0", "#b57fb0", skirt=0.8, flare=0.07, hat="#f3dfae")
UNCLE = Person(SKINS[0], "#8a5a3a", "short", "#7fa07a", "#5a5a66")
COUSIN = Person(SKINS[3], "#1f1a24", "curly", "#e59a4a", "#e59a4a", skirt=0.6, flare=0.09)
KID = Person(SKINS[0], "#c9803f", "bob", "#e8818a", "#e8818a", skirt=0.55, flare=0.08)
FRIEND = Person(SKINS[2], "#2a1d2b", "long", "#5f9fa8", "#5f9fa8", skirt=0.75, flare=0.08)
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


def afternoon(c: Canvas) -> None:
    c.sky((0, "#8fc9dc"), (0.4, "#d5ecdf"), (0.6, "#fdf0d0"), (1, "#fdf0d0"))
    c.glow(150, 60, 380, "#fff6d8", 0.7)


LEAVES = ("#4f8a5b", "#6fa865", "#a3cc7d")


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
    people = ((92, UNCLE, 250, toast, DOWN, "laugh"), (206, COUSIN, 250, DOWN, toast, "laugh"), (318, KID, 196, UP, UP, "laugh"),
              (424, BRIDE_BARE, 258, DOWN, HOLD, "laugh"), (522, GROOM, 272, HOLD, toast, "laugh"), (640, GRAN, 240, HOLD, HOLD, "smile"),
              (744, FRIEND, 256, toast, DOWN, "laugh"), (836, Person(SKINS[0], "#3a2a26", "bald", "#a85a5a", "#3a3440"), 262, DOWN, toast, "smile"))  # fmt: skip
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


def crumbs(c: Canvas) -> None:
    for _ in range(26):
        c.oval(
            448 + c.rng.gauss(0, 66),
            474 + c.rng.uniform(-3, 6),
            c.rng.uniform(2, 5),
            c.rng.uniform(1.5, 3),
            c.rng.choice(("#fffaf2", "#f7b5b0", "#e8c48a")),
        )


def sleeping_dog(c: Canvas, x: float, y: float, h: float) -> None:
    fur, dark = mix("#c98f55", *c.tone), mix("#7a4f2c", *c.tone)
    c.oval(x, y + 3, h * 1.1, h * 0.1, "#3a4a2c", 0.5, 5)
    c.stroke(
        [(x + h * 0.7, y - h * 0.1), (x + h * 1.05, y - h * 0.06), (x + h * 1.1, y - h * 0.2)],
        h * 0.11,
        fur,
        light=c.light,
    )
    c.oval(x + h * 0.1, y - h * 0.24, h * 0.72, h * 0.27, fur, light=c.light)
    c.oval(x - h * 0.62, y - h * 0.2, h * 0.27, h * 0.21, fur, light=c.light)
    c.oval(x - h * 0.84, y - h * 0.13, h * 0.17, h * 0.11, mix(fur, "#ffffff", 0.3))
    c.oval(x - h * 0.96, y - h * 0.17, h * 0.085, h * 0.075, "#fffdf8")
    c.oval(x - h * 0.98, y - h * 0.15, h * 0.045, h * 0.04, "#241818")
    c.oval(x - h * 0.48, y - h * 0.2, h * 0.1, h * 0.2, dark, turn=-20)
    c.stroke([(x - h * 0.74, y - h * 0.25), (x - h * 0.69, y - h * 0.22), (x - h * 0.64, y - h * 0.25)], 2.4, "#241818")
    c.stroke([(x - h * 0.36, y - h * 0.06), (x - h * 0.66, y - h * 0.03)], h * 0.11, fur)


def fairy_lights(c: Canvas, start: Point, end: Point, sag: float, count: int) -> None:
    def along(t: float) -> Point:
        return start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + sag * 4 * t * (1 - t)

    c.stroke([along(i / 16) for i in range(17)], 1.4, "#1a1c38")
    for i in range(count):
        x, y = along((i + 0.5) / count)
        c.glow(x, y + 4, 34, "#ffcf7a", 0.75)
        c.oval(x, y + 4, 3.6, 4.4, "#fff3d0")


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
        (176, 486, 176, UNCLE, "right", UP, OUT), (262, 466, 160, COUSIN, "right", UP, WAVE), (664, 468, 160, GRAN, "left", UP, OUT),
        (744, 488, 178, FRIEND, "left", OUT, UP), (330, 452, 118, KID, "front", UP, UP)):  # fmt: skip
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
