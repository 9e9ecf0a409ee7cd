"""Training data and settings for the tiny checkpoint, and runs in processes of their own that can be killed."""

import contextlib
import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Generator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from train.tuning.settings import TuneSettings

PROMPT = "Tell the story of this day."
ANSWER = "Speaker 1: maybe the storm was loud.\nSpeaker 2: and the pizza was cold, really.\nSpeaker 1: it was."
_PATIENCE = 240.0
_FORKS = multiprocessing.get_context("forkserver")


def picture(path: Path, size: tuple[int, int] = (96, 64), colour: str = "red") -> Path:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def make_data(folder: Path, count: int = 12, seed: int = 0) -> Path:
    """Samples of one to three pictures and answers of unlike lengths."""
    from core.writers.local import grammar

    chance = random.Random(seed)
    colours, sizes = ["red", "blue", "green", "white"], [(96, 64), (64, 64), (64, 128)]
    lines: list[str] = []
    for number in range(count):
        names = [f"images/{number}-{place}.png" for place in range(chance.randint(1, 3))]
        for name in names:
            picture(folder / name, chance.choice(sizes), chance.choice(colours))
        turns = [
            f"Speaker {1 + turn % 2}: {' '.join(chance.choices(list(grammar.WORDS), k=chance.randint(2, 9)))}."
            for turn in range(chance.randint(2, 5))
        ]
        sample = {"id": f"s{number}", "images": names, "prompt": PROMPT, "answer": "\n".join(turns), "group": "g"}
        lines.append(json.dumps(sample))
    file = folder / "train.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def tune_settings(base: Path, data: Path, out: Path, **sections: Any) -> TuneSettings:
    """Six steps of two samples over `make_data`, a checkpoint every second step."""
    values: dict[str, Any] = {
        "name": "tiny",
        "model": str(base),
        "output": str(out),
        "lora": {"rank": 4, "alpha": 8},
        "optim": {"learning_rate": 1e-3, "neftune_alpha": 1.0},
        "batch": {"per_device": 1, "accumulation": 2, "devices": 1},
        "data": {"train": str(data), "max_length": 1024, "max_pixels": 16384, "workers": 0},
        "save": {"every_steps": 2},
    }
    return TuneSettings.model_validate({**values, **{k: {**values.get(k, {}), **v} for k, v in sections.items()}})


def events(out: Path, kind: str | None = None) -> list[dict[str, Any]]:
    file = out / "events.jsonl"
    lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
    found = [json.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"}")]
    return [event for event in found if kind in (None, event["event"])]


def losses(out: Path) -> dict[int, float]:
    """Of every step; of one done twice, the later."""
    return {event["step"]: event["loss"] for event in events(out, "step")}


def weights(out: Path) -> bytes:
    return (out / "adapter" / "adapter_model.safetensors").read_bytes()


def run_quietly(settings: TuneSettings, environ: dict[str, str], prepare: Callable[[], None] | None = None) -> None:
    """The body of a child: one call of `train`. Exits as the command would."""
    import torch

    from core.errors import SporcVistError
    from train.tuning.finetune import train

    os.environ.update(environ)
    torch.set_num_threads(1)
    if prepare is not None:
        prepare()
    try:
        train(settings, report=lambda _line: None, bar=False)
    except SporcVistError as error:
        raise SystemExit(error.exit_code) from None


def start(
    settings: TuneSettings, environ: dict[str, str] | None = None, prepare: Callable[[], None] | None = None
) -> BaseProcess:
    """A run in a process of its own, forked from one that has the libraries loaded."""
    _FORKS.set_forkserver_preload(["train.tuning.trainer", "train.tuning.finetune", "peft", "tests.tuning_helpers"])
    child = _FORKS.Process(target=run_quietly, args=(settings, environ or {}, prepare))
    child.start()
    return child


@contextlib.contextmanager
def running(*children: BaseProcess) -> Generator[None]:
    """Nothing is left behind, whatever happens inside."""
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.join()


def wait_for_step(out: Path, step: int, *children: BaseProcess) -> None:
    """Returns once the run's events say that `step` is done."""
    end = time.monotonic() + _PATIENCE
    while max(losses(out), default=0) < step:
        assert time.monotonic() < end, f"no step {step} within {_PATIENCE:.0f} s"
        assert all(child.is_alive() for child in children), f"a process ended before step {step}"
        time.sleep(0.002)


def finish(*children: BaseProcess) -> list[int | None]:
    """Waits for the processes; their exit codes."""
    for child in children:
        child.join(_PATIENCE)
    return [child.exitcode for child in children]


def kill_at(settings: TuneSettings, step: int) -> None:
    """Start the run and SIGKILL it as soon as it has done `step`; at what instant of the next one is left to chance."""
    child = start(settings)
    with running(child):
        wait_for_step(settings.output, step, child)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()


def die_while_saving() -> None:
    """In a child: the first checkpoint is written but for its mark, and then the process is gone."""
    from train.tuning.checkpoints import Checkpoints

    def seal(self: Checkpoints, step: int, processes: int, parallel: str) -> Path:
        os.kill(os.getpid(), signal.SIGKILL)
        return self.path(step)

    Checkpoints.seal = seal
