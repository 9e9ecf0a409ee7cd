"""The sixteen things a scene can be about."""

from train.miniature.scenes.board import Path, ring
from train.miniature.scenes.things.airborne import balloon, kite, lantern
from train.miniature.scenes.things.animals import cat, dog, horse
from train.miniature.scenes.things.form import Form, Make, Rest
from train.miniature.scenes.things.gear import ball, cake, flag, guitar, tent, umbrella
from train.miniature.scenes.things.vehicles import bicycle, boat, bus, car
from train.miniature.world import Thing


def _round(x: float, y: float, rx: float, ry: float, *more: tuple[float, float]) -> Path:
    return (*((x + rx * p, y + ry * q) for p, q in ring(16)), *more)


_CAR = ((-0.92, 0.0), (0.92, 0.0), (0.9, 0.5), (0.4, 0.85), (0.1, 1.0), (-0.2, 0.98), (-0.9, 0.5))
_DOG = ((-0.5, 0.0), (0.5, 0.0), (0.84, 0.78), (0.5, 1.0), (0.16, 0.8), (-0.5, 0.66))
_HORSE = ((-0.5, 0.0), (0.36, 0.0), (0.72, 0.7), (0.46, 1.05), (-0.5, 0.68))
_CAT = ((-0.4, 0.0), (0.28, 0.0), (0.28, 0.74), (0.18, 1.0), (-0.1, 1.0), (-0.36, 0.2))
_BOAT = ((-0.62, 0.24), (-0.3, -0.02), (0.3, -0.02), (0.72, 0.27), (0.02, 1.05))
_UMBRELLA = ((-0.6, 0.54), (-0.42, 0.84), (0.0, 1.0), (0.42, 0.84), (0.6, 0.54), (0.0, 0.0))
_FLAG = ((-0.5, 0.0), (-0.22, 0.0), (-0.36, 1.06), (0.48, 0.95), (0.48, 0.44))

FORMS: dict[Thing, Form] = {
    Thing.KITE: Form(
        kite,
        0.75,
        (1.25, 1.5),
        Rest.AIR,
        -96,
        hull=((0.1, 1.0), (0.4, 0.76), (-0.3, 0.68), (-0.3, 0.1)),
        crack=(0.12, 0.8, 0.3),
    ),
    Thing.BALLOON: Form(
        balloon,
        0.8,
        (1.3, 1.5),
        Rest.AIR,
        84,
        0.8,
        _round(0, 0.64, 0.4, 0.34, (-0.1, 0.0), (0.1, 0.0)),
        (0.1, 0.75, 0.34),
    ),
    Thing.UMBRELLA: Form(umbrella, 1.2, (1.15, 1.4), fallen=118, hull=_UMBRELLA, crack=(-0.15, 0.82, 0.26)),
    Thing.BOAT: Form(boat, 1.35, (1.15, 1.4), Rest.WATER, 48, hull=_BOAT, crack=(0.3, 0.22, 0.26)),
    Thing.CAR: Form(car, 1.85, (0.9, 1.0), fallen=166, hull=_CAR, crack=(0.65, 0.52, 0.3)),
    Thing.BICYCLE: Form(bicycle, 1.7, (0.95, 1.1), fallen=164),
    Thing.BUS: Form(bus, 1.9, (0.95, 1.1), fallen=171, crack=(0.5, 0.45, 0.34)),
    Thing.TENT: Form(
        tent, 2.0, (1.0, 1.2), fallen=-15, squash=0.62, hull=((-0.9, 0), (0.9, 0), (0, 1)), crack=(-0.5, 0.35, 0.36)
    ),
    Thing.CAKE: Form(
        cake, 1.0, (1.2, 1.4), fallen=74, hull=((-0.22, 0), (0.22, 0), (0.52, 0.27), (0.2, 1), (-0.2, 1), (-0.52, 0.27))
    ),
    Thing.BALL: Form(
        ball, 1.0, (0.9, 1.1), fallen=40, squash=0.66, hull=_round(0, 0.5, 0.5, 0.5), crack=(0.2, 0.62, 0.36)
    ),
    Thing.DOG: Form(dog, 1.72, (0.95, 1.1), fallen=172, hull=_DOG),
    Thing.CAT: Form(cat, 0.85, (1.05, 1.25), fallen=98, hull=_CAT),
    Thing.HORSE: Form(horse, 1.4, (1.25, 1.45), fallen=170, hull=_HORSE),
    Thing.LANTERN: Form(
        lantern, 0.8, (1.1, 1.35), Rest.AIR, 66, hull=_round(0, 0.58, 0.4, 0.35), crack=(0.15, 0.66, 0.3)
    ),
    Thing.GUITAR: Form(guitar, 0.65, (1.3, 1.5), fallen=80, crack=(0.1, 0.2, 0.26)),
    Thing.FLAG: Form(flag, 1.0, (1.35, 1.55), fallen=68, hull=_FLAG, crack=(0.1, 0.6, 0.26)),
}

__all__ = ["FORMS", "Form", "Make", "Rest"]
