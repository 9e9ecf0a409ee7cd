"""The tables, and what the database itself must refuse.

A vote names the transcript chosen. Composite foreign keys through `pair_transcripts` keep that transcript, and the
trial's left side, inside the pair; nothing cascades, so no row below a vote can be taken away.
`SQLModel(table=True)` does not validate: values are checked by the store, and once more by the constraints here.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, MetaData, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from annotations.columns import Id, Utc, choice_checks, one_of, refers
from annotations.kinds import CampaignKind, TrialStatus, VerdictStatus
from core.records import Criterion, Finish, TranscriptStatus

REASON_LENGTH = 2000
"""Characters of a voter's own words."""

NAMES = {"pk": "pk_%(table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """Base of every table, with metadata of its own."""

    __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]  # declared_attr upstream


class Campaign(Row, table=True):
    """A set of pairs with its wording, criteria and rules."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("slug", name="uq_campaigns_slug"),
        one_of("kind", CampaignKind),
        CheckConstraint("repeats >= 0", name="repeats"),
        CheckConstraint("votes_wanted >= 1", name="votes_wanted"),
        CheckConstraint("limit_per_rater >= 1", name="limit_per_rater"),
        CheckConstraint("limit_per_address >= 1", name="limit_per_address"),
    )
    id: int | None = Field(default=None, primary_key=True)
    slug: str
    title: str
    kind: str
    wording: str
    """The question over the buttons."""
    criteria: list[str] = Field(sa_type=JSON)
    """The finer questions asked, in order."""
    public: bool
    """Text that may not be shared is refused here."""
    reveal: bool
    """Whether a rater learns after the vote which system was which."""
    show_captions: bool
    repeats: int
    """How many times more a rater may be shown a pair already seen."""
    votes_wanted: int | None
    """Votes after which a pair is no longer handed out; None for no end."""
    limit_per_rater: int | None
    """Votes one rater may give."""
    limit_per_address: int | None
    """Trials one network address may open in 24 hours."""
    is_open: bool
    created_at: datetime = Field(sa_type=Utc)


class StoryRow(Row, table=True):
    __tablename__ = "stories"
    id: str = Field(primary_key=True, sa_type=Id)
    source: str
    title: str | None
    shareable: bool


class PhotoRow(Row, table=True):
    __tablename__ = "photos"
    __table_args__ = (
        refers("fk_photos_story", "story_id", "stories", "id"),
        CheckConstraint("number BETWEEN 1 AND 20", name="number"),
    )
    story_id: str = Field(primary_key=True, sa_type=Id)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    path: str | None
    """File on this machine; None where the picture is missing or was not kept."""
    caption: str | None
    credit: str | None
    licence: str | None
    link: str | None
    width: int | None
    height: int | None


class SystemRow(Row, table=True):
    __tablename__ = "systems"
    id: str = Field(primary_key=True, sa_type=Id)
    label: str
    note: str


class TranscriptRow(Row, table=True):
    __tablename__ = "transcripts"
    __table_args__ = (
        refers("fk_transcripts_story", "story_id", "stories", "id"),
        refers("fk_transcripts_system", "system_id", "systems", "id"),
        UniqueConstraint("id", "story_id", name="uq_transcripts_id_story"),
        Index("ix_transcripts_story_system", "story_id", "system_id"),
        one_of("status", TranscriptStatus),
        one_of("finish", Finish),
        CheckConstraint("attempt >= 1", name="attempt"),
        CheckConstraint("seconds >= 0", name="seconds"),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    story_id: str = Field(sa_type=Id)
    system_id: str = Field(sa_type=Id)
    text: str | None
    """Word for word; None for what was written about an uploaded photo, unless the visitor agreed to keep it."""
    fingerprint: str
    prompt: str
    status: str
    reason: str | None
    finish: str | None
    seconds: float | None
    temperature: float | None
    top_p: float | None
    max_new_tokens: int | None
    seed: int | None = Field(sa_type=BigInteger)
    attempt: int
    words: int
    """Spoken, without labels and stage directions."""
    turns: int


class PairRow(Row, table=True):
    """Two different transcripts of one story. Unordered, so kept in the one order a < b."""

    __tablename__ = "pairs"
    __table_args__ = (
        refers("fk_pairs_transcript_a", "transcript_a story_id", "transcripts", "id story_id"),
        refers("fk_pairs_transcript_b", "transcript_b story_id", "transcripts", "id story_id"),
        UniqueConstraint("transcript_a", "transcript_b", name="uq_pairs_transcripts"),
        UniqueConstraint("id", "transcript_a", "transcript_b", name="uq_pairs_id_transcripts"),
        CheckConstraint("transcript_a < transcript_b", name="canonical"),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    story_id: str = Field(sa_type=Id)
    transcript_a: str = Field(sa_type=Id)
    transcript_b: str = Field(sa_type=Id)


class PairTranscript(Row, table=True):
    """The two members of a pair, one a row: what sides, votes and verdicts refer to."""

    __tablename__ = "pair_transcripts"
    __table_args__ = (
        refers(
            "fk_pair_transcripts_pair", "pair_id transcript_a transcript_b", "pairs", "id transcript_a transcript_b"
        ),
        CheckConstraint("transcript_id IN (transcript_a, transcript_b)", name="member"),
    )
    pair_id: str = Field(primary_key=True, sa_type=Id)
    transcript_id: str = Field(primary_key=True, sa_type=Id)
    transcript_a: str = Field(sa_type=Id)
    transcript_b: str = Field(sa_type=Id)


class CampaignPair(Row, table=True):
    __tablename__ = "campaign_pairs"
    __table_args__ = (
        refers("fk_campaign_pairs_campaign", "campaign_id", "campaigns", "id"),
        refers("fk_campaign_pairs_pair", "pair_id", "pairs", "id"),
        Index("ix_campaign_pairs_pair", "pair_id"),
    )
    campaign_id: int = Field(primary_key=True)
    pair_id: str = Field(primary_key=True, sa_type=Id)
    active: bool
    """False once a newer transcript of the same system took a side's place; its votes stay."""


class RaterRow(Row, table=True):
    __tablename__ = "raters"
    id: str = Field(primary_key=True, sa_type=Id)
    """HMAC of a cookie or an account's name (annotations.raters); nothing leads back."""
    created_at: datetime = Field(sa_type=Utc)


class Trial(Row, table=True):
    """A pair shown to one rater. The hidden sides are here and nowhere else."""

    __tablename__ = "trials"
    __table_args__ = (
        refers("fk_trials_campaign_pair", "campaign_id pair_id", "campaign_pairs", "campaign_id pair_id"),
        refers("fk_trials_rater", "rater_id", "raters", "id"),
        refers("fk_trials_left", "pair_id left_id", "pair_transcripts", "pair_id transcript_id"),
        UniqueConstraint("campaign_id", "rater_id", "pair_id", "repeat_no", name="uq_trials_rater_pair_repeat"),
        UniqueConstraint("id", "pair_id", name="uq_trials_id_pair"),
        Index("ix_trials_pair_status", "campaign_id", "pair_id", "status", "rater_id"),
        Index("ix_trials_address", "campaign_id", "address_hash", "opened_at"),
        one_of("status", TrialStatus),
        CheckConstraint("repeat_no >= 1", name="repeat_no"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    campaign_id: int
    rater_id: str = Field(sa_type=Id)
    pair_id: str = Field(sa_type=Id)
    repeat_no: int
    """1 for the first time this rater sees the pair."""
    left_id: str = Field(sa_type=Id)
    status: str
    rendering: str
    """Name and version of the form the texts were shown in."""
    shown_hash: str
    """SHA-256 of both texts as shown, left then right."""
    address_hash: str | None
    opened_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    closed_at: datetime | None = Field(sa_type=Utc)


class Vote(Row, table=True):
    """The answer to a trial: at most one, its key is the trial's."""

    __tablename__ = "votes"
    __table_args__ = (
        refers("fk_votes_trial", "trial_id pair_id", "trials", "id pair_id"),
        refers("fk_votes_transcript", "pair_id transcript_id", "pair_transcripts", "pair_id transcript_id"),
        UniqueConstraint("trial_id", "pair_id", name="uq_votes_trial_pair"),
        *choice_checks(),
        CheckConstraint(f"length(reason) <= {REASON_LENGTH}", name="reason"),
    )
    trial_id: str = Field(primary_key=True, sa_type=Id)
    pair_id: str = Field(sa_type=Id)
    choice: str
    transcript_id: str | None = Field(sa_type=Id)
    reason: str | None
    created_at: datetime = Field(sa_type=Utc)


class VoteAnswer(Row, table=True):
    """The answer to one of the finer questions, given with a vote."""

    __tablename__ = "vote_answers"
    __table_args__ = (
        refers("fk_vote_answers_vote", "trial_id pair_id", "votes", "trial_id pair_id"),
        refers("fk_vote_answers_transcript", "pair_id transcript_id", "pair_transcripts", "pair_id transcript_id"),
        one_of("criterion", Criterion),
        *choice_checks(),
    )
    trial_id: str = Field(primary_key=True, sa_type=Id)
    criterion: str = Field(primary_key=True)
    pair_id: str = Field(sa_type=Id)
    choice: str
    transcript_id: str | None = Field(sa_type=Id)


class VerdictRow(Row, table=True):
    """A judge's answer to a pair in one order."""

    __tablename__ = "verdicts"
    __table_args__ = (
        refers("fk_verdicts_first", "pair_id first_id", "pair_transcripts", "pair_id transcript_id"),
        refers("fk_verdicts_transcript", "pair_id transcript_id", "pair_transcripts", "pair_id transcript_id"),
        UniqueConstraint("pair_id", "judge", "rubric", "first_id", "criterion", "attempt", name="uq_verdicts_asked"),
        one_of("criterion", ("overall", *Criterion)),
        one_of("status", VerdictStatus),
        *choice_checks(),
        CheckConstraint("(status = 'ok') = (choice IS NOT NULL)", name="answered"),
        CheckConstraint("choice IS NOT NULL OR transcript_id IS NULL", name="unanswered"),
        CheckConstraint("attempt >= 1", name="attempt"),
        CheckConstraint("price >= 0", name="price"),
    )
    id: str = Field(primary_key=True, sa_type=Id)
    pair_id: str = Field(sa_type=Id)
    judge: str
    rubric: str
    first_id: str = Field(sa_type=Id)
    """The transcript the judge read first: the order."""
    criterion: str
    attempt: int
    status: str
    choice: str | None
    transcript_id: str | None = Field(sa_type=Id)
    reason: str | None
    price: float | None
    """US dollars."""


class ScoreRow(Row, table=True):
    __tablename__ = "scores"
    __table_args__ = (refers("fk_scores_transcript", "transcript_id", "transcripts", "id"),)
    transcript_id: str = Field(primary_key=True, sa_type=Id)
    family: str = Field(primary_key=True)
    """`published`, `style`, `diversity`, `adherence` or `grounding`."""
    metric: str = Field(primary_key=True)
    value: float | None
    """None where nothing was measured."""


METADATA: MetaData = Row.metadata
"""Everything above, for migrations."""
