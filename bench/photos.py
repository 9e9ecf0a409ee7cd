"""500 mixed photos, bad ones among them, ingested; time per photo beside plain Pillow decoding of the same files.

`python -m bench.photos [--photos 500] [--seed 1]` makes the files in a temporary folder (up to 12 megapixels, five
formats) and adds the JPEG files of the paper's release where `SPORC_VIST_SHARED` or `../shared` holds it.
"""

import argparse
import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image

from core.photos import ingest, normalise

ROOT = Path(__file__).resolve().parent.parent
SIDES = {
    "JPEG": (4000, 2400, 1200),
    "PNG": (2000, 1200, 640),
    "WEBP": (4000, 1600, 800),
    "GIF": (1600, 800, 320),
    "HEIF": (4000, 1600),
}
SHARES = {"JPEG": 50, "PNG": 15, "WEBP": 10, "GIF": 10, "HEIF": 15}
BAD_SHARE = 0.12
BATCH = 20


def scene(chance: random.Random) -> Image.Image:
    """12 megapixels of soft shapes under a little grain, so that files come out as large as photos do."""
    soft = Image.frombytes("RGB", (40, 30), chance.randbytes(40 * 30 * 3)).resize(
        (4000, 3000), Image.Resampling.BICUBIC
    )
    grain = Image.effect_noise((1000, 750), 40).resize((4000, 3000)).convert("RGB")
    return Image.blend(soft, grain, 0.12)


def photo(base: Image.Image, kind: str, side: int, chance: random.Random) -> bytes:
    left, top = chance.randrange(1 + 4000 - side), chance.randrange(1 + 3000 - side * 3 // 4)
    picture = base.crop((left, top, left + side, top + side * 3 // 4))
    exif = Image.Exif()
    exif[0x0112] = chance.choice((1, 1, 3, 6, 8))
    options = {
        "JPEG": {"exif": exif, "progressive": chance.random() < 0.2},
        "PNG": {"exif": exif, "compress_level": 1},
        "WEBP": {"exif": exif, "method": 0},
        "GIF": {},
        "HEIF": {"exif": exif, "quality": 60},
    }[kind]
    target = BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def spoil(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """A bad file, and what is bad about it."""
    faults: dict[str, Callable[[], bytes]] = {
        "cut": lambda: data[: int(len(data) * chance.uniform(0.05, 0.95))],
        "empty": lambda: b"",
        "text": lambda: b"not a photo at all " * 50,
        "too large": lambda: data + bytes(15_000_001),
        "tiny": lambda: _png(Image.new("RGB", (8, 8))),
        "ribbon": lambda: _png(Image.new("RGB", (3000, 30))),
        "bomb": lambda: _png(Image.new("1", (20_000, 20_000))),
        "PDF": lambda: b"%PDF-1.7\n" + data,
    }
    fault = chance.choice(sorted(faults))
    return fault, faults[fault]()


def _png(picture: Image.Image) -> bytes:
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


class Pictures:
    """Photos at random, from up to three different files of each format and size: HEIC takes seconds to encode."""

    def __init__(self, chance: random.Random) -> None:
        self._base, self._chance = scene(chance), chance
        self._made: dict[tuple[str, int, int], bytes] = {}

    def next(self) -> tuple[str, bytes]:
        (kind,) = self._chance.choices(list(SHARES), weights=list(SHARES.values()))
        key = kind, self._chance.choice(SIDES[kind]), self._chance.randrange(3)
        if key not in self._made:
            self._made[key] = photo(self._base, kind, key[1], self._chance)
        return kind, self._made[key]


def make(folder: Path, count: int, chance: random.Random) -> tuple[list[tuple[str, Path]], set[str]]:
    """(kind, path) of every file, and the names of the bad ones."""
    pictures, files, bad = Pictures(chance), list[tuple[str, Path]](), set[str]()
    for number in range(count):
        kind, data = pictures.next()
        path = folder / f"{number:03}.{kind.lower()}"
        if chance.random() < BAD_SHARE:
            fault, data = spoil(data, chance)
            path = folder / f"{number:03} {fault}.{kind.lower()}"
            bad.add(path.name)
        path.write_bytes(data)
        files.append((kind, path))
    return files, bad


def released() -> Iterator[tuple[str, Path]]:
    shared = Path(os.environ.get("SPORC_VIST_SHARED") or ROOT.parent / "shared")
    for path in sorted((shared / "release" / "inference_samples").rglob("*.jpg")):
        if path.is_file():
            yield "release", path


def clock(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def plain(path: Path) -> None:
    with Image.open(path) as image:
        image.load()


def side_by_side(files: list[tuple[str, Path]], bad: set[str]) -> None:
    """Each good file twice, in turn, so that a busy machine slows both."""
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for kind, path in files:
        if path.name not in bad:
            ours = clock(lambda path=path: normalise(path.read_bytes(), path.name))
            theirs = clock(lambda path=path: plain(path))
            times[kind].append((theirs, ours))
    print(f"\n{'':10} {'photos':>7} {'Pillow decodes':>15} {'normalised':>11} {'times':>6}")
    times["all"] = [pair for kind in list(times) for pair in times[kind]]
    for kind, pairs in times.items():
        theirs, ours = (1000 * sum(column) / len(pairs) for column in zip(*pairs, strict=True))
        print(f"{kind:10} {len(pairs):>7} {theirs:>12.1f} ms {ours:>8.1f} ms {ours / theirs:>6.2f}")


def all_ingested(files: list[tuple[str, Path]], bad: set[str]) -> None:
    """As uploads come: 20 at a time, several decoded at once. Raises where a good one is refused or a bad one taken."""
    taken, problems, started = 0, list[str](), time.perf_counter()
    for at in range(0, len(files), BATCH):
        result = ingest([(path.name, path) for _, path in files[at : at + BATCH]])
        taken += len(result.photos)
        problems += result.problems
    seconds = time.perf_counter() - started
    unnamed = [name for name in bad if not any(name in problem for problem in problems)]
    if unnamed or len(problems) != len(bad) or taken != len(files) - len(bad):
        raise SystemExit(f"bad ones not named: {unnamed}; {taken} taken; named: {problems}")
    print(f"\ningest: {taken} photos taken, {len(problems)} of {len(bad)} bad ones named, nothing else raised")
    print(f"{seconds:.1f} s in all, {1000 * seconds / len(files):.1f} ms a file, {BATCH} files at a time")
    for problem in problems[:8]:
        print("  ", problem)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    pillow_heif.register_heif_opener()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        files, bad = make(Path(folder), asked.photos, random.Random(asked.seed))
        files += released()
        size = sum(path.stat().st_size for _, path in files) / 1e6
        print(
            f"{len(files)} files, {len(bad)} of them bad, {size:.0f} MB, made in {time.perf_counter() - started:.0f} s"
        )
        side_by_side(files, bad)
        all_ingested(files, bad)


if __name__ == "__main__":
    main()
