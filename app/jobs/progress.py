"""What the events of a run say so far. After a resume steps come again; the later line counts."""

import math
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.jobs.trail import Line

LAST_WORDS = frozenset({"finished", "stopped", "failed"})
MOST_NOTES, MOST_TEXTS = 200, 50
"""Kept for the screen; a run may go on for weeks."""


@dataclass(frozen=True, slots=True)
class Step:
    """One optimiser step. NaN where the trainer measured nothing."""

    number: int
    loss: float = math.nan
    """Mean over the samples of the step, in nats a token."""
    learning_rate: float = math.nan
    grad_norm: float = math.nan
    tokens: float = math.nan
    """Of this step, all devices together."""
    tokens_per_second: float = math.nan
    seconds: float = math.nan
    seconds_left: float = math.nan
    memory_gb: float = math.nan
    """Peak so far, of one device."""
    mfu: float = math.nan
    """Model FLOPs utilisation, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Note:
    """An event worth a line: started, saved, stopped, failed, finished."""

    event: str
    time: datetime | None
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """At one moment."""

    started: datetime | None = None
    """First start of all."""
    pid: int | None = None
    """As the process said of itself."""
    spoke: datetime | None = None
    """When the process that wrote last said that it started."""
    started_at: int = -1
    """Where the latest start stands in events.jsonl, in bytes."""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """Of the latest `started`: steps, samples, effective_batch, devices."""
    steps: tuple[Step, ...] = ()
    """In order, each number once."""
    texts: tuple[tuple[int, str], ...] = ()
    """Step and what the model wrote then, the latest last."""
    notes: tuple[Note, ...] = ()
    word: Note | None = None
    """The last word of the latest start, if it has been said."""
    word_at: int = -1
    """Where in events.jsonl it stands, in bytes."""
    broken: int = 0
    """Lines of events.jsonl that are no records."""

    @property
    def last(self) -> Step | None:
        return self.steps[-1] if self.steps else None

    @property
    def total(self) -> int | None:
        """Steps of the whole run."""
        steps = self.facts.get("steps")
        return steps if isinstance(steps, int) and steps > 0 else None


class Tally:
    """Takes events in and gives the progress out. Not for several threads at once."""

    def __init__(self) -> None:
        self._steps: dict[int, Step] = {}
        self._now = Progress()

    def take(self, line: Line) -> None:
        event, value = line.value.get("event"), line.value
        if event == "step":
            self._step(value)
        elif event == "sample":
            text = (_whole(value.get("step")), str(value.get("text", "")))
            self._now = replace(self._now, texts=(*self._now.texts, text)[-MOST_TEXTS:])
        elif event == "started":
            self._start(value, line.at)
        elif event in LAST_WORDS:
            self._now = replace(self._now, word=_note(value), word_at=line.at)
        if event in LAST_WORDS or event in {"started", "saved"}:
            self._now = replace(self._now, notes=(*self._now.notes, _note(value))[-MOST_NOTES:])

    def progress(self, broken: int = 0) -> Progress:
        steps = tuple(self._steps[number] for number in sorted(self._steps))
        return replace(self._now, steps=steps, broken=broken)

    def _start(self, value: dict[str, Any], at: int) -> None:
        """Steps after the checkpoint it goes on from are to be done again, and so are the texts written on the way."""
        kept = _whole(value.get("resumed_from"))
        self._steps = {number: step for number, step in self._steps.items() if number <= kept}
        facts = {name: value.get(name) for name in ("steps", "samples", "effective_batch", "devices")}
        time = _time(value)
        self._now = replace(
            self._now,
            started=self._now.started or time,
            spoke=time,
            started_at=at,
            pid=_whole(value.get("pid")) or None,
            facts=facts,
            texts=tuple(text for text in self._now.texts if text[0] <= kept),
            word=None,
            word_at=-1,
        )

    def _step(self, value: dict[str, Any]) -> None:
        number = _whole(value.get("step"))
        measured = {name: _figure(value.get(name)) for name in Step.__slots__ if name != "number"}
        self._steps[number] = Step(number, **measured)


def _note(value: dict[str, Any]) -> Note:
    rest = {name: one for name, one in value.items() if name not in {"event", "time"}}
    return Note(str(value.get("event")), _time(value), rest)


def _time(value: dict[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value.get("time")))
    except ValueError:
        return None


def _whole(value: Any) -> int:
    """0 where the event names no step."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _figure(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
