"""A fine-tuning run as HTML: figures, loss curve, what it writes on the way."""

import math
from collections.abc import Sequence
from html import escape

from app.durations import span
from app.job_view import command, figure, figures
from app.jobs.desk import Job
from app.jobs.progress import Step
from app.training import settings_text

MOST_POINTS = 500
EMPTY = (
    '<div class="vist"><p class="lead">No run yet. <strong>New run</strong> asks for a configuration and data, '
    "shows what it needs and how long it takes, and starts it.</p>"
    '<p class="hint" style="margin-top:.5rem">Runs of <code>python -m train finetune</code> under '
    "<code>runs/tuning</code> appear here too.</p></div>"
)


def measured(job: Job) -> str:
    """The latest step's figures, each with what it means."""
    steps = job.progress.steps
    if not steps:
        return ""
    last = steps[-1]
    items = [
        ("Loss", figure(last.loss, ".3f"), _course(steps)),
        ("Speed", figure(last.tokens_per_second, unit=" tokens/s"), "of all devices, last step"),
        ("A step", span_of_step(last.seconds), "last step"),
        ("Memory", figure(last.memory_gb, ",.1f", " GB"), "peak of the first device so far"),
        ("Utilisation", figure(100 * last.mfu, ".1f", " %"), "model FLOPs utilisation: of the devices' peak"),
        ("Learning rate", figure(last.learning_rate, ".2e"), "at the last step"),
        ("Gradient norm", figure(last.grad_norm, ".3f"), "before clipping"),
    ]
    return f'<div class="vist">{figures(items)}</div>'


def span_of_step(seconds: float) -> str:
    """Tenths where a step takes less than ten seconds."""
    return figure(seconds, ".1f", " s") if seconds < 10 else span(seconds)


def _course(steps: Sequence[Step]) -> str:
    """Means over a few steps, since one step's loss jumps with its samples."""
    few = min(10, len(steps) // 2)
    if few < 2:
        return "nats a token, mean of the step's samples"
    first, now = (_mean([step.loss for step in part]) for part in (steps[:few], steps[-few:]))
    return f"nats a token; first {few} steps {figure(first, '.3f')}, last {few} {figure(now, '.3f')}"


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan


def curve(job: Job) -> str:
    """The loss over the steps; nothing before there are two."""
    from train.tuning.curve import svg

    points = thinned([(step.number, step.loss) for step in job.progress.steps if math.isfinite(step.loss)])
    return f'<div class="vist curve">{svg(points)}</div>' if len(points) > 1 else ""


def thinned(points: list[tuple[int, float]], most: int = MOST_POINTS) -> list[tuple[int, float]]:
    """Every n-th point and the last, so that the page stays light."""
    every = -(-len(points) // most)
    return points if every <= 1 else [*points[:-1:every], points[-1]]


def texts(job: Job) -> str:
    """What the model wrote about the first sample, the latest first."""
    written = job.progress.texts[::-1]
    if not written:
        return ""
    items = "".join(
        f'<li><p class="hint">after step {step:,}</p><blockquote>{escape(text)}</blockquote></li>'
        for step, text in written
    )
    return (
        f'<div class="vist"><h3>What it writes about the first sample</h3><ol class="texts" reversed>{items}</ol></div>'
    )


def settings(job: Job) -> str:
    """Where it is, how it was started, and its settings as they stand in its folder."""
    line = command(job)
    shown = f'<p class="hint">Started with</p><pre>{escape(line)}</pre>' if line else ""
    text = settings_text(job)
    own = f'<p class="hint">Settings</p><pre tabindex="0" aria-label="Settings">{escape(text)}</pre>' if text else ""
    return f'<div class="vist"><p class="hint">Folder</p><pre>{escape(str(job.folder))}</pre>{shown}{own}</div>'
