"""Runs as HTML: the list, one run's head, figures, texts, events and log. Any kind of job may use it."""

import math
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from app import render
from app.durations import ago, moment, span
from app.jobs.desk import Job, State
from app.jobs.progress import Note, Step

WORDS = {
    State.RUNNING: "Running",
    State.STOPPING: "Stopping",
    State.STOPPED: "Stopped",
    State.FAILED: "Failed",
    State.FINISHED: "Finished",
    State.LOST: "Lost",
}
MOST_NOTES = 30


def runs(jobs: Sequence[Job], now: datetime) -> str:
    """A list in which each run is a button: `data-run` is its key."""
    items = "".join(f"<li>{_row(job, now)}</li>" for job in jobs)
    return f'<div class="vist"><ul class="runs" aria-label="Runs, the latest first">{items}</ul></div>'


def _row(job: Job, now: datetime) -> str:
    cells = [
        f'<span class="run-name">{escape(job.name)}</span>',
        badge(job.state),
        f'<span class="run-how">{bar(job)}<span>{escape(where(job))}</span></span>',
        f'<span class="run-loss">{_labelled("loss", _loss(job.progress.last))}</span>',
        f'<span class="run-time">{escape(_time(job, now))}</span>',
    ]
    return f'<button type="button" class="run" data-run="{escape(job.key)}">{"".join(cells)}</button>'


def badge(state: State) -> str:
    return f'<span class="badge {state}">{WORDS[state]}</span>'


def bar(job: Job) -> str:
    """How far it is, as a bar; nothing where that is not known."""
    share = _share(job)
    if share is None:
        return ""
    return (
        f'<span class="bar" role="progressbar" aria-label="Progress of {escape(job.name)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{100 * share:.0f}"><span style="width:{share:.1%}"></span></span>'
    )


def _share(job: Job) -> float | None:
    total = job.progress.total
    return None if not total else min(1.0, (job.progress.last.number if job.progress.last else 0) / total)


def where(job: Job) -> str:
    """Step 34 of 126."""
    last, total = job.progress.last, job.progress.total
    if total is None:
        return "getting ready" if not job.state.is_over else "did not begin"
    return f"step {last.number if last else 0:,} of {total:,}"


def _time(job: Job, now: datetime) -> str:
    last = job.progress.last
    if not job.state.is_over:
        left = f"{span(last.seconds_left)} left" if last and math.isfinite(last.seconds_left) else "time left not known"
        return f"{left} · started {ago(job.started, now)}"
    return f"started {moment(job.started)}"


def _loss(step: Step | None) -> str:
    return figure(step.loss, ".3f") if step else "–"


def _labelled(label: str, value: str) -> str:
    return f'<span class="hint">{label}</span> {value}'


def figure(value: float, form: str = ",.0f", unit: str = "") -> str:
    """A dash where nothing was measured."""
    return "–" if not math.isfinite(value) else f"{value:{form}}{unit}"


def head(job: Job, now: datetime, said: str = "") -> str:
    """Name, state, how far, and in words what to know or do. `said` is the last line the command printed."""
    return (
        f'<div class="vist run-head"><h2>{escape(job.name)} {badge(job.state)}</h2>'
        f'<p class="lead">{escape(_sentence(job, now))}</p>{bar(job)}{_advice(job, now, said)}</div>'
    )


def _sentence(job: Job, now: datetime) -> str:
    parts = [where(job)[:1].upper() + where(job)[1:], _time(job, now)]
    facts = job.progress.facts
    if isinstance(facts.get("samples"), int):
        parts.append(f"{facts['samples']:,} samples, {facts.get('effective_batch', '–')} a step")
    if isinstance(devices := facts.get("devices"), int):
        parts.append(f"{devices} device{'' if devices == 1 else 's'}")
    return " · ".join(parts)


def _advice(job: Job, now: datetime, said: str) -> str:
    text = _why(job, now, said)
    kind = "bad" if job.state in {State.FAILED, State.LOST} else "info"
    return render.notice(text, kind=kind)


def _why(job: Job, now: datetime, said: str) -> str:
    if job.state is State.FAILED:
        reason = str(job.word.values.get("why", "")) if job.word else said.partition(": ")[2]
        code = f"The command ended with code {job.attempt.exit_code}." if job.attempt else "The command failed."
        return f"Failed: {reason}" if reason else f"{code} What it said stands in the log below."
    if job.state is State.LOST:
        return _lost(job)
    if job.state is State.STOPPING:
        return _stopping(job, now)
    if job.state is State.STOPPED:
        at_once = "It was ended at once; what it saved last is kept. " if job.word is None else ""
        return f"{at_once}{_go_on(job)}"
    if job.state is State.RUNNING and job.progress.total is None:
        return "It reads the data and loads the model. That may take minutes; steps appear here as they are done."
    return ""


def _lost(job: Job) -> str:
    signal = -job.attempt.exit_code if job.attempt and job.attempt.exit_code is not None else 0
    how = f"by signal {signal}" if signal > 0 else "or this machine went down"
    memory = " Signal 9 is often the system's when memory runs out." if signal == 9 else ""
    return f"The process is gone and left no word: it was killed {how}.{memory} {_go_on(job)}"


def _stopping(job: Job, now: datetime) -> str:
    asked = job.attempt.stop_asked if job.attempt else None
    since = f" Asked {ago(asked, now)}." if asked else ""
    late = " It takes its time; you may end it at once and lose what was done since it last saved."
    return f"It finishes the step at hand, saves and goes.{since}{late if job.may_end(now) else ''}"


def _go_on(job: Job) -> str:
    if job.is_from_elsewhere:
        return "It was started on a command line: give the same command there and it goes on from its last checkpoint."
    return "Resume goes on from its last checkpoint." if has_saved(job) else "It had saved nothing yet."


def has_saved(job: Job) -> bool:
    """Whether there is a checkpoint to go on from."""
    return any(note.event == "saved" for note in job.progress.notes)


def figures(items: Sequence[tuple[str, str, str]]) -> str:
    """Label, value, and a hint that explains it."""
    cells = "".join(
        f'<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd><dd class="hint">{escape(hint)}</dd></div>'
        for label, value, hint in items
    )
    return f'<dl class="figures">{cells}</dl>'


def notes(job: Job) -> str:
    """The latest events, newest first."""
    shown = job.progress.notes[::-1][:MOST_NOTES]
    if not shown:
        return '<p class="hint">Nothing yet.</p>'
    items = "".join(f"<li><time>{_clock(note.time)}</time> {escape(told(note))}</li>" for note in shown)
    broken = job.progress.broken
    torn = f"{broken} line{'s' if broken > 1 else ''} of events.jsonl could not be read." if broken else ""
    return f'<ol class="notes" reversed>{items}</ol>{render.notice(torn, kind="bad")}'


def told(note: Note) -> str:
    """One event as a sentence."""
    values = note.values
    step = f"step {values['step']:,}" if isinstance(values.get("step"), int) else "an unknown step"
    if note.event == "started":
        from_step = values.get("resumed_from")
        begun = f"resumed from step {from_step:,}" if isinstance(from_step, int) and from_step else "started"
        return f"{begun}: {_count(values, 'steps')} steps, {_count(values, 'samples')} samples"
    if note.event == "saved":
        return f"saved at {step}"
    if note.event == "finished":
        seconds, loss = values.get("seconds"), values.get("loss")
        spent = f" in {span(float(seconds))}" if isinstance(seconds, int | float) else ""
        return f"finished{spent}" + (f", last loss {loss:.3f}" if isinstance(loss, int | float) else "")
    return f"{note.event} at {step}: {values.get('why', 'no reason given')}"


def _count(values: dict[str, Any], name: str) -> str:
    return f"{values[name]:,}" if isinstance(values.get(name), int) else "–"


def _clock(time: datetime | None) -> str:
    return "–" if time is None else f"{time.astimezone(UTC):%-d %b %H:%M:%S}"


def log(text: str) -> str:
    """The end of log.txt."""
    if not text:
        return '<p class="hint">The command has printed nothing.</p>'
    return f'<pre class="log" tabindex="0" aria-label="End of the log">{escape(text)}</pre>'


def command(job: Job) -> str:
    """What a person would type to do the same; empty for a run from elsewhere."""
    if job.attempt is None or not job.attempt.line:
        return ""
    return shlex.join(["python", *job.attempt.line[1:]])
