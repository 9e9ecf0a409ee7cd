"""A process that votes until nothing is left, printing each answer once it is acknowledged.

Usage: python voting_process.py URL RATERS PREFIX
"""

import sys

from annotations.store import Store
from core.records import Answer


def main() -> None:
    url, raters, prefix = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    store = Store.open(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in range(raters):
        rater = f"{prefix}-{number}"
        while (trial := store.next_trial("benchmark", rater)) is not None:
            store.answer(trial.trial_id, rater, Answer.LEFT)
            sys.stdout.write(f"{trial.trial_id}\n")
            sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    main()
