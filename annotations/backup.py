"""Putting a backup in the database's place. The old file is kept beside it."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Generator
from datetime import datetime
from pathlib import Path

from annotations.engine import parse_url, sqlite_file
from annotations.migrate import known_revisions
from core.errors import BadInput, StoreError


def restore(url: str, backup: Path, now: datetime) -> Path | None:
    """Returns where the old file lies now, None where there was none.

    Raises BadInput, with nothing changed, where the backup is not whole or not of this project, and StoreError while
    another process has the database open: its votes would go into a file that nobody reads any more.
    """
    path = sqlite_file(parse_url(url))
    if path is None:
        raise BadInput("this database is PostgreSQL; restore it with pg_restore or psql")
    _verify(backup)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.restoring")
    try:
        shutil.copyfile(backup, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        aside = _set_aside(path, now)
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: the backup cannot be put in place ({error.strerror})") from None
    finally:
        draft.unlink(missing_ok=True)
    return aside


def _verify(backup: Path) -> None:
    if not backup.is_file():
        raise BadInput(f"{backup}: no such file")
    try:
        with _connected(backup, "?mode=ro") as connection:
            faults = connection.execute("PRAGMA integrity_check").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("SELECT count(*) FROM votes").fetchone()
    except sqlite3.Error as error:
        raise BadInput(f"{backup}: is no backup of votes ({error}); nothing was changed") from None
    if faults != [("ok",)] or broken:
        raise BadInput(f"{backup}: is damaged ({len(faults) + len(broken)} faults found); nothing was changed")
    if revision is None or revision[0] not in known_revisions():
        raise BadInput(f"{backup}: was made by a newer version of this project; update it first; nothing was changed")


def _set_aside(path: Path, now: datetime) -> Path | None:
    if not path.exists():
        return None
    _close_log(path)
    aside = path.with_name(f"{path.stem}.before-restore.{now:%Y%m%dT%H%M%S%f}.sqlite")
    for ending in ("-wal", "-shm"):  # of a damaged file they belong with it; of a sound one they are gone by now
        log = path.with_name(path.name + ending)
        if log.exists():
            log.rename(aside.with_name(aside.name + ending))
    path.rename(aside)
    return aside


def _close_log(path: Path) -> None:
    """Leaving the write-ahead mode needs the file alone, and so tells whether anyone else has it open."""
    try:
        with _connected(path, "?mode=rw") as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreError(f"{path}: is in use; stop the app first, then restore; nothing was changed") from None
        raise StoreError(f"{path}: cannot be closed ({error}); nothing was changed") from None
    except sqlite3.DatabaseError:
        return  # damaged: that may be why a backup is wanted


@contextlib.contextmanager
def _connected(path: Path, mode: str) -> Generator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}{mode}", uri=True, timeout=1, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
