"""A comparison on a visitor's own photos: story, transcripts, pair and trial at once, and no more kept than agreed."""

from dataclasses import dataclass

from sqlmodel import Session

from annotations.campaigns import key
from annotations.kinds import CampaignKind
from annotations.mirror import Tally, put_pair, put_story, put_system, put_transcript, transcript_row
from annotations.pairing import members
from annotations.tables import Campaign
from annotations.trials import Request, new_trial
from annotations.views import Written
from core.errors import BadInput
from core.records import Photo, Story, Transcript, random_id

SOURCE = "upload"


@dataclass(frozen=True, slots=True)
class Upload:
    """What was shown to the visitor, and what of it may be kept."""

    left: Written
    right: Written
    shown_hash: str
    rendering: str
    keep_text: bool
    photos: tuple[Photo, ...]
    """With absolute paths; none where they are not kept."""
    title: str | None


def open_trial(session: Session, campaign: Campaign, upload: Upload, request: Request) -> str:
    """Returns the trial's id. Raises BadInput for a campaign of another kind, or a side without a turn."""
    if campaign.kind != CampaignKind.OWN_PHOTOS:
        raise BadInput(f"campaign {campaign.slug!r} is not for one's own photos: its votes must not be mixed with them")
    tally = Tally()
    story = Story(random_id(SOURCE), SOURCE, upload.photos, upload.title, shareable=False)
    put_story(session, story, None, tally)
    left, right = (_put(session, story, side, upload.keep_text, tally) for side in (upload.left, upload.right))
    pair = members(left, right)
    put_pair(session, key(campaign), pair, story.id, tally)
    trial = new_trial(session, key(campaign), pair, request, left)
    trial.rendering, trial.shown_hash = upload.rendering, upload.shown_hash
    session.add(trial)
    return trial.id


def _put(session: Session, story: Story, side: Written, keep_text: bool, tally: Tally) -> str:
    """Returns the transcript's id, which is random: a hash would tell the words apart."""
    transcript = Transcript(
        id=random_id("transcript"),
        story_id=story.id,
        system_id=side.system_id,
        text=side.text,
        fingerprint=side.fingerprint,
        prompt=side.prompt,
        finish=side.finish,
        seconds=side.seconds,
        sampling=side.sampling,
    )
    row = transcript_row(transcript)
    if not row.turns:
        raise BadInput("one side holds no words to vote on; let both be written first")
    if not keep_text:
        row.text = None
    put_system(session, side.system_id, side.label, side.note, tally)
    put_transcript(session, row, tally)
    return row.id
