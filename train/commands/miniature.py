"""`python -m train miniature`: the experiment in small, from nothing to models/miniature."""

import argparse
import sys
from pathlib import Path
from typing import Any

from core.settings import HOME

NAME, HELP = "miniature", "make the miniature models from nothing: pictures, base, fine-tuning, measuring, gallery"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="default: 0, the one that ships")
    parser.add_argument("--out", type=Path, default=HOME / "models" / "miniature", metavar="DIR")
    parser.add_argument(
        "--work", type=Path, default=None, metavar="DIR", help="where stages are kept (default: runs/miniature/seed-S)"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    from train.miniature.build import Build, Plan

    work = given.work or HOME / "runs" / "miniature" / f"seed-{given.seed}"
    bars = Bars()
    try:
        built = Build(work.resolve(), given.out.resolve(), given.seed, Plan(), bars).build()
    finally:
        bars.close()
    stages = ", ".join(f"{name} {seconds:.0f}" for name, seconds in built.stages.items())
    print(f"{built.folder}: {built.seconds:.0f} s ({stages})")
    print((built.folder / "README.md").read_text(encoding="utf-8").partition("## Measured")[2].partition("## Use")[0])
    return 0


class Bars:
    """One progress bar a stage, on standard error."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int, loss: float | None = None) -> None:
        from tqdm import tqdm

        if stage != self._stage:
            self.close()
            self._stage, self._bar = stage, tqdm(total=total, desc=stage, unit="", file=sys.stderr, disable=None)
        if loss is not None:
            self._bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
