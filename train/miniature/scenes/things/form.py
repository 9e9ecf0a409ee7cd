"""What the stage must know of a thing to set it up."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from train.miniature.scenes.board import Path, Pen
from train.miniature.scenes.paint import Dye


class Rest(Enum):
    GROUND = auto()
    AIR = auto()
    WATER = auto()
    """Where there is any; elsewhere on props."""


class Make(NamedTuple):
    """How one example of a thing looks."""

    dye: Dye
    lamps: bool
    """Whether its windows and lights are lit."""
    rng: random.Random
    """For its details."""


Draw = Callable[[Pen, Make], None]
"""Draws a thing one unit high, standing at the pen's origin with y upwards, looking to the right."""


@dataclass(frozen=True, slots=True)
class Form:
    draw: Draw
    wide: float
    """Width as a share of the height."""
    height: tuple[float, float]
    """In units of the board, whose pictures are 3 units high."""
    rest: Rest = Rest.GROUND
    fallen: float = 75.0
    """Degrees, clockwise, by which it lies turned when it is in trouble."""
    squash: float = 1.0
    """How high it then is, as a share: less than 1 for what loses its air."""
    hull: Path = ()
    """Corners round it, from which follows how it lies on the ground; empty for a box."""
    crack: tuple[float, float, float] | None = None
    """Where it then shows a tear, x and y, and how long; None for animals and what is too thin."""

    def corners(self) -> Path:
        half = self.wide / 2
        return self.hull or ((-half, 0.0), (half, 0.0), (half, 1.0), (-half, 1.0))
