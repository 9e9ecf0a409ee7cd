"""Pairs and votes as records, read in one transaction that the store opened."""

from collections import defaultdict

from sqlalchemy import func
from sqlmodel import Session, col, select

from annotations.kinds import CampaignKind, TrialStatus
from annotations.tables import (
    Campaign,
    CampaignPair,
    PairRow,
    StoryRow,
    SystemRow,
    TranscriptRow,
    Trial,
    Vote,
    VoteAnswer,
)
from annotations.views import PairRecord, Snapshot, VoteRecord
from core.records import Choice, Criterion


def take(session: Session) -> Snapshot:
    pairs = _pairs(session)
    statuses = session.exec(select(Trial.status, func.count()).group_by(Trial.status)).all()
    return Snapshot(
        pairs=tuple(pairs[key] for key in sorted(pairs)),
        votes=tuple(_votes(session, pairs)),
        trials={TrialStatus(status): count for status, count in statuses},
    )


def _pairs(session: Session) -> dict[tuple[str, str], PairRecord]:
    """By campaign and pair."""
    labels = {system.id: system.label for system in session.exec(select(SystemRow))}
    transcripts = {row.id: row for row in session.exec(select(TranscriptRow))}
    query = (
        select(Campaign, CampaignPair, PairRow, StoryRow)
        .join(CampaignPair, col(CampaignPair.campaign_id) == Campaign.id)
        .join(PairRow, col(PairRow.id) == CampaignPair.pair_id)
        .join(StoryRow, col(StoryRow.id) == PairRow.story_id)
    )
    found: dict[tuple[str, str], PairRecord] = {}
    for campaign, link, pair, story in session.exec(query):
        sides = (transcripts[pair.transcript_a], transcripts[pair.transcript_b])
        a, b = sorted(sides, key=lambda side: (side.system_id, side.id))
        found[campaign.slug, pair.id] = PairRecord(
            campaign=campaign.slug,
            kind=CampaignKind(campaign.kind),
            pair_id=pair.id,
            story_id=story.id,
            story_title=story.title,
            shareable=story.shareable,
            active=link.active,
            transcript_a=a.id,
            transcript_b=b.id,
            system_a=a.system_id,
            system_b=b.system_id,
            label_a=labels[a.system_id],
            label_b=labels[b.system_id],
            text_a=a.text if story.shareable else None,
            text_b=b.text if story.shareable else None,
        )
    return found


def _votes(session: Session, pairs: dict[tuple[str, str], PairRecord]) -> list[VoteRecord]:
    finer: dict[str, list[VoteAnswer]] = defaultdict(list)
    for answer in session.exec(select(VoteAnswer).order_by(col(VoteAnswer.criterion))):
        finer[answer.trial_id].append(answer)
    query = (
        select(Vote, Trial, Campaign.slug)
        .join(Trial, col(Trial.id) == Vote.trial_id)
        .join(Campaign, col(Campaign.id) == Trial.campaign_id)
        .order_by(col(Vote.created_at), col(Vote.trial_id))
    )
    return [
        _record(vote, trial, pairs[slug, vote.pair_id], finer[vote.trial_id])
        for vote, trial, slug in session.exec(query)
    ]


def _record(vote: Vote, trial: Trial, pair: PairRecord, finer: list[VoteAnswer]) -> VoteRecord:
    return VoteRecord(
        pair=pair,
        trial_id=trial.id,
        rater=trial.rater_id,
        repeat_no=trial.repeat_no,
        choice=_letter(pair, vote.choice, vote.transcript_id),
        left="a" if trial.left_id == pair.transcript_a else "b",
        rendering=trial.rendering,
        shown_hash=trial.shown_hash,
        opened_at=trial.opened_at,
        voted_at=vote.created_at,
        reason=vote.reason if pair.shareable else None,
        criteria={Criterion(one.criterion): _letter(pair, one.choice, one.transcript_id) for one in finer},
    )


def _letter(pair: PairRecord, choice: str, transcript_id: str | None) -> str:
    if choice == Choice.TRANSCRIPT:
        return {pair.transcript_a: "a", pair.transcript_b: "b"}[str(transcript_id)]
    return choice
