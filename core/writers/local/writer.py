"""The `local` writer: sends each system's share of a request to the worker of its base and joins the events."""

import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import SettingsError, WriterError
from core.records import Finish
from core.settings import LocalSystem
from core.writers.events import Failed, Finished, Loading, WriteRequest, WriterEvent
from core.writers.local.messages import Identity, Setup
from core.writers.local.process import Inbox, WorkerProcess

_LISTEN = 0.05
"""Seconds between two looks at the stop switch while no event comes."""
_GRACE = 0.35
"""Seconds after a stop until a system counts as stopped even if its model is still inside one long step."""


class LocalWriter:
    """Models on this machine. Workers start on first use and stay until `close`."""

    def __init__(self, systems: Sequence[LocalSystem], folder: Path, data: Path) -> None:
        """`folder` is where relative paths of models start, `data` where the untrained model is kept."""
        shares: dict[tuple[Any, ...], list[LocalSystem]] = {}
        for system in systems:
            shares.setdefault(base_key(system), []).append(system)
        self._workers: dict[str, WorkerProcess] = {}
        for share in shares.values():
            worker = WorkerProcess(Setup(tuple(share), folder, data))
            self._workers.update({system.id: worker for system in share})
        self._fingerprints: dict[str, str] = {}

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Iterator[WriterEvent]:
        """See `core.writers.events`. Seconds are counted from when the model takes the request up: waiting for other
        stories and for loading is left out."""
        inbox: Inbox = queue.SimpleQueue()
        asked = [(worker, worker.ask(request, share, inbox)) for worker, share in self._shares(system_ids)]
        try:
            yield from self._listen(inbox, list(system_ids), stop, asked)
        finally:
            for worker, number in asked:
                worker.halt(number)

    def _listen(
        self, inbox: Inbox, owed: list[str], stop: threading.Event, asked: list[tuple[WorkerProcess, int]]
    ) -> Iterator[WriterEvent]:
        began = stopped = None
        while owed:
            event = _next(inbox)
            now = time.monotonic()
            if stopped is None and stop.is_set():
                stopped = now
                for worker, number in asked:
                    worker.halt(number)
            if event is None or isinstance(event, Identity):
                if stopped is not None and now - stopped > _GRACE:
                    yield from (self._stopped(system_id, now - (began or now)) for system_id in owed)
                    return
                continue
            if began is None and not isinstance(event, Loading):
                began = now
            if isinstance(event, Finished | Failed):
                owed.remove(event.system_id)
            if isinstance(event, Finished):
                self._fingerprints[event.system_id] = event.fingerprint
            yield event

    def fingerprint(self, system_id: str) -> str:
        """The system's fingerprint. Loads no weights, but downloads a hub model that is not here yet, and waits for
        what its worker is writing. Raises WriterError where its files are not to be had."""
        ((worker, _),) = self._shares([system_id])
        inbox: Inbox = queue.SimpleQueue()
        worker.identify(system_id, inbox)
        while True:
            answer = inbox.get()
            if isinstance(answer, Identity):
                return answer.fingerprint
            if isinstance(answer, Failed):
                raise WriterError(answer.message, answer.reason)

    def pids(self) -> Mapping[str, int]:
        """Process ids of the workers that run, by system."""
        return {system_id: pid for system_id, worker in self._workers.items() if (pid := worker.pid) is not None}

    def close(self) -> None:
        for worker in set(self._workers.values()):
            worker.close()

    def _shares(self, system_ids: Sequence[str]) -> list[tuple[WorkerProcess, tuple[str, ...]]]:
        if unknown := [system_id for system_id in system_ids if system_id not in self._workers]:
            raise SettingsError(f"no local system is called {unknown[0]!r}; there are: {', '.join(self._workers)}")
        if len(set(system_ids)) != len(system_ids):
            raise SettingsError(f"a system is asked twice in one request: {', '.join(system_ids)}")
        shares: dict[WorkerProcess, list[str]] = {}
        for system_id in system_ids:
            shares.setdefault(self._workers[system_id], []).append(system_id)
        return [(worker, tuple(share)) for worker, share in shares.items()]

    def _stopped(self, system_id: str, seconds: float) -> Finished:
        """For a model that is still inside one long step; what it yet sends is left unread."""
        return Finished(system_id, Finish.STOPPED, seconds, fingerprint=self._fingerprints.get(system_id, ""))


def base_key(system: LocalSystem) -> tuple[Any, ...]:
    """What systems must have in common to share one copy of the weights."""
    return (
        system.model,
        system.revision,
        system.dtype,
        system.quantization,
        system.attention,
        system.device_map,
    )


def _next(inbox: Inbox) -> WriterEvent | Identity | None:
    try:
        return inbox.get(timeout=_LISTEN)
    except queue.Empty:
        return None
