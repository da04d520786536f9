"""The versions of the database, and the way from one to the next."""

from __future__ import annotations

from importlib import resources

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ...sql import migrations
from ..errors import StorageError
from .tables import installation

VERSIONS = ("0001", "0002", "0003")
"""The database's versions, oldest first. Known without Alembic, which is slow to import and seldom needed."""

HEAD = VERSIONS[-1]

TABLE = "alembic_version"


def version_of(connection: Connection, where: str) -> str | None:
    """The version of a database, or None where it has no tables.

    Raises:
        StorageError: It holds other tables and none of yhovi's, or was made by a newer yhovi.
    """
    schema = schema_of(connection)
    tables = sa.inspect(connection).get_table_names(schema=schema)
    if not tables:
        return None
    version = _stamp(connection, schema) if TABLE in tables and installation.name in tables else None
    if version is None:
        raise StorageError(
            f"The database {where} holds other tables, and none of yhovi's.",
            "Name another file in the settings or with --database-url.",
        )
    if version not in VERSIONS:
        raise StorageError(
            f"The database {where} has version {version}, made by a newer yhovi; this one knows {HEAD}.",
            "Update yhovi, or use another database.",
        )
    return version


def schema_of(connection: Connection) -> str | None:
    """The schema of the version's table, or None where there are no schemas."""
    return None if connection.dialect.name == "sqlite" else "meta"


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, on this connection and in its transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = str(resources.files(migrations))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _stamp(connection: Connection, schema: str | None) -> str | None:
    versions = sa.table(TABLE, sa.column("version_num", sa.String), schema=schema)
    return connection.scalar(sa.select(versions.c.version_num))
