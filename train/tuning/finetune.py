"""The run, from settings to adapter. The same call goes on where an earlier one was killed or stopped.

OUT/run.yaml       settings as resolved, data hash, versions, figures
OUT/events.jsonl   what `progress` tells
OUT/checkpoints/   the newest whole ones
OUT/adapter/       peft's format; `core.writers.local` loads it
"""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import SettingsError
from core.runs import Run
from core.settings import HOME
from train.tuning import card, flops, order, record
from train.tuning.arguments import Machine, World, machine, training_arguments
from train.tuning.check import Checked, check
from train.tuning.checkpoints import Checkpoints, Whole
from train.tuning.collate import Collator, Samples
from train.tuning.encode import Encoder
from train.tuning.faults import DataFault, TrainingFailed, TrainingStopped, is_full_disk
from train.tuning.flops import peak_flops
from train.tuning.glimpse import glimpse
from train.tuning.grouping import grouped
from train.tuning.model import base_folder, load_base, load_processor, with_adapter
from train.tuning.progress import Progress, Report
from train.tuning.samples import Sample, read
from train.tuning.settings import TuneSettings
from train.tuning.shapes import from_config

ADAPTER, CHECKPOINTS = "adapter", "checkpoints"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    out: Path
    adapter: Path
    steps: int
    """Of the whole run."""
    loss: float | None
    """Of the last step, in nats a token; None where this call only had to write the adapter."""
    seconds: float
    """Of this call's training, without loading."""
    tokens: int
    """Seen by this call, in all processes."""


def say(line: str) -> None:
    """On standard error, from the first process only."""
    if World.read().rank == 0:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 (the one place that speaks)


def train(
    settings: TuneSettings, *, data: Path | None = None, out: Path | None = None, report: Report = say, bar: bool = True
) -> Result:
    """Fine-tune. `data` and `out` go before what the settings say. `report` is told single lines; `bar` shows one.

    Raises DataFault and other BadInput before anything is trained; BaseMissing; TrainingFailed; TrainingStopped.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # the data workers are forked
    world = World.read()
    with _bars(bar and world.rank == 0):
        return _Tuning(resolved(settings, data, out), world, report, bar).run()


@contextlib.contextmanager
def _bars(shown: bool) -> Generator[None]:
    """Whether transformers shows its own bar while it reads weights."""
    from transformers.utils import logging

    before = logging.is_progress_bar_enabled()
    if not shown:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        if before:
            logging.enable_progress_bar()


def resolved(settings: TuneSettings, data: Path | None, out: Path | None) -> TuneSettings:
    """With `data` and `out` in their places. A path in the settings starts at the project, one given here where the
    caller is."""
    if data is None and settings.data.train is None:
        raise SettingsError("no training data: set data.train, or give --data FILE")
    file = data.absolute() if data is not None else HOME / (settings.data.train or "")
    folder = out.absolute() if out is not None else HOME / settings.output
    return settings.model_copy(update={"output": folder, "data": settings.data.model_copy(update={"train": file})})


class _Tuning:
    """One call of `train` in one process."""

    def __init__(self, settings: TuneSettings, world: World, report: Report, bar: bool) -> None:
        order.accumulation(settings.batch, world.processes)
        assert settings.data.train is not None
        self._settings, self._world, self._report, self._bar = settings, world, report, bar
        self._file, self._out = settings.data.train, settings.output
        self._first = world.rank == 0

    def run(self) -> Result:
        settings, world = self._settings, self._world
        base = base_folder(settings, self._report)
        encoder = Encoder(load_processor(base), settings.data)
        samples, checked = self._samples(encoder)
        run = record.open_run(settings, checked) if checked is not None else None
        if (done := record.finished(self._out)) and (self._out / ADAPTER).is_dir():
            self._report(f"{self._out}: finished already, {done['steps']} steps; nothing is left to do")
            return Result(self._out, self._out / ADAPTER, done["steps"], done["loss"], 0.0, 0)
        on = machine(settings, world)
        steps = order.steps(len(samples), settings)
        if checked is not None:
            self._report(_told(checked, steps, settings))
        arguments = training_arguments(settings, world, on, self._out / CHECKPOINTS, steps)
        shuffle = self._shuffle(_from_first(checked.tokens if checked is not None else None))
        schedule = order.Schedule(len(samples), settings, shuffle, world.rank, world.processes)
        checkpoints = Checkpoints(self._out / CHECKPOINTS, settings.save.keep)
        resume = self._resume(checkpoints, on)
        progress = Progress(
            run,
            steps,
            len(samples),
            settings.batch.effective,
            world.processes,
            peak=peak_flops(record.device_name()),
            bar=self._bar,
        )
        trainer = self._trainer(base, on, encoder, samples, schedule, checkpoints, progress, arguments)
        return self._finish(trainer, self._go(trainer, resume), run)

    def _samples(self, encoder: Encoder) -> tuple[list[Sample], Checked | None]:
        """The first process looks at all of it; the others read what it then allows, and wait for it later."""
        if not self._first:
            return read(self._file).samples, None
        checked = check(self._file, encoder)
        if checked.faults:
            raise DataFault(checked.faults)
        return checked.samples, checked

    def _resume(self, checkpoints: Checkpoints, on: Machine) -> Whole | None:
        """The newest whole checkpoint, the same for all processes."""
        found: Whole | None = None
        if self._first:
            checkpoints.sweep()
            found = checkpoints.newest()
        found = _from_first(found)
        sharded = on.parallel in ("zero2", "zero3")
        here = (self._world.processes, on.parallel)
        if found and (found.processes, found.parallel) != here and (sharded or found.parallel in ("zero2", "zero3")):
            raise SettingsError(
                f"{found.path}: made by {found.processes} processes with {found.parallel}, and here are {here[0]} with "
                f"{here[1]}; a sharded checkpoint needs the same. Start it so, or give another output"
            )
        return found

    def _shuffle(self, lengths: list[int]) -> order.Shuffle:
        """`lengths` are the samples' tokens."""
        settings = self._settings
        if settings.speed.group_by_length:
            return grouped(lengths, settings.batch, settings.seed)
        return order.shuffled(len(lengths), settings.seed)

    def _trainer(
        self,
        base: Path,
        on: Machine,
        encoder: Encoder,
        samples: list[Sample],
        schedule: order.Schedule,
        checkpoints: Checkpoints,
        progress: Progress,
        arguments: Any,
    ) -> Any:
        from train.tuning.trainer import Parts, TuningTrainer

        straight = on.device if on.device != "cpu" and on.parallel in ("one", "ddp") else None
        model = with_adapter(load_base(base, self._settings, on.dtype, straight), self._settings)
        parts = Parts(
            settings=self._settings,
            schedule=schedule,
            samples=Samples(samples, encoder),
            collator=Collator(encoder.pad_token),
            checkpoints=checkpoints,
            progress=progress,
            parallel=on.parallel,
            stop=threading.Event(),
            write=self._glimpse(encoder, samples),
            flops=self._flops(base),
        )
        return TuningTrainer(parts, model, arguments)

    def _glimpse(self, encoder: Encoder, samples: list[Sample]) -> Callable[[Any], str] | None:
        save = self._settings.save
        if save.sample_every_steps is None:
            return None
        return glimpse(encoder, samples[0], save.sample_tokens, self._settings.seed)

    def _flops(self, base: Path) -> Callable[[flops.Sample], float]:
        """The answer's logits alone are counted: more than those are not needed, however many are computed."""
        shape = from_config(json.loads((base / "config.json").read_text(encoding="utf-8")))
        return lambda size: flops.work(shape, size, self._settings.lora).model

    def _go(self, trainer: Any, resume: Whole | None) -> Any:
        """Train to the end. What stops it early is in the events before it is raised."""
        from train.tuning.trainer import stop_on_signals

        progress: Progress = trainer.parts.progress
        progress.started(resume.step if resume else 0, os.getpid())
        try:
            with stop_on_signals(trainer.parts.stop):
                trainer.train(resume_from_checkpoint=str(resume.path) if resume else None)
        except BaseException as error:
            with contextlib.suppress(OSError):  # no event can be written on a full disk
                progress.failed(trainer.state.global_step, str(error) or type(error).__name__)
            if is_full_disk(error) and not isinstance(error, TrainingFailed):
                raise trainer.parts.checkpoints.full(" ".join(str(error).split())) from None
            raise
        done, steps = trainer.state.global_step, trainer.parts.schedule.steps
        if done < steps:
            progress.stopped(done, "asked to")
            raise TrainingStopped(
                f"stopped after step {done} of {steps}, saved in {trainer.parts.checkpoints.path(done)}; "
                "run the same command again to go on"
            )
        return progress

    def _finish(self, trainer: Any, progress: Progress, run: Run | None) -> Result:
        folder = self._out / ADAPTER
        trainer.save_adapter(folder)
        seconds = progress.finished()
        if run is not None:
            record.note_result(run, progress, seconds)
            card.write(self._out)
        return Result(self._out, folder, progress.steps, progress.loss, seconds, progress.tokens)


def _told(checked: Checked, steps: int, settings: TuneSettings) -> str:
    """What is about to be trained, in one line."""
    line = f"{len(checked.samples):,} samples, {sum(checked.tokens):,} tokens"
    line += f"; {steps:,} steps of {settings.batch.effective}"
    if checked.fewer_pixels:
        line += f"; {checked.fewer_pixels:,} samples with fewer pixels, to fit"
    if checked.cut:
        line += f"; {checked.cut:,} of them without their last turns ({checked.cut_turns:,} in all)"
    return line


def _from_first(value: Any) -> Any:
    """The first process's value, in all of them."""
    import torch

    if not (torch.distributed.is_available() and torch.distributed.is_initialized()):
        return value
    holder = [value]
    torch.distributed.broadcast_object_list(holder)
    return holder[0]
