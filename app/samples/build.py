"""Builds the samples' run folder from the drawings and the talk beside this file."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.samples import FOLDER, HERE, SAMPLES, SYSTEMS, Sample
from app.samples.draw import pictures
from app.samples.drawing.shapes import HEIGHT, WIDTH
from core.records import Photo, Story, Transcript, content_id
from core.runs import Run

CREDIT = "Drawn by this project"
LICENCE = "Apache-2.0"
FINGERPRINT = "example"
PROMPT = "unknown"
SETTINGS = {"command": "python -m app.samples", "source": "sample", "systems": SYSTEMS}


def story(sample: Sample) -> Story:
    photos = tuple(
        Photo(number, f"photos/{sample.name}-{number}.jpg", alt, CREDIT, LICENCE, width=WIDTH, height=HEIGHT)
        for number, alt in enumerate(sample.alts, start=1)
    )
    return Story(sample.story_id, "sample", photos, sample.title)


def transcripts(sample: Sample) -> Iterator[Transcript]:
    """One for each system. The id hangs on the text, so an edited talk is a new transcript."""
    for system in SYSTEMS:
        text = (HERE / "talk" / f"{sample.name}.{system.removeprefix('example-')}.txt").read_text(encoding="utf-8")
        name = content_id("transcript", sample.story_id, system, FINGERPRINT, text)
        yield Transcript(name, sample.story_id, system, text.strip(), FINGERPRINT, PROMPT)


def build(folder: Path = FOLDER) -> None:
    """Makes the folder anew; what was there is replaced only once everything is drawn."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "run"
        _fill(Run.create(made, SETTINGS))
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)


def _fill(run: Run) -> None:
    (run.path / "photos").mkdir(exist_ok=True)
    for sample in SAMPLES:
        told = story(sample)
        for photo, data in zip(told.photos, pictures(sample.name), strict=True):
            (run.path / str(photo.file)).write_bytes(data)
        run.append_story(told)
        for transcript in transcripts(sample):
            run.append_transcript(transcript)
