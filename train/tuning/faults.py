"""What stops a fine-tuning run, each as one clear line. The exit code is the error's: 2 bad input, 1 a failed run."""

import errno

from core.errors import BadInput, SporcVistError


class DataFault(BadInput):
    """Training data cannot be used as it is. Nothing was trained."""

    def __init__(self, faults: list[str]) -> None:
        more = f" (and {len(faults) - 1} more; `python -m train check` lists all)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0]}{more}")
        self.faults = faults


class BaseMissing(SporcVistError):
    """The base model is not on this machine and cannot be had, or is no Qwen3-VL checkpoint."""


class TrainingFailed(SporcVistError):
    """The run cannot go on: a loss or a gradient that is no number, a full disk. The last good checkpoint is kept."""


class TrainingStopped(SporcVistError):
    """Somebody asked the run to stop. It was saved and goes on when the same command is run again."""


def is_full_disk(error: BaseException) -> bool:
    """Whether writing failed for lack of space, as Python, safetensors or torch's archive writer says it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    text = str(error).lower()
    return any(sign in text for sign in ("no space left", "os error 28", "disk quota", "pytorchstreamwriter failed"))
