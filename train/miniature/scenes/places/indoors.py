"""The kitchen: the sky shows in its window and in how light the room is."""

from train.miniature.scenes.board import Pen, smooth
from train.miniature.scenes.firmament import draw_sky
from train.miniature.scenes.paint import Paint, darker, lighter, mix
from train.miniature.scenes.places.plants import ridge
from train.miniature.scenes.places.view import Setting, View
from train.miniature.world import Sky

_WALLS = ("#e9c9a0", "#cfd8c4", "#d9c3b4", "#c4d2d6", "#efd9a8")
_CUPBOARDS = ("#5f7f78", "#8a5f48", "#4f6480", "#a5503f", "#d8c4a0")


def kitchen(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    wall, wood = rng.choice(_WALLS), rng.choice(_CUPBOARDS)
    at = rng.choice((0.24, 0.5, 0.76))
    x = wide * at
    half, top, foot = rng.uniform(0.5, 0.62), rng.uniform(0.28, 0.4), rng.uniform(1.35, 1.5)
    _outside(view, foot)
    _wall(view, wall, x - half, top, x + half, foot)
    _window(view, x, half, top, foot)
    _shelves(view, x, half)
    _counter(view, wood)
    _floor(view)
    rng.choice((_table, _fridge, _dresser))(
        view, wide * (rng.choice((0.16, 0.84)) if at == 0.5 else 0.84 if at < 0.5 else 0.16)
    )
    _lamp(view, wide * rng.choice((0.3, 0.5, 0.7)))
    return Setting(foot=2.82, people=2.76, indoors=True)


def _outside(view: View, foot: float) -> None:
    draw_sky(view.bare, view.light, view.rng, foot)
    ridge(view.pen(0.4), view.rng, foot - 0.25, 0.1, view.light.ground("#6f9a60"), floor=foot + 0.1)
    if view.light.sky in (Sky.RAINY, Sky.SNOWY):
        paint = "#cfdbe4" if view.light.sky is Sky.RAINY else "#ffffff"
        for _ in range(40):
            u, v = view.rng.random() * view.wide, view.rng.random() * foot
            if view.light.sky is Sky.RAINY:
                view.bare.line([(u, v), (u - 0.03, v + 0.12)], 0.01, paint)
            else:
                view.bare.dot(u, v, view.rng.uniform(0.012, 0.024), paint)


def _wall(view: View, wall: Paint, x0: float, y0: float, x1: float, y1: float) -> None:
    pen, wide = view.lamplit(), view.wide
    tiles = 1.18
    for left, top, right, low in ((0, 0, wide, y0), (0, y0, x0, y1), (x1, y0, wide, y1), (0, y1, wide, 2.0)):
        pen.box(left, top, right, low, wall)
    tile, joint = mix("#f3eee2", wall, 0.25), mix("#d3c7b4", wall, 0.3)
    for left, right in ((0, x0), (x1, wide)):
        pen.box(left, tiles, right, y1 + 0.01, tile)
    pen.box(0, y1, wide, 1.9, tile)
    step = 0.2
    rows = [tiles + step * i for i in range(1, 4)]
    for y in rows:
        for left, right in ((0, x0), (x1, wide)) if y < y1 else ((0, wide),):
            pen.line([(left, y), (right, y)], 0.012, joint)
    for i in range(int(wide / step) + 2):
        u = i * step
        top = y1 if x0 < u < x1 else tiles
        pen.line([(u, top), (u, 1.86)], 0.012, joint)
    for i in range(0, int(wide / step) + 1, 3):
        u = i * step
        if not x0 - step < u < x1:
            pen.poly(
                [(u + 0.1, tiles + 0.03), (u + 0.17, tiles + 0.1), (u + 0.1, tiles + 0.17), (u + 0.03, tiles + 0.1)],
                "#6f97a8",
            )


def _window(view: View, x: float, half: float, top: float, foot: float) -> None:
    pen, frame = view.lamplit(), "#f6f0e4"
    for a, b in (
        ((x - half, top), (x + half, top)),
        ((x - half, foot), (x + half, foot)),
        ((x - half, top), (x - half, foot)),
        ((x + half, top), (x + half, foot)),
    ):
        pen.line([a, b], 0.07, frame)
    pen.line([(x, top), (x, foot)], 0.04, frame)
    pen.line([(x - half, top + (foot - top) * 0.42), (x + half, top + (foot - top) * 0.42)], 0.035, frame)
    pen.box(x - half - 0.09, foot, x + half + 0.09, foot + 0.07, "#e6dcc8")
    cloth = view.rng.choice(("#d9705a", "#7fa088", "#e0b054", "#8a9ac0"))
    for side in (-1, 1):
        edge = x + side * (half + 0.06)
        pen.poly(
            smooth(
                [
                    (edge, top - 0.08),
                    (x + side * half * 0.4, top - 0.06),
                    (x + side * half * 0.74, top + 0.4),
                    (x + side * half * 0.9, top + 0.62),
                    (edge, top + 0.64),
                ],
                steps=4,
            ),
            cloth,
        )
    pen.box(x - half - 0.14, top - 0.11, x + half + 0.14, top - 0.06, "#8a6044")
    if view.rng.random() < 0.7:
        u = x + view.rng.choice((-0.3, 0.3))
        for dx in (-0.07, 0.0, 0.07):
            pen.line([(u, foot - 0.06), (u + dx, foot - 0.26 + abs(dx))], 0.035, "#4f8a58")
        pen.poly([(u - 0.08, foot - 0.12), (u + 0.08, foot - 0.12), (u + 0.06, foot), (u - 0.06, foot)], "#b5694a")


def _shelves(view: View, x: float, half: float) -> None:
    rng, pen, wide = view.rng, view.lamplit(), view.wide
    jars = ("#c9603f", "#e0b458", "#7f9a5a", "#8fb0b8", "#b98a6a", "#f0e6d0")
    for left, right in ((0.1, x - half - 0.25), (x + half + 0.25, wide - 0.1)):
        if right - left < 0.4:
            continue
        for y in (0.55, 0.98) if rng.random() < 0.7 else (0.75,):
            pen.box(left, y, right, y + 0.045, "#8a6044")
            u = left + 0.1
            while u < right - 0.08:
                w, h = rng.uniform(0.05, 0.08), rng.uniform(0.12, 0.24)
                paint = rng.choice(jars)
                pen.box(u - w, y - h, u + w, y, paint, radius=0.02)
                pen.box(u - w * 0.7, y - h - 0.03, u + w * 0.7, y - h + 0.01, darker(paint, 0.4))
                u += 2 * w + rng.uniform(0.04, 0.12)


def _counter(view: View, wood: Paint) -> None:
    rng, pen, wide = view.rng, view.lamplit(), view.wide
    pen.box(0, 1.82, wide, 2.4, wood)
    count = round(wide / 0.6)
    stove = rng.randrange(count)
    for i in range(count):
        left, right = wide * i / count + 0.03, wide * (i + 1) / count - 0.03
        if i == stove:
            pen.box(left, 1.9, right, 2.4, "#4a4a50", radius=0.02)
            pen.box(left + 0.07, 2.05, right - 0.07, 2.3, "#ffb35c" if view.light.lamps else "#2e2e34", radius=0.03)
            _pot(pen, (left + right) / 2, 1.8)
        else:
            pen.box(left, 1.95, right, 2.36, lighter(wood, 0.1), radius=0.02)
            pen.line([((left + right) / 2 - 0.06, 2.01), ((left + right) / 2 + 0.06, 2.01)], 0.022, "#d9c08a")
    pen.box(0, 1.77, wide, 1.87, "#d6b68c")
    pen.box(0, 1.85, wide, 1.88, "#a88660")
    u = wide * rng.uniform(0.1, 0.9)
    pen.poly(smooth([(u - 0.2, 1.7), (u + 0.2, 1.7), (u + 0.1, 1.79), (u - 0.1, 1.79)]), "#7f9fb0")
    for dx, paint in ((-0.1, "#d9503f"), (0.02, "#e9a83f"), (0.11, "#8fae4a")):
        pen.dot(u + dx, 1.68, 0.055, paint)


def _pot(pen: Pen, x: float, foot: float) -> None:
    pen.box(x - 0.15, foot - 0.18, x + 0.15, foot - 0.02, "#b8604a", radius=0.03)
    pen.line([(x - 0.17, foot - 0.18), (x + 0.17, foot - 0.18)], 0.03, "#8a4436")
    pen.dot(x, foot - 0.215, 0.025, "#3a2c2a")
    for dx in (-0.05, 0.06):
        pen.line(
            smooth(
                [(x + dx, foot - 0.26), (x + dx + 0.03, foot - 0.36), (x + dx - 0.02, foot - 0.46)],
                closed=False,
                steps=3,
            ),
            0.018,
            "#f3eee4",
        )


def _floor(view: View) -> None:
    rng, pen, wide = view.rng, view.lamplit(), view.wide
    if rng.random() < 0.5:
        light, dark = rng.choice((("#e6d8c0", "#c4a482"), ("#dcd6cc", "#a9b0b0"), ("#ead9bd", "#b5785a")))
        pen.box(0, 2.38, wide, 3.0, light)
        edges = (2.38, 2.5, 2.66, 2.86, 3.12)
        for row in range(4):
            y0, y1 = edges[row], edges[row + 1]
            s0, s1 = 0.36 + (y0 - 2.38) * 0.5, 0.36 + (y1 - 2.38) * 0.5
            for i in range(-5, 5):
                if (i + row) % 2 == 0:
                    mid = wide / 2
                    pen.poly(
                        [(mid + i * s0, y0), (mid + (i + 1) * s0, y0), (mid + (i + 1) * s1, y1), (mid + i * s1, y1)],
                        dark,
                    )
    else:
        pen.band(2.38, 3.0, ((0, "#b0825c"), (1, "#c4946a")))
        for i in range(-6, 7):
            pen.line([(wide / 2 + i * 0.36, 2.38), (wide / 2 + i * 0.6, 3.0)], 0.012, "#95694a")
    pen.box(0, 2.34, wide, 2.42, "#6a4a3a")
    x, paint = wide / 2 + rng.uniform(-0.4, 0.4), rng.choice(("#b5604c", "#7f9088", "#c99a54"))
    pen.oval(x, 2.82, 1.25, 0.15, paint)
    pen.oval(x, 2.82, 1.12, 0.12, lighter(paint, 0.3))


def _table(view: View, x: float) -> None:
    """With a cloth, a teapot and cups."""
    rng, pen = view.rng, view.lamplit()
    cloth = rng.choice(("#d9705a", "#7f9fb0", "#e0b054", "#8fa888"))
    for dx in (-0.46, 0.46):
        pen.line([(x + dx, 2.0), (x + dx, 2.62)], 0.05, "#7a5238")
    pen.poly([(x - 0.56, 2.0), (x + 0.56, 2.0), (x + 0.6, 2.24), (x - 0.6, 2.24)], "#f4ecdc")
    for i in range(6):
        u = x - 0.6 + 0.2 * i
        pen.poly([(u + 0.02, 2.0), (u + 0.1, 2.0), (u + 0.1, 2.24), (u, 2.24)], cloth)
    pen.box(x - 0.58, 1.96, x + 0.58, 2.01, "#f8f2e6", radius=0.02)
    pot = rng.choice(("#4f7f8a", "#c9705a", "#e8d9b8"))
    pen.oval(x - 0.1, 1.86, 0.12, 0.1, pot)
    pen.line([(x, 1.86), (x + 0.08, 1.8)], 0.03, pot)
    pen.dot(x - 0.1, 1.75, 0.025, darker(pot, 0.3))
    for dx in (0.2, 0.34):
        pen.box(x + dx - 0.045, 1.88, x + dx + 0.045, 1.96, "#f3ede0", radius=0.02)


def _fridge(view: View, x: float) -> None:
    rng, pen = view.rng, view.lamplit()
    paint = rng.choice(("#e8e4da", "#9fc0b8", "#d98a78", "#b9c9d4"))
    pen.box(x - 0.36, 0.95, x + 0.36, 2.5, darker(paint, 0.18), radius=0.07)
    pen.box(x - 0.36, 0.95, x + 0.3, 2.5, paint, radius=0.07)
    pen.line([(x - 0.36, 1.45), (x + 0.3, 1.45)], 0.018, darker(paint, 0.3))
    for y in (1.22, 1.62):
        pen.line([(x + 0.22, y), (x + 0.22, y + 0.15)], 0.03, "#8f959c")
    for _ in range(3):
        u, v = x + rng.uniform(-0.26, 0.08), rng.uniform(1.55, 2.1)
        pen.box(u, v, u + 0.11, v + 0.13, rng.choice(("#f6e6b0", "#f0b8a8", "#ffffff", "#bcd8c0")))


def _dresser(view: View, x: float) -> None:
    """Open shelves with plates standing in them."""
    rng, pen = view.rng, view.lamplit()
    wood, plate = rng.choice(("#8a6044", "#a57b58", "#6f8078")), rng.choice(("#dfe8ee", "#f0e0cc", "#e6c0b0"))
    pen.box(x - 0.5, 0.85, x + 0.5, 2.48, wood, radius=0.02)
    pen.box(x - 0.44, 0.92, x + 0.44, 1.72, darker(wood, 0.35))
    for y in (1.3, 1.7):
        for i in range(4):
            u = x - 0.33 + 0.22 * i
            pen.dot(u, y - 0.11, 0.1, plate)
            pen.dot(u, y - 0.11, 0.06, darker(plate, 0.12))
        pen.box(x - 0.44, y - 0.02, x + 0.44, y + 0.03, wood)
    for dx in (-0.24, 0.24):
        pen.box(x + dx - 0.2, 1.84, x + dx + 0.2, 2.4, lighter(wood, 0.12), radius=0.02)
        pen.dot(x + dx * 0.3, 2.1, 0.025, "#e0c078")


def _lamp(view: View, x: float) -> None:
    pen = view.lamplit()
    if view.light.lamps:
        view.bare.glow(x, 0.5, 1.5, "#ffd590", 0.55)
    pen.line([(x, 0), (x, 0.3)], 0.02, "#4a4048")
    pen.poly([(x - 0.05, 0.28), (x + 0.05, 0.28), (x + 0.2, 0.46), (x - 0.2, 0.46)], "#4f6f6a")
    (pen.plain() if view.light.lamps else pen).oval(x, 0.46, 0.09, 0.05, "#fff0c4")
