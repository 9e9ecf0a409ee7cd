"""One tree of errors. Each message says where, what was found, what was wanted and what to do.

A command turns a :class:`SporcVistError` into one line on standard error and the exit code the class carries; a screen
shows the message as it stands. Anything else is a bug and keeps its traceback.
"""


class SporcVistError(Exception):
    """Root of every error a user can cause or meet. The message is one clear line, ready to be shown."""

    exit_code = 1


class BadInput(SporcVistError):
    """What was given cannot be used: a file, a setting, an id, an option. Nothing was changed."""

    exit_code = 2


class SettingsError(BadInput):
    """models.yaml or the environment holds something unknown, missing or out of range."""


class PhotoError(BadInput):
    """One photo cannot be used. The others are not touched."""


class ReleaseFormatError(BadInput):
    """A folder that should hold the paper's release is laid out differently."""


class RunFolderError(BadInput):
    """A run folder is missing a file, or a record in it cannot be read."""


class WriterError(SporcVistError):
    """A system could not write. `reason` is a short stable word for tables and `--retry`."""

    def __init__(self, message: str, reason: str = "error") -> None:
        super().__init__(message)
        self.reason = reason


class StoreError(SporcVistError):
    """The database refused: a missing row, a vote that is not this rater's, a migration that failed."""


class NotAllowed(SporcVistError):
    """The action belongs to the operator and the request does not prove to come from one."""
