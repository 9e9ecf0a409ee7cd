"""Sample -> tokens and labels, the prompt exactly as the local writer prepares it (`core.writers.local.inputs`).

Prompt and answer are tokenised apart and joined, since that is what a writer does: it reads the prompt and goes on with
tokens of its own. So what is trained is known by construction, whatever the chat template or the answer holds.
"""

from typing import Any, TypedDict

from core import budget
from train.tuning.fit import Fit, fit
from train.tuning.pictures import open_picture
from train.tuning.samples import Sample
from train.tuning.settings import DataSettings

IGNORED = -100
"""The label of a token that is not trained."""
END_TOKEN = "<|im_end|>"


class Encoded(TypedDict):
    """One sample as tensors; S tokens, P patches of all its pictures."""

    input_ids: Any
    """[S]"""
    labels: Any
    """[S]: `IGNORED` but for the answer and its end token."""
    mm_token_type_ids: Any
    """[S]: 1 where a picture's token stands."""
    pixel_values: Any
    """[P, 1536]"""
    image_grid_thw: Any
    """[pictures, 3]"""


class Encoder:
    """Encodes samples for one processor."""

    def __init__(self, processor: Any, data: DataSettings) -> None:
        self._processor, self._data = processor, data
        self._least = int(processor.image_processor.size["shortest_edge"])
        self._end = int(processor.tokenizer.convert_tokens_to_ids(END_TOKEN))

    @property
    def pad_token(self) -> int:
        return int(self._processor.tokenizer.pad_token_id)

    def fit(self, sample: Sample, sizes: list[tuple[int, int]]) -> Fit:
        """How the sample goes in; `sizes` are its pictures' (width, height). Raises BadInput where it does not."""
        words = len(self._ids(self._prompt(sample))) - (1 + budget.MARKERS) * len(sizes)
        return fit(
            sample.answer,
            sizes,
            words,
            lambda text: len(self._ids(text)),
            max_length=self._data.max_length,
            max_pixels=self._data.max_pixels,
            min_pixels=self._least,
        )

    def __call__(self, sample: Sample) -> Encoded:
        """Raises BadInput, PhotoError among them, for a sample that `check` refuses."""
        import torch

        inputs, fitted = self._prepared(sample)
        prompt = inputs["input_ids"][0]
        answer = torch.tensor([*self._ids(fitted.answer), self._end])
        assert len(prompt) + len(answer) == fitted.tokens, "the budget and the image processor disagree"
        return Encoded(
            input_ids=torch.cat([prompt, answer]),
            labels=torch.cat([torch.full_like(prompt, IGNORED), answer]),
            mm_token_type_ids=torch.cat([inputs["mm_token_type_ids"][0], torch.zeros_like(answer)]),
            pixel_values=inputs["pixel_values"],
            image_grid_thw=inputs["image_grid_thw"],
        )

    def prompt(self, sample: Sample) -> dict[str, Any]:
        """What a writer is given: `input_ids` and `mm_token_type_ids` [1, S], and the pictures."""
        inputs, _ = self._prepared(sample)
        return {name: inputs[name] for name in ("input_ids", "mm_token_type_ids", "pixel_values", "image_grid_thw")}

    def text(self, tokens: Any) -> str:
        """Without special tokens."""
        return self._processor.tokenizer.decode(tokens, skip_special_tokens=True)

    def _prepared(self, sample: Sample) -> tuple[Any, Fit]:
        images = [open_picture(path) for path in sample.images]
        fitted = self.fit(sample, [image.size for image in images])
        inputs = self._processor(
            text=[self._prompt(sample)],
            images=images,
            size=budget.pixel_limits(fitted.max_pixels, self._least),
            return_tensors="pt",
        )
        return inputs, fitted

    def _prompt(self, sample: Sample) -> str:
        return self._processor.apply_chat_template(sample.messages(), tokenize=False, add_generation_prompt=True)

    def _ids(self, text: str) -> list[int]:
        return self._processor.tokenizer(text)["input_ids"]
