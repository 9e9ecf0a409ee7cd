"""The worker process: `python -m core.writers.local.worker FD`, started by `process` and by nobody else.

A reader thread takes messages, so that a halt is heard at once; the main thread owns the engine. The socket carries
the protocol alone: what libraries print goes to standard error. When the app goes, however it goes, so does this.
"""

import logging
import os
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.errors import WriterError
from core.writers.events import Failed, Finished, Loading, WriterEvent
from core.writers.local.messages import Ask, Halt, Identify, Identity, Setup

MAX_ROWS, MAX_ROWS_GPU = 8, 64
"""Rows of one batch on a CPU and on a GPU; requests that wait are taken together up to this many. On a GPU a step takes
little longer for many rows than for one, and a batch that does not fit its memory is halved."""
GATHER = 0.03
"""Seconds that the first request waits for others sent with it; too short for a visitor to feel."""
Tell = Callable[[int, WriterEvent | Identity], None]
NICENESS = 5
"""Below the page's process, so that it answers promptly while models write."""


class Line:
    """Requests in the order they came. Each that waits is told how many are before it."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.most_rows = MAX_ROWS
        """Of one batch."""
        self._waiting: deque[Ask | Identify] = deque()
        self._stops: dict[int, threading.Event] = {}
        self._changed = threading.Condition()
        self._writing: dict[int, set[str]] = {}
        """Stories under way, each with the systems that have not ended."""

    def add(self, question: Ask | Identify) -> None:
        with self._changed:
            self._stops[question.number] = threading.Event()
            self._waiting.append(question)
            if isinstance(question, Ask):
                self._say_place(question, len(self._writing) + len(self._waiting) - 1)
            self._changed.notify()

    def halt(self, number: int) -> None:
        with self._changed:
            if stop := self._stops.get(number):
                stop.set()

    def take(self) -> list[tuple[Ask | Identify, threading.Event]]:
        """The next request, and with a story those behind it that fit into one batch. Waits for one."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            self._changed.wait_for(lambda: _rows(list(self._waiting)) >= self.most_rows, GATHER)
            taken = [self._waiting.popleft()]
            while self._waiting and _rows([*taken, self._waiting[0]]) <= self.most_rows:
                taken.append(self._waiting.popleft())
            self._writing = {question.number: _systems(question) for question in taken}
            for place, question in enumerate(self._waiting):
                if isinstance(question, Ask):
                    self._say_place(question, len(self._writing) + place)
            known = {question.number for question in [*taken, *self._waiting]}
            self._stops = {number: stop for number, stop in self._stops.items() if number in known}
            return [(question, self._stops[question.number]) for question in taken]

    def tell(self, number: int, event: WriterEvent | Identity) -> None:
        """Pass an answer on, and note the end of a story."""
        with self._changed:
            owed = self._writing.get(number)
            if owed is not None and isinstance(event, Finished | Failed | Identity):
                owed.discard(event.system_id)
                if not owed:
                    del self._writing[number]
        self._tell(number, event)

    def _say_place(self, ask: Ask, before: int) -> None:
        if before:
            stories = "the story" if before == 1 else f"the {before} stories"
            for system_id in ask.system_ids:
                self._tell(ask.number, Loading(system_id, f"Waiting for {stories} before yours"))


def _systems(question: Ask | Identify) -> set[str]:
    return set(question.system_ids) if isinstance(question, Ask) else {question.system_id}


def _rows(questions: list[Ask | Identify]) -> float:
    """Rows of a batch of these; infinite for what is no story, which goes alone."""
    return sum(len(question.system_ids) if isinstance(question, Ask) else float("inf") for question in questions)


def main(fd: int) -> None:
    _settle()
    socket: Connection[Any, Any] = Connection(fd)
    sending = threading.Lock()

    def tell(number: int, event: WriterEvent | Identity) -> None:
        with sending, suppress(BrokenPipeError, ConnectionResetError):  # the app is gone; the reader ends this process
            socket.send((number, event))

    setup: Setup = socket.recv()
    line = Line(tell)
    threading.Thread(target=_read, args=(socket, line, os.getppid()), daemon=True).start()
    _serve(setup, line)


def _read(socket: "Connection[Any, Any]", line: Line, parent: int) -> None:
    try:
        while True:
            while not socket.poll(1.0):
                if os.getppid() != parent:
                    os._exit(0)
            question = socket.recv()
            if isinstance(question, Halt):
                line.halt(question.number)
            else:
                line.add(question)
    except (EOFError, OSError):
        os._exit(0)


def _serve(setup: Setup, line: Line) -> None:
    from core.writers.local.engine import Engine, Job

    _limit_threads()
    line.most_rows = _most_rows()
    engine = Engine(setup.systems, setup.folder, setup.data)
    jobs: list[Job] = []
    while not engine.broken:
        jobs.clear()
        for question, stop in line.take():
            if isinstance(question, Identify):
                line.tell(question.number, _identify(engine, question.system_id))
            else:
                jobs.append(Job(question.request, question.system_ids, partial(line.tell, question.number), stop))
        if jobs:
            engine.write(jobs)
    sys.exit(1)


def _identify(engine: Any, system_id: str) -> Identity | Failed:
    try:
        return Identity(system_id, engine.fingerprint(system_id))
    except (WriterError, OSError) as error:
        logging.getLogger(__name__).error("no fingerprint: %s", getattr(error, "detail", error))
        return Failed(system_id, str(error), getattr(error, "reason", "error"))


def _settle() -> None:
    """Step back behind the app: its page and its votes go first when processor or memory are short."""
    sys.stdout = sys.stderr
    os.dup2(2, 1)
    os.nice(NICENESS)
    with suppress(OSError):  # Linux alone knows it: of all processes, end this one first
        Path("/proc/self/oom_score_adj").write_text("500")
    logging.basicConfig(level=logging.WARNING, format="local writer: %(message)s")
    warnings.simplefilter("ignore")


def _limit_threads() -> None:
    """One core stays free for the page, unless OMP_NUM_THREADS says otherwise."""
    import torch
    from transformers.utils import logging as noise

    noise.set_verbosity_error()
    noise.disable_progress_bar()
    if not os.environ.get("OMP_NUM_THREADS"):
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        torch.set_num_threads(max(1, cores - 1))


def _most_rows() -> int:
    import torch

    return MAX_ROWS_GPU if torch.cuda.is_available() else MAX_ROWS


if __name__ == "__main__":
    main(int(sys.argv[1]))
