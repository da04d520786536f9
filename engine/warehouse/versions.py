"""The versions of the database, and the way from one to the next."""

from __future__ import annotations

import io
from importlib import resources
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ...sql import migrations
from ..errors import StorageError
from .tables import installation

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS = ("0001", "0002", "0003")
"""The database's versions, oldest first. Known without Alembic, which is slow to import and seldom needed."""

HEAD = VERSIONS[-1]

TABLE = "alembic_version"


def version_of(connection: Connection, where: str) -> str | None:
    """The version of a database, or None where it has no tables.

    Raises:
        StorageError: It holds other tables and none of yhovi's, or was made by a newer yhovi.
    """
    schema = schema_of(connection.dialect.name)
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


def schema_of(dialect: str) -> str | None:
    """The schema of the version's table on a kind of database, or None where there are no schemas."""
    return None if dialect == "sqlite" else "meta"


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, on this connection and in its transaction."""
    from alembic import command

    command.upgrade(_config(connection=connection), HEAD)


def statements(dialect: str, since: str | None) -> str:
    """What the migrations after a version would say to a kind of database; no driver is needed."""
    from alembic import command

    written = io.StringIO()
    config = _config(dialect=dialect)
    config.output_buffer = written
    command.upgrade(config, f"{since or 'base'}:{HEAD}", sql=True)
    return written.getvalue()


def _config(**attributes: Any) -> Config:
    from alembic.config import Config

    config = Config()
    folder = str(resources.files(migrations))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes.update(attributes)
    return config


def _stamp(connection: Connection, schema: str | None) -> str | None:
    versions = sa.table(TABLE, sa.column("version_num", sa.String), schema=schema)
    return connection.scalar(sa.select(versions.c.version_num))
