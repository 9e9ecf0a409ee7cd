"""Photo files as people have them -> upright, bounded JPEG files that hold pixels and nothing else."""

import os
import threading
import unicodedata
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import Field

from core.errors import PhotoError
from core.photo_files import Damaged, PhotoKind, bare, recognise
from core.photo_pixels import encode, open_photo, upright_rgb
from core.settings import Settings

_MB = 1_000_000
_WORKERS = os.cpu_count() or 1
_SLOTS = threading.BoundedSemaphore(_WORKERS)  # decoders at work, however many visitors upload at once
_HEAVY = threading.Lock()  # of those, one at a time may hold a picture of hundreds of megabytes
_HEAVY_PIXELS = 24 * _MB
_TAKEN = "send a JPEG, PNG, WebP, GIF or HEIC photo"


class PhotoLimits(Settings):
    """What is taken, and how large it may stay."""

    file_bytes: int = Field(default=15 * _MB, ge=1)
    """Largest file."""
    file_pixels: int = Field(default=120 * _MB, ge=1)
    """Largest picture as it comes, width times height: a telephone's 108 megapixels fit."""
    request_bytes: int = Field(default=200 * _MB, ge=1)
    """Largest sum of the files sent together."""
    story_photos: int = Field(default=20, ge=1, le=20)
    """Most photos in a story."""
    side: int = Field(default=2048, ge=32)
    """Longest side in pixels after normalising; a large JPEG may end a little under it (`core.photo_pixels`)."""
    least_side: int = Field(default=16, ge=1)
    """Shortest side in pixels of a picture that shows anything."""
    ratio: float = Field(default=20.0, ge=1)
    """Longest side over shortest. The models refuse 200; a panorama has up to about 10."""


DEFAULT_LIMITS = PhotoLimits()


@dataclass(frozen=True, slots=True)
class NormalPhoto:
    """A photo ready to be shown, stored and read by a model."""

    jpeg: bytes
    """RGB, upright, without any metadata."""
    width: int
    """Pixels."""
    height: int


@dataclass(frozen=True, slots=True)
class Ingest:
    """What became of the files sent together."""

    photos: list[NormalPhoto]
    """In the order sent."""
    problems: list[str]
    """One line for each file left out: its name, what is wrong and what to do."""


def normalise(data: bytes, name: str, limits: PhotoLimits = DEFAULT_LIMITS) -> NormalPhoto:
    """One file as bytes -> one photo. `name` is used in messages only. Raises PhotoError and nothing else."""
    try:
        with _SLOTS:
            return _normalise(data, limits)
    except Damaged as fault:
        raise PhotoError(f"{shown_name(name)} {fault}; send it again, or save it anew as JPEG.") from None
    except PhotoError as fault:
        raise PhotoError(f"{shown_name(name)} {fault}") from None


def ingest(files: Iterable[tuple[str, bytes | Path]], already: int = 0, limits: PhotoLimits = DEFAULT_LIMITS) -> Ingest:
    """Normalise the files sent together, for a story that has `already` photos. A bad file costs only itself."""
    result, rest, sent = Ingest([], []), iter(files), 0
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="photos") as pool:
        # In batches, so that a full story ends the decoding and memory holds a few files at most.
        while batch := list(islice(rest, 2 * _WORKERS)):
            full = already + len(result.photos) >= limits.story_photos
            jobs: list[Future[NormalPhoto]] = []
            for name, content in batch:
                sent += _length(content)
                refusal = _too_many(limits) if full else _too_much(limits) if sent > limits.request_bytes else ""
                jobs.append(pool.submit(_take, name, content, refusal, limits))
            for (name, _), job in zip(batch, jobs, strict=True):
                _add(result, name, job, already, limits)
    return result


def shrink(jpeg: bytes, max_pixels: int) -> bytes:
    """A normalised photo of at most `max_pixels` (width times height, 1024 or more); the same bytes where it fits.

    Raises PhotoError for bytes that `normalise` did not make.
    """
    try:
        photo = open_photo(jpeg, PhotoKind.JPEG)
        width, height = photo.size
        if width * height <= max_pixels:
            return jpeg
        scale = (max_pixels / (width * height)) ** 0.5
        image = upright_rgb(photo, 1, (max(1, int(width * scale)), max(1, int(height * scale))))
    except Damaged as fault:
        raise PhotoError(f"A photo {fault}; normalise it first.") from None
    return encode(image)


def shown_name(name: str, longest: int = 60) -> str:
    """A file's name fit for a message: no folders, no control or direction characters, shortened in the middle."""
    tail = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in tail)
    plain = " ".join(plain.split())
    if len(plain) > longest:
        plain = f"{plain[: longest - 16]}…{plain[-15:]}"
    return f"“{plain}”" if plain else "A file without a name"


def _normalise(data: bytes, limits: PhotoLimits) -> NormalPhoto:
    _check_length(len(data), limits)
    kind = recognise(data)
    if not isinstance(kind, PhotoKind):
        raise PhotoError(f"{kind}; {_TAKEN}.")
    file = bare(data, kind)
    if file.size:
        _check_size(file.size, limits)
    photo = open_photo(file.data, kind)
    _check_size(photo.size, limits)
    with _HEAVY if photo.size[0] * photo.size[1] > _HEAVY_PIXELS else nullcontext():
        image = upright_rgb(photo, file.orientation, (limits.side, limits.side), slack=0.75)
    return NormalPhoto(encode(image), image.width, image.height)


def _check_length(length: int, limits: PhotoLimits) -> None:
    if length > limits.file_bytes:
        found, wanted = f"{length / _MB:.3g}", f"{limits.file_bytes / _MB:g}"
        raise PhotoError(f"has {found} MB, over the {wanted} MB a photo may have; send a smaller copy.")


def _check_size(size: tuple[int, int], limits: PhotoLimits) -> None:
    width, height = size
    shape = f"is {width} × {height} pixels"
    if min(size) < limits.least_side:
        raise PhotoError(f"{shape}, under {limits.least_side} on a side; send a larger photo.")
    if width * height > limits.file_pixels:
        wanted = f"{limits.file_pixels / _MB:g}"
        raise PhotoError(f"{shape}, over the {wanted} megapixels a photo may have; send a smaller copy.")
    if max(size) > limits.ratio * min(size):
        raise PhotoError(f"{shape}, longer than {limits.ratio:g} to 1; cut out the part that matters.")


def _too_many(limits: PhotoLimits) -> str:
    return f"was left out: a story holds {limits.story_photos} photos; remove one first."


def _too_much(limits: PhotoLimits) -> str:
    return f"was left out: files sent together may have {limits.request_bytes / _MB:g} MB; send it by itself."


def _length(content: bytes | Path) -> int:
    """Bytes; a file that cannot be read counts nothing here and is named when its turn comes."""
    try:
        return content.stat().st_size if isinstance(content, Path) else len(content)
    except OSError:
        return 0


def _take(name: str, content: bytes | Path, refusal: str, limits: PhotoLimits) -> NormalPhoto:
    try:
        if isinstance(content, Path) and not refusal:
            _check_length(content.stat().st_size, limits)
            content = content.read_bytes()
    except PhotoError as fault:
        refusal = str(fault)
    except OSError as error:
        refusal = f"cannot be read ({error.strerror}); send it again."
    if refusal or isinstance(content, Path):
        raise PhotoError(f"{shown_name(name)} {refusal}")
    return normalise(content, name, limits)


def _add(result: Ingest, name: str, job: Future[NormalPhoto], already: int, limits: PhotoLimits) -> None:
    try:
        photo = job.result()
    except PhotoError as fault:
        result.problems.append(str(fault))
        return
    if already + len(result.photos) < limits.story_photos:
        result.photos.append(photo)
    else:
        result.problems.append(f"{shown_name(name)} {_too_many(limits)}")
