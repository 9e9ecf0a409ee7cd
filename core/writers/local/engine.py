"""One base model, its adapters, and the batches it writes. Runs in a worker, or in process where a place demands that.

One thread owns an engine. It loads on first use, each adapter too, so a broken adapter fails its own system alone.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.errors import SporcVistError, WriterError
from core.records import Finish, Sampling
from core.settings import LocalSystem
from core.writers.events import Delta, Failed, Finished, Loading, WriteRequest, WriterEvent
from core.writers.local import batch, identity, places
from core.writers.local.adapters import BASE, RowAdapters
from core.writers.local.checkpoint import Base, dtype_name, load_base
from core.writers.local.faults import CheckpointError, is_memory
from core.writers.local.inputs import prepare

log = logging.getLogger(__name__)
MEMORY_LINE = "The machine ran out of memory while writing; use fewer or smaller photos, or ask for a shorter text."


_EVERY = 0.2
"""Seconds between two words about the same step of loading."""


@dataclass(frozen=True, slots=True)
class Job:
    """One request: a story for some systems, whom to tell, and the switch that stops it."""

    request: WriteRequest
    system_ids: tuple[str, ...]
    tell: Callable[[WriterEvent], None]
    stop: threading.Event = field(default_factory=threading.Event)


class Engine:
    """Systems that share a base; `systems` differ at most in adapter, pixel limit and length."""

    def __init__(self, systems: Sequence[LocalSystem], folder: Path, data: Path) -> None:
        self._systems = {system.id: system for system in systems}
        self._folder, self._data = folder, data
        self._base: Base | None = None
        self._adapters: RowAdapters | None = None
        self._ready: dict[str, tuple[str, str]] = {}
        self.broken = False
        """True once the GPU has failed in a way that only a new process mends."""

    def fingerprint(self, system_id: str) -> str:
        """Without loading weights. Raises CheckpointError."""
        base, adapter = self._find(self._systems[system_id], _silent)
        return self._fingerprint(self._systems[system_id], base, adapter)

    def load(self) -> None:
        """Make every system ready now instead of on first use. Raises CheckpointError."""
        for system_id, system in self._systems.items():
            if system_id not in self._ready:
                self._ready[system_id] = self._load_system(system, _silent)

    def write(self, jobs: Sequence[Job]) -> None:
        """Write the stories as one batch. Every system of every job is told its end; nothing is raised.

        Should the batch not fit in memory, its halves are tried one after the other.
        """
        ready = [(job, self._load(job)) for job in jobs]
        rows = [(job, self._rows(job, names)) for job, names in ready]
        error = self._write([row for _, own in rows for row in own.values()])
        if error is None:
            return
        if len(jobs) > 1 and is_memory(error) and not any(row.count for _, own in rows for row in own.values()):
            _free()
            self.write(jobs[: len(jobs) // 2])
            self.write(jobs[len(jobs) // 2 :])
            return
        for job, own in rows:
            for system_id in (name for name, row in own.items() if row.finish is None):
                job.tell(_failure(system_id, error))

    def _load(self, job: Job) -> list[str]:
        """The systems of a job that are ready; the others are told why not. All hear of all loading, so that none is
        known by what it waits for."""

        said: dict[str, float] = {}

        def say(message: str, fraction: float | None) -> None:
            if time.monotonic() - said.get(message, 0.0) < _EVERY:
                return
            said[message] = time.monotonic()
            for system_id in job.system_ids:
                job.tell(Loading(system_id, message, fraction))

        ready: list[str] = []
        for system_id in job.system_ids:
            try:
                if system_id not in self._ready:
                    self._ready[system_id] = self._load_system(self._systems[system_id], say)
                ready.append(system_id)
            except SporcVistError as error:
                log.error("loading failed: %s", getattr(error, "detail", error))
                job.tell(_failure(system_id, error))
            except Exception as error:
                log.exception("loading failed")
                self._forget()
                for other in job.system_ids[job.system_ids.index(system_id) :] + tuple(ready):
                    job.tell(_failure(other, error))
                return []
        return ready

    def _forget(self) -> None:
        """Load anew next time: a failure half-way may have left an adapter that would speak for every row."""
        self._base = self._adapters = None
        self._ready.clear()

    def _load_system(self, system: LocalSystem, say: places.Say) -> tuple[str, str]:
        """Its adapter's name and its fingerprint."""
        base, adapter = self._find(system, say)
        fingerprint = self._fingerprint(system, base, adapter)
        if self._base is None or self._adapters is None:
            self._base = load_base(base, system, say)
            self._adapters = RowAdapters(self._base.model)
        if adapter is None:
            return BASE, fingerprint
        say("Adding what was fine-tuned", None)
        name = identity.adapter_name(adapter)
        self._adapters.add(name, adapter)
        return name, fingerprint

    def _find(self, system: LocalSystem, say: places.Say) -> tuple[Path, Path | None]:
        base = places.find_base(system.model, system.revision, self._folder, self._data, say)
        if system.adapter is None:
            return base, None
        return base, places.find_adapter(system.adapter, system.model, self._folder, self._data, say)

    def _fingerprint(self, system: LocalSystem, base: Path, adapter: Path | None) -> str:
        return identity.fingerprint(base, adapter, dtype_name(system), system.quantization)

    def _rows(self, job: Job, ready: list[str]) -> dict[str, batch.Row]:
        """A row a system. Systems with the same limits read the same tensors."""
        began = time.monotonic()
        made: dict[tuple[int, int, Sampling], dict[str, Any]] = {}
        rows: dict[str, batch.Row] = {}
        for system_id in ready:
            system = self._systems[system_id]
            request = _capped(job.request, system)
            try:
                limits = (system.max_pixels, min(system.max_length, self._loaded.context), request.sampling)
                if limits not in made and not job.stop.is_set():
                    made[limits] = prepare(self._loaded.processor, request, *limits[:2])
                rows[system_id] = self._row(job, system_id, request.sampling, made.get(limits, {}), began)
            except Exception as error:
                if not isinstance(error, SporcVistError):
                    log.exception("the request could not be prepared")
                job.tell(_failure(system_id, error))
        return rows

    def _row(self, job: Job, system_id: str, sampling: Sampling, inputs: dict[str, Any], began: float) -> batch.Row:
        adapter, fingerprint = self._ready[system_id]

        def ended(finish: Finish, count: int) -> None:
            job.tell(Finished(system_id, finish, time.monotonic() - began, count, fingerprint))

        def told(text: str) -> None:
            job.tell(Delta(system_id, text))

        return batch.Row(inputs, adapter, sampling, stop=job.stop, on_text=told, on_end=ended)

    def _write(self, rows: Sequence[batch.Row]) -> Exception | None:
        """What went wrong, if anything did, without the frames that would keep the batch in memory."""
        if not rows or self._adapters is None:
            return None
        tokenizer: Any = self._loaded.processor.tokenizer
        try:
            batch.write(self._loaded.model, tokenizer, self._loaded.closing, rows, self._adapters)
        except Exception as error:
            log.exception("writing failed")
            self.broken = type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error)
            return error.with_traceback(None)
        return None

    @property
    def _loaded(self) -> Base:
        if self._base is None:
            raise WriterError("no model is loaded")
        return self._base


def _capped(request: WriteRequest, system: LocalSystem) -> WriteRequest:
    """With the system's own bound on new tokens, where that is lower."""
    if system.max_new_tokens is None or system.max_new_tokens >= request.sampling.max_new_tokens:
        return request
    return replace(request, sampling=replace(request.sampling, max_new_tokens=system.max_new_tokens))


def _failure(system_id: str, error: Exception) -> Failed:
    if is_memory(error):
        _free()
        return Failed(system_id, MEMORY_LINE, "memory")
    if isinstance(error, CheckpointError):
        return Failed(system_id, str(error), error.reason)
    if isinstance(error, SporcVistError):
        line = str(error)
        return Failed(system_id, line[:1].upper() + line[1:], "error")
    return Failed(system_id, f"The model failed while writing ({type(error).__name__}); try again.", "error")


def _free() -> None:
    """Give memory back that a failed batch held."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _silent(_message: str, _fraction: float | None) -> None:
    return None
