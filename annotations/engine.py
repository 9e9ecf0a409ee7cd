"""Connections: SQLite set up so that an acknowledged vote survives a power cut, or PostgreSQL."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import SettingsError
from core.settings import Environment

BUSY_SECONDS = 10
"""How long a writer waits for another process's transaction before it gives up."""
FILE_NAME = "sporc-vist.sqlite"


def database_url(environment: Environment) -> str:
    """DATABASE_URL, or the SQLite file in the data folder."""
    return environment.database_url or f"sqlite:///{environment.data / FILE_NAME}"


def parse_url(url: str) -> URL:
    """Raises SettingsError for an address no driver here speaks. The password never goes into the message."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "the database address cannot be read; sqlite:///path/to/file or postgresql://user:password@host/name was "
            "wanted"
        ) from None
    backend = parsed.drivername.split("+")[0]
    if backend in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise SettingsError(f"the database address starts with {backend!r}; sqlite or postgresql was wanted")
    if sqlite_file(parsed) is None:
        raise SettingsError("an SQLite database in memory keeps no votes; give a file: sqlite:///path/to/file")
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """The file behind an SQLite address; None in memory or where the address is PostgreSQL's."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def make_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """`foreign_keys=False` is for migrations alone: a rebuilt parent table must not take its children along."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    engine = create_engine(url, pool_size=10, max_overflow=20, connect_args={"timeout": BUSY_SECONDS})

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own: see `begin`
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def for_reading(engine: Engine) -> Engine:
    """The same pool, with transactions that see one state throughout and never wait for a writer."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(begin="BEGIN")
    return engine.execution_options(isolation_level="REPEATABLE READ")
