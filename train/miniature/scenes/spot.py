"""Where the thing of a scene is, and the chance that every part of a picture draws from."""

import math
import random
from dataclasses import dataclass

from train.miniature.scenes.places import Setting
from train.miniature.scenes.things import FORMS, Rest
from train.miniature.world import Beat, Scene


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the thing is."""

    x: float
    foot: float
    height: float
    wide: float
    """Units to the left and to the right together, as it lies or stands."""
    flip: bool
    fallen: bool
    afloat: bool
    aloft: bool


def chance(scene: Scene, part: str) -> random.Random:
    """One stream a part of the picture, so that a change to one part leaves the others as they are."""
    return random.Random(f"{scene.layout}/{part}")


def spot_of(scene: Scene, setting: Setting, wide: float, rng: random.Random) -> Spot:
    form = FORMS[scene.thing]
    fallen = scene.beat is Beat.TROUBLE
    height, flip = rng.uniform(*form.height), rng.random() < 0.5
    height = min(height, wide * 0.56 / form.wide)
    x = wide * (0.5 + rng.uniform(-0.09, 0.09) + _lean(scene) * 0.14)
    if scene.beat is Beat.CHASE and scene.people:
        x, flip = (wide, False) if flip else (0.0, True)
    afloat = form.rest is Rest.WATER and setting.water is not None
    aloft = form.rest is Rest.AIR and not fallen
    foot = setting.foot
    if afloat and setting.water is not None:
        foot = setting.water
    elif aloft:
        foot = height + rng.uniform(0.16, 0.3)
    broad = form.wide * height
    if fallen:
        a = math.radians(form.fallen)
        across = [x * math.cos(a) + y * math.sin(a) for x, y in form.corners()]
        broad = (max(across) - min(across)) * height
    half = broad / 2 + 0.12
    return Spot(min(max(x, half), wide - half), foot, height, broad, flip, fallen, afloat, aloft)


def _lean(scene: Scene) -> int:
    """People are shared out to both sides of the thing; with an odd number it leaves room for the one more."""
    return {0: 0, 1: 1, 2: 0, 3: 1, 4: 0}[len(scene.people)] * (1 if scene.layout % 2 else -1)
