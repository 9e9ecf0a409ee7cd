"""The order by length: every sample once an epoch, passes of alike samples, the same again for the same seed."""

import random

from hypothesis import given
from hypothesis import strategies as st

from train.tuning.grouping import grouped, padding
from train.tuning.order import Schedule, shuffled
from train.tuning.settings import TuneSettings

CHANCE = random.Random(8)
LENGTHS = [int(CHANCE.lognormvariate(7.2, 0.5)) for _ in range(4004)]


def settings(per_device: int, accumulation: int, devices: int, epochs: float = 1.0) -> TuneSettings:
    return TuneSettings.model_validate(
        {
            "name": "test",
            "model": "m",
            "output": "o",
            "optim": {"epochs": epochs},
            "batch": {"per_device": per_device, "accumulation": accumulation, "devices": devices},
        }
    )


@given(st.integers(1, 150), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.integers(0, 6))
def test_every_sample_comes_once_an_epoch(samples: int, size: int, accumulation: int, devices: int, epoch: int) -> None:
    batch = settings(size, accumulation, devices).batch
    order = grouped(LENGTHS[:samples], batch, seed=3)
    assert sorted(order(epoch)) == list(range(samples))
    assert order(epoch) == grouped(LENGTHS[:samples], batch, seed=3)(epoch)


def test_another_seed_and_another_epoch_are_another_order() -> None:
    batch = settings(4, 1, 2).batch
    orders = [tuple(grouped(LENGTHS, batch, seed)(epoch)) for seed in (1, 2) for epoch in (0, 1)]
    assert len(set(orders)) == 4


def test_passes_hold_alike_samples_in_every_epoch_and_on_every_process() -> None:
    """4,004 samples in passes of 8 leave 4 over, so the second epoch begins inside a pass."""
    given = settings(8, 2, 2, epochs=3)
    order = grouped(LENGTHS, given.batch, given.seed)
    schedules = [Schedule(len(LENGTHS), given, order, rank, 2) for rank in (0, 1)]
    passes = [[pick.index for pick in one if pick.real] for schedule in schedules for one in schedule]
    assert sorted(index for one in passes for index in one) == sorted(list(range(4004)) * 3)
    held = sum(LENGTHS[index] for one in passes for index in one)
    padded = sum(len(one) * max(LENGTHS[index] for index in one) for one in passes)
    plain = padding(shuffled(4004, given.seed)(0), LENGTHS, 8)
    assert 0.3 < plain < 0.6
    assert 1 - held / padded < 0.05
    assert padding(order(0), LENGTHS, 8) < 0.05


def test_a_step_stays_a_mixture_of_lengths() -> None:
    """Means of steps scatter as those of chance do, and not as sorted ones would."""
    batch = settings(4, 8, 1).batch

    def scatter(order: list[int]) -> float:
        means = [sum(LENGTHS[index] for index in order[at : at + 32]) / 32 for at in range(0, 4000, 32)]
        middle = sum(means) / len(means)
        return (sum((mean - middle) ** 2 for mean in means) / len(means)) ** 0.5

    chance = scatter(list(shuffled(4004, 1)(0)))
    ours = scatter(list(grouped(LENGTHS, batch, 1)(0)))
    ordered = scatter(sorted(range(4004), key=LENGTHS.__getitem__))
    assert ours < 3 * chance < ordered


def test_within_a_step_longer_passes_come_first() -> None:
    order = list(grouped(LENGTHS[:64], settings(2, 4, 1).batch, 5)(0))
    longest = [max(LENGTHS[index] for index in order[at : at + 2]) for at in range(0, 64, 2)]
    steps = [longest[at : at + 4] for at in range(0, 32, 4)]
    assert all(step == sorted(step, reverse=True) for step in steps)
    assert longest != sorted(longest, reverse=True)


def test_padding_is_the_share_of_a_batch_that_is_none_of_its_samples() -> None:
    assert padding([0, 1, 2], [4, 2, 5], 2) == 1 - 11 / 13
    assert padding([0, 1, 2], [4, 2, 5], 1) == 0
