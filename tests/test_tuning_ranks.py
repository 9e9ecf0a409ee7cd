"""Two processes with ZeRO-3 on a CPU: the run of one process, killed and resumed too."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.local_helpers import Tiny, tiny_checkpoint
from tests.tuning_helpers import (
    events,
    finish,
    losses,
    make_data,
    running,
    start,
    tune_settings,
    wait_for_step,
    weights,
)
from train.tuning.checkpoints import Checkpoints
from train.tuning.finetune import train
from train.tuning.settings import TuneSettings

__all__ = ["tiny_checkpoint"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tiny_checkpoint: Tiny, tmp_path_factory: pytest.TempPathFactory) -> TuneSettings:
    """Three steps of four samples, the last of three: on two processes, one pass of one then repeats a sample."""
    folder = tmp_path_factory.mktemp("ranks")
    batch = {"per_device": 1, "accumulation": 2, "devices": 2}
    data = make_data(folder / "data", 11)
    return tune_settings(tiny_checkpoint.base, data, folder / "one", batch=batch, save={"every_steps": 1})


def environs(processes: int) -> list[dict[str, str]]:
    """What torchrun sets for each process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    common = {"WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1"}
    return [
        {**common, "MASTER_PORT": str(port), "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(processes)
    ]


def in_two(settings: TuneSettings, kill_after: int | None = None) -> Sequence[int | None]:
    """Exit codes of two processes, both killed right after a step where one is named."""
    children = [start(settings, environ) for environ in environs(2)]
    with running(*children):
        if kill_after is not None:
            wait_for_step(settings.output, kill_after, *children)
            for child in children:
                assert child.pid is not None
                os.kill(child.pid, signal.SIGKILL)
        return finish(*children)


def assert_as_one_process(out: Path, settings: TuneSettings) -> None:
    """The same losses and weights as of one process, but for rounding."""
    import torch
    from safetensors.torch import load_file

    one = settings.output
    if not (one / "adapter").exists():
        train(settings, report=lambda _line: None, bar=False)
    assert losses(out) == pytest.approx(losses(one), rel=1e-5)
    told = [[event["tokens"] for event in events(folder, "step")] for folder in (out, one)]
    assert told[0] == told[1]
    ours, theirs = (load_file(folder / "adapter" / "adapter_model.safetensors") for folder in (out, one))
    assert ours.keys() == theirs.keys()
    for name, weight in ours.items():
        torch.testing.assert_close(weight, theirs[name], rtol=1e-3, atol=2e-5)


def test_two_processes_train_as_one_and_end_the_same_when_killed(settings: TuneSettings, tmp_path: Path) -> None:
    whole = settings.model_copy(update={"output": tmp_path / "whole"})
    assert in_two(whole) == [0, 0]
    assert events(whole.output, "started")[0]["devices"] == 2
    assert_as_one_process(whole.output, settings)
    newest = Checkpoints(whole.output / "checkpoints", 2).newest()
    assert newest is not None
    assert (newest.step, newest.processes, newest.parallel) == (3, 2, "zero3")

    killed = settings.model_copy(update={"output": tmp_path / "killed"})
    assert in_two(killed, kill_after=1) == [-signal.SIGKILL, -signal.SIGKILL]
    assert in_two(killed) == [0, 0]
    assert losses(killed.output) == losses(whole.output)
    assert weights(killed.output) == weights(whole.output)


def test_torchrun_starts_the_command(settings: TuneSettings, tmp_path: Path) -> None:
    """As a user would, with plain data parallelism; and a fault ends it with one clear line."""
    config = tmp_path / "tiny.yaml"
    config.write_text(settings.model_dump_json())
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "train", "finetune"]
    options = [str(config), "--out", str(tmp_path / "out"), "--set", "speed.parallel=ddp"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr.splitlines()[-1] == f"{tmp_path / 'out' / 'adapter'}: the adapter, after 3 steps"
    assert_as_one_process(tmp_path / "out", settings)
