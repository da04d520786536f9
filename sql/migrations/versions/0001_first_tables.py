"""The first tables: runs, loads, observations and their history, and the mart."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables and views in an empty database."""
    _make_catalogue()
    _make_journal()
    _make_logs()
    _make_observations()
    _make_stage()
    _make_mart()
    _make_views()


def downgrade() -> None:
    """Drop them again, with all they hold."""
    for schema, view in (("mart", "indicators_all"), ("core", "observation_history")):
        op.execute(f"DROP VIEW {_named(schema, view)}")
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


def _number() -> sa.types.TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _identity(table: str, name: str) -> tuple[sa.Column[Any], sa.PrimaryKeyConstraint]:
    column = sa.Column(name, _number(), autoincrement=True, nullable=False)
    return column, sa.PrimaryKeyConstraint(name, name=f"pk_{table}")


def _refers(table: str, column: str, schema: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{_named(schema, target)}.{column}"], name=f"fk_{table}_{column}")


def _key() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("indicator_id", sa.String(64), nullable=False),
        sa.Column("area_code", sa.String(16), nullable=False),
        sa.Column("area_vintage", sa.String(16), nullable=False),
        sa.Column("time_period", sa.String(32), nullable=False),
        sa.Column("breakdown", sa.String(128), nullable=False),
    )


def _commit() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("retrieved_at", sa.DateTime(), nullable=False),
        sa.Column("load_id", _number(), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
    )


def _content(*, optional: bool = False) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("period_start", sa.Date(), nullable=optional),
        sa.Column("period_end", sa.Date(), nullable=optional),
        sa.Column("value", sa.Double()),
        sa.Column("obs_status", sa.String(1), nullable=optional),
        sa.Column("status_flags", sa.String(128)),
        sa.Column("status_reason", sa.String(64)),
        sa.Column("lower_ci", sa.Double()),
        sa.Column("upper_ci", sa.Double()),
        sa.Column("numerator", sa.Double()),
        sa.Column("denominator", sa.Double()),
        sa.Column("unit_measure", sa.String(32), nullable=optional),
        sa.Column("note", sa.UnicodeText()),
        sa.Column("source_area_code", sa.String(16)),
        sa.Column("origin", sa.String(16), nullable=optional),
        sa.Column("row_hash", sa.String(32), nullable=optional),
    )


def _make_catalogue() -> None:
    op.create_table(
        "area",
        sa.Column("area_code", sa.String(16), nullable=False),
        sa.Column("area_vintage", sa.String(16), nullable=False),
        sa.Column("name", sa.Unicode(255), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("parent", sa.String(16)),
        sa.PrimaryKeyConstraint("area_code", "area_vintage", name="pk_area"),
        schema=_in("core"),
    )
    op.create_table(
        "indicator",
        sa.Column("indicator_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Unicode(255), nullable=False),
        sa.Column("description", sa.UnicodeText(), nullable=False),
        sa.Column("domain", sa.String(64), nullable=False),
        sa.Column("subdomain", sa.String(64), nullable=False),
        sa.Column("measure_type", sa.String(32), nullable=False),
        sa.Column("unit_measure", sa.String(32), nullable=False),
        sa.Column("unit", sa.Unicode(64), nullable=False),
        sa.Column("polarity", sa.String(32), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.Unicode(255), nullable=False),
        sa.Column("license", sa.Unicode(255), nullable=False),
        sa.Column("owner", sa.Unicode(255), nullable=False),
        sa.Column("dataset_id", sa.String(255), nullable=False),
        sa.Column("spec_hash", sa.String(64), nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("target_vintage", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("indicator_id", name="pk_indicator"),
        schema=_in("core"),
    )


def _make_journal() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Unicode(255), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
        schema=_in("meta"),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("command", sa.UnicodeText(), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("engine_version", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
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
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("indicator_id", sa.String(64), nullable=False),
        sa.Column("dataset_id", sa.String(255), nullable=False),
        sa.Column("committed_at", sa.DateTime(), nullable=False),
        sa.Column("retrieved_at", sa.DateTime(), nullable=False),
        sa.Column("release", sa.Unicode(255)),
        sa.Column("exchange_id", sa.String(255)),
        sa.Column("spec_text", sa.UnicodeText(), nullable=False),
        sa.Column("plan_json", sa.UnicodeText(), nullable=False),
        sa.Column("plan_fingerprint", sa.String(64), nullable=False),
        sa.Column("row_set_hash", sa.String(64), nullable=False),
        sa.Column("registry_hash", sa.String(64), nullable=False),
        sa.Column("engine_version", sa.String(32), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_withdrawn", sa.Integer(), nullable=False),
        sa.Column("rows_held", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        _refers("load", "run_id", "meta", "run"),
        _refers("load", "indicator_id", "core", "indicator"),
        schema=_in("meta"),
    )
    op.create_index("ix_load_indicator_id", "load", ["indicator_id"], schema=_in("meta"))


def _make_logs() -> None:
    op.create_table(
        "ingestion_log",
        *_identity("ingestion_log", "ingestion_id"),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("dataset_id", sa.String(255), nullable=False),
        sa.Column("url", sa.UnicodeText(), nullable=False),
        sa.Column("object_path", sa.UnicodeText(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("canonical_hash", sa.String(64)),
        sa.Column("size", _number(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("rows", _number()),
        sa.Column("retrieved_at", sa.DateTime(), nullable=False),
        _refers("ingestion_log", "run_id", "meta", "run"),
        schema=_in("meta"),
    )
    op.create_table(
        "validation_log",
        *_identity("validation_log", "validation_id"),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("indicator_id", sa.String(64), nullable=False),
        sa.Column("check_name", sa.String(64), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("message", sa.UnicodeText(), nullable=False),
        sa.Column("rows", _number(), nullable=False),
        sa.Column("total", _number()),
        sa.Column("valid", _number()),
        sa.Column("invalid", _number()),
        sa.Column("missing", _number()),
        sa.Column("completeness", sa.Double()),
        _refers("validation_log", "run_id", "meta", "run"),
        schema=_in("meta"),
    )
    op.create_table(
        "rejected_observation",
        *_identity("rejected_observation", "rejected_id"),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("load_id", _number()),
        sa.Column("indicator_id", sa.String(64), nullable=False),
        sa.Column("area_code", sa.Unicode(255)),
        sa.Column("area_vintage", sa.Unicode(255)),
        sa.Column("time_period", sa.Unicode(255)),
        sa.Column("breakdown", sa.Unicode(255)),
        sa.Column("value", sa.Double()),
        sa.Column("check_name", sa.String(64), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        _refers("rejected_observation", "run_id", "meta", "run"),
        _refers("rejected_observation", "load_id", "meta", "load"),
        schema=_in("meta"),
    )
    op.create_table(
        "etl_audit",
        *_identity("etl_audit", "audit_id"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("indicator_id", sa.String(64)),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("detail", sa.UnicodeText(), nullable=False),
        _refers("etl_audit", "run_id", "meta", "run"),
        schema=_in("meta"),
    )
    op.create_table(
        "dataset_metadata",
        sa.Column("dataset_id", sa.String(255), nullable=False),
        sa.Column("source_name", sa.Unicode(255), nullable=False),
        sa.Column("source_url", sa.UnicodeText(), nullable=False),
        sa.Column("last_extracted_at", sa.DateTime()),
        sa.Column("record_count", _number()),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("pipeline_run_id", sa.String(64), nullable=False),
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
        sa.Column("observation_id", _number(), nullable=False),
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
        sa.Column("load_id", _number(), autoincrement=False, nullable=False),
        *_key(),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("area_level", sa.String(32)),
        *_content(optional=True),
        sa.PrimaryKeyConstraint("load_id", *_KEY, name="pk_incoming"),
        schema=_in("stage"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "incoming_scope",
        sa.Column("load_id", _number(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(16), nullable=False),
        sa.Column("code", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("load_id", "dimension", "code", name="pk_incoming_scope"),
        schema=_in("stage"),
    )


def _make_mart() -> None:
    op.create_table(
        "indicators",
        *_identity("indicators", "id"),
        sa.Column("indicator_id", sa.String(64), nullable=False),
        sa.Column("dataset_id", sa.String(255), nullable=False),
        sa.Column("domain", sa.String(64), nullable=False),
        sa.Column("subdomain", sa.String(64), nullable=False),
        sa.Column("lad_code", sa.String(16), nullable=False),
        sa.Column("lad_name", sa.Unicode(255), nullable=False),
        sa.Column("reference_period", sa.Date(), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("unit", sa.Unicode(64), nullable=False),
        sa.Column("source", sa.Unicode(255), nullable=False),
        sa.Column("extracted_at", sa.DateTime(), nullable=False),
        sa.Column("pipeline_run_id", sa.String(64), nullable=False),
        sa.Column("obs_status", sa.String(1), nullable=False),
        sa.Column("status_flags", sa.String(128)),
        sa.Column("status_reason", sa.String(64)),
        sa.Column("lower_ci", sa.Double()),
        sa.Column("upper_ci", sa.Double()),
        sa.Column("time_period", sa.String(32), nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.UniqueConstraint("indicator_id", "lad_code", "reference_period", name="uq_indicators_indicator_id"),
        schema=_in("mart"),
    )


def _make_views() -> None:
    for statement in (_HISTORY, _ALL):
        op.execute(_flattened(statement))


def _flattened(statement: str) -> str:
    """The statement as it stands, or without its schemas where the database has one flat namespace."""
    return statement if _in("core") else re.sub(r"\b(?:meta|core|mart)\.", "", statement)


_KEY = ("indicator_id", "area_code", "area_vintage", "time_period", "breakdown")

# Every state of every key, with when it came in and when the next one did.
_HISTORY = """
CREATE VIEW core.observation_history AS
SELECT o.observation_id, o.indicator_id, o.area_code, o.area_vintage, o.time_period, o.breakdown, o.period_start,
       o.period_end, o.retrieved_at, o.load_id, o.action, o.value, o.obs_status, o.status_flags, o.status_reason,
       o.lower_ci, o.upper_ci, o.numerator, o.denominator, o.unit_measure, o.note, o.source_area_code, o.origin,
       o.valid_from, o.valid_to, CASE WHEN o.next_id IS NULL THEN 1 ELSE 0 END AS is_current
FROM (
    SELECT e.*, l.committed_at AS valid_from,
           LEAD(l.committed_at) OVER (
               PARTITION BY e.indicator_id, e.area_code, e.area_vintage, e.time_period, e.breakdown
               ORDER BY e.observation_id
           ) AS valid_to,
           LEAD(e.observation_id) OVER (
               PARTITION BY e.indicator_id, e.area_code, e.area_vintage, e.time_period, e.breakdown
               ORDER BY e.observation_id
           ) AS next_id
    FROM core.observation AS e
    JOIN meta.load AS l ON l.load_id = e.load_id
) AS o
"""

# The mart for all levels and breakdowns. Where a withdrawn period ends on the same day as another one, the live one
# is shown, else the one withdrawn last.
_ALL = """
CREATE VIEW mart.indicators_all AS
SELECT c.observation_id AS id, c.indicator_id, i.dataset_id, i.domain, i.subdomain, c.area_code, a.name AS area_name,
       a.level AS area_level, c.area_vintage, c.breakdown, c.period_end AS reference_period, c.value, i.unit,
       i.publisher AS source, c.retrieved_at AS extracted_at, l.run_id AS pipeline_run_id, c.obs_status,
       c.status_flags, c.status_reason, c.lower_ci, c.upper_ci, c.time_period,
       CASE WHEN c.action = 'value' AND c.period_end = c.newest THEN 1 ELSE 0 END AS is_latest, c.origin
FROM (
    SELECT s.*,
           ROW_NUMBER() OVER (
               PARTITION BY s.indicator_id, s.area_code, s.area_vintage, s.breakdown, s.period_end
               ORDER BY CASE WHEN s.action = 'value' THEN 0 ELSE 1 END, s.observation_id DESC
           ) AS place,
           MAX(CASE WHEN s.action = 'value' THEN s.period_end END) OVER (
               PARTITION BY s.indicator_id, s.area_code, s.area_vintage, s.breakdown
           ) AS newest
    FROM core.observation_current AS s
) AS c
JOIN core.indicator AS i ON i.indicator_id = c.indicator_id AND i.target_vintage = c.area_vintage
JOIN core.area AS a ON a.area_code = c.area_code AND a.area_vintage = c.area_vintage
JOIN meta.load AS l ON l.load_id = c.load_id
WHERE c.place = 1 AND i.publish = 1
"""
