"""The paper's release -> a run folder.

What the run already has is left as it is, so a second import changes no byte; what is missing is counted and named, and
comes in when it is there at a later import. `core.sources.release_layout` says where things lie.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.errors import PhotoError, ReleaseFormatError
from core.photos import DEFAULT_LIMITS, normalise
from core.records import Photo, Story, Transcript, content_id
from core.runs import Run, versions
from core.sources.release_layout import (
    TRANSCRIPT,
    Picture,
    Sample,
    captions,
    find_samples,
    listed_samples,
    pictures,
    read_text,
    read_transcript,
    usual_photos,
)

SYSTEMS = {"32b": "paper-32b-tuned", "235b": "paper-235b"}
"""By the end of the transcript's file name."""
LABELS = {"paper-32b-tuned": "32B fine-tuned (paper)", "paper-235b": "235B base (paper)"}
FINGERPRINT = "imported"
PROMPT = "unknown"
CREDIT = "Flickr, by way of the Visual Storytelling dataset (VIST)"
LICENCE = "Creative Commons (see link)"
SETTINGS = {"command": "import-release", "source": "the paper's release", "systems": LABELS}


@dataclass
class ImportReport:
    """What came in and what did not."""

    stories: int = 0
    transcripts: int = 0
    photos: int = 0
    new: int = 0
    """Records and pictures that were not in the run before; 0 means that no byte of the run changed."""
    captions: dict[str, int] = field(default_factory=dict[str, int])
    """Stories by how their captions were found: `marked`, `by sentence`, `undivided`, `unreadable`, `missing`."""
    missing_photos: list[str] = field(default_factory=list[str])
    missing_transcripts: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    """Samples that go by two story ids, and stories that are told twice."""
    notes: list[str] = field(default_factory=list[str])
    """Everything else a reader should know: unreadable pictures, captions that are not there, odd headers."""


def import_release(
    folder: Path, run_path: Path, progress: Callable[[list[Sample]], Iterable[Sample]] = iter
) -> ImportReport:
    """Bring the release in. `progress` wraps the samples, as tqdm does.

    Raises ReleaseFormatError and RunFolderError.
    """
    samples = find_samples(folder)
    report = ImportReport()
    run = Run.create(run_path, {**SETTINGS, "versions": versions()})
    work = _Import(run, report, usual_photos(samples))
    for name in sorted(set(listed_samples(folder)) - {sample.name for sample in samples}):
        report.missing_transcripts.append(f"{name}: in evaluation_results.csv, but there is no such folder")
    for sample in progress(samples):
        work.bring_in(sample)
    if not report.transcripts:
        raise ReleaseFormatError(f"{folder}: no transcript could be read; is the clone complete?")
    run.note("counts", {"stories": report.stories, "transcripts": report.transcripts, "photos": report.photos})
    if report.new:
        run.log("imported", new=report.new, stories=report.stories, transcripts=report.transcripts)
    return report


class _Import:
    """One import on its way."""

    def __init__(self, run: Run, report: ImportReport, usual: int) -> None:
        self.run = run
        self.report = report
        self.usual = usual
        self.stories = {story.id: story for story in run.stories()}
        self.attempts = run.attempts()
        self.seen: set[str] = set()

    def bring_in(self, sample: Sample) -> None:
        story = self._story(sample, self._story_id(sample))
        if story is None:
            self.report.notes.append(f"{sample.name}: no photo and no caption tells how many photos it has; left out")
            return
        self.report.stories += 1
        if self.stories.get(story.id) != story:
            self.run.append_story(story)
            self.report.new += 1
        for key, system_id in SYSTEMS.items():
            self._transcript(sample, story.id, key, system_id)
        for file in sorted(sample.told.path.glob("transcript_*.txt")):
            match = TRANSCRIPT.match(file.name)
            if match and match[1] not in SYSTEMS:
                self.report.notes.append(f"{sample.name}/{file.name}: of a system that is not the paper's; left out")

    def _story_id(self, sample: Sample) -> str:
        others = sorted({one.story for one in sample.namesakes})
        if others:
            self.report.doubled.append(
                f"sample {sample.told.number}: told as story {sample.told.story}; inference_samples also has it as "
                f"story {', '.join(others)}, whose captions and other photos were left out"
            )
        name = f"vist-{sample.told.story}"
        if name in self.seen:
            longer = f"{name}-sample-{sample.told.number}"
            self.report.doubled.append(f"{sample.name}: story {sample.told.story} came before; kept as {longer}")
            name = longer
        self.seen.add(name)
        return name

    def _story(self, sample: Sample, story_id: str) -> Story | None:
        named = pictures(sample)
        wanted = max([self.usual, *named])
        text, how = captions(sample, wanted)
        if how == "undivided":
            self.report.notes.append(f"{sample.name}: the captions cannot be divided among {wanted} photos; left empty")
        elif how in {"missing", "unreadable"}:
            self.report.notes.append(f"{sample.name}: captions {how}")
        numbers = sorted({*named, *text}) or list(range(1, self.usual + 1))
        if not numbers:
            return None
        self.report.captions[how] = self.report.captions.get(how, 0) + 1
        old = {photo.number: photo for photo in known.photos} if (known := self.stories.get(story_id)) else {}
        photos = [
            self._photo(sample, story_id, named.get(number, Picture(number, None, ())), text.get(number), old)
            for number in numbers
        ]
        self.report.photos += sum(photo.file is not None for photo in photos)
        return Story(story_id, "vist", tuple(photos))

    def _photo(
        self, sample: Sample, story_id: str, picture: Picture, caption: str | None, known: dict[int, Photo]
    ) -> Photo:
        link = f"https://www.flickr.com/photo.gne?id={picture.flickr_id}" if picture.flickr_id else None
        bare = Photo(picture.number, None, caption, CREDIT, LICENCE, link)
        old = known.get(picture.number)
        if old and old.link == link and (path := self.run.photo_path(old)) is not None and path.is_file():
            return replace(bare, file=old.file, width=old.width, height=old.height)
        faults: list[str] = []
        for file in picture.files:
            try:
                if file.stat().st_size > DEFAULT_LIMITS.file_bytes:
                    raise PhotoError(f"{file.name} is larger than a photo may be")
                normal = normalise(file.read_bytes(), file.name)
            except (OSError, PhotoError) as error:
                faults.append(str(error))
                continue
            self.report.new += 1
            name = self.run.write_photo(f"{story_id}-{picture.number}.jpg", normal.jpeg)
            return replace(bare, file=name, width=normal.width, height=normal.height)
        why = f": {faults[0]}" if faults else ""
        self.report.missing_photos.append(f"{sample.name} photo {picture.number}{why}")
        return bare

    def _transcript(self, sample: Sample, story_id: str, key: str, system_id: str) -> None:
        name = f"{sample.name}/transcript_{key}.txt"
        try:
            text = read_text(sample.told.path / f"transcript_{key}.txt")
        except ReleaseFormatError as error:
            self.report.missing_transcripts.append(str(error))
            return
        told = read_transcript(text) if text is not None else None
        if told is None or not told.text.strip():
            why = "no such file" if text is None else "no header lines at its top" if told is None else "empty"
            self.report.missing_transcripts.append(f"{name}: {why}")
            return
        if told.seconds is None:
            self.report.notes.append(f"{name}: no header line 'Generation time:'; seconds are unknown")
        if told.header.get("sample", sample.name) != sample.name:
            self.report.notes.append(f"{name}: its header says {told.header['sample']!r}; kept where it lies")
        self.report.transcripts += 1
        self._keep(story_id, system_id, told.text, told.seconds)

    def _keep(self, story_id: str, system_id: str, text: str, seconds: float | None) -> None:
        """Append the transcript unless it is there; a text that has changed since is a further attempt."""
        before = [one for one in self.attempts if (one.story_id, one.system_id) == (story_id, system_id)]
        latest = max(before, key=lambda one: one.attempt, default=None)
        if latest is not None and (latest.text, latest.seconds) == (text, seconds):
            return
        attempt = latest.attempt + 1 if latest else 1
        name = content_id("transcript", story_id, system_id, FINGERPRINT, PROMPT, text, attempt)
        self.run.append_transcript(
            Transcript(name, story_id, system_id, text, FINGERPRINT, PROMPT, seconds=seconds, attempt=attempt)
        )
        self.report.new += 1
