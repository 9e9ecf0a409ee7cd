"""`train merge`: the merged checkpoint writes what base and adapter write together."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, SporcVistError
from tests.local_helpers import Tiny, tiny_checkpoint
from train.__main__ import main
from train.tuning import merge as merging
from train.tuning.merge import Merged, merge

pytestmark = pytest.mark.slow
__all__ = ["tiny_checkpoint"]  # a fixture

QUESTION = "Tell the story of this day."


@pytest.fixture(scope="module")
def merged(tiny_checkpoint: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Merged:
    return merge(
        tiny_checkpoint.adapter, tiny_checkpoint.base, tmp_path_factory.mktemp("out") / "merged", dtype="float32"
    )


def load(folder: Path) -> Any:
    from transformers import AutoModelForImageTextToText

    auto: Any = AutoModelForImageTextToText
    model, report = auto.from_pretrained(folder, dtype="float32", output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    return model.eval()


def with_adapter(tiny: Tiny) -> Any:
    from peft import PeftModel

    from core.writers.local.adapters import quiet_peft

    with quiet_peft():
        return PeftModel.from_pretrained(load(tiny.base), str(tiny.adapter)).eval()


def asked(folder: Path) -> Any:
    """The inputs, made by the processor in `folder`."""
    from PIL import Image
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(folder)
    content = [{"type": "image"}, {"type": "text", "text": QUESTION}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
    )
    photo = Image.linear_gradient("L").resize((160, 128)).convert("RGB")
    return processor(text=[text], images=[photo], return_tensors="pt")


@pytest.fixture(scope="module")
def answers(tiny_checkpoint: Tiny, merged: Merged) -> Iterator[tuple[Any, Any, Any]]:
    """(logits, greedy tokens) of base and adapter, of the merged checkpoint, and of the base alone."""
    import torch

    inputs = asked(merged.folder)

    def answer(model: Any) -> Any:
        with torch.no_grad():
            written = model.generate(**inputs, max_new_tokens=24, do_sample=False)
            return model(**inputs).logits, written[0].tolist()

    yield answer(with_adapter(tiny_checkpoint)), answer(load(merged.folder)), answer(load(tiny_checkpoint.base))


def test_logits_are_equal_to_rounding(answers: tuple[Any, Any, Any]) -> None:
    (together, _), (one, _), (base, _) = answers
    spread = together.std().item()
    assert (together - one).abs().max().item() < 1e-4 * spread
    assert (together - base).abs().max().item() > 0.1 * spread, "the adapter changes something"


def test_greedy_texts_are_equal(answers: tuple[Any, Any, Any]) -> None:
    (_, together), (_, one), (_, base) = answers
    assert together == one != base


def test_the_default_is_bfloat16_and_each_weight_is_rounded_once(
    tiny_checkpoint: Tiny, merged: Merged, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    half = merge(tiny_checkpoint.adapter, tiny_checkpoint.base, tmp_path / "half")
    exact, rounded = load_file(merged.folder / "model.safetensors"), load_file(half.folder / "model.safetensors")
    assert exact.keys() == rounded.keys()
    assert all(torch.equal(exact[name].bfloat16(), rounded[name]) for name in exact)
    assert json.loads((half.folder / "config.json").read_text())["dtype"] == "bfloat16"
    assert load(half.folder).num_parameters() > 1e6


def test_every_matrix_of_the_adapter_went_in(tiny_checkpoint: Tiny, merged: Merged) -> None:
    from safetensors.torch import load_file

    pairs = len(load_file(tiny_checkpoint.adapter / "adapter_model.safetensors")) // 2
    assert merged.matrices == pairs > 0
    files = {path.name for path in merged.folder.iterdir()}
    assert {"model.safetensors", "config.json", "generation_config.json", "tokenizer.json"} <= files
    assert any(name.startswith("chat_template") for name in files)
    assert not [path for path in merged.folder.parent.iterdir() if path != merged.folder], "no draft is left"


def test_shards_stay_shards(tiny_checkpoint: Tiny, merged: Merged, tmp_path: Path) -> None:
    """A base in several files is merged file by file, and the index tells the new size."""
    from safetensors.torch import load_file

    base = tmp_path / "base"
    shutil.copytree(tiny_checkpoint.base, base)
    (base / "model.safetensors").unlink()
    load(tiny_checkpoint.base).save_pretrained(base, max_shard_size="2MB")
    done = merge(tiny_checkpoint.adapter, base, tmp_path / "merged", dtype="float32")
    index = json.loads((done.folder / "model.safetensors.index.json").read_text())
    whole = {name: weight for file in done.folder.glob("*.safetensors") for name, weight in load_file(file).items()}
    assert done.files == len(set(index["weight_map"].values())) > 1
    assert index["metadata"]["total_size"] == done.bytes == sum(one.nbytes for one in whole.values())
    expected = load_file(merged.folder / "model.safetensors")
    assert all(bool((whole[name] == weight).all()) for name, weight in expected.items())
    load(done.folder)


def test_patterns_and_rslora_scale_as_peft_scales_them(tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    from peft import PeftModel
    from safetensors.torch import load_file

    from core.writers.local.adapters import quiet_peft

    adapter = tmp_path / "adapter"
    shutil.copytree(tiny_checkpoint.adapter, adapter)
    file = adapter / "adapter_config.json"
    config = json.loads(file.read_text()) | {"use_rslora": True, "alpha_pattern": {"layers.0.self_attn.q_proj": 5}}
    file.write_text(json.dumps(config))
    done = merge(adapter, tiny_checkpoint.base, tmp_path / "merged", dtype="float32")
    with quiet_peft():
        peft: Any = PeftModel.from_pretrained(load(tiny_checkpoint.base), str(adapter))
    expected = dict(peft.merge_and_unload().named_parameters())
    for name, weight in load_file(done.folder / "model.safetensors").items():
        assert (weight - expected[name]).abs().max() < 1e-6, name


def test_what_is_there_is_not_overwritten(tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(BadInput, match="is there already"):
        merge(tiny_checkpoint.adapter, tiny_checkpoint.base, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_an_adapter_of_another_base_is_refused_and_nothing_is_written(tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(tiny_checkpoint.base, base)
    config = json.loads((base / "config.json").read_text())
    config["text_config"]["intermediate_size"] *= 2
    (base / "config.json").write_text(json.dumps(config))
    with pytest.raises(BadInput, match="trained on another base"):
        merge(tiny_checkpoint.adapter, base, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_base_whose_files_lack_a_changed_weight_is_refused(tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    base = tmp_path / "base"
    shutil.copytree(tiny_checkpoint.base, base)
    weights = load_file(base / "model.safetensors")
    gone = next(name for name in sorted(weights) if name.endswith("layers.0.self_attn.q_proj.weight"))
    save_file({name: one for name, one in weights.items() if name != gone}, base / "model.safetensors")
    with pytest.raises(BadInput, match=gone.replace(".", r"\.")):
        merge(tiny_checkpoint.adapter, base, tmp_path / "merged")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"use_dora": True}, "use_dora"),
        ({"peft_type": "LOHA"}, "LOHA"),
        ({"init_lora_weights": "pissa_niter_4"}, "moves the base's weights"),
    ],
)
def test_adapters_that_cannot_be_merged_this_way(
    tiny_checkpoint: Tiny, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    adapter = tmp_path / "adapter"
    shutil.copytree(tiny_checkpoint.adapter, adapter)
    file = adapter / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(BadInput, match=said):
        merge(adapter, tiny_checkpoint.base, tmp_path / "merged")


def test_a_disk_too_full_is_told_before_anything_is_written(
    tiny_checkpoint: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr(merging.shutil, "disk_usage", lambda _path: Usage)
    with pytest.raises(SporcVistError, match=r"0\.0 GB are free"):
        merge(tiny_checkpoint.adapter, tiny_checkpoint.base, tmp_path / "merged")
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_leaves_nothing_behind(
    tiny_checkpoint: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_from: object, _to: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(merging.shutil, "copyfile", full)
    with pytest.raises(SporcVistError, match="No space left on device"):
        merge(tiny_checkpoint.adapter, tiny_checkpoint.base, tmp_path / "merged")
    assert not list(tmp_path.iterdir())


def test_the_command_takes_a_run_folder(
    tiny_checkpoint: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the base the adapter names."""
    run = tmp_path / "run"
    shutil.copytree(tiny_checkpoint.adapter, run / "adapter")
    file = run / "adapter" / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"base_model_name_or_path": str(tiny_checkpoint.base)}))
    assert main(["merge", str(run), "--out", str(tmp_path / "merged")]) == 0
    assert "matrices merged" in capsys.readouterr().out
    assert main(["merge", str(run), "--out", str(tmp_path / "merged")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["merge", str(tmp_path / "nowhere"), "--out", str(tmp_path / "other")]) == 2
    assert "no such folder" in capsys.readouterr().err
