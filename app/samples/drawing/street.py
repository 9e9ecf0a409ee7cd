"""A street of market stalls in perspective, and the town behind it."""

from typing import NamedTuple

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.figure import SKINS, Person
from app.samples.drawing.lamps import LAMP
from app.samples.drawing.people import person
from app.samples.drawing.shapes import HEIGHT, WIDTH, Point, mix, smooth


class Eye(NamedTuple):
    """Where the street is seen from: the picture's vanishing point and the height of the eye in metres."""

    x: float = 450
    y: float = 285
    height: float = 1.7
    focal: float = 560

    def see(self, x: float, y: float, z: float) -> Point:
        return self.x + x * self.focal / z, self.y - (y - self.height) * self.focal / z


def skyline(c: Canvas, foot: float, colour: str, lit: str) -> None:
    x = -20.0
    while x < WIDTH:
        wide, tall = c.rng.uniform(40, 95), c.rng.uniform(40, 150)
        c.box(x, foot - tall, x + wide, foot + 4, (colour, mix(colour, "#c9627a", 0.25)))
        for _ in range(int(tall / 14)):
            wx, wy = x + c.rng.uniform(6, wide - 10), foot - c.rng.uniform(12, tall - 8)
            c.box(wx, wy, wx + 5, wy + 7, lit, opacity=c.rng.uniform(0.3, 0.9))
        x += wide + c.rng.uniform(-16, -2)


def stall(c: Canvas, eye: Eye, side: int, z0: float, z1: float, cloth: str) -> None:
    """One stall along the street, from depth z1 to the nearer z0, seen from the middle."""
    x = 2.3 * side
    haze = min(0.5, (z1 - 3) / 26)
    dust = "#a8565e"

    def quad(*corners: tuple[float, float, float]) -> list[Point]:
        return [eye.see(*corner) for corner in corners]

    def face(x: float, low: float, high: float) -> list[Point]:
        return quad((x, low, z1), (x, high, z1), (x, high, z0), (x, low, z0))

    c.shape(face(x, 0, 2.5), ("#ffd68a", mix("#e9763f", dust, haze)))
    for shelf in (1.55, 1.95):
        for i in range(6):
            px, py = eye.see(x, shelf, z1 + (z0 - z1) * (i + 0.6) / 6.4)
            size = eye.focal / (z1 + (z0 - z1) * (i + 0.6) / 6.4)
            wide, tall = size * 0.035, size * c.rng.uniform(0.14, 0.24)
            c.box(
                px - wide,
                py - tall,
                px + wide,
                py,
                c.rng.choice(("#c8603c", "#a8433f", "#8a6a4a", "#5f8a78")),
                wide / 2,
                0.7,
            )
        c.shape(face(x, shelf - 0.04, shelf), "#a85a38", 0.8)
    c.shape(face(x, 0, 1.0), (mix("#a04a3c", dust, haze), mix("#431f36", dust, haze * 0.5)))
    for i in range(5):
        z = z1 + (z0 - z1) * (i + 0.7) / 5.6
        px, py = eye.see(x, 1.02, z)
        size = eye.focal / z
        c.oval(
            px, py - size * 0.05, size * 0.09, size * 0.11, c.rng.choice(("#f6b04c", "#e8633f", "#f3dca4", "#9fb557"))
        )
    c.shape(face(x * 0.98, 0.95, 1.05), mix("#f0a662", dust, haze))
    end = quad((x, 0, z0), (x, 2.3, z0), (x * 1.5, 3.0, z0), (x * 1.9, 3.0, z0), (x * 1.9, 0, z0))
    c.shape(end, (mix("#5c2f48", dust, haze), mix("#2b1836", dust, haze * 0.6)))
    for i in range(7):
        za, zb = (z1 + (z0 - z1) * (i + k) / 7 for k in (0, 1))
        colour = mix(cloth if i % 2 else "#f8e6c8", "#6c3a63", 0.12 + haze * 0.5)
        roof = quad((x * 1.2, 3.25, za), (x * 0.74, 2.25, za), (x * 0.74, 2.25, zb), (x * 1.2, 3.25, zb))
        c.shape(roof, (mix(colour, "#4a2858", 0.35), colour))
        low = eye.see(x * 0.74, 2.02, (za + zb) / 2)
        c.shape([roof[1], *smooth([roof[1], low, roof[2]])], mix(colour, "#2a1430", 0.16))
    bx, by = eye.see(x * 0.9, 1.9, (z0 + z1) / 2)
    c.glow(bx, by, 330 / z0 + 40, LAMP, 0.6)


def street(c: Canvas, eye: Eye, wet: float) -> None:
    """The two rows of stalls, the ground between them, and what the ground gives back of the light."""
    skyline(c, 292, "#2c1f4e", "#ffc97a")
    c.glow(450, 285, 300, "#ff9a5c", 0.7)
    ground = ("#6b3a58", "#1e1737") if not wet else ("#5b3a63", "#15122e")
    c.shape([(0, eye.y + 6), (WIDTH, eye.y + 6), (WIDTH, HEIGHT), (0, HEIGHT)], ground)
    for z in (3.0, 3.5, 4.2, 5.1, 6.4, 8.4, 11.5, 17.0):
        c.stroke([eye.see(-2.3, 0, z), eye.see(2.3, 0, z)], 4 / z + 0.4, "#f0b48a", 0.14)
    for x in (-1.5, -0.75, 0.0, 0.75, 1.5):
        c.shape([eye.see(x - 0.012, 0, 22), eye.see(x - 0.012, 0, 2.6), eye.see(x + 0.012, 0, 2.6)], "#f0b48a", 0.16)
    cloths = ("#d6483f", "#2f8f8a", "#e0932f", "#8a4f9e", "#3d6fb0", "#c94f6d")
    for i, z in enumerate((22.0, 16.5, 12.2, 8.8, 6.2, 4.2)):
        for side in (-1, 1):
            stall(c, eye, side, z - 0.22 * z, z, cloths[(i * 2 + (side > 0)) % 6])
    for side in (-1, 1):
        for z in (3.4, 5.2, 8.0, 13.0):
            x, y = eye.see(1.7 * side, 0, z)
            c.oval(x, y, 330 / z, 70 / z, "#ff9d55", 0.30, 60 / z)


def crowd(c: Canvas, eye: Eye, seed_rows: tuple[float, ...]) -> None:
    tops = ("#4a4f86", "#a5485e", "#3c7f84", "#c98743", "#6b4a86")
    for i, z in enumerate(seed_rows):
        x, y = eye.see(c.rng.uniform(0.45, 1.4) * (-1 if i % 2 else 1), 0, z)
        who = Person(
            c.rng.choice(SKINS),
            "#2a2030",
            c.rng.choice(("short", "bob", "bun", "beanie")),
            c.rng.choice(tops),
            "#2b2748",
        )
        c.oval(x, y, 150 / z, 26 / z, "#150f2a", 0.45, 18 / z)
        person(c, who, x, y, 1.65 * eye.focal / z, "back", stride=0.04)
