"""Which picture belongs to which sample story, and how one is drawn."""

from collections.abc import Callable, Iterator

from app.samples.drawing import garden, market, storm
from app.samples.drawing.canvas import Canvas

SCENES: dict[str, tuple[Callable[[Canvas], None], ...]] = {
    "night-market": market.SCENES,
    "storm-at-sea": storm.SCENES,
    "garden-wedding": garden.SCENES,
}


def pictures(name: str) -> Iterator[bytes]:
    """The JPEG files of one sample in order."""
    for number, scene in enumerate(SCENES[name], start=1):
        canvas = Canvas(seed=number)
        scene(canvas)
        yield canvas.jpeg()
