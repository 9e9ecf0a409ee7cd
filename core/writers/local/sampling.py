"""Draw the next token of each row of a batch, each from its own chain of random numbers."""

from collections.abc import Sequence
from typing import Any

from core.records import Sampling


def next_tokens(logits_b_v: Any, samplings: Sequence[Sampling], draws: Sequence[float]) -> list[int]:
    """One token a row: nucleus sampling by one uniform draw in [0, 1) a row, or the likeliest at temperature 0.

    The nucleus is the smallest set of likeliest tokens that holds `top_p` of the probability (Holtzman et al. 2020).
    Nothing else narrows the choice, as in the paper: the `top_k` of a checkpoint's own defaults is left aside.
    Rows do not touch each other, so a seed gives the same text whatever else is in the batch.
    """
    import torch

    device: Any = logits_b_v.device
    column: Any = {"dtype": torch.float32, "device": device}
    heat: Any = torch.tensor([[sampling.temperature or 1.0] for sampling in samplings], **column)
    top_p: Any = torch.tensor([[sampling.top_p] for sampling in samplings], **column)
    draw: Any = torch.tensor([[value] for value in draws], **column)
    probability: Any = torch.softmax(logits_b_v.float() / heat, dim=-1)
    ranked_b_v, order_b_v = torch.sort(probability, dim=-1, descending=True, stable=True)
    up_to_b_v: Any = ranked_b_v.cumsum(dim=-1)
    inside: Any = ((up_to_b_v - ranked_b_v) < top_p).sum(dim=-1, keepdim=True).clamp(min=1)
    mass: Any = up_to_b_v.gather(1, inside - 1)
    place: Any = torch.searchsorted(up_to_b_v, draw * mass, right=True).minimum(inside - 1)
    drawn: Any = order_b_v.gather(1, place).squeeze(1)
    likeliest: Any = logits_b_v.argmax(dim=-1)
    return [
        best if sampling.temperature == 0 else token
        for sampling, token, best in zip(samplings, drawn.tolist(), likeliest.tolist(), strict=True)
    ]
