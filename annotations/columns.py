"""Column types and constraints that several tables share."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, DateTime, Dialect, ForeignKeyConstraint, String, TypeDecorator

from core.records import Choice

Id = String().with_variant(String(collation="C"), "postgresql")
"""Ids compare byte by byte everywhere, so that the canonical order of a pair is the same in every database."""


class Utc(TypeDecorator[datetime]):
    """An aware time in UTC, also in SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value}: a time with its zone was wanted")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def one_of(column: str, values: Iterable[str], name: str | None = None) -> CheckConstraint:
    known = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({known})", name=name or column)


def choice_checks() -> tuple[CheckConstraint, CheckConstraint]:
    """A known choice, with a transcript beside it exactly where one was chosen."""
    return (
        one_of("choice", Choice),
        CheckConstraint("(choice = 'transcript') = (transcript_id IS NOT NULL)", name="chosen"),
    )


def refers(name: str, columns: str, target: str, keys: str) -> ForeignKeyConstraint:
    """Without an `ondelete`: what is referred to cannot be deleted."""
    return ForeignKeyConstraint(columns.split(), [f"{target}.{key}" for key in keys.split()], name=name)
