"""Local models: one worker process per base model, and in it one batch for all systems that share the base.

This side (`writer`, `process`, `messages`) is light and runs in the app. The other side (`worker`, `engine`, `batch`,
`inputs`, `checkpoint`, `untrained`) loads torch and runs in the worker. Photos travel between them through a socket and
never touch a disk.
"""

from core.writers.local.writer import LocalWriter

__all__ = ["LocalWriter"]
