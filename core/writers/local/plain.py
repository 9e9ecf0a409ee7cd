"""Decoding by the library's own forward pass: for every model it knows, at the price of its work for each token."""

from collections.abc import Sequence
from typing import Any

from core.writers.local.adapters import RowAdapters
from core.writers.local.prefill import read


class PlainDecoding:
    """A batch under way in a cache that grows with it. Nothing of it is left in the model."""

    def __init__(
        self, model: Any, pad: int, inputs: Sequence[dict[str, Any]], names: Sequence[str], adapters: RowAdapters
    ) -> None:
        self._model, self._names, self._adapters = model, list(names), adapters
        self._cache: Any = None
        self.logits_b_v, self._mask, self._delta_b_1 = read(model, pad, inputs, names, adapters, self._join)

    def _join(self, _rows: slice, cache: Any) -> None:
        """Put further rows below those that are read."""
        import torch

        if self._cache is None:
            self._cache = cache
            return
        for ours, theirs in zip(self._cache.layers, cache.layers, strict=True):
            ours.keys = torch.cat([ours.keys, theirs.keys])
            ours.values = torch.cat([ours.values, theirs.values])

    def step(self, tokens: Sequence[int]) -> None:
        """Read one token a row."""
        import torch

        ids: Any = torch.tensor(tokens, device=self._mask.device)[:, None]
        place_b_1: Any = self._mask.sum(dim=1, keepdim=True) + self._delta_b_1
        self._mask = torch.cat([self._mask, torch.ones_like(ids)], dim=1)
        with self._adapters.rows(self._names):
            out: Any = self._model(
                input_ids=ids,
                position_ids=place_b_1.expand(3, -1, -1),
                attention_mask=self._mask,
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1,
            )
        self.logits_b_v = out.logits[:, -1]

    def keep(self, places: Sequence[int]) -> None:
        """Let go of all rows but those in `places`."""
        import torch

        chosen: Any = torch.tensor(places, device=self._mask.device)
        self._cache.batch_select_indices(chosen)
        self._mask, self._delta_b_1 = self._mask[chosen], self._delta_b_1[chosen]
        self._names = [self._names[place] for place in places]
