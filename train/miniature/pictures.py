"""The pictures training sees: rendered small, by as many processes as there are cores, and laid out as patches."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from train.miniature.world import Sight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHAPES = ((128, 96), (96, 128), (128, 128))
"""Width and height: what photos of 4:3 and 3:2, upright ones and square ones are shrunk to."""
_SHAPE_SHARES = (0.76, 0.12, 0.12)
_LENGTH_SHARES = {1: 0.06, 2: 0.1, 3: 0.16, 4: 0.16, 5: 0.42, 6: 0.04, 7: 0.03, 8: 0.03}
_STRANGE_STORIES = 0.12
"""Share of stories whose pictures show nothing of this world, only colours as photographs have them."""
_STRANGE_PICTURES = 0.04
"""Share of such pictures inside other stories."""
PATCH, MERGE = 16, 2


@dataclass(frozen=True, slots=True)
class Pictured:
    """One story to talk about: its pictures as arrays of height x width x 3 bytes, and what talk knows of each."""

    pictures: tuple["NDArray[np.uint8]", ...]
    sights: tuple[Sight, ...]
    things: tuple["NDArray[np.uint8] | None", ...]
    """Where each picture's thing is: its share of every visual token, 0 to 255, [rows, columns]; None without one."""


def pictured(seed: str) -> Pictured:
    """A training story, drawn from `seed` alone. None of its scenes is held out."""
    from train.miniature import stories

    rng = random.Random(seed)
    shape = rng.choices(SHAPES, _SHAPE_SHARES)[0]
    count = rng.choices(list(_LENGTH_SHARES), list(_LENGTH_SHARES.values()))[0]
    strange = rng.random() < _STRANGE_STORIES
    scenes = stories.draw_story(rng, photos=count).scenes
    shown = [None if strange or rng.random() < _STRANGE_PICTURES else scene for scene in scenes]
    return render(shown, shape, rng.randrange(2**31))


def render(scenes: Sequence[Any], shape: tuple[int, int], seed: int) -> Pictured:
    """The scenes at `shape` (width, height); for None, a picture of colours only, drawn from `seed`."""
    import numpy as np

    from train.miniature.colours import sight_of
    from train.miniature.scenes import draw_with_mask, texture

    drawn = [
        (texture(seed + at, shape), None) if scene is None else draw_with_mask(scene, shape)
        for at, scene in enumerate(scenes)
    ]
    sights = tuple(sight_of(scene, image) for scene, (image, _) in zip(scenes, drawn, strict=True))
    return Pictured(
        tuple(np.asarray(image) for image, _ in drawn),
        sights,
        tuple(None if mask is None else np.asarray(mask.reduce(PATCH * MERGE)) for _, mask in drawn),
    )


def many(seed: int, count: int, done: Callable[[int], None] | None = None) -> list[Pictured]:
    """`count` training stories, the same for the same seed whatever the number of cores."""
    made: list[Pictured] = []
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), initializer=_one_thread) as pool:
        for one in pool.map(pictured, [f"{seed}-{number}" for number in range(count)], chunksize=16):
            made.append(one)
            if done is not None:
                done(len(made))
    return made


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"


def patches(pictures: Any) -> Any:
    """Pictures of one shape, [N, height, width, 3] bytes, as the image processor lays them out, but one frame alone.

    [N, patches, 768] floats in [-1, 1]: patches in the order of their merging two by two, each of 3 x 16 x 16. The
    processor gives every patch of a still twice over. The tests hold it against the processor of the checkpoint.
    """
    count, height, width, _ = pictures.shape
    rows, columns = height // (PATCH * MERGE), width // (PATCH * MERGE)
    scaled: Any = pictures.float().div(127.5).sub(1.0)
    cut: Any = scaled.reshape(count, rows, MERGE, PATCH, columns, MERGE, PATCH, 3)
    ordered: Any = cut.permute(0, 1, 4, 2, 5, 7, 3, 6)  # N, rows, columns, merge, merge, 3, 16, 16
    return ordered.reshape(count, rows * columns * MERGE * MERGE, -1)


def grid(shape: tuple[int, int]) -> list[int]:
    """`image_grid_thw` of one picture of `shape` (width, height): frames, rows and columns of patches."""
    return [1, shape[1] // PATCH, shape[0] // PATCH]


def by_shape(pictures: Sequence["NDArray[np.uint8]"]) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """Places of the pictures of each shape (width, height)."""
    for shape in SHAPES:
        places = [at for at, picture in enumerate(pictures) if picture.shape[:2] == (shape[1], shape[0])]
        if places:
            yield shape, places
