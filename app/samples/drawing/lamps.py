"""Everything that shines: lanterns, bulbs, strings of lights."""

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.shapes import Light, Point, mix, smooth

LAMP = "#ffb85c"


def lantern(c: Canvas, x: float, y: float, r: float, colour: str = "#e8503a", shine: float = 1.0) -> None:
    c.glow(x, y, r * 5.5, mix(colour, LAMP, 0.6), 0.5 * shine)
    c.oval(x, y, r, r * 0.86, (mix(colour, "#ffd27a", 0.45), colour), light=Light(r * 0.2, r * 0.1, "#ffe9b8", 0.5))
    for share in (0.55, 0.15):
        c.oval(x, y, r * share, r * 0.84, mix(colour, "#ffe2a0", 0.55), 0.35)
    c.box(x - r * 0.35, y - r * 0.98, x + r * 0.35, y - r * 0.78, "#5a2430", r * 0.08)
    c.box(x - r * 0.3, y + r * 0.78, x + r * 0.3, y + r * 0.94, "#5a2430", r * 0.08)
    c.stroke([(x, y + r * 0.95), (x, y + r * 1.45)], max(1.0, r * 0.1), "#f5b04c")


def string(c: Canvas, start: Point, end: Point, sag: float, count: int, r: float, colours: tuple[str, ...]) -> None:
    def along(t: float) -> Point:
        return start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + sag * 4 * t * (1 - t)

    c.stroke([along(i / 12) for i in range(13)], max(1.0, r * 0.09), "#1d1430", 0.9)
    for i in range(count):
        x, y = along((i + 0.5) / count)
        lantern(c, x, y + r * 1.1, r, colours[i % len(colours)])


def bulb(c: Canvas, x: float, y: float) -> None:
    c.stroke([(x, y - 70), (x, y - 8)], 2, "#2a1730")
    c.glow(x, y, 120, LAMP, 0.75)
    c.oval(x, y, 9, 11, "#fff4d2")


def sky_lantern(c: Canvas, x: float, y: float, r: float) -> None:
    c.glow(x, y + r * 0.3, r * 5, "#ff9b45", 0.55)
    body = smooth(
        [
            (x - r * 0.62, y + r),
            (x - r * 0.95, y - r * 0.4),
            (x, y - r * 1.25),
            (x + r * 0.95, y - r * 0.4),
            (x + r * 0.62, y + r),
        ]
    )
    c.shape(body, ("#e8723a", "#ffdf94"))
    c.oval(x, y + r, r * 0.62, r * 0.14, "#fff3c4")


def fairy_lights(c: Canvas, start: Point, end: Point, sag: float, count: int) -> None:
    def along(t: float) -> Point:
        return start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + sag * 4 * t * (1 - t)

    c.stroke([along(i / 16) for i in range(17)], 1.4, "#1a1c38")
    for i in range(count):
        x, y = along((i + 0.5) / count)
        c.glow(x, y + 4, 34, "#ffcf7a", 0.75)
        c.oval(x, y + 4, 3.6, 4.4, "#fff3d0")
