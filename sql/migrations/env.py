"""Runs the migrations on the connection it is handed, inside the transaction that is already open there.

The caller puts the connection into ``config.attributes["connection"]``: there is no ini file, no URL and no folder to
be in. All or nothing: whatever interrupts a migration, the database is as before.
"""

from __future__ import annotations

from alembic import context
from yhovi.engine.warehouse.tables import METADATA, flat_metadata


def migrate() -> None:
    """Run what was asked for, comparing (where that was asked for) with the tables as the engine knows them."""
    connection = context.config.attributes["connection"]
    flat = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=flat_metadata() if flat else METADATA,
        include_schemas=not flat,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate()
