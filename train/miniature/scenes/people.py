"""Simple figures: a round head, hair, clothes of one colour, and arms and legs that show what they do."""

import random
from typing import NamedTuple

from train.miniature.scenes.board import Pen, Point, smooth
from train.miniature.scenes.paint import RGB, darker, dye, lighter
from train.miniature.world import Beat, Colour

SKINS = ("#f6cfae", "#eab98f", "#c98f62", "#a06a44", "#75492f", "#573523")
HAIRS = ("#2b211f", "#4a3024", "#7a4a2a", "#b5793c", "#dcb36a", "#8d8a88")
TROUSERS = ("#33415f", "#4b4f5c", "#5a4a44", "#2f4a52", "#6d6a6a")
STYLES = ("short", "short", "bob", "bun", "long", "curly", "hat", "tail")


_SMILE = (
    *smooth(
        [(-0.018, -0.034), (0.0, -0.056), (0.024, -0.064), (0.048, -0.056), (0.066, -0.034)], closed=False, steps=3
    ),
    *smooth([(0.066, -0.034), (0.024, -0.046), (-0.018, -0.034)], closed=False, steps=3),
)
"""From the middle of the head, in shares of the standing height."""


class Pose(NamedTuple):
    """Points in shares of the standing height, y upwards; x grows to where the figure turns."""

    hip: float = 0.44
    """Height of the hips."""
    lean: float = 0.0
    """How far the shoulders are ahead of the hips."""
    near: tuple[Point, Point] = ((0.13, -0.13), (0.15, -0.29))
    """Elbow and hand of the arm on the side of x, from its shoulder."""
    far: tuple[Point, Point] = ((-0.05, -0.13), (-0.07, -0.29))
    legs: tuple[tuple[Point, Point], tuple[Point, Point]] = (
        ((-0.05, 0.22), (-0.06, 0.02)),
        ((0.05, 0.22), (0.06, 0.02)),
    )
    """Knees and feet from the foot point."""
    smile: bool = True


_STAND_LEGS = (((-0.055, 0.22), (-0.06, 0.025)), ((0.055, 0.22), (0.06, 0.025)))
_WIDE_LEGS = (((-0.09, 0.22), (-0.13, 0.025)), ((0.09, 0.22), (0.13, 0.025)))
_DOWN = ((-0.05, -0.12), (-0.06, -0.26))

POSES: dict[Beat, tuple[Pose, ...]] = {
    Beat.ARRIVAL: (
        Pose(near=((0.13, 0.03), (0.17, 0.22)), far=_DOWN, legs=_STAND_LEGS),
        Pose(near=((0.12, 0.06), (0.11, 0.25)), far=_DOWN, legs=_STAND_LEGS),
    ),
    Beat.FIND: (
        Pose(near=((0.14, 0.0), (0.29, 0.02)), far=_DOWN, legs=_STAND_LEGS, lean=0.02),
        Pose(near=((0.13, 0.04), (0.27, 0.1)), far=((-0.1, -0.09), (0.0, -0.2)), legs=_STAND_LEGS, lean=0.03),
    ),
    Beat.TROUBLE: (
        Pose(near=((0.12, 0.09), (0.15, 0.28)), far=((-0.12, 0.09), (-0.15, 0.28)), legs=_WIDE_LEGS, smile=False),
        Pose(near=((0.14, 0.05), (0.11, 0.25)), far=((-0.14, 0.05), (-0.11, 0.25)), legs=_WIDE_LEGS, smile=False),
    ),
    Beat.CHASE: (
        Pose(
            0.46,
            0.1,
            ((0.11, -0.08), (0.23, 0.01)),
            ((-0.13, -0.07), (-0.2, -0.19)),
            (((-0.08, 0.26), (-0.28, 0.2)), ((0.16, 0.3), (0.2, 0.04))),
        ),
        Pose(
            0.47,
            0.09,
            ((0.12, -0.06), (0.2, 0.08)),
            ((-0.12, -0.09), (-0.22, -0.12)),
            (((-0.12, 0.24), (-0.3, 0.13)), ((0.15, 0.33), (0.28, 0.16))),
        ),
    ),
    Beat.REST: (
        Pose(
            0.1,
            0.0,
            ((0.1, -0.13), (0.2, -0.1)),
            ((-0.1, -0.12), (-0.13, -0.25)),
            (((0.14, 0.27), (0.25, 0.03)), ((0.21, 0.26), (0.33, 0.03))),
        ),
        Pose(
            0.1,
            -0.02,
            ((0.12, 0.04), (0.17, 0.2)),
            ((-0.1, -0.13), (-0.14, -0.25)),
            (((0.2, 0.14), (0.38, 0.04)), ((0.17, 0.27), (0.29, 0.03))),
        ),
    ),
    Beat.FEAST: (
        Pose(
            0.45,
            0.03,
            ((0.14, 0.08), (0.12, 0.27)),
            ((-0.15, 0.02), (-0.25, 0.12)),
            (((-0.05, 0.22), (-0.07, 0.025)), ((0.17, 0.28), (0.09, 0.1))),
        ),
        Pose(
            0.46,
            -0.03,
            ((0.16, 0.03), (0.27, 0.14)),
            ((-0.1, 0.1), (-0.06, 0.28)),
            (((-0.17, 0.27), (-0.14, 0.08)), ((0.06, 0.22), (0.08, 0.025))),
        ),
        Pose(
            0.45,
            0.0,
            ((0.16, 0.05), (0.2, 0.24)),
            ((-0.16, 0.05), (-0.2, 0.24)),
            (((-0.1, 0.22), (-0.06, 0.025)), ((0.1, 0.22), (0.06, 0.025))),
        ),
    ),
}


class Look(NamedTuple):
    """Who it is."""

    skin: str
    hair: str
    style: str
    trousers: str
    skirt: bool
    height: float
    """In units of the board."""


def look(rng: random.Random) -> Look:
    skin = rng.choice(SKINS)
    hair = rng.choice(HAIRS if SKINS.index(skin) < 2 else HAIRS[:2])
    tall = rng.choice((0.98, 1.04, 1.1, 0.8))
    return Look(skin, hair, rng.choice(STYLES), rng.choice(TROUSERS), rng.random() < 0.4, tall)


def draw_person(pen: Pen, who: Look, colour: Colour, pose: Pose, rng: random.Random) -> None:
    """A person one unit high with its feet at the pen's origin, turned towards x."""
    base, cloth = dye(colour, rng), dye(colour, rng).base
    hip, shoulder = (0.0, pose.hip), (pose.lean, pose.hip + 0.285)
    legs = who.skin if who.skirt else who.trousers
    sits = pose.hip < 0.3
    if not sits:
        _legs(pen, pose, legs, 0.06 if who.skirt else 0.078)
    _arm(pen, (shoulder[0] - 0.09, shoulder[1] - 0.02), pose.far, base.dark, who.skin)
    _torso(pen, hip, shoulder, who.skirt, pose, cloth, base.dark, base.light)
    if sits:
        _legs(pen, pose, legs, 0.085)
    _head(pen, (shoulder[0] * 1.15, shoulder[1] + 0.155), who, pose.smile, base.base)
    _arm(pen, (shoulder[0] + 0.09, shoulder[1] - 0.02), pose.near, cloth, who.skin)


def _legs(pen: Pen, pose: Pose, paint: str, width: float) -> None:
    for (knee, foot), side in zip(pose.legs, (-1, 1), strict=True):
        pen.line([(side * 0.04, pose.hip), knee, foot], width, paint)
        pen.oval(foot[0] + 0.025, foot[1], 0.06, 0.032, "#3a2c2c")


def _arm(pen: Pen, shoulder: Point, arm: tuple[Point, Point], sleeve: RGB, skin: str) -> None:
    (ex, ey), (hx, hy) = arm
    x, y = shoulder
    pen.line([(x + ex * 0.9, y + ey * 0.9), (x + hx, y + hy)], 0.055, skin)
    pen.line([(x, y), (x + ex, y + ey), (x + ex + (hx - ex) * 0.35, y + ey + (hy - ey) * 0.35)], 0.08, sleeve)
    pen.dot(x + hx, y + hy, 0.038, skin)


def _torso(pen: Pen, hip: Point, top: Point, skirt: bool, pose: Pose, cloth: RGB, dark: RGB, light: RGB) -> None:
    (hx, hy), (sx, sy) = hip, top
    sitting = pose.hip < 0.3
    flare, drop = (0.17, 0.2) if skirt and not sitting else (0.105, 0.03)
    path = [
        (hx - flare, hy - drop),
        (hx - 0.1, hy + 0.08),
        (sx - 0.125, sy - 0.03),
        (sx - 0.07, sy + 0.03),
        (sx + 0.07, sy + 0.03),
        (sx + 0.125, sy - 0.03),
        (hx + 0.1, hy + 0.08),
        (hx + flare, hy - drop),
    ]
    pen.poly(path, cloth)
    pen.poly(
        [
            (sx + 0.05, sy + 0.03),
            (sx + 0.07, sy + 0.03),
            (sx + 0.125, sy - 0.03),
            (hx + 0.1, hy + 0.08),
            (hx + flare, hy - drop),
            (hx + flare * 0.45, hy - drop),
        ],
        dark,
    )
    if skirt:
        pen.line([(hx - 0.1, hy + 0.07), (hx + 0.1, hy + 0.07)], 0.022, light)


def _head(pen: Pen, spot: Point, who: Look, smile: bool, cloth: RGB) -> None:
    x, y = spot
    r, hair = 0.108, who.hair
    if who.style == "long":
        pen.poly(
            smooth(
                [
                    (x - 0.13, y + 0.04),
                    (x - 0.15, y - 0.17),
                    (x + 0.02, y - 0.18),
                    (x + 0.1, y - 0.1),
                    (x + 0.1, y + 0.08),
                ]
            ),
            hair,
        )
    elif who.style == "bob":
        pen.oval(x - 0.01, y - 0.01, 0.132, 0.13, hair)
    elif who.style == "curly":
        for dx, dy in ((-0.1, 0.0), (-0.09, 0.08), (-0.02, 0.13), (0.07, 0.1), (0.11, 0.03), (-0.1, -0.07)):
            pen.dot(x + dx, y + dy, 0.065, hair)
    elif who.style == "bun":
        pen.dot(x - 0.05, y + 0.145, 0.055, hair)
    elif who.style == "tail":
        pen.poly(smooth([(x - 0.08, y + 0.06), (x - 0.2, y + 0.0), (x - 0.2, y - 0.15), (x - 0.13, y - 0.06)]), hair)
    pen.line([(x, y - 0.08), (x - 0.005, y - 0.14)], 0.07, darker(who.skin, 0.16))
    pen.dot(x, y, r, who.skin)
    pen.poly(
        smooth(
            [
                (x - 0.112, y - 0.02),
                (x - 0.115, y + 0.06),
                (x - 0.05, y + 0.122),
                (x + 0.05, y + 0.118),
                (x + 0.108, y + 0.05),
                (x + 0.05, y + 0.065),
                (x - 0.03, y + 0.06),
                (x - 0.075, y + 0.03),
            ],
            steps=3,
        ),
        hair,
    )
    if who.style == "hat":
        pen.poly(
            smooth([(x - 0.11, y + 0.045), (x - 0.08, y + 0.16), (x + 0.06, y + 0.16), (x + 0.1, y + 0.045)], steps=3),
            cloth,
        )
        pen.line([(x - 0.12, y + 0.05), (x + 0.15, y + 0.05)], 0.035, darker(cloth, 0.2))
    for dx in (-0.015, 0.06):
        pen.dot(x + dx, y + 0.005, 0.0135, "#1c1314")
    if smile:
        pen.poly([(x + dx, y + dy) for dx, dy in _SMILE], "#8a3a34" if who.skin in SKINS[:3] else "#f6e9df")
    else:
        pen.oval(x + 0.024, y - 0.052, 0.019, 0.024, "#6a2a2a")
    if who.style == "bun":
        pen.dot(x + 0.1, y - 0.03, 0.012, lighter("#e9c45a", 0.1))
