"""Resume after SIGKILL at ten random steps: losses and adapter against an unbroken run of the same settings.

The tiny untrained model, twelve steps, in processes that are really killed.
`python -m bench.resume [--kills N] [--seed S]`
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from core.writers.local import untrained
from tests.tuning_helpers import events, finish, kill_at, losses, make_data, running, start, tune_settings, weights
from train.tuning.settings import TuneSettings

STEPS = 12


def run_whole(settings: TuneSettings) -> float:
    """Seconds, start of the process included."""
    began = time.monotonic()
    child = start(settings)
    with running(child):
        if finish(child) != [0]:
            raise RuntimeError(f"{settings.output}: the run ended with {child.exitcode}")
    return time.monotonic() - began


def killed_once(settings: TuneSettings, step: int) -> float:
    """Kill after `step`, go on to the end. Seconds of the second process."""
    kill_at(settings, step)
    return run_whole(settings)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        untrained.assemble(home / "tiny", ends=False)
        data = make_data(home / "data", 2 * STEPS)
        whole = tune_settings(home / "tiny" / "base", data, home / "whole", save={"every_steps": 3})
        plain = run_whole(whole)
        print(f"unbroken: {STEPS} steps, {plain:.1f} s with the start of the process")
        print("killed after  resumed from  steps again  largest difference of a loss  adapter      seconds")
        rows = [row(whole, home / f"killed-{number}", chance.randrange(1, STEPS)) for number in range(given.kills)]
    same = sum(equal for equal, _ in rows)
    usual = statistics.median(seconds for _, seconds in rows)
    print(f"{same} of {len(rows)} the same to the last bit; {usual:.1f} s to go on (median)")
    return 0 if same == len(rows) else 1


def row(whole: TuneSettings, out: Path, step: int) -> tuple[bool, float]:
    """Prints one line; whether all is equal, and the seconds of the second process."""
    seconds = killed_once(whole.model_copy(update={"output": out}), step)
    wanted, found = losses(whole.output), losses(out)
    difference = max(abs(found[one] - wanted[one]) for one in wanted)
    resumed = events(out, "started")[-1]["resumed_from"] or 0
    again = len(events(out, "step")) - len(wanted)
    equal = weights(out) == weights(whole.output)
    told = "equal" if equal else "DIFFERENT"
    print(f"{step:>12}  {resumed:>12}  {again:>11}  {difference:>28.3g}  {told:<11}  {seconds:>7.1f}", flush=True)
    return equal and difference == 0, seconds


if __name__ == "__main__":
    sys.exit(main())
