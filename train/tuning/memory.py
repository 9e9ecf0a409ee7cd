"""Memory of one device while it trains, by part, in bytes, from shapes alone.

Activations are what autograd keeps of a decoder layer for the backward pass, tensor by tensor; a test counts them in a
real layer and finds the same. What no shape tells (the driver's context, gaps between blocks) is an allowance.
"""

from typing import NamedTuple

from train.tuning.flops import Sample, checkpointed_layers
from train.tuning.settings import LoraSettings, TuneSettings
from train.tuning.shapes import Shape, lora_matrices, lora_parameters, parameters

LIVE = 1_000_000_000
"""Parameters that DeepSpeed keeps gathered at most: its `stage3_max_live_parameters` where nothing is said."""
CONTEXT = 1.5e9
"""Allowance for the driver's context, cuBLAS workspaces and, with several devices, NCCL's buffers."""
GAPS = 0.1
"""Allowance for memory the allocator holds and cannot use, as a share of what comes and goes within a step."""
_LOGIT = 4 + 4 + 4
"""Bytes of a labelled position's logit at the peak, besides itself: in float32, its log-softmax, its gradient."""


class Memory(NamedTuple):
    """Bytes on one device at the peak of a step."""

    base: float
    """Frozen weights: whole, or this device's share."""
    gathered: float
    """Weights of other devices, there for a moment (ZeRO-3)."""
    adapter: float
    gradients: float
    optimizer: float
    """AdamW's two moments in float32, and ZeRO's float32 copy of the adapter."""
    activations: float
    """Kept between forward and backward, and the layer at work."""
    logits: float
    inputs: float
    """Visual features of the deepstack, embeddings with NEFTune's noise, the vision tower at work."""
    allowance: float

    @property
    def total(self) -> float:
        return sum(self)


def memory(settings: TuneSettings, shape: Shape, devices: int, sample: Sample) -> Memory:
    """At a batch of `settings.batch.per_device` samples, each like `sample`."""
    tokens = sample.tokens * settings.batch.per_device
    with_logits = sample.answer * settings.batch.per_device if settings.speed.logits == "answer" else tokens
    width = 2 if settings.dtype == "bfloat16" else 4
    activations = _activations(settings, shape, tokens, width)
    logits = float(shape.vocabulary * (2 * width * with_logits + _LOGIT * sample.answer * settings.batch.per_device))
    inputs = _inputs(settings, shape, sample, width)
    return Memory(
        *_weights(settings, shape, devices, width),
        *_update(settings, shape, devices),
        activations=activations,
        logits=logits,
        inputs=inputs,
        allowance=CONTEXT + GAPS * (activations + logits + inputs),
    )


def base_bytes(settings: TuneSettings, shape: Shape) -> int:
    """Of the frozen weights together."""
    return parameters(shape).total * (2 if settings.dtype == "bfloat16" else 4)


def _weights(settings: TuneSettings, shape: Shape, devices: int, width: int) -> tuple[float, float]:
    whole = float(base_bytes(settings, shape))
    if settings.speed.parallel != "zero3" or devices == 1:
        return whole, 0.0
    return whole / devices, float(width * min(parameters(shape).total, max(LIVE, shape.layer_parameters)))


def _update(settings: TuneSettings, shape: Shape, devices: int) -> tuple[float, float, float]:
    """Adapter, gradients, optimiser state. ZeRO-2 spreads the last two, ZeRO-3 all three; DDP keeps its buckets too."""
    count = float(lora_parameters(shape, settings.lora))
    if devices == 1:
        return 4 * count, 4 * count, 8 * count
    if settings.speed.parallel == "ddp":
        return 4 * count, 8 * count, 8 * count
    shared = devices if settings.speed.parallel == "zero3" else 1
    return 4 * count / shared, 4 * count / devices, 12 * count / devices


def _activations(settings: TuneSettings, shape: Shape, tokens: int, width: int) -> float:
    """A checkpointed layer keeps its input; one of them at a time has everything, while it goes backward."""
    checkpointed = checkpointed_layers(settings, shape)
    whole = layer_bytes(shape, settings.lora, fused=settings.speed.lora == "fused", width=width)
    kept = (shape.layers - checkpointed) * whole + checkpointed * width * shape.hidden
    return float(tokens) * (kept + (whole if checkpointed else 0) + _working(shape, width))


def _working(shape: Shape, width: int) -> float:
    """A token's gradients at the widest place: of the MLP's gate, up and product, and the update's in float32."""
    inner = max(shape.intermediate if shape.dense_layers else 0, shape.experts_per_token * shape.expert_intermediate)
    return inner * (3 * width + 4) + 2 * width * shape.hidden


def layer_bytes(shape: Shape, lora: LoraSettings, *, fused: bool, width: int = 2) -> float:
    """What autograd keeps of one layer for one token.

    Both norms and those of queries and keys keep a float32 copy of their input and its scale; attention its inputs, its
    output and the sums of its scores; the MLP its gate, the activated gate and up; each update its input after dropout
    and the mask. peft keeps them for each matrix, the fused update once for all matrices that read the same input.
    `width` is in bytes, of the dtype computed in.
    """
    norms = 4 * (2 * shape.hidden + shape.query + shape.key + 2 + shape.heads + shape.kv_heads)
    attention = width * 2 * (shape.query + shape.key) + 4 * shape.heads
    return norms + attention + _mlp_bytes(shape, width) + _lora_bytes(shape, lora, fused, width)


def _mlp_bytes(shape: Shape, width: int) -> float:
    """Experts also keep their tokens' inputs and outputs, once for each expert a token goes to."""
    dense = 3 * width * shape.intermediate
    sparse = shape.experts_per_token * width * (2 * shape.hidden + 4 * shape.expert_intermediate)
    return max(dense if shape.dense_layers else 0, sparse)


def _lora_bytes(shape: Shape, lora: LoraSettings, fused: bool, width: int) -> float:
    each = width + (1 if lora.dropout else 0)
    matrices = [(wide, count // shape.layers) for wide, _, count in lora_matrices(shape, lora)]
    narrow = width * lora.rank * sum(count for _, count in matrices)
    if not fused:
        return each * sum(wide * count for wide, count in matrices) + narrow
    inputs = {"attention": shape.hidden + shape.query, "mlp": shape.hidden + shape.intermediate}
    reached = [name for name in lora.targets if name == "attention" or shape.dense_layers]
    return each * sum(inputs[name] for name in reached) + narrow


def _inputs(settings: TuneSettings, shape: Shape, sample: Sample, width: int) -> float:
    vision = shape.vision
    patches = sample.pictures * sample.patches
    features = width * (1 + vision.deepstack) * patches / vision.merge**2 * vision.out
    pixels = 4 * patches * vision.patch_inputs
    tower = width * patches * (vision.intermediate + 4 * vision.hidden)
    embeddings = sample.tokens * shape.hidden * width * (2 if settings.optim.neftune_alpha else 1)
    return float(settings.batch.per_device * (features + pixels + tower + embeddings))
