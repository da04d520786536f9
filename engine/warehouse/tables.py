"""Every table of the warehouse, once: migrations are compared with it, and all statements are built from it.

Tables live in the schemas ``meta``, ``core``, ``mart`` and ``stage``; SQLite has one flat namespace, so that names are
unique across schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Unicode,
    UnicodeText,
    UniqueConstraint,
    schema,
)
from sqlalchemy.types import TypeDecorator

SCHEMAS = ("meta", "core", "mart", "stage")
FLAT: Mapping[str | None, str | None] = MappingProxyType(dict.fromkeys(SCHEMAS))
"""The translation of schemas for a database that has none."""

VALUE = "value"
WITHDRAWN = "withdrawn"
SYNTHETIC = "synthetic"
DISTRICT = "lad"

KEY = ("indicator_id", "area_code", "area_vintage", "time_period", "breakdown")
NUMBERS = ("value", "lower_ci", "upper_ci", "numerator", "denominator")
CONTENT = (
    "period_start",
    "period_end",
    "value",
    "obs_status",
    "status_flags",
    "status_reason",
    "lower_ci",
    "upper_ci",
    "numerator",
    "denominator",
    "unit_measure",
    "note",
    "source_area_code",
    "origin",
    "row_hash",
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored without zone in UTC and to the millisecond, read as an aware one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From aware to stored; servers keep milliseconds, and what is compared must be equal everywhere."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None, microsecond=moment.microsecond // 1000 * 1000)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From stored to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


def _code(length: int) -> String:
    """Letters, digits and punctuation that are compared as they are."""
    return String(length)


def _number() -> BigInteger:
    # SQLite counts up by itself only where the type is INTEGER.
    return BigInteger().with_variant(Integer, "sqlite")


def _identity(name: str) -> Column[int]:
    return Column(name, _number(), primary_key=True, autoincrement=True)


def _key(*, primary: bool) -> list[Column[Any]]:
    return [
        Column("indicator_id", _code(64), primary_key=primary, nullable=False),
        Column("area_code", _code(16), primary_key=primary, nullable=False),
        Column("area_vintage", _code(16), primary_key=primary, nullable=False),
        Column("time_period", _code(32), primary_key=primary, nullable=False),
        Column("breakdown", _code(128), primary_key=primary, nullable=False),
    ]


def _commit() -> list[Column[Any]]:
    return [
        Column("retrieved_at", UtcDateTime, nullable=False),
        Column("load_id", _number(), ForeignKey("meta.load.load_id"), nullable=False),
        Column("action", _code(16), nullable=False),
    ]


def _content(*, optional: bool = False) -> list[Column[Any]]:
    return [
        Column("period_start", Date, nullable=optional),
        Column("period_end", Date, nullable=optional),
        Column("value", Double),
        Column("obs_status", _code(1), nullable=optional),
        Column("status_flags", _code(128)),
        Column("status_reason", _code(64)),
        Column("lower_ci", Double),
        Column("upper_ci", Double),
        Column("numerator", Double),
        Column("denominator", Double),
        Column("unit_measure", _code(32), nullable=optional),
        Column("note", UnicodeText),
        Column("source_area_code", _code(16)),
        Column("origin", _code(16), nullable=optional),
        Column("row_hash", _code(32), nullable=optional),
    ]


installation = Table(
    "installation",
    METADATA,
    Column("name", _code(32), primary_key=True),
    Column("value", Unicode(255), nullable=False),
    schema="meta",
)

run = Table(
    "run",
    METADATA,
    Column("run_id", _code(64), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("command", UnicodeText, nullable=False),
    Column("mode", _code(16), nullable=False),
    Column("engine_version", _code(32), nullable=False),
    Column("outcome", _code(16), nullable=False),
    Column("exit_code", Integer),
    Column("indicators_loaded", Integer),
    Column("indicators_unchanged", Integer),
    Column("indicators_failed", Integer),
    schema="meta",
)

load = Table(
    "load",
    METADATA,
    _identity("load_id"),
    Column("run_id", _code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("indicator_id", _code(64), ForeignKey("core.indicator.indicator_id"), nullable=False),
    Column("dataset_id", _code(255), nullable=False),
    Column("committed_at", UtcDateTime, nullable=False),
    Column("retrieved_at", UtcDateTime, nullable=False),
    Column("release", Unicode(255)),
    Column("exchange_id", _code(255)),
    Column("spec_text", UnicodeText, nullable=False),
    Column("plan_json", UnicodeText, nullable=False),
    Column("plan_fingerprint", _code(64), nullable=False),
    Column("row_set_hash", _code(64), nullable=False),
    Column("registry_hash", _code(64), nullable=False),
    Column("engine_version", _code(32), nullable=False),
    Column("origin", _code(16), nullable=False),
    Column("rows_new", Integer, nullable=False),
    Column("rows_changed", Integer, nullable=False),
    Column("rows_unchanged", Integer, nullable=False),
    Column("rows_withdrawn", Integer, nullable=False),
    Column("rows_held", Integer, nullable=False),
    Column("outcome", _code(16), nullable=False),
    Index(None, "indicator_id"),
    schema="meta",
)

load_input = Table(
    "load_input",
    METADATA,
    Column("load_id", _number(), ForeignKey("meta.load.load_id"), primary_key=True, autoincrement=False),
    Column("input_load_id", _number(), ForeignKey("meta.load.load_id"), primary_key=True, autoincrement=False),
    schema="meta",
)

ingestion_log = Table(
    "ingestion_log",
    METADATA,
    _identity("ingestion_id"),
    Column("run_id", _code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("dataset_id", _code(255), nullable=False),
    Column("url", UnicodeText, nullable=False),
    Column("object_path", UnicodeText, nullable=False),
    Column("sha256", _code(64), nullable=False),
    Column("canonical_hash", _code(64)),
    Column("size", _number(), nullable=False),
    Column("status", Integer, nullable=False),
    Column("rows", _number()),
    Column("retrieved_at", UtcDateTime, nullable=False),
    Index(None, "run_id"),
    schema="meta",
)

validation_log = Table(
    "validation_log",
    METADATA,
    _identity("validation_id"),
    Column("run_id", _code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("indicator_id", _code(64), nullable=False),
    Column("check_name", _code(64), nullable=False),
    Column("severity", _code(16), nullable=False),
    Column("message", UnicodeText, nullable=False),
    Column("rows", _number(), nullable=False),
    Column("total", _number()),
    Column("valid", _number()),
    Column("invalid", _number()),
    Column("missing", _number()),
    Column("completeness", Double),
    Index(None, "run_id"),
    schema="meta",
)

dataset_metadata = Table(
    "dataset_metadata",
    METADATA,
    Column("dataset_id", _code(255), primary_key=True),
    Column("source_name", Unicode(255), nullable=False),
    Column("source_url", UnicodeText, nullable=False),
    Column("last_extracted_at", UtcDateTime),
    Column("record_count", _number()),
    Column("status", _code(16), nullable=False),
    Column("pipeline_run_id", _code(64), nullable=False),
    schema="meta",
)

rejected_observation = Table(
    "rejected_observation",
    METADATA,
    _identity("rejected_id"),
    Column("run_id", _code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("load_id", _number(), ForeignKey("meta.load.load_id")),
    Column("indicator_id", _code(64), nullable=False),
    Column("area_code", Unicode(255)),
    Column("area_vintage", Unicode(255)),
    Column("time_period", Unicode(255)),
    Column("breakdown", Unicode(255)),
    Column("value", Double),
    Column("check_name", _code(64), nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Index(None, "run_id"),
    schema="meta",
)

etl_audit = Table(
    "etl_audit",
    METADATA,
    _identity("audit_id"),
    Column("at", UtcDateTime, nullable=False),
    Column("run_id", _code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("indicator_id", _code(64)),
    Column("event", _code(32), nullable=False),
    Column("detail", UnicodeText, nullable=False),
    Index(None, "event", "indicator_id"),
    schema="meta",
)

indicator = Table(
    "indicator",
    METADATA,
    Column("indicator_id", _code(64), primary_key=True),
    Column("title", Unicode(255), nullable=False),
    Column("description", UnicodeText, nullable=False),
    Column("domain", _code(64), nullable=False),
    Column("subdomain", _code(64), nullable=False),
    Column("measure_type", _code(32), nullable=False),
    Column("unit_measure", _code(32), nullable=False),
    Column("unit", Unicode(64), nullable=False),
    Column("polarity", _code(32), nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("publisher", Unicode(255), nullable=False),
    Column("license", Unicode(255), nullable=False),
    Column("owner", Unicode(255), nullable=False),
    Column("dataset_id", _code(255), nullable=False),
    Column("spec_hash", _code(64), nullable=False),
    Column("publish", Boolean, nullable=False),
    Column("target_vintage", _code(16), nullable=False),
    schema="core",
)

area = Table(
    "area",
    METADATA,
    Column("area_code", _code(16), primary_key=True),
    Column("area_vintage", _code(16), primary_key=True),
    Column("name", Unicode(255), nullable=False),
    Column("level", _code(32), nullable=False),
    Column("parent", _code(16)),
    schema="core",
)

observation = Table(
    "observation",
    METADATA,
    _identity("observation_id"),
    *_key(primary=False),
    *_commit(),
    *_content(),
    Index(None, "indicator_id", "load_id"),
    schema="core",
)

current = Table(
    "observation_current",
    METADATA,
    *_key(primary=True),
    Column("observation_id", _number(), nullable=False),
    *_commit(),
    *_content(),
    schema="core",
    sqlite_with_rowid=False,
)

# One incoming load at a time per load_id; a held key has no content. It is empty again when a load commits.
incoming = Table(
    "incoming",
    METADATA,
    Column("load_id", _number(), primary_key=True, autoincrement=False),
    *_key(primary=True),
    Column("held", Boolean, nullable=False),
    Column("area_level", _code(32)),
    *_content(optional=True),
    schema="stage",
    sqlite_with_rowid=False,
)

# The areas and breakdowns that a load speaks for, where it doesn't speak for all.
incoming_scope = Table(
    "incoming_scope",
    METADATA,
    Column("load_id", _number(), primary_key=True, autoincrement=False),
    Column("dimension", _code(16), primary_key=True),
    Column("code", _code(128), primary_key=True),
    schema="stage",
)

# The contract with dashboards: names and order are fixed.
indicators = Table(
    "indicators",
    METADATA,
    _identity("id"),
    Column("indicator_id", _code(64), nullable=False),
    Column("dataset_id", _code(255), nullable=False),
    Column("domain", _code(64), nullable=False),
    Column("subdomain", _code(64), nullable=False),
    Column("lad_code", _code(16), nullable=False),
    Column("lad_name", Unicode(255), nullable=False),
    Column("reference_period", Date, nullable=False),
    Column("value", Double),
    Column("unit", Unicode(64), nullable=False),
    Column("source", Unicode(255), nullable=False),
    Column("extracted_at", UtcDateTime, nullable=False),
    Column("pipeline_run_id", _code(64), nullable=False),
    Column("obs_status", _code(1), nullable=False),
    Column("status_flags", _code(128)),
    Column("status_reason", _code(64)),
    Column("lower_ci", Double),
    Column("upper_ci", Double),
    Column("time_period", _code(32), nullable=False),
    Column("is_latest", Boolean, nullable=False),
    Column("origin", _code(16), nullable=False),
    UniqueConstraint("indicator_id", "lad_code", "reference_period"),
    schema="mart",
)


def flat_metadata() -> MetaData:
    """The same tables without schemas; translating schemas on the way would drop foreign keys between them."""
    flat = MetaData(naming_convention=METADATA.naming_convention)
    none: Any = None
    blank: Any = schema.BLANK_SCHEMA
    for table in METADATA.sorted_tables:
        table.to_metadata(flat, schema=none, referred_schema_fn=lambda *_: blank)
    return flat
