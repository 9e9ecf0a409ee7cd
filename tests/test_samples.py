"""The stories a first visit opens on: complete, small, honest about who made them, and in step with their source."""

import io
import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from annotations.store import Store
from app import samples
from app.samples.build import build, story, transcripts
from app.samples.draw import SCENES
from app.samples.drawing.canvas import Canvas
from core.dialogue import parse, words
from core.runs import Run

PICTURES = 5
LARGEST = 90_000
TOGETHER = 1_200_000
BY_NAME = {sample.name: sample for sample in samples.SAMPLES}


@pytest.fixture(scope="module")
def run() -> Run:
    return Run.open(samples.FOLDER)


def test_the_stored_records_are_what_the_source_says(run: Run) -> None:
    assert run.stories() == [story(sample) for sample in samples.SAMPLES]
    assert run.attempts() == [one for sample in samples.SAMPLES for one in transcripts(sample)]


def test_titles_name_the_stories_in_their_order(run: Run) -> None:
    assert list(samples.titles().items()) == [(one.id, one.title) for one in run.stories()]


def test_every_picture_is_there_and_small_enough_for_a_first_page(run: Run) -> None:
    files = [path for one in run.stories() for photo in one.photos if (path := run.photo_path(photo))]
    assert sorted(files) == sorted((samples.FOLDER / "photos").iterdir())
    assert len(files) == PICTURES * len(samples.SAMPLES)
    sizes = [file.stat().st_size for file in files]
    assert max(sizes) <= LARGEST
    assert sum(sizes) <= TOGETHER
    for file in files:
        with Image.open(file) as image:
            assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (900, 600), {})


def test_every_picture_says_what_it_shows_and_whose_it_is(run: Run) -> None:
    for one in run.stories():
        assert one.shareable
        assert [photo.number for photo in one.photos] == [1, 2, 3, 4, 5]
        assert all(photo.caption and photo.credit and photo.licence for photo in one.photos)


def test_each_story_is_one_pair_to_vote_on(run: Run, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'votes.sqlite'}")
    try:
        report = store.load_run(run, "samples")
    finally:
        store.close()
    assert (report.stories, report.pairs, report.failures, report.missing_photos) == (3, 3, 0, 0)


def test_nobody_could_take_the_talk_for_a_systems_work(run: Run) -> None:
    assert set(run.labels()) == {one.system_id for one in run.transcripts()}
    assert all("made for this page" in label for label in run.labels().values())
    assert {(one.fingerprint, one.prompt, one.seconds) for one in run.transcripts()} == {("example", "unknown", None)}


@pytest.mark.parametrize("name", BY_NAME)
def test_both_sides_are_of_one_length_and_differ_in_style(name: str) -> None:
    spoken: dict[str, list[int]] = {}
    for one in transcripts(BY_NAME[name]):
        dialogue = parse(one.text)
        turns = dialogue.turns
        assert not dialogue.dropped
        assert len(turns) == len(one.text.splitlines())
        assert 2 <= len({turn.speaker for turn in turns}) <= 3
        assert all(a.speaker != b.speaker for a, b in itertools.pairwise(turns))
        spoken[one.system_id] = [len(words(turn)) for turn in turns]
    short, long = spoken["example-short"], spoken["example-long"]
    assert 250 <= sum(short) <= 350
    assert 250 <= sum(long) <= 350
    assert abs(sum(short) - sum(long)) <= 0.1 * sum(long)
    assert len(short) >= 2 * len(long)


def test_a_picture_is_the_same_every_time() -> None:
    assert _draw("storm-at-sea", 0) == _draw("storm-at-sea", 0)


def _draw(name: str, index: int) -> bytes:
    canvas = Canvas(seed=index + 1)
    SCENES[name][index](canvas)
    return canvas.jpeg()


@pytest.mark.slow
def test_building_gives_the_stored_folder_again(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "left-over.txt").write_text("from an earlier build")
    build(tmp_path / "run")
    made = {str(file.relative_to(tmp_path / "run")): file for file in (tmp_path / "run").rglob("*.*")}
    stored = {str(file.relative_to(samples.FOLDER)): file for file in samples.FOLDER.rglob("*.*")}
    assert made.keys() == stored.keys()
    assert list(tmp_path.iterdir()) == [tmp_path / "run"]
    for name, file in made.items():
        if name.endswith(".jpg"):
            assert _close(file.read_bytes(), stored[name].read_bytes())
        else:
            assert file.read_bytes() == stored[name].read_bytes(), name


def _close(one: bytes, other: bytes) -> bool:
    """The same picture, whichever JPEG library wrote it: small copies differ by a few shades at most."""
    small = [Image.open(io.BytesIO(data)).convert("L").resize((90, 60)).tobytes() for data in (one, other)]
    return max(abs(a - b) for a, b in zip(*small, strict=True)) <= 8


def test_titles_cost_no_drawing_library() -> None:
    code = "import sys; from app import samples; samples.titles(); print('PIL' in sys.modules)"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
