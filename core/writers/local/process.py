"""The app's handle on one worker process: started on first use, started anew after a crash."""

import logging
import os
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from core.errors import WriterError
from core.settings import HOME
from core.writers.events import Failed, Finished, Loading, WriteRequest, WriterEvent
from core.writers.local.messages import Ask, Halt, Identify, Identity, Question, Setup

log = logging.getLogger(__name__)
Inbox = queue.SimpleQueue[WriterEvent | Identity]
CRASH_LINE = (
    "The model's program stopped unexpectedly; perhaps the machine ran out of memory. Try again: it starts anew."
)
CLOSED_LINE = "The model was shut down while it wrote."
_PATIENCE = 3.0
"""Seconds a worker has to end by itself."""


@dataclass(slots=True)
class _Running:
    """One life of the process."""

    process: "subprocess.Popen[bytes]"
    pipe: "Connection[Any, Any]"
    sending: threading.Lock = field(default_factory=threading.Lock)
    open: dict[int, tuple[Inbox, set[str]]] = field(default_factory=dict[int, tuple[Inbox, set[str]]])
    """Requests not yet ended: where their events go, and which systems still owe an end."""


class WorkerProcess:
    """One worker, for the systems on one base. Safe to use from several threads."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._closed = False
        self._count = 0

    @property
    def pid(self) -> int | None:
        """None while no process runs."""
        running = self._running
        return running.process.pid if running else None

    def ask(self, request: WriteRequest, system_ids: tuple[str, ...], inbox: Inbox) -> int:
        """Put the events of a request into `inbox`, an end for every system among them whatever happens."""
        return self._put(lambda number: Ask(number, request, system_ids), system_ids, inbox)

    def identify(self, system_id: str, inbox: Inbox) -> int:
        """Put one `Identity` or `Failed` into `inbox`."""
        return self._put(lambda number: Identify(number, system_id), (system_id,), inbox)

    def halt(self, number: int) -> None:
        """Stop a request; harmless where it has ended."""
        with self._lock:
            running = self._running
            if running is None or number not in running.open:
                return
        self._send(running, Halt(number))

    def close(self) -> None:
        """End the process; requests under way are told so."""
        with self._lock:
            self._closed = True
            running = self._running
        if running is None:
            return
        _shut(running.pipe)
        _wait(running.process)
        with self._lock:
            self._running = None

    def _put(self, question: Callable[[int], Question], system_ids: tuple[str, ...], inbox: Inbox) -> int:
        with self._lock:
            if self._closed:
                raise WriterError("the local writer is closed; make a new one")
            running = self._running
            if running is None:
                for system_id in system_ids:
                    inbox.put(Loading(system_id, "Starting the model's program"))
                running = self._running = self._start()
            self._count += 1
            number = self._count
            running.open[number] = (inbox, set(system_ids))
        self._send(running, question(number))
        return number

    def _send(self, running: _Running, question: Question) -> None:
        try:
            with running.sending:
                running.pipe.send(question)
        except OSError:
            log.debug("the worker is gone; its reader thread tells whoever waits")

    def _start(self) -> _Running:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "core.writers.local.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # the worker sends its own to standard error
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the app, which then ends its workers
            )
        running = _Running(process, Connection(ours.detach()))
        self._send(running, self._setup)
        threading.Thread(target=self._read, args=(running,), daemon=True).start()
        return running

    def _read(self, running: _Running) -> None:
        try:
            while True:
                number, event = running.pipe.recv()
                self._pass_on(running, number, event)
        except (EOFError, OSError):
            self._bury(running)

    def _pass_on(self, running: _Running, number: int, event: WriterEvent | Identity) -> None:
        with self._lock:
            if number not in running.open:
                return
            inbox, owed = running.open[number]
            if isinstance(event, Finished | Failed | Identity):
                owed.discard(event.system_id)
                if not owed:
                    del running.open[number]
        inbox.put(event)

    def _bury(self, running: _Running) -> None:
        code = _wait(running.process)
        with self._lock:
            if self._running is running:
                self._running = None
            left, closed = list(running.open.values()), self._closed
            running.open.clear()
        running.pipe.close()
        if not closed:
            log.warning("a model's worker ended with code %s", code)
        for inbox, owed in left:
            for system_id in sorted(owed):
                inbox.put(Failed(system_id, CLOSED_LINE if closed else CRASH_LINE, "crash"))


def _shut(pipe: "Connection[Any, Any]") -> None:
    """Say goodbye on both ways, which wakes the readers at either end; closing alone would not."""
    with suppress(OSError), socket.socket(fileno=os.dup(pipe.fileno())) as end:  # it may have hung up already
        end.shutdown(socket.SHUT_RDWR)


def _wait(process: "subprocess.Popen[bytes]") -> int:
    """Its exit code, by force if it lingers."""
    try:
        return process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _environment() -> dict[str, str]:
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": f"{HOME}{os.pathsep}{path}" if path else str(HOME),
        "TOKENIZERS_PARALLELISM": "false",
    }
