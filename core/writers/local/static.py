"""Decoding by lean steps in a cache with all its room made at the start; on a GPU each step is one launch.

On CUDA the step is captured once and replayed. It reads the cache in whole buckets of columns, so a new capture is due
when a bucket is full, about every 256 tokens; it takes as long as a few steps.
"""

import logging
from collections.abc import Sequence
from typing import Any

from core.writers.local.adapters import RowAdapters
from core.writers.local.graph import CapturedStep
from core.writers.local.lean import LeanStep, Place
from core.writers.local.prefill import longest_prompt, read

log = logging.getLogger(__name__)

BUCKET = 256
"""Columns by which the part of the cache that a captured step reads grows."""
DEAD = 0.25
"""Share of ended rows above which they are cleared away at once; below, they wait for the next bucket."""


def captures(step: LeanStep) -> bool:
    """Whether steps are captured where this one runs."""
    return bool(step.like.is_cuda)


class StaticDecoding:
    """A batch under way.

    Rows that end are not worth a new capture each. On CUDA they stay in the batch, reading padding and heard by nobody,
    until a quarter of its rows has ended or a new capture is due anyway; then the others move up. Without capture they
    leave at once.
    """

    def __init__(
        self,
        model: Any,
        pad: int,
        inputs: Sequence[dict[str, Any]],
        names: Sequence[str],
        adapters: RowAdapters,
        *,
        step: LeanStep,
        new_tokens: int,
    ) -> None:
        """`new_tokens` is the most that any row may write."""
        import torch

        self._step, self._pad, self._names = step, pad, list(names)
        self._captures = captures(step)
        self._graph: CapturedStep | None = None
        filled = longest_prompt(inputs)
        room = -(-(filled + new_tokens) // BUCKET) * BUCKET
        self._room = step.room(len(names), room, clean=self._captures)
        self.logits_b_v, mask, delta_b_1 = read(model, pad, inputs, names, adapters, self._room.fill)
        self._live = list(range(len(names)))
        """Places in the batch of the rows that still write."""
        self._uses = step.uses(names)
        self._filled = filled
        self._column: Any = torch.tensor([filled], device=mask.device)
        self._position: Any = (mask.sum(dim=1, keepdim=True) + delta_b_1).squeeze(1)
        self._ids: Any = torch.full_like(self._position, pad)
        self._mask: Any = None
        if self._captures or not bool(mask.all()):
            self._mask = torch.full((len(names), room), -torch.inf, dtype=step.like.dtype, device=mask.device)
            self._mask[:, :filled].masked_fill_(mask.bool(), 0.0)

    def step(self, tokens: Sequence[int]) -> None:
        """Read one token a row."""
        self._set(tokens)
        if self._captures:
            self._replay()
        else:
            self.logits_b_v = self._run(self._filled + 1)
        if len(self._live) < len(self._names):
            self.logits_b_v = self.logits_b_v[self._live]
        self._filled += 1
        self._column += 1
        self._position += 1

    def keep(self, places: Sequence[int]) -> None:
        """Let go of all rows but those in `places`."""
        self._live = [self._live[place] for place in places]
        if not self._captures or len(self._live) <= (1 - DEAD) * len(self._names):
            self._move_up()

    def _set(self, tokens: Sequence[int]) -> None:
        import torch

        all_tokens = [self._pad] * len(self._names)
        for place, token in zip(self._live, tokens, strict=True):
            all_tokens[place] = token
        self._ids.copy_(torch.tensor(all_tokens))
        if self._mask is not None:
            self._mask.index_fill_(1, self._column, 0.0)

    def _run(self, columns: int) -> Any:
        mask = None if self._mask is None else self._mask[:, :columns]
        return self._step(Place(self._ids, self._position, self._column, mask, columns), self._room, self._uses)

    def _replay(self) -> None:
        """By the captured step, captured anew where the columns have outgrown it or rows have moved up."""
        columns = -(-(self._filled + 1) // BUCKET) * BUCKET
        if self._graph is None or self._graph.columns != columns:
            if len(self._live) < len(self._names):
                self._move_up_with_tokens()
            self._graph = None  # first, so that its memory is there for the next one
            try:
                self._graph = CapturedStep(lambda: self._run(columns), columns)
            except RuntimeError as error:
                log.warning("steps cannot be captured and are launched one by one, which is slower: %s", error)
                self._captures = False
                self.logits_b_v = self._run(columns)
                return
        self.logits_b_v = self._graph()

    def _move_up_with_tokens(self) -> None:
        ids = self._ids[self._live]
        self._move_up()
        self._ids.copy_(ids)

    def _move_up(self) -> None:
        """Clear ended rows away: the live ones become the top rows of everything."""
        self._room.keep(self._live, self._filled)
        self._names = [self._names[place] for place in self._live]
        self._position, self._ids = self._position[self._live], self._ids[self._live]
        if self._mask is not None:
            self._mask = self._mask[self._live]
        self._uses = self._step.uses(self._names)
        self._live = list(range(len(self._names)))
        self._graph = None
