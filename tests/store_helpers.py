"""Stories, transcripts and databases for the tests of people's votes."""

import atexit
import functools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from annotations.store import Store
from core.records import Finish, Photo, Sampling, Story, Transcript, TranscriptStatus

SYSTEMS = ("small-tuned", "large-base")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class FakeRun:
    """What the store needs of a run folder."""

    path: Path
    told: Sequence[Story]
    written: Sequence[Transcript]

    def stories(self) -> Sequence[Story]:
        return self.told

    def attempts(self) -> Sequence[Transcript]:
        return self.written

    def transcripts(self) -> Sequence[Transcript]:
        return list({(one.story_id, one.system_id): one for one in self.written}.values())

    def labels(self) -> dict[str, str]:
        return {}


def story(number: int, *, shareable: bool = True) -> Story:
    photos = (Photo(1, f"photos/{number}-1.jpg", caption="A boat.", credit="A. N. Other"), Photo(2, None))
    return Story(f"made-{number}", "made", photos, f"Story {number}", shareable=shareable)


def transcript(number: int, system: str, **changes: object) -> Transcript:
    values: dict[str, object] = {
        "id": f"transcript-{number:04d}-{system}",
        "story_id": f"made-{number}",
        "system_id": system,
        "text": f"Speaker 1: Look, boat {number}.\n\nSpeaker 2: Oh, {len(system)} sails!",
        "fingerprint": f"print-of-{system}",
        "prompt": "podcast-1",
        "finish": Finish.END,
        "seconds": 12.5,
        "sampling": Sampling(seed=2**40),
    }
    return Transcript(**{**values, **changes})  # pyright: ignore[reportArgumentType]  # values of mixed kinds


def failed(number: int, system: str, **changes: object) -> Transcript:
    return transcript(number, system, text="", status=TranscriptStatus.ERROR, reason="timeout", **changes)


def make_run(folder: Path, stories: int = 3, systems: Sequence[str] = SYSTEMS) -> FakeRun:
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    for number in range(stories):
        (folder / f"photos/{number}-1.jpg").write_bytes(b"photo")
    return FakeRun(
        folder,
        [story(number) for number in range(stories)],
        [transcript(number, system) for number in range(stories) for system in systems],
    )


def filled(store: Store, folder: Path, stories: int = 3, systems: Sequence[str] = SYSTEMS) -> Store:
    """With a benchmark campaign of so many stories."""
    store.load_run(make_run(folder, stories, systems))
    return store


def postgres_binaries() -> Path | None:
    """The newest server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))
"""The databases that the core paths are tried on."""


def fresh_address(kind: str, folder: Path) -> str:
    """Of an empty database. Skips the test where there is no server to try."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'votes.sqlite'}"
    if postgres_binaries() is None:
        pytest.skip("no PostgreSQL server on this machine: install the package `postgresql` to try it")
    server, name = postgres_server(), f"votes_{secrets.token_hex(8)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return f"{server}/{name}"


@functools.cache
def postgres_server() -> str:
    """A private server in a folder of its own, until the tests end; gives its address, less the database's name."""
    binaries = postgres_binaries()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="votes-postgres-"))
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user)

    def call(*words: str) -> None:
        done = subprocess.run(
            words, user=user, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr + done.stdout

    def stop() -> None:
        call(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)

    port = _free_port()
    initdb = (str(binaries / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "votes", "--no-sync")
    control = (str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log"))
    call(*initdb, "-E", "UTF8")
    call(*control, "-o", f"-h 127.0.0.1 -p {port} -k '' -F", "start")
    atexit.register(stop)
    return f"postgresql://votes@127.0.0.1:{port}"


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
