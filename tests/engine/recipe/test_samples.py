"""Recipes over real files of the sources."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from yhovi.connectors.base import Column
from yhovi.engine.recipe.apply import Recipe, apply
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.signatures import bind, check_recipe


def read(path: Path, columns: Sequence[Column]) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header, *records = csv.reader(lines)
    cells = {name.strip(): column for name, column in zip(header, zip(*records, strict=True), strict=True)}
    return pa.table(
        {
            column.name: pa.array([cell.strip() or None for cell in cells[column.name]], pa.string())
            for column in columns
        }
    )


def observed(path: Path, columns: Sequence[Column], recipe: Sequence[tuple[str, Any]], backend: Any) -> list[Any]:
    faults: list[object] = []
    check_recipe(Columns.of(columns), recipe, lambda *fault: faults.append(fault))
    assert faults == []
    steps = [(name, bind(name, arguments)) for name, arguments in recipe]
    frame = apply([read(path, columns)], Recipe(columns, steps), backend=backend)
    return frame.select("area", "time_period", "value", "lower_ci", "status").rows()


def present(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value for value in row if value is not None and value == value)  # noqa: PLR0124


def test_nomis_says_why_a_number_is_missing(samples: Path, backend: Any) -> None:
    columns = [
        *(Column(name) for name in ("DATE", "GEOGRAPHY_CODE", "VARIABLE_NAME", "OBS_STATUS_NAME")),
        Column(
            "OBS_VALUE",
            "number",
            status_from="OBS_STATUS_NAME",
            markers=(("These figures are missing.", "suppressed"),),
        ),
    ]
    recipe = [
        ("keep", "VARIABLE_NAME in ('% with NVQ4+ - aged 16-64', '% with NVQ4+ - males aged 16-64')"),
        ("period", {"from": "DATE", "as": "year_ending_month"}),
        (
            "observe",
            {"area": "GEOGRAPHY_CODE", "value": "OBS_VALUE", "breakdown": "VARIABLE_NAME"},
        ),
    ]
    path = samples / "nomis" / "NM_17_5_aps_qualifications_kirklees_missing_values.csv"
    rows = observed(path, columns, recipe, backend)
    assert [present(row) for row in rows] == [("E08000034", "2024-10-01/P1Y", "suppressed")] * 2


def test_fingertips_prints_many_series_in_one_file(samples: Path, backend: Any) -> None:
    texts = ("Indicator ID", "Area Code", "Sex", "Category Type", "Time period", "Value note")
    columns = [
        *(Column(name) for name in texts),
        Column("Value", "number", status_from="Value note"),
        Column("Lower CI 95.0 limit", "number"),
    ]
    recipe = [
        ("keep", "`Indicator ID` == '92659' and Sex == 'Persons' and `Category Type` is missing"),
        ("period", {"from": "Time period", "as": "calendar_year"}),
        ("observe", {"area": "Area Code", "value": "Value", "lower_ci": "Lower CI 95.0 limit", "note": "Value note"}),
    ]
    rows = observed(samples / "fingertips" / "indicators-DistrictUApre419.data.csv", columns, recipe, backend)
    england = [present(row) for row in rows if row[0] == "E92000001"]
    assert england == [("E92000001", "2015-01-01/P1Y", 20.7794109446012)]
    assert len(rows) == 334
