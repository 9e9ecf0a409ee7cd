"""Two systems under one clock, with a studio made of plain events."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from app.telling import Frame, Telling
from core.dialogue import parse
from core.records import Finish, Sampling
from core.writers.events import Delta, Failed, Finished, Loading, WriteRequest, WriterEvent

LEFT = "Speaker 1: " + " ".join(f"left{number}" for number in range(30))
RIGHT = "Speaker 1: " + " ".join(f"right{number}" for number in range(30)) + "\nSpeaker 2: yes indeed"


class Scripted:
    """A studio that says what it is told to, with pauses, and notes whether it was stopped."""

    def __init__(self, *rounds: Sequence[WriterEvent | float | Exception]) -> None:
        self.rounds = list(rounds)
        self.asked: list[list[str]] = []
        self.stopped = False

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Iterator[WriterEvent]:
        self.asked.append(list(system_ids))
        for step in self.rounds.pop(0):
            if isinstance(step, Exception):
                raise step
            if isinstance(step, float):
                if stop.wait(step):
                    self.stopped = True
                    return
            elif not isinstance(step, int):
                yield step


def telling(studio: Any) -> Telling:
    return Telling(studio, ("one", "two"), (b"photo",), "tell", "podcast-1", Sampling())


def done(system: str) -> Finished:
    return Finished(system, Finish.END, 1.5, 40, f"print-{system}")


def said(frame: Frame, side: int) -> list[str]:
    return [word for turn in frame.turns[side] for word in turn.spoken.split()]


def test_both_sides_are_told_to_the_end() -> None:
    studio = Scripted(
        [Loading("one", "Loading", 0.5), Delta("one", LEFT), Delta("two", RIGHT), done("two"), done("one")]
    )
    story = telling(studio)
    frames = list(story.run())
    assert [frame.writing for frame in frames[-2:]] == [True, False] or len(frames) == 1
    assert frames[-1].turns == (parse(LEFT).turns, parse(RIGHT).turns)
    assert story.complete
    assert [result.fingerprint for result in story.results] == ["print-one", "print-two"]


def test_the_faster_side_waits_for_the_slower() -> None:
    studio = Scripted([Delta("one", LEFT), done("one"), 0.9, Delta("two", RIGHT), done("two")])
    frames = list(telling(studio).run())
    waiting = [frame for frame in frames if frame.seconds < 0.8]
    assert waiting
    assert all(said(frame, 0) == [] for frame in waiting), "one side was finished at once, and shows nothing yet"
    growing = [frame for frame in frames if 0 < len(said(frame, 1)) < 30]
    assert growing
    assert all(len(said(frame, 0)) == len(said(frame, 1)) for frame in growing)


def test_one_side_fails_and_the_other_goes_on() -> None:
    studio = Scripted(
        [Failed("one", "It broke. Try again.", "crash"), Delta("two", RIGHT), done("two")],
        [Delta("one", LEFT), done("one")],
    )
    story = telling(studio)
    last = list(story.run())[-1]
    assert last.problems == ("It broke. Try again.", None)
    assert last.turns[1] == parse(RIGHT).turns
    assert not story.complete
    frames = list(story.run_again(0))
    assert studio.asked == [["one", "two"], ["one"]]
    assert all(frame.turns[1] == parse(RIGHT).turns for frame in frames), "what stood there stays"
    assert frames[-1].turns[0] == parse(LEFT).turns
    assert story.complete


def test_a_side_that_says_nothing_cannot_be_voted_on() -> None:
    studio = Scripted([Delta("one", LEFT), done("one"), Delta("two", "   "), done("two")])
    story = telling(studio)
    last = list(story.run())[-1]
    assert last.problems[1] is not None
    assert not story.complete


def test_a_studio_that_breaks_leaves_no_page_waiting() -> None:
    story = telling(Scripted([Delta("one", LEFT), RuntimeError("boom")]))
    last = list(story.run())[-1]
    assert not last.writing
    assert last.problems[0] is not None
    assert last.problems[1] is not None


def test_closing_the_frames_stops_the_systems() -> None:
    studio = Scripted([Delta("one", LEFT), 30.0])
    frames = telling(studio).run()
    next(frames)
    started = time.monotonic()
    frames.close()  # type: ignore[attr-defined]
    assert studio.stopped
    assert time.monotonic() - started < 2
