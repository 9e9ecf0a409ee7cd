"""An order in which samples of similar length meet in one forward pass, so that less of a batch is padding.

Samples are shuffled, sorted by length within spans of some hundred, cut into passes of `per_device`, and the passes
are shuffled. So a pass holds samples alike, while a step of several passes stays a mixture of all lengths; within a
step the passes go by length, so that processes that wait for each other have about the same to do. Every sample comes
once an epoch. The order follows from the seed and the epoch alone, so a resumed run needs no stored state.
"""

import random
from collections.abc import Iterable, Sequence

from train.tuning.order import Shuffle
from train.tuning.settings import BatchSettings

SPAN = 50
"""Steps whose samples are sorted together: enough to find alike ones, few enough to stay an order of chance."""


def grouped(lengths: Sequence[int], batch: BatchSettings, seed: int) -> Shuffle:
    """For `order.Schedule`. `lengths` are the samples' tokens."""
    samples, size = len(lengths), batch.per_device

    def epoch(number: int) -> Sequence[int]:
        chance = random.Random(f"grouped {seed} {number}")
        order = list(range(samples))
        chance.shuffle(order)
        span = SPAN * batch.effective
        spans = (order[first : first + span] for first in range(0, samples, span))
        alike = [index for part in spans for index in sorted(part, key=lengths.__getitem__)]
        # The passes of a later epoch begin where the last pass of the one before was left half full.
        lead = -number * samples % size
        return _by_steps(_passes(alike, lead, size, chance), lengths, batch, number * samples)

    return epoch


def padding(order: Sequence[int], lengths: Sequence[int], size: int) -> float:
    """Share of padding in [0, 1) where passes of `size` are cut from the order and padded to their longest sample."""
    passes = [[lengths[index] for index in order[first : first + size]] for first in range(0, len(order), size)]
    return 1 - sum(map(sum, passes)) / sum(len(one) * max(one) for one in passes)


def _passes(alike: Sequence[int], lead: int, size: int, chance: random.Random) -> list[list[int]]:
    """Whole passes in an order of chance, between a first one of `lead` samples and a last one of what is left."""
    lead = min(lead, len(alike))
    cut = chance.randrange(len(alike) - lead + 1) if lead else 0
    first, rest = list(alike[cut : cut + lead]), [*alike[:cut], *alike[cut + lead :]]
    left = len(rest) % size
    start = chance.randrange(len(rest) - left + 1) if left else 0
    last, rest = rest[start : start + left], [*rest[:start], *rest[start + left :]]
    whole = [rest[at : at + size] for at in range(0, len(rest), size)]
    chance.shuffle(whole)
    return [part for part in (first, *whole, last) if part]


def _by_steps(passes: Iterable[list[int]], lengths: Sequence[int], batch: BatchSettings, before: int) -> list[int]:
    """Within each step, longer passes first. `before` samples were seen in earlier epochs, so a step may be begun."""
    order: list[int] = []
    step: list[list[int]] = []
    seen = before % batch.effective
    for one in passes:
        if len(one) < batch.per_device:  # the odd ones keep their place, or all behind them would be shifted
            order += _flat(step, lengths) + one
            step = []
        else:
            step.append(one)
        seen += len(one)
        if seen >= batch.effective:
            order += _flat(step, lengths)
            step, seen = [], seen - batch.effective
    return order + _flat(step, lengths)


def _flat(step: list[list[int]], lengths: Sequence[int]) -> list[int]:
    ordered = sorted(step, key=lambda one: -max(lengths[index] for index in one))
    return [index for one in ordered for index in one]
