"""`python -m core import-release DIR --out RUN`: the paper's release -> a run folder."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from core.sources.release import ImportReport, import_release
from core.sources.release_layout import Sample

NAME, HELP = "import-release", "bring in the paper's release"
NAMED = 12
"""Missing things named one by one; of more, the rest is counted."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a clone of the release")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="the run folder to make or to complete")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    report = import_release(given.folder, given.out, _with_bar)
    if given.json:
        print(json.dumps({"run": str(given.out), **asdict(report)}, ensure_ascii=False))
    else:
        print("\n".join(lines(report, given.out)))
    return 0


def lines(report: ImportReport, out: Path) -> list[str]:
    """The report for people."""
    captions = ", ".join(f"{count} {how}" for how, count in sorted(report.captions.items()))
    said = [
        f"{out}: {report.stories} stories, {report.transcripts} transcripts, {report.photos} photos",
        f"captions: {captions}",
    ]
    for title, things in (
        ("missing photos", report.missing_photos),
        ("missing transcripts", report.missing_transcripts),
        ("doubled ids", report.doubled),
        ("notes", report.notes),
    ):
        if things:
            said += [f"{title}: {len(things)}", *(f"  {thing}" for thing in things[:NAMED])]
        if len(things) > NAMED:
            said.append(f"  and {len(things) - NAMED} more (--json names all)")
    said.append(f"new: {report.new}" if report.new else "nothing was new; the run is as it was")
    return said


def _with_bar(samples: list[Sample]) -> Iterable[Sample]:
    from tqdm import tqdm

    return tqdm(samples, desc="samples", unit="", file=sys.stderr, disable=None)
