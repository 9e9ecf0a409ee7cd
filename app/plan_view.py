"""What is known of a run before it starts, as HTML: the data as counted or its faults, and memory and time."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import yaml

from app import render
from app.durations import span
from app.job_view import figure, figures
from app.jobs.questions import Answer
from app.tables import table
from app.training import Asked, cards_here

MOST_FAULTS = 200
PARTS = {
    "base": "Frozen base",
    "gathered": "Gathered from other cards for a moment",
    "adapter": "Adapter",
    "gradients": "Its gradients",
    "optimizer": "AdamW's state",
    "activations": "Activations",
    "logits": "Logits",
    "inputs": "Pictures and embeddings",
    "allowance": "Allowance for the driver and gaps",
}


def waiting(asked: Asked, seconds: float) -> str:
    """What is being worked out."""
    what = "Working out memory and time" if asked.is_counted else "Looking at every sample and picture"
    return f'<div class="vist clock" role="status"><span class="dot"></span>{what} · {span(seconds)}</div>'


def plan(asked: Asked) -> str:
    """Both answers, the more urgent first: faults, what does not fit, then figures."""
    parts = [_data(asked), _plan(asked), _place(asked)]
    return f'<div class="vist plan">{"".join(parts)}</div>'


def _data(asked: Asked) -> str:
    if not asked.check_id:
        return render.notice("No data was given: the plan below is for as many samples as the configuration names.")
    said = asked.check.said if asked.check else None
    if said is None:
        return f"<h3>Data</h3>{render.notice(_reason(asked.check), kind='bad')}"
    faults = [_placed(str(fault), str(said.get("file"))) for fault in said.get("faults") or []]
    return f"<h3>Data</h3>{_faults(faults) if faults else _counts(said) + _histogram(said)}"


def _placed(fault: str, file: str) -> str:
    """Without the path that all of them begin with: line 7: not JSON."""
    inside = fault.removeprefix(f"{file}:") if fault.startswith(f"{file}:") else ""
    return f"line {inside}" if inside[:1].isdecimal() else inside.strip() or fault


def _faults(faults: Sequence[str]) -> str:
    many = len(faults)
    count = "1 fault in the data" if many == 1 else f"{many:,} faults in the data"
    line = f"{count}. Nothing is trained before {'it is' if many == 1 else 'they are'} mended."
    items = "".join(f"<li>{escape(fault)}</li>" for fault in faults[:MOST_FAULTS])
    more = f'<p class="hint">and {many - MOST_FAULTS:,} more</p>' if many > MOST_FAULTS else ""
    return f'{render.notice(line, kind="bad")}<ol class="faults">{items}</ol>{more}'


def _counts(said: Mapping[str, Any]) -> str:
    tokens = said.get("tokens") or {}
    length = f"in the mean, at most {_number(tokens.get('most'))}"
    items = [
        (
            "Samples",
            _number(said.get("samples")),
            f"{_number(said.get('turns'))} turns, {_number(said.get('words'))} words",
        ),
        ("Pictures", _number(said.get("pictures")), "files, each counted once"),
        ("Tokens a sample", _number(tokens.get("mean")), length),
        ("Shown smaller", _number(said.get("fewer_pixels")), "samples whose pictures lose pixels, to fit"),
        ("Shortened", _number(said.get("cut")), "samples that lose turns off their end even so"),
    ]
    return figures(items)


def _histogram(said: Mapping[str, Any]) -> str:
    """How long the samples are, in bars."""
    bins = said.get("histogram") or []
    if len(bins) < 2:
        return ""
    most = max(count for _, _, count in bins)
    bars = "".join(
        f'<span style="height:{100 * count / most:.0f}%" title="{low:,} to {high - 1:,} tokens: {count:,}"></span>'
        for low, high, count in bins
    )
    told = "; ".join(f"{low:,} to {high - 1:,}: {count:,}" for low, high, count in bins if count)
    return (
        f'<p class="hint">Samples by length in tokens, {escape(str(said.get("counted", "")).partition(";")[0])}</p>'
        f'<div class="histogram" role="img" aria-label="Samples by length in tokens: {told}">{bars}</div>'
        f'<div class="axis hint"><span>0</span><span>{bins[-1][1]:,}</span></div>'
    )


def _plan(asked: Asked) -> str:
    if asked.check_id and not asked.data_is_sound:
        return ""
    if not asked.plan_id:
        return "<h3>Memory and time</h3>" + render.notice(
            "No cards were given, so memory and hours are not worked out."
        )
    said = asked.plan.said if asked.plan else None
    if said is None:
        return f"<h3>Memory and time</h3>{render.notice(_reason(asked.plan), kind='bad')}"
    return f"<h3>Memory and time on {escape(asked.form.gpus)}</h3>{_verdict(said)}{_plan_figures(said)}{_memory(said)}"


def _roughly(asked: Asked, said: Mapping[str, Any]) -> str:
    if not asked.is_rough:
        return ""
    mean = _number(said["tokens"]["mean"])
    return f'<p class="hint">Reckoned for samples of {mean} tokens: the plan knows none as short as these.</p>'


def _verdict(said: Mapping[str, Any]) -> str:
    spare, longest = float(said["spare"]), said["tokens"]["longest"]
    if said["fits"]:
        return render.notice(f"It fits: {_gb(spare)} to spare on each card with the longest sample.", kind="good")
    fitting = said["chosen"].get("fits_up_to_tokens")
    if fitting is not None and fitting >= said["tokens"]["mean"]:
        short = f"It fits only up to {fitting:,} tokens a sample; with {longest:,} each card is {_gb(-spare)} short."
    else:
        short = f"It does not fit: with the longest sample, {longest:,} tokens, each card is {_gb(-spare)} short."
    return f"{render.notice(short, kind='bad')}{_remedies(said.get('remedies') or [])}"


def _remedies(ways: Sequence[Mapping[str, Any]]) -> str:
    if not ways:
        return (
            '<p class="hint">No setting that keeps the mathematics fits. Take larger cards or more of them, '
            "fewer pixels (data.max_pixels), shorter samples (data.max_length), or a smaller model.</p>"
        )
    lines = "".join(f"<li><code>speed: {escape(_setting(way))}</code>" for way in ways[:3])
    return (
        '<p class="hint">With one of these in the configuration it fits and computes the same, the quickest first:</p>'
        f'<ul class="remedies">{lines}</ul>'
    )


def _setting(way: Mapping[str, Any]) -> str:
    named = {name: value for name, value in way.items() if value not in (None, False)}
    return yaml.safe_dump(named, default_flow_style=True, sort_keys=False, width=1000).strip()


def _plan_figures(said: Mapping[str, Any]) -> str:
    chosen, card = said["chosen"], said["gpus"]
    seconds = chosen["seconds"]["total"]
    peak = chosen["memory"]["longest"]["total"]
    assumed = f"taken for {card['name']}s; " if card.get("assumed") and card.get("name") else ""
    items = [
        ("Steps", _number(said["steps"]), f"{_number(said['samples'])} samples, {said['effective_batch']} a step"),
        ("Time", span(_float(seconds)), f"{assumed}reckoned, not measured"),
        ("Memory a card", f"{_gb(peak)}", f"of {_gb(card['bytes'])}, with the longest sample"),
        ("Speed", figure(_float(chosen.get("tokens_per_second"))), "tokens a second, all cards together"),
        ("Trained", _large(said["parameters"]["lora"]), f"of {_large(said['parameters']['total'])} parameters"),
    ]
    return figures(items)


def _memory(said: Mapping[str, Any]) -> str:
    mean, longest = (said["chosen"]["memory"][name] for name in ("mean", "longest"))
    rows = [
        (label, _gb(mean[name]), _gb(longest[name]))
        for name, label in PARTS.items()
        if name in mean and (mean[name] or longest[name])
    ]
    rows.append(("Together", _gb(mean["total"]), _gb(longest["total"])))
    tokens = said["tokens"]
    headers = ("Part", f"Mean, {_number(tokens['mean'])} tokens", f"Longest, {_number(tokens['longest'])}")
    body = table("Memory of one card by part", headers, rows, narrow=True)
    return f"<details><summary>Memory by part</summary>{body}</details>"


def _place(asked: Asked) -> str:
    """Where it would really run: the plan may be for other cards."""
    here = cards_here()
    if not asked.data_is_sound:
        return ""
    if not here.count:
        text = "This server has no GPU: started here, the run computes on its processor, which only tiny models bear."
    elif here.text.lower() != asked.form.gpus.strip().lower():
        text = f"This server has {here.text}; started here, the run uses {asked.form.processes or 1} of them."
    else:
        return ""
    return render.notice(text)


def _reason(answer: Answer | None) -> str:
    """Why there is no JSON: the command's own line."""
    if answer is None:
        return "Not asked."
    lines = [line for line in answer.error.splitlines() if line.strip()]
    return lines[-1].removeprefix("train: ") if lines else f"The command ended with code {answer.exit_code}."


def _large(count: float) -> str:
    """134 million as 134.2 M."""
    for size, unit in ((1e9, " B"), (1e6, " M"), (1e3, " k")):
        if count >= size:
            return f"{count / size:,.1f}{unit}"
    return f"{count:,}"


def _gb(value: float) -> str:
    return f"{value / 1e9:,.1f} GB"


def _float(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _number(value: Any) -> str:
    return figure(_float(value))
