"""Whether a database can be used as it is: what is looked at, and the cures. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import roles, versions
from .database import Database
from .dialects.signs import Sign
from .tables import indicator

__all__ = ("Sign", "examine")


def examine(url: str, now: datetime) -> list[Sign]:
    """Look at the database, its version, what this account may do, and what the server is set to.

    Raises:
        UsageError: The URL isn't one, or isn't one of a database that is spoken to.
        SettingsError: The driver isn't installed.
        StorageError: It can't be reached, holds something else or was made by a newer yhovi.
    """
    database = Database(url)
    try:
        database.require_place(create=False)
        version = database.version()
        with database.reading() as connection:
            return [*_version(database, connection, version), *database.examine(connection, now)]
    finally:
        database.close()


def _version(database: Database, connection: Connection, version: str | None) -> Iterator[Sign]:
    if version == versions.HEAD:
        loaded = connection.scalar(sa.select(sa.func.count()).select_from(indicator))
        yield Sign("ok", f"version {version}, indicators loaded: {loaded}")
        yield from _rights(database, connection)
    elif database.dialect.serves:
        found = "it has no tables of yhovi's yet" if version is None else f"version {version}, older than this yhovi's"
        yield Sign("failure", found, f"Let its owner run `yhovi db upgrade`, which brings it to {versions.HEAD}.")
    else:
        found = "it is empty" if version is None else f"version {version}"
        yield Sign("ok", f"{found}: the next run brings it to {versions.HEAD}")


def _rights(database: Database, connection: Connection) -> Iterator[Sign]:
    wanted = tuple((table, right) for table, rights in roles.RIGHTS_OF_LOADER.items() for right in rights)
    missing = database.dialect.missing(connection, wanted)
    if missing:
        some = ", ".join(f"{right} on {table}" for table, right in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        cure = f"For loading, ask its owner for the role {roles.LOADER}; reading works as it is."
        yield Sign("warning", f"this account lacks rights that a load needs: {some}{more}", cure)
    elif database.dialect.serves:
        yield Sign("ok", "this account may read and load")
