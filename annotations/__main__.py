"""python -m annotations load | export | backup | restore."""

import argparse
import dataclasses
import functools
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from annotations.backup import restore
from annotations.engine import database_url, parse_url, sqlite_file
from annotations.export import export
from annotations.store import Store
from annotations.views import LoadReport
from core.errors import BadInput, SporcVistError
from core.settings import Environment


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 failed, 2 wrong usage or bad input."""
    asked = _parser().parse_args(arguments)
    try:
        return asked.run(asked)
    except SporcVistError as error:
        print(f"{error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped; what was committed stands", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m annotations", description="People's votes.")
    _where(parser, None)
    everywhere = argparse.ArgumentParser(add_help=False)
    _where(everywhere, argparse.SUPPRESS)  # after the command as well, without undoing what stood before it
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = functools.partial(commands.add_parser, parents=[everywhere])

    load = add("load", help="bring a run's stories and transcripts in, and hand out its pairs")
    load.add_argument("folder", type=Path, metavar="RUN")
    load.add_argument("--campaign", default="benchmark", metavar="SLUG", help="default: %(default)s")
    load.add_argument("--create", action="store_true", help="make the campaign if there is none of this name")
    load.add_argument("--private", action="store_true", help="with --create: stories that may not be shared may enter")
    load.add_argument("--models", type=Path, metavar="FILE", help="models.yaml, for labels the run does not have")
    load.add_argument("--json", action="store_true", help="print the report as one JSON object")
    load.set_defaults(run=_load)

    export_ = add("export", help="write votes, pairs and matrices as CSV")
    export_.add_argument("--out", type=Path, required=True, metavar="DIR")
    export_.set_defaults(run=_export)

    backup = add("backup", help="copy the database, also while the app runs")
    backup.add_argument("--out", type=Path, metavar="FILE", help="default: beside the database, named by the time")
    backup.set_defaults(run=_backup)

    back = add("restore", help="put a backup in the database's place; stop the app first")
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--yes", action="store_true", help="do not ask")
    back.set_defaults(run=_restore)
    return parser


def _where(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--database", metavar="URL", default=default, help="sqlite:///FILE or postgresql://…; DATABASE_URL else"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", default=default, help="data folder; SPORC_VIST_DATA else")


def _load(asked: argparse.Namespace) -> int:
    from core.runs import Run

    run = Run.open(asked.folder)
    store = Store.open(_url(asked))
    try:
        if asked.create and asked.campaign not in {campaign.slug for campaign in store.campaigns()}:
            store.add_campaign(asked.campaign, public=not asked.private)
        report = store.load_run(run, asked.campaign, {**run.labels(), **_labels(asked.models)})
    finally:
        store.close()
    print(json.dumps(dataclasses.asdict(report)) if asked.json else _told(report))
    return 0


def _labels(models: Path | None) -> dict[str, str]:
    if models is None:
        return {}
    from core.settings import load_models

    return {system.id: system.label for system in load_models(models).systems}


def _told(report: LoadReport) -> str:
    new = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in report.added.items()) or "nothing"
    lines = [
        f"{report.run}: {report.stories} stories, {report.transcripts} transcripts, {report.pairs} pairs "
        f"in campaign {report.campaign!r}",
        f"new: {new}; corrected: {report.changed}",
    ]
    dropped = (
        (report.retired, "pairs are no longer handed out: a newer transcript took a side's place"),
        (report.not_shareable, "stories stayed out: they may not be shared and the campaign is public"),
        (report.failures, "transcripts make no pair: they failed or hold no turn"),
        (report.missing_photos, "photos are missing"),
    )
    return "\n".join([*lines, *(f"{count} {why}" for count, why in dropped if count)])


def _export(asked: argparse.Namespace) -> int:
    store = Store.open(_url(asked))
    try:
        report = export(store, asked.out)
    finally:
        store.close()
    print(
        f"{report.votes} votes of {report.raters} raters on {report.pairs} pairs; {report.withheld} without their text"
    )
    print("\n".join(str(path) for path in report.files))
    return 0


def _backup(asked: argparse.Namespace) -> int:
    url = _url(asked)
    path = sqlite_file(parse_url(url))
    if path is not None and not path.exists():
        raise BadInput(f"{path}: no such database; name it with --database or its folder with --data")
    now = datetime.now(UTC)
    store = Store.open(url)
    try:
        beside = path.with_name(f"{path.stem}.{now:%Y%m%dT%H%M%S}.backup.sqlite") if path else Path("backup")
        print(store.backup(asked.out or beside))
    finally:
        store.close()
    return 0


def _restore(asked: argparse.Namespace) -> int:
    if not asked.yes:
        if not sys.stdin.isatty():
            raise BadInput("restore replaces the database; say --yes to go on without being asked")
        if input(f"Replace the database with {asked.file}? The old file is kept. [y/N] ").strip().lower() != "y":
            print("nothing was changed")
            return 1
    aside = restore(_url(asked), asked.file, datetime.now(UTC))
    print(f"restored from {asked.file}" + (f"; the old database is {aside}" if aside else ""))
    return 0


def _url(asked: argparse.Namespace) -> str:
    return asked.database or database_url(Environment.read(data=asked.data))


if __name__ == "__main__":
    sys.exit(main())
