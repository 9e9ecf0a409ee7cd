"""Where things lie in the paper's release, and what its text files say.

    evaluation_50_samples/evaluation_results.csv
    evaluation_50_samples/data/sample_01_story_48269/transcript_{32b,235b}.txt   image_1_<Flickr id>.jpg (links)
    inference_samples/sample_01_story_48269/ground_truth_story.txt               image_1_<Flickr id>.jpg

In a clone the links point into a home folder that exists nowhere else (or are small text files, where the clone's
system has no links), so each picture is looked for under the same sample in the other tree. Sample 49 goes by two story
ids: one folder has its pictures and transcripts, another the captions and pictures of a different story. So a folder
with the same sample number and another story id lends a picture only where the file's very name is wanted, and never a
caption: the wrong story under a transcript is worse than none.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.errors import ReleaseFormatError

MOST_PHOTOS = 20
TRANSCRIPT = re.compile(r"transcript_(\w+)\.txt$")
CAPTIONS = "ground_truth_story.txt"
_SAMPLE = re.compile(r"sample_(\d{1,6})_story_(\w{1,60})$")
_IMAGE = re.compile(r"image_(\d{1,3})(?:_(\d{1,20}))?\.(?:jpe?g|png)$", re.IGNORECASE)
_MARKED = re.compile(r"^\[Image (\d{1,3})\]:", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=\s[.!?])\s+")
_HEADER_LINE = re.compile(r"(\w[\w ]{0,30}):[ \t]*(.*)$")
_HEADER_LINES = 12
_KNOWN = frozenset({"sample", "word count", "generation time"})
_SECONDS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*s?$")


class Folder(NamedTuple):
    """One folder named `sample_<number>_story_<id>`."""

    path: Path
    number: int
    story: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample with its transcripts, and every folder that has to do with it."""

    told: Folder
    """Under evaluation_50_samples/data."""
    own: tuple[Folder, ...]
    """Under inference_samples, of the same story: the same name first, then the same story id."""
    namesakes: tuple[Folder, ...]
    """Under inference_samples, of the same number and another story id."""

    @property
    def name(self) -> str:
        return self.told.path.name


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo a sample names, there or not."""

    number: int
    flickr_id: str | None
    files: tuple[Path, ...]
    """Where it may be, the likeliest first; empty where there is no file of that name."""


def find_samples(folder: Path) -> list[Sample]:
    """The samples in order of number. Raises ReleaseFormatError where the folder is not laid out as the release."""
    data = _data_folder(folder)
    told = _folders(data)
    if not told:
        raise ReleaseFormatError(f"{data}: no folder named sample_<number>_story_<id>; is the clone complete?")
    others = _folders(folder / "inference_samples")
    return [
        Sample(
            one,
            tuple(sorted((x for x in others if x.story == one.story), key=lambda x: x.path.name != one.path.name)),
            tuple(x for x in others if x.number == one.number and x.story != one.story),
        )
        for one in told
    ]


def listed_samples(folder: Path) -> list[str]:
    """The samples evaluation_results.csv speaks of; none where it is absent or says it otherwise."""
    try:
        with (_data_folder(folder).parent / "evaluation_results.csv").open(encoding="utf-8-sig", newline="") as file:
            return [row["sample"] for row in csv.DictReader(file) if row.get("sample")]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def pictures(sample: Sample) -> dict[int, Picture]:
    """The photos the sample names, by number. Of two names for one number, that beside the transcripts counts."""
    names: dict[int, str] = {}
    for folder in (sample.told, *sample.own):
        for name in _image_names(folder.path):
            match = _IMAGE.match(name)
            if match and 1 <= int(match[1]) <= MOST_PHOTOS:
                names.setdefault(int(match[1]), name)
    places = (sample.told, *sample.own, *sample.namesakes)
    return {
        number: Picture(
            number,
            match[2] if (match := _IMAGE.match(name)) else None,
            tuple(file for place in places if (file := place.path / name).is_file()),
        )
        for number, name in sorted(names.items())
    }


class Captions(NamedTuple):
    """What ground_truth_story.txt says of the photos."""

    by_number: dict[int, str]
    how: str
    """`marked`, `by sentence`, `undivided`, `unreadable` or `missing`."""


def captions(sample: Sample, wanted: int) -> Captions:
    """Marked `[Image 1]: …`; or one sentence a photo, where there are just as many sentences as photos `wanted`."""
    for folder in (sample.told, *sample.own):
        try:
            text = (read_text(folder.path / CAPTIONS) or "").strip()
        except ReleaseFormatError:
            return Captions({}, "unreadable")
        if not text:
            continue
        if marked := dict(_marked(text)):
            return Captions(marked, "marked")
        sentences = [one.strip() for one in _SENTENCE.split(text) if one.strip()]
        if len(sentences) == wanted:
            return Captions(dict(enumerate(sentences, start=1)), "by sentence")
        return Captions({}, "undivided")
    return Captions({}, "missing")


def usual_photos(samples: Iterable[Sample]) -> int:
    """How many photos most samples have by their marked captions and files; 0 where nothing says."""
    counts = Counter(max([*captions(one, 0).by_number, *pictures(one)], default=0) for one in samples)
    counts.pop(0, None)
    return max(counts, key=lambda count: (counts[count], count), default=0)


class Told(NamedTuple):
    """One transcript file."""

    header: dict[str, str]
    """`sample`, `word count`, `generation time`: the lines above the rule of `=`, names in lower case."""
    text: str
    """What stands below, word for word."""

    @property
    def seconds(self) -> float | None:
        match = _SECONDS.match(self.header.get("generation time", "").strip())
        return float(match[1]) if match else None


def read_transcript(text: str) -> Told | None:
    """None where there is no header: lines such as `Sample: …` and a rule of `=` at the very top."""
    header: dict[str, str] = {}
    rest = text
    for _ in range(_HEADER_LINES):
        line, _, rest = rest.partition("\n")
        if line.strip() and set(line.strip()) == {"="}:
            return Told(header, rest.lstrip("\n")) if _KNOWN.intersection(header) else None
        match = _HEADER_LINE.match(line.strip())
        if match:
            header[match[1].strip().lower()] = match[2].strip()
        elif line.strip():
            return None
    return None


def read_text(path: Path) -> str | None:
    """None where there is no such file. Raises ReleaseFormatError where it cannot be read."""
    if not path.is_file():
        return None
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ReleaseFormatError(f"{path}: not UTF-8 text; is the clone damaged?") from None
    except OSError as error:
        raise ReleaseFormatError(f"{path}: cannot be read ({error.strerror})") from None


def _data_folder(folder: Path) -> Path:
    data = folder / "evaluation_50_samples" / "data"
    if not data.is_dir():
        raise ReleaseFormatError(
            f"{folder}: no folder evaluation_50_samples/data; the paper's release (a clone of it) was wanted"
        )
    return data


def _folders(path: Path) -> list[Folder]:
    found = [
        Folder(one, int(match[1]), match[2])
        for one in (path.iterdir() if path.is_dir() else ())
        if (match := _SAMPLE.match(one.name)) and one.is_dir()
    ]
    return sorted(found, key=lambda one: (one.number, one.story, one.path.name))


def _image_names(folder: Path) -> list[str]:
    """Dangling links count: they say which photo was meant."""
    return sorted(one.name for one in folder.iterdir() if _IMAGE.match(one.name))


def _marked(text: str) -> Iterator[tuple[int, str]]:
    marks = list(_MARKED.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)][: len(marks)]
    for mark, end in zip(marks, ends, strict=True):
        caption = " ".join(text[mark.end() : end].split())
        if caption and 1 <= int(mark[1]) <= MOST_PHOTOS:
            yield int(mark[1]), caption
