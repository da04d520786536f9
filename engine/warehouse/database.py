"""The database itself: opening it, its version, transactions, and what its refusals mean in plain words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from ...sql import migrations
from ..errors import StorageError, UsageError
from .tables import FLAT, installation

VERSIONS = ("0001", "0002")
"""The database's versions, oldest first. Known without Alembic, which is slow to import and seldom needed."""

HEAD = VERSIONS[-1]

DEMO = "demo"
RUN = "run"

_DRIVERS = ("sqlite", "sqlite+pysqlite")
_LOCK_SECONDS = "30"
_BEGIN = "yhovi_begin"
_VERSION_TABLE = "alembic_version"

# By the beginning of SQLite's own name of the error: what it means, and what to do about it.
_REFUSALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "SQLITE_BUSY": (
            "The database {where} is locked by another program, also after {seconds:g} seconds of waiting.",
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
    }
)


class Database:
    """A database that is there and of this version. All its errors are :class:`StorageError`."""

    def __init__(self, url: str) -> None:
        """Take the address; nothing is opened yet.

        Raises:
            UsageError: It isn't a database URL, or isn't one of SQLite.
        """
        address = _address(url)
        self._file = _file(address)
        self.where = str(self._file or address.database or "in memory")
        self._seconds = float(str(address.query["timeout"]))
        self._engine = _engine(address)
        self._writer = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    def prepare(self, *, demo: bool, now: datetime, create: bool) -> None:
        """Make the tables where there are none, or bring older ones to this version, in one transaction.

        Raises:
            StorageError: There is no database and none may be created; it holds something else; it is newer.
        """
        self._require_place(create=create)
        with self.reading() as connection:
            version = self._version(connection)
        if version == HEAD:
            return
        if version is None and not create:
            raise self._absent()
        with self.writing() as connection:
            _upgrade(connection)
            _mark(connection, demo=demo, now=now)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state throughout."""
        with self._plainly(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the database's write lock from its start: all or nothing."""
        with self._plainly(), self._writer.begin() as connection:
            yield connection

    def _require_place(self, *, create: bool) -> None:
        if self._file is None or self._file.exists():
            return
        if not create:
            raise self._absent()
        if not self._file.parent.is_dir():
            raise StorageError(
                f"The folder {self._file.parent} for the database {self._file.name} does not exist.",
                "Make the folder, or name another one in the settings or with --database-url.",
            )

    def _absent(self) -> StorageError:
        return StorageError(f"There is no database at {self.where} yet.", "The first `yhovi run` makes it.")

    def _version(self, connection: Connection) -> str | None:
        """The version of the database, or None where it is empty."""
        tables = sa.inspect(connection).get_table_names()
        if not tables:
            return None
        version = _stamp(connection) if _VERSION_TABLE in tables and installation.name in tables else None
        if version is None:
            raise StorageError(
                f"The database {self.where} holds other tables, and none of yhovi's.",
                "Name another file in the settings or with --database-url.",
            )
        if version not in VERSIONS:
            raise StorageError(
                f"The database {self.where} has version {version}, made by a newer yhovi; this one knows {HEAD}.",
                "Update yhovi, or use another database.",
            )
        return version

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn what the database refuses into a sentence; what only a bug can cause is left as it is."""
        try:
            yield
        except DBAPIError as error:
            refusal = self._refusal(error)
            if refusal is None:
                raise
            raise refusal from error

    def _refusal(self, error: DBAPIError) -> StorageError | None:
        name = str(getattr(error.orig, "sqlite_errorname", ""))
        for beginning, (message, cure) in _REFUSALS.items():
            if name.startswith(beginning):
                return StorageError(message.format(where=self.where, seconds=self._seconds), cure)
        if name.startswith("SQLITE_IOERR"):
            return StorageError(
                f"The disk under the database {self.where} doesn't work as it should: {error.orig}.",
                "Check the disk or the network drive, and run the command again.",
            )
        return None


def is_demo(connection: Connection) -> bool:
    """Whether a demo made this database."""
    made_by = sa.select(installation.c.value).where(installation.c.name == "made_by")
    return connection.scalar(made_by) == DEMO


def _address(url: str) -> URL:
    """The URL in parts, with the time to wait for a lock in it.

    What was typed is not repeated in an error: it may hold a password.
    """
    cure = "Write sqlite:/// and the path of a file, such as sqlite:///yhovi.db."
    try:
        address = make_url(url)
    except ArgumentError:
        raise UsageError("The database URL is not one.", cure) from None
    if address.drivername not in _DRIVERS:
        raise UsageError(
            f"The database URL begins with {address.drivername}: this version of yhovi loads into SQLite only.", cure
        )
    if "timeout" not in address.query:
        return address.update_query_dict({"timeout": _LOCK_SECONDS})
    try:
        float(str(address.query["timeout"]))
    except ValueError:
        raise UsageError("The timeout in the database URL is not a number of seconds.", "Write ?timeout=60.") from None
    return address


def _file(address: URL) -> Path | None:
    """The file of the database, or None where it is in memory or is SQLite's own kind of address."""
    name = address.database
    return Path(name) if name and name != ":memory:" and "uri" not in address.query else None


def _engine(address: URL) -> Engine:
    engine = sa.create_engine(address, execution_options={"schema_translate_map": dict(FLAT)})
    sa.event.listen(engine, "connect", _connected)
    sa.event.listen(engine, "begin", _begin)
    return engine


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
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _stamp(connection: Connection) -> str | None:
    versions = sa.table(_VERSION_TABLE, sa.column("version_num", sa.String))
    return connection.scalar(sa.select(versions.c.version_num))


def _upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, on this connection and in its transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = str(resources.files(migrations))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _mark(connection: Connection, *, demo: bool, now: datetime) -> None:
    """Write down once who made the database: another process may have been quicker."""
    if connection.scalar(sa.select(sa.func.count()).select_from(installation)):
        return
    said = {"made_by": DEMO if demo else RUN, "created_at": now.isoformat()}
    connection.execute(sa.insert(installation), [{"name": name, "value": value} for name, value in said.items()])
