"""Runs the migrations on the connection it is handed, in the transaction that is open there, or writes them down.

The caller puts the connection into ``config.attributes["connection"]``: there is no ini file, no URL and no folder to
be in. All or nothing: whatever interrupts a migration, the database is as before. Views hold no data: they are dropped
before, and made anew by the newest version. Rights that were granted to roles are granted again on what was made anew.
Without a connection, the statements for the database ``config.attributes["dialect"]`` are written down.
"""

from __future__ import annotations

from alembic import context
from yhovi.engine.warehouse import roles, versions, views
from yhovi.engine.warehouse.ddl import OFFLINE, as_of_today
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
        version_table_schema=versions.schema_of(connection.dialect.name),
        compare_type=True,
    )
    with context.begin_transaction():
        views.drop(connection.execute)
        context.run_migrations()
        if context.get_context().get_current_revision() == versions.HEAD:
            views.create(connection.execute)
            roles.renew(connection)


def write_down() -> None:
    """Write down what would be run."""
    dialect = context.config.attributes["dialect"]
    context.configure(
        dialect_name=dialect,
        dialect_opts=dict(OFFLINE[dialect]),
        version_table_schema=versions.schema_of(dialect),
        literal_binds=True,
    )
    as_of_today(context.get_context().dialect)
    with context.begin_transaction():
        views.drop(context.execute)
        context.run_migrations()
        views.create(context.execute)


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in SCHEMAS


if context.is_offline_mode():
    write_down()
else:
    migrate()
