"""`python -m core COMMAND`: exit codes 0 done, 1 failed, 2 wrong usage or bad input."""

import sys
from collections.abc import Sequence

from core import command_line
from core.commands import generate, import_release

COMMANDS = (import_release, generate)


def main(arguments: Sequence[str] | None = None) -> int:
    return command_line.main("core", "Stories, transcripts and run folders.", COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main())
