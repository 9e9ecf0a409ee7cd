"""Faster ways of decoding give what the plain way gives: the same logits to rounding, the same tokens and ends."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from core.records import Finish, Sampling
from core.writers.local import batch, lean, prefill, sampling, static
from core.writers.local.adapters import BASE
from core.writers.local.plain import PlainDecoding
from core.writers.local.sampling import Sampler, next_tokens
from tests.local_helpers import GREEDY, Tiny, jpeg, tiny_checkpoint
from tests.test_batch import Bench

__all__ = ["tiny_checkpoint"]
NAMES = [BASE, "one", "two", "one"]


class Replay:
    """A captured step without a GPU: like a graph it sees tensors by address, and runs once more than it is asked."""

    made = 0

    def __init__(self, run: Any, columns: int) -> None:
        Replay.made += 1
        self.columns, self._run = columns, run
        run()

    def __call__(self) -> Any:
        return self._run()


@pytest.fixture(scope="module")
def bench(tiny_checkpoint: Tiny) -> Bench:
    return Bench(tiny_checkpoint)


@pytest.fixture(scope="module")
def stories(bench: Bench) -> list[dict[str, Any]]:
    """Prompts of four lengths."""
    return [
        bench.inputs(jpeg("red"), jpeg("blue", (120, 200))),
        bench.inputs(jpeg("green", (64, 64)), prompt="Go."),
        bench.inputs(*[jpeg("white")] * 3, prompt="Tell it slowly, " * 9),
        bench.inputs(jpeg("black", (90, 200)), prompt="And then?"),
    ]


@pytest.fixture(params=["lean", "captured", "plain"])
def way(request: pytest.FixtureRequest, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The way in which `bench` writes inside the test."""
    Replay.made = 0
    if request.param == "captured":
        monkeypatch.setattr(static, "captures", lambda _step: True)
        monkeypatch.setattr(static, "CapturedStep", Replay)
        monkeypatch.setattr(static, "BUCKET", 32)
    before = bench.adapters.step
    bench.adapters.step = "none" if request.param == "plain" else None
    yield request.param
    bench.adapters.step = before


def plain_logits(bench: Bench, stories: Sequence[dict[str, Any]], tokens: Sequence[Sequence[int]]) -> list[Any]:
    import torch

    with torch.inference_mode():
        decoding = PlainDecoding(bench.model, 0, stories, NAMES, bench.adapters)
        found = [decoding.logits_b_v]
        for each in tokens:
            decoding.step(each)
            found.append(decoding.logits_b_v)
    return found


def test_logits_are_the_plain_ones_to_rounding(bench: Bench, stories: list[dict[str, Any]], way: str) -> None:
    import torch

    tokens = [[3 + row + 7 * step for row in range(4)] for step in range(40)]
    wanted = plain_logits(bench, stories, tokens)
    with torch.inference_mode():
        rows = [bench.row(name, story, GREEDY)[0] for name, story in zip(NAMES, stories, strict=True)]
        for row in rows:
            row.sampling = Sampling(temperature=0.0, max_new_tokens=41)
        decoding = batch.begin(bench.model, 0, rows, bench.adapters)
        assert isinstance(decoding, PlainDecoding) == (way == "plain")
        found = [decoding.logits_b_v.clone()]
        for each in tokens:
            decoding.step(each)
            found.append(decoding.logits_b_v.clone())
    for ours, theirs in zip(found, wanted, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=2e-4)
    assert float((found[0] - found[1]).norm()) > 1, "all steps give the same logits; the test would prove nothing"
    assert Replay.made == (2 if way == "captured" else 0)


def test_rows_end_one_by_one_and_the_others_do_not_notice(
    bench: Bench, stories: list[dict[str, Any]], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = [3, 50, 20, 75, 33, 90]
    parts = [(NAMES[n % 4], stories[n % 4], n, length) for n, length in enumerate(lengths)]

    def written() -> list[tuple[str, Finish, int]]:
        rows = [
            bench.row(name, story, Sampling(temperature=0.9, max_new_tokens=length, seed=seed))
            for name, story, seed, length in parts
        ]
        bench.write(*(row for row, _ in rows))
        return [(heard["text"], heard["finish"], heard["count"]) for _, heard in rows]

    together = written()
    bench.adapters.step = "none"
    assert together == written()
    assert [count for _, _, count in together] == lengths
    if way == "captured":
        assert 4 <= Replay.made <= 8, "rows are to be cleared away now and then, and not at every end"


def test_a_stop_reaches_a_row_of_a_captured_batch(bench: Bench, stories: list[dict[str, Any]], way: str) -> None:
    stopped, halted = bench.row(BASE, stories[0], Sampling(temperature=0.0, max_new_tokens=60))
    going, heard = bench.row("one", stories[1], Sampling(temperature=0.0, max_new_tokens=60))
    wanted = bench.solo("one", stories[1], Sampling(temperature=0.0, max_new_tokens=60))
    told = stopped._on_text

    def stop_soon(text: str) -> None:
        told(text)
        halted["stop"].set()

    stopped._on_text = stop_soon
    bench.write(stopped, going)
    assert halted["finish"] is Finish.STOPPED and halted["count"] < 60
    assert (heard["text"], heard["count"]) == (wanted, 60)


def test_prompts_are_read_in_parts_of_bounded_size(
    bench: Bench, stories: list[dict[str, Any]], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def texts() -> list[str]:
        rows = [bench.row(name, story) for name, story in zip(NAMES, stories, strict=True)]
        bench.write(*(row for row, _ in rows))
        return [heard["text"] for _, heard in rows]

    whole = texts()
    longest = prefill.longest_prompt(stories)
    monkeypatch.setattr(prefill, "TOKENS", 2 * longest + 1)
    assert [(part.start, part.stop) for part in prefill.chunks(5, longest)] == [(0, 2), (2, 4), (4, 5)]
    assert texts() == whole
    monkeypatch.setattr(prefill, "TOKENS", 1)
    assert texts() == whole


def test_a_step_that_cannot_be_captured_is_launched_plainly(
    bench: Bench, stories: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_run: Any, _columns: int) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    wanted = [bench.solo(name, story) for name, story in zip(NAMES, stories, strict=True)]
    monkeypatch.setattr(static, "captures", lambda _step: True)
    monkeypatch.setattr(static, "CapturedStep", refuse)
    rows = [bench.row(name, story) for name, story in zip(NAMES, stories, strict=True)]
    with caplog.at_level(logging.WARNING):
        bench.write(*(row for row, _ in rows))
    assert [heard["text"] for _, heard in rows] == wanted
    assert [record.message.startswith("steps cannot be captured") for record in caplog.records] == [True]


@pytest.mark.parametrize("rows", [2, 3])
def test_without_memory_for_the_room_one_story_grows_and_more_are_refused(
    bench: Bench, stories: list[dict[str, Any]], rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise MemoryError("no room")

    wanted = [bench.solo(name, stories[0]) for name in NAMES[:rows]]
    monkeypatch.setattr(lean.LeanStep, "room", refuse)
    made = [bench.row(name, stories[0]) for name in NAMES[:rows]]
    if rows > batch.ONE_STORY:
        with pytest.raises(MemoryError):
            bench.write(*(row for row, _ in made))
        return
    bench.write(*(row for row, _ in made))
    assert [heard["text"] for _, heard in made] == wanted


# --- what is not written out ---


def unsuited(bench: Bench, caplog: pytest.LogCaptureFixture) -> str:
    bench.adapters.step = None
    try:
        with caplog.at_level(logging.WARNING):
            assert lean.prepared(bench.model, bench.adapters) is None
            assert lean.prepared(bench.model, bench.adapters) is None
        assert len(caplog.records) == 1, "it is said once"
        return caplog.records[0].getMessage()
    finally:
        bench.adapters.step = None


def test_a_step_that_is_not_the_librarys_is_found_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rotation = lean.LeanStep._rotation
    monkeypatch.setattr(lean.LeanStep, "_rotation", lambda self, place, dtype: rotation(self, place + 1, dtype))
    assert "off the library's" in unsuited(bench, caplog)


def test_an_adapter_with_numbers_that_are_none_stays_among_its_own_rows(
    bench: Bench, stories: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    wanted = bench.solo(BASE, stories[0])
    layer: Any = bench.model.model.language_model.layers[0].mlp.up_proj
    weight = layer.lora_B["two"].weight.data
    kept = float(weight[0, 0])
    try:
        weight[0, 0] = float("nan")
        assert "not finite" in unsuited(bench, caplog)
        spoiled, _ = bench.row("two", stories[0])
        sound, heard = bench.row(BASE, stories[0])
        bench.write(spoiled, sound)
        assert heard["text"] == wanted
    finally:
        weight[0, 0] = kept
        bench.adapters.step = None


def test_weights_read_together_are_held_once(bench: Bench) -> None:
    assert lean.prepared(bench.model, bench.adapters) is not None
    attention: Any = bench.model.model.language_model.layers[0].self_attn
    parts = [layer.base_layer.weight for layer in (attention.q_proj, attention.k_proj, attention.v_proj)]
    assert len({part.untyped_storage().data_ptr() for part in parts}) == 1


# --- drawing ---


def test_sorting_the_front_alone_draws_the_same_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    random = torch.Generator().manual_seed(3)
    logits = (torch.randn(64, 500, generator=random) * 3).bfloat16().float()  # coarse, so that many are alike
    logits[:8] = 0.0  # every token as likely as the next: no front can hold the nucleus
    samplings = [Sampling(temperature=0.3 + row / 40, top_p=(0.5, 0.8, 0.95, 1.0)[row % 4]) for row in range(64)]
    draws = [(row + 0.5) / 64 for row in range(64)]
    whole = next_tokens(logits, samplings, draws)
    monkeypatch.setattr(sampling, "FRONT", 40)
    short = sampling._is_short(sampling._front(torch.softmax(logits, -1))[0], torch.full((64, 1), 0.8))
    assert 8 <= int(short.sum()) < 64, "none, or all, are short; the test would prove nothing"
    assert next_tokens(logits, samplings, draws) == whole


def test_rows_that_leave_take_their_way_of_drawing_along() -> None:
    import torch

    logits = torch.tensor([[0.0, 1.0, 2.0, 0.5]]).expand(3, -1)
    sampler = Sampler([GREEDY, Sampling(temperature=5.0, top_p=1.0), Sampling(temperature=1e-3)], logits)
    assert sampler.pick(logits, [0.0, 0.9999, 0.5]) == [2, 0, 2]
    sampler.keep([1])
    assert sampler.pick(logits[:1], [0.9999]) == [0]


def test_attention_that_is_split_over_the_columns_is_the_fused_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    random = torch.Generator().manual_seed(1)
    q, keys, values = (torch.randn(shape, generator=random) for shape in [(3, 2, 4, 16), (3, 2, 9, 16), (3, 2, 9, 16)])
    mask = torch.zeros(3, 9).masked_fill_(torch.arange(9) < torch.tensor([[0], [3], [8]]), -torch.inf)
    # Query heads beside each other share a key head: as the library repeats them, without the folding.
    repeated = [part.repeat_interleave(4, dim=1) for part in (keys, values)]
    wanted = torch.nn.functional.scaled_dot_product_attention(
        q.reshape(3, 8, 1, 16), *repeated, attn_mask=mask[:, None, None]
    )
    assert torch.allclose(lean.attend(q, keys, values, mask), wanted.reshape(3, -1), atol=1e-6)
    assert torch.allclose(
        lean.split_attention(q, keys, values, mask[:, None, None]).reshape(3, -1), wanted.reshape(3, -1), atol=1e-6
    )
