"""Brings a database to the tables this version knows, when the store opens.

One transaction holds the write lock from reading the revision to the last change, so two processes that start at once
do the work once. In SQLite foreign keys are off before that transaction begins (a rebuilt parent would otherwise erase
its children), and every reference is checked before it commits.
"""

import sqlite3
import time
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from annotations.engine import make_engine, sqlite_file
from core.errors import StoreError

SCRIPTS = Path(__file__).resolve().parent / "migrations"
_LOCK = 7_370_727_263
"""Of PostgreSQL's advisory lock: any number that no other program on that database takes."""


def known_revisions(scripts: Path = SCRIPTS) -> tuple[str, ...]:
    """Newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config(scripts)).walk_revisions())


def migrate(url: URL, now: datetime, scripts: Path = SCRIPTS) -> Path | None:
    """Returns the backup made beside an SQLite file that held data, None where none was needed.

    Raises StoreError, with nothing changed, where the database is newer than the code, is not one of ours, or where a
    step fails.
    """
    path = sqlite_file(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_ahead(path)
    engine = make_engine(url, foreign_keys=False)
    try:
        with engine.begin() as connection:
            if path is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            return _upgrade(connection, path, now, scripts)
    except DBAPIError as error:
        raise StoreError(
            f"{_name(url)}: cannot be opened or migrated ({_line(error.orig)}); nothing was changed"
        ) from None
    finally:
        engine.dispose()


def _upgrade(connection: Connection, path: Path | None, now: datetime, scripts: Path) -> Path | None:
    known = known_revisions(scripts)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == known[0]:
        return None
    _refuse_foreign(connection, current, known)
    backup = _back_up(path, current, now) if path and current else None
    config = _config(scripts)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if path is not None:
        _check_references(connection, backup)
    return backup


def _refuse_foreign(connection: Connection, current: str | None, known: tuple[str, ...]) -> None:
    if current is not None and current not in known:
        raise StoreError(
            f"the database is at revision {current}, which this version does not know (its newest is {known[0]}): "
            "it was written by a newer version; update the project, or restore a backup"
        )
    if current is None and inspect(connection).has_table("votes"):
        raise StoreError("the database has a table `votes` but no revision: it is another program's; name another one")


def _back_up(path: Path, revision: str, now: datetime) -> Path:
    """Seen from a second connection, the file is still as it was before the migration began."""
    target = path.with_name(f"{path.stem}.{revision}.{now:%Y%m%dT%H%M%S%f}.backup.sqlite")
    vacuum_into(path, target)
    return target


def vacuum_into(path: Path, target: Path) -> None:
    """A whole consistent copy while others read and write. Raises StoreError; a half-made copy is removed."""
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"{target}: the backup failed ({error}); nothing was changed") from None
    finally:
        connection.close()


def _check_references(connection: Connection, backup: Path | None) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        where = ", ".join(sorted({str(row[0]) for row in broken}))
        kept = f"; the backup is {backup}" if backup else ""
        raise StoreError(
            f"after the migration {len(broken)} rows of {where} refer to nothing; nothing was changed{kept}"
        )


def _write_ahead(path: Path) -> None:
    """The journal mode stays with the file. SQLite does not wait by itself where several processes ask for it."""
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        for attempt in range(50):
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if attempt == 49 or "locked" not in str(error):
                    raise
                time.sleep(0.1)
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be opened as an SQLite database ({error}); nothing was changed") from None
    finally:
        connection.close()


def _config(scripts: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _name(url: URL) -> str:
    return str(sqlite_file(url) or url.render_as_string(hide_password=True))


def _line(error: BaseException | None) -> str:
    return " ".join(str(error).split())
