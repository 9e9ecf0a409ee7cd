"""The whole experiment from nothing: pictures, base, fine-tuning, measuring, card, gallery. Bounded by steps, not time.

A work folder holds every stage's result, whole or not at all, so a build that was killed goes on where it stood. The
result is put in its place at the end, in one go.
"""

import json
import random
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from core.generate import Task
from core.records import Interval
from core.runs import Run, write_whole
from core.settings import HOME, LocalSystem, Models, load_models
from train.miniature import card, held_out, language, measure, pictures, tuning_data
from train.miniature.eyes import EyesPlan
from train.miniature.language import LanguagePlan
from train.tuning.settings import CONFIGS, TuneSettings, load

BASE, ADAPTER, GALLERY, FIGURES = "base", "adapter", "gallery", "figures.json"
BASE_ID, TUNED_ID = "miniature-base", "miniature-tuned"
_TEXTS = 400
"""Stories whose talk teaches the tokenizer how frequent words are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything. The defaults are what ships; tests build with less."""

    stories: int = 1500
    """Stories the base is trained on."""
    tuning_stories: int = 400
    """Stories the adapter is trained on, each once."""
    held_out: int = 100
    """Stories measured."""
    gallery: int = 16
    """Of those, how many are shown."""
    eyes: EyesPlan = field(default_factory=EyesPlan)
    language: LanguagePlan = field(default_factory=LanguagePlan)


class Progress(Protocol):
    """Told how far a stage is."""

    def __call__(self, stage: str, done: int, total: int, loss: float | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Built:
    """Where the result lies, its figures by system, and the seconds of this call, by stage and in all."""

    folder: Path
    figures: dict[str, dict[str, Interval]]
    stages: dict[str, float]
    seconds: float


class Build:
    """One build. `seed` decides everything that is drawn."""

    def __init__(self, work: Path, out: Path, seed: int, plan: Plan, progress: Progress) -> None:
        """Raises RunFolderError where `work` was begun with another seed or plan."""
        self._run = Run.create(work, {"command": "python -m train miniature", "seed": seed, "plan": _plain(plan)})
        self._work, self._out, self._seed, self._plan, self._progress = work, out, seed, plan, progress
        self._stages: dict[str, float] = {}

    def build(self) -> Built:
        """Raises SporcVistError for what a user can meet; a kill leaves whole stages behind."""
        began = time.monotonic()
        self._stage("base", self._work / BASE, self._make_base)
        data = self._stage("tuning data", self._work / "data", self._make_data) / tuning_data.FILE
        self._stage("fine-tuning", self._work / ADAPTER, lambda folder: self._tune(data, folder))
        measuring = time.monotonic()
        figures = self._measure()
        self._lap("measuring", measuring)
        self._install(figures)
        return Built(self._out, figures, self._stages, time.monotonic() - began)

    def _stage(self, name: str, result: Path, make: Callable[[Path], None]) -> Path:
        """`make` fills a draft, which becomes `result` by one rename; nothing is done where it is there."""
        if not result.exists():
            began = time.monotonic()
            draft = result.with_name(f".{result.name}.part")
            shutil.rmtree(draft, ignore_errors=True)
            make(draft)
            draft.rename(result)
            self._lap(name, began)
            self._run.log("stage", name=name, seconds=time.monotonic() - began)
        return result

    def _make_base(self, folder: Path) -> None:
        import torch

        from core.writers.local import assembly
        from train.miniature import eyes, model

        began = time.monotonic()
        plan = self._plan
        stories = self._pictures("pictures", 0, plan.stories)
        self._lap("pictures", began)
        torch.manual_seed(self._seed)
        generator = torch.Generator().manual_seed(self._seed)
        processor = model.processor(_texts(stories, random.Random(f"texts-{self._seed}")))
        base = model.base(processor.tokenizer)
        began = time.monotonic()
        eyes.train(base.model.visual, stories, plan.eyes, generator, self._step("eyes", plan.eyes.steps))
        began = self._lap("eyes", began)
        seen = language.look(base.model.visual, stories)
        examples = language.Examples(
            stories, seen, random.Random(f"language-{self._seed}"), plan.language.whole_prompts
        )
        steps = sum(phase.steps for phase in plan.language.phases)
        language.train(base, processor, examples, plan.language, self._step("language", steps))
        self._lap("language", began)
        assembly.save(base, processor, folder, "bfloat16")

    def _make_data(self, folder: Path) -> None:
        tuning_data.make(folder, self._pictures("tuning data", 1, self._plan.tuning_stories), self._seed)

    def _tune(self, data: Path, folder: Path) -> None:
        from train.tuning.finetune import train

        out = self._work / "tuning"
        train(tune_settings(self._work / BASE, out, self._seed), data=data, out=out)
        _as_bfloat16(out / ADAPTER, folder)

    def _measure(self) -> dict[str, dict[str, Interval]]:
        stories = held_out.many(self._seed, self._plan.held_out)
        models = systems(self._work)
        run = held_out.run_folder(self._work / "held-out", stories, models)
        held_out.tell(run, models, self._work, self._seed, self._told)
        told = held_out.told(run, stories)
        return {
            name: measure.style(some) | measure.soundness(some) | measure.grounding(some, random.Random(self._seed))
            for name, some in told.items()
        }

    def _install(self, figures: dict[str, dict[str, Interval]]) -> None:
        """Put the result in place: a draft of the whole folder, then two renames."""
        draft = self._out.with_name(f".{self._out.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name in (BASE, ADAPTER):
            shutil.copytree(self._work / name, draft / name)
        self._gallery(draft / GALLERY)
        write_whole(draft / FIGURES, (json.dumps(_json(figures), indent=1) + "\n").encode())
        write_whole(draft / "README.md", card.text(figures, self._seed, self._plan, draft).encode())
        old = self._out.with_name(f".{self._out.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if self._out.exists():
            self._out.rename(old)
        draft.rename(self._out)
        shutil.rmtree(old, ignore_errors=True)

    def _gallery(self, folder: Path) -> None:
        """The first held-out stories as a run folder of their own, photos and both transcripts with them."""
        source = Run.open(self._work / "held-out")
        shown = source.stories()[: self._plan.gallery]
        run = Run.create(folder, source.settings())
        for story in shown:
            for photo in story.photos:
                path = source.photo_path(photo)
                assert path is not None, "every picture was drawn"
                run.write_photo(path.name, path.read_bytes())
            run.append_story(story)
        ids = {story.id for story in shown}
        for transcript in source.transcripts():
            if transcript.story_id in ids:
                run.append_transcript(transcript)

    def _pictures(self, stage: str, offset: int, count: int) -> list[pictures.Pictured]:
        return pictures.many(self._seed * 1000 + offset, count, lambda done: self._progress(stage, done, count))

    def _step(self, stage: str, total: int) -> Callable[[int, float], None]:
        return lambda step, loss: self._progress(stage, step, total, loss)

    def _told(self, tasks: Iterable[Task], total: int) -> Iterator[Task]:
        for number, task in enumerate(tasks, start=1):
            self._progress("held-out stories", number, total)
            yield task

    def _lap(self, name: str, began: float) -> float:
        now = time.monotonic()
        self._stages[name] = now - began
        return now


def tune_settings(base: Path, out: Path, seed: int) -> TuneSettings:
    """`train/configs/miniature.yaml` on another base."""
    settings = load(CONFIGS / "miniature.yaml")
    return settings.model_copy(update={"model": str(base), "output": out, "seed": seed})


def systems(folder: Path) -> Models:
    """The two miniature systems as models.yaml sets them, with base and adapter from `folder`."""
    shipped = load_models(HOME / "models.yaml")
    chosen: list[LocalSystem] = []
    for name in (TUNED_ID, BASE_ID):
        system = shipped.system(name)
        assert isinstance(system, LocalSystem)
        moved: dict[str, Any] = {"model": str(folder / BASE)}
        if system.adapter is not None:
            moved["adapter"] = str(folder / ADAPTER)
        chosen.append(system.model_copy(update=moved))
    return Models(systems=tuple(chosen), folder=folder)


def _texts(stories: list[pictures.Pictured], rng: random.Random) -> Iterable[str]:
    """Talk as frequent as training sees it, and once every word there is."""
    from train.miniature import talk

    yield from talk.vocabulary_texts()
    for _ in range(_TEXTS):
        sights = rng.choice(stories).sights
        for style in talk.Style:
            part = sights[:1] if style in (talk.Style.CAPTION, talk.Style.MEMORY) else sights
            yield talk.write(style, part, rng)


def _as_bfloat16(adapter: Path, folder: Path) -> None:
    """A copy of a peft adapter with weights of two bytes, and without what names this machine's folders."""
    import torch
    from safetensors.torch import load_file, save_file

    folder.mkdir(parents=True)
    weights = load_file(adapter / "adapter_model.safetensors")
    save_file(
        {name: weight.to(torch.bfloat16).contiguous() for name, weight in weights.items()},
        folder / "adapter_model.safetensors",
        {"format": "pt"},
    )
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = "models/miniature/base"
    write_whole(folder / "adapter_config.json", (json.dumps(config, indent=2, sort_keys=True) + "\n").encode())


def _plain(plan: Plan) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(plan)))


def _json(figures: dict[str, dict[str, Interval]]) -> dict[str, Any]:
    return {system: {name: value._asdict() for name, value in some.items()} for system, some in figures.items()}
