"""When to try again: exponential back-off with full jitter, and the service's own word where it gives one."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

Pause = Callable[[float, threading.Event], None]
"""Waits some seconds, or until the event is set."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """`delay` draws from [0, min(cap, first * 2**tries)], so that many clients do not come back together."""

    first: float = 1.0
    """Seconds."""
    cap: float = 30.0
    """Seconds."""
    patience: float = 60.0
    """Longest Retry-After waited for, in seconds."""

    def delay(self, tries: int, retry_after: float | None, rng: random.Random) -> float | None:
        """Seconds before the next try, `tries` (from 0) having been retried so far.

        None where the service wants to be left alone for longer than our patience; asking earlier would be refused.
        """
        if retry_after is None:
            return rng.uniform(0.0, min(self.cap, self.first * 2**tries))
        if retry_after > self.patience:
            return None
        return retry_after + rng.uniform(0.0, self.first)


def wait(seconds: float, stop: threading.Event) -> None:
    """The real pause."""
    stop.wait(seconds)
