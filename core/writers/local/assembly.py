"""Put a small Qwen3-VL together from nothing: tokenizer, processor, configuration, and a checkpoint on disk.

No download and no weights of others: what these give is a real checkpoint that `transformers` loads like any other.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

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


def tokenizer(texts: Iterable[str], size: int) -> Any:
    """Byte-level BPE of at most `size` entries learnt from `texts`, and Qwen's special tokens. Any text has tokens."""
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    learner: Any = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer: Any = trainers.BpeTrainer(vocab_size=size, min_frequency=1, initial_alphabet=alphabet, show_progress=False)
    learner.train_from_iterator(texts, trainer)
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


def processor(tokenizer: Any, template: str = _TEMPLATE, max_pixels: int = 4096 * 4096) -> Any:
    """Patches of 16 pixels, merged two by two; a picture takes at least one visual token and is never enlarged."""
    from transformers import Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor

    vision: dict[str, Any] = {
        "patch_size": 16,
        "merge_size": 2,
        "temporal_patch_size": 2,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    images: Any = Qwen2VLImageProcessor(**vision, size={"shortest_edge": 32 * 32, "longest_edge": max_pixels})
    return Qwen3VLProcessor(images, tokenizer, Qwen3VLVideoProcessor(**vision), chat_template=template.strip())


def model(tokenizer: Any, text: Mapping[str, Any], vision: Mapping[str, Any], *, tied: bool = False) -> Any:
    """A Qwen3-VL in evaluation mode, with the weights that transformers starts with.

    `text` and `vision` hold the sizes; what follows from the tokenizer, and what a small model has no use to vary, is
    filled in. The head's 32 dimensions are shared out 6, 5, 5 among time, height and width.
    """
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    fixed: dict[str, Any] = {
        "vocab_size": len(tokenizer),
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
    seen: dict[str, Any] = {"patch_size": 16, "out_hidden_size": text["hidden_size"], "num_position_embeddings": 256}
    ids: dict[str, Any] = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(token)
        for name, token in {
            "image": "<|image_pad|>",
            "video": "<|video_pad|>",
            "vision_start": "<|vision_start|>",
            "vision_end": "<|vision_end|>",
        }.items()
    }
    config: Any = Qwen3VLConfig(
        text_config={**fixed, **text, "tie_word_embeddings": tied},
        vision_config={**seen, **vision},
        tie_word_embeddings=tied,
        **ids,
    )
    made: Any = Qwen3VLForConditionalGeneration(config)
    made.generation_config.eos_token_id = tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"])
    made.generation_config.pad_token_id = tokenizer.pad_token_id
    return made.eval()


def save(model: Any, processor: Any, folder: Path, dtype: str = "float32") -> None:
    """As `save_pretrained` does, without the training libraries it loads on the way. A tied matrix is written once."""
    import torch as torch_module
    from safetensors import torch

    kind: Any = getattr(torch_module, dtype)
    weights = {
        name: weight.detach().to(kind).contiguous()
        for name, weight in model.state_dict().items()
        if not (model.config.tie_word_embeddings and name == "lm_head.weight")
    }
    folder.mkdir(parents=True)
    model.config.architectures = [type(model).__name__]
    model.config.dtype = kind
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    save_file: Any = cast(Any, torch).save_file
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    processor.save_pretrained(folder)
