"""Dog, cat and horse: seen from the side, looking to the right."""

from train.miniature.scenes.board import Pen, smooth
from train.miniature.scenes.paint import Paint
from train.miniature.scenes.things.form import Make

EYE, NOSE = "#241d22", "#3a2a2a"

_DOG_BODY = smooth(
    [
        (-0.5, 0.52),
        (-0.42, 0.68),
        (-0.1, 0.66),
        (0.24, 0.7),
        (0.4, 0.72),
        (0.44, 0.5),
        (0.3, 0.34),
        (0.0, 0.36),
        (-0.3, 0.33),
        (-0.48, 0.38),
    ]
)
_DOG_NECK = smooth([(0.14, 0.6), (0.26, 0.84), (0.56, 0.82), (0.48, 0.5)])
_DOG_HEAD = smooth(
    [
        (0.26, 0.8),
        (0.3, 0.96),
        (0.46, 1.02),
        (0.58, 0.96),
        (0.66, 0.87),
        (0.82, 0.84),
        (0.84, 0.74),
        (0.72, 0.68),
        (0.5, 0.66),
        (0.34, 0.68),
    ]
)
_DOG_EAR = smooth([(0.3, 0.98), (0.22, 0.9), (0.16, 0.7), (0.24, 0.6), (0.36, 0.66), (0.42, 0.86), (0.4, 0.98)])

_CAT_BODY = smooth(
    [(-0.28, 0.02), (-0.36, 0.2), (-0.28, 0.42), (-0.1, 0.6), (0.14, 0.62), (0.24, 0.44), (0.28, 0.2), (0.27, 0.02)]
)
_CAT_HEAD = smooth(
    [(-0.18, 0.72), (-0.14, 0.86), (0.04, 0.92), (0.22, 0.86), (0.27, 0.72), (0.18, 0.58), (0.04, 0.54), (-0.1, 0.58)]
)
_CAT_TAIL = smooth([(-0.2, 0.06), (-0.48, 0.06), (-0.56, 0.24), (-0.46, 0.4), (-0.52, 0.54)], closed=False)

_HORSE_BODY = smooth(
    [
        (-0.52, 0.54),
        (-0.46, 0.68),
        (-0.22, 0.66),
        (0.06, 0.63),
        (0.26, 0.68),
        (0.36, 0.58),
        (0.3, 0.42),
        (0.06, 0.38),
        (-0.2, 0.38),
        (-0.44, 0.4),
    ]
)
_HORSE_NECK = smooth([(0.08, 0.62), (0.24, 0.76), (0.32, 0.94), (0.44, 1.0), (0.52, 0.9), (0.46, 0.7), (0.37, 0.5)])
_HORSE_HEAD = smooth(
    [
        (0.31, 0.95),
        (0.42, 1.02),
        (0.54, 0.97),
        (0.7, 0.78),
        (0.73, 0.7),
        (0.66, 0.65),
        (0.58, 0.69),
        (0.46, 0.78),
        (0.36, 0.84),
    ]
)
_HORSE_MANE = smooth(
    [
        (0.36, 1.06),
        (0.27, 0.96),
        (0.16, 0.82),
        (0.02, 0.68),
        (0.0, 0.6),
        (0.12, 0.62),
        (0.22, 0.7),
        (0.3, 0.82),
        (0.4, 0.96),
        (0.46, 1.02),
    ]
)
_HORSE_TAIL = smooth(
    [(-0.46, 0.64), (-0.58, 0.66), (-0.68, 0.5), (-0.68, 0.26), (-0.6, 0.16), (-0.56, 0.36), (-0.46, 0.52)]
)


def _legs(
    pen: Pen, spots: tuple[tuple[float, float, float], ...], top: float, width: float, paint: Paint, hoof: Paint
) -> None:
    for hip, foot, knee in spots:
        pen.line([(hip, top), (knee, top * 0.5), (foot, width * 0.5)], width, paint)
        pen.box(foot - width * 0.55, 0.0, foot + width * 0.75, width * 0.62, hoof, radius=width * 0.3)


def dog(pen: Pen, make: Make) -> None:
    dye = make.dye
    shift = make.rng.uniform(-0.06, 0.06)
    _legs(pen, ((-0.28, -0.26 + shift, -0.32), (0.26, 0.3 - shift, 0.28)), 0.44, 0.12, dye.dark, dye.dark)
    pen.line(smooth([(-0.44, 0.6), (-0.62, 0.7), (-0.68, 0.9)], closed=False), 0.1, dye.base)
    pen.shaded(_DOG_BODY, dye.light, dye.base)
    _legs(pen, ((-0.38, -0.42 - shift, -0.46), (0.34, 0.36 + shift, 0.36)), 0.46, 0.13, dye.base, dye.light)
    pen.oval(-0.36, 0.5, 0.14, 0.17, dye.base)
    pen.poly(_DOG_NECK, dye.base)
    pen.line([(0.2, 0.66), (0.48, 0.62)], 0.06, "#2f3a57" if dye.base[2] < 140 else "#f3e3bd")
    pen.dot(0.42, 0.58, 0.04, "#f0c75a")
    pen.poly(_DOG_HEAD, dye.base)
    pen.poly(smooth([(0.66, 0.86), (0.82, 0.84), (0.84, 0.74), (0.7, 0.69), (0.58, 0.72)]), dye.light)
    pen.poly(_DOG_EAR, dye.dark)
    pen.oval(0.82, 0.83, 0.05, 0.042, NOSE)
    pen.line([(0.6, 0.71), (0.7, 0.725), (0.78, 0.75)], 0.02, NOSE)
    pen.poly(smooth([(0.62, 0.71), (0.72, 0.72), (0.7, 0.62), (0.64, 0.62)]), "#e8708a")
    pen.dot(0.55, 0.88, 0.036, EYE)
    pen.dot(0.562, 0.894, 0.012, "#ffffff")


def cat(pen: Pen, make: Make) -> None:
    dye = make.dye
    pen.line(_CAT_TAIL, 0.1, dye.dark)
    pen.shaded(_CAT_BODY, dye.light, dye.base)
    pen.poly(smooth([(-0.34, 0.02), (-0.36, 0.18), (-0.2, 0.32), (-0.04, 0.2), (-0.06, 0.02)]), dye.base)
    for x in (0.06, 0.2):
        pen.line([(x, 0.36), (x, 0.06)], 0.1, dye.base)
        pen.oval(x + 0.02, 0.04, 0.08, 0.045, dye.light)
    pen.oval(-0.14, 0.04, 0.12, 0.045, dye.light)
    pen.oval(0.12, 0.46, 0.09, 0.12, dye.light)
    for side in (-1, 1):
        x = 0.04 + side * 0.14
        pen.poly([(x - side * 0.1, 0.84), (x + side * 0.07, 1.02), (x + side * 0.09, 0.74)], dye.dark)
        pen.poly([(x - side * 0.06, 0.84), (x + side * 0.05, 0.96), (x + side * 0.06, 0.78)], dye.light)
    pen.poly(_CAT_HEAD, dye.base)
    if make.rng.random() < 0.6:
        for dx in (-0.07, 0.0, 0.07):
            pen.line([(0.04 + dx, 0.9 - abs(dx) * 0.3), (0.04 + dx * 0.8, 0.82)], 0.026, dye.dark)
        for y in (0.34, 0.24):
            pen.line([(-0.33, y), (-0.2, y + 0.01)], 0.028, dye.dark)
    pen.oval(0.045, 0.65, 0.1, 0.065, dye.light)
    for x in (-0.05, 0.14):
        pen.oval(x, 0.745, 0.045, 0.052, "#e9f0b2")
        pen.oval(x + 0.008, 0.745, 0.022, 0.045, EYE)
    pen.poly([(0.015, 0.69), (0.075, 0.69), (0.045, 0.655)], "#d9657f")
    for side in (-1, 1):
        pen.line([(0.045 + side * 0.1, 0.66), (0.045 + side * 0.27, 0.69)], 0.01, "#f5efe6")
        pen.line([(0.045 + side * 0.1, 0.635), (0.045 + side * 0.27, 0.62)], 0.01, "#f5efe6")


def horse(pen: Pen, make: Make) -> None:
    dye = make.dye
    step = make.rng.uniform(-0.05, 0.07)
    hoof, mane = "#4a3a36", dye.dark if dye.base[2] < 225 else "#c9b79c"
    _legs(pen, ((-0.32, -0.26 - step, -0.38), (0.22, 0.3 + step, 0.2)), 0.48, 0.085, dye.dark, hoof)
    pen.poly(_HORSE_TAIL, mane)
    pen.shaded(_HORSE_BODY, dye.light, dye.base)
    _legs(pen, ((-0.42, -0.44 + step, -0.46), (0.26, 0.24 - step, 0.28)), 0.5, 0.095, dye.base, hoof)
    pen.oval(-0.38, 0.53, 0.14, 0.15, dye.base)
    pen.poly(_HORSE_NECK, dye.base)
    pen.poly([(0.4, 0.98), (0.42, 1.12), (0.49, 0.99)], dye.dark)
    pen.poly(_HORSE_HEAD, dye.base)
    pen.oval(0.67, 0.71, 0.07, 0.06, dye.light, turn=-40)
    pen.poly(_HORSE_MANE, mane)
    pen.dot(0.52, 0.89, 0.026, EYE)
    pen.dot(0.69, 0.715, 0.012, EYE)
    pen.line([(0.46, 0.95), (0.56, 0.76), (0.62, 0.72)], 0.02, "#6b4632")
    if make.rng.random() < 0.5:
        pen.poly(smooth([(-0.2, 0.67), (0.06, 0.66), (0.08, 0.48), (-0.08, 0.44), (-0.22, 0.48)]), "#7a4b32")
        pen.poly(smooth([(-0.22, 0.68), (-0.06, 0.72), (0.1, 0.67), (0.0, 0.64), (-0.12, 0.64)]), "#5a3526")
