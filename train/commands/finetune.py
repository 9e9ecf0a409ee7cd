"""`python -m train finetune CONFIG`: fine-tune a model, or go on with a run that was killed or stopped."""

import argparse
from pathlib import Path

NAME, HELP = "finetune", "fine-tune a model as a configuration says; run it again to go on where it stopped"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a file, or a name among train/configs")
    parser.add_argument("--data", type=Path, metavar="FILE", help="training samples; goes before data.train")
    parser.add_argument("--out", type=Path, metavar="DIR", help="run folder; goes before output")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY.SUB=VALUE", help="change a setting; may be given again"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    from train.tuning.finetune import say, train
    from train.tuning.settings import load

    result = train(load(given.config, given.set), data=given.data, out=given.out)
    say(f"{result.adapter}: the adapter, after {result.steps} steps")
    return 0
