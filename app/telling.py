"""One story told by two systems at once, as frames for the screen: one clock, one pace, done together.

A telling outlives the frames of one request, so that one side can be tried again beside a side that is finished.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field

from core.dialogue import parse, parse_partial
from core.records import Finish, Sampling, Turn
from core.writers.blind_pace import Pace, Side
from core.writers.events import Delta, Failed, Finished, Loading, WriteRequest, WriterEvent
from core.writers.studio import Studio

log = logging.getLogger(__name__)

TICK_SECONDS = 0.2
"""Between two frames: both sides change at the same moments."""


@dataclass
class Result:
    """What one system has written so far."""

    text: str = ""
    finish: Finish | None = None
    seconds: float | None = None
    fingerprint: str = ""
    problem: str | None = None

    @property
    def ended(self) -> bool:
        return self.finish is not None or self.problem is not None

    @property
    def turns(self) -> tuple[Turn, ...]:
        return parse(self.text).turns if self.ended else parse_partial(self.text)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the screen shows at one tick."""

    turns: tuple[tuple[Turn, ...], tuple[Turn, ...]]
    problems: tuple[str | None, str | None]
    seconds: float
    """On the one clock of both sides."""
    writing: bool
    message: str = ""
    """What is going on, for both sides together."""


@dataclass
class Telling:
    """Two systems, one request. `run` may be called once, `run_again` after it for a side that failed."""

    studio: Studio
    systems: tuple[str, str]
    photos: tuple[bytes, ...]
    prompt: str
    prompt_id: str
    sampling: Sampling
    keep: bool = False
    """The visitor agreed that photos and words are kept."""
    clock: Callable[[], float] = time.monotonic
    results: list[Result] = field(default_factory=lambda: [Result(), Result()])
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def complete(self) -> bool:
        """Both sides ended by themselves or at the length limit, with something said: a vote is possible."""
        return all(result.finish in {Finish.END, Finish.LENGTH} and result.turns for result in self.results)

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> Iterator[Frame]:
        """Both sides. Closing the iterator stops both systems."""
        return self._run((0, 1))

    def run_again(self, side: int) -> Iterator[Frame]:
        """The side that failed; the other one keeps standing."""
        self.results[side] = Result()
        self._stop = threading.Event()
        return self._run((side,))

    def _run(self, sides: Sequence[int]) -> Iterator[Frame]:
        stop = self._stop
        events: queue.SimpleQueue[WriterEvent | None] = queue.SimpleQueue()
        # In a copy of the caller's context, from which a lent GPU learns whose request it is.
        reader = threading.Thread(
            target=copy_context().run, args=(self._read, sides, stop, events), daemon=True, name="telling"
        )
        reader.start()
        try:
            yield from self._frames(sides, events)
        finally:
            stop.set()
            reader.join(timeout=5)

    def _read(
        self, sides: Sequence[int], stop: threading.Event, events: "queue.SimpleQueue[WriterEvent | None]"
    ) -> None:
        """The writers' side: runs in a thread so that frames come at even ticks whatever the writers do."""
        request = WriteRequest(self.photos, self.prompt, self.sampling)
        try:
            for event in self.studio.write(request, [self.systems[side] for side in sides], stop):
                events.put(event)
        except Exception:  # whatever it is, the page must not wait for ever
            log.exception("writing broke off")
        finally:
            events.put(None)

    def _frames(self, sides: Sequence[int], events: "queue.SimpleQueue[WriterEvent | None]") -> Iterator[Frame]:
        started = self.clock()
        pace = Pace(self.clock)
        message, open_ = "Getting ready", True
        while True:
            due = self.clock() + TICK_SECONDS
            while open_ and (left := due - self.clock()) > 0:
                try:
                    event = events.get(timeout=left)
                except queue.Empty:
                    break
                if event is None:
                    open_ = False
                    self._close_unended(sides)
                else:
                    message = self._take(event, sides) or message
            if not open_:
                time.sleep(max(0.0, due - self.clock()))
            frame = self._frame(pace, sides, started, message)
            yield frame
            if not frame.writing:
                return

    def _take(self, event: WriterEvent, sides: Sequence[int]) -> str | None:
        """Note the event; returns the new message for the clock's line, if any."""
        result = self.results[next(side for side in sides if self.systems[side] == event.system_id)]
        match event:
            case Loading():
                share = "" if event.fraction is None else f" {event.fraction:.0%}"
                return f"{event.message}{share}"
            case Delta():
                result.text += event.text
                return "Writing"
            case Finished():
                result.finish, result.seconds, result.fingerprint = event.finish, event.seconds, event.fingerprint
                if not parse(result.text).turns and event.finish is not Finish.STOPPED:
                    result.problem = "This side wrote nothing that can be read."
            case Failed():
                result.problem = event.message
        return None

    def _close_unended(self, sides: Sequence[int]) -> None:
        for side in sides:
            if not self.results[side].ended:
                self.results[side].problem = "This side broke off. Try it again."

    def _frame(self, pace: Pace, sides: Sequence[int], started: float, message: str) -> Frame:
        """A side that is not being written now stands whole and has no part in the pace."""
        shown = pace.look(*(self._paced(side) if side in sides else Side((), ended=True) for side in (0, 1)))
        left, right = (
            part if side in sides else self.results[side].turns for side, part in enumerate((shown.left, shown.right))
        )
        return Frame(
            turns=(left, right),
            problems=(self.results[0].problem, self.results[1].problem),
            seconds=self.clock() - started,
            writing=not shown.done,
            message=message,
        )

    def _paced(self, side: int) -> Side:
        return Side(self.results[side].turns, self.results[side].ended)
