"""Fused updates on two processes: the losses and weights of peft's on one, plainly parallel and with ZeRO-2."""

from pathlib import Path

import pytest

from tests.local_helpers import Tiny, tiny_checkpoint
from tests.test_tuning_ranks import assert_as_one_process, in_two
from tests.tuning_helpers import make_data, tune_settings

__all__ = ["tiny_checkpoint"]


@pytest.mark.slow
@pytest.mark.parametrize("parallel", ["ddp", "zero2"])
def test_two_processes_with_fused_updates_train_as_one_with_pefts(
    tiny_checkpoint: Tiny, tmp_path: Path, parallel: str
) -> None:
    batch = {"per_device": 1, "accumulation": 2, "devices": 2}
    data = make_data(tmp_path / "data", 8)
    plain = tune_settings(tiny_checkpoint.base, data, tmp_path / "one", batch=batch, lora={"dropout": 0.0})
    fast = {"parallel": parallel, "lora": "fused", "checkpointing": "partial", "checkpointed_layers": 2}
    ours = plain.model_copy(
        update={
            "output": tmp_path / "two",
            "speed": plain.speed.model_validate({**fast, "logits": "answer", "group_by_length": False}),
        }
    )
    assert in_two(ours) == [0, 0]
    assert_as_one_process(ours.output, plain)
