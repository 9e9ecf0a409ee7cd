"""transformers' Trainer with this project's loss, order, checkpoints and ways to stop."""

# ruff: noqa: ARG002 (the signatures are the Trainer's)

import math
import shutil
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch  # noqa: TID253 (this module is nothing but a Trainer; `finetune` imports it inside)
from torch.utils.data import DataLoader  # noqa: TID253
from transformers import Trainer, TrainerCallback  # noqa: TID253

from train.tuning.checkpoints import Checkpoints
from train.tuning.collate import Collator, Samples
from train.tuning.faults import TrainingFailed, is_full_disk
from train.tuning.flops import Sample
from train.tuning.loss import weighted_loss
from train.tuning.order import Schedule
from train.tuning.progress import Progress, Step
from train.tuning.settings import TuneSettings


@dataclass(frozen=True, slots=True)
class Parts:
    """What the trainer is put together from."""

    settings: TuneSettings
    schedule: Schedule
    samples: Samples
    collator: Collator
    checkpoints: Checkpoints
    progress: Progress
    parallel: str
    stop: threading.Event
    """Set by a signal; all processes then end after the step at hand."""
    write: Callable[[Any], str] | None = None
    """Model -> what it writes about the first sample; None where nobody asked to see it."""
    flops: Callable[[Sample], float] = lambda _size: 0.0
    """The model's own operations on one sample, forward and backward."""


BESIDE = ("labels", "weights", "noise", "costs")
"""What a batch holds beside the model's own inputs."""


class Agreed(NamedTuple):
    """What all processes know of a step."""

    loss: float
    tokens: int
    """Without padding and repetitions."""
    flops: float


class TuningTrainer(Trainer):
    """One optimiser step after another, each the same whatever came between it and the one before."""

    def __init__(self, parts: Parts, model: Any, arguments: Any) -> None:
        super().__init__(
            model=model, args=arguments, data_collator=parts.collator, train_dataset=cast(Any, parts.samples)
        )
        self.parts = parts
        self.stopping = False
        """Whether a process was asked to stop; the same on all of them."""
        self._loss: Any = 0.0
        self._tokens, self._flops = 0, 0.0
        self._agreed = Agreed(0.0, 0, 0.0)
        self.add_callback(_Watch(self))

    def get_train_dataloader(self) -> DataLoader:
        """The schedule's batches. Already this process's own, so accelerate must not share them out again."""
        workers = self.parts.settings.data.workers
        return DataLoader(
            cast(Any, self.parts.samples),
            batch_sampler=cast(Any, self.parts.schedule),
            collate_fn=self.parts.collator,
            num_workers=workers,
            pin_memory=torch.cuda.is_available(),
            prefetch_factor=2 if workers else None,
        )

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> Any:
        """Forward and backward of one pass. Dropout and NEFTune draw from a seed of this pass alone."""
        model.train()
        torch.manual_seed(inputs["noise"])
        loss = self.compute_loss(model, inputs)
        self._loss = self._loss + loss.detach()  # stays on its device: asking for the number would wait for it
        real = [size for size, weight in zip(inputs["costs"], inputs["weights"], strict=True) if weight]
        self._tokens += sum(size.tokens for size in real)
        self._flops += sum(map(self.parts.flops, real))
        if self.accelerator.sync_gradients:
            self._agree()
        # The processes' gradients are averaged, and the weights already sum to one over all of them.
        scaled = loss * self.accelerator.num_processes
        keywords = {"scale_wrt_gas": False} if self.is_deepspeed_enabled else {}
        self.accelerator.backward(scaled, **keywords)
        return loss.detach()

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """This process's part of the step's loss; the parts of all passes and processes sum to it."""
        given = {name: value for name, value in inputs.items() if name not in BESIDE}
        given = self._prepare_inputs(given)
        labels = inputs["labels"].to(self.args.device)
        return weighted_loss(model, given, labels, inputs["weights"], self.parts.settings.speed.logits)

    def _agree(self) -> None:
        """Before the last backward of a step: sum up over all processes, and agree whether to stop."""
        mine = [float(self._loss), float(self._tokens), self._flops, float(self.parts.stop.is_set())]
        self._loss, self._tokens, self._flops = 0.0, 0, 0.0
        if self.accelerator.num_processes > 1:
            sums = torch.tensor(mine, dtype=torch.float64, device=self.args.device)
            torch.distributed.all_reduce(sums)
            mine = sums.tolist()
        loss, tokens, flops, asked = mine
        self._agreed, self.stopping = Agreed(loss, int(tokens), flops), asked > 0
        if not math.isfinite(loss):
            raise self.failure(f"the loss is {loss}")

    def failure(self, what: str, *, applied: bool = False) -> TrainingFailed:
        """The error for a step that must not count. DeepSpeed shows a gradient only once it is `applied`."""
        step = self.state.global_step + (not applied)
        last = self.parts.checkpoints.newest()
        kept = f"{last.path} is the last good checkpoint" if last else "there is no earlier checkpoint"
        return TrainingFailed(
            f"step {step}: {what}; the step {'is not saved' if applied else 'was not applied'}, and {kept}. "
            "Lower optim.learning_rate, or look for a damaged sample"
        )

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """After every step; the loss is this class's own sum, in full precision."""
        if "grad_norm" not in logs:
            return
        if self.is_deepspeed_enabled and not math.isfinite(logs["grad_norm"] or 0.0):
            raise self.failure("the gradient is no finite number", applied=True)
        self.parts.progress.step(
            Step(
                step=self.state.global_step,
                loss=self._agreed.loss,
                learning_rate=float(logs["learning_rate"]),
                grad_norm=None if logs["grad_norm"] is None else float(logs["grad_norm"]),
                tokens=self._agreed.tokens,
                flops=self._agreed.flops,
            )
        )

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """As the Trainer does, but the folder only counts once it is on the disk with all its files."""
        checkpoints, step = self.parts.checkpoints, self.state.global_step
        checkpoints.check_room(self.checkpoint_bytes())
        try:
            super()._save_checkpoint(model, trial)
            self.accelerator.wait_for_everyone()
            if self.is_world_process_zero():
                path = checkpoints.seal(step, self.accelerator.num_processes, self.parts.parallel)
                self.parts.progress.saved(step, path)
        except Exception as error:
            if not is_full_disk(error):
                raise
            checkpoints.discard(step)
            raise checkpoints.full(" ".join(str(error).split())) from None

    def save_adapter(self, folder: Path) -> None:
        """The adapter alone, in peft's format, whole or not at all. All processes have to call it."""
        draft = folder.with_name(f".{folder.name}.part")
        try:
            self.save_model(str(draft))
        except Exception as error:
            if not is_full_disk(error):
                raise
            shutil.rmtree(draft, ignore_errors=True)
            raise self.parts.checkpoints.full(" ".join(str(error).split())) from None
        if self.is_world_process_zero():
            (draft / "training_args.bin").unlink(missing_ok=True)  # a pickle of paths, of no use to a reader
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)

    def checkpoint_bytes(self) -> int:
        """About what a checkpoint takes: the adapter, and Adam's master weights and two moments in float32."""
        trained = sum(
            getattr(one, "ds_numel", one.numel()) for one in cast(Any, self.model).parameters() if one.requires_grad
        )
        return trained * 4 * 4 + 8 * 2**20


class _Watch(TrainerCallback):
    """Refuses a step whose gradient is no number, lets the model write, and ends a run that is asked to stop."""

    def __init__(self, trainer: TuningTrainer) -> None:
        self._trainer = trainer

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._trainer.is_deepspeed_enabled:  # its step lies inside backward
            return
        gradients = [one.grad for one in cast(Any, self._trainer.model).parameters() if one.grad is not None]
        if not bool(torch.isfinite(torch.nn.utils.get_total_norm(gradients))):
            raise self._trainer.failure("the gradient is no finite number")

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        parts = self._trainer.parts
        every = parts.settings.save.sample_every_steps
        if parts.write is not None and every and state.global_step % every == 0:
            parts.progress.sample(state.global_step, parts.write(self._trainer.model))
        if self._trainer.stopping:
            control.should_save = control.should_training_stop = True


@contextmanager
def stop_on_signals(stop: threading.Event) -> Generator[None]:
    """SIGTERM and the first Ctrl-C set `stop`; a second Ctrl-C interrupts at once. Nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, _frame: Any) -> None:
        if number == signal.SIGINT and stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
