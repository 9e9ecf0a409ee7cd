"""What every place is handed, and what it hands back to those who put figures into it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from train.miniature.scenes.board import Board, Pen
from train.miniature.scenes.light import Light
from train.miniature.scenes.paint import Tone
from train.miniature.world import Sky


@dataclass(frozen=True, slots=True)
class Setting:
    """Where figures may be; y in units from the top of the picture."""

    foot: float = 2.72
    """Where the thing stands."""
    people: float = 2.66
    """Where the people stand."""
    water: float | None = None
    """The line at which boats swim, where there is water."""
    boat_people: float = 2.8
    """Where people stand when the thing is in the water."""
    front: Callable[[], None] | None = None
    """Draws what stands before all figures."""
    indoors: bool = False
    """No weather falls here."""


@lru_cache(maxsize=256)
def _tone(light: Light, depth: float) -> Tone:
    return light.far(depth)


@lru_cache(maxsize=256)
def _lamplit(light: Light, depth: float) -> Tone:
    tone = light.far(depth)
    red, green, blue = tone.light
    if light.lamps:
        return tone._replace(light=(red * 0.3 + 0.68, green * 0.35 + 0.53, blue * 0.25 + 0.36))
    warm = (red * 0.5 + 0.5, green * 0.5 + 0.475, blue * 0.5 + 0.44)
    return tone._replace(light=warm, depth=tone.depth * 0.4)


@dataclass(frozen=True, slots=True)
class View:
    board: Board
    light: Light
    rng: random.Random

    @property
    def wide(self) -> float:
        return self.board.wide

    @property
    def snow(self) -> bool:
        return self.light.sky is Sky.SNOWY

    @property
    def bare(self) -> Pen:
        """For the sky and lamps: no light or air between."""
        return self.board.pen(Tone())

    def lamplit(self, depth: float = 0.0) -> Pen:
        """For scenery near lamps of its own, where it is neither grey nor dark."""
        return self.board.pen(_lamplit(self.light, depth))

    def pen(self, depth: float = 0.0) -> Pen:
        """For scenery at a depth from 0 (near) to 1 (lost in the haze)."""
        return self.board.pen(_tone(self.light, depth))
