"""The first tables: runs, loads, observations and their history, and the mart."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from yhovi.engine.warehouse.types import UtcDateTime, code, label, number

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables in an empty database."""
    _make_catalogue()
    _make_journal()
    _make_logs()
    _make_observations()
    _make_stage()
    _make_mart()


def downgrade() -> None:
    """Drop them again, with all they hold."""
    for schema, table in reversed(_TABLES):
        op.drop_table(table, schema=_in(schema))


_TABLES = (
    ("core", "area"),
    ("core", "indicator"),
    ("meta", "installation"),
    ("meta", "dataset_metadata"),
    ("meta", "run"),
    ("meta", "load"),
    ("meta", "ingestion_log"),
    ("meta", "validation_log"),
    ("meta", "rejected_observation"),
    ("meta", "etl_audit"),
    ("core", "observation"),
    ("core", "observation_current"),
    ("stage", "incoming"),
    ("stage", "incoming_scope"),
    ("mart", "indicators"),
)


def _in(schema: str) -> str | None:
    """The schema, or None where the database has one flat namespace."""
    return None if op.get_context().dialect.name == "sqlite" else schema


def _named(schema: str, name: str) -> str:
    there = _in(schema)
    return f"{there}.{name}" if there else name


def _identity(table: str, name: str) -> tuple[sa.Column[Any], sa.PrimaryKeyConstraint]:
    column = sa.Column(name, number(), autoincrement=True, nullable=False)
    return column, sa.PrimaryKeyConstraint(name, name=f"pk_{table}")


def _refers(table: str, column: str, schema: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{_named(schema, target)}.{column}"], name=f"fk_{table}_{column}")


def _key() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("indicator_id", code(64), nullable=False),
        sa.Column("area_code", code(16), nullable=False),
        sa.Column("area_vintage", code(16), nullable=False),
        sa.Column("time_period", code(32), nullable=False),
        sa.Column("breakdown", label(128), nullable=False),
    )


def _commit() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("retrieved_at", UtcDateTime(), nullable=False),
        sa.Column("load_id", number(), nullable=False),
        sa.Column("action", code(16), nullable=False),
    )


def _content(*, optional: bool = False) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("period_start", sa.Date(), nullable=optional),
        sa.Column("period_end", sa.Date(), nullable=optional),
        sa.Column("value", sa.Double()),
        sa.Column("obs_status", code(1), nullable=optional),
        sa.Column("status_flags", code(128)),
        sa.Column("status_reason", code(64)),
        sa.Column("lower_ci", sa.Double()),
        sa.Column("upper_ci", sa.Double()),
        sa.Column("numerator", sa.Double()),
        sa.Column("denominator", sa.Double()),
        sa.Column("unit_measure", code(32), nullable=optional),
        sa.Column("note", sa.UnicodeText()),
        sa.Column("source_area_code", code(16)),
        sa.Column("origin", code(16), nullable=optional),
        sa.Column("row_hash", code(32), nullable=optional),
    )


def _make_catalogue() -> None:
    op.create_table(
        "area",
        sa.Column("area_code", code(16), nullable=False),
        sa.Column("area_vintage", code(16), nullable=False),
        sa.Column("name", sa.Unicode(255), nullable=False),
        sa.Column("level", code(32), nullable=False),
        sa.Column("parent", code(16)),
        sa.PrimaryKeyConstraint("area_code", "area_vintage", name="pk_area"),
        schema=_in("core"),
    )
    op.create_table(
        "indicator",
        sa.Column("indicator_id", code(64), nullable=False),
        sa.Column("title", sa.Unicode(255), nullable=False),
        sa.Column("description", sa.UnicodeText(), nullable=False),
        sa.Column("domain", code(64), nullable=False),
        sa.Column("subdomain", code(64), nullable=False),
        sa.Column("measure_type", code(32), nullable=False),
        sa.Column("unit_measure", code(32), nullable=False),
        sa.Column("unit", sa.Unicode(64), nullable=False),
        sa.Column("polarity", code(32), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.Unicode(255), nullable=False),
        sa.Column("license", sa.Unicode(255), nullable=False),
        sa.Column("owner", sa.Unicode(255), nullable=False),
        sa.Column("dataset_id", code(255), nullable=False),
        sa.Column("spec_hash", code(64), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("target_vintage", code(16), nullable=False),
        sa.PrimaryKeyConstraint("indicator_id", name="pk_indicator"),
        schema=_in("core"),
    )


def _make_journal() -> None:
    op.create_table(
        "installation",
        sa.Column("name", code(32), nullable=False),
        sa.Column("value", sa.Unicode(255), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
        schema=_in("meta"),
    )
    op.create_table(
        "run",
        sa.Column("run_id", code(64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("command", sa.UnicodeText(), nullable=False),
        sa.Column("mode", code(16), nullable=False),
        sa.Column("engine_version", code(32), nullable=False),
        sa.Column("outcome", code(16), nullable=False),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("indicators_loaded", sa.Integer()),
        sa.Column("indicators_unchanged", sa.Integer()),
        sa.Column("indicators_failed", sa.Integer()),
        sa.PrimaryKeyConstraint("run_id", name="pk_run"),
        schema=_in("meta"),
    )
    op.create_table(
        "load",
        *_identity("load", "load_id"),
        sa.Column("run_id", code(64), nullable=False),
        sa.Column("indicator_id", code(64), nullable=False),
        sa.Column("dataset_id", code(255), nullable=False),
        sa.Column("committed_at", UtcDateTime(), nullable=False),
        sa.Column("retrieved_at", UtcDateTime(), nullable=False),
        sa.Column("release", sa.Unicode(255)),
        sa.Column("exchange_id", code(255)),
        sa.Column("spec_text", sa.UnicodeText(), nullable=False),
        sa.Column("plan_json", sa.UnicodeText(), nullable=False),
        sa.Column("plan_fingerprint", code(64), nullable=False),
        sa.Column("row_set_hash", code(64), nullable=False),
        sa.Column("registry_hash", code(64), nullable=False),
        sa.Column("engine_version", code(32), nullable=False),
        sa.Column("origin", code(16), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_withdrawn", sa.Integer(), nullable=False),
        sa.Column("rows_held", sa.Integer(), nullable=False),
        sa.Column("outcome", code(16), nullable=False),
        _refers("load", "run_id", "meta", "run"),
        _refers("load", "indicator_id", "core", "indicator"),
        schema=_in("meta"),
    )
    op.create_index("ix_load_indicator_id", "load", ["indicator_id"], schema=_in("meta"))


def _make_logs() -> None:
    op.create_table(
        "ingestion_log",
        *_identity("ingestion_log", "ingestion_id"),
        sa.Column("run_id", code(64), nullable=False),
        sa.Column("dataset_id", code(255), nullable=False),
        sa.Column("url", sa.UnicodeText(), nullable=False),
        sa.Column("object_path", sa.UnicodeText(), nullable=False),
        sa.Column("sha256", code(64), nullable=False),
        sa.Column("canonical_hash", code(64)),
        sa.Column("size", number(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("rows", number()),
        sa.Column("retrieved_at", UtcDateTime(), nullable=False),
        _refers("ingestion_log", "run_id", "meta", "run"),
        schema=_in("meta"),
    )
    op.create_table(
        "validation_log",
        *_identity("validation_log", "validation_id"),
        sa.Column("run_id", code(64), nullable=False),
        sa.Column("indicator_id", code(64), nullable=False),
        sa.Column("check_name", code(64), nullable=False),
        sa.Column("severity", code(16), nullable=False),
        sa.Column("message", sa.UnicodeText(), nullable=False),
        sa.Column("rows", number(), nullable=False),
        sa.Column("total", number()),
        sa.Column("valid", number()),
        sa.Column("invalid", number()),
        sa.Column("missing", number()),
        sa.Column("completeness", sa.Double()),
        _refers("validation_log", "run_id", "meta", "run"),
        schema=_in("meta"),
    )
    op.create_table(
        "rejected_observation",
        *_identity("rejected_observation", "rejected_id"),
        sa.Column("run_id", code(64), nullable=False),
        sa.Column("load_id", number()),
        sa.Column("indicator_id", code(64), nullable=False),
        sa.Column("area_code", sa.Unicode(255)),
        sa.Column("area_vintage", sa.Unicode(255)),
        sa.Column("time_period", sa.Unicode(255)),
        sa.Column("breakdown", sa.Unicode(255)),
        sa.Column("value", sa.Double()),
        sa.Column("check_name", code(64), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        _refers("rejected_observation", "run_id", "meta", "run"),
        _refers("rejected_observation", "load_id", "meta", "load"),
        schema=_in("meta"),
    )
    op.create_table(
        "etl_audit",
        *_identity("etl_audit", "audit_id"),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("run_id", code(64), nullable=False),
        sa.Column("indicator_id", code(64)),
        sa.Column("event", code(32), nullable=False),
        sa.Column("detail", sa.UnicodeText(), nullable=False),
        _refers("etl_audit", "run_id", "meta", "run"),
        schema=_in("meta"),
    )
    op.create_table(
        "dataset_metadata",
        sa.Column("dataset_id", code(255), nullable=False),
        sa.Column("source_name", sa.Unicode(255), nullable=False),
        sa.Column("source_url", sa.UnicodeText(), nullable=False),
        sa.Column("last_extracted_at", UtcDateTime()),
        sa.Column("record_count", number()),
        sa.Column("status", code(16), nullable=False),
        sa.Column("pipeline_run_id", code(64), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", name="pk_dataset_metadata"),
        schema=_in("meta"),
    )
    for table in ("ingestion_log", "validation_log", "rejected_observation"):
        op.create_index(f"ix_{table}_run_id", table, ["run_id"], schema=_in("meta"))
    op.create_index("ix_etl_audit_event", "etl_audit", ["event", "indicator_id"], schema=_in("meta"))


def _make_observations() -> None:
    op.create_table(
        "observation",
        *_identity("observation", "observation_id"),
        *_key(),
        *_commit(),
        *_content(),
        _refers("observation", "load_id", "meta", "load"),
        schema=_in("core"),
    )
    op.create_index("ix_observation_indicator_id", "observation", ["indicator_id", "load_id"], schema=_in("core"))
    op.create_table(
        "observation_current",
        *_key(),
        sa.Column("observation_id", number(), nullable=False),
        *_commit(),
        *_content(),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_observation_current"),
        _refers("observation_current", "load_id", "meta", "load"),
        schema=_in("core"),
        sqlite_with_rowid=False,
    )


def _make_stage() -> None:
    op.create_table(
        "incoming",
        sa.Column("load_id", number(), autoincrement=False, nullable=False),
        *_key(),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("area_level", code(32)),
        *_content(optional=True),
        sa.PrimaryKeyConstraint("load_id", *_KEY, name="pk_incoming"),
        schema=_in("stage"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incoming_scope",
        sa.Column("load_id", number(), autoincrement=False, nullable=False),
        sa.Column("dimension", code(16), nullable=False),
        sa.Column("code", code(128), nullable=False),
        sa.PrimaryKeyConstraint("load_id", "dimension", "code", name="pk_incoming_scope"),
        schema=_in("stage"),
    )


def _make_mart() -> None:
    op.create_table(
        "indicators",
        *_identity("indicators", "id"),
        sa.Column("indicator_id", code(64), nullable=False),
        sa.Column("dataset_id", code(255), nullable=False),
        sa.Column("domain", code(64), nullable=False),
        sa.Column("subdomain", code(64), nullable=False),
        sa.Column("lad_code", code(16), nullable=False),
        sa.Column("lad_name", sa.Unicode(255), nullable=False),
        sa.Column("reference_period", sa.Date(), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("unit", sa.Unicode(64), nullable=False),
        sa.Column("source", sa.Unicode(255), nullable=False),
        sa.Column("extracted_at", UtcDateTime(), nullable=False),
        sa.Column("pipeline_run_id", code(64), nullable=False),
        sa.Column("obs_status", code(1), nullable=False),
        sa.Column("status_flags", code(128)),
        sa.Column("status_reason", code(64)),
        sa.Column("lower_ci", sa.Double()),
        sa.Column("upper_ci", sa.Double()),
        sa.Column("time_period", code(32), nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("origin", code(16), nullable=False),
        sa.UniqueConstraint("indicator_id", "lad_code", "reference_period", name="uq_indicators_indicator_id"),
        schema=_in("mart"),
    )


_KEY = ("indicator_id", "area_code", "area_vintage", "time_period", "breakdown")
