"""Rows turned into the views that leave the store. Nothing a rater gets before the vote names a system."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from annotations import trials
from annotations.campaigns import key
from annotations.kinds import CampaignKind, TrialStatus
from annotations.tables import Campaign, CampaignPair, PairRow, PhotoRow, StoryRow, SystemRow, TranscriptRow, Trial
from annotations.views import CampaignView, PhotoView, Receipt, Reveal, Side, TrialView
from core.records import Answer, Criterion, Finish


def all_campaigns(session: Session) -> tuple[CampaignView, ...]:
    """In the order they were made."""
    return tuple(campaign_view(session, one) for one in session.exec(select(Campaign).order_by(col(Campaign.id))))


def campaign_view(session: Session, campaign: Campaign) -> CampaignView:
    number = key(campaign)
    handed_out = (CampaignPair.campaign_id == number, col(CampaignPair.active))
    voted = (Trial.campaign_id == number, Trial.status == TrialStatus.VOTED)
    return CampaignView(
        slug=campaign.slug,
        kind=CampaignKind(campaign.kind),
        title=campaign.title,
        wording=campaign.wording,
        criteria=tuple(Criterion(one) for one in campaign.criteria),
        public=campaign.public,
        reveal=campaign.reveal,
        show_captions=campaign.show_captions,
        repeats=campaign.repeats,
        votes_wanted=campaign.votes_wanted,
        limit_per_rater=campaign.limit_per_rater,
        limit_per_address=campaign.limit_per_address,
        is_open=campaign.is_open,
        pairs=session.exec(select(func.count()).where(*handed_out)).one(),
        votes=session.exec(select(func.count()).where(*voted)).one(),
    )


def trial_view(session: Session, trial: Trial) -> TrialView:
    """Of a committed trial, so that it counts."""
    campaign = session.get_one(Campaign, trial.campaign_id)
    story = session.get_one(StoryRow, session.get_one(PairRow, trial.pair_id).story_id)
    photos = session.exec(select(PhotoRow).where(PhotoRow.story_id == story.id).order_by(col(PhotoRow.number)))
    left, right = trials.sides(session, trial)
    progress = trials.progress(session, campaign, trial.rater_id)
    return TrialView(
        trial_id=trial.id,
        campaign=campaign.slug,
        title=story.title,
        photos=tuple(_photo(photo, campaign.show_captions) for photo in photos),
        left_text=left,
        right_text=right,
        wording=campaign.wording,
        criteria=tuple(Criterion(one) for one in campaign.criteria),
        done=progress.done,
        remaining=progress.remaining,
    )


def trial_photo(session: Session, trial_id: str, number: int) -> str | None:
    query = (
        select(PhotoRow.path)
        .join(PairRow, col(PairRow.story_id) == PhotoRow.story_id)
        .join(Trial, col(Trial.pair_id) == PairRow.id)
        .where(Trial.id == trial_id, PhotoRow.number == number)
    )
    return session.exec(query).first()


def _photo(row: PhotoRow, captioned: bool) -> PhotoView:
    return PhotoView(
        number=row.number,
        path=row.path,
        caption=row.caption if captioned else None,
        credit=row.credit,
        licence=row.licence,
        link=row.link,
        width=row.width,
        height=row.height,
    )


def receipt(session: Session, trial_id: str, answer: Answer, already: bool) -> Receipt:
    """Told only of what is committed."""
    trial = session.get_one(Trial, trial_id)
    campaign = session.get_one(Campaign, trial.campaign_id)
    revealed = campaign.reveal and trial.status == TrialStatus.VOTED
    return Receipt(
        trial_id=trial_id,
        campaign=campaign.slug,
        answer=answer,
        already=already,
        done=trials.done_by(session, trial.campaign_id, trial.rater_id),
        reveal=_reveal(session, trial) if revealed else None,
    )


def _reveal(session: Session, trial: Trial) -> Reveal:
    return Reveal(left=_side(session, trial.left_id), right=_side(session, trials.right_id(session, trial)))


def _side(session: Session, transcript_id: str) -> Side:
    transcript = session.get_one(TranscriptRow, transcript_id)
    system = session.get_one(SystemRow, transcript.system_id)
    return Side(
        system_id=system.id,
        label=system.label,
        note=system.note,
        seconds=transcript.seconds,
        finish=Finish(transcript.finish) if transcript.finish else None,
        words=transcript.words,
        turns=transcript.turns,
    )
