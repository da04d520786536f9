"""Whole recipes over tables that come in batches."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.recipe.apply import Recipe, apply
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.signatures import bind, check_recipe

from support.properties import tried

Draw = Callable[..., str]
Table = Callable[[str], pa.Table]

MISSING = "These figures are missing."
RATES = [
    *(Column(name) for name in ("GEOGRAPHY_CODE", "DATE", "MEASURES_NAME", "OBS_STATUS_NAME")),
    Column("OBS_VALUE", "number", unit="percent", status_from="OBS_STATUS_NAME", markers=((MISSING, "suppressed"),)),
]
RATES_RECIPE = [
    ("keep", "GEOGRAPHY_CODE starts with 'E08'"),
    ("period", {"from": "DATE", "as": "year_ending_month"}),
    (
        "pivot",
        {
            "from": "MEASURES_NAME",
            "values": "OBS_VALUE",
            "columns": {"Variable": "rate", "Confidence": "half_width"},
            "keys": ["GEOGRAPHY_CODE", "time_period"],
        },
    ),
    ("derive", {"low": "rate - half_width", "high": "rate + half_width"}),
    ("observe", {"area": "GEOGRAPHY_CODE", "value": "rate", "lower_ci": "low", "upper_ci": "high"}),
]
RATES_TABLE = f"""
GEOGRAPHY_CODE | DATE    | MEASURES_NAME | OBS_VALUE | OBS_STATUS_NAME
E08000035      | 2025-09 | Confidence    | 2.5       | Normal Value
E08000035      | 2025-09 | Variable      | 78.5      | Normal Value
E08000034      | 2025-09 | Variable      |           | {MISSING}
E08000034      | 2025-09 | Confidence    |           | {MISSING}
E08000034      | 2024-12 | Variable      | 71        | Normal Value
E08000034      | 2024-12 | Confidence    |           |
K02000001      | 2025-09 | Variable      | 75        | Normal Value
K02000001      | 2025-09 | Variable      | 75        | Normal Value
"""
RATES_RESULT = """
area      | time_period    | breakdown | value | lower_ci | upper_ci | status
E08000034 | 2024-01-01/P1Y | _T        | 71    |          |          |
E08000034 | 2024-10-01/P1Y | _T        |       |          |          | suppressed
E08000035 | 2024-10-01/P1Y | _T        | 78.5  | 76       | 81       |
"""

OUTPUT = [
    *(Column(name) for name in ("LA code", "SIC07")),
    Column("years", "number", pattern=r"\d{4}", unit="gbp_million", markers=(("[c]", "suppressed"),)),
]
OUTPUT_RECIPE = [
    ("keep", "SIC07 == 'Total' and `LA code` is present"),
    ("unpivot", {"columns": "years", "name": "Year", "value": "GVA"}),
    ("period", {"from": "Year", "as": "calendar_year"}),
    ("observe", {"area": "LA code", "value": "GVA", "provisional": "latest_period"}),
]
OUTPUT_TABLE = """
LA code   | SIC07 | 2022  | 2023  | _row
E06000010 | Total | 7,000 | 7,250 | Table 3!5
E06000010 | A (1) | [c]   | 1     | Table 3!6
E06000011 | Total | 9,000 | [c]   | Table 3!7
          | Note  |       |       | Table 3!8
"""
OUTPUT_RESULT = """
area      | time_period    | breakdown | value | status                 | _row
E06000010 | 2022-01-01/P1Y | _T        | 7000  |                        | Table 3!5[2022]
E06000010 | 2023-01-01/P1Y | _T        | 7250  | provisional            | Table 3!5[2023]
E06000011 | 2022-01-01/P1Y | _T        | 9000  |                        | Table 3!7[2022]
E06000011 | 2023-01-01/P1Y | _T        |       | provisional suppressed | Table 3!7[2023]
"""

Steps = Sequence[tuple[str, Any]]


def bound(recipe: Steps) -> list[tuple[str, Any]]:
    return [(name, bind(name, arguments)) for name, arguments in recipe]


@pytest.mark.parametrize(
    ("columns", "recipe", "before", "after"),
    [(RATES, RATES_RECIPE, RATES_TABLE, RATES_RESULT), (OUTPUT, OUTPUT_RECIPE, OUTPUT_TABLE, OUTPUT_RESULT)],
    ids=["rates with confidence intervals", "a workbook with years side by side"],
)
def test_a_recipe_makes_observations_of_tables(  # noqa: PLR0917
    table: Table,
    show_filled: Draw,
    tidy: Draw,
    columns: list[Column],
    recipe: Steps,
    before: str,
    after: str,
    backend: Any,
) -> None:
    faults: list[object] = []
    known = check_recipe(Columns.of(columns), recipe, lambda *fault: faults.append(fault))
    frame = apply([table(before)], Recipe(columns, bound(recipe)), backend=backend)
    assert faults == []
    assert show_filled(frame) == tidy(after)
    assert [name for name in frame.columns if name != "_row"] == list(known)


@tried(25)
@given(cuts=st.lists(st.integers(0, 8), max_size=4).map(sorted))
def test_batches_make_no_difference(table: Table, show_filled: Draw, tidy: Draw, cuts: list[int], backend: Any) -> None:
    whole = table(RATES_TABLE)
    edges = [0, *cuts, len(whole)]
    batches = [whole.slice(start, end - start) for start, end in pairwise(edges)]
    assert show_filled(apply(batches, Recipe(RATES, bound(RATES_RECIPE)), backend=backend)) == tidy(RATES_RESULT)


@tried(25)
@given(order=st.permutations(range(8)))
def test_the_order_of_rows_makes_no_difference(
    table: Table, show_filled: Draw, tidy: Draw, order: list[int], backend: Any
) -> None:
    shuffled = table(RATES_TABLE).take(order)
    assert show_filled(apply([shuffled], Recipe(RATES, bound(RATES_RECIPE)), backend=backend)) == tidy(RATES_RESULT)


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_no_rows_make_an_empty_frame_of_the_same_columns(table: Table, batches: int, backend: Any) -> None:
    empty = table(RATES_TABLE).slice(0, 0)
    frame = apply([empty] * batches, Recipe(RATES, bound(RATES_RECIPE)), backend=backend)
    full = apply([table(RATES_TABLE)], Recipe(RATES, bound(RATES_RECIPE)), backend=backend)
    assert len(frame) == 0
    assert frame.schema == full.schema


def test_a_batch_is_gone_before_the_next_but_one_is_asked_for(backend: Any) -> None:
    """What a long file needs of memory is what the first steps keep, and a batch or two."""
    alive: list[weakref.ref[pa.Table]] = []
    most = 0

    def batches() -> Iterator[pa.Table]:
        nonlocal most
        for number in range(6):
            batch = pa.table({"Area": [str(number)] * 1000, "Year": ["2023"] * 1000, "Value": ["1"] * 1000})
            alive.append(weakref.ref(batch))
            yield batch
            del batch
            gc.collect()
            most = max(most, sum(table() is not None for table in alive))

    recipe = [("keep", "Area == 'none'"), ("observe", {"area": "Area", "value": "Value", "period": "Year"})]
    columns = [Column("Area"), Column("Year"), Column("Value", "number")]
    frame = apply(batches(), Recipe(columns, bound(recipe)), backend=backend)
    assert len(frame) == 0
    assert most <= 1


def test_parts_with_other_columns_are_told_apart_unless_they_are_unpivoted(
    table: Table, show_filled: Draw, tidy: Draw, backend: Any
) -> None:
    parts = [
        table("LA code | SIC07 | 2022\nE06000010 | Total | 1"),
        table("LA code | SIC07 | 2023\nE06000010 | Total | 2"),
    ]
    frame = apply(parts, Recipe(OUTPUT, bound(OUTPUT_RECIPE)), backend=backend)
    assert frame.get_column("time_period").to_list() == ["2022-01-01/P1Y", "2023-01-01/P1Y"]
    recipe = [("observe", {"area": "LA code", "value": "2022", "period": "SIC07"})]
    with pytest.raises(SourceError) as caught:
        apply(parts, Recipe(OUTPUT, bound(recipe)), backend=backend)
    assert caught.value.message == (
        "The parts of this data have different columns: `2022`, `2023`, `_status:2022`, `_status:2023`"
        " are not in all of them."
    )
    assert caught.value.cure == (
        "Unpivot groups of columns before the first step that looks at several rows (pivot, observe)."
    )


def test_engines_agree_on_the_same_rows(table: Table) -> None:
    frames = [
        apply([table(OUTPUT_TABLE)], Recipe(OUTPUT, bound(OUTPUT_RECIPE)), backend=name)
        for name in ("pandas", "polars")
    ]
    assert frames[0].schema == frames[1].schema
    assert isinstance(frames[0], nw.DataFrame)
