"""All that the warehouse would say to SQL Server is T-SQL, as Microsoft's own parser has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from inspect import isfunction

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable
from yhovi.engine.warehouse.dialects.base import driver_insert
from yhovi.engine.warehouse.dialects.mssql import _SETTINGS, _SNAPSHOT, _TAKE_LOCK
from yhovi.engine.warehouse.tables import METADATA, incoming
from yhovi.engine.warehouse.values import (
    Area,
    AreaChange,
    DatasetState,
    Event,
    Finding,
    Ingestion,
    Key,
    Quality,
    Rejected,
    RunEnd,
    RunStart,
    Scope,
    SmallAreaPlace,
)
from yhovi.engine.warehouse.views import VIEWS, CreateView
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import CARD, NOW
from support.spoken import SPEAKER, overheard
from support.tsql import Model, Parser

pytestmark = pytest.mark.untraced

CATALOGUE = (_SETTINGS, _SNAPSHOT, _TAKE_LOCK)
"""What the schema compiler, which knows our tables alone, makes nothing of."""

LATER = NOW + timedelta(days=1)
METHODS = (property, classmethod)
SAY_NOTHING = {"open", "upgrade", "close", "where", "record_failure"}


def loads(warehouse: Warehouse, row: Callable, load: Callable) -> None:
    """Loads that say all there is to say: new, changed, withdrawn and held rows, every kind of scope, areas renamed."""
    warehouse.load(load(commit_id="first"), [row("A", 2020, 1.0), row("A", 2021, 2.0), row("R", 2020, 1.0)])
    warehouse.load(
        load(
            domain="economy",
            areas=[Area("A", "2023-04", "Aston upon Trent", "lad")],
            scope=Scope(
                areas=frozenset({"A"}),
                periods=(date(2020, 1, 1), date(2021, 12, 31)),
                breakdowns=frozenset({"_T"}),
                vintages=frozenset({"2019-04"}),
            ),
            input_loads=[1],
        ),
        [row("A", 2020, 3.0)],
        held=[Key("A", "2023-04", "2019-01-01/P1Y")],
    )
    warehouse.load(load(retrieved_at=NOW - timedelta(days=1), kind="backfill"), [row("A", 2022, 4.0)])


CALLS: dict[str, Callable[..., object]] = {
    "start_run": lambda w, **_: w.start_run(RunStart("run-2", NOW, "yhovi run", "live", "0.1.0")),
    "finish_run": lambda w, **_: w.finish_run(RunEnd("run-2", NOW, "ok", 0)),
    "record_event": lambda w, **_: w.record_event(Event(NOW, "run-1", "S-1", "started")),
    "record_findings": lambda w, **_: w.record_findings(
        "run-1", "S-1", [Finding("range", "error", "Too high.", 1)], Quality(1, 1, 0, 0, 1.0)
    ),
    "record_rejected": lambda w, **_: w.record_rejected("run-1", "S-1", [Rejected("range", "Too high.", "A")]),
    "record_ingestion": lambda w, **_: w.record_ingestion(
        [Ingestion("run-1", "source/1", "https://example.org", "a/b", "0" * 64, None, 1, 200, None, NOW)]
    ),
    "record_dataset": lambda w, **_: [
        w.record_dataset(DatasetState("source/1", "Source", "https://example.org", NOW, 1, "success", "run-1"))
        for _ in range(2)
    ],
    "record_unchanged": lambda w, **_: w.record_unchanged(Event(NOW, "run-1", "S-1", "unchanged"), (), None),
    "load": loads,
    "relabel": lambda w, **_: w.relabel(CARD, "2023-04"),
    "describe_geography": lambda w, **_: [
        w.describe_geography(changes, [SmallAreaPlace("E01", "2023-04", "lsoa", "A", "R")][: len(changes)])
        for changes in ([AreaChange("merge", date(2023, 4, 1), "A", "B")], [])
    ],
    "describe_areas": lambda w, **_: w.describe_areas([Area("A", "2023-04", "Aston", "lad")]),
    "status": lambda w, **_: w.status(),
    "findings": lambda w, **_: w.findings("run-1", "S-1"),
    "finished": lambda w, **_: w.finished("run-1"),
    "inputs_of": lambda w, **_: w.inputs_of(1),
    "last_load": lambda w, **_: w.last_load("S-1"),
    "observations": lambda w, **_: w.observations("S-1"),
    "history": lambda w, **_: w.history("S-1"),
    "loads": lambda w, **_: w.loads("S-1"),
    "indicator_of_load": lambda w, **_: w.indicator_of_load(1),
    "cards": lambda w, **_: w.cards(),
    "mart": lambda w, **_: (w.mart("S-1"), w.mart()),
    "is_demo": lambda w, **_: w.is_demo,
    "as_of": lambda w, **_: (w.as_of("S-1", NOW), w.as_of("S-1", NOW, "committed")),
    "load_lines": lambda w, **_: (w.load_lines("S-1"), w.load_lines()),
    "newest_retrieved": lambda w, **_: w.newest_retrieved("S-1"),
    "rollback": lambda w, **_: w.rollback(RunStart("run-3", NOW, "yhovi rollback", "live", "0.1.0"), "1", cascade=True),
    "hold_on": lambda w, **_: w.hold_on("S-1", "rows", "plan"),
    "release_hold": lambda w, **_: w.release_hold("S-1", LATER),
}
"""A call of every method that speaks, in an order in which they work."""


def ddl() -> list[str]:
    tables = METADATA.sorted_tables
    made = [CreateTable(table) for table in tables]
    indexes = [CreateIndex(index) for table in tables for index in sorted(table.indexes, key=lambda one: str(one.name))]
    views = [CreateView(view) for view in VIEWS]
    return [str(element.compile(dialect=SPEAKER)).strip() for element in (*made, *indexes, *views)]


@pytest.fixture
def spoken(warehouse, row, load, monkeypatch) -> list[str]:
    """Every statement that the warehouse sends to SQL Server."""
    with overheard(warehouse, monkeypatch) as said:
        for call in CALLS.values():
            call(warehouse, row=row, load=load)
    with sa.create_engine("sqlite://").connect() as connection:
        connection.dialect = SPEAKER
        bulk = driver_insert(connection, incoming)
    return [*said, bulk, *CATALOGUE]


def test_every_method_is_called_here() -> None:
    """One that is new in the warehouse has to be heard too."""
    methods = {name for name, one in vars(Warehouse).items() if isfunction(one) or isinstance(one, METHODS)}
    assert {name for name in methods if not name.startswith("_")} == {*CALLS, *SAY_NOTHING}


def test_a_missing_value_in_a_query_says_of_which_type_it_is(warehouse, row, load) -> None:
    """As a parameter it would have none, and SQL Server would have to guess."""
    selected: list[str] = []

    def hear(_connection: object, _cursor: object, text: str, parameters: tuple[object, ...], *_: object) -> None:
        if text.startswith("INSERT") and "SELECT" in text:
            selected.append(text)
            assert None not in parameters, text

    sa.event.listen(warehouse._database._engine, "before_cursor_execute", hear)
    for call in CALLS.values():
        call(warehouse, row=row, load=load)
    assert len([text for text in selected if "CAST(NULL AS FLOAT)" in text or "CAST(NULL AS DOUBLE" in text]) > 3


def test_what_is_said_is_t_sql(spoken: list[str], tsql_parser: Parser) -> None:
    tables = ddl()
    assert len(spoken) > 50
    assert any(text.startswith("MERGE") for text in spoken)
    assert {text: faults for text in spoken if (faults := tsql_parser.lint(text, tables))} == {}


def test_tables_and_views_are_t_sql(tsql_parser: Parser) -> None:
    made = ddl()
    faults = {text: said for place, text in enumerate(made) if (said := tsql_parser.lint(text, made[:place]))}
    assert faults == {}


@pytest.mark.nightly
def test_names_and_types_resolve(spoken: list[str], tsql_model: Model) -> None:
    schemas = [f"CREATE SCHEMA [{name}]" for name in ("meta", "core", "mart", "stage")]
    assert tsql_model.faults([*schemas, *ddl()], [text for text in spoken if text not in CATALOGUE]) == []
