"""Open water with glints, far boats, and the shore's foam."""

from train.miniature.scenes.board import Pen
from train.miniature.scenes.paint import Paint, mix
from train.miniature.scenes.places.view import View
from train.miniature.world import Sky

_SEAS: dict[Sky, tuple[Paint, Paint]] = {
    Sky.SUNNY: ("#5fb7cf", "#1f7fa6"),
    Sky.CLOUDY: ("#8fb0b8", "#4f7f90"),
    Sky.RAINY: ("#7d99a5", "#41606f"),
    Sky.SNOWY: ("#a9c2cd", "#5f889c"),
    Sky.FOGGY: ("#bccac9", "#86a2a5"),
    Sky.SUNSET: ("#f0a070", "#5a5f94"),
    Sky.NIGHT: ("#33457f", "#141f4a"),
}
"""Far and near water; they hold the light already, so they are drawn without a tone."""


def sea(view: View, top: float, foot: float) -> None:
    far, near = _SEAS[view.light.sky]
    pen, rng = view.bare, view.rng
    pen.band(top, foot, ((0, far), (1, near)))
    glint = {Sky.SUNSET: "#ffdf9e", Sky.NIGHT: "#7f90cc"}.get(view.light.sky, mix(far, "#ffffff", 0.55))
    for i in range(16):
        share = ((i + rng.random()) / 16) ** 1.4
        y = top + (foot - top) * share
        w = (0.08 + 0.3 * share) * rng.uniform(0.6, 1.3)
        x = rng.random() * view.wide
        h = 0.006 + 0.014 * share
        pen.poly([(x - w, y), (x, y - h), (x + w, y), (x, y + h)], mix(glint, near, 0.25 + 0.35 * rng.random()))
    pen.line([(0, top), (view.wide, top)], 0.012, mix(far, view.light.haze, 0.5))


def ripples(pen: Pen, x: float, y: float, wide: float, light: Paint) -> None:
    """Where something stands in the water."""
    for dx, dy, share in ((-0.05, 0.02, 1.0), (0.08, 0.07, 0.75), (-0.1, 0.12, 0.5)):
        w = wide * share
        pen.poly([(x + dx - w, y + dy), (x + dx, y + dy - 0.02), (x + dx + w, y + dy), (x + dx, y + dy + 0.02)], light)


def sailboat(pen: Pen, x: float, y: float, size: float, sail: Paint) -> None:
    pen.poly(
        [
            (x - 0.5 * size, y - 0.16 * size),
            (x + 0.5 * size, y - 0.16 * size),
            (x + 0.34 * size, y),
            (x - 0.34 * size, y),
        ],
        "#5c4a4a",
    )
    pen.poly([(x, y - 1.1 * size), (x, y - 0.2 * size), (x + 0.42 * size, y - 0.2 * size)], sail)
    pen.poly(
        [(x - 0.04 * size, y - 0.95 * size), (x - 0.04 * size, y - 0.2 * size), (x - 0.32 * size, y - 0.2 * size)],
        mix(sail, "#8a8f9a", 0.25),
    )
