"""What the app and a worker process say to each other, pickled over a socket pair that only the two of them hold."""

from dataclasses import dataclass
from pathlib import Path

from core.settings import LocalSystem
from core.writers.events import WriteRequest, WriterEvent


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message: the systems on this worker's base, where relative paths start, and the data folder."""

    systems: tuple[LocalSystem, ...]
    folder: Path
    data: Path


@dataclass(frozen=True, slots=True)
class Ask:
    """Let these systems tell this story. The number names the request in every reply."""

    number: int
    request: WriteRequest
    system_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identify:
    """What is the fingerprint of this system? Answered with `Identity` or `Failed`; loads no weights."""

    number: int
    system_id: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop whatever the request `number` still writes or waits for."""

    number: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Answer to `Identify`."""

    system_id: str
    fingerprint: str


Question = Setup | Ask | Identify | Halt
Reply = tuple[int, WriterEvent | Identity]
