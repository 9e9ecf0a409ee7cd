"""The fingerprint of a local system: what its text depends on, besides the request. Loads neither torch nor weights."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from core.records import content_id

WHOLE = 64 * 2**20
"""Weight files up to this many bytes are hashed whole, larger ones by their size and sixteen windows."""
_WINDOWS, _WINDOW = 16, 64 * 2**10
_BASE_FILES = ("config.json", "generation_config.json", "processor_config.json", "preprocessor_config.json",
               "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "chat_template.jinja",
               "chat_template.json", "model.safetensors.index.json")  # fmt: skip
_ADAPTER_FILES = ("adapter_config.json",)


def fingerprint(base: Path, adapter: Path | None, dtype: str, quantization: str) -> str:
    """`local-<20 hex digits>` over base files, adapter files, dtype and quantization.

    Settings and tokenizer files count with their whole content, and so does an adapter. A weight file of the base
    over 64 MiB counts by its name, its size and sixteen windows of 64 KiB spread over it, which retraining changes
    everywhere; hashing 64 GB whole would take minutes. Where the folder lies and what it is called does not count.
    """
    return content_id(
        "local",
        [[path.name, _digest(path)] for path in _present(base, _BASE_FILES, "model*.safetensors")],
        [[path.name, _digest(path, whole=True)] for path in _present(adapter, _ADAPTER_FILES, "adapter_*.safetensors")],
        dtype,
        quantization,
    )


def adapter_name(folder: Path) -> str:
    """A name that a module may bear and that follows from the adapter's content."""
    files = _present(folder, _ADAPTER_FILES, "adapter_*.safetensors")
    return content_id("adapter", [_digest(path, whole=True) for path in files]).replace("-", "_")


def _present(folder: Path | None, names: tuple[str, ...], weights: str) -> list[Path]:
    if folder is None:
        return []
    return [path for name in names if (path := folder / name).is_file()] + sorted(folder.glob(weights))


def _digest(path: Path, *, whole: bool = False) -> str:
    size = path.stat().st_size
    if whole or size <= WHOLE:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256(str(size).encode())
    for window in _windows(path, size):
        digest.update(window)
    return digest.hexdigest()


def _windows(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        for number in range(_WINDOWS):
            file.seek(number * (size - _WINDOW) // (_WINDOWS - 1))
            yield file.read(_WINDOW)
