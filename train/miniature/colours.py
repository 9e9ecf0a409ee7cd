"""The names of a picture's dominant colours, and whether it is dark.

Every pixel gets one of the eleven basic colour terms (Berlin and Kay 1969) by its lightness, chroma and hue in Oklab
(Ottosson 2020, https://bottosson.github.io/posts/oklab/), whose hue stays put when a colour gets lighter or paler; a
name is dominant by its share of the area. A table over 32 steps of red, green and blue holds the names, so that naming
a picture is one look-up a pixel.

Thresholds, with L in [0, 1], C in [0, 0.32] and the hue h in degrees, asked in this order:

    black     L < 0.26 and C < 0.11, or L < 0.36 and C < 0.03
    white     L > 0.86 and C < 0.055 (bluish: 0.035)
    grey      C < 0.028; in the dark (L < 0.45) C < 0.035; bluish, as asphalt and clouds are, C < 0.05 (L > 0.7: 0.042)
    brown     red to yellow hues that are dull or dark: skin, wood, earth, sand in shade; see `_brown`
    pink      h from 334 where L > 0.55, and pale red: h < 24 with L > 0.62, h < 45 with L > 0.74
    others    by where their hue begins: red 344, orange 43, yellow 79, green 112, blue 196, purple 287
"""

from functools import lru_cache

import numpy as np
from PIL import Image

from train.miniature.world import Scene, Sight, Tint

COUNTS_FROM = 0.15
"""Share of the area from which a tint is dominant."""
MOST = 3
DARK_BELOW = 0.45
"""Mean of the pixels' Oklab lightness below which a picture is dark as a whole."""
_LOOK_AT = 64
"""Pixels of the longer side that are looked at."""
_STEPS = 32
_TINTS = tuple(Tint)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """sRGB in [0, 1], shape (..., 3), to Oklab's L, a, b."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(linear @ to_cones.T) @ to_lab.T


def _named(lab: np.ndarray) -> np.ndarray:
    """Index into Tint of each colour; shape (n, 3) to (n,)."""
    light, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    warm = (hue > 20) & (hue < 112)
    bluish = (hue > 190) & (hue < 290)
    hardly_blue = bluish & (chroma < np.where(light < 0.7, 0.05, 0.042))
    neutral = (chroma < 0.028) | hardly_blue | ((light < 0.45) & (chroma < 0.035))
    pale = (light > 0.86) & (chroma < np.where(bluish, 0.035, 0.055))
    rules = (
        (Tint.BLACK, (light < 0.26) & (chroma < 0.11) | (light < 0.36) & (chroma < 0.03)),
        (Tint.WHITE, pale | neutral & (light > 0.86)),
        (Tint.GREY, neutral),
        (Tint.BROWN, _brown(light, chroma, hue) & warm),
        (Tint.PINK, (hue >= 334) & ((light > 0.55) | (chroma > 0.2)) | (hue < 24) & (light > 0.62)),
        (Tint.PINK, (hue < 45) & (light > 0.74)),
        (Tint.RED, (hue < 43) | (hue >= 344)),
        (Tint.ORANGE, hue < 79),
        (Tint.YELLOW, hue < 112),
        (Tint.GREEN, hue < 196),
        (Tint.BLUE, hue < 287),
        (Tint.PURPLE, hue < 360),
    )
    return np.select([rule for _, rule in rules], [_TINTS.index(tint) for tint, _ in rules], _TINTS.index(Tint.GREY))


def _brown(light: np.ndarray, chroma: np.ndarray, hue: np.ndarray) -> np.ndarray:
    """Dull or dark orange, dull red, and dark or dull yellow short of green."""
    orange = (hue >= 40) & (hue < 82) & ((chroma < 0.105) | (light < 0.58))
    dull_red = (hue < 40) & (chroma < 0.085) & (light < 0.72)
    olive = (hue >= 82) & (hue < 104) & ((light < 0.62) | (chroma < 0.075)) & (light < 0.86)
    return orange & (light < 0.9) | dull_red | olive


@lru_cache(maxsize=1)
def _table() -> tuple[np.ndarray, np.ndarray]:
    """Names and lightnesses of 32 x 32 x 32 colours."""
    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    lab = oklab(cube)
    return _named(lab).astype(np.uint8), lab[:, 0].astype(np.float32)


def _cells(image: Image.Image) -> np.ndarray:
    """Indices into the table of the pixels looked at."""
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    factor = max(1, max(rgb.size) // _LOOK_AT)
    pixels = np.asarray(rgb.reduce(factor) if factor > 1 else rgb, dtype=np.intp) >> 3
    return (pixels[..., 0] * _STEPS + pixels[..., 1]) * _STEPS + pixels[..., 2]


def shares(image: Image.Image) -> dict[Tint, float]:
    """Share of the area of every tint; they sum to 1. Tints that are not there have 0."""
    names, _ = _table()
    counts = np.bincount(names[_cells(image)].ravel(), minlength=len(_TINTS))
    return {tint: float(count) for tint, count in zip(_TINTS, counts / counts.sum(), strict=True)}


def dominant(image: Image.Image) -> tuple[Tint, ...]:
    """One to three tints that cover at least 15 % of the area, largest first; the largest counts in any case."""
    ranked = sorted(shares(image).items(), key=lambda item: -item[1])[:MOST]
    return (ranked[0][0], *(tint for tint, share in ranked[1:] if share >= COUNTS_FROM))


def is_dark(image: Image.Image) -> bool:
    _, lightness = _table()
    return float(lightness[_cells(image)].mean()) < DARK_BELOW


def sight_of(scene: Scene | None, image: Image.Image) -> Sight:
    """What talk may know of a picture; `scene` is None for one that shows nothing of this world."""
    return Sight(scene, dominant(image), is_dark(image))
