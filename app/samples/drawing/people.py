"""Simple rounded people."""

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.figure import DOWN, Arm, Frame, Person
from app.samples.drawing.heads import head
from app.samples.drawing.shapes import mix, smooth

HIP_LINE = -0.40
SHOULDER = -0.735


def person(
    c: Canvas,
    who: Person,
    x: float,
    y: float,
    h: float,
    facing: str = "front",
    left: Arm = DOWN,
    right: Arm = DOWN,
    *,
    sit: bool = False,
    stride: float = 0.0,
    lean: float = 0.0,
    mood: str = "smile",
) -> None:
    """Feet at (x, y), `h` high when standing; `mood` is `smile`, `laugh` or `shock`.

    Seen from the side, `left` is the near arm and `right` the far one.
    """
    frame = Frame(c, x, y, h, facing, lean)
    sleeve = frame.tint(who.top)
    if not sit:
        _legs(frame, who, stride)
    if frame.side:
        _arm(frame, who, right, 0.0, 1, mix(sleeve, "#000000", 0.18), lit=False)
    _body(frame, who)
    frame.line([(0, -0.83), (0, -0.785)], 0.075, frame.tint(mix(who.skin, "#7a3b20", 0.22)))
    head(frame, who, mood)
    if who.accent:
        _scarf(frame, who.accent)
    if frame.side:
        _arm(frame, who, left, 0.0, 1, sleeve)
    else:
        _arm(frame, who, left, -0.0986, -1, sleeve)
        _arm(frame, who, right, 0.0986, 1, sleeve)


def _body(frame: Frame, who: Person) -> None:
    wide = 0.085 if frame.side else 0.112
    upper, lower = frame.tint(who.top), frame.tint(who.bottom)
    if who.skirt:
        hem, wing = HIP_LINE * (1 - who.skirt), wide * 0.9 + who.flare
        outline = [(-wide * 0.8, HIP_LINE - 0.10), (-wing, hem), (0, hem + 0.012), (wing, hem)]
        outline.append((wide * 0.8, HIP_LINE - 0.10))
        skirt = smooth(frame.path(*outline), closed=True, steps=12)
        frame.c.shape(skirt, (lower, mix(lower, "#000000", 0.1)), light=frame.light)
    half = [(wide * 0.62, -0.795), (wide, -0.74), (wide * 0.95, -0.56), (wide * 0.88, HIP_LINE + 0.01)]
    torso = smooth(frame.path(*[(-dx, dy) for dx, dy in half], *reversed(half)), closed=True)
    one_piece = bool(who.skirt) and who.top == who.bottom
    frame.c.shape(torso, (upper, upper if one_piece else mix(upper, "#000000", 0.14)), light=frame.light)


def _scarf(frame: Frame, colour: str) -> None:
    frame.line([(-0.062, -0.785), (0, -0.768), (0.062, -0.785)], 0.05, frame.tint(colour), lit=True)
    frame.line([(0.03, -0.77), (0.045, -0.68)], 0.042, frame.tint(colour))


def _legs(frame: Frame, who: Person, stride: float) -> None:
    bare = who.skirt > 0.35
    gap = 0.03 if frame.side else 0.05
    for turn in (-1, 1):
        foot, lift = turn * (gap + stride), 0.03 if stride and turn < 0 else 0.0
        colour = frame.tint(who.skin if bare else who.bottom)
        if turn < 0 and frame.side and not bare:
            colour = mix(colour, "#000000", 0.15)
        leg = [(turn * gap, -0.40), (turn * (gap + stride / 2), -0.21), (foot, -0.035 - lift)]
        frame.line(leg, 0.055 if bare else 0.085, colour, lit=True)
        toe = 0.03 if frame.side else turn * 0.012
        frame.blob((foot + toe, -0.017 - lift), 0.058 if frame.side else 0.047, 0.024, frame.tint("#2a2026"))


def _arm(frame: Frame, who: Person, arm: Arm, dx: float, sign: int, sleeve: str, lit: bool = True) -> None:
    (ex, ey), (hx, hy) = arm
    elbow, hand = (dx + sign * ex, SHOULDER + ey), (dx + sign * hx, SHOULDER + hy)
    wrist = (hand[0] * 0.86 + elbow[0] * 0.14, hand[1] * 0.86 + elbow[1] * 0.14)
    frame.blob(hand, 0.034, 0.034, frame.tint(who.skin), lit)
    frame.line([(dx, SHOULDER), elbow, wrist], 0.066, mix(sleeve, "#000000", 0.06), lit)
