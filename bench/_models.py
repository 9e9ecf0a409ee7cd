"""Models to measure: the tiny one, the miniature, or a published size with random weights made on the card itself."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.settings import HOME
from core.writers.local.adapters import RowAdapters
from train.tuning.settings import LoraSettings
from train.tuning.shapes import KNOWN, Shape, from_config, lora_parameters, parameters

SIZES = {"2b": "Qwen3-VL-2B", "4b": "Qwen3-VL-4B", "8b": "Qwen3-VL-8B", "32b": "Qwen3-VL-32B"}
ADAPTER = "tuned"
PICTURES, SIDE = 5, 42
"""Pictures of a story, and patches of a picture's side at the paper's limit of 451,584 pixels."""
VISION_START, VISION_END, IMAGE, VIDEO = 151652, 151653, 151655, 151656
"""Tokens of Qwen3-VL's vocabulary."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured."""

    name: str
    model: Any
    adapters: RowAdapters
    """With one adapter, `ADAPTER`, whose update is not nought."""
    story: dict[str, Any]
    """The prompt of a story of five pictures, as the writer prepares it."""
    shape: Shape
    lora: LoraSettings

    @property
    def lora_weights(self) -> int:
        return lora_parameters(self.shape, self.lora)

    @property
    def read_weights(self) -> int:
        """Weights that a step of one token reads: those of the language model, its head and the adapter."""
        held = parameters(self.shape)
        return held.attention + held.mlp + held.norms + (held.head or held.embedding) + self.lora_weights


def small(name: str, folder: Path) -> Subject:
    """`tiny`: 1.4 million random weights. `miniature`: the project's own two models, from models/miniature."""
    from core.records import Sampling
    from core.settings import LocalSystem
    from core.writers.events import WriteRequest
    from core.writers.local import checkpoint, inputs

    home = _home(name, folder)
    given = LocalSystem.model_validate({"id": "bench", "kind": "local", "model": str(home / "base")})
    base = checkpoint.load_base(home / "base", given, lambda _message, _fraction: None)
    adapters = RowAdapters(base.model)
    adapters.add(ADAPTER, home / "adapter")
    config = json.loads((home / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))
    request = WriteRequest(tuple(map(photo, range(PICTURES))), "Tell it as a podcast.", Sampling(max_new_tokens=256))
    story = inputs.prepare(base.processor, request, 160 * 160, 4096)
    shape = from_config(json.loads((home / "base" / "config.json").read_text(encoding="utf-8")))
    return Subject(name, base.model, adapters, story, shape, LoraSettings(rank=config["r"], alpha=config["lora_alpha"]))


def bare(name: str, folder: Path, device: str, dtype: Any) -> tuple[Any, Shape]:
    """The frozen base alone, by the names of `small` and `of_size`."""
    from transformers import AutoModelForImageTextToText

    if name in SIZES:
        return random_model(KNOWN[SIZES[name]], device, dtype), KNOWN[SIZES[name]]
    home = _home(name, folder)
    model: Any = AutoModelForImageTextToText.from_pretrained(home / "base", dtype=dtype)
    shape = from_config(json.loads((home / "base" / "config.json").read_text(encoding="utf-8")))
    return model.requires_grad_(False), shape


def _home(name: str, folder: Path) -> Path:
    """Where the tiny model, put together now, or the miniature lies."""
    from core.writers.local import untrained

    if name != "tiny":
        return HOME / "models" / "miniature"
    untrained.assemble(folder, ends=False)
    return folder


def photo(number: int) -> bytes:
    """A JPEG of grain in one colour."""
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    grain = Image.effect_noise((200, 150), 60).convert("RGB")
    colour = Image.new("RGB", grain.size, ("red", "blue", "green", "white", "orange")[number % 5])
    Image.blend(grain, colour, 0.5).save(out, "JPEG")
    return out.getvalue()


def of_size(name: str, folder: Path, device: str, dtype: Any) -> Subject:
    """A published size; nothing is downloaded, and no weight is nought."""
    return made(name, KNOWN[SIZES[name]], folder, device, dtype)


def made(name: str, shape: Shape, folder: Path, device: str, dtype: Any) -> Subject:
    """A model of the shape with random weights on the device, an adapter, and a story of random pictures."""
    model = random_model(shape, device, dtype)
    lora = LoraSettings()
    write_adapter(model, lora, folder)
    adapters = RowAdapters(model)
    adapters.add(ADAPTER, folder)
    return Subject(name, model, adapters, random_story(shape, dtype), shape, lora)


def random_model(shape: Shape, device: str, dtype: Any) -> Any:
    """Frozen, made where it will be; it never ends a text by itself."""
    import torch
    from transformers import Qwen3VLForConditionalGeneration

    torch.manual_seed(0)
    with torch.device(device):
        # Buffers such as the rotary frequencies are computed here; a model made on `meta` would not have them.
        model: Any = Qwen3VLForConditionalGeneration._from_config(config(shape), dtype=dtype)
    model.generation_config.eos_token_id = None
    return model.eval().requires_grad_(False)


def config(shape: Shape) -> Any:
    """For transformers."""
    from transformers import Qwen3VLConfig

    half = shape.head_dim // 2
    side = (half - half // 3) // 2  # a third for time, which takes the rest
    text: dict[str, Any] = {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "max_position_embeddings": 262_144,
        "rms_norm_eps": 1e-6,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 5_000_000.0,
            "mrope_interleaved": True,
            "mrope_section": [half - 2 * side, side, side],
        },
    }
    seen = shape.vision
    vision: dict[str, Any] = {
        "depth": seen.depth,
        "hidden_size": seen.hidden,
        "intermediate_size": seen.intermediate,
        "num_heads": seen.heads,
        "patch_size": seen.patch,
        "spatial_merge_size": seen.merge,
        "temporal_patch_size": seen.temporal,
        "out_hidden_size": seen.out,
        "num_position_embeddings": seen.positions,
        "deepstack_visual_indexes": [8 * (place + 1) for place in range(seen.deepstack)]
        if seen.depth > 8 * seen.deepstack
        else list(range(seen.deepstack)),
    }
    return Qwen3VLConfig(
        text_config=text,
        vision_config=vision,
        tie_word_embeddings=shape.tied,
        image_token_id=min(IMAGE, shape.vocabulary - 2),
        video_token_id=min(VIDEO, shape.vocabulary - 1),
        vision_start_token_id=min(VISION_START, shape.vocabulary - 4),
        vision_end_token_id=min(VISION_END, shape.vocabulary - 3),
    )


def write_adapter(model: Any, lora: LoraSettings, folder: Path) -> None:
    """An adapter on the language model in peft's format, its update about a tenth of the base's output."""
    import re

    import torch
    from safetensors.torch import save_file

    random = torch.Generator().manual_seed(1)
    weights: dict[str, Any] = {}
    for name, layer in model.named_modules():
        if not re.fullmatch(lora.pattern(), name):
            continue
        out, wide = layer.weight.shape
        small = 0.05 * layer.weight.std().item() / (lora.alpha / lora.rank)
        for part, size, scale in (("A", (lora.rank, wide), 1.0), ("B", (out, lora.rank), small)):
            weights[f"base_model.model.{name}.lora_{part}.weight"] = (torch.randn(size, generator=random) * scale).to(
                layer.weight.dtype
            )
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "adapter_model.safetensors", {"format": "pt"})
    plan = {"peft_type": "LORA", "task_type": None, "r": lora.rank, "lora_alpha": lora.alpha, "lora_dropout": 0.05}
    plan |= {"target_modules": lora.pattern(), "bias": "none", "base_model_name_or_path": "bench"}
    (folder / "adapter_config.json").write_text(json.dumps(plan), encoding="utf-8")


def random_story(
    shape: Shape, dtype: Any, words: int = 95, side: int = SIDE, pictures: int = PICTURES, seed: int = 2
) -> dict[str, Any]:
    """A prompt of random words and pictures of `side` x `side` patches: 2,310 tokens at the paper's limit."""
    import torch

    random = torch.Generator().manual_seed(seed)
    names = config(shape)
    tokens = (side // shape.vision.merge) ** 2
    picture = [names.vision_start_token_id, *[names.image_token_id] * tokens, names.vision_end_token_id]
    text = torch.randint(min(shape.vocabulary - 8, 100_000), (words,), generator=random).tolist()
    ids = torch.tensor([[*picture * pictures, *text]])
    patches = torch.randn(pictures * side * side, shape.vision.patch_inputs, generator=random)
    return {
        "input_ids": ids,
        "mm_token_type_ids": (ids == names.image_token_id).to(ids.dtype),
        "pixel_values": patches.to(dtype),
        "image_grid_thw": torch.tensor([[1, side, side]] * pictures),
    }


def chosen(given: str | None) -> str:
    """The miniature where it is there, else the tiny one, unless a shape was named."""
    if given is not None:
        return given
    return "miniature" if (HOME / "models" / "miniature" / "base" / "config.json").is_file() else "tiny"
