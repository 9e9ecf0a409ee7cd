"""How a rater gets a trial, inside a transaction that the store opened."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from annotations.campaigns import key
from annotations.kinds import TrialStatus
from annotations.pairing import Candidate, Members, choose_pair, draw_left, shown_hash
from annotations.pairing import remaining as still_to_come
from annotations.tables import (
    Campaign,
    CampaignPair,
    PairRow,
    PairTranscript,
    TranscriptRow,
    Trial,
)
from annotations.views import Progress, Rendering
from core.errors import StoreError
from core.records import random_id

ADDRESS_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for a trial, when, and how it will be shown."""

    rater_id: str
    address_hash: str | None
    now: datetime
    life: timedelta
    story_id: str | None = None
    """Only pairs of this story, for a visitor who picked it; any where None."""


def expire(session: Session, campaign_id: int, now: datetime) -> None:
    """Frees the pairs of trials whose time is over."""
    overdue = (
        col(Trial.campaign_id) == campaign_id,
        col(Trial.status) == TrialStatus.OPEN,
        col(Trial.expires_at) <= now,
    )
    session.exec(update(Trial).where(*overdue).values(status=TrialStatus.EXPIRED.value, closed_at=Trial.expires_at))


def candidates(session: Session, campaign_id: int, rater_id: str, story_id: str | None = None) -> list[Candidate]:
    """The pairs handed out, of one story or of all, with what raters have done to them."""
    mine = col(Trial.rater_id) == rater_id

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = (
        select(
            CampaignPair.pair_id,
            count(col(Trial.status) == TrialStatus.VOTED),
            count((col(Trial.status) == TrialStatus.OPEN) & ~mine),
            count((col(Trial.status) != TrialStatus.EXPIRED) & mine),
        )
        .join(
            Trial,
            (col(Trial.campaign_id) == CampaignPair.campaign_id) & (col(Trial.pair_id) == CampaignPair.pair_id),
            isouter=True,
        )
        .where(CampaignPair.campaign_id == campaign_id, col(CampaignPair.active))
        .group_by(CampaignPair.pair_id)
    )
    if story_id is not None:
        query = query.where(col(CampaignPair.pair_id).in_(_of_story(story_id)))
    return [Candidate(*row) for row in session.exec(query)]


def _of_story(story_id: str) -> SelectOfScalar[str]:
    return select(PairRow.id).where(PairRow.story_id == story_id)


def open_trial(session: Session, campaign_id: int, rater_id: str, story_id: str | None = None) -> Trial | None:
    query = select(Trial).where(
        Trial.campaign_id == campaign_id, Trial.rater_id == rater_id, Trial.status == TrialStatus.OPEN
    )
    if story_id is not None:
        query = query.where(col(Trial.pair_id).in_(_of_story(story_id)))
    return session.exec(query.order_by(col(Trial.opened_at).desc())).first()


def done_by(session: Session, campaign_id: int, rater_id: str) -> int:
    """Votes of this rater."""
    mine = (Trial.campaign_id == campaign_id, Trial.rater_id == rater_id, Trial.status == TrialStatus.VOTED)
    return session.exec(select(func.count()).where(*mine)).one()


def refuse_over_limit(session: Session, campaign: Campaign, request: Request) -> None:
    """Raises StoreError with a line for the rater."""
    if campaign.limit_per_rater is not None:
        done = done_by(session, key(campaign), request.rater_id)
        if done >= campaign.limit_per_rater:
            raise StoreError(f"You have given all {done} votes this round takes from one person. Thank you!")
    if campaign.limit_per_address is not None and request.address_hash is not None:
        near = (Trial.address_hash == request.address_hash, col(Trial.opened_at) > request.now - ADDRESS_WINDOW)
        opened = session.exec(select(func.count()).where(Trial.campaign_id == campaign.id, *near)).one()
        if opened >= campaign.limit_per_address:
            raise StoreError(
                f"{opened} pairs went to your network in the last 24 hours, which is all this round allows. "
                "Please come back tomorrow; your votes are safe."
            )


def draw(
    session: Session, campaign: Campaign, request: Request, rng: random.Random, rendering: Rendering
) -> Trial | None:
    """The rater's open trial, else a new one; None where nothing is left. The campaign must be locked."""
    campaign_id = key(campaign)
    expire(session, campaign_id, request.now)
    trial = open_trial(session, campaign_id, request.rater_id, request.story_id)
    if trial is None:
        refuse_over_limit(session, campaign, request)
        found = candidates(session, campaign_id, request.rater_id, request.story_id)
        pair_id = choose_pair(found, rng, campaign.repeats, campaign.votes_wanted)
        if pair_id is None:
            return None
        trial = _reopened(session, campaign_id, pair_id, request)
        if trial is None:
            pair = _members(session, pair_id)
            trial = new_trial(session, campaign_id, pair, request, draw_left(pair, rng))
    trial.rendering = rendering.version
    trial.shown_hash = shown_hash(*sides(session, trial), rendering)
    session.add(trial)
    return trial


def _reopened(session: Session, campaign_id: int, pair_id: str, request: Request) -> Trial | None:
    """A trial that expired unanswered is shown again as it was: same id, same sides."""
    trial = session.exec(
        select(Trial).where(
            Trial.campaign_id == campaign_id,
            Trial.rater_id == request.rater_id,
            Trial.pair_id == pair_id,
            Trial.status == TrialStatus.EXPIRED,
        )
    ).first()
    if trial is not None:
        trial.status, trial.closed_at = TrialStatus.OPEN.value, None
        trial.opened_at, trial.expires_at = request.now, request.now + request.life
        trial.address_hash = request.address_hash
    return trial


def new_trial(session: Session, campaign_id: int, pair: Members, request: Request, left_id: str) -> Trial:
    """Added to the session without what it shows, which the caller fills in."""
    shown = select(func.max(Trial.repeat_no)).where(
        Trial.campaign_id == campaign_id, Trial.rater_id == request.rater_id, Trial.pair_id == pair.pair_id
    )
    return Trial(
        id=random_id("trial"),
        campaign_id=campaign_id,
        rater_id=request.rater_id,
        pair_id=pair.pair_id,
        repeat_no=(session.exec(shown).one() or 0) + 1,
        left_id=left_id,
        status=TrialStatus.OPEN.value,
        rendering="",
        shown_hash="",
        address_hash=request.address_hash,
        opened_at=request.now,
        expires_at=request.now + request.life,
        closed_at=None,
    )


def _members(session: Session, pair_id: str) -> Members:
    pair = session.get_one(PairRow, pair_id)
    return Members(pair.id, pair.transcript_a, pair.transcript_b)


def right_id(session: Session, trial: Trial) -> str:
    pair = _members(session, trial.pair_id)
    return pair.b if trial.left_id == pair.a else pair.a


def sides(session: Session, trial: Trial) -> tuple[str, str]:
    """The texts, left then right; empty where a text was not kept."""
    query = (
        select(TranscriptRow.id, TranscriptRow.text)
        .join(PairTranscript, col(PairTranscript.transcript_id) == TranscriptRow.id)
        .where(PairTranscript.pair_id == trial.pair_id)
    )
    texts = dict(session.exec(query).all())
    left = texts.pop(trial.left_id)
    (right,) = texts.values()
    return left or "", right or ""


def progress(session: Session, campaign: Campaign, rater_id: str) -> Progress:
    campaign_id = key(campaign)
    statuses = dict(
        session.exec(
            select(Trial.status, func.count())
            .where(Trial.campaign_id == campaign_id, Trial.rater_id == rater_id)
            .group_by(Trial.status)
        ).all()
    )
    pairs = candidates(session, campaign_id, rater_id)
    done = statuses.get(TrialStatus.VOTED, 0)
    left = still_to_come(pairs, campaign.repeats, campaign.votes_wanted)
    left += statuses.get(TrialStatus.OPEN, 0)
    if campaign.limit_per_rater is not None:
        left = max(0, min(left, campaign.limit_per_rater - done))
    votes = session.exec(
        select(func.count()).where(Trial.campaign_id == campaign_id, Trial.status == TrialStatus.VOTED)
    ).one()
    return Progress(done, statuses.get(TrialStatus.SKIPPED, 0), left, votes, len(pairs))
