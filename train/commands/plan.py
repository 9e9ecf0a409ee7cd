"""`python -m train plan CONFIG --gpus 8x80GB`: what a run needs and how long it takes, before it is started."""

import argparse
import json
from pathlib import Path

from core.errors import BadInput
from train.tuning import gpus, plan, plan_text, shapes
from train.tuning.flops import PAPER
from train.tuning.settings import load

NAME, HELP = "plan", "memory, steps and hours of a run before it is started"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a file, or a name of train/configs")
    parser.add_argument("--gpus", required=True, metavar="CARDS", help="such as 8x80GB, 8xA100-80GB, 4xH200")
    parser.add_argument("--samples", type=int, metavar="N", help="(default: data.samples of the configuration)")
    parser.add_argument(
        "--tokens", type=int, default=PAPER.tokens, metavar="MEAN", help=f"of a sample (default: {PAPER.tokens})"
    )
    parser.add_argument("--longest", type=int, metavar="TOKENS", help="most of one sample (default: data.max_length)")
    parser.add_argument(
        "--bandwidth", type=float, metavar="GB/S", help="of ZeRO-3's gathers (default: what fits the paper's run)"
    )
    parser.add_argument("--json", action="store_true", help="print the plan as one JSON object")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    settings = load(given.config)
    samples = given.samples if given.samples is not None else settings.data.samples
    if samples is None:
        raise BadInput(f"{given.config}: data.samples says nothing; say how many with --samples N")
    for option in ("samples", "tokens", "longest", "bandwidth"):
        value = getattr(given, option)
        if value is not None and value <= 0:
            raise BadInput(f"--{option} {value:g}: more than 0 was wanted")
    made = plan.make(
        settings,
        shapes.of_model(settings.model, settings.revision),
        gpus.parse(given.gpus),
        samples=samples,
        tokens=given.tokens,
        longest=given.longest,
        bandwidth=given.bandwidth * 1e9 if given.bandwidth is not None else None,
    )
    print(json.dumps(plan_text.to_json(made)) if given.json else "\n".join(plan_text.lines(made)))
    return 0
