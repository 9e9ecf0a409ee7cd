"""The model card and the loss curve of a run, from its folder alone."""

import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RunFolderError
from core.runs import Run
from tests.local_helpers import Tiny, jpeg, tiny_checkpoint
from train.tuning import card, curve
from train.tuning.history import History
from train.tuning.settings import load

__all__ = ["tiny_checkpoint"]  # a fixture

SHA = "ab" * 32
SVG = "{http://www.w3.org/2000/svg}"


def step(number: int, loss: float | None, **more: Any) -> dict[str, Any]:
    return {
        "step": number,
        "steps": 6,
        "loss": loss,
        "learning_rate": 1e-6,
        "grad_norm": 0.1,
        "tokens": 1000,
        "tokens_per_second": 500.0,
        "seconds": 2.0,
        "seconds_left": 1.0,
        "memory_gb": 70.0 + number,
        "mfu": 0.3,
        **more,
    }


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """A run folder with an adapter's folder, as `finetune` leaves it."""

    def made(*, model: str | None = None, data: Path = Path("/home/somebody/train.jsonl")) -> Path:
        folder = tmp_path / "run"
        settings = load(Path("qwen3-vl-32b")).model_dump(mode="json")
        if model is not None:
            settings["model"] = model
        asked = {
            "kind": "finetune",
            "settings": settings,
            "data": {"file": str(data), "sha256": SHA, "samples": 4004},
            "versions": {"torch": "2.15.0", "device": "NVIDIA A100-SXM4-80GB"},
        }
        Run.create(folder, asked)
        (folder / "adapter").mkdir()
        return folder

    return made


def killed_and_resumed(folder: Path) -> None:
    """Six steps; killed after the fourth, resumed from the second, so that two steps were done again."""
    run = Run(folder)
    run.log("started", steps=6, samples=4004, effective_batch=32, devices=8, pid=1, resumed_from=None)
    for number, loss in ((1, 4.0), (2, 3.5), (3, 9.0), (4, 9.0)):
        run.log("step", **step(number, loss, seconds=100.0 if loss == 9 else 2.0))
    run.log("started", steps=6, samples=4004, effective_batch=32, devices=8, pid=2, resumed_from=2)
    for number, loss in ((3, 3.0), (4, 2.75), (5, 2.6), (6, 2.5)):
        run.log("step", **step(number, loss, mfu=0.3 if number < 6 else 0.6))
    run.log("finished", steps=6, seconds=8.0, loss=2.5, tokens=4000)


# The course of a run


def test_of_a_step_done_twice_the_later_line_counts(make: Callable[..., Path]) -> None:
    folder = make()
    killed_and_resumed(folder)
    history = History(folder)
    assert history.losses == [(1, 4.0), (2, 3.5), (3, 3.0), (4, 2.75), (5, 2.6), (6, 2.5)]
    assert history.finished and history.resumed_from == [2]
    found = history.figures()
    assert (found.steps, found.of, found.loss, found.mean_loss) == (6, 6, 2.5, 2.5)
    assert (found.tokens, found.seconds, found.tokens_per_second) == (6000, 12.0, 500.0)
    assert (found.memory_gb, found.devices) == (76.0, 8)
    assert found.mfu == pytest.approx((5 * 0.3 + 0.6) / 6)


def test_a_run_that_goes_on_is_not_finished(make: Callable[..., Path]) -> None:
    folder = make()
    killed_and_resumed(folder)
    Run(folder).log("started", steps=6, samples=1, effective_batch=1, devices=1, pid=3, resumed_from=6)
    assert not History(folder).finished


def test_nothing_measured_is_no_number(make: Callable[..., Path]) -> None:
    found = History(make()).figures()
    assert found.steps == 0 and all(math.isnan(value) for value in found[1:])


def test_a_damaged_line_is_named(make: Callable[..., Path]) -> None:
    folder = make()
    (folder / "events.jsonl").write_text('{"event": "step"}\n')
    with pytest.raises(RunFolderError, match=r"events\.jsonl:1: an event `step` says which step"):
        History(folder)


# The curve


def points(count: int) -> list[tuple[int, float]]:
    return [(number, 2.5 + 1.5 * math.exp(-number / 30)) for number in range(1, count + 1)]


def test_the_curve_is_an_accessible_picture() -> None:
    drawn = ElementTree.fromstring(curve.svg(points(126), 'Loss of "a" <b>'))
    assert drawn.get("role") == "img"
    assert drawn.findtext(f"{SVG}title") == 'Loss of "a" <b>'
    told = drawn.findtext(f"{SVG}desc") or ""
    assert told.startswith("Steps 1 to 126: the smoothed loss goes from ") and told in (drawn.get("aria-label") or "")
    assert len(drawn.findall(f".//{SVG}circle")) == 126
    assert len((drawn.find(f".//{SVG}polyline").get("points") or "").split()) == 126  # type: ignore[union-attr]
    labels = [text.text for text in drawn.findall(f".//{SVG}text")]
    assert {"2.5", "3.0", "3.5", "4.0", "20", "100", "optimiser step", "nats a token"} <= set(labels)
    style = drawn.findtext(f"{SVG}style") or ""
    assert "currentColor" in style and "prefers-color-scheme: dark" in style
    assert all(line.lstrip().startswith((".loss-curve", "@media", "}")) for line in style.split("\n") if line.strip())


def test_everything_drawn_lies_inside_the_picture() -> None:
    for shown in (points(1), points(2), [(7, 2.0), (8, 2.0)], [(1, 1e-7), (2, 3e-7)], [(1, 1e6), (50, 12.0)]):
        drawn = ElementTree.fromstring(curve.svg(shown))
        for circle in drawn.findall(f".//{SVG}circle"):
            x, y = float(circle.get("cx", "nan")), float(circle.get("cy", "nan"))
            assert 0 <= x <= curve.WIDTH and 0 <= y <= curve.HEIGHT


def test_no_loss_is_a_sentence_and_no_number_is_left_out() -> None:
    assert "No loss was measured yet." in curve.svg([])
    assert curve.svg([(1, math.nan)]) == curve.svg([])
    assert curve.svg([(1, 2.0), (2, math.inf), (3, 1.0)]) == curve.svg([(1, 2.0), (3, 1.0)])


def test_the_picture_of_a_long_run_stays_small() -> None:
    drawn = curve.svg(points(20_000))
    assert len(drawn) < 100_000
    last = ElementTree.fromstring(drawn).findall(f".//{SVG}circle")[-1]
    assert float(last.get("cx", "0")) == curve.WIDTH - 20, "the last point is there"


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_round_and_enclose_what_is_shown(low: float, span: float) -> None:
    found = curve.ticks(low, low + span)
    step = found[1] - found[0]
    assert found[0] <= low + 1e-6 * span and low + span <= found[-1] + 1e-6 * span
    assert 2 <= len(found) <= 8
    assert any(math.isclose(step / 10 ** math.floor(math.log10(step) + 1e-6), one, rel_tol=1e-3) for one in (1, 2, 5))


def test_smoothing_keeps_a_constant_and_turns_round_with_its_values() -> None:
    assert curve.smoothed([2.0] * 50) == pytest.approx([2.0] * 50)
    values = [loss for _, loss in points(80)]
    assert curve.smoothed(values[::-1]) == pytest.approx(curve.smoothed(values)[::-1])
    assert curve.smoothed([1.0]) == [1.0] and curve.smoothed([]) == []


def test_the_curve_is_written_into_the_run(make: Callable[..., Path]) -> None:
    folder = make()
    killed_and_resumed(folder)
    path = curve.write(folder)
    assert path == folder / "loss.svg" and "Training loss of qwen3-vl-32b" in path.read_text()


# The card


def front_and_body(path: Path) -> tuple[dict[str, Any], str]:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def rows(body: str) -> dict[str, str]:
    return dict(re.findall(r"^\| (.+?) \| (.+?) \|$", body, flags=re.MULTILINE))


def test_the_card_tells_settings_data_versions_and_figures(make: Callable[..., Path]) -> None:
    folder = make()
    killed_and_resumed(folder)
    path = card.write(folder)
    assert path == folder / "adapter" / "README.md" and (folder / "adapter" / "loss.svg").is_file()
    front, body = front_and_body(path)
    assert front["base_model"] == "Qwen/Qwen3-VL-32B-Instruct" and front["library_name"] == "peft"
    assert front["license"] == "apache-2.0" and "ai-generated" in front["tags"]
    told = rows(body)
    assert told["Optimiser steps"] == "6 of 6" and told["Loss of the last step"] == "2.5000"
    assert told["Tokens"] == "6,000" and told["Tokens a second"] == "500" and told["Hours"] == "0.00"
    assert told["Devices"] == "8 x NVIDIA A100-SXM4-80GB" and told["Peak memory of a device, GB"] == "76.0"
    assert told["Utilisation (MFU)"] == "35.0%" and told["Resumed from step"] == "2"
    assert told["LoRA rank, alpha, dropout"] == "16, 32, 0.05" and told["Samples a step"] == "32 = 1 x 4 x 8"
    assert told["Learning rate"] == "4e-06, cosine, warm-up 0.1"
    assert told["SHA-256"] == f"`{SHA}`" and told["Samples"] == "4,004" and told["torch"] == "2.15.0"
    assert "![Training loss" in body and "(loss.svg)" in body
    assert "has not finished" not in body


def test_where_the_data_lay_is_nobodys_business(make: Callable[..., Path]) -> None:
    folder = make()
    killed_and_resumed(folder)
    text = card.write(folder).read_text()
    assert "`train.jsonl`" in text and "/home/somebody" not in text


def test_the_card_names_the_papers_risks_and_marks_what_is_generated(make: Callable[..., Path]) -> None:
    body = front_and_body(card.write(make()))[1].lower()
    for risk in (
        "fabricate",
        "imitate",
        "gender, accent, dialect",
        "watermark",
        "invents",
        "synthetic",
        "ai-generated",
    ):
        assert risk in body, risk
    assert "vllm serve qwen/qwen3-vl-32b-instruct --enable-lora" in body and "python -m train merge" in body


def test_what_was_not_measured_is_a_dash_and_the_card_says_it_is_unfinished(make: Callable[..., Path]) -> None:
    _, body = front_and_body(card.write(make()))
    told = rows(body)
    for name in ("Optimiser steps", "Loss of the last step", "Tokens a second", "Utilisation (MFU)", "Hours"):
        assert told[name] == "–", name
    assert "The run has not finished" in body and "nan" not in body.lower()


def test_a_base_of_ones_own_is_named_without_promising_a_licence(make: Callable[..., Path]) -> None:
    front, body = front_and_body(card.write(make(model="models/my-own/base")))
    assert "base_model" not in front and front["license"] == "other" and "`models/my-own/base`" in body


def test_no_adapter_and_no_run_are_told(make: Callable[..., Path], tmp_path: Path) -> None:
    folder = make()
    (folder / "adapter").rmdir()
    with pytest.raises(RunFolderError, match="no adapter yet"):
        card.write(folder)
    with pytest.raises(RunFolderError, match=r"no run\.yaml here"):
        card.write(tmp_path / "nothing")
    other = Run.create(tmp_path / "other", {"kind": "stories"})
    (other.path / "adapter").mkdir()
    with pytest.raises(RunFolderError, match=r"settings: .*a run of `train finetune` was wanted"):
        card.write(other.path)


@pytest.mark.slow
def test_the_python_the_card_shows_runs(
    make: Callable[..., Path],
    tiny_checkpoint: Tiny,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As it stands, on the tiny model: only the adapter's place is filled in, and fewer tokens asked for."""
    body = front_and_body(card.write(make(model=str(tiny_checkpoint.base))))[1]
    code = re.findall(r"^```python\n(.*?)^```$", body, flags=re.DOTALL | re.MULTILINE)[0]
    shutil.copytree(tiny_checkpoint.adapter, tmp_path / "adapter")
    for name in ("1.jpg", "2.jpg"):
        (tmp_path / name).write_bytes(jpeg())
    monkeypatch.chdir(tmp_path)
    from core.writers.local.adapters import quiet_peft

    with quiet_peft():
        exec(code.replace("path/to/this/adapter", "adapter").replace("2048", "12"), {})
    assert capsys.readouterr().out.strip()
