"""A key-value cache with all its room made at the start: tensors that keep their place while a batch is written."""

from collections.abc import Sequence
from typing import Any


class Room:
    """Keys and values [rows, KV heads, columns, head size] of each layer."""

    def __init__(self, layers: int, rows: int, columns: int, heads: int, size: int, like: Any, *, clean: bool) -> None:
        """`clean` writes zeros: a column that is masked but read must not hold what is not a number."""
        import torch

        make = torch.zeros if clean else torch.empty
        shape = (rows, heads, columns, size)
        self.keys: list[Any] = [make(shape, dtype=like.dtype, device=like.device) for _ in range(layers)]
        self.values: list[Any] = [make(shape, dtype=like.dtype, device=like.device) for _ in range(layers)]

    def fill(self, rows: slice, cache: Any) -> None:
        """Copy what the library's own cache holds into the first columns of these rows."""
        for layer, theirs in enumerate(cache.layers):
            columns = theirs.keys.shape[2]
            self.keys[layer][rows, :, :columns].copy_(theirs.keys)
            self.values[layer][rows, :, :columns].copy_(theirs.values)

    def keep(self, places: Sequence[int], columns: int) -> None:
        """Move these rows, in rising order, to the top; only their first columns hold anything."""
        for tensor in (*self.keys, *self.values):
            for to, place in enumerate(places):
                if to != place:
                    tensor[to, :, :columns].copy_(tensor[place, :, :columns])
