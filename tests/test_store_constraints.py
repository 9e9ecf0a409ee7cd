"""What the database itself refuses, tried with plain SQL past the store."""

import random
from collections.abc import Generator

import pytest
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from annotations.engine import make_engine, parse_url
from annotations.store import Store
from core.records import Answer, Criterion
from tests.store_helpers import BOTH, Clock, filled, fresh_address

VOTE = "INSERT INTO votes (trial_id, pair_id, choice, transcript_id, reason, created_at) "
TRIAL = (
    "INSERT INTO trials (id, campaign_id, rater_id, pair_id, repeat_no, left_id, status, rendering, shown_hash, "
    "opened_at, expires_at, closed_at) SELECT "
)

REFUSED = {
    "a choice nobody knows": VOTE + "VALUES (:open, :pair, 'bogus', NULL, NULL, :now)",
    "a transcript without its name": VOTE + "VALUES (:open, :pair, 'transcript', NULL, NULL, :now)",
    "a tie that names a transcript": VOTE + "VALUES (:open, :pair, 'tie', :mine, NULL, :now)",
    "a transcript of another pair": VOTE + "VALUES (:open, :pair, 'transcript', :foreign, NULL, :now)",
    "a pair that is not the trial's": VOTE + "VALUES (:open, :other, 'transcript', :foreign, NULL, :now)",
    "a trial nobody opened": VOTE + "VALUES ('trial-none', :pair, 'tie', NULL, NULL, :now)",
    "a second vote": VOTE + "VALUES (:voted, :other, 'tie', NULL, NULL, :now)",
    "a reason without end": VOTE + f"VALUES (:open, :pair, 'tie', NULL, '{'x' * 2001}', :now)",
    "a finer answer without a vote": "INSERT INTO vote_answers VALUES (:open, 'reaction', :pair, 'tie', NULL)",
    "a criterion nobody knows": "INSERT INTO vote_answers VALUES (:voted, 'beauty', :other, 'tie', NULL)",
    "a finer answer for another pair": "INSERT INTO vote_answers VALUES (:voted, 'reaction', :pair, 'tie', NULL)",
    "a finer answer for a foreign transcript": (
        "INSERT INTO vote_answers VALUES (:voted, 'phrasing', :other, 'transcript', :mine)"
    ),
    "the same trial again": TRIAL + "'new', campaign_id, rater_id, pair_id, repeat_no, left_id, status, '', '', "
    "opened_at, expires_at, closed_at FROM trials WHERE id = :open",
    "a foreign left side": "UPDATE trials SET left_id = :foreign WHERE id = :open",
    "another status": "UPDATE trials SET status = 'maybe' WHERE id = :open",
    "an open trial that ended": "UPDATE trials SET closed_at = :now WHERE id = :open",
    "a rater nobody met": "UPDATE trials SET rater_id = 'nobody' WHERE id = :open",
    "a pair outside the campaign": "UPDATE trials SET campaign_id = 2 WHERE id = :open",
    "a repeat before the first": "UPDATE trials SET repeat_no = 0 WHERE id = :open",
    "a pair of one transcript": "INSERT INTO pairs VALUES ('p', :story, :mine, :mine)",
    "a pair of two stories": "INSERT INTO pairs VALUES ('p', :story, :mine, :foreign)",
    "a pair the other way round": (
        "INSERT INTO pairs SELECT 'p', story_id, transcript_b, transcript_a FROM pairs WHERE id = :pair"
    ),
    "a pair twice": "INSERT INTO pairs SELECT 'p', story_id, transcript_a, transcript_b FROM pairs WHERE id = :pair",
    "a third member": (
        "INSERT INTO pair_transcripts SELECT pair_id, :foreign, transcript_a, transcript_b FROM pair_transcripts "
        "WHERE pair_id = :pair AND transcript_id = transcript_a"
    ),
    "a verdict that is and is not": (
        "INSERT INTO verdicts VALUES ('v', :pair, 'judge', 'r1', :mine, 'overall', 1, 'error', 'tie', NULL, NULL, 0)"
    ),
    "an unread verdict with a transcript": (
        "INSERT INTO verdicts VALUES ('v', :pair, 'judge', 'r1', :mine, 'overall', 1, 'unparsed', NULL, :mine, NULL, 0)"
    ),
    "a verdict in a foreign order": (
        "INSERT INTO verdicts VALUES ('v', :pair, 'judge', 'r1', :foreign, 'overall', 1, 'ok', 'tie', NULL, NULL, 0)"
    ),
    "a kind of campaign nobody knows": "UPDATE campaigns SET kind = 'contest'",
    "a twenty-first photo": "UPDATE photos SET number = 21 WHERE number = 2",
    "deleting a pair with votes": "DELETE FROM pairs WHERE id = :other",
    "deleting a trial with a vote": "DELETE FROM trials WHERE id = :voted",
    "deleting a vote with finer answers": "DELETE FROM votes",
    "a photo number taken": "UPDATE photos SET number = 1",
    "deleting a rater": "DELETE FROM raters",
    "deleting a transcript": "DELETE FROM transcripts",
    "deleting a story": "DELETE FROM stories",
    "deleting a system": "DELETE FROM systems",
    "deleting a campaign": "DELETE FROM campaigns WHERE id = 1",
    "taking a member out of a pair": "DELETE FROM pair_transcripts WHERE pair_id = :other",
}

ALLOWED = {
    "a vote for a member": VOTE + "VALUES (:open, :pair, 'transcript', :mine, 'because', :now)",
    "a tie": VOTE + "VALUES (:open, :pair, 'both_bad', NULL, NULL, :now)",
    "a verdict": (
        "INSERT INTO verdicts VALUES ('v', :pair, 'judge', 'r1', :mine, 'overall', 1, 'ok', 'tie', NULL, NULL, 0)"
    ),
    "a failed verdict": (
        "INSERT INTO verdicts VALUES ('v', :pair, 'judge', 'r1', :mine, 'reaction', 1, 'refused', NULL, NULL, 'no', 0)"
    ),
    "a score that measured nothing": "INSERT INTO scores VALUES (:mine, 'style', 'turn_length', NULL)",
}


@pytest.fixture(scope="module", params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Engine]:
    """Two stories; ann has voted on one and holds the other open."""
    folder = tmp_path_factory.mktemp("constraints")
    url = fresh_address(request.param, folder)
    store = filled(Store.open(url, Clock(), random.Random(1)), folder, stories=2)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    store.answer(trial.trial_id, "ann", Answer.LEFT, criteria={Criterion.REACTION: Answer.TIE})
    assert store.next_trial("benchmark", "ann") is not None
    store.close()
    engine = make_engine(parse_url(url))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(database: Engine) -> Generator[Connection]:
    """Undone afterwards."""
    with database.connect() as opened:
        yield opened
        opened.rollback()


def names(connection: Connection) -> dict[str, object]:
    query = (
        "SELECT t.id, t.pair_id, t.left_id, p.story_id FROM trials t JOIN pairs p ON p.id = t.pair_id WHERE status = "
    )
    opened = connection.execute(text(query + "'open'")).one()
    voted = connection.execute(text(query + "'voted'")).one()
    found = {"open": opened[0], "pair": opened[1], "mine": opened[2], "story": opened[3]}
    return {**found, "voted": voted[0], "other": voted[1], "foreign": voted[2], "now": "2026-03-01 12:00:00"}


def run(connection: Connection, sql: str) -> int:
    known = names(connection)
    used = {name: value for name, value in known.items() if f":{name}" in sql}
    return connection.execute(text(sql), used).rowcount


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(connection: Connection, sql: str) -> None:
    with pytest.raises(IntegrityError):
        run(connection, sql)


@pytest.mark.parametrize("sql", ALLOWED.values(), ids=ALLOWED)
def test_the_database_takes(connection: Connection, sql: str) -> None:
    assert run(connection, sql) == 1


def test_nothing_cascades(database: Engine) -> None:
    keys = [key for table in inspect(database).get_table_names() for key in inspect(database).get_foreign_keys(table)]
    assert len(keys) > 15
    assert all(key["name"] and not key.get("options") for key in keys)
