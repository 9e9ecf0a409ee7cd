"""The thing in its spot: what holds it, how it lies when it has fallen, what came off."""

import math
import random

from train.miniature.scenes.board import Board, Pen
from train.miniature.scenes.light import Light
from train.miniature.scenes.paint import Dye, Paint, Tone, darker, dye
from train.miniature.scenes.places.water import ripples
from train.miniature.scenes.spot import Spot, chance
from train.miniature.scenes.things import FORMS, Form, Make
from train.miniature.world import Place, Scene, Sky, Thing


def draw_behind(board: Board, light: Light, scene: Scene, spot: Spot) -> None:
    """What holds it, and the light in which it stands out by night."""
    if spot.aloft:
        _hang(board, light, scene, spot)
    if scene.thing is Thing.BOAT and not spot.afloat and not spot.fallen:
        _props(board, light.near(), spot)
    if scene.thing is Thing.LANTERN and light.lamps:
        glow = dye(scene.colour, chance(scene, "glow")).light
        board.pen(Tone()).glow(spot.x, spot.foot - spot.height * 0.55, spot.height * 0.9, glow, 0.5)
    elif light.sky is Sky.NIGHT and scene.place is not Place.KITCHEN:
        board.pen(Tone()).glow(spot.x, spot.foot - spot.height * 0.4, spot.height * 1.1, "#e8c79a", 0.3, 1.4)


def draw_thing(board: Board, light: Light, scene: Scene, spot: Spot) -> None:
    form, rng, tone = FORMS[scene.thing], chance(scene, "details"), light.on_thing()
    colours = dye(scene.colour, rng)
    upright = board.figure(tone, spot.x, spot.foot, spot.height, spot.flip)
    pen = _lying(board, tone, form, spot) if spot.fallen else upright
    form.draw(pen, Make(colours, light.lamps, rng))
    if spot.fallen and form.crack is not None:
        _tear(pen, form.crack, darker(colours.dark, 0.6))
    if spot.afloat:
        ripples(
            board.pen(light.near()),
            spot.x,
            spot.foot + 0.01,
            spot.wide * 0.4,
            "#eaf3f4" if not light.lamps else "#8f9cc8",
        )
    if spot.fallen:
        _debris(board.pen(tone), colours, spot, rng)


def _lying(board: Board, tone: Tone, form: Form, spot: Spot) -> Pen:
    """A pen for a thing that has fallen: turned, squashed, its lowest corner on the ground."""
    way = -1 if spot.flip else 1
    a, b, _, d, e, _ = board.figure(tone, 0, 0, spot.height, spot.flip, form.fallen * way).affine
    d, e = d * form.squash, e * form.squash
    across = [a * x + b * y for x, y in form.corners()]
    down = [d * x + e * y for x, y in form.corners()]
    sink = 0.14 * spot.height if spot.afloat else 0.01
    c, f = spot.x * board.scale - (min(across) + max(across)) / 2, (spot.foot + sink) * board.scale - max(down)
    return Pen(board, tone, (a, b, c, d, e, f))


def _tear(pen: Pen, at: tuple[float, float, float], paint: Paint) -> None:
    """A jagged gap."""
    x, y, long = at
    zigzag = ((-0.5, 0.5), (-0.12, 0.2), (-0.3, 0.02), (0.1, -0.16), (0.0, -0.34), (0.5, -0.5))
    upper = [(x + u * long, y + v * long) for u, v in zigzag]
    lower = [(u - 0.03, v - 0.17 * long) for u, v in upper[1:-1]]
    pen.poly([*upper, *reversed(lower)], paint)


def _hang(board: Board, light: Light, scene: Scene, spot: Spot) -> None:
    """The cord of a lantern and the line of a kite."""
    pen = board.pen(light.near())
    if scene.thing is Thing.LANTERN:
        pen.line([(spot.x, spot.foot - spot.height * 1.01), (spot.x, -0.05)], 0.02, "#4a3a36")
    elif scene.thing is Thing.KITE:
        side = -1 if spot.flip else 1
        x, y = spot.x - side * 0.05 * spot.height, spot.foot - 0.7 * spot.height
        path = [
            (x - side * 0.9 * t - side * 0.2 * t * t, y + (2.3 - y) * (t**1.6)) for t in (0, 0.2, 0.4, 0.6, 0.8, 1.0)
        ]
        pen.line(path, 0.01, "#f4ede0" if light.lamps else "#6a625e")


def _props(board: Board, tone: Tone, spot: Spot) -> None:
    """Trestles under a boat on dry land."""
    pen = board.pen(tone)
    for dx in (-0.24, 0.24):
        x = spot.x + dx * spot.height
        pen.line([(x - 0.12, spot.foot + 0.06), (x, spot.foot - 0.16)], 0.045, "#6f4a30")
        pen.line([(x + 0.12, spot.foot + 0.06), (x, spot.foot - 0.16)], 0.045, "#8a5f40")


def _debris(pen: Pen, colours: Dye, spot: Spot, rng: random.Random) -> None:
    """Bits that came off, and little signs of a bump."""
    for _ in range(7):
        x = spot.x + rng.uniform(-0.62, 0.62) * spot.wide
        y = spot.foot + rng.uniform(-0.02, 0.14)
        s, t = rng.uniform(0.03, 0.06), rng.uniform(0, 360)
        bit = pen.at(x, y, s, t)
        bit.poly([(-1, -0.5), (0.9, -0.8), (0.4, 0.9)], rng.choice((*colours, "#8a7a6c")))
    for side in (-1, 1):
        x, y = spot.x + side * spot.wide * 0.56, spot.foot - 0.55 * min(spot.height, 1.0)
        for k in range(3):
            a = math.radians(-50 + 40 * k)
            pen.line(
                [
                    (x + side * 0.05 * math.cos(a), y + 0.05 * math.sin(a)),
                    (x + side * 0.15 * math.cos(a), y + 0.15 * math.sin(a)),
                ],
                0.026,
                "#fff4d6",
            )
