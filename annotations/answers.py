"""What becomes of an answer, inside a transaction that the store opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from annotations.kinds import TrialStatus
from annotations.tables import REASON_LENGTH, Campaign, Trial, Vote, VoteAnswer
from annotations.trials import right_id
from core.errors import BadInput, StoreError
from core.records import Answer, Choice, Criterion

NOT_YOURS = "This pair is not open for you (any more). Reload the page to get one; your other votes are safe."


@dataclass(frozen=True, slots=True)
class Given:
    """What the rater pressed and wrote."""

    answer: Answer
    reason: str | None = None
    criteria: Mapping[Criterion, Answer] = field(default_factory=dict[Criterion, Answer])


def given(answer: Answer, reason: str | None, criteria: Mapping[Criterion, Answer]) -> Given:
    """Checked and cleaned. Raises BadInput for a word that is no answer or no criterion."""
    try:
        finer = {Criterion(criterion): Answer(choice) for criterion, choice in criteria.items()}
        return Given(Answer(answer), clean_reason(reason), finer)
    except ValueError as error:
        known = ", ".join([*Answer, *Criterion])
        raise BadInput(f"{error}; one of these was wanted: {known}; nothing was stored") from None


def clean_reason(reason: str | None) -> str | None:
    """A voter's own words without control characters, at most 2,000 of them; None where nothing is left."""
    if reason is None:
        return None
    kept = "".join(sign if sign == "\n" or sign.isprintable() else " " for sign in reason)
    return kept.strip()[:REASON_LENGTH].strip() or None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer. A refusal is told after the commit, for the trial may have been marked expired."""

    trial: Trial
    answer: Answer
    already: bool
    refusal: str | None = None


def answer(
    session: Session,
    trial_id: str,
    rater_id: str,
    what: Given,
    now: datetime,
) -> Outcome:
    """Stores one vote a trial; the first answer stands. Raises StoreError for a trial that is not this rater's."""
    trial = session.exec(select(Trial).where(Trial.id == trial_id).with_for_update()).first()
    if trial is None or trial.rater_id != rater_id:
        raise StoreError(NOT_YOURS)
    if trial.status in (TrialStatus.VOTED, TrialStatus.SKIPPED):
        return Outcome(trial, _stored_answer(session, trial), already=True)
    if trial.status == TrialStatus.EXPIRED or trial.expires_at <= now:
        _close(session, trial, TrialStatus.EXPIRED, trial.closed_at or now)
        return Outcome(trial, what.answer, already=False, refusal=f"Time ran out for this pair. {NOT_YOURS}")
    campaign = session.get_one(Campaign, trial.campaign_id)
    if not campaign.is_open:
        raise StoreError(f"“{campaign.title}” was closed a moment ago; this answer came too late to count.")
    if what.answer is Answer.SKIP:
        _close(session, trial, TrialStatus.SKIPPED, now)
        return Outcome(trial, what.answer, already=False)
    _refuse_unasked(campaign, what.criteria)
    _close(session, trial, TrialStatus.VOTED, now)
    _store_vote(session, trial, what, now)
    return Outcome(trial, what.answer, already=False)


def _close(session: Session, trial: Trial, status: TrialStatus, now: datetime) -> None:
    trial.status, trial.closed_at = status.value, now
    session.add(trial)


def _refuse_unasked(campaign: Campaign, criteria: Mapping[Criterion, Answer]) -> None:
    for criterion in criteria:
        if criterion not in campaign.criteria:
            raise BadInput(f"{criterion.value!r} is not asked in {campaign.slug!r}; nothing was stored")


def _store_vote(
    session: Session,
    trial: Trial,
    what: Given,
    now: datetime,
) -> None:
    choice, transcript_id = _stored(session, trial, what.answer)
    vote = Vote(
        trial_id=trial.id,
        pair_id=trial.pair_id,
        choice=choice.value,
        transcript_id=transcript_id,
        reason=what.reason,
        created_at=now,
    )
    session.add(vote)
    session.flush()  # the finer answers refer to the vote
    for criterion, finer in what.criteria.items():
        if finer is not Answer.SKIP:
            choice, transcript_id = _stored(session, trial, finer)
            session.add(
                VoteAnswer(
                    trial_id=trial.id,
                    criterion=criterion.value,
                    pair_id=trial.pair_id,
                    choice=choice.value,
                    transcript_id=transcript_id,
                )
            )


def _stored(session: Session, trial: Trial, given: Answer) -> tuple[Choice, str | None]:
    """A side becomes the transcript that stood there."""
    if given is Answer.LEFT:
        return Choice.TRANSCRIPT, trial.left_id
    if given is Answer.RIGHT:
        return Choice.TRANSCRIPT, right_id(session, trial)
    return Choice(given.value), None


def _stored_answer(session: Session, trial: Trial) -> Answer:
    if trial.status == TrialStatus.SKIPPED:
        return Answer.SKIP
    vote = session.get_one(Vote, trial.id)
    if vote.choice == Choice.TRANSCRIPT:
        return Answer.LEFT if vote.transcript_id == trial.left_id else Answer.RIGHT
    return Answer(vote.choice)
