"""Local models: one worker process per base model, and in it one batch for all systems that share the base.

This side (`writer`, `process`, `messages`) is light and runs in the app. The other side (`worker`, `engine`, `batch`,
`inputs`, `checkpoint`, `untrained`) loads torch and runs in the worker. Photos travel between them through a socket and
never touch a disk.

Inside a batch: `prefill` reads the prompts, then `static` takes a token a row and step by `lean`, the step written out
(`matrices`: its products, `room`: its cache, `graph`: its capture on a GPU), or `plain` by the library's own forward
pass where the model is not one that `lean` knows.
"""

from core.writers.local.writer import LocalWriter

__all__ = ["LocalWriter"]
