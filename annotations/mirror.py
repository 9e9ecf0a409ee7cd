"""What run folders own and the database mirrors: stories, photos, systems, transcripts, and the pairs they make."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session, col, select

from annotations.pairing import Members
from annotations.tables import (
    CampaignPair,
    PairRow,
    PairTranscript,
    PhotoRow,
    Row,
    StoryRow,
    SystemRow,
    TranscriptRow,
)
from core.dialogue import parse, words
from core.errors import BadInput, StoreError
from core.records import Photo, Story, Transcript


@dataclass
class Tally:
    """What one load did to the database."""

    added: Counter[str] = field(default_factory=Counter[str])
    changed: int = 0


def put(session: Session, row: Row, tally: Tally) -> None:
    """Adds the row, or corrects the one that is there; what already agrees is not touched."""
    columns = [column.key for column in type(row).metadata.tables[row.__tablename__].columns]
    keys = tuple(getattr(row, one.key) for one in type(row).metadata.tables[row.__tablename__].primary_key)
    known = session.get(type(row), keys)
    if known is None:
        session.add(row)
        session.flush()
        tally.added[row.__tablename__] += 1
        return
    differing = [name for name in columns if getattr(known, name) != getattr(row, name)]
    for name in differing:
        setattr(known, name, getattr(row, name))
    tally.changed += bool(differing)


def put_story(session: Session, story: Story, folder: Path | None, tally: Tally) -> int:
    """Returns how many photos are missing. Paths become absolute, from `folder`."""
    row = StoryRow(id=story.id, source=story.source, title=storable(story.title), shareable=story.shareable)
    put(session, row, tally)
    paths = {photo.number: photo_path(story, photo, folder) for photo in story.photos}
    for photo in story.photos:
        row = PhotoRow(
            story_id=story.id,
            number=photo.number,
            path=paths[photo.number],
            caption=storable(photo.caption),
            credit=storable(photo.credit),
            licence=storable(photo.licence),
            link=storable(photo.link),
            width=photo.width,
            height=photo.height,
        )
        put(session, row, tally)
    return sum(path is None for path in paths.values())


def photo_path(story: Story, photo: Photo, folder: Path | None) -> str | None:
    """Raises BadInput for a file outside the run folder, which the app would otherwise serve to anyone."""
    if photo.file is None:
        return None
    if folder is None:
        return photo.file
    path = (folder / photo.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadInput(f"{folder}: photo {photo.number} of story {story.id} lies outside the folder ({photo.file})")
    return str(path) if path.is_file() else None


def put_system(session: Session, system_id: str, label: str, note: str, tally: Tally) -> None:
    """A label that is only the id never replaces a better one."""
    known = session.get(SystemRow, system_id)
    if known is not None and label in ("", system_id):
        label, note = known.label, note or known.note
    put(session, SystemRow(id=system_id, label=label or system_id, note=note), tally)


def transcript_row(transcript: Transcript) -> TranscriptRow:
    spoken, turns = measure(transcript.text)
    sampling = transcript.sampling
    return TranscriptRow(
        id=transcript.id,
        story_id=transcript.story_id,
        system_id=transcript.system_id,
        text=storable(transcript.text),
        fingerprint=transcript.fingerprint,
        prompt=transcript.prompt,
        status=transcript.status.value,
        reason=storable(transcript.reason),
        finish=transcript.finish.value if transcript.finish else None,
        seconds=transcript.seconds,
        temperature=sampling.temperature if sampling else None,
        top_p=sampling.top_p if sampling else None,
        max_new_tokens=sampling.max_new_tokens if sampling else None,
        seed=sampling.seed if sampling else None,
        attempt=transcript.attempt,
        words=spoken,
        turns=turns,
    )


def put_transcript(session: Session, row: TranscriptRow, tally: Tally) -> None:
    """Raises StoreError where the id is taken by other words: votes on those would change their meaning."""
    known = session.get(TranscriptRow, row.id)
    if known is not None and (known.text, known.story_id, known.system_id) != (row.text, row.story_id, row.system_id):
        raise StoreError(
            f"transcript {row.id} is in the database with other words; the run was changed by hand: give it a new id"
        )
    put(session, row, tally)


def put_pair(session: Session, campaign_id: int, pair: Members, story_id: str, tally: Tally) -> None:
    """Makes the pair where it is new, and hands it out in the campaign."""
    sides = {"transcript_a": pair.a, "transcript_b": pair.b}
    put(session, PairRow(id=pair.pair_id, story_id=story_id, **sides), tally)
    for member in (pair.a, pair.b):
        put(session, PairTranscript(pair_id=pair.pair_id, transcript_id=member, **sides), tally)
    put(session, CampaignPair(campaign_id=campaign_id, pair_id=pair.pair_id, active=True), tally)


def retire(session: Session, campaign_id: int, transcript_ids: Iterable[str]) -> int:
    """Stops handing out the pairs these transcripts are in. Their trials and votes stay."""
    query = (
        select(CampaignPair)
        .join(PairTranscript, col(PairTranscript.pair_id) == CampaignPair.pair_id)
        .where(CampaignPair.campaign_id == campaign_id, CampaignPair.active)
        .where(col(PairTranscript.transcript_id).in_(sorted(transcript_ids)))
    )
    rows = {row.pair_id: row for row in session.exec(query)}
    for row in rows.values():
        row.active = False
    return len(rows)


def measure(text: str) -> tuple[int, int]:
    """Spoken words and turns."""
    turns = parse(text).turns
    return sum(len(words(turn)) for turn in turns), len(turns)


def storable(text: str | None) -> str | None:
    """Without what PostgreSQL cannot keep: NUL and halves of surrogate pairs."""
    if text is None:
        return None
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
