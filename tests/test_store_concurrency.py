"""Many at once: threads, processes, and a process that is killed. No vote is lost, none is doubled."""

import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from annotations.store import Store
from core.records import Answer
from tests.conftest import ROOT
from tests.store_helpers import BOTH, filled, fresh_address

VOTER = Path(__file__).with_name("voting_process.py")


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_address(request.param, tmp_path)


@pytest.fixture
def store(address: str) -> Generator[Store]:
    opened = Store.open(address, rng=random.Random(2))
    yield opened
    opened.close()


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Runs `work` in so many threads that start together; a failure in one is the test's."""
    ready, failures = threading.Barrier(count), list[BaseException]()

    def run(number: int) -> None:
        ready.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001  # raised below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def start(address: str, raters: int, prefix: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", str(VOTER), address, str(raters), prefix]
    return subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True)


def test_threads_voting_at_once_lose_and_double_nothing(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=5)
    acknowledged: list[str] = []

    def vote(number: int) -> None:
        while (trial := store.next_trial("benchmark", f"rater-{number}")) is not None:
            acknowledged.append(store.answer(trial.trial_id, f"rater-{number}", Answer.RIGHT).trial_id)

    at_once(8, vote)
    votes = store.snapshot().votes
    assert sorted(acknowledged) == sorted(vote.trial_id for vote in votes)
    assert len(votes) == 8 * 5
    assert set(Counter((vote.rater, vote.pair.pair_id) for vote in votes).values()) == {1}


def test_one_rater_asking_at_once_gets_one_trial(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=5)
    trials: list[object] = []
    at_once(6, lambda _: trials.append(store.next_trial("benchmark", "ann")))
    assert len(trials) == 6 and trials == [trials[0]] * 6
    assert store.snapshot().trials == {"open": 1}


def test_one_trial_answered_at_once_keeps_one_answer(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=1)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    sent = (Answer.LEFT, Answer.RIGHT, Answer.TIE, Answer.BOTH_BAD, Answer.SKIP, Answer.LEFT)
    receipts = {}

    def press(number: int) -> None:
        receipts[number] = store.answer(trial.trial_id, "ann", sent[number])

    at_once(len(sent), press)
    assert [receipt.already for receipt in receipts.values()].count(False) == 1
    assert len({receipt.answer for receipt in receipts.values()}) == 1
    (first,) = (number for number, receipt in receipts.items() if not receipt.already)
    assert receipts[first].answer is sent[first]
    assert len(store.snapshot().votes) == (sent[first] is not Answer.SKIP)


def test_raters_asking_at_once_get_different_pairs(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=6)
    titles: list[str | None] = []

    def ask(number: int) -> None:
        trial = store.next_trial("benchmark", f"rater-{number}")
        titles.append(trial.title if trial else None)

    at_once(6, ask)
    assert sorted(map(str, titles)) == [f"Story {number}" for number in range(6)]


@pytest.mark.slow
def test_two_processes_voting_at_once_lose_and_double_nothing(store: Store, address: str, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=6)
    voters = [start(address, 8, prefix) for prefix in ("ann", "bob")]
    told = [voter.communicate(timeout=120)[0].split() for voter in voters]
    assert [voter.returncode for voter in voters] == [0, 0]
    acknowledged = [line for lines in told for line in lines if line != "ready"]
    votes = store.snapshot().votes
    assert sorted(acknowledged) == sorted(vote.trial_id for vote in votes)
    assert len(votes) == 2 * 8 * 6
    counts = Counter(vote.pair.pair_id for vote in votes)
    assert set(counts.values()) == {16}


@pytest.mark.slow
@pytest.mark.parametrize("acknowledged", [1, 40, 90])
def test_a_killed_process_loses_no_acknowledged_vote(
    store: Store, address: str, tmp_path: Path, acknowledged: int
) -> None:
    filled(store, tmp_path, stories=10)
    voter = start(address, 100, "ann")
    assert voter.stdout is not None
    told = [voter.stdout.readline().strip() for _ in range(acknowledged + 1)]
    voter.send_signal(signal.SIGKILL)
    told += voter.communicate(timeout=60)[0].split()
    kept = {vote.trial_id for vote in store.snapshot().votes}
    acked = {line for line in told if line.startswith("trial-")}
    assert voter.returncode == -signal.SIGKILL
    assert len(acked) >= acknowledged and acked <= kept
    assert len(kept - acked) <= 1
    trial = store.next_trial("benchmark", "after")
    assert trial is not None and not store.answer(trial.trial_id, "after", Answer.TIE).already
