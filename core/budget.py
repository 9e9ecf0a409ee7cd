"""Visual tokens of photos in Qwen3-VL, and the largest pixel limit with which they fit.

Writers and training share this file. Nothing here loads a model: the figures equal those of transformers'
`Qwen2VLImageProcessor` with patches of 16 pixels merged two by two, which the tests compare on many sizes.
"""

import math
from collections.abc import Sequence

from core.errors import BadInput, PhotoError

SIDE = 32
"""Pixels of one visual token's side: a patch of 16, merged two by two."""
MARKERS = 2
"""Tokens around each photo: start and end of vision."""
MIN_PIXELS = 256 * 256
"""Photos with a smaller area are enlarged to it; `shortest_edge` of the published Qwen3-VL processors."""
FLOOR_PIXELS = 128 * 128
"""The smallest limit worth writing about: 16 tokens a photo."""
MAX_RATIO = 200
"""Longest to shortest side; the image processor refuses more."""


def pixel_limits(max_pixels: int, min_pixels: int = MIN_PIXELS) -> dict[str, int]:
    """The image processor's `size`: areas in pixels, in spite of the names. A low maximum lowers the minimum too."""
    return {"shortest_edge": min(min_pixels, max_pixels), "longest_edge": max_pixels}


def resized(size: tuple[int, int], max_pixels: int, min_pixels: int = MIN_PIXELS) -> tuple[int, int]:
    """Width and height in pixels as the model sees a photo of `size` (width, height), both multiples of 32.

    Within a few per cent of the aspect ratio and at most `max_pixels`, except for a photo so thin or so small that
    its short side is raised to 32 pixels. Raises PhotoError for an aspect ratio over 200.
    """
    width, height = size
    if max(size) > MAX_RATIO * min(size):
        raise PhotoError(
            f"a photo of {width} x {height} pixels is more than {MAX_RATIO} times as long as it is wide; crop it"
        )
    limits = pixel_limits(max_pixels, min_pixels)
    near_w, near_h = round(width / SIDE) * SIDE, round(height / SIDE) * SIDE
    if near_w * near_h > limits["longest_edge"]:
        shrink = math.sqrt(width * height / limits["longest_edge"])
        return max(SIDE, math.floor(width / shrink / SIDE) * SIDE), max(SIDE, math.floor(height / shrink / SIDE) * SIDE)
    if near_w * near_h < limits["shortest_edge"]:
        grow = math.sqrt(limits["shortest_edge"] / (width * height))
        return math.ceil(width * grow / SIDE) * SIDE, math.ceil(height * grow / SIDE) * SIDE
    return near_w, near_h


def visual_tokens(size: tuple[int, int], max_pixels: int, min_pixels: int = MIN_PIXELS) -> int:
    """Tokens one photo of `size` (width, height) takes in the prompt, its two markers included: (H/16)(W/16)/4 + 2."""
    width, height = resized(size, max_pixels, min_pixels)
    return (width // SIDE) * (height // SIDE) + MARKERS


def largest_pixel_limit(
    sizes: Sequence[tuple[int, int]],
    budget: int,
    ceiling: int,
    floor: int = FLOOR_PIXELS,
    min_pixels: int = MIN_PIXELS,
) -> int:
    """The largest limit in [floor, ceiling] pixels with which photos of `sizes` take at most `budget` tokens together.

    One limit for all photos: each keeps its aspect ratio and none is cut. Tokens never fall as the limit rises, so
    halving finds it. Raises BadInput with the figures where even `floor` is too much.
    """
    floor = min(floor, ceiling)

    def needed(limit: int) -> int:
        return sum(visual_tokens(size, limit, min_pixels) for size in sizes)

    if needed(ceiling) <= budget:
        return ceiling
    if (least := needed(floor)) > budget:
        raise BadInput(
            f"{len(sizes)} photos need at least {least} tokens and {max(budget, 0)} are left for them; "
            "use fewer photos, ask for a shorter text, or raise max_length"
        )
    fits, too_large = floor, ceiling
    while too_large - fits > 1:
        middle = (fits + too_large) // 2
        fits, too_large = (middle, too_large) if needed(middle) <= budget else (fits, middle)
    return fits
