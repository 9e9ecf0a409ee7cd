"""`python -m train COMMAND`: each command is a module of `commands`. Exit codes as `core.command_line` says."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from core import command_line
from train import commands


def main(arguments: Sequence[str] | None = None) -> int:
    found = [import_module(f"{commands.__name__}.{one.name}") for one in iter_modules(commands.__path__)]
    return command_line.main("train", "Fine-tuning and the miniature experiment.", found, arguments)


if __name__ == "__main__":
    sys.exit(main())
