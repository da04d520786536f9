"""What an examination of a database finds, and the cures."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.errors import StorageError
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.dialects import dialect_of
from yhovi.engine.warehouse.dialects.mssql import EXAMINATION
from yhovi.engine.warehouse.dialects.signs import Sign, of_clock, of_version
from yhovi.engine.warehouse.health import examine
from yhovi.engine.warehouse.roles import RIGHTS_OF_LOADER
from yhovi.engine.warehouse.values import RunStart
from yhovi.engine.warehouse.versions import HEAD
from yhovi.engine.warehouse.warehouse import Warehouse

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ASK_FOR_LOADER = "For loading, ask its owner for the role yhovi_loader; reading works as it is."


def wrong(url: str, now: datetime | None = None) -> list[tuple[str, str, str]]:
    """What isn't as it should be."""
    signs = examine(url, now or datetime.now(UTC))
    return [(sign.state, sign.found, sign.cure) for sign in signs if sign.state != "ok"]


def at_once(url: str, statement: str) -> None:
    """Run what no transaction may hold."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_file_that_is_as_it_should_be(warehouse, path) -> None:
    assert examine(f"sqlite:///{path}", NOW) == [
        Sign("ok", f"version {HEAD}, indicators loaded: 0"),
        Sign("ok", f"SQLite {sqlite3.sqlite_version}, through Python's own driver"),
    ]


def test_a_file_that_an_account_may_only_read(warehouse, path, monkeypatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    some = "INSERT on meta.run, UPDATE on meta.run, INSERT on meta.load"
    more = sum(right != "SELECT" for rights in RIGHTS_OF_LOADER.values() for right in rights) - 3
    assert wrong(f"sqlite:///{path}") == [
        ("warning", f"this account lacks rights that a load needs: {some} and {more} more", ASK_FOR_LOADER)
    ]


def test_an_older_file_is_left_as_it_is(warehouse, path) -> None:
    warehouse.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    assert examine(f"sqlite:///{path}", NOW)[0] == Sign("ok", f"version 0002: the next run brings it to {HEAD}")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)


def test_an_empty_file(path) -> None:
    path.touch()
    assert examine(f"sqlite:///{path}", NOW)[0] == Sign("ok", f"it is empty: the next run brings it to {HEAD}")


def test_a_file_whose_journal_makes_readers_wait(warehouse, path) -> None:
    warehouse.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM run").fetchone()
        assert wrong(f"sqlite:///{path}") == [
            (
                "warning",
                "its journal is delete: readers wait while a load is written",
                "Keep the file on a disk of this machine, and let other programs close it once.",
            )
        ]


def test_a_server_that_is_as_it_should_be(postgres) -> None:
    first, second, third, *rest = examine(postgres.warehouse(), datetime.now(UTC))
    assert first == Sign("ok", f"version {HEAD}, indicators loaded: 0")
    assert second == Sign("ok", "this account may read and load")
    assert third.found.startswith("Postgres ")
    assert ", through psycopg 3." in third.found
    assert rest == [Sign("ok", "its clock and this machine's agree")]


def test_a_server_without_tables_is_left_as_it_is(postgres) -> None:
    url = postgres.empty()
    assert wrong(url)[0] == (
        "failure",
        "it has no tables of yhovi's yet",
        f"Let its owner run `yhovi db upgrade`, which brings it to {HEAD}.",
    )
    database = Database(url)
    with database.reading() as connection:
        assert sa.inspect(connection).get_schema_names() == ["information_schema", "public"]
    database.close()


def as_account(url: str, *rights: str) -> str:
    """The same database for an account that has only these rights."""
    address = sa.make_url(url)
    name = f"account_of_{address.database}"
    database = Database(url)
    with database._engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN")
        for right in rights:
            connection.exec_driver_sql(f"GRANT {right} TO {name}")
    database.close()
    return address.set(username=name).render_as_string(hide_password=False)


def test_an_account_that_may_only_read(postgres) -> None:
    everything = "ALL TABLES IN SCHEMA meta, core, mart, stage"
    url = as_account(postgres.warehouse(), "USAGE ON SCHEMA meta, core, mart, stage", f"SELECT ON {everything}")
    ((state, found, cure),) = wrong(url)
    assert (state, cure) == ("warning", ASK_FOR_LOADER)
    assert found.startswith("this account lacks rights that a load needs: INSERT on meta.run, UPDATE on meta.run, ")


def test_an_account_that_may_nothing(postgres) -> None:
    with pytest.raises(StorageError) as raised:
        examine(as_account(postgres.warehouse()), NOW)
    assert str(raised.value).endswith(
        " Ask the owner of the database to grant it the role yhovi_loader (or yhovi_reader for reading)."
    )


def test_a_server_that_takes_no_changes(postgres) -> None:
    url = postgres.warehouse()
    at_once(url, f'ALTER DATABASE "{sa.make_url(url).database}" SET default_transaction_read_only = on')
    found, cure = "it takes no changes: it is a replica, or set to read-only", "For loading, name the primary server."
    assert wrong(url) == [("warning", found, cure)]
    with Warehouse.open(url, demo=False, now=NOW) as warehouse, pytest.raises(StorageError) as raised:
        warehouse.start_run(RunStart("run-1", NOW, "yhovi run", "live", "0.1.0"))
    assert str(raised.value) == (
        f"The database {warehouse.where} takes no changes: it is a replica, or set to read-only. Name the primary"
        " server in the database URL."
    )


def test_a_server_whose_database_does_not_hold_every_text(postgres) -> None:
    url = postgres.empty()
    address = sa.make_url(url)
    name = f"{address.database}_latin"
    at_once(url, f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    found = wrong(address.set(database=name).render_as_string(hide_password=False))
    assert found[1] == (
        "failure",
        "its encoding is LATIN1, which doesn't hold every text",
        "Have a new one made with ENCODING 'UTF8', and load anew.",
    )


def test_what_a_server_is_set_to_does_not_change_how_loads_are_kept_apart(postgres) -> None:
    url = postgres.warehouse()
    at_once(url, f"ALTER DATABASE \"{sa.make_url(url).database}\" SET default_transaction_isolation = 'serializable'")
    database = Database(url)
    ask = "SHOW transaction_isolation"
    assert database.write(lambda connection: connection.exec_driver_sql(ask).scalar()) == "read committed"
    with database.reading() as connection:
        assert connection.exec_driver_sql(ask).scalar() == "repeatable read"
    database.close()


CLOCKS = [
    (timedelta(0), Sign("ok", "its clock and this machine's agree")),
    (timedelta(minutes=-2), Sign("ok", "its clock and this machine's agree")),
    (
        timedelta(minutes=61),
        Sign(
            "warning",
            "its clock and this machine's are 61 minutes apart",
            "Set both by a time server: as-of questions compare moments that both wrote down.",
        ),
    ),
]


@pytest.mark.parametrize(("apart", "sign"), CLOCKS)
@pytest.mark.parametrize("zone", [UTC, None])
def test_clocks(apart: timedelta, sign: Sign, zone: Any) -> None:
    assert of_clock((NOW + apart).replace(tzinfo=zone), NOW) == sign


def test_a_server_that_is_too_old() -> None:
    assert of_version("Postgres", "13.1", "psycopg 3", supported=False, oldest="14") == Sign(
        "failure", "Postgres 13.1, through psycopg 3", "yhovi needs Postgres 14 or newer."
    )


AGREE = Sign("ok", "its clock and this machine's agree")
COLLATION = Sign("ok", "its collation is Latin1_General_CI_AS; codes are compared as they are, whatever it is")
SNAPSHOTS = Sign("ok", "READ_COMMITTED_SNAPSHOT is on: readers see whole loads, and don't wait")
SAFE = Sign("ok", "the connection to it is encrypted, and the server's certificate is checked")
PLAIN = Sign("warning", "the connection to it isn't encrypted (Encrypt=no)", "Take that out of the database URL.")
TRUSTING = Sign(
    "warning",
    "the connection to it is encrypted, but nobody checks that it is the right server",
    "Take TrustServerCertificate out of the database URL, and let this machine trust its certificate.",
)
NEW = Sign("ok", "SQL Server 16.0.4, through pyodbc 5.0")
OLD = Sign("failure", "SQL Server 14.0.1, through pyodbc 5.0", "yhovi needs SQL Server 2019 or newer.")
CLOUD = Sign("ok", "SQL Server 12.0.2, through pyodbc 5.0")
WAITING = Sign(
    "warning",
    "READ_COMMITTED_SNAPSHOT is off: a dashboard that reads during a load waits, or sees part of it",
    "Let its owner run, while nobody else uses it: ALTER DATABASE [yhovi] SET READ_COMMITTED_SNAPSHOT ON;",
)
MIXING = Sign(
    "warning",
    "ALLOW_SNAPSHOT_ISOLATION is off: a command that asks several questions may see two loads, one in each",
    "Let its owner run, while nobody else uses it: ALTER DATABASE [yhovi] SET ALLOW_SNAPSHOT_ISOLATION ON;",
)
SERVERS = [
    ("mssql://ann@host/yhovi", ("16.0.4", "16", 3, 1), [NEW, COLLATION, SNAPSHOTS, SAFE, AGREE]),
    ("mssql://ann@host/yhovi", ("14.0.1", "14", 3, 0), [OLD, COLLATION, WAITING, MIXING, SAFE, AGREE]),
    ("mssql://ann@host/yhovi?Encrypt=no", ("12.0.2", "12", 5, 1), [CLOUD, COLLATION, SNAPSHOTS, PLAIN, AGREE]),
    (
        "mssql://ann@host/yhovi?TrustServerCertificate=yes",
        ("16.0.4", "16", 3, 1),
        [NEW, COLLATION, SNAPSHOTS, TRUSTING, AGREE],
    ),
    (
        "mssql:///?odbc_connect=SERVER%3Dhost%3BENCRYPT%3DOptional%3BPWD%3Dx",
        ("16.0.4", "16", 3, 1),
        [NEW, COLLATION, SNAPSHOTS, PLAIN, AGREE],
    ),
    ("mssql:///?odbc_connect=SERVER%3Dhost", ("16.0.4", "16", 3, 1), [NEW, COLLATION, SNAPSHOTS, SAFE, AGREE]),
]


KINDS = ["new", "old", "cloud", "trusting", "odbc", "odbc and safe"]


@pytest.mark.parametrize(("url", "told", "signs"), SERVERS, ids=KINDS)
def test_sql_server(url: str, told: tuple[Any, ...], signs: list[Sign]) -> None:
    version, major, edition, snapshots = told
    row = SimpleNamespace(
        version=version,
        major=major,
        edition=edition,
        snapshots=snapshots,
        states=snapshots,
        collation="Latin1_General_CI_AS",
        name="yhovi",
        clock="2026-06-01T12:00:01.500",
    )
    asked: list[str] = []

    def answer(statement: str) -> SimpleNamespace:
        asked.append(statement)
        return SimpleNamespace(one=lambda: row)

    connection: Any = SimpleNamespace(
        exec_driver_sql=answer, dialect=SimpleNamespace(loaded_dbapi=SimpleNamespace(version="5.0"))
    )
    dialect, address = dialect_of(url)
    assert list(dialect.examine(connection, address, NOW)) == signs
    assert asked == [EXAMINATION]


def test_what_sql_server_is_asked_is_t_sql(tsql_parser) -> None:
    assert tsql_parser.lint(EXAMINATION.strip()) == []


def remote(url: str, *, encrypted: bool) -> list[Sign]:
    from yhovi.engine.warehouse.dialects.postgresql import _encryption

    driver = SimpleNamespace(pgconn=SimpleNamespace(ssl_in_use=encrypted))
    connection: Any = SimpleNamespace(connection=SimpleNamespace(driver_connection=driver))
    return list(_encryption(connection, sa.make_url(url)))


@pytest.mark.parametrize(
    ("url", "encrypted", "state"),
    [
        ("postgresql://ann@db.example.org/yhovi", False, ["warning"]),
        ("postgresql://ann@db.example.org/yhovi", True, ["warning"]),
        ("postgresql://ann@db.example.org/yhovi?sslmode=verify-full", True, ["ok"]),
        ("postgresql://ann@localhost/yhovi", False, []),
        ("postgresql://ann@/yhovi?host=/run/postgresql", False, []),
        ("postgresql://ann@/yhovi?host=db.example.org", False, ["warning"]),
    ],
)
def test_the_wire_to_postgres(url: str, encrypted: bool, state: list[str]) -> None:
    assert [sign.state for sign in remote(url, encrypted=encrypted)] == state
