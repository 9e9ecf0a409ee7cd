"""Draw the next token of each row of a batch, each from its own chain of random numbers."""

from collections.abc import Sequence
from typing import Any, cast

from core.records import Sampling

FRONT = 1024
"""Likeliest tokens that are sorted first: almost every nucleus ends among them, of a vocabulary 150 times as large."""


class Sampler:
    """How the rows of a batch draw: nucleus sampling by one uniform draw in [0, 1) a row, or the likeliest at
    temperature 0.

    The nucleus is the smallest set of likeliest tokens that holds `top_p` of the probability (Holtzman et al. 2020).
    Nothing else narrows the choice, as in the paper: the `top_k` of a checkpoint's own defaults is left aside.
    Rows do not touch each other, so a seed gives the same text whatever else is in the batch.
    """

    def __init__(self, samplings: Sequence[Sampling], like: Any) -> None:
        """`like` is a tensor on the device of the logits to come."""
        import torch

        self._greedy = [sampling.temperature == 0 for sampling in samplings]
        column: Any = {"dtype": torch.float32, "device": like.device}
        self._heat: Any = torch.tensor([[sampling.temperature or 1.0] for sampling in samplings], **column)
        self._top_p: Any = torch.tensor([[sampling.top_p] for sampling in samplings], **column)

    def keep(self, places: Sequence[int]) -> None:
        """Let go of all rows but those in `places`."""
        self._greedy = [self._greedy[place] for place in places]
        self._heat, self._top_p = self._heat[list(places)], self._top_p[list(places)]

    def pick(self, logits_b_v: Any, draws: Sequence[float]) -> list[int]:
        """One token a row."""
        best: list[int] = logits_b_v.argmax(dim=-1).tolist() if any(self._greedy) else []
        if all(self._greedy):
            return best
        drawn = self._draw(logits_b_v, draws)
        return [best[row] if greedy else drawn[row] for row, greedy in enumerate(self._greedy)]

    def _draw(self, logits_b_v: Any, draws: Sequence[float]) -> list[int]:
        import torch

        draw: Any = torch.tensor(draws, dtype=torch.float32, device=logits_b_v.device)[:, None]
        probability: Any = torch.softmax(logits_b_v.float() / self._heat, dim=-1)
        if probability.shape[1] <= 2 * FRONT:
            return _draw(*_sorted(probability), self._top_p, draw).tolist()
        ranked_b_k, order_b_k = _front(probability)
        tokens: Any = _draw(ranked_b_k, order_b_k, self._top_p, draw)
        short: Any = _is_short(ranked_b_k, self._top_p)
        both: Any = torch.stack([tokens, short.to(tokens.dtype)])
        drawn, is_short = cast(list[list[int]], both.tolist())  # one wait for the device
        rows = [row for row, flag in enumerate(is_short) if flag]
        if rows:
            whole = _draw(*_sorted(probability[rows]), self._top_p[rows], draw[rows]).tolist()
            for row, token in zip(rows, whole, strict=True):
                drawn[row] = token
        return drawn


def next_tokens(logits_b_v: Any, samplings: Sequence[Sampling], draws: Sequence[float]) -> list[int]:
    """One token a row, as `Sampler` draws them."""
    return Sampler(samplings, logits_b_v).pick(logits_b_v, draws)


def _sorted(probability_b_v: Any) -> tuple[Any, Any]:
    """Probabilities from the highest, and their tokens; equal ones in the order of the vocabulary."""
    import torch

    return torch.sort(probability_b_v, dim=-1, descending=True, stable=True)


def _front(probability_b_v: Any) -> tuple[Any, Any]:
    """The first `FRONT` of `_sorted`, save which of those as likely as the last are among them."""
    import torch

    order_b_k: Any = probability_b_v.topk(FRONT, dim=-1, sorted=False).indices.sort(dim=-1).values
    ranked_b_k, place = torch.sort(probability_b_v.gather(1, order_b_k), dim=-1, descending=True, stable=True)
    return ranked_b_k, order_b_k.gather(1, place)


def _is_short(ranked_b_k: Any, top_p_b_1: Any) -> Any:
    """True for a row whose nucleus may not end before the tokens as likely as the last."""
    above: Any = ranked_b_k * (ranked_b_k > ranked_b_k[:, -1:])
    return above.sum(dim=-1) < top_p_b_1.squeeze(1) + 1e-4  # more than rounding can make of the sum


def _draw(ranked_b_k: Any, order_b_k: Any, top_p_b_1: Any, draw_b_1: Any) -> Any:
    import torch

    up_to: Any = ranked_b_k.cumsum(dim=-1)
    inside: Any = ((up_to - ranked_b_k) < top_p_b_1).sum(dim=-1, keepdim=True).clamp(min=1)
    mass: Any = up_to.gather(1, inside - 1)
    place: Any = torch.searchsorted(up_to, draw_b_1 * mass, right=True).minimum(inside - 1)
    return order_b_k.gather(1, place).squeeze(1)
