"""What this machine can do at most, measured now: the yardstick of every fraction the benchmarks print."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Limits(NamedTuple):
    """Of one device and dtype."""

    device: str
    copy_bytes: float
    """Bytes a second that a large copy reads and writes, both counted."""
    product_flops: float
    """Operations a second of a large square matrix product."""

    def line(self) -> str:
        return (
            f"{self.device}: copy {self.copy_bytes / 1e9:,.1f} GB/s, product {self.product_flops / 1e12:,.3f} TFLOP/s"
        )

    def seconds(self, read: float, flops: float) -> float:
        """The least that something can take which reads so many bytes and computes so much."""
        return max(read / self.copy_bytes, flops / self.product_flops)


def measure(device: str, dtype: Any) -> Limits:
    """About two seconds on a CPU, less on a GPU."""
    import torch

    cuda = device == "cuda"
    source = torch.ones(2**28 if cuda else 2**24, dtype=torch.float32, device=device)
    target = torch.empty_like(source)
    copy = best(lambda: target.copy_(source), device)
    side = 8192 if cuda else 768
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    product = best(lambda: left @ right, device)
    name = torch.cuda.get_device_name() if cuda else f"CPU, {torch.get_num_threads()} threads"
    return Limits(name, 2 * source.nbytes / copy, 2 * side**3 / product)


def best(run: Callable[[], Any], device: str, times: int = 10) -> float:
    """Seconds of the fastest of some runs, after two to warm up."""
    for _ in range(2):
        run()
    return min(seconds(run, device) for _ in range(times))


def seconds(run: Callable[[], Any], device: str) -> float:
    """Of one run, to the end of what it started on the device."""
    wait(device)
    started = clock(device)
    run()
    wait(device)
    return clock(device) - started


def clock(device: str) -> float:
    """Seconds of the wall on a GPU. On a CPU the processor's seconds of this process, since others may share the cores;
    with `one_thread` they are those of the wall on a machine that is left alone."""
    return time.perf_counter() if device == "cuda" else time.process_time()


def one_thread(device: str) -> None:
    """Let a CPU compute with one thread, whose time `clock` can tell."""
    import torch

    if device == "cpu":
        torch.set_num_threads(1)


def wait(device: str) -> None:
    import torch

    if device == "cuda":
        torch.cuda.synchronize()


def free(device: str) -> None:
    """Give back what is no longer held, and begin a new peak."""
    import gc

    import torch

    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak_gigabytes(device: str) -> float:
    """Of device memory since `free`. NaN on a CPU, where only the whole process's peak is known."""
    import torch

    return torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else float("nan")
