"""The Space's writer behind ZeroGPU's own wrapper, which forks, pickles and stops: `-m tests.lent_gpu MODELS DATA`.

Only the service that lends the GPU and the moving of tensors onto it are played: there is neither here. Prints JSON.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

import spaces  # noqa: F401 - first, as in the Space
from spaces.zero import api, client, wrappers
from spaces.zero import torch as zero_torch

from app import space
from core.records import Finish, Sampling
from core.settings import Environment, load_models
from core.writers.events import Delta, Failed, Finished, Loading, WriteRequest, WriterEvent
from core.writers.local.in_process import InProcessWriter
from tests.local_helpers import ask

SIDES: tuple[str, ...] = ("base", "tuned")


def play_the_lender() -> None:
    def nothing(*_: object, **__: object) -> int:
        return 0

    lent: Any = client
    lent.schedule = lambda **_: api.ScheduleResponse(idle=True, nvidiaIndex=0, nvidiaUUID="none", allowToken="t")
    lent.allow = lent.release = lent.duration_warning = nothing
    lent.get_duration_seconds = lambda *_: 180
    moved: Any = zero_torch
    moved.unpatch = moved.init = moved.move = moved.size = moved.enter_mode = nothing


def texts(events: list[WriterEvent]) -> dict[str, str]:
    joined = dict.fromkeys(SIDES, "")
    for event in events:
        if isinstance(event, Delta):
            joined[event.system_id] += event.text
    return joined


def greedy(tokens: int) -> WriteRequest:
    return ask(sampling=Sampling(temperature=0.0, max_new_tokens=tokens))


def whole(writer: InProcessWriter) -> list[WriterEvent]:
    return list(writer.write(greedy(24), SIDES, threading.Event()))


def stopped(writer: InProcessWriter) -> dict[str, Any]:
    """Stop after a few words; seconds until the writer has ended."""
    stop, events, when = threading.Event(), list[WriterEvent](), 0.0
    for event in writer.write(greedy(400), SIDES, stop):
        events.append(event)
        if len(events) == 6:
            stop.set()
            when = time.monotonic()
    ends = [event.finish for event in events if isinstance(event, Finished)]
    return {"seconds": time.monotonic() - when, "all_stopped": ends == [Finish.STOPPED] * 2}


def refused(writer: InProcessWriter) -> list[str]:
    """What visitors read where the service gives no GPU."""
    import gradio as gr

    def refuse(**_: object) -> None:
        raise gr.Error("You have exceeded your GPU quota. <a href='#'>More</a>")

    lent: Any = client
    lent.schedule = refuse
    return [event.message for event in whole(writer) if isinstance(event, Failed)]


def main() -> None:
    play_the_lender()
    services = space.make_services(load_models(Path(sys.argv[1])), Environment(data=Path(sys.argv[2])))
    writer, write = space.writer(), space.write_on_gpu
    space.write_on_gpu = cast(Any, wrappers).generator_function_wrapper(write, 180, None)
    first, second = whole(writer), whole(writer)
    report: dict[str, Any] = {"lent": [texts(first), texts(second)], "stop": stopped(writer)}
    report["lent"].append(texts(whole(writer)))
    report["loaded_before"] = not any(isinstance(event, Loading) for event in first)
    report["prints"] = sorted({event.fingerprint for event in first if isinstance(event, Finished)})
    report["refused"] = refused(writer)
    space.write_on_gpu = write
    report["here"] = texts(whole(writer))
    services.close()
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
