"""Simple rounded people (and one dog) for the sample pictures.

Lengths are shares of the person's height; x grows the way the person faces where the person is seen from the side.
"""

from dataclasses import dataclass

from app.samples.canvas import Canvas, Light, Point, mix, smooth

SKINS = ("#f3c9a5", "#d99a6c", "#a8683f", "#6f4428")

Arm = tuple[Point, Point]
"""Elbow and hand, from the shoulder."""
DOWN: Arm = ((0.05, 0.15), (0.04, 0.29))
WAVE: Arm = ((0.14, -0.02), (0.19, -0.20))
UP: Arm = ((0.11, -0.10), (0.06, -0.27))
HOLD: Arm = ((0.06, 0.15), (-0.05, 0.20))
HIP: Arm = ((0.13, 0.12), (0.02, 0.22))
REACH: Arm = ((0.10, 0.08), (0.24, 0.06))
OUT: Arm = ((0.13, 0.04), (0.27, -0.02))


@dataclass(frozen=True, slots=True)
class Person:
    skin: str = SKINS[0]
    hair: str = "#3a2a26"
    style: str = "short"
    """`short`, `bun`, `long`, `bob`, `curly`, `bald`, `beanie`, `cap`, `hood`, `veil`, `sunhat`."""
    top: str = "#d9523f"
    bottom: str = "#2d3550"
    skirt: float = 0.0
    """How far a skirt or coat reaches from the hip down, as a share of the leg."""
    flare: float = 0.06
    accent: str | None = None
    """Scarf."""
    hat: str = "#d8c49a"


def person(
    c: Canvas,
    who: Person,
    x: float,
    y: float,
    h: float,
    facing: str = "front",
    left: Arm = DOWN,
    right: Arm = DOWN,
    sit: bool = False,
    stride: float = 0.0,
    lean: float = 0.0,
    mood: str = "smile",
) -> None:
    """Feet at (x, y), `h` high when standing. `facing` is `front`, `back`, `left` or `right`."""
    sign = -1 if facing == "left" else 1
    side = facing in ("left", "right")

    def at(dx: float, dy: float) -> Point:
        return x + (sign * dx + lean * -dy) * h, y + dy * h

    def tint(colour: str) -> str:
        return mix(colour, *c.tone)

    light = c.light and c.light._replace(dx=c.light.dx * h / 200, dy=c.light.dy * h / 200)
    lower = tint(who.bottom)
    upper = tint(who.top)
    if not sit:
        _legs(c, who, at, h, stride, side, lower, light)
    wide = 0.085 if side else 0.112
    far, near = (right, left) if side else (left, right)
    if side:
        _arm(c, who, at, h, far, 0.0, 1, mix(upper, "#000000", 0.18), None)
    hip, hem = (-0.40, -0.40 + 0.40 * who.skirt)
    if who.skirt:
        wing = wide * 0.9 + who.flare
        outline = [at(-wide * 0.8, hip - 0.10), at(-wing, hem), at(0, hem + 0.012), at(wing, hem)]
        outline += [at(wide * 0.8, hip - 0.10)]
        c.shape(_rounded(outline), (lower, mix(lower, "#000000", 0.1)), light=light)
    torso = [at(-wide * 0.62, -0.795), at(-wide, -0.74), at(-wide * 0.95, -0.56), at(-wide * 0.88, hip + 0.01)]
    torso += [at(wide * 0.88, hip + 0.01), at(wide * 0.95, -0.56), at(wide, -0.74), at(wide * 0.62, -0.795)]
    one_piece = bool(who.skirt) and who.top == who.bottom
    c.shape(smooth(torso, closed=True), (upper, upper if one_piece else mix(upper, "#000000", 0.14)), light=light)
    c.stroke([at(0, -0.83), at(0, -0.785)], 0.075 * h, tint(mix(who.skin, "#7a3b20", 0.22)))
    _head(c, who, at, h, facing, mood, tint, light)
    if who.accent:
        c.stroke([at(-0.062, -0.785), at(0, -0.768), at(0.062, -0.785)], 0.05 * h, tint(who.accent), light=light)
        c.stroke([at(0.03, -0.77), at(0.045, -0.68)], 0.042 * h, tint(who.accent))
    if side:
        _arm(c, who, at, h, near, 0.0, 1, upper, light)
    else:
        _arm(c, who, at, h, left, -wide * 0.88, -1, upper, light)
        _arm(c, who, at, h, right, wide * 0.88, 1, upper, light)


def _rounded(points: list[Point]) -> list[Point]:
    return smooth([points[0], points[1], points[2], points[3], points[4]], closed=True, steps=12)


def _legs(c: Canvas, who: Person, at, h: float, stride: float, side: bool, colour: str, light: Light | None) -> None:
    skirted = who.skirt > 0.35
    gap = 0.03 if side else 0.05
    shoe = mix("#2a2026", *c.tone)
    for turn, dx in ((-1, -gap), (1, gap)):
        foot = dx + turn * stride
        tone = mix(who.skin, *c.tone) if skirted else (mix(colour, "#000000", 0.15) if turn < 0 and side else colour)
        lift = 0.03 if stride and turn < 0 else 0.0
        width = (0.055 if skirted else 0.085) * h
        c.stroke([at(dx, -0.40), at((dx + foot) / 2, -0.21), at(foot, -0.035 - lift)], width, tone, light=light)
        nose = 0.03 if side else turn * 0.012
        c.oval(*at(foot + nose, -0.017 - lift), 0.058 * h if side else 0.047 * h, 0.024 * h, shoe)


def _arm(
    c: Canvas, who: Person, at, h: float, arm: Arm, dx: float, sign: int, sleeve: str, light: Light | None
) -> None:
    (ex, ey), (hx, hy) = arm
    shoulder, elbow, hand = at(dx, -0.735), at(dx + sign * ex, -0.735 + ey), at(dx + sign * hx, -0.735 + hy)
    c.oval(*hand, 0.034 * h, 0.034 * h, mix(who.skin, *c.tone), light=light)
    wrist = (hand[0] * 0.86 + elbow[0] * 0.14, hand[1] * 0.86 + elbow[1] * 0.14)
    c.stroke([shoulder, elbow, wrist], 0.066 * h, mix(sleeve, "#000000", 0.06), light=light)


def _head(c: Canvas, who: Person, at, h: float, facing: str, mood: str, tint, light: Light | None) -> None:
    r = 0.098 * h
    hair, skin = tint(who.hair), tint(who.skin)
    back = facing == "back"
    side = facing in ("left", "right")
    shift = 0.022 if side else 0.0
    if who.style in ("long", "veil"):
        c.shape(smooth([at(-0.105, -0.93), at(0.0, -1.01), at(0.105 - 3 * shift, -0.93), at(0.10 - 4 * shift, -0.74),
                        at(0, -0.70), at(-0.11, -0.74)], closed=True), hair, light=light)  # fmt: skip
    if who.style == "bob":
        c.oval(*at(-shift, -0.875), r * 1.16, r * 1.12, hair, light=light)
    if who.style == "curly":
        for dx, dy in ((-0.09, -0.9), (-0.06, -0.96), (0, -0.985), (0.06, -0.96), (0.09, -0.9), (-0.09, -0.84)):
            c.oval(*at(dx - shift, dy), r * 0.56, r * 0.56, hair, light=light)
    if who.style == "bun":
        c.oval(*at(-3.2 * shift, -1.0), r * 0.42, r * 0.4, hair, light=light)
    if who.style in ("beanie", "cap", "sunhat"):
        c.oval(*at(-shift * 0.4, -0.888), r * 1.09, r * 0.92, hair)
    if who.style == "hood":
        c.oval(*at(-shift, -0.895), r * 1.25, r * 1.25, tint(who.top), light=light)
    c.oval(*at(0, -0.89), r, r * 1.04, hair if back and who.style != "bald" else skin, light=light)
    if not back:
        if who.style not in ("bald", "hood", "beanie", "cap", "sunhat"):
            _fringe(c, at, h, hair, side, shift)
        _face(c, at, h, mood, side, tint)
    if who.style == "veil":
        c.shape(smooth([at(-0.10, -0.95), at(-0.04, -1.0), at(-0.01, -0.985), at(-0.055, -0.82), at(-0.1, -0.35),
                        at(-0.22, -0.12), at(-0.17, -0.6)], closed=True), tint("#ffffff"), 0.55)  # fmt: skip
    if who.style == "beanie":
        cap = [at(-0.108, -0.91), at(-0.09, -0.985), at(0, -1.03), at(0.09, -0.985), at(0.108, -0.91)]
        c.shape([*smooth(cap)], tint(who.hat), light=light)
        c.stroke([at(-0.10, -0.918), at(0.10, -0.918)], 0.04 * h, tint(mix(who.hat, "#ffffff", 0.25)))
        c.oval(*at(0, -1.035), 0.026 * h, 0.026 * h, tint(mix(who.hat, "#ffffff", 0.4)))
    if who.style == "cap":
        c.shape(smooth([at(-0.105, -0.915), at(-0.08, -0.985), at(0.02, -1.005), at(0.1, -0.95), at(0.105, -0.915)]),
                tint(who.hat), light=light)  # fmt: skip
        c.stroke([at(-0.02, -0.915), at(0.155, -0.91)], 0.026 * h, tint(mix(who.hat, "#000000", 0.2)))
    if who.style == "sunhat":
        c.oval(*at(0, -0.945), r * 1.75, r * 0.36, tint(who.hat), light=light)
        c.oval(*at(0, -0.985), r * 0.92, r * 0.55, tint(who.hat), light=light)
        c.stroke([at(-0.088, -0.958), at(0.088, -0.958)], 0.022 * h, tint(mix(who.hat, "#7a2f2a", 0.7)))


def _fringe(c: Canvas, at, h: float, hair: str, side: bool, shift: float) -> None:
    edge = [at(-0.102, -0.87), at(-0.10, -0.96), at(-0.02, -1.0), at(0.07, -0.975), at(0.1, -0.915)]
    inner = [at(0.05, -0.93), at(-0.02, -0.925), at(-0.05 - shift, -0.90), at(-0.062 - shift * 0.6, -0.84)]
    c.shape(smooth([*edge, *inner], closed=True), hair)


def _face(c: Canvas, at, h: float, mood: str, side: bool, tint) -> None:
    ink = tint("#2b1a1a")
    eyes = (0.02, 0.072) if side else (-0.036, 0.036)
    for dx in eyes:
        if mood == "laugh":
            c.stroke([at(dx - 0.013, -0.878), at(dx, -0.893), at(dx + 0.013, -0.878)], 0.011 * h, ink)
        else:
            size = 0.012 if mood != "shock" else 0.016
            c.oval(*at(dx, -0.885), size * h, size * 1.2 * h, ink)
    for dx in (eyes[0] - 0.022, eyes[1] + 0.018):
        c.oval(*at(dx, -0.852), 0.018 * h, 0.013 * h, tint("#e8705f"), 0.45, 0.004 * h)
    middle = sum(eyes) / 2
    if mood == "shock":
        c.oval(*at(middle, -0.838), 0.016 * h, 0.021 * h, tint("#7c2f2a"))
    elif mood == "laugh":
        mouth = [at(middle - 0.03, -0.852), at(middle, -0.845), at(middle + 0.03, -0.852), at(middle, -0.815)]
        c.shape(smooth(mouth, closed=True), tint("#8c3030"))
    else:
        c.stroke([at(middle - 0.024, -0.848), at(middle, -0.837), at(middle + 0.024, -0.848)], 0.01 * h, ink)


def dog(c: Canvas, x: float, y: float, h: float, facing: int = 1, coat: str = "#c98f55", run: float = 0.0) -> None:
    """Paws at (x, y); `h` to the top of the head; `facing` is 1 or -1; `run` spreads the legs."""

    def at(dx: float, dy: float) -> Point:
        return x + facing * dx * h, y + dy * h

    light = c.light and c.light._replace(dx=c.light.dx * h / 260, dy=c.light.dy * h / 260)
    fur, dark = mix(coat, *c.tone), mix(mix(coat, "#3b2415", 0.55), *c.tone)
    c.stroke([at(-0.52, -0.52), at(-0.70, -0.68), at(-0.68, -0.86)], 0.10 * h, fur, light=light)
    for dx, swing in ((-0.40, -1.0), (-0.30, 0.4), (0.26, 1.0), (0.36, -0.2)):
        far = swing in (0.4, -0.2)
        c.stroke([at(dx, -0.40), at(dx + swing * run, -0.05)], 0.12 * h, mix(fur, "#000000", 0.2) if far else fur)
    c.oval(*at(-0.05, -0.47), 0.50 * h, 0.21 * h, fur, light=light)
    c.oval(*at(0.34, -0.52), 0.20 * h, 0.21 * h, fur)
    c.oval(*at(0.50, -0.78), 0.22 * h, 0.20 * h, fur, light=light)
    c.oval(*at(0.66, -0.70), 0.16 * h, 0.11 * h, mix(fur, "#ffffff", 0.3))
    c.oval(*at(0.79, -0.73), 0.05 * h, 0.045 * h, "#241818")
    c.oval(*at(0.37, -0.76), 0.085 * h, 0.19 * h, dark, turn=12 * facing)
    c.oval(*at(0.56, -0.83), 0.028 * h, 0.034 * h, "#241818")
