"""The first tables, and the three campaigns there always are."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)

FINER = ["interruptions", "reaction", "phrasing", "personality"]
CAMPAIGNS: tuple[dict[str, Any], ...] = (
    {
        "slug": "benchmark",
        "kind": "benchmark",
        "title": "Benchmark",
        "criteria": FINER,
        "public": True,
        "reveal": False,
    },
    {
        "slug": "samples",
        "kind": "samples",
        "title": "Sample stories",
        "criteria": FINER,
        "public": True,
        "reveal": True,
        "repeats": 20,  # a visitor may open the same sample again and again
    },
    {
        "slug": "own-photos",
        "kind": "own_photos",
        "title": "Your photos",
        "criteria": [],
        "public": False,
        "reveal": True,
    },
)


def upgrade() -> None:
    _stories()
    _pairs()
    _votes()
    _verdicts()
    _campaigns()


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("shareable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )
    op.create_table(
        "photos",
        sa.Column("story_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("caption", sa.String(), nullable=True),
        sa.Column("credit", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND 20", name=op.f("ck_photos_number")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_photos_story"),
        sa.PrimaryKeyConstraint("story_id", "number", name=op.f("pk_photos")),
    )
    op.create_table(
        "systems",
        sa.Column("id", ID, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_systems")),
    )
    op.create_table(
        "transcripts",
        sa.Column("id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("system_id", ID, nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("finish", sa.String(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("temperature", sa.Float(), nullable=True),
        sa.Column("top_p", sa.Float(), nullable=True),
        sa.Column("max_new_tokens", sa.Integer(), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.CheckConstraint("finish IN ('end', 'length', 'stopped')", name=op.f("ck_transcripts_finish")),
        sa.CheckConstraint("status IN ('ok', 'error')", name=op.f("ck_transcripts_status")),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_transcripts_attempt")),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_transcripts_seconds")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_transcripts_story"),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name="fk_transcripts_system"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
        sa.UniqueConstraint("id", "story_id", name="uq_transcripts_id_story"),
    )
    op.create_index("ix_transcripts_story_system", "transcripts", ["story_id", "system_id"], unique=False)


def _pairs() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("reveal", sa.Boolean(), nullable=False),
        sa.Column("show_captions", sa.Boolean(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("votes_wanted", sa.Integer(), nullable=True),
        sa.Column("limit_per_rater", sa.Integer(), nullable=True),
        sa.Column("limit_per_address", sa.Integer(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('benchmark', 'own_photos', 'samples')", name=op.f("ck_campaigns_kind")),
        sa.CheckConstraint("limit_per_address >= 1", name=op.f("ck_campaigns_limit_per_address")),
        sa.CheckConstraint("limit_per_rater >= 1", name=op.f("ck_campaigns_limit_per_rater")),
        sa.CheckConstraint("repeats >= 0", name=op.f("ck_campaigns_repeats")),
        sa.CheckConstraint("votes_wanted >= 1", name=op.f("ck_campaigns_votes_wanted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("slug", name="uq_campaigns_slug"),
    )
    op.create_table(
        "pairs",
        sa.Column("id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("transcript_a", ID, nullable=False),
        sa.Column("transcript_b", ID, nullable=False),
        sa.CheckConstraint("transcript_a < transcript_b", name=op.f("ck_pairs_canonical")),
        sa.ForeignKeyConstraint(
            ["transcript_a", "story_id"], ["transcripts.id", "transcripts.story_id"], name="fk_pairs_transcript_a"
        ),
        sa.ForeignKeyConstraint(
            ["transcript_b", "story_id"], ["transcripts.id", "transcripts.story_id"], name="fk_pairs_transcript_b"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairs")),
        sa.UniqueConstraint("id", "transcript_a", "transcript_b", name="uq_pairs_id_transcripts"),
        sa.UniqueConstraint("transcript_a", "transcript_b", name="uq_pairs_transcripts"),
    )
    op.create_table(
        "pair_transcripts",
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("transcript_id", ID, nullable=False),
        sa.Column("transcript_a", ID, nullable=False),
        sa.Column("transcript_b", ID, nullable=False),
        sa.CheckConstraint("transcript_id IN (transcript_a, transcript_b)", name=op.f("ck_pair_transcripts_member")),
        sa.ForeignKeyConstraint(
            ["pair_id", "transcript_a", "transcript_b"],
            ["pairs.id", "pairs.transcript_a", "pairs.transcript_b"],
            name="fk_pair_transcripts_pair",
        ),
        sa.PrimaryKeyConstraint("pair_id", "transcript_id", name=op.f("pk_pair_transcripts")),
    )
    op.create_table(
        "campaign_pairs",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_campaign_pairs_campaign"),
        sa.ForeignKeyConstraint(["pair_id"], ["pairs.id"], name="fk_campaign_pairs_pair"),
        sa.PrimaryKeyConstraint("campaign_id", "pair_id", name=op.f("pk_campaign_pairs")),
    )
    op.create_index("ix_campaign_pairs_pair", "campaign_pairs", ["pair_id"], unique=False)


def _votes() -> None:
    op.create_table(
        "raters",
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raters")),
    )
    op.create_table(
        "trials",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", ID, nullable=False),
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("repeat_no", sa.Integer(), nullable=False),
        sa.Column("left_id", ID, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rendering", sa.String(), nullable=False),
        sa.Column("shown_hash", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=True),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_trials_closed_at")),
        sa.CheckConstraint("status IN ('open', 'voted', 'skipped', 'expired')", name=op.f("ck_trials_status")),
        sa.CheckConstraint("repeat_no >= 1", name=op.f("ck_trials_repeat_no")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "pair_id"],
            ["campaign_pairs.campaign_id", "campaign_pairs.pair_id"],
            name="fk_trials_campaign_pair",
        ),
        sa.ForeignKeyConstraint(
            ["pair_id", "left_id"],
            ["pair_transcripts.pair_id", "pair_transcripts.transcript_id"],
            name="fk_trials_left",
        ),
        sa.ForeignKeyConstraint(["rater_id"], ["raters.id"], name="fk_trials_rater"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        sa.UniqueConstraint("campaign_id", "rater_id", "pair_id", "repeat_no", name="uq_trials_rater_pair_repeat"),
        sa.UniqueConstraint("id", "pair_id", name="uq_trials_id_pair"),
    )
    op.create_index("ix_trials_address", "trials", ["campaign_id", "address_hash", "opened_at"], unique=False)
    op.create_index("ix_trials_pair_status", "trials", ["campaign_id", "pair_id", "status", "rater_id"], unique=False)
    op.create_table(
        "votes",
        sa.Column("trial_id", ID, nullable=False),
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("transcript_id", ID, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("(choice = 'transcript') = (transcript_id IS NOT NULL)", name=op.f("ck_votes_chosen")),
        sa.CheckConstraint("choice IN ('transcript', 'tie', 'both_bad')", name=op.f("ck_votes_choice")),
        sa.CheckConstraint("length(reason) <= 2000", name=op.f("ck_votes_reason")),
        sa.ForeignKeyConstraint(
            ["pair_id", "transcript_id"],
            ["pair_transcripts.pair_id", "pair_transcripts.transcript_id"],
            name="fk_votes_transcript",
        ),
        sa.ForeignKeyConstraint(["trial_id", "pair_id"], ["trials.id", "trials.pair_id"], name="fk_votes_trial"),
        sa.PrimaryKeyConstraint("trial_id", name=op.f("pk_votes")),
        sa.UniqueConstraint("trial_id", "pair_id", name="uq_votes_trial_pair"),
    )
    op.create_table(
        "vote_answers",
        sa.Column("trial_id", ID, nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("transcript_id", ID, nullable=True),
        sa.CheckConstraint(
            "(choice = 'transcript') = (transcript_id IS NOT NULL)", name=op.f("ck_vote_answers_chosen")
        ),
        sa.CheckConstraint("choice IN ('transcript', 'tie', 'both_bad')", name=op.f("ck_vote_answers_choice")),
        sa.CheckConstraint(
            "criterion IN ('interruptions', 'reaction', 'phrasing', 'personality')",
            name=op.f("ck_vote_answers_criterion"),
        ),
        sa.ForeignKeyConstraint(
            ["pair_id", "transcript_id"],
            ["pair_transcripts.pair_id", "pair_transcripts.transcript_id"],
            name="fk_vote_answers_transcript",
        ),
        sa.ForeignKeyConstraint(
            ["trial_id", "pair_id"], ["votes.trial_id", "votes.pair_id"], name="fk_vote_answers_vote"
        ),
        sa.PrimaryKeyConstraint("trial_id", "criterion", name=op.f("pk_vote_answers")),
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", ID, nullable=False),
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("judge", sa.String(), nullable=False),
        sa.Column("rubric", sa.String(), nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("transcript_id", ID, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("price", sa.Float(), nullable=True),
        sa.CheckConstraint("(choice = 'transcript') = (transcript_id IS NOT NULL)", name=op.f("ck_verdicts_chosen")),
        sa.CheckConstraint("(status = 'ok') = (choice IS NOT NULL)", name=op.f("ck_verdicts_answered")),
        sa.CheckConstraint("choice IN ('transcript', 'tie', 'both_bad')", name=op.f("ck_verdicts_choice")),
        sa.CheckConstraint(
            "criterion IN ('overall', 'interruptions', 'reaction', 'phrasing', 'personality')",
            name=op.f("ck_verdicts_criterion"),
        ),
        sa.CheckConstraint("status IN ('ok', 'unparsed', 'refused', 'error')", name=op.f("ck_verdicts_status")),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_verdicts_attempt")),
        sa.CheckConstraint("choice IS NOT NULL OR transcript_id IS NULL", name=op.f("ck_verdicts_unanswered")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_verdicts_price")),
        sa.ForeignKeyConstraint(
            ["pair_id", "first_id"],
            ["pair_transcripts.pair_id", "pair_transcripts.transcript_id"],
            name="fk_verdicts_first",
        ),
        sa.ForeignKeyConstraint(
            ["pair_id", "transcript_id"],
            ["pair_transcripts.pair_id", "pair_transcripts.transcript_id"],
            name="fk_verdicts_transcript",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("pair_id", "judge", "rubric", "first_id", "criterion", "attempt", name="uq_verdicts_asked"),
    )
    op.create_table(
        "scores",
        sa.Column("transcript_id", ID, nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["transcript_id"], ["transcripts.id"], name="fk_scores_transcript"),
        sa.PrimaryKeyConstraint("transcript_id", "family", "metric", name=op.f("pk_scores")),
    )


def _campaigns() -> None:
    common: dict[str, Any] = {
        "wording": "Which sounds more like people talking?",
        "show_captions": False,
        "repeats": 0,
        "is_open": True,
        "created_at": datetime.now(UTC),
    }
    types: dict[str, Any] = {"criteria": sa.JSON(), "created_at": TIME}
    rows = [{**common, **campaign} for campaign in CAMPAIGNS]
    columns: list[Any] = [sa.column(name, types.get(name)) for name in rows[0]]
    op.bulk_insert(sa.table("campaigns", *columns), rows)
