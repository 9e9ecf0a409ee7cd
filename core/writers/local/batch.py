"""Write the rows of one batch to their ends: prefill, then a token a row and step, each row with an adapter of its own.

The loop is ours and not `generate`, because each row streams, stops, ends and draws by itself. Nothing is left behind
in the model when a row, or the whole batch, fails: cache, masks and positions belong to `Decoding` and go with it.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from core.records import Finish, Sampling
from core.writers.local.adapters import RowAdapters
from core.writers.local.sampling import next_tokens
from core.writers.local.text import TextStream

EVERY = 0.05
"""Seconds between two pieces of text of one row: at most twenty a second, for the sake of the page."""


class Row:
    """One system telling one story: what it reads, how it draws, and whom it tells."""

    def __init__(
        self,
        inputs: dict[str, Any],
        adapter: str,
        sampling: Sampling,
        *,
        stop: threading.Event,
        on_text: Callable[[str], None],
        on_end: Callable[[Finish, int], None],
    ) -> None:
        self.inputs, self.adapter, self.sampling, self.stop = inputs, adapter, sampling, stop
        self.finish: Finish | None = None
        self.count = 0
        """New tokens so far, the closing one left out."""
        self._on_text, self._on_end = on_text, on_end
        self._random = random.Random(sampling.seed)
        self._waiting, self._told = "", 0.0

    def draw(self) -> float:
        """The row's next random number in [0, 1)."""
        return self._random.random()

    def take(self, token: int, text: TextStream, closing: frozenset[int]) -> bool:
        """Add the token; False where the row has ended with it or before it."""
        if self.stop.is_set():
            return self.end(Finish.STOPPED)
        if token in closing:
            return self.end(Finish.END)
        self.count += 1
        self._waiting += text.push(token)
        if self.count >= self.sampling.max_new_tokens:
            return self.end(Finish.LENGTH)
        if self._waiting and time.monotonic() - self._told >= EVERY:
            self._tell()
        return True

    def end(self, finish: Finish) -> bool:
        """Always False: the row does not go on."""
        self._tell()
        self.finish = finish
        self._on_end(finish, self.count)
        return False

    def _tell(self) -> None:
        if self._waiting:
            self._on_text(self._waiting)
        self._waiting, self._told = "", time.monotonic()


class Decoding:
    """A batch under way: cache, masks and positions. Another cache or a captured graph would be another such class."""

    def __init__(self, model: Any, pad: int, rows: Sequence[Row], adapters: RowAdapters) -> None:
        self._model, self._pad, self._adapters = model, pad, adapters
        self._names = [row.adapter for row in rows]
        self._cache: Any = None
        self.logits_b_v = self._prefill([row.inputs for row in rows])

    def _prefill(self, inputs: list[dict[str, Any]]) -> Any:
        """Rows of different length are padded on the left, so that all of them end in the same column."""
        import torch

        device: Any = self._model.device
        longest = max(part["input_ids"].shape[1] for part in inputs)
        ids: Any = torch.cat([_left_pad(part["input_ids"], longest, self._pad) for part in inputs]).to(device)
        kinds: Any = torch.cat([_left_pad(part["mm_token_type_ids"], longest, 0) for part in inputs]).to(device)
        ones = [torch.ones_like(part["input_ids"]) for part in inputs]
        self._mask: Any = torch.cat([_left_pad(one, longest, 0) for one in ones]).to(device)
        grid: Any = torch.cat([part["image_grid_thw"] for part in inputs]).to(device)
        positions_3_b_s, self._delta_b_1 = self._model.model.get_rope_index(
            ids, mm_token_type_ids=kinds, image_grid_thw=grid, attention_mask=self._mask
        )
        return self._forward(
            input_ids=ids,
            position_ids=positions_3_b_s,
            mm_token_type_ids=kinds,
            pixel_values=torch.cat([part["pixel_values"] for part in inputs]).to(device),
            image_grid_thw=grid,
        )

    def step(self, tokens: Sequence[int]) -> None:
        """Read one token a row."""
        import torch

        ids: Any = torch.tensor(tokens, device=self._mask.device)[:, None]
        place_b_1: Any = self._mask.sum(dim=1, keepdim=True) + self._delta_b_1
        self._mask = torch.cat([self._mask, torch.ones_like(ids)], dim=1)
        self.logits_b_v = self._forward(input_ids=ids, position_ids=place_b_1.expand(3, -1, -1))

    def keep(self, places: list[int]) -> None:
        """Let go of all rows but those in `places`."""
        import torch

        chosen: Any = torch.tensor(places, device=self._mask.device)
        self._cache.batch_select_indices(chosen)
        self._mask, self._delta_b_1 = self._mask[chosen], self._delta_b_1[chosen]
        self._names = [self._names[place] for place in places]

    def _forward(self, **inputs: Any) -> Any:
        with self._adapters.rows(self._names):
            out: Any = self._model(
                **inputs, attention_mask=self._mask, past_key_values=self._cache, use_cache=True, logits_to_keep=1
            )
        self._cache = out.past_key_values
        return out.logits[:, -1]


def write(model: Any, tokenizer: Any, closing: frozenset[int], rows: Sequence[Row], adapters: RowAdapters) -> None:
    """Write all rows to their ends; `closing` are the tokens that end a text."""
    import torch

    rows = [row for row in rows if not row.stop.is_set() or row.end(Finish.STOPPED)]
    texts = {id(row): TextStream(tokenizer) for row in rows}
    if not rows:
        return
    with torch.inference_mode():
        decoding = Decoding(model, tokenizer.pad_token_id, rows, adapters)
        while True:
            samplings = [row.sampling for row in rows]
            tokens = next_tokens(decoding.logits_b_v, samplings, [row.draw() for row in rows])
            going = [
                place
                for place, (row, token) in enumerate(zip(rows, tokens, strict=True))
                if row.take(token, texts[id(row)], closing)
            ]
            if not going:
                return
            if len(going) < len(rows):
                decoding.keep(going)
                rows, tokens = [rows[place] for place in going], [tokens[place] for place in going]
            decoding.step(tokens)


def _left_pad(row_1_s: Any, length: int, value: int) -> Any:
    import torch

    return torch.nn.functional.pad(row_1_s, (length - row_1_s.shape[1], 0), value=value)
