"""What differs between databases that are only read: how to connect, how to forbid changes, what a refusal means."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from .faults import Fault

_CONNECT_SECONDS = 10

Faults = Mapping[str, Fault]
Spent = Callable[[], bool]


class Backend(Protocol):
    """One database's way of being asked."""

    def completed(self, address: URL) -> URL:
        """The address with the driver and the options that are needed."""

    def engine(self, address: URL, seconds: float, spent: Spent) -> Engine:
        """An engine whose connections may take so many seconds for a statement; ``spent`` says when time is up."""

    def begin(self, connection: Connection, seconds: float) -> None:
        """Have the transaction that begins change nothing."""

    def fault(self, error: DBAPIError, *, connected: bool) -> Fault:
        """What a refusal means."""

    def said(self, error: DBAPIError) -> str:
        """What the database itself says of it."""


class AnyBackend:
    """A database of which no more is known than that SQLAlchemy speaks to it."""

    def __init__(self, *first: str) -> None:
        """Take the statements that each transaction begins with."""
        self._first = first

    def completed(self, address: URL) -> URL:
        """As it is."""
        return address

    def engine(self, address: URL, seconds: float, spent: Spent) -> Engine:  # noqa: ARG002
        """As SQLAlchemy makes it; only between rows can it be told that time is up."""
        return sa.create_engine(address, poolclass=NullPool, hide_parameters=True)

    def begin(self, connection: Connection, seconds: float) -> None:  # noqa: ARG002
        """As far as the database has such transactions; none is ever committed."""
        for statement in self._first:
            connection.exec_driver_sql(statement)

    def fault(self, error: DBAPIError, *, connected: bool) -> Fault:
        """Refused, lost, or never opened."""
        if not connected:
            return "unopened"
        return "lost" if error.connection_invalidated else "refused"

    def said(self, error: DBAPIError) -> str:
        """What the driver says."""
        return str(error.orig)


class Sqlite(AnyBackend):
    """SQLite: the file is opened for reading, and statements are held to reading by the library itself."""

    _FAULTS: Faults = MappingProxyType(
        {
            "SQLITE_READONLY": "writes",
            "SQLITE_INTERRUPT": "slow",
            "SQLITE_BUSY": "busy",
            "SQLITE_LOCKED": "busy",
            "SQLITE_CANTOPEN": "file",
            "SQLITE_NOTADB": "file",
        }
    )

    def engine(self, address: URL, seconds: float, spent: Spent) -> Engine:
        """An engine of its own way to connect: SQLAlchemy would make a file that isn't there."""
        if address.query or address.host:
            raise sa.exc.ArgumentError("no options, and no host")

        def connect() -> sqlite3.Connection:
            return _opened(address.database or "", seconds, spent)

        return sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    def begin(self, connection: Connection, seconds: float) -> None:  # noqa: ARG002
        """From now on the library itself stops whatever isn't reading; before, SQLAlchemy asks it for its settings."""
        driver: Any = connection.connection.driver_connection
        driver.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY)

    def fault(self, error: DBAPIError, *, connected: bool) -> Fault:
        """By SQLite's own name of the error; what it is told to deny has not always one."""
        if str(error.orig) == _DENIED:
            return "writes"
        name = str(getattr(error.orig, "sqlite_errorname", ""))
        found = next((fault for start, fault in self._FAULTS.items() if name.startswith(start)), None)
        return found or ("refused" if connected else "file")


_READS = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
    }
)
_DENIED = "not authorized"
_STEPS_BETWEEN_LOOKS = 50_000


def _opened(path: str, seconds: float, spent: Spent) -> sqlite3.Connection:
    connection = sqlite3.connect(_read_only(path), uri=True, timeout=seconds)
    connection.execute("PRAGMA query_only = ON")
    connection.set_progress_handler(spent, _STEPS_BETWEEN_LOOKS)
    return connection


def _read_only(path: str) -> str:
    """SQLite's address of a file that is there and stays as it is; of Windows' drives and shares too.

    >>> _read_only("/srv/a?b.db"), _read_only("C:/data/x.db"), _read_only("//server/share/x.db")
    ('file:///srv/a%3Fb.db?mode=ro', 'file:///C:/data/x.db?mode=ro', 'file:////server/share/x.db?mode=ro')
    """
    name = Path(path).as_posix() if path else ""
    return f"file://{'' if name.startswith('/') else '/'}{quote(name, safe='/:')}?mode=ro"


class Postgres(AnyBackend):
    """Postgres: a transaction that is read-only, of one state, in UTC, and with a limit to each statement's time."""

    _FAULTS: Faults = MappingProxyType(
        {
            "28": "password",
            "3D000": "absent",
            "42501": "denied",
            "25006": "writes",
            "57014": "slow",
            "55P03": "busy",
            "08": "lost",
            "57P": "lost",
        }
    )
    # Before there is a session, refusals come without an SQLSTATE.
    _UNSTATED: Faults = MappingProxyType(
        {
            "authentication failed": "password",
            "no password supplied": "password",
            "no pg_hba.conf entry": "password",
            'role "': "password",
            "does not exist": "absent",
            "permission denied for database": "absent",
            "invalid connection option": "url",
            "invalid sslmode": "url",
            "invalid port number": "url",
            "invalid integer value": "url",
            "root certificate file": "url",
        }
    )

    def completed(self, address: URL) -> URL:
        """With the driver that yhovi brings along, and a limit to the time of connecting."""
        if address.drivername in ("postgres", "postgresql"):
            address = address.set(drivername="postgresql+psycopg")
        if "connect_timeout" in address.query or not address.drivername.startswith("postgresql+psycopg"):
            return address
        return address.update_query_dict({"connect_timeout": str(_CONNECT_SECONDS)})

    def begin(self, connection: Connection, seconds: float) -> None:
        """Read-only, whatever the server, the database or the account is set to."""
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}")

    def fault(self, error: DBAPIError, *, connected: bool) -> Fault:
        """By the SQLSTATE, or before there is a session by what is said."""
        state = str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")
        stated = next((fault for start, fault in self._FAULTS.items() if state.startswith(start)), None)
        if connected or state:
            return stated or ("lost" if error.connection_invalidated else "refused")
        said = str(error.orig)
        return next((fault for text, fault in self._UNSTATED.items() if text in said), "unreachable")

    def said(self, error: DBAPIError) -> str:
        """The server's message, without the lines of the query below it."""
        diagnosis = getattr(error.orig, "diag", None)
        return str(getattr(diagnosis, "message_primary", None) or str(error.orig).partition("\n")[0])


class SqlServer(AnyBackend):
    """SQL Server, which has no read-only transactions: it is told the intent, and all is rolled back."""

    _OPTIONS: Mapping[str, str] = MappingProxyType(
        {"driver": "ODBC Driver 18 for SQL Server", "Encrypt": "yes", "APP": "yhovi", "ApplicationIntent": "ReadOnly"}
    )
    # Numbers of the server's own errors (in brackets in the driver's text), or SQLSTATEs.
    _FAULTS: Faults = MappingProxyType(
        {
            "(18456)": "password",
            "(4060)": "absent",
            "(229)": "denied",
            "(230)": "denied",
            "(916)": "denied",
            "(3906)": "writes",
            "(1222)": "busy",
            "28000": "password",
            "IM002": "driver",
            "01000": "driver",
            "HYT0": "slow",
            "08": "lost",
        }
    )

    def completed(self, address: URL) -> URL:
        """With Microsoft's driver, encryption unless the address says otherwise, and the intent to read."""
        if address.drivername == "mssql":
            address = address.set(drivername="mssql+pyodbc")
        if "odbc_connect" in address.query:
            said = str(address.query["odbc_connect"])
            intent = "" if "applicationintent" in said.lower() else ";ApplicationIntent=ReadOnly"
            return address.update_query_dict({"odbc_connect": said + intent})
        known = {name.lower() for name in address.query}
        wanted = {**self._OPTIONS, **({} if address.username else {"Trusted_Connection": "yes"})}
        return address.update_query_dict({name: text for name, text in wanted.items() if name.lower() not in known})

    def engine(self, address: URL, seconds: float, spent: Spent) -> Engine:  # noqa: ARG002
        """An engine whose driver gives each statement so much time."""
        if address.drivername != "mssql+pyodbc":
            return sa.create_engine(address, poolclass=NullPool, hide_parameters=True)
        login = {"timeout": _CONNECT_SECONDS}
        engine = sa.create_engine(address, poolclass=NullPool, hide_parameters=True, connect_args=login)

        def limit(connection: Any, _entry: ConnectionPoolEntry) -> None:
            connection.timeout = max(1, round(seconds))

        sa.event.listen(engine, "connect", limit)
        return engine

    def fault(self, error: DBAPIError, *, connected: bool) -> Fault:
        """By the server's number, or the driver's SQLSTATE."""
        state, text = _state(error), str(error.orig)
        marks = self._FAULTS.items()
        found = next((one for mark, one in marks if (mark in text if mark[0] == "(" else state.startswith(mark))), None)
        if connected:
            return found or ("lost" if error.connection_invalidated else "refused")
        return found if found in ("password", "absent", "driver") else "unreachable"

    def said(self, error: DBAPIError) -> str:
        """The server's first message, without the names of drivers before it and of functions behind it."""
        said = max(map(str, error.orig.args), key=len, default="") if error.orig else ""
        first = said.partition("; [")[0]
        return re.sub(r"^(\[[^\]]*\]\s*)+|\s*\(\d+\)(\s*\(SQL\w+\))?$", "", first)


def _state(error: DBAPIError) -> str:
    said = error.orig.args if error.orig else ()
    return str(said[0]) if said else ""


_READ_ONLY = "SET TRANSACTION READ ONLY"
_ANY = AnyBackend()
_BACKENDS: Mapping[str, Backend] = MappingProxyType(
    {
        "sqlite": Sqlite(),
        "postgresql": Postgres(),
        "mssql": SqlServer(),
        **dict.fromkeys(("mysql", "mariadb", "oracle"), AnyBackend(_READ_ONLY)),
    }
)


def backend_of(name: str) -> Backend:
    """How a database is asked, by SQLAlchemy's name of it."""
    return _BACKENDS.get(name, _ANY)
