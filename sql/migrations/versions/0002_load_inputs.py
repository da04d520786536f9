"""Which loads a load was made from, for indicators that are made of others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from yhovi.engine.warehouse.types import number

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    target = f"{_schema()}.load.load_id" if _schema() else "load.load_id"
    op.create_table(
        "load_input",
        sa.Column("load_id", number(), autoincrement=False, nullable=False),
        sa.Column("input_load_id", number(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("load_id", "input_load_id", name="pk_load_input"),
        sa.ForeignKeyConstraint(["load_id"], [target], name="fk_load_input_load_id"),
        sa.ForeignKeyConstraint(["input_load_id"], [target], name="fk_load_input_input_load_id"),
        schema=_schema(),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("load_input", schema=_schema())


def _schema() -> str | None:
    """The schema, or None where the database has one flat namespace."""
    return None if op.get_context().dialect.name == "sqlite" else "meta"
