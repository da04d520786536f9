"""Many at once: writers lose nothing and double nothing, readers see whole indicators, the killed leave nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.tables import current, incoming, indicators, load, observation, run
from yhovi.engine.warehouse.values import RunStart
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import NOW, make_load, make_many, make_row

pytestmark = pytest.mark.untraced

CHILD = Path(__file__).with_name("child.py")
WRITERS = 10
NAMES = tuple(f"S-{number % 5}" for number in range(WRITERS))
MOMENTS = 3


@contextmanager
def child(url: str, run_id: str, indicator_id: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to load as soon as it is told to."""
    command = [sys.executable, str(CHILD), url, run_id, indicator_id]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=120)
    return process.returncode, said


def rows_of(database: Database, table: sa.Table) -> dict[str, int]:
    """How many rows a table has of each indicator."""
    counts = sa.select(table.c.indicator_id, sa.func.count()).group_by(table.c.indicator_id)
    with database.reading() as connection:
        return dict(map(tuple, connection.execute(counts)))


def content(database: Database, indicator_id: str) -> set[tuple[Any, ...]]:
    shown = ("lad_code", "reference_period", "value", "is_latest")
    with database.reading() as connection:
        query = sa.select(*(indicators.c[name] for name in shown)).where(indicators.c.indicator_id == indicator_id)
        return {tuple(row) for row in connection.execute(query)}


@pytest.fixture
def alone(tmp_path: Path, opened: Any) -> Iterator[Database]:
    """What the loads come to one after another."""
    with opened(f"sqlite:///{tmp_path / 'alone.db'}") as warehouse:
        for name in sorted(set(NAMES)):
            warehouse.load(make_load(indicator_id=name), make_many(name))
        yield warehouse._database


def test_ten_writers_at_once_lose_nothing_and_double_nothing(databases: Any, alone: Database) -> None:
    """Each indicator is loaded by two processes at the same moment; whoever reads meanwhile sees all of it or none."""
    url, whole = databases(), len(make_many())
    with ExitStack() as stack:
        writers = [stack.enter_context(child(url, f"run-{place}", name)) for place, name in enumerate(NAMES)]
        for writer in writers:
            begin(writer)
        database = Database(url)
        stack.callback(database.close)
        seen: set[int] = set()
        while any(writer.poll() is None for writer in writers):
            if database.dialect.serves or database.version() is not None:
                seen |= {*rows_of(database, indicators).values(), *rows_of(database, current).values()}
            time.sleep(0.02)
        assert [ended(writer) for writer in writers] == [(0, "")] * WRITERS
        assert seen <= {whole}
        once = dict.fromkeys(NAMES, whole)
        assert [rows_of(database, table) for table in (observation, current, indicators)] == [once] * 3
        assert rows_of(database, incoming) == {}
        with database.reading() as connection:
            loads = connection.execute(sa.select(load.c.indicator_id, load.c.outcome)).all()
            runs = connection.scalars(sa.select(run.c.run_id)).all()
        assert sorted(loads) == sorted((name, outcome) for name in set(NAMES) for outcome in ("loaded", "unchanged"))
        assert sorted(runs) == sorted(f"run-{place}" for place in range(WRITERS))
        for name in set(NAMES):
            assert content(database, name) == content(alone, name)


def test_a_reader_never_sees_half_an_indicator(databases: Any, opened: Any) -> None:
    """Each load says another value everywhere, and every other one withdraws a district: no reader sees two of them."""
    url = databases()
    areas, years, loads = [f"A{number}" for number in range(20)], range(2000, 2010), 12
    done = threading.Event()
    seen: list[set[Any]] = []

    def look() -> None:
        database = Database(url)
        while not done.is_set():
            with database.reading() as connection:
                seen.append(
                    {
                        (len(found), *{value for (value,) in found if value is not None})
                        for table in (indicators, current)
                        for found in [connection.execute(sa.select(table.c.value)).all()]
                    }
                )
        database.close()

    with opened(url) as warehouse:
        reader = threading.Thread(target=look)
        reader.start()
        for number in range(1, loads + 1):
            gone = areas[:1] if number % 2 == 0 else []
            warehouse.load(
                make_load(withdrawal_limit=1.0),
                [make_row(area, year, float(number)) for area in areas if area not in gone for year in years],
            )
        done.set()
        reader.join()
    whole = len(areas) * len(years)
    allowed = [{(0,)}, *({(whole, float(number))} for number in range(1, loads + 1))]
    assert [each for each in seen if each not in allowed] == []
    assert len({next(iter(each)) for each in seen}) > 2


def test_a_process_killed_at_any_moment_leaves_nothing_half_done_on_a_server(postgres: Any, opened: Any) -> None:
    """The server takes back what the killed had begun, and lets go of its lock."""
    clean = postgres.warehouse()
    with child(clean, "run-1", "S-1") as process:
        started = time.perf_counter()
        begin(process)
        assert ended(process) == (0, "")
        duration = time.perf_counter() - started
    with opened_again(clean) as warehouse:
        wanted = content(warehouse._database, "S-1")
    for moment in range(MOMENTS):
        url = postgres.warehouse()
        with child(url, "killed", "S-1") as process:
            begin(process)
            time.sleep(duration * (moment + 0.5) / MOMENTS)
            process.kill()
            process.wait()
        with opened(url) as warehouse:
            result = warehouse.load(make_load(), make_many())
            assert result.new + result.unchanged == len(make_many())
            assert result.unchanged in (0, len(make_many()))
            assert len(warehouse.history("S-1")) == len(make_many())
            assert content(warehouse._database, "S-1") == wanted


def test_a_run_that_begins_while_another_loads_waits_for_it(databases: Any, opened: Any) -> None:
    """Two threads with a warehouse each; neither is refused."""
    url = databases()
    with opened(url) as one, opened_again(url) as other:
        threads = [
            threading.Thread(target=warehouse.load, args=(make_load(indicator_id=name), make_many(name)))
            for warehouse, name in ((one, "S-1"), (other, "S-2"))
        ]
        for thread in threads:
            thread.start()
        other.start_run(RunStart("run-2", NOW, "yhovi run", "live", "0.1.0"))
        for thread in threads:
            thread.join()
        assert rows_of(one._database, indicators) == {"S-1": len(make_many()), "S-2": len(make_many())}


@contextmanager
def opened_again(url: str) -> Iterator[Any]:
    with Warehouse.open(url, demo=False, now=NOW) as warehouse:
        yield warehouse
