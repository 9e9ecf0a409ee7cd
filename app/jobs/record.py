"""What was started in a folder and how it ended: job.jsonl, one line a deed, kept by the app."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import jsonl

FILE = "job.jsonl"
_START = ("kind", "pid", "arguments", "line", "processes", "events_at", "log_at")


@dataclass(frozen=True, slots=True)
class Attempt:
    """The latest start in a folder, and what is known of its end."""

    kind: str
    pid: int
    """Of the process; it leads a group of the same number."""
    started: datetime
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    line: tuple[str, ...] = ()
    """The command line as the system got it."""
    processes: int = 1
    """How many of them share the work, one a GPU."""
    events_at: int = 0
    """Bytes of events.jsonl when it was started: what stands before is of earlier attempts."""
    log_at: int = 0
    """Bytes of log.txt when it was started."""
    stop_asked: datetime | None = None
    ended_at_once: bool = False
    """Whether somebody had it killed."""
    exit_code: int | None = None
    """None while it runs, and where the app was not there to see the end; -N where signal N killed it."""
    events_until: int | None = None
    """Bytes of events.jsonl when it ended: what stands after is of a start from elsewhere."""


def note(folder: Path, deed: str, **values: Any) -> None:
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    jsonl.append(folder / FILE, {"time": time, "deed": deed, **values})


def latest(folder: Path) -> Attempt | None:
    """None where the app never started anything in this folder. Raises RunFolderError where the record is broken."""
    attempt: Attempt | None = None
    for line in jsonl.read(folder / FILE, _line):
        attempt = _after(attempt, line)
    return attempt


def _line(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not {"time", "deed"} <= value.keys():
        raise ValueError("a deed with its time was wanted")
    datetime.fromisoformat(value["time"])
    wanted = {"start": _START, "ended": ("pid", "exit_code", "events_until")}.get(value["deed"], ())
    missing = [name for name in wanted if name not in value]
    if missing:
        raise ValueError(f"{value['deed']!r} without {', '.join(missing)}")
    return value


def _after(attempt: Attempt | None, line: dict[str, Any]) -> Attempt | None:
    time, deed = datetime.fromisoformat(line["time"]), line["deed"]
    if deed == "start":
        taken = {name: line[name] for name in _START}
        return Attempt(started=time, **{**taken, "line": tuple(line["line"])})
    if attempt is None or line.get("pid") != attempt.pid:
        return attempt
    if deed == "stop":
        return replace(attempt, stop_asked=time)
    if deed == "end":
        return replace(attempt, ended_at_once=True)
    if deed == "ended":
        return replace(attempt, exit_code=line["exit_code"], events_until=line["events_until"])
    return attempt
