"""What the stage must know of a thing to set it up."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from train.miniature.scenes.board import Pen
from train.miniature.scenes.light import Light
from train.miniature.scenes.paint import Dye


class Rest(Enum):
    GROUND = auto()
    AIR = auto()
    WATER = auto()
    """Where there is any; elsewhere on props."""


Draw = Callable[[Pen, Dye, Light, random.Random], None]
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
    """Degrees by which it lies turned when it is in trouble."""
