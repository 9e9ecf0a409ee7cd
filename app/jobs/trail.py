"""A file of JSON lines that another process is still writing, read as it grows: each line once."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from core.jsonl import TORN

log = logging.getLogger(__name__)

STEP = 1 << 20
"""Bytes read at once."""


class Line(NamedTuple):
    at: int
    """Where it starts, in bytes."""
    value: dict[str, Any]


class Trail:
    """Remembers how far it has read. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken = 0
        """Lines left out so far because they are no records, those cut off by a kill not counted."""
        self._at = 0
        self._inode = 0

    def starts_over(self) -> bool:
        """Whether the file is another one than at the last look, or was cut: then everything is read anew."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            replaced = self._at > 0
        else:
            replaced = self._at > 0 and (found.st_ino != self._inode or found.st_size < self._at)
        if replaced:
            self._at = self.broken = 0
        return replaced

    def new(self) -> Iterator[Line]:
        """Every whole line since the last look. A line without its end is left for the next."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            self._inode = os.fstat(file.fileno()).st_ino
            file.seek(self._at)
            rest = b""
            while chunk := file.read(STEP):
                *whole, rest = (rest + chunk).split(b"\n")
                for text in whole:
                    at, self._at = self._at, self._at + len(text) + 1
                    value = self._record(text, at)
                    if value is not None:
                        yield Line(at, value)

    def _record(self, text: bytes, at: int) -> dict[str, Any] | None:
        if not text.strip() or text.endswith(TORN):
            return None
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self.broken += 1
            log.warning("%s: left out, no record at byte %d", self.path, at)
            return None
        return value
