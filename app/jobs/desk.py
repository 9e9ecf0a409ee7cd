"""Every job of this server, for the screens: listed, started, followed, stopped. What is true is read from folders."""

import contextlib
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import psutil

from app.jobs import process, record
from app.jobs.kinds import Kind, run_name
from app.jobs.progress import Note, Progress, Tally
from app.jobs.record import Attempt
from app.jobs.trail import Trail
from core.errors import BadInput, RunFolderError
from core.runs import EVENTS

log = logging.getLogger(__name__)

GRACE = 60.0
"""Seconds a job has to save and go before the page offers to end it at once."""
CLOCK_SLACK = 2.0
"""Seconds between a process's birth as the system tells it and the clock its events use."""


class State(StrEnum):
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    FINISHED = "finished"
    LOST = "lost"
    """The process is gone and has not said why: killed, or the machine went down."""

    @property
    def is_over(self) -> bool:
        return self not in {State.RUNNING, State.STOPPING}


@dataclass(frozen=True, slots=True)
class Job:
    """A run and how it stands at one moment."""

    folder: Path
    kind: Kind
    state: State
    progress: Progress
    attempt: Attempt | None
    """The latest start from this app; None for a run started from a command line."""

    @property
    def key(self) -> str:
        return str(self.folder)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def started(self) -> datetime | None:
        """The latest start."""
        times = [self.progress.spoke, self.attempt.started if self.attempt else None]
        return max((time for time in times if time is not None), default=None)

    @property
    def began(self) -> datetime | None:
        """The first start of all, where the events say it."""
        return self.progress.started or self.started

    @property
    def word(self) -> Note | None:
        """The last word of the latest start."""
        earlier = self.attempt is not None and self.progress.word_at < self.attempt.events_at
        return None if earlier else self.progress.word

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether the latest start was made on a command line."""
        return _from_elsewhere(self.attempt, self.progress)

    def may_end(self, now: datetime) -> bool:
        """Whether it was asked to stop long enough ago to be ended at once."""
        asked = self.attempt.stop_asked if self.attempt and self.state is State.STOPPING else None
        return asked is not None and (now - asked).total_seconds() >= GRACE


class _Follower:
    """A run's events, read once however many pages look."""

    def __init__(self, folder: Path) -> None:
        self._trail = Trail(folder / EVENTS)
        self._tally = Tally()
        self._lock = threading.Lock()

    def progress(self) -> Progress:
        with self._lock:
            if self._trail.starts_over():
                self._tally = Tally()
            for line in self._trail.new():
                self._tally.take(line)
            return self._tally.progress(self._trail.broken)


class Jobs:
    """`roots`: folders with a folder per kind and in it one per run. New runs go under the first."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(dict.fromkeys(root.resolve() for root in roots))
        self._followers: dict[Path, _Follower] = {}

    def start(
        self,
        kind: Kind,
        name: str,
        arguments: Mapping[str, str],
        *,
        files: Mapping[str, bytes] | None = None,
        processes: int = 1,
    ) -> Job:
        """A new run, its folder begun with `files`, which `arguments` may name by their paths (`folder`).

        Raises BadInput for a name that is taken or no name, and for arguments the command cannot take.
        """
        folder = self.folder(kind, name)
        if _holds_a_run(folder):
            raise BadInput(f"{folder.name}: there is a run of this name; give another, or resume that one")
        process.start(kind, arguments, folder, processes=processes, files=files or {})
        return self._look(kind, folder)

    def folder(self, kind: Kind, name: str) -> Path:
        """Where a new run of this name goes. Raises BadInput where it is no name."""
        return self._roots[0] / kind.home / run_name(name)

    def resume(self, job: Job) -> Job:
        """The same command again; it goes on from its last checkpoint. Raises BadInput where it runs."""
        now = self._look(job.kind, job.folder)
        if now.attempt is None:
            raise BadInput(f"{job.name}: started from a command line; give the same command there to go on")
        if not now.state.is_over:
            raise process.StillRunning(f"{job.name}: is running already")
        process.start(job.kind, now.attempt.arguments, job.folder, processes=now.attempt.processes)
        return self._look(job.kind, job.folder)

    def stop(self, job: Job) -> Job:
        """Ask it to save and go. Raises BadInput where it has ended."""
        pid = self._running(job)
        record.note(job.folder, "stop", pid=pid)
        process.ask_to_stop(pid)
        return self._look(job.kind, job.folder)

    def end(self, job: Job) -> Job:
        """Kill it and all it started; what it last saved stays. Raises BadInput before its time to go is over."""
        pid = self._running(job)
        if not self._look(job.kind, job.folder).may_end(datetime.now(UTC)):
            raise BadInput(f"{job.name}: ask it to stop first, and give it {GRACE:.0f} seconds to save")
        record.note(job.folder, "end", pid=pid)
        process.end(pid)
        return self._look(job.kind, job.folder)

    def all(self, kind: Kind) -> list[Job]:
        """Newest start first."""
        long_ago = datetime.min.replace(tzinfo=UTC)
        jobs = [self._look(kind, folder) for folder in self._folders(kind)]
        return sorted(jobs, key=lambda job: (job.started or long_ago, job.name), reverse=True)

    def find(self, kind: Kind, key: str) -> Job | None:
        """By its `key`; None for anything that is not among the runs listed."""
        folder = next((one for one in self._folders(kind) if str(one) == key), None)
        return None if folder is None else self._look(kind, folder)

    def _folders(self, kind: Kind) -> list[Path]:
        homes = [root / kind.home for root in self._roots if (root / kind.home).is_dir()]
        return [one for home in homes for one in sorted(home.iterdir()) if _holds_a_run(one)]

    def _look(self, kind: Kind, folder: Path) -> Job:
        job = self._glance(kind, folder)
        # A start that fell between the glance at the lock and the one at the record looks like a loss.
        return self._glance(kind, folder) if job.state is State.LOST else job

    def _glance(self, kind: Kind, folder: Path) -> Job:
        # The lock first: what ends after it is seen with its last word and its exit code.
        alive = process.is_running(folder)
        attempt = _latest(folder)
        progress = self._followers.setdefault(folder, _Follower(folder)).progress()
        return Job(folder, kind, _state(attempt, progress, alive), progress, attempt)

    def _running(self, job: Job) -> int:
        """The number of its process. Raises BadInput where it has ended."""
        now = self._look(job.kind, job.folder)
        pid = now.progress.pid if now.attempt is None or now.is_from_elsewhere else now.attempt.pid
        if now.state.is_over or pid is None:
            raise BadInput(f"{job.name}: has ended already ({now.state})")
        return pid


def _latest(folder: Path) -> Attempt | None:
    """None too where the record is damaged: the run is then shown as its events tell it, and the others as ever."""
    try:
        return record.latest(folder)
    except RunFolderError as error:
        log.warning("%s", error)
        return None


def _holds_a_run(folder: Path) -> bool:
    return (folder / record.FILE).is_file() or (folder / EVENTS).is_file()


def _from_elsewhere(attempt: Attempt | None, progress: Progress) -> bool:
    if attempt is None:
        return True
    return attempt.events_until is not None and progress.started_at >= attempt.events_until


def _state(attempt: Attempt | None, progress: Progress, alive: bool) -> State:
    if attempt is None or _from_elsewhere(attempt, progress):
        return _elsewhere(progress, alive)
    if alive and attempt.exit_code is None:
        return State.STOPPING if attempt.stop_asked else State.RUNNING
    if progress.word is not None and progress.word_at >= attempt.events_at:
        return State(progress.word.event)
    if attempt.ended_at_once:
        return State.STOPPED
    if attempt.exit_code is None or attempt.exit_code < 0:
        return State.LOST
    return State.FAILED if attempt.exit_code else State.FINISHED


def _elsewhere(progress: Progress, alive: bool) -> State:
    if progress.word is not None:
        return State(progress.word.event)
    return State.RUNNING if alive or _lives(progress) else State.LOST


def _lives(progress: Progress) -> bool:
    """Whether the process that said it started is there: born before it spoke, so not another with its number."""
    if progress.pid is None or progress.spoke is None:
        return False
    with contextlib.suppress(psutil.Error):
        found = psutil.Process(progress.pid)
        born_before = found.create_time() <= progress.spoke.timestamp() + CLOCK_SLACK
        return born_before and found.status() != psutil.STATUS_ZOMBIE
    return False
