"""Base + adapter -> one checkpoint that needs no peft, for servers that take no adapters.

The model is never loaded whole: one weight file of the base is read at a time, its matrices get their update, and it is
written. So a merge needs memory for the largest file (5 GB where the hub cut it) and not for the model.
"""

import json
import math
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput, SporcVistError
from core.runs import write_whole
from core.writers.local import adapters
from core.writers.local.checkpoint import KINDS
from core.writers.local.faults import CheckpointError

WEIGHTS, INDEX, CONFIG = "model.safetensors", "model.safetensors.index.json", "config.json"
_BESIDE = (
    "generation_config.json", "preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json",
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "chat_template.jinja", "chat_template.json", "LICENSE",
)  # fmt: skip
"""Copied as they are, where the base has them."""
_CHANGES_BASE = ("pissa", "olora", "corda", "loftq")
"""Ways to begin an adapter that move the base's own weights, so that it means nothing on the published ones."""
_NAME = "base_model.model.{}.lora_{}.weight"

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of it."""

    folder: Path
    files: int
    """Of weights."""
    matrices: int
    """That got an update."""
    bytes: int


def merge(adapter: Path, base: Path, out: Path, dtype: str = "bfloat16", report: Report = lambda _: None) -> Merged:
    """Write the merged checkpoint to `out`, which must not exist; whole or not at all, also when killed.

    `dtype` is a floating type of torch. W + (alpha / rank) B A is summed in float32 and rounded once. Raises BadInput
    for an adapter that does not belong on this base, a base that is no Qwen3-VL checkpoint, and an `out` that is there;
    SporcVistError where the disk is too full.
    """
    if out.exists():
        raise BadInput(f"{out}: is there already; give a new folder, or remove it first")
    files = _weight_files(base)
    _check(adapter, base)
    updates = _Updates(adapter)
    _check_room(out, files, dtype)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        draft.mkdir(parents=True)
        total = _write_weights(files, updates, draft, dtype, report)
        updates.check_all_used(base)
        _write_beside(base, draft, dtype, total)
        draft.rename(out)
    except OSError as error:
        raise SporcVistError(f"{out}: cannot be written ({error.strerror or error}); nothing is left behind") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Merged(out, len(files), updates.used, total)


def named_base(adapter: Path) -> tuple[str, str | None]:
    """The base that the adapter says it was trained on, and its revision. Raises BadInput where it says none."""
    found = _json(adapter / "adapter_config.json", "an adapter's folder was wanted")
    if not found.get("base_model_name_or_path"):
        raise BadInput(f"{adapter}: names no base; say which with --base")
    return str(found["base_model_name_or_path"]), found.get("revision")


def _check(adapter: Path, base: Path) -> None:
    """Against the base's modules, built from its configuration without weights."""
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText

    config = _json(base / CONFIG, "a Qwen3-VL checkpoint was wanted")
    if (kind := config.get("model_type")) not in KINDS:
        raise BadInput(f"{base}: its model_type is {kind!r}; one of {', '.join(KINDS)} was wanted")
    if "quantization_config" in config:
        raise BadInput(f"{base}: its weights are quantised; give the base in bfloat16 with --base")
    with torch.device("meta"):
        bare: Any = AutoModelForImageTextToText.from_config(AutoConfig.from_pretrained(base))
    try:
        adapters.check(bare, adapter)
    except CheckpointError as error:
        raise BadInput(error.detail) from None
    begun = str(_json(adapter / "adapter_config.json", "an adapter was wanted").get("init_lora_weights", "")).lower()
    if begun.startswith(_CHANGES_BASE):
        raise BadInput(
            f"{adapter}: begun as {begun}, which moves the base's weights; merge it with peft where it was made"
        )


class _Updates:
    """The adapter's matrices, by the base weight they go on."""

    def __init__(self, folder: Path) -> None:
        from peft import LoraConfig
        from safetensors import safe_open

        self._folder = folder
        self._config: Any = LoraConfig.from_pretrained(str(folder))
        opened: Any = safe_open(folder / "adapter_model.safetensors", "pt")
        with opened as weights:
            self._matrices: dict[str, Any] = {name: weights.get_tensor(name) for name in weights.keys()}  # noqa: SIM118
        ends = _NAME.format("\0", "A").split("\0")
        self._left = {
            name.removeprefix(ends[0]).removesuffix(ends[1]) for name in self._matrices if name.endswith(ends[1])
        }
        self.used = 0

    def of(self, weight: str) -> Any | None:
        """(alpha / rank) B A in float32, [out, in], for a weight of the base; None where it has no update."""
        layer = weight.removesuffix(".weight")
        if layer not in self._left or layer == weight:
            return None
        down, up = (self._matrices[_NAME.format(layer, side)].float() for side in "AB")
        self._left.remove(layer)
        self.used += 1
        return (up @ down) * self._scale(layer, down.shape[0])

    def _scale(self, layer: str, rank: int) -> float:
        """As peft scales it: its patterns give single layers an alpha of their own."""
        from peft.utils.other import get_pattern_key

        patterns: Mapping[str, float] = self._config.alpha_pattern
        alpha = patterns.get(get_pattern_key(list(patterns), layer), self._config.lora_alpha)
        return alpha / rank**0.5 if self._config.use_rslora else alpha / rank

    def check_all_used(self, base: Path) -> None:
        """Raises BadInput where the base's files lack a weight that the adapter changes."""
        if self._left:
            raise BadInput(
                f"{base}: its files name no weight {min(self._left)}.weight, which the adapter changes "
                f"({len(self._left)} such); save the base again with this version of transformers"
            )


def _write_weights(files: list[Path], updates: _Updates, draft: Path, dtype: str, report: Report) -> int:
    """Every file under its own name. Returns the tensors' bytes together."""
    import torch
    from safetensors.torch import load_file, save_file

    kind = getattr(torch, dtype)
    total = 0
    for number, file in enumerate(files, start=1):
        report(f"{file.name}: {number} of {len(files)}")
        tensors = load_file(file)
        for name in list(tensors):
            tensors[name] = _merged(tensors[name], updates.of(name), kind)
        total += sum(one.numel() * one.element_size() for one in tensors.values())
        save_file(tensors, draft / file.name, {"format": "pt"})
    return total


def _merged(weight: Any, update: Any | None, kind: Any) -> Any:
    if update is not None:
        weight = weight.float().add_(update)
    return weight.to(kind).contiguous() if weight.is_floating_point() else weight


def _write_beside(base: Path, draft: Path, dtype: str, total: int) -> None:
    """Configuration with the new dtype, the index with the new size, and everything else as it is."""
    config = dict(_json(base / CONFIG, "a checkpoint was wanted"))
    for settings in [config, *(config[name] for name in ("text_config", "vision_config") if name in config)]:
        settings.pop("torch_dtype", None)
        settings["dtype"] = dtype
    write_whole(draft / CONFIG, (json.dumps(config, indent=2, ensure_ascii=False) + "\n").encode())
    if (base / INDEX).is_file():
        index = dict(_json(base / INDEX, "an index was wanted"))
        index["metadata"] = {**index.get("metadata", {}), "total_size": total}
        write_whole(draft / INDEX, (json.dumps(index, indent=2) + "\n").encode())
    for name in _BESIDE:
        if (base / name).is_file():
            shutil.copyfile(base / name, draft / name)


def _weight_files(base: Path) -> list[Path]:
    """Raises BadInput where one is missing."""
    if not (base / INDEX).is_file():
        names = [WEIGHTS]
    else:
        names = sorted(set(_json(base / INDEX, "an index was wanted").get("weight_map", {}).values()))
    missing = [name for name in names if not (base / name).is_file()]
    if missing or not names:
        raise BadInput(
            f"{base}: {', '.join(missing[:3]) or 'no weights'} missing; a checkpoint in safetensors was wanted"
        )
    return [base / name for name in names]


def _check_room(out: Path, files: list[Path], dtype: str) -> None:
    there = next(parent for parent in [out.parent, *out.parents] if parent.exists())
    needed, free = _bytes(files, dtype), shutil.disk_usage(there).free
    if free < needed:
        raise SporcVistError(
            f"{out}: {free / 1e9:.1f} GB are free and {needed / 1e9:.1f} are needed; make room, or give --out on "
            "another disk"
        )


def _bytes(files: list[Path], dtype: str) -> int:
    """Of all tensors in `dtype`, from the files' heads alone. Raises BadInput for a damaged file."""
    import torch
    from safetensors import SafetensorError, safe_open

    total = 0
    for file in files:
        try:
            opened: Any = safe_open(file, "pt")
        except SafetensorError as error:
            raise BadInput(f"{file}: damaged ({error}); copy the base again") from None
        with opened as weights:
            total += sum(math.prod(weights.get_slice(name).get_shape()) for name in weights.keys())  # noqa: SIM118
    return total * getattr(torch, dtype).itemsize


def _json(file: Path, wanted: str) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{file}: cannot be read ({' '.join(str(error).split())}); {wanted}") from None
    if not isinstance(found, dict):
        raise BadInput(f"{file}: an object was wanted, found {type(found).__name__}")
    return found
