"""A warehouse to try things on, and rows and loads to try them with."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from yhovi.engine.warehouse.values import Load, LoadResult, RunStart
from yhovi.engine.warehouse.warehouse import Warehouse

from support.databases import KINDS, Databases, Postgres, made_databases, served
from support.loads import NOW, Row, make_load, make_many, make_row, read_mart


@pytest.fixture(scope="session")
def row() -> Callable[..., Row]:
    return make_row


@pytest.fixture(scope="session")
def many() -> Callable[..., list[Row]]:
    return make_many


@pytest.fixture(scope="session")
def load() -> Callable[..., Load]:
    return make_load


@pytest.fixture(scope="session")
def mart_content() -> Callable[[Path], list[tuple[Any, ...]]]:
    return read_mart


@pytest.fixture(scope="session")
def opened() -> Callable[..., Warehouse]:
    """Opens a warehouse whose run ``run-1`` has begun; in memory unless a URL is given."""

    def open_one(url: str = "sqlite://", *, demo: bool = False) -> Warehouse:
        warehouse = Warehouse.open(url, demo=demo, now=NOW)
        warehouse.start_run(RunStart("run-1", NOW, "yhovi run", "demo" if demo else "live", "0.1.0"))
        return warehouse

    return open_one


@pytest.fixture
def put(row: Callable[..., Row], load: Callable[..., Load]) -> Callable[..., LoadResult]:
    """Loads values of the area A by year, retrieved on a day and committed on another, days counted from NOW."""

    def one(warehouse: Warehouse, retrieved: int, values: dict[int, float], **changes: Any) -> LoadResult:
        committed = NOW + timedelta(days=changes.pop("committed", retrieved))
        moment = NOW + timedelta(days=retrieved)
        batch = load(retrieved_at=moment, committed_at=committed, **{"row_set_hash": f"rows-{retrieved}"} | changes)
        rows = [row("A", year, value, indicator_id=batch.card.indicator_id) for year, value in values.items()]
        return warehouse.load(batch, rows)

    return one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "yhovi.db"


@pytest.fixture
def warehouse(path: Path, opened: Callable[..., Warehouse]) -> Iterator[Warehouse]:
    with opened(f"sqlite:///{path}") as made:
        yield made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with served() as server:
        yield server


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Makes empty databases; whatever uses it is run once on each kind."""
    with made_databases(request.param, tmp_path, request) as make:
        yield make


@pytest.fixture
def anywhere(databases: Databases, opened: Callable[..., Warehouse]) -> Iterator[Warehouse]:
    """A warehouse on each kind of database."""
    with opened(databases()) as made:
        yield made
