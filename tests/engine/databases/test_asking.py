"""Real databases that are asked: what comes back, what is refused in which words, and that nothing is ever changed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from yhovi.connectors.base import Answer, Request
from yhovi.engine.addresses import Access
from yhovi.engine.databases import Databases, asking, backends
from yhovi.engine.databases.backends import AnyBackend
from yhovi.engine.errors import ExtractError, SettingsError, StorageError, YhoviError
from yhovi.engine.statements import Select

from support.tds import Stub

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PASSWORD = "s3cr:et@/%?&='"
ALL = "select lad_code, financial_year, lettings from lettings"
HEADER = b'"lad_code","financial_year","lettings"\n'
BODY = HEADER + b'"E08000033","2021/22",7\n"E08000034","2022/23",\n"E08000035","2022/23",12\n'


def sqlite(path: Path, **limits: Any) -> Access:
    return Access(f"sqlite:///{path.as_posix()}", **limits)


def question(sql: str, **parameters: Any) -> Request:
    body = json.dumps({"sql": sql, "parameters": parameters})
    return Request("database:council", method="SELECT", body=body, expects="csv")


def now() -> datetime:
    return datetime.now(UTC)


def answered(access: Access, sql: str, *, clock: Callable[[], datetime] = now, **parameters: Any) -> Answer:
    return Databases({"council": access}, clock).send(question(sql, **parameters))


def body(access: Access, sql: str, **parameters: Any) -> bytes:
    with answered(access, sql, **parameters).stream as stream:
        return stream.read()


def refused(access: Access, sql: str, family: type[YhoviError] = ExtractError, **parameters: Any) -> str:
    """The whole sentence that a question ends with; no error behind it is shown, which could hold the address."""
    with pytest.raises(family) as caught:
        body(access, sql, **parameters)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return str(caught.value)


@pytest.fixture(params=["sqlite", "postgresql"])
def access(request: pytest.FixtureRequest) -> Access:
    """The same table in a file and on a server."""
    if request.param == "sqlite":
        return sqlite(request.getfixturevalue("file"))
    return Access(request.getfixturevalue("server"))


def counted(access: Access) -> int:
    """How many rows the table has, as its owner sees it."""
    path = make_url(access.url).database or ""
    engine = sa.create_engine(
        access.url if access.backend != "sqlite" else "sqlite://",
        **({"creator": lambda: sqlite3.connect(path)} if access.backend == "sqlite" else {}),
        poolclass=sa.pool.NullPool,
    )
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("select count(*) from lettings").scalar_one())


# What comes back -----------------------------------------------------------------------------------------------------


def test_rows_are_a_table(access: Access) -> None:
    answer = answered(access, ALL, clock=lambda: NOON)
    with answer.stream as stream:
        assert stream.read() == BODY
    assert (answer.sha256, answer.size) == (hashlib.sha256(BODY).hexdigest(), len(BODY))
    assert (answer.status, answer.headers) == (200, {"content-type": "text/csv; charset=utf-8"})
    assert (answer.retrieved_at, answer.origin, answer.release) == (NOON, "published", None)
    assert answer.request.address == "database:council"


def test_rows_without_an_order_have_always_the_same(access: Access) -> None:
    """Otherwise a database that has moved its rows would seem to have changed them."""
    backwards = ALL.replace("from lettings", "from (select * from lettings order by lad_code desc) as x")
    assert body(access, ALL) == body(access, backwards) == BODY


def test_an_order_that_is_asked_for_is_kept(access: Access) -> None:
    rows = body(access, f"{ALL} order by lad_code desc").splitlines()
    assert [row[1:10] for row in rows[1:]] == [b"E08000035", b"E08000034", b"E08000033"]


def test_no_row_is_a_table_all_the_same(access: Access) -> None:
    assert body(access, f"{ALL} where lad_code = :code", code="E06000010") == HEADER


@pytest.mark.parametrize(
    ("condition", "parameters"),
    [
        ("lad_code = :code", {"code": "E08000033"}),
        ("lad_code in :codes and 1 = 1", {"codes": ["E08000033", "E08000099"]}),
        ("lettings = :count", {"count": 7}),
        ("lettings < :limit and lettings > :low", {"limit": 7.5, "low": 1}),
        ("lad_code = :code and financial_year <> ' :x::y%s %(x)s'", {"code": "E08000033"}),
        ("lad_code = :code and 7 % 4 = 3 and '\\:x' <> ':x'", {"code": "E08000033"}),
        ("lad_code = :code -- and lettings = :none\n", {"code": "E08000033"}),
    ],
    ids=["text", "list", "whole number", "numbers", "colons and percents", "a remainder", "a comment"],
)
def test_values_are_bound_to_their_names(access: Access, condition: str, parameters: dict[str, Any]) -> None:
    assert body(access, f"{ALL} where {condition}", **parameters) == HEADER + b'"E08000033","2021/22",7\n'


def test_a_value_is_never_read_as_sql(access: Access) -> None:
    assert body(access, f"{ALL} where lad_code = :code", code="' or 1=1; delete from lettings --").count(b"\n") == 1
    assert counted(access) == 3


def test_a_text_serves_where_a_date_is_compared(server: str) -> None:
    """Specs know no dates but as text."""
    sql = "select 1 as yes from (select date '2024-03-01' as day) as x where day >= :since"
    assert body(Access(server), sql, since="2024-02-29") == b'"yes"\n1\n'


def test_texts_come_back_letter_by_letter(access: Access) -> None:
    sql = "select 'a:b ::c :d' as x, '100% %s %(y)s' as y, '\\:x \\ ' as z"
    assert body(access, sql) == b'"x","y","z"\n"a:b ::c :d","100% %s %(y)s","\\:x \\ "\n'


POSTGRES_TYPES = (
    ("9007199254740993::bigint", "9007199254740993"),
    ("1.50::numeric(10, 2)", "1.50"),
    ("123456789012345678901234567890.123456789::numeric", "123456789012345678901234567890.123456789"),
    ("'NaN'::numeric", "NaN"),
    ("0.1::float8", "0.1"),
    ("0.1::float4", "0.1"),
    ("true", "true"),
    ("'x'::char(3)", '"x  "'),
    ("''::varchar", '""'),
    ("null::integer", ""),
    ("null::text", ""),
    ("date '2024-02-29'", "2024-02-29"),
    ("timestamp '2024-02-29 12:00:00.5'", "2024-02-29T12:00:00.500000"),
    ("timestamptz '2024-07-01 12:00:00+02'", "2024-07-01T10:00:00+00:00"),
    ("time '07:05'", "07:05:00"),
    ("'12345678-1234-5678-1234-567812345678'::uuid", '"12345678-1234-5678-1234-567812345678"'),
    ("array[1, 2]::text", '"{1,2}"'),
)


@pytest.mark.parametrize(("sql", "written"), POSTGRES_TYPES, ids=[sql for sql, _ in POSTGRES_TYPES])
def test_types_of_postgres_are_exact(server: str, sql: str, written: str) -> None:
    assert body(Access(server), f"select {sql} as x, 1 as y") == f'"x","y"\n{written},1\n'.encode()


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("9007199254740993", "9007199254740993"),
        ("0.1", "0.1"),
        ("1e300", f"1{'0' * 300}"),
        ("'012'", '"012"'),
        ("''", '""'),
        ("null", ""),
        ("date('2024-02-29')", '"2024-02-29"'),
    ],
)
def test_types_of_sqlite_are_exact(file: Path, sql: str, written: str) -> None:
    assert body(sqlite(file), f"select {sql} as x, 1 as y") == f'"x","y"\n{written},1\n'.encode()


CAST = "which has no exact form in a table. Cast it to text or to a number in the query."


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("interval '1 month'", "a span of time"),
        ("'ab'::bytea", "bytes"),
        ("array[1, 2]", "a list"),
        ("'{}'::json", "a document (JSON)"),
    ],
)
def test_what_has_no_exact_form_is_refused(server: str, sql: str, kind: str) -> None:
    assert refused(Access(server), f"select 1 as a, {sql} as b") == f"The column 'b' holds {kind}, {CAST}"


def test_bytes_of_sqlite_are_refused(file: Path) -> None:
    assert refused(sqlite(file), "select x'6162' as a") == f"The column 'a' holds bytes, {CAST}"


def test_many_rows_come_in_the_end(access: Access) -> None:
    """More than are fetched at a time, and the last ones too."""
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 25000) select i from n order by i"
    lines = body(access, sql).splitlines()
    assert lines == [b'"i"', *(str(number).encode() for number in range(1, 25001))]


def test_a_name_with_a_dot_stays_whole(access: Access) -> None:
    assert body(access, 'select 1 as "a.b"') == b'"a.b"\n1\n'


# What is refused -----------------------------------------------------------------------------------------------------


def test_a_database_that_nobody_named_is_not_asked() -> None:
    with pytest.raises(SettingsError) as caught:
        Databases({}, now).send(question(ALL))
    assert str(caught.value) == "The settings name no database council. Name it in the settings, under [databases]."


def test_only_a_select_is_asked(access: Access) -> None:
    """A spec that asks for more isn't compiled; whoever comes by another way is stopped here."""
    assert refused(access, "delete from lettings") == (
        "The query isn't put to the database council: a statement that begins with delete. "
        "Allowed: one SELECT, or WITH … SELECT, and nothing else. Write a query that only reads."
    )
    assert refused(access, ALL, x=1) == (
        "The query isn't put to the database council: the parameter x, which the query doesn't use. "
        "Allowed: :x in the query. Write :x in the query, or delete it."
    )
    assert counted(access) == 3


def test_too_many_rows_are_refused_and_not_cut_off(access: Access) -> None:
    limited = Access(access.url, rows=3)
    assert body(limited, ALL) == BODY
    for sql in (ALL, f"{ALL} order by lad_code"):
        assert refused(Access(access.url, rows=2), sql) == (
            "The query of the database council has more than 2 rows. "
            "Ask for fewer (WHERE, GROUP BY), or raise the limit: rows, in [databases.council] of the settings."
        )


def test_too_large_an_answer_is_refused(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_MOST_BYTES", len(BODY) - 1)
    assert refused(access, ALL) == (
        "The rows of the database council are larger than 0 MB. Ask for fewer rows (WHERE, GROUP BY) or fewer columns."
    )
    monkeypatch.setattr(asking, "_MOST_BYTES", len(BODY))
    assert body(access, ALL) == BODY


SLOW = (
    "The database council didn't answer within {seconds} seconds. "
    "Ask for less, or give it more time: seconds, in [databases.council] of the settings."
)


def test_a_query_without_end_is_stopped(access: Access) -> None:
    limited = Access(access.url, seconds=0.3)
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as x from n"
    assert refused(limited, sql) == SLOW.format(seconds=0.3)


def test_a_server_that_waits_is_not_waited_for(server: str) -> None:
    assert refused(Access(server, seconds=0.2), "select pg_sleep(30)::text as x") == SLOW.format(seconds=0.2)


def test_rows_that_trickle_are_not_waited_for(access: Access) -> None:
    """Each fetch is in time, all of them together aren't."""
    moments = iter(NOON + timedelta(seconds=25 * number) for number in range(100))
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 25000) select i from n order by i"
    with pytest.raises(ExtractError) as caught:
        answered(access, sql, clock=lambda: next(moments))
    assert str(caught.value) == SLOW.format(seconds=60)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "select 1 as a, 2 as a",
            "The query answers with two columns that are called 'a'. Give one of them another name: select … as name.",
        ),
        (
            'select 1 as " "',
            "The query answers with a column that has no name, column 1. Give it one: select … as name.",
        ),
    ],
)
def test_columns_must_be_told_apart(access: Access, sql: str, said: str) -> None:
    assert refused(access, sql) == said


def test_a_column_of_postgres_without_a_name_is_refused(server: str) -> None:
    assert refused(Access(server), "select 1 as a, 1 + 1") == (
        "The query answers with a column that has no name, column 2. Give it one: select … as name."
    )


MORE = "The query would do more than read the database council, and was stopped: {said}. Write a query that only reads."
TRY = "Try the query in a program of the database's own, then correct it in the spec."


@pytest.mark.parametrize(
    ("sql", "sqlite_says", "postgres_says"),
    [
        ("select a from tenancies", "no such table: tenancies", 'relation "tenancies" does not exist'),
        ("select nonsense from lettings", "no such column: nonsense", 'column "nonsense" does not exist'),
        ("select lad_code lettings from", "incomplete input", "syntax error at end of input"),
        ("select 1 as a) select 2 as b", 'near ")": syntax error', 'syntax error at or near ")"'),
    ],
    ids=["no such table", "no such column", "no end", "a parenthesis"],
)
def test_the_databases_own_words_are_told(access: Access, sql: str, sqlite_says: str, postgres_says: str) -> None:
    said = sqlite_says if access.backend == "sqlite" else postgres_says
    assert refused(access, sql) == f"The database council refused the query: {said}. {TRY}"


def test_a_fault_in_a_later_row_is_told(server: str) -> None:
    sql = "select 1 / (5000 - i) as x from generate_series(1, 6000) as n(i)"
    assert refused(Access(server), sql) == f"The database council refused the query: division by zero. {TRY}"


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("mysql://ann@db1/council", "mysql"),
        ("nosuch://ann@db1/council", "nosuch"),
        ("oracle://ann@db1/council", "oracle"),
    ],
)
def test_a_driver_that_is_not_there_is_named(given: str, called: str) -> None:
    assert refused(Access(given), ALL, SettingsError) == (
        f"The driver for the database council isn't installed ({called}). "
        "Install it. For Postgres: pip install 'yhovi[postgres]'; for SQL Server: Microsoft's ODBC Driver 18."
    )


UNUSABLE = (
    "The url of the database council can't be used. "
    "Check its form, and what comes after the question mark, in [databases] of the settings."
)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cret@db1:port/council",
        "postgresql://ann:s3cret@127.0.0.1:1/council?nonsense=1",
        "postgresql://ann:s3cret@127.0.0.1:1/council?sslmode=nonsense",
        "sqlite:///council.db?mode=rw",
        "sqlite://db1/council.db",
    ],
)
def test_an_address_that_cannot_be_used_is_not_shown(url: str) -> None:
    assert refused(Access(url), ALL, SettingsError) == UNUSABLE


# SQLite --------------------------------------------------------------------------------------------------------------

NO_FILE = (
    "The file of the database council isn't there, can't be read, or is no SQLite database. "
    "Check its path in [databases] of the settings, and that this account may read it."
)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for path in (tmp_path / "no.db", tmp_path / "no" / "no.db", tmp_path):
        assert refused(sqlite(path), ALL) == NO_FILE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_a_database_in_memory_has_nothing_to_ask_for(url: str) -> None:
    assert refused(Access(url), ALL) == NO_FILE


def test_another_file_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "lettings.db"
    path.write_text("lad_code,lettings\n" * 100, encoding="utf-8")
    assert refused(sqlite(path), ALL) == NO_FILE


def test_a_file_that_is_locked_is_waited_for_and_then_left(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        assert refused(sqlite(file, seconds=0.2), ALL) == (
            "The database council is locked by another program, also after 0.2 seconds. "
            "Run again when that program is done."
        )
        other.execute("rollback")
    assert body(sqlite(file), ALL) == BODY


def test_a_file_stays_as_it_is(file: Path) -> None:
    before = file.stat().st_mtime_ns, file.read_bytes()
    assert body(sqlite(file), ALL) == BODY
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before
    assert list(file.parent.iterdir()) == [file]
    file.unlink()  # on Windows only where nobody has it open


def test_a_file_that_may_only_be_read_is_enough(file: Path) -> None:
    file.chmod(0o444)
    assert body(sqlite(file), ALL) == BODY
    file.chmod(0o644)


def test_a_file_that_somebody_writes_to_is_read(file: Path) -> None:
    """With a log beside it, as programs have it that read and write at once."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("pragma journal_mode = wal")
        other.execute("begin immediate")
        other.execute("delete from lettings")
        assert body(sqlite(file), ALL) == BODY
        other.execute("rollback")


def let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave it to the database to see what isn't a SELECT."""
    monkeypatch.setattr(asking, "_select", lambda said, _: Select((said["sql"],), ordered=False))


@pytest.mark.parametrize(
    "sql",
    [
        "delete from lettings",
        "create table other (a)",
        "pragma query_only = off",
        "attach ':memory:' as other",
        "with x as (select 1 as a) insert into lettings select a, a, a from x",
        "select * from pragma_database_list",
        "select load_extension('x') as a",
    ],
)
def test_sqlite_itself_stops_what_is_no_reading(file: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    let_through(monkeypatch)
    assert refused(sqlite(file), sql) == MORE.format(said="not authorized")
    assert counted(sqlite(file)) == 3


# Postgres ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def accounts(server: str) -> Iterator[str]:
    """A server on which ``reader`` may read nothing yet, and ``guarded`` has a password that is asked for."""
    engine = sa.create_engine(server, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("reader", "guarded"):
            there = connection.exec_driver_sql("select 1 from pg_roles where rolname = %s", (name,)).scalar()
            if not there:
                connection.exec_driver_sql(f"create role {name} login")
        quoted = PASSWORD.replace("'", "''").replace("%", "%%")
        connection.exec_driver_sql(f"alter role guarded password '{quoted}'")
        rules = Path(str(connection.exec_driver_sql("show hba_file").scalar()))
        before = rules.read_text(encoding="utf-8")
        rules.write_text(f"local all guarded scram-sha-256\n{before}", encoding="utf-8")
        connection.exec_driver_sql("select pg_reload_conf()")
        yield server
        connection.exec_driver_sql("revoke all on lettings from reader, guarded")
        rules.write_text(before, encoding="utf-8")
        connection.exec_driver_sql("select pg_reload_conf()")


def owner_says(url: str, *statements: str) -> Any:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        results = [connection.exec_driver_sql(statement) for statement in statements]
        return results[-1].all() if results[-1].returns_rows else None


def as_account(url: str, name: str, password: str | None = None) -> Access:
    address = make_url(url).set(username=name, password=password)
    return Access(address.render_as_string(hide_password=False))


def test_a_session_only_reads(server: str) -> None:
    names = ("transaction_read_only", "transaction_isolation", "TimeZone", "statement_timeout")
    shown = ", ".join(f"current_setting('{name}') as {name}" for name in names)
    row = body(Access(server, seconds=7.5), f"select {shown}").splitlines()[1]
    assert row == b'"on","repeatable read","UTC","7500ms"'


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select nextval('numbers') as x", "cannot execute nextval() in a read-only transaction"),
        ("select setval('numbers', 9) as x", "cannot execute setval() in a read-only transaction"),
        ("select add_one() as x", "cannot execute INSERT in a read-only transaction"),
    ],
)
def test_a_function_that_writes_is_stopped_by_the_server(server: str, sql: str, said: str) -> None:
    owner_says(
        server,
        "create sequence if not exists numbers",
        "create or replace function add_one() returns int language sql as "
        "'insert into lettings (lettings) values (1) returning 1'",
    )
    assert refused(Access(server), sql) == MORE.format(said=said)
    assert counted(Access(server)) == 3
    assert owner_says(server, "select last_value, is_called from numbers") == [(1, False)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "with x as (delete from lettings returning lad_code) select lad_code from x",
            "DECLARE CURSOR must not contain data-modifying statements in WITH",
        ),
        ("delete from lettings", 'syntax error at or near "delete"'),
        ("select lad_code into other from lettings", "SELECT ... INTO is not allowed here"),
        (
            "select set_config('transaction_read_only', 'off', true) as x",
            "transaction read-write mode must be set before any query",
        ),
    ],
    ids=["with", "delete", "into", "switched off"],
)
def test_postgres_itself_stops_what_is_no_reading(
    server: str, monkeypatch: pytest.MonkeyPatch, sql: str, said: str
) -> None:
    let_through(monkeypatch)
    assert refused(Access(server), sql) == f"The database council refused the query: {said}. {TRY}"
    assert counted(Access(server)) == 3
    assert owner_says(server, "select to_regclass('other')") == [(None,)]


def test_what_an_account_may_not_read_is_told(accounts: str) -> None:
    assert refused(as_account(accounts, "reader"), ALL) == (
        "The database council doesn't let this account read what the query asks for: "
        "permission denied for table lettings. Ask its owner for the right to read that (SELECT)."
    )
    owner_says(accounts, "grant select on lettings to reader")
    assert body(as_account(accounts, "reader"), ALL) == BODY


NOT_IN = (
    "The database council doesn't let this account in. "
    "Check the user in [databases] of the settings, and the password in YHOVI_DATABASE_PASSWORD_COUNCIL."
)


def test_a_password_is_needed_where_it_is_asked_for(accounts: str) -> None:
    owner_says(accounts, "grant select on lettings to guarded")
    assert body(as_account(accounts, "guarded", PASSWORD), ALL) == BODY
    for wrong in ("another", None):
        assert refused(as_account(accounts, "guarded", wrong), ALL) == NOT_IN
    assert refused(as_account(accounts, "nobody"), ALL) == NOT_IN


def test_a_database_that_is_not_there_is_told(server: str) -> None:
    other = make_url(server).set(database="nothing_here").render_as_string(hide_password=False)
    assert refused(Access(other), ALL) == (
        "The database council isn't where the settings say, or this account may not use it. "
        "Check its name in [databases] of the settings."
    )


def test_a_server_that_is_not_there_is_told() -> None:
    assert refused(Access("postgresql://ann:s3cret@127.0.0.1:1/council"), ALL) == (
        "The server of the database council can't be reached. "
        "Check its host and port in [databases] of the settings, and that the server is running."
    )


def test_a_connection_that_ends_is_told(server: str) -> None:
    assert refused(Access(server), "select pg_terminate_backend(pg_backend_pid()) as x") == (
        "The connection to the database council was lost before its answer was complete. "
        "Run again; if it stays so, tell whoever looks after the database."
    )


def test_nothing_is_left_open(server: str) -> None:
    body(Access(server), ALL)
    refused(Access(server), "select a from tenancies")
    others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    for _ in range(100):  # a session that was left takes a moment to go
        if owner_says(server, others) == [(0,)]:
            return
    raise AssertionError("a session is still there")


def test_a_table_that_is_locked_is_not_waited_for(server: str) -> None:
    engine = sa.create_engine(server, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("lock table lettings in access exclusive mode")
        assert refused(Access(server, seconds=0.2), ALL) == SLOW.format(seconds=0.2)


# SQL Server, as Microsoft's driver speaks to it ----------------------------------------------------------------------


@pytest.fixture
def mssql(tds: Stub, odbc_driver: Path) -> Access:
    """Its answers are the stub's, and the statements are T-SQL for Microsoft's parser."""
    return Access(tds.url(odbc_driver))


def test_sql_server_is_asked_and_all_is_rolled_back(mssql: Access, tds: Stub) -> None:
    rows = [["E08000035", "2022/23", 12], ["E08000034", "2022/23", None]]
    tds.answer(r"FROM lettings", ["lad_code", "financial_year", "lettings"], rows)
    assert body(mssql, f"{ALL} where financial_year = :year -- one", year="2022/23") == (
        b'"lad_code","financial_year","lettings"\n"E08000034","2022/23",\n"E08000035","2022/23",12\n'
    )
    (call,) = [entry for entry in tds.log() if entry.kind == "call"]
    assert call.text.split() == [*ALL.split(), "where", "financial_year", "=", "@P1"]
    assert [value.value for value in call.values] == ["2022/23"]
    kinds = [entry.kind for entry in tds.log()]
    assert "commit" not in kinds
    assert kinds[-1] == "rollback"


@pytest.mark.parametrize(
    ("number", "message", "said"),
    [
        (208, "Invalid object name 'lettings'.", f"refused the query: Invalid object name 'lettings'. {TRY}"),
        (
            229,
            "The SELECT permission was denied on the object 'lettings'.",
            (
                "doesn't let this account read what the query asks for: The SELECT permission was denied on the "
                "object 'lettings'. Ask its owner for the right to read that (SELECT)."
            ),
        ),
        (
            1205,
            "Transaction was deadlocked for reader.",
            f"refused the query: Transaction was deadlocked for reader. {TRY}",
        ),
    ],
    ids=["no such table", "no right", "a deadlock"],
)
def test_sql_servers_own_words_are_told(mssql: Access, tds: Stub, number: int, message: str, said: str) -> None:
    tds.refuse(r"FROM lettings", number, message)
    assert refused(mssql, ALL) == f"The database council {said}"
    assert "commit" not in [entry.kind for entry in tds.log()]


def test_a_connection_that_sql_server_drops_is_told(mssql: Access, tds: Stub) -> None:
    tds.drop(r"FROM lettings")
    assert refused(mssql, ALL).startswith("The connection to the database council was lost")


def test_a_sql_server_that_is_not_there_is_told(odbc_driver: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "_CONNECT_SECONDS", 1)
    url = f"mssql://ann:s3cret@127.0.0.1:1/council?driver={odbc_driver}"
    assert refused(Access(url), ALL) == (
        "The server of the database council can't be reached. "
        "Check its host and port in [databases] of the settings, and that the server is running."
    )


@pytest.mark.usefixtures("odbc_driver")
def test_a_missing_odbc_driver_is_told() -> None:
    said = refused(Access("mssql://ann:s3cret@127.0.0.1:1/council?driver=Nothing"), ALL, SettingsError)
    assert said == (
        "The driver for the database council isn't installed (mssql). "
        "Install it. For Postgres: pip install 'yhovi[postgres]'; for SQL Server: Microsoft's ODBC Driver 18."
    )


# Any other -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(file: Path, monkeypatch: pytest.MonkeyPatch) -> Access:
    """A database of which nothing is known: SQLite, as SQLAlchemy alone speaks to it."""
    monkeypatch.setattr(asking, "backend_of", lambda _: AnyBackend())
    return Access(f"sqlite:///{file.as_posix()}".replace("%", "%25").replace("?", "%3F"))


def test_a_database_of_another_kind_is_asked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "council.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table lettings (lad_code text)")
        connection.execute("insert into lettings values ('E08000035')")
    monkeypatch.setattr(asking, "backend_of", lambda _: AnyBackend())
    access = sqlite(path)
    assert body(access, "select lad_code from lettings") == b'"lad_code"\n"E08000035"\n'
    assert refused(access, "select a from lettings") == (
        f"The database council refused the query: no such column: a. {TRY}"
    )
    assert refused(sqlite(tmp_path / "no" / "no.db"), ALL) == (
        "The database council can't be opened. Check its address in [databases] of the settings, "
        "the password in YHOVI_DATABASE_PASSWORD_COUNCIL, and that it is running."
    )
    let_through(monkeypatch)
    assert refused(access, "delete from lettings") == (
        f"The database council refused the query: it answers with no rows at all. {TRY}"
    )
    assert counted(access) == 1


# Around it -----------------------------------------------------------------------------------------------------------


def test_knocking_tells_whether_a_database_can_be_opened(access: Access, tmp_path: Path) -> None:
    Databases({"council": access}, now).knock("council")
    with pytest.raises(ExtractError) as caught:
        Databases({"council": sqlite(tmp_path / "no.db")}, now).knock("council")
    assert str(caught.value) == NO_FILE
    with pytest.raises(SettingsError):
        Databases({}, now).knock("council")


def test_a_line_is_logged_and_no_address(accounts: str, caplog: pytest.LogCaptureFixture) -> None:
    owner_says(accounts, "grant select on lettings to guarded")
    address = as_account(accounts, "guarded", PASSWORD)
    with caplog.at_level(logging.DEBUG):
        body(address, f"{ALL} where lad_code <> :code", code="x")
        refused(as_account(accounts, "guarded", "another-secret"), ALL)
    (line,) = [one.getMessage() for one in caplog.records if one.name.startswith("yhovi")]
    assert re.fullmatch(r"SELECT database:council: 3 rows, \d+ bytes, \d\.\d seconds", line)
    told = caplog.text
    assert "s3cr" not in told
    assert "another-secret" not in told
    assert "guarded" not in told


def test_how_a_database_is_reached_is_not_printed() -> None:
    assert "s3cret" not in repr(Access("postgresql://ann:s3cret@db1/council"))


class Full:
    """A file that can't grow."""

    def __init__(self, *_: object) -> None:
        self.closed = False

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def write(self, _: bytes) -> int:
        raise OSError(28, os.strerror(28))


def test_a_full_disk_is_told(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", Full)
    assert refused(access, ALL, StorageError) == (
        f"An answer could not be written to the folder for temporary files: {os.strerror(28)}. "
        "Make room there, or name another folder in the environment variable TMPDIR (on Windows, TEMP)."
    )


def test_the_question_is_untouched(access: Access) -> None:
    """What is archived as asked is what the spec asked."""
    asked: Mapping[str, Any] = {"codes": ["E08000035"]}
    request = question(f"{ALL} where lad_code in :codes", **asked)
    answer = Databases({"council": access}, now).send(request)
    answer.stream.close()
    assert answer.request is request
