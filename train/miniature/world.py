"""What there is in the miniature's world, and which combinations training never sees.

A scene is all that a picture shows, in words of closed sets. The renderer draws it, the talk is made from it, and the
measurements hold the models' words against it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    BEACH = "beach"
    FOREST = "forest"
    STREET = "street"
    MARKET = "market"
    PARK = "park"
    MOUNTAINS = "mountains"
    HARBOUR = "harbour"
    DESERT = "desert"
    KITCHEN = "kitchen"
    ROOFTOP = "rooftop"


class Sky(StrEnum):
    """Weather or time of day. In the kitchen it is what the window shows, and how light the room is."""

    SUNNY = "sunny"
    CLOUDY = "cloudy"
    RAINY = "rainy"
    SNOWY = "snowy"
    FOGGY = "foggy"
    SUNSET = "sunset"
    NIGHT = "night"


class Thing(StrEnum):
    """The one thing a scene is about; it is large, in front, and of one colour."""

    KITE = "kite"
    BALLOON = "balloon"
    UMBRELLA = "umbrella"
    BOAT = "boat"
    CAR = "car"
    BICYCLE = "bicycle"
    BUS = "bus"
    TENT = "tent"
    CAKE = "cake"
    BALL = "ball"
    DOG = "dog"
    CAT = "cat"
    HORSE = "horse"
    LANTERN = "lantern"
    GUITAR = "guitar"
    FLAG = "flag"


class Colour(StrEnum):
    """Of things and of clothes."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    WHITE = "white"


class Tint(StrEnum):
    """The eleven basic colour terms (Berlin and Kay 1969), for what a whole picture looks like."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    WHITE = "white"
    BLACK = "black"
    GREY = "grey"
    BROWN = "brown"


class Beat(StrEnum):
    """What a scene does in its story, and what its people are seen doing."""

    ARRIVAL = "arrival"
    """They stand and wave."""
    FIND = "find"
    """They stand around the thing and point at it."""
    TROUBLE = "trouble"
    """The thing lies toppled or broken, and they throw up their arms."""
    CHASE = "chase"
    """They run."""
    REST = "rest"
    """They sit."""
    FEAST = "feast"
    """They dance."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture before it is drawn."""

    place: Place
    sky: Sky
    thing: Thing
    colour: Colour
    """Of the thing."""
    people: tuple[Colour, ...]
    """The clothes of 0 to 4 people, from left to right."""
    beat: Beat
    layout: int
    """Seed of everything the words do not fix: where things stand, sizes, details."""


@dataclass(frozen=True, slots=True)
class SceneStory:
    """Scenes in an order that tells something."""

    title: str
    scenes: tuple[Scene, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """What talk knows of one picture."""

    scene: Scene | None
    """None for a picture that shows nothing of this world, of which only colours can be told."""
    tints: tuple[Tint, ...]
    """One to three dominant colours of the picture as drawn, by area, largest first."""
    dark: bool
    """Whether the picture is dark as a whole."""


_AT: dict[Place | Sky | Thing | Colour, int] = {
    one: number for kind in (Place, Sky, Thing, Colour) for number, one in enumerate(kind)
}


def is_held_out(scene: Scene) -> bool:
    """Whether training never sees such a scene: an eighth of all thing-colour, a seventh of place-sky pairs.

    Every thing, colour, place and sky is still seen in other company.
    """
    thing_colour = (_AT[scene.thing] * 3 + _AT[scene.colour]) % 8 == 0
    place_sky = (_AT[scene.place] * 2 + _AT[scene.sky]) % 8 == 0
    return thing_colour or place_sky
