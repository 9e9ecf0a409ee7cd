"""Seeing a run: a bar on standard error, and events.jsonl for whoever looks later or from elsewhere.

Events, each with `time`:

    started   {steps, samples, effective_batch, devices, pid, resumed_from}     resumed_from is a step or null
    step      {step, steps, loss, learning_rate, grad_norm, tokens, tokens_per_second, seconds, seconds_left,
               memory_gb, mfu}        tokens and seconds of this step; memory_gb is the peak so far; mfu may be null
    saved     {step, path}            sample    {step, text}
    stopped   {step, why}             failed    {step, why}
    finished  {steps, seconds, loss, tokens}           loss is the last step's; seconds and tokens are of this process
"""

import math
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.runs import Run
from train.tuning import flops

Report = Callable[[str], None]
"""Told what a person at a terminal should read, one line at a time."""


@dataclass(frozen=True, slots=True)
class Step:
    """One optimiser step."""

    step: int
    """From 1."""
    loss: float
    """Nats a token, the mean over the step's samples of each one's mean."""
    learning_rate: float
    grad_norm: float | None
    """Before clipping."""
    tokens: int
    """Of all processes, without padding."""
    flops: float
    """The model's own, of all processes; recomputation is not counted."""


@dataclass
class Progress:
    """What the first process shows and writes down; the others have one that does neither."""

    run: Run | None
    steps: int
    samples: int
    effective_batch: int
    devices: int
    peak: float | None = None
    """Operations a second of one device; None where it is not known."""
    bar: bool = True
    clock: Callable[[], float] = time.monotonic
    tokens: int = 0
    loss: float | None = None
    _began: float = 0.0
    _last: float = 0.0
    _first: int = 0
    _shown: Any = field(default=None, repr=False)

    def started(self, step: int, pid: int) -> None:
        """`step` is the one resumed from, 0 for a fresh run."""
        self._first, self._began = step, self.clock()
        self._last = self._began
        self._log(
            "started",
            steps=self.steps,
            samples=self.samples,
            effective_batch=self.effective_batch,
            devices=self.devices,
            pid=pid,
            resumed_from=step or None,
        )
        if self.run is not None and self.bar:
            from tqdm import tqdm

            self._shown = tqdm(total=self.steps, initial=step, desc="fine-tuning", unit="step", dynamic_ncols=True)

    def step(self, done: Step) -> None:
        """Seconds left are reckoned from the steps of this process, the first one aside where there are more."""
        now = self.clock()
        seconds, self._last = now - self._last, now
        self.tokens += done.tokens
        self.loss = done.loss
        left = (now - self._began) / (done.step - self._first) * (self.steps - done.step)
        rate = done.tokens / seconds if seconds > 0 else 0.0
        share = flops.mfu(done.flops, seconds, self.devices, self.peak)
        self._log(
            "step",
            step=done.step,
            steps=self.steps,
            loss=done.loss,
            learning_rate=done.learning_rate,
            grad_norm=done.grad_norm,
            tokens=done.tokens,
            tokens_per_second=rate,
            seconds=seconds,
            seconds_left=left,
            memory_gb=peak_memory_gb(),
            mfu=share if math.isfinite(share) else None,
        )
        if self._shown is not None:
            self._shown.set_postfix_str(f"loss {done.loss:.4f}, {rate:,.0f} tokens/s", refresh=False)
            self._shown.update(1)

    def saved(self, step: int, path: Path) -> None:
        self._log("saved", step=step, path=str(path))

    def sample(self, step: int, text: str) -> None:
        self._log("sample", step=step, text=text)

    def stopped(self, step: int, why: str) -> None:
        self._close()
        self._log("stopped", step=step, why=why)

    def failed(self, step: int, why: str) -> None:
        self._close()
        self._log("failed", step=step, why=why)

    def finished(self) -> float:
        """Seconds since it started."""
        self._close()
        seconds = self.clock() - self._began
        self._log("finished", steps=self.steps, seconds=seconds, loss=self.loss, tokens=self.tokens)
        return seconds

    def _log(self, event: str, **values: Any) -> None:
        if self.run is not None:
            self.run.log(event, **values)

    def _close(self) -> None:
        if self._shown is not None:
            self._shown.close()
            self._shown = None


def peak_memory_gb() -> float:
    """Most memory this process has held so far, in 10^9 bytes: on its GPU, or of the machine where it has none."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
