"""No secret is shown, the wire is encrypted unless somebody says otherwise, and data never becomes a statement."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg
import pyodbc
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from yhovi.engine.errors import YhoviError
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.dialects import DIALECTS, dialect_of
from yhovi.engine.warehouse.values import Area, Event, Finding, Key, Rejected, Scope
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import NOW

PASSWORD = "s3cr:et;{}@/%?&='\""
QUOTED = quote(PASSWORD, safe="")
CONNECTION = quote(f"DRIVER={{x}};SERVER=127.0.0.1;UID=ann;PWD={{{PASSWORD.replace('}', '}}')}}}", safe="")
URLS = [
    f"postgresql://ann:{QUOTED}@127.0.0.1:1/yhovi",
    f"postgresql://127.0.0.1:1/yhovi?user=ann&password={QUOTED}",
    f"postgresql://ann:{QUOTED}@127.0.0.1:1/yhovi?nonsense=1",
    f"postgresql://ann:{QUOTED}@127.0.0.1:1/yhovi?sslmode=sometimes",
    f"postgresql+asyncpg://ann:{QUOTED}@127.0.0.1:1/yhovi",
    f"mssql://ann:{QUOTED}@127.0.0.1:1/yhovi?driver=No+such+driver",
    f"mssql:///?odbc_connect={CONNECTION}",
    f"mysql://ann:{QUOTED}@127.0.0.1:1/yhovi",
    f"sqlite://ann:{QUOTED}@127.0.0.1/yhovi.db",
    f"ann:{QUOTED}@127.0.0.1/yhovi",
    f"postgresql://ann:{QUOTED}@127.0.0.1:{QUOTED}/yhovi",
    f"postgresql://ann:pre@{PASSWORD}@127.0.0.1/yhovi",
]


def told(error: BaseException) -> str:
    return f"{error} {getattr(error, 'message', '')} {getattr(error, 'cure', '')}"


@pytest.mark.parametrize("url", URLS, ids=[re.sub(r"[^a-z+]+", " ", url.partition(":")[0]) for url in URLS])
def test_no_error_tells_a_password_and_each_comes_at_once(url: str) -> None:
    started = time.monotonic()
    with pytest.raises(YhoviError) as raised:
        Warehouse.open(url, demo=False, now=NOW)
    assert time.monotonic() - started < 5
    assert raised.value.exit_code in (2, 3, 5)
    for secret in (PASSWORD, QUOTED, "s3cr"):
        assert secret not in told(raised.value)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        (f"postgresql://ann:{QUOTED}@host:5432/yhovi", "yhovi on host:5432"),
        (f"mssql://ann:{QUOTED}@host/yhovi", "yhovi on host"),
        (f"mssql:///?odbc_connect={CONNECTION}", "SQL Server"),
    ],
)
def test_where_a_database_is_tells_no_secret(url: str, where: str) -> None:
    database = Database(url)
    assert database.where == where
    assert PASSWORD not in repr(database._engine) + repr(database._address)
    database.close()


REPEATED = [
    (
        psycopg.OperationalError(f'password authentication failed: "{PASSWORD}"'),
        f"postgresql://ann:{QUOTED}@host/yhovi",
    ),
    (psycopg.OperationalError(f"no such host {PASSWORD}"), f"postgresql://host/yhovi?password={QUOTED}"),
    (pyodbc.OperationalError("08001", f"can't reach {PASSWORD}"), f"mssql://ann:{QUOTED}@host/yhovi"),
    (pyodbc.OperationalError("08001", f"can't reach with {PASSWORD}"), f"mssql:///?odbc_connect={CONNECTION}"),
]


@pytest.mark.parametrize(("said", "url"), REPEATED, ids=["postgres", "option", "sql server", "odbc"])
def test_what_a_driver_repeats_of_a_secret_is_left_out(said: Exception, url: str) -> None:
    dialect, address = dialect_of(url)
    refusal = dialect.refusal(sa.exc.OperationalError("", None, said), address)
    assert refusal is not None
    assert PASSWORD not in told(refusal)


def test_a_number_in_a_text_is_not_taken_for_a_state() -> None:
    """What SQL Server says of E08000016 is no lost connection: a bug stays one."""
    said = pyodbc.ProgrammingError("42000", "[42000] Invalid column name 'E08000016', 40001, IM002. (207)")
    dialect, address = dialect_of("mssql://ann@host/yhovi")
    assert dialect.refusal(sa.exc.ProgrammingError("", None, said), address) is None


OPTIONS = [
    ("mssql://ann@host/yhovi", "yes"),
    ("mssql://ann@host/yhovi?encrypt=strict", "strict"),
    ("mssql://ann@host/yhovi?Encrypt=no", "no"),
]


@pytest.mark.parametrize(("url", "encrypt"), OPTIONS)
def test_the_wire_to_sql_server_is_encrypted_unless_the_address_says_otherwise(url: str, encrypt: str) -> None:
    _, address = dialect_of(url)
    (connection,), _ = sa.create_engine(address).dialect.create_connect_args(address)
    said = {name.lower(): text for name, _, text in (part.partition("=") for part in connection.split(";"))}
    assert said["encrypt"] == encrypt
    assert "trustservercertificate" not in said


@contextmanager
def overheard(warehouse: Warehouse) -> Iterator[list[str]]:
    """What the driver is told while the block lasts, less the values."""
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engine = warehouse._database._engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(engine, "before_cursor_execute", hear)


def test_what_is_loaded_never_becomes_part_of_a_statement(anywhere: Warehouse, row: Any, load: Any) -> None:
    """Every text and number here has 7791 in it, and no statement has."""
    area = Area("A7791", "V7791", "Name 7791", "lad", "P7791")
    batch = load(
        indicator_id="S-7791",
        title="7791",
        domain="d7791",
        unit_measure="u7791",
        target_vintage="V7791",
        areas=(area,),
        release="7791",
        commit_id="c7791",
        spec_text="7791",
        plan_fingerprint="f7791",
        scope=Scope(areas=frozenset({"A7791"}), breakdowns=frozenset({"_T", "b7791"}), vintages=frozenset({"W7791"})),
    )

    def observed(value: float, **changes: Any) -> dict[str, Any]:
        said = {"indicator_id": "S-7791", "area_vintage": "V7791", "unit_measure": "u7791", "note": "7791"}
        return row("A7791", 1977, value, **said, **changes)

    with overheard(anywhere) as statements:
        anywhere.load(batch, [observed(7791.5), observed(1.7791, breakdown="b7791")])
        again = load(**{**_changes(batch), "commit_id": "d7791"})
        anywhere.load(again, [observed(2.7791)], held=[Key("A7791", "V7791", "p7791", "b7791")])
        anywhere.record_event(Event(NOW, "run-1", "S-7791", "failed", "7791"))
        anywhere.record_findings("run-1", "S-7791", [Finding("range", "error", "7791", 7791)])
        anywhere.record_rejected("run-1", "S-7791", [Rejected("range", "7791", "A7791", value=7791.0)])
        anywhere.status()
        anywhere.history("S-7791")
        anywhere.mart("S-7791")
    assert len(statements) > 30
    assert [statement for statement in statements if "7791" in statement] == []
    changing = re.compile(r"\s*(CREATE|ALTER|DROP|GRANT|TRUNCATE)\b", re.IGNORECASE)
    assert [statement for statement in statements if changing.match(statement)] == []


def _changes(batch: Any) -> dict[str, Any]:
    names = ("target_vintage", "areas", "release", "spec_text", "plan_fingerprint", "scope")
    card = ("indicator_id", "title", "domain", "unit_measure")
    return {name: getattr(batch, name) for name in names} | {name: getattr(batch.card, name) for name in card}


def test_a_password_with_an_at_sign_is_not_taken_for_the_host() -> None:
    with pytest.raises(YhoviError) as raised:
        dialect_of("postgresql://ann:p@ss@host/yhovi")
    assert str(raised.value) == (
        "The password in the database URL holds an @, so that it can't be told where the host begins. Write %40 for it,"
        " or leave the password out and put it into YHOVI_DATABASE_PASSWORD."
    )


def test_each_address_is_parsed_back_as_it_was() -> None:
    """Nothing that the dialects add to an address touches its password."""
    for name in ("postgresql", "mssql"):
        address = DIALECTS[name].completed(make_url(f"{name}://ann:{QUOTED}@host/yhovi"))
        assert (address.username, address.password, address.host) == ("ann", PASSWORD, "host")
