"""Mountains and desert."""

from train.miniature.scenes.board import Path, smooth, wave
from train.miniature.scenes.firmament import draw_sky
from train.miniature.scenes.paint import Paint, darker, lighter
from train.miniature.scenes.places.buildings import window
from train.miniature.scenes.places.plants import SNOW, flowers, pine, ridge, tufts
from train.miniature.scenes.places.view import Setting, View
from train.miniature.scenes.places.water import sea


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
