"""`core generate`: what is missing is written once; failures are records; a stop loses only the story under way."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, SettingsError
from core.generate import Asked, Generator, Task, failure_line
from core.records import Finish, Photo, Sampling, Story, TranscriptStatus
from core.runs import Run
from core.settings import Models, load_models
from core.writers.events import Delta, Failed, Finished, WriteRequest, WriterEvent
from tests.local_helpers import jpeg
from tests.serving import ROOT

MODELS = """
systems:
  - {id: good, kind: local, model: m}
  - {id: moody, kind: local, model: m}
  - {id: old, kind: recorded, run: r}
"""


@pytest.fixture
def models(tmp_path: Path) -> Models:
    path = tmp_path / "models.yaml"
    path.write_text(MODELS, encoding="utf-8")
    return load_models(path)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run.create(tmp_path / "run", {"command": "test"})
    for number in range(3):
        file = made.write_photo(f"{number}.jpg", jpeg())
        made.append_story(Story(f"test-{number}", "test", (Photo(1, file),)))
    made.append_story(Story("test-blind", "test", (Photo(1, None),)))
    return made


class Scripted:
    """A studio: `good` always writes, `moody` fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.asked: list[tuple[str | None, tuple[str, ...]]] = []

    def fingerprint(self, system_id: str) -> str:
        return f"print-{system_id}"

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Iterator[WriterEvent]:
        self.asked.append((request.story_id, tuple(system_ids)))
        for name in system_ids:
            if name == "moody" and self.failures > 0:
                self.failures -= 1
                yield Failed(name, "It broke.", "timeout")
            else:
                yield Delta(name, f"Speaker 1: {request.story_id} ")
                yield Delta(name, "by me.")
                yield Finished(name, Finish.STOPPED if stop.is_set() else Finish.END, 2.5, 7)


def generator(run: Run, models: Models, studio: Any, *retry: str, seed: int = 0) -> Generator:
    asked = Asked("tell", "podcast-v1-x", Sampling(seed=seed), frozenset(retry))
    return Generator(run, models, studio, ["good", "moody"], asked)


def test_what_is_missing_is_written_and_nothing_twice(run: Run, models: Models) -> None:
    report = generator(run, models, Scripted()).write(threading.Event())
    assert (report.written, report.had, report.without_photos) == (6, 0, ["test-blind"])
    one = run.transcripts()[0]
    assert (one.text, one.seconds, one.finish) == ("Speaker 1: test-0 by me.", 2.5, Finish.END)
    assert (one.fingerprint, one.prompt, one.sampling) == ("print-good", "podcast-v1-x", Sampling())
    before = (run.path / "transcripts.jsonl").read_bytes()
    again = Scripted()
    report = generator(run, models, again).write(threading.Event())
    assert (report.written, report.had, again.asked) == (0, 6, [])
    assert (run.path / "transcripts.jsonl").read_bytes() == before


def test_another_seed_is_another_transcript(run: Run, models: Models) -> None:
    generator(run, models, Scripted()).write(threading.Event())
    assert generator(run, models, Scripted(), seed=1).write(threading.Event()).written == 6


def test_failures_are_kept_and_asked_again_only_by_their_reason(run: Run, models: Models) -> None:
    report = generator(run, models, Scripted(failures=2)).write(threading.Event())
    assert (report.written, report.failed) == (4, {"timeout": 2})
    assert failure_line(report) == "failed: 2 timeout; events.jsonl says why; ask again with --retry timeout"
    failed = [one for one in run.transcripts() if one.status is TranscriptStatus.ERROR]
    assert [(one.system_id, one.reason, one.text) for one in failed] == [("moody", "timeout", "")] * 2
    assert generator(run, models, Scripted()).write(threading.Event()).written == 0
    assert generator(run, models, Scripted(), "crash").write(threading.Event()).written == 0
    studio = Scripted()
    assert generator(run, models, studio, "timeout").write(threading.Event()).written == 2
    assert studio.asked == [("test-0", ("moody",)), ("test-1", ("moody",))]
    assert all(one.status is TranscriptStatus.OK for one in run.transcripts())
    assert generator(run, models, Scripted(), "timeout").write(threading.Event()).written == 0


def test_a_stopped_story_is_thrown_away(run: Run, models: Models) -> None:
    stop = threading.Event()
    stop.set()
    assert generator(run, models, Scripted()).write(stop).written == 0
    assert run.transcripts() == []


def test_systems_that_cannot_write_are_refused(run: Run, models: Models) -> None:
    studio: Any = Scripted()
    with pytest.raises(BadInput, match="recorded system writes nothing new"):
        Generator(run, models, studio, ["old"], Asked("", "", Sampling()))
    with pytest.raises(SettingsError, match="no system is called 'none'"):
        Generator(run, models, studio, ["none"], Asked("", "", Sampling()))


class Together(Scripted):
    """A studio that ends no story before `most` are under way, and then the last that came first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._room = threading.Barrier(most, timeout=20)

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Iterator[WriterEvent]:
        self._room.wait()
        yield from super().write(request, system_ids, stop)


def test_several_stories_are_under_way_at_once_and_each_is_done_once(run: Run, models: Models) -> None:
    done: list[str] = []

    def progress(tasks: Iterable[Task], total: int) -> Iterator[Task]:
        assert total == 3
        for task in tasks:
            done.append(task.story.id)
            yield task

    report = generator(run, models, Together(3)).write(threading.Event(), progress, batch=3)
    assert (report.written, sorted(done)) == (6, ["test-0", "test-1", "test-2"])
    assert generator(run, models, Scripted()).write(threading.Event(), batch=2).had == 6


def test_a_story_that_breaks_the_command_leaves_what_was_written(run: Run, models: Models) -> None:
    class Broken(Scripted):
        def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Iterator[Any]:
            if request.story_id == "test-1":
                raise OSError("the disk is full")
            return super().write(request, system_ids, stop)

    with pytest.raises(OSError, match="disk is full"):
        generator(run, models, Broken()).write(threading.Event(), batch=2)
    kept = len(run.transcripts())
    assert generator(run, models, Scripted()).write(threading.Event(), batch=2).written == 6 - kept


def test_a_stop_throws_away_every_story_under_way(run: Run, models: Models) -> None:
    stop = threading.Event()

    class Stopping(Together):
        def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Iterator[Any]:
            for number, event in enumerate(super().write(request, system_ids, stop)):
                if number == 1:
                    outer.set()
                yield event

    outer = stop
    studio = Stopping(2)
    assert generator(run, models, studio).write(stop, batch=2).written == 0
    assert len(studio.asked) == 2, "a further story was begun after the stop"


def command(run: Run, data: Path, *more: str) -> list[str]:
    base = [sys.executable, "-m", "core", "generate", str(run.path), "--data", str(data), "--words", "20"]
    return [*base, "--system", "miniature-base", "--system", "miniature-tuned", *more]


@pytest.mark.slow
def test_a_killed_command_goes_on_where_it_was(run: Run, tmp_path: Path) -> None:
    started = subprocess.Popen(command(run, tmp_path), cwd=ROOT, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not run.transcripts():
        assert time.monotonic() < end, "nothing was written"
        time.sleep(0.02)
    started.send_signal(signal.SIGKILL)
    started.wait()
    kept = {one.id: one for one in run.transcripts()}
    done = subprocess.run(
        command(run, tmp_path, "--json"), cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    report = json.loads(done.stdout)
    assert report["written"] == 6 - len(kept)
    assert report["had"] == len(kept)
    now = {one.id: one for one in run.transcripts()}
    assert len(now) == 6
    assert {name: now[name] for name in kept} == kept
    assert len(run.attempts()) == 6


@pytest.mark.slow
def test_the_texts_do_not_depend_on_how_many_are_written_at_once(tmp_path: Path) -> None:
    texts: list[dict[str, str]] = []
    for batch in (1, 4):
        made = Run.create(tmp_path / f"run-{batch}", {"command": "test"})
        for number, (colour, width) in enumerate(
            [("red", 160), ("blue", 90), ("white", 320), ("green", 64), ("black", 200)]
        ):
            file = made.write_photo(f"{number}.jpg", jpeg(colour, (width, 120)))
            made.append_story(Story(f"test-{number}", "test", (Photo(1, file),)))
        subprocess.run(
            [*command(made, tmp_path), "--batch", str(batch)], cwd=ROOT, capture_output=True, timeout=240, check=True
        )
        texts.append({one.id: one.text for one in made.transcripts()})
    assert len(texts[0]) == 10 and len(set(texts[0].values())) == 10
    assert texts[0] == texts[1]


def test_wrong_usage_is_one_line(run: Run, tmp_path: Path) -> None:
    for more in (["--words", "0"], ["--batch", "0"], ["--prompt", "none"], ["--system", "nobody"]):
        done = subprocess.run(
            command(run, tmp_path, *more), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
