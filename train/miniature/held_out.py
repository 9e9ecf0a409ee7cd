"""Stories that training never saw: told by both models through the product's own writers, measured, and shown."""

import io
import os
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core import prompts
from core.generate import Asked, Generator, Progress
from core.records import Photo, Sampling, Story, TranscriptStatus, content_id
from core.runs import Run
from core.settings import Models
from core.writers.studio import Studio
from train.miniature.measure import Told
from train.miniature.world import SceneStory, Sight

SIZE = (768, 576)
"""Pixels of a picture as it is shown to people."""
CREDIT, LICENCE = "Rendered by this project", "Apache-2.0"
SOURCE = "miniature"
BATCH = 8
"""Stories told at a time."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A held-out story with its pictures as JPEG files and what they show."""

    story: SceneStory
    jpegs: tuple[bytes, ...]
    alts: tuple[str, ...]
    sights: tuple[Sight, ...]

    @property
    def id(self) -> str:
        """Of what the scenes are: another story never bears the same id."""
        return f"{SOURCE}-{content_id('story', [repr(scene) for scene in self.story.scenes])[-12:]}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.id}-{number}.jpg" for number in range(1, len(self.jpegs) + 1))


def drawn(seed: str) -> Drawn:
    """One story of five pictures, every scene of it held out."""
    from train.miniature.colours import sight_of
    from train.miniature.scenes import alt_text, draw
    from train.miniature.stories import draw_story

    story = draw_story(random.Random(seed), held_out=True)
    images = [draw(scene, SIZE) for scene in story.scenes]
    jpegs: list[bytes] = []
    for image in images:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=88)
        jpegs.append(file.getvalue())
    sights = tuple(sight_of(scene, image) for scene, image in zip(story.scenes, images, strict=True))
    return Drawn(story, tuple(jpegs), tuple(alt_text(scene) for scene in story.scenes), sights)


def many(seed: int, count: int) -> list[Drawn]:
    """`count` different stories, the same for the same seed."""
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        made = pool.map(drawn, [f"held-out-{seed}-{number}" for number in range(count)], chunksize=4)
        return list({one.id: one for one in made}.values())


def run_folder(path: Path, stories: Sequence[Drawn], models: Models) -> Run:
    """The stories as a run, ready to be told; stories that are there already stay as they are."""
    labels = {name: models.system(name).label for name in models.compared}
    run = Run.create(path, {"command": "python -m train miniature", "source": SOURCE, "systems": labels})
    there = {story.id for story in run.stories()}
    for one in stories:
        if one.id in there:
            continue
        photos = [
            Photo(number, run.write_photo(name, jpeg), alt, CREDIT, LICENCE, width=SIZE[0], height=SIZE[1])
            for number, (name, jpeg, alt) in enumerate(zip(one.names, one.jpegs, one.alts, strict=True), start=1)
        ]
        run.append_story(Story(one.id, SOURCE, tuple(photos), one.story.title))
    return run


def tell(run: Run, models: Models, data: Path, seed: int, progress: Progress) -> None:
    """Let both systems write every story they have not told yet, sampled as for a visitor."""
    prompt, length = prompts.PROMPTS[0], prompts.get_length("standard")
    asked = Asked(
        prompt.fill(length.words),
        prompt.record_id(length.words),
        Sampling(max_new_tokens=length.max_new_tokens, seed=seed),
    )
    # Nobody waits for a page here: the writers' process may have every core.
    os.environ.setdefault("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))
    studio = Studio(models, data)
    try:
        Generator(run, models, studio, models.compared, asked).write(threading.Event(), progress, BATCH)
    finally:
        studio.close()


def told(run: Run, stories: Sequence[Drawn]) -> dict[str, list[Told]]:
    """What each system wrote, beside what the pictures show. A failed transcript counts as an empty one."""
    sights = {one.id: one.sights for one in stories}
    by_system: dict[str, list[Told]] = {}
    for transcript in run.transcripts():
        assert transcript.status is TranscriptStatus.OK or not transcript.text
        by_system.setdefault(transcript.system_id, []).append(Told(transcript, sights[transcript.story_id]))
    return by_system
