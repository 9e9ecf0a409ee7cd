"""Configurations: every shipped one loads, and a wrong setting is named."""

from pathlib import Path

import pytest
import yaml

from core.errors import SettingsError
from train.tuning.settings import CONFIGS, load

TABLE_3 = CONFIGS / "qwen3-vl-32b.yaml"


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_configuration_loads_by_its_name(file: Path) -> None:
    assert load(Path(file.stem)) == load(file)
    assert load(file).name == file.stem


def test_table_3_to_the_letter() -> None:
    found = load(TABLE_3)
    lora, optim, batch = found.lora, found.optim, found.batch
    assert (lora.rank, lora.alpha, lora.dropout, lora.targets) == (16, 32, 0.05, ("attention", "mlp"))
    assert (optim.learning_rate, optim.schedule, optim.warmup_ratio) == (4e-6, "cosine", 0.1)
    assert (optim.weight_decay, optim.max_grad_norm, optim.epochs, optim.neftune_alpha) == (0.1, 0.3, 1, 5.0)
    assert (batch.per_device, batch.accumulation, batch.devices, batch.effective) == (1, 4, 8, 32)
    assert (found.data.max_length, found.data.samples, found.dtype) == (8192, 4004, "bfloat16")
    assert (found.speed.parallel, found.speed.checkpointing) == ("zero3", "full")


def test_changes_go_before_the_file_and_are_read_as_yaml() -> None:
    found = load(TABLE_3, ["optim.learning_rate=1e-5", "lora.targets=[mlp]", "seed=7", "save.sample_every_steps=10"])
    assert (found.optim.learning_rate, found.lora.targets, found.seed) == (1e-5, ("mlp",), 7)
    assert found.save.sample_every_steps == 10
    assert found.optim.weight_decay == 0.1
    assert load(TABLE_3, ["optim.max_steps=null"]).optim.max_steps is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("optim.learnig_rate=1", "optim.learnig_rate: unknown setting; check the spelling"),
        ("optimiser.rate=1", "optimiser: unknown setting"),
        ("lora.rank=0", "lora.rank: Input should be greater than or equal to 1"),
        ("lora.targets=[vision]", "lora.targets.0: Input should be 'attention' or 'mlp'"),
        ("lora.rank", "key.sub=value was wanted"),
        ("=3", "key.sub=value was wanted"),
        ("name.deeper=3", "name is no group of settings"),
        ("speed.checkpointing=partial", "checkpointed_layers goes with checkpointing: partial"),
    ],
)
def test_a_wrong_change_is_named(change: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(TABLE_3, [change])
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_misspelt_key_in_a_file_is_named(tmp_path: Path) -> None:
    data = yaml.safe_load(TABLE_3.read_text())
    data["optim"]["weight_decey"] = 0.1
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(SettingsError, match=r"mine\.yaml: optim\.weight_decey: unknown setting; check the spelling"):
        load(file)
    with pytest.raises(SettingsError, match=r"no such file; give one, or a name among: .*qwen3-vl-32b"):
        load(Path("qwen3-vl-32bb"))
