"""What the model writes while it trains: the same request each time, to be read by a person."""

from collections.abc import Callable
from typing import Any

from train.tuning.encode import Encoder
from train.tuning.samples import Sample

TEMPERATURE, TOP_P = 0.7, 0.8
"""As the paper generates."""


def glimpse(encoder: Encoder, sample: Sample, max_tokens: int, seed: int) -> Callable[[Any], str]:
    """A function of the model that gives its text about `sample`. Under ZeRO-3 all processes have to call it.

    It draws from torch's generator, which training seeds anew for each pass, so no loss depends on it.
    """

    def write(model: Any) -> str:
        import torch

        inputs = {name: value.to(model.device) for name, value in encoder.prompt(sample).items()}
        training = model.training
        model.eval()
        torch.manual_seed(seed)
        try:
            with torch.no_grad():
                written = model.generate(
                    **inputs,
                    attention_mask=torch.ones_like(inputs["input_ids"]),
                    max_new_tokens=max_tokens,
                    do_sample=True,
                    temperature=TEMPERATURE,
                    top_p=TOP_P,
                    top_k=0,
                )
        finally:
            model.train(training)
        return encoder.text(written[0, inputs["input_ids"].shape[1] :])

    return write
