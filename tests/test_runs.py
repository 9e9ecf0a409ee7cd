"""The run folder: append-only lines that survive kills and company, strict reading, no way out of the folder."""

import json
import logging
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import jsonl
from core.errors import RunFolderError
from core.records import Finish, Photo, Sampling, Story, Transcript, TranscriptStatus
from core.runs import Run

ROOT = Path(__file__).resolve().parent.parent
STORY = Story(
    "vist-1", "vist", (Photo(1, "photos/vist-1-1.jpg", "a bus", "Zoë", "CC", "https://x", 4, 3), Photo(2, None))
)
TOLD = Transcript(
    "transcript-1",
    "vist-1",
    "one",
    "Speaker 1: “Hé”\n\nSpeaker 2: \u2028 ok",
    "imported",
    "podcast-1",
    finish=Finish.LENGTH,
    seconds=2.5,
    sampling=Sampling(seed=7),
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", {"source": "test"})


def test_records_come_back_as_they_were(run: Run) -> None:
    failed = Transcript("t-2", "vist-1", "two", "", "f", "p", TranscriptStatus.ERROR, reason="timeout", attempt=3)
    run.append_story(STORY)
    run.append_transcript(TOLD)
    run.append_transcript(failed)
    again = Run.open(run.path)
    assert again.stories() == [STORY]
    assert again.transcripts() == [TOLD, failed]
    assert again.settings() == {"source": "test"}


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None)))
def test_any_text_is_one_line_and_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    run = Run.create(tmp_path_factory.mktemp("run"), {})
    run.append_transcript(replace(TOLD, text=text))
    assert (run.path / "transcripts.jsonl").read_bytes().count(b"\n") == 1
    assert run.attempts() == [replace(TOLD, text=text)]


def test_the_latest_attempt_counts(run: Run) -> None:
    first, second = TOLD, replace(TOLD, id="t-2", attempt=2, text="new")
    other = replace(TOLD, id="t-3", system_id="two")
    for one in (second, other, first):
        run.append_transcript(one)
    assert run.transcripts() == [second, other]
    assert run.attempts() == [second, other, first]
    run.append_transcript(replace(second, id="t-4", text="newer"))
    assert [one.id for one in run.transcripts()] == ["t-4", "t-3"]


def test_a_story_written_again_takes_the_place_of_the_first(run: Run) -> None:
    for one in (STORY, replace(STORY, id="vist-2"), replace(STORY, title="later")):
        run.append_story(one)
    assert run.stories() == [replace(STORY, title="later"), replace(STORY, id="vist-2")]


@pytest.mark.parametrize("cut", [1, 5, 40, 100, -30, -2, -1])
def test_a_torn_last_line_is_ignored_reported_and_closed(run: Run, cut: int, caplog: pytest.LogCaptureFixture) -> None:
    run.append_transcript(TOLD)
    line = (run.path / "transcripts.jsonl").read_bytes()
    torn = line[:-1][:cut]
    (run.path / "transcripts.jsonl").write_bytes(line + torn)
    with caplog.at_level(logging.WARNING):
        assert run.attempts() == [TOLD]
    assert "transcripts.jsonl:2" in caplog.text
    run.append_transcript(replace(TOLD, id="t-2"))
    run.append_transcript(replace(TOLD, id="t-3"))
    assert [one.id for one in run.attempts()] == ["transcript-1", "t-2", "t-3"]
    assert (run.path / "transcripts.jsonl").read_bytes().startswith(line + torn + jsonl.TORN + b"\n")


def test_a_whole_last_line_without_its_end_counts(run: Run) -> None:
    file = run.path / "stories.jsonl"
    file.write_text(json.dumps(asdict(STORY)), encoding="utf-8")
    assert run.stories() == [STORY]
    run.append_story(replace(STORY, id="vist-2"))
    assert [story.id for story in run.stories()] == ["vist-1", "vist-2"]


def test_a_very_long_torn_line_is_closed_too(run: Run) -> None:
    (run.path / "transcripts.jsonl").write_bytes(b'{"id": "' + b"x" * 300_000)
    run.append_transcript(TOLD)
    assert run.attempts() == [TOLD]


def _changed(record: Story | Transcript, **values: object) -> str:
    return json.dumps({**asdict(record), **values})


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("stories", _changed(STORY, colour="red"), "colour: unknown field"),
        ("stories", json.dumps({"id": "vist-1", "source": "vist"}), "photos: Field required"),
        ("stories", _changed(STORY, photos=[{"number": 1, "file": None, "x": 1}]), "photos.0.x: unknown field"),
        ("stories", _changed(STORY, photos=[{"number": "1", "file": None}]), "photos.0.number: "),
        ("stories", _changed(STORY, photos=[]), "0 photos; 1 to 20 were wanted"),
        ("stories", _changed(STORY, photos=[{"number": 1, "file": None}] * 2), "different numbers"),
        ("stories", _changed(STORY, photos={"number": 1}), "photos: Input should be a valid array"),
        ("stories", _changed(STORY, photos=7), "an object was wanted, found int"),
        ("stories", "[1]", "an object was wanted, found list"),
        ("stories", "hello", "not JSON"),
        ("stories", "[" * 100_000, "not JSON"),
        ("transcripts", _changed(TOLD, status="fine"), "status: "),
        ("transcripts", _changed(TOLD, text=None), "text: "),
        ("transcripts", _changed(TOLD, sampling={"seed": 1, "top": 2}), "sampling.top: unknown field"),
        ("transcripts", _changed(TOLD, seconds="2"), "seconds: "),
        ("transcripts", _changed(TOLD).replace("2.5", "NaN"), "NaN is no JSON"),
    ],
)
def test_a_wrong_record_is_named_by_file_and_line(run: Run, name: str, line: str, told: str) -> None:
    file = run.path / f"{name}.jsonl"
    run.append_story(STORY)
    run.append_transcript(TOLD)
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    with pytest.raises(RunFolderError) as caught:
        _ = run.stories(), run.attempts()
    assert f"{file}:3: " in str(caught.value)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "file", ["../secret.jpg", "/etc/passwd", "photos/../../secret.jpg", "photos/out/secret.jpg", "..\\secret", "a\0b"]
)
def test_a_photo_path_never_leaves_the_folder(run: Run, file: str, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (run.path / "photos").mkdir()
    (run.path / "photos" / "out").symlink_to(tmp_path)
    with pytest.raises(RunFolderError, match="outside the run folder"):
        run.photo_path(Photo(1, file))
    with pytest.raises(RunFolderError):
        run.write_photo(file.removeprefix("photos/"), b"x") if file != "/etc/passwd" else run.photo_path(Photo(1, file))
    assert (tmp_path / "secret.jpg").read_bytes() == b"x"


def test_photos_are_kept_and_found(run: Run) -> None:
    file = run.write_photo("vist-1-1.jpg", b"jpeg")
    path = run.photo_path(Photo(1, file))
    assert path is not None
    assert path.read_bytes() == b"jpeg"
    assert run.photo_path(Photo(2, None)) is None
    assert [one.name for one in (run.path / "photos").iterdir()] == ["vist-1-1.jpg"]


def test_create_opens_what_was_made_alike_and_refuses_the_rest(run: Run, tmp_path: Path) -> None:
    assert Run.create(run.path, {"source": "test", "versions": {"python": "4"}}).settings() == {"source": "test"}
    with pytest.raises(RunFolderError, match="other settings \\(source\\)"):
        Run.create(run.path, {"source": "another"})
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.doc").write_text("precious")
    with pytest.raises(RunFolderError, match="no run folder"):
        Run.create(full, {})
    with pytest.raises(RunFolderError, match="no run folder"):
        Run.create(full / "thesis.doc", {})
    with pytest.raises(RunFolderError, match=r"no run\.yaml here"):
        Run.open(full)
    (run.path / "run.yaml").write_text("- 1")
    with pytest.raises(RunFolderError, match="a mapping was wanted"):
        run.settings()


def test_results_are_noted_only_where_they_are_new(run: Run) -> None:
    run.note("counts", {"stories": 2})
    before = (run.path / "run.yaml").stat().st_mtime_ns
    run.note("counts", {"stories": 2})
    assert (run.path / "run.yaml").stat().st_mtime_ns == before
    assert run.settings() == {"source": "test", "counts": {"stories": 2}}
    with pytest.raises(ValueError, match="no result"):
        run.note("source", "another")


def test_events_carry_their_time(run: Run) -> None:
    run.log("imported", new=3)
    [event] = [json.loads(line) for line in (run.path / "events.jsonl").read_text().splitlines()]
    assert event.pop("time").endswith("+00:00")
    assert event == {"event": "imported", "new": 3}


def test_processes_that_append_at_once_do_not_mix_their_lines(run: Run) -> None:
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path; from core.runs import Run\n"
        "from core.records import Transcript; run = Run.open(Path(sys.argv[1]))\n"
        "for n in range(40):\n"
        "    run.append_transcript(Transcript(f'{sys.argv[2]}-{n}', 's', sys.argv[2], sys.argv[2] * 30000, 'f', 'p'))\n"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", code, str(run.path), name], cwd=ROOT) for name in ("a", "b", "c")
    ]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0]
    found = run.attempts()
    assert len(found) == 120
    assert all(one.text == one.system_id * 30000 for one in found)
    for name in "abc":
        assert [one.id for one in found if one.system_id == name] == [f"{name}-{n}" for n in range(40)]


def test_a_writer_killed_at_any_time_leaves_a_readable_run(run: Run) -> None:
    code = (
        "import sys; from pathlib import Path; from core.runs import Run; from core.records import Transcript\n"
        "run = Run.open(Path(sys.argv[1])); print('go', flush=True)\n"
        "for n in range(10**6): run.append_transcript(Transcript(f't-{n}', 's', 'a', 'x' * 200000, 'f', 'p'))\n"
    )
    count = 0
    for _ in range(3):
        worker = subprocess.Popen(
            [sys.executable, "-c", code, str(run.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        with worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            while not (run.path / "transcripts.jsonl").exists() or len(run.attempts()) <= count + 2:
                assert worker.poll() is None
            worker.kill()
        count = len(run.attempts())
        run.append_transcript(replace(TOLD, text="after"))
        assert run.attempts()[-1].text == "after"
        assert len(run.attempts()) == count + 1
