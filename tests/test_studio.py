"""One door to all systems: who is asked how, and that nobody's failure is anybody else's."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from core.errors import SettingsError, WriterError
from core.records import Finish, Photo, Sampling, Story, Transcript
from core.runs import Run
from core.settings import LocalSystem, Models
from core.writers import merge as merging
from core.writers.events import Delta, Failed, Finished, Loading, WriteRequest, WriterEvent
from core.writers.merge import EitherEvent, Job, merge
from core.writers.studio import Studio
from tests.bad_server import BadServer, hang_before_headers, ok, status

REQUEST = WriteRequest((), "Tell.", Sampling(), story_id="vist-1")


class Plain:
    """A writer of plain events: two words, `pause` seconds between them."""

    def __init__(self, pause: float = 0.0, broken: Sequence[str] = ()) -> None:
        self.pause, self.broken = pause, broken
        self.asked: list[tuple[str, ...]] = []
        self.closed = False

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Iterator[WriterEvent]:
        self.asked.append(tuple(system_ids))
        for system_id in system_ids:
            yield Loading(system_id, "Making ready")
        for word in ("Once ", "upon."):
            for system_id in system_ids:
                yield Delta(system_id, word)
            if system_ids[0] in self.broken:
                raise ZeroDivisionError("a bug")
            if stop.wait(self.pause):
                break
        for system_id in system_ids:
            yield Finished(system_id, Finish.STOPPED if stop.is_set() else Finish.END, 0.1)

    def close(self) -> None:
        self.closed = True


def models(folder: Path, base: str = "http://127.0.0.1:1/v1") -> Models:
    hosted = {"kind": "hosted", "model": "hosted_vllm/m", "api_base": base, "retries": 0}
    systems = [
        {"id": "base", "kind": "local", "model": "m"},
        {"id": "tuned", "kind": "local", "model": "m", "adapter": "a"},
        {"id": "far", **hosted},
        {"id": "farther", **hosted},
        {"id": "old", "kind": "recorded", "run": "run", "system": "paper"},
    ]
    return Models.model_validate({"systems": systems, "folder": folder})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run = Run.create(tmp_path / "run", {})
    run.append_story(Story("vist-1", "vist", (Photo(1, None),)))
    run.append_transcript(Transcript("t", "vist-1", "paper", "Speaker 1: Hi.", "imported", "unknown"))
    return tmp_path


def studio_with(local: Plain, folder: Path, base: str = "http://127.0.0.1:1/v1") -> Studio:
    return Studio(models(folder, base), folder / "data", local=lambda systems, where, data: local)


def ends(events: Sequence[WriterEvent]) -> dict[str, str]:
    found = [event for event in events if isinstance(event, Finished | Failed)]
    assert len(found) == len({event.system_id for event in found})
    return {event.system_id: event.finish if isinstance(event, Finished) else event.reason for event in found}


def told(events: Sequence[WriterEvent], system_id: str) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta) and event.system_id == system_id)


def test_all_kinds_come_out_of_one_iterator(folder: Path) -> None:
    local = Plain(pause=0.05)
    with BadServer([ok("Far ", "away.")]) as server:
        studio = studio_with(local, folder, server.base)
        events = list(studio.write(REQUEST, ["tuned", "far", "old", "base"], threading.Event()))
        studio.close()
    assert ends(events) == {"tuned": "end", "far": "end", "old": "end", "base": "end"}
    assert (told(events, "far"), told(events, "base"), told(events, "old")) == (
        "Far away.",
        "Once upon.",
        "Speaker 1: Hi.",
    )
    assert local.asked == [("tuned", "base")]  # in one call, so that they can be one batch
    assert local.closed


def test_writers_are_made_once_with_all_systems_of_their_kind(folder: Path) -> None:
    made: list[tuple[list[str], Path, Path]] = []

    def make(systems: Sequence[LocalSystem], where: Path, data: Path) -> Plain:
        made.append(([system.id for system in systems], where, data))
        return Plain()

    studio = Studio(models(folder), folder / "data", local=make)
    assert not made
    for name in ("base", "tuned"):
        list(studio.write(REQUEST, [name], threading.Event()))
    assert made == [(["base", "tuned"], folder, folder / "data")]
    studio.close()


def test_one_sides_failure_leaves_the_other(folder: Path) -> None:
    with BadServer([status(401)]) as server:
        studio = studio_with(Plain(pause=0.1), folder, server.base)
        events = list(studio.write(REQUEST, ["base", "far"], threading.Event()))
        studio.close()
    assert ends(events) == {"far": "auth", "base": "end"} and told(events, "base") == "Once upon."


def test_a_bug_becomes_a_failure_that_names_nobody_and_a_traceback(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    studio = studio_with(Plain(broken=["base"]), folder)
    events = list(studio.write(REQUEST, ["base", "old"], threading.Event()))
    studio.close()
    assert ends(events) == {"base": "error", "old": "end"} and told(events, "base") == "Once "
    (failed,) = (event for event in events if isinstance(event, Failed))
    assert "base" not in failed.message and "ZeroDivisionError" not in failed.message
    assert "ZeroDivisionError: a bug" in caplog.text


def test_a_writer_that_cannot_be_made_is_its_own_failure(folder: Path) -> None:
    def make(*_: object) -> Plain:
        raise WriterError("no room for the weights", "memory")

    studio = Studio(models(folder), folder, local=make)
    events = list(studio.write(REQUEST, ["base", "tuned", "old"], threading.Event()))
    studio.close()
    assert ends(events) == {"base": "memory", "tuned": "memory", "old": "end"}


def test_stop_ends_all_within_half_a_second(folder: Path) -> None:
    with BadServer([hang_before_headers()]) as server:
        studio = studio_with(Plain(pause=30), folder, server.base)
        stop = threading.Event()
        with timed(stop.set) as pressed:
            events = list(studio.write(REQUEST, ["base", "tuned", "far", "farther"], stop))
        assert time.monotonic() - pressed[0] < 0.5
        studio.close()
    assert set(ends(events).values()) == {"stopped"} and len(ends(events)) == 4


class timed:  # noqa: N801 -- used as a statement
    """Runs something 0.3 s from now and notes when."""

    def __init__(self, what: Callable[[], None]) -> None:
        self.pressed: list[float] = []
        self._timer = threading.Timer(0.3, lambda: (self.pressed.append(time.monotonic()), what()))

    def __enter__(self) -> list[float]:
        self._timer.start()
        return self.pressed

    def __exit__(self, *_: object) -> None:
        self._timer.join()


def test_closing_the_generator_stops_all_and_leaves_no_thread(folder: Path) -> None:
    before = set(threading.enumerate())
    with BadServer([hang_before_headers()]) as server:
        studio = studio_with(Plain(pause=30), folder, server.base)
        events = studio.write(REQUEST, ["base", "far"], threading.Event())
        assert isinstance(next(events), Loading)
        start = time.monotonic()
        events.close()
        assert time.monotonic() - start < 0.5
        studio.close()
    assert set(threading.enumerate()) <= before


def test_a_generator_that_was_never_started_starts_nothing(folder: Path) -> None:
    local = Plain()
    studio = studio_with(local, folder)
    studio.write(REQUEST, ["base"], threading.Event()).close()
    assert not local.asked
    studio.close()


def test_many_requests_at_once(folder: Path) -> None:
    studio = studio_with(Plain(pause=0.05), folder)
    results: list[dict[str, str]] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(ends(list(studio.write(REQUEST, ["base", "old"], threading.Event()))))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    studio.close()
    assert results == [{"base": "end", "old": "end"}] * 8


def test_what_is_asked_for_is_checked_first(folder: Path) -> None:
    studio = studio_with(Plain(), folder)
    with pytest.raises(SettingsError, match="no system is called 'new'"):
        studio.write(REQUEST, ["new"], threading.Event())
    with pytest.raises(SettingsError, match="twice"):
        studio.write(REQUEST, ["base", "base"], threading.Event())
    studio.close()
    with pytest.raises(WriterError, match="closed"):
        studio.write(REQUEST, ["base"], threading.Event())


# Merging


def test_a_writer_that_ends_without_a_word_has_failed(caplog: pytest.LogCaptureFixture) -> None:
    events = list(merge([Job(("one",), lambda stop: iter([Delta("one", "Once")]))], threading.Event()))
    assert ends(events) == {"one": "error"} and "one: ended without" in caplog.text


def test_nothing_comes_after_an_end_and_nothing_from_strangers() -> None:
    said = [Finished("one", Finish.END, 1.0), Delta("one", "late"), Delta("stranger", "hello")]
    assert list(merge([Job(("one",), lambda stop: iter(said))], threading.Event())) == said[:1]


def test_a_writer_deaf_to_stop_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(merging, "JOIN_SECONDS", 0.3)
    release, stop = threading.Event(), threading.Event()

    def deaf(_: threading.Event) -> Iterator[WriterEvent]:
        yield Delta("one", "Once")
        release.wait(20)

    events = merge([Job(("one",), deaf)], stop)
    next(events)
    stop.set()
    with caplog.at_level(logging.ERROR):
        assert ends(list(events)) == {"one": "error"}
    assert "did not stop" in caplog.text
    release.set()


def test_either_event() -> None:
    outer = threading.Event()
    either = EitherEvent(outer)
    assert not either.is_set() and not either.wait(0.01)
    outer.set()
    assert either.is_set() and either.wait(10)
    own = EitherEvent(threading.Event())
    own.set()
    assert own.is_set() and own.wait()
