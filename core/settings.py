"""models.yaml and the environment, as typed settings. An unknown key is refused by name.

Settings are light: nothing here loads a model or opens a connection.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import SettingsError

HOME = Path(__file__).resolve().parent.parent


class Settings(BaseModel):
    """Base of every settings object: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _System(Settings):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)
    """Stable name in run folders and votes."""
    label: str = ""
    """What a person reads after the vote; the id where empty."""
    note: str = ""
    """One plain sentence shown beside the label, such as what the system cannot do."""
    max_new_tokens: int | None = Field(default=None, ge=1)
    """Upper bound on an answer, below what the length asks for."""

    @model_validator(mode="before")
    @classmethod
    def _label_defaults_to_id(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = cast(dict[str, Any], data)
        return given if given.get("label") else {**given, "label": given.get("id", "")}


class LocalSystem(_System):
    """A Qwen3-VL checkpoint on this machine, with or without a LoRA adapter."""

    kind: Literal["local"]
    model: str
    """Folder or hub id of the base. `untrained` is a tiny random model assembled on first use."""
    adapter: str | None = None
    """Folder or hub id of a LoRA adapter on that base. `untrained` goes with the base of that name."""
    revision: str | None = None
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """`auto` takes bfloat16 on a GPU and float32 on a CPU."""
    quantization: Literal["none", "8bit", "4bit"] = "none"
    """bitsandbytes weights; needs a CUDA GPU."""
    attention: Literal["auto", "sdpa", "eager", "flash_attention_2", "flash_attention_3"] = "auto"
    device_map: str = "auto"
    """`auto`, `cpu`, `cuda`, or a device such as `cuda:1`."""
    max_pixels: int = Field(default=576 * 28 * 28, ge=32 * 32)
    """Largest area of one photo in pixels as the model sees it; the paper's release trained at 451,584."""
    max_length: int = Field(default=8192, ge=256)
    """Tokens of prompt, photos and answer together; photos shrink until they fit and are never cut."""


class HostedSystem(_System):
    """A model behind an API that litellm speaks."""

    kind: Literal["hosted"]
    model: str
    """litellm's name, such as `hosted_vllm/Qwen/Qwen3-VL-235B-A22B-Instruct`."""
    api_base: str | None = None
    api_key_env: str | None = None
    """Name of the environment variable with the key; litellm's own for the provider where empty."""
    timeout: float = Field(default=60.0, gt=0)
    """Seconds without any new text after which the request is given up."""
    retries: int = Field(default=3, ge=0, le=10)
    """Further attempts after a failure that may pass: connection, 429, 5xx."""
    max_pixels: int = Field(default=576 * 28 * 28, ge=32 * 32)
    """Photos are shrunk to this area in pixels before they are sent."""
    provider: str = ""
    """Who receives the photos, for the consent line; from `model` or `api_base` where empty."""

    @property
    def receiver(self) -> str:
        """The name a visitor reads; never the model's."""
        if self.provider:
            return self.provider
        host = urlsplit(self.api_base).hostname if self.api_base else None
        if host in {"localhost", "127.0.0.1", "::1"}:
            return "a model server on this machine"
        return host or self.model.partition("/")[0]


class RecordedSystem(_System):
    """Transcripts of an imported run, replayed."""

    kind: Literal["recorded"]
    run: str
    """Run folder."""
    system: str | None = None
    """The system's id inside the run; the same as `id` where empty."""


SystemSettings = Annotated[LocalSystem | HostedSystem | RecordedSystem, Field(discriminator="kind")]


class JudgeSettings(Settings):
    """An AI judge, by litellm's name."""

    id: str
    model: str
    api_base: str | None = None


class Models(Settings):
    """models.yaml."""

    systems: tuple[SystemSettings, ...] = Field(min_length=1)
    compare: tuple[str, ...] = ()
    """Ids of two or more systems; a blind comparison draws two. All where empty."""
    judges: tuple[JudgeSettings, ...] = ()
    notice: str = ""
    """Shown above the photos: in plain words, what writes here. Names no system, since it is read before votes."""
    prompts: Mapping[str, str] = Field(default_factory=dict)
    """Further prompts: a name, and a text file with {words} where the length goes."""
    folder: Path = Field(default=HOME, exclude=True)
    """Where relative paths start: the folder of the file read."""

    @model_validator(mode="after")
    def _names_agree(self) -> "Models":
        ids = [system.id for system in self.systems]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"two systems are called {name!r}; an id must be unique")
        for name in self.compare:
            if name not in ids:
                raise ValueError(f"compare names {name!r}, which is no system; systems: {', '.join(ids)}")
        if len(self.compared) < 2 or len(set(self.compared)) != len(self.compared):
            raise ValueError("compare needs two or more different systems")
        return self

    @property
    def compared(self) -> tuple[str, ...]:
        return self.compare or tuple(system.id for system in self.systems)

    def system(self, system_id: str) -> "LocalSystem | HostedSystem | RecordedSystem":
        """Raises SettingsError for an unknown id."""
        for system in self.systems:
            if system.id == system_id:
                return system
        known = ", ".join(system.id for system in self.systems)
        raise SettingsError(f"no system is called {system_id!r}; models.yaml has: {known}")


def load_models(path: Path) -> Models:
    """Read models.yaml. Raises SettingsError with the file, the key and what was wanted."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no such file; give one with --models, or copy models.yaml from the project"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error})") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML ({' '.join(str(error).split())})") from None
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: a mapping with `systems` was wanted, found {type(data).__name__}")
    try:
        return Models.model_validate({**data, "folder": path.resolve().parent})
    except ValidationError as error:
        raise SettingsError(f"{path}: {first_fault(error)}") from None


def first_fault(error: ValidationError) -> str:
    """The first of a validation's faults in one line: where, what, and how many more there are."""
    faults = error.errors()
    fault = faults[0]
    where = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "unknown setting; check the spelling"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{where + ': ' if where else ''}{message}{more}"


class Environment(Settings):
    """What the operator sets outside the files. Keys of providers stay in the environment and are not read here."""

    data: Path = HOME / "data"
    """Database, secret, runs and the untrained model."""
    database_url: str | None = None
    """SQLAlchemy address; SQLite inside `data` where empty."""
    admin_token: str | None = None
    """Opens the operator's screens; without it they open from loopback only."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ, data: Path | None = None) -> "Environment":
        """`data` on the command line goes before SPORC_VIST_DATA."""
        folder = data or (Path(environ["SPORC_VIST_DATA"]) if environ.get("SPORC_VIST_DATA") else HOME / "data")
        return cls(
            data=folder.expanduser().resolve(),
            database_url=environ.get("DATABASE_URL") or None,
            admin_token=environ.get("ADMIN_TOKEN") or None,
        )
