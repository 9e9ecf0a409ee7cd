"""A plan as text of at most 100 columns, and as one JSON object. The arithmetic is there to be checked."""

import math
from collections.abc import Iterator
from typing import Any

from core.budget import visual_tokens
from train.tuning.flops import checkpointed_layers
from train.tuning.memory import Memory, base_bytes
from train.tuning.plan import (
    NVLINK,
    PAPER_GB,
    PAPER_SECONDS,
    SQUARE,
    UTILISATION,
    Choice,
    Plan,
    duration,
    gathers,
    paper_bandwidth,
)
from train.tuning.shapes import lora_parameters, parameters

_TABLE3 = ("qwen3-vl-32b", 8, 80)
"""The configuration and the cards of the paper's run."""


def lines(plan: Plan) -> list[str]:
    """The whole plan."""
    return [
        *_head(plan),
        "",
        *_memory(plan),
        "",
        *_verdict(plan),
        "",
        *_time(plan),
        "",
        *_choices(plan),
    ]


def _head(plan: Plan) -> Iterator[str]:
    settings, shape = plan.settings, plan.shape
    total, update = parameters(shape).total, lora_parameters(shape, settings.lora)
    peak = f"{plan.gpus.peak / 1e12:.0f} TFLOP/s in bfloat16" if plan.gpus.peak else "a card whose speed is not known"
    taken = f", taken for {plan.gpus.name}s" if plan.gpus.assumed and plan.gpus.name else ""
    seen, batch = visual_tokens(SQUARE, settings.data.max_pixels), settings.batch
    yield f"{settings.name} on {plan.gpus}{taken}: {peak} each"
    yield ""
    yield _row("model", f"{settings.model}: {_count(total)} parameters, {_gb(base_bytes(settings, shape))} GB")
    reach = "" if "mlp" not in settings.lora.targets or shape.dense_layers else "; experts are not reached"
    yield _row("update", f"rank {settings.lora.rank}: {_count(update)} parameters, {update / total:.2%}{reach}")
    yield _row(
        "sample",
        f"{plan.mean.tokens:,} tokens in the mean: {plan.mean.pictures} pictures of {seen} each, "
        f"{plan.mean.answer:,} of answer, the prompt",
    )
    yield _row("tokens", f"{plan.samples:,} samples x {plan.mean.tokens:,} = {_seen_tokens(plan) / 1e6:.1f} M")
    devices = "1 device" if plan.gpus.count == 1 else f"{plan.gpus.count} devices"
    passes = f"{batch.per_device} a pass x {plan.accumulation} passes x {devices}"
    yield _row("batch", f"{passes} = {batch.effective} samples a step")
    yield _row("steps", _steps(plan))


def _steps(plan: Plan) -> str:
    optim, batch = plan.settings.optim, plan.settings.batch
    if optim.max_steps is not None:
        return f"{plan.steps}, as optim.max_steps says"
    epochs = "" if optim.epochs == 1 else f" x {optim.epochs:g} epochs"
    return f"{plan.steps} = {plan.samples:,} samples{epochs} / {batch.effective}, rounded up"


def _seen_tokens(plan: Plan) -> float:
    seen = plan.steps * plan.settings.batch.effective
    if plan.settings.optim.max_steps is None:
        seen = math.ceil(plan.samples * plan.settings.optim.epochs)
    return float(seen * plan.mean.tokens)


def _memory(plan: Plan) -> Iterator[str]:
    mean, longest = plan.chosen.mean, plan.chosen.longest
    yield f"{'memory of one device, GB (10^9 bytes)':58}{'mean sample':>12}{f'{plan.longest.tokens:,} tokens':>14}"
    for label, name in _parts(plan):
        yield f"  {label:56}{_gb(getattr(mean, name)):>12}{_gb(getattr(longest, name)):>14}"
    yield f"  {'together':56}{_gb(mean.total):>12}{_gb(longest.total):>14}"
    size = f"the card: {plan.gpus.gigabytes} x 2^30 bytes"
    yield f"  {size:56}{_gb(plan.gpus.bytes):>12}{_gb(plan.gpus.bytes):>14}"


def _parts(plan: Plan) -> list[tuple[str, str]]:
    speed, count = plan.chosen.speed, plan.gpus.count
    sharded = speed.parallel == "zero3" and count > 1
    whole = _gb(base_bytes(plan.settings, plan.shape))
    layers = checkpointed_layers(plan.settings, plan.shape)
    kept = f"{plan.shape.layers - layers} of {plan.shape.layers} layers, inputs of the rest"
    return [
        (f"frozen base: {whole} / {count} devices (ZeRO-3)" if sharded else f"frozen base: whole, {whole}", "base"),
        ("gathered for a moment (stage3_max_live_parameters)", "gathered"),
        ("adapter, in float32", "adapter"),
        ("its gradients", "gradients"),
        ("AdamW's state", "optimizer"),
        (f"activations: {kept}", "activations"),
        (f"logits ({speed.logits})", "logits"),
        ("pictures, vision tower, embeddings and NEFTune", "inputs"),
        ("allowance: CUDA context, gaps of the allocator", "allowance"),
    ]


def _verdict(plan: Plan) -> Iterator[str]:
    fitting = plan.chosen.fitting
    if plan.fits:
        yield f"FITS: {_gb(plan.spare)} GB to spare with a sample of {plan.longest.tokens:,} tokens."
    elif fitting is not None and fitting >= plan.mean.tokens:
        yield (
            f"FITS ONLY UP TO {fitting:,} TOKENS: {_gb(-plan.spare)} GB too little for {plan.longest.tokens:,}. "
            "`--longest` says"
        )
        yield "what the longest sample of your data has; `python -m train check` counts it."
    else:
        yield f"DOES NOT FIT: {_gb(-plan.spare)} GB too little with a sample of {plan.longest.tokens:,} tokens."
    if not plan.fits:
        yield from _cure(plan)
    if (plan.settings.name, plan.gpus.count, plan.gpus.gigabytes) == _TABLE3:
        yield f"The paper saw a peak of about {PAPER_GB} GB. What is counted here must be there; the allocator also"
        yield "keeps blocks that it does not use, and what the paper's peak was made of is not known."


def _cure(plan: Plan) -> Iterator[str]:
    if plan.remedies:
        yield "With `speed` set so it fits, and computes the same (the quickest first):"
        for one in plan.remedies[:3]:
            yield f"  {_yaml(one)}"
        return
    yield "No setting that keeps the mathematics fits. Larger cards or more of them (`--gpus`), fewer pixels"
    yield "(data.max_pixels), shorter samples (data.max_length), or a smaller model (train/configs) will."


def _yaml(choice: Choice) -> str:
    speed = choice.speed
    layers = f", checkpointed_layers: {speed.checkpointed_layers}" if speed.checkpointed_layers else ""
    return (
        f"{{parallel: {speed.parallel}, checkpointing: {speed.checkpointing}{layers}, "
        f"logits: {speed.logits}, lora: {speed.lora}}}"
    )


def _time(plan: Plan) -> Iterator[str]:
    work, time, share = plan.work, plan.chosen.time, UTILISATION[plan.chosen.speed.lora]
    flop = [_flop(part / 1e12) for part in (work.total, work.forward, work.backward, work.recomputed)]
    yield "time"
    yield _row("work", f"{flop[0]} TFLOP a sample = {flop[1]} forward + {flop[2]} backward + {flop[3]} recomputed")
    if plan.gpus.peak is None:
        yield _row("hours", "– (the card's speed is not known; name it, as in 8xA100-80GB)")
        return
    passes = f"{flop[0]} TFLOP x {plan.settings.batch.per_device}"
    peak = f"{plan.gpus.peak / 1e12:.0f} TFLOP/s x {share:.2f}"
    yield _row("a pass", f"{passes} / ({peak}) = {time.computing:.2f} s of computing")
    yield _row("", f"({share:.2f} is the share of its peak a card is assumed to reach; nothing here was measured)")
    if time.gathering:
        yield from _gathering(plan)
    run = f"{time.passes:,} passes x {time.computing + time.gathering:.2f} s"
    steps = f" + {time.steps} steps x {time.reducing:.2f} s" if time.reducing else ""
    yield _row("hours", f"{run}{steps} = {_hours(time.hours)} h")
    yield _row("speed", f"{_seen_tokens(plan) / time.total:,.0f} tokens/s, {_mfu(plan):.1%} of the peak")
    if time.gathering and plan.bandwidth < NVLINK:
        quick = duration(plan.settings, plan.shape, plan.gpus, plan.samples, plan.mean, NVLINK)
        yield _row("", f"({_hours(quick.hours)} h if gathers reach {NVLINK / 1e9:.0f} GB/s, as over NVLink they may)")


def _gathering(plan: Plan) -> Iterator[str]:
    time, count = plan.chosen.time, plan.gpus.count
    times = gathers(plan.settings, plan.shape, count)
    moved = f"{times:.2f} gathers x {_gb(base_bytes(plan.settings, plan.shape))} GB x {count - 1}/{count}"
    yield _row("", f"+ {moved} / {plan.bandwidth / 1e9:.2f} GB/s = {time.gathering:.2f} s of gathering")
    if plan.bandwidth == paper_bandwidth():
        hours = PAPER_SECONDS / 3600
        yield _row("", f"(that speed is what makes the paper's run, on 8 A100s, take its {hours:.1f} h; `--bandwidth`")
        yield _row("", "gives another)")


def _mfu(plan: Plan) -> float:
    peak = plan.gpus.peak or math.nan
    tokens = plan.mean.tokens * plan.gpus.count * peak
    return plan.work.model * _seen_tokens(plan) / plan.chosen.time.total / tokens


def _choices(plan: Plan) -> Iterator[str]:
    """As asked first, then from the plainest to the fastest."""
    yield "the same mathematics, computed otherwise (parallel · checkpointing · logits · lora)"
    longest = f"{plan.longest.tokens:,}"
    yield f"  {'':42}{'GB mean':>9}{'GB ' + longest:>10}{'fits up to':>13}{'hours':>9}{'tokens/s':>11}"
    for mark, one in [("*", plan.chosen), *((" ", other) for other in plan.others)]:
        fitting = f"{one.fitting:,}" if one.fitting is not None else "–"
        speed = _seen_tokens(plan) / one.time.total
        yield (
            f"{mark} {one.name:42}{_gb(one.mean.total):>9}{_gb(one.longest.total):>10}{fitting:>13}"
            f"{_hours(one.time.hours):>9}{_number(speed, 0):>11}"
        )
    yield "* as the configuration asks. `fits up to` is in tokens of one sample."


def _row(label: str, text: str) -> str:
    return f"  {label:8}{text}"


def _gb(value: float) -> str:
    return f"{value / 1e9:,.1f}"


def _count(value: int) -> str:
    return f"{value / 1e9:.2f} B" if value >= 1e9 else f"{value / 1e6:.1f} M"


def _flop(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 or not value else f"{value:.3g}"


def _hours(value: float) -> str:
    return _number(value, 1 if value >= 1 else 2)


def _number(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else f"{value:,.{digits}f}"


def to_json(plan: Plan) -> dict[str, Any]:
    """Bytes, seconds and operations; what is not known is null."""
    count = lora_parameters(plan.shape, plan.settings.lora)
    return {
        "name": plan.settings.name,
        "gpus": {
            "count": plan.gpus.count,
            "bytes": plan.gpus.bytes,
            "name": plan.gpus.name,
            "assumed": plan.gpus.assumed,
            "peak_flops": plan.gpus.peak,
        },
        "parameters": {**parameters(plan.shape)._asdict(), "total": parameters(plan.shape).total, "lora": count},
        "samples": plan.samples,
        "tokens": {"mean": plan.mean.tokens, "longest": plan.longest.tokens, "all": _seen_tokens(plan)},
        "accumulation": plan.accumulation,
        "effective_batch": plan.settings.batch.effective,
        "steps": plan.steps,
        "flop": {**plan.work._asdict(), "model": plan.work.model, "total": plan.work.total},
        "bandwidth": plan.bandwidth,
        "fits": plan.fits,
        "spare": plan.spare,
        "chosen": _choice_json(plan, plan.chosen),
        "others": [_choice_json(plan, one) for one in plan.others],
        "remedies": [one.speed.model_dump() for one in plan.remedies],
    }


def _choice_json(plan: Plan, choice: Choice) -> dict[str, Any]:
    time = choice.time
    return {
        "speed": choice.speed.model_dump(),
        "memory": {"mean": _bytes(choice.mean), "longest": _bytes(choice.longest)},
        "fits_up_to_tokens": choice.fitting,
        "seconds": _known({**time._asdict(), "total": time.total}),
        "tokens_per_second": _known({"": _seen_tokens(plan) / time.total})[""],
    }


def _bytes(parts: Memory) -> dict[str, float]:
    return {**parts._asdict(), "total": parts.total}


def _known(values: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in values.items()}
