"""Fine-tuning in one run: the plain way of the paper's Table 3 on one process, and each faster setting against it.

`python -m bench.train [--shape tiny|miniature|2b|4b|8b|32b] [--compile] [--out FOLDER]`. Without `--shape` it takes the
miniature where models/miniature is there, else a tiny random model. Published sizes need CUDA and are made on the card
with random weights; nothing is downloaded.

First each setting's loss and LoRA gradients, without dropout, are held against the plain setting's. Then passes of one
sample are timed, forward and backward with dropout, a step of AdamW every four. `of limit` is the least time for the
mathematics (recomputation does not count) at the speed of a measured matrix product, over the real time. Last, the
plain and the fastest setting train from the same start on the same samples, and their losses stand beside each other.
On a CPU one thread computes, and its processor time counts. NEFTune is off throughout. Samples are random pictures and
words, so what is learnt here means nothing.
"""

import argparse
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import _limits, _models
from bench._report import Figures, attempt, setting, table
from core.writers.local.faults import is_memory
from train.tuning.settings import LoraSettings, SpeedSettings
from train.tuning.shapes import Shape

PLAIN, LESS = "plain", "answer"
DROPOUT = 0.05
PASSES = 4
"""Of one sample each, in a step."""
SAMPLES = 8
ALLOWED = {"float32": 1e-4, "bfloat16": 0.05}
"""Relative distance of all LoRA gradients from the plain ones; in bfloat16 two orders of sums are that far apart."""
COLUMNS = (
    ("variant", "setting", "s"),
    ("tokens_a_second", "tokens/s", ",.0f"),
    ("ratio", "ratio", ".2f"),
    ("of_limit", "of limit", ".1%"),
    ("pass_ms", "ms a pass", ",.1f"),
    ("peak_gb", "peak GB", ".1f"),
    ("loss_off", "loss off", ".1e"),
    ("gradient_off", "gradients off", ".1e"),
)


@dataclass(frozen=True, slots=True)
class Task:
    """A base and samples to fine-tune it on."""

    base: Any
    shape: Shape
    samples: list[dict[str, Any]]
    """Inputs of one pass each, with `labels`."""
    device: str
    limits: _limits.Limits
    steps: int
    """Steps that are timed."""

    @property
    def tokens(self) -> int:
        """Of one sample; all are of one length."""
        return self.samples[0]["input_ids"].shape[1]

    def least(self) -> float:
        """Seconds a pass must take."""
        from train.tuning.flops import Sample, work

        grid = self.samples[0]["image_grid_thw"]
        sample = Sample(self.tokens, answer(self), len(grid), int(grid[0].prod()))
        return work(self.shape, sample, LoraSettings()).model / self.limits.product_flops


def answer(task: Task) -> int:
    return int((task.samples[0]["labels"] >= 0).sum())


def variants(layers: int, *, compiled: bool) -> dict[str, SpeedSettings]:
    """The most telling first: a lent card may be taken away."""
    some = max(1, layers * 5 // 16)  # 20 of 64
    partial_, answers = {"checkpointing": "partial", "checkpointed_layers": some}, {"logits": "answer"}
    none, fused = {"checkpointing": "none"}, {"lora": "fused", "parallel": "ddp"}
    options: dict[str, dict[str, Any]] = {
        PLAIN: {},
        "fused, partial, answer": fused | partial_ | answers,
        "fused, none, answer": fused | none | answers,
        "fused, full, answer": fused | answers,
        "partial, answer": partial_ | answers,
        "none, answer": none | answers,
        LESS: answers,
    }
    if compiled:
        options["compiled, partial, answer"] = partial_ | answers | {"compile": True}
        options["compiled, fused, partial, answer"] = fused | partial_ | answers | {"compile": True}
    return {name: SpeedSettings.model_validate(given) for name, given in options.items()}


@contextmanager
def tuned(task: Task, speed: SpeedSettings) -> Generator[Any]:
    """The base under a fresh adapter, set up for speed; afterwards the base is as it was."""
    import torch
    from peft import LoraConfig, get_peft_model

    from core.writers.local.adapters import quiet_peft
    from train.tuning import speed as settings

    torch.manual_seed(1)
    lora = LoraSettings()
    config = LoraConfig(
        r=lora.rank, lora_alpha=lora.alpha, lora_dropout=DROPOUT, target_modules=lora.pattern(), init_lora_weights=True
    )
    with quiet_peft():
        model: Any = get_peft_model(task.base, config)
    try:
        for name, weight in model.named_parameters():
            if "lora_B" in name:  # nought at the start, which would leave A without a gradient
                weight.data.normal_(0, 0.01)
        settings.apply(model, speed)
        yield model.train()
    finally:
        _restore(model.unload(), task)


def _restore(base: Any, task: Task) -> None:
    for module in base.modules():
        if hasattr(module, "gradient_checkpointing"):
            module.gradient_checkpointing = False
        module._compiled_call_impl = None
    _limits.free(task.device)


def loss_of(model: Any, task: Task, sample: dict[str, Any], logits: Any, weight: float = 1.0) -> Any:
    from train.tuning.loss import weighted_loss

    inputs = {name: value for name, value in sample.items() if name != "labels"}
    with autocast(task):
        return weighted_loss(model, inputs, sample["labels"], [weight], logits)


def autocast(task: Task) -> AbstractContextManager[Any]:
    """As the Trainer runs a bfloat16 base."""
    import torch

    return torch.autocast("cuda", dtype=torch.bfloat16) if task.device == "cuda" else nullcontext()


def gradients(task: Task, speed: SpeedSettings) -> tuple[float, list[Any]]:
    """Loss of the first sample without dropout, and the gradient of each LoRA matrix, on the CPU."""
    import torch

    with tuned(task, speed) as model:
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        loss = loss_of(model, task, task.samples[0], speed.logits)
        loss.backward()
        return float(loss.detach()), [weight.grad.cpu() for weight in model.parameters() if weight.requires_grad]


def measure(task: Task, speed: SpeedSettings, wanted: tuple[float, list[Any]]) -> Figures:
    """Check, then time. Raises AssertionError where loss or gradients are not the plain setting's."""
    loss, own = gradients(task, speed)
    off = distance(own, wanted[1])
    loss_off = abs(loss - wanted[0]) / wanted[0]
    allowed = ALLOWED["bfloat16" if task.device == "cuda" else "float32"]
    if not (off <= allowed and loss_off <= allowed):
        raise AssertionError(f"loss {loss_off:.1e} and gradients {off:.1e} off the plain setting's")
    with tuned(task, speed) as model:
        step = stepper(model, task, speed)
        step()  # to warm up
        _limits.wait(task.device)
        # The fastest step counts: a shared processor is now and then somebody else's.
        seconds = min(_limits.seconds(step, task.device) for _ in range(task.steps)) / PASSES
        peak = _limits.peak_gigabytes(task.device)
    return {
        "tokens_a_second": task.tokens / seconds,
        "of_limit": task.least() / seconds,
        "pass_ms": seconds * 1000,
        "peak_gb": peak,
        "loss_off": loss_off,
        "gradient_off": off,
    }


def distance(ours: Sequence[Any], theirs: Sequence[Any]) -> float:
    """Of all numbers together, relative to their length."""
    apart = sum(float((our.double() - their.double()).square().sum()) for our, their in zip(ours, theirs, strict=True))
    return (apart / sum(float(their.double().square().sum()) for their in theirs)) ** 0.5


def stepper(model: Any, task: Task, speed: SpeedSettings, rate: float = 1e-3) -> Any:
    """A function that makes one step of `PASSES` samples and returns its loss as a tensor."""
    import torch

    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=rate)
    count = 0

    def step() -> Any:
        nonlocal count
        total: Any = 0.0
        for _ in range(PASSES):
            loss = loss_of(model, task, task.samples[count % len(task.samples)], speed.logits, 1 / PASSES)
            loss.backward()
            total, count = total + loss.detach(), count + 1
        torch.nn.utils.clip_grad_norm_(weights, 0.3)
        optimiser.step()
        optimiser.zero_grad()
        return total

    return step


def curve(task: Task, speed: SpeedSettings, steps: int) -> list[float]:
    """Losses of the steps, in nats a token."""
    import torch

    with tuned(task, speed) as model:
        torch.manual_seed(3)
        step = stepper(model, task, speed)
        return torch.stack([step() for _ in range(steps)]).tolist()


def run(task: Task, *, compiled: bool) -> tuple[list[Figures], str, str]:
    """The figures of all settings, what they are held against, and which was the fastest."""
    settings = variants(task.shape.layers, compiled=compiled)
    against, wanted = reference(task, settings)
    all_figures = [attempt(name, partial(measure, task, speed, wanted)) for name, speed in settings.items()]
    speeds = {one["variant"]: one.get("tokens_a_second", float("nan")) for one in all_figures}
    rated = [one | {"ratio": speeds[one["variant"]] / speeds[against]} for one in all_figures]
    fastest = max(all_figures, key=lambda one: one.get("tokens_a_second", 0.0))["variant"]
    return rated, against, fastest


def reference(task: Task, settings: dict[str, SpeedSettings]) -> tuple[str, tuple[float, list[Any]]]:
    """What all are held against: the plain setting, or, on a card without room for its logits, with fewer of them."""
    for name in (PLAIN, LESS):
        try:
            return name, gradients(task, settings[name])
        except Exception as error:
            if not is_memory(error) or name == LESS:
                raise
            print(f"{PLAIN} does not fit in memory; `{LESS}` stands in for it", flush=True)
        _limits.free(task.device)
    raise AssertionError("one of the two returns or raises")


def plot(curves: dict[str, list[float]], height: int = 10) -> str:
    """The curves in characters, one letter each; `*` where they meet."""
    values = [value for losses in curves.values() for value in losses]
    low, high = min(values), max(values)
    rows = [[" "] * max(map(len, curves.values())) for _ in range(height)]
    for mark, losses in zip("abcdef", curves.values(), strict=False):
        for at, loss in enumerate(losses):
            row = round((high - loss) / ((high - low) or 1.0) * (height - 1))
            rows[row][at] = "*" if rows[row][at] != " " else mark
    lines = ["".join(row).rstrip() for row in rows]
    names = ", ".join(f"{mark} {name}" for mark, name in zip("abcdef", curves, strict=False))
    return "\n".join(
        [f"{high:8.4f} {lines[0]}", *(f"{'':8} {line}" for line in lines[1:-1]), f"{low:8.4f} {lines[-1]}", names]
    )


def svg(curves: dict[str, list[float]]) -> str:
    """The curves in one picture; step across, loss in nats a token upward."""
    wide, high, left, top = 720, 360, 64, 40
    values = [value for losses in curves.values() for value in losses]
    low, most = min(values), max(values)

    def point(step: int, loss: float, count: int) -> str:
        across = left + (wide - left - 20) * step / max(1, count - 1)
        return f"{across:.1f},{top + (high - top - 50) * (most - loss) / ((most - low) or 1.0):.1f}"

    lines: list[str] = []
    for place, (name, losses) in enumerate(curves.items()):
        colour, dash = (("#1d4ed8", ""), ("#c2410c", ' stroke-dasharray="6 4"'))[place % 2]
        points = " ".join(point(step, loss, len(losses)) for step, loss in enumerate(losses))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        lines.append(f'<text x="{left + 260 * place}" y="24" fill="{colour}">{name}</text>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
            'font-family="sans-serif" font-size="13">',
            f'<rect width="{wide}" height="{high}" fill="white"/>',
            f'<text x="4" y="{top + 5}">{most:.3f}</text><text x="4" y="{high - 50}">{low:.3f}</text>',
            f'<text x="{wide / 2}" y="{high - 14}" text-anchor="middle">step (loss in nats a token)</text>',
            *lines,
            "</svg>",
            "",
        ]
    )


def made_samples(shape: Shape, dtype: Any, device: str, *, large: bool) -> list[dict[str, Any]]:
    """`SAMPLES` of one length: as long as the paper's mean, 3,610 tokens with 1,300 to be learnt, or small."""
    import torch

    words, learnt, side = (95 + 1300, 1300, _models.SIDE) if large else (150, 100, 6)
    made: list[dict[str, Any]] = []
    for number in range(SAMPLES):
        sample = _models.random_story(shape, dtype, words, side, seed=number)
        labels = torch.full_like(sample["input_ids"], -100)
        labels[:, -learnt:] = sample["input_ids"][:, -learnt:]
        sample |= {"labels": labels, "attention_mask": torch.ones_like(labels)}
        made.append({name: value.to(device) for name, value in sample.items()})
    return made


def main() -> int:
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=["tiny", "miniature", *_models.SIZES], default=None)
    parser.add_argument("--steps", type=int, default=6, metavar="N", help="steps of each setting that are timed")
    parser.add_argument("--curve", type=int, default=40, metavar="N", help="steps of the two loss curves; 0 for none")
    parser.add_argument("--compile", action="store_true", help="measure torch.compile too (on CUDA it always is)")
    parser.add_argument("--out", type=Path, default=None, metavar="FOLDER", help="where the curves are drawn")
    given = parser.parse_args()
    shape_name = _models.chosen(given.shape)
    large = shape_name in _models.SIZES
    device = "cuda" if large and torch.cuda.is_available() else "cpu"
    if large and device == "cpu":
        print(
            f"bench.train: --shape {shape_name} needs a CUDA GPU and there is none; use tiny or miniature",
            file=sys.stderr,
        )
        return 2
    dtype = torch.bfloat16 if large else torch.float32
    with tempfile.TemporaryDirectory() as folder:
        base, shape = _models.bare(shape_name, Path(folder), device, dtype)
        _limits.one_thread(device)
        limits = _limits.measure(device, dtype)
        task = Task(base, shape, made_samples(shape, dtype, device, large=large), device, limits, given.steps)
        print(f"{setting()}; {shape_name}, {task.tokens} tokens a sample, {answer(task)} learnt, {dtype}")
        print(limits.line(), flush=True)
        all_figures, against, fastest = run(task, compiled=given.compile or device == "cuda")
        print(table(COLUMNS, all_figures))
        if given.curve:
            show(task, against, fastest, given)
    return 1 if any("failed" in one and "memory" not in one["failed"] for one in all_figures) else 0


def show(task: Task, against: str, fastest: str, given: argparse.Namespace) -> None:
    """The two loss curves, as numbers and drawn. Dropout draws other masks, so they agree within its noise."""
    settings = variants(task.shape.layers, compiled=True)
    curves = {name: curve(task, settings[name], given.curve) for name in dict.fromkeys((against, fastest))}
    for name, losses in curves.items():
        print(f"{name}: " + " ".join(f"{loss:.4f}" for loss in losses[:: max(1, len(losses) // 10)]))
    print(plot(curves))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "curves.svg").write_text(svg(curves), encoding="utf-8")
        print(f"drawn in {given.out / 'curves.svg'}")


if __name__ == "__main__":
    sys.exit(main())
