"""Checkpoints that are whole or do not count.

A folder `checkpoint-<step>` is filled first, flushed to the disk, and last of all gets `whole.json` with the size
of every file. A process killed in between leaves a folder without it, which is never read and is removed at the next
start.
"""

import json
import os
import shutil
from pathlib import Path
from typing import NamedTuple

from core.runs import write_whole
from train.tuning.faults import TrainingFailed

MARKER = "whole.json"
PREFIX = "checkpoint-"
SPARE = 64 * 2**20
"""Bytes kept free beside what a checkpoint needs: events, the run's other files."""


class Whole(NamedTuple):
    """A checkpoint that can be resumed from."""

    path: Path
    step: int
    processes: int
    parallel: str
    """How the optimiser's state is spread: `one`, `ddp`, `zero2`, `zero3`."""


class Checkpoints:
    """The checkpoints of one run."""

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder, self._keep = folder, keep

    def path(self, step: int) -> Path:
        return self.folder / f"{PREFIX}{step}"

    def all_whole(self) -> list[Whole]:
        """Oldest first."""
        found = (_read(path) for path in self.folder.glob(f"{PREFIX}*"))
        return sorted((whole for whole in found if whole is not None), key=lambda whole: whole.step)

    def newest(self) -> Whole | None:
        return next(reversed(self.all_whole()), None)

    def sweep(self) -> None:
        """Remove what was left half written."""
        for path in self.folder.glob(f"{PREFIX}*"):
            if _read(path) is None:
                shutil.rmtree(path)

    def check_room(self, needed: int) -> None:
        """Raise TrainingFailed where the disk has not `needed` bytes and some to spare."""
        self.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free
        if free < needed + SPARE:
            raise self.full(f"{free / 1e6:,.0f} MB free, {(needed + SPARE) / 1e6:,.0f} MB wanted for a checkpoint")

    def full(self, found: str) -> TrainingFailed:
        """The error for a disk without room."""
        last = self.newest()
        kept = f"{last.path} is kept" if last else "there is no earlier checkpoint"
        return TrainingFailed(
            f"{self.folder}: the disk is full ({found}); {kept}. Make room and run the same command again"
        )

    def seal(self, step: int, processes: int, parallel: str) -> Path:
        """Flush the folder of `step` to the disk, mark it whole, and remove the oldest beyond `keep`."""
        path = self.path(step)
        files = sorted(one for one in path.rglob("*") if one.is_file())
        for one in [*files, *(one for one in path.rglob("*") if one.is_dir()), path]:
            _flush(one)
        sizes = {str(one.relative_to(path)): one.stat().st_size for one in files}
        marker = {"step": step, "processes": processes, "parallel": parallel, "files": sizes}
        write_whole(path / MARKER, json.dumps(marker).encode())
        _flush(path)
        for old in self.all_whole()[: -self._keep]:
            (old.path / MARKER).unlink()  # first, so that a half removed one does not count either
            shutil.rmtree(old.path)
        return path

    def discard(self, step: int) -> None:
        """Remove the folder of `step`, whatever state it is in."""
        shutil.rmtree(self.path(step), ignore_errors=True)


def _read(path: Path) -> Whole | None:
    """None for a folder that is not whole: without the mark, or with a file missing or of another size."""
    try:
        marker = json.loads((path / MARKER).read_text(encoding="utf-8"))
        whole = Whole(path, int(marker["step"]), int(marker["processes"]), str(marker["parallel"]))
        same = all((path / name).stat().st_size == size for name, size in marker["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return whole if same else None


def _flush(path: Path) -> None:
    """fsync a file or the entries of a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
