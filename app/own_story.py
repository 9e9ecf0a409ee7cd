"""What becomes of a story of one's own once it is told: what is stored, what is kept, what can be saved."""

import secrets
from datetime import datetime
from pathlib import Path

from annotations.views import Reveal, Written
from app import save
from app.telling import Telling
from app.visits import SavedTelling
from core.records import Photo
from core.settings import Models


def written(models: Models, telling: Telling, side: int) -> Written:
    """One side as the store takes it; whether its words are kept is decided there."""
    system = models.system(telling.systems[side])
    result = telling.results[side]
    return Written(
        system_id=system.id,
        label=system.label,
        note=system.note,
        text=result.text,
        fingerprint=result.fingerprint,
        prompt=telling.prompt_id,
        sampling=telling.sampling,
        finish=result.finish,
        seconds=result.seconds,
    )


def keep_photos(data: Path, telling: Telling) -> tuple[Photo, ...]:
    """The visitor agreed: photos go into the data folder, under a random name. None otherwise."""
    if not telling.keep:
        return ()
    folder = data / "kept" / secrets.token_urlsafe(12)
    folder.mkdir(parents=True)
    kept: list[Photo] = []
    for number, photo in enumerate(telling.photos, start=1):
        path = folder / f"{number}.jpg"
        path.write_bytes(photo)
        kept.append(Photo(number, str(path)))
    return tuple(kept)


def to_save(telling: Telling, reveal: Reveal, now: datetime) -> SavedTelling:
    """Both files, which name the systems: made only after the vote."""
    labels = (reveal.left.label, reveal.right.label)
    sides = [
        save.SavedSide(name, label, result.turns)
        for name, label, result in zip(("Left", "Right"), labels, telling.results, strict=True)
    ]
    return SavedTelling(save.as_text(sides, now), save.as_html(sides, telling.photos, now))
