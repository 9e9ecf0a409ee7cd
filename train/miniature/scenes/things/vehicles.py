"""Car, bus, bicycle, boat: they look to the right and stand one unit high."""

from math import cos, radians, sin

from train.miniature.scenes.board import Path, Pen, smooth
from train.miniature.scenes.paint import Paint
from train.miniature.scenes.things.form import Make

TYRE, RIM, STEEL = "#2b2a30", "#d9dbe0", "#8c919b"
_CAR_BODY = smooth(
    [
        (-0.86, 0.2),
        (-0.9, 0.42),
        (-0.8, 0.58),
        (-0.5, 0.64),
        (-0.36, 0.9),
        (-0.1, 0.99),
        (0.2, 0.97),
        (0.4, 0.84),
        (0.52, 0.62),
        (0.8, 0.55),
        (0.9, 0.4),
        (0.88, 0.2),
    ]
)
_HULL = smooth([(-0.62, 0.22), (-0.5, 0.05), (-0.2, -0.02), (0.2, -0.02), (0.48, 0.06), (0.72, 0.27)], closed=False)


def _glass(lamps: bool) -> str:
    return "#ffe3a3" if lamps else "#bfe0ea"


def _wheel(pen: Pen, x: float, r: float) -> None:
    pen.dot(x, r, r, TYRE)
    pen.dot(x, r, r * 0.58, RIM)
    pen.dot(x, r, r * 0.2, STEEL)


def car(pen: Pen, make: Make) -> None:
    dye = make.dye
    rack = make.rng.random() < 0.4
    if rack:
        pen.box(-0.3, 0.99, 0.28, 1.1, "#a9764a", radius=0.03)
        pen.line([(-0.1, 1.1), (-0.1, 0.99)], 0.03, "#6f4a30")
    pen.shaded(_CAR_BODY, dye.light, dye.base)
    pen.poly([(-0.9, 0.2), (-0.9, 0.34), (0.9, 0.34), (0.88, 0.2)], dye.dark)
    glass = _glass(make.lamps)
    pen.poly([(-0.4, 0.62), (-0.28, 0.84), (-0.06, 0.91), (-0.03, 0.62)], glass)
    pen.poly([(0.04, 0.62), (0.03, 0.91), (0.2, 0.89), (0.33, 0.79), (0.43, 0.62)], glass)
    pen.poly([(-0.3, 0.62), (-0.16, 0.86), (-0.1, 0.88), (-0.22, 0.62)], "#ffffff", 0.5)
    pen.line([(0.0, 0.6), (0.0, 0.28)], 0.016, dye.dark)
    pen.box(0.07, 0.5, 0.2, 0.53, RIM, radius=0.01)
    pen.oval(0.82, 0.45, 0.06, 0.075, "#fff4c9")
    pen.box(-0.9, 0.42, -0.82, 0.52, "#c63a3a" if dye.base[0] < 190 else "#fff0d0", radius=0.02)
    pen.box(-0.95, 0.2, 0.95, 0.27, STEEL, radius=0.03)
    for x in (-0.52, 0.52):
        pen.dot(x, 0.2, 0.245, dye.dark)
        _wheel(pen, x, 0.2)


def bus(pen: Pen, make: Make) -> None:
    dye = make.dye
    double = make.rng.random() < 0.35
    pen.box(-0.95, 0.14, 0.95, 1.0, dye.base, radius=0.12)
    pen.shaded(
        [(-0.93, 0.62), (-0.93, 0.9), (-0.84, 0.985), (0.84, 0.985), (0.93, 0.9), (0.93, 0.62)], dye.light, dye.base
    )
    pen.box(-0.95, 0.14, 0.95, 0.27, dye.dark, radius=0.05)
    glass = _glass(make.lamps)
    rows = ((0.7, 0.87), (0.43, 0.59)) if double else ((0.55, 0.82),)
    for low, high in rows:
        for i in range(5):
            x = -0.87 + 0.29 * i
            pen.box(x, low, x + 0.22, high, glass, radius=0.035)
        pen.box(0.64, low, 0.92, high, glass, radius=0.035)
    pen.poly([(-0.87 + 0.05, 0.56), (-0.87 + 0.14, 0.82), (-0.87 + 0.19, 0.82), (-0.87 + 0.1, 0.56)], "#ffffff", 0.5)
    pen.box(0.6, 0.2, 0.82, 0.5 if not double else 0.4, dye.light, radius=0.02)
    pen.line([(0.71, 0.22), (0.71, 0.47 if not double else 0.38)], 0.014, dye.dark)
    pen.line([(-0.93, 0.37), (0.55, 0.37)], 0.03, "#fbf6e8" if dye.base[2] < 215 else STEEL)
    pen.oval(0.92, 0.3, 0.035, 0.05, "#fff4c9")
    for x in (-0.55, 0.42):
        pen.dot(x, 0.16, 0.2, dye.dark)
        _wheel(pen, x, 0.165)


def bicycle(pen: Pen, make: Make) -> None:
    dye = make.dye
    r, hubs = 0.34, (-0.5, 0.5)
    for x in hubs:
        for radius, paint in ((r, TYRE), (r * 0.93, dye.light)):
            _hoop(pen, x, r, radius, 0.055, paint)
        for turn in range(4):
            dx, dy = ((0.3, 0), (0.21, 0.21), (0, 0.3), (0.21, -0.21))[turn]
            pen.line([(x - dx, r - dy), (x + dx, r + dy)], 0.011, "#b9bdc6")
        _arc(pen, x, r, r + 0.065, 25, 165, 0.075, dye.base)
        pen.dot(x, r, 0.05, dye.dark)
    tube = 0.09
    back, crank, seat, head = (-0.5, r), (-0.06, 0.3), (-0.2, 0.74), (0.36, 0.76)
    pen.line([back, seat], tube * 0.7, dye.dark)
    pen.line([back, crank], tube * 0.7, dye.dark)
    pen.line([(0.5, r), (0.36, 0.72), (0.32, 0.9)], tube * 0.9, dye.base)
    pen.line([crank, head], tube, dye.base)
    pen.line([seat, (head[0], head[1] - 0.03)], tube, dye.base)
    pen.line([crank, seat, (-0.22, 0.82)], tube, dye.base)
    pen.dot(*crank, 0.1, dye.light)
    pen.dot(*crank, 0.05, STEEL)
    pen.line([(-0.06, 0.3), (0.03, 0.17), (0.09, 0.17)], 0.035, STEEL)
    pen.line([(0.32, 0.9), (0.3, 0.97), (0.42, 1.0), (0.48, 0.94)], 0.04, STEEL)
    pen.poly(smooth([(-0.38, 0.87), (-0.2, 0.9), (-0.06, 0.86), (-0.2, 0.81)]), "#5b3b2a")
    if make.rng.random() < 0.6:
        pen.poly([(0.42, 0.68), (0.72, 0.7), (0.76, 0.93), (0.4, 0.93)], dye.base)
        pen.line([(0.4, 0.93), (0.77, 0.93)], 0.04, dye.dark)
        for i in range(3):
            pen.dot(0.48 + 0.09 * i, 0.97, 0.055, ("#f6f0e4", "#f2b8c6", "#ffe9a8")[i])


def _hoop(pen: Pen, x: float, y: float, r: float, width: float, paint: Paint) -> None:
    _arc(pen, x, y, r - width / 2, 0, 360, width, paint)


def _arc(pen: Pen, x: float, y: float, r: float, start: float, end: float, width: float, paint: Paint) -> None:
    """A ring or a part of it, see-through within."""
    steps = max(8, round((end - start) / 12))
    angles = [radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    outer = [(x + (r + width / 2) * cos(a), y + (r + width / 2) * sin(a)) for a in angles]
    inner = [(x + (r - width / 2) * cos(a), y + (r - width / 2) * sin(a)) for a in reversed(angles)]
    pen.poly([*outer, *inner], paint)


def boat(pen: Pen, make: Make) -> None:
    dye = make.dye
    two = make.rng.random() < 0.6
    pen.line([(0.02, 0.2), (0.02, 1.02)], 0.035, "#7a5236")
    sail: Path = [(0.06, 0.34), (0.06, 0.98), *smooth([(0.06, 0.98), (0.3, 0.72), (0.55, 0.36)], closed=False)]
    pen.shaded(sail, dye.light, dye.base)
    pen.line([(0.06, 0.55), (0.41, 0.55)], 0.012, dye.dark)
    pen.line([(0.06, 0.75), (0.27, 0.75)], 0.012, dye.dark)
    if two:
        pen.shaded(
            [(-0.02, 0.36), (-0.02, 0.9), *smooth([(-0.02, 0.9), (-0.26, 0.62), (-0.46, 0.36)], closed=False)],
            dye.base,
            dye.dark,
        )
    pen.poly([(0.02, 1.02), (0.02, 1.1), (-0.16, 1.06)], dye.base)
    pen.shaded([*_HULL, (0.72, 0.27), (-0.62, 0.24)], dye.base, dye.dark)
    pen.line([(-0.62, 0.235), (0.71, 0.27)], 0.04, "#f4ead6")
    for x in (-0.32, -0.06, 0.2):
        pen.dot(x, 0.13, 0.035, _glass(make.lamps))
    pen.line([(-0.55, 0.04), (0.5, 0.04)], 0.016, dye.light)
