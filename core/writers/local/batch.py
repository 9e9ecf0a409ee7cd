"""Write the rows of one batch to their ends: prefill, then a token a row and step, each row with an adapter of its own.

The loop is ours and not `generate`, because each row streams, stops, ends and draws by itself. Nothing is left behind
in the model when a row, or the whole batch, fails: cache, masks and positions belong to `Decoding` and go with it.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from core.records import Finish, Sampling
from core.writers.local import lean
from core.writers.local.adapters import RowAdapters
from core.writers.local.faults import is_memory
from core.writers.local.plain import PlainDecoding
from core.writers.local.sampling import Sampler
from core.writers.local.static import StaticDecoding
from core.writers.local.text import TextStream

log = logging.getLogger(__name__)
EVERY = 0.05
"""Seconds between two pieces of text of one row: at most twenty a second, for the sake of the page."""
ONE_STORY = 2
"""Rows of one visitor's story, told by two systems."""


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


class Decoding(Protocol):
    """A batch under way: cache, masks and positions."""

    logits_b_v: Any
    """Of the token to come, a row each."""

    def step(self, tokens: Sequence[int]) -> None:
        """Read one token a row."""
        ...

    def keep(self, places: Sequence[int]) -> None:
        """Let go of all rows but those in `places`, which are in rising order."""
        ...


def begin(model: Any, pad: int, rows: Sequence[Row], adapters: RowAdapters) -> Decoding:
    """Read the prompts, in the fastest way that this model and this machine have.

    Where the room for lean steps is not to be had and the rows are one story's, the plain cache, which grows with the
    text, has to do; more rows had better be tried as smaller batches.
    """
    inputs, names = [row.inputs for row in rows], [row.adapter for row in rows]
    step = lean.prepared(model, adapters)
    if step is not None:
        new_tokens = max(row.sampling.max_new_tokens for row in rows)
        try:
            return StaticDecoding(model, pad, inputs, names, adapters, step=step, new_tokens=new_tokens)
        except Exception as error:
            if not is_memory(error) or len(rows) > ONE_STORY:
                raise
            log.warning("no memory for a cache of full length; it grows as the text does, which is slower: %s", error)
    return PlainDecoding(model, pad, inputs, names, adapters)


def write(model: Any, tokenizer: Any, closing: frozenset[int], rows: Sequence[Row], adapters: RowAdapters) -> None:
    """Write all rows to their ends; `closing` are the tokens that end a text."""
    import torch

    rows = [row for row in rows if not row.stop.is_set() or row.end(Finish.STOPPED)]
    texts = {id(row): TextStream(tokenizer) for row in rows}
    if not rows:
        return
    with torch.inference_mode():
        decoding = begin(model, tokenizer.pad_token_id, rows, adapters)
        sampler = Sampler([row.sampling for row in rows], decoding.logits_b_v)
        while True:
            tokens = sampler.pick(decoding.logits_b_v, [row.draw() for row in rows])
            going = [
                place
                for place, (row, token) in enumerate(zip(rows, tokens, strict=True))
                if row.take(token, texts[id(row)], closing)
            ]
            if not going:
                return
            if len(going) < len(rows):
                decoding.keep(going)
                sampler.keep(going)
                rows, tokens = [rows[place] for place in going], [tokens[place] for place in going]
            decoding.step(tokens)
