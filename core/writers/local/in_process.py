"""The `local` writer without worker processes, for a place that lends its GPU to one function of the program itself."""

import itertools
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

from core.errors import WriterError
from core.records import Finish
from core.settings import LocalSystem
from core.writers.events import Failed, Finished, WriteRequest, WriterEvent
from core.writers.local.engine import Engine, Job
from core.writers.local.writer import base_key

STOP_SECONDS = 0.2
"""Longest wait for the engine to end by itself once stopped, which it cannot where it runs in a process of its own."""

Share = Callable[[WriteRequest, tuple[str, ...], int], Iterator[WriterEvent]]
"""A request, the systems of one base, the request's number -> their events."""


class InProcessWriter:
    """Systems grouped by base, one engine each. One story is written at a time."""

    def __init__(self, systems: Sequence[LocalSystem], folder: Path, data: Path) -> None:
        self._engines: dict[str, Engine] = {}
        for base in dict.fromkeys(map(base_key, systems)):
            share = [system for system in systems if base_key(system) == base]
            engine = Engine(share, folder, data)
            self._engines.update({system.id: engine for system in share})
        self.around: Share = self.share
        """What runs a share; a place that lends a GPU puts its own wrapper of `share` here."""
        self._turn = threading.Lock()
        self._numbers = itertools.count()
        self._stops: dict[int, threading.Event] = {}

    def load(self) -> None:
        """Load every model now. Raises CheckpointError."""
        for engine in dict.fromkeys(self._engines.values()):
            engine.load()

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Generator[WriterEvent]:
        """See `core.writers.events`."""
        shares: dict[Engine, list[str]] = {}
        for system_id in system_ids:
            if system_id not in self._engines:
                raise WriterError(f"no local system is called {system_id!r}")
            shares.setdefault(self._engines[system_id], []).append(system_id)
        with self._turn:
            for share in shares.values():
                number = next(self._numbers)
                self._stops[number] = stop
                try:
                    yield from _until_stopped(self.around(request, tuple(share), number), share, stop)
                finally:
                    del self._stops[number]

    def share(self, request: WriteRequest, system_ids: tuple[str, ...], number: int) -> Generator[WriterEvent]:
        """The events of systems with one base. Arguments and events can be pickled: it may run in a forked process.

        There the stop switch stays behind in the parent, and closing this generator is what stops the models.
        """
        events: queue.SimpleQueue[WriterEvent] = queue.SimpleQueue()
        job = Job(request, system_ids, events.put, self._stops.get(number) or threading.Event())
        thread = threading.Thread(target=self._engines[system_ids[0]].write, args=([job],), daemon=True)
        thread.start()
        owed = set(system_ids)
        try:
            while owed:
                event = events.get()
                if isinstance(event, Finished | Failed):
                    owed.discard(event.system_id)
                yield event
        finally:
            job.stop.set()
            thread.join()

    def close(self) -> None:
        """Models go with the process."""
        self._engines.clear()


def _until_stopped(
    events: Iterator[WriterEvent], system_ids: Sequence[str], stop: threading.Event
) -> Generator[WriterEvent]:
    """Pass events on; after a stop, end what does not end by itself, by closing, which reaches another process too."""
    owed, began, give_up = set(system_ids), time.monotonic(), float("inf")
    with closing(cast("Generator[WriterEvent]", events)):
        for event in events:
            if isinstance(event, Finished | Failed):
                owed.discard(event.system_id)
            yield event
            if stop.is_set():
                give_up = min(give_up, time.monotonic() + STOP_SECONDS)
            if time.monotonic() > give_up:
                break
    for system_id in sorted(owed if stop.is_set() else ()):
        yield Finished(system_id, Finish.STOPPED, time.monotonic() - began)
