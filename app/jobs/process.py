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
from core.runs import EVENTS, write_whole
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


def start(
    kind: Kind,
    arguments: Mapping[str, str],
    folder: Path,
    *,
    processes: int = 1,
    files: Mapping[str, bytes] | None = None,
) -> int:
    """Start the command in a session of its own, with nothing to read and both outputs at the end of log.txt.

    `files` begin a new folder, which is removed again where the command cannot be started. Returns the process's
    number. Raises BadInput for arguments it cannot take and a folder that holds something, StillRunning where it has a
    process.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _claim(folder)
    except OSError as error:
        raise BadInput(f"{folder}: nothing can be written here ({error.strerror})") from None
    try:
        if files is not None:
            _begin(folder, files)
        started = _start(kind, arguments, folder, processes, lock)
    except BaseException as error:
        if files is not None and not (folder / record.FILE).exists():
            _take_back(folder, files)
        os.close(lock)
        if isinstance(error, OSError):
            raise SporcVistError(f"{folder}: the command could not be started ({error.strerror})") from None
        raise
    threading.Thread(target=_see_off, args=(started, folder, lock), daemon=True, name=f"job {started.pid}").start()
    return started.pid


def _begin(folder: Path, files: Mapping[str, bytes]) -> None:
    if any(one.name != LOCK for one in folder.iterdir()):
        raise BadInput(f"{folder}: is there and holds something else; give another name")
    for name, data in files.items():
        write_whole(folder / name, data)


def _take_back(folder: Path, files: Mapping[str, bytes]) -> None:
    """Leave no trace of a folder in which nothing was started; what else is in it stays."""
    for name in (*files, LOG, LOCK):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _start(
    kind: Kind, arguments: Mapping[str, str], folder: Path, processes: int, lock: int
) -> subprocess.Popen[bytes]:
    line = kind.line(arguments, folder, processes)
    before = {"events_at": _size(folder / EVENTS), "log_at": _size(folder / LOG)}
    process = _spawn(line, folder, lock)
    asked = {"kind": kind.command, "arguments": dict(arguments), "processes": processes, "line": line}
    try:
        record.note(folder, "start", pid=process.pid, **asked, **before)
    except OSError:  # without a line about it nobody could stop it
        end(process.pid)
        process.wait()
        raise
    return process


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
