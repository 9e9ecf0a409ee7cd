"""Write the transcripts a run does not have yet.

A transcript's id hangs on everything it depends on, so a command that was killed finds its own work when it runs again.
A failure is a record too, with its reason, and is asked again only where the caller names that reason.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace
from itertools import islice

from core.errors import BadInput
from core.records import Finish, Sampling, Story, Transcript, TranscriptStatus, content_id
from core.runs import Run
from core.settings import Models, RecordedSystem
from core.writers.events import Delta, Failed, Finished, WriteRequest
from core.writers.merge import EitherEvent
from core.writers.studio import Studio

Progress = Callable[[Iterable["Task"], int], Iterable["Task"]]
"""Tasks as they are done, and how many there will be -> the same tasks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The same for every story of one command."""

    prompt: str
    """The words that go with the photos."""
    prompt_id: str
    sampling: Sampling
    """Each system's own cap on new tokens still holds."""
    retry: frozenset[str] = frozenset()
    """Reasons of failures to be asked again."""


@dataclass(frozen=True, slots=True)
class Task:
    """One story and the systems that still have to tell it, each with its attempt."""

    story: Story
    attempts: dict[str, int]


@dataclass
class Report:
    """What a command did."""

    written: int = 0
    failed: dict[str, int] = field(default_factory=dict[str, int])
    """By reason."""
    had: int = 0
    """Transcripts that were there before."""
    without_photos: list[str] = field(default_factory=list[str])
    """Stories that no system can tell here."""


class Generator:
    """One run, some systems, one way of asking."""

    def __init__(self, run: Run, models: Models, studio: Studio, system_ids: Sequence[str], asked: Asked) -> None:
        """Raises SettingsError for an unknown system and BadInput for one that writes nothing new."""
        self._run, self._models, self._studio, self._asked = run, models, studio, asked
        for system_id in system_ids:
            if isinstance(models.system(system_id), RecordedSystem):
                raise BadInput(f"{system_id}: a recorded system writes nothing new; name a local or a hosted one")
        self._prints = {system_id: studio.fingerprint(system_id) for system_id in system_ids}
        self._keeping = threading.Lock()
        self.report = Report()

    def tasks(self) -> list[Task]:
        """What is missing, in the order of the stories."""
        known = {one.id: one for one in self._run.attempts()}
        tasks = [Task(story, self._missing(story, known)) for story in self._run.stories() if self._has_photos(story)]
        return [task for task in tasks if task.attempts]

    def write(self, stop: threading.Event, progress: Progress | None = None, batch: int = 1) -> Report:
        """Write what is missing, `batch` stories at a time, which local systems take as one batch where they fit.

        `stop` throws away what is unfinished of those under way. What a story's text is does not depend on `batch`;
        the seconds it took do, since stories of a batch share them.
        """
        tasks = self.tasks()
        done = self._tell_all(tasks, stop, batch)
        for _ in progress(done, len(tasks)) if progress else done:
            pass
        return self.report

    def _tell_all(self, tasks: Sequence[Task], stop: threading.Event, batch: int) -> Iterator[Task]:
        """Each task when it is done; the next one begins then."""
        halt = EitherEvent(stop)
        waiting = iter(tasks)
        with ThreadPoolExecutor(batch) as pool:
            running: dict[Future[None], Task] = {}
            try:
                while not stop.is_set() or running:
                    if not stop.is_set():
                        room = islice(waiting, batch - len(running))
                        running |= {pool.submit(self._tell, task, halt): task for task in room}
                    if not running:
                        return
                    for told in wait(running, return_when=FIRST_COMPLETED).done:
                        told.result()
                        yield running.pop(told)
            finally:
                halt.set()  # a story that broke ends the others too

    def _has_photos(self, story: Story) -> bool:
        if any(photo.file is not None for photo in story.photos):
            return True
        self.report.without_photos.append(story.id)
        return False

    def _missing(self, story: Story, known: dict[str, Transcript]) -> dict[str, int]:
        missing: dict[str, int] = {}
        for system_id in self._prints:
            attempt = 1
            while (found := known.get(self._id(story, system_id, attempt))) is not None and self._again(found):
                attempt += 1
            if found is None:
                missing[system_id] = attempt
            else:
                self.report.had += found.status is TranscriptStatus.OK
        return missing

    def _again(self, found: Transcript) -> bool:
        return found.status is TranscriptStatus.ERROR and (found.reason or "") in self._asked.retry

    def _tell(self, task: Task, stop: threading.Event) -> None:
        paths = [path for photo in task.story.photos if (path := self._run.photo_path(photo)) is not None]
        request = WriteRequest(
            photos=tuple(path.read_bytes() for path in paths),
            prompt=self._asked.prompt,
            sampling=self._asked.sampling,
            story_id=task.story.id,
            attempt=max(task.attempts.values()),
        )
        texts = dict.fromkeys(task.attempts, "")
        for event in self._studio.write(request, list(task.attempts), stop):
            match event:
                case Delta():
                    texts[event.system_id] += event.text
                case Finished() if event.finish is not Finish.STOPPED:
                    self._keep(task, event.system_id, texts[event.system_id], event)
                case Failed():
                    self._keep_failure(task, event)
                case _:
                    pass

    def _keep(self, task: Task, system_id: str, text: str, end: Finished) -> None:
        record = self._record(task, system_id)
        with self._keeping:
            self._run.append_transcript(replace(record, text=text, finish=end.finish, seconds=end.seconds))
            self.report.written += 1

    def _keep_failure(self, task: Task, event: Failed) -> None:
        record = self._record(task, event.system_id)
        with self._keeping:
            self._run.append_transcript(replace(record, status=TranscriptStatus.ERROR, reason=event.reason))
            self._run.log("failed", story=task.story.id, system=event.system_id, reason=event.reason, why=event.message)
            self.report.failed[event.reason] = self.report.failed.get(event.reason, 0) + 1

    def _record(self, task: Task, system_id: str) -> Transcript:
        """Without what only the writing tells."""
        attempt = task.attempts[system_id]
        return Transcript(
            id=self._id(task.story, system_id, attempt),
            story_id=task.story.id,
            system_id=system_id,
            text="",
            fingerprint=self._prints[system_id],
            prompt=self._asked.prompt_id,
            sampling=self._asked.sampling,
            attempt=attempt,
        )

    def _id(self, story: Story, system_id: str, attempt: int) -> str:
        """Of everything the words depend on, the photos told among it: a picture found later asks anew."""
        photos = [photo.number for photo in story.photos if photo.file is not None]
        sampling = asdict(self._asked.sampling)
        return content_id(
            "transcript", story.id, photos, system_id, self._prints[system_id], self._asked.prompt_id, sampling, attempt
        )


def failure_line(report: Report) -> str:
    """Which failures there were and how to ask again; empty where there were none."""
    if not report.failed:
        return ""
    counted = ", ".join(f"{count} {reason}" for reason, count in sorted(report.failed.items()))
    return f"failed: {counted}; events.jsonl says why; ask again with --retry {' '.join(sorted(report.failed))}"
