"""Which sample is seen when, and by whom: a pure function of the settings, so a resumed run needs no stored state.

The samples of all epochs are one stream, shuffled anew each epoch, cut into steps of the effective batch. A step is cut
into slots of `per_device` samples; slot s is the forward pass number s // processes of process s % processes. So the
same samples meet in the same step, and in the same slot, however many processes there are. Only the last step may be
smaller; a slot that is then empty repeats a sample with weight nought, so that all processes take part.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.errors import BadInput
from train.tuning.settings import BatchSettings, TuneSettings

Shuffle = Callable[[int], Sequence[int]]
"""The samples of one epoch in their order."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One sample in one forward pass."""

    index: int
    real: bool
    """False for a repetition that only keeps a process busy; it weighs nothing."""
    step_samples: int
    """Samples of the whole step: each weighs one over this."""
    noise: int
    """Seed of dropout and NEFTune in this slot."""


def steps(samples: int, settings: TuneSettings) -> int:
    """Optimiser steps of the run; 126 for the paper's 4,004 samples in batches of 32."""
    if settings.optim.max_steps is not None:
        return settings.optim.max_steps
    return max(1, math.ceil(samples * settings.optim.epochs / settings.batch.effective))


def accumulation(batch: BatchSettings, processes: int) -> int:
    """Forward passes of each process in one step. Raises BadInput where the effective batch cannot be split evenly."""
    passes, rest = divmod(batch.effective, batch.per_device * processes)
    if rest or not passes:
        raise BadInput(
            f"batch: {batch.effective} samples a step ({batch.per_device} x {batch.accumulation} x {batch.devices}) "
            f"cannot be split over {processes} processes with {batch.per_device} a pass; "
            "start another number of processes, or change batch.per_device"
        )
    return passes


def shuffled(samples: int, seed: int) -> Shuffle:
    """Every sample once an epoch, in an order of chance."""

    def epoch(number: int) -> Sequence[int]:
        order = list(range(samples))
        random.Random(f"order {seed} {number}").shuffle(order)
        return order

    return epoch


class Schedule:
    """The forward passes of one process, over the whole run."""

    def __init__(
        self, samples: int, settings: TuneSettings, shuffle: Shuffle, rank: int = 0, processes: int = 1
    ) -> None:
        self.steps = steps(samples, settings)
        self.accumulation = accumulation(settings.batch, processes)
        self._samples, self._settings, self._shuffle = samples, settings, shuffle
        self._rank, self._processes = rank, processes

    def __len__(self) -> int:
        return (self.steps - 1) * self.accumulation + self._passes(self._size(self.steps - 1))

    def __iter__(self) -> Iterator[list[Pick]]:
        """A batch for each forward pass."""
        stream = self._stream()
        for step in range(self.steps):
            indices = [next(stream) for _ in range(self._size(step))]
            for turn in range(self._passes(len(indices))):
                yield self._batch(indices, step, turn * self._processes + self._rank)

    def _batch(self, indices: list[int], step: int, slot: int) -> list[Pick]:
        per_device = self._settings.batch.per_device
        noise = random.Random(f"noise {self._settings.seed} {step} {slot}").getrandbits(63)
        inside = indices[slot * per_device : (slot + 1) * per_device]
        if not inside:
            return [Pick(indices[0], False, len(indices), noise)]
        return [Pick(index, True, len(indices), noise) for index in inside]

    def _size(self, step: int) -> int:
        """Samples of a step: the effective batch, or what is left for the last one."""
        effective, optim = self._settings.batch.effective, self._settings.optim
        if optim.max_steps is not None:
            return effective
        return min(effective, math.ceil(self._samples * optim.epochs) - step * effective)

    def _passes(self, size: int) -> int:
        return math.ceil(size / (self._settings.batch.per_device * self._processes))

    def _stream(self) -> Iterator[int]:
        epoch = 0
        while True:
            yield from self._shuffle(epoch)
            epoch += 1
