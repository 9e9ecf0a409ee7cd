"""How the layers compute the same thing: what is recomputed, LoRA by groups, compiled parts."""

import logging
from collections.abc import Iterable
from typing import Any

from train.tuning.settings import SpeedSettings

log = logging.getLogger(__name__)


def apply(model: Any, speed: SpeedSettings) -> None:
    """Set up peft's `model` as `speed` says, once, before it is wrapped for several processes.

    None of it changes parameters, their names or what is saved, nor loss and gradients beyond rounding. Raises BadInput
    where the settings do not go with the model; compilation that fails is left off, with one line in the log.
    """
    layers = model.get_base_model().model.language_model.layers
    _checkpoint(model.get_base_model(), layers, speed)
    if speed.lora == "fused":
        from train.tuning.fused import fuse

        fuse(model)
    if speed.compile:
        _compile(model, layers, speed)


def spread(chosen: int, layers: int) -> list[int]:
    """`chosen` places of `layers`, evenly spread; all of them where more are chosen than there are."""
    chosen = min(chosen, layers)
    return [(2 * place + 1) * layers // (2 * chosen) for place in range(chosen)]


def _checkpoint(base: Any, layers: Any, speed: SpeedSettings) -> None:
    """The vision tower is frozen and reads pixels, so nothing of it is kept, and it never recomputes."""
    if speed.checkpointing == "none":
        return
    # transformers before 5.20 knows it by the older name, which later ones warn of.
    enable = getattr(base, "activation_checkpointing_enable", None) or base.gradient_checkpointing_enable
    enable({"use_reentrant": False})
    for block in base.model.visual.blocks:
        block.gradient_checkpointing = False
    if speed.checkpointing == "partial":
        chosen = set(spread(speed.checkpointed_layers or 0, len(layers)))
        for place, layer in enumerate(layers):
            layer.gradient_checkpointing = place in chosen


NORMS = ("input_layernorm", "post_attention_layernorm")
PARTS = {
    "peft": (*NORMS, "self_attn", "mlp"),
    "fused": (*NORMS, "self_attn.q_norm", "self_attn.k_norm"),
}
"""What of a layer is compiled. Not the layer whole, since recomputation wraps it and is to repeat compiled parts; and
with fused updates not what calls them, since each group is a program of its own and compilers give up after a few."""


def _compile(model: Any, layers: Iterable[Any], speed: SpeedSettings) -> None:
    import torch

    layers = list(layers)
    compiled = [layer.get_submodule(name) for layer in layers for name in PARTS[speed.lora]]
    for part in compiled:
        # Each sample has another length: one program for all lengths, not one for each until a limit is met.
        part.compile(dynamic=True)
    try:
        _try(model, layers[0])
    except Exception as error:  # noqa: BLE001 (a compiler may fail in any way, and plain layers compute the same)
        for part in compiled:
            part._compiled_call_impl = None
        torch.compiler.reset()
        told = " ".join(str(error).split())[:300]
        log.warning("speed.compile: torch.compile fails here (%s: %s); it stays off", type(error).__name__, told)


def _try(model: Any, layer: Any) -> None:
    """Forward and backward of one layer; raises what the compiler raises."""
    import torch

    text = model.get_base_model().model.language_model
    weight = layer.input_layernorm.weight
    random = torch.Generator().manual_seed(0)
    training, state = layer.training, torch.random.get_rng_state()
    try:
        layer.train()
        for length in (24, 40):
            x = torch.randn(1, length, weight.shape[0], generator=random).to(weight).requires_grad_()
            positions = torch.arange(length, device=weight.device).expand(3, 1, -1)
            with torch.autocast(weight.device.type, dtype=weight.dtype, enabled=weight.dtype == torch.bfloat16):
                out = layer(x, attention_mask=None, position_embeddings=text.rotary_emb(x, positions))
            (out[0] if isinstance(out, tuple) else out).float().square().mean().backward()
    finally:
        layer.train(training)
        torch.random.set_rng_state(state)
        for parameter in layer.parameters():
            parameter.grad = None
