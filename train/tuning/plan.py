"""What a run will need, before launch: memory by part, steps, hours, and which settings fit.

The figures follow from shapes by arithmetic that the command prints. Two are not arithmetic: the share of its peak that
a card reaches, which is assumed, and how fast ZeRO-3's gathers go, which is taken from the paper's own run.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.budget import visual_tokens
from core.errors import BadInput
from train.tuning import order
from train.tuning.flops import PAPER, Sample, Work, checkpointed_layers, peak_flops, work
from train.tuning.gpus import Gpus
from train.tuning.memory import Memory, base_bytes, memory
from train.tuning.settings import LoraSettings, SpeedSettings, TuneSettings
from train.tuning.shapes import KNOWN, Shape, lora_parameters, parameters

UTILISATION = {"peft": 0.40, "fused": 0.50}
"""Share of a card's peak that computation alone reaches. An assumption: others report 0.45 to 0.50 on H100s with fused
kernels, and peft's float32 updates cost about a fifth of the pass."""
PROMPT = 85
"""Tokens of a sample that are neither pictures nor answer."""
PICTURES = 5
SQUARE = (1024, 1024)
"""Pixels of a picture as the image generator makes it."""
NVLINK = 200e9
"""Bytes a second that gathers reach on cards all joined by NVLink; an assumption, two thirds of an A100's 300e9."""
PAPER_GB = 75
"""Peak memory of a device that the paper reports, in its section 5.1."""
PAPER_SECONDS = 40_138
"""Wall time of the paper's run, from the same place: 4,004 samples on eight A100s."""
_PAPER_GPUS, _PAPER_SAMPLES, _PAPER_BATCH, _PAPER_GATHERS = 8, 4004, 32, 3


class Time(NamedTuple):
    """Seconds of a run, and what they are made of. NaN where the card's peak is not known."""

    computing: float
    """One forward and backward pass of one device."""
    gathering: float
    """The same pass, waiting for weights that lie on other devices."""
    reducing: float
    """One optimiser step, waiting for the others' gradients."""
    passes: int
    """Of one device over the whole run."""
    steps: int

    @property
    def total(self) -> float:
        return self.passes * (self.computing + self.gathering) + self.steps * self.reducing

    @property
    def hours(self) -> float:
        return self.total / 3600


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to compute the same mathematics."""

    speed: SpeedSettings
    mean: Memory
    longest: Memory
    fitting: int | None
    """Tokens of the longest sample that fits; None where not even a short one does."""
    time: Time

    @property
    def name(self) -> str:
        """In the words of the configuration."""
        layers = f" {self.speed.checkpointed_layers}" if self.speed.checkpointed_layers else ""
        parts = (self.speed.parallel, f"{self.speed.checkpointing}{layers}", self.speed.logits, self.speed.lora)
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the plan command prints."""

    settings: TuneSettings
    shape: Shape
    gpus: Gpus
    samples: int
    mean: Sample
    longest: Sample
    accumulation: int
    steps: int
    work: Work
    chosen: Choice
    others: tuple[Choice, ...]
    """Other ways, from the plainest to the fastest."""
    bandwidth: float
    """Bytes a second of ZeRO-3's gathers."""

    @property
    def fits(self) -> bool:
        """Whether a sample of the largest allowed length fits."""
        return self.chosen.longest.total <= self.gpus.bytes

    @property
    def spare(self) -> float:
        """Bytes left beside the longest sample; below 0 what is missing."""
        return self.gpus.bytes - self.chosen.longest.total

    @property
    def remedies(self) -> tuple[Choice, ...]:
        """Other ways that do fit, the quickest first."""
        fit = [one for one in self.others if one.longest.total <= self.gpus.bytes]
        return tuple(sorted(fit, key=lambda one: (math.isnan(one.time.total), one.time.total)))


def make(
    settings: TuneSettings,
    shape: Shape,
    gpus: Gpus,
    *,
    samples: int,
    tokens: int = PAPER.tokens,
    longest: int | None = None,
    bandwidth: float | None = None,
) -> Plan:
    """`tokens` is a sample's mean and `longest` the most one has, `max_length` where nothing is said.

    Raises BadInput where the batch cannot be split over the cards, or the tokens leave no answer.
    """
    most = min(longest or settings.data.max_length, settings.data.max_length)
    mean, largest = _sample(tokens, settings, "--tokens"), _sample(max(most, tokens), settings, "--longest")
    passes = order.accumulation(settings.batch, gpus.count)
    asked = _Asked(settings, shape, gpus, samples, mean, largest, bandwidth or paper_bandwidth())
    return Plan(
        settings=settings,
        shape=shape,
        gpus=gpus,
        samples=samples,
        mean=mean,
        longest=largest,
        accumulation=passes,
        steps=order.steps(samples, settings),
        work=_work(settings, shape, mean),
        chosen=_choice(asked, _as_run(settings.speed, gpus)),
        others=tuple(_choice(asked, speed) for speed in _ways(asked) if speed != _as_run(settings.speed, gpus)),
        bandwidth=asked.bandwidth,
    )


class _Asked(NamedTuple):
    settings: TuneSettings
    shape: Shape
    gpus: Gpus
    samples: int
    mean: Sample
    longest: Sample
    bandwidth: float


def _sample(tokens: int, settings: TuneSettings, option: str) -> Sample:
    """A sample of `tokens` in all, with the usual prompt and pictures, fewer where a sample is so short; the answer is
    what is left."""
    seen = visual_tokens(SQUARE, settings.data.max_pixels)
    pictures = min(PICTURES, (tokens - PROMPT - 1) // seen)
    if pictures < 1:
        least = seen + PROMPT + 1
        raise BadInput(
            f"{option} {tokens}: one picture and the prompt take {least - 1} tokens alone; "
            f"give {least} or more, or lower data.max_pixels"
        )
    return Sample(tokens, tokens - pictures * seen - PROMPT, pictures, (seen - 2) * 4)


def _work(settings: TuneSettings, shape: Shape, sample: Sample) -> Work:
    return work(
        shape,
        sample,
        settings.lora,
        checkpointed_layers(settings, shape),
        answer_only=settings.speed.logits == "answer",
    )


def _with(settings: TuneSettings, speed: SpeedSettings) -> TuneSettings:
    return settings.model_copy(update={"speed": speed})


def _choice(asked: _Asked, speed: SpeedSettings) -> Choice:
    settings = _with(asked.settings, speed)
    return Choice(
        speed=speed,
        mean=memory(settings, asked.shape, asked.gpus.count, asked.mean),
        longest=memory(settings, asked.shape, asked.gpus.count, asked.longest),
        fitting=_longest_that_fits(asked, settings),
        time=duration(settings, asked.shape, asked.gpus, asked.samples, asked.mean, asked.bandwidth),
    )


def _longest_that_fits(asked: _Asked, settings: TuneSettings) -> int | None:
    """Found by halving: memory grows with the tokens. At most `max_length`."""
    low = asked.mean.tokens - asked.mean.answer + 1
    high = settings.data.max_length

    def fits(tokens: int) -> bool:
        sample = _sample(tokens, settings, "--tokens")
        return memory(settings, asked.shape, asked.gpus.count, sample).total <= asked.gpus.bytes

    if high < low or not fits(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _ways(asked: _Asked) -> Iterator[SpeedSettings]:
    """From Table 3 on, one change after the other; checkpointing only as much as the longest sample needs."""
    plain = asked.settings.speed.model_copy(
        update={"checkpointing": "full", "checkpointed_layers": None, "logits": "all", "lora": "peft"}
    )
    for parallel in ("zero3", "ddp") if asked.gpus.count > 1 else ("ddp",):
        spread = plain.model_copy(update={"parallel": parallel})
        yield spread
        yield (answer := spread.model_copy(update={"logits": "answer"}))
        yield (fused := answer.model_copy(update={"lora": "fused"}))
        if (fewest := _fewest_checkpointed(asked, fused)) is not None:
            yield fewest


def _as_run(speed: SpeedSettings, gpus: Gpus) -> SpeedSettings:
    """One device alone spreads nothing."""
    return speed if gpus.count > 1 else speed.model_copy(update={"parallel": "ddp"})


def _fewest_checkpointed(asked: _Asked, speed: SpeedSettings) -> SpeedSettings | None:
    """The fewest recomputing layers with which the longest sample fits; None where that is all or not enough."""
    for layers in range(asked.shape.layers):
        partly = {"checkpointing": "partial", "checkpointed_layers": layers}
        tried = speed.model_copy(update=partly if layers else {"checkpointing": "none", "checkpointed_layers": None})
        needed = memory(_with(asked.settings, tried), asked.shape, asked.gpus.count, asked.longest)
        if needed.total <= asked.gpus.bytes:
            return tried
    return None


def duration(settings: TuneSettings, shape: Shape, gpus: Gpus, samples: int, sample: Sample, bandwidth: float) -> Time:
    """Passes of computing and gathering one after the other, as in the paper's run; overlap makes it less."""
    done = _work(settings, shape, sample).total * settings.batch.per_device
    peak = gpus.peak or math.nan
    return Time(
        computing=done / (peak * UTILISATION[settings.speed.lora]),
        gathering=gathers(settings, shape, gpus.count) * base_bytes(settings, shape) * _others(gpus.count) / bandwidth
        if settings.speed.parallel == "zero3"
        else 0.0,
        reducing=2 * 4 * lora_parameters(shape, settings.lora) * _others(gpus.count) / bandwidth,
        passes=_passes(settings, samples, gpus.count),
        steps=order.steps(samples, settings),
    )


def _others(devices: int) -> float:
    """Share of the weights that lies elsewhere."""
    return (devices - 1) / devices


def _passes(settings: TuneSettings, samples: int, devices: int) -> int:
    seen = order.steps(samples, settings) * settings.batch.effective
    if settings.optim.max_steps is None:
        seen = math.ceil(samples * settings.optim.epochs)
    return math.ceil(seen / (settings.batch.per_device * devices))


def gathers(settings: TuneSettings, shape: Shape, devices: int) -> float:
    """How often a pass gathers the base: forward, backward, and before it once more for what is recomputed."""
    if devices == 1:
        return 0.0
    return 2 + checkpointed_layers(settings, shape) / shape.layers


def paper_bandwidth() -> float:
    """Bytes a second at which the paper's run moved weights, if all that its computing leaves over was moving them.

    About 2.4e9, a hundredth of what NVLink carries: whatever held it up grew with the number of gathers.
    """
    shape, lora = KNOWN["Qwen3-VL-32B"], LoraSettings.model_validate({})
    passes, steps = math.ceil(_PAPER_SAMPLES / _PAPER_GPUS), math.ceil(_PAPER_SAMPLES / _PAPER_BATCH)
    done = work(shape, PAPER, lora, shape.layers, answer_only=False).total
    computing = done / ((peak_flops("A100") or math.nan) * UTILISATION["peft"])
    gathered = passes * _PAPER_GATHERS * 2 * parameters(shape).total * _others(_PAPER_GPUS)
    reduced = steps * 2 * 4 * lora_parameters(shape, lora) * _others(_PAPER_GPUS)
    return (gathered + reduced) / (PAPER_SECONDS - passes * computing)
