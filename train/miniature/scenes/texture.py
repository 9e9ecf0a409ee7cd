"""Pictures of nothing, with the colours and the unevenness of photographs."""

from functools import lru_cache

import numpy as np
from PIL import Image

from train.miniature.scenes.paint import rgb
from train.miniature.world import Tint

_NATURAL: dict[Tint, tuple[str, ...]] = {
    Tint.RED: ("#b3282d", "#d8403a", "#8f1f26", "#c7383a"),
    Tint.ORANGE: ("#e8842a", "#f29b4b", "#d97420", "#f0a860"),
    Tint.YELLOW: ("#e8c93a", "#f2dc70", "#d9b82c", "#f5e08a"),
    Tint.GREEN: ("#4f7a35", "#6f9a48", "#2f5a34", "#8aa862", "#3f7f5a", "#7f8f3f"),
    Tint.BLUE: ("#4a86c8", "#7fb0de", "#2a5590", "#9cc4e6", "#5f8fb8", "#1f3f78"),
    Tint.PURPLE: ("#6f4a8f", "#8a5fb0", "#54306f", "#9a78b8"),
    Tint.PINK: ("#e88aa8", "#f2a8bf", "#d9688f", "#f0b8c8"),
    Tint.WHITE: ("#f2f2f0", "#eaeef2", "#f6f1e8", "#fafafa"),
    Tint.BLACK: ("#121214", "#1a1816", "#0c0e14", "#201c1c"),
    Tint.GREY: ("#808284", "#9a9c9e", "#6a6c70", "#aeb0b0", "#58595c"),
    Tint.BROWN: ("#7a5535", "#5f4028", "#946a45", "#8a6a50", "#4a3222", "#a8825a"),
}
"""What the eleven names look like outdoors and indoors; measured by `colours`, not by these."""
_OFTEN = {Tint.GREEN: 1.6, Tint.BLUE: 1.6, Tint.GREY: 1.8, Tint.BROWN: 1.8, Tint.BLACK: 1.6, Tint.WHITE: 1.4}
"""What photographs hold more of; 1 for all others."""


def texture(seed: int, size: tuple[int, int] = (768, 576)) -> Image.Image:
    """An RGB picture of `size` (width, height) with one to three natural colours in plains, bands, blobs or stripes.

    The same seed gives the same composition at any size; the finest grain follows the size.
    """
    rng = np.random.default_rng(seed)
    tints = _tints(rng)
    colours = [np.array(rgb(str(rng.choice(_NATURAL[tint]))), float) + rng.normal(0, 7, 3) for tint in tints]
    y, x = _grid(size)
    rough = _octaves(rng, size)
    pixels = _mix(colours, _fields(rng, x, y, rough, len(tints)))
    lightness = (
        1 + rng.uniform(0.05, 0.22) * rough + rng.uniform(-0.2, 0.2) * (y - 0.5) + rng.uniform(-0.12, 0.12) * (x - 0.5)
    )
    pixels = pixels * (lightness * rng.uniform(0.82, 1.12))[..., None]
    pixels += rng.normal(0, rng.uniform(1, 6), (size[1], size[0], 1)).astype(np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _tints(rng: np.random.Generator) -> list[Tint]:
    names = list(Tint)
    weights = np.array([_OFTEN.get(name, 1.0) for name in names])
    count = int(rng.choice((1, 2, 3), p=(0.35, 0.4, 0.25)))
    return [names[i] for i in rng.choice(len(names), count, replace=False, p=weights / weights.sum())]


@lru_cache(maxsize=8)
def _grid(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0 : 1 : size[1] * 1j, 0 : 1 : size[0] * 1j].astype(np.float32)
    return y, x


def _octaves(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Noise of several sizes, about 0 +- 1, rougher or softer by chance."""
    total = np.zeros((size[1], size[0]), np.float32)
    share, decay = 1.0, rng.uniform(0.35, 0.75)
    for cells in (3, 6, 12, 24, 48):
        small = Image.fromarray(rng.normal(0, 1, (cells, cells * 4 // 3)).astype(np.float32))
        total += share * np.asarray(small.resize(size, Image.Resampling.BILINEAR))
        share *= decay
    return total / max(1e-6, float(total.std()))


def _fields(rng: np.random.Generator, x: np.ndarray, y: np.ndarray, rough: np.ndarray, count: int) -> list[np.ndarray]:
    """For each colour after the first, how much it covers each pixel, 0 to 1."""
    fields: list[np.ndarray] = []
    for _ in range(count - 1):
        edge = rng.uniform(0.01, 0.12)
        kind = rng.choice(("band", "side", "blobs", "stripes", "drift"), p=(0.36, 0.14, 0.22, 0.08, 0.2))
        wobble = rng.uniform(0.0, 0.12) * rough
        if kind == "band":
            field = y - rng.uniform(0.3, 0.7) + wobble
        elif kind == "side":
            field = (x - rng.uniform(0.3, 0.7)) * rng.choice((-1, 1)) + wobble
        elif kind == "blobs":
            field = np.full_like(x, -0.3)
            for _ in range(rng.integers(1, 4)):
                cx, cy, r = rng.random(), rng.random(), rng.uniform(0.2, 0.45)
                field = np.maximum(field, r - np.sqrt(((x - cx) * 1.33) ** 2 + (y - cy) ** 2) + wobble)
        elif kind == "stripes":
            turn, rate = rng.uniform(0, np.pi), rng.uniform(2, 9)
            field = (
                0.1 * np.sin((x * np.cos(turn) + y * np.sin(turn)) * rate * 2 * np.pi + rng.uniform(0, 6))
                + wobble * 0.5
            )
        else:
            field = (rough - rng.uniform(-0.4, 0.4)) * 0.2
        fields.append(np.clip(field / edge + 0.5, 0, 1))
    return fields


def _mix(colours: list[np.ndarray], fields: list[np.ndarray]) -> np.ndarray:
    pixels = (
        np.broadcast_to(colours[0].astype(np.float32), (*fields[0].shape, 3))
        if fields
        else colours[0].astype(np.float32)[None, None]
    )
    for colour, field in zip(colours[1:], fields, strict=True):
        pixels = pixels + (colour.astype(np.float32) - pixels) * field[..., None]
    return pixels
