"""`python -m train check DATA`: everything wrong with training data, and what a run on it will meet."""

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

NAME, HELP = "check", "look at training data before a GPU is touched: pictures, marks, talk, tokens"
_BINS = 12
_WIDEST = 40


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, metavar="DATA", help="the project's JSONL, or Qwen conversations")
    parser.add_argument(
        "--config", type=Path, metavar="CONFIG", help="whose tokenizer and limits to use (default: the paper's limits)"
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """2 where there is a fault, 0 where the data can be trained on."""
    from train.tuning.check import check
    from train.tuning.settings import DataSettings, load

    settings = load(given.config) if given.config is not None else None
    data = settings.data if settings is not None else DataSettings()
    measure, counted = _measure(settings, data)
    found = check(given.data, measure, _with_bar)
    report = {**asdict(found), "samples": len(found.samples), "tokens": _summary(found.tokens), "counted": counted}
    report |= {"file": str(found.file), "histogram": histogram(found.tokens, data.max_length)}
    print(json.dumps(report, ensure_ascii=False) if given.json else "\n".join(lines(report)))
    if found.faults:
        print(
            f"train: {given.data}: {_many(len(found.faults), 'fault')}; nothing can be trained on it", file=sys.stderr
        )
    return 2 if found.faults else 0


def _measure(settings: Any, data: Any) -> tuple[Any, str]:
    """What counts tokens, and how."""
    from train.tuning.check import Estimate
    from train.tuning.encode import Encoder
    from train.tuning.model import local_processor

    estimated = "estimated as characters / 4"
    if settings is None:
        return Estimate(data), f"{estimated}; --config counts with its model's tokenizer"
    processor = local_processor(settings)
    if processor is None:
        return Estimate(data), f"{estimated}; the tokenizer of {settings.model} is not on this machine"
    return Encoder(processor, data), f"counted with the tokenizer of {settings.model}"


def _summary(tokens: Sequence[int]) -> dict[str, float] | None:
    """Of the sound samples; None where there is none."""
    if not tokens:
        return None
    return {
        "least": min(tokens),
        "median": statistics.median(tokens),
        "mean": statistics.fmean(tokens),
        "most": max(tokens),
        "all": sum(tokens),
    }


def histogram(tokens: Sequence[int], most: int) -> list[tuple[int, int, int]]:
    """(from, up to but without, samples), in equal steps of a round size from 0 to the longest."""
    if not tokens:
        return []
    top = min(max(tokens), most) + 1
    step = next(size for size in _round_sizes() if size * _BINS >= top)
    return [(low, low + step, sum(low <= count < low + step for count in tokens)) for low in range(0, top, step)]


def _round_sizes() -> Iterable[int]:
    size = 1
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10


def lines(report: dict[str, Any]) -> list[str]:
    """The report for people."""
    said = [
        f"{report['file']}: {_many(report['samples'], 'sample')}, {_many(report['pictures'], 'picture')}, "
        f"{_many(report['groups'], 'group')}, {_many(report['turns'], 'turn')}, {_many(report['words'], 'word')}",
        f"tokens: {report['counted']}",
    ]
    if (tokens := report["tokens"]) is not None:
        said.append(
            f"  {tokens['least']:,} to {tokens['most']:,} a sample, median {tokens['median']:,.0f}, "
            f"mean {tokens['mean']:,.0f}; {tokens['all']:,} in all"
        )
        widest = max(count for _, _, count in report["histogram"])
        for low, high, count in report["histogram"]:
            bar = "#" * round(_WIDEST * count / widest) if count else ""
            said.append(f"  {low:>7,} – {high - 1:>7,}  {count:>6,}  {bar}".rstrip())
    said += [
        f"pictures shown smaller to fit: {_many(report['fewer_pixels'], 'sample')}",
        f"last turns cut off to fit: {_many(report['cut'], 'sample')}, {_many(report['cut_turns'], 'turn')}",
        f"faults: {len(report['faults']):,}",
    ]
    return [*said, *(f"  {fault}" for fault in report["faults"])]


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _with_bar(things: Sequence[Any], what: str) -> Iterable[Any]:
    from tqdm import tqdm

    return tqdm(things, desc=what, unit="", file=sys.stderr, disable=None)
