"""Floating-point operations of one training sample, and what share of a card's peak they are.

A product of an m x k and a k x n matrix counts 2mkn. Norms, activations and rotations are left out; they are under
1 % of these. The base is frozen, so its matrices have no weight gradients: the backward pass through one costs what
the forward pass does, not twice that.
"""

import re
from typing import Literal, NamedTuple

from train.tuning.settings import LoraSettings, TuneSettings
from train.tuning.shapes import Shape, lora_parameters

Checkpointing = Literal["full", "partial", "none"]

ATTENTION_BACKWARD = 2.5
"""Backward to forward of the attention's two products: four products, and the scores once more, since fused kernels
keep none of them (Dao 2023, FlashAttention-2, section 4.1). Without that fifth it is 2, and a sample 1.3 % less."""


class Sample(NamedTuple):
    """What the cost of a sample follows from."""

    tokens: int
    """Prompt, pictures and answer."""
    answer: int
    """Tokens with a label."""
    pictures: int = 5
    patches: int = 42 * 42
    """Patches of one picture: a square one at the limit of 451,584 pixels is 672 x 672, or 42 x 42 patches of 16."""


PAPER = Sample(tokens=3600, answer=1300)
"""The mean of the paper's release: 14.4 million tokens in 4,004 samples, 976 words an answer."""


class Work(NamedTuple):
    """Operations of one sample."""

    forward: float
    backward: float
    recomputed: float
    """Done a second time because of checkpointing; no part of the model's own work."""

    @property
    def model(self) -> float:
        """What the mathematics asks for."""
        return self.forward + self.backward

    @property
    def total(self) -> float:
        """What the card computes."""
        return self.forward + self.backward + self.recomputed


def work(
    shape: Shape,
    sample: Sample,
    lora: LoraSettings,
    checkpointed: int = 0,
    *,
    answer_only: bool = True,
) -> Work:
    """`checkpointed` counts the language model's layers that recompute; `answer_only` is where logits are computed."""
    tokens = sample.tokens
    matrices = 2.0 * shape.active_matrices * tokens
    update = 2.0 * lora_parameters(shape, lora) * tokens
    attention = causal_attention(shape, tokens)
    head = 2.0 * shape.vocabulary * shape.hidden * (sample.answer if answer_only else tokens)
    layers = matrices + update + attention
    return Work(
        forward=layers + head + vision_forward(shape, sample),
        backward=matrices + 2 * update + ATTENTION_BACKWARD * attention + head,
        recomputed=layers * checkpointed / shape.layers,
    )


def causal_attention(shape: Shape, tokens: int) -> float:
    """Scores and their product with the values in all layers, forward; half of each square lies in the future."""
    return 4.0 * tokens * tokens * shape.query * shape.layers / 2


def vision_forward(shape: Shape, sample: Sample) -> float:
    """The frozen tower, its merger and its deepstack, once; nothing goes backward through it."""
    vision, patches = shape.vision, sample.pictures * sample.patches
    block = 4 * vision.hidden**2 + 2 * vision.hidden * vision.intermediate
    wide = vision.hidden * vision.merge**2
    merger = (wide * wide + wide * vision.out) * (1 + vision.deepstack) / vision.merge**2
    matrices = 2.0 * patches * (vision.depth * block + vision.patch_inputs * vision.hidden + merger)
    return matrices + 4.0 * sample.pictures * sample.patches**2 * vision.hidden * vision.depth


def checkpointed_layers(settings: TuneSettings, shape: Shape) -> int:
    """How many of the language model's layers recompute."""
    if settings.speed.checkpointing == "partial":
        return min(settings.speed.checkpointed_layers or 0, shape.layers)
    return shape.layers if settings.speed.checkpointing == "full" else 0


_PEAKS = (
    (r"H100.*(?:PCIE|NVL)", 756e12),
    (r"H100|H200|H800|GH200", 989e12),
    (r"A100|A800", 312e12),
    (r"L40S", 362e12),
    (r"4090", 165.2e12),
)
"""Dense bfloat16 with float32 sums, from NVIDIA's data sheets, where figures with sparsity are twice as high: H100
(989 as SXM, 756 as PCIe; the NVL's 835 is counted as 756), H200 (989), A100 (312), L40S (362); and for the RTX 4090 the
Ada architecture's white paper (165.2)."""


def peak_flops(name: str) -> float | None:
    """Operations a second of a card, by its name as torch or a data sheet has it. None for one not known."""
    return next((peak for pattern, peak in _PEAKS if re.search(pattern, name.upper())), None)


def mfu(model_flops: float, seconds: float, devices: int, peak: float | None) -> float:
    """Share of the cards' peak that went into the model's own work, in [0, 1] (Chowdhery et al. 2022, section 4.1).

    Recomputation does not count. NaN where the peak is not known or no time went by.
    """
    if peak is None or seconds <= 0 or devices < 1:
        return float("nan")
    return model_flops / (seconds * devices * peak)
