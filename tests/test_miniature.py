"""The miniature that ships: size, gallery, card, and what its models do on held-out stories and on real photos."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from app.services import GALLERY, open_services
from core.records import Interval, TranscriptStatus
from core.runs import Run
from core.settings import HOME, Environment, LocalSystem, load_models
from train.miniature import held_out, measure
from train.miniature.build import BASE_ID, TUNED_ID, Build, Plan, systems
from train.miniature.colours import sight_of
from train.miniature.eyes import EyesPlan
from train.miniature.language import LanguagePlan, Phase
from train.miniature.measure import Told
from train.miniature.talk import Style, facts
from train.miniature.world import is_held_out

SHIPPED = HOME / "models" / "miniature"


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def figures() -> dict[str, dict[str, Interval]]:
    read = json.loads((SHIPPED / "figures.json").read_text(encoding="utf-8"))
    return {system: {name: Interval(**value) for name, value in some.items()} for system, some in read.items()}


def test_base_and_adapter_are_small() -> None:
    assert size(SHIPPED / "base") + size(SHIPPED / "adapter") <= 8_000_000


def test_the_default_models_are_these_two() -> None:
    models = load_models(HOME / "models.yaml")
    chosen = [models.system(name) for name in models.compared]
    assert all(isinstance(one, LocalSystem) and one.model == "models/miniature/base" for one in chosen)
    assert sorted(one.adapter or "" for one in chosen if isinstance(one, LocalSystem)) == [
        "",
        "models/miniature/adapter",
    ]


def test_the_gallery_has_both_transcripts_of_every_story_and_every_picture() -> None:
    run = Run.open(SHIPPED / "gallery")
    stories = run.stories()
    assert len(stories) >= 12
    assert all(path.is_file() for story in stories for photo in story.photos if (path := run.photo_path(photo)))
    told = {(one.story_id, one.system_id) for one in run.transcripts() if one.status is TranscriptStatus.OK}
    assert told == {(story.id, system) for story in stories for system in (BASE_ID, TUNED_ID)}


def test_a_first_start_has_the_gallery_to_vote_on(tmp_path: Path) -> None:
    services = open_services(load_models(HOME / "models.yaml"), Environment(data=tmp_path))
    try:
        progress = services.store.progress(GALLERY, "somebody")
        assert progress.pairs == len(Run.open(SHIPPED / "gallery").stories())
        assert services.store.progress("benchmark", "somebody").pairs == 0
    finally:
        services.close()


def test_the_card_says_what_was_measured_and_it_is_enough() -> None:
    base, tuned = figures()[BASE_ID], figures()[TUNED_ID]
    assert tuned["turn_length"].mean >= 5 * base["turn_length"].mean
    assert tuned["switch_rate"].mean <= base["switch_rate"].mean / 4
    for some in (base, tuned):
        assert some["well_formed"].mean >= 0.75 and some["loops"].mean <= 0.05
        assert some["first_colour"].low > some["first_colour_chance"].high
        own = "first_colour_own"
        assert some[own].low > max(some[f"{own}_chance"].high, some[f"{own}_constant"].high)
        assert some["first_thing"].low > max(some["first_thing_chance"].high, some["first_thing_constant"].high)
    card = (SHIPPED / "README.md").read_text(encoding="utf-8")
    for some in (base, tuned):
        assert f"{some['turn_length'].mean:.1f} ({some['turn_length'].low:.1f}" in card
        assert f"{some['first_colour'].mean:.0%} ({some['first_colour'].low:.0%}" in card


def test_held_out_means_held_out() -> None:
    stories = [held_out.drawn(f"test-{number}") for number in range(3)]
    assert all(is_held_out(scene) for one in stories for scene in one.story.scenes)
    assert len({one.id for one in stories}) == 3


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Told]]:
    """Sixteen new held-out stories, told by the shipped models through the product's own writers."""
    folder = tmp_path_factory.mktemp("told")
    stories = held_out.many(4711, 16)
    models = systems(SHIPPED)
    run = held_out.run_folder(folder / "run", stories, models)
    held_out.tell(run, models, folder, 1, lambda tasks, _: tasks)
    return held_out.told(run, stories)


@pytest.mark.slow
def test_the_shipped_models_do_what_their_card_says(told: dict[str, list[Told]]) -> None:
    base, tuned = (measure.style(told[name]) for name in (BASE_ID, TUNED_ID))
    assert tuned["turn_length"].mean >= 5 * base["turn_length"].mean
    assert tuned["switch_rate"].mean <= base["switch_rate"].mean / 4
    card = figures()
    for name, some in told.items():
        found = measure.soundness(some) | measure.grounding(some, random.Random(0))
        for figure in ("well_formed", "ends_by_itself", "first_colour", "first_thing"):
            assert found[figure].high >= card[name][figure].low, f"{name}: {figure}"


@pytest.mark.slow
def test_on_real_photos_they_talk_soundly_and_pick_up_the_colours(release: Path, tmp_path: Path) -> None:
    """Of each story's photos, the dominant tints named somewhere, against the same words and other stories' photos."""
    run = _imported(release, tmp_path / "run")
    models = systems(SHIPPED)
    held_out.tell(run, models, tmp_path, 2, lambda tasks, _: tasks)
    told = [one for one in run.transcripts() if one.system_id in models.compared]
    assert len(told) >= 40
    assert sum(measure.is_well_formed(one.text) for one in told) >= 0.8 * len(told)
    seen = {story.id: _tints(run, story) for story in run.stories()}
    named = [{str(fact.value) for fact in facts(one.text) if fact.kind == "colour"} for one in told]
    own = [_hit(words, seen[one.story_id]) for words, one in zip(named, told, strict=True)]
    others = [
        sum(_hit(words, tints) for story, tints in seen.items() if story != one.story_id) / (len(seen) - 1)
        for words, one in zip(named, told, strict=True)
    ]
    difference = measure.mean([mine - theirs for mine, theirs in zip(own, others, strict=True)])
    assert difference.low > 0, difference


def _imported(release: Path, folder: Path) -> Run:
    from core.__main__ import main

    assert main(["import-release", str(release), "--out", str(folder)]) == 0
    return Run.open(folder)


def _tints(run: Run, story: Any) -> list[str]:
    from PIL import Image

    paths = [path for photo in story.photos if (path := run.photo_path(photo)) is not None]
    return [str(sight_of(None, Image.open(path)).tints[0]) for path in paths]


def _hit(words: set[str], tints: list[str]) -> float:
    return sum(tint in words for tint in tints) / len(tints) if tints else 0.0


SMALL = Plan(
    stories=8,
    tuning_stories=8,
    held_out=3,
    gallery=2,
    eyes=EyesPlan(steps=2, batch=8),
    language=LanguagePlan(phases=(Phase(1, 4, {Style.CAPTION: 1.0}), Phase(1, 4, {Style.PING_PONG: 1.0}))),
)


@pytest.mark.slow
def test_a_build_goes_on_where_it_stood_and_says_what_it_measured(tmp_path: Path) -> None:
    """The whole experiment with two steps of each: all of its path, none of its skill."""

    def nothing(stage: str, done: int, total: int, loss: float | None = None) -> None:
        assert 0 <= done <= total and stage

    first = Build(tmp_path / "work", tmp_path / "out", 5, SMALL, nothing).build()
    assert {"eyes", "language", "fine-tuning", "measuring"} <= set(first.stages)
    weights = (tmp_path / "out" / "base" / "model.safetensors").read_bytes()
    again = Build(tmp_path / "work", tmp_path / "out", 5, SMALL, nothing).build()
    assert set(again.stages) == {"measuring"}, "every stage but the last was there"
    assert str(again.figures) == str(first.figures), "NaN is not equal to itself"
    assert (tmp_path / "out" / "base" / "model.safetensors").read_bytes() == weights
    assert len(Run.open(tmp_path / "out" / "gallery").stories()) == 2
    assert "| Words a turn |" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
