"""The untrained model: a real Qwen3-VL of about 1.4 million random weights, put together without a download.

It stands in where no model is set up, and gives the tests their checkpoint. What it writes is noise. A few weights are
not random but set by hand (`grammar`), so that the noise comes out as lines of words under speakers' labels, and ends.
"""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from core.writers.local import grammar
from core.writers.local.adapters import quiet_peft

NAME = "untrained"
"""What models.yaml calls both the base and its adapter."""

_STALE = 3600.0
"""Seconds after which an unfinished copy is nobody's."""
_SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>")
_PADS = ("<|vision_pad|>", "<|image_pad|>", "<|video_pad|>")
_TEMPLATE = r"""
{%- macro body(content) -%}
  {%- if content is string -%}{{- content -}}
  {%- else -%}
    {%- for part in content -%}
      {%- if part.type == 'image' -%}{{- '<|vision_start|><|image_pad|><|vision_end|>' -}}
      {%- else -%}{{- part.text -}}{%- endif -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro -%}
{%- for message in messages -%}
  {{- '<|im_start|>' + message.role + '\n' -}}
  {%- if message.role == 'assistant' -%}
    {%- generation -%}{{- body(message.content) + '<|im_end|>' -}}{%- endgeneration -%}
  {%- else -%}{{- body(message.content) + '<|im_end|>' -}}{%- endif -%}
  {{- '\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}
"""
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
    processor = _processor()
    model = _model(processor, random)
    grammar.set_weights(model, processor.tokenizer, random, ends=ends)
    _save_base(model, folder / "base")
    processor.save_pretrained(folder / "base")
    _save_adapter(model, random, folder / "adapter")


def _processor() -> Any:
    from transformers import Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor

    vision: dict[str, Any] = {
        "patch_size": 16,
        "merge_size": 2,
        "temporal_patch_size": 2,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    images: Any = Qwen2VLImageProcessor(**vision, size={"shortest_edge": 32 * 32, "longest_edge": 4096 * 4096})
    return Qwen3VLProcessor(images, _tokenizer(), Qwen3VLVideoProcessor(**vision), chat_template=_TEMPLATE.strip())


def _tokenizer() -> Any:
    """Byte-level BPE learnt from the word list, so that each word, with the space before it, is one token."""
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    learner: Any = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer: Any = trainers.BpeTrainer(
        vocab_size=20_000, min_frequency=1, initial_alphabet=alphabet, show_progress=False
    )
    learner.train_from_iterator([" ".join(["", *grammar.WORDS])] * 2 + ["Speaker"] * 8, trainer)
    learned: Any = json.loads(learner.to_str())["model"]
    merges: Any = [tuple(merge) for merge in learned["merges"]]
    return Qwen2Tokenizer(
        vocab=learned["vocab"],
        merges=merges,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        unk_token="<|endoftext|>",
        additional_special_tokens=[*_SPECIALS, *_PADS],
    )


def _model(processor: Any, random: Any) -> Any:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    tokenizer = processor.tokenizer
    text: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": 128,
        "intermediate_size": 320,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "max_position_embeddings": 32_768,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10_000.0,
            "mrope_interleaved": True,
            "mrope_section": [6, 5, 5],
        },
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision: dict[str, Any] = {
        "depth": 3,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_heads": 2,
        "patch_size": 16,
        "out_hidden_size": 128,
        "num_position_embeddings": 256,
        "deepstack_visual_indexes": [0, 1],
    }
    ids: dict[str, Any] = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(token)
        for name, token in {
            "image": "<|image_pad|>",
            "video": "<|video_pad|>",
            "vision_start": "<|vision_start|>",
            "vision_end": "<|vision_end|>",
        }.items()
    }
    config: Any = Qwen3VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=False, **ids)
    model: Any = Qwen3VLForConditionalGeneration(config)
    model.generation_config.eos_token_id = tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"])
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    _fill(model, random)
    return model.eval()


def _fill(model: Any, random: Any) -> None:
    """Every matrix from `random`, in the order of the names, so that the weights follow from the seed alone."""
    for name, weight in sorted(model.named_parameters()):
        if weight.ndim > 1:
            weight.data.normal_(0.0, weight[0].numel() ** -0.5, generator=random)
            grammar.keep_marks(name, weight)


def _save_base(model: Any, folder: Path) -> None:
    """As `save_pretrained` does, without the training libraries it loads on the way."""
    from safetensors import torch

    safetensors = cast(Any, torch)
    folder.mkdir(parents=True)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    save_file: Any = safetensors.save_file
    save_file(model.state_dict(), folder / "model.safetensors", {"format": "pt"})


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
