"""The run folder: what commands hand to each other and a researcher keeps.

Records are lines of JSON, only ever appended, each whole and on disk before the call returns. A command killed in the
middle of a line leaves a torn end: reading ignores and reports it, and the next append starts on a fresh line.
"""

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, cast

import yaml

from core.errors import RunFolderError
from core.records import Finish, Photo, Sampling, Story, Transcript, TranscriptStatus

log = logging.getLogger(__name__)

Record = TypeVar("Record")

SETTINGS, STORIES, TRANSCRIPTS, EVENTS = "run.yaml", "stories.jsonl", "transcripts.jsonl", "events.jsonl"


class Run:
    """One run folder. Several processes may append at once; a record is never mixed with another."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, settings: Mapping[str, Any]) -> "Run":
        """Make the folder, or open it where it was made with the same settings.

        Raises RunFolderError where the folder holds something else, or was made with other settings.
        """
        run = cls(path)
        if (path / SETTINGS).exists():
            found = run.settings()
            if found != _plain(settings):
                changed = sorted(key for key in {*found, *settings} if found.get(key) != _plain(settings).get(key))
                raise RunFolderError(
                    f"{path / SETTINGS}: made with other settings ({', '.join(changed)}); give another folder"
                )
            return run
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RunFolderError(f"{path}: is there and is no run folder; give a new or an empty folder")
        path.mkdir(parents=True, exist_ok=True)
        write_whole(path / SETTINGS, yaml.safe_dump(_plain(settings), sort_keys=False, allow_unicode=True).encode())
        return run

    @classmethod
    def open(cls, path: Path) -> "Run":
        """Raises RunFolderError where there is no run folder."""
        if not (path / SETTINGS).is_file():
            raise RunFolderError(f"{path}: no {SETTINGS} here; a run folder was wanted, as the commands make it")
        return cls(path)

    def settings(self) -> dict[str, Any]:
        """run.yaml, as it was asked."""
        file = self.path / SETTINGS
        try:
            found: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise RunFolderError(f"{file}: cannot be read ({' '.join(str(error).split())})") from None
        if not isinstance(found, dict):
            raise RunFolderError(f"{file}: a mapping was wanted, found {type(found).__name__}")
        return cast(dict[str, Any], found)

    def labels(self) -> dict[str, str]:
        """What people read for a system's id, where run.yaml says it under `systems`."""
        systems = self.settings().get("systems")
        if not isinstance(systems, dict):
            return {}
        return {str(name): str(label) for name, label in cast(dict[Any, Any], systems).items()}

    def stories(self) -> list[Story]:
        """In the order written; of two with one id the later counts, in the place of the first."""
        return list({story.id: story for story in self._read(STORIES, _story)}.values())

    def attempts(self) -> list[Transcript]:
        """Every transcript ever written, failures and earlier attempts included."""
        return list(self._read(TRANSCRIPTS, _transcript))

    def transcripts(self) -> list[Transcript]:
        """The latest attempt of each system at each story; the later line where attempts are equal."""
        latest: dict[tuple[str, str], Transcript] = {}
        for one in self.attempts():
            key = (one.story_id, one.system_id)
            if key not in latest or one.attempt >= latest[key].attempt:
                latest[key] = one
        return list(latest.values())

    def append_story(self, story: Story) -> None:
        self._append(STORIES, asdict(story))

    def append_transcript(self, transcript: Transcript) -> None:
        self._append(TRANSCRIPTS, asdict(transcript))

    def log(self, event: str, **values: Any) -> None:
        """A line of events.jsonl, with its time in UTC."""
        self._append(EVENTS, {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **values})

    def photo_path(self, photo: Photo) -> Path | None:
        """The photo's file; None where the picture is missing.

        Raises RunFolderError for a path that leaves the folder: a run folder may come from anybody.
        """
        if photo.file is None:
            return None
        inside = PurePosixPath(photo.file)
        path = (self.path / inside).resolve()
        if inside.is_absolute() or ".." in inside.parts or not path.is_relative_to(self.path.resolve()):
            raise RunFolderError(f"{self.path / STORIES}: photo {photo.file!r} lies outside the run folder")
        return path

    def _append(self, name: str, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"
        path = self.path / name
        with path.open("a+b") as file, _locked(file.fileno()):
            if _is_torn(file):
                line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _read(self, name: str, make: Callable[[Mapping[str, Any]], Record]) -> Iterable[Record]:
        path = self.path / name
        if not path.exists():
            return
        data = path.read_bytes()
        whole = data.endswith(b"\n") or not data
        lines = data.split(b"\n")
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield make(_mapping(json.loads(line)))
            except (ValueError, TypeError, KeyError) as error:
                if _torn_here(lines, number, whole, line):
                    log.warning("%s:%d: a torn line is left out; the command that wrote it was cut off", path, number)
                    continue
                raise RunFolderError(f"{path}:{number}: {_why(error)}; a record was wanted") from None


def write_whole(path: Path, data: bytes) -> None:
    """The whole file or none of it, also when killed: a draft beside it, then a rename."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(descriptor: int) -> Generator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _is_torn(file: Any) -> bool:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return False
    file.seek(size - 1)
    return file.read(1) != b"\n"


def _torn_here(lines: list[bytes], number: int, whole: bool, line: bytes) -> bool:
    """Cut off: the last line without its end, or one that an append had to leave behind, which is no JSON at all."""
    if not whole and number == len(lines):
        return True
    try:
        json.loads(line)
    except ValueError:
        return line.startswith(b"{") and not line.rstrip().endswith(b"}")
    return False


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"found {type(value).__name__}, an object was wanted")
    return cast(Mapping[str, Any], value)


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg})"
    return f"missing {error}" if isinstance(error, KeyError) else str(error)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from YAML."""
    return cast(dict[str, Any], yaml.safe_load(yaml.safe_dump(dict(settings), allow_unicode=True)))


def _known(values: Mapping[str, Any], record: type) -> dict[str, Any]:
    names = {field.name for field in fields(record)}
    if unknown := set(values) - names:
        raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
    return dict(values)


def _story(values: Mapping[str, Any]) -> Story:
    known = _known(values, Story)
    known["photos"] = tuple(Photo(**_known(_mapping(photo), Photo)) for photo in known["photos"])
    story = Story(**known)
    _texts(story.id, story.source)
    return story


def _transcript(values: Mapping[str, Any]) -> Transcript:
    known = _known(values, Transcript)
    known["status"] = TranscriptStatus(known.get("status", TranscriptStatus.OK))
    if (finish := known.get("finish")) is not None:
        known["finish"] = Finish(finish)
    if (sampling := known.get("sampling")) is not None:
        known["sampling"] = Sampling(**_known(_mapping(sampling), Sampling))
    transcript = Transcript(**known)
    _texts(transcript.id, transcript.story_id, transcript.system_id, transcript.text)
    return transcript


def _texts(*values: Any) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"found {type(value).__name__} where text was wanted")
