"""`python -m core import-release DIR --out RUN`: the paper's release -> a run folder."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from core.sources.release import ImportReport, Sample, import_release

NAMED = 12
"""Missing pictures named one by one; of more, the rest is counted."""


NAME, HELP = "import-release", "bring in the paper's release"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a clone of the release")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="the run folder to make or to complete")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    report = import_release(given.folder, given.out, _with_bar)
    if given.json:
        print(json.dumps(asdict(report), ensure_ascii=False))
    else:
        print("\n".join(lines(report, given.out)))
    return 0


def lines(report: ImportReport, out: Path) -> list[str]:
    """The report for people."""
    said = [f"{out}: {report.stories} stories, {report.transcripts} transcripts, {report.photos} photos"]
    if report.missing_photos:
        shown = report.missing_photos[:NAMED]
        more = len(report.missing_photos) - len(shown)
        said.append(f"missing photos: {len(report.missing_photos)}")
        said += [f"  {name}" for name in shown] + ([f"  and {more} more"] if more else [])
    said += [f"note: {note}" for note in report.notes]
    said.append("nothing was new; the run is as it was" if report.new == 0 else f"new: {report.new}")
    return said


def _with_bar(samples: list[Sample]) -> Iterable[Sample]:
    from tqdm import tqdm

    return tqdm(samples, desc="samples", unit="", file=sys.stderr, disable=None)
