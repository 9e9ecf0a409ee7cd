"""Errors of local models: one line without names for the page, and one with all of them for the log."""

from core.errors import WriterError


class CheckpointError(WriterError):
    """A model or an adapter cannot be used as it was set up.

    The message may be shown before a blind vote, so it names nothing; `detail` says where, what and what to do.
    """

    def __init__(self, message: str, detail: str, reason: str = "error") -> None:
        super().__init__(f"{message} The server's log says what to change.", reason)
        self.detail = detail


def is_memory(error: BaseException) -> bool:
    """Whether the machine ran out of memory, as a GPU, Python or torch's CPU allocator says it."""
    named = {kind.__name__ for kind in type(error).__mro__}
    return bool(named & {"MemoryError", "OutOfMemoryError"}) or "can't allocate memory" in str(error)
