"""What a sky does to a picture: its colours, the tone over near and far figures, the ground, lamps."""

from dataclasses import dataclass

from train.miniature.scenes.board import Stops
from train.miniature.scenes.paint import RGB, Paint, Tone, mix, rgb
from train.miniature.world import Sky


@dataclass(frozen=True, slots=True)
class Light:
    sky: Sky
    stops: Stops
    """Of the sky, from the top of the picture to the horizon."""
    haze: RGB
    """What far things fade into."""
    scenery: tuple[float, float, float]
    """What the scenery's red, green and blue are multiplied by."""
    figures: tuple[float, float, float]
    """The same for the people and for all that is near: weaker, so that their colours can still be named."""
    hero: tuple[float, float, float]
    """The same for the thing, which is seen best."""
    mist: float = 0.0
    """How thick the air is, 0 to 1."""
    shadow: float = 0.18
    """How dark the shadow on the ground is."""
    lamps: bool = False
    """Whether windows and lanterns are lit."""

    def far(self, depth: float = 0.0) -> Tone:
        """The tone of scenery at a depth from 0 (near) to 1 (lost in the haze)."""
        return Tone(self.scenery, self.haze, 1 - (1 - depth) * (1 - self.mist * (0.25 + 0.75 * min(1, depth * 2))))

    def on_thing(self) -> Tone:
        return Tone(self.hero, self.haze, self.mist * 0.08)

    def near(self) -> Tone:
        return Tone(self.figures, self.haze, self.mist * 0.12)

    def ground(self, paint: Paint, share: float = 0.86) -> RGB:
        """The colour of ground under this sky: white in snow."""
        if self.sky is Sky.SNOWY:
            return mix(paint, "#f1f4f8", share)
        return rgb(paint)

    def pane(self) -> Paint:
        """Of a window seen from outside."""
        return "#ffd98a" if self.lamps else "#6f8aa0"


LIGHTS: dict[Sky, Light] = {
    Sky.SUNNY: Light(
        Sky.SUNNY,
        ((0, "#4fa6dd"), (0.5, "#98cfe8"), (0.82, "#dcebdf"), (1, "#fbeccb")),
        rgb("#d6e6df"),
        (1.0, 1.0, 1.0),
        (1.0, 1.0, 1.0),
        (1.0, 1.0, 1.0),
        shadow=0.24,
    ),
    Sky.CLOUDY: Light(
        Sky.CLOUDY,
        ((0, "#93a4b4"), (0.6, "#bcc6cd"), (1, "#d9dcda")),
        rgb("#c5ced2"),
        (0.88, 0.90, 0.92),
        (0.95, 0.96, 0.97),
        (0.97, 0.97, 0.98),
        mist=0.08,
        shadow=0.14,
    ),
    Sky.RAINY: Light(
        Sky.RAINY,
        ((0, "#4d5c70"), (0.6, "#77858f"), (1, "#9ba5a8")),
        rgb("#8d99a2"),
        (0.68, 0.74, 0.80),
        (0.90, 0.92, 0.95),
        (0.97, 0.98, 0.99),
        mist=0.18,
        shadow=0.16,
    ),
    Sky.SNOWY: Light(
        Sky.SNOWY,
        ((0, "#a3b4c6"), (0.6, "#c9d4de"), (1, "#e6eaee")),
        rgb("#d5dee7"),
        (0.90, 0.94, 1.0),
        (0.96, 0.97, 1.0),
        (0.98, 0.98, 1.0),
        mist=0.16,
        shadow=0.14,
    ),
    Sky.FOGGY: Light(
        Sky.FOGGY,
        ((0, "#c3c9c9"), (0.6, "#d3d6d2"), (1, "#dedfd9")),
        rgb("#d6d8d3"),
        (0.90, 0.91, 0.91),
        (0.96, 0.96, 0.96),
        (0.98, 0.98, 0.98),
        mist=0.62,
        shadow=0.10,
    ),
    Sky.SUNSET: Light(
        Sky.SUNSET,
        ((0, "#574a8c"), (0.38, "#b8628c"), (0.72, "#f4905f"), (1, "#ffd391")),
        rgb("#f0a27a"),
        (0.88, 0.68, 0.66),
        (1.0, 0.93, 0.87),
        (1.0, 0.95, 0.91),
        mist=0.06,
        shadow=0.26,
        lamps=True,
    ),
    Sky.NIGHT: Light(
        Sky.NIGHT,
        ((0, "#0b1030"), (0.6, "#1c2856"), (1, "#3a4780")),
        rgb("#27335f"),
        (0.34, 0.40, 0.62),
        (0.88, 0.88, 0.95),
        (0.96, 0.95, 0.97),
        mist=0.04,
        shadow=0.30,
        lamps=True,
    ),
}
