"""The real engine, with Microsoft's driver, against a server that keeps what it is sent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from support.tds import Stub

pytestmark = pytest.mark.untraced

ONE, TWO, THREE = ("UPDATE [t] SET [a] = 1", "UPDATE [t] SET [a] = 2", "UPDATE [t] SET [a] = 3")
MERGE = "MERGE INTO [t] USING [s] ON 1 = 1 WHEN MATCHED THEN DELETE;"
INSERT = "INSERT INTO core.t (k, code, name, at, value, amount, raw) VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7)"
TABLE = sa.Table(
    "t",
    sa.MetaData(schema="core"),
    sa.Column("k", sa.Integer),
    sa.Column("code", sa.String(40)),
    sa.Column("name", sa.Unicode(40)),
    sa.Column("at", mssql.DATETIME2(3)),
    sa.Column("value", sa.Float(53)),
    sa.Column("amount", sa.Numeric(10, 2)),
    sa.Column("raw", sa.LargeBinary(10)),
)
TYPES = ("int", "varchar(40)", "nvarchar(40)", "datetime2(3)", "float", "decimal(10,2)", "varbinary(10)")
ROW: dict[str, Any] = {
    "k": 1,
    "code": "E06000010",
    "name": "Łódź",
    "at": datetime(2026, 1, 2, 3, 4, 5, 678000),  # noqa: DTZ001  (the column has no zone)
    "value": 1.5,
    "amount": Decimal("-3.25"),
    "raw": b"ab",
}
SENT = [1, "E06000010", "Łódź", "2026-01-02 03:04:05.678000", 1.5, "-3.25", "6162"]
EMPTY: dict[str, Any] = dict.fromkeys(ROW)


@pytest.fixture
def engine(tds: Stub, odbc_driver: Path) -> Iterator[sa.Engine]:
    """An engine whose first connection is made and has been asked what SQLAlchemy asks."""
    made = sa.create_engine(tds.url(odbc_driver))
    made.connect().close()
    tds.reset()
    yield made
    made.dispose()


def update(engine: sa.Engine, *statements: str) -> None:
    """Run statements in one transaction."""
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def values(tds: Stub) -> list[list[Any]]:
    return [[value.value for value in entry.values] for entry in tds.log() if entry.kind == "call"]


def test_an_engine_connects(tds: Stub, odbc_driver: Path) -> None:
    engine = sa.create_engine(tds.url(odbc_driver))
    with engine.connect() as connection:
        assert connection.dialect.server_version_info == (15, 0, 4415, 2)
        assert connection.dialect.default_schema_name == "dbo"
    engine.dispose()
    assert [entry.kind for entry in tds.log()][:2] == ["login", "begin"]
    assert [" ".join(text.split())[:60] for text in tds.said()] == [
        "BEGIN",
        "SELECT CAST(SERVERPROPERTY('ProductVersion') AS VARCHAR)",
        "SELECT schema_name()",
        "SELECT name FROM sys.system_views WHERE name IN ('dm_exec_se",
        "SELECT CASE transaction_isolation_level WHEN 0 THEN NULL WHE",
        "SELECT CAST('test max support' AS NVARCHAR(max))",
        "SELECT 1 FROM fn_listextendedproperty(default, default, defa",
        "ROLLBACK",
    ]


def test_the_driver_gives_its_name(engine: sa.Engine) -> None:
    import pyodbc

    connection = engine.raw_connection()
    name = connection.dbapi_connection.getinfo(pyodbc.SQL_DRIVER_NAME)  # type: ignore[union-attr]
    connection.close()
    assert name.startswith("libmsodbcsql-18")


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_transaction_ends_as_it_is_told(engine: sa.Engine, tds: Stub, end: str) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(ONE)
        connection.exec_driver_sql(TWO)
        getattr(connection, end.lower())()
        connection.exec_driver_sql(THREE)
        connection.commit()
    assert tds.said() == [ONE, TWO, end, THREE, "COMMIT"]


def test_an_error_in_a_block_rolls_back(engine: sa.Engine, tds: Stub) -> None:
    with pytest.raises(sa.exc.ObjectNotExecutableError), engine.begin() as connection:
        connection.execute(connection.exec_driver_sql(ONE))  # type: ignore[call-overload]
    assert tds.said() == [ONE, "ROLLBACK"]


def test_an_isolation_level_is_set_and_set_back(engine: sa.Engine, tds: Stub) -> None:
    with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        connection.exec_driver_sql(ONE)
        connection.commit()
    level = "SET TRANSACTION ISOLATION LEVEL"
    assert tds.said() == [f"{level} SERIALIZABLE", ONE, "COMMIT", f"{level} READ COMMITTED"]


def test_parameters_arrive_with_their_types(engine: sa.Engine, tds: Stub) -> None:
    with engine.begin() as connection:
        connection.execute(TABLE.insert(), ROW)
    (call,) = [entry for entry in tds.log() if entry.kind == "call"]
    assert call.text == INSERT
    assert call.declared == (
        "@P1 int,@P2 varchar(18),@P3 nvarchar(8),@P4 datetime2,@P5 float,@P6 numeric(3,2),@P7 varbinary(2)"
    )
    assert [value.value for value in call.values] == SENT


def test_many_rows_arrive_with_the_types_that_the_server_described(tds: Stub, odbc_driver: Path) -> None:
    engine = sa.create_engine(tds.url(odbc_driver), fast_executemany=True)
    tds.describe("INSERT INTO core.t", *TYPES)
    with engine.begin() as connection:
        connection.execute(TABLE.insert(), [ROW, EMPTY, {**ROW, "k": 2}])
    engine.dispose()
    calls = [entry for entry in tds.log() if entry.kind == "call"]
    assert values(tds) == [SENT, [None] * 7, [2, *SENT[1:]]]
    assert [[value.type for value in call.values] for call in calls] == [list(TYPES)] * 3
    assert tds.said()[-1] == "COMMIT"


def test_many_rows_without_a_description_arrive_as_texts(tds: Stub, odbc_driver: Path) -> None:
    """What the rig must not be mistaken for: a real server describes the parameters itself."""
    engine = sa.create_engine(tds.url(odbc_driver), fast_executemany=True)
    with engine.begin() as connection:
        connection.execute(TABLE.insert(), [ROW, ROW])
    engine.dispose()
    assert values(tds)[0][0] == "1"


def test_many_rows_take_the_types_that_they_are_given(engine: sa.Engine, tds: Stub) -> None:
    """What a server can't describe, such as a temporary table, has to be told."""
    import pyodbc

    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.fast_executemany = True  # type: ignore[attr-defined]
    cursor.setinputsizes([(pyodbc.SQL_INTEGER, 0, 0), (pyodbc.SQL_WVARCHAR, 40, 0)])  # type: ignore[attr-defined]
    cursor.executemany("INSERT INTO #stage (k, name) VALUES (?, ?)", [(1, "Łódź"), (2, None)])
    cursor.close()
    connection.close()
    calls = [entry for entry in tds.log() if entry.kind == "call"]
    assert {call.declared for call in calls} == {"@P1 int,@P2 nvarchar(40)"}
    assert values(tds) == [[1, "Łódź"], [2, None]]


def test_a_varchar_parameter_loses_what_the_code_page_lacks(engine: sa.Engine, tds: Stub) -> None:
    """Why texts that aren't codes are bound as Unicode."""
    with engine.begin() as connection:
        connection.execute(sa.insert(TABLE).values(code="Łódź", name="Łódź"))
    assert values(tds) == [["Lódz", "Łódź"]]


def test_missing_values_are_null(engine: sa.Engine, tds: Stub) -> None:
    with engine.begin() as connection:
        connection.execute(TABLE.insert(), EMPTY)
    assert values(tds) == [[None] * 7]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_as_the_server_does(engine: sa.Engine, tds: Stub, number: float) -> None:
    with pytest.raises(sa.exc.ProgrammingError) as raised, engine.begin() as connection:
        connection.execute(TABLE.insert(), {**ROW, "value": number})
    assert raised.value.orig is not None
    assert raised.value.orig.args[0] == "42000"
    assert 'Parameter 5 (""): The supplied value is not a valid instance of data type float. (8023)' in str(
        raised.value
    )
    assert tds.said()[-1] == "ROLLBACK"


@pytest.mark.parametrize(
    ("number", "message", "kind", "state"),
    [
        (1205, "Rerun the transaction.", sa.exc.DBAPIError, "40001"),
        (1222, "Lock request time out period exceeded.", sa.exc.ProgrammingError, "42000"),
        (2627, "Violation of PRIMARY KEY constraint.", sa.exc.IntegrityError, "23000"),
        (9002, "The transaction log is full.", sa.exc.ProgrammingError, "42000"),
    ],
    ids=["deadlock", "lock timeout", "duplicate key", "full log"],
)
def test_an_error_arrives_once_with_its_state_and_number(
    engine: sa.Engine, tds: Stub, number: int, message: str, kind: type[sa.exc.DBAPIError], state: str
) -> None:
    tds.refuse("UPDATE", number, message)
    with pytest.raises(kind) as raised:
        update(engine, ONE)
    said = f"[{state}] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]{message} ({number}) (SQLExecDirectW)"
    assert raised.value.orig is not None
    assert raised.value.orig.args == (state, said)
    assert not raised.value.connection_invalidated
    with engine.begin() as connection:
        assert connection.exec_driver_sql(ONE).rowcount == 1


def test_after_a_deadlock_the_transaction_is_gone(engine: sa.Engine, tds: Stub) -> None:
    tds.refuse("UPDATE", 1205, "Rerun the transaction.")
    with pytest.raises(sa.exc.DBAPIError):
        update(engine, ONE)
    update(engine, TWO)
    assert tds.said() == [ONE, "BEGIN", TWO, "COMMIT"]


def test_a_dropped_connection_is_told_as_lost(engine: sa.Engine, tds: Stub) -> None:
    tds.drop_at(2)
    with pytest.raises(sa.exc.OperationalError) as raised:
        update(engine, ONE, TWO)
    assert raised.value.orig is not None
    assert raised.value.orig.args[0] == "08S01"
    assert raised.value.connection_invalidated
    update(engine, THREE)
    first, second, third = (entry.connection for entry in tds.log() if entry.kind == "batch")
    assert (second, third) == (first, first + 1)


def test_a_connection_can_be_dropped_at_a_statement(engine: sa.Engine, tds: Stub) -> None:
    tds.drop("MERGE")
    with pytest.raises(sa.exc.OperationalError):
        update(engine, ONE, MERGE)
    assert tds.said() == [ONE, MERGE]


def test_what_is_no_t_sql_is_error_102(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.ProgrammingError) as raised, engine.connect() as connection:
        connection.exec_driver_sql("SELECT [a] FROM [t] LIMIT 3")
    assert raised.value.orig is not None
    assert raised.value.orig.args[0] == "42000"
    assert "1:21 Incorrect syntax near LIMIT. (46010) (102)" in str(raised.value)


def test_answers_are_those_that_were_told(engine: sa.Engine, tds: Stub) -> None:
    tds.answer(r"SELECT \[a\]", ["a", "b", "c"], [[1, "x", 1.5], [None, None, None]])
    tds.count("DELETE", 42)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT [a], [b], [c] FROM [t]").all()
        assert [tuple(row) for row in rows] == [(1, "x", 1.5), (None, None, None)]
        assert connection.exec_driver_sql("SELECT [b] FROM [t]").all() == []
        assert connection.exec_driver_sql("DELETE FROM [t]").rowcount == 42
