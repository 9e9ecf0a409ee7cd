"""Recorded systems: transcripts of a run folder, replayed."""

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.errors import WriterError
from core.records import Finish, Photo, Sampling, Story, Transcript, TranscriptStatus
from core.runs import Run
from core.settings import RecordedSystem
from core.writers.events import Delta, Failed, Finished, WriteRequest, WriterEvent
from core.writers.recorded import NOT_RECORDED, RecordedWriter

TEXT = "Speaker 1: Did you see  that?\n\nSpeaker 2: I did!\n"


def jpeg(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(file, "JPEG")
    return file.getvalue()


RED, BLUE, GREEN = jpeg("red"), jpeg("blue"), jpeg("green")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run.create(tmp_path / "runs" / "paper", {"made": "for a test"})
    (run.path / "photos").mkdir()
    for name, data in (("red", RED), ("blue", BLUE)):
        (run.path / "photos" / f"{name}.jpg").write_bytes(data)
    missing = Photo(2, None)
    run.append_story(Story("vist-1", "vist", (Photo(1, "photos/red.jpg"), missing, Photo(3, "photos/blue.jpg"))))
    run.append_story(Story("vist-2", "vist", (Photo(1, "photos/blue.jpg"),)))
    run.append_transcript(transcript("vist-1", TEXT, seconds=266.5, finish=Finish.LENGTH))
    yield run


def transcript(story: str, text: str, **more: Any) -> Transcript:
    given = {"system_id": "paper-32b", "fingerprint": "imported", "prompt": "unknown"}
    return Transcript(**{"id": f"t-{story}-{len(text)}", "story_id": story, "text": text, **given, **more})


def writer(made: Run, words_per_second: float = 0, **more: Any) -> RecordedWriter:
    system = RecordedSystem.model_validate(
        {"id": "side", "kind": "recorded", "run": "runs/paper", "system": "paper-32b", **more}
    )
    return RecordedWriter([system], made.path.parent.parent, words_per_second)


def request(*photos: bytes, story_id: str | None = None) -> WriteRequest:
    return WriteRequest(photos, "Tell.", Sampling(), story_id=story_id)


def told(writer: RecordedWriter, asked: WriteRequest) -> list[WriterEvent]:
    return list(writer.write(asked, ["side"], threading.Event()))


def test_a_story_is_found_by_its_id(run: Run) -> None:
    assert told(writer(run), request(GREEN, story_id="vist-1")) == [
        Delta("side", TEXT),
        Finished("side", Finish.LENGTH, 266.5, None, "imported"),
    ]


def test_a_story_is_found_by_its_photos_in_their_order(run: Run) -> None:
    assert isinstance(told(writer(run), request(RED, BLUE))[-1], Finished)
    for photos in ((BLUE, RED), (RED,), (RED, BLUE, GREEN), ()):
        assert told(writer(run), request(*photos)) == [Failed("side", NOT_RECORDED, "not_recorded")]


def test_the_pieces_are_the_text_word_for_word_at_the_pace_asked(run: Run) -> None:
    start = time.monotonic()
    events = told(writer(run, words_per_second=50), request(story_id="vist-1"))
    assert 10 / 50 <= time.monotonic() - start < 1
    pieces = [event.text for event in events if isinstance(event, Delta)]
    assert len(pieces) == 10 and "".join(pieces) == TEXT


def test_stop_ends_it_at_once(run: Run) -> None:
    stop = threading.Event()
    events = writer(run, words_per_second=2).write(request(story_id="vist-1"), ["side"], stop)
    assert next(events) == Delta("side", "Speaker ")
    stop.set()
    start = time.monotonic()
    *_, last = events
    assert isinstance(last, Finished) and last.finish is Finish.STOPPED and time.monotonic() - start < 0.5


def test_a_story_without_this_systems_transcript_is_not_recorded(run: Run) -> None:
    assert told(writer(run), request(story_id="vist-2")) == [Failed("side", NOT_RECORDED, "not_recorded")]
    assert told(writer(run, system="other"), request(story_id="vist-1"))[0] == Failed(
        "side", NOT_RECORDED, "not_recorded"
    )


def test_the_latest_attempt_counts(run: Run) -> None:
    run.append_transcript(transcript("vist-1", "Speaker 1: Better.", attempt=2))
    assert told(writer(run), request(story_id="vist-1"))[0] == Delta("side", "Speaker 1: Better.")
    run.append_transcript(transcript("vist-1", "", attempt=3, status=TranscriptStatus.ERROR, reason="timeout"))
    assert told(writer(run), request(story_id="vist-1")) == [Failed("side", NOT_RECORDED, "not_recorded")]


def test_a_missing_run_is_not_recorded_and_named_in_the_log(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    assert told(writer(run, run="nowhere"), request(RED)) == [Failed("side", NOT_RECORDED, "not_recorded")]
    assert "nowhere" in caplog.text and "nowhere" not in NOT_RECORDED


def test_the_name_in_the_run_is_the_systems_own_where_none_is_given(run: Run) -> None:
    run.append_transcript(transcript("vist-2", "Speaker 1: Mine.", system_id="side"))
    assert told(writer(run, system=None), request(BLUE))[0] == Delta("side", "Speaker 1: Mine.")


def test_an_unknown_system_is_refused(run: Run) -> None:
    with pytest.raises(WriterError, match="other"):
        writer(run).write(request(RED), ["other"], threading.Event())
