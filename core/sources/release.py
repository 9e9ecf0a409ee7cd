"""The paper's release -> a run folder.

    evaluation_50_samples/data/sample_01_story_48269/transcript_{32b,235b}.txt   image_*.jpg (links)
    inference_samples/sample_01_story_48269/ground_truth_story.txt               image_1_<Flickr id>.jpg

In a clone the links point into a home folder that exists nowhere else, so each picture is looked for under the same
sample in the other tree. What is missing is counted and named; nothing depends on how many samples there are.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.errors import PhotoError, ReleaseFormatError
from core.photos import normalise
from core.records import Photo, Story, Transcript, content_id
from core.runs import Run, write_whole

SYSTEMS = {"paper-32b-tuned": "transcript_32b.txt", "paper-235b": "transcript_235b.txt"}
LABELS = {"paper-32b-tuned": "32B fine-tuned (paper)", "paper-235b": "235B base (paper)"}
FINGERPRINT = "imported"
PROMPT = "unknown"
SETTINGS = {"command": "import-release", "source": "the paper's release", "systems": LABELS}
MOST_PHOTOS = 20

_SAMPLE = re.compile(r"sample_(\d+)_story_(\w+)$")
_IMAGE = re.compile(r"image_(\d+)(?:_(\d+))?\.(?:jpe?g|png)$", re.IGNORECASE)
_CAPTION = re.compile(r"^\[Image (\d+)\]:[ \t]*(.+)$", re.MULTILINE)
_STORY_ID = re.compile(r"^Story ID:[ \t]*(\w+)", re.MULTILINE)
_SECONDS = re.compile(r"^Generation time:[ \t]*([0-9.]+)[ \t]*s?[ \t]*$", re.MULTILINE)
_HEADER = re.compile(r"\A.*?^=+[ \t]*$\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of the release, found in one tree or in both."""

    folder: Path
    """Under evaluation_50_samples/data: the transcripts."""
    other: Path | None
    """Under inference_samples: the photos and captions."""
    number: int
    story: str
    """As the folder with the transcripts names it."""


@dataclass
class ImportReport:
    """What came in and what did not."""

    stories: int = 0
    transcripts: int = 0
    photos: int = 0
    new: int = 0
    """Records and pictures that were not in the run before; 0 means nothing changed."""
    missing_photos: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    """Everything else a reader should know: doubled ids, samples without captions, transcripts that are not there."""


def find_samples(folder: Path) -> tuple[list[Sample], list[str]]:
    """The samples in order of number, and notes on ids that do not agree.

    Raises ReleaseFormatError where the folder is not laid out as the release.
    """
    data = folder / "evaluation_50_samples" / "data"
    if not data.is_dir():
        raise ReleaseFormatError(
            f"{folder}: no folder evaluation_50_samples/data; the paper's release (a clone of it) was wanted"
        )
    others = [path for path in _folders(folder / "inference_samples") if _SAMPLE.search(path.name)]
    samples: list[Sample] = []
    notes: list[str] = []
    for path in _folders(data):
        if match := _SAMPLE.search(path.name):
            other = _same_sample(path.name, int(match[1]), match[2], others)
            samples.append(Sample(path, other, int(match[1]), match[2]))
    if not samples:
        raise ReleaseFormatError(f"{data}: no folder named sample_<number>_story_<id>; is the clone complete?")
    for sample in samples:
        ids = _ids(sample)
        if len(ids) > 1:
            notes.append(f"sample {sample.number}: two story ids ({', '.join(ids)}); kept as vist-{sample.story}")
    return sorted(samples, key=lambda one: (one.number, one.story)), notes


def import_release(
    folder: Path, run_path: Path, progress: Callable[[list[Sample]], Iterable[Sample]] = iter
) -> ImportReport:
    """Bring the release in; what the run already has is left as it is, so a second import changes no byte.

    `progress` wraps the samples, such as tqdm does. Raises ReleaseFormatError and RunFolderError.
    """
    samples, notes = find_samples(folder)
    run = Run.create(run_path, SETTINGS)
    known_stories = {story.id: story for story in run.stories()}
    known_transcripts = {transcript.id for transcript in run.attempts()}
    report = ImportReport(notes=notes)
    (run.path / "photos").mkdir(exist_ok=True)
    seen: set[str] = set()
    for sample in progress(samples):
        story_id = _story_id(sample, seen, report)
        story = _story(sample, story_id, run, known_stories.get(story_id), report)
        if known_stories.get(story_id) != story:
            run.append_story(story)
            report.new += 1
        for transcript in _transcripts(sample, story_id, report):
            if transcript.id not in known_transcripts:
                run.append_transcript(transcript)
                report.new += 1
    if report.new:
        run.log("imported", stories=report.stories, transcripts=report.transcripts, photos=report.photos)
    return report


def _folders(path: Path) -> list[Path]:
    return sorted(one for one in path.iterdir() if one.is_dir()) if path.is_dir() else []


def _same_sample(name: str, number: int, story: str, others: list[Path]) -> Path | None:
    """By the whole name first, then by the sample's number, then by the story's id."""
    parts = {path: _SAMPLE.search(path.name) for path in others}
    by_name = [path for path in others if path.name == name]
    by_number = [path for path, match in parts.items() if match and int(match[1]) == number]
    by_story = [path for path, match in parts.items() if match and match[2] == story]
    return next(iter([*by_name, *by_number, *by_story]), None)


def _ids(sample: Sample) -> list[str]:
    """Every story id the sample goes by, the one of its transcripts first."""
    found = [sample.story]
    if sample.other is not None:
        match = _SAMPLE.search(sample.other.name)
        found += [match[2]] if match else []
        found += _STORY_ID.findall(_text(sample.other / "ground_truth_story.txt") or "")
    return list(dict.fromkeys(found))


def _story_id(sample: Sample, seen: set[str], report: ImportReport) -> str:
    name = f"vist-{sample.story}"
    if name in seen:
        longer = f"{name}-sample-{sample.number}"
        report.notes.append(f"sample {sample.number}: story {sample.story} came before; kept as {longer}")
        name = longer
    seen.add(name)
    return name


def _story(sample: Sample, story_id: str, run: Run, known: Story | None, report: ImportReport) -> Story:
    pictures = _pictures(sample)
    captions = _captions(sample, len(pictures))
    if not captions:
        report.notes.append(f"sample {sample.number}: no captions that can be told apart")
    numbers = sorted({*captions, *pictures} & set(range(1, MOST_PHOTOS + 1)))
    had = {photo.number: photo for photo in known.photos} if known else {}
    photos: list[Photo] = []
    for number in numbers:
        old = had.get(number)
        if old is not None and old.file is not None and (run.path / old.file).is_file():
            photos.append(replace(old, caption=captions.get(number)))
        else:
            photos.append(_photo(sample, story_id, number, pictures.get(number), captions.get(number), run, report))
    report.stories += 1
    report.photos += sum(photo.file is not None for photo in photos)
    report.missing_photos += [f"{sample.folder.name} photo {one.number}" for one in photos if one.file is None]
    return Story(story_id, "vist", tuple(photos))


def _photo(
    sample: Sample, story_id: str, number: int, path: Path | None, caption: str | None, run: Run, report: ImportReport
) -> Photo:
    """Normalised into the run, so that no metadata of the original gets there."""
    if path is None:
        return Photo(number, None, caption)
    try:
        normal = normalise(path.read_bytes(), path.name)
    except (OSError, PhotoError) as error:
        report.notes.append(f"{sample.folder.name} photo {number}: {error}")
        return Photo(number, None, caption)
    name = f"photos/{story_id}-{number}.jpg"
    write_whole(run.path / name, normal.jpeg)
    report.new += 1
    match = _IMAGE.search(path.name)
    link = f"https://www.flickr.com/photo.gne?id={match[2]}" if match and match[2] else None
    return Photo(
        number,
        name,
        caption,
        credit="Flickr, by way of VIST",
        licence="Creative Commons (see the source)",
        link=link,
        width=normal.width,
        height=normal.height,
    )


def _pictures(sample: Sample) -> dict[int, Path]:
    """Files that are really there, by number; the release's own tree goes before the other one."""
    found: dict[int, Path] = {}
    for folder in (sample.folder, sample.other):
        for path in sorted(folder.iterdir()) if folder is not None else ():
            match = _IMAGE.search(path.name)
            if match and path.is_file():
                found.setdefault(int(match[1]), path)
    return found


def _captions(sample: Sample, pictures: int) -> dict[int, str]:
    """Marked `[Image 1]: …`, or one sentence a picture where there are just as many."""
    for folder in (sample.folder, sample.other):
        text = _text(folder / "ground_truth_story.txt") if folder is not None else None
        if not text:
            continue
        if marked := _CAPTION.findall(text):
            return {int(number): caption.strip() for number, caption in marked}
        sentences = [f"{sentence.strip()} ." for sentence in text.split(" .") if sentence.strip()]
        return dict(enumerate(sentences, start=1)) if len(sentences) == pictures else {}
    return {}


def _transcripts(sample: Sample, story_id: str, report: ImportReport) -> list[Transcript]:
    found: list[Transcript] = []
    for system, name in SYSTEMS.items():
        text = _text(sample.folder / name)
        if text is None:
            report.notes.append(f"{sample.folder.name}: no {name}")
            continue
        seconds, body = read_transcript(text, sample.folder / name)
        key = content_id("transcript", story_id, system, FINGERPRINT, PROMPT, body)
        found.append(Transcript(key, story_id, system, body, FINGERPRINT, PROMPT, seconds=seconds))
    report.transcripts += len(found)
    return found


def read_transcript(text: str, path: Path) -> tuple[float, str]:
    """Seconds from the header, and the words below it as they stand. Raises ReleaseFormatError without a header."""
    header = _HEADER.match(text)
    seconds = _SECONDS.search(header[0]) if header else None
    if header is None or seconds is None:
        raise ReleaseFormatError(f"{path}: no header line 'Generation time:'; is this an evaluation transcript?")
    return float(seconds[1]), text[header.end() :].strip("\n")


def _text(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseFormatError(f"{path}: cannot be read ({error})") from None
