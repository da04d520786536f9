"""Every table of the warehouse, once: migrations are compared with it, and all statements are built from it.

Tables live in the schemas ``meta``, ``core``, ``mart`` and ``stage``; SQLite has one flat namespace, so that names are
unique across schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Unicode,
    UnicodeText,
    UniqueConstraint,
    schema,
    text,
)
from sqlalchemy.util import set_creation_order

from .types import UtcDateTime, code, label, number

SCHEMAS = ("meta", "core", "mart", "stage")
FLAT: Mapping[str | None, str | None] = MappingProxyType(dict.fromkeys(SCHEMAS))
"""The translation of schemas for a database that has none."""

VALUE = "value"
WITHDRAWN = "withdrawn"
UNDONE = "undone"
"""What a row of the history does: it says a value, takes back one that the source dropped, or undoes a load."""

ORDINARY = "load"
BACKFILL = "backfill"
UNDO = "undo"
"""What kind of load: the newest bytes, older ones that were loaded afterwards, or the taking back of another load."""

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


def _identity(name: str) -> Column[int]:
    return Column(name, number(), primary_key=True, autoincrement=True)


def _key(*, primary: bool) -> list[Column[Any]]:
    return [
        Column("indicator_id", code(64), primary_key=primary, nullable=False),
        Column("area_code", code(16), primary_key=primary, nullable=False),
        Column("area_vintage", code(16), primary_key=primary, nullable=False),
        Column("time_period", code(32), primary_key=primary, nullable=False),
        Column("breakdown", label(128), primary_key=primary, nullable=False),
    ]


def _commit() -> list[Column[Any]]:
    return [
        Column("retrieved_at", UtcDateTime, nullable=False),
        Column("load_id", number(), ForeignKey("meta.load.load_id"), nullable=False),
        Column("action", code(16), nullable=False),
    ]


def _content(*, optional: bool = False) -> list[Column[Any]]:
    return [
        Column("period_start", Date, nullable=optional),
        Column("period_end", Date, nullable=optional),
        Column("value", Double),
        Column("obs_status", code(1), nullable=optional),
        Column("status_flags", code(128)),
        Column("status_reason", code(64)),
        Column("lower_ci", Double),
        Column("upper_ci", Double),
        Column("numerator", Double),
        Column("denominator", Double),
        Column("unit_measure", code(32), nullable=optional),
        Column("note", UnicodeText),
        Column("source_area_code", code(16)),
        Column("origin", code(16), nullable=optional),
        Column("row_hash", code(32), nullable=optional),
    ]


installation = Table(
    "installation",
    METADATA,
    Column("name", code(32), primary_key=True),
    Column("value", Unicode(255), nullable=False),
    schema="meta",
)

run = Table(
    "run",
    METADATA,
    Column("run_id", code(64), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("command", UnicodeText, nullable=False),
    Column("mode", code(16), nullable=False),
    Column("engine_version", code(32), nullable=False),
    Column("outcome", code(16), nullable=False),
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
    Column("run_id", code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("indicator_id", code(64), ForeignKey("core.indicator.indicator_id"), nullable=False),
    Column("dataset_id", code(255), nullable=False),
    Column("committed_at", UtcDateTime, nullable=False),
    Column("retrieved_at", UtcDateTime, nullable=False),
    Column("release", Unicode(255)),
    Column("exchange_id", code(255)),
    Column("spec_text", UnicodeText, nullable=False),
    Column("plan_json", UnicodeText, nullable=False),
    Column("plan_fingerprint", code(64), nullable=False),
    Column("row_set_hash", code(64), nullable=False),
    Column("registry_hash", code(64), nullable=False),
    Column("engine_version", code(32), nullable=False),
    Column("origin", code(16), nullable=False),
    Column("rows_new", Integer, nullable=False),
    Column("rows_changed", Integer, nullable=False),
    Column("rows_unchanged", Integer, nullable=False),
    Column("rows_withdrawn", Integer, nullable=False),
    Column("rows_held", Integer, nullable=False),
    Column("outcome", code(16), nullable=False),
    Column("commit_id", code(64)),
    Column("kind", code(16), nullable=False, server_default=ORDINARY),
    Column("undoes", number()),
    Index(None, "indicator_id"),
    Index(
        None,
        "commit_id",
        unique=True,
        mssql_where=text("commit_id IS NOT NULL"),
        postgresql_where=text("commit_id IS NOT NULL"),
        sqlite_where=text("commit_id IS NOT NULL"),
    ),
    schema="meta",
)

load_input = Table(
    "load_input",
    METADATA,
    Column("load_id", number(), ForeignKey("meta.load.load_id"), primary_key=True, autoincrement=False),
    Column("input_load_id", number(), ForeignKey("meta.load.load_id"), primary_key=True, autoincrement=False),
    schema="meta",
)

# A pair of bytes and plan that was undone and isn't to be loaded again until somebody says so.
hold = Table(
    "hold",
    METADATA,
    _identity("hold_id"),
    Column("indicator_id", code(64), ForeignKey("core.indicator.indicator_id"), nullable=False),
    Column("row_set_hash", code(64), nullable=False),
    Column("plan_fingerprint", code(64), nullable=False),
    Column("load_id", number(), ForeignKey("meta.load.load_id"), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("released_at", UtcDateTime),
    Index(None, "indicator_id"),
    schema="meta",
)

ingestion_log = Table(
    "ingestion_log",
    METADATA,
    _identity("ingestion_id"),
    Column("run_id", code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("dataset_id", code(255), nullable=False),
    Column("url", UnicodeText, nullable=False),
    Column("object_path", UnicodeText, nullable=False),
    Column("sha256", code(64), nullable=False),
    Column("canonical_hash", code(64)),
    Column("size", number(), nullable=False),
    Column("status", Integer, nullable=False),
    Column("rows", number()),
    Column("retrieved_at", UtcDateTime, nullable=False),
    Index(None, "run_id"),
    schema="meta",
)

validation_log = Table(
    "validation_log",
    METADATA,
    _identity("validation_id"),
    Column("run_id", code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("indicator_id", code(64), nullable=False),
    Column("check_name", code(64), nullable=False),
    Column("severity", code(16), nullable=False),
    Column("message", UnicodeText, nullable=False),
    Column("rows", number(), nullable=False),
    Column("total", number()),
    Column("valid", number()),
    Column("invalid", number()),
    Column("missing", number()),
    Column("completeness", Double),
    Index(None, "run_id"),
    schema="meta",
)

dataset_metadata = Table(
    "dataset_metadata",
    METADATA,
    Column("dataset_id", code(255), primary_key=True),
    Column("source_name", Unicode(255), nullable=False),
    Column("source_url", UnicodeText, nullable=False),
    Column("last_extracted_at", UtcDateTime),
    Column("record_count", number()),
    Column("status", code(16), nullable=False),
    Column("pipeline_run_id", code(64), nullable=False),
    schema="meta",
)

# Each content that a data set was seen with.
dataset_version = Table(
    "dataset_version",
    METADATA,
    Column("dataset_id", code(255), primary_key=True),
    Column("row_set_hash", code(64), primary_key=True),
    Column("release", Unicode(255)),
    Column("exchange_id", code(255)),
    Column("first_retrieved_at", UtcDateTime, nullable=False),
    Column("last_retrieved_at", UtcDateTime, nullable=False),
    schema="meta",
)

rejected_observation = Table(
    "rejected_observation",
    METADATA,
    _identity("rejected_id"),
    Column("run_id", code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("load_id", number(), ForeignKey("meta.load.load_id")),
    Column("indicator_id", code(64), nullable=False),
    Column("area_code", Unicode(255)),
    Column("area_vintage", Unicode(255)),
    Column("time_period", Unicode(255)),
    Column("breakdown", Unicode(255)),
    Column("value", Double),
    Column("check_name", code(64), nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Index(None, "run_id"),
    schema="meta",
)

etl_audit = Table(
    "etl_audit",
    METADATA,
    _identity("audit_id"),
    Column("at", UtcDateTime, nullable=False),
    Column("run_id", code(64), ForeignKey("meta.run.run_id"), nullable=False),
    Column("indicator_id", code(64)),
    Column("event", code(32), nullable=False),
    Column("detail", UnicodeText, nullable=False),
    Index(None, "event", "indicator_id"),
    schema="meta",
)

indicator = Table(
    "indicator",
    METADATA,
    Column("indicator_id", code(64), primary_key=True),
    Column("title", Unicode(255), nullable=False),
    Column("description", UnicodeText, nullable=False),
    Column("domain", code(64), nullable=False),
    Column("subdomain", code(64), nullable=False),
    Column("measure_type", code(32), nullable=False),
    Column("unit_measure", code(32), nullable=False),
    Column("unit", Unicode(64), nullable=False),
    Column("polarity", code(32), nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("publisher", Unicode(255), nullable=False),
    Column("license", Unicode(255), nullable=False),
    Column("owner", Unicode(255), nullable=False),
    Column("dataset_id", code(255), nullable=False),
    Column("spec_hash", code(64), nullable=False),
    Column("publish", Boolean, nullable=False),
    Column("target_vintage", code(16), nullable=False),
    schema="core",
)

area = Table(
    "area",
    METADATA,
    Column("area_code", code(16), primary_key=True),
    Column("area_vintage", code(16), primary_key=True),
    Column("name", Unicode(255), nullable=False),
    Column("level", code(32), nullable=False),
    Column("parent", code(16)),
    schema="core",
)

area_change = Table(
    "area_change",
    METADATA,
    Column("event", code(32), primary_key=True),
    Column("changed_on", Date, primary_key=True),
    Column("code_before", code(16), primary_key=True),
    Column("code_after", code(16), primary_key=True),
    Column("flag", code(64)),
    Column("source", UnicodeText),
    schema="core",
)

# The district and the region that small areas lie in, in the target vintage.
geo_lookup = Table(
    "geo_lookup",
    METADATA,
    Column("code", code(16), primary_key=True),
    Column("area_vintage", code(16), primary_key=True),
    Column("level", code(32), nullable=False),
    Column("lad_code", code(16), nullable=False),
    Column("region_code", code(16), nullable=False),
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
    Column("observation_id", number(), nullable=False),
    *_commit(),
    *_content(),
    schema="core",
    sqlite_with_rowid=False,
)

# One incoming load at a time per load_id; a held key has no content. It is empty again when a load commits.
incoming = Table(
    "incoming",
    METADATA,
    Column("load_id", number(), primary_key=True, autoincrement=False),
    *_key(primary=True),
    Column("held", Boolean, nullable=False),
    Column("area_level", code(32)),
    *_content(optional=True),
    schema="stage",
    sqlite_with_rowid=False,
)

# The vintages that a load speaks for, and the areas and breakdowns where it doesn't speak for all.
incoming_scope = Table(
    "incoming_scope",
    METADATA,
    Column("load_id", number(), primary_key=True, autoincrement=False),
    Column("dimension", code(16), primary_key=True),
    Column("code", label(128), primary_key=True),
    schema="stage",
)

# The contract with dashboards: names and order are fixed.
indicators = Table(
    "indicators",
    METADATA,
    _identity("id"),
    Column("indicator_id", code(64), nullable=False),
    Column("dataset_id", code(255), nullable=False),
    Column("domain", code(64), nullable=False),
    Column("subdomain", code(64), nullable=False),
    Column("lad_code", code(16), nullable=False),
    Column("lad_name", Unicode(255), nullable=False),
    Column("reference_period", Date, nullable=False),
    Column("value", Double),
    Column("unit", Unicode(64), nullable=False),
    Column("source", Unicode(255), nullable=False),
    Column("extracted_at", UtcDateTime, nullable=False),
    Column("pipeline_run_id", code(64), nullable=False),
    Column("obs_status", code(1), nullable=False),
    Column("status_flags", code(128)),
    Column("status_reason", code(64)),
    Column("lower_ci", Double),
    Column("upper_ci", Double),
    Column("time_period", code(32), nullable=False),
    Column("is_latest", Boolean, nullable=False),
    Column("origin", code(16), nullable=False),
    UniqueConstraint("indicator_id", "lad_code", "reference_period"),
    schema="mart",
)


# Every day of the years that periods end in, for dashboards that need a calendar.
dim_date = Table(
    "dim_date",
    METADATA,
    Column("date", Date, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("quarter", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("month_name", code(16), nullable=False),
    Column("day", Integer, nullable=False),
    Column("financial_year", code(16), nullable=False),
    schema="mart",
)


def flat_metadata() -> MetaData:
    """The same tables without schemas; translating schemas on the way would drop foreign keys between them."""
    flat = MetaData(naming_convention=METADATA.naming_convention)
    none: Any = None
    blank: Any = schema.BLANK_SCHEMA
    for table in METADATA.sorted_tables:
        copied = table.to_metadata(flat, schema=none, referred_schema_fn=lambda *_: blank)
        # They are copied in the order of a set, which differs from one process to the next.
        for constraint in sorted(
            copied.foreign_key_constraints, key=lambda key: copied.columns.keys().index(key.column_keys[0])
        ):
            set_creation_order(constraint)
    return flat
