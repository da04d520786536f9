"""The types of columns, the same in meaning on every database.

Codes are compared as they are, byte by byte, whatever collation a server was set up with; moments are kept in UTC and
to the millisecond, which is what all three databases can keep.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Unicode
from sqlalchemy.dialects import mssql, postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

_AS_THEY_ARE = "C"
_BINARY = "Latin1_General_BIN2"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored without zone in UTC and to the millisecond, read as an aware one."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that keeps milliseconds."""
        if dialect.name == "mssql":
            return dialect.type_descriptor(mssql.DATETIME2(precision=3))  # type: ignore[no-untyped-call]
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(precision=3))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From aware to stored; servers keep milliseconds, and what is compared must be equal everywhere."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None, microsecond=moment.microsecond // 1000 * 1000)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From stored to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


def code(length: int) -> String:
    """Letters, digits and punctuation of ASCII that are compared as they are."""
    return (
        String(length)
        .with_variant(postgresql.VARCHAR(length, collation=_AS_THEY_ARE), "postgresql")
        .with_variant(mssql.VARCHAR(length, collation=_BINARY), "mssql")
    )


def label(length: int) -> Unicode:
    """Any text that is compared as it is."""
    return (
        Unicode(length)
        .with_variant(postgresql.VARCHAR(length, collation=_AS_THEY_ARE), "postgresql")
        .with_variant(mssql.NVARCHAR(length, collation=_BINARY), "mssql")
    )


def number() -> BigInteger:
    """A whole number that may be large; SQLite counts up by itself only where the type is INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")
