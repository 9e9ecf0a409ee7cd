"""A tiny Qwen3-VL on disk, photos for it, and short ways to ask for a story."""

import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from core.records import Sampling
from core.settings import LocalSystem
from core.writers.events import Delta, Failed, Finished, Writer, WriteRequest, WriterEvent

GREEDY = Sampling(temperature=0.0, max_new_tokens=24)


@dataclass(frozen=True)
class Tiny:
    """A checkpoint of 1.4 million random weights that never ends by itself, and adapters on it."""

    base: Path
    adapter: Path
    other: Path
    """A second adapter: the first with the sign of its update turned."""


def build_tiny(folder: Path) -> Tiny:
    """About two seconds, plus the import of torch and transformers."""
    from safetensors.torch import load_file, save_file

    from core.writers.local import untrained

    untrained.assemble(folder, ends=False)
    tiny = Tiny(folder / "base", folder / "adapter", folder / "other")
    shutil.copytree(tiny.adapter, tiny.other)
    weights = load_file(tiny.adapter / "adapter_model.safetensors")
    turned = {name: -weight if "lora_B" in name else weight for name, weight in weights.items()}
    save_file(turned, tiny.other / "adapter_model.safetensors", {"format": "pt"})
    return tiny


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return build_tiny(tmp_path_factory.mktemp("tiny"))


def system(name: str, model: Path | str, adapter: Path | str | None = None, **more: object) -> LocalSystem:
    return LocalSystem.model_validate(
        {"id": name, "kind": "local", "model": str(model), "adapter": adapter and str(adapter), **more}
    )


def jpeg(colour: str = "red", size: tuple[int, int] = (160, 120)) -> bytes:
    from PIL import Image

    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


def ask(*photos: bytes, sampling: Sampling = GREEDY, prompt: str = "Tell the story of this day.") -> WriteRequest:
    return WriteRequest(photos or (jpeg(),), prompt, sampling)


def run(
    writer: Writer, request: WriteRequest, systems: Sequence[str], stop: threading.Event | None = None
) -> dict[str, tuple[str, Finished | Failed]]:
    """Text and end of every system."""
    return collect(writer.write(request, systems, stop or threading.Event()))


def collect(events: Iterable[WriterEvent]) -> dict[str, tuple[str, Finished | Failed]]:
    texts: dict[str, str] = {}
    ends: dict[str, Finished | Failed] = {}
    for event in events:
        assert event.system_id not in ends, "an event came after the end"
        if isinstance(event, Delta):
            texts[event.system_id] = texts.get(event.system_id, "") + event.text
        elif isinstance(event, Finished | Failed):
            ends[event.system_id] = event
    return {name: (texts.get(name, ""), end) for name, end in ends.items()}
