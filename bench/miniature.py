"""The miniature experiment from nothing, for three seeds, every one reported: `python -m bench.miniature [--seeds 3]`.

There is no plain alternative to the experiment itself; the fine-tuned model is held against its own base in each row.
"""

import argparse
import tempfile
from pathlib import Path

from core.records import Interval
from train.commands.miniature import Bars
from train.miniature.build import BASE_ID, TUNED_ID, Build, Built, Plan

COLUMNS = ("seed", "turns longer", "switches", "well-formed", "loops", "ends", "colour", "thing", "chance", "seconds")


def main() -> None:
    parser = argparse.ArgumentParser(description="The miniature experiment from nothing, seed by seed.")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="seeds 0 to N - 1")
    given = parser.parse_args()
    lines: list[list[str]] = []
    for seed in range(given.seeds):
        with tempfile.TemporaryDirectory() as folder:
            bars = Bars()
            try:
                lines.append(row(seed, Build(Path(folder) / "work", Path(folder) / "out", seed, Plan(), bars).build()))
            finally:
                bars.close()
    for line in [list(COLUMNS), *lines]:
        print("  ".join(cell.rjust(max(len(name), 14)) for name, cell in zip(COLUMNS, line, strict=True)))
    print("well-formed, loops, ends, colour, thing: fine-tuned / base; chance: the same words, other stories' pictures")


def row(seed: int, built: Built) -> list[str]:
    base, tuned = built.figures[BASE_ID], built.figures[TUNED_ID]

    def both(name: str) -> str:
        return f"{percent(tuned[name])} / {percent(base[name])}"

    return [
        str(seed),
        f"{tuned['turn_length'].mean / base['turn_length'].mean:.1f}x",
        f"{tuned['switch_rate'].mean / base['switch_rate'].mean:.2f}x",
        *(both(name) for name in ("well_formed", "loops", "ends_by_itself", "first_colour", "first_thing")),
        f"{percent(tuned['first_colour_chance'])}, {percent(tuned['first_thing_chance'])}",
        f"{built.seconds:.0f}",
    ]


def percent(value: Interval) -> str:
    return "–" if value.mean != value.mean else f"{value.mean:.0%}"


if __name__ == "__main__":
    main()
