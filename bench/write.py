"""Decoding in one run: transformers' `generate`, the project's plain step, its lean step, and that as a CUDA graph.

`python -m bench.write [--shape tiny|miniature|2b|4b|8b|32b] [--rows N] [--tokens T]`. Without `--shape` it takes the
miniature where models/miniature is there, else a tiny random model. Published sizes need CUDA and are made on the card
with random weights; nothing is downloaded.

Each variant first reads the tokens that `generate` wrote greedily, and must name each next one: exactly in float32; in
bfloat16 up to near ties, since no two orders of sums round alike. Only then is it timed, drawing as the writer does.
On a CPU it computes with one thread, and its processor time counts.
`of limit` is the least time of a step, weights and cache read once at the speed of a measured copy, over its real time.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import _limits, _models
from bench._models import ADAPTER, Subject
from bench._report import Figures, attempt, setting, table
from core.records import Sampling
from core.writers.local.adapters import BASE

CHECKED = 24
"""Tokens that a variant must name before it is timed."""
NEAR = 0.25
"""Nats between two tokens that are a tie in bfloat16."""
REPEATS = {"cpu": 3, "cuda": 1}
"""Times that are taken, of which the fastest counts: a shared processor is now and then somebody else's."""
DRAWN = Sampling(temperature=0.7, top_p=0.8)
COLUMNS = (
    ("variant", "variant", "s"),
    ("rows", "rows", "d"),
    ("tokens_a_second", "tokens/s", ",.1f"),
    ("ratio", "ratio", ".2f"),
    ("step_ms", "ms a step", ",.2f"),
    ("of_limit", "of limit", ".1%"),
    ("read_seconds", "prompts s", ".3f"),
    ("operations", "operations", ",d"),
    ("peak_gb", "peak GB", ".1f"),
    ("same_tokens", "same tokens", ".1%"),
)


@dataclass(frozen=True, slots=True)
class Task:
    """Some rows of one story to be continued."""

    subject: Subject
    names: list[str]
    """The adapter of each row."""
    tokens: int
    device: str
    limits: _limits.Limits

    def least(self) -> float:
        """Seconds a step must take: every weight and, at half its new tokens, the cache read once."""
        shape, rows = self.subject.shape, len(self.names)
        columns = self.subject.story["input_ids"].shape[1] + self.tokens / 2
        cache = rows * columns * 2 * shape.layers * shape.key
        flops = 2.0 * self.subject.read_weights * rows + 4.0 * rows * columns * shape.layers * shape.query
        return self.limits.seconds((self.subject.read_weights + cache) * self.subject.model.dtype.itemsize, flops)


class Library:
    """`generate` of transformers, given the rows' adapters as the writer gives them."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def greedy(self, count: int) -> Any:
        """[rows, count] tokens."""
        return self._run(count, do_sample=False)

    def figures(self) -> Figures:
        task, drawn = self._task, {"do_sample": True, "temperature": 0.7, "top_p": 0.8, "top_k": 0}
        self._run(2, **drawn)
        repeats = range(REPEATS[task.device])
        read = min(_limits.seconds(lambda: self._run(1, **drawn), task.device) for _ in repeats)
        whole = min(_limits.seconds(lambda: self._run(task.tokens + 1, **drawn), task.device) for _ in repeats)
        operations = count_operations(lambda: self._run(2, **drawn)) - count_operations(lambda: self._run(1, **drawn))
        return timed(task, read, whole - read, operations) | {"same_tokens": 1.0}

    def _run(self, count: int, **options: Any) -> Any:
        import torch

        task, story = self._task, self._task.subject.story
        rows = len(task.names)
        inputs = {name: value.repeat(rows, *[1] * (value.dim() - 1)).to(task.device) for name, value in story.items()}
        options = {name: value for name, value in options.items() if value is not None}
        with torch.inference_mode(), task.subject.adapters.rows(task.names):
            out = task.subject.model.generate(
                **inputs,
                attention_mask=torch.ones_like(inputs["input_ids"]),
                max_new_tokens=count,
                min_new_tokens=count,
                pad_token_id=0,
                **options,
            )
        return out[:, story["input_ids"].shape[1] :]


def of_project(task: Task, begin: Callable[[Task, int], Any], wanted_b_t: Any) -> Figures:
    """Check a decoding of the project, then time it."""
    import torch

    with torch.inference_mode():
        same = agreement(begin(task, CHECKED), wanted_b_t)
        _limits.free(task.device)
        read = seconds = float("inf")
        operations = 0
        for _ in range(REPEATS[task.device]):
            started = _limits.clock(task.device)
            decoding = begin(task, task.tokens + 4)
            _limits.wait(task.device)
            read = min(read, _limits.clock(task.device) - started)
            write = writer(decoding, [DRAWN] * len(task.names))
            write(2)  # captures, where it does
            seconds = min(seconds, _limits.seconds(lambda write=write: write(task.tokens), task.device))
            operations = count_operations(lambda write=write: write(1))
    return timed(task, read, seconds, operations) | {"same_tokens": same}


def writer(decoding: Any, samplings: Sequence[Sampling]) -> Callable[[int], None]:
    """As `core.writers.local.batch` writes, without the text."""
    import random

    from core.writers.local.sampling import Sampler

    sampler, chance = Sampler(samplings, decoding.logits_b_v), random.Random(0)

    def write(count: int) -> None:
        for _ in range(count):
            decoding.step(sampler.pick(decoding.logits_b_v, [chance.random() for _ in samplings]))

    return write


def agreement(decoding: Any, wanted_b_t: Any) -> float:
    """Share of tokens that are the likeliest here too. Raises AssertionError where one is neither that nor near it."""
    import torch

    same = 0
    for step, wanted in enumerate(wanted_b_t.unbind(1)):
        logits = decoding.logits_b_v.float()
        best = logits.max(dim=-1)
        off = best.values - logits.gather(1, wanted[:, None]).squeeze(1)
        allowed = 0.0 if decoding.logits_b_v.dtype == torch.float32 else NEAR
        if not bool((off <= allowed).all()):
            raise AssertionError(f"token {step + 1} is not what generate wrote: {float(off.max()):.3f} nats off")
        same += int((best.indices == wanted).sum())
        decoding.step(wanted.tolist())
    return same / wanted_b_t.numel()


def timed(task: Task, read: float, seconds: float, operations: int) -> Figures:
    rows, steps = len(task.names), task.tokens
    return {
        "rows": rows,
        "tokens": steps,
        "tokens_a_second": rows * steps / seconds,
        "step_ms": seconds / steps * 1000,
        "of_limit": task.least() / (seconds / steps),
        "read_seconds": read,
        "operations": operations,
        "peak_gb": _limits.peak_gigabytes(task.device),
    }


def count_operations(run: Callable[[], Any]) -> int:
    """Operations that torch is asked for; a captured step asks for one."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Count(TorchDispatchMode):
        number = 0

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            Count.number += 1
            return func(*args, **(kwargs or {}))

    with Count():
        run()
    return Count.number


def plain(task: Task, _new_tokens: int) -> Any:
    from core.writers.local.plain import PlainDecoding

    return PlainDecoding(task.subject.model, 0, stories(task), task.names, task.subject.adapters)


def lean(task: Task, new_tokens: int) -> Any:
    from core.writers.local import static

    decoding = captured(task, new_tokens)
    decoding._captures = False
    assert isinstance(decoding, static.StaticDecoding)
    return decoding


def captured(task: Task, new_tokens: int) -> Any:
    from core.writers.local.lean import prepared
    from core.writers.local.static import StaticDecoding

    subject = task.subject
    step = prepared(subject.model, subject.adapters)
    if step is None:
        raise RuntimeError("the lean step is not for this model; the line above says why")
    return StaticDecoding(
        subject.model, 0, stories(task), task.names, subject.adapters, step=step, new_tokens=new_tokens
    )


def stories(task: Task) -> list[dict[str, Any]]:
    return [task.subject.story] * len(task.names)


def run(subject: Subject, device: str, limits: _limits.Limits, row_counts: Sequence[int], tokens: int) -> list[Figures]:
    """Every variant for every number of rows. The most telling ones go first: a lent card may be taken away."""
    all_figures: list[Figures] = []
    variants = {"captured": captured} if device == "cuda" else {}
    variants |= {"lean": lean, "plain": plain}
    for rows in row_counts:
        names = [ADAPTER] if rows == 1 else [(BASE, ADAPTER)[row % 2] for row in range(rows)]
        task = Task(subject, names, tokens, device, limits)
        library, wanted = Library(task), None
        part: list[Figures] = []
        for name, begin in variants.items():
            _limits.free(device)
            if wanted is None:
                wanted = library.greedy(CHECKED)
            part.append(attempt(f"{name}, {rows}", partial(of_project, task, begin, wanted)))
        _limits.free(device)
        part.append(attempt(f"generate, {rows}", library.figures))
        base = part[-1].get("tokens_a_second", float("nan"))
        all_figures += [figures | {"ratio": figures.get("tokens_a_second", float("nan")) / base} for figures in part]
    return all_figures


def main() -> int:
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=["tiny", "miniature", *_models.SIZES], default=None)
    parser.add_argument("--rows", type=int, nargs="+", default=None, metavar="N", help="rows of a batch, one run each")
    parser.add_argument("--tokens", type=int, default=128, metavar="T", help="tokens a row that are timed")
    given = parser.parse_args()
    shape = _models.chosen(given.shape)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    large = shape in _models.SIZES
    if large and device == "cpu":
        print(
            f"bench.write: --shape {shape} needs a CUDA GPU and there is none; use tiny or miniature", file=sys.stderr
        )
        return 2
    rows = given.rows or ([1, 50] if large else [1, 2, 8])
    with tempfile.TemporaryDirectory() as folder:
        if large:
            subject = _models.of_size(shape, Path(folder), device, torch.bfloat16)
        else:
            subject, device = _models.small(shape, Path(folder)), "cpu"
        _limits.one_thread(device)
        limits = _limits.measure(device, subject.model.dtype)
        print(f"{setting()}; {shape}, {subject.read_weights / 1e6:,.1f} million weights a step, {subject.model.dtype}")
        print(limits.line(), flush=True)
        all_figures = run(subject, device, limits, rows, given.tokens)
    print(table(COLUMNS, all_figures))
    return 1 if any("failed" in figures and "memory" not in figures["failed"] for figures in all_figures) else 0


if __name__ == "__main__":
    sys.exit(main())
