"""Street and rooftop."""

from train.miniature.scenes.board import smooth
from train.miniature.scenes.firmament import draw_sky
from train.miniature.scenes.paint import darker, lighter
from train.miniature.scenes.places.buildings import WALLS, house, lamp_post, light_string, lit
from train.miniature.scenes.places.plants import SNOW, round_tree
from train.miniature.scenes.places.view import Setting, View


def street(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("row", "gap", "canyon"))
    draw_sky(view.bare, view.light, rng, 1.7)
    if kind == "canyon":
        _canyon(view)
    else:
        _row(view, gap=kind == "gap")
        _road(view)
    for x in rng.sample((0.06, 0.34, 0.66, 0.94), 2):
        lamp_post(view, view.pen(), wide * x, 2.38, 1.05)
    return Setting(foot=2.8, people=2.76)


def _row(view: View, gap: bool) -> None:
    rng, wide = view.rng, view.wide
    if gap:
        for x in (0.0, 0.3, 0.62, 0.86):
            house(view, view.pen(0.55), wide * x, wide * x + 0.7, rng.uniform(0.9, 1.3), 2.2, rng.choice(WALLS), 2)
        round_tree(view.pen(0.15), wide * 0.52, 2.26, 0.9, "#5f9a50", view.snow)
    walls = rng.sample(WALLS, 6)
    x = rng.uniform(-0.4, 0.0)
    for i in range(6):
        w = rng.uniform(0.72, 1.05)
        middle = (x + w / 2) / wide
        if not (gap and 0.34 < middle < 0.7):
            house(view, view.pen(0.06), x, x + w, rng.uniform(0.45, 0.95), 2.24, walls[i], rng.choice((2, 3)))
        x += w
        if x > wide:
            break


def _road(view: View) -> None:
    ground, pen, wide = view.light.ground, view.pen(), view.wide
    pen.band(2.22, 2.46, ((0, ground("#b9b1a6")), (1, ground("#cdc5b8"))))
    for i in range(14):
        pen.line(
            [(wide * i / 13, 2.22), (wide / 2 + (wide * i / 13 - wide / 2) * 1.15, 2.44)], 0.009, ground("#a39b90", 0.7)
        )
    pen.box(0, 2.43, wide, 2.48, ground("#8f8a86", 0.5))
    pen.band(2.48, 3.0, ((0, ground("#6a6a72", 0.7)), (1, ground("#5c5c66", 0.7))))
    for i in range(-1, 5):
        x = i * wide / 4 + 0.2
        pen.poly([(x, 2.9), (x + 0.55, 2.9), (x + 0.5, 2.94), (x - 0.06, 2.94)], ground("#d9d3c2", 0.3))


def _canyon(view: View) -> None:
    """Two rows of fronts that run towards one point."""
    rng, wide = view.rng, view.wide
    cx, cy = wide * rng.uniform(0.42, 0.58), 1.85
    house(view, view.pen(0.66), cx - 0.3, cx + 0.3, cy - 0.5, cy + 0.1, rng.choice(WALLS), 2)
    for depth, share in ((0.6, 0.12), (0.42, 0.22)):
        for side in (-1, 1):
            x = cx + side * wide * share
            house(view, view.pen(depth), x - 0.32, x + 0.32, cy - 0.5 - share * 1.6, cy + 0.2, rng.choice(WALLS), 2)
    ground = view.light.ground
    pen = view.pen()
    pen.poly([(cx - 0.05, cy), (cx + 0.05, cy), (wide * 1.25, 3.0), (-wide * 0.25, 3.0)], ground("#6a6a72", 0.7))
    pen.poly([(cx - 0.02, cy + 0.1), (cx + 0.02, cy + 0.1), (cx + 0.1, 3.0), (cx - 0.1, 3.0)], ground("#d9d3c2", 0.3))
    for side in (-1, 1):
        _side_row(view, side, cx, cy)
        pen.poly(
            [
                (cx + side * 0.06, cy),
                (wide / 2 + side * wide * 0.75, 3.0),
                (wide / 2 + side * wide * 0.5, 3.0),
                (cx + side * 0.04, cy),
            ],
            ground("#bdb5aa"),
        )


def _side_row(view: View, side: int, cx: float, cy: float) -> None:
    rng, wide, pen = view.rng, view.wide, view.pen(0.08)
    edge = wide if side > 0 else 0.0
    reach = abs(edge - cx)

    def at(share: float, y: float) -> tuple[float, float]:
        """`share` 1 at the picture's edge, 0 at the vanishing point; y in units at the edge."""
        return cx + side * reach * share, cy + (y - cy) * share

    shares = (1.02, 0.72, 0.5, 0.34)
    for i in range(3):
        near, far = shares[i], shares[i + 1]
        wall, top = rng.choice(WALLS), rng.uniform(-0.6, 0.1)
        shade = darker(wall, 0.1) if side > 0 else wall
        pen.poly([at(near, top), at(far, top), at(far, 2.75), at(near, 2.75)], shade)
        pen.poly(
            [at(near, top), at(far, top), at(far, top + 0.1), at(near, top + 0.1)],
            SNOW if view.snow else lighter(wall, 0.3),
        )
        for row in range(3):
            for k in range(2):
                a, b = near + (far - near) * (0.16 + 0.44 * k), near + (far - near) * (0.42 + 0.44 * k)
                y = top + 0.4 + row * 0.62
                on = lit(view.light, rng)
                paint = "#ffd98a" if on else "#5f7d94"
                (pen.plain() if on else pen).poly([at(a, y), at(b, y), at(b, y + 0.36), at(a, y + 0.36)], paint)
        awning = rng.choice(("#b5473f", "#3f7a6b", "#c98a2f", "#3f5f94"))
        pen.poly([at(near, 2.2), at(far, 2.2), at(far * 0.93, 2.36), at(near * 0.93, 2.36)], awning)
        (pen.plain() if view.light.lamps else pen).poly(
            [at(near, 2.36), at(far, 2.36), at(far, 2.62), at(near, 2.62)], "#ffd98a" if view.light.lamps else "#4f5f6c"
        )


def rooftop(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("tank", "laundry", "garden"))
    horizon = 2.1
    draw_sky(view.bare, view.light, rng, horizon)
    for depth, low, high in ((0.72, 0.7, 1.3), (0.5, 0.5, 1.0), (0.28, 0.3, 0.7)):
        _skyline(view, depth, horizon, low, high)
    ground = view.light.ground
    pen = view.pen()
    pen.band(2.26, 3.0, ((0, ground("#a8988c")), (1, ground("#8f8078"))))
    for i in range(-5, 6):
        pen.line([(wide / 2 + i * 0.42, 2.3), (wide / 2 + i * 0.8, 3.0)], 0.012, ground("#85766e", 0.6))
    pen.band(2.02, 2.3, ((0, ground("#c98d6c", 0.25)), (1, ground("#a86f54", 0.2))))
    for row in range(2):
        for i in range(12):
            x = wide * (i + 0.5 * row) / 11
            pen.line([(x, 2.09 + 0.1 * row), (x, 2.19 + 0.1 * row)], 0.01, "#8f5a45")
    pen.line([(0, 2.19), (wide, 2.19)], 0.01, "#8f5a45")
    pen.box(0, 1.97, wide, 2.06, ground("#d9cfc2"))
    side = rng.choice((0.13, 0.87))
    if kind == "tank":
        _tank(view, wide * side, 2.3)
    elif kind == "laundry":
        _laundry(view)
    else:
        for i in range(5):
            _planter(view, wide * (i + 0.5) / 5 + rng.uniform(-0.1, 0.1))
    for _ in range(2):
        _antenna(view, wide * rng.uniform(0.05, 0.95), 2.0, rng.uniform(0.5, 0.85))
    _chimney(view, wide * (1 - side), 2.34)
    if rng.random() < 0.6:
        light_string(view, pen, (-0.1, 0.5), (wide + 0.1, 0.62), 0.35, 12)
    return Setting(foot=2.76, people=2.7)


def _skyline(view: View, depth: float, foot: float, low: float, high: float) -> None:
    rng, pen, x = view.rng, view.pen(depth), -0.1
    while x < view.wide:
        w, h = rng.uniform(0.28, 0.55), rng.uniform(low, high)
        wall = rng.choice(("#7f8696", "#96877f", "#6f7a8c", "#a38d7d"))
        pen.box(x, foot - h, x + w, foot, wall)
        top = rng.random()
        if top < 0.2:
            pen.line([(x + w / 2, foot - h), (x + w / 2, foot - h - 0.3)], 0.02, wall)
            pen.poly([(x, foot - h), (x + w / 2, foot - h - 0.16), (x + w, foot - h)], wall)
        elif top < 0.35:
            pen.dot(x + w / 2, foot - h, w * 0.32, wall)
        if view.snow:
            pen.box(x, foot - h - 0.015, x + w, foot - h + 0.025, SNOW)
        if depth < 0.6:
            for row in range(max(1, int(h / 0.2))):
                for i in range(3):
                    on = lit(view.light, rng)
                    if on or rng.random() < 0.6:
                        u, v = x + w * (0.16 + 0.27 * i), foot - h + 0.08 + 0.17 * row
                        (view.bare if on else pen).box(
                            u, v, u + 0.055, v + 0.085, rng.choice(("#ffd98a", "#f6bd62")) if on else darker(wall, 0.25)
                        )
        x += w + rng.choice((0.0, 0.0, 0.06))


def _tank(view: View, x: float, foot: float) -> None:
    pen = view.pen(0.02)
    for dx in (-0.26, -0.09, 0.09, 0.26):
        pen.line([(x + dx, foot), (x + dx * 0.9, foot - 0.6)], 0.035, "#4f4340")
    pen.line([(x - 0.26, foot - 0.1), (x + 0.24, foot - 0.5)], 0.02, "#4f4340")
    pen.line([(x + 0.26, foot - 0.1), (x - 0.24, foot - 0.5)], 0.02, "#4f4340")
    pen.box(x - 0.33, foot - 1.15, x + 0.33, foot - 0.58, "#9a6848")
    for i in range(6):
        pen.line([(x - 0.27 + 0.108 * i, foot - 1.15), (x - 0.27 + 0.108 * i, foot - 0.58)], 0.012, "#7a4f38")
    pen.box(x + 0.16, foot - 1.15, x + 0.33, foot - 0.58, "#84563c")
    for y in (0.7, 1.02):
        pen.line([(x - 0.33, foot - y), (x + 0.33, foot - y)], 0.02, "#4f4340")
    pen.poly([(x - 0.4, foot - 1.13), (x, foot - 1.42), (x + 0.4, foot - 1.13)], SNOW if view.snow else "#5f4a44")


def _laundry(view: View) -> None:
    rng, pen, wide = view.rng, view.pen(0.02), view.wide
    for x in (0.06, 0.94):
        pen.line([(wide * x, 2.3), (wide * x, 1.15)], 0.04, "#5f4a44")
    line = [(wide * (0.06 + 0.88 * i / 10), 1.2 + 0.14 * 4 * (i / 10) * (1 - i / 10)) for i in range(11)]
    pen.line(line, 0.012, "#e9e2d6")
    for i in range(1, 10):
        if rng.random() < 0.7:
            x, y = line[i]
            w, h = rng.uniform(0.11, 0.16), rng.uniform(0.26, 0.42)
            pen.poly(
                smooth(
                    [(x - w, y), (x + w, y), (x + w * 0.95, y + h), (x, y + h * 0.94), (x - w * 0.95, y + h)], steps=2
                ),
                rng.choice(("#f3ede0", "#cfdbe0", "#e6cfc0", "#d3d8c8", "#b9c7cf")),
            )


def _planter(view: View, x: float) -> None:
    rng, pen = view.rng, view.pen(0.02)
    for _ in range(6):
        dx, h = rng.uniform(-0.16, 0.16), rng.uniform(0.18, 0.42)
        pen.poly(
            smooth(
                [
                    (x + dx * 0.4, 2.18),
                    (x + dx - 0.05, 2.18 - h * 0.6),
                    (x + dx, 2.18 - h),
                    (x + dx + 0.05, 2.18 - h * 0.5),
                ],
                steps=3,
            ),
            SNOW if view.snow and rng.random() < 0.4 else rng.choice(("#4f8a50", "#5f9a55", "#3f7a50")),
        )
    pen.poly([(x - 0.2, 2.14), (x + 0.2, 2.14), (x + 0.16, 2.36), (x - 0.16, 2.36)], "#b5694a")
    pen.box(x - 0.22, 2.12, x + 0.22, 2.18, "#c47a58")


def _antenna(view: View, x: float, foot: float, high: float) -> None:
    pen = view.pen(0.05)
    pen.line([(x, foot), (x, foot - high)], 0.02, "#4a4650")
    for i in range(4):
        y, w = foot - high * (0.98 - 0.11 * i), 0.1 + 0.03 * i
        pen.line([(x - w, y), (x + w, y)], 0.014, "#4a4650")


def _chimney(view: View, x: float, foot: float) -> None:
    pen = view.pen(0.02)
    pen.box(x - 0.15, foot - 0.62, x + 0.15, foot, "#b06a50")
    pen.box(x + 0.04, foot - 0.62, x + 0.15, foot, "#95563f")
    for i in range(4):
        pen.line([(x - 0.15, foot - 0.12 - 0.13 * i), (x + 0.15, foot - 0.12 - 0.13 * i)], 0.01, "#8a4f3c")
    pen.box(x - 0.19, foot - 0.68, x + 0.19, foot - 0.6, SNOW if view.snow else "#d6c6b4")
