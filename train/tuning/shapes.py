"""The shape of a Qwen3-VL model, and its parameters by part, without loading or downloading one.

The published sizes are known by name. Their sums equal what transformers counts for the same configuration, and the
totals that the published checkpoints state (2,127,532,032; 4,437,815,808; 8,767,123,696; 33,357,390,064; and, for the
largest, Qwen3-235B-A22B's 235,093,634,560 with the vision tower's 576,388,336).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import BadInput
from core.settings import HOME
from train.tuning.settings import LoraSettings

KINDS = ("qwen3_vl", "qwen3_vl_moe")


@dataclass(frozen=True, slots=True)
class VisionShape:
    """The vision tower, its merger, and the mergers of its deepstack."""

    depth: int
    hidden: int
    intermediate: int
    heads: int
    out: int
    """Width of what is handed to the language model."""
    deepstack: int
    """Layers whose features are merged and added to the first layers of the language model."""
    patch: int = 16
    merge: int = 2
    """Patches of a visual token's side."""
    temporal: int = 2
    channels: int = 3
    positions: int = 2304

    @property
    def patch_inputs(self) -> int:
        """Numbers in one patch; a still picture fills both moments."""
        return self.channels * self.temporal * self.patch * self.patch


@dataclass(frozen=True, slots=True)
class Shape:
    """A whole Qwen3-VL. `experts` is 0 for a dense one."""

    vision: VisionShape
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int = 128
    vocabulary: int = 151936
    tied: bool = False
    """Whether the head is the embedding once more."""
    experts: int = 0
    experts_per_token: int = 0
    expert_intermediate: int = 0
    sparse_layers: int = 0
    """Layers with experts in the place of one MLP."""
    attention_bias: bool = False

    @property
    def query(self) -> int:
        """Width of all query heads together."""
        return self.heads * self.head_dim

    @property
    def key(self) -> int:
        """Width of all key heads together; the values' is the same."""
        return self.kv_heads * self.head_dim

    @property
    def dense_layers(self) -> int:
        return self.layers - self.sparse_layers

    @property
    def attention_matrices(self) -> int:
        """Parameters of one layer's four projections, biases aside."""
        return 2 * self.hidden * (self.query + self.key)

    @property
    def mlp_matrices(self) -> int:
        """Parameters of one dense MLP: gate, up and down."""
        return 3 * self.hidden * self.intermediate

    @property
    def router(self) -> int:
        return self.hidden * self.experts

    @property
    def expert_matrices(self) -> int:
        """Parameters of one expert."""
        return 3 * self.hidden * self.expert_intermediate

    @property
    def active_matrices(self) -> int:
        """Parameters of all layers that one token is multiplied with."""
        sparse = self.router + self.experts_per_token * self.expert_matrices
        return (
            self.layers * self.attention_matrices + self.dense_layers * self.mlp_matrices + self.sparse_layers * sparse
        )

    @property
    def layer_parameters(self) -> int:
        """Of the largest layer: what ZeRO-3 gathers at once."""
        dense, sparse = self.mlp_matrices, self.router + self.experts * self.expert_matrices
        return self.attention_matrices + (max(dense, sparse) if self.dense_layers else sparse)


class Parameters(NamedTuple):
    """Numbers of parameters by part."""

    embedding: int
    head: int
    """0 where it is tied to the embedding."""
    attention: int
    mlp: int
    """Dense MLPs, or routers and experts."""
    norms: int
    vision: int
    merger: int
    """The merger and those of the deepstack."""

    @property
    def total(self) -> int:
        return sum(self)


def parameters(shape: Shape) -> Parameters:
    """As transformers counts them, each tensor once."""
    bias = shape.query + 2 * shape.key + shape.hidden if shape.attention_bias else 0
    sparse = shape.router + shape.experts * shape.expert_matrices
    table = shape.vocabulary * shape.hidden
    return Parameters(
        embedding=table,
        head=0 if shape.tied else table,
        attention=shape.layers * (shape.attention_matrices + 2 * shape.head_dim + bias),
        mlp=shape.dense_layers * shape.mlp_matrices + shape.sparse_layers * sparse,
        norms=(2 * shape.layers + 1) * shape.hidden,
        vision=_tower(shape.vision),
        merger=_mergers(shape.vision),
    )


def _tower(vision: VisionShape) -> int:
    width = vision.hidden
    block = 4 * width * width + 4 * width + 2 * width * vision.intermediate + vision.intermediate + width + 4 * width
    patches = vision.patch_inputs * width + width
    return vision.depth * block + patches + vision.positions * width


def _mergers(vision: VisionShape) -> int:
    """The deepstack's norms come after four patches are laid side by side, so they are four times as wide."""
    wide = vision.hidden * vision.merge**2
    matrices = wide * wide + wide + wide * vision.out + vision.out
    return matrices + 2 * vision.hidden + vision.deepstack * (matrices + 2 * wide)


def lora_matrices(shape: Shape, lora: LoraSettings) -> Iterator[tuple[int, int, int]]:
    """(input width, output width, how many) of the matrices that the update is put on.

    Experts are kept stacked in one tensor, which the pattern does not name: in a model of experts `mlp` reaches only
    the layers that have none.
    """
    hidden, query, key, inner = shape.hidden, shape.query, shape.key, shape.intermediate
    if "attention" in lora.targets:
        yield from ((hidden, query, shape.layers), (hidden, key, 2 * shape.layers), (query, hidden, shape.layers))
    if "mlp" in lora.targets and shape.dense_layers:
        yield from ((hidden, inner, 2 * shape.dense_layers), (inner, hidden, shape.dense_layers))


def lora_parameters(shape: Shape, lora: LoraSettings) -> int:
    """Two thin matrices beside each: rank x input and output x rank."""
    return sum(lora.rank * (wide + out) * count for wide, out, count in lora_matrices(shape, lora))


def from_config(config: Mapping[str, Any]) -> Shape:
    """The shape from a checkpoint's config.json. Raises BadInput naming what is missing or foreign."""
    if (kind := config.get("model_type")) not in KINDS:
        raise BadInput(f"config.json: model_type is {kind!r}; one of {', '.join(KINDS)} was wanted")
    try:
        return _shape(config["text_config"], config["vision_config"], config)
    except KeyError as error:
        raise BadInput(f"config.json: {error.args[0]!r} is missing; a Qwen3-VL configuration was wanted") from None


def _shape(text: Mapping[str, Any], vision: Mapping[str, Any], config: Mapping[str, Any]) -> Shape:
    heads = text["num_attention_heads"]
    shape = Shape(
        vision=_vision(vision),
        layers=text["num_hidden_layers"],
        hidden=text["hidden_size"],
        intermediate=text["intermediate_size"],
        heads=heads,
        kv_heads=text.get("num_key_value_heads") or heads,
        head_dim=text.get("head_dim") or text["hidden_size"] // heads,
        vocabulary=text["vocab_size"],
        tied=bool(config.get("tie_word_embeddings", False)),
        attention_bias=bool(text.get("attention_bias", False)),
    )
    if config["model_type"] == "qwen3_vl":
        return shape
    return replace(
        shape,
        experts=text.get("num_experts") or text["num_local_experts"],
        experts_per_token=text["num_experts_per_tok"],
        expert_intermediate=text["moe_intermediate_size"],
        sparse_layers=_sparse_layers(text),
    )


def _sparse_layers(text: Mapping[str, Any]) -> int:
    """Every `decoder_sparse_step`-th layer, save those listed as plain, as transformers decides it."""
    step, plain = text.get("decoder_sparse_step") or 1, set(text.get("mlp_only_layers") or ())
    return sum(at not in plain and (at + 1) % step == 0 for at in range(text["num_hidden_layers"]))


def _vision(vision: Mapping[str, Any]) -> VisionShape:
    return VisionShape(
        depth=vision["depth"],
        hidden=vision["hidden_size"],
        intermediate=vision["intermediate_size"],
        heads=vision["num_heads"],
        out=vision["out_hidden_size"],
        deepstack=len(vision["deepstack_visual_indexes"]),
        patch=vision.get("patch_size", 16),
        merge=vision.get("spatial_merge_size", 2),
        temporal=vision.get("temporal_patch_size", 2),
        channels=vision.get("in_channels", 3),
        positions=vision.get("num_position_embeddings", 2304),
    )


def _small(out: int) -> VisionShape:
    return VisionShape(depth=24, hidden=1024, intermediate=4096, heads=16, out=out, deepstack=3)


def _large(out: int) -> VisionShape:
    return VisionShape(depth=27, hidden=1152, intermediate=4304, heads=16, out=out, deepstack=3)


KNOWN: Mapping[str, Shape] = {
    "Qwen3-VL-2B": Shape(_small(2048), 28, 2048, 6144, 16, 8, tied=True),
    "Qwen3-VL-4B": Shape(_small(2560), 36, 2560, 9728, 32, 8, tied=True),
    "Qwen3-VL-8B": Shape(_large(4096), 36, 4096, 12288, 32, 8),
    "Qwen3-VL-32B": Shape(_large(5120), 64, 5120, 25600, 64, 8),
    "Qwen3-VL-235B-A22B": Shape(
        _large(4096),
        94,
        4096,
        12288,
        64,
        4,
        experts=128,
        experts_per_token=8,
        expert_intermediate=1536,
        sparse_layers=94,
    ),
}
"""By the name on the hub without owner and without `-Instruct` or `-Thinking`: the values of their config.json."""


def of_model(name: str, revision: str | None = None) -> Shape:
    """The shape of a configuration's `model`: a folder, a published size, or what the hub's cache holds already.

    Nothing is downloaded. Raises BadInput where the shape cannot be known that way.
    """
    folder = HOME / Path(name).expanduser()
    if (folder / "config.json").is_file():
        return from_config(_read(folder / "config.json"))
    size = name.rpartition("/")[2].removesuffix("-Instruct").removesuffix("-Thinking")
    if size in KNOWN:
        return KNOWN[size]
    if cached := _cached(name, revision):
        return from_config(_read(cached))
    raise BadInput(
        f"model {name!r}: no folder with a config.json, and no size known by name ({', '.join(KNOWN)}); "
        "give a checkpoint's folder, or download it first"
    )


def _cached(name: str, revision: str | None) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(name, "config.json", revision=revision)
    except HFValidationError:
        return None
    return Path(found) if isinstance(found, str) else None


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{file}: cannot be read as JSON ({error})") from None
    if not isinstance(found, dict):
        raise BadInput(f"{file}: an object was wanted, found {type(found).__name__}")
    return found
