"""Several writers at once, their events out of one iterator.

Each job runs in a thread of its own and puts its events into one queue. A job that fails fails alone; closing the
iterator, or setting `stop`, stops all of them.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextvars import copy_context
from typing import NamedTuple

from core.errors import WriterError
from core.writers.events import Failed, Finished, WriterEvent

log = logging.getLogger(__name__)

POLL = 0.05
"""Seconds between two looks at `stop` where nothing is being written."""
JOIN_SECONDS = 10.0
"""Longest wait for a stopped job; a worker that hangs is left behind and named in the log."""
BROKE = "Something went wrong on this side, and it could not go on. Try it again; the log says more."


class Job(NamedTuple):
    """What one thread runs."""

    system_ids: tuple[str, ...]
    run: Callable[[threading.Event], Iterator[WriterEvent]]
    """Given the event that stops it."""


class EitherEvent(threading.Event):
    """Set when it is set itself or the outer event is."""

    def __init__(self, outer: threading.Event) -> None:
        super().__init__()
        self._outer = outer

    def is_set(self) -> bool:
        return super().is_set() or self._outer.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left = POLL if end is None else min(POLL, end - time.monotonic())
            if left <= 0:
                return False
            self._outer.wait(left)
        return True


class _End(NamedTuple):
    """A job's thread has nothing more to say."""

    job: Job


def merge(jobs: Sequence[Job], stop: threading.Event) -> Generator[WriterEvent]:
    """The events of all jobs as they come, until every system has ended in exactly one Finished or Failed.

    An exception of a job becomes Failed for each of its systems that had not ended, and a traceback in the log; so does
    a job that still runs `JOIN_SECONDS` after a stop.
    """
    halt = EitherEvent(stop)
    events: queue.SimpleQueue[WriterEvent | _End] = queue.SimpleQueue()
    # Each in a copy of the caller's context, from which a lent GPU learns whose request it is.
    threads = [
        threading.Thread(target=copy_context().run, args=(_run, job, halt, events.put), daemon=True) for job in jobs
    ]
    try:
        for thread in threads:
            thread.start()
        yield from _until_all_ended(jobs, events, stop)
    finally:
        halt.set()
        _join([thread for thread in threads if thread.ident])


def _until_all_ended(
    jobs: Sequence[Job], events: "queue.SimpleQueue[WriterEvent | _End]", stop: threading.Event
) -> Generator[WriterEvent]:
    pending = {system_id for job in jobs for system_id in job.system_ids}
    give_up: float | None = None
    while pending:
        try:
            event = events.get(timeout=POLL)
        except queue.Empty:
            if stop.is_set():
                give_up = give_up or time.monotonic() + JOIN_SECONDS
            if give_up is not None and time.monotonic() > give_up:
                break
            continue
        if isinstance(event, _End):
            yield from _failed(pending.intersection(event.job.system_ids), pending)
        elif event.system_id in pending:
            if isinstance(event, Finished | Failed):
                pending.discard(event.system_id)
            yield event
    yield from _failed(set(pending), pending)


def _failed(system_ids: set[str], pending: set[str]) -> Generator[WriterEvent]:
    pending -= system_ids
    for system_id in sorted(system_ids):
        log.error("%s: ended without Finished or Failed", system_id)
        yield Failed(system_id, BROKE, "error")


def _run(job: Job, halt: threading.Event, put: Callable[[WriterEvent | _End], None]) -> None:
    try:
        for event in job.run(halt):
            put(event)
    except Exception as error:
        log.exception("%s: the writer broke", ", ".join(job.system_ids))
        reason = error.reason if isinstance(error, WriterError) else "error"
        for system_id in job.system_ids:
            put(Failed(system_id, BROKE, reason))  # passed on only for systems that have not ended
    finally:
        put(_End(job))


def _join(threads: list[threading.Thread]) -> None:
    end = time.monotonic() + JOIN_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
        if thread.is_alive():
            log.error("a writer did not stop within %.0f s", JOIN_SECONDS)
