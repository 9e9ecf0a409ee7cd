"""What a run folder tells of its course.

A resumed run may have done steps twice: of two lines about one step the later counts.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from core import jsonl
from core.runs import EVENTS, Run


class Figures(NamedTuple):
    """What was measured over all steps. NaN where nothing was."""

    steps: int
    """Done so far."""
    of: float
    """That were meant."""
    loss: float
    """Of the last step, in nats a token."""
    mean_loss: float
    """Over the last tenth of the steps."""
    tokens: float
    seconds: float
    """In steps; without loading, and without steps that were done again."""
    memory_gb: float
    """Peak of the first device."""
    mfu: float
    """Mean over the steps, weighed by their time."""
    devices: float

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds if self.seconds > 0 else math.nan

    @property
    def hours(self) -> float:
        return self.seconds / 3600


class History:
    """The events of one run."""

    def __init__(self, folder: Path) -> None:
        """Raises RunFolderError where there is no run folder, or a line of its events is damaged."""
        self.run = Run.open(folder)
        self.events = list(jsonl.read(folder / EVENTS, _event))

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """One line a step, in order."""
        return [line for _, line in sorted({one["step"]: one for one in self._all("step")}.items())]

    @property
    def losses(self) -> list[tuple[int, float]]:
        """(step, loss); steps without a finite loss are left out."""
        found = [(int(one["step"]), _number(one.get("loss"))) for one in self.steps]
        return [(step, loss) for step, loss in found if math.isfinite(loss)]

    @property
    def finished(self) -> bool:
        """Whether the last thing that happened was the end."""
        ends = [one["event"] for one in self.events if one["event"] in {"started", "stopped", "failed", "finished"}]
        return bool(ends) and ends[-1] == "finished"

    @property
    def resumed_from(self) -> list[int]:
        """The steps from which the run went on after it was killed or stopped."""
        return [int(one["resumed_from"]) for one in self._all("started") if one.get("resumed_from") is not None]

    def figures(self) -> Figures:
        steps, losses = self.steps, [loss for _, loss in self.losses]
        started = self._all("started")
        last = losses[-math.ceil(len(losses) / 10) :] if losses else []
        return Figures(
            steps=len(steps),
            of=_number(steps[-1].get("steps")) if steps else math.nan,
            loss=losses[-1] if losses else math.nan,
            mean_loss=sum(last) / len(last) if last else math.nan,
            tokens=_sum(steps, "tokens"),
            seconds=_sum(steps, "seconds"),
            memory_gb=max(
                (value for one in steps if math.isfinite(value := _number(one.get("memory_gb")))), default=math.nan
            ),
            mfu=_weighed(steps, "mfu"),
            devices=_number(started[-1].get("devices")) if started else math.nan,
        )

    def _all(self, event: str) -> list[Mapping[str, Any]]:
        return [one for one in self.events if one["event"] == event]


def _event(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("event"), str):
        raise ValueError("an object with `event` was wanted")
    if value["event"] == "step" and not isinstance(value.get("step"), int):
        raise ValueError("an event `step` says which step")
    return value


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _sum(steps: list[Mapping[str, Any]], name: str) -> float:
    found = [value for one in steps if math.isfinite(value := _number(one.get(name)))]
    return sum(found) if found else math.nan


def _weighed(steps: list[Mapping[str, Any]], name: str) -> float:
    pairs = [(_number(one.get(name)), _number(one.get("seconds"))) for one in steps]
    known = [(value, seconds) for value, seconds in pairs if math.isfinite(value) and math.isfinite(seconds)]
    whole = sum(seconds for _, seconds in known)
    return sum(value * seconds for value, seconds in known) / whole if whole > 0 else math.nan
