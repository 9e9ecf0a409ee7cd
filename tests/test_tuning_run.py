"""Runs of the tiny model from settings to adapter: killed, stopped, out of room, gone wrong."""

import json
import math
import os
import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.runs import Run
from core.writers.events import Finished
from tests.local_helpers import Tiny, ask, run, system, tiny_checkpoint
from tests.tuning_helpers import (
    die_while_saving,
    events,
    finish,
    kill_at,
    losses,
    make_data,
    running,
    start,
    tune_settings,
    wait_for_step,
    weights,
)
from train.__main__ import main
from train.tuning.checkpoints import Checkpoints
from train.tuning.faults import TrainingFailed, TrainingStopped
from train.tuning.finetune import Result, train
from train.tuning.settings import TuneSettings

__all__ = ["tiny_checkpoint"]


def quiet(settings: TuneSettings) -> Result:
    """In this process, on one thread as those that are killed: sums over several differ in their last bits."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return train(settings, report=lambda _line: None, bar=False)
    finally:
        torch.set_num_threads(before)


class Whole(NamedTuple):
    """A run that nothing came between."""

    settings: TuneSettings
    result: Result

    def elsewhere(self, out: Path) -> TuneSettings:
        return self.settings.model_copy(update={"output": out})


@pytest.fixture(scope="module")
def whole(tiny_checkpoint: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Six steps, in this process."""
    folder = tmp_path_factory.mktemp("whole")
    settings = tune_settings(tiny_checkpoint.base, make_data(folder / "data", 11), folder / "out")
    return Whole(settings, quiet(settings))


def test_events_tell_the_whole_run(whole: Whole) -> None:
    out = whole.result.out
    kinds = [event["event"] for event in events(out)]
    assert kinds == ["started", "step", "step", "saved", "step", "step", "saved", "step", "step", "saved", "finished"]
    started, finished = events(out, "started")[0], events(out, "finished")[0]
    assert {key: started[key] for key in ("steps", "samples", "effective_batch", "devices", "resumed_from")} == {
        "steps": 6, "samples": 11, "effective_batch": 2, "devices": 1, "resumed_from": None
    }  # fmt: skip
    assert started["pid"] == os.getpid()
    steps = events(out, "step")
    assert [step["step"] for step in steps] == [1, 2, 3, 4, 5, 6]
    assert set(steps[0]) == {
        "time", "event", "step", "steps", "loss", "learning_rate", "grad_norm", "tokens", "tokens_per_second",
        "seconds", "seconds_left", "memory_gb", "mfu",
    }  # fmt: skip
    assert all(math.isfinite(step["loss"]) and step["grad_norm"] > 0 and step["memory_gb"] > 0 for step in steps)
    assert finished["loss"] == steps[-1]["loss"] == whole.result.loss
    assert finished["tokens"] == sum(step["tokens"] for step in steps) == whole.result.tokens
    # One warm-up step from 0, then a cosine over five: 1e-3 (1 + cos(pi k / 5)) / 2.
    wanted = [0.0, *(1e-3 * (1 + math.cos(math.pi * k / 5)) / 2 for k in range(5))]
    assert [step["learning_rate"] for step in steps] == pytest.approx(wanted)


def test_the_folder_says_what_was_asked_and_what_came_of_it(whole: Whole) -> None:
    found = Run.open(whole.result.out).settings()
    assert TuneSettings.model_validate(found["settings"]) == whole.settings
    assert found["data"]["samples"] == 11
    assert len(found["data"]["sha256"]) == 64
    assert {"torch", "transformers", "peft", "accelerate", "deepspeed", "python", "device"} <= set(found["versions"])
    assert found["counts"]["loss"] == whole.result.loss
    names = {path.name for path in (whole.result.out / "checkpoints").iterdir()}
    assert names == {"checkpoint-4", "checkpoint-6"}


def test_the_local_writer_writes_with_the_adapter(whole: Whole, tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    from core.writers.local.in_process import InProcessWriter

    systems = [system("tuned", tiny_checkpoint.base, whole.result.adapter), system("base", tiny_checkpoint.base)]
    writer = InProcessWriter(systems, tmp_path, tmp_path)
    ends = run(writer, ask(), ["tuned", "base"])
    assert all(isinstance(end, Finished) and text for text, end in ends.values())
    config = json.loads((whole.result.adapter / "adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"], config["base_model_name_or_path"]) == (4, 8, str(tiny_checkpoint.base))
    assert {file.name for file in whole.result.adapter.iterdir()} >= {"adapter_model.safetensors", "README.md"}


def assert_same_run(one: Path, whole: Whole) -> None:
    assert losses(one) == losses(whole.result.out)
    assert weights(one) == weights(whole.result.out)


def test_killed_at_three_random_steps_it_ends_the_same(whole: Whole, tmp_path: Path) -> None:
    settings = whole.elsewhere(tmp_path / "out")
    steps = sorted(random.Random(os.urandom(8)).sample(range(1, 6), 3))
    for step in steps:
        kill_at(settings, step)
    child = start(settings)
    with running(child):
        assert finish(child) == [0], f"killed after steps {steps}"
    resumed = [event["resumed_from"] for event in events(tmp_path / "out", "started")]
    assert len(resumed) == 4
    # A checkpoint is every second step; a kill may come just before or after one more step than was waited for.
    assert all(step is None or step % 2 == 0 for step in resumed)
    assert_same_run(tmp_path / "out", whole)


def test_killed_while_saving_it_goes_on_from_the_checkpoint_before(whole: Whole, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = whole.elsewhere(out)
    child = start(settings, prepare=die_while_saving)
    with running(child):
        assert finish(child) == [-signal.SIGKILL]
    half = out / "checkpoints" / "checkpoint-2"
    assert (half / "optimizer.pt").is_file(), "all of it was written but for the mark"
    assert Checkpoints(out / "checkpoints", 2).newest() is None
    quiet(settings)
    assert [event["resumed_from"] for event in events(out, "started")] == [None, None]
    assert_same_run(out, whole)


def test_a_damaged_checkpoint_does_not_count(whole: Whole, tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    shutil.copytree(whole.result.out / "checkpoints", folder)
    found = Checkpoints(folder, 2)
    assert [one.step for one in found.all_whole()] == [4, 6]
    file = folder / "checkpoint-6" / "optimizer.pt"
    file.write_bytes(file.read_bytes()[:-1])
    newest = found.newest()
    assert newest is not None
    assert (newest.step, newest.processes, newest.parallel) == (4, 1, "one")
    found.sweep()
    assert not (folder / "checkpoint-6").exists()
    assert newest.path.is_dir()


def test_asked_to_stop_it_finishes_the_step_saves_and_goes_on_later(whole: Whole, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = whole.elsewhere(out)
    child = start(settings)
    with running(child):
        wait_for_step(out, 1, child)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGTERM)
        assert finish(child) == [TrainingStopped.exit_code]
    (stopped,) = events(out, "stopped")
    assert stopped["step"] == max(losses(out)) < 6
    assert (out / "checkpoints" / f"checkpoint-{stopped['step']}" / "whole.json").is_file()
    quiet(settings)
    assert events(out, "started")[-1]["resumed_from"] == stopped["step"]
    assert_same_run(out, whole)


def test_the_stop_says_where_it_stands(whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Any, *arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("train.tuning.progress.Progress.started", interrupted)
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, lambda *_: None)  # it comes just before the run listens, and once more inside
    try:
        monkeypatch.setattr("train.tuning.progress.Progress.sample", lambda *_: None)
        monkeypatch.setattr("train.tuning.trainer.weighted_loss", _interrupting_loss)
        with pytest.raises(TrainingStopped, match=r"stopped after step 1 of 6, saved in .*/checkpoint-1; run the same"):
            quiet(whole.elsewhere(tmp_path / "out"))
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupting_loss(*arguments: Any) -> Any:
    from train.tuning.loss import weighted_loss

    os.kill(os.getpid(), signal.SIGINT) if not _interrupted else None
    _interrupted.append(1)
    return weighted_loss(*arguments)


_interrupted: list[int] = []


def test_run_again_when_finished_it_does_nothing(whole: Whole) -> None:
    before = events(whole.result.out)
    said: list[str] = []
    again = train(whole.settings, report=said.append, bar=False)
    assert said == [f"{whole.result.out}: finished already, 6 steps; nothing is left to do"]
    assert (again.steps, again.loss, again.adapter) == (6, whole.result.loss, whole.result.adapter)
    assert events(whole.result.out) == before


@pytest.mark.parametrize("change", ["optim.learning_rate=2e-3", "seed=1", "lora.rank=2"])
def test_other_settings_in_the_same_folder_are_refused(
    whole: Whole, tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "tiny.yaml"
    config.write_text(whole.settings.model_dump_json())
    assert main(["finetune", str(config), "--set", change]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert f"settings.{change.partition('=')[0]}: " in line
    assert "there, " in line
    assert "give another folder" in line


def test_other_data_in_the_same_folder_is_refused(whole: Whole, tmp_path: Path) -> None:
    from core.errors import RunFolderError

    data = tmp_path / "data"
    assert whole.settings.data.train is not None
    shutil.copytree(whole.settings.data.train.parent, data)
    with pytest.raises(RunFolderError, match="data"):
        train(whole.settings, data=make_data(data, 12), report=lambda _line: None, bar=False)


def _bad_from(step: int, value: float) -> Any:
    """A loss that turns into `value` in the first pass of `step`."""
    from train.tuning.loss import weighted_loss

    passes = iter(range(1000))

    def loss(*arguments: Any) -> Any:
        found = weighted_loss(*arguments)
        return found * value if next(passes) == 2 * (step - 1) else found

    return loss


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_before_it_is_applied(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr("train.tuning.trainer.weighted_loss", _bad_from(4, value))
    with pytest.raises(TrainingFailed, match=rf"step 4: the loss is {value}; the step was not applied, and .*-2 is"):
        quiet(whole.elsewhere(out))
    assert events(out)[-1]["event"] == "failed"
    assert max(losses(out)) == 3
    assert not (out / "adapter").exists()
    monkeypatch.undo()
    quiet(whole.elsewhere(out))
    assert_same_run(out, whole)


def test_a_gradient_that_is_no_number_stops_too(whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from train.tuning.loss import weighted_loss

    def loss(model: Any, *arguments: Any) -> Any:
        found = weighted_loss(model, *arguments)
        trained = next(one for one in model.parameters() if one.requires_grad)
        return found + (trained - trained.detach()).abs().pow(0.5).sum()  # nought, with an infinite slope

    monkeypatch.setattr("train.tuning.trainer.weighted_loss", loss)
    with pytest.raises(TrainingFailed, match="step 1: the gradient is no finite number; the step was not applied"):
        quiet(whole.elsewhere(tmp_path / "out"))
    assert losses(tmp_path / "out") == {}


class Room(NamedTuple):
    free: int


def test_a_disk_without_room_is_seen_before_a_checkpoint(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    room = iter([Room(10**9), Room(10**6)])
    monkeypatch.setattr("train.tuning.checkpoints.shutil.disk_usage", lambda _path: next(room))
    with pytest.raises(TrainingFailed, match=r"the disk is full \(1 MB free, \d+ MB wanted .*checkpoint-2 is kept"):
        quiet(whole.elsewhere(out))
    assert events(out)[-1]["event"] == "failed"
    monkeypatch.undo()
    quiet(whole.elsewhere(out))
    assert_same_run(out, whole)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1.2 MB: one checkpoint of the tiny model fits, or two, and no more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=1200k tmpfs {folder} 2>/dev/null"):
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    assert os.system(f"umount {folder}") == 0


def test_a_disk_that_fills_while_saving(whole: Whole, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = small_disk / "out"
    monkeypatch.setattr(Checkpoints, "check_room", lambda *_: None)
    with pytest.raises(TrainingFailed, match=r"the disk is full \(.*checkpoint-\d is kept\. Make room and run"):
        quiet(whole.elsewhere(out))
    kept = Checkpoints(out / "checkpoints", 2).all_whole()
    assert kept
    assert {path.name for path in (out / "checkpoints").iterdir()} == {one.path.name for one in kept}


def test_samples_written_on_the_way_change_nothing(whole: Whole, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = whole.elsewhere(out)
    save = settings.save.model_copy(update={"sample_every_steps": 3, "sample_tokens": 8})
    quiet(settings.model_copy(update={"save": save}))
    written = events(out, "sample")
    assert [event["step"] for event in written] == [3, 6]
    assert all(isinstance(event["text"], str) and event["text"] for event in written)
    assert_same_run(out, whole)


def test_workers_and_passes_change_nothing_that_matters(whole: Whole, tmp_path: Path) -> None:
    """Encoding in other processes gives the same bytes; a pass of two in place of two passes the same up to noise."""
    settings = whole.elsewhere(tmp_path / "workers")
    quiet(settings.model_copy(update={"data": settings.data.model_copy(update={"workers": 1})}))
    assert_same_run(tmp_path / "workers", whole)


def test_a_base_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tune_settings(tmp_path / "nowhere", make_data(tmp_path, 2), tmp_path / "out")
    config = tmp_path / "tiny.yaml"
    config.write_text(settings.model_dump_json())
    assert main(["finetune", str(config)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"train: model: {tmp_path}/nowhere: no such folder; give a folder, or a hub id such as owner/name"
    (tmp_path / "nowhere").mkdir()
    assert main(["finetune", str(config)]) == 1
    assert "no readable config.json" in capsys.readouterr().err


def test_no_data_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "tiny.yaml"
    config.write_text(f"name: x\nmodel: untrained\noutput: {tmp_path}/out\n")
    assert main(["finetune", str(config)]) == 2
    assert capsys.readouterr().err == "train: no training data: set data.train, or give --data FILE\n"
