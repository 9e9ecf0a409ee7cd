"""LoRA adapters on one shared base: checked, loaded beside each other, and chosen row by row.

peft's own switches (`set_adapter`, `disable_adapter`) change the model for everyone and leave hooks behind when
something fails inside. Here one permanent hook a layer tells peft which adapter each row wants; nothing is switched.
"""

import json
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from core.writers.local.faults import CheckpointError

BASE = "__base__"
"""peft's name for a row without an adapter."""
_PREFIX = "base_model.model."


class RowAdapters:
    """The adapters on one model, by name."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._peft: Any = None
        self._loaded: set[str] = set()
        self._hooked: set[int] = set()
        self._names: Sequence[str] | None = None
        self.step: Any = None
        """What `lean` has made of the model with these adapters; None where it has not looked yet."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the adapters loaded."""
        return tuple(sorted(self._loaded))

    def add(self, name: str, folder: Path) -> None:
        """Load the adapter in `folder` under `name`, once. Raises CheckpointError, before anything is changed, for one
        that does not belong on this base or cannot share it."""
        from peft import PeftModel

        if name in self._loaded:
            return
        check(self._model, folder)
        if self._peft is None:
            with quiet_peft():
                self._peft = cast(Any, PeftModel).from_pretrained(
                    self._model, str(folder), adapter_name=name, autocast_adapter_dtype=False
                )
        else:
            self._peft.load_adapter(str(folder), adapter_name=name, autocast_adapter_dtype=False)
        self._model.eval()
        self._hook()
        self._loaded.add(name)
        self.step = None

    def _hook(self) -> None:
        from peft.tuners.lora import LoraLayer

        for module in self._model.modules():
            if isinstance(module, LoraLayer) and id(module) not in self._hooked:
                cast(Any, module).register_forward_pre_hook(self._choose, with_kwargs=True)
                self._hooked.add(id(module))

    def _choose(self, _module: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        if self._names is None:
            raise RuntimeError("a model with adapters was run without saying which rows want which")
        return args, {**kwargs, "adapter_names": self._names}

    @contextmanager
    def rows(self, names: Sequence[str]) -> Generator[None]:
        """Inside, row i of a batch runs with the adapter `names[i]`, or with `BASE`."""
        self._names = names
        try:
            yield
        finally:
            self._names = None


@contextmanager
def quiet_peft() -> Generator[None]:
    """Wrapping a model makes peft ask transformers for something by its old name, which warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        yield


def check(model: Any, folder: Path) -> None:
    """Raise CheckpointError unless the adapter is a plain LoRA and its every matrix fits a layer of this model."""
    config = _config(folder)
    if config.get("peft_type") != "LORA":
        raise _refused(folder, f"its peft_type is {config.get('peft_type')!r}; a LORA adapter was wanted")
    for option in ("use_dora", "modules_to_save", "trainable_token_indices", "lora_bias", "target_parameters"):
        if config.get(option):
            raise _refused(
                folder, f"it uses {option}, which cannot share a base; merge it and name the merged model instead"
            )
    layers = dict(model.named_modules())
    shapes = _shapes(folder)
    if not shapes:
        raise _refused(folder, "it holds no LoRA matrices")
    for key, shape in shapes.items():
        _check_matrix(folder, layers, key, shape)


def _check_matrix(folder: Path, layers: dict[str, Any], key: str, shape: list[int]) -> None:
    target, _, side = key.removeprefix(_PREFIX).rpartition(".lora_")
    if ".visual." in f".{target}":
        raise _refused(
            folder, f"{key} changes the vision tower, which all systems share; merge it into a model instead"
        )
    layer: Any = layers.get(target)
    layer = getattr(layer, "base_layer", layer)  # another adapter may be there already
    if layer is None or not hasattr(layer, "in_features"):
        raise _refused(folder, f"{key} fits no layer of this base; it was trained on another")
    wanted: int = layer.in_features if side.startswith("A") else layer.out_features
    found = shape[-1] if side.startswith("A") else shape[0]
    if found != wanted:
        raise _refused(folder, f"{key} has size {found} where this base has {wanted}; it was trained on another base")


def _config(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _refused(folder, f"no readable adapter_config.json ({error})") from None


def _shapes(folder: Path) -> dict[str, list[int]]:
    from safetensors import safe_open

    path = folder / "adapter_model.safetensors"
    try:
        opened: Any = safe_open(path, "pt")
        with opened as weights:
            return {key: list(weights.get_slice(key).get_shape()) for key in weights.keys()}  # noqa: SIM118 (no dict)
    except Exception as error:
        raise _refused(folder, f"adapter_model.safetensors cannot be read ({error})") from error


def _refused(folder: Path, why: str) -> CheckpointError:
    return CheckpointError("The adapter does not fit its base.", f"{folder}: {why}")
