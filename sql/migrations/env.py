"""Runs the migrations on the connection it is handed, inside the transaction that is already open there.

The caller puts the connection into ``config.attributes["connection"]``: there is no ini file, no URL and no folder to
be in. All or nothing: whatever interrupts a migration, the database is as before. Views hold no data: they are dropped
before, and made anew by the newest version.
"""

from __future__ import annotations

from alembic import context
from yhovi.engine.warehouse import versions, views
from yhovi.engine.warehouse.tables import METADATA, SCHEMAS, flat_metadata


def migrate() -> None:
    """Run what was asked for, comparing (where that was asked for) with the tables as the engine knows them."""
    connection = context.config.attributes["connection"]
    flat = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=flat_metadata() if flat else METADATA,
        include_schemas=not flat,
        include_name=None if flat else _is_ours,
        version_table_schema=versions.schema_of(connection),
        compare_type=True,
    )
    with context.begin_transaction():
        views.drop(connection)
        context.run_migrations()
        if context.get_context().get_current_revision() == versions.HEAD:
            views.create(connection)


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in SCHEMAS


migrate()
