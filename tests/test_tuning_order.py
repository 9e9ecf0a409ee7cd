"""The order of samples: the same whatever runs it."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from train.tuning import order
from train.tuning.settings import BatchSettings, TuneSettings

PAPER = BatchSettings(per_device=1, accumulation=4, devices=8)


def settings(batch: BatchSettings, **optim: float) -> TuneSettings:
    return TuneSettings.model_validate(
        {"name": "x", "model": "m", "output": "o", "batch": batch.model_dump(), "optim": optim}
    )


def schedule(samples: int, given: TuneSettings, rank: int = 0, processes: int = 1) -> order.Schedule:
    return order.Schedule(samples, given, order.shuffled(samples, given.seed), rank, processes)


def test_the_papers_run_has_126_steps() -> None:
    assert order.steps(4004, settings(PAPER)) == 126
    # 125 whole steps of 4 passes and one pass for the last 4 samples.
    assert len(schedule(4004, settings(PAPER), 7, 8)) == 501


@pytest.mark.parametrize(("processes", "passes"), [(1, 32), (2, 16), (8, 4), (16, 2), (32, 1)])
def test_accumulation_keeps_the_effective_batch(processes: int, passes: int) -> None:
    assert order.accumulation(PAPER, processes) == passes


@pytest.mark.parametrize("processes", [3, 5, 64])
def test_a_batch_that_cannot_be_split(processes: int) -> None:
    with pytest.raises(BadInput, match=f"32 samples a step .* cannot be split over {processes} processes"):
        order.accumulation(PAPER, processes)


def test_max_steps_go_before_epochs() -> None:
    given = settings(PAPER, max_steps=300)
    assert order.steps(4004, given) == 300
    assert len(schedule(4004, given)) == 300 * 32


@given(
    samples=st.integers(1, 60),
    epochs=st.sampled_from([0.5, 1, 2, 2.3]),
    shape=st.sampled_from([(1, 2, 1), (1, 4, 2), (2, 1, 4), (3, 2, 2)]),
    processes=st.sampled_from([1, 2]),
)
def test_every_sample_is_seen_as_often_as_epochs_say(
    samples: int, epochs: float, shape: tuple[int, int, int], processes: int
) -> None:
    batch = BatchSettings(per_device=shape[0], accumulation=shape[1], devices=shape[2])
    given = settings(batch, epochs=epochs)
    if batch.effective % (batch.per_device * processes):
        return
    ranks = [list(schedule(samples, given, rank, processes)) for rank in range(processes)]
    assert [len(rank) for rank in ranks] == [
        len(schedule(samples, given, rank, processes)) for rank in range(processes)
    ]
    seen = Counter(pick.index for rank in ranks for passed in rank for pick in passed if pick.real)
    assert sum(seen.values()) == math.ceil(samples * epochs)
    assert {seen[index] for index in range(samples)} <= {math.floor(epochs), math.ceil(epochs)}
    # The weights of each step sum to one over all processes.
    weights = sum(1 / pick.step_samples for rank in ranks for passed in rank for pick in passed if pick.real)
    assert weights == pytest.approx(order.steps(samples, given))


@given(samples=st.integers(1, 40), seed=st.integers(0, 5))
def test_the_same_samples_and_the_same_chance_on_any_number_of_processes(samples: int, seed: int) -> None:
    given = settings(BatchSettings(per_device=2, accumulation=2, devices=2)).model_copy(update={"seed": seed})
    alone = [passed for passed in schedule(samples, given) if any(pick.real for pick in passed)]
    two = [list(schedule(samples, given, rank, 2)) for rank in (0, 1)]
    together = [passed for pair in zip(*two, strict=True) for passed in pair if any(pick.real for pick in passed)]
    assert together == alone


def test_epochs_and_seeds_differ_and_a_step_repeats() -> None:
    shuffle = order.shuffled(50, 1)
    assert sorted(shuffle(0)) == sorted(shuffle(1)) == list(range(50))
    assert shuffle(0) != shuffle(1)
    assert shuffle(0) != order.shuffled(50, 2)(0)
    given = settings(PAPER)
    assert list(schedule(50, given)) == list(schedule(50, given))
    noises = [pick.noise for passed in schedule(50, given) for pick in passed]
    assert len(set(noises)) == len(noises)
