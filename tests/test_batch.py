"""One batch, many rows: each row writes what it would write alone, streams, draws and ends by itself."""

import collections
import json
import re
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, PhotoError
from core.records import Finish, Sampling
from core.writers.local import batch, checkpoint
from core.writers.local.adapters import BASE, RowAdapters, quiet_peft
from core.writers.local.faults import CheckpointError
from core.writers.local.inputs import prepare
from core.writers.local.sampling import next_tokens
from core.writers.local.text import TextStream
from tests.local_helpers import GREEDY, Tiny, ask, jpeg, system, tiny_checkpoint

__all__ = ["tiny_checkpoint"]
PIXELS = 160 * 128
Heard = dict[str, Any]


class Bench:
    """A loaded model with two adapters, `one` and `two`."""

    def __init__(self, tiny: Tiny) -> None:
        base = checkpoint.load_base(tiny.base, system("base", tiny.base), lambda _message, _fraction: None)
        self.model, self.processor, self.closing = base.model, base.processor, base.closing
        self.adapters = RowAdapters(base.model)
        self.adapters.add("one", tiny.adapter)
        self.adapters.add("two", tiny.other)

    def row(self, adapter: str, inputs: dict[str, Any], sampling: Sampling = GREEDY) -> tuple[batch.Row, Heard]:
        heard: Heard = {"text": "", "parts": 0, "stop": threading.Event()}

        def on_text(text: str) -> None:
            heard["text"] += text
            heard["parts"] += 1

        def on_end(finish: Finish, count: int) -> None:
            assert "finish" not in heard
            heard.update(finish=finish, count=count)

        return batch.Row(inputs, adapter, sampling, stop=heard["stop"], on_text=on_text, on_end=on_end), heard

    def write(self, *rows: batch.Row) -> None:
        batch.write(self.model, self.processor.tokenizer, self.closing, rows, self.adapters)

    def inputs(self, *photos: bytes, prompt: str = "Tell it.") -> dict[str, Any]:
        return prepare(self.processor, ask(*photos, prompt=prompt), PIXELS, 8192)

    def solo(self, adapter: str, inputs: dict[str, Any], sampling: Sampling = GREEDY) -> str:
        row, heard = self.row(adapter, inputs, sampling)
        self.write(row)
        return heard["text"]


@pytest.fixture(scope="module")
def bench(tiny_checkpoint: Tiny) -> Bench:
    return Bench(tiny_checkpoint)


@pytest.fixture(scope="module")
def inputs(bench: Bench) -> dict[str, Any]:
    return bench.inputs(jpeg("red"), jpeg("blue", (120, 200)))


@pytest.mark.parametrize("name", [BASE, "one"])
def test_a_row_equals_the_librarys_own_greedy_run(
    bench: Bench, inputs: dict[str, Any], tiny_checkpoint: Tiny, name: str
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForImageTextToText

    model: Any = AutoModelForImageTextToText.from_pretrained(tiny_checkpoint.base)
    if name != BASE:
        with quiet_peft():
            model = PeftModel.from_pretrained(model, str(tiny_checkpoint.adapter))
    attention = inputs["input_ids"].new_ones(inputs["input_ids"].shape)
    out = model.eval().generate(**inputs, attention_mask=attention, do_sample=False, max_new_tokens=24)
    wanted = bench.processor.tokenizer.decode(out[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert bench.solo(name, inputs) == wanted
    assert len(wanted.split()) > 10


def test_rows_with_and_without_adapters_equal_their_solo_runs(bench: Bench, inputs: dict[str, Any]) -> None:
    names = [BASE, "one", "two", "one"]
    alone = {name: bench.solo(name, inputs) for name in names}
    assert len(set(alone.values())) == 3, "the adapters change nothing; the test would prove nothing"
    rows = [bench.row(name, inputs) for name in names]
    bench.write(*(row for row, _ in rows))
    assert [heard["text"] for _, heard in rows] == [alone[name] for name in names]


def test_stories_of_different_length_share_a_batch(bench: Bench, inputs: dict[str, Any]) -> None:
    short = bench.inputs(jpeg("green", (64, 64)), prompt="Go.")
    long = bench.inputs(*[jpeg("white")] * 4, prompt="Tell it slowly, " * 9)
    parts = [(BASE, short), ("one", inputs), (BASE, long), ("two", short)]
    alone = [bench.solo(name, part) for name, part in parts]
    rows = [bench.row(name, part) for name, part in parts]
    bench.write(*(row for row, _ in rows))
    assert [heard["text"] for _, heard in rows] == alone
    assert alone[0] != alone[2], "the photos and the prompt change nothing; the test would prove nothing"


def test_one_row_stops_another_reaches_its_length_and_the_rest_go_on(bench: Bench, inputs: dict[str, Any]) -> None:
    long = Sampling(temperature=0.0, max_new_tokens=40)
    wanted = bench.solo("one", inputs, long)
    stopped, halted = bench.row(BASE, inputs, long)
    brief, ended = bench.row("two", inputs, Sampling(temperature=0.0, max_new_tokens=3))
    going, heard = bench.row("one", inputs, long)
    stopping = brief._on_end

    def stop_the_first(finish: Finish, count: int) -> None:
        stopping(finish, count)
        halted["stop"].set()

    brief._on_end = stop_the_first
    bench.write(stopped, brief, going)
    assert (halted["finish"], ended["finish"], heard["finish"]) == (Finish.STOPPED, Finish.LENGTH, Finish.LENGTH)
    assert 3 <= halted["count"] <= 4 and ended["count"] == 3 and heard["count"] == 40
    assert heard["text"] == wanted


def test_a_closing_token_ends_the_text_and_is_not_part_of_it(bench: Bench, inputs: dict[str, Any]) -> None:
    tokens = bench.processor.tokenizer(bench.solo(BASE, inputs))["input_ids"]
    closing = tokens[7]
    row, heard = bench.row(BASE, inputs)
    batch.write(bench.model, bench.processor.tokenizer, frozenset({closing}), [row], bench.adapters)
    assert heard["finish"] == Finish.END
    assert heard["count"] == tokens.index(closing)
    assert heard["text"] == bench.processor.tokenizer.decode(tokens[: tokens.index(closing)])


def test_a_failure_inside_a_batch_leaves_nothing_behind(bench: Bench, inputs: dict[str, Any]) -> None:
    alone = [bench.solo(name, inputs) for name in (BASE, "one")]
    broken, _ = bench.row("two", inputs)
    other, _ = bench.row(BASE, inputs)

    def fail(_text: str) -> None:
        raise RuntimeError("the listener is gone")

    broken._on_text = fail
    with pytest.raises(RuntimeError, match="listener"):
        bench.write(broken, other)
    with pytest.raises(RuntimeError, match="which rows want which"):
        bench.model(input_ids=inputs["input_ids"])
    rows = [bench.row(name, inputs) for name in (BASE, "one")]
    bench.write(*(row for row, _ in rows))
    assert [heard["text"] for _, heard in rows] == alone


def test_a_seed_gives_the_same_text_in_any_row_and_any_company(bench: Bench, inputs: dict[str, Any]) -> None:
    import torch

    def drawn(seed: int) -> Sampling:
        return Sampling(max_new_tokens=40, seed=seed)

    alone = bench.solo("one", inputs, drawn(7))
    state = torch.random.get_rng_state()
    company = [
        bench.row(BASE, inputs, drawn(7)),
        bench.row("one", inputs, drawn(8)),
        bench.row("one", inputs, drawn(7)),
        bench.row("one", inputs, GREEDY),
    ]
    bench.write(*(row for row, _ in company))
    texts = [heard["text"] for _, heard in company]
    assert texts[2] == alone
    assert len({*texts}) == 4
    assert torch.equal(torch.random.get_rng_state(), state), "the global generator was used"


def test_the_nucleus_is_the_librarys_and_the_shares_are_the_probabilities() -> None:
    import torch
    from transformers import TemperatureLogitsWarper, TopPLogitsWarper

    logits = torch.randn(1, 50, generator=torch.Generator().manual_seed(5)) * 2
    sampling = Sampling(temperature=0.7, top_p=0.8)
    none_yet: Any = torch.tensor([[0]])
    warm: Any = TopPLogitsWarper(0.8)(none_yet, TemperatureLogitsWarper(0.7)(none_yet, logits))
    wanted = torch.softmax(warm, dim=-1)[0]
    grid = 4000
    counts = collections.Counter(
        token
        for start in range(0, grid, 500)
        for token in next_tokens(
            logits.expand(500, -1), [sampling] * 500, [(start + place + 0.5) / grid for place in range(500)]
        )
    )
    assert set(counts) == set(wanted.nonzero().flatten().tolist())
    assert all(abs(counts[token] / grid - float(wanted[token])) < 1e-3 for token in counts)
    assert next_tokens(logits, [Sampling(temperature=0.0)], [0.99]) == [int(logits.argmax())]
    assert next_tokens(logits, [Sampling(top_p=1e-9)], [0.999999]) == [int(logits.argmax())]


def test_text_comes_in_whole_characters_and_equals_decoding_at_once(bench: Bench) -> None:
    tokenizer = bench.processor.tokenizer
    text = "Speaker 1: naïve – 日本 🏖️ “yes”\n\n  ½ ok"
    tokens = tokenizer(text)["input_ids"]
    stream = TextStream(tokenizer)
    parts = [stream.push(token) for token in tokens]
    assert "".join(parts) == text == tokenizer.decode(tokens)
    assert "" in parts, "every character here is one token; the test would prove nothing"
    assert not any("\ufffd" in part for part in parts)
    assert stream.push(tokenizer.convert_tokens_to_ids("<|im_end|>")) == ""
    cut = TextStream(tokenizer)
    assert "".join(cut.push(token) for token in tokenizer("a 🏖")["input_ids"][:-1]) == "a "


def test_pieces_are_held_back_to_twenty_a_second(
    bench: Bench, inputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "EVERY", 1e9)
    row, heard = bench.row(BASE, inputs)
    row._told = batch.time.monotonic()
    bench.write(row)
    assert heard["parts"] == 1 and len(heard["text"].split()) > 10


# --- what a row reads ---


def test_photos_shrink_until_everything_fits_and_keep_their_number(bench: Bench) -> None:
    photos = [jpeg("red", (1000, 700)), jpeg("blue", (500, 900))]
    request = ask(*photos, sampling=Sampling(max_new_tokens=200))
    large = prepare(bench.processor, request, 451_584, 8192)
    small = prepare(bench.processor, request, 451_584, 512)
    assert large["input_ids"].shape[1] > 700
    assert 400 < 200 + small["input_ids"].shape[1] <= 512
    image = bench.processor.image_token_id
    for made in (large, small):
        assert made["image_grid_thw"].shape[0] == 2
        assert int((made["input_ids"] == image).sum()) == int(made["image_grid_thw"].prod(-1).sum()) // 4
        assert int(made["mm_token_type_ids"].sum()) == int((made["input_ids"] == image).sum())


def test_what_cannot_be_read_or_cannot_fit_is_named(bench: Bench) -> None:
    with pytest.raises(PhotoError, match="photo 2 cannot be read"):
        prepare(bench.processor, ask(jpeg(), b"no photo"), PIXELS, 8192)
    with pytest.raises(PhotoError, match="photo 1 cannot be read"):
        prepare(bench.processor, ask(jpeg()[:300]), PIXELS, 8192)
    with pytest.raises(BadInput, match=r"1 photos need at least \d+ tokens and 0 are left"):
        prepare(bench.processor, ask(sampling=Sampling(max_new_tokens=500)), PIXELS, 512)


# --- what can be loaded ---


def _changed(folder: Path, adapter: Path, **options: Any) -> Path:
    shutil.copytree(adapter, folder)
    path = folder / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **options}))
    return folder


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"peft_type": "IA3"}, "peft_type is 'IA3'"),
        ({"use_dora": True}, "use_dora.*merge it"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save.*merge it"),
    ],
)
def test_an_adapter_that_cannot_share_a_base_is_refused(
    bench: Bench, tiny_checkpoint: Tiny, tmp_path: Path, options: dict[str, Any], fault: str
) -> None:
    folder = _changed(tmp_path / "adapter", tiny_checkpoint.adapter, **options)
    with pytest.raises(CheckpointError) as refused:
        bench.adapters.add("bad", folder)
    assert refused.match("The adapter does not fit its base")
    assert re.search(rf"{re.escape(str(folder))}: .*{fault}", refused.value.detail)


@pytest.mark.parametrize(
    ("key", "shape", "fault"),
    [
        ("language_model.layers.0.mlp.up_proj.lora_A.weight", (8, 999), "size 999 where this base has 128"),
        ("language_model.layers.9.mlp.up_proj.lora_A.weight", (8, 128), "fits no layer of this base"),
        ("visual.blocks.0.attn.qkv.lora_A.weight", (8, 64), "vision tower"),
    ],
)
def test_an_adapter_of_another_base_is_refused_by_the_matrix_that_does_not_fit(
    bench: Bench, tiny_checkpoint: Tiny, tmp_path: Path, key: str, shape: tuple[int, int], fault: str
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    folder = _changed(tmp_path / "adapter", tiny_checkpoint.adapter)
    weights = load_file(folder / "adapter_model.safetensors")
    save_file({**weights, f"base_model.model.model.{key}": torch.zeros(shape)}, folder / "adapter_model.safetensors")
    with pytest.raises(CheckpointError) as refused:
        bench.adapters.add("bad", folder)
    assert fault in refused.value.detail


def test_an_adapter_without_files_is_refused(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as refused:
        bench.adapters.add("bad", tmp_path)
    assert "adapter_config.json" in refused.value.detail


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"quantization": "4bit"}, "quantization 4bit needs a CUDA GPU"),
        ({"device_map": "cuda:0"}, "finds no CUDA GPU"),
        ({"attention": "flash_attention_2"}, "cannot be loaded"),
    ],
)
def test_settings_this_machine_cannot_serve_are_refused(
    tiny_checkpoint: Tiny, options: dict[str, str], fault: str
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA GPU")
    with pytest.raises(CheckpointError) as refused:
        checkpoint.load_base(tiny_checkpoint.base, system("s", "m", **options), lambda _message, _fraction: None)
    assert fault in refused.value.detail


def test_a_checkpoint_of_another_kind_or_with_holes_is_refused(tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text('{"model_type": "bert"}')
    shutil.copytree(tiny_checkpoint.base, tmp_path / "holes")
    weights = load_file(tmp_path / "holes" / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, tmp_path / "holes" / "model.safetensors", {"format": "pt"})
    for name, fault in {"bert": "model_type is 'bert'", "holes": "lm_head.weight", "none": "config.json"}.items():
        with pytest.raises(CheckpointError) as refused:
            checkpoint.load_base(tmp_path / name, system("s", "m"), lambda _message, _fraction: None)
        assert fault in refused.value.detail


def test_loading_tells_how_far_it_is(tiny_checkpoint: Tiny) -> None:
    said: list[float | None] = []
    checkpoint.load_base(tiny_checkpoint.base, system("s", "m"), lambda _message, fraction: said.append(fraction))
    fractions = [fraction for fraction in said if fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0 and 0.9 < fractions[-1] <= 1 and len(fractions) > 10
