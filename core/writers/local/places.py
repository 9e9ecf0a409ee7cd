"""Where a model or an adapter lies: the untrained one, a folder, or a snapshot of the hub's."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from core.writers.local import untrained
from core.writers.local.faults import CheckpointError

Say = Callable[[str, float | None], None]
"""Told what is happening, in a visitor's words, and how far along it is in [0, 1] where that is known."""

_FILES = ["*.json", "*.safetensors", "*.txt", "*.jinja"]


def find_base(name: str, revision: str | None, folder: Path, data: Path, say: Say) -> Path:
    """The folder of the base model `name`. Raises CheckpointError."""
    if name == untrained.NAME:
        if not untrained.there(data):
            say("Putting the untrained model together", None)
        return untrained.folders(data)[0]
    return _find(name, revision, folder, say)


def find_adapter(name: str, base: str, folder: Path, data: Path, say: Say) -> Path:
    """The folder of the adapter `name` on the base called `base`. Raises CheckpointError."""
    if name != untrained.NAME:
        return _find(name, None, folder, say)
    if base != untrained.NAME:
        raise CheckpointError(
            "The adapter does not fit its base.",
            f"adapter: untrained goes with model: untrained, and here the model is {base}",
        )
    return untrained.folders(data)[1]


def _find(name: str, revision: str | None, folder: Path, say: Say) -> Path:
    path = folder / Path(name).expanduser()
    if path.is_dir():
        if revision is not None:
            raise CheckpointError(
                "The model cannot be found.", f"{path}: a folder has no revision {revision!r}; drop it"
            )
        return path
    hub_id = re.fullmatch(r"[\w.-]+/[\w.-]+", name)
    if not hub_id or (folder / name).parent.is_dir():
        raise CheckpointError(
            "The model cannot be found.", f"{path}: no such folder; give a folder, or a hub id such as owner/name"
        )
    return _download(name, revision, path, say)


def _download(name: str, revision: str | None, path: Path, say: Say) -> Path:
    import huggingface_hub

    download = cast(Any, huggingface_hub).snapshot_download
    say("Looking for the model's files", None)
    try:
        return Path(download(name, revision=revision, allow_patterns=_FILES, tqdm_class=_progress(say)))
    except Exception as error:
        raise CheckpointError(
            "The model cannot be downloaded.",
            f"{name}: no folder {path}, and not to be had from the hub ({' '.join(str(error).split())}); "
            "check the name, the connection and, for a gated model, HF_TOKEN",
            "connection",
        ) from error


def _progress(say: Say) -> Any:
    """A progress bar that speaks through `say`, in bytes, and prints nothing."""
    from tqdm import tqdm

    bar: Any = tqdm

    class Progress(bar):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            bar.__init__(self, *args, **{**kwargs, "disable": True})
            self._bytes = kwargs.get("unit") == "B"
            self._done: float = kwargs.get("initial") or 0
            self.total: Any = kwargs.get("total")

        def update(self, n: float | None = 1) -> None:
            self._done += n or 0
            if self._bytes and self.total:
                far = f"{self._done / 1e9:.2f} of {self.total / 1e9:.2f} GB"
                say(f"Downloading the model: {far}", min(1.0, self._done / self.total))

    return Progress
