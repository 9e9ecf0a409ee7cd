"""The untrained model: a real Qwen3-VL of about 1.4 million random weights, put together without a download.

It stands in where no model is set up, and gives the tests their checkpoint. What it writes is noise. A few weights are
not random but set by hand (`grammar`), so that the noise comes out as lines of words under speakers' labels, and ends.
"""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from core.writers.local import assembly, grammar
from core.writers.local.adapters import quiet_peft

NAME = "untrained"
"""What models.yaml calls both the base and its adapter."""

_STALE = 3600.0
"""Seconds after which an unfinished copy is nobody's."""
_TEXT = {
    "hidden_size": 128,
    "intermediate_size": 320,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
_VISION = {
    "depth": 3,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_heads": 2,
    "deepstack_visual_indexes": [0, 1],
}
_LORA_TARGETS = r"(?:.*\.)?language_model\.layers\.\d+\.(?:self_attn\.(?:q|k|v|o)_proj|mlp\.(?:gate|up|down)_proj)"


def there(data: Path) -> bool:
    """Whether it has been put together already."""
    return (data / NAME).is_dir()


def folders(data: Path) -> tuple[Path, Path]:
    """Base and adapter under the data folder, assembled if they are not there. Safe when two processes do it."""
    home = data / NAME
    if not home.is_dir():
        data.mkdir(parents=True, exist_ok=True)
        _sweep(data)
        fresh = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=data))
        try:
            assemble(fresh)
            _put(fresh, home)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return home / "base", home / "adapter"


def _sweep(data: Path) -> None:
    """Remove what a process left that was killed half-way, once no living one can be at it any more."""
    for left in data.glob(f".{NAME}-*"):
        if time.time() - left.stat().st_mtime > _STALE:
            shutil.rmtree(left, ignore_errors=True)


def _put(fresh: Path, home: Path) -> None:
    try:
        fresh.rename(home)
    except OSError:
        if not home.is_dir():  # else another process was first, and its copy is as good
            raise


def assemble(folder: Path, seed: int = 0, *, ends: bool = True) -> None:
    """Write `folder/base` and `folder/adapter`, in about two seconds. With `ends=False` it never ends by itself."""
    import torch

    random: Any = torch.Generator().manual_seed(seed)
    # Each word, with the space before it, is one token.
    tokenizer = assembly.tokenizer([" ".join(["", *grammar.WORDS])] * 2 + ["Speaker"] * 8, 20_000)
    model = assembly.model(tokenizer, _TEXT, _VISION)
    _fill(model, random)
    grammar.set_weights(model, tokenizer, random, ends=ends)
    assembly.save(model, assembly.processor(tokenizer), folder / "base")
    _save_adapter(model, random, folder / "adapter")


def _fill(model: Any, random: Any) -> None:
    """Every matrix from `random`, in the order of the names, so that the weights follow from the seed alone."""
    for name, weight in sorted(model.named_parameters()):
        if weight.ndim > 1:
            weight.data.normal_(0.0, weight[0].numel() ** -0.5, generator=random)
            grammar.keep_marks(name, weight)


def _save_adapter(model: Any, random: Any, folder: Path) -> None:
    from peft import LoraConfig, get_peft_model

    config: Any = LoraConfig(r=8, lora_alpha=16, target_modules=_LORA_TARGETS, lora_dropout=0.05)
    with quiet_peft():
        tuned = cast(Any, get_peft_model(model, config))
    for name, weight in sorted(tuned.named_parameters()):
        if "lora_" in name:
            size = 0.3 if "lora_B" in name else 1.0
            weight.data.normal_(0.0, size * weight.shape[1] ** -0.5, generator=random)
            grammar.keep_marks(name, weight)
    tuned.peft_config["default"].base_model_name_or_path = NAME
    tuned.save_pretrained(folder, save_embedding_layers=False)
