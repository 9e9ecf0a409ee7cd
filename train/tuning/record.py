"""run.yaml of a fine-tuning run: what was asked, of which data, with which versions, and what came of it."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core import runs
from core.errors import RunFolderError
from core.runs import Run
from train.tuning.check import Checked
from train.tuning.progress import Progress
from train.tuning.settings import TuneSettings

PACKAGES = ("torch", "transformers", "peft", "accelerate", "deepspeed", "tokenizers")


def open_run(settings: TuneSettings, checked: Checked) -> Run:
    """Make the run folder, or go on in it. Raises RunFolderError that names each setting that differs."""
    asked = {
        "kind": "finetune",
        "settings": settings.model_dump(mode="json"),
        "data": {"file": str(checked.file), "sha256": checked.sha256, "samples": len(checked.samples)},
    }
    if (settings.output / runs.SETTINGS).exists():
        _refuse_changes(Run.open(settings.output), asked)
    run = Run.create(settings.output, asked)
    run.note("versions", versions())
    return run


def _refuse_changes(run: Run, asked: Mapping[str, Any]) -> None:
    found = dict(_flat({key: value for key, value in run.settings().items() if key not in runs.RESULTS}))
    wanted = dict(_flat(asked))
    changed = [key for key in {**found, **wanted} if found.get(key) != wanted.get(key)]
    if changed:
        told = "; ".join(f"{key}: {found.get(key)} there, {wanted.get(key)} here" for key in changed[:3])
        more = f"; and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise RunFolderError(
            f"{run.path}: a run with other settings ({told}{more}); give another folder, or the same settings"
        )


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", list(value) if isinstance(value, tuple) else value


def versions() -> dict[str, str]:
    """Of Python and of every library a trained weight depends on, and what it was computed on."""
    found = runs.versions()
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    found["device"] = device_name()
    return found


def device_name() -> str:
    """What this process computes on, as its maker calls it."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def finished(out: Path) -> dict[str, Any] | None:
    """The figures of a run that came to its end; None for one that did not."""
    if not (out / runs.SETTINGS).is_file():
        return None
    return Run.open(out).settings().get("counts")


def note_result(run: Run, progress: Progress, seconds: float) -> None:
    """Figures of a finished run: its steps and last loss, and the seconds and tokens of the call that ended it."""
    counts = {"steps": progress.steps, "loss": progress.loss, "seconds": seconds, "tokens": progress.tokens}
    run.note("counts", counts)
