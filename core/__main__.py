"""`python -m core COMMAND`: exit codes 0 done, 1 failed, 2 wrong usage or bad input."""

import argparse
import sys

from core.commands import generate, import_release
from core.errors import SporcVistError

COMMANDS = (import_release, generate)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core", description="Stories, transcripts and run folders.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands.add_parser(command.NAME, help=command.HELP))
    given = parser.parse_args(arguments)
    try:
        return given.run(given)
    except SporcVistError as error:
        print(f"core: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("core: interrupted; run the same command again to go on", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"core: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
