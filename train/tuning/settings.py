"""A training configuration as typed settings. A misspelt key is refused by name.

The defaults are the paper's Table 3. Settings are light: nothing here loads a model.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from core.errors import SettingsError
from core.settings import Settings, first_fault

HERE = Path(__file__).resolve().parent
CONFIGS = HERE.parent / "configs"

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
MLP = ("gate_proj", "up_proj", "down_proj")


class LoraSettings(Settings):
    """The update that is trained (Hu et al. 2022). The vision tower and its merger are never touched."""

    rank: int = Field(default=16, ge=1)
    """Width of the update; adapter size grows in proportion."""
    alpha: int = Field(default=32, ge=1)
    """Scale: the update is multiplied by alpha / rank."""
    dropout: float = Field(default=0.05, ge=0, lt=1)
    """Share of the update's inputs set to zero in training."""
    targets: tuple[Literal["attention", "mlp"], ...] = Field(default=("attention", "mlp"), min_length=1)
    """Which matrices of the language model's layers."""

    def pattern(self) -> str:
        """A regular expression over module names: the language model's layers only."""
        attention = f"self_attn\\.(?:{'|'.join(ATTENTION)})"
        mlp = f"mlp\\.(?:{'|'.join(MLP)})"
        parts = {"attention": attention, "mlp": mlp}
        inside = "|".join(parts[name] for name in self.targets)
        return rf"(?:.*\.)?language_model\.layers\.\d+\.(?:{inside})"


class OptimSettings(Settings):
    """AdamW and how its step size goes."""

    learning_rate: float = Field(default=4e-6, gt=0)
    """At its highest, after the warm-up."""
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup_ratio: float = Field(default=0.1, ge=0, lt=1)
    """Share of all steps in which the rate rises from 0."""
    weight_decay: float = Field(default=0.1, ge=0)
    max_grad_norm: float = Field(default=0.3, gt=0)
    """Gradients longer than this are shortened to it."""
    epochs: float = Field(default=1.0, gt=0)
    max_steps: int | None = Field(default=None, ge=1)
    """Bounds the run in place of `epochs`."""
    neftune_alpha: float = Field(default=5.0, ge=0)
    """Noise on the text's embeddings in training (Jain et al. 2024): alpha / sqrt(tokens x width). 0 is none."""


class BatchSettings(Settings):
    """How many samples one optimiser step sees, and how they are spread."""

    per_device: int = Field(default=1, ge=1)
    """Samples in one forward pass of one device."""
    accumulation: int = Field(default=4, ge=1)
    """Forward passes between two optimiser steps."""
    devices: int = Field(default=8, ge=1)
    """Devices the effective batch is meant for. With fewer, accumulation rises so that the batch stays the same."""

    @property
    def effective(self) -> int:
        """Samples of one optimiser step."""
        return self.per_device * self.accumulation * self.devices


class SpeedSettings(Settings):
    """How the same mathematics is computed. None of these changes the loss beyond rounding."""

    parallel: Literal["zero3", "zero2", "ddp"] = "zero3"
    """`zero3` spreads the base over all devices and gathers each layer when it is needed; `ddp` holds it whole on each.
    One process alone needs neither."""
    checkpointing: Literal["full", "partial", "none"] = "full"
    """Whether layers recompute their activations in the backward pass: all, some, or none of them."""
    checkpointed_layers: int | None = Field(default=None, ge=1)
    """With `partial`: how many of the language model's layers, spread evenly."""
    logits: Literal["all", "answer"] = "all"
    """`answer` computes logits only where a label is."""
    lora: Literal["peft", "fused"] = "peft"
    """`fused` computes the updates of matrices that read the same input together, in the base's dtype."""
    compile: bool = False
    """torch.compile on each layer of the language model."""
    group_by_length: bool = False
    """Batches of samples of similar length: less padding."""

    @model_validator(mode="after")
    def _layers_go_with_partial(self) -> "SpeedSettings":
        if (self.checkpointing == "partial") != (self.checkpointed_layers is not None):
            raise ValueError("checkpointed_layers goes with checkpointing: partial, and partial with it")
        return self


class DataSettings(Settings):
    """What is trained on."""

    train: Path | None = None
    """The project's JSONL or a Qwen conversation file; `--data` goes before it."""
    samples: int | None = Field(default=None, ge=1)
    """How many there are meant to be, for the plan; the paper's release has 4,004."""
    max_length: int = Field(default=8192, ge=64)
    """Tokens of one sample: prompt, pictures and answer."""
    max_pixels: int = Field(default=576 * 28 * 28, ge=32 * 32)
    """Largest area of one picture as the model sees it."""
    workers: int = Field(default=2, ge=0)
    """Processes that read and encode samples beside the training."""


class SaveSettings(Settings):
    """What a run leaves behind while it goes."""

    every_steps: int = Field(default=20, ge=1)
    """Between two checkpoints."""
    keep: int = Field(default=2, ge=1)
    """Checkpoints kept; older ones are removed once a newer one is whole."""
    sample_every_steps: int | None = Field(default=None, ge=1)
    """Between two texts written for the first sample, to be read while it trains. None where empty."""
    sample_tokens: int = Field(default=160, ge=1)


class TuneSettings(Settings):
    """One fine-tuning run."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)
    model: str
    """Folder (from the project's root) or hub id of the base."""
    revision: str | None = None
    dtype: Literal["bfloat16", "float32"] = "bfloat16"
    """Of the frozen base and of the computation; the adapter's master weights are float32."""
    attention: Literal["sdpa", "eager", "flash_attention_2", "flash_attention_3"] = "sdpa"
    output: Path
    """Run folder (from the project's root): settings, events, checkpoints, adapter, card."""
    seed: int = 42
    lora: LoraSettings = LoraSettings()
    optim: OptimSettings = OptimSettings()
    batch: BatchSettings = BatchSettings()
    speed: SpeedSettings = SpeedSettings()
    data: DataSettings = DataSettings()
    save: SaveSettings = SaveSettings()


def load(path: Path, changes: Iterable[str] = ()) -> TuneSettings:
    """Read a configuration. A bare name such as `qwen3-vl-32b` stands for the file of that name in `train/configs`.

    `changes` such as `optim.learning_rate=1e-5` go before the file; what stands behind the sign is read as YAML.
    Raises SettingsError with the file, the key and what was wanted.
    """
    file = path if path.suffix or path.exists() else CONFIGS / f"{path}.yaml"
    try:
        data: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(one.stem for one in CONFIGS.glob("*.yaml")))
        raise SettingsError(f"{file}: no such file; give one, or a name among: {known}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read ({error})") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{file}: not YAML ({' '.join(str(error).split())})") from None
    if not isinstance(data, dict):
        raise SettingsError(f"{file}: a mapping with `model` and `output` was wanted, found {type(data).__name__}")
    for change in changes:
        _set(data, change)
    try:
        return TuneSettings.model_validate(data)
    except ValidationError as error:
        raise SettingsError(f"{file}: {first_fault(error)}") from None


def _set(data: dict[str, Any], change: str) -> None:
    """`key.sub=value` into the nested mapping."""
    name, sign, text = change.partition("=")
    try:
        value: Any = _number(yaml.safe_load(text))
    except yaml.YAMLError:
        value = text
    *folders, last = name.strip().split(".")
    if not sign or not last:
        raise SettingsError(f"--set {change}: key.sub=value was wanted, such as optim.learning_rate=1e-5")
    inside = data
    for folder in folders:
        found = inside.get(folder) or {}
        if not isinstance(found, dict):
            raise SettingsError(f"--set {change}: {folder} is no group of settings; check the spelling")
        inside[folder] = dict(found)
        inside = inside[folder]
    inside[last] = value


def _number(value: Any) -> Any:
    """YAML takes 1e-5 for a text; here it is the number everybody means."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
