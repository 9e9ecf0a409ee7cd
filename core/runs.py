"""The run folder: what commands hand to each other and a researcher keeps.

    run.yaml            what was asked, with which versions, and what came of it
    stories.jsonl       photos/
    transcripts.jsonl   events.jsonl

Lines of JSON are only ever appended (`core.jsonl`), so any command can be killed and run again.
"""

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, cast

import yaml

from core import jsonl
from core.errors import RunFolderError
from core.records import Photo, Story, Transcript
from core.records_json import to_json, to_story, to_transcript

SETTINGS, STORIES, TRANSCRIPTS, EVENTS = "run.yaml", "stories.jsonl", "transcripts.jsonl", "events.jsonl"
PHOTOS = "photos"
BESIDE = frozenset({"job.jsonl", "job.lock", "job.yaml", "log.txt"})
"""Kept in a run's folder by the app where it starts the command; a folder with nothing else counts as empty."""
RESULTS = frozenset({"versions", "counts"})
"""Keys of run.yaml that say what was used and what came of it, not what was asked; they may differ between runs."""


class Run:
    """One run folder. Several processes may append at once; a record is never mixed with another."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, settings: Mapping[str, Any]) -> "Run":
        """Make the folder, or open it where it was made with the same settings (`RESULTS` aside).

        Raises RunFolderError where the folder holds something else, or was made with other settings.
        """
        run = cls(path)
        asked = _plain(settings)
        if (path / SETTINGS).exists():
            found = run.settings()
            changed = sorted(key for key in {*found, *asked} - RESULTS if found.get(key) != asked.get(key))
            if changed:
                raise RunFolderError(
                    f"{path / SETTINGS}: made with other settings ({', '.join(changed)}); give another folder"
                )
            return run
        if path.exists() and (not path.is_dir() or any(one.name not in BESIDE for one in path.iterdir())):
            raise RunFolderError(f"{path}: is there and is no run folder; give a new or an empty folder")
        try:
            path.mkdir(parents=True, exist_ok=True)
            run._write_settings(asked)
        except OSError as error:
            raise RunFolderError(f"{path}: no run folder can be made here ({error.strerror})") from None
        return run

    @classmethod
    def open(cls, path: Path) -> "Run":
        """Raises RunFolderError where there is no run folder."""
        if not (path / SETTINGS).is_file():
            raise RunFolderError(f"{path}: no {SETTINGS} here; a run folder was wanted, as the commands make it")
        return cls(path)

    def settings(self) -> dict[str, Any]:
        """run.yaml as it stands."""
        file = self.path / SETTINGS
        try:
            found: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise RunFolderError(f"{file}: cannot be read ({' '.join(str(error).split())})") from None
        if not isinstance(found, dict):
            raise RunFolderError(f"{file}: a mapping was wanted, found {type(found).__name__}")
        return cast(dict[str, Any], found)

    def note(self, key: str, value: Any) -> None:
        """Set one of `RESULTS` in run.yaml. The file stays untouched where it says so already."""
        if key not in RESULTS:
            raise ValueError(f"{key!r} is no result; results are {', '.join(sorted(RESULTS))}")
        settings = self.settings()
        wanted = {**settings, key: _plain({key: value})[key]}
        if wanted != settings:
            self._write_settings(wanted)

    def labels(self) -> dict[str, str]:
        """What people read for a system's id, where run.yaml says it under `systems`."""
        systems = self.settings().get("systems")
        if not isinstance(systems, dict):
            return {}
        return {str(name): str(label) for name, label in cast(dict[Any, Any], systems).items()}

    def stories(self) -> list[Story]:
        """In the order written; of two with one id the later counts, in the place of the first."""
        return list({story.id: story for story in jsonl.read(self.path / STORIES, to_story)}.values())

    def attempts(self) -> list[Transcript]:
        """Every transcript ever written, failures and earlier attempts included."""
        return list(jsonl.read(self.path / TRANSCRIPTS, to_transcript))

    def transcripts(self) -> list[Transcript]:
        """The latest attempt of each system at each story; the later line where attempts are equal."""
        latest: dict[tuple[str, str], Transcript] = {}
        for one in self.attempts():
            key = (one.story_id, one.system_id)
            if key not in latest or one.attempt >= latest[key].attempt:
                latest[key] = one
        return list(latest.values())

    def append_story(self, story: Story) -> None:
        jsonl.append(self.path / STORIES, to_json(story))

    def append_transcript(self, transcript: Transcript) -> None:
        jsonl.append(self.path / TRANSCRIPTS, to_json(transcript))

    def log(self, event: str, **values: Any) -> None:
        """A line of events.jsonl, with its time in UTC."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        jsonl.append(self.path / EVENTS, {"time": time, "event": event, **values})

    def write_photo(self, name: str, jpeg: bytes) -> str:
        """Keep a normalised photo under photos/. Returns the path for `Photo.file`."""
        (self.path / PHOTOS).mkdir(exist_ok=True)
        file = f"{PHOTOS}/{name}"
        path = self.photo_path(Photo(1, file))
        if path is not None:
            write_whole(path, jpeg)
        return file

    def photo_path(self, photo: Photo) -> Path | None:
        """The photo's file; None where the picture is missing.

        Raises RunFolderError for a path that leaves the folder: a run folder may come from anybody.
        """
        if photo.file is None:
            return None
        inside = PurePosixPath(photo.file)
        fault = RunFolderError(f"{self.path / STORIES}: photo {photo.file!r} lies outside the run folder; refused")
        if inside.is_absolute() or ".." in inside.parts or "\\" in photo.file or "\0" in photo.file:
            raise fault
        path = (self.path / inside).resolve()
        if not path.is_relative_to(self.path.resolve()):
            raise fault
        return path

    def _write_settings(self, settings: Mapping[str, Any]) -> None:
        text = yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=True)
        write_whole(self.path / SETTINGS, text.encode())


def write_whole(path: Path, data: bytes) -> None:
    """The whole file or none of it, also when killed: a draft beside it, then a rename."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def versions() -> dict[str, str]:
    """Of Python and of the libraries that shape a run's pictures, for run.yaml."""
    import platform
    from importlib.metadata import version

    return {"python": platform.python_version(), "pillow": version("pillow"), "pydantic": version("pydantic")}


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from YAML."""
    return cast(dict[str, Any], yaml.safe_load(yaml.safe_dump(dict(settings), allow_unicode=True)))
