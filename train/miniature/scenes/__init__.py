"""Pictures of scenes, at any size: `draw`, `draw_with_mask`, `alt_text`; and pictures of nothing: `texture`.

paint       colours, dyes, what light does to a colour
board       units to pixels, pens
light       what each sky does to a picture
firmament   the sky itself
weather     rain, snow, fog
places/     ten backgrounds, which say where figures may stand
things/     sixteen things
people      figures and their poses
spot        where the thing is
hero        the thing there, whole or broken
crowd       the people round it
stage       puts all of it together
words       a scene in one sentence
texture     colours of photographs without a world
"""

from PIL import Image, ImageChops

from train.miniature.scenes.stage import compose
from train.miniature.scenes.texture import texture
from train.miniature.scenes.words import alt_text
from train.miniature.world import Scene

__all__ = ["alt_text", "draw", "draw_with_mask", "texture", "thing_mask"]


def draw(scene: Scene, size: tuple[int, int] = (768, 576)) -> Image.Image:
    """The scene as an RGB picture of `size` (width, height) in pixels, about 4:3; from 1:1 to 16:9 is composed for.

    The same scene and size give the same bytes; the same scene in another size of that ratio the same composition.
    """
    board, _ = compose(scene, size)
    return board.finished()


def draw_with_mask(scene: Scene, size: tuple[int, int] = (768, 576)) -> tuple[Image.Image, Image.Image]:
    """`draw(scene, size)`, and where the thing is in it: mode L, 255 on it and 0 elsewhere, greys on its edge.

    What stands before it (people, rain) is not taken out of the mask.
    """
    board, changed = compose(scene, size, mask=True)
    assert changed is not None  # asked for
    red, green, blue = (band.point([0] + [255] * 255) for band in changed.split())
    return board.finished(), ImageChops.lighter(ImageChops.lighter(red, green), blue).reduce(board.samples)


def thing_mask(scene: Scene, size: tuple[int, int] = (768, 576)) -> Image.Image:
    """The mask of `draw_with_mask` alone."""
    return draw_with_mask(scene, size)[1]
