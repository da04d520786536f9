"""What differs between databases: addresses as they are completed, refusals as drivers word them, what is hidden."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from yhovi.engine.addresses import Access
from yhovi.engine.databases.backends import AnyBackend, Postgres, Sqlite, SqlServer, backend_of
from yhovi.engine.databases.faults import veiled


@pytest.mark.parametrize(
    ("url", "name", "kind"),
    [
        ("sqlite:///x.db", "sqlite", Sqlite),
        ("sqlite+pysqlite:///x.db", "sqlite", Sqlite),
        ("postgres://db1/x", "postgresql", Postgres),
        ("PostgreSQL+psycopg://db1/x", "postgresql", Postgres),
        ("mssql://db1/x", "mssql", SqlServer),
        ("duckdb:///x.db", "duckdb", AnyBackend),
    ],
)
def test_a_database_is_told_by_its_address(url: str, name: str, kind: type) -> None:
    assert Access(url).backend == name
    assert type(backend_of(name)) is kind


MSSQL = (
    "mssql+pyodbc://ann:***@db1/x?APP=yhovi&ApplicationIntent=ReadOnly&Encrypt=yes&driver=ODBC+Driver+18+for+SQL+Server"
)
ADDRESSES = {
    "Postgres": ("postgresql://ann:s@db1/x", "postgresql+psycopg://ann:***@db1/x?connect_timeout=10"),
    "Postgres, by its old name": ("postgres://db1/x", "postgresql+psycopg://db1/x?connect_timeout=10"),
    "Postgres, with a limit": (
        "postgresql://db1/x?connect_timeout=3",
        "postgresql+psycopg://db1/x?connect_timeout=3",
    ),
    "Postgres, another driver": ("postgresql+pg8000://db1/x", "postgresql+pg8000://db1/x"),
    "SQL Server": ("mssql://ann:s@db1/x", MSSQL),
    "SQL Server, without an account": (
        "mssql://db1/x?encrypt=no&driver=FreeTDS",
        "mssql+pyodbc://db1/x?APP=yhovi&ApplicationIntent=ReadOnly&Trusted_Connection=yes&driver=FreeTDS&encrypt=no",
    ),
    "SQL Server, in ODBC's words": (
        "mssql+pyodbc:///?odbc_connect=SERVER%3Ddb1",
        "mssql+pyodbc:///?odbc_connect=SERVER%3Ddb1%3BApplicationIntent%3DReadOnly",
    ),
    "SQL Server, with an intent": (
        "mssql+pyodbc:///?odbc_connect=applicationintent%3Dreadwrite",
        "mssql+pyodbc:///?odbc_connect=applicationintent%3Dreadwrite",
    ),
    "another": ("mysql://ann:s@db1/x", "mysql://ann:***@db1/x"),
}


@pytest.mark.parametrize(("url", "completed"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_is_completed(url: str, completed: str) -> None:
    assert str(backend_of(Access(url).backend).completed(make_url(url))) == completed


class Listening:
    """A connection that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def exec_driver_sql(self, statement: str) -> None:
        self.told.append(statement)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mysql", ["SET TRANSACTION READ ONLY"]),
        ("mariadb", ["SET TRANSACTION READ ONLY"]),
        ("oracle", ["SET TRANSACTION READ ONLY"]),
        ("duckdb", []),
        ("mssql", []),
        (
            "postgresql",
            [
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
                "SET LOCAL TIME ZONE 'UTC'",
                "SET LOCAL statement_timeout = 1500",
            ],
        ),
    ],
)
def test_a_transaction_begins_with_what_forbids_changes(name: str, told: list[str]) -> None:
    connection: Any = Listening()
    backend_of(name).begin(connection, 1.5)
    assert connection.told == told


def error(said: str, *arguments: str, lost: bool = False, **known: Any) -> DBAPIError:
    """An error as SQLAlchemy hands it on."""
    original = type("Original", (Exception,), known)(*(arguments or (said,)))
    return DBAPIError("select 1", None, original, connection_invalidated=lost)


NOT_CONNECTED = {
    'connection failed: FATAL:  password authentication failed for user "ann"': "password",
    'connection failed: FATAL:  role "ann" does not exist': "password",
    'FATAL:  no pg_hba.conf entry for host "10.0.0.1"': "password",
    "fe_sendauth: no password supplied": "password",
    'FATAL:  database "x" does not exist': "absent",
    'FATAL:  permission denied for database "x"': "absent",
    'invalid sslmode value: "x"': "url",
    "connection refused": "unreachable",
    "failed to resolve host 'db1'": "unreachable",
}


@pytest.mark.parametrize(("said", "fault"), NOT_CONNECTED.items())
def test_postgres_says_why_nobody_gets_in(said: str, fault: str) -> None:
    assert Postgres().fault(error(said), connected=False) == fault


@pytest.mark.parametrize(
    ("state", "lost", "fault"),
    [
        ("42P01", False, "refused"),
        ("42501", False, "denied"),
        ("25006", False, "writes"),
        ("57014", False, "slow"),
        ("55P03", False, "busy"),
        ("57P01", True, "lost"),
        ("08006", True, "lost"),
        ("", True, "lost"),
        ("", False, "refused"),
    ],
)
def test_postgres_says_what_went_wrong(state: str, lost: bool, fault: str) -> None:
    assert Postgres().fault(error("x", lost=lost, sqlstate=state), connected=True) == fault
    assert Postgres().fault(error("x", lost=lost, pgcode=state), connected=True) == fault, "psycopg2"


def test_postgres_own_sentence_is_the_first() -> None:
    whole = 'relation "t" does not exist\nLINE 1: select a from t\n                      ^'
    assert Postgres().said(error(whole)) == 'relation "t" does not exist'
    assert Postgres().said(error(whole, diag=SimpleNamespace(message_primary="in short"))) == "in short"


DRIVER = "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]"
ODBC = [
    ("28000", f"[28000] {DRIVER}Login failed for user 'ann'. (18456) (SQLDriverConnect)", "password", "password"),
    ("42000", f'[42000] {DRIVER}Cannot open database "x". (4060) (SQLDriverConnect)', "absent", "absent"),
    ("42000", f"[42000] {DRIVER}The SELECT permission was denied. (229) (SQLExecDirectW)", "denied", "unreachable"),
    ("42000", f"[42000] {DRIVER}Failed to update database. (3906) (SQLExecDirectW)", "writes", "unreachable"),
    ("42S02", f"[42S02] {DRIVER}Invalid object name 't'. (208) (SQLExecDirectW)", "refused", "unreachable"),
    ("HYT00", f"[HYT00] {DRIVER}Query timeout expired (0) (SQLExecDirectW)", "slow", "unreachable"),
    ("08S01", f"[08S01] {DRIVER}Communication link failure (0) (SQLExecDirectW)", "lost", "unreachable"),
    (
        "IM002",
        "[IM002] [unixODBC][Driver Manager]Data source not found (0) (SQLDriverConnect)",
        "driver",
        "driver",
    ),
    ("01000", "[01000] [unixODBC][Driver Manager]Can't open lib 'x' (0) (SQLDriverConnect)", "driver", "driver"),
]


@pytest.mark.parametrize(("state", "said", "connected", "not_connected"), ODBC, ids=[said[:5] for said, *_ in ODBC])
def test_sql_server_says_what_went_wrong(state: str, said: str, connected: str, not_connected: str) -> None:
    refusal = error("", state, said)
    assert SqlServer().fault(refusal, connected=True) == connected
    assert SqlServer().fault(refusal, connected=False) == not_connected


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (ODBC[4][1], "Invalid object name 't'."),
        (
            f"[42000] {DRIVER}First (of two). (1); [42000] {DRIVER}Second. (2) (SQLExecDirectW)",
            "First (of two).",
        ),
        ("as it is", "as it is"),
    ],
)
def test_sql_servers_own_sentence_is_shown(said: str, shown: str) -> None:
    """The driver's state stands before it, or behind it."""
    assert SqlServer().said(error("", said, "42000")) == shown
    assert SqlServer().said(error("", "42000", said)) == shown


@pytest.mark.parametrize(
    ("lost", "connected", "fault"),
    [(False, False, "unopened"), (True, True, "lost"), (False, True, "refused")],
)
def test_of_any_database_it_is_known_when_it_went_wrong(lost: bool, connected: bool, fault: str) -> None:
    assert AnyBackend().fault(error("x", lost=lost), connected=connected) == fault


VEILED = [
    ("password s3cr:et is wrong", "password *** is wrong"),
    ("ann may not read anna.ann_table on db1.org", "*** may not read anna.ann_table on ***"),
    ("a line\n  and  another one. ", "a line and another one"),
    ("PWD=top;secret;", "PWD=***;"),
    ("nothing of it", "nothing of it"),
]


@pytest.mark.parametrize(("said", "shown"), VEILED)
def test_what_a_database_repeats_of_its_address_is_hidden(said: str, shown: str) -> None:
    address = sa.URL.create("x", "ann", "s3cr:et", "db1.org", database="c", query={"PassWord": "top;secret"})
    assert veiled(said, address) == shown


def test_a_short_password_hides_no_letters_of_words() -> None:
    assert veiled("a table: a", sa.URL.create("x", None, "a", None)) == "*** table: ***"
