"""What the Train tab does: configurations to choose from, data and plan looked at before, runs started."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.jobs import kinds
from app.jobs.desk import Job, Jobs
from app.jobs.questions import Answer, Questions
from core.errors import BadInput, SettingsError
from core.settings import HOME
from train.tuning import settings as tuning
from train.tuning.settings import TuneSettings

CONFIG = "job.yaml"
"""The run's own copy of its configuration: it resumes with what it began with, whatever becomes of the original."""


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked for, as typed."""

    config: str
    """Path of a configuration."""
    data: str = ""
    name: str = ""
    gpus: str = ""
    """Cards the plan is for; none where empty."""
    steps: str = ""
    """At most so many, in place of the configuration's epochs."""
    processes: str = "1"


@dataclass(frozen=True, slots=True)
class Asked:
    """A look at data and plan, under way or done. The plan comes second: it takes its counts from the data."""

    form: Form
    check_id: str = ""
    """Empty where no data was given: then only the plan is made."""
    check: Answer | None = None
    plan_id: str = ""
    plan: Answer | None = None
    is_rough: bool = False
    """Whether the plan is for samples of the usual length, since it knows none as short as these."""

    @property
    def is_counted(self) -> bool:
        """Whether the data has been looked at, or there is none to look at."""
        return self.check is not None or not self.check_id

    @property
    def is_done(self) -> bool:
        return self.is_counted and (self.plan is not None or not self.plan_id)

    @property
    def data_is_sound(self) -> bool:
        return self.check is not None and self.check.exit_code == 0

    @property
    def fits(self) -> bool | None:
        """None where no cards were given or the plan could not be made."""
        return None if self.plan is None or self.plan.said is None else bool(self.plan.said.get("fits"))


def configurations() -> list[tuple[str, str]]:
    """Name and path of every configuration that ships, the paper's first."""
    files = sorted(tuning.CONFIGS.glob("*.yaml"), key=lambda file: (file.stem != "qwen3-vl-32b", file.stem))
    return [(file.stem, str(file)) for file in files]


def about(config: str) -> str:
    """The comment at the head of the file; empty where there is none or no file."""
    try:
        lines = Path(config).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    head = [line.lstrip("# ").rstrip() for line in lines[: _first_setting(lines)]]
    return " ".join(line for line in head if line)


def _first_setting(lines: list[str]) -> int:
    return next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))


def defaults(config: str, jobs: Jobs, now: datetime) -> Form:
    """What the form begins with for this configuration. Raises SettingsError where it cannot be read."""
    found = read(config)
    data = HOME / found.data.train if found.data.train else None
    here = cards_here()
    return Form(
        config=config,
        data=str(data.relative_to(HOME) if data.is_relative_to(HOME) else data) if data and data.is_file() else "",
        name=_free_name(found.name, jobs, now),
        gpus=here.text or f"{found.batch.devices}x80GB",
        processes=str(max(1, min(here.count, found.batch.devices))),
    )


def _free_name(stem: str, jobs: Jobs, now: datetime) -> str:
    """The configuration's name and the day, numbered where that is taken."""
    taken = {job.name for job in jobs.all(kinds.FINETUNE)}
    first = f"{stem}-{now:%m%d}"
    others = (f"{first}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (first, *others) if name not in taken)


def read(config: str) -> TuneSettings:
    """Raises SettingsError with the file, the key and what was wanted."""
    if not config.strip():
        raise SettingsError("choose a configuration, or give the path of one")
    return tuning.load((HOME / Path(config.strip()).expanduser()).resolve())


def configured(form: Form) -> bytes:
    """The configuration as the run gets it: the file as it stands, or with `steps` put in.

    Raises SettingsError for one that cannot be read, BadInput for steps that are no number.
    """
    read(form.config)
    data = (HOME / Path(form.config.strip()).expanduser()).read_bytes()
    if not form.steps.strip():
        return data
    try:
        steps = int(kinds.a_count(form.steps))
    except BadInput as error:
        raise BadInput(f"Steps at most: {error}") from None
    changed: dict[str, Any] = yaml.safe_load(data)
    changed["optim"] = {**(changed.get("optim") or {}), "max_steps": steps}
    head = f"# {Path(form.config).name} with optim.max_steps {steps}, as asked for on the page.\n"
    return (head + yaml.safe_dump(changed, sort_keys=False, allow_unicode=True)).encode()


def data_of(form: Form) -> str:
    """The training data. Raises BadInput where it is not there."""
    if not form.data.strip():
        raise BadInput("Training data: give the path of the samples on this server.")
    try:
        return kinds.a_file(form.data)
    except BadInput as error:
        raise BadInput(f"Training data: {error}") from None


def ask(questions: Questions, jobs: Jobs, form: Form) -> Asked:
    """Begin to look at data and plan. Raises BadInput for what can be seen to be wrong at once."""
    config = configured(form)
    jobs.folder(kinds.FINETUNE, form.name)
    a_few(form.processes)
    if form.gpus.strip():
        kinds.cards(form.gpus)
    if form.data.strip():
        return Asked(form, questions.ask(kinds.CHECK, {"data": data_of(form)}, {"config": config}))
    if not form.gpus.strip():
        raise BadInput("Give training data, cards for the plan, or both.")
    return _with_plan(questions, Asked(form), {})


def look(questions: Questions, asked: Asked) -> Asked:
    """How it stands by now; begins the plan once the data has been counted."""
    if not asked.is_counted:
        asked = replace(asked, check=questions.look(asked.check_id))
        if asked.check is not None and asked.data_is_sound and asked.form.gpus.strip():
            asked = _with_plan(questions, asked, _counts(asked.check.said))
    elif asked.plan_id and asked.plan is None:
        answer = questions.look(asked.plan_id)
        check = asked.check
        if answer is not None and answer.said is None and check is not None and not asked.is_rough:
            questions.drop(asked.plan_id)
            samples = {name: count for name, count in _counts(check.said).items() if name == "samples"}
            return replace(_with_plan(questions, asked, samples), is_rough=True)
        asked = replace(asked, plan=answer)
    return asked


def _with_plan(questions: Questions, asked: Asked, counts: Mapping[str, str]) -> Asked:
    drafts = {"config": configured(asked.form)}
    return replace(asked, plan_id=questions.ask(kinds.PLAN, {"gpus": asked.form.gpus, **counts}, drafts))


def forget(questions: Questions, asked: Asked | None) -> None:
    """Nobody waits for it any more."""
    if asked is not None:
        for name in (asked.check_id, asked.plan_id):
            questions.drop(name)


def _counts(said: Mapping[str, Any] | None) -> dict[str, str]:
    """Samples and tokens as counted, for the plan's options."""
    if not said:
        return {}
    tokens = said.get("tokens") or {}
    found = {"samples": said.get("samples"), "tokens": tokens.get("mean"), "longest": tokens.get("most")}
    return {name: str(round(value)) for name, value in found.items() if isinstance(value, int | float) and value >= 1}


def start(jobs: Jobs, form: Form) -> Job:
    """Raises BadInput for what cannot be started."""
    config = configured(form)
    path = jobs.folder(kinds.FINETUNE, form.name) / CONFIG
    arguments = {"config": str(path), "data": data_of(form)}
    return jobs.start(kinds.FINETUNE, form.name, arguments, files={CONFIG: config}, processes=a_few(form.processes))


def a_few(given: str) -> int:
    """A number of processes. Raises BadInput."""
    try:
        return int(kinds.a_count(given or "1"))
    except BadInput as error:
        raise BadInput(f"Processes: {error}") from None


@dataclass(frozen=True, slots=True)
class Cards:
    """GPUs of this machine."""

    count: int
    gigabytes: int
    """Of the smallest."""

    @property
    def text(self) -> str:
        """As the plan reads it; empty where there are none."""
        return f"{self.count}x{self.gigabytes}GB" if self.count else ""


@cache
def cards_here() -> Cards:
    """As the driver's own tool tells it; none where there is no such tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return Cards(0, 0)
    asked = [tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return Cards(0, 0)
    return cards_in(said)


def cards_in(said: str) -> Cards:
    """From one line of MiB a card. Makers count gigabytes of 2**30 bytes, a little of which the driver keeps."""
    sizes = [int(found) for found in re.findall(r"^\s*(\d+)\s*$", said, re.MULTILINE)]
    return Cards(len(sizes), round(min(sizes) / 1024)) if sizes else Cards(0, 0)


def settings_text(job: Job) -> str:
    """The run's settings as they stand in its folder: as asked for until the command has resolved them."""
    for name in ("run.yaml", CONFIG):
        try:
            return (job.folder / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
    return ""


def last_line(job: Job) -> str:
    """What a command that ended early said last: `train: where: what, and what to do`. Empty for anything else."""
    line = log_tail(job, lines=1)
    return line if line.startswith(f"{job.kind.module}: ") else ""


def log_tail(job: Job, lines: int = 40, most: int = 65_536) -> str:
    """The end of what the command printed since its latest start; of a progress bar only how it stood last."""
    try:
        with (job.folder / "log.txt").open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(job.attempt.log_at if job.attempt else 0, end - most))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    shown = [line.rstrip("\r").rpartition("\r")[2].rstrip() for line in text.split("\n")]
    return "\n".join([line for line in shown if line][-lines:])
