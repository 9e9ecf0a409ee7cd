"""The one way a `python -m PACKAGE COMMAND` runs: exit codes 0 done, 1 failed, 2 wrong usage or bad input."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType

from core.errors import SporcVistError


def main(package: str, description: str, commands: Iterable[ModuleType], arguments: Sequence[str] | None) -> int:
    """Each command is a module with `NAME`, `HELP`, `add(parser)` and, set as a default by `add`, `run(given)`.

    What a user can cause or meet is one line on standard error. Anything else is a bug and keeps its traceback.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=description)
    adders = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands:
        command.add(adders.add_parser(command.NAME, help=command.HELP))
    given = parser.parse_args(arguments)
    try:
        return given.run(given)
    except SporcVistError as error:
        print(f"{package}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{package}: interrupted; run the same command again to go on", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{package}: {error}", file=sys.stderr)
        return 1
