"""How many votes a second does the store take, beside bare commits of the same SQLite file?

`python -m bench.votes [--raters N] [--stories N] [--database URL]`. A vote here is a pair drawn and answered. Prints
votes a second and what one rater waits, from one thread and from several, in one run.
"""

import argparse
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from annotations.store import Store
from core.records import Answer, Photo, Story, Transcript
from core.runs import Run


def fill(store: Store, folder: Path, stories: int) -> None:
    run = Run.create(folder, {})
    for number in range(stories):
        run.append_story(Story(f"bench-{number}", "bench", (Photo(1, None),)))
        for system in ("one", "two"):
            text = "\n\n".join(f"Speaker {turn % 2 + 1}: {'so we went on ' * 15}" for turn in range(16))
            run.append_transcript(
                Transcript(f"transcript-{number}-{system}", f"bench-{number}", system, text, "print", "bench-1")
            )
    store.load_run(run)


def vote(store: Store, rater: str, times: list[float]) -> None:
    """Until nothing is left for this rater."""
    while True:
        started = time.perf_counter()
        trial = store.next_trial("benchmark", rater)
        if trial is None:
            return
        store.answer(trial.trial_id, rater, Answer.LEFT)
        times.append((time.perf_counter() - started) * 1000)


def at_once(raters: int, work: Callable[[int], None]) -> float:
    """Seconds until all are done."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(raters)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def bare_commits(file: Path, count: int = 300) -> float:
    """Commits a second of one row, with the same pragmas and nothing around them."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, words TEXT)")
    started = time.perf_counter()
    for _ in range(count):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows (words) VALUES ('left')")
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return count / seconds


def measure(store: Store, raters: int, name: str) -> None:
    times: list[float] = []
    seconds = at_once(raters, lambda number: vote(store, f"{name}-{number}", times))
    cuts = statistics.quantiles(times, n=20)
    print(
        f"{raters:3} raters at once  {len(times):5} votes  {len(times) / seconds:6.1f} votes/s  "
        f"one vote p50 {cuts[9]:6.1f} ms, p95 {cuts[18]:6.1f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raters", type=int, default=16)
    parser.add_argument("--stories", type=int, default=50)
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL to try; a new SQLite file else")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(asked.database or f"sqlite:///{folder}/votes.sqlite")
        fill(store, Path(folder) / "run", asked.stories)
        measure(store, 1, "alone")
        measure(store, asked.raters, "many")
        measure(store, asked.raters, "later")
        store.close()
        print(
            f"bare SQLite commits on this disk: {bare_commits(Path(folder) / 'bare.sqlite'):.0f}/s (a vote needs two)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
