"""Files of JSON lines that are only ever appended to, by several processes at once, and survive being killed.

A record is one line, whole and on disk before `append` returns. A process killed in the middle of a line leaves a torn
end: reading leaves it out and says so, and the next `append` closes it with a mark that no JSON can end in and starts
on a fresh line. Any other line that is not a whole record is a fault and stops the reader.
"""

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from core.errors import RunFolderError

log = logging.getLogger(__name__)

Record = TypeVar("Record")
TORN = b" #torn"
"""Ends a line that was cut off."""


def append(path: Path, record: Mapping[str, Any]) -> None:
    """Write one line at the end and flush it to the disk. NaN is refused (ValueError): nothing measured is null."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"
    with path.open("a+b") as file, _locked(file):
        file.write(_end_of_torn(file) + line)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path, make: Callable[[Any], Record]) -> Iterator[Record]:
    """Every record in order; none where there is no file. `make` raises ValueError for what is no record.

    Raises RunFolderError with the file and the line.
    """
    if not path.exists():
        return
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = _parsed(line)
        except ValueError as error:
            if number == len(lines) or line.endswith(TORN):
                log.warning("%s:%d: left out, cut off while it was written", path, number)
                continue
            raise RunFolderError(f"{path}:{number}: not JSON ({_short(error)}); a record was wanted") from None
        try:
            yield make(value)
        except ValueError as error:
            raise RunFolderError(f"{path}:{number}: {error}") from None


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_constant=_refused)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _short(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


@contextlib.contextmanager
def _locked(file: BinaryIO) -> Generator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _end_of_torn(file: BinaryIO) -> bytes:
    """What has to be written before a new line: nothing, or the end of the line before."""
    tail = _last_line(file)
    if not tail:
        return b""
    try:
        whole = isinstance(_parsed(tail), dict)
    except ValueError:
        whole = False
    return b"\n" if whole else TORN + b"\n"


def _last_line(file: BinaryIO, step: int = 65536) -> bytes:
    """The bytes after the last line end, found from behind."""
    at = file.seek(0, os.SEEK_END)
    tail = b""
    while at > 0:
        start = max(0, at - step)
        file.seek(start)
        tail = file.read(at - start) + tail
        if b"\n" in tail:
            return tail.rpartition(b"\n")[2]
        at, step = start, 2 * step
    return tail
