"""SQLite: one file, one writer at a time, readers beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from ...errors import StorageError, UsageError
from ..tables import FLAT
from .base import READING, Rights, Rows, driver_insert, driving
from .conflict import on_conflict
from .signs import Sign, of_version

_DRIVERS = ("sqlite", "sqlite+pysqlite")
_LOCK_SECONDS = "30"
_OLDEST = (3, 35, 0)

# By the beginning of SQLite's own name of the error: what it means, and what to do about it.
_REFUSALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "SQLITE_BUSY": (
            "The database {where} is locked by another program, also after {seconds} seconds of waiting.",
            "Wait for the other run to end, or close what has the file open, and run the command again.",
        ),
        "SQLITE_FULL": (
            "The database {where} can't grow: the disk is full. Nothing of this step was kept.",
            "Make room on the disk and run the command again.",
        ),
        "SQLITE_NOTADB": (
            "The file {where} is not a SQLite database.",
            "Name another file in the settings or with --database-url.",
        ),
        "SQLITE_CANTOPEN": (
            "The database {where} can't be opened.",
            "Check that it is a file, and that this account may read and write it and its folder.",
        ),
        "SQLITE_READONLY": (
            "The database {where} is read-only for this account.",
            "Allow this account to write the file and its folder, and run the command again.",
        ),
        "SQLITE_CORRUPT": (
            "The database {where} is damaged.",
            "Restore it from a backup, or move it away and fill a new one with `yhovi run --replay`.",
        ),
        "SQLITE_IOERR": (
            "The disk under the database {where} doesn't work as it should: {error}.",
            "Check the disk or the network drive, and run the command again.",
        ),
    }
)


class Sqlite:
    """SQLite, through the driver that comes with Python."""

    name = "sqlite"
    title = "SQLite"
    flat = True
    serves = False

    def completed(self, address: URL) -> URL:
        """The address with the time to wait for a lock in it."""
        if address.drivername not in _DRIVERS:
            raise UsageError(f"The database URL begins with {address.drivername}.", "Write sqlite:/// and a path.")
        if address.host or address.username:
            raise UsageError(
                "The database URL of SQLite names a server.", "Write three slashes: sqlite:/// and a path."
            )
        if "timeout" not in address.query:
            return address.update_query_dict({"timeout": _LOCK_SECONDS})
        try:
            float(str(address.query["timeout"]))
        except ValueError:
            raise UsageError(
                "The timeout in the database URL is not a number of seconds.", "Write ?timeout=60."
            ) from None
        return address

    def file(self, address: URL) -> Path | None:
        """The file, or None where the database is in memory or it is SQLite's own kind of address."""
        name = address.database
        return Path(name) if name and name != ":memory:" and "uri" not in address.query else None

    def where(self, address: URL) -> str:
        """The path of the file."""
        return str(self.file(address) or address.database or "in memory")

    def engine(self, address: URL) -> Engine:
        """An engine that begins transactions when it is told to, and writes ahead in a log."""
        engine = sa.create_engine(address, execution_options={"schema_translate_map": dict(FLAT)})
        sa.event.listen(engine, "connect", _connected)
        sa.event.listen(engine, "begin", _begin)
        return engine

    def reader(self, engine: Engine) -> Engine:
        """The same connections: each transaction is begun as what it is for."""
        return engine.execution_options(**{READING: True})

    def lock(self, connection: Connection) -> None:
        """Nothing more: a transaction that isn't for reading holds the file's lock from its start."""

    def insert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """One statement for all rows."""
        statement = driver_insert(connection, table)
        with driving(connection, statement) as cursor:
            cursor.executemany(statement, rows)

    def upsert(self, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str]) -> sa.Executable:
        """INSERT … ON CONFLICT."""
        return on_conflict(sqlite.insert(table), table, query, key, keep)

    def passes(self, error: DBAPIError) -> bool:  # noqa: ARG002
        """It waits by itself."""
        return False

    def refusal(self, error: DBAPIError, address: URL) -> StorageError | None:
        """What is wrong with the file."""
        name = str(getattr(error.orig, "sqlite_errorname", ""))
        where, seconds = self.where(address), f"{float(str(address.query['timeout'])):g}"
        for beginning, (message, cure) in _REFUSALS.items():
            if name.startswith(beginning):
                return StorageError(message.format(where=where, seconds=seconds, error=error.orig), cure)
        return None

    def schemas(self, connection: Connection) -> None:
        """There are none."""

    def missing(self, connection: Connection, rights: Rights) -> list[tuple[str, str]]:
        """Whoever may write the file and its folder may do all."""
        name = connection.engine.url.database
        file = Path(name) if name and Path(name).is_file() else None
        writable = file is None or (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))
        return [] if writable else [(table, right) for table, right in rights if right != "SELECT"]

    def examine(self, connection: Connection, address: URL, now: datetime) -> Iterator[Sign]:  # noqa: ARG002
        """The library's version, and whether readers go on while a load is written."""
        supported = sqlite3.sqlite_version_info >= _OLDEST
        oldest = ".".join(map(str, _OLDEST))
        yield of_version("SQLite", sqlite3.sqlite_version, "Python's own driver", supported=supported, oldest=oldest)
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        if journal not in ("wal", "memory"):
            cure = "Keep the file on a disk of this machine, and let other programs close it once."
            yield Sign("warning", f"its journal is {journal}: readers wait while a load is written", cure)


def _connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # Left alone, the driver begins transactions late, and never before DDL.
    connection.isolation_level = None
    with ExitStack() as undo:
        # A connection that fails here is one that SQLAlchemy never gets to close.
        undo.callback(connection.close)
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA foreign_keys = ON")
            _log_ahead(cursor)
        undo.pop_all()


def _log_ahead(cursor: sqlite3.Cursor) -> None:
    """Let readers go on while a load is written, where that can be had.

    Some file systems refuse, and a database in use can't be switched: the journal it has serves as well, and it isn't
    worth waiting for.
    """
    (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
    cursor.execute("PRAGMA busy_timeout = 0")
    with suppress(sqlite3.OperationalError):
        if cursor.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",):
            cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA busy_timeout = {patience:d}")


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
