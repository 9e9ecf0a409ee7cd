"""Databases brought to the present tables: votes survive, nothing half-done stays, nobody migrates twice."""

import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from annotations.engine import make_engine, parse_url
from annotations.migrate import SCRIPTS, known_revisions, migrate
from annotations.store import Store
from annotations.tables import METADATA
from core.errors import StoreError
from core.records import Answer, Criterion
from tests.conftest import ROOT
from tests.store_helpers import BOTH, filled, fresh_address

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HEAD = known_revisions()[0]

REBUILD = f'''
"""Rebuilds tables that votes refer to."""
import sqlalchemy as sa
from alembic import op

revision = "test_2"
down_revision = "{HEAD}"


def upgrade():
    rebuild = "always" if op.get_context().dialect.name == "sqlite" else "never"
    for table in ("trials", "pairs", "stories"):
        with op.batch_alter_table(table, recreate=rebuild) as batch:
            batch.add_column(sa.Column("colour", sa.String(), nullable=False, server_default="blue"))
    op.drop_column("stories", "colour")
'''

BREAK = f'''
"""Leaves votes without their trials."""
from alembic import op

revision = "test_2"
down_revision = "{HEAD}"


def upgrade():
    op.execute("CREATE TABLE half_done (id INTEGER)")
    op.execute("DELETE FROM trials")
'''

FAIL = BREAK.replace('op.execute("DELETE FROM trials")', 'op.execute("no such words")')


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_address(request.param, tmp_path)


def scripts(folder: Path, second: str) -> Path:
    """The project's migrations and one more."""
    copy = folder / "migrations"
    shutil.copytree(SCRIPTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions/test_2.py").write_text(second)
    return copy


def with_votes(address: str, folder: Path) -> None:
    store = filled(Store.open(address, rng=random.Random(4)), folder, stories=4)
    for rater in ("ann", "bob"):
        for answer in (Answer.LEFT, Answer.TIE, Answer.SKIP):
            trial = store.next_trial("benchmark", rater)
            assert trial is not None
            store.answer(trial.trial_id, rater, answer, reason="why", criteria={Criterion.REACTION: Answer.RIGHT})
    assert store.next_trial("benchmark", "ann") is not None
    store.close()


def contents(address: str) -> dict[str, list[Any]]:
    """Every row of every table, without columns that a test's migration added."""
    engine = create_engine(parse_url(address))
    rows: dict[str, list[Any]] = {}
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            names = ", ".join(column.name for column in table.columns)
            rows[table.name] = sorted(map(str, connection.execute(text(f"SELECT {names} FROM {table.name}"))))
    engine.dispose()
    return rows


def checks(address: str) -> dict[str, Any]:
    """Constraints of every table, by name, as the database knows them."""
    engine = create_engine(parse_url(address))
    seen = inspect(engine)
    found = {
        table: {
            "check": sorted((check["name"], check["sqltext"]) for check in seen.get_check_constraints(table)),
            "foreign": sorted(str(sorted(key.items())) for key in seen.get_foreign_keys(table)),
            "unique": sorted(str(sorted(key.items())) for key in seen.get_unique_constraints(table)),
            "primary": str(seen.get_pk_constraint(table)),
            "index": sorted(index["name"] or "" for index in seen.get_indexes(table)),
        }
        for table in METADATA.tables
    }
    engine.dispose()
    return found


def test_models_and_migrations_agree(address: str, tmp_path: Path) -> None:
    migrate(parse_url(address), NOW)
    engine = create_engine(parse_url(address))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []
    engine.dispose()


def test_the_first_migration_makes_every_constraint_of_the_models(tmp_path: Path) -> None:
    migrated, made = f"sqlite:///{tmp_path}/migrated.sqlite", f"sqlite:///{tmp_path}/made.sqlite"
    migrate(parse_url(migrated), NOW)
    engine = create_engine(made)
    METADATA.create_all(engine)
    engine.dispose()
    assert checks(migrated) == checks(made)


def test_a_parent_table_is_rebuilt_and_every_vote_survives(address: str, tmp_path: Path) -> None:
    with_votes(address, tmp_path)
    before, rules = contents(address), checks(address)
    assert len(before["votes"]) == len(before["vote_answers"]) == 4 and len(before["trials"]) == 7
    backup = migrate(parse_url(address), NOW, scripts(tmp_path, REBUILD))
    assert contents(address) == before
    assert checks(address) == rules
    engine = make_engine(parse_url(address))
    for sql in ("DELETE FROM trials", "DELETE FROM pairs", "UPDATE votes SET choice = 'bogus'"):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(sql))
    with engine.connect() as connection:
        assert set(connection.execute(text("SELECT colour FROM trials")).scalars()) == {"blue"}
    engine.dispose()
    if address.startswith("sqlite"):
        assert backup is not None and backup.parent == tmp_path
        assert HEAD in backup.name and "20260301T1230" in backup.name
        assert contents(f"sqlite:///{backup}") == before


@pytest.mark.parametrize(("second", "line"), [(BREAK, "refer to nothing"), (FAIL, "cannot be opened or migrated")])
def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path: Path, second: str, line: str) -> None:
    address = fresh_address("sqlite", tmp_path)
    with_votes(address, tmp_path)
    before, rules = contents(address), checks(address)
    with pytest.raises(StoreError, match=line) as told:
        migrate(parse_url(address), NOW, scripts(tmp_path, second))
    assert "\n" not in str(told.value)
    assert (contents(address), checks(address)) == (before, rules)
    assert not inspect(create_engine(address)).has_table("half_done")
    store = Store.open(address)
    assert len(store.snapshot().votes) == 4
    store.close()


@pytest.mark.slow
def test_a_failing_migration_is_undone_in_postgresql_too(tmp_path: Path) -> None:
    address = fresh_address("postgresql", tmp_path)
    with_votes(address, tmp_path)
    before = contents(address)
    with pytest.raises(StoreError, match="violates foreign key"):
        migrate(parse_url(address), NOW, scripts(tmp_path, BREAK))
    assert contents(address) == before


def test_opening_again_changes_nothing_and_makes_no_backup(address: str, tmp_path: Path) -> None:
    with_votes(address, tmp_path)
    before = contents(address)
    Store.open(address).close()
    assert contents(address) == before
    assert not list(tmp_path.glob("*backup*"))


def test_a_newer_database_is_refused(address: str, tmp_path: Path) -> None:
    with_votes(address, tmp_path)
    migrate(parse_url(address), NOW, scripts(tmp_path, REBUILD))
    with pytest.raises(StoreError, match=r"revision test_2, which this version does not know .* newer version"):
        Store.open(address)


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "notes.sqlite"
    file.write_bytes(b"These are my notes. " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{file}")
    assert file.read_bytes() == b"These are my notes. " * 100


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE votes (id INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="another program's"):
        Store.open(f"sqlite:///{file}")


def test_threads_that_open_at_once_migrate_once(address: str, tmp_path: Path) -> None:
    ready, opened = threading.Barrier(4), list[Store | BaseException]()

    def start() -> None:
        ready.wait()
        try:
            opened.append(Store.open(address))
        except BaseException as error:  # noqa: BLE001  # told below
            opened.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores = [one for one in opened if isinstance(one, Store)]
    assert len(stores) == 4, opened
    assert {len(store.campaigns()) for store in stores} == {4}
    for store in stores:
        store.close()


@pytest.mark.slow
def test_processes_that_open_an_old_database_at_once_migrate_once(tmp_path: Path) -> None:
    address = fresh_address("sqlite", tmp_path)
    with_votes(address, tmp_path)
    before = contents(address)
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from annotations.migrate import migrate; from annotations.engine import parse_url\n"
        "sys.stdin.readline()\n"
        "print(migrate(parse_url(sys.argv[1]), datetime.now(UTC), Path(sys.argv[2])))"
    )
    command = [sys.executable, "-W", "error", "-c", code, address, str(scripts(tmp_path, REBUILD))]
    processes = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        for _ in range(3)
    ]
    told = [process.communicate("go\n", timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], told
    assert sorted(out.strip() == "None" for out, _ in told) == [False, True, True]
    assert len(list(tmp_path.glob("*.backup.sqlite"))) == 1
    assert contents(address) == before
