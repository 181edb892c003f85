"""The vocabulary of the tables: column types that mean the same on both databases, and the columns every record has.

Role: types, names of constraints, the shared columns.
Must not know: which tables exist.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, ForeignKey, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in both databases, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware stamp into UTC; SQLite keeps it as sortable text without a zone."""
        if value is None:
            return None
        stamp = value.astimezone(UTC)
        return stamp.replace(tzinfo=None) if dialect.name == "sqlite" else stamp

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stamp back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Body = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON value: exact amounts stand in it as decimal strings."""


def organisation() -> Column[str]:
    """The organisation a row belongs to: the first part of every key."""
    return Column("organisation", Text, ForeignKey("organisations.id"), primary_key=True)


def stamps() -> tuple[Column[Any], ...]:
    """Columns of a record that may be read incrementally.

    `sequence` rises with every change within the organisation, in the order in which changes became visible;
    `updated_at` never falls along it, also when the machine's clock does.
    """
    return (
        Column("sequence", BigInteger, nullable=False),
        Column("created_at", Moment, nullable=False),
        Column("updated_at", Moment, nullable=False),
    )
