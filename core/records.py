"""The frozen records every part passes around, and the ids that tie them together.

Ids are never positional. What depends on something is named by a hash of all it depends on, so a second run finds the
first one's work and an answer cannot attach to the wrong question.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Finish(StrEnum):
    """Why a system stopped writing."""

    END = "end"
    LENGTH = "length"
    STOPPED = "stopped"


class TranscriptStatus(StrEnum):
    """A failure is a record too, with its reason."""

    OK = "ok"
    ERROR = "error"


class Answer(StrEnum):
    """What a person can press under a pair on screen."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    BOTH_BAD = "both_bad"
    SKIP = "skip"


class Choice(StrEnum):
    """What is stored of an answer: the transcript chosen (kept beside it), a tie, or neither. Skips are no votes."""

    TRANSCRIPT = "transcript"
    TIE = "tie"
    BOTH_BAD = "both_bad"


class Criterion(StrEnum):
    """The finer questions of the paper's Table 6."""

    INTERRUPTIONS = "interruptions"
    REACTION = "reaction"
    PHRASING = "phrasing"
    PERSONALITY = "personality"


class Interval(NamedTuple):
    """A figure with its 95 % interval. NaN where nothing was measured."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a story."""

    number: int
    """Position in the story, from 1. A missing picture keeps its number."""
    file: str | None
    """Path relative to the run folder, with forward slashes; None where the picture is missing."""
    caption: str | None = None
    credit: str | None = None
    licence: str | None = None
    link: str | None = None
    width: int | None = None
    """Pixels, as stored."""
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """An ordered sequence of 1 to 20 photos."""

    id: str
    """`<source>-<source's id>`, or a random one for an upload."""
    source: str
    photos: tuple[Photo, ...]
    title: str | None = None
    shareable: bool = True
    """False where the source's licence keeps it out of public campaigns and exports."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a turn: spoken words or a stage direction such as `(laughs)`."""

    text: str
    direction: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's uninterrupted speech."""

    speaker: int
    """From 1, in the order of first appearance."""
    spans: tuple[Span, ...]

    @property
    def spoken(self) -> str:
        """The words said, without stage directions."""
        return " ".join(span.text for span in self.spans if not span.direction)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. The defaults are the paper's (section 5.1)."""

    temperature: float = 0.7
    """0 takes the likeliest token."""
    top_p: float = 0.8
    max_new_tokens: int = 2048
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one system wrote for one story."""

    id: str
    story_id: str
    system_id: str
    text: str
    """As written, word for word; empty where the status is not ok."""
    fingerprint: str
    """Of the system: base revision, adapter hash, dtype, quantization. `imported` for text that came from elsewhere."""
    prompt: str
    """Name and version of the prompt, or `unknown` for imported text."""
    status: TranscriptStatus = TranscriptStatus.OK
    reason: str | None = None
    finish: Finish | None = None
    seconds: float | None = None
    """Wall time from the request to the last token."""
    sampling: Sampling | None = None
    attempt: int = 1


def content_id(kind: str, *parts: Any) -> str:
    """`<kind>-<20 hex digits>`: a hash over the canonical JSON of everything the thing depends on."""
    body = json.dumps([kind, *parts], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{kind}-{hashlib.sha256(body.encode()).hexdigest()[:20]}"


def random_id(kind: str) -> str:
    """`<kind>-<22 url-safe characters>`, unguessable: for uploads and trials, which no hash may identify."""
    return f"{kind}-{secrets.token_urlsafe(16)}"
