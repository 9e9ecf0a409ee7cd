"""A real process that works as the long commands do: `python -m tests.counting_job count FILE --out=FOLDER`.

FILE holds how many steps it takes, and in its second line how it behaves: `well`, `fails`, `silent` (wrong usage, no
event), `stubborn` (hears no SIGTERM) or `waits` (stays at step 2 until it is told to stop).
"""

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core import jsonl

stop = threading.Event()


def say(folder: Path, event: str, **values: Any) -> None:
    jsonl.append(folder / "events.jsonl", {"time": datetime.now(UTC).isoformat(), "event": event, **values})


def main(command: str, file: str, out: str) -> int:
    assert command == "count"
    folder = Path(out.removeprefix("--out="))
    steps, manner = Path(file).read_text().split()
    if manner == "silent":
        sys.stderr.write("train: DATA line 7: not JSON; a sample was wanted\n")
        return 2
    signal.signal(signal.SIGTERM, (lambda *_: None) if manner == "stubborn" else (lambda *_: stop.set()))
    at = folder / "at"
    done = int(at.read_text()) if at.exists() else 0
    say(folder, "started", steps=int(steps), samples=8, pid=0, resumed_from=done)
    sys.stdout.write(f"counting from {done}\n")
    for step in range(done + 1, int(steps) + 1):
        say(folder, "step", step=step, loss=1 / step, seconds_left=float(int(steps) - step))
        at.write_text(str(step))
        if manner == "fails":
            say(folder, "failed", step=step, why="loss is NaN")
            return 1
        if step == 2 and manner in {"waits", "stubborn"} and done == 0:
            stop.wait(120)
        if stop.is_set():
            say(folder, "saved", step=step, path=str(at))
            say(folder, "stopped", step=step, why="asked to")
            return 0
    say(folder, "finished", steps=int(steps), seconds=1.0, loss=1 / int(steps))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
