"""The model card of an adapter, in the form the Hugging Face hub reads: README.md beside its weights.

Every figure comes from the run folder. What was not measured is a dash.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from core.budget import MIN_PIXELS
from core.errors import RunFolderError
from core.runs import SETTINGS, write_whole
from core.settings import HOME, first_fault
from train.tuning import curve
from train.tuning.history import Figures, History
from train.tuning.settings import TuneSettings

FILE = "README.md"
ADAPTER = "adapter"
_TEMPLATE = Path(__file__).with_name("card.template.md")
_DASH = "–"
_OPEN = re.compile(r"Qwen/Qwen3-VL-[\w.-]+|models/miniature/base")
"""Bases whose licence is known to be Apache 2.0, and an adapter on them may be too."""


def write(run_folder: Path) -> Path:
    """Write RUN/adapter/README.md and the loss curve beside it. Returns the card's path.

    Raises RunFolderError where the folder is no run of fine-tuning, or has no adapter yet.
    """
    history = History(run_folder)
    folder = run_folder / ADAPTER
    if not folder.is_dir():
        raise RunFolderError(f"{folder}: no adapter yet; a card is written once there is one")
    curve.write(run_folder, folder)
    path = folder / FILE
    write_whole(path, text(history).encode())
    return path


def text(history: History) -> str:
    """The card."""
    found = history.run.settings()
    settings = _settings(history, found)
    model = settings.model
    return _TEMPLATE.read_text(encoding="utf-8").format(
        front=_front(settings),
        name=settings.name,
        base=f"[{model}](https://huggingface.co/{model})" if _on_hub(model) else f"`{model}`",
        model=model,
        revision=f', revision="{settings.revision}"' if settings.revision else "",
        state="" if history.finished else " **The run has not finished: this is where it stands.**",
        least=min(MIN_PIXELS, settings.data.max_pixels),
        max_pixels=settings.data.max_pixels,
        max_length=settings.data.max_length,
        max_rank=max(16, 2 ** math.ceil(math.log2(settings.lora.rank))),
        curve=curve.describe(history.losses),
        figures=_rows(_figures(history, history.figures())),
        settings=_rows(_set(settings)),
        data=_rows(_data(settings, _mapping(found.get("data")))),
        versions=_rows((name, str(value)) for name, value in _mapping(found.get("versions")).items()),
    )


def _settings(history: History, found: Mapping[str, Any]) -> TuneSettings:
    try:
        return TuneSettings.model_validate(found.get("settings"))
    except ValidationError as error:
        file = history.run.path / SETTINGS
        raise RunFolderError(f"{file}: settings: {first_fault(error)}; a run of `train finetune` was wanted") from None


def _on_hub(model: str) -> bool:
    return re.fullmatch(r"[\w.-]+/[\w.-]+", model) is not None and not (HOME / model).exists()


def _front(settings: TuneSettings) -> str:
    """The YAML the hub indexes by."""
    front: dict[str, Any] = {"library_name": "peft", "pipeline_tag": "image-text-to-text"}
    if _on_hub(settings.model):
        front = {"base_model": settings.model, "base_model_relation": "adapter", **front}
    if _OPEN.fullmatch(settings.model):
        front["license"] = "apache-2.0"
    else:
        front |= {"license": "other", "license_name": "as-the-base-model"}
    front["tags"] = ["lora", "qwen3_vl", "podcast", "visual-storytelling", "ai-generated"]
    front["language"] = ["en"]
    return yaml.safe_dump(front, sort_keys=False)


def _figures(history: History, found: Figures) -> Iterator[tuple[str, str]]:
    device = _mapping(history.run.settings().get("versions")).get("device")
    resumed = ", ".join(str(step) for step in history.resumed_from)
    done = f"{found.steps:,} of {found.of:,.0f}" if math.isfinite(found.of) else _DASH
    yield "Optimiser steps", done
    yield "Loss of the last step", _number(found.loss, ".4f")
    yield "Mean loss of the last tenth of the steps", _number(found.mean_loss, ".4f")
    yield "Tokens", _number(found.tokens, ",.0f")
    yield "Tokens a second", _number(found.tokens_per_second, ",.0f")
    yield "Hours", _number(found.hours, ".2f")
    yield "Devices", f"{_number(found.devices, '.0f')} x {device}" if device else _number(found.devices, ".0f")
    yield "Peak memory of a device, GB", _number(found.memory_gb, ".1f")
    yield "Utilisation (MFU)", _number(found.mfu, ".1%")
    yield "Resumed from step", resumed or _DASH


def _set(settings: TuneSettings) -> Iterator[tuple[str, str]]:
    lora, optim, batch, speed = settings.lora, settings.optim, settings.batch, settings.speed
    layers = f", {speed.checkpointed_layers} layers" if speed.checkpointed_layers else ""
    length = f"{optim.max_steps:,} steps" if optim.max_steps is not None else f"{optim.epochs:g}"
    yield "LoRA rank, alpha, dropout", f"{lora.rank}, {lora.alpha}, {lora.dropout:g}"
    yield "LoRA on", f"{' and '.join(lora.targets)} of the language model; the vision tower is frozen"
    yield "Learning rate", f"{optim.learning_rate:g}, {optim.schedule}, warm-up {optim.warmup_ratio:g}"
    yield "Weight decay, gradient clipping", f"{optim.weight_decay:g}, {optim.max_grad_norm:g}"
    yield "Epochs", length
    yield "NEFTune alpha", f"{optim.neftune_alpha:g}"
    yield "Samples a step", f"{batch.effective} = {batch.per_device} x {batch.accumulation} x {batch.devices}"
    yield "Longest sample, largest picture", f"{settings.data.max_length:,} tokens, {settings.data.max_pixels:,} pixels"
    yield "Precision", f"{settings.dtype}, the adapter in float32"
    yield "Parallelism", speed.parallel
    yield "Checkpointing", f"{speed.checkpointing}{layers}"
    yield "Logits, LoRA", f"{speed.logits}, {speed.lora}{', compiled' if speed.compile else ''}"
    yield "Seed", str(settings.seed)


def _data(settings: TuneSettings, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The file by its name alone: where it lay is nobody's business."""
    file = found.get("file") or settings.data.train
    yield "File", f"`{Path(str(file)).name}`" if file else _DASH
    yield "Samples", f"{found['samples']:,}" if isinstance(found.get("samples"), int) else _DASH
    yield "SHA-256", f"`{found['sha256']}`" if found.get("sha256") else _DASH


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: float, form: str) -> str:
    return _DASH if math.isnan(value) else format(value, form)


def _rows(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"| {name} | {value} |" for name, value in pairs) or f"| {_DASH} | {_DASH} |"
