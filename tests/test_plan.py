"""Parameters, operations, memory and hours, against hand-worked figures and transformers' and torch's own counts."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.settings import HOME, load_models
from train.__main__ import main
from train.tuning import flops, gpus, plan, plan_text, samples, shapes
from train.tuning.flops import PAPER, Sample, mfu, peak_flops, work
from train.tuning.memory import layer_bytes, memory
from train.tuning.settings import CONFIGS, LoraSettings, SpeedSettings, TuneSettings, load
from train.tuning.shapes import KNOWN, Shape, lora_parameters, parameters

TERA = 1e12
LORA = LoraSettings()
LARGE = KNOWN["Qwen3-VL-32B"]
PLANNED = {
    "qwen3-vl-2b": "1x24GB",
    "qwen3-vl-4b": "1x24GB",
    "qwen3-vl-8b": "1x80GB",
    "qwen3-vl-32b": "8x80GB",
    "qwen3-vl-32b-fast": "8xH200",
    "qwen3-vl-235b-a22b": "8xH200",
}
"""The hardware that each configuration names."""

ROPE = {"rope_type": "default", "rope_theta": 1e4, "mrope_interleaved": True, "mrope_section": [4, 2, 2]}
TINY_TEXT = {
    "vocab_size": 1000,
    "hidden_size": 64,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "rope_parameters": ROPE,
}
TINY_VISION = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_heads": 2,
    "out_hidden_size": 64,
    "deepstack_visual_indexes": [0],
}
EXPERTS = {"moe_intermediate_size": 32, "num_experts": 8, "num_experts_per_tok": 2}
LARGE_TEXT = {
    "vocab_size": 151936,
    "hidden_size": 5120,
    "intermediate_size": 25600,
    "num_hidden_layers": 64,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "rope_parameters": ROPE | {"mrope_section": [24, 20, 20]},
}
LARGE_VISION = {
    "depth": 27,
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_heads": 16,
    "out_hidden_size": 5120,
    "deepstack_visual_indexes": [8, 16, 24],
}


def config(text: dict[str, Any], vision: dict[str, Any], **more: Any) -> Any:
    """transformers' own configuration object."""
    from transformers import AutoConfig

    kind = "qwen3_vl_moe" if "num_experts" in text else "qwen3_vl"
    return AutoConfig.for_model(kind, text_config=dict(text), vision_config=dict(vision), **more)


def table3() -> TuneSettings:
    return load(Path("qwen3-vl-32b"))


def made(cards: str, name: str = "qwen3-vl-32b", samples: int = 4004, **more: Any) -> plan.Plan:
    settings = load(Path(name))
    return plan.make(settings, shapes.of_model(settings.model), gpus.parse(cards), samples=samples, **more)


# Parameters


@pytest.mark.slow
@pytest.mark.parametrize(
    "made_of",
    [
        (TINY_TEXT, TINY_VISION, {}),
        (TINY_TEXT, TINY_VISION, {"tie_word_embeddings": True}),
        (TINY_TEXT | {"attention_bias": True}, TINY_VISION | {"deepstack_visual_indexes": []}, {}),
        (TINY_TEXT | EXPERTS, TINY_VISION, {"tie_word_embeddings": False}),
        (TINY_TEXT | EXPERTS | {"mlp_only_layers": [1]}, TINY_VISION, {"tie_word_embeddings": False}),
        (LARGE_TEXT, LARGE_VISION, {}),
    ],
    ids=["tiny", "tied", "biased", "experts", "half experts", "32B"],
)
def test_parameters_are_those_transformers_makes(
    made_of: tuple[dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    import torch
    from transformers import AutoModelForImageTextToText

    text, vision, more = made_of
    asked = config(text, vision, **more)
    with torch.device("meta"):
        model: Any = AutoModelForImageTextToText.from_config(asked)
    model.tie_weights()
    found = parameters(shapes.from_config(asked.to_dict()))
    assert found.total == sum(one.numel() for one in model.parameters())
    named = dict(model.named_parameters())
    tower = sum(one.numel() for name, one in named.items() if ".visual." in name)
    assert found.vision + found.merger == tower
    assert found.attention == sum(one.numel() for name, one in named.items() if ".self_attn." in name)
    assert found.mlp == sum(one.numel() for name, one in named.items() if "language_model" in name and ".mlp." in name)


def test_the_published_sizes_have_their_published_totals() -> None:
    """As the checkpoints' own indexes state them; the largest is the text model's and its vision tower's together."""
    assert {name: parameters(shape).total for name, shape in KNOWN.items()} == {
        "Qwen3-VL-2B": 2_127_532_032,
        "Qwen3-VL-4B": 4_437_815_808,
        "Qwen3-VL-8B": 8_767_123_696,
        "Qwen3-VL-32B": 33_357_390_064,
        "Qwen3-VL-235B-A22B": 235_093_634_560 + 576_388_336,
    }


def test_the_known_32b_is_the_one_its_configuration_describes() -> None:
    """transformers' dictionary is not needed for it: config.json has the same names."""
    assert (
        shapes.from_config({"model_type": "qwen3_vl", "text_config": LARGE_TEXT, "vision_config": LARGE_VISION})
        == LARGE
    )


def test_lora_of_the_32b_has_134_million_parameters() -> None:
    """By hand: 16 x 64 x (q 5120+8192, k and v 2 x (5120+1024), o 8192+5120, three of the MLP 3 x (5120+25600))."""
    by_hand = 16 * 64 * ((5120 + 8192) + 2 * (5120 + 1024) + (8192 + 5120) + 3 * (5120 + 25600))
    assert lora_parameters(LARGE, LORA) == by_hand == 134_217_728


@pytest.mark.slow
@pytest.mark.parametrize("text", [TINY_TEXT, TINY_TEXT | EXPERTS, TINY_TEXT | EXPERTS | {"mlp_only_layers": [1]}])
@pytest.mark.parametrize("targets", [("attention", "mlp"), ("attention",)])
def test_lora_parameters_are_those_peft_makes(text: dict[str, Any], targets: tuple[str, ...]) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    from core.writers.local.adapters import quiet_peft

    asked, lora = config(text, TINY_VISION), LoraSettings.model_validate({"rank": 4, "targets": targets})
    with torch.device("meta"), quiet_peft():
        model: Any = AutoModelForImageTextToText.from_config(asked)
        peft: Any = get_peft_model(model, LoraConfig(r=4, target_modules=lora.pattern()))
    expected = sum(one.numel() for one in peft.parameters() if one.requires_grad)
    assert lora_parameters(shapes.from_config(asked.to_dict()), lora) == expected


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"model_type": "llama"}, "model_type is 'llama'"),
        ({"model_type": "qwen3_vl", "text_config": TINY_TEXT}, "'vision_config' is missing"),
        (
            {"model_type": "qwen3_vl", "text_config": {}, "vision_config": TINY_VISION},
            "'num_attention_heads' is missing",
        ),
    ],
)
def test_a_foreign_configuration_is_refused(found: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        shapes.from_config(found)


def test_the_shape_of_a_folder_needs_no_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": "qwen3_vl", "text_config": LARGE_TEXT, "vision_config": LARGE_VISION})
    )
    assert shapes.of_model(str(tmp_path)) == LARGE == shapes.of_model("Qwen/Qwen3-VL-32B-Thinking")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(BadInput, match="cannot be read as JSON"):
        shapes.of_model(str(tmp_path))


def test_an_unknown_model_is_refused_with_the_names_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shapes, "_cached", lambda _name, _revision: None)
    with pytest.raises(BadInput, match="Qwen3-VL-2B, Qwen3-VL-4B"):
        shapes.of_model("somebody/something")


# Operations


def test_the_papers_mean_sample_by_hand() -> None:
    """3,600 tokens, loss on 1,300, five pictures of 42 x 42 patches: 514 TFLOP, and 753 where all layers recompute."""
    layers = 64 * (2 * 5120 * (8192 + 1024) + 3 * 5120 * 25600)
    matrices = 2 * layers * 3600
    update = 2 * 134_217_728 * 3600
    attention = 64 * 4 * 3600**2 * 8192 / 2
    head = 2 * 5120 * 151_936 * 1300
    patches = 5 * 42 * 42
    tower = 27 * (4 * 1152**2 + 2 * 1152 * 4304) + 1536 * 1152
    merger = 4 * (4608**2 + 4608 * 5120) / 4
    vision = 2 * patches * (tower + merger) + 27 * 4 * 5 * 1764**2 * 1152
    plain, full = work(LARGE, PAPER, LORA), work(LARGE, PAPER, LORA, 64)
    assert plain.forward == pytest.approx(matrices + update + attention + head + vision)
    assert plain.backward == pytest.approx(matrices + 2 * update + 2.5 * attention + head)
    assert full.recomputed == pytest.approx(matrices + update + attention)
    assert plain.total / TERA == pytest.approx(514, abs=0.5)
    assert full.total / TERA == pytest.approx(753, abs=0.5)
    assert full.model == plain.model == plain.total


def test_half_the_layers_recompute_half() -> None:
    assert work(LARGE, PAPER, LORA, 32).recomputed == pytest.approx(work(LARGE, PAPER, LORA, 64).recomputed / 2)


def test_logits_everywhere_cost_as_many_more_as_there_are_tokens_without_a_label() -> None:
    more = work(LARGE, PAPER, LORA, answer_only=False).total - work(LARGE, PAPER, LORA).total
    assert more == pytest.approx(2 * 2 * 5120 * 151_936 * (3600 - 1300))


def test_the_papers_speed_is_two_per_cent_of_its_cards_peak() -> None:
    """359 tokens a second on eight A100s."""
    one = work(LARGE, PAPER, LORA, 64)
    peak = peak_flops("NVIDIA A100-SXM4-80GB")
    assert mfu(one.model * 359 / 3600, 1.0, 8, peak) == pytest.approx(0.021, abs=0.0005)
    assert mfu(one.total * 359 / 3600, 1.0, 8, peak) == pytest.approx(0.030, abs=0.0005)
    assert math.isnan(mfu(1.0, 1.0, 1, None)) and math.isnan(mfu(1.0, 0.0, 1, 1e12))


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("NVIDIA A100-SXM4-80GB", 312e12),
        ("NVIDIA H100 80GB HBM3", 989e12),
        ("NVIDIA H100 PCIe", 756e12),
        ("NVIDIA H100 NVL", 756e12),
        ("NVIDIA H200", 989e12),
        ("NVIDIA L40S", 362e12),
        ("NVIDIA GeForce RTX 4090", 165.2e12),
        ("NVIDIA L40", None),
        ("cpu", None),
        ("", None),
    ],
)
def test_peaks_by_the_names_torch_gives(name: str, peak: float | None) -> None:
    assert peak_flops(name) == peak


@pytest.mark.slow
@pytest.mark.parametrize("text", [TINY_TEXT, TINY_TEXT | EXPERTS], ids=["dense", "experts"])
def test_operations_are_those_torch_counts(text: dict[str, Any]) -> None:
    """torch's counter takes attention for a full square and counts no grouped product of experts."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import AutoModelForImageTextToText

    tokens, grid = 40, 8
    visual = grid * grid // 4
    asked = config(text, TINY_VISION, image_token_id=7, vision_start_token_id=8, tie_word_embeddings=False)
    shape = shapes.from_config(asked.to_dict())
    model: Any = AutoModelForImageTextToText.from_config(asked, attn_implementation="sdpa")
    if shape.experts:
        model.set_experts_implementation("eager")
    kinds = torch.zeros(1, tokens, dtype=torch.long)
    kinds[:, 1 : 1 + visual] = 1
    words = torch.randint(20, 900, (1, tokens)).masked_fill(kinds == 1, 7)
    words[0, 0] = 8
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        model(
            input_ids=words,
            mm_token_type_ids=kinds,
            pixel_values=torch.randn(grid * grid, 3 * 2 * 16 * 16),
            image_grid_thw=torch.tensor([[1, grid, grid]]),
        )
    sample = Sample(tokens, tokens, pictures=1, patches=grid * grid)
    without = LoraSettings.model_validate({"rank": 1})
    update = 2 * lora_parameters(shape, without) * tokens
    expected = work(shape, sample, without).forward - update + flops.causal_attention(shape, tokens)
    assert counter.get_total_flops() == pytest.approx(expected, rel=0.01)


# Memory


@pytest.mark.slow
def test_a_layer_keeps_the_bytes_that_are_reckoned() -> None:
    """Autograd's own tensors, counted by their storage: a decoder layer with updates, in bfloat16."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText

    from core.writers.local.adapters import quiet_peft

    tokens, asked = 240, config(TINY_TEXT, TINY_VISION)
    lora = LoraSettings.model_validate({"dropout": 0.0})
    with quiet_peft():
        model: Any = AutoModelForImageTextToText.from_config(asked, dtype=torch.bfloat16)
        get_peft_model(model, LoraConfig(r=lora.rank, target_modules=lora.pattern()))
    inside = model.model.language_model
    hidden = torch.randn(1, tokens, 64, dtype=torch.bfloat16, requires_grad=True)
    rotary = inside.rotary_emb(hidden, torch.arange(tokens)[None, None].expand(3, 1, tokens))
    known = {one.untyped_storage().data_ptr() for one in [*model.parameters(), *rotary]}
    kept: dict[int, int] = {}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known and tokens in tensor.shape:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    hooks = torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor)
    with hooks, torch.autocast("cpu", torch.bfloat16):
        output = inside.layers[1](hidden, position_embeddings=rotary, attention_mask=None, position_ids=None)
    assert output.requires_grad
    assert sum(kept.values()) / tokens == layer_bytes(shapes.from_config(asked.to_dict()), lora, fused=False)


def test_dropout_keeps_a_byte_for_each_input_and_the_fused_update_shares_inputs() -> None:
    dry = LoraSettings.model_validate({"dropout": 0.0})
    inputs = 3 * 5120 + 8192 + 2 * 5120 + 25600
    assert layer_bytes(LARGE, LORA, fused=False) - layer_bytes(LARGE, dry, fused=False) == inputs
    shared = inputs - 2 * 5120 - 5120
    assert layer_bytes(LARGE, LORA, fused=False) - layer_bytes(LARGE, LORA, fused=True) == 3 * (inputs - shared)


def test_table_3_on_one_of_eight_cards_by_hand() -> None:
    found = memory(table3(), LARGE, 8, PAPER)
    assert found.base == 2 * 33_357_390_064 / 8
    assert found.gathered == 2e9
    assert (found.adapter, found.gradients, found.optimizer) == tuple(n * 134_217_728 / 8 for n in (4, 4, 12))
    assert found.logits == 151_936 * (4 * 3600 + 12 * 1300)
    inputs = 64 * 2 * 5120 * 3600
    assert found.activations - inputs == pytest.approx(
        3600 * (layer_bytes(LARGE, LORA, fused=False) + 10 * 25600 + 4 * 5120)
    )
    assert found.total == sum(found)


@pytest.mark.parametrize("parallel", ["zero3", "zero2", "ddp"])
def test_one_device_spreads_nothing(parallel: str) -> None:
    settings = table3().model_copy(update={"speed": SpeedSettings.model_validate({"parallel": parallel})})
    found = memory(settings, LARGE, 1, PAPER)
    assert (found.base, found.gathered) == (2 * 33_357_390_064, 0)
    assert (found.adapter, found.gradients, found.optimizer) == tuple(n * 134_217_728 for n in (4, 4, 8))


@given(st.integers(2400, 8000), st.integers(1, 192), st.integers(0, 63))
def test_memory_grows_with_tokens_and_falls_with_devices_and_recomputation(tokens: int, more: int, layers: int) -> None:
    def total(length: int, devices: int, checkpointed: int) -> float:
        partly = {"checkpointing": "partial", "checkpointed_layers": checkpointed}
        speed = SpeedSettings.model_validate(partly if checkpointed else {"checkpointing": "none"})
        settings = table3().model_copy(update={"speed": speed})
        return memory(settings, LARGE, devices, Sample(length, length - 2300)).total

    assert total(tokens, 8, 64) < total(tokens + more, 8, 64)
    assert total(tokens, 16, 64) < total(tokens, 8, 64)
    if layers:
        assert total(tokens, 8, layers + 1) < total(tokens, 8, layers)


# Cards


@pytest.mark.parametrize(
    ("text", "count", "gigabytes", "name", "assumed"),
    [
        ("8x80GB", 8, 80, "A100", True),
        ("1x24GB", 1, 24, "RTX4090", True),
        ("8xA100-80GB", 8, 80, "A100", False),
        ("8xA100-40GB", 8, 40, "A100", False),
        ("4xH200", 4, 141, "H200", False),
        (" 2xh100 ", 2, 80, "H100", False),
        ("1x4090", 1, 24, "4090", False),
        ("2x4090-24GB", 2, 24, "4090", False),
        ("16xMI300X-192GB", 16, 192, "MI300X", False),
        ("1x11GB", 1, 11, "", True),
    ],
)
def test_cards_are_read(text: str, count: int, gigabytes: int, name: str, assumed: bool) -> None:
    assert gpus.parse(text) == gpus.Gpus(count, gigabytes, name, assumed)


@pytest.mark.parametrize(
    "text", ["", "8", "x80GB", "8x", "0x80GB", "8x0GB", "-1x80GB", "8 x 80GB", "8x80", "viele", "4xTPU", "8xA100-0GB"]
)
def test_garbage_for_cards_is_one_clear_line_and_exit_2(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "qwen3-vl-32b", f"--gpus={text}"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("train: --gpus ") and said.err.count("\n") == 1


# The plan


def test_table_3_takes_126_steps_and_the_papers_eleven_hours() -> None:
    found = made("8x80GB")
    assert found.steps == math.ceil(4004 / 32) == 126
    assert found.accumulation == 4
    assert found.chosen.time.passes == math.ceil(4004 / 8) == 501
    assert found.chosen.time.total == pytest.approx(40_138), "what its bandwidth is calibrated to"
    assert found.fits and found.chosen.fitting == 8192


def test_the_time_of_a_pass_by_hand() -> None:
    """Computing at 40 % of 312 TFLOP/s, and three gathers of seven eighths of 66.7 GB at 100 GB/s."""
    time = made("8x80GB", bandwidth=100e9).chosen.time
    assert time.computing == pytest.approx(work(LARGE, PAPER, LORA, 64, answer_only=False).total / (312e12 * 0.4))
    assert time.gathering == pytest.approx(3 * 2 * 33_357_390_064 * 7 / 8 / 100e9)
    assert time.reducing == pytest.approx(2 * 4 * 134_217_728 * 7 / 8 / 100e9)
    assert time.hours == pytest.approx((501 * (time.computing + time.gathering) + 126 * time.reducing) / 3600)


def test_fewer_cards_do_more_passes_of_the_same_steps() -> None:
    alone, eight = made("1xH200"), made("8xH200")
    assert (alone.accumulation, eight.accumulation, alone.steps, eight.steps) == (32, 4, 126, 126)
    assert alone.chosen.time.passes == 4004 and alone.chosen.time.gathering == alone.chosen.time.reducing == 0


def test_a_batch_that_cannot_be_split_is_refused() -> None:
    for cards in (3, 64):
        with pytest.raises(BadInput, match=f"cannot be split over {cards}"):
            made(f"{cards}x80GB")


def test_hours_of_an_unknown_card_are_a_dash() -> None:
    found = made("8xMI300X-192GB")
    assert math.isnan(found.chosen.time.hours) and found.fits
    assert any(line.startswith("  hours   –") for line in plan_text.lines(found))
    assert plan_text.to_json(found)["chosen"]["seconds"]["total"] is None
    json.dumps(plan_text.to_json(found), allow_nan=False)


def test_what_fits_is_the_longest_that_does() -> None:
    """One token more does not."""
    found = made("8xA100-80GB", name="qwen3-vl-32b-fast")
    other = next(one for one in found.others if one.speed.parallel == "ddp" and one.fitting is not None)
    settings = found.settings.model_copy(update={"speed": other.speed})
    assert other.fitting is not None and 3600 < other.fitting < 8192

    def needed(tokens: int) -> float:
        return memory(settings, LARGE, 8, Sample(tokens, tokens - 5 * 443 - 85)).total

    assert needed(other.fitting) <= found.gpus.bytes < needed(other.fitting + 1)


def test_the_fewest_recomputing_layers_are_found() -> None:
    best = next(one for one in made("1xH200").remedies)
    layers = best.speed.checkpointed_layers
    assert layers is not None and best.speed.parallel == "ddp"
    fewer = best.speed.model_copy(update={"checkpointed_layers": layers - 1})
    settings = table3().model_copy(update={"speed": fewer})
    assert memory(settings, LARGE, 1, Sample(8192, 8192 - 2300)).total > gpus.parse("1xH200").bytes


def test_what_does_not_fit_is_told_with_what_would() -> None:
    text = "\n".join(plan_text.lines(made("8xA100-80GB", name="qwen3-vl-32b-fast")))
    assert "DOES NOT FIT" in text or "FITS ONLY UP TO" in text
    assert "parallel: zero3" in text
    alone = "\n".join(plan_text.lines(made("1x24GB")))
    assert "DOES NOT FIT" in alone and "No setting that keeps the mathematics fits" in alone


@pytest.mark.parametrize("cards", ["8x80GB", "1x24GB", "4xH200", "8xMI300X-192GB", "32xH100"])
@pytest.mark.parametrize("name", sorted(PLANNED))
def test_the_text_is_narrow_and_its_sums_add_up(name: str, cards: str) -> None:
    found = made(cards, name)
    lines = plan_text.lines(found)
    assert max(len(line) for line in lines) <= 100, max(lines, key=len)
    start = next(number for number, line in enumerate(lines) if line.startswith("memory"))
    end = next(number for number, line in enumerate(lines) if line.startswith("  together"))
    for column in (-2, -1):
        parts = [float(line.split()[column].replace(",", "")) for line in lines[start + 1 : end]]
        together = float(lines[end].split()[column].replace(",", ""))
        assert sum(parts) == pytest.approx(together, abs=0.5)


def test_the_command_prints_what_the_paper_saw_beside_its_own_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "qwen3-vl-32b", "--gpus", "8x80GB"]) == 0
    said = capsys.readouterr().out
    assert "126 = 4,004 samples / 32, rounded up" in said
    assert "about 75 GB" in said and "11.1 h" in said and "nothing here was measured" in said


def test_the_command_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["plan", "qwen3-vl-32b", "--gpus", "8xA100-80GB", "--samples", "100", "--tokens", "3000", "--json"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert (found["steps"], found["effective_batch"], found["tokens"]["all"]) == (4, 32, 300_000)
    assert found["parameters"]["total"] == 33_357_390_064 and found["parameters"]["lora"] == 134_217_728
    assert found["fits"] is True and found["chosen"]["memory"]["mean"]["total"] > 0
    ways = [one["speed"]["parallel"] for one in found["others"]]
    assert "ddp" in ways and "zero3" in ways


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--samples", "0"], "--samples 0: more than 0"),
        (["--tokens", "500"], "one picture and the prompt take 528 tokens alone"),
        (["--bandwidth", "-1"], "--bandwidth -1: more than 0"),
    ],
)
def test_options_out_of_range(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "qwen3-vl-32b", "--gpus", "8x80GB", *options]) == 2
    assert said in capsys.readouterr().err


# The configurations


def test_the_32b_file_holds_table_3_to_the_letter() -> None:
    one = table3()
    assert (one.lora.rank, one.lora.alpha, one.lora.dropout) == (16, 32, 0.05)
    assert set(one.lora.targets) == {"attention", "mlp"}
    assert one.optim.learning_rate == 4e-6 and one.optim.schedule == "cosine"
    assert (one.optim.warmup_ratio, one.optim.weight_decay, one.optim.max_grad_norm) == (0.1, 0.1, 0.3)
    assert (one.optim.epochs, one.optim.max_steps, one.optim.neftune_alpha) == (1, None, 5.0)
    assert (one.batch.per_device, one.batch.accumulation, one.batch.devices, one.batch.effective) == (1, 4, 8, 32)
    assert (one.data.max_length, one.data.samples, one.dtype) == (8192, 4004, "bfloat16")
    assert (one.speed.parallel, one.speed.checkpointing) == ("zero3", "full")
    assert one.model == "Qwen/Qwen3-VL-32B-Instruct"


def test_the_fast_32b_differs_in_speed_alone() -> None:
    plain, fast = (load(Path(name)).model_dump() for name in ("qwen3-vl-32b", "qwen3-vl-32b-fast"))
    assert {key for key in plain if plain[key] != fast[key]} == {"name", "output", "speed"}
    assert fast["speed"]["parallel"] == "ddp" and fast["speed"]["lora"] == "fused"


@pytest.mark.parametrize("name", sorted(PLANNED))
def test_every_configuration_fits_the_hardware_it_names(name: str) -> None:
    found = made(PLANNED[name], name)
    assert found.fits, "\n".join(plan_text.lines(found))
    assert found.settings.batch.effective == 32 and found.steps == 126


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_configuration_loads_and_says_why(path: Path) -> None:
    settings = load(path)
    assert settings.name == path.stem
    comments = [line for line in path.read_text().splitlines() if line.lstrip().startswith("#")]
    assert comments and yaml.safe_load(path.read_text())["name"] == path.stem
    assert path.stem in PLANNED or path.stem == "miniature"


def test_the_miniature_can_be_planned_where_it_is_built() -> None:
    settings = load(Path("miniature"))
    if not (HOME / settings.model / "config.json").is_file():
        pytest.skip("the miniature is not built here")
    shape = shapes.of_model(settings.model)
    found = plan.make(settings, shape, gpus.parse("1x24GB"), samples=10, tokens=600)
    assert found.fits and isinstance(shape, Shape)


# The page for trainers


def blocks(language: str) -> list[str]:
    text = (HOME / "docs" / "trainer.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_commands_shown_to_trainers_exist_with_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.findall(r"(?:-m|--module) train (\w+)(.*)$", "\n".join(blocks("bash")), flags=re.MULTILINE)
    assert {command for command, _ in shown} == {"check", "plan", "finetune", "merge"}
    for command, rest in shown:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        told = capsys.readouterr().out
        assert ended.value.code == 0
        assert all(option in told for option in re.findall(r"--[a-z]+", rest)), f"{command}{rest}"


def test_settings_shown_to_trainers_are_accepted() -> None:
    shown = re.findall(r"finetune ([\w-]+)(.*)$", "\n".join(blocks("bash")), flags=re.MULTILINE)
    assert shown
    for name, rest in shown:
        load(Path(name), re.findall(r"--set (\S+)", rest))


def test_the_page_names_every_configuration_and_every_way_to_be_quick() -> None:
    text = (HOME / "docs" / "trainer.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w-]+\.yaml)`", text.split("## Run")[0], flags=re.MULTILINE)
    assert sorted(named) == sorted(one.name for one in CONFIGS.glob("*.yaml"))
    speed = text.split("## Speed")[1].split("\n## ")[0]
    rows = "\n".join(line.split("|")[1] for line in speed.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+):", rows)) | {"checkpointed_layers"} == set(SpeedSettings.model_fields)


def test_both_forms_of_data_shown_can_be_read(tmp_path: Path) -> None:
    own, conversations = blocks("json")
    for number, block in enumerate((own, f"[{conversations}]")):
        file = tmp_path / f"{number}.json{'l' if block is own else ''}"
        file.write_text(block, encoding="utf-8")
        found = samples.read(file)
        assert not found.faults and len(found.samples) == 1 and len(found.samples[0].images) == 2


@pytest.mark.slow
def test_the_launchers_file_is_one_accelerate_reads(tmp_path: Path) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    nodes, models = blocks("yaml")
    (tmp_path / "nodes.yaml").write_text(nodes)
    (tmp_path / "models.yaml").write_text(models)
    asked: Any = load_config_from_file(str(tmp_path / "nodes.yaml"))
    assert (asked.num_machines, asked.num_processes, asked.main_process_port) == (2, 16, 29500)
    assert len(load_models(tmp_path / "models.yaml").compared) == 2
