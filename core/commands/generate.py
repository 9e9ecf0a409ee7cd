"""`python -m core generate RUN --system ID …`: write the transcripts that are missing."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from core import prompts
from core.calls import Calls, Ledger
from core.errors import BadInput
from core.generate import Asked, Generator, Report, Task, failure_line
from core.records import Sampling
from core.runs import Run
from core.settings import HOME, Environment, load_models
from core.writers.studio import Studio

BATCH, BATCH_GPU = 4, 16
GPU = Path("/dev/nvidiactl")
"""There where NVIDIA's driver is; asking torch would take seconds."""
NAME, HELP = "generate", "write the transcripts a run does not have yet"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="a run folder with stories")
    parser.add_argument("--system", action="append", required=True, metavar="ID", help="a system of the models file")
    parser.add_argument("--models", type=Path, default=HOME / "models.yaml", metavar="FILE")
    parser.add_argument("--prompt", default="podcast", metavar="NAME", help="a prompt's name, or a text file")
    parser.add_argument("--words", type=int, default=800, metavar="N", help="length asked for (default: 800)")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument(
        "--retry", nargs="+", default=[], metavar="REASON", help="ask again what failed for this reason"
    )
    parser.add_argument(
        "--batch",
        type=int,
        default=None,
        metavar="N",
        help=f"stories at a time (default: {BATCH_GPU} with an NVIDIA GPU, else {BATCH})",
    )
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="where the untrained model is kept")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """1 where a transcript failed or the command was stopped, 0 where all is there."""
    models, asked, folder = load_models(given.models), _asked(given), Run.open(given.folder)
    batch = _batch(given)
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
    ledger = Ledger(given.folder / "calls.sqlite")
    calls = Calls(ledger)
    studio = Studio(models, Environment.read(data=given.data).data, calls=calls)
    try:
        report = Generator(folder, models, studio, given.system, asked).write(stop, _with_bar, batch)
    finally:
        studio.close()
        calls.close()
        ledger.close()
        signal.signal(signal.SIGINT, before)
    print(json.dumps(asdict(report)) if given.json else "\n".join(_lines(report, stop.is_set())))
    return 1 if report.failed or stop.is_set() else 0


def _asked(given: argparse.Namespace) -> Asked:
    if not 1 <= given.words <= 10_000:
        raise BadInput(f"--words {given.words}: 1 to 10,000 were wanted")
    path = Path(given.prompt)
    prompt = prompts.load(path) if path.suffix else prompts.get(given.prompt)
    length = prompts.Length("asked", "", given.words)
    sampling = Sampling(max_new_tokens=length.max_new_tokens, seed=given.seed)
    return Asked(prompt.fill(given.words), prompt.record_id(given.words), sampling, frozenset(given.retry))


def _batch(given: argparse.Namespace) -> int:
    if given.batch is None:
        return BATCH_GPU if GPU.exists() else BATCH
    if not 1 <= given.batch <= 256:
        raise BadInput(f"--batch {given.batch}: 1 to 256 were wanted")
    return given.batch


def _lines(report: Report, stopped: bool) -> list[str]:
    said = [f"written: {report.written}; there before: {report.had}"]
    if report.without_photos:
        said.append(f"no photos here, so nobody can tell: {', '.join(report.without_photos)}")
    if line := failure_line(report):
        said.append(line)
    if stopped:
        said.append("stopped; run the same command again to go on")
    return said


def _with_bar(done: Iterable[Task], total: int) -> Iterable[Task]:
    from tqdm import tqdm

    return tqdm(done, desc="stories", total=total, unit="", file=sys.stderr, disable=None)
