"""SQL Server, through Microsoft's own driver."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mssql as _  # noqa: F401  (registers the types)
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from ...errors import SettingsError, StorageError, UsageError
from ..tables import SCHEMAS
from .arrays import arrays, turned
from .base import READING, Rights, Rows, driver_insert, driving, shown, unheld, without_secrets
from .merge import Merge
from .signs import Sign, of_clock, of_version

_DRIVER = "mssql+pyodbc"
_DRIVERS = ("mssql", _DRIVER)
_ODBC = "ODBC Driver 18 for SQL Server"
_LOCK_SECONDS = 60
_CONNECT_SECONDS = 10
_OLDEST = 15  # SQL Server 2019
_CLOUD = (5, 8)
_NO = ("no", "optional", "false")

# SQLSTATEs, or their class, after which another try may succeed: deadlock, lost connection, time out.
_PASSING_STATES = ("40001", "08S01", "08001", "08007", "HYT00", "HYT01")

_LOCKED, _GIVEN_UP = 51001, 51002
"""The numbers by which a time-out of the warehouse's own lock, and a deadlock over it, are told."""

# Numbers after which it may, whatever their SQLSTATE: a deadlock or a row that was changed since the snapshot, a lock
# that others hold too long, and what the cloud says while it moves a database or has too much to do.
_DEADLOCKS = (1205, 3960, _GIVEN_UP)
_LOCK_TIMEOUT = 1222
_CLOUDY = (40197, 40501, 40613, 49918, 49919, 49920)
_PASSING = frozenset({*_DEADLOCKS, _LOCK_TIMEOUT, *_CLOUDY})

# The driver puts the server's number behind what the server said, before the name of its own function or the next
# error. The text itself may have a number in brackets too, such as the key of a row.
_NUMBER = re.compile(r"\((\d+)\)(?= \(SQL\w+\)|; \[\w{5}\] |$)")

# SQLSTATEs, and who passes a message on, before it; and the driver's own function behind it.
_OF_DRIVER = re.compile(r"\[(?:\w{5}|Microsoft|ODBC[^\]]*|SQL Server)\] ?| \(SQL\w+\)")
_WITH_NUMBER = re.compile(r"\.? \((\d+)\)(?=;|$)")

_GAVE_UP = ("The database {where} gave this step up for another one, several times.", "Run the command again.")
_BUSY = ("The server of {where} can't serve it now, several times: {error}.", "Run the command again later.")
_NO_DRIVER = (
    f"The ODBC driver '{_ODBC}' isn't installed.",
    "Install it from Microsoft, or name the one that is there with ?driver= in the database URL.",
)

# Numbers of SQL Server's own errors: what they mean, and what to do about it.
_NUMBERED: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        18456: (
            "The server of {where} doesn't let this account in.",
            "Check the user and the password in the database URL, or leave both out for Windows' own sign-in.",
        ),
        4060: (
            "There is no database {where}, or this account may not use it.",
            "Ask for it to be made, or name another one.",
        ),
        229: (
            "This account may not do that in {where}: {error}.",
            "Ask the owner of the database to add it to the role yhovi_loader (or yhovi_reader for reading).",
        ),
        262: (
            "This account may not make tables in {where}.",
            "Let the owner of the database run `yhovi db upgrade`, or the script that `yhovi db ddl` prints.",
        ),
        _LOCKED: (
            f"The database {{where}} is locked by another run, also after {_LOCK_SECONDS} seconds of waiting.",
            "Wait for the other run to end, and run the command again.",
        ),
        _LOCK_TIMEOUT: (
            f"Another program keeps a table of {{where}} locked, each time for more than {_LOCK_SECONDS} seconds.",
            "Wait for it to end, and run the command again.",
        ),
        3961: ("The tables of {where} were changed while they were read.", "Run the command again."),
        1105: (
            "The database {where} can't grow: its files are full. Nothing of this step was kept.",
            "Make room on the server and run the command again.",
        ),
        9002: (
            "The transaction log of {where} is full. Nothing of this step was kept.",
            "Let the server's operator back it up or make it larger, and run the command again.",
        ),
        **dict.fromkeys(_DEADLOCKS, _GAVE_UP),
        **dict.fromkeys(_CLOUDY, _BUSY),
    }
)

# By the beginning of the SQLSTATE, where no number says more. The first that fits counts.
_STATED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "IM002": _NO_DRIVER,
        "01000": _NO_DRIVER,
        "40001": _GAVE_UP,
        "08001": (
            "The server of {where} can't be reached: {error}.",
            "Check the host and the port in the database URL, that the server runs and its certificate is trusted.",
        ),
        "08": (
            "The connection to {where} was lost, several times.",
            "Check the network and the server, and run the command again.",
        ),
        "HYT0": ("The server of {where} didn't answer in time.", "Look at what keeps it busy, and run it again."),
    }
)

EXAMINATION = """
SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(64)) AS version,
       CAST(SERVERPROPERTY('ProductMajorVersion') AS NVARCHAR(8)) AS major,
       CAST(SERVERPROPERTY('EngineEdition') AS INT) AS edition,
       CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS NVARCHAR(128)) AS collation,
       CAST(d.is_read_committed_snapshot_on AS INT) AS snapshots,
       CAST(d.snapshot_isolation_state AS INT) AS states,
       d.name AS name,
       CONVERT(VARCHAR(23), SYSUTCDATETIME(), 126) AS clock
FROM sys.databases AS d
WHERE d.database_id = DB_ID();
"""
"""What the examination asks of the server, of which every account may ask it."""

# Without them, most errors leave a transaction open and half done, and what others lock is waited for without end.
# A driver manager may hand out a connection that was used for something else before.
_SETTINGS = f"""
SET XACT_ABORT ON; SET LOCK_TIMEOUT {_LOCK_SECONDS * 1000}; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
"""

_SNAPSHOT = """
IF (SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()) = 1
    SET TRANSACTION ISOLATION LEVEL SNAPSHOT;
"""

_TAKE_LOCK = f"""
DECLARE @taken INT;
EXEC @taken = sp_getapplock @Resource = 'yhovi', @LockMode = 'Exclusive', @LockOwner = 'Transaction',
     @LockTimeout = {_LOCK_SECONDS * 1000};
IF @taken = -3 THROW {_GIVEN_UP}, 'The lock of the warehouse was given up for another session.', 1;
IF @taken < 0 THROW {_LOCKED}, 'The lock of the warehouse is held by another session.', 1;
"""


class SqlServer:
    """SQL Server 2019 or newer, and Azure SQL."""

    name = "mssql"
    title = "SQL Server"
    flat = False
    serves = True

    def completed(self, address: URL) -> URL:
        """The address with Microsoft's driver, and with encryption unless the address itself says otherwise."""
        if address.drivername not in _DRIVERS:
            raise UsageError(f"The database URL begins with {address.drivername}.", "Write mssql://user@host/database.")
        address = address.set(drivername=_DRIVER)
        if "odbc_connect" in address.query:
            return address
        said = {name.lower() for name in address.query}
        wanted = {"driver": _ODBC, "Encrypt": "yes", "APP": "yhovi"}
        if address.username is None:
            wanted["Trusted_Connection"] = "yes"
        return address.update_query_dict({name: text for name, text in wanted.items() if name.lower() not in said})

    def file(self, address: URL) -> Path | None:  # noqa: ARG002
        """It is a server's."""
        return None

    def where(self, address: URL) -> str:
        """The database and the host."""
        return shown(address) if "odbc_connect" not in address.query else "SQL Server"

    def engine(self, address: URL) -> Engine:
        """An engine whose transactions end whole at the first error."""
        try:
            engine = _engine(address)
        except ImportError as error:
            raise SettingsError(
                f"The driver for SQL Server can't be loaded: {error}.",
                "Install it anew (pip install --force-reinstall pyodbc); on Linux it needs the package unixodbc.",
            ) from None
        sa.event.listen(engine, "connect", _connected)
        return engine

    def reader(self, engine: Engine) -> Engine:
        """One with connections of its own: a transaction only is a snapshot if it was begun as one.

        Where the database doesn't allow snapshots, each question sees what is committed when it is asked.
        """
        reader = _engine(engine.url).execution_options(**{READING: True})
        sa.event.listen(reader, "connect", _connected_for_reading)
        return reader

    def lock(self, connection: Connection) -> None:
        """The application lock of the warehouse, which goes with the transaction."""
        connection.exec_driver_sql(_TAKE_LOCK)

    def insert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """One statement for all rows, sent as arrays where Microsoft's driver does it: others crash at that."""
        statement, driver = driver_insert(connection, table), connection.dialect.loaded_dbapi
        with driving(connection, statement) as cursor:
            if not _is_microsofts(connection):
                cursor.executemany(statement, turned(table, rows))
                return
            cursor.fast_executemany = True
            for inputs, array in arrays(table, rows):
                cursor.setinputsizes([(getattr(driver, told.kind), told.size, told.digits) for told in inputs])
                cursor.executemany(statement, array)

    def upsert(self, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str]) -> sa.Executable:
        """MERGE, holding its range of keys."""
        return Merge(table, query, tuple(key), tuple(keep))

    def passes(self, error: DBAPIError) -> bool:
        """Deadlocks, time-outs and lost connections."""
        numbers = _numbers(error)
        if numbers & _NUMBERED.keys():
            return bool(numbers & _PASSING)
        return error.connection_invalidated or _state(error).startswith(_PASSING_STATES)

    def refusal(self, error: DBAPIError, address: URL) -> StorageError | None:
        """What the server says, or that there is none."""
        numbers, state = _numbers(error), _state(error)
        fitting = [said for number, said in _NUMBERED.items() if number in numbers]
        fitting += [said for beginning, said in _STATED.items() if state.startswith(beginning)]
        if not fitting:
            return None
        told = without_secrets(_told(error), address)
        message, cure = fitting[0]
        return StorageError(message.format(where=self.where(address), error=told), cure)

    def schemas(self, connection: Connection) -> None:
        """Make those that aren't there; CREATE SCHEMA has to be alone in its batch."""
        for name in SCHEMAS:
            connection.exec_driver_sql(f"IF SCHEMA_ID(N'{name}') IS NULL EXEC(N'CREATE SCHEMA [{name}]');")

    def missing(self, connection: Connection, rights: Rights) -> list[tuple[str, str]]:
        """As the server tells it."""
        return unheld(connection, sa.func.HAS_PERMS_BY_NAME, rights, "OBJECT")

    def examine(self, connection: Connection, address: URL, now: datetime) -> Iterator[Sign]:
        """Version, collation, snapshots, encryption and clock."""
        found = connection.exec_driver_sql(EXAMINATION).one()
        driver = f"pyodbc {connection.dialect.loaded_dbapi.version}"
        # In the cloud it has a numbering of its own, and is always newer.
        supported = found.edition in _CLOUD or int(found.major) >= _OLDEST
        yield of_version(self.title, str(found.version), driver, supported=supported, oldest="2019")
        yield Sign("ok", f"its collation is {found.collation}; codes are compared as they are, whatever it is")
        yield from _snapshots(bool(found.snapshots), found.states == 1, str(found.name))
        yield from _encryption(address)
        yield of_clock(datetime.fromisoformat(found.clock), now)


def _encryption(address: URL) -> Iterator[Sign]:
    """As the address asks for it: to ask the server takes more rights than a load needs."""
    said = {name.lower(): str(text).lower() for name, text in {**address.query, **_options(address)}.items()}
    if said.get("encrypt", "yes") in _NO:
        yield Sign("warning", "the connection to it isn't encrypted (Encrypt=no)", "Take that out of the database URL.")
    elif said.get("trustservercertificate", "no") not in _NO:
        found = "the connection to it is encrypted, but nobody checks that it is the right server"
        cure = "Take TrustServerCertificate out of the database URL, and let this machine trust its certificate."
        yield Sign("warning", found, cure)
    else:
        yield Sign("ok", "the connection to it is encrypted, and the server's certificate is checked")


def _options(address: URL) -> dict[str, str]:
    """What a connection string in the address says, less what is in braces."""
    parts = str(address.query.get("odbc_connect", "")).split(";")
    pairs = (part.partition("=")[::2] for part in parts)
    return {name.strip(): text.strip() for name, text in pairs}


def _snapshots(committed: bool, allowed: bool, name: str) -> Iterator[Sign]:
    cure = f"Let its owner run, while nobody else uses it: ALTER DATABASE [{name}] SET {{}} ON;"
    if committed:
        yield Sign("ok", "READ_COMMITTED_SNAPSHOT is on: readers see whole loads, and don't wait")
    else:
        found = "READ_COMMITTED_SNAPSHOT is off: a dashboard that reads during a load waits, or sees part of it"
        yield Sign("warning", found, cure.format("READ_COMMITTED_SNAPSHOT"))
    if not allowed:
        found = "ALLOW_SNAPSHOT_ISOLATION is off: a command that asks several questions may see two loads, one in each"
        yield Sign("warning", found, cure.format("ALLOW_SNAPSHOT_ISOLATION"))


def _engine(address: URL) -> Engine:
    return sa.create_engine(address, pool_pre_ping=True, connect_args={"timeout": _CONNECT_SECONDS})


def _connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
    _set_up(connection, _SETTINGS)


def _connected_for_reading(connection: Any, _entry: ConnectionPoolEntry) -> None:
    _set_up(connection, _SETTINGS, _SNAPSHOT)


def _set_up(connection: Any, *statements: str) -> None:
    with closing(connection.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)
    # What is set counts for transactions that begin from now on.
    connection.commit()


def _is_microsofts(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    name = connection.dialect.loaded_dbapi.SQL_DRIVER_NAME
    return "msodbcsql" in str(driver.getinfo(name)).lower()


def _state(error: DBAPIError) -> str:
    said = error.orig.args if error.orig else ()
    return str(said[0]) if said else ""


def _text(error: DBAPIError) -> str:
    said = error.orig.args if error.orig else ()
    return " ".join(str(said[-1]).split()) if said else ""


def _numbers(error: DBAPIError) -> set[int]:
    """The server's own numbers of the error, and of those that came with it."""
    return {int(number) for number in _NUMBER.findall(_text(error))}


def _told(error: DBAPIError) -> str:
    """What the server said with its number, less what its driver puts before and behind it."""
    return _WITH_NUMBER.sub(r" (error \1)", _OF_DRIVER.sub("", _text(error)))
