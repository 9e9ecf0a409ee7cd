"""Colours as painters use them: mixing, the dyes of things and clothes, and what air and light do to a colour."""

import random
from functools import lru_cache
from typing import NamedTuple

from train.miniature.world import Colour

RGB = tuple[int, int, int]
"""Red, green, blue, each in [0, 255]."""
Paint = str | RGB
"""`#rrggbb`, or the three numbers."""


@lru_cache(maxsize=4096)
def rgb(paint: Paint) -> RGB:
    if isinstance(paint, tuple):
        return paint
    return int(paint[1:3], 16), int(paint[3:5], 16), int(paint[5:7], 16)


@lru_cache(maxsize=65536)
def mix(first: Paint, second: Paint, share: float) -> RGB:
    """`first` with `share` (0 to 1) of `second` in it."""
    (r, g, b), (u, v, w) = rgb(first), rgb(second)
    return round(r + (u - r) * share), round(g + (v - g) * share), round(b + (w - b) * share)


def lighter(paint: Paint, share: float = 0.2) -> RGB:
    return mix(paint, "#fff8ea", share)


def darker(paint: Paint, share: float = 0.2) -> RGB:
    return mix(paint, "#2a1c38", share)


class Tone(NamedTuple):
    """What light and air do to a colour: it is multiplied, then covered by a veil."""

    light: tuple[float, float, float] = (1.0, 1.0, 1.0)
    veil: RGB = (0, 0, 0)
    depth: float = 0.0
    """Share of the veil, 0 to 1."""

    def deeper(self, depth: float) -> "Tone":
        """As seen through more air."""
        return self._replace(depth=1 - (1 - self.depth) * (1 - depth))


@lru_cache(maxsize=65536)
def toned(paint: Paint, tone: Tone) -> RGB:
    (r, g, b), (p, q, s) = rgb(paint), tone.light
    lit = min(255, round(r * p)), min(255, round(g * q)), min(255, round(b * s))
    return mix(lit, tone.veil, tone.depth) if tone.depth else lit


class Dye(NamedTuple):
    """One named colour as flat illustration needs it: in the light, plain, in the shade."""

    light: RGB
    base: RGB
    dark: RGB


# Two near examples of every name; a picture takes something between them. The shade keeps the hue: yellow darkened by
# black would be called olive or brown, and red lightened by white would be called pink.
_DYES: dict[Colour, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    Colour.RED: (("#ea4d3f", "#d92d2a", "#b01c22"), ("#e3433f", "#c8202c", "#9c1525")),
    Colour.ORANGE: (("#ffa64d", "#f58a1f", "#de6f0c"), ("#ff9a3c", "#f07a18", "#d65f0a")),
    Colour.YELLOW: (("#ffe372", "#fbd02f", "#ecb51a"), ("#ffdd55", "#f6c51f", "#e6aa10")),
    Colour.GREEN: (("#63bf63", "#3c9f48", "#287a38"), ("#4fb574", "#2b935a", "#1b7048")),
    Colour.BLUE: (("#4f94e8", "#2f70d0", "#2152a6"), ("#4a86e0", "#2760bd", "#1b4592")),
    Colour.PURPLE: (("#a569d0", "#8442b4", "#642c90"), ("#9560cf", "#7339ad", "#552489")),
    Colour.PINK: (("#ffb0d2", "#f788b8", "#e5669e"), ("#ff9fc4", "#f2749f", "#de5589")),
    Colour.WHITE: (("#ffffff", "#f6f3ec", "#e9e6e0"), ("#ffffff", "#f3f4f6", "#e4e7ec")),
}


def dye(colour: Colour, rng: random.Random) -> Dye:
    """A shade of `colour` between its two examples."""
    first, second = _DYES[colour]
    share = round(rng.random(), 1)  # few distinct shades, so that the caches above are of use
    return Dye(*(mix(one, other, share) for one, other in zip(first, second, strict=True)))
