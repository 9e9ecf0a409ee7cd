"""How the miniature's base is trained from nothing in minutes: Muon for the matrices, AdamW for the rest.

Muon (Jordan et al. 2024; in torch) makes each update of a matrix orthogonal, which here needs about half the steps that
AdamW needs. Embeddings, biases, norms and throw-away heads stay with AdamW. The fine-tuning does not use this.
"""

from collections.abc import Iterable
from typing import Any

_HELD = 0.5
"""Share of the steps until the rate begins to fall, in a straight line to almost nothing."""
_WARM = 0.08
_LARGEST = 512 * 512
"""Weights of the largest matrix that is worth the extra work."""


class Optimizer:
    """One object for both: `step` after `backward` clips, updates and moves the rates on."""

    def __init__(
        self,
        named: Iterable[tuple[str, Any]],
        others: Iterable[Any],
        steps: int,
        *,
        matrix_rate: float,
        rate: float,
        weight_decay: float,
    ) -> None:
        """`named` are a model's parameters, `others` go with AdamW whatever their form. Rates are the highest."""
        import torch

        known = [(name, weight) for name, weight in named if weight.requires_grad]
        matrices = [weight for name, weight in known if _is_matrix(name, weight)]
        rest = [weight for name, weight in known if not _is_matrix(name, weight)] + list(others)
        self._learnt = matrices + rest
        self._optimizers: list[Any] = [
            torch.optim.Muon(matrices, matrix_rate, weight_decay=weight_decay, adjust_lr_fn="original"),
            torch.optim.AdamW(rest, rate, (0.9, 0.98), weight_decay=weight_decay),
        ]

        def share(step: int) -> float:
            return min(1.0, (step + 1) / (_WARM * steps), max(0.02, (steps - step) / (steps * (1 - _HELD))))

        self._schedules = [torch.optim.lr_scheduler.LambdaLR(one, share) for one in self._optimizers]

    def step(self, loss: Any) -> None:
        import torch

        for one in self._optimizers:
            one.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._learnt, 1.0)
        for one in self._optimizers:
            one.step()
        for one in self._schedules:
            one.step()


def _is_matrix(name: str, weight: Any) -> bool:
    return weight.ndim == 2 and weight.numel() < _LARGEST and "embed" not in name
