"""Visual tokens equal the real image processor's, and the largest limit is the largest."""

import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.budget import (
    MIN_PIXELS,
    SIDE,
    largest_pixel_limit,
    pixel_limits,
    resized,
    visual_tokens,
)
from core.errors import BadInput, PhotoError

PAPER = 576 * 28 * 28
SIDES = st.integers(1, 6000)
SIZES = st.tuples(SIDES, SIDES).filter(lambda size: max(size) <= 200 * min(size))


@pytest.fixture(scope="module")
def processor() -> Any:
    from transformers import Qwen2VLImageProcessor

    return Qwen2VLImageProcessor(patch_size=16, merge_size=2, size={"shortest_edge": MIN_PIXELS, "longest_edge": 2**24})


def test_the_papers_photo_costs_441_tokens_and_two_markers() -> None:
    assert resized((1024, 1024), PAPER) == (672, 672)
    assert visual_tokens((1024, 1024), PAPER) == 21 * 21 + 2
    assert visual_tokens((4000, 3000), 2**24) == 125 * 94 + 2


def test_tokens_equal_transformers_resizing_on_many_sizes() -> None:
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

    rng = random.Random(0)
    sizes = [(rng.randint(1, 5000), rng.randint(1, 5000)) for _ in range(3000)]
    sizes += [(1, 1), (1, 200), (200, 1), (5, 1000), (4000, 20), (16, 16), (48, 80), (31, 33), (256, 256), (10, 2000)]
    for width, height in sizes:
        if max(width, height) > 200 * min(width, height):
            continue
        for limit in (SIDE * SIDE, 16_384, 65_536, PAPER, 2**24):
            low, high = pixel_limits(limit).values()
            wanted_h, wanted_w = smart_resize(height, width, factor=SIDE, min_pixels=low, max_pixels=high)
            assert resized((width, height), limit) == (wanted_w, wanted_h), (width, height, limit)


@pytest.mark.parametrize("size", [(640, 480), (33, 900), (20, 4000), (12, 12), (1000, 5), (257, 255)])
@pytest.mark.parametrize("limit", [4096, 50_000, PAPER])
def test_tokens_equal_the_real_processors_grid(processor: Any, size: tuple[int, int], limit: int) -> None:
    from PIL import Image

    grid = processor(images=[Image.new("RGB", size)], size=pixel_limits(limit), return_tensors="pt")["image_grid_thw"]
    assert visual_tokens(size, limit) == int(grid.prod()) // 4 + 2


def test_an_aspect_ratio_the_processor_refuses_is_a_clear_error(processor: Any) -> None:
    from PIL import Image

    with pytest.raises(ValueError, match="aspect ratio"):
        processor(images=[Image.new("RGB", (2010, 10))], return_tensors="pt")
    with pytest.raises(PhotoError, match=r"2010 x 10 pixels.*200 times"):
        visual_tokens((2010, 10), PAPER)
    assert visual_tokens((2000, 10), PAPER) > 2


@given(size=SIZES, limits=st.lists(st.integers(1024, 2_000_000), min_size=2, max_size=8))
def test_tokens_never_fall_as_the_limit_rises(size: tuple[int, int], limits: list[int]) -> None:
    counts = [visual_tokens(size, limit) for limit in sorted(limits)]
    assert all(low <= high for low, high in itertools.pairwise(counts))


@settings(max_examples=60)
@given(sizes=st.lists(SIZES, min_size=1, max_size=20), budget=st.integers(20, 9000))
def test_the_limit_found_fits_and_one_pixel_more_does_not(sizes: list[tuple[int, int]], budget: int) -> None:
    floor = 4096
    try:
        limit = largest_pixel_limit(sizes, budget, PAPER, floor)
    except BadInput:
        assert sum(visual_tokens(size, floor) for size in sizes) > budget
        return
    assert floor <= limit <= PAPER
    assert sum(visual_tokens(size, limit) for size in sizes) <= budget
    assert limit == PAPER or sum(visual_tokens(size, limit + 1) for size in sizes) > budget


def test_what_cannot_fit_says_the_figures() -> None:
    with pytest.raises(BadInput, match=r"20 photos need at least 360 tokens and 300 are left"):
        largest_pixel_limit([(1000, 1000)] * 20, 300, PAPER)
    assert largest_pixel_limit([(1000, 1000)] * 20, 360, PAPER) < 25_600
    assert largest_pixel_limit([(1000, 1000)], 10_000, 9000) == 9000
