"""Postgres, through psycopg."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from ...errors import SettingsError, StorageError, UsageError
from ..tables import SCHEMAS
from .base import READING, Rights, Rows, driving, is_local, shown, unheld, without_secrets
from .conflict import on_conflict
from .signs import Sign, of_clock, of_version

_DRIVER = "postgresql+psycopg"
_DRIVERS = ("postgresql", "postgres", _DRIVER)
_CONNECT_SECONDS = "10"
_LOCK_SECONDS = 60
_READS, _WRITES = "REPEATABLE READ READ ONLY", "READ COMMITTED"
_OLDEST = 14
_SETTINGS = ("server_version", "server_version_num", "server_encoding", "default_transaction_read_only")

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
        "25006": (
            "The database {where} takes no changes: it is a replica, or set to read-only.",
            "Name the primary server in the database URL.",
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
        "URL": (
            "The options in the database URL of {where} can't be used: {error}.",
            "Check what comes after the question mark in the database URL.",
        ),
        "08001": (
            "The server of {where} can't be reached: {error}.",
            "Check the host and the port in the database URL, and that the server is running.",
        ),
        "08": (
            "The connection to {where} was lost, several times.",
            "Check the network and the server, and run the command again.",
        ),
    }
)

# Before there is a session, refusals come without an SQLSTATE; these are the beginnings of theirs.
_UNSTATED: Mapping[str, str] = MappingProxyType(
    {
        "root certificate file": "URL",
        'role "': "28000",
        "authentication failed": "28P01",
        "no password supplied": "28P01",
        "no pg_hba.conf entry": "28000",
        "does not exist": "3D000",
        "starting up": "57P03",
        "shutting down": "57P03",
        "too many clients": "53300",
        "invalid connection option": "URL",
        "invalid sslmode": "URL",
        "invalid port number": "URL",
        "invalid integer value": "URL",
    }
)
_UNREACHABLE, _LOST = "08001", "08006"


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

    def reader(self, engine: Engine) -> Engine:
        """The same connections: each transaction is begun as what it is for."""
        return engine.execution_options(**{READING: True})

    def lock(self, connection: Connection) -> None:
        """The warehouse's advisory lock, which goes with the transaction."""
        # The server takes the stage for empty, as it was when it was counted last, and a new table too: left alone, it
        # would compare each row that comes with each one that is there.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'; SET LOCAL enable_nestloop = off")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def insert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """COPY, as CSV: in it an empty cell is NULL, and the rows have no empty texts."""
        body = io.StringIO()
        # Of the characters in texts, the writer quotes those that end its lines: both of them have to be.
        csv.writer(body, lineterminator="\r\n").writerows(rows)
        names = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118
        statement = f'COPY "{table.schema}"."{table.name}" ({names}) FROM STDIN (FORMAT csv)'
        with driving(connection, statement) as cursor, cursor.copy(statement) as copy:
            copy.write(body.getvalue())

    def upsert(self, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str]) -> sa.Executable:
        """INSERT … ON CONFLICT, which two writers at once can't break as they can MERGE."""
        return on_conflict(postgresql.insert(table), table, query, key, keep)

    def passes(self, error: DBAPIError) -> bool:
        """Deadlocks, restarts and lost connections."""
        return _state(error).startswith(_PASSING)

    def refusal(self, error: DBAPIError, address: URL) -> StorageError | None:
        """What the server says, or that there is none."""
        state, where = _state(error), self.where(address)
        said = without_secrets(" ".join(str(error.orig).split()).rstrip("."), address)
        for beginning, (message, cure) in _REFUSALS.items():
            if state.startswith(beginning):
                return StorageError(message.format(where=where, error=said), cure)
        return None

    def schemas(self, connection: Connection) -> None:
        """Make those that aren't there."""
        for name in SCHEMAS:
            connection.execute(sa.schema.CreateSchema(name, if_not_exists=True))

    def missing(self, connection: Connection, rights: Rights) -> list[tuple[str, str]]:
        """As the server tells it."""
        return unheld(connection, sa.func.has_table_privilege, rights)

    def examine(self, connection: Connection, address: URL, now: datetime) -> Iterator[Sign]:
        """Version, encoding, encryption, clock, and whether it takes changes."""
        asked = [sa.func.current_setting(name) for name in _SETTINGS]
        version, number, encoding, read_only = connection.execute(sa.select(*asked)).one()
        driver = f"psycopg {connection.dialect.loaded_dbapi.__version__}"
        supported = int(number) >= _OLDEST * 10_000
        yield of_version(self.title, version, driver, supported=supported, oldest=str(_OLDEST))
        if encoding != "UTF8":
            cure = "Have a new one made with ENCODING 'UTF8', and load anew."
            yield Sign("failure", f"its encoding is {encoding}, which doesn't hold every text", cure)
        if read_only == "on" or connection.scalar(sa.select(sa.func.pg_is_in_recovery())):
            cure = "For loading, name the primary server."
            yield Sign("warning", "it takes no changes: it is a replica, or set to read-only", cure)
        yield from _encryption(connection, address)
        yield of_clock(connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one(), now)


def _encryption(connection: Connection, address: URL) -> Iterator[Sign]:
    if is_local(address):
        return
    driver: Any = connection.connection.driver_connection
    if not driver.pgconn.ssl_in_use:
        yield Sign("warning", "the connection to it isn't encrypted", "Add ?sslmode=verify-full to the database URL.")
    elif address.query.get("sslmode") not in ("verify-full", "verify-ca"):
        found = "the connection to it is encrypted, but nobody checks that it is the right server"
        yield Sign("warning", found, "Add ?sslmode=verify-full (and sslrootcert) to the database URL.")
    else:
        yield Sign("ok", "the connection to it is encrypted, and the server's certificate is checked")


def _begin(connection: Connection) -> None:
    # A reader sees one state throughout; a writer, once it has the lock, what others committed before. Neither
    # depends on what the server, the database or the account is set to.
    level = _READS if connection.get_execution_options().get(READING) else _WRITES
    connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL {level}; SET LOCAL TIME ZONE 'UTC'")


def _state(error: DBAPIError) -> str:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state:
        return state
    said = str(error.orig)
    unstated = next((state for text, state in _UNSTATED.items() if text in said), "")
    if unstated or not isinstance(error, sa.exc.OperationalError):
        return unstated
    return _LOST if error.connection_invalidated else _UNREACHABLE
