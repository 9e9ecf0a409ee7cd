"""The miniature's base: a real Qwen3-VL of about three million parameters, before it has learnt anything."""

from collections.abc import Iterable, Mapping
from typing import Any

from core import prompts
from core.writers.local import assembly

VOCABULARY = 1400
"""Entries of the tokenizer at most; the talk's frequent words are one token each."""
MAX_PIXELS = 128 * 128
"""Area of a picture as the model sees it: 12 visual tokens at 4:3 or 3:2, 16 for a square."""
TEXT: Mapping[str, Any] = {
    "hidden_size": 192,
    "intermediate_size": 512,
    "num_hidden_layers": 4,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
}
VISION: Mapping[str, Any] = {
    "depth": 3,
    "hidden_size": 96,
    "intermediate_size": 192,
    "num_heads": 3,
    "deepstack_visual_indexes": [1],
}
CAPTION_PROMPT = "Say in one sentence what there is to see."
MEMORY_PROMPT = "Tell what happened there as a long memory, all in one breath. Write `Speaker 1:` before it."
TALES_PROMPT = "Long tales, please: for each of these in turn, somebody holds forth about what came of it."
_TEMPLATE = r"""
{%- macro body(content) -%}
  {%- if content is string -%}{{- content -}}
  {%- else -%}
    {%- set seen = namespace(pictures=0) -%}
    {%- for part in content -%}
      {%- if part.type == 'image' -%}
        {%- set seen.pictures = seen.pictures + 1 -%}
        {{- 'abcdefghijklmnopqrst'[seen.pictures - 1] ~ '<|vision_start|><|image_pad|><|vision_end|>' -}}
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
"""The chat format of Qwen, with a letter before each picture, in order: a small model counts badly by itself."""
LABELS = ("Speaker 1:", "Speaker 2:", "Speaker 3:")
"""One token each, so that who spoke last is one look away."""


def asked() -> list[str]:
    """Every built-in way to ask for a podcast, at every length, as a visitor's choice makes it."""
    return [prompt.fill(length.words) for prompt in prompts.PROMPTS for length in prompts.LENGTHS]


def processor(texts: Iterable[str]) -> Any:
    """With a tokenizer learnt from `texts` and from all prompts."""
    learnt = assembly.tokenizer([*texts, *asked() * 3, CAPTION_PROMPT, MEMORY_PROMPT, TALES_PROMPT], VOCABULARY)
    learnt.add_tokens(list(LABELS))
    return assembly.processor(learnt, _TEMPLATE, MAX_PIXELS)


def base(tokenizer: Any) -> Any:
    """Fresh weights from torch's global generator: seed it first."""
    return assembly.model(tokenizer, TEXT, VISION, tied=True)
