"""Which commands the screens can start, and what each takes. Nothing goes through a shell."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadInput
from core.settings import HOME
from train.tuning.gpus import parse

Check = Callable[[str], str]
"""The argument as the command gets it. Raises BadInput where it cannot be used."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


def a_file(given: str) -> str:
    """An existing file, by its whole path; a relative one starts at the project's folder, as in the commands."""
    if "\0" in given or "\n" in given:
        raise BadInput("a path is one line of text; this one holds a control character")
    path = (HOME / Path(given.strip()).expanduser()).resolve()
    if not path.is_file():
        what = "a folder; the path of a file was wanted" if path.is_dir() else "no such file on this server"
        raise BadInput(f"{path}: {what}")
    return str(path)


def a_count(given: str) -> str:
    """A whole number above 0."""
    if not given.strip().isdecimal() or int(given) < 1:
        raise BadInput(f"{given!r}: a whole number above 0 was wanted")
    return str(int(given))


def cards(given: str) -> str:
    """How many cards of which kind, as the plan reads them."""
    try:
        parse(given)
    except BadInput as error:
        raise BadInput(str(error).removeprefix("--gpus ")) from None
    return given.strip()


def run_name(given: str) -> str:
    """The name of a run's folder. Raises BadInput for anything that could be more than one plain name."""
    if not _NAME.fullmatch(given.strip()):
        raise BadInput(
            f"{given.strip()!r}: a name has 1 to 80 small letters, digits, dots, dashes or underscores, "
            "a letter or digit first"
        )
    return given.strip()


LAUNCHER = ("torch.distributed.run", "--standalone", "--shutdown-timeout=900", "--nproc-per-node")
"""Several processes of one command, one a GPU. Told to stop it tells them, and waits up to 15 minutes: a step of a
large model takes minutes, and they finish it and save."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One command: `python -m MODULE COMMAND PLACED… --OPTION=…`."""

    module: str
    command: str
    placed: Mapping[str, Check]
    """Arguments by their place."""
    options: Mapping[str, Check]
    """Arguments by their name; those not given are left out."""
    flags: tuple[str, ...] = ()
    """Always given."""
    home: str = ""
    """Folder under `runs/` that holds the runs of this kind."""

    def line(self, arguments: Mapping[str, str], out: Path | None = None, processes: int = 1) -> list[str]:
        """The command line as the system gets it, each value checked; `out` is the run's folder.

        Raises BadInput for an argument that is missing, unknown or of no use.
        """
        unknown = arguments.keys() - self.placed.keys() - self.options.keys()
        missing = self.placed.keys() - arguments.keys()
        if unknown or missing:
            raise BadInput(f"{self.command}: {_listed('missing', missing)}{_listed('unknown', unknown)}".rstrip("; "))
        placed = [_checked(name, check, arguments[name]) for name, check in self.placed.items()]
        options = [
            f"--{name}={_checked(name, check, arguments[name])}"
            for name, check in self.options.items()
            if name in arguments
        ]
        folder = [f"--out={out}"] if out is not None else []
        launcher = ["-m", *LAUNCHER, str(processes)] if processes > 1 else []
        return [
            sys.executable,
            *launcher,
            "-m",
            self.module,
            self.command,
            *placed,
            *options,
            *folder,
            *self.flags,
        ]


def _listed(what: str, names: set[str]) -> str:
    return f"{what}: {', '.join(sorted(names))}; " if names else ""


def _checked(name: str, check: Check, given: str) -> str:
    try:
        return check(given)
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from None


FINETUNE = Kind("train", "finetune", {"config": a_file}, {"data": a_file}, home="tuning")
"""Long work: writes events.jsonl in its folder and goes on from where it was when it is started again."""
CHECK = Kind("train", "check", {"data": a_file}, {"config": a_file}, ("--json",))
_COUNTS = {"samples": a_count, "tokens": a_count, "longest": a_count}
PLAN = Kind("train", "plan", {"config": a_file}, {"gpus": cards, **_COUNTS}, ("--json",))
"""Short commands that answer with one JSON object."""
