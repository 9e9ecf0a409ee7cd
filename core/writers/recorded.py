"""Systems whose transcripts exist already: an imported run, replayed at the pace of somebody talking fast."""

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path

from core.errors import SporcVistError, WriterError
from core.records import Finish, Transcript, TranscriptStatus
from core.runs import Run
from core.settings import RecordedSystem
from core.writers.events import Delta, Failed, Finished, WriteRequest, WriterEvent
from core.writers.merge import Job, merge

log = logging.getLogger(__name__)

WORDS_PER_SECOND = 20.0
"""About what a large model writes, and still readable as it comes."""
NOT_RECORDED = "This side plays recorded stories only, and there is none for these photos. Choose a sample story."

_PIECE = re.compile(r"\s*\S+\s*")


class RecordedWriter:
    """Reads the run at every request, so a run that grows is served as it stands. Safe to use from several threads."""

    def __init__(
        self,
        systems: Sequence[RecordedSystem],
        folder: Path,
        words_per_second: float = WORDS_PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder` is where relative run folders start; 0 words a second gives the whole text at once."""
        self._systems = {system.id: system for system in systems}
        self._folder = folder
        self._words_per_second = words_per_second
        self._clock = clock

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Generator[WriterEvent]:
        """Raises WriterError for a system that is not one of ours."""
        for name in system_ids:
            if name not in self._systems:
                raise WriterError(f"{name}: not a recorded system of this writer")
        return merge([Job((name,), partial(self._replay, self._systems[name], request)) for name in system_ids], stop)

    def close(self) -> None:
        """Nothing is held open."""

    def _replay(self, system: RecordedSystem, request: WriteRequest, stop: threading.Event) -> Iterator[WriterEvent]:
        start = self._clock()
        try:
            transcript = self._find(system, request)
        except (SporcVistError, OSError) as error:
            log.warning("%s: %s", system.id, error)
            transcript = None
        if transcript is None:
            yield Failed(system.id, NOT_RECORDED, "not_recorded")
            return
        for piece in self._pieces(transcript.text):
            if stop.is_set():
                yield Finished(system.id, Finish.STOPPED, self._clock() - start, None, transcript.fingerprint)
                return
            yield Delta(system.id, piece)
            if self._words_per_second:
                stop.wait(1 / self._words_per_second)
        seconds = self._clock() - start if transcript.seconds is None else transcript.seconds
        yield Finished(system.id, transcript.finish or Finish.END, seconds, None, transcript.fingerprint)

    def _pieces(self, text: str) -> list[str]:
        return _PIECE.findall(text) if self._words_per_second else [text]

    def _find(self, system: RecordedSystem, request: WriteRequest) -> Transcript | None:
        """The latest transcript of the story, or None where there is none or it was a failure."""
        run = Run.open(self._folder / system.run)
        story_id = request.story_id or _story_of(run, request.photos)
        wanted = (story_id, system.system or system.id, TranscriptStatus.OK)
        found = (one for one in run.transcripts() if (one.story_id, one.system_id, one.status) == wanted)
        return next(found, None)


def _story_of(run: Run, photos: Sequence[bytes]) -> str | None:
    """The story with exactly these photos in this order, by their bytes; missing pictures are passed over."""
    wanted = [_digest(photo) for photo in photos]
    for story in run.stories():
        files = [path for photo in story.photos if (path := run.photo_path(photo)) and path.is_file()]
        if wanted and len(files) == len(wanted) and [_digest(file.read_bytes()) for file in files] == wanted:
            return story.id
    return None


def _digest(photo: bytes) -> bytes:
    return hashlib.sha256(photo).digest()
