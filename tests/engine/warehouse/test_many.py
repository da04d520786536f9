"""Thousands of loads, keys and areas at once: no statement has more parameters or rows than SQL Server takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.tables import incoming_scope, load, load_input
from yhovi.engine.warehouse.values import Area, Key, RunStart, Scope, SmallAreaPlace
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import NOW, make_load, make_row
from support.tds import Stub

pytestmark = pytest.mark.untraced

MANY = 5_000
PARAMETERS = 2_098  # of 2,100, of which a text and its declarations take two
ROWS = 1_000

AREAS = tuple(Area(f"A{number}", "2023-04", "A", "lad", "R") for number in range(MANY))
HELD = tuple(Key(f"H{number}", "2023-04", "2020-01-01/P1Y") for number in range(MANY))
WIDE = Scope(
    areas=frozenset(area.area_code for area in AREAS),
    breakdowns=frozenset(f"b{number}" for number in range(MANY)) | {"_T"},
    vintages=frozenset(f"v{number}" for number in range(MANY)),
)


@contextmanager
def counted(warehouse: Warehouse) -> Iterator[list[int]]:
    """How many parameters each statement has while the block lasts."""
    counts: list[int] = []

    def count(_connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, many: bool) -> None:
        counts.append(max(map(len, parameters)) if many else len(parameters))

    engine = warehouse._database._engine
    sa.event.listen(engine, "before_cursor_execute", count)
    yield counts
    sa.event.remove(engine, "before_cursor_execute", count)


def test_an_indicator_of_thousands_of_loads(anywhere: Warehouse) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0)])
    said = next(iter(anywhere.loads("S-1").values()))
    row = {name: said[name] for name in load.columns.keys() if name != "load_id"}  # noqa: SIM118

    def add(connection: sa.Connection) -> None:
        connection.execute(sa.insert(load), [row] * (MANY - 1))
        numbers = sorted(connection.scalars(sa.select(load.c.load_id)))
        pairs = [{"load_id": number, "input_load_id": numbers[0]} for number in numbers[1:]]
        connection.execute(sa.insert(load_input), pairs)

    anywhere._database.write(add)
    with counted(anywhere) as counts:
        found = anywhere.loads("S-1")
        anywhere.load_lines("S-1")
        anywhere.status()
    assert len(found) == MANY
    first, *others = found
    assert {tuple(found[number]["input_loads"]) for number in others} == {(first,)}
    assert found[first]["input_loads"] == []
    assert max(counts) < 10


def test_loads_of_another_indicator_lend_no_inputs(anywhere: Warehouse) -> None:
    first = anywhere.load(make_load(), [make_row("A", 2020, 1.0)]).load_id
    rows = [make_row("A", 2020, 1.0, indicator_id="S-2")]
    second = anywhere.load(make_load(indicator_id="S-2", input_loads=[first]), rows).load_id
    assert anywhere.loads("S-1")[first]["input_loads"] == []
    assert anywhere.loads("S-2")[second]["input_loads"] == [first]


def test_a_load_that_speaks_for_thousands(anywhere: Warehouse) -> None:
    rows = [make_row(area.area_code, 2020, 1.0) for area in AREAS]
    other = make_row("A1", 2020, 1.0, area_vintage="v4999")
    outside = [make_row("A1", 2020, 1.0, area_vintage="w"), make_row("A1", 2020, 1.0, breakdown="c")]
    anywhere.load(make_load(areas=AREAS), [*rows, other, *outside])
    with counted(anywhere) as counts:
        done = anywhere.load(make_load(areas=AREAS, scope=WIDE), rows[1:], held=HELD)
    assert (done.unchanged, done.withdrawn, done.held) == (MANY - 1, 2, MANY)
    assert max(counts) < 100
    with anywhere._database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(incoming_scope)) == 0


def test_no_statement_on_the_wire_is_too_large(tds: Stub, odbc_driver: Path) -> None:
    """What SQLAlchemy and the driver make of many rows; the server reads each statement with Microsoft's parser."""
    for pattern, row in (
        (r"OUTPUT inserted\.load_id", [7]),
        (r"coalesce\(sum", [0, 0]),
        (r"count\(core\.observation_current\.observation_id\)", [0, 0]),
        (r"min\(core\.observation\.period_start\)", [None, None]),
        (r"min\(core\.observation_current\.unit_measure\)", [0, None]),
    ):
        tds.answer(pattern, [f"c{place}" for place in range(len(row))], [row])
    url = f"mssql://ann:secret@127.0.0.1:{tds.port}/yhovi?driver={odbc_driver}&Encrypt=no"
    places = [SmallAreaPlace(f"E{number}", "2023-04", "lsoa", "A", "R") for number in range(MANY)]
    with Warehouse(Database(url)) as warehouse:
        inputs = list(range(1, MANY))
        batch = make_load(areas=AREAS, scope=WIDE, input_loads=inputs, retrieved_at=NOW)
        warehouse.load(batch, [make_row("A1", 2020, 1.0)], held=HELD)
        warehouse.describe_geography([], places)
    calls = [entry for entry in tds.log() if entry.kind == "call"]
    assert max(len(entry.values) for entry in calls) <= PARAMETERS
    assert max(_rows(entry.text) for entry in calls) <= ROWS
    sent = {table: _count(calls, table) for table in ("incoming", "incoming_scope", "area", "load_input", "geo_lookup")}
    assert sent == {
        "incoming": MANY + 1,
        "incoming_scope": len(WIDE.areas or ()) + len(WIDE.breakdowns or ()) + len(WIDE.vintages) + 1,
        "area": MANY,
        "load_input": MANY - 1,
        "geo_lookup": MANY,
    }


def _rows(statement: str) -> int:
    """How many rows of parameters an INSERT has; 1 for other statements."""
    _, found, values = statement.partition(" VALUES ")
    return len(re.findall(r"\(@P", values)) if found else 1


def _count(calls: list[Any], table: str) -> int:
    return sum(_rows(entry.text) for entry in calls if re.match(rf"INSERT INTO \w+\.\[?{table}\]? ", entry.text))


# how the work grows


def spoil(warehouse: Warehouse, rows: list[dict[str, Any]]) -> None:
    """All that is done with an indicator: loaded, changed, withdrawn, relabelled, put behind, and undone."""
    changed = [row | {"value": row["value"] + 1} for row in rows]
    warehouse.load(make_load(areas=AREAS[:20]), rows)
    warehouse.load(make_load(areas=AREAS[:20], row_set_hash="b"), changed[:-20])
    warehouse.load(make_load(areas=AREAS[:20], row_set_hash="c", domain="economy"), rows)
    earlier = NOW - timedelta(days=1)
    warehouse.load(make_load(areas=AREAS[:20], row_set_hash="d", kind="backfill", retrieved_at=earlier), changed[:-10])
    for number in ("3", "1"):
        warehouse.rollback(RunStart(f"undo-{number}", NOW, "yhovi rollback", "live", "0.1.0"), number)


def of_years(first: int, last: int) -> list[dict[str, Any]]:
    return [make_row(area.area_code, year, float(year)) for area in AREAS[:20] for year in range(first, last)]


def test_no_row_is_compared_with_every_other_one_on_a_server(postgres: Any, opened: Any) -> None:
    """A table that was empty when the server counted it last is large now, and it can't know."""
    plans: dict[str, list[str]] = {}

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and statement.startswith(("INSERT", "SELECT", "DELETE", "UPDATE")):
            driver = connection.connection.driver_connection
            ((plan,),) = driver.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchall()
            plans[statement] = [*_compared(plan[0]["Plan"])]

    with opened(postgres.warehouse()) as warehouse:
        sa.event.listen(warehouse._database._engine, "before_cursor_execute", explain)
        spoil(warehouse, of_years(1990, 2000))
    assert len(plans) > 40
    assert {text: found for text, found in plans.items() if found} == {}


def _compared(node: dict[str, Any]) -> Iterator[str]:
    """What each row of one table is compared with each row of another one by."""
    if node["Node Type"] == "Nested Loop" and "Join Filter" in node:
        yield node["Join Filter"]
    for part in node.get("Plans", ()):
        yield from _compared(part)


def test_the_work_of_undoing_grows_with_the_rows(tmp_path: Path, opened: Any) -> None:
    """Counted in the steps of SQLite's own machine: four times the rows are about four times the steps."""
    counts = [
        _steps_of_undoing(opened(f"sqlite:///{tmp_path / f'{last}.db'}"), of_years(1900, last)) for last in (1910, 1940)
    ]
    assert counts[1] < 6 * counts[0]


def _steps_of_undoing(warehouse: Warehouse, rows: list[dict[str, Any]]) -> int:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    def watch(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 10)

    with warehouse:
        warehouse.load(make_load(), rows)
        warehouse.load(make_load(row_set_hash="b"), [row | {"value": row["value"] + 1} for row in rows[:-20]])
        sa.event.listen(warehouse._database._engine, "begin", watch)
        warehouse.rollback(RunStart("undo", NOW, "yhovi rollback", "live", "0.1.0"), "2")
        warehouse.rollback(RunStart("undo-too", NOW, "yhovi rollback", "live", "0.1.0"), "1")
    return steps
