"""The loss of a run as a picture: an SVG of its own, for a page, a model card or a file.

Inside a page it takes the page's colours from `--body-text-color` and `--color-accent`; alone it follows the reader's
light or dark preference.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from core.runs import write_whole
from train.tuning.history import History

FILE = "loss.svg"
WIDTH, HEIGHT = 720, 360
MOST = 600
"""Points drawn of a run with more steps."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 40, 52
_STYLE = """
.loss-curve { color: var(--body-text-color, #1f2937); --loss-line: var(--color-accent, #0f766e); }
.loss-curve text { fill: currentColor; font: 13px system-ui, "DejaVu Sans", sans-serif; }
.loss-curve .grid { stroke: currentColor; stroke-opacity: .15; }
.loss-curve .raw { fill: currentColor; fill-opacity: .28; }
.loss-curve .smooth { fill: none; stroke: var(--loss-line); stroke-width: 2.5; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) {
  .loss-curve { color: var(--body-text-color, #e5e7eb); --loss-line: var(--color-accent, #5eead4); }
}
"""


def svg(points: Sequence[tuple[int, float]], title: str = "Training loss") -> str:
    """The picture of (step, loss in nats a token); a sentence in the place of the curve where there are no points.

    Points are what was measured, the line their exponential mean. Losses that are no number are left out.
    """
    known = [(step, loss) for step, loss in points if math.isfinite(loss)]
    told = describe(known)
    inside = _curve(known) if known else [f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle">{told}</text>']
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="loss-curve" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="100%" style="max-width:{WIDTH}px" aria-label="{escape(title, {chr(34): "&quot;"})}. {told}">',
            f"<title>{escape(title)}</title>",
            f"<desc>{told}</desc>",
            f"<style>{_STYLE}</style>",
            f'<text x="{_LEFT}" y="22" style="font-weight:600">{escape(title)}</text>',
            *inside,
            "</svg>",
            "",
        ]
    )


def write(run_folder: Path, into: Path | None = None) -> Path:
    """Draw the run's loss into RUN/loss.svg, or into another folder. Raises RunFolderError."""
    history = History(run_folder)
    named = history.run.settings().get("settings")
    name = named.get("name") if isinstance(named, dict) else None
    path = (into or run_folder) / FILE
    write_whole(path, svg(history.losses, f"Training loss of {name}" if name else "Training loss").encode())
    return path


def describe(points: Sequence[tuple[int, float]]) -> str:
    """The curve in one sentence, for who does not see it."""
    if not points:
        return "No loss was measured yet."
    smooth = smoothed([loss for _, loss in points])
    lowest = min(smooth)
    return (
        f"Steps {points[0][0]} to {points[-1][0]}: the smoothed loss goes from {smooth[0]:.3f} to {smooth[-1]:.3f} "
        f"nats a token; at its lowest it is {lowest:.3f}."
    )


def smoothed(values: Sequence[float], share: float = 0.05) -> list[float]:
    """The mean of an exponential mean from the left and one from the right, so that the line does not lag behind.

    Each looks over about `share` of the run, its start corrected as Adam corrects its moments.
    """
    right = _exponential(values[::-1], share)[::-1]
    return [(one + other) / 2 for one, other in zip(_exponential(values, share), right, strict=True)]


def _exponential(values: Sequence[float], share: float) -> list[float]:
    keep = 1 - 1 / max(1.0, share * len(values))
    mean, weight, result = 0.0, 0.0, list[float]()
    for value in values:
        mean = keep * mean + (1 - keep) * value
        weight = keep * weight + (1 - keep)
        result.append(mean / weight)
    return result


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers, 1, 2 or 5 times a power of ten apart, that enclose [low, high]; at least two."""
    span = high - low or max(abs(high), 1.0) * 0.1
    raw = span / (most - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def _curve(points: Sequence[tuple[int, float]]) -> list[str]:
    steps, losses = [step for step, _ in points], [loss for _, loss in points]
    down = ticks(min(losses), max(losses))
    across = [tick for tick in ticks(steps[0], steps[-1], most=8) if steps[0] <= tick <= steps[-1] and tick % 1 == 0]
    spread = max(steps[-1] - steps[0], 1)

    def x(step: float) -> float:
        return _LEFT + (step - steps[0]) / spread * (WIDTH - _LEFT - _RIGHT)

    def y(loss: float) -> float:
        return HEIGHT - _BOTTOM - (loss - down[0]) / (down[-1] - down[0]) * (HEIGHT - _TOP - _BOTTOM)

    digits = max(0, -math.floor(math.log10(down[1] - down[0]) + 1e-9))
    line = _thinned(list(zip(steps, smoothed(losses), strict=True)))
    return [
        *(_across_line(y(tick), f"{tick:.{digits}f}") for tick in down),
        *(f'<text x="{x(tick):.1f}" y="{HEIGHT - 32}" text-anchor="middle">{tick:,.0f}</text>' for tick in across),
        f'<text x="{(WIDTH + _LEFT - _RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">optimiser step</text>',
        f'<text x="{WIDTH - _RIGHT}" y="22" text-anchor="end">nats a token</text>',
        *(f'<circle class="raw" cx="{x(step):.1f}" cy="{y(loss):.1f}" r="2"/>' for step, loss in _thinned(points)),
        f'<polyline class="smooth" points="{" ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in line)}"/>',
    ]


def _thinned(points: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    """At most `MOST` of them, evenly, the last one among them: a picture of a long run stays small."""
    apart = math.ceil(len(points) / MOST)
    return [one for number, one in enumerate(points) if (len(points) - 1 - number) % apart == 0]


def _across_line(at: float, label: str) -> str:
    grid = f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
    return f'{grid}<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{label}</text>'
