"""One process a folder: started apart from the app, found again after it, asked to stop, ended.

Whether it still runs is told by a lock on FOLDER/job.lock that the process holds from its first moment to its last
without knowing: it inherits the open file. The system lets go of the lock however the process ends, so no clock, no
number used again by another process and no restart of the machine can make a dead job look alive. The same lock
refuses a second start.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.jobs import record
from app.jobs.kinds import Kind
from core.errors import BadInput, SporcVistError
from core.runs import EVENTS
from core.settings import HOME

LOCK, LOG = "job.lock", "log.txt"
NICER = 5
"""How far below the page a job stands when both want the processor."""
KEPT_BACK = frozenset({"ADMIN_TOKEN", "DATABASE_URL"})
"""Secrets of the app's environment."""
_PATIENCE = 0.5
"""Seconds a start waits for the lock: someone who looks whether a job runs holds it for an instant."""


class StillRunning(BadInput):
    """The folder's process has not ended."""


def start(kind: Kind, arguments: Mapping[str, str], folder: Path) -> int:
    """Start the command in a session of its own, with nothing to read and both outputs at the end of log.txt.

    Returns its number. Raises BadInput for arguments it cannot take and StillRunning where the folder has a process.
    """
    line = kind.line(arguments, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _claim(folder)
    except OSError as error:
        raise BadInput(f"{folder}: nothing can be written here ({error.strerror})") from None
    process = None
    try:
        before = {"events_at": _size(folder / EVENTS), "log_at": _size(folder / LOG)}
        process = _spawn(line, folder, lock)
        record.note(folder, "start", kind=kind.command, arguments=dict(arguments), pid=process.pid, **before)
    except OSError as error:
        if process is not None:  # without a line about it nobody could stop it
            end(process.pid)
            process.wait()
        os.close(lock)
        raise SporcVistError(f"{folder}: the command could not be started ({error.strerror})") from None
    threading.Thread(target=_see_off, args=(process, folder, lock), daemon=True, name=f"job {process.pid}").start()
    return process.pid


def is_running(folder: Path) -> bool:
    """Whether a process started here, or one it left behind, has not ended."""
    try:
        lock = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def ask_to_stop(pid: int) -> None:
    """SIGTERM to the command alone: it saves, stops those it started itself, and goes.

    Sent to all of its group it would end the readers of data first, and the command would fail in place of saving.
    """
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def end(pid: int) -> None:
    """SIGKILL to the command and everything it started. Only while `is_running`: the group's number is taken then."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def environment() -> dict[str, str]:
    """The app's own, without what no job has use for."""
    return {name: value for name, value in os.environ.items() if name not in KEPT_BACK}


def stand_back(pid: int) -> None:
    """Put the process behind the page."""
    with contextlib.suppress(OSError):  # it may have ended already
        os.setpriority(os.PRIO_PROCESS, pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICER))


def _claim(folder: Path) -> int:
    """The lock's open file, held. Raises StillRunning."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    patience = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > patience:
                os.close(lock)
                raise StillRunning(
                    f"{folder.name}: a process is still at work in {folder}; stop it first, or wait for its end"
                ) from None
            time.sleep(0.02)


def _spawn(line: Sequence[str], folder: Path, lock: int) -> subprocess.Popen[bytes]:
    with (folder / LOG).open("ab") as log:
        moment = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
        log.write(f"== {moment} {' '.join(line)}\n".encode())
        log.flush()
        process = subprocess.Popen(
            line,
            cwd=HOME,
            env={**environment(), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
        )
    stand_back(process.pid)
    return process


def _see_off(process: subprocess.Popen[bytes], folder: Path, lock: int) -> None:
    """Waits for the end and notes it; until then the app holds the lock too, so that nobody looks in between."""
    exit_code = process.wait()
    try:
        if folder.is_dir():
            until = _size(folder / EVENTS)
            record.note(folder, "ended", pid=process.pid, exit_code=exit_code, events_until=until)
    finally:
        os.close(lock)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
