"""What a writer is asked and what it says while it writes.

One request goes to one or more systems; the events of all of them come out of one iterator, so a screen can show two
sides under one clock. The iterator ends when every system has ended in `Finished` or `Failed`; closing it, or setting
`stop`, stops the models within half a second.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.records import Finish, Sampling


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One story to be told."""

    photos: tuple[bytes, ...]
    """JPEG files as bytes, upright and bounded (core.photos), in the story's order."""
    prompt: str
    """The words that go with the photos."""
    sampling: Sampling
    story_id: str | None = None
    """Which story of a run this is; recorded systems go by it, and by the photos where it is None."""
    attempt: int = 1
    """A further attempt is asked anew, also where the ledger of calls holds the first one's answer."""


@dataclass(frozen=True, slots=True)
class Loading:
    """A model is being made ready; shown before its first word."""

    system_id: str
    message: str
    """What is happening, in words for a visitor."""
    fraction: float | None = None
    """In [0, 1]; None where it cannot be known."""


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of text of one system."""

    system_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """One system has ended; its text is the concatenation of its deltas."""

    system_id: str
    finish: Finish
    seconds: float
    """Wall time from the request to the last token, loading left out."""
    tokens: int | None = None
    """New tokens written; None where the service does not say."""
    fingerprint: str = ""
    price: float | None = None
    """US dollars; None for local systems."""


@dataclass(frozen=True, slots=True)
class Failed:
    """One system could not go on. What it wrote so far stands in its deltas."""

    system_id: str
    message: str
    """What happened and what to do, one line, naming no system (it may be shown before a blind vote)."""
    reason: str
    """A short stable word: `timeout`, `rate_limit`, `auth`, `payment`, `connection`, `server`, `request`, `budget`,
    `cut` (the text broke off), `context` (more than the model takes), `bad_answer`, `not_recorded`, `memory`, `crash`,
    `error`."""


WriterEvent = Loading | Delta | Finished | Failed


class Writer(Protocol):
    """Makes one or more systems tell a story. Safe to use from several threads."""

    def write(
        self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event
    ) -> Iterator[WriterEvent]: ...

    def close(self) -> None:
        """Free the model or the connection. Writing again afterwards is an error."""
        ...
