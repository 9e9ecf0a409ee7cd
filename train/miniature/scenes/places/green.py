"""Forest and park."""

from train.miniature.scenes.board import Pen, smooth
from train.miniature.scenes.firmament import draw_sky
from train.miniature.scenes.paint import Paint, darker, lighter, mix
from train.miniature.scenes.places.buildings import lamp_post, window
from train.miniature.scenes.places.plants import SNOW, bush, flowers, framing, pine, ridge, round_tree, tufts
from train.miniature.scenes.places.view import Setting, View
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
