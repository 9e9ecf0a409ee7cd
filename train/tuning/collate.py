"""Samples -> one batch: padded on the right, pictures of all samples behind each other."""

from collections.abc import Sequence
from typing import Any

from train.tuning import flops
from train.tuning.encode import IGNORED, Encoded, Encoder
from train.tuning.order import Pick
from train.tuning.samples import Sample


class Picked(Encoded):
    """A sample on its way into a batch."""

    pick: Pick


class Samples:
    """The training set as torch's DataLoader reads it: encoded when asked for, by the `Pick` of the schedule."""

    def __init__(self, samples: Sequence[Sample], encoder: Encoder) -> None:
        self._samples, self._encoder = samples, encoder

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, pick: Pick) -> Picked:
        return Picked(**self._encoder(self._samples[pick.index]), pick=pick)


class Collator:
    """B samples -> `input_ids`, `attention_mask`, `labels`, `mm_token_type_ids` [B, S], `pixel_values` [P, 1536],
    `image_grid_thw` [pictures, 3]; and beside what the model reads `weights`, B numbers for the loss, `noise`, the seed
    of this pass, and `costs`, B sizes that its operations follow from."""

    def __init__(self, pad_token: int) -> None:
        self._pad = pad_token

    def __call__(self, samples: Sequence[Picked]) -> dict[str, Any]:
        import torch
        from torch.nn.utils.rnn import pad_sequence

        def padded(name: str, value: int) -> Any:
            return pad_sequence([sample[name] for sample in samples], batch_first=True, padding_value=value)

        masks = [torch.ones_like(sample["input_ids"]) for sample in samples]
        return {
            "input_ids": padded("input_ids", self._pad),
            "attention_mask": pad_sequence(masks, batch_first=True, padding_value=0),
            "labels": padded("labels", IGNORED),
            "mm_token_type_ids": padded("mm_token_type_ids", 0),
            "pixel_values": torch.cat([sample["pixel_values"] for sample in samples]),
            "image_grid_thw": torch.cat([sample["image_grid_thw"] for sample in samples]),
            "weights": [weight(sample["pick"]) for sample in samples],
            "noise": samples[0]["pick"].noise,
            "costs": [cost(sample) for sample in samples],
        }


def cost(sample: Picked) -> flops.Sample:
    """The size of one sample."""
    pictures, patches = len(sample["image_grid_thw"]), len(sample["pixel_values"])
    answer = int((sample["labels"] != IGNORED).sum())
    return flops.Sample(len(sample["input_ids"]), answer, pictures, patches // pictures)


def weight(pick: Pick) -> float:
    """Of one sample in its step's loss: one over the samples of the step, or nought for a repetition."""
    return 1 / pick.step_samples if pick.real else 0.0
