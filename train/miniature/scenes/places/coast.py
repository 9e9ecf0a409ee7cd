"""Beach and harbour."""

from train.miniature.scenes.board import Pen, smooth, wave
from train.miniature.scenes.firmament import draw_sky
from train.miniature.scenes.paint import darker, lighter, mix
from train.miniature.scenes.places.buildings import lamp_post, window
from train.miniature.scenes.places.plants import SNOW, palm, ridge
from train.miniature.scenes.places.view import Setting, View
from train.miniature.scenes.places.water import sailboat, sea
from train.miniature.world import Sky


def beach(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("palms", "headland", "parasols"))
    horizon = rng.uniform(1.3, 1.5)
    draw_sky(view.bare, view.light, rng, horizon)
    if kind == "headland":
        _headland(view, horizon)
    else:
        ridge(view.pen(0.72), rng, horizon - 0.06, 0.05, "#6f8f86", floor=horizon + 0.02)
    shore = rng.uniform(2.2, 2.32)
    sea(view, horizon, shore + 0.2)
    for _ in range(rng.randint(0, 2)):
        x = rng.uniform(0.1, 0.9) * wide
        sailboat(view.pen(0.25), x, horizon + rng.uniform(0.08, 0.2), rng.uniform(0.16, 0.26), "#f6efe0")
    _sand(view, shore)
    if kind == "palms":
        side = rng.choice((0.06, 0.94))
        palm(view.pen(), rng, wide * side, shore + 0.4, rng.uniform(1.5, 1.9), view.snow)
        palm(
            view.pen(0.1),
            rng,
            wide * (side + (0.1 if side < 0.5 else -0.1)),
            shore + 0.2,
            rng.uniform(1.0, 1.3),
            view.snow,
        )
    elif kind == "parasols":
        for _ in range(3):
            _parasol(view, rng.uniform(0.05, 0.95) * wide, shore + rng.uniform(0.2, 0.34))
    return Setting(water=shore - 0.14, boat_people=2.82)


def _headland(view: View, horizon: float) -> None:
    rng, wide = view.rng, view.wide
    left = rng.random() < 0.5
    edge = [(0.0, 0.5), (0.12, 0.56), (0.22, 0.42), (0.3, 0.4), (0.38, 0.14), (0.46, 0.0)]
    path = [((x if left else 1 - x) * wide, horizon + 0.03 - y * 1.2) for x, y in edge]
    start = ((0.0 if left else 1.0) * wide, horizon + 0.03)
    pen = view.pen(0.22)
    pen.poly([start, *smooth(path, closed=False)], view.light.ground("#8b7462", 0.3))
    pen.poly(
        [start, *smooth([(x, y + 0.1 if i else y) for i, (x, y) in enumerate(path[:4])], closed=False)],
        darker("#8b7462", 0.15),
    )
    pen.line(smooth(path[:5], closed=False), 0.07, SNOW if view.snow else "#6f9a5c")
    lighthouse(view, pen, path[1][0], path[1][1] + 0.04, 0.6)


def lighthouse(view: View, pen: Pen, x: float, foot: float, high: float) -> None:
    for i in range(4):
        low, top = foot - high * 0.2 * i, foot - high * 0.2 * (i + 1)
        w0, w1 = high * (0.16 - 0.015 * i), high * (0.16 - 0.015 * (i + 1))
        pen.poly([(x - w0, low), (x - w1, top), (x + w1, top), (x + w0, low)], "#f3ece0" if i % 2 else "#c8503f")
    y = foot - high * 0.8
    if view.light.lamps:
        view.bare.glow(x, y - high * 0.06, high * 0.9, "#ffe5a0", 0.7)
    pane = pen.plain() if view.light.lamps else pen
    pane.box(x - high * 0.07, y - high * 0.13, x + high * 0.07, y, "#ffeaa8" if view.light.lamps else "#9fb8c4")
    pen.box(x - high * 0.12, y - 0.012, x + high * 0.12, y + 0.012, "#3d4352")
    pen.poly([(x - high * 0.1, y - high * 0.13), (x, y - high * 0.24), (x + high * 0.1, y - high * 0.13)], "#a33f35")


def _sand(view: View, shore: float) -> None:
    rng, wide = view.rng, view.wide
    line = [(x, shore + 0.07 * dy) for x, dy in wave(rng, wide, 10)]
    tilt = rng.uniform(-0.06, 0.06)
    line = smooth([(x, y + tilt * (x / wide - 0.5) * 2) for x, y in line], closed=False, steps=4)
    pen = view.pen()
    ground = view.light.ground
    for lift, paint in ((0.1, mix("#ffffff", "#8fc3cf", 0.35)), (0.045, "#f6faf8"), (0.0, ground("#d8b784", 0.6))):
        pen.poly([*((x, y - lift) for x, y in line), (wide, 3), (0, 3)], paint)
    pen.shaded([*((x, y + 0.08) for x, y in line), (wide, 3), (0, 3)], ground("#eed19c"), ground("#e2bb7d"))
    for _ in range(14):
        x, y = rng.random() * wide, rng.uniform(shore + 0.2, 2.97)
        pen.oval(x, y, rng.uniform(0.03, 0.09), 0.009, ground("#d3ab6e", 0.7))
    for _ in range(rng.randint(2, 5)):
        x, y = rng.random() * wide, rng.uniform(shore + 0.35, 2.95)
        pen.dot(x, y, 0.022, rng.choice(("#f2d4c4", "#e9a58a", "#fbf3e6")))


def _parasol(view: View, x: float, foot: float) -> None:
    pen, rng = view.pen(0.2), view.rng
    paint = rng.choice(("#c96a55", "#4f8fa0", "#e0b458"))
    pen.line([(x, foot), (x + 0.04, foot - 0.42)], 0.018, "#8a6a52")
    arc = [
        (x + 0.04 + dx, foot - 0.36 - dy)
        for dx, dy in ((-0.26, -0.02), (-0.2, 0.1), (-0.08, 0.17), (0.08, 0.17), (0.2, 0.1), (0.26, -0.02))
    ]
    pen.poly(arc, SNOW if view.snow else paint)
    pen.poly([arc[1], arc[2], (x + 0.0, foot - 0.35), (x - 0.1, foot - 0.35)], "#f4ead8")
    pen.poly([(x - 0.3, foot), (x - 0.05, foot), (x - 0.02, foot + 0.04), (x - 0.28, foot + 0.04)], lighter(paint, 0.4))


def harbour(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("masts", "warehouses", "lighthouse"))
    horizon = rng.uniform(1.4, 1.6)
    draw_sky(view.bare, view.light, rng, horizon)
    ridge(view.pen(0.66), rng, horizon - 0.2, 0.12, "#5f7a86", floor=horizon + 0.02)
    if kind == "warehouses":
        _warehouses(view, horizon)
    elif kind == "lighthouse":
        x = wide * rng.choice((0.12, 0.88))
        view.pen(0.2).poly(
            smooth(
                [
                    (x - 0.5, horizon + 0.06),
                    (x - 0.25, horizon - 0.16),
                    (x + 0.2, horizon - 0.17),
                    (x + 0.5, horizon + 0.06),
                ]
            ),
            view.light.ground("#7d7468", 0.5),
        )
        lighthouse(view, view.pen(0.12), x, horizon - 0.12, 0.95)
    sea(view, horizon, 2.62)
    _moored(view, horizon, 5 if kind == "masts" else 2)
    quay = 2.3
    _quay(view, quay + 0.12)
    return Setting(foot=2.74, people=2.68, water=2.26, boat_people=2.84)


def _warehouses(view: View, horizon: float) -> None:
    rng, pen = view.rng, view.pen(0.2)
    x = -0.1
    while x < view.wide:
        w, h = rng.uniform(0.5, 0.8), rng.uniform(0.4, 0.75)
        wall = rng.choice(("#b5624c", "#c98d5e", "#d8c2a0", "#8d9aa4", "#a5564c"))
        pen.poly(
            [(x, horizon), (x, horizon - h), (x + w / 2, horizon - h - 0.17), (x + w, horizon - h), (x + w, horizon)],
            wall,
        )
        pen.line(
            [(x, horizon - h), (x + w / 2, horizon - h - 0.17), (x + w, horizon - h)],
            0.035,
            SNOW if view.snow else darker(wall, 0.35),
        )
        for i in range(2):
            window(view, pen, x + w * (0.3 + 0.4 * i), horizon - h * 0.8, 0.1, 0.15, lighter(wall, 0.4))
        pen.box(x + w * 0.4, horizon - 0.2, x + w * 0.6, horizon, darker(wall, 0.4))
        x += w + rng.choice((0.0, 0.02))


def _moored(view: View, horizon: float, count: int) -> None:
    rng, pen = view.rng, view.pen(0.12)
    for i in range(count):
        x, y = view.wide * (i + rng.uniform(0.2, 0.8)) / count, horizon + rng.uniform(0.14, 0.3)
        hull = rng.choice(("#f1e9dc", "#46617f", "#8a4a42", "#e6c98a", "#4a6d66"))
        high, half = rng.uniform(0.9, 1.3), rng.uniform(0.26, 0.36)
        pen.line([(x, y - 0.1), (x, y - high)], 0.022, "#54443c")
        pen.line([(x, y - high * 0.95), (x + half, y - 0.12)], 0.008, "#54443c")
        pen.line([(x, y - high * 0.95), (x - half, y - 0.12)], 0.008, "#54443c")
        pen.line([(x, y - 0.24), (x + half * 0.8, y - 0.26)], 0.05, SNOW if view.snow else "#e9e1d2")
        pen.poly([(x - half, y - 0.14), (x + half * 1.1, y - 0.16), (x + half * 0.8, y), (x - half * 0.75, y)], hull)
        pen.line([(x - half, y - 0.13), (x + half * 1.08, y - 0.15)], 0.018, lighter(hull, 0.4))


def _quay(view: View, top: float) -> None:
    """Planks of a pier across the foot of the picture, with bollards."""
    rng, pen, wide = view.rng, view.pen(), view.wide
    wood = view.light.ground("#a57b58", 0.75)
    pen.band(top, 3.0, ((0, lighter(wood, 0.12)), (1, darker(wood, 0.08))))
    middle = wide / 2
    for i in range(-9, 10):
        pen.line([(middle + i * 0.26, top), (middle + i * 0.42, 3.0)], 0.014, darker(wood, 0.28))
    pen.box(0, top, wide, top + 0.05, darker(wood, 0.35))
    for i in range(3):
        x = wide * (0.08 + 0.42 * i) + rng.uniform(-0.05, 0.05)
        pen.box(x - 0.06, top - 0.16, x + 0.06, top + 0.08, "#5b473c", radius=0.02)
        pen.oval(x, top - 0.16, 0.065, 0.022, SNOW if view.snow else "#7d6656")
    if rng.random() < 0.5:
        lamp_post(view, pen, wide * rng.choice((0.05, 0.95)), top + 0.1, 1.0)
    if rng.random() < 0.5 and view.light.sky is not Sky.SNOWY:
        x = wide * rng.uniform(0.1, 0.9)
        pen.oval(x, top + 0.12, 0.13, 0.035, "#cbb48c")
        pen.oval(x, top + 0.12, 0.07, 0.016, "#8a6d4c")
