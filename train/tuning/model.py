"""The base on this machine, and the adapter on it: what is trained and what is frozen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.settings import HOME, Environment
from core.writers.local import untrained
from core.writers.local.adapters import quiet_peft
from core.writers.local.checkpoint import KINDS
from core.writers.local.faults import CheckpointError, is_memory
from core.writers.local.places import find_base
from train.tuning import speed
from train.tuning.faults import BaseMissing
from train.tuning.settings import TuneSettings


def base_folder(settings: TuneSettings, report: Callable[[str], None]) -> Path:
    """Where the base lies; fetched from the hub where it is not here. Raises BaseMissing."""
    said: list[str] = []

    def say(message: str, _fraction: float | None) -> None:
        if message not in said[-1:]:
            said.append(message)
            report(message)

    try:
        folder = find_base(settings.model, settings.revision, HOME, Environment.read().data, say)
    except CheckpointError as error:
        raise BaseMissing(f"model: {error.detail}") from None
    _check_kind(folder)
    return folder


def _check_kind(folder: Path) -> None:
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise BaseMissing(
            f"model: {folder}: no readable config.json ({error}); a Qwen3-VL checkpoint was wanted"
        ) from None
    if kind not in KINDS:
        raise BaseMissing(f"model: {folder}: model_type is {kind!r}; one of {', '.join(KINDS)} was wanted")


def load_processor(folder: Path) -> Any:
    """The base's processor."""
    from transformers import AutoProcessor

    return AutoProcessor.from_pretrained(folder)


def local_processor(settings: TuneSettings) -> Any | None:
    """The processor of the settings' base; None where it is not on this machine and would have to be fetched."""
    import huggingface_hub

    folder = HOME / Path(settings.model).expanduser()
    if settings.model == untrained.NAME:
        return load_processor(base_folder(settings, lambda _line: None))
    if folder.is_dir():
        return load_processor(folder)
    try:
        files = ["*.json", "*.txt", "*.jinja"]
        found = huggingface_hub.snapshot_download(
            settings.model, revision=settings.revision, allow_patterns=files, local_files_only=True
        )
        return load_processor(Path(found))
    except (OSError, ValueError):
        return None


def load_base(folder: Path, settings: TuneSettings, dtype: str, device: str | None) -> Any:
    """The frozen base, its weights straight on `device` where one is named. Raises BaseMissing."""
    import torch
    from transformers import AutoModelForImageTextToText

    options: dict[str, Any] = {} if device is None else {"device_map": {"": device}}
    try:
        return AutoModelForImageTextToText.from_pretrained(
            folder, dtype=getattr(torch, dtype), attn_implementation=settings.attention, use_safetensors=True, **options
        )
    except (OSError, ValueError, ImportError, RuntimeError, MemoryError) as error:
        if is_memory(error):
            raise BaseMissing(
                f"model: {folder}: does not fit in memory ({error}); ask `python -m train plan`"
            ) from None
        told = " ".join(str(error).split())
        raise BaseMissing(f"model: {folder}: cannot be loaded ({type(error).__name__}: {told})") from None


def with_adapter(base: Any, settings: TuneSettings) -> Any:
    """The base with a fresh adapter in float32; nothing else asks for gradients. Its weights follow from the seed.

    Raises BadInput where the settings name matrices this base has not.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    lora = settings.lora
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.pattern(),
    )
    torch.manual_seed(settings.seed)
    with quiet_peft():
        model: Any = get_peft_model(base, config)
    _check_targets(model, settings)
    own = model.peft_config["default"]
    own.base_model_name_or_path, own.revision = settings.model, settings.revision
    speed.apply(model, settings.speed)
    return model


def _check_targets(model: Any, settings: TuneSettings) -> None:
    """Of two targets peft would take the one that is there and say nothing of the other."""
    for target in settings.lora.targets:
        if not any(
            f".{'self_attn' if target == 'attention' else 'mlp'}." in name for name in model.targeted_module_names
        ):
            raise BadInput(
                f"lora.targets: {target}: the base has no such matrices (a mixture of experts keeps its experts "
                "stacked in one tensor); leave it out"
            )
