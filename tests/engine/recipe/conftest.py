"""Tables drawn as text, in and out; a test that asks for a ``backend`` runs on every frame engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from yhovi.connectors.base import Column
from yhovi.engine.recipe.cells import type_columns
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.signatures import bind
from yhovi.engine.recipe.steps import STEPS, StepContext

BACKENDS = ("pandas", "polars", "pyarrow")

Frame = nw.DataFrame[Any]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", BACKENDS)


def drawn(text: str) -> pa.Table:
    """The table that a drawing shows: cells between bars, headers in the first line, an empty cell is a missing one."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    columns = list(zip(*lines, strict=True)) or [()] * len(header)
    cells = [pa.array([cell or None for cell in column], pa.string()) for column in columns]
    return pa.table(cells, names=header)


def shown(frame: Frame) -> str:
    """A frame as a drawing, its columns as wide as they need to be, its rows in their order."""
    header = list(frame.columns)
    rows = [header, *([_cell(value) for value in row] for row in frame.rows())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(header))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.12g}"  # noqa: PLR0124
    return "" if value is None else str(value)


def neat(text: str) -> str:
    """A drawing as ``shown`` would draw it."""
    return shown(nw.from_native(drawn(text), eager_only=True))


@pytest.fixture(scope="session")
def table() -> Callable[[str], pa.Table]:
    return drawn


@pytest.fixture(scope="session")
def show() -> Callable[[Frame], str]:
    return shown


@pytest.fixture(scope="session")
def show_filled() -> Callable[[Frame], str]:
    """A drawing without the columns that are empty."""

    def show(frame: Frame) -> str:
        return shown(frame.select([name for name in frame.columns if not frame[name].is_null().all()]))

    return show


@pytest.fixture(scope="session")
def tidy() -> Callable[[str], str]:
    return neat


@pytest.fixture(scope="session")
def typed() -> Callable[[str, Sequence[Column], Any], Frame]:
    """A drawing as a frame of one engine, its number columns typed."""

    def make(text: str, columns: Sequence[Column], backend: Any) -> Frame:
        return nw.from_arrow(type_columns(drawn(text), columns), backend=backend)

    return make


@pytest.fixture(scope="session")
def step(typed: Callable[[str, Sequence[Column], Any], Frame]) -> Callable[..., Frame]:
    """One step run on a drawing, with those of the columns that are drawn, and all groups."""

    def run(name: str, arguments: Any, text: str, columns: Sequence[Column], backend: Any) -> Frame:
        headers = drawn(text).column_names
        known = [column for column in columns if column.pattern or column.name in headers]
        bound: Mapping[str, Any] = bind(name, arguments)
        return STEPS[name](typed(text, known, backend), bound, StepContext(Columns.of(known)))

    return run
