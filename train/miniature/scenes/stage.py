"""Puts scenery, the thing and the people of a scene together."""

from PIL import Image, ImageChops

from train.miniature.scenes.board import Board
from train.miniature.scenes.crowd import Someone, crowd_of
from train.miniature.scenes.hero import draw_behind, draw_thing
from train.miniature.scenes.light import LIGHTS, Light
from train.miniature.scenes.paint import Tone
from train.miniature.scenes.places import PLACES, Setting, View
from train.miniature.scenes.places.buildings import light_string
from train.miniature.scenes.spot import Spot, chance, spot_of
from train.miniature.scenes.weather import draw_air, draw_puddles, draw_weather
from train.miniature.world import Beat, Place, Scene, Sky


def compose(
    scene: Scene, size: tuple[int, int], thing: bool = True, mask: bool = False
) -> tuple[Board, Image.Image | None]:
    """The board with the whole picture, and where the thing is seen on it if `mask`."""
    light = LIGHTS[scene.sky]
    board = Board(size, light.haze)
    setting = PLACES[scene.place](View(board, light, chance(scene, f"place/{scene.place}")))
    bare, near = board.pen(Tone()), light.near()
    spot = spot_of(scene, setting, board.wide, chance(scene, "thing"))
    if scene.sky is Sky.RAINY and not setting.indoors:
        draw_puddles(bare, chance(scene, "puddles"), max(2.45, setting.people - 0.15))
    if not setting.indoors:
        draw_air(bare, scene.sky, chance(scene, "air"))
    crowd = crowd_of(scene, setting, spot, board.wide)
    shown: Image.Image | None = None
    _shadows(board, light, spot, crowd, setting)
    for someone in (one for one in crowd if one.foot < spot.foot):
        someone.draw(board, near, scene)
    if thing:
        draw_behind(board, light, scene, spot)
        before = board.image.copy() if mask else None
        draw_thing(board, light, scene, spot)
        shown = ImageChops.difference(before, board.image) if before is not None else None
    for someone in (one for one in crowd if one.foot >= spot.foot):
        someone.draw(board, near, scene)
    if setting.front is not None:
        setting.front()
    _festoon(board, light, scene)
    if not setting.indoors:
        draw_weather(bare, scene.sky, chance(scene, "weather"))
    return board, shown


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
    rng = chance(scene, "feast")
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
