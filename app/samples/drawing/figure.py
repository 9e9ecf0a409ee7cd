"""Who a person in a picture is, how the arms are held, and where the body's points lie."""

from dataclasses import dataclass

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.shapes import Light, Point, mix

SKINS = ("#f3c9a5", "#d99a6c", "#a8683f", "#6f4428")

Arm = tuple[Point, Point]
"""Elbow and hand, from the shoulder, in shares of the person's height; x grows outwards."""
DOWN: Arm = ((0.05, 0.15), (0.04, 0.29))
WAVE: Arm = ((0.14, -0.02), (0.19, -0.20))
UP: Arm = ((0.11, -0.10), (0.06, -0.27))
HOLD: Arm = ((0.06, 0.15), (-0.05, 0.20))
HIP: Arm = ((0.13, 0.12), (0.02, 0.22))
REACH: Arm = ((0.10, 0.08), (0.24, 0.06))
OUT: Arm = ((0.13, 0.04), (0.27, -0.02))


@dataclass(frozen=True, slots=True)
class Person:
    """Colours and hair; the same person keeps them through a story."""

    skin: str = SKINS[0]
    hair: str = "#3a2a26"
    style: str = "short"
    """`short`, `bun`, `long`, `bob`, `curly`, `bald`, `beanie`, `cap`, `sunhat`, `veil`."""
    top: str = "#d9523f"
    bottom: str = "#2d3550"
    skirt: float = 0.0
    """How far a skirt or coat reaches from the hip down, as a share of the leg."""
    flare: float = 0.06
    accent: str | None = None
    """Scarf."""
    hat: str = "#d8c49a"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a person stands: feet at (x, y), `h` high. Points inside are shares of the height, up is negative."""

    c: Canvas
    x: float
    y: float
    h: float
    facing: str
    """`front`, `back`, `left` or `right`."""
    lean: float

    @property
    def side(self) -> bool:
        return self.facing in ("left", "right")

    @property
    def light(self) -> Light | None:
        """The canvas's light, reaching as deep as suits the size."""
        light = self.c.light
        return light and light._replace(dx=light.dx * self.h / 200, dy=light.dy * self.h / 200)

    def at(self, dx: float, dy: float) -> Point:
        """A point of the body on the canvas; x grows to where the person faces."""
        sign = -1 if self.facing == "left" else 1
        return self.x + (sign * dx - self.lean * dy) * self.h, self.y + dy * self.h

    def path(self, *points: Point) -> list[Point]:
        return [self.at(*point) for point in points]

    def tint(self, colour: str) -> str:
        return mix(colour, *self.c.tone)

    def blob(self, spot: Point, rx: float, ry: float, colour: str, lit: bool = False) -> None:
        """An ellipse; radii are shares of the height, and the colour is taken as it is."""
        self.c.oval(*self.at(*spot), rx * self.h, ry * self.h, colour, light=self.light if lit else None)

    def line(self, points: list[Point], width: float, colour: str, lit: bool = False) -> None:
        self.c.stroke(self.path(*points), width * self.h, colour, light=self.light if lit else None)
