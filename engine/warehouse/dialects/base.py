"""What the warehouse asks of a database: to connect, to lock, to take rows in bulk, to merge, and to explain itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from ...addresses import SECRET_OPTIONS
from ...errors import StorageError
from ..tables import FLAT
from .signs import Sign

# In braces it may hold a semicolon, and a closing brace twice.
_ODBC_PASSWORD = re.compile(r"(?:^|;)\s*pwd\s*=\s*((\{(?:[^}]|\}\})*\})|[^;]*)", re.IGNORECASE)

Rows = Iterable[tuple[Any, ...]]

Rights = Sequence[tuple[str, str]]
_Asking = Callable[..., sa.ColumnElement[Any]]

READING = "yhovi_reading"
"""The execution option of a connection whose transactions only read."""

AGAIN = "yhovi_again"
"""The execution option of a connection on which a step is tried again, that may have been kept before."""


class Dialect(Protocol):
    """One database's way of doing things.

    Attributes:
        name: SQLAlchemy's name of it.
        title: What people call it.
        flat: Whether it has one namespace in place of schemas.
        serves: Whether it is a server, which only ``yhovi db upgrade`` changes, and never a run.
    """

    name: str
    title: str
    flat: bool
    serves: bool

    def completed(self, address: URL) -> URL:
        """The address with the driver and the options that are needed.

        Raises:
            UsageError: It names a driver or an option that isn't used.
        """

    def file(self, address: URL) -> Path | None:
        """The file of the database; None on a server and in memory."""

    def where(self, address: URL) -> str:
        """The database for people, without a secret."""

    def engine(self, address: URL) -> Engine:
        """An engine whose connections are set up as the warehouse needs them.

        Raises:
            SettingsError: The driver isn't installed.
        """

    def reader(self, engine: Engine) -> Engine:
        """An engine of the same database whose transactions only read, and see one state throughout."""

    def lock(self, connection: Connection) -> None:
        """Keep other writers of the warehouse out until the transaction ends."""

    def insert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """Put many rows into a table, in the order of its columns, the fastest way that there is."""

    def upsert(self, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str]) -> sa.Executable:
        """The statement that inserts what is new and updates what differs, by the columns of the key.

        Columns in ``keep`` are set in a new row and left alone in an old one.
        """

    def passes(self, error: DBAPIError) -> bool:
        """Whether another try may succeed: a deadlock was resolved against this one, or a connection was lost."""

    def refusal(self, error: DBAPIError, address: URL) -> StorageError | None:
        """What a refusal means in plain words; None for what only a bug can cause."""

    def schemas(self, connection: Connection) -> None:
        """Make the schemas that aren't there yet."""

    def missing(self, connection: Connection, rights: Rights) -> list[tuple[str, str]]:
        """Those of some rights (table and what may be done with it) that this account doesn't have."""

    def examine(self, connection: Connection, address: URL, now: datetime) -> Iterator[Sign]:
        """What the database is set to, as far as the warehouse depends on it; nothing is changed."""


def driver_insert(connection: Connection, table: sa.Table) -> str:
    """The statement that puts a row into a table, for the driver itself, whose rows are in the driver's own types."""
    translated = connection.get_execution_options().get("schema_translate_map")
    return _insert(connection.dialect, table, flat=translated is not None)


@lru_cache(64)
def _insert(dialect: sa.Dialect, table: sa.Table, *, flat: bool) -> str:
    statement = sa.insert(table).compile(
        dialect=dialect,
        column_keys=table.columns.keys(),
        schema_translate_map=dict(FLAT) if flat else None,
        render_schema_translate=flat,
    )
    return str(statement)


@contextmanager
def driving(connection: Connection, statement: str) -> Iterator[Any]:
    """The driver's own cursor, for what SQLAlchemy has no words for; its errors come as SQLAlchemy's."""
    driver = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor()
    try:
        with closing(cursor):
            yield cursor
    except driver.Error as error:
        lost = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement, None, error, driver.Error, connection_invalidated=lost, dialect=connection.dialect
        ) from error


def unheld(connection: Connection, has: _Asking, rights: Rights, *kind: str) -> list[tuple[str, str]]:
    """Those of some rights that a function of the server denies; it is asked about all at once."""
    asked = [has(table, *kind, right).label(f"right_{place}") for place, (table, right) in enumerate(rights)]
    held = connection.execute(sa.select(*asked)).one()
    return [right for right, is_held in zip(rights, held, strict=True) if not is_held]


def is_local(address: URL) -> bool:
    """Whether the server is on this machine, so that nothing goes over a network."""
    host = address.host or str(address.query.get("host", ""))
    return host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/")


def without_secrets(said: str, address: URL) -> str:
    """What a driver said, with whatever it repeats of the address's secrets left out."""
    for secret in sorted(_secrets(address), key=len, reverse=True):
        said = said.replace(secret, "***")
    return said


def _secrets(address: URL) -> set[str]:
    options = [str(said) for name, said in address.query.items() if name.lower() in SECRET_OPTIONS]
    written = [found[0] for said in options for found in _ODBC_PASSWORD.findall(said)]
    inner = [text[1:-1].replace("}}", "}") if text.startswith("{") else text for text in written]
    return {text for text in (str(address.password or ""), *options, *written, *inner) if text}


def shown(address: URL) -> str:
    """A server's database for people: where it is, not who connects to it."""
    port = f":{address.port}" if address.port else ""
    return f"{address.database or ''} on {address.host or 'this machine'}{port}"
