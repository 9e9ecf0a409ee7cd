"""The loss of a step: the mean over its samples of each sample's mean over its label tokens.

So a long answer weighs no more than a short one, and a step of 4 samples gives the same gradient as one pass of 4 or as
four passes of 1, on one process or on several.
"""

from collections.abc import Sequence
from typing import Any, Literal

from train.tuning.encode import IGNORED


def weighted_loss(
    model: Any, inputs: dict[str, Any], labels_b_s: Any, weights: Sequence[float], logits: Literal["all", "answer"]
) -> Any:
    """Sum over the batch of weight x mean negative log-likelihood (nats) of a sample's label tokens.

    With `answer`, the vocabulary's matrix is only applied at positions that some sample's label needs.
    """
    targets_b_t = labels_b_s[:, 1:]  # position t predicts token t + 1
    if logits == "answer":
        positions_k = (targets_b_t != IGNORED).any(dim=0).nonzero().squeeze(1)
        scores_b_k_v = model(**inputs, logits_to_keep=positions_k, use_cache=False).logits
        return mean_of_means(scores_b_k_v, targets_b_t[:, positions_k], weights)
    scores_b_s_v = model(**inputs, use_cache=False).logits
    return mean_of_means(scores_b_s_v[:, :-1], targets_b_t, weights)


def mean_of_means(scores_b_k_v: Any, targets_b_k: Any, weights: Sequence[float]) -> Any:
    """Every row of `targets` holds at least one label. In float32 whatever the scores are in."""
    from torch.nn.functional import cross_entropy

    labelled_b_k = targets_b_k != IGNORED
    scores_n_v = scores_b_k_v[labelled_b_k] if not bool(labelled_b_k.all()) else scores_b_k_v.flatten(0, 1)
    losses_n = cross_entropy(scores_n_v.float(), targets_b_k[labelled_b_k], reduction="none")
    # Splitting, not scattering: on a GPU the latter adds in an order of chance.
    rows = losses_n.split(labelled_b_k.sum(dim=1).tolist())
    return sum(row.mean() * weight for row, weight in zip(rows, weights, strict=True))
