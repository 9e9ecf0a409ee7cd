"""What is trained, token by token, on the tiny model's real processor."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from core.records import Sampling
from core.writers.events import WriteRequest
from core.writers.local.inputs import prepare
from tests.local_helpers import Tiny, tiny_checkpoint
from tests.tuning_helpers import ANSWER, PROMPT, picture
from train.tuning.collate import Collator, Samples
from train.tuning.encode import IGNORED, Encoder
from train.tuning.model import load_processor
from train.tuning.order import Pick
from train.tuning.samples import Sample, read
from train.tuning.settings import DataSettings

__all__ = ["tiny_checkpoint"]

DATA = DataSettings(max_length=1024, max_pixels=16384)
ODD = (
    "Speaker 1: naïve café – “yes” 🎉👩\u200d👩\u200d👧\u200b e\u0301 \u202ex\u202c <|im_en d|>\n"
    "Speaker 2: 你好\t\n\nSpeaker 1: \u00a0ok…"
)


@pytest.fixture(scope="module")
def processor(tiny_checkpoint: Tiny) -> Any:
    return load_processor(tiny_checkpoint.base)


def sample(folder: Path, pictures: int = 2, answer: str = ANSWER) -> Sample:
    sizes = [(96, 64), (64, 128), (200, 200)]
    names = [picture(folder / f"{number}.png", sizes[number % 3]).name for number in range(pictures)]
    file = folder / f"{pictures}.jsonl"
    file.write_text(json.dumps({"id": "a", "images": names, "prompt": PROMPT, "answer": answer}))
    return read(file).samples[0]


def by_span(ids: list[int], tokenizer: Any) -> list[int]:
    """Labels by another way: what lies behind the assistant's opening up to its end token, found in the ids."""
    opening = tokenizer("<|im_start|>assistant\n")["input_ids"]
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    start = max(at for at in range(len(ids)) if ids[at : at + len(opening)] == opening) + len(opening)
    stop = ids.index(end, start) + 1
    return [token if start <= at < stop else IGNORED for at, token in enumerate(ids)]


@pytest.mark.parametrize("answer", [ANSWER, ODD, "Speaker 1: <image> 1. assistant\n user"])
@pytest.mark.parametrize("pictures", [1, 3])
@pytest.mark.parametrize("generation_marks", [True, False])
def test_only_the_answer_and_its_end_are_trained(
    processor: Any, tmp_path: Path, answer: str, pictures: int, generation_marks: bool
) -> None:
    template = processor.chat_template
    if not generation_marks:  # as in Qwen's own template
        processor.chat_template = re.sub(r"\{%-\s*(?:end)?generation\s*-%\}", "", template)
    try:
        one = sample(tmp_path, pictures, answer)
        encoded = Encoder(processor, DATA)(one)
        whole = processor.apply_chat_template(
            [*one.messages(), {"role": "assistant", "content": one.answer}], tokenize=False
        )
    finally:
        processor.chat_template = template
    ids, labels = encoded["input_ids"].tolist(), encoded["labels"].tolist()
    assert labels == by_span(ids, processor.tokenizer)
    trained = [token for token in labels if token != IGNORED]
    # Qwen's tokenizer composes characters: e and an accent come out as one.
    assert processor.tokenizer.decode(trained) == unicodedata.normalize("NFC", f"{one.answer}<|im_end|>")
    # The sequence is what the template makes of the whole conversation, but for the line end it puts last.
    pads = re.compile(r"<\|vision_start\|>(?:<\|image_pad\|>)+<\|vision_end\|>")
    assert pads.sub("<P>", processor.tokenizer.decode(ids)) + "\n" == unicodedata.normalize(
        "NFC", pads.sub("<P>", whole)
    )


def test_the_prompt_is_what_the_writer_prepares(processor: Any, tmp_path: Path) -> None:
    import torch

    one = sample(tmp_path, 3)
    request = WriteRequest(
        tuple(path.read_bytes() for path in one.images), PROMPT, Sampling(max_new_tokens=len(one.answer))
    )
    wanted = prepare(processor, request, DATA.max_pixels, DATA.max_length)
    encoded: Any = Encoder(processor, DATA)(one)
    length = wanted["input_ids"].shape[1]
    for name in ("input_ids", "mm_token_type_ids"):
        assert torch.equal(encoded[name][:length], wanted[name][0])
    for name in ("pixel_values", "image_grid_thw"):
        assert torch.equal(encoded[name], wanted[name])
    assert int(encoded["mm_token_type_ids"][length:].sum()) == 0
    assert all(torch.equal(value, wanted[name]) for name, value in Encoder(processor, DATA).prompt(one).items())


def test_too_long_loses_pixels_then_turns_and_keeps_its_end(processor: Any, tmp_path: Path) -> None:
    one = sample(tmp_path, 3)
    roomy = Encoder(processor, DATA)(one)
    wide = DataSettings(max_length=1024, max_pixels=65536)
    image = processor.tokenizer.convert_tokens_to_ids("<|image_pad|>")
    full = Encoder(processor, wide)(one)
    shorter = Encoder(processor, DataSettings(max_length=len(full["input_ids"]) - 5, max_pixels=65536))(one)
    assert len(shorter["input_ids"]) <= len(full["input_ids"]) - 5
    assert shorter["labels"].tolist()[-20:] == full["labels"].tolist()[-20:]
    # At the floor of 16,384 pixels the answer itself must give way: its last turn goes.
    cut = Encoder(processor, DataSettings(max_length=len(roomy["input_ids"]) - 1, max_pixels=65536))(one)
    kept = [token for token in cut["labels"].tolist() if token != IGNORED]
    assert processor.tokenizer.decode(kept) == ANSWER.rpartition("\n")[0] + "<|im_end|>"
    # Every picture is whole: as many of its tokens as its grid says.
    for encoded in (roomy, full, shorter, cut):
        grid = encoded["image_grid_thw"]
        assert int((encoded["input_ids"] == image).sum()) == int(grid.prod(dim=1).sum()) // 4
        assert len(encoded["pixel_values"]) == int(grid.prod(dim=1).sum())


def test_a_batch_is_padded_on_the_right(processor: Any, tmp_path: Path) -> None:
    encoder = Encoder(processor, DATA)
    long, short = sample(tmp_path, 3), sample(tmp_path, 1, "Speaker 1: no.")
    dataset = Samples([long, short], encoder)
    picks = [Pick(0, True, 4, 11), Pick(1, True, 4, 11)]
    batch = Collator(encoder.pad_token)([dataset[pick] for pick in picks])
    length = len(encoder(short)["input_ids"])
    assert batch["input_ids"].shape == batch["labels"].shape == batch["mm_token_type_ids"].shape
    assert batch["labels"][1, :length].tolist() == encoder(short)["labels"].tolist()
    assert set(batch["labels"][1, length:].tolist()) == {IGNORED}
    assert batch["attention_mask"].sum(dim=1).tolist() == [len(encoder(long)["input_ids"]), length]
    assert set(batch["input_ids"][1, length:].tolist()) == {encoder.pad_token}
    assert len(batch["image_grid_thw"]) == 4
    assert batch["weights"] == [0.25, 0.25]
    assert batch["noise"] == 11
    assert [cost.pictures for cost in batch["costs"]] == [3, 1]


def test_a_turned_picture_is_shown_upright(tmp_path: Path) -> None:
    from PIL import Image

    from train.tuning.pictures import open_picture

    turned = Image.new("RGB", (64, 32))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert open_picture(tmp_path / "turned.jpg").size == (32, 64)
