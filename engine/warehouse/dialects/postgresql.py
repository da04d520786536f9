"""Postgres, through psycopg."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from ...errors import SettingsError, StorageError, UsageError
from ..tables import SCHEMAS
from .base import READING, Rows, driving, shown
from .conflict import on_conflict

_DRIVER = "postgresql+psycopg"
_DRIVERS = ("postgresql", "postgres", _DRIVER)
_CONNECT_SECONDS = "10"
_LOCK_SECONDS = 60

# The name of the warehouse's lock among the advisory locks of a database: "yhovi" as a number.
_LOCK = int.from_bytes(b"yhovi")

# SQLSTATEs, or their class, after which another try may succeed.
_PASSING = ("08", "40001", "40P01", "57P01", "57P02", "57P03")

# SQLSTATEs, or their class: what they mean, and what to do about it. The first that fits counts.
_REFUSALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "28": (
            "The server of {where} doesn't let this account in.",
            "Check the user and the password in the database URL.",
        ),
        "3D000": ("There is no database {where}.", "Ask for it to be made, or name another one."),
        "42501": (
            "This account may not do that in {where}: {error}.",
            "Ask the owner of the database to grant it the role yhovi_loader (or yhovi_reader for reading).",
        ),
        "55P03": (
            f"The database {{where}} is locked by another run, also after {_LOCK_SECONDS} seconds of waiting.",
            "Wait for the other run to end, and run the command again.",
        ),
        "53100": (
            "The database {where} can't grow: the server's disk is full. Nothing of this step was kept.",
            "Make room on the server and run the command again.",
        ),
        "53": (
            "The server of {where} is short of something: {error}.",
            "Tell whoever looks after the server, and run the command again.",
        ),
        "40": ("The database {where} gave this step up for another one, several times.", "Run the command again."),
        "57": ("The server of {where} is being shut down or restarted.", "Wait for it, and run the command again."),
        "08": (
            "The connection to {where} was lost, several times.",
            "Check the network and the server, and run the command again.",
        ),
    }
)
_UNREACHABLE = (
    "The server of {where} can't be reached: {error}.",
    "Check the host and the port in the database URL, and that the server is running.",
)


class Postgres:
    """Postgres 14 or newer."""

    name = "postgresql"
    title = "Postgres"
    flat = False
    serves = True

    def completed(self, address: URL) -> URL:
        """The address with the driver and a time limit for connecting."""
        if address.drivername not in _DRIVERS:
            raise UsageError(
                f"The database URL begins with {address.drivername}.", "Write postgresql://user@host/name."
            )
        address = address.set(drivername=_DRIVER)
        if "connect_timeout" in address.query:
            return address
        return address.update_query_dict({"connect_timeout": _CONNECT_SECONDS})

    def file(self, address: URL) -> Path | None:  # noqa: ARG002
        """It is a server's."""
        return None

    def where(self, address: URL) -> str:
        """The database and the host."""
        return shown(address)

    def engine(self, address: URL) -> Engine:
        """An engine whose sessions are in UTC."""
        try:
            engine = sa.create_engine(address, pool_pre_ping=True)
        except ImportError:
            raise SettingsError(
                "The driver for Postgres isn't installed.", "Install it: pip install 'yhovi[postgres]'."
            ) from None
        sa.event.listen(engine, "begin", _begin)
        return engine

    def lock(self, connection: Connection) -> None:
        """The warehouse's advisory lock, which goes with the transaction."""
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def insert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """COPY, as CSV: in it an empty cell is NULL, and the rows have no empty texts."""
        body = io.StringIO()
        csv.writer(body, lineterminator="\n").writerows(rows)
        names = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118
        statement = f'COPY "{table.schema}"."{table.name}" ({names}) FROM STDIN (FORMAT csv)'
        with driving(connection, statement) as cursor, cursor.copy(statement) as copy:
            copy.write(body.getvalue())

    def upsert(self, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str]) -> sa.Executable:
        """INSERT … ON CONFLICT, which two writers at once can't break as they can MERGE."""
        return on_conflict(postgresql.insert(table), table, query, key, keep)

    def passes(self, error: DBAPIError) -> bool:
        """Deadlocks, restarts and lost connections."""
        return error.connection_invalidated or _state(error).startswith(_PASSING)

    def refusal(self, error: DBAPIError, address: URL) -> StorageError | None:
        """What the server says, or that there is none."""
        state, where = _state(error), self.where(address)
        said = " ".join(str(error.orig).split()).rstrip(".")
        for beginning, (message, cure) in _REFUSALS.items():
            if state.startswith(beginning):
                return StorageError(message.format(where=where, error=said), cure)
        if error.connection_invalidated or (not state and isinstance(error, sa.exc.OperationalError)):
            message, cure = _unreachable(said)
            return StorageError(message.format(where=where, error=said), cure)
        return None

    def schemas(self, connection: Connection) -> None:
        """Make those that aren't there."""
        for name in SCHEMAS:
            connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))


def _begin(connection: Connection) -> None:
    # A reader sees one state throughout; a writer, once it has the lock, what others committed before.
    if connection.get_execution_options().get(READING):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _unreachable(said: str) -> tuple[str, str]:
    """Before there is a session, the server's refusals come without an SQLSTATE."""
    for text, state in (("authentication failed", "28"), ("no password supplied", "28"), ("does not exist", "3D000")):
        if text in said:
            return _REFUSALS[state]
    return _UNREACHABLE
