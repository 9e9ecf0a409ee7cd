"""All systems of models.yaml behind one door: the object that the app and the commands hold.

Writers are made on first use and their modules imported then, so holding a studio costs nothing.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from core.errors import SettingsError, WriterError
from core.settings import HostedSystem, LocalSystem, Models, RecordedSystem
from core.writers.events import Writer, WriteRequest, WriterEvent
from core.writers.merge import Job, merge

if TYPE_CHECKING:
    from core.calls import Calls

Kind = Literal["local", "hosted", "recorded"]
MakeLocal = Callable[[Sequence[LocalSystem], Path, Path], Writer]
"""Systems, the folder where relative paths start, the data folder -> a writer."""


@runtime_checkable
class Fingerprinted(Protocol):
    """A writer that can name what would write."""

    def fingerprint(self, system_id: str) -> str: ...


class Studio:
    """Safe to use from several threads."""

    def __init__(
        self, models: Models, data: Path, *, calls: "Calls | None" = None, local: MakeLocal | None = None
    ) -> None:
        """`calls` is how hosted systems are asked; without it nothing of what they are sent is kept. `local` makes the
        writer of local systems where that should not be worker processes of this machine."""
        self._models = models
        self._data = data
        self._calls = calls
        self._make_local = local
        self._writers: dict[Kind, Writer] = {}
        self._lock = threading.Lock()
        self._closed = False

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Generator[WriterEvent]:
        """The events of all systems as they come; one that fails leaves the others. See `core.writers.events`.

        Local systems go into one call, in which those that share a base are one batch; each other one has its thread.
        Closing the generator, or setting `stop`, stops all and joins the threads. Raises SettingsError for an unknown
        id or one asked twice, and WriterError after `close`.
        """
        if len(set(system_ids)) != len(system_ids):
            raise SettingsError(f"a system is asked twice in one request: {', '.join(system_ids)}")
        kinds: dict[str, Kind] = {system_id: self._models.system(system_id).kind for system_id in system_ids}
        with self._lock:
            if self._closed:
                raise WriterError("the studio is closed; make a new one")
        local = tuple(name for name, kind in kinds.items() if kind == "local")
        shares = [(name,) for name, kind in kinds.items() if kind != "local"] + ([local] if local else [])
        return merge([Job(share, partial(self._share, kinds[share[0]], request, share)) for share in shares], stop)

    def fingerprint(self, system_id: str) -> str:
        """Of a local or hosted system, without loading its weights. Raises SettingsError for an unknown or a recorded
        one, and WriterError where its files are not there.
        """
        writer = self._writer(self._models.system(system_id).kind)
        if not isinstance(writer, Fingerprinted):
            raise SettingsError(f"{system_id}: a recorded system has no fingerprint; its transcripts carry their own")
        return writer.fingerprint(system_id)

    def close(self) -> None:
        """Free models and connections. `calls`, where given, stay open: they are their owner's."""
        with self._lock:
            self._closed = True
            writers = list(self._writers.values())
            self._writers.clear()
        for writer in writers:
            writer.close()

    def _share(
        self, kind: Kind, request: WriteRequest, system_ids: tuple[str, ...], stop: threading.Event
    ) -> Generator[WriterEvent]:
        # In the job's thread, where an import of seconds holds up nobody else, and a failure is this share's own.
        yield from self._writer(kind).write(request, system_ids, stop)

    def _writer(self, kind: Kind) -> Writer:
        with self._lock:
            if self._closed:
                raise WriterError("the studio is closed; make a new one")
            if kind not in self._writers:
                self._writers[kind] = self._make(kind)
            return self._writers[kind]

    def _make(self, kind: Kind) -> Writer:
        systems = self._models.systems
        if kind == "hosted":
            from core.writers.hosted import HostedWriter

            return HostedWriter([system for system in systems if isinstance(system, HostedSystem)], self._calls)
        if kind == "recorded":
            from core.writers.recorded import RecordedWriter

            return RecordedWriter(
                [system for system in systems if isinstance(system, RecordedSystem)], self._models.folder
            )
        if self._make_local is None:
            from core.writers.local import LocalWriter

            self._make_local = LocalWriter
        return self._make_local(
            [system for system in systems if isinstance(system, LocalSystem)], self._models.folder, self._data
        )
