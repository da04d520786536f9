"""SQL Server, through Microsoft's own driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
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
from .base import Rights, Rows, driver_insert, driving, shown, unheld, without_secrets
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
_PASSING = ("40001", "08S01", "08001", "08007", "HYT00", "HYT01")

# Numbers of SQL Server's own errors (in brackets in the driver's text) or SQLSTATEs: what they mean, what to do.
_REFUSALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "(18456)": (
            "The server of {where} doesn't let this account in.",
            "Check the user and the password in the database URL, or leave both out for Windows' own sign-in.",
        ),
        "(4060)": (
            "There is no database {where}, or this account may not use it.",
            "Ask for it to be made, or name another one.",
        ),
        "(229)": (
            "This account may not do that in {where}: {error}.",
            "Ask the owner of the database to add it to the role yhovi_loader (or yhovi_reader for reading).",
        ),
        "(262)": (
            "This account may not make tables in {where}.",
            "Let the owner of the database run `yhovi db upgrade`, or the script that `yhovi db ddl` prints.",
        ),
        "(51001)": (
            f"The database {{where}} is locked by another run, also after {_LOCK_SECONDS} seconds of waiting.",
            "Wait for the other run to end, and run the command again.",
        ),
        "(1105)": (
            "The database {where} can't grow: its files are full. Nothing of this step was kept.",
            "Make room on the server and run the command again.",
        ),
        "(9002)": (
            "The transaction log of {where} is full. Nothing of this step was kept.",
            "Let the server's operator back it up or make it larger, and run the command again.",
        ),
        "IM002": (
            f"The ODBC driver '{_ODBC}' isn't installed.",
            "Install it from Microsoft, or name the one that is there with ?driver= in the database URL.",
        ),
        "01000": (
            f"The ODBC driver '{_ODBC}' isn't installed.",
            "Install it from Microsoft, or name the one that is there with ?driver= in the database URL.",
        ),
        "40001": ("The database {where} gave this step up for another one, several times.", "Run the command again."),
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
       d.name AS name,
       CONVERT(VARCHAR(23), SYSUTCDATETIME(), 126) AS clock
FROM sys.databases AS d
WHERE d.database_id = DB_ID();
"""
"""What the examination asks of the server, of which every account may ask it."""

_TAKE_LOCK = f"""
DECLARE @taken INT;
EXEC @taken = sp_getapplock @Resource = 'yhovi', @LockMode = 'Exclusive', @LockOwner = 'Transaction',
     @LockTimeout = {_LOCK_SECONDS * 1000};
IF @taken < 0 THROW 51001, 'The lock of the warehouse is held by another session.', 1;
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
            engine = sa.create_engine(address, pool_pre_ping=True, connect_args={"timeout": _CONNECT_SECONDS})
        except ImportError as error:
            raise SettingsError(
                f"The driver for SQL Server can't be loaded: {error}.",
                "Install it anew (pip install --force-reinstall pyodbc); on Linux it needs the package unixodbc.",
            ) from None
        sa.event.listen(engine, "connect", _connected)
        return engine

    def lock(self, connection: Connection) -> None:
        """The application lock of the warehouse, which goes with the transaction."""
        connection.exec_driver_sql(_TAKE_LOCK)

    def insert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """One statement for all rows, sent as arrays where Microsoft's driver does it: others crash at that."""
        days = [place for place, column in enumerate(table.columns) if isinstance(column.type, sa.Date)]
        statement = driver_insert(connection, table)
        with driving(connection, statement) as cursor:
            cursor.fast_executemany = _is_microsofts(connection)
            cursor.executemany(statement, [_with_days(row, days) for row in rows])

    def upsert(self, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str]) -> sa.Executable:
        """MERGE, holding its range of keys."""
        return Merge(table, query, tuple(key), tuple(keep))

    def passes(self, error: DBAPIError) -> bool:
        """Deadlocks, time-outs and lost connections."""
        return error.connection_invalidated or _state(error).startswith(_PASSING)

    def refusal(self, error: DBAPIError, address: URL) -> StorageError | None:
        """What the server says, or that there is none."""
        state = _state(error)
        said = without_secrets(" ".join(str(error.orig).split()).rstrip("."), address)
        for mark, (message, cure) in _REFUSALS.items():
            if mark in said if mark.startswith("(") else state.startswith(mark):
                return StorageError(message.format(where=self.where(address), error=said), cure)
        return None

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
        yield _snapshots(bool(found.snapshots), str(found.name))
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


def _snapshots(on: bool, name: str) -> Sign:
    if on:
        return Sign("ok", "READ_COMMITTED_SNAPSHOT is on: readers see whole loads, and don't wait")
    return Sign(
        "warning",
        "READ_COMMITTED_SNAPSHOT is off: a dashboard that reads during a load waits, or sees part of it",
        f"Let its owner run, while nobody else uses it: ALTER DATABASE [{name}] SET READ_COMMITTED_SNAPSHOT ON;",
    )


def _connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # With it off, most errors leave a transaction open and half done.
    cursor = connection.cursor()
    cursor.execute("SET XACT_ABORT ON;")
    cursor.close()


def _is_microsofts(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    name = connection.dialect.loaded_dbapi.SQL_DRIVER_NAME
    return "msodbcsql" in str(driver.getinfo(name)).lower()


def _with_days(row: tuple[Any, ...], days: Sequence[int]) -> tuple[Any, ...]:
    """The row with its days as the driver's own type: they come as text."""
    cells = list(row)
    for place in days:
        if isinstance(cells[place], str):
            cells[place] = date.fromisoformat(cells[place])
    return tuple(cells)


def _state(error: DBAPIError) -> str:
    said = error.orig.args if error.orig else ()
    return str(said[0]) if said else ""
