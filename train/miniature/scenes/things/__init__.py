"""The sixteen things a scene can be about."""

from train.miniature.scenes.things.airborne import balloon, kite, lantern
from train.miniature.scenes.things.animals import cat, dog, horse
from train.miniature.scenes.things.form import Form, Rest
from train.miniature.scenes.things.gear import ball, cake, flag, guitar, tent, umbrella
from train.miniature.scenes.things.vehicles import bicycle, boat, bus, car
from train.miniature.world import Thing

FORMS: dict[Thing, Form] = {
    Thing.KITE: Form(kite, 0.75, (1.25, 1.5), Rest.AIR, fallen=-60),
    Thing.BALLOON: Form(balloon, 0.8, (1.3, 1.5), Rest.AIR, fallen=80),
    Thing.UMBRELLA: Form(umbrella, 1.2, (1.15, 1.4), fallen=118),
    Thing.BOAT: Form(boat, 1.35, (1.15, 1.4), Rest.WATER, fallen=48),
    Thing.CAR: Form(car, 1.85, (0.9, 1.0), fallen=162),
    Thing.BICYCLE: Form(bicycle, 1.7, (0.95, 1.1), fallen=-82),
    Thing.BUS: Form(bus, 1.9, (0.95, 1.1), fallen=-34),
    Thing.TENT: Form(tent, 1.85, (1.0, 1.2), fallen=58),
    Thing.CAKE: Form(cake, 1.0, (1.2, 1.4), fallen=70),
    Thing.BALL: Form(ball, 1.0, (0.9, 1.1), fallen=40),
    Thing.DOG: Form(dog, 1.5, (0.95, 1.1), fallen=172),
    Thing.CAT: Form(cat, 0.85, (1.05, 1.25), fallen=98),
    Thing.HORSE: Form(horse, 1.4, (1.25, 1.45), fallen=170),
    Thing.LANTERN: Form(lantern, 0.8, (1.1, 1.35), Rest.AIR, fallen=75),
    Thing.GUITAR: Form(guitar, 0.65, (1.3, 1.5), fallen=78),
    Thing.FLAG: Form(flag, 0.9, (1.35, 1.55), fallen=68),
}

__all__ = ["FORMS", "Form", "Rest"]
