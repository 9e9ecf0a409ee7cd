"""Every request and raw answer, in one SQLite file, committed before anything is read from the answer.

A question is found again by its content key, so nothing is asked twice, also after a kill. Images are stored as hashes,
keys not at all. One row of `tries` is one request over the wire; one without an end was cut short by a kill.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from core.calls.faults import CallError
from core.calls.request import CallRequest, without_images
from core.errors import BadInput

SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    content TEXT PRIMARY KEY,
    number  INTEGER NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS tries (
    id         INTEGER PRIMARY KEY,
    key        TEXT NOT NULL,
    attempt    INTEGER NOT NULL CHECK (attempt >= 1),
    request    INTEGER NOT NULL REFERENCES requests(number),
    model      TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    asked_at   REAL NOT NULL,
    reserved   REAL,
    ended_at   REAL,
    seconds    REAL,
    outcome    TEXT,
    answer     TEXT,
    price      REAL,
    tokens_in  INTEGER,
    tokens_out INTEGER,
    CHECK (outcome IS NOT 'ok' OR answer IS NOT NULL)
);
CREATE UNIQUE INDEX IF NOT EXISTS tries_one_answer ON tries(key) WHERE outcome = 'ok';
CREATE INDEX IF NOT EXISTS tries_purpose ON tries(purpose);
"""


class Kept(NamedTuple):
    """An answer out of the ledger."""

    raw: dict[str, Any]
    price: float | None
    seconds: float


class Ledger:
    """Safe to use from several threads; several processes may share the file on a local disk."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise BadInput(
                f"{path}: cannot be used as the ledger of calls ({error}); give a file on a local disk"
            ) from None

    def answer(self, key: str) -> Kept | None:
        """The good answer to a call, or None where it has to be asked."""
        row = self._one("SELECT answer, price, seconds FROM tries WHERE key = ? AND outcome = 'ok'", key)
        return Kept(json.loads(row[0]), row[1], row[2] or 0.0) if row else None

    def asked(self, request: CallRequest, attempt: int, reserved: float | None) -> int:
        """Note a try that is about to go out; the number it is ended by. `reserved` in US dollars, None if unknown."""
        body = json.dumps(request.content(), ensure_ascii=False, sort_keys=True)
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.execute(
                    "INSERT OR IGNORE INTO requests VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM requests))",
                    (body,),
                )
                cursor = self._db.execute(
                    "INSERT INTO tries (key, attempt, request, model, purpose, asked_at, reserved)"
                    " SELECT ?, ?, number, ?, ?, ?, ? FROM requests WHERE content = ?",
                    (request.key(attempt), attempt, request.model, request.purpose, self._now(), reserved, body),
                )
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def answered(self, number: int, raw: Mapping[str, Any], seconds: float) -> None:
        """Keep a raw answer. Where another process was faster with the same question, this one stands as `spare`."""
        text = json.dumps(without_images(raw), ensure_ascii=False)
        end = "UPDATE tries SET outcome = ?, answer = ?, seconds = ?, ended_at = ? WHERE id = ?"
        try:
            self._do(end, "ok", text, seconds, self._now(), number)
        except sqlite3.IntegrityError:
            self._do(end, "spare", text, seconds, self._now(), number)

    def priced(self, number: int, price: float | None, tokens: tuple[int | None, int | None]) -> None:
        self._do("UPDATE tries SET price = ?, tokens_in = ?, tokens_out = ? WHERE id = ?", price, *tokens, number)

    def failed(self, number: int, error: CallError, price: float | None) -> None:
        """Keep a failure with the service's own words; `price` None where it may have been billed."""
        self._do(
            "UPDATE tries SET outcome = ?, answer = ?, price = ?, ended_at = ? WHERE id = ?",
            str(error.reason),
            error.detail,
            price,
            self._now(),
            number,
        )

    def spent(self, purpose: str | None = None) -> float:
        """US dollars, of one purpose or of all. A try without a known price counts with what was set aside for it."""
        row = self._one(
            "SELECT sum(coalesce(price, reserved, 0)) FROM tries WHERE ?1 IS NULL OR purpose = ?1",
            purpose,
        )
        return float(row[0] or 0.0) if row else 0.0

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def _do(self, sql: str, *values: Any) -> None:
        # Without an open transaction every statement commits by itself, and synchronous=FULL puts it on the disk.
        with self._lock:
            self._db.execute(sql, values)
