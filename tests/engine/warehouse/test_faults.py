"""Connections that break at any message, servers that give a step up: what was to be written is there, once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.errors import StorageError
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.tables import METADATA, dataset_metadata, run
from yhovi.engine.warehouse.values import (
    DatasetState,
    Event,
    Finding,
    Ingestion,
    Quality,
    Rejected,
    RunEnd,
    RunStart,
)
from yhovi.engine.warehouse.warehouse import Warehouse

from support.proxy import Wire

NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def place(postgres) -> str:
    return postgres.warehouse()


@pytest.fixture
def wire(place: str) -> Iterator[Wire]:
    with TemporaryDirectory(prefix="yhovi-wire-") as folder:
        made = Wire(place, Path(folder))
        yield made
        made.close()


class Pauses(list[float]):
    """A sleep that doesn't, and remembers."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@contextmanager
def through(url: str) -> Iterator[tuple[Warehouse, Pauses]]:
    """A warehouse that waits for nothing, and how long it would have waited."""
    pauses = Pauses()
    database = Database(url, sleep=pauses)
    database.prepare(demo=False, now=NOW, create=False)
    with Warehouse(database) as warehouse:
        yield warehouse, pauses


def count(warehouse: Warehouse, table: sa.Table) -> int:
    with warehouse._database.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_a_load_whose_connection_breaks_at_any_message_is_there_once(answered, place, wire, opened, row, load) -> None:
    """Before or after the server acted on it, the commit included: nobody who tries again loads twice or loses."""
    with opened(place) as direct, through(wire.url) as (warehouse, pauses):
        message = 0
        while True:
            message += 1
            name = f"S-{message}"
            batch = load(indicator_id=name, release="2", domain="economy", commit_id=f"second-{message}")

            def rows(*said: tuple[str, int, float], name: str = name) -> list[dict[str, Any]]:
                return [row(*each, indicator_id=name) for each in said]

            direct.load(load(indicator_id=name, commit_id=f"first-{message}"), rows(("A", 2020, 1.0), ("B", 2020, 1.0)))
            wire.arm(message, answered=answered)
            done = warehouse.load(batch, rows(("A", 2020, 2.0), ("A", 2021, 1.0)))
            assert (done.new, done.changed, done.unchanged, done.withdrawn) == (1, 1, 0, 1)
            history = [(each["area_code"], each["action"], each["value"]) for each in direct.history(name)]
            assert history == [
                *(("A", "value", 1.0), ("B", "value", 1.0)),
                *(("A", "value", 2.0), ("A", "value", 1.0), ("B", "withdrawn", None)),
            ]
            shown = [(each["lad_code"], each["value"], each["is_latest"]) for each in direct.mart(name)]
            assert shown == [("A", 2.0, False), ("A", 1.0, True), ("B", None, False)]
            assert [load_id == done.load_id for load_id in sorted(direct.loads(name))] == [False, True]
            if wire.is_armed:
                break
        assert message > 20
        # The first message is the pool's own question whether the connection is still there.
        assert len(pauses) >= message - 3
        assert set(pauses) == {0.2}
        wire.arm(0, answered=False)


JOURNAL: dict[str, Callable[[Warehouse, int], None]] = {
    "run": lambda warehouse, n: warehouse.start_run(RunStart(f"run-{n + 1}", NOW, "yhovi run", "live", "0.1.0")),
    "etl_audit": lambda warehouse, n: warehouse.record_event(Event(NOW, "run-1", None, "started", f"{n}")),
    "validation_log": lambda warehouse, n: warehouse.record_findings(
        "run-1", f"S-{n}", [Finding("range", "error", "Bad.", 1)], Quality(1, 1, 0, 0, 1.0)
    ),
    "rejected_observation": lambda warehouse, n: warehouse.record_rejected(
        "run-1", f"S-{n}", [Rejected("range", "Bad.", "A"), Rejected("range", "Bad.", "A")]
    ),
    "ingestion_log": lambda warehouse, n: warehouse.record_ingestion(
        [Ingestion("run-1", f"d/{n}", "https://example.org", "a", "ab", None, 1, 200, None, NOW)]
    ),
    "dataset_metadata": lambda warehouse, n: warehouse.record_dataset(
        DatasetState(f"d/{n}", "Nomis", "https://example.org", NOW, 1, "success", "run-1")
    ),
}
LINES = {"validation_log": 2, "rejected_observation": 2}


@pytest.mark.parametrize("table", JOURNAL)
def test_a_line_of_a_journal_is_there_once(table, place, wire, opened) -> None:
    (kept,) = (each for each in METADATA.sorted_tables if each.name == table)
    with opened(place) as direct, through(wire.url) as (warehouse, _):
        already, message, written = count(direct, kept), 0, 0
        while True:
            message += 1
            for answered in (False, True):
                written += 1
                wire.arm(message, answered=answered)
                JOURNAL[table](warehouse, written)
                assert count(direct, kept) == already + written * LINES.get(table, 1)
            if wire.is_armed:
                break
        assert message > 3
        wire.arm(0, answered=False)


def test_the_end_of_a_run_is_written_whatever_breaks(place, wire, opened) -> None:
    with opened(place) as direct, through(wire.url) as (warehouse, _):
        wire.arm(3, answered=True)
        warehouse.finish_run(RunEnd("run-1", NOW, "ok", 0, loaded=3))
        assert not wire.is_armed
        with direct._database.reading() as connection:
            assert connection.execute(sa.select(run.c.outcome, run.c.indicators_loaded)).all() == [("ok", 3)]


def test_a_server_that_does_not_come_back_is_tried_three_times_more(place, wire, opened, row, load) -> None:
    with opened(place) as direct, through(wire.url) as (warehouse, pauses):
        wire.arm(5, answered=False)
        wire.refuse(all_=True)
        with pytest.raises(StorageError) as raised:
            warehouse.load(load(), [row("A", 2020, 1.0)])
        assert pauses == [0.2, 1.0, 5.0]
        assert str(raised.value).startswith(f"The server of {warehouse.where} can't be reached: connection")
        assert str(raised.value).endswith(
            ". Check the host and the port in the database URL, and that the server is running."
        )
        wire.refuse(all_=False)
        assert warehouse.load(load(), [row("A", 2020, 1.0)]).new == 1
        assert len(direct.loads("S-1")) == 1


def test_a_server_that_was_never_there_is_not_waited_for(tmp_path: Path) -> None:
    pauses = Pauses()
    database = Database(f"postgresql://ann@/yhovi?host={tmp_path}", sleep=pauses)
    with pytest.raises(StorageError, match=r"can't be reached") as raised:
        database.prepare(demo=False, now=NOW, create=False)
    assert (pauses, raised.value.exit_code) == ([], 5)
    database.close()


def test_a_deadlock_that_the_server_resolves_against_a_load_is_no_failure(place, opened, row, load) -> None:
    """Another program holds a table and waits for the warehouse's lock: the load gives way and comes after it."""
    with opened(place) as direct, through(place) as (warehouse, pauses):
        other = sa.create_engine(sa.make_url(place))
        holding, done = threading.Event(), threading.Event()

        def hold() -> None:
            with other.begin() as connection:
                connection.exec_driver_sql("SET LOCAL deadlock_timeout = '60s'")
                connection.exec_driver_sql("LOCK TABLE meta.load IN ACCESS EXCLUSIVE MODE")
                holding.set()
                # It waits here for the load, which waits for the table.
                locked.wait()
                warehouse._database.dialect.lock(connection)
            done.set()

        locked = threading.Event()

        @sa.event.listens_for(warehouse._database._engine, "before_cursor_execute")
        def count_locks(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            if "meta.load" in statement:
                locked.set()

        thread = threading.Thread(target=hold)
        thread.start()
        holding.wait()
        assert warehouse.load(load(commit_id="one"), [row("A", 2020, 1.0)]).new == 1
        thread.join()
        assert (pauses, done.is_set(), len(direct.loads("S-1"))) == ([0.2], True, 1)
        other.dispose()


def test_a_session_that_is_ended_by_the_server_is_begun_again(place, opened, row, load) -> None:
    """As an administrator or a restart does it."""
    with opened(place) as direct, through(place) as (warehouse, pauses):
        engine = warehouse._database._engine

        ended: list[bool] = []

        def end(connection: sa.Connection) -> None:
            if ended:
                return
            ended.append(True)
            number = connection.scalar(sa.select(sa.func.pg_backend_pid()))
            with direct._database._engine.begin() as other:
                other.execute(sa.select(sa.func.pg_terminate_backend(number)))

        sa.event.listen(engine, "commit", end)
        assert warehouse.load(load(commit_id="one"), [row("A", 2020, 1.0)]).new == 1
        assert (pauses, len(direct.loads("S-1"))) == ([0.2], 1)


def test_what_is_no_passing_fault_is_not_tried_again(place, opened, row, load) -> None:
    with opened(place) as direct, through(place) as (warehouse, pauses):
        with direct._database._engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE mart.indicators CASCADE")
        with pytest.raises(sa.exc.ProgrammingError):
            warehouse.load(load(), [row("A", 2020, 1.0)])
        assert (pauses, count(direct, dataset_metadata)) == ([], 0)
