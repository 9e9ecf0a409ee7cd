"""The model benchmarks measure what they say: the made model is a whole one, and a wrong token is found out."""

from pathlib import Path
from typing import Any

import pytest

from bench import _limits, _models, _report
from bench import train as bench_train
from bench import write as bench_write
from train.tuning.shapes import Shape, VisionShape, parameters

SHAPE = Shape(
    VisionShape(depth=4, hidden=32, intermediate=64, heads=2, out=64, deepstack=2, positions=64),
    layers=3,
    hidden=64,
    intermediate=96,
    heads=8,
    kv_heads=2,
    head_dim=16,
    vocabulary=400,
)


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> _models.Subject:
    import torch

    made = _models.made("small", SHAPE, tmp_path_factory.mktemp("adapter"), "cpu", torch.float32)
    made.story.update(_models.random_story(SHAPE, torch.float32, words=9, side=4, pictures=2))
    return made


def task(subject: _models.Subject, *names: str) -> bench_write.Task:
    return bench_write.Task(subject, list(names), 4, "cpu", _limits.Limits("none", 1e9, 1e9))


def test_a_made_model_has_the_parameters_of_its_shape_and_none_is_nought(subject: _models.Subject) -> None:
    held = [weight for name, weight in subject.model.named_parameters() if "lora_" not in name]
    assert sum(weight.numel() for weight in held) == parameters(SHAPE).total
    matrices = [weight for weight in subject.model.parameters() if weight.ndim > 1]
    assert all(float(weight.abs().mean()) > 0 for weight in matrices)
    assert sum(weight.numel() for name, weight in subject.model.named_parameters() if "lora_" in name) == (
        subject.lora_weights
    )


def test_the_story_of_a_published_size_is_the_papers(subject: _models.Subject) -> None:
    import torch

    shape = _models.KNOWN["Qwen3-VL-32B"]
    story = _models.random_story(shape, torch.bfloat16)
    assert story["input_ids"].shape == (1, 5 * (441 + 2) + 95)
    assert story["pixel_values"].shape == (5 * 1764, 1536)
    assert int(story["mm_token_type_ids"].sum()) == 5 * 441


def test_every_variant_names_the_tokens_that_generate_wrote(subject: _models.Subject) -> None:
    import torch

    given = task(subject, _models.ADAPTER, bench_write.BASE)
    wanted = bench_write.Library(given).greedy(6)
    assert wanted.shape == (2, 6)
    assert not torch.equal(wanted[0], wanted[1]), "the adapter changes nothing; the test would prove nothing"
    with torch.inference_mode():
        for begin in (bench_write.plain, bench_write.lean):
            assert bench_write.agreement(begin(given, 8), wanted) == 1.0
            wrong = wanted.clone()
            wrong[1, 3] = (wrong[1, 3] + 1) % 300
            with pytest.raises(AssertionError, match="token 4 is not what generate wrote"):
                bench_write.agreement(begin(given, 8), wrong)


def test_the_least_time_is_the_bytes_that_must_be_read(subject: _models.Subject) -> None:
    given = task(subject, _models.ADAPTER)
    columns = subject.story["input_ids"].shape[1] + 2
    layers = 3 * (2 * 64 * (128 + 32) + 3 * 64 * 96 + 2 * 16) + 7 * 64 + 400 * 64 + subject.lora_weights
    cache = columns * 2 * 3 * 32
    assert given.least() == pytest.approx((layers + cache) * 4 / 1e9)


def test_a_failure_is_a_line_and_nothing_measured_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> Any:
        raise MemoryError("no room")

    found = [_report.attempt("one", lambda: {"speed": float("nan")}), _report.attempt("two", fail)]
    assert (
        capsys.readouterr().out == '{"variant": "one", "speed": null}\n{"variant": "two", "failed": "out of memory"}\n'
    )
    columns = [("variant", "variant", "s"), ("speed", "speed", ".1f"), ("peak", "peak", ".1f")]
    lines = _report.table(columns, [{**found[0], "peak": 12.34}, found[1]]).splitlines()
    assert lines == ["variant  speed  peak", "one          –  12.3", "two      out of memory"]


def test_a_published_size_without_a_gpu_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA GPU")
    monkeypatch.setattr("sys.argv", ["write", "--shape", "32b"])
    assert bench_write.main() == 2
    assert capsys.readouterr().err == (
        "bench.write: --shape 32b needs a CUDA GPU and there is none; use tiny or miniature\n"
    )


def test_settings_are_timed_only_where_loss_and_gradients_are_the_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from train.tuning import speed

    base = _models.random_model(SHAPE, "cpu", torch.float32)
    samples = [_models.random_story(SHAPE, torch.float32, 30, 4, 2, seed=seed) for seed in (0, 1)]
    for sample in samples:
        sample["labels"] = sample["input_ids"].masked_fill(torch.arange(sample["input_ids"].shape[1]) < 15, -100)
        sample["attention_mask"] = torch.ones_like(sample["labels"])
    given = bench_train.Task(base, SHAPE, samples, "cpu", _limits.Limits("none", 1e9, 1e9), 1)
    settings = bench_train.variants(SHAPE.layers, compiled=False)
    against, wanted = bench_train.reference(given, settings)
    assert against == "plain"
    names = {name for name, _ in base.named_parameters()}
    found = bench_train.measure(given, settings["fused, none, answer"], wanted)
    assert found["gradient_off"] < 1e-5 and found["tokens_a_second"] > 0
    assert {name for name, _ in base.named_parameters()} == names, "the base is to be as it was"
    curves = [bench_train.curve(given, settings[name], 3) for name in ("plain", "fused, none, answer")]
    assert curves[1] == pytest.approx(curves[0], rel=1e-4)

    def spoil(model: Any, _settings: Any) -> None:
        model.get_base_model().model.language_model.layers[0].self_attn.scaling = 9.0

    monkeypatch.setattr(speed, "apply", spoil)
    with pytest.raises(AssertionError, match="off the plain setting's"):
        bench_train.measure(given, settings["answer"], wanted)


def test_a_card_without_room_for_all_logits_is_measured_against_fewer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = bench_train.variants(3, compiled=False)

    def gradients(_task: Any, speed: Any) -> tuple[float, list[Any]]:
        if speed.logits == "all":
            raise MemoryError("no room")
        return 1.0, []

    monkeypatch.setattr(bench_train, "gradients", gradients)
    none: Any = bench_train.Task(None, SHAPE, [], "cpu", _limits.Limits("none", 1, 1), 1)
    assert bench_train.reference(none, settings) == ("answer", (1.0, []))
    assert capsys.readouterr().out == "plain does not fit in memory; `answer` stands in for it\n"


def test_curves_are_drawn_beside_each_other() -> None:
    curves = {"plain": [3.0, 2.0, 1.0], "fast": [3.0, 2.5, 1.0]}
    assert bench_train.plot(curves, height=3).splitlines() == [
        "  3.0000 *b",
        "          a",
        "  1.0000   *",
        "a plain, b fast",
    ]
    drawn = bench_train.svg(curves)
    assert drawn.count("<polyline") == 2 and "64.0,40.0" in drawn and "700.0,310.0" in drawn
