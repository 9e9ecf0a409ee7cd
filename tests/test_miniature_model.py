"""The miniature's training path against the real model's own: same patches, same tokens, same logits."""

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.records import Sampling
from core.writers.events import WriteRequest
from core.writers.local import assembly
from core.writers.local.inputs import prepare
from train.miniature import eyes, language, model, pictures
from train.miniature.talk import Style, vocabulary_texts

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def processor() -> Any:
    return model.processor(vocabulary_texts())


@pytest.fixture(scope="module")
def base(processor: Any) -> Any:
    torch.manual_seed(1)
    return model.base(processor.tokenizer)


@pytest.fixture(scope="module")
def stories() -> list[pictures.Pictured]:
    return [pictures.pictured(f"test-{number}") for number in range(4)]


def png(picture: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("shape", pictures.SHAPES)
def test_patches_are_the_processors(processor: Any, shape: tuple[int, int]) -> None:
    drawn = np.random.default_rng(0).integers(0, 256, (2, shape[1], shape[0], 3), dtype=np.uint8)
    wanted = processor.image_processor(images=[Image.fromarray(one) for one in drawn], return_tensors="pt")
    assert wanted["image_grid_thw"].tolist() == [pictures.grid(shape)] * 2
    ours = pictures.patches(torch.from_numpy(drawn)).reshape(-1, 3, 1, 16, 16)
    torch.testing.assert_close(torch.cat([ours, ours], dim=2).flatten(1), wanted["pixel_values"])


@pytest.mark.parametrize("shape", pictures.SHAPES)
def test_the_quick_way_through_the_tower_sees_what_the_tower_sees(
    processor: Any, base: Any, shape: tuple[int, int]
) -> None:
    drawn = np.random.default_rng(1).integers(0, 256, (3, shape[1], shape[0], 3), dtype=np.uint8)
    given = processor.image_processor(images=[Image.fromarray(one) for one in drawn], return_tensors="pt")
    with torch.no_grad():
        wanted = base.model.visual(given["pixel_values"], grid_thw=given["image_grid_thw"])
        found = eyes.see(base.model.visual, torch.from_numpy(drawn), shape)
    for ours, theirs in zip(found, [wanted.pooler_output, *wanted.deepstack_features], strict=True):
        torch.testing.assert_close(ours.flatten(0, 1), theirs, rtol=1e-4, atol=1e-5)


def examples(stories: list[pictures.Pictured], base: Any) -> Iterator[tuple[language.Example, pictures.Pictured]]:
    seen = language.look(base.model.visual, stories)
    drawn = language.Examples(stories, seen, random.Random(0), whole_prompts=1.0)
    for story, one in zip(stories, seen, strict=True):
        example = drawn.draw({Style.PING_PONG: 1.0})
        yield language.Example(one, example.prompt, example.answer), story


def test_what_is_learnt_is_what_writers_ask_and_what_the_whole_model_sees(
    processor: Any, base: Any, stories: list[pictures.Pictured]
) -> None:
    """Prompt tokens equal the local writer's, and the logits of the answer equal those of the model run as a whole."""
    encoder = language.Encoder(base, processor)
    pairs = list(examples(stories, base))
    inputs, labels = encoder.batch([example for example, _ in pairs])
    with torch.no_grad():
        ours = base.lm_head(base.model.language_model(**inputs).last_hidden_state)
    for row, (example, story) in enumerate(pairs):
        request = WriteRequest(tuple(png(one) for one in story.pictures), example.prompt, Sampling(max_new_tokens=8))
        asked = prepare(processor, request, model.MAX_PIXELS, 4096)
        answer = torch.tensor([processor.tokenizer(example.answer + "<|im_end|>")["input_ids"]])
        told = labels[row][labels[row] != -100]
        assert told.tolist() == answer[0].tolist() and told[-1] == processor.tokenizer.eos_token_id
        whole = torch.cat([asked["input_ids"], answer], dim=1)
        kinds = torch.cat([asked["mm_token_type_ids"], torch.zeros_like(answer)], dim=1)
        with torch.no_grad():
            theirs = base(
                input_ids=whole,
                mm_token_type_ids=kinds,
                pixel_values=asked["pixel_values"],
                image_grid_thw=asked["image_grid_thw"],
            ).logits[0]
        first = asked["input_ids"].shape[1] - 1
        assert (labels[row] != -100).nonzero()[0].item() == first
        torch.testing.assert_close(ours[row, first : whole.shape[1] - 1], theirs[first:-1], rtol=1e-3, atol=1e-4)


def test_the_base_is_small_and_comes_back_from_disk(processor: Any, base: Any, tmp_path: Path) -> None:
    from transformers import AutoModelForImageTextToText, AutoProcessor

    assembly.save(base, processor, tmp_path / "base", "bfloat16")
    size = sum(path.stat().st_size for path in (tmp_path / "base").iterdir())
    assert size < 7_000_000, "base and adapter ship in 8 MB"
    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path / "base", dtype="float32")
    weights = {name: weight.to(torch.bfloat16).float() for name, weight in base.named_parameters()}
    for name, weight in loaded.named_parameters():
        torch.testing.assert_close(weight, weights[name], rtol=0, atol=0)
    again = AutoProcessor.from_pretrained(tmp_path / "base")
    assert again.chat_template == processor.chat_template
