"""A dog and a cat."""

from app.samples.drawing.canvas import Canvas
from app.samples.drawing.shapes import Light, Point, mix, smooth


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


def sleeping_dog(c: Canvas, x: float, y: float, h: float) -> None:
    fur, dark = mix("#c98f55", *c.tone), mix("#7a4f2c", *c.tone)
    c.oval(x, y + 3, h * 1.1, h * 0.1, "#3a4a2c", 0.5, 5)
    c.stroke(
        [(x + h * 0.7, y - h * 0.1), (x + h * 1.05, y - h * 0.06), (x + h * 1.1, y - h * 0.2)],
        h * 0.11,
        fur,
        light=c.light,
    )
    c.oval(x + h * 0.1, y - h * 0.24, h * 0.72, h * 0.27, fur, light=c.light)
    c.oval(x - h * 0.62, y - h * 0.2, h * 0.27, h * 0.21, fur, light=c.light)
    c.oval(x - h * 0.84, y - h * 0.13, h * 0.17, h * 0.11, mix(fur, "#ffffff", 0.3))
    c.oval(x - h * 0.96, y - h * 0.17, h * 0.085, h * 0.075, "#fffdf8")
    c.oval(x - h * 0.98, y - h * 0.15, h * 0.045, h * 0.04, "#241818")
    c.oval(x - h * 0.48, y - h * 0.2, h * 0.1, h * 0.2, dark, turn=-20)
    c.stroke([(x - h * 0.74, y - h * 0.25), (x - h * 0.69, y - h * 0.22), (x - h * 0.64, y - h * 0.25)], 2.4, "#241818")
    c.stroke([(x - h * 0.36, y - h * 0.06), (x - h * 0.66, y - h * 0.03)], h * 0.11, fur)


def cat(c: Canvas, x: float, y: float, h: float) -> None:
    fur = mix("#4a4358", *c.tone)
    light = Light(-4, 2, "#ffb566", 0.6)
    c.stroke(
        [(x - h * 0.3, y - 6), (x - h * 0.62, y - h * 0.12), (x - h * 0.66, y - h * 0.45)], h * 0.1, fur, light=light
    )
    c.shape(
        smooth(
            [
                (x - h * 0.34, y),
                (x - h * 0.3, y - h * 0.4),
                (x, y - h * 0.66),
                (x + h * 0.26, y - h * 0.4),
                (x + h * 0.3, y),
            ],
            closed=True,
        ),
        fur,
        light=light,
    )
    for side in (-1, 1):
        c.shape(
            [
                (x + side * h * 0.25, y - h * 0.72),
                (x + side * h * 0.22, y - h * 1.0),
                (x + side * h * 0.04, y - h * 0.86),
            ],
            fur,
            light=light,
        )
    c.oval(x, y - h * 0.7, h * 0.26, h * 0.21, fur, light=light)
    for dx in (-0.1, 0.1):
        c.oval(x + dx * h, y - h * 0.72, h * 0.045, h * 0.055, "#ffd36b")
        c.oval(x + dx * h, y - h * 0.72, h * 0.016, h * 0.05, "#1a1228")
    c.oval(x, y - h * 0.64, h * 0.022, h * 0.016, "#d98a90")
    c.oval(x - h * 0.1, y - 4, h * 0.09, h * 0.05, mix(fur, "#ffffff", 0.5))
    c.oval(x + h * 0.1, y - 4, h * 0.09, h * 0.05, mix(fur, "#ffffff", 0.5))


def cat_back(c: Canvas, x: float, y: float, h: float) -> None:
    fur = mix("#4a4358", *c.tone)
    c.stroke(
        [(x - h * 0.2, y - 4), (x - h * 0.55, y - h * 0.05), (x - h * 0.7, y - h * 0.25)], h * 0.1, fur, light=c.light
    )
    c.shape(
        smooth(
            [
                (x - h * 0.34, y),
                (x - h * 0.28, y - h * 0.4),
                (x, y - h * 0.68),
                (x + h * 0.28, y - h * 0.4),
                (x + h * 0.34, y),
            ],
            closed=True,
        ),
        fur,
        light=c.light,
    )
    for side in (-1, 1):
        c.shape(
            [
                (x + side * h * 0.25, y - h * 0.72),
                (x + side * h * 0.22, y - h * 1.0),
                (x + side * h * 0.04, y - h * 0.86),
            ],
            fur,
        )
    c.oval(x, y - h * 0.7, h * 0.26, h * 0.21, fur, light=c.light)
