"""The loss of a step is the mean of its samples' means, however it is computed."""

import math
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from tests.local_helpers import Tiny, tiny_checkpoint
from tests.tuning_helpers import make_data, tune_settings
from train.tuning.collate import Collator, Samples
from train.tuning.encode import Encoder
from train.tuning.loss import mean_of_means, weighted_loss
from train.tuning.model import load_base, load_processor, with_adapter
from train.tuning.order import Pick
from train.tuning.samples import read

__all__ = ["tiny_checkpoint"]


def test_by_hand() -> None:
    import torch

    # Two samples over three tokens of chance 1/2, 1/4, 1/4: the first has labels 0 and 1, the second 0 alone.
    scores = torch.tensor([0.5, 0.25, 0.25]).log().repeat(2, 3, 1)
    targets = torch.tensor([[-100, 0, 1], [0, -100, -100]])
    loss = mean_of_means(scores, targets, [0.5, 0.5])
    assert loss.item() == pytest.approx(((math.log(2) + math.log(4)) / 2 + math.log(2)) / 2)
    assert mean_of_means(scores, targets, [0.5, 0.0]).item() == pytest.approx((math.log(2) + math.log(4)) / 4)


@pytest.fixture(scope="module")
def tuned(tiny_checkpoint: Tiny, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Any]:
    """A model with an adapter that changes something, batches of picks, and the trained weights."""
    import torch

    data = make_data(tmp_path_factory.mktemp("loss"), 4)
    settings = tune_settings(tiny_checkpoint.base, data, data.parent, lora={"dropout": 0.0})
    model = with_adapter(load_base(tiny_checkpoint.base, settings, "float32", None), settings)
    weights = {name: one for name, one in model.named_parameters() if one.requires_grad}
    for weight in weights.values():
        torch.nn.init.normal_(weight, std=0.05)
    encoder = Encoder(load_processor(tiny_checkpoint.base), settings.data)
    samples = Samples(read(data).samples, encoder)

    def batch(*indices: int) -> dict[str, Any]:
        return Collator(encoder.pad_token)([samples[Pick(index, True, 4, 0)] for index in indices])

    return model.train(), batch, weights


def gradients(tuned: tuple[Any, Any, Any], passes: list[tuple[int, ...]], logits: Any) -> tuple[float, dict[str, Any]]:
    """Loss and gradients of one step made of these passes."""
    model, batch, weights = tuned
    model.zero_grad()
    total = 0.0
    for indices in passes:
        given = batch(*indices)
        labels, shares = given.pop("labels"), given.pop("weights")
        inputs = {name: value for name, value in given.items() if name not in ("noise", "costs")}
        loss = weighted_loss(model, inputs, labels, shares, logits)
        loss.backward()
        total += loss.item()
    return total, {name: weight.grad.clone() for name, weight in weights.items()}


def assert_same(one: tuple[float, dict[str, Any]], other: tuple[float, dict[str, Any]]) -> None:
    import torch

    assert one[0] == pytest.approx(other[0], rel=1e-6)
    largest = max(float(gradient.abs().max()) for gradient in one[1].values())
    assert largest > 1e-4
    for name, gradient in one[1].items():
        torch.testing.assert_close(gradient, other[1][name], rtol=1e-4, atol=1e-5 * largest)


@pytest.mark.parametrize("logits", ["all", "answer"])
def test_one_pass_of_four_and_four_of_one_give_the_same(tuned: tuple[Any, Any, Any], logits: str) -> None:
    together = gradients(tuned, [(0, 1, 2, 3)], logits)
    assert_same(together, gradients(tuned, [(0,), (1,), (2,), (3,)], logits))
    assert_same(together, gradients(tuned, [(2, 0), (3, 1)], logits))


@pytest.mark.parametrize("passes", [[(0,)], [(0, 1, 2, 3)]])
def test_logits_of_the_answer_alone_give_the_same(tuned: tuple[Any, Any, Any], passes: list[tuple[int, ...]]) -> None:
    assert_same(gradients(tuned, passes, "all"), gradients(tuned, passes, "answer"))


def test_the_head_sees_the_answers_positions_alone(tuned: tuple[Any, Any, Any]) -> None:
    model, batch, _ = tuned
    seen: list[int] = []
    hook = model.get_base_model().lm_head.register_forward_pre_hook(
        lambda _module, given: seen.append(given[0].shape[1])
    )
    given = batch(1)
    labels = given.pop("labels")
    inputs = {name: value for name, value in given.items() if name not in ("noise", "costs", "weights")}
    try:
        weighted_loss(model, inputs, labels, [1.0], "answer")
        weighted_loss(model, inputs, labels, [1.0], "all")
    finally:
        hook.remove()
    assert seen == [int((labels != -100).sum()), labels.shape[1]]


def test_the_loss_is_the_models_own_for_one_sample(tuned: tuple[Any, Any, Any]) -> None:
    model, batch, _ = tuned
    given = batch(2)
    labels = given.pop("labels")
    inputs = {name: value for name, value in given.items() if name not in ("noise", "costs", "weights")}
    ours = weighted_loss(model, inputs, labels, [1.0], "all")
    assert ours.item() == pytest.approx(model(**inputs, labels=labels).loss.item(), rel=1e-6)


def test_only_the_language_models_updates_are_trained(tuned: tuple[Any, Any, Any]) -> None:
    _, _, weights = tuned
    assert {name.split(".lora_")[0].rsplit(".", 1)[1] for name in weights} == {
        *("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    }
    assert len(weights) == 2 * 7 * 4
    assert not any("visual" in name for name in weights)
    assert {str(weight.dtype) for weight in weights.values()} == {"torch.float32"}


def test_the_adapter_of_a_bfloat16_base_is_in_float32(tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    settings = tune_settings(tiny_checkpoint.base, tmp_path, tmp_path)
    model = with_adapter(load_base(tiny_checkpoint.base, settings, "bfloat16", None), settings)
    kinds = {(one.requires_grad, str(one.dtype)) for one in model.parameters()}
    assert kinds == {(True, "torch.float32"), (False, "torch.bfloat16")}


def test_a_target_the_base_has_not_is_refused(tmp_path: Path) -> None:
    """A mixture of experts has no MLP of its own in any layer; peft alone would train its attention and say nothing."""
    from transformers import Qwen3VLMoeConfig, Qwen3VLMoeForConditionalGeneration

    text: dict[str, Any] = {
        "vocab_size": 64, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "head_dim": 8,
        "num_attention_heads": 2, "num_key_value_heads": 1, "num_experts": 2, "num_experts_per_tok": 1,
        "moe_intermediate_size": 8, "decoder_sparse_step": 1,
        "rope_parameters": {"rope_type": "default", "mrope_interleaved": True, "mrope_section": [2, 1, 1]},
    }  # fmt: skip
    vision: dict[str, Any] = {
        "depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16,
        "num_position_embeddings": 4, "deepstack_visual_indexes": [],
    }  # fmt: skip
    base = Qwen3VLMoeForConditionalGeneration(Qwen3VLMoeConfig(text_config=text, vision_config=vision))
    with pytest.raises(BadInput, match=r"lora\.targets: mlp: the base has no such matrices"):
        with_adapter(base, tune_settings(tmp_path, tmp_path, tmp_path))
