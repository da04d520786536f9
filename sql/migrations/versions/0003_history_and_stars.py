"""What undoing and backfilling need, versions of data sets, what is known of areas, and a calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from yhovi.engine.warehouse.types import UtcDateTime, code, label, number

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COMMITTED_ONCE = "commit_id IS NOT NULL"


def upgrade() -> None:
    """Add columns to loads, and five tables."""
    for column in (
        sa.Column("commit_id", code(64)),
        sa.Column("kind", code(16), nullable=False, server_default="load"),
        sa.Column("undoes", number()),
    ):
        op.add_column("load", column, schema=_in("meta"))
    op.create_index(
        "ix_load_commit_id",
        "load",
        ["commit_id"],
        unique=True,
        schema=_in("meta"),
        mssql_where=sa.text(_COMMITTED_ONCE),
        postgresql_where=sa.text(_COMMITTED_ONCE),
        sqlite_where=sa.text(_COMMITTED_ONCE),
    )
    _make_scope(label(128))
    _make_hold()
    _make_dataset_version()
    _make_geography()
    _make_calendar()


def downgrade() -> None:
    """Take them away again."""
    for schema, table in (
        ("mart", "dim_date"),
        ("core", "geo_lookup"),
        ("core", "area_change"),
        ("meta", "dataset_version"),
        ("meta", "hold"),
    ):
        op.drop_table(table, schema=_in(schema))
    _make_scope(code(128))
    op.drop_index("ix_load_commit_id", "load", schema=_in("meta"))
    for column in ("undoes", "kind", "commit_id"):
        op.drop_column("load", column, schema=_in("meta"), mssql_drop_default=True)


def _in(schema: str) -> str | None:
    """The schema, or None where the database has one flat namespace."""
    return None if op.get_context().dialect.name == "sqlite" else schema


def _named(schema: str, name: str) -> str:
    there = _in(schema)
    return f"{there}.{name}" if there else name


def _make_scope(kind: sa.String) -> None:
    """Make the stage's list anew (it is empty between loads): breakdowns aren't always ASCII."""
    op.drop_table("incoming_scope", schema=_in("stage"))
    op.create_table(
        "incoming_scope",
        sa.Column("load_id", number(), autoincrement=False, nullable=False),
        sa.Column("dimension", code(16), nullable=False),
        sa.Column("code", kind, nullable=False),
        sa.PrimaryKeyConstraint("load_id", "dimension", "code", name="pk_incoming_scope"),
        schema=_in("stage"),
    )


def _make_hold() -> None:
    op.create_table(
        "hold",
        sa.Column("hold_id", number(), autoincrement=True, nullable=False),
        sa.Column("indicator_id", code(64), nullable=False),
        sa.Column("row_set_hash", code(64), nullable=False),
        sa.Column("plan_fingerprint", code(64), nullable=False),
        sa.Column("load_id", number(), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.UnicodeText(), nullable=False),
        sa.Column("released_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("hold_id", name="pk_hold"),
        sa.ForeignKeyConstraint(
            ["indicator_id"], [f"{_named('core', 'indicator')}.indicator_id"], name="fk_hold_indicator_id"
        ),
        sa.ForeignKeyConstraint(["load_id"], [f"{_named('meta', 'load')}.load_id"], name="fk_hold_load_id"),
        schema=_in("meta"),
    )
    op.create_index("ix_hold_indicator_id", "hold", ["indicator_id"], schema=_in("meta"))


def _make_dataset_version() -> None:
    op.create_table(
        "dataset_version",
        sa.Column("dataset_id", code(255), nullable=False),
        sa.Column("row_set_hash", code(64), nullable=False),
        sa.Column("release", sa.Unicode(255)),
        sa.Column("exchange_id", code(255)),
        sa.Column("first_retrieved_at", UtcDateTime(), nullable=False),
        sa.Column("last_retrieved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "row_set_hash", name="pk_dataset_version"),
        schema=_in("meta"),
    )


def _make_geography() -> None:
    op.create_table(
        "area_change",
        sa.Column("event", code(32), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("code_before", code(16), nullable=False),
        sa.Column("code_after", code(16), nullable=False),
        sa.Column("flag", code(64)),
        sa.Column("source", sa.UnicodeText()),
        sa.PrimaryKeyConstraint("event", "changed_on", "code_before", "code_after", name="pk_area_change"),
        schema=_in("core"),
    )
    op.create_table(
        "geo_lookup",
        sa.Column("code", code(16), nullable=False),
        sa.Column("area_vintage", code(16), nullable=False),
        sa.Column("level", code(32), nullable=False),
        sa.Column("lad_code", code(16), nullable=False),
        sa.Column("region_code", code(16), nullable=False),
        sa.PrimaryKeyConstraint("code", "area_vintage", name="pk_geo_lookup"),
        schema=_in("core"),
    )


def _make_calendar() -> None:
    op.create_table(
        "dim_date",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("month_name", code(16), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("financial_year", code(16), nullable=False),
        sa.PrimaryKeyConstraint("date", name="pk_dim_date"),
        schema=_in("mart"),
    )
