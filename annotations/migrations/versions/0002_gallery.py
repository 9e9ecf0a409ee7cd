"""A fourth campaign there always is: the gallery of rendered stories, voted on until a benchmark is brought in."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SLUG = "gallery"


def upgrade() -> None:
    types: dict[str, Any] = {"criteria": sa.JSON(), "created_at": sa.DateTime(timezone=True)}
    row: dict[str, Any] = {
        "slug": SLUG,
        "kind": "benchmark",
        "title": "Gallery of the miniature",
        "criteria": ["interruptions", "reaction", "phrasing", "personality"],
        "public": True,
        "reveal": True,
        "wording": "Which sounds more like people talking?",
        "show_captions": False,
        "repeats": 0,
        "is_open": True,
        "created_at": datetime.now(UTC),
    }
    campaigns = sa.table("campaigns", *(sa.column(name, types.get(name)) for name in row))
    taken = sa.select(sa.literal(1)).select_from(campaigns).where(campaigns.c.slug == SLUG)
    if op.get_bind().execute(taken).first() is None:  # an operator may have made one of this name
        op.bulk_insert(campaigns, [row])
