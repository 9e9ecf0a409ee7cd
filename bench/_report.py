"""How the model benchmarks print: a JSON line for each variant as it ends, then a table of all of them."""

import json
import math
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from core.writers.local.faults import is_memory

Figures = dict[str, Any]
"""Of one variant, by name. A failure is `{"variant": …, "failed": WHY}`."""


def attempt(name: str, run: Callable[[], Figures]) -> Figures:
    """What `run` measured, or why it could not: out of memory ends this variant alone, and so does another failure."""
    try:
        figures = {"variant": name, **run()}
    except Exception as error:  # noqa: BLE001 (the next variant is still worth its time on a lent card)
        why = "out of memory" if is_memory(error) else f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        figures = {"variant": name, "failed": why}
    print(json.dumps({key: _plain(value) for key, value in figures.items()}), flush=True)
    return figures


def table(columns: Sequence[tuple[str, str, str]], all_figures: Sequence[Figures]) -> str:
    """`columns` are key, heading and format; what was not measured is a dash, a failure the rest of its line."""
    lines = [[heading for _, heading, _ in columns]]
    for figures in all_figures:
        cells = [_cell(figures.get(key), form) for key, _, form in columns]
        lines.append([*cells[:1], figures["failed"]] if "failed" in figures else cells)
    full = [line for line in lines if len(line) == len(columns)]
    widths = [max(len(line[place]) for line in full) for place in range(len(columns))]
    widths[0] = max(len(line[0]) for line in lines)
    return "\n".join(
        "  ".join(
            cell.ljust(widths[place]) if place == 0 or len(line) < len(columns) else cell.rjust(widths[place])
            for place, cell in enumerate(line)
        ).rstrip()
        for line in lines
    )


def setting() -> str:
    """Date and versions, for a line above the figures."""
    named = ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "peft"))
    return f"{datetime.now(UTC):%Y-%m-%d}; Python {sys.version.split()[0]}, {named}"


def _cell(value: Any, form: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    return format(value, form)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
