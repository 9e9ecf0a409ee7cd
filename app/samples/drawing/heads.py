"""Heads: hair, hats and faces."""

from app.samples.drawing.figure import Frame, Person
from app.samples.drawing.shapes import mix, smooth

RADIUS = 0.098
HATS = ("beanie", "cap", "sunhat")


def head(frame: Frame, who: Person, mood: str) -> None:
    hair = frame.tint(who.hair)
    _hair_behind(frame, who.style, hair)
    back = frame.facing == "back"
    bare = hair if back and who.style != "bald" else frame.tint(who.skin)
    frame.blob((0, -0.89), RADIUS, RADIUS * 1.04, bare, lit=True)
    if not back:
        if who.style != "bald" and who.style not in HATS:
            _fringe(frame, hair)
        _face(frame, mood)
    if who.style == "veil":
        _veil(frame)
    elif who.style in HATS:
        _hat(frame, who)


def _hair_behind(frame: Frame, style: str, hair: str) -> None:
    shift = 0.022 if frame.side else 0.0
    if style in ("long", "veil"):
        fall = [(-0.105, -0.93), (0.0, -1.01), (0.105 - 3 * shift, -0.93), (0.10 - 4 * shift, -0.74)]
        fall += [(0, -0.70), (-0.11, -0.74)]
        frame.c.shape(smooth(frame.path(*fall), closed=True), hair, light=frame.light)
    elif style == "bob":
        frame.blob((-shift, -0.875), RADIUS * 1.16, RADIUS * 1.12, hair, lit=True)
    elif style == "bun":
        frame.blob((-3.2 * shift, -1.0), RADIUS * 0.42, RADIUS * 0.4, hair, lit=True)
    elif style == "curly":
        for dx, dy in ((-0.09, -0.9), (-0.06, -0.96), (0, -0.985), (0.06, -0.96), (0.09, -0.9), (-0.09, -0.84)):
            frame.blob((dx - shift, dy), RADIUS * 0.56, RADIUS * 0.56, hair, lit=True)
    elif style in HATS:
        frame.blob((-shift * 0.4, -0.888), RADIUS * 1.09, RADIUS * 0.92, hair, lit=True)


def _fringe(frame: Frame, hair: str) -> None:
    shift = 0.022 if frame.side else 0.0
    edge = [(-0.102, -0.87), (-0.10, -0.96), (-0.02, -1.0), (0.07, -0.975), (0.1, -0.915)]
    inner = [(0.05, -0.93), (-0.02, -0.925), (-0.05 - shift, -0.90), (-0.062 - shift * 0.6, -0.84)]
    frame.c.shape(smooth(frame.path(*edge, *inner), closed=True), hair)


def _veil(frame: Frame) -> None:
    cloth = [(-0.10, -0.95), (-0.04, -1.0), (-0.01, -0.985), (-0.055, -0.82), (-0.1, -0.35)]
    cloth += [(-0.22, -0.12), (-0.17, -0.6)]
    frame.c.shape(smooth(frame.path(*cloth), closed=True), frame.tint("#ffffff"), 0.55)


def _hat(frame: Frame, who: Person) -> None:
    cloth = frame.tint(who.hat)
    if who.style == "beanie":
        dome = [(-0.108, -0.91), (-0.09, -0.985), (0, -1.03), (0.09, -0.985), (0.108, -0.91)]
        frame.c.shape(smooth(frame.path(*dome)), cloth, light=frame.light)
        frame.line([(-0.10, -0.918), (0.10, -0.918)], 0.04, frame.tint(mix(who.hat, "#ffffff", 0.25)))
        frame.blob((0, -1.035), 0.026, 0.026, frame.tint(mix(who.hat, "#ffffff", 0.4)))
    elif who.style == "cap":
        dome = [(-0.105, -0.915), (-0.08, -0.985), (0.02, -1.005), (0.1, -0.95), (0.105, -0.915)]
        frame.c.shape(smooth(frame.path(*dome)), cloth, light=frame.light)
        frame.line([(-0.02, -0.915), (0.155, -0.91)], 0.026, frame.tint(mix(who.hat, "#000000", 0.2)))
    else:
        frame.blob((0, -0.945), RADIUS * 1.75, RADIUS * 0.36, cloth, lit=True)
        frame.blob((0, -0.985), RADIUS * 0.92, RADIUS * 0.55, cloth, lit=True)
        frame.line([(-0.088, -0.958), (0.088, -0.958)], 0.022, frame.tint(mix(who.hat, "#7a2f2a", 0.7)))


def _face(frame: Frame, mood: str) -> None:
    ink = frame.tint("#2b1a1a")
    eyes = (0.02, 0.072) if frame.side else (-0.036, 0.036)
    for dx in eyes:
        if mood == "laugh":
            frame.line([(dx - 0.013, -0.878), (dx, -0.893), (dx + 0.013, -0.878)], 0.011, ink)
        else:
            size = 0.016 if mood == "shock" else 0.012
            frame.blob((dx, -0.885), size, size * 1.2, ink)
    for dx in (eyes[0] - 0.022, eyes[1] + 0.018):
        x, y = frame.at(dx, -0.852)
        frame.c.oval(x, y, 0.018 * frame.h, 0.013 * frame.h, frame.tint("#e8705f"), 0.45, 0.004 * frame.h)
    _mouth(frame, mood, sum(eyes) / 2, ink)


def _mouth(frame: Frame, mood: str, middle: float, ink: str) -> None:
    if mood == "shock":
        frame.blob((middle, -0.838), 0.016, 0.021, frame.tint("#7c2f2a"))
    elif mood == "laugh":
        lips = [(middle - 0.03, -0.852), (middle, -0.845), (middle + 0.03, -0.852), (middle, -0.815)]
        frame.c.shape(smooth(frame.path(*lips), closed=True), frame.tint("#8c3030"))
    else:
        frame.line([(middle - 0.024, -0.848), (middle, -0.837), (middle + 0.024, -0.848)], 0.01, ink)
