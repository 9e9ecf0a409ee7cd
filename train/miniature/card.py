"""The miniature's model card: what was made and how, with a table like the paper's Table 4, of measured figures."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.records import Interval

if TYPE_CHECKING:
    from train.miniature.build import Plan

Figures = Mapping[str, Mapping[str, Interval]]
ROWS = (
    ("turn_length", "Words a turn", "{:.1f}"),
    ("switch_rate", "Switches per 1,000 words", "{:.1f}"),
    ("turns", "Turns", "{:.1f}"),
    ("words", "Words", "{:.0f}"),
    ("distinct_2", "Distinct-2", "{:.2f}"),
    ("well_formed", "Well-formed", "{:.0%}"),
    ("loops", "Loops", "{:.0%}"),
    ("ends_by_itself", "Ends by itself", "{:.0%}"),
    ("first_colour", "First colour named is in the first picture", "{:.0%}"),
    ("first_colour_chance", "… held against other stories' pictures", "{:.0%}"),
    ("first_colour_constant", "… always naming the most common colour", "{:.0%}"),
    ("first_colour_own", "First colour named is that of the picture's thing", "{:.0%}"),
    ("first_colour_own_chance", "… held against other stories' pictures", "{:.0%}"),
    ("first_colour_own_constant", "… always naming the most common one", "{:.0%}"),
    ("first_thing", "First thing named is in the first picture", "{:.0%}"),
    ("first_thing_chance", "… held against other stories' pictures", "{:.0%}"),
    ("first_thing_constant", "… always naming the most common thing", "{:.0%}"),
    ("first_pair", "First colour and thing are the picture's own", "{:.0%}"),
    ("per_picture", "Pictures whose thing is named at all", "{:.0%}"),
)
"""Figure, what a reader is told, and how it is written."""
_TEMPLATE = Path(__file__).with_name("card.template.md")


def text(figures: Figures, seed: int, plan: "Plan", folder: Path) -> str:
    """The card of the models in `folder`. What was not measured is a dash."""
    base, tuned = figures["miniature-base"], figures["miniature-tuned"]
    files = [path for name in ("base", "adapter") for path in (folder / name).rglob("*") if path.is_file()]
    rows = [f"| {said} | {_cell(base[name], form)} | {_cell(tuned[name], form)} |" for name, said, form in ROWS]
    return _TEMPLATE.read_text(encoding="utf-8").format(
        parameters=_parameters(folder) / 1e6,
        gallery=plan.gallery,
        size=sum(path.stat().st_size for path in files) / 1e6,
        count=base["words"].n,
        table="\n".join(rows),
        longer=_ratio(tuned["turn_length"], base["turn_length"], "{:.1f}"),
        fewer=_ratio(tuned["switch_rate"], base["switch_rate"], "{:.0%}"),
        seed=seed,
        stories=f"{plan.stories:,}",
        eyes=plan.eyes.steps,
        language=sum(phase.steps for phase in plan.language.phases),
        tuning=f"{plan.tuning_stories:,}",
    )


def _ratio(one: Interval, other: Interval, form: str) -> str:
    """A dash where there is nothing to divide by."""
    return form.format(one.mean / other.mean) if other.mean else "–"


def _cell(value: Interval, form: str) -> str:
    if math.isnan(value.mean):
        return "–"
    return f"{form.format(value.mean)} ({form.format(value.low)} to {form.format(value.high)})"


def _parameters(folder: Path) -> int:
    from safetensors import safe_open

    total = 0
    with safe_open(folder / "base" / "model.safetensors", "pt") as weights:
        for name in weights.keys():  # noqa: SIM118 (no dict)
            size = 1
            for side in weights.get_slice(name).get_shape():
                size *= side
            total += size
    return total
