"""Faster ways of training compute the plain way's loss and gradients, and leave what is saved as it was."""

import logging
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from train.tuning import speed
from train.tuning.loss import weighted_loss
from train.tuning.settings import SpeedSettings

PLAIN = SpeedSettings(checkpointing="none")


def model(settings: SpeedSettings = PLAIN, *, dropout: float = 0.0, dtype: str = "float32", targets: Any = None) -> Any:
    """A random Qwen3-VL of three layers under peft, the same in both dtypes, with an update that is not nought."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import Qwen3VLForConditionalGeneration

    from bench._models import config
    from core.writers.local.adapters import quiet_peft
    from tests.test_bench_models import SHAPE
    from train.tuning.settings import LoraSettings

    torch.manual_seed(4)
    base: Any = Qwen3VLForConditionalGeneration._from_config(config(SHAPE), dtype=torch.float32)
    for weight in base.parameters():
        weight.data = weight.data.bfloat16().to(getattr(torch, dtype))
    lora = LoraConfig(r=4, lora_alpha=12, lora_dropout=dropout, target_modules=targets or LoraSettings().pattern())
    with quiet_peft():
        made: Any = get_peft_model(base, lora)
    random = torch.Generator().manual_seed(5)
    for name, weight in made.named_parameters():
        if "lora_" in name:
            weight.data = weight.data.float().normal_(0, 0.2, generator=random)
    speed.apply(made, settings)
    return made.train()


def batch() -> tuple[dict[str, Any], Any]:
    """Two samples, the second padded on the right; labels on the last tokens."""
    import torch

    from bench._models import random_story
    from tests.test_bench_models import SHAPE

    stories = [random_story(SHAPE, torch.float32, words=words, side=4, pictures=1) for words in (13, 9)]
    length = stories[0]["input_ids"].shape[1]
    short = length - stories[1]["input_ids"].shape[1]

    def padded(name: str) -> Any:
        return torch.cat([stories[0][name], torch.nn.functional.pad(stories[1][name], (0, short))])

    ids = padded("input_ids")
    mask = torch.ones_like(ids)
    mask[1, length - short :] = 0
    labels = torch.where(mask.bool(), ids, -100)
    labels[:, :9] = -100
    inputs = {
        "input_ids": ids,
        "attention_mask": mask,
        "mm_token_type_ids": padded("mm_token_type_ids"),
        "pixel_values": torch.cat([one["pixel_values"] for one in stories]),
        "image_grid_thw": torch.cat([one["image_grid_thw"] for one in stories]),
    }
    return inputs, labels


def loss_and_gradients(made: Any, settings: SpeedSettings = PLAIN) -> tuple[float, dict[str, Any]]:
    import torch

    inputs, labels = batch()
    torch.manual_seed(6)
    loss = weighted_loss(made, inputs, labels, [0.5, 0.5], settings.logits)
    loss.backward()
    return float(loss.detach()), {name: weight.grad for name, weight in made.named_parameters() if weight.requires_grad}


def assert_same(ours: tuple[float, dict[str, Any]], theirs: tuple[float, dict[str, Any]], off: float = 1e-5) -> None:
    assert ours[0] == pytest.approx(theirs[0], rel=off)
    assert ours[1].keys() == theirs[1].keys() and len(ours[1]) == 2 * 7 * 3
    for name, gradient in theirs[1].items():
        assert float(gradient.norm()) > 0, f"{name}: no gradient; the test would prove nothing"
        assert float((ours[1][name] - gradient).norm()) <= off * 20 * float(gradient.norm()), name


@pytest.fixture(scope="module")
def wanted() -> tuple[float, dict[str, Any]]:
    return loss_and_gradients(model())


@pytest.mark.parametrize(
    "settings",
    [
        SpeedSettings(checkpointing="full"),
        SpeedSettings(checkpointing="partial", checkpointed_layers=2),
        SpeedSettings(checkpointing="none", logits="answer"),
        SpeedSettings(checkpointing="none", lora="fused", parallel="ddp"),
        SpeedSettings(checkpointing="full", lora="fused", logits="answer", parallel="ddp"),
        SpeedSettings(checkpointing="partial", checkpointed_layers=1, lora="fused", parallel="ddp"),
    ],
    ids=lambda settings: f"{settings.checkpointing}-{settings.lora}-{settings.logits}",
)
def test_loss_and_gradients_are_the_plain_ones(settings: SpeedSettings, wanted: tuple[float, dict[str, Any]]) -> None:
    assert_same(loss_and_gradients(model(settings), settings), wanted)


def test_fused_updates_follow_the_masks_that_were_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the masks written down, gradients are those of autograd through the formula itself."""
    import torch

    from train.tuning.fused import _GroupedUpdate

    random = torch.Generator().manual_seed(1)

    def drawn(*shape: int) -> Any:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    x, bases = drawn(2, 5, 6).requires_grad_(), [drawn(4, 6), drawn(3, 6)]
    downs = [drawn(2, 6).requires_grad_() for _ in bases]
    ups = [drawn(base.shape[0], 2).requires_grad_() for base in bases]
    leaves = [x, *downs, *ups]
    masks = [torch.rand(10, 6, generator=random) > 0.4 for _ in bases]
    waiting = iter(masks)

    def dropout(value: Any, share: float, _train: bool) -> tuple[Any, Any]:
        mask = next(waiting)
        return value * mask / (1 - share), mask

    monkeypatch.setattr(torch, "native_dropout", dropout)
    outputs = _GroupedUpdate.apply(x, 0.4, 3.0, *bases, *downs, *ups)
    formula = [
        x @ base.t() + 3.0 * (x * mask.view(2, 5, 6) / 0.6) @ down.t() @ up.t()
        for base, down, up, mask in zip(bases, downs, ups, masks, strict=True)
    ]
    weights = [drawn(*output.shape) for output in formula]
    ours, theirs = torch.autograd.grad(outputs, leaves, weights), torch.autograd.grad(formula, leaves, weights)
    for our, their in zip(ours, theirs, strict=True):
        assert torch.allclose(our, their, rtol=1e-10, atol=1e-12)


def test_dropout_is_drawn_for_each_matrix_and_keeps_the_mean() -> None:
    import torch

    from train.tuning.fused import _GroupedUpdate

    torch.manual_seed(2)
    eye, nought = torch.eye(64), torch.zeros(64, 64)
    one, other = _GroupedUpdate.apply(torch.ones(4000, 64), 0.3, 1.0, nought, nought, eye, eye, eye, eye)
    assert one.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    kept = one > 0
    assert float(kept.float().mean()) == pytest.approx(0.7, abs=0.005)
    assert float((kept & (other > 0)).float().mean()) == pytest.approx(0.49, abs=0.005), "masks are to be independent"


def test_recomputed_layers_draw_the_same_masks() -> None:
    settings = SpeedSettings(checkpointing="none", lora="fused", parallel="ddp")
    kept = loss_and_gradients(model(settings, dropout=0.2))
    again = settings.model_copy(update={"checkpointing": "full"})
    assert_same(loss_and_gradients(model(again, dropout=0.2)), kept, off=1e-6)
    without = loss_and_gradients(model(settings))[1]
    apart = [float((kept[1][name] - without[name]).norm() / without[name].norm()) for name in without]
    assert min(apart) > 0.05, "nothing was dropped; the test would prove nothing"


def test_in_bfloat16_the_fused_update_is_as_near_the_truth_as_peft(wanted: tuple[float, dict[str, Any]]) -> None:
    import torch

    def off(settings: SpeedSettings) -> float:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = loss_and_gradients(model(settings, dtype="bfloat16"))
        assert all(gradient.dtype == torch.float32 for gradient in found[1].values())
        apart = sum(float((found[1][name] - gradient).norm() ** 2) for name, gradient in wanted[1].items())
        return (apart / sum(float(gradient.norm() ** 2) for gradient in wanted[1].values())) ** 0.5

    plain = off(PLAIN)
    assert 0 < plain < 0.2
    assert off(SpeedSettings(checkpointing="none", lora="fused", parallel="ddp")) < 1.3 * plain


def test_an_adapter_on_some_matrices_only_is_fused_where_it_is() -> None:
    targets = r".*language_model\.layers\.\d+\.(?:self_attn\.(?:q_proj|v_proj)|mlp\.down_proj)"
    settings = SpeedSettings(checkpointing="none", lora="fused", parallel="ddp")
    theirs, ours = (loss_and_gradients(model(one, targets=targets)) for one in (PLAIN, settings))
    assert len(ours[1]) == 2 * 3 * 3
    assert ours[0] == pytest.approx(theirs[0], rel=1e-5)
    for name, gradient in theirs[1].items():
        assert float((ours[1][name] - gradient).norm()) <= 1e-4 * float(gradient.norm()), name


def test_what_is_saved_is_pefts_and_evaluation_is_without_dropout(tmp_path: Path) -> None:
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file

    settings = SpeedSettings(checkpointing="none", lora="fused", parallel="ddp")
    plain, fused = model(dropout=0.3).eval(), model(settings, dropout=0.3).eval()
    for made, name in ((plain, "plain"), (fused, "fused")):
        made.save_pretrained(tmp_path / name, save_embedding_layers=False)
    theirs, ours = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("plain", "fused"))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    inputs, _ = batch()
    with torch.no_grad():
        assert torch.allclose(plain(**inputs).logits, fused(**inputs).logits, atol=1e-4)
        with fused.disable_adapter(), plain.disable_adapter():
            assert torch.equal(plain(**inputs).logits, fused(**inputs).logits)
    assert isinstance(fused, PeftModel)


def test_matrices_of_another_kind_are_refused() -> None:
    import torch

    made = model()
    layer = made.get_base_model().model.language_model.layers[1].self_attn.k_proj
    layer.base_layer.bias = torch.nn.Parameter(torch.zeros(layer.base_layer.out_features))
    with pytest.raises(BadInput, match=r"plain matrices without bias, and Linear was found; use lora: peft"):
        speed.apply(made, SpeedSettings(checkpointing="none", lora="fused", parallel="ddp"))


def test_recomputed_layers_are_evenly_spread() -> None:
    assert speed.spread(16, 64) == list(range(2, 64, 4))
    assert speed.spread(1, 3) == [1]
    assert speed.spread(9, 4) == [0, 1, 2, 3]
    assert speed.spread(20, 64)[0] == 1 and speed.spread(20, 64)[-1] == 62 and len(set(speed.spread(20, 64))) == 20
    made = model(SpeedSettings(checkpointing="partial", checkpointed_layers=2))
    base = made.get_base_model().model
    assert [layer.gradient_checkpointing for layer in base.language_model.layers] == [True, False, True]
    assert not any(block.gradient_checkpointing for block in base.visual.blocks)


def test_a_compiler_that_fails_is_left_off_with_one_line(
    wanted: tuple[float, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no compiler\nhere")

    monkeypatch.setattr(speed, "_try", fail)
    with caplog.at_level(logging.WARNING):
        made = model(SpeedSettings(checkpointing="none", compile=True))
    assert [record.getMessage() for record in caplog.records] == [
        "speed.compile: torch.compile fails here (RuntimeError: no compiler here); it stays off"
    ]
    assert_same(loss_and_gradients(made), wanted)
