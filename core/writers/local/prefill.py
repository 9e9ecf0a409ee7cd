"""Read the prompts of a batch, some rows at a time, so that the memory this takes is bounded however many there are.

Rows of different length are padded on the left, so that all of them end in the same column of the cache.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from core.writers.local.adapters import RowAdapters

TOKENS = 24_576
"""Prompt tokens of one forward pass, padding included: ten stories of five photos. One row may have more."""


class Read(NamedTuple):
    """What is known once every prompt of B rows is read; the columns of the cache are S."""

    logits_b_v: Any
    """Of the token to come."""
    mask_b_s: Any
    """1 where a column holds a token of the row, 0 where it is padding."""
    delta_b_1: Any
    """What to add to the count of a row's tokens for the position of its next one: pictures take less room."""


def read(
    model: Any,
    pad: int,
    inputs: Sequence[dict[str, Any]],
    names: Sequence[str],
    adapters: RowAdapters,
    keep: Callable[[slice, Any], None],
) -> Read:
    """Run each row with the adapter `names` gives it. `keep` is handed the rows just read and their cache."""
    import torch

    longest = longest_prompt(inputs)
    parts: list[Read] = []
    for rows in chunks(len(inputs), longest):
        part, cache = _read(model, pad, inputs[rows], names[rows], adapters, longest)
        keep(rows, cache)
        parts.append(part)
    return Read(*(torch.cat(column) if len(parts) > 1 else column[0] for column in zip(*parts, strict=True)))


def longest_prompt(inputs: Sequence[dict[str, Any]]) -> int:
    """In tokens."""
    return max(part["input_ids"].shape[1] for part in inputs)


def chunks(rows: int, longest: int) -> Iterator[slice]:
    """All rows in their order, as many at a time as `TOKENS` allows and at least one."""
    step = max(1, TOKENS // longest)
    return (slice(first, min(first + step, rows)) for first in range(0, rows, step))


def _read(
    model: Any, pad: int, inputs: Sequence[dict[str, Any]], names: Sequence[str], adapters: RowAdapters, longest: int
) -> tuple[Read, Any]:
    import torch

    device: Any = model.device
    ids: Any = torch.cat([_left_pad(part["input_ids"], longest, pad) for part in inputs]).to(device)
    kinds: Any = torch.cat([_left_pad(part["mm_token_type_ids"], longest, 0) for part in inputs]).to(device)
    ones = [torch.ones_like(part["input_ids"]) for part in inputs]
    mask: Any = torch.cat([_left_pad(one, longest, 0) for one in ones]).to(device)
    grid: Any = torch.cat([part["image_grid_thw"] for part in inputs]).to(device)
    positions_3_b_s, delta_b_1 = model.model.get_rope_index(
        ids, mm_token_type_ids=kinds, image_grid_thw=grid, attention_mask=mask
    )
    with adapters.rows(names):
        out: Any = model(
            input_ids=ids,
            position_ids=positions_3_b_s,
            mm_token_type_ids=kinds,
            attention_mask=mask,
            pixel_values=torch.cat([part["pixel_values"] for part in inputs]).to(device),
            image_grid_thw=grid,
            use_cache=True,
            logits_to_keep=1,
        )
    return Read(out.logits[:, -1], mask, delta_b_1), out.past_key_values


def _left_pad(row_1_s: Any, length: int, value: int) -> Any:
    import torch

    return torch.nn.functional.pad(row_1_s, (length - row_1_s.shape[1], 0), value=value)
