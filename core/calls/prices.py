"""What a call costs, by litellm's table inside the installed package, or by prices given. Unknown is None, never 0."""

import io
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from core.calls.request import CallRequest, images_of, without_images

log = logging.getLogger(__name__)

IMAGE_TOKENS = 2048
"""Upper estimate for one photo; what larger ones take grows with their area (512 pixels a token is safe)."""


class Price(NamedTuple):
    """US dollars per token."""

    prompt: float
    completion: float


class Prices:
    """`given` goes before litellm's table."""

    def __init__(self, given: Mapping[str, Price] | None = None) -> None:
        self._given = dict(given or {})
        self._said: set[str] = set()

    def cost(self, model: str, tokens_in: int, tokens_out: int) -> float | None:
        """US dollars; None, and a line in the log, where no price is known."""
        if model in self._given:
            price = self._given[model]
            return tokens_in * price.prompt + tokens_out * price.completion
        found = _from_table(model, tokens_in, tokens_out)
        if found is None and model not in self._said:
            self._said.add(model)
            log.warning("%s: no price is known; its calls are counted in tokens only", model)
        return found

    def paid(self, model: str, raw: Mapping[str, Any], tokens: tuple[int | None, int | None]) -> float | None:
        """The service's own figure where it gives one, else tokens times price."""
        usage: Mapping[str, Any] = raw.get("usage") or {}
        reported = usage.get("cost")
        if isinstance(reported, int | float) and not isinstance(reported, bool):
            return float(reported)
        if tokens[0] is None or tokens[1] is None:
            return None
        return self.cost(model, tokens[0], tokens[1])

    def at_most(self, request: CallRequest) -> float | None:
        """Upper estimate of one try, in US dollars; None where no price or no limit on the answer is known."""
        answer = request.params.get("max_tokens") or request.params.get("max_completion_tokens")
        answer = answer or _longest_answer(request.model)
        return None if answer is None else self.cost(request.model, _prompt_tokens(request), int(answer))


def _prompt_tokens(request: CallRequest) -> int:
    # No token is shorter than a byte, so the bytes of the text bound its tokens from above.
    text = str(without_images([dict(message) for message in request.messages]))
    return len(text.encode()) + sum(_image_tokens(image) for image in images_of(request.messages))


def _image_tokens(image: bytes) -> int:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(image)) as opened:
            return max(IMAGE_TOKENS, opened.width * opened.height // 512)
    except (OSError, ValueError, Image.DecompressionBombError):
        return IMAGE_TOKENS


def _from_table(model: str, tokens_in: int, tokens_out: int) -> float | None:
    from core.calls.service import load_litellm

    litellm: Any = load_litellm()
    try:
        parts: Any = litellm.cost_per_token(model=model, prompt_tokens=tokens_in, completion_tokens=tokens_out)
    except Exception as error:  # noqa: BLE001 -- litellm raises several kinds for a model it does not know
        log.debug("%s: litellm has no price (%s)", model, type(error).__name__)
        return None
    # Entries without prices come back as zeros, also for models that are far from free.
    return float(sum(parts)) or None


def _longest_answer(model: str) -> int | None:
    from core.calls.service import load_litellm

    table: Mapping[str, Any] = load_litellm().model_cost
    entry: Mapping[str, Any] = table.get(model) or table.get(model.partition("/")[2]) or {}
    return entry.get("max_output_tokens")
