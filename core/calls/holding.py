"""Waiting for a lock without becoming deaf to `stop`."""

import contextlib
import threading
from collections.abc import Generator

from core.calls.faults import CallError, Reason

POLL = 0.1
"""Seconds between two looks at `stop`."""


@contextlib.contextmanager
def held(lock: threading.Semaphore, stop: threading.Event) -> Generator[None]:
    """Raises CallError with the reason `stopped` where `stop` is set before the lock is free."""
    while not lock.acquire(timeout=POLL):
        if stop.is_set():
            raise CallError("stopped while waiting", Reason.STOPPED)
    try:
        yield
    finally:
        lock.release()


class KeyLocks:
    """One lock a key, for as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Semaphore, int]] = {}

    @contextlib.contextmanager
    def held(self, key: str, stop: threading.Event) -> Generator[None]:
        with self._guard:
            lock, users = self._locks.get(key, (threading.Semaphore(), 0))
            self._locks[key] = lock, users + 1
        try:
            with held(lock, stop):
                yield
        finally:
            with self._guard:
                users = self._locks[key][1] - 1
                if users:
                    self._locks[key] = lock, users
                else:
                    del self._locks[key]
