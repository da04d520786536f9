"""The real engine for SQL Server, with Microsoft's driver, against a server that keeps what it is told.

That server executes nothing. What is shown here is what is sent, in which order and with which types, and what becomes
of a load when an answer is an error, or doesn't come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.errors import StorageError
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.dialects import mssql
from yhovi.engine.warehouse.dialects.arrays import arrays
from yhovi.engine.warehouse.tables import METADATA, dim_date, incoming
from yhovi.engine.warehouse.types import UtcDateTime
from yhovi.engine.warehouse.values import LoadResult, RunEnd
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import NOW, make_load, make_row
from support.tds import Entry, Stub

pytestmark = pytest.mark.untraced

LOADED = LoadResult(load_id=7, new=2, changed=1, unchanged=0, withdrawn=1, held=0)
KEPT = ["load_id", "rows_new", "rows_changed", "rows_unchanged", "rows_withdrawn", "rows_held", "kind"]
ROWS = [make_row("A", 2020, 1.0), make_row("A", 2021, 2.0, note="Łódź"), make_row("B", 2021, None)]

# What a load asks and can't do without an answer to, as if two rows were new, one changed and one was gone.
ANSWERS: Sequence[tuple[str, list[Any]]] = (
    (r"INSERT INTO meta\.\[load\] .*OUTPUT inserted\.load_id", [7]),
    (r"coalesce\(sum\(anon_1\.gone\)", [3, 1]),
    (r"count\(core\.observation_current\.observation_id\)", [3, 1]),
    (r"min\(substring\(core\.observation_current\.time_period", ["1Y", "1Y"]),
    (r"min\(core\.observation\.period_start\)", [None, None]),
    (r"min\(core\.observation_current\.unit_measure\)", [0, None]),
)

# What stands in a load's transaction, in this order; between them other questions may be asked.
ORDER = (
    r"sp_getapplock",
    r"SELECT meta\.\[load\]\.load_id, .* WHERE meta\.\[load\]\.commit_id = @P1",
    r"INSERT INTO core\.indicator ",
    r"INSERT INTO meta\.dataset_version ",
    r"INSERT INTO meta\.\[load\] ",
    r"INSERT INTO stage\.incoming ",
    r"INSERT INTO stage\.incoming_scope ",
    r"INSERT INTO core\.observation .* SELECT stage\.incoming",
    r"INSERT INTO core\.observation .* SELECT core\.observation_current",
    r"MERGE INTO core\.observation_current WITH \(HOLDLOCK\)",
    r"INSERT INTO core\.area ",
    r"MERGE INTO mart\.indicators WITH \(HOLDLOCK\)",
    r"DELETE FROM stage\.incoming ",
    r"DELETE FROM stage\.incoming_scope ",
    r"UPDATE meta\.\[load\] SET",
    r"^COMMIT$",
)


@pytest.fixture
def server(tds: Stub) -> Stub:
    """It answers what a load asks."""
    for pattern, row in ANSWERS:
        tds.answer(f"(?s){pattern}", [f"c{place}" for place in range(len(row))], [row])
    return tds


@pytest.fixture
def url(server: Stub, odbc_driver: Path) -> str:
    return f"mssql://ann:secret@127.0.0.1:{server.port}/yhovi?driver={odbc_driver}&Encrypt=no"


@contextmanager
def connected(url: str, pauses: list[float] | None = None) -> Iterator[Warehouse]:
    with Warehouse(Database(url, sleep=([] if pauses is None else pauses).append)) as warehouse:
        yield warehouse


@contextmanager
def ready(server: Stub, url: str, pauses: list[float] | None = None) -> Iterator[Warehouse]:
    """A warehouse that has a session already, of whose beginning the server has forgotten what it was sent."""
    with connected(url, pauses) as warehouse:
        warehouse.finish_run(RunEnd("run-1", NOW, "ok", 0))
        server.forget()
        yield warehouse


def loaded(warehouse: Warehouse) -> LoadResult:
    return warehouse.load(make_load(commit_id="this commit"), ROWS)


def statements(server: Stub) -> list[str]:
    """What was said since the log began, each on a line; of many rows the statement once."""
    said = [" ".join(text.split()) for text in server.said()]
    return [text for place, text in enumerate(said) if not place or text != said[place - 1]]


def calls(server: Stub, beginning: str) -> list[Entry]:
    return [entry for entry in server.log() if entry.kind == "call" and entry.text.startswith(beginning)]


# connecting

SET_UP = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 60000; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
SNAPSHOT = (
    "IF (SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()) = 1"
    " SET TRANSACTION ISOLATION LEVEL SNAPSHOT;"
)


def test_a_session_begins_with_what_the_warehouse_needs(server: Stub, url: str) -> None:
    with connected(url) as warehouse:
        warehouse.finish_run(RunEnd("run-1", NOW, "ok", 0))
    (login,) = [entry for entry in server.log() if entry.kind == "login"]
    assert login.text == "ann yhovi yhovi"
    said = statements(server)
    set_up = said.index(SET_UP)
    assert [text.partition(" SET ")[0] for text in said[set_up + 1 :]] == ["COMMIT", "UPDATE meta.run", "COMMIT"]


def test_every_session_is_set_up(server: Stub, url: str) -> None:
    with connected(url) as warehouse:
        loaded(warehouse)
        server.drop("sp_getapplock")
        loaded(warehouse)
    logins = [entry.connection for entry in server.log() if entry.kind == "login"]
    assert [entry.connection for entry in server.log() if " ".join(entry.text.split()) == SET_UP] == logins
    assert len(logins) == 2


def test_a_server_that_does_not_encrypt_is_told_nothing(server: Stub, url: str) -> None:
    """Not even who wants to log in; and it isn't waited for."""
    pauses: list[float] = []
    with connected(url.replace("&Encrypt=no", ""), pauses) as warehouse, pytest.raises(StorageError) as raised:
        warehouse.status()
    assert str(raised.value) == (
        f"The server of yhovi on 127.0.0.1:{server.port} can't be reached: Encryption not supported on SQL Server"
        " (error 20). Check the host and the port in the database URL, that the server runs and its certificate is"
        " trusted."
    )
    assert (server.log(), pauses) == ([], [])


def test_readers_have_sessions_of_their_own_that_see_one_state(server: Stub, url: str) -> None:
    """Only a transaction that begins after the session is set so sees one state; writers are to see what is newest."""
    with connected(url) as warehouse:
        assert warehouse.is_demo is False
        loaded(warehouse)
        assert warehouse.is_demo is False
    log = [(entry.connection, " ".join(entry.text.split()) or entry.kind) for entry in _work(server.log())]
    first, *_, last = (number for number, _ in log)
    assert [number for number, text in log if text == SNAPSHOT] == [first] == [last]
    said = [text for number, text in log if number == first]
    asked = "SELECT meta.installation.value FROM meta.installation WHERE meta.installation.name = @P1"
    set_up = said.index(SET_UP)
    assert said[set_up:] == [SET_UP, SNAPSHOT, "commit", asked, "commit", "SELECT 1", asked, "commit"]
    assert {number for number, text in log if "sp_getapplock" in text} == {first + 1}


# a load as a whole


def test_a_load_is_one_transaction_in_its_order(server: Stub, url: str) -> None:
    with ready(server, url) as warehouse:
        assert loaded(warehouse) == LOADED
    said = statements(server)
    assert said[0] == "SELECT 1"  # the pool asks whether the connection is still there
    assert [text for text in said if text in ("BEGIN", "COMMIT", "ROLLBACK")] == ["COMMIT"]
    places = [next((place for place, text in enumerate(said) if re.search(each, text)), -1) for each in ORDER]
    assert -1 not in places
    assert places == sorted(places)
    assert len(said) - 1 == places[-1]


def test_codes_are_varchar_wherever_they_are_sent(server: Stub, url: str) -> None:
    """A code that came as Unicode would keep the server from using the indexes on codes."""
    with connected(url) as warehouse:
        loaded(warehouse)
    compared = {"S-1", "this commit", "value", "source/1", "2023-04", "made_by", "published", "withdrawn"}
    scope = "INSERT INTO stage.incoming_scope"  # its column holds breakdowns too, which are any text
    sent = {
        (value.value, value.type.partition("(")[0])
        for entry in server.log()
        for value in entry.values
        if value.value in compared and not entry.text.startswith(scope)
    }
    assert {kind for _, kind in sent} == {"varchar"}
    assert {said for said, _ in sent} == compared


def test_a_missing_value_of_a_statement_is_no_parameter(server: Stub, url: str) -> None:
    """In INSERT … SELECT the server can't be asked which type it is to have."""
    with connected(url) as warehouse:
        loaded(warehouse)
    selected = calls(server, "INSERT INTO core.observation")
    assert len(selected) == 2
    assert [value for entry in selected for value in entry.values if value.value is None] == []
    withdrawing = selected[1].text
    for text in ("CAST(NULL AS DOUBLE PRECISION)", "CAST(NULL AS VARCHAR(128))", "CAST(NULL AS NVARCHAR(max))"):
        assert text in withdrawing


# trying again


DEADLOCK = (1205, "Transaction (Process ID 52) was deadlocked on lock resources. Rerun the transaction.")
AGAIN = {
    "deadlock": DEADLOCK,
    "lock time-out": (1222, "Lock request time out period exceeded."),
    "snapshot": (3960, "Snapshot isolation transaction aborted due to update conflict."),
    "deadlock over the warehouse's lock": (51002, "The lock of the warehouse was given up for another session."),
    "moved": (40613, "Database 'yhovi' on server 'x' is not currently available."),
    "busy": (40501, "The service is currently busy."),
}


@pytest.mark.parametrize("told", AGAIN.values(), ids=AGAIN)
@pytest.mark.parametrize("at", ["sp_getapplock", r"MERGE INTO core\.observation_current", "^COMMIT$"])
def test_a_step_that_the_server_gave_up_is_done_once(at: str, told: tuple[int, str], server: Stub, url: str) -> None:
    pauses: list[float] = []
    with ready(server, url, pauses) as warehouse:
        server.refuse(at, *told)
        assert loaded(warehouse) == LOADED
    assert pauses == [0.2]
    # The connection is a new one, which is set up before the load begins anew.
    said = statements(server)
    assert said[-1] == "COMMIT"
    assert said.count("COMMIT") == (3 if at == "^COMMIT$" else 2)
    assert said.index(SET_UP) < [place for place, text in enumerate(said) if "sp_getapplock" in text][-1]


GIVEN_UP = "The database yhovi on 127.0.0.1:{} gave this step up for another one, several times. Run the command again."
NOT_LOADED = [
    (*DEADLOCK, GIVEN_UP),
    (3960, "Snapshot isolation transaction aborted due to update conflict.", GIVEN_UP),
    (51002, "The lock of the warehouse was given up for another session.", GIVEN_UP),
    (
        1222,
        "Lock request time out period exceeded.",
        (
            "Another program keeps a table of yhovi on 127.0.0.1:{} locked, each time for more than 60 seconds. Wait"
            " for it to end, and run the command again."
        ),
    ),
    (
        40613,
        "Database 'yhovi' on server 'x' is not currently available.",
        (
            "The server of yhovi on 127.0.0.1:{} can't serve it now, several times: Database 'yhovi' on server 'x' is"
            " not currently available (error 40613). Run the command again later."
        ),
    ),
]


@pytest.mark.parametrize(("number", "message", "sentence"), NOT_LOADED, ids=[str(one[0]) for one in NOT_LOADED])
def test_a_step_that_the_server_gives_up_again_and_again_fails(
    number: int, message: str, sentence: str, server: Stub, url: str
) -> None:
    pauses: list[float] = []
    server.refuse("MERGE", number, message, times=4)
    with ready(server, url, pauses) as warehouse:
        with pytest.raises(StorageError) as raised:
            loaded(warehouse)
        assert (str(raised.value), pauses) == (sentence.format(server.port), [0.2, 1.0, 5.0])
        assert statements(server).count("COMMIT") == statements(server).count(SET_UP) == 3
        assert loaded(warehouse) == LOADED


ONCE = [
    (
        18456,
        "LOGIN",
        "Login failed for user 'ann'.",
        (
            "The server of yhovi on 127.0.0.1:{} doesn't let this account in. Check the user and the password in the"
            " database URL, or leave both out for Windows' own sign-in."
        ),
    ),
    (
        4060,
        "LOGIN",
        'Cannot open database "yhovi" requested by the login. The login failed.',
        (
            "There is no database yhovi on 127.0.0.1:{}, or this account may not use it. Ask for it to be made, or name"
            " another one."
        ),
    ),
    (
        51001,
        "sp_getapplock",
        "The lock of the warehouse is held by another session.",
        (
            "The database yhovi on 127.0.0.1:{} is locked by another run, also after 60 seconds of waiting. Wait for"
            " the other run to end, and run the command again."
        ),
    ),
    (
        229,
        "INSERT",
        "The INSERT permission was denied on the object 'indicator', database 'yhovi', schema 'core'.",
        (
            "This account may not do that in yhovi on 127.0.0.1:{}: The INSERT permission was denied on the object"
            " 'indicator', database 'yhovi', schema 'core' (error 229). Ask the owner of the database to add it to the"
            " role yhovi_loader (or yhovi_reader for reading)."
        ),
    ),
    (
        9002,
        "MERGE",
        "The transaction log for database 'yhovi' is full due to 'LOG_BACKUP'.",
        (
            "The transaction log of yhovi on 127.0.0.1:{} is full. Nothing of this step was kept. Let the server's"
            " operator back it up or make it larger, and run the command again."
        ),
    ),
    (
        1105,
        "MERGE",
        "Could not allocate space for object 'core.observation' in database 'yhovi'.",
        (
            "The database yhovi on 127.0.0.1:{} can't grow: its files are full. Nothing of this step was kept. Make"
            " room on the server and run the command again."
        ),
    ),
]


@pytest.mark.parametrize(("number", "at", "message", "sentence"), ONCE, ids=[str(one[0]) for one in ONCE])
def test_what_another_try_would_not_mend_is_tried_once(
    number: int, at: str, message: str, sentence: str, server: Stub, url: str
) -> None:
    pauses: list[float] = []
    server.refuse(at, number, message, times=9)
    with connected(url, pauses) as warehouse, pytest.raises(StorageError) as raised:
        loaded(warehouse)
    assert (str(raised.value), pauses) == (sentence.format(server.port), [])
    assert statements(server).count("COMMIT") == statements(server).count(SET_UP) <= 1


STATES = [
    ("08S01", "Communication link failure", True),
    ("08S01", "TCP Provider: Error code 0x68 (104)", True),
    ("08001", "Login timeout expired (0)", True),
    ("08007", "Connection failure during transaction", True),
    ("HYT00", "Query timeout expired", True),
    ("HYT01", "Connection timeout expired", True),
    ("40001", "Transaction was deadlocked. (1205)", True),
    ("28000", "Login failed for user 'ann'. (18456)", False),
    ("08001", "Login failed for user 'ann'. (18456); [08001] Cannot open database (4060)", False),
    ("42000", "The query processor could not start the necessary thread resources. (8641)", False),
    ("22003", "Arithmetic overflow error. (8115)", False),
    ("IM002", "Data source name not found", False),
]


@pytest.mark.parametrize(("state", "message", "passes"), STATES)
def test_after_which_states_another_try_may_succeed(state: str, message: str, passes: bool) -> None:
    import pyodbc

    text = f"[{state}] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]{message} (SQLExecDirectW)"
    error = sa.exc.DBAPIError("SELECT 1", None, pyodbc.OperationalError(state, text))
    assert mssql.SqlServer().passes(error) is passes


def test_the_key_of_a_row_is_not_taken_for_an_error(server: Stub, url: str) -> None:
    """A bug stays one, whatever numbers it tells of; it isn't tried again."""
    pauses: list[float] = []
    server.refuse("MERGE", 2627, "Violation of PRIMARY KEY constraint. The duplicate key value is (1205).", times=9)
    with connected(url, pauses) as warehouse, pytest.raises(sa.exc.IntegrityError):
        loaded(warehouse)
    assert pauses == []


def test_a_connection_that_is_lost_at_any_statement_loads_once(server: Stub, url: str) -> None:
    """Until the commit is answered nothing was kept: all of it is sent again, in a session of its own."""
    with ready(server, url) as warehouse:
        loaded(warehouse)
    whole = [entry.text or entry.kind for entry in _work(server.log())][1:]
    assert len(whole) > 25
    for place in range(1, len(whole) + 1):
        pauses: list[float] = []
        with ready(server, url, pauses) as warehouse:
            # The pool asks first whether the connection is still there.
            server.drop_at(place + 1)
            assert loaded(warehouse) == LOADED
        assert pauses == [0.2], whole[place - 1]
        after = server.log()
        first, *_, last = (entry.connection for entry in after)
        assert (last - first, [entry.connection for entry in after if entry.kind == "commit"][-1]) == (1, last)
        assert [each.text or each.kind for each in _work(after) if each.connection == last][-len(whole) :] == whole


def _work(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind in ("batch", "call", "commit")]


def test_a_commit_whose_answer_is_lost_is_asked_about(server: Stub, url: str) -> None:
    pauses: list[float] = []
    kept = r"(?s)SELECT meta\.\[load\]\.load_id, .*WHERE meta\.\[load\]\.commit_id"
    server.answer(kept, KEPT, [[7, 2, 1, 0, 1, 0, "load"]])
    server.answer(kept, KEPT[:1], [], times=1)
    with ready(server, url, pauses) as warehouse:
        server.drop("^COMMIT$")
        assert loaded(warehouse) == LOADED
    assert pauses == [0.2]
    assert len(calls(server, "INSERT INTO meta.[load]")) == 1
    asked = calls(server, "SELECT meta.[load].load_id")
    assert [entry.values[0].value for entry in asked] == ["this commit", "this commit"]
    again = statements(server)[-5:]
    assert [text.partition(" ")[0] for text in again] == ["SET", "COMMIT", "DECLARE", "SELECT", "COMMIT"]


def test_a_server_that_stays_away_is_told_in_a_sentence(server: Stub, url: str) -> None:
    pauses: list[float] = []
    server.drop("sp_getapplock", times=4)
    with connected(url, pauses) as warehouse, pytest.raises(StorageError) as raised:
        loaded(warehouse)
    assert pauses == [0.2, 1.0, 5.0]
    assert str(raised.value) == (
        f"The connection to yhovi on 127.0.0.1:{server.port} was lost, several times. Check the network and the server,"
        " and run the command again."
    )


# many rows


@pytest.fixture
def insert(server: Stub, url: str) -> Iterator[Callable[..., list[Entry]]]:
    """Puts rows into a table the way that loads do; what arrived."""
    database = Database(url)

    def put(table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> list[Entry]:
        server.reset()
        database.write(lambda connection: database.dialect.insert(connection, table, rows))
        return calls(server, "INSERT")

    yield put
    database.close()


ALL = sa.Table(
    "all_kinds",
    sa.MetaData(schema="stage"),
    sa.Column("code", sa.String(8)),
    sa.Column("label", sa.Unicode(8)),
    sa.Column("note", sa.UnicodeText),
    sa.Column("large", sa.BigInteger),
    sa.Column("small", sa.Integer),
    sa.Column("flag", sa.Boolean),
    sa.Column("value", sa.Double),
    sa.Column("day", sa.Date),
    sa.Column("at", UtcDateTime),
)
NOTHING = (None,) * 9
SOME = ("E0600001", "Łódź", "n", 2**40, 5, True, 2.5, "2024-02-29", NOW.replace(tzinfo=None))
TYPES = "@P1 varchar(8),@P2 nvarchar(8),@P3 nvarchar({}),@P4 bigint,@P5 int,@P6 bit,@P7 float,@P8 date,@P9 datetime2"
SENT = ["E0600001", "Łódź", "n", 2**40, 5, True, 2.5, "2024-02-29", "2024-01-01 00:00:00"]


@pytest.mark.parametrize("rows", [[SOME, NOTHING, SOME], [NOTHING, SOME, NOTHING], [NOTHING, NOTHING]])
def test_rows_arrive_with_the_types_of_the_columns(insert: Callable[..., list[Entry]], rows: list[Any]) -> None:
    """Whatever the first row has, or whether any row has anything; the server describes nothing here."""
    arrived = insert(ALL, rows)
    assert {entry.declared for entry in arrived} == {TYPES.format(1)}
    assert [[value.value for value in entry.values] for entry in arrived] == [
        SENT if row is SOME else list(row) for row in rows
    ]


@pytest.mark.parametrize(
    ("texts", "size"),
    [
        (["a", "b" * 300, None], "300"),
        ([None, "😀" * 2000], "4000"),
        (["a", "b" * 4001, None, "c"], "max"),
        (["a", "😀" * 9000], "max"),
    ],
    ids=["longer than the first", "the longest in one piece", "in pieces", "in many pieces"],
)
def test_long_texts_arrive_whole(insert: Callable[..., list[Entry]], texts: list[str | None], size: str) -> None:
    arrived = insert(ALL, [(*SOME[:2], text, *SOME[3:]) for text in texts])
    assert [entry.values[2].value for entry in arrived] == texts
    assert {entry.declared for entry in arrived} == {TYPES.format(size)}


NUMBERS = [0.1 + 0.2, 1e308, 5e-324, -0.0, 123456789.123456789, None]


def test_numbers_arrive_to_the_last_bit(insert: Callable[..., list[Entry]]) -> None:
    arrived = insert(ALL, [(*SOME[:6], number, *SOME[7:]) for number in NUMBERS])
    assert [repr(entry.values[6].value) for entry in arrived] == [repr(number) for number in NUMBERS]


def test_days_arrive_however_far_they_are(insert: Callable[..., list[Entry]]) -> None:
    days = ["0001-01-01", "9999-12-31", "1900-02-28"]
    arrived = insert(dim_date, [(day, 1, 1, 1, "January", 1, "2023/24") for day in days])
    assert [entry.values[0].value for entry in arrived] == days
    assert date.fromisoformat(days[1]) == date.max


def test_rows_that_have_codes_in_turn_are_sent_together(insert: Callable[..., list[Entry]], server: Stub) -> None:
    """Else each of thousands of rows would be a question and an answer of its own."""
    names = incoming.columns.keys()
    said = {"status_flags": ("unreliable", None), "status_reason": (None, "suppressed")}
    row = dict.fromkeys(names) | {"load_id": 1, "held": False}
    rows = [
        tuple((row | {name: turns[number % 2] for name, turns in said.items()})[name] for name in names)
        for number in range(500)
    ]
    assert len(insert(incoming, rows)) == 500
    assert server.messages() < 60


def test_arrays_are_cut_where_they_would_be_large(insert: Callable[..., list[Entry]]) -> None:
    """The driver takes as much memory for each row as the longest text of any needs."""
    long = [(*SOME[:2], "b" * 4000, *SOME[3:])] * 5000
    sizes = [(sum(told.width + 8 for told in inputs), len(array)) for inputs, array in arrays(ALL, long)]
    assert sum(count for _, count in sizes) == 5000
    assert max(width * count for width, count in sizes) <= 16 * 2**20
    assert len(sizes) == 3


def test_a_code_that_is_no_code_is_not_sent_as_another(insert: Callable[..., list[Entry]], server: Stub) -> None:
    """What isn't ASCII is refused before; would it come here, it would come out otherwise in some collations."""
    with pytest.raises(UnicodeEncodeError):
        insert(ALL, [("Łódź", *SOME[1:])])
    assert calls(server, "INSERT") == []


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_sent_in_arrays(table: sa.Table) -> None:
    ((inputs, _),) = arrays(table, [(None,) * len(table.columns)])
    assert len(inputs) == len(table.columns)
    assert [told for told in inputs if told.size == 0] == []


def test_other_drivers_get_row_by_row(
    insert: Callable[..., list[Entry]], monkeypatch: pytest.MonkeyPatch, server: Stub
) -> None:
    """Some of them crash at arrays."""
    monkeypatch.setattr(mssql, "_is_microsofts", lambda _: False)
    arrived = insert(ALL, [SOME, SOME])
    assert [[value.value for value in entry.values] for entry in arrived] == [SENT, SENT]
    assert {entry.values[0].type for entry in arrived} != {"varchar(8)"}


@pytest.mark.parametrize(
    ("name", "microsofts"),
    [("libmsodbcsql-18.6.so.2.1", True), ("MSODBCSQL17.DLL", True), ("libtdsodbc.so", False), ("SQLSRV32.DLL", False)],
)
def test_whose_driver_it_is(name: str, microsofts: bool) -> None:
    asked: list[int] = []
    driver = SimpleNamespace(getinfo=lambda number: asked.append(number) or name)
    connection: Any = SimpleNamespace(
        connection=SimpleNamespace(driver_connection=driver),
        dialect=SimpleNamespace(loaded_dbapi=SimpleNamespace(SQL_DRIVER_NAME=6)),
    )
    assert (mssql._is_microsofts(connection), asked) == (microsofts, [6])
