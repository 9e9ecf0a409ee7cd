"""A step as a CUDA graph: thousands of kernels in one launch (https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs)."""

from collections.abc import Callable
from typing import Any

WARM_UP = 2
"""Runs before the capture: libraries choose kernels and make their workspaces in the first ones."""


class CapturedStep:
    """`run` captured. It reads and writes tensors that keep their address, and may be run twice for one step."""

    def __init__(self, run: Callable[[], Any], columns: int) -> None:
        """Raises RuntimeError where `run` does something that cannot be captured, or memory is short."""
        import torch

        self.columns = columns
        side: Any = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                run()
        torch.cuda.current_stream().wait_stream(side)
        self._graph: Any = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._out: Any = run()

    def __call__(self) -> Any:
        """What `run` returns, in a tensor that the next call overwrites."""
        self._graph.replay()
        return self._out
