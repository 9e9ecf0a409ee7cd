"""Puts the thing and the people of a scene into their place."""

import math
import random
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops

from train.miniature.scenes.board import Board, Pen
from train.miniature.scenes.light import LIGHTS, Light
from train.miniature.scenes.paint import Dye, Paint, Tone, darker, dye
from train.miniature.scenes.people import POSES, Look, draw_person, look
from train.miniature.scenes.places import PLACES, Setting, View
from train.miniature.scenes.places.buildings import light_string
from train.miniature.scenes.places.water import ripples
from train.miniature.scenes.things import FORMS, Form, Make, Rest
from train.miniature.scenes.weather import draw_air, draw_puddles, draw_weather
from train.miniature.world import Beat, Place, Scene, Sky, Thing


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the thing is."""

    x: float
    foot: float
    height: float
    wide: float
    """Units to the left and to the right together, as it lies or stands."""
    flip: bool
    fallen: bool
    afloat: bool
    aloft: bool


def _chance(scene: Scene, part: str) -> random.Random:
    """One stream a part of the picture, so that a change to one part leaves the others as they are."""
    return random.Random(f"{scene.layout}/{part}")


def compose(
    scene: Scene, size: tuple[int, int], thing: bool = True, mask: bool = False
) -> tuple[Board, Image.Image | None]:
    """The board with the whole picture, and where the thing is seen on it if `mask`."""
    light = LIGHTS[scene.sky]
    board = Board(size, light.haze)
    setting = PLACES[scene.place](View(board, light, _chance(scene, f"place/{scene.place}")))
    bare, near = board.pen(Tone()), light.near()
    spot = _spot(scene, setting, board.wide, _chance(scene, "thing"))
    if scene.sky is Sky.RAINY and not setting.indoors:
        draw_puddles(bare, _chance(scene, "puddles"), max(2.45, setting.people - 0.15))
    if not setting.indoors:
        draw_air(bare, scene.sky, _chance(scene, "air"))
    crowd = _crowd(scene, setting, spot, board.wide)
    shown: Image.Image | None = None
    _shadows(board, light, spot, crowd, setting)
    for someone in (one for one in crowd if one.foot < spot.foot):
        someone.draw(board, near, scene)
    if thing:
        _behind_thing(board, light, scene, spot)
        before = board.image.copy() if mask else None
        _draw_thing(board, light, scene, spot)
        shown = ImageChops.difference(before, board.image) if before is not None else None
    for someone in (one for one in crowd if one.foot >= spot.foot):
        someone.draw(board, near, scene)
    if setting.front is not None:
        setting.front()
    _festoon(board, light, scene)
    if not setting.indoors:
        draw_weather(bare, scene.sky, _chance(scene, "weather"))
    return board, shown


def _spot(scene: Scene, setting: Setting, wide: float, rng: random.Random) -> Spot:
    form = FORMS[scene.thing]
    fallen = scene.beat is Beat.TROUBLE
    height, flip = rng.uniform(*form.height), rng.random() < 0.5
    height = min(height, wide * 0.56 / form.wide)
    x = wide * (0.5 + rng.uniform(-0.09, 0.09) + _lean(scene) * 0.14)
    if scene.beat is Beat.CHASE and scene.people:
        x, flip = (wide, False) if flip else (0.0, True)
    afloat = form.rest is Rest.WATER and setting.water is not None
    aloft = form.rest is Rest.AIR and not fallen
    foot = setting.foot
    if afloat and setting.water is not None:
        foot = setting.water
    elif aloft:
        foot = height + rng.uniform(0.16, 0.3)
    broad = form.wide * height
    if fallen:
        a = math.radians(form.fallen)
        across = [x * math.cos(a) + y * math.sin(a) for x, y in form.corners()]
        broad = (max(across) - min(across)) * height
    half = broad / 2 + 0.12
    return Spot(min(max(x, half), wide - half), foot, height, broad, flip, fallen, afloat, aloft)


def _lean(scene: Scene) -> int:
    """People are shared out to both sides of the thing; with an odd number it leaves room for the one more."""
    return {0: 0, 1: 1, 2: 0, 3: 1, 4: 0}[len(scene.people)] * (1 if scene.layout % 2 else -1)


def _behind_thing(board: Board, light: Light, scene: Scene, spot: Spot) -> None:
    """What holds it, and the light in which it stands out by night."""
    if spot.aloft:
        _hang(board, light, scene, spot)
    if scene.thing is Thing.BOAT and not spot.afloat and not spot.fallen:
        _props(board, light.near(), spot)
    if scene.thing is Thing.LANTERN and light.lamps:
        glow = dye(scene.colour, _chance(scene, "glow")).light
        board.pen(Tone()).glow(spot.x, spot.foot - spot.height * 0.55, spot.height * 0.9, glow, 0.5)
    elif light.sky is Sky.NIGHT and scene.place is not Place.KITCHEN:
        board.pen(Tone()).glow(spot.x, spot.foot - spot.height * 0.4, spot.height * 1.1, "#e8c79a", 0.3, 1.4)


def _draw_thing(board: Board, light: Light, scene: Scene, spot: Spot) -> None:
    form, rng, tone = FORMS[scene.thing], _chance(scene, "details"), light.on_thing()
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


@dataclass(frozen=True, slots=True)
class Someone:
    who: Look
    number: int
    x: float
    foot: float
    flip: bool

    def draw(self, board: Board, tone: Tone, scene: Scene) -> None:
        rng = _chance(scene, f"person/{self.number}")
        pose = POSES[scene.beat][(scene.layout + self.number) % len(POSES[scene.beat])]
        hop = 0.05 * (self.number % 2) if scene.beat is Beat.FEAST else 0.0
        if scene.beat is Beat.REST:
            _mat(board.pen(tone), self.x + (-0.08 if self.flip else 0.08), self.foot, rng)
        pen = board.figure(tone, self.x, self.foot - hop, self.who.height, self.flip)
        draw_person(pen, self.who, scene.people[self.number], pose, rng)


def _mat(pen: Pen, x: float, foot: float, rng: random.Random) -> None:
    """Something to sit on."""
    cloth, stripe = rng.choice((("#e9dcc0", "#c98a6a"), ("#d9e0dc", "#7f9fa8"), ("#efe0cf", "#b98a94")))
    pen.oval(x, foot, 0.4, 0.075, stripe)
    pen.oval(x, foot - 0.012, 0.36, 0.058, cloth)


def _crowd(scene: Scene, setting: Setting, spot: Spot, wide: float) -> list[Someone]:
    rng, count = _chance(scene, "people"), len(scene.people)
    xs = _places(scene, spot, wide, rng)
    gap = min((b - a for a, b in pairwise(xs)), default=1.0)
    scale = min(1.0, max(0.8, gap / 0.42))
    foot = setting.boat_people if spot.afloat else setting.people
    crowd: list[Someone] = []
    for i in range(count):
        if scene.beat is Beat.CHASE or scene.beat in (Beat.FIND, Beat.TROUBLE, Beat.REST):
            flip = xs[i] > spot.x
        else:
            flip = rng.random() < 0.5
        who = look(rng)
        who = who._replace(height=who.height * scale)
        crowd.append(Someone(who, i, xs[i], foot + rng.uniform(-0.05, 0.13), flip))
    return crowd


def _places(scene: Scene, spot: Spot, wide: float, rng: random.Random) -> list[float]:
    """The people's x, from left to right: beside the thing, or spread out where it hangs above or swims behind."""
    count, margin = len(scene.people), 0.24
    if not count:
        return []
    if spot.aloft or spot.afloat:
        step = min(0.8, (wide - 2 * margin) / count)
        start = wide / 2 - step * (count - 1) / 2 + rng.uniform(-0.1, 0.1)
        return [start + step * i + rng.uniform(-0.06, 0.06) for i in range(count)]
    left, right = spot.x - spot.wide / 2, spot.x + spot.wide / 2
    if scene.beat is Beat.CHASE:
        on_left = 0 if spot.flip else count
    else:
        on_left = min(count, max(0, round(count * left / max(0.01, left + wide - right))))
    spans = (
        (margin * 0.8, max(margin, left - 0.12), on_left),
        (min(wide - margin, right + 0.12), wide - margin * 0.8, count - on_left),
    )
    out: list[float] = []
    for low, high, n in spans:
        out += [low + (high - low) * (i + 0.5) / n + rng.uniform(-0.04, 0.04) for i in range(n)]
    return out


def _shadows(board: Board, light: Light, spot: Spot, crowd: list[Someone], setting: Setting) -> None:
    pen = board.pen(Tone())
    dark = "#1c1830"
    if not spot.afloat:
        foot = setting.foot if spot.aloft else spot.foot
        share = 0.5 if spot.aloft else 1.0
        pen.bank(
            spot.x + 0.06,
            foot + 0.02,
            spot.wide * 0.6 * (0.8 if spot.aloft else 1),
            0.1,
            dark,
            light.shadow * 2.2 * share,
        )
    for one in crowd:
        pen.bank(one.x + 0.04, one.foot, 0.3, 0.05, dark, light.shadow * 2)


def _festoon(board: Board, light: Light, scene: Scene) -> None:
    """A feast is seen by its pennants and confetti."""
    if scene.beat is not Beat.FEAST:
        return
    rng = _chance(scene, "feast")
    pen = board.pen(light.near())
    if scene.place is not Place.MARKET:
        view = View(board, light, rng)
        light_string(view, pen, (-0.1, 0.06), (board.wide + 0.1, 0.1), rng.uniform(0.12, 0.2), 15, pennants=True)
    for _ in range(26):
        x, y = rng.random() * board.wide, rng.uniform(0.2, 2.3)
        s = rng.uniform(0.018, 0.03)
        pen.at(x, y, s, rng.uniform(0, 180)).box(
            -1, -0.5, 1, 0.5, rng.choice(("#e2574c", "#f2c14e", "#4fa08f", "#f7f0e0", "#e98ab0", "#5b86c9"))
        )
