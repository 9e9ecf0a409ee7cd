"""Settings and machine -> transformers' TrainingArguments and DeepSpeed's configuration."""

import logging
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import BadInput
from train.tuning.order import accumulation
from train.tuning.settings import TuneSettings


class World(NamedTuple):
    """The processes of this run, as torchrun or accelerate started them."""

    rank: int
    local_rank: int
    processes: int

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "World":
        """One process where nothing was said."""
        return cls(
            int(environ.get("RANK", 0)), int(environ.get("LOCAL_RANK", 0)), max(1, int(environ.get("WORLD_SIZE", 1)))
        )


class Machine(NamedTuple):
    """What a run computes on."""

    device: str
    """`cuda:<n>` or `cpu`."""
    dtype: str
    """Of the base; a run on CPU is in float32, where bfloat16 is many times slower."""
    parallel: str
    """`one`, `ddp`, `zero2` or `zero3`."""


def machine(settings: TuneSettings, world: World) -> Machine:
    """One process needs no parallelism; the settings say which one several use. Raises BadInput where it cannot."""
    import torch

    parallel = settings.speed.parallel if world.processes > 1 else "one"
    if parallel == "zero3" and settings.speed.lora == "fused":
        raise BadInput(
            "speed: lora: fused does not go with parallel: zero3, which gathers a matrix when its own module runs; "
            "use lora: peft, or parallel: ddp or zero2"
        )
    if not torch.cuda.is_available():
        os.environ.setdefault("DS_ACCELERATOR", "cpu")  # DeepSpeed would look for a card, and say so
        return Machine("cpu", "float32", parallel)
    torch.cuda.set_device(world.local_rank)
    return Machine(f"cuda:{world.local_rank}", settings.dtype, parallel)


def deepspeed(settings: TuneSettings, world: World, bfloat16: bool) -> dict[str, Any]:
    """ZeRO (Rajbhandari et al. 2020): stage 3 shards weights, gradients and
    optimiser; stage 2 leaves the weights whole.

    The optimiser is torch's own AdamW, so that every way to run computes the same update; its masters are float32.
    """
    stage = {"zero2": 2, "zero3": 3}[settings.speed.parallel]
    zero: dict[str, Any] = {
        "stage": stage,
        "overlap_comm": True,
        "contiguous_gradients": True,
        "reduce_bucket_size": "auto",
    }
    if stage == 3:
        zero |= {
            "stage3_prefetch_bucket_size": "auto",
            "stage3_param_persistence_threshold": "auto",
            "stage3_gather_16bit_weights_on_model_save": True,
        }
    return {
        "zero_optimization": zero,
        "bf16": {"enabled": bfloat16},
        "train_micro_batch_size_per_gpu": settings.batch.per_device,
        "gradient_accumulation_steps": accumulation(settings.batch, world.processes),
        "gradient_clipping": settings.optim.max_grad_norm,
        "zero_allow_untested_optimizer": True,
        "zero_force_ds_cpu_optimizer": False,
        "steps_per_print": 2**31 - 1,
        "wall_clock_breakdown": False,
    }


def _join_on_cpu() -> None:
    """Before transformers asks: it would take each process for a world of its own."""
    import deepspeed
    from deepspeed import ops

    # Else it compiles a faster way to share memory, which takes two minutes and a compiler; gloo's own way will do.
    ops.__compatible_ops__["deepspeed_shm_comm"] = False
    deepspeed.init_distributed(dist_backend="gloo", verbose=False)


def training_arguments(settings: TuneSettings, world: World, on: Machine, folder: Path, steps: int) -> Any:
    """For transformers' Trainer. Joins the other processes, so that all of them have to call it."""
    from transformers import TrainingArguments

    zero = on.parallel in ("zero2", "zero3")
    # It warns that its own count of passes differs from DeepSpeed's; the Trainer uses neither.
    logging.getLogger("accelerate.accelerator").setLevel(logging.ERROR)
    cpu = on.device == "cpu"
    if zero and cpu:
        _join_on_cpu()
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=settings.batch.per_device,
        gradient_accumulation_steps=accumulation(settings.batch, world.processes),
        max_steps=steps,
        learning_rate=settings.optim.learning_rate,
        lr_scheduler_type=settings.optim.schedule if settings.optim.schedule != "constant" else "constant_with_warmup",
        warmup_steps=math.ceil(steps * settings.optim.warmup_ratio),
        weight_decay=settings.optim.weight_decay,
        max_grad_norm=settings.optim.max_grad_norm,
        neftune_noise_alpha=settings.optim.neftune_alpha or None,
        optim="adamw_torch",
        seed=settings.seed,
        bf16=not cpu and on.dtype == "bfloat16",
        use_cpu=cpu,
        ddp_backend="gloo" if cpu and world.processes > 1 else None,
        ddp_find_unused_parameters=False,
        deepspeed=deepspeed(settings, world, on.dtype == "bfloat16") if zero else None,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=settings.save.every_steps,
        disable_tqdm=True,
        report_to="none",
        remove_unused_columns=False,
        label_names=["labels"],
    )
    if world.processes == 1:
        arguments._n_gpu = min(arguments.n_gpu, 1)  # else the Trainer spreads each pass over all cards it sees
    return arguments
