"""Forest, park, mountains and desert."""

from train.miniature.scenes.board import Path, Pen, smooth, wave
from train.miniature.scenes.firmament import draw_sky
from train.miniature.scenes.paint import Paint, darker, lighter, mix
from train.miniature.scenes.places.buildings import lamp_post, window
from train.miniature.scenes.places.plants import SNOW, bush, flowers, framing, pine, ridge, round_tree, tufts
from train.miniature.scenes.places.view import Setting, View
from train.miniature.scenes.places.water import sea
from train.miniature.world import Sky


def forest(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("pines", "birches", "oaks"))
    draw_sky(view.bare, view.light, rng, 1.9)
    leaf = {"pines": "#2f6b4f", "birches": "#7f9a45", "oaks": "#4c8a4a"}[kind]
    ground = view.light.ground
    if kind == "pines":
        for depth, count, high in ((0.7, 9, 1.3), (0.45, 8, 1.7)):
            for i in range(count):
                pine(
                    view.pen(depth),
                    wide * (i + rng.random()) / count,
                    2.05,
                    high * rng.uniform(0.8, 1.2),
                    leaf,
                    view.snow,
                )
    else:
        for depth, top in ((0.7, 0.75), (0.5, 0.35)):
            _canopy(view, view.pen(depth), top + 0.3, leaf)
            for i in range(7):
                _trunk(view, depth, wide * (i + rng.random()) / 7, 2.1, rng.uniform(0.035, 0.06), kind)
    ridge(view.pen(0.5), rng, 1.9, 0.05, ground(darker(leaf, 0.1)))
    ridge(view.pen(0.25), rng, 2.05, 0.06, ground(darker(leaf, 0.1)), ground(darker(leaf, 0.3)))
    if view.light.sky in (Sky.SUNNY, Sky.SUNSET):
        for i in range(3):
            x = wide * (0.15 + 0.25 * i) + rng.uniform(0, 0.4)
            view.bare.poly([(x, 0), (x + 0.25, 0), (x - 0.35, 2.6), (x - 0.85, 2.6)], "#fff2bf", 0.13)
    _forest_edges(view, kind, leaf)
    floor = ground(mix(leaf, "#6d5a38", 0.45))
    ridge(view.pen(), rng, 2.38, 0.05, lighter(floor, 0.08), darker(floor, 0.12))
    tufts(view.pen(), rng, 2.42, 2.98, 16, ground(darker(leaf, 0.12), 0.5))
    _toadstools(view)
    _fireflies(view)
    for i in range(3):
        bush(
            view.pen(0.1),
            wide * (i + rng.random()) / 3,
            2.42,
            rng.uniform(0.12, 0.2),
            darker(leaf, 0.1),
            view.snow,
        )
    return Setting(front=lambda: framing(view.pen(), rng, darker(leaf, 0.35)))


def _canopy(view: View, pen: Pen, foot: float, leaf: Paint) -> None:
    rng = view.rng
    for i in range(11):
        pen.dot(
            view.wide * (i + rng.random()) / 11, foot - 0.35 + rng.uniform(-0.1, 0.12), rng.uniform(0.28, 0.42), leaf
        )
    pen.box(0, 0, view.wide, max(0.05, foot - 0.5), leaf)


def _trunk(view: View, depth: float, x: float, foot: float, half: float, kind: str) -> None:
    pen, rng = view.pen(depth), view.rng
    bark = "#e6e1d6" if kind == "birches" else "#6a4c3b"
    lean = rng.uniform(-0.06, 0.06)
    pen.poly([(x - half * 1.3, foot), (x - half + lean, 0), (x + half + lean, 0), (x + half * 1.3, foot)], bark)
    pen.poly(
        [(x + half * 0.3, foot), (x + half * 0.3 + lean, 0), (x + half + lean, 0), (x + half * 1.3, foot)],
        darker(bark, 0.2),
    )
    if kind == "birches":
        for _ in range(5):
            y = rng.uniform(0.3, foot - 0.1)
            pen.box(
                x - half * 0.8 + lean * 0.5,
                y,
                x + half * rng.uniform(-0.2, 0.5) + lean * 0.5,
                y + half * 0.35,
                "#4a4442",
            )


def _forest_edges(view: View, kind: str, leaf: Paint) -> None:
    """Large trees at both sides, which frame the picture."""
    rng, wide, pen = view.rng, view.wide, view.pen(0.06)
    for x in (rng.uniform(0.1, 0.32), wide - rng.uniform(0.1, 0.32)):
        if kind == "pines":
            pine(pen, x, 2.5, rng.uniform(2.2, 2.7), darker(leaf, 0.12), view.snow)
        else:
            _trunk(view, 0.06, x, 2.5, rng.uniform(0.09, 0.13), kind)
    if kind != "pines":
        for i in range(8):
            pen.dot(
                wide * (i + rng.random()) / 8, rng.uniform(-0.12, 0.08), rng.uniform(0.26, 0.36), darker(leaf, 0.16)
            )
        for i in range(6):
            r = rng.uniform(0.1, 0.16)
            pen.oval(wide * (i + rng.random()) / 6, rng.uniform(-0.02, 0.1), r * 1.5, r, SNOW if view.snow else leaf)


def _fireflies(view: View) -> None:
    if view.light.sky is Sky.NIGHT:
        for _ in range(12):
            x, y = view.rng.random() * view.wide, view.rng.uniform(1.2, 2.8)
            view.bare.glow(x, y, 0.09, "#e8f08a", 0.6)
            view.bare.dot(x, y, 0.013, "#f6f8c0")


def _toadstools(view: View) -> None:
    rng, pen = view.rng, view.pen()
    for _ in range(rng.randint(0, 3)):
        x, y = rng.random() * view.wide, rng.uniform(2.55, 2.95)
        pen.box(x - 0.014, y - 0.06, x + 0.014, y, "#efe4d0")
        pen.poly(smooth([(x - 0.055, y - 0.05), (x, y - 0.11), (x + 0.055, y - 0.05)]), "#b9543f")


def park(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("pond", "town", "hills"))
    horizon = rng.uniform(1.55, 1.7)
    draw_sky(view.bare, view.light, rng, horizon)
    if kind == "town":
        _far_town(view, horizon)
    ridge(view.pen(0.55), rng, horizon - 0.02, 0.12, view.light.ground("#6aa05c", 0.6))
    lawn = view.light.ground
    ridge(view.pen(0.2), rng, horizon + 0.14, 0.05, lawn("#7fb85f"), lawn("#67a650"))
    leaf = rng.choice(("#4f9a4e", "#5f9f45", "#3f8a55", "#c98a3c"))
    for i in range(4):
        x = wide * (i + rng.uniform(0.1, 0.9)) / 4
        round_tree(
            view.pen(0.3),
            x,
            horizon + rng.uniform(0.18, 0.28),
            rng.uniform(0.7, 0.95),
            mix(leaf, "#4f9a4e", 0.5),
            view.snow,
        )
    ridge(view.pen(), rng, horizon + 0.42, 0.05, lawn("#86bf5e"), lawn("#5f9f48"))
    if kind == "pond":
        x = wide * rng.uniform(0.3, 0.7)
        view.pen().oval(x, 2.36, 1.25, 0.24, lawn("#d3c08d", 0.7))
        view.pen().oval(x, 2.36, 1.18, 0.2, "#79b4c8")
        view.pen().oval(x - 0.2, 2.33, 0.7, 0.09, "#9ccbd8")
    else:
        bend = rng.uniform(-0.8, 0.8)
        mid = wide / 2
        left = smooth(
            [(mid + bend - 0.12, horizon + 0.4), (mid + bend * 0.2 - 0.3, 2.4), (mid - bend * 0.4 - 0.6, 3.05)],
            closed=False,
        )
        right = smooth(
            [(mid + bend + 0.02, horizon + 0.4), (mid + bend * 0.2 + 0.25, 2.4), (mid - bend * 0.4 + 0.6, 3.05)],
            closed=False,
        )
        view.pen().poly([*left, *reversed(right)], lawn("#e3cfa4", 0.75))
    side = rng.choice((0.09, 0.91))
    round_tree(view.pen(), wide * side, 2.5, rng.uniform(1.7, 2.1), leaf, view.snow)
    _bench(view, wide * (1 - side) + rng.uniform(-0.1, 0.1) * (1 if side < 0.5 else -1), 2.36)
    if rng.random() < 0.5:
        lamp_post(view, view.pen(0.08), wide * rng.uniform(0.3, 0.7), 2.2, 0.85)
    _fireflies(view)
    tufts(view.pen(), rng, 2.3, 2.95, 14, lawn("#4f8f40", 0.4))
    if not view.snow:
        flowers(view.pen(), rng, 2.3, 2.95, 18, ("#fdf6e6", "#f2c84f", "#e98aa0"))
    return Setting(
        water=2.36 if kind == "pond" else None, boat_people=2.8, front=lambda: framing(view.pen(), rng, "#3f7a3f")
    )


def _far_town(view: View, horizon: float) -> None:
    rng, pen, x = view.rng, view.pen(0.62), 0.0
    while x < view.wide:
        w, h = rng.uniform(0.2, 0.4), rng.uniform(0.3, 0.8)
        pen.box(x, horizon - h, x + w, horizon + 0.2, rng.choice(("#8f8a94", "#a5958c", "#7f8796")))
        for i in range(2):
            window(view, pen, x + w * (0.3 + 0.4 * i), horizon - h + 0.08, 0.05, 0.08)
        x += w + 0.03


def _bench(view: View, x: float, foot: float) -> None:
    pen = view.pen(0.03)
    wood = "#9a6a44"
    for dx in (-0.26, 0.26):
        pen.line([(x + dx, foot), (x + dx, foot - 0.34)], 0.03, "#3f434c")
    for dy in (0.17, 0.26, 0.34):
        pen.line([(x - 0.34, foot - dy), (x + 0.34, foot - dy)], 0.045, SNOW if view.snow and dy > 0.3 else wood)


def mountains(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("lake", "cabin", "pass"))
    draw_sky(view.bare, view.light, rng, 1.85)
    _peaks(view, 0.6, 1.9, (0.9, 1.3), 4, "#6f7f9c")
    _peaks(view, 0.28, 2.0, (0.95, 1.5), 3, "#5f6b82")
    lawn = view.light.ground
    ridge(view.pen(0.3), rng, 1.95, 0.1, lawn("#5f8a5c", 0.7), lawn("#6f9a58", 0.8))
    for i in range(9):
        pine(
            view.pen(0.3),
            wide * (i + rng.random()) / 9,
            2.08 + rng.uniform(-0.04, 0.06),
            rng.uniform(0.25, 0.45),
            "#33624f",
            view.snow,
        )
    water = None
    if kind == "lake":
        sea(view, 2.06, 2.45)
        water = 2.38
    ridge(view.pen(), rng, 2.34 if kind != "lake" else 2.5, 0.06, lawn("#8cb260"), lawn("#6a9448"))
    if kind == "cabin":
        _cabin(view, wide * rng.choice((0.16, 0.84)), 2.4)
    for x in (rng.uniform(0.0, 0.2), wide - rng.uniform(0.0, 0.2)):
        if rng.random() < 0.75:
            pine(view.pen(), x, 2.62, rng.uniform(1.2, 1.7), "#2c5a48", view.snow)
    for _ in range(4):
        x, y, s = rng.random() * wide, rng.uniform(2.5, 2.95), rng.uniform(0.05, 0.12)
        view.pen().poly(
            [(x - s, y), (x - s * 0.5, y - s * 0.7), (x + s * 0.4, y - s * 0.8), (x + s, y)], lawn("#8d8f93", 0.4)
        )
    if not view.snow:
        flowers(view.pen(), rng, 2.45, 2.97, 22, ("#fdf6e6", "#e9b64a", "#b98ad0", "#e98a8a"))
    tufts(view.pen(), rng, 2.45, 2.97, 10, lawn("#57803c", 0.4))
    return Setting(water=water, boat_people=2.84)


def _peaks(view: View, depth: float, foot: float, heights: tuple[float, float], count: int, rock: Paint) -> None:
    rng, pen, wide = view.rng, view.pen(depth), view.wide
    for i in sorted(range(count), key=lambda _: rng.random()):
        x, h = wide * (i + rng.uniform(0.2, 0.8)) / count, rng.uniform(*heights)
        half, top = h * rng.uniform(0.75, 1.0), foot - h
        pen.poly([(x - half, foot), (x, top), (x + half, foot)], rock)
        pen.poly(
            [
                (x, top),
                (x + half, foot),
                (x + half * 0.1, foot),
                (x - half * 0.12, top + h * 0.5),
                (x + half * 0.06, top + h * 0.3),
            ],
            darker(rock, 0.2),
        )
        s = rng.uniform(0.3, 0.42)
        jag: Path = [
            (x, top),
            (x + half * s, top + h * s),
            (x + half * s * 0.6, top + h * s * 0.82),
            (x + half * s * 0.25, top + h * s * 1.15),
            (x - half * s * 0.1, top + h * s * 0.8),
            (x - half * s * 0.5, top + h * s * 1.1),
            (x - half * s * 0.7, top + h * s * 0.85),
            (x - half * s, top + h * s),
        ]
        pen.poly(jag, SNOW)
        pen.poly([(x, top), *jag[1:4], (x + half * 0.06, top + h * s * 0.5)], "#cdd6e4")


def _cabin(view: View, x: float, foot: float) -> None:
    pen = view.pen(0.05)
    pen.box(x - 0.34, foot - 0.32, x + 0.34, foot, "#8a5f42")
    for i in range(4):
        pen.line([(x - 0.34, foot - 0.06 - 0.075 * i), (x + 0.34, foot - 0.06 - 0.075 * i)], 0.01, "#6a4632")
    pen.poly([(x - 0.44, foot - 0.28), (x, foot - 0.66), (x + 0.44, foot - 0.28)], SNOW if view.snow else "#6b3f36")
    pen.box(x - 0.08, foot - 0.22, x + 0.06, foot, "#4f3428")
    window(view, pen, x + 0.2, foot - 0.23, 0.12, 0.12, "#e4d3b4")
    pen.box(x + 0.18, foot - 0.66, x + 0.27, foot - 0.44, "#7a5248")


def desert(view: View) -> Setting:
    rng, wide = view.rng, view.wide
    kind = rng.choice(("mesa", "dunes", "arch"))
    draw_sky(view.bare, view.light, rng, 1.75)
    if kind == "mesa":
        for depth, count in ((0.55, 3), (0.3, 2)):
            for i in range(count):
                _mesa(view, depth, wide * (i + rng.uniform(0.1, 0.9)) / count, 1.85)
    elif kind == "arch":
        _mesa(view, 0.5, wide * rng.uniform(0.2, 0.8), 1.85)
        _arch(view, wide * rng.choice((0.22, 0.78)), 2.02)
    ground = view.light.ground
    for depth, y, paint in ((0.45, 1.75, "#dfa066"), (0.2, 2.0, "#e6ab66"), (0.0, 2.3, "#edb96f")):
        _dune(view, depth, y, 0.28 if kind == "dunes" else 0.1, ground(paint, 0.75))
    for _ in range(rng.randint(2, 4)):
        y = rng.uniform(2.1, 2.4)
        _cactus(
            view,
            rng.choice((rng.uniform(0.03, 0.25), rng.uniform(0.75, 0.97))) * wide,
            y,
            (y - 1.5) * rng.uniform(0.9, 1.4),
        )
    pen = view.pen()
    for i in range(7):
        x, y, w = rng.random() * wide, 2.45 + 0.07 * i, rng.uniform(0.2, 0.5)
        pen.line(
            smooth([(x - w, y), (x - w * 0.3, y - 0.025), (x + w * 0.4, y + 0.02), (x + w, y)], closed=False, steps=3),
            0.012,
            ground("#d69d58", 0.6),
        )
    for _ in range(5):
        x, y, s = rng.random() * wide, rng.uniform(2.4, 2.95), rng.uniform(0.03, 0.08)
        pen.poly(
            [(x - s, y), (x - s * 0.4, y - s * 0.8), (x + s * 0.5, y - s * 0.6), (x + s, y)], ground("#b5784c", 0.5)
        )
    return Setting()


def _dune(view: View, depth: float, y: float, rise: float, sand: Paint) -> None:
    """One crest with a lit and a shaded side."""
    rng, wide, pen = view.rng, view.wide, view.pen(depth)
    line = smooth([(x, y + rise * dy * 0.7) for x, dy in wave(rng, wide, 7)], closed=False, steps=5)
    pen.shaded([*line, (wide, 3), (0, 3)], lighter(sand, 0.12), darker(sand, 0.06))
    crest = min(range(5, len(line) - 8), key=lambda i: line[i][1])
    x, top = line[crest]
    side = [line[i] for i in range(crest, len(line))]
    pen.poly([*side, (wide, 3), (x + 0.55, 3), (x + 0.3, (top + 3) / 2), (x - 0.12, top + 0.28)], darker(sand, 0.14))


def _mesa(view: View, depth: float, x: float, foot: float) -> None:
    rng, pen = view.rng, view.pen(depth)
    half, high = rng.uniform(0.3, 0.6), rng.uniform(0.45, 0.9)
    rock = rng.choice(("#b8613f", "#a9573f", "#c5764a"))
    pen.poly(
        [
            (x - half * 1.35, foot),
            (x - half * 1.05, foot - high * 0.45),
            (x - half * 0.95, foot - high),
            (x + half * 0.95, foot - high),
            (x + half * 1.05, foot - high * 0.45),
            (x + half * 1.4, foot),
        ],
        rock,
    )
    pen.poly(
        [
            (x + half * 0.4, foot - high),
            (x + half * 0.95, foot - high),
            (x + half * 1.05, foot - high * 0.45),
            (x + half * 1.4, foot),
            (x + half * 0.5, foot),
        ],
        darker(rock, 0.18),
    )
    for share in (0.82, 0.62):
        pen.line(
            [(x - half * 1.0, foot - high * share), (x + half * 1.0, foot - high * share)], 0.025, lighter(rock, 0.18)
        )
    if view.snow:
        pen.box(x - half * 0.95, foot - high - 0.03, x + half * 0.95, foot - high + 0.03, SNOW)


def _arch(view: View, x: float, foot: float) -> None:
    pen = view.pen(0.2)
    outer = smooth(
        [
            (x - 0.62, foot),
            (x - 0.55, foot - 0.7),
            (x - 0.2, foot - 1.02),
            (x + 0.3, foot - 0.95),
            (x + 0.58, foot - 0.5),
            (x + 0.66, foot),
        ],
        closed=False,
    )
    inner = smooth(
        [(x + 0.34, foot), (x + 0.28, foot - 0.42), (x + 0.05, foot - 0.64), (x - 0.2, foot - 0.5), (x - 0.28, foot)],
        closed=False,
    )
    pen.shaded([*outer, *inner], "#c9764c", "#a8573c")


def _cactus(view: View, x: float, foot: float, high: float) -> None:
    pen = view.pen(0.05)
    body, shade, w = "#4f8a58", "#3b7049", high * 0.16
    pen.line([(x, foot), (x, foot - high)], w, body)
    for side, low, top in ((-1, 0.4, 0.72), (1, 0.52, 0.86)):
        pen.line(
            [(x, foot - high * low), (x + side * w * 1.7, foot - high * low), (x + side * w * 1.7, foot - high * top)],
            w * 0.72,
            body,
        )
    pen.line([(x + w * 0.25, foot), (x + w * 0.25, foot - high * 0.98)], w * 0.22, shade)
    if view.snow:
        pen.oval(x, foot - high - w * 0.3, w * 0.5, w * 0.28, SNOW)
    else:
        pen.dot(x, foot - high - w * 0.4, w * 0.22, "#e88a9a")
