"""Load a Qwen3-VL checkpoint as the settings say, and say clearly why one cannot be loaded."""

import json
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from core.settings import LocalSystem
from core.writers.local.faults import CheckpointError, is_memory
from core.writers.local.places import Say

KINDS = ("qwen3_vl", "qwen3_vl_moe")


@dataclass(frozen=True, slots=True)
class Base:
    """A model ready to write, shared by all systems on it."""

    model: Any
    processor: Any
    closing: frozenset[int]
    """Tokens that end a text."""
    context: int
    """Tokens the model can attend to."""


def dtype_name(system: LocalSystem) -> str:
    """The dtype `auto` stands for: bfloat16 on a GPU, float32 on a CPU."""
    if system.dtype != "auto":
        return system.dtype
    return "bfloat16" if _device(system) != "cpu" else "float32"


def load_base(path: Path, system: LocalSystem, say: Say) -> Base:
    """Raises CheckpointError; its reason is `memory` where the weights do not fit."""
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    auto_processor, auto_model = cast(Any, AutoProcessor), cast(Any, AutoModelForImageTextToText)
    _check_kind(path)
    options = _options(path, system)
    say("Reading the model's weights", 0.0)
    try:
        processor: Any = auto_processor.from_pretrained(path)
        with _weights_progress(say):
            model, report = auto_model.from_pretrained(
                path,
                dtype=getattr(torch, dtype_name(system)),
                use_safetensors=True,
                output_loading_info=True,
                **options,
            )
    except (OSError, ValueError, ImportError, RuntimeError, MemoryError) as error:
        if is_memory(error):
            raise CheckpointError("The model does not fit in memory.", f"{path}: {error}", "memory") from error
        raise _bad(path, f"cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())})") from error
    if report["missing_keys"]:
        raise _bad(path, f"weights are missing: {', '.join(sorted(report['missing_keys'])[:3])} …; copy it again whole")
    return Base(
        model.eval(), processor, _closing(model, processor), int(model.config.text_config.max_position_embeddings)
    )


def _check_kind(path: Path) -> None:
    try:
        kind = json.loads((path / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise _bad(path, f"no readable config.json ({error}); a Qwen3-VL checkpoint was wanted") from None
    if kind not in KINDS:
        raise _bad(path, f"its model_type is {kind!r}; one of {', '.join(KINDS)} was wanted")


def _options(path: Path, system: LocalSystem) -> dict[str, Any]:
    options: dict[str, Any] = {}
    device = _device(system)
    if device != "cpu":
        options["device_map"] = "auto" if device == "auto" else {"": device}
    if system.attention != "auto":
        options["attn_implementation"] = system.attention
    if system.quantization != "none":
        options["quantization_config"] = _quantization(path, system, device)
    return options


def _device(system: LocalSystem) -> str:
    """`cpu`, a CUDA device, or `auto` for all GPUs there are. Raises CheckpointError for a GPU that is not there."""
    import torch

    there = torch.cuda.is_available()
    if system.device_map == "auto":
        return "auto" if there else "cpu"
    if system.device_map.startswith("cuda") and not there:
        raise CheckpointError(
            "The model needs a GPU.", f"device_map is {system.device_map} and torch finds no CUDA GPU; use auto or cpu"
        )
    return system.device_map


def _quantization(path: Path, system: LocalSystem, device: str) -> Any:
    from importlib.util import find_spec

    import torch
    from transformers import BitsAndBytesConfig

    if device == "cpu":
        raise CheckpointError(
            "The model needs a GPU.",
            f"{path}: quantization {system.quantization} needs a CUDA GPU and none is used; set quantization: none",
        )
    if find_spec("bitsandbytes") is None:
        raise _bad(path, f"quantization {system.quantization} needs bitsandbytes; pip install bitsandbytes")
    if system.quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=getattr(torch, dtype_name(system)),
    )


def _closing(model: Any, processor: Any) -> frozenset[int]:
    named: Any = model.generation_config.eos_token_id
    known = [processor.tokenizer.convert_tokens_to_ids(token) for token in ("<|im_end|>", "<|endoftext|>")]
    listed = cast(list[Any], named if isinstance(named, list) else [named])
    return frozenset(token for token in [*known, *listed] if token is not None)


@contextmanager
def _weights_progress(say: Say) -> Generator[None]:
    """Let transformers' own bar over the weights speak through `say`; without the hook only the start shows."""
    from transformers.utils import logging

    set_hook: Any = getattr(logging, "set_tqdm_hook", None)
    if set_hook is None:
        yield
        return

    def hook(factory: Any, args: Any, kwargs: Any) -> Any:
        if not args or not hasattr(args[0], "__len__"):
            return factory(*args, **kwargs)
        return factory(_told(args[0], say), *args[1:], **{**kwargs, "total": len(args[0])})

    previous = set_hook(hook)
    try:
        yield
    finally:
        set_hook(previous)


def _told(parts: Any, say: Say) -> Iterable[Any]:
    total = len(parts)
    for number, part in enumerate(parts):
        if number % max(1, total // 100) == 0:
            say("Reading the model's weights", number / total)
        yield part


def _bad(path: Path, why: str) -> CheckpointError:
    return CheckpointError("The model cannot be loaded.", f"{path}: {why}")
