"""Short commands whose answer a screen waits for: asked, looked at now and then, answered with JSON or a reason.

They run in processes of their own, so the page stays quick however long they take, before the jobs, since a person
waits, and end when the app is closed.
"""

import contextlib
import json
import secrets
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.jobs.kinds import Kind
from app.jobs.process import environment
from core.errors import BadInput
from core.settings import HOME

TIME_LIMIT = 30 * 60.0
"""Seconds; checking every picture of a large set takes minutes."""
MOST = 8
"""Running at once on this server; more are refused."""
MOST_ERROR = 4000
"""Characters kept of what a command says about a fault."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said when it ended."""

    exit_code: int
    said: dict[str, Any] | None
    """Its JSON object; None where it printed none."""
    error: str
    """Standard error, its end."""
    seconds: float


class _Question:
    def __init__(self, kind: Kind, arguments: Mapping[str, str], drafts: Mapping[str, bytes]) -> None:
        with contextlib.ExitStack() as files:
            folder = Path(files.enter_context(tempfile.TemporaryDirectory(prefix="sporc-vist-")))
            line = kind.line({**arguments, **_written(folder, drafts)})
            self._out: IO[bytes] = files.enter_context(tempfile.TemporaryFile())
            self._error: IO[bytes] = files.enter_context(tempfile.TemporaryFile())
            self.process = self._spawn(line)
            self._files = files.pop_all()
        self._began = time.monotonic()
        self._answer: Answer | None = None

    def _spawn(self, line: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            line, cwd=HOME, env=environment(), stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._error
        )

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def answer(self) -> Answer | None:
        if self._answer is None and self.process.poll() is None and self.seconds > TIME_LIMIT:
            self._kill()
        if self._answer is None and self.process.poll() is not None:
            self._answer = Answer(
                exit_code=self.process.returncode,
                said=_object(_text(self._out)),
                error=_text(self._error)[-MOST_ERROR:],
                seconds=self.seconds,
            )
            self._files.close()
        return self._answer

    def close(self) -> None:
        self._kill()
        self._files.close()

    def _kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Questions:
    """Those of one server, by an id nobody can guess."""

    def __init__(self) -> None:
        self._asked: dict[str, _Question] = {}
        self._lock = threading.Lock()

    def ask(self, kind: Kind, arguments: Mapping[str, str], drafts: Mapping[str, bytes] | None = None) -> str:
        """Start the command. `drafts` are arguments by the content of a file that is gone once it has answered.

        Raises BadInput for arguments it cannot take, and where too many run already.
        """
        with self._lock:
            going = [one for one in self._asked.values() if one.answer() is None]
            if len(going) >= MOST:
                raise BadInput(f"{len(going)} checks and plans are being worked out already; wait for one to end")
            name = secrets.token_urlsafe(12)
            self._asked[name] = _Question(kind, arguments, drafts or {})
        return name

    def look(self, name: str) -> Answer | None:
        """None while it is at work. Raises BadInput for what was never asked, or was asked before the app's start."""
        with self._lock:
            question = self._asked.get(name)
            if question is None:
                raise BadInput("The server was started anew in the meantime; ask again.")
            return question.answer()

    def seconds(self, name: str) -> float:
        """Since it was asked; 0 for what is not here."""
        with self._lock:
            question = self._asked.get(name)
            return question.seconds if question else 0.0

    def drop(self, name: str) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            question = self._asked.pop(name, None)
        if question is not None:
            question.close()

    def close(self) -> None:
        for name in list(self._asked):
            self.drop(name)


def _written(folder: Path, drafts: Mapping[str, bytes]) -> dict[str, str]:
    for name, data in drafts.items():
        (folder / name).write_bytes(data)
    return {name: str(folder / name) for name in drafts}


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
