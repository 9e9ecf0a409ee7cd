"""Everything wrong with training data, before a GPU is touched; and what the run will meet.

A sample is sound when its pictures are there and decode, there are 1 to 20 of them and as many marks, its answer names
its speakers from the first word (one speaker alone may hold a monologue), neither prompt nor answer holds a marker of
the chat format, and it fits (`fit`).
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from core import budget, dialogue
from core.errors import BadInput, PhotoError
from train.tuning import pictures
from train.tuning.fit import Fit, fit
from train.tuning.samples import Sample, read
from train.tuning.settings import DataSettings

MOST_PICTURES = 20
_MARKER = re.compile(r"<\|[^|<>]{1,40}\|>")


class Measure(Protocol):
    """Says how a sample goes in: `encode.Encoder`, or `Estimate` where there is no tokenizer."""

    def fit(self, sample: Sample, sizes: list[tuple[int, int]]) -> Fit: ...


class Estimate:
    """Tokens without a tokenizer: one for 4 characters, which is near Qwen's rate for English, and 12 for the chat
    format around the prompt."""

    def __init__(self, data: DataSettings) -> None:
        self._data = data

    def fit(self, sample: Sample, sizes: list[tuple[int, int]]) -> Fit:
        return fit(
            sample.answer,
            sizes,
            12 + _quarter(sample.prompt),
            _quarter,
            max_length=self._data.max_length,
            max_pixels=self._data.max_pixels,
        )


def _quarter(text: str) -> int:
    return -(-len(text) // 4)


@dataclass(slots=True)
class Checked:
    """What was found."""

    file: Path
    samples: list[Sample] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """One line each, with file and line."""
    tokens: list[int] = field(default_factory=list)
    """Of each sound sample, as it will go in; in the order of `samples` where there is no fault."""
    pictures: int = 0
    """Files, each counted once."""
    groups: int = 0
    turns: int = 0
    words: int = 0
    """Of all answers, split at white space."""
    fewer_pixels: int = 0
    """Samples whose pictures are shown smaller than the settings allow, to fit."""
    cut: int = 0
    """Samples that lose turns off their end even so."""
    cut_turns: int = 0
    sha256: str = ""
    """Of the file and of every picture in it: the same only for the same data."""


Follow = Callable[[Sequence[Any], str], Iterable[Any]]
"""Shows how far a loop over the things is; the text says what they are."""


def silent(things: Sequence[Any], _what: str) -> Iterable[Any]:
    """Shows nothing."""
    return things


def check(file: Path, measure: Measure, follow: Follow = silent) -> Checked:
    """Look at all of it. Raises nothing for what is wrong with the data."""
    samples, faults = read(file)
    found = Checked(file, samples, list(faults))
    seen = _look_at_pictures(samples, follow)
    for sample in follow(samples, "samples"):
        wrong = list(_faults(sample, seen))
        if not wrong:
            wrong = _measure(sample, [seen[path].size for path in sample.images], measure, found)
        found.faults += [f"{sample.where}: {fault}" for fault in wrong]
    found.pictures = sum(1 for look in seen.values() if not look.fault)
    found.groups = len({sample.group for sample in samples if sample.group is not None})
    found.sha256 = _digest(file, seen)
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """One picture file."""

    size: tuple[int, int] = (0, 0)
    """Width and height, upright."""
    digest: str = ""
    fault: str = ""


def _look_at_pictures(samples: Sequence[Sample], follow: Follow) -> Mapping[Path, _Look]:
    """Decoding leaves Python's lock alone, so threads use all processors."""
    paths = list(dict.fromkeys(path for sample in samples for path in sample.images))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        looks = pool.map(_look, follow(paths, "pictures"))
        return dict(zip(paths, looks, strict=True))


def _look(path: Path) -> _Look:
    try:
        data = pictures.read(path)
        size = pictures.decode(path, data).size
        if max(size) > budget.MAX_RATIO * min(size):
            return _Look(fault=f"picture {path} is {size[0]} x {size[1]} pixels; at most 200 to 1 was wanted; crop it")
    except PhotoError as fault:
        return _Look(fault=str(fault))
    return _Look(size, hashlib.sha256(data).hexdigest())


def _faults(sample: Sample, seen: Mapping[Path, _Look]) -> Iterable[str]:
    if not 1 <= len(sample.images) <= MOST_PICTURES:
        yield f"{len(sample.images)} pictures; 1 to {MOST_PICTURES} were wanted"
    yield from (seen[path].fault for path in sample.images if seen[path].fault)
    if not sample.prompt:
        yield "the prompt is empty; a request was wanted"
    for name, text in (("prompt", sample.prompt), ("answer", sample.answer)):
        if marker := _MARKER.search(text):
            yield f"the {name} holds {marker.group()!r}, a marker of the chat format; take it out"
    yield from _talk_faults(sample.answer)


def _talk_faults(answer: str) -> Iterable[str]:
    if not answer:
        yield "the answer is empty; a talk was wanted"
        return
    talk = dialogue.parse(answer)
    if not talk.labelled:
        yield f"no speaker labels (the answer begins {answer[:40]!r}); lines such as 'Speaker 1: …' were wanted"
    elif not talk.turns:
        yield "speaker labels without a word spoken; a talk was wanted"
    elif 1 not in talk.names or any(drop.reason == "before the first label" for drop in talk.dropped):
        yield f"words before the first speaker label ({answer[:40]!r}); the answer must begin with a label"


def _measure(sample: Sample, sizes: list[tuple[int, int]], measure: Measure, found: Checked) -> list[str]:
    try:
        fitted = measure.fit(sample, sizes)
    except BadInput as error:
        return [str(error)]
    found.tokens.append(fitted.tokens)
    found.turns += len(dialogue.parse(sample.answer).turns)
    found.words += len(sample.answer.split())
    found.fewer_pixels += fitted.fewer_pixels
    found.cut += fitted.cut_turns > 0
    found.cut_turns += fitted.cut_turns
    return []


def _digest(file: Path, seen: Mapping[Path, _Look]) -> str:
    digest = hashlib.sha256(file.read_bytes() if file.is_file() else b"")
    for look in seen.values():
        digest.update(look.digest.encode())
    return digest.hexdigest()
