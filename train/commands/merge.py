"""`python -m train merge ADAPTER --out DIR`: base and adapter as one checkpoint, for servers that take no adapters."""

import argparse
import sys
from pathlib import Path

from core.errors import BadInput
from core.settings import HOME, Environment
from core.writers.local.faults import CheckpointError
from core.writers.local.places import find_adapter, find_base

NAME, HELP = "merge", "write base and adapter as one checkpoint that any server loads"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adapter", metavar="ADAPTER", help="its folder, a run's folder, or a hub id")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is not there yet")
    parser.add_argument("--base", metavar="MODEL", help="folder or hub id (default: the one the adapter names)")
    parser.add_argument("--dtype", choices=("bfloat16", "float16", "float32"), default="bfloat16")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    from train.tuning.merge import merge

    adapter, base = _places(given)
    done = merge(adapter, base, given.out, given.dtype, _say)
    files = "1 file" if done.files == 1 else f"{done.files} files"
    print(f"{done.folder}: {done.matrices} matrices merged, {done.bytes / 1e6:,.1f} MB in {files}")
    return 0


def _places(given: argparse.Namespace) -> tuple[Path, Path]:
    """A name on the command line starts where the caller is, one in the adapter at the project."""
    from train.tuning.merge import named_base

    data = Environment.read().data
    run = Path(given.adapter, "adapter")
    name = str(run) if (run / "adapter_config.json").is_file() else given.adapter
    try:
        adapter = find_adapter(name, "", Path.cwd(), data, _tell)
        if given.base is not None:
            return adapter, find_base(given.base, None, Path.cwd(), data, _tell)
        base, revision = named_base(adapter)
        return adapter, find_base(base, revision, HOME, data, _tell)
    except CheckpointError as error:
        raise BadInput(error.detail) from None


def _tell(message: str, _fraction: float | None) -> None:
    if sys.stderr.isatty():
        _say(message)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
