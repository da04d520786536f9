"""Rows brought together: aggregate, sum over categories, shares of a group."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from math import fsum
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.recipe.apply import Recipe, apply
from yhovi.engine.recipe.columns import Columns
from yhovi.engine.recipe.signatures import SIGNATURES, bind, check_recipe
from yhovi.engine.recipe.steps import STEPS, StepContext

from support.properties import tried

Run = Callable[..., nw.DataFrame[Any]]
Typed = Callable[..., nw.DataFrame[Any]]
Draw = Callable[..., str]
Fault = tuple[tuple[str | int, ...], str, str, str, str]

MARKERS = (
    ("[c]", "suppressed"),
    ("[x]", "not_available"),
    ("[p]", "provisional"),
    ("[p] 2", "provisional"),
)
COLUMNS = [
    *(Column(name) for name in ("Area", "Year", "Sector", "Gas", "Name")),
    Column("Value", "number", unit="tonnes", markers=MARKERS),
    Column("Other", "number", unit="tonnes", markers=MARKERS),
    Column("Plain", "number", unit="count"),
    Column("People", "number", unit="thousand"),
    Column("Marked", "number", unit="tonnes", status_from="Mark", markers=(("p", "provisional"), ("c", "suppressed"))),
    Column("Mark"),
]


@pytest.mark.parametrize(
    ("name", "arguments", "before", "after"),
    [
        pytest.param(
            "aggregate",
            {"by": ["Area", "Year"], "sum": ["Value", "Plain"], "same": ["People", "Name"]},
            """
            Area | Year | Sector | Value | Plain | People | Name | _row
            b    | 2020 | x      | 1     | 1     | 20     | B    | 2
            a    | 2020 | x      | 1     | 2     | 10     | A    | 3
            a    | 2020 | y      | 2.5   | 3     | 10     | A    | 4
            a    | 2019 | x      | [c]   | 4     |        |      | 5
            a    | 2019 | y      | 2     |       |        |      | 6
            a    | 2019 | z      | [x]   | 6     |        |      | 7
            """,
            """
            Area | Year | Value | _status:Value            | Plain | People | Name | _row
            a    | 2019 |       | not_available suppressed |       |        |      | 5;6;7
            a    | 2020 | 3.5   |                          | 5     | 10     | A    | 3;4
            b    | 2020 | 1     |                          | 1     | 20     | B    | 2
            """,
            id="aggregate: what is missing in a part is missing in the sum",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area"], "sum": "Marked", "same": "Value"},
            """
            Area | Marked | Mark | Value
            a    | 1      |      | [c]
            a    | 2      | p    | [x]
            b    |        | c    | 0
            b    | 3      | p    | 0
            c    | 3      | c    | 1
            c    | 3      |      | 1
            """,
            """
            Area | Marked | _status:Marked         | Value | _status:Value
            a    | 3      | provisional            |       | not_available suppressed
            b    |        | provisional suppressed | 0     |
            c    |        | suppressed             | 1     |
            """,
            id="aggregate: flags are united, placeholders aren't added",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area"], "sum": "Plain"},
            """
            Area | Plain
            a    | 5
            a    | 5
            b    | 7
            b    | 7
            c    | 5
            """,
            """
            Area | Plain
            a    | 10
            b    | 14
            c    | 5
            """,
            id="aggregate: two groups that repeat may be chance",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area"], "sum": "Plain"},
            """
            Area | Plain
            a    | 0
            a    | 0
            b    | 0
            b    | 0
            c    | 0
            c    | 0
            """,
            """
            Area | Plain
            a    | 0
            b    | 0
            c    | 0
            """,
            id="aggregate: nothing and nothing is nothing",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area"], "sum": "Plain"},
            """
            Area | Plain
            a    | 1
            a    | 1
            b    | 2
            b    | 2
            c    | 3
            c    | 3
            d    | 3
            d    | 4
            """,
            """
            Area | Plain
            a    | 2
            b    | 4
            c    | 6
            d    | 7
            """,
            id="aggregate: one group with parts is enough",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area"], "sum": "Value", "same": "Name"},
            """
            Area | Value | Name | _row
            """,
            """
            Area | Value | _status:Value | Name | _row
            """,
            id="aggregate: no rows",
        ),
        pytest.param(
            "sum",
            {"over": "Gas", "of": ["Value", "Plain"], "parts": ["CO2", "CH4"], "by": ["Area", "Year"]},
            """
            Area | Year | Gas | Value | Plain | _row
            a    | 2020 | CO2 | 1     | 1     | 2
            a    | 2020 | CH4 | 2     | 2     | 3
            b    | 2020 | CH4 | 2     |       | 4
            b    | 2020 | CO2 | [c]   | 1     | 5
            c    | 2020 | CO2 | 1     | 1     | 6
            """,
            """
            Area | Year | Value | _status:Value | Plain | _status:Plain | _row
            a    | 2020 | 3     |               | 3     |               | 2;3
            b    | 2020 |       | suppressed    |       | not_available | 5;4
            c    | 2020 |       | not_available |       | not_available | 6
            """,
            id="sum: every part or no sum",
        ),
        pytest.param(
            "sum",
            {"over": "Gas", "of": "Value", "parts": ["CO2", "CH4"], "by": ["Area"], "total": "All"},
            """
            Area | Gas | Value | _row
            a    | CO2 | 0.1   | 2
            a    | CH4 | 0.2   | 3
            a    | All | 0.3   | 4
            b    | CO2 | 1     | 5
            b    | CH4 | [c]   | 6
            b    | All | 3     | 7
            c    | CO2 | 1     | 8
            c    | CH4 | 2     | 9
            c    | All | [x]   | 10
            d    | CO2 | 1     | 11
            d    | CH4 | 2     | 12
            e    | All | 2     | 13
            """,
            """
            Area | Value | _status:Value | _row
            a    | 0.3   |               | 2;3
            b    |       | suppressed    | 5;6
            c    | 3     |               | 8;9
            d    | 3     |               | 11;12
            e    |       | not_available |
            """,
            id="sum: the total is compared where it can be, and never used",
        ),
        pytest.param(
            "sum",
            {
                "over": "Gas",
                "of": "Value",
                "parts": ["CO2", "CH4"],
                "by": ["Area"],
                "total": "All",
                "tolerance": "10%",
                "others": "ignore",
            },
            """
            Area | Gas | Value
            a    | CO2 | 50
            a    | CH4 | 40
            a    | All | 100
            a    | SF6 | 10
            a    |     | 7
            """,
            """
            Area | Value | _status:Value
            a    | 90    |
            """,
            id="sum: a tolerance in per cent, others ignored",
        ),
        pytest.param(
            "sum",
            {"over": "Gas", "of": "Value", "parts": ["CO2", "CH4"], "by": ["Area"], "total": "All", "tolerance": 10},
            """
            Area | Gas | Value
            a    | CO2 | 50
            a    | CH4 | 40
            a    | All | 100
            """,
            """
            Area | Value | _status:Value
            a    | 90    |
            """,
            id="sum: a tolerance in the number's unit",
        ),
        pytest.param(
            "sum",
            {"over": "Gas", "of": "Plain", "parts": ["CO2", "CH4"], "by": ["Area"]},
            """
            Area | Gas | Plain
            """,
            """
            Area | Plain | _status:Plain
            """,
            id="sum: no rows",
        ),
        pytest.param(
            "share",
            {"of": "Value", "within": ["Area", "Year"], "as": "share", "denominator": "all"},
            """
            Area | Year | Sector | Value | _row
            a    | 2020 | x      | 1     | 2
            b    | 2020 | x      | [c]   | 3
            a    | 2020 | y      | 3     | 4
            b    | 2020 | y      | 3     | 5
            c    | 2020 | x      | 0     | 6
            c    | 2020 | y      | 0     | 7
            """,
            """
            Area | Year | Sector | Value | _row | _status:Value | share | _status:share  | all | _status:all
            a    | 2020 | x      | 1     | 2    |               | 0.25  |                | 4   |
            b    | 2020 | x      |       | 3    | suppressed    |       | suppressed     |     | suppressed
            a    | 2020 | y      | 3     | 4    |               | 0.75  |                | 4   |
            b    | 2020 | y      | 3     | 5    |               |       | suppressed     |     | suppressed
            c    | 2020 | x      | 0     | 6    |               |       | not_applicable | 0   |
            c    | 2020 | y      | 0     | 7    |               |       | not_applicable | 0   |
            """,
            id="share: of the sum",
        ),
        pytest.param(
            "share",
            {"of": "Value", "within": ["Area"], "as": "share", "over": "Sector", "total": "All"},
            """
            Area | Sector | Value
            a    | x      | 1
            a    | y      | [c]
            a    | All    | 4
            b    | x      | 1
            b    | All    | [x]
            c    | x      | 1
            d    | x      | [c]
            d    | All    | 0
            """,
            """
            Area | Sector | Value | _status:Value | share | _status:share
            a    | x      | 1     |               | 0.25  |
            a    | y      |       | suppressed    |       | suppressed
            a    | All    | 4     |               | 1     |
            b    | x      | 1     |               |       | not_available
            b    | All    |       | not_available |       | not_available
            c    | x      | 1     |               |       | not_available
            d    | x      |       | suppressed    |       | not_applicable suppressed
            d    | All    | 0     |               |       | not_applicable
            """,
            id="share: of the row of the total",
        ),
        pytest.param(
            "share",
            {"of": "Plain", "within": ["Area"], "as": "share"},
            """
            Area | Plain
            a    | 1
            a    |
            """,
            """
            Area | Plain | share | _status:share
            a    | 1     |       | not_available
            a    |       |       | not_available
            """,
            id="share: of numbers without reasons",
        ),
        pytest.param(
            "share",
            {"of": "Plain", "within": ["Area"], "as": "share", "over": "Sector", "total": "All"},
            """
            Area | Sector | Plain
            """,
            """
            Area | Sector | Plain | share | _status:share
            """,
            id="share: no rows",
        ),
    ],
)
def test_a_step(  # noqa: PLR0917
    step: Run, show: Draw, tidy: Draw, name: str, arguments: Any, before: str, after: str, backend: Any
) -> None:
    made = step(name, arguments, before, COLUMNS, backend)
    assert show(made) == tidy(after)


GASES = {"over": "Gas", "of": "Value", "parts": ["CO2", "CH4"], "by": ["Area"]}


@pytest.mark.parametrize(
    ("name", "arguments", "before", "message", "cure"),
    [
        pytest.param(
            "aggregate",
            {"by": ["Area", "Year"], "sum": "Value"},
            """
            Area | Year | Value | _row
            a    |      | 1     | 2
            a    | 2020 | 1     | 3
            b    |      | 1     | 4
            """,
            "`Year` is blank in 2 rows (rows 2 and 4).",
            'If they are no data, drop them before: keep: "`Year` is present".',
            id="aggregate: a blank key",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area", "Year"], "same": "People"},
            """
            Area | Year | People | _row
            a    | 2020 | 257.7  | 2
            a    | 2020 | 258    | 3
            a    | 2020 | 257.7  | 4
            a    | 2020 |        | 5
            b    | 2020 |        | 6
            b    | 2020 | 0      | 7
            """,
            "`People` isn't the same in all rows of a, 2020: 257.7 (rows 2 and 4); 258 (row 3); missing (row 5),"
            " and so it is in 1 other group.",
            "If these are parts, use sum.",
            id="aggregate: numbers that differ, or are there in some rows only",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area"], "same": "Name"},
            """
            Area | Name
            a    | u
            a    | v
            a    | w
            a    | x
            """,
            "`Name` isn't the same in all rows of a: 'u'; 'v'; 'w' ….",
            "Name `Name` under by, or leave it out.",
            id="aggregate: texts that differ",
        ),
        pytest.param(
            "aggregate",
            {"by": ["Area", "Year"], "sum": ["Value", "People"]},
            """
            Area | Year | Value | People
            a    | 2019 | 1     |
            a    | 2019 | 2     |
            b    | 2019 | 1     | 257.7
            b    | 2019 | 2     | 257.7
            b    | 2019 | 3     | 257.7
            b    | 2020 | 1     | 258
            b    | 2020 | 2     | 258
            c    | 2020 | 1     | 300
            c    | 2020 | 2     | 300
            d    | 2020 | 2     | 100
            """,
            "`People` is the same in every row of each group (for example 257.7 in 3 rows of b, 2019):"
            " it repeats, it isn't parts.",
            "Take it with same: aggregate: {by: …, same: People}.",
            id="aggregate: a number that repeats",
        ),
        pytest.param(
            "sum",
            {**GASES, "of": "People"},
            """
            Area | Gas | People
            a    | CO2 | 1
            a    | CH4 | 1
            b    | CO2 | 2
            b    | CH4 | 2
            c    | CO2 | 3
            c    | CH4 | 3
            d    | CH4 | 4
            """,
            "`People` is the same in every row of each group (for example 1 in 2 rows of a):"
            " it repeats, it isn't parts.",
            "Take it with same: aggregate: {by: …, same: People}.",
            id="sum: a number that repeats",
        ),
        pytest.param(
            "share",
            {"of": "People", "within": ["Area"], "as": "share"},
            """
            Area | Gas | People
            a    | CO2 | 1
            a    | CH4 | 1
            b    | CO2 | 2
            b    | CH4 | 2
            c    | CO2 | 3
            c    | CH4 | 3
            """,
            "`People` is the same in every row of each group (for example 1 in 2 rows of a):"
            " it repeats, it isn't parts.",
            "Take it with same: aggregate: {by: …, same: People}.",
            id="share: a number that repeats",
        ),
        pytest.param(
            "sum",
            GASES,
            """
            Area | Gas | Value | _row
            a    | CO2 | 1     | 2
            a    | CH4 | 2     | 3
            a    | SF6 | 2     | 4
            """,
            "`Gas` holds 'SF6' (row 4), which is neither a part nor the total.",
            "Name it under parts, drop its rows with keep, or drop all other categories with others: ignore.",
            id="sum: another category",
        ),
        pytest.param(
            "sum",
            GASES,
            """
            Area | Gas | Value | _row
            a    | CO2 | 1     | 2
            a    | CH4 | 2     | 3
            a    |     | 2     | 4
            """,
            "`Gas` is blank in 1 row (row 4), which is neither a part nor the total.",
            "Name it under parts, drop its rows with keep, or drop all other categories with others: ignore.",
            id="sum: a blank category",
        ),
        pytest.param(
            "sum",
            {**GASES, "total": "All", "others": "ignore"},
            """
            Area | Gas | Value
            a    | CO2 | 1
            a    | ch4 | 2
            """,
            "`Gas` never says 'CH4', 'All'.",
            "It says 'CO2', 'ch4'. Compare this with the categories in the recipe.",
            id="sum: a category that is gone",
        ),
        pytest.param(
            "sum",
            GASES,
            """
            Area | Gas | Value
            a    | CO2 | 1
            a    | CO2 | 2
            a    | CH4 | 2
            a    | CH4 | 2
            a    | CH4 | 3
            b    | CO2 | 1
            b    | CO2 | 1
            c    | CO2 | 1
            c    | CO2 | 1
            d    | CO2 | 1
            """,
            "Several rows have the same `Area`, `Gas`: 'a', 'CH4' (3 rows); 'a', 'CO2' (2 rows); 'b', 'CO2' (2 rows);"
            " 1 other combination.",
            "Name the column that tells these rows apart too, or keep one kind of them before this step.",
            id="sum: a part twice",
        ),
        pytest.param(
            "sum",
            GASES,
            """
            Area | Gas | Value
                 | CO2 | 1
            a    | CH4 | 2
            """,
            "`Area` is blank in 1 row.",
            'If they are no data, drop them before: keep: "`Area` is present".',
            id="sum: a blank key",
        ),
        pytest.param(
            "sum",
            {**GASES, "total": "All", "tolerance": "0.5%"},
            """
            Area | Gas | Value
            a    | CO2 | 100
            a    | CH4 | 200
            a    | All | 301.5
            b    | CO2 | 100
            b    | CH4 | 200
            b    | All | 301.6
            c    | CO2 | -100
            c    | CH4 | 200
            c    | All | -100
            """,
            "The parts of `Value` don't make the total: 300 in place of 301.6 in b; 100 in place of -100 in c.",
            "Look for a part that isn't in the list, or is in another one too; if the publisher rounds, allow for it:"
            " tolerance: 0.5%.",
            id="sum: another total, with a tolerance",
        ),
        pytest.param(
            "sum",
            {**GASES, "total": "All"},
            """
            Area | Gas | Value
            a    | CO2 | 0.1
            a    | CH4 | 0.2
            a    | All | 0.30000001
            """,
            "The parts of `Value` don't make the total: 0.30000000000000004 in place of 0.30000001 in a.",
            "Look for a part that isn't in the list, or is in another one too; if the publisher rounds, allow for it:"
            " tolerance: 0.5%.",
            id="sum: another total, without a tolerance",
        ),
        pytest.param(
            "share",
            {"of": "Value", "within": ["Area"], "as": "share", "over": "Sector", "total": "All"},
            """
            Area | Sector | Value
            a    | All    | 1
            a    | All    | 2
            """,
            "Several rows have the same `Area`, `Sector`: 'a', 'All' (2 rows).",
            "Name the column that tells these rows apart too, or keep one kind of them before this step.",
            id="share: two totals",
        ),
        pytest.param(
            "share",
            {"of": "Value", "within": ["Area"], "as": "share", "over": "Sector", "total": "All"},
            """
            Area | Sector | Value
            a    | all    | 1
            """,
            "`Sector` never says 'All'.",
            "It says 'all'. Compare this with the categories in the recipe.",
            id="share: no total anywhere",
        ),
        pytest.param(
            "share",
            {"of": "Value", "within": ["Area"], "as": "share", "over": "Sector", "total": "All"},
            """
            Area | Sector | Value | _row
            a    |        | 1     | 2
            """,
            "`Sector` is blank in 1 row (row 2).",
            'If they are no data, drop them before: keep: "`Sector` is present".',
            id="share: a blank category",
        ),
    ],
)
def test_data_that_a_step_cannot_work_on_is_explained(
    step: Run, name: str, arguments: Any, before: str, message: str, cure: str, backend: Any
) -> None:
    with pytest.raises(SourceError) as caught:
        step(name, arguments, before, COLUMNS, backend)
    assert (caught.value.message, caught.value.cure) == (message, cure)


HEADER = ("Area", "Year", "Gas", "Value", "Plain")
amounts = st.sampled_from(["0.1", "0.2", "0.3", "1e16", "-1e16", "7", "[c]", "[x]", "[p] 2", ""])
keyed = st.tuples(st.sampled_from("ab"), st.sampled_from(["2019", "2020"]), st.sampled_from(["CO2", "CH4"]))
uneven = st.tuples(keyed, amounts, st.integers(-5, 5))
unique_rows = st.lists(uneven, unique_by=lambda row: row[0], min_size=1, max_size=8)
any_rows = st.lists(uneven, min_size=1, max_size=9)


def drawing(rows: Sequence[tuple[tuple[str, str, str], str, int]]) -> str:
    """A table of these rows, and one that keeps sums from looking like repeated numbers."""
    lines = [(*key, value, str(plain)) for key, value, plain in rows]
    lines += [("z", "2020", gas, value, value) for gas, value in (("CO2", "1"), ("CH4", "2"))]
    return "\n".join(map(" | ".join, [HEADER, *lines]))


STEPS_OF_GROUPS = [
    ("aggregate", {"by": ["Area", "Year"], "sum": ["Value", "Plain"]}),
    ("sum", {"over": "Gas", "of": ["Value", "Plain"], "parts": ["CO2", "CH4"], "by": ["Area", "Year"]}),
    ("share", {"of": "Value", "within": ["Area", "Year"], "as": "share", "denominator": "all"}),
]


def said(frame: nw.DataFrame[Any]) -> list[str]:
    """The rows of a frame, in an order that is theirs alone, with every digit."""
    cells = ([None if value != value else value for value in row] for row in frame.rows())  # noqa: PLR0124
    return sorted(map(repr, map(tuple, cells)))


@pytest.mark.parametrize(("name", "arguments"), STEPS_OF_GROUPS)
@tried(25)
@given(st.data())
def test_the_order_of_rows_does_not_matter(step: Run, name: str, arguments: Any, backend: Any, data: Any) -> None:
    rows = data.draw(unique_rows if name == "sum" else any_rows)
    shuffled = data.draw(st.permutations(rows))
    made = [step(name, arguments, drawing(order), COLUMNS, backend) for order in (rows, shuffled)]
    assert said(made[0]) == said(made[1])


@pytest.mark.parametrize(("name", "arguments"), STEPS_OF_GROUPS)
@tried(25)
@given(st.data())
def test_engines_agree_to_the_last_digit(step: Run, name: str, arguments: Any, data: Any) -> None:
    rows = data.draw(unique_rows if name == "sum" else any_rows)
    made = [step(name, arguments, drawing(rows), COLUMNS, backend) for backend in ("pandas", "polars")]
    assert said(made[0]) == said(made[1])
    assert made[0].schema == made[1].schema


@pytest.mark.parametrize(("name", "arguments"), STEPS_OF_GROUPS)
@tried(25)
@given(st.data())
def test_the_frame_has_the_columns_that_its_signature_says(
    step: Run, name: str, arguments: Any, backend: Any, data: Any
) -> None:
    rows = data.draw(unique_rows if name == "sum" else any_rows)
    made = step(name, arguments, drawing(rows), COLUMNS, backend)
    known = Columns.of(column for column in COLUMNS if column.name in HEADER)
    columns = SIGNATURES[name].infer(known, bind(name, arguments), lambda *fault: pytest.fail(str(fault)))
    companions = [column.status_from for column in columns.values() if column.status_from]
    markers = ["_status:Value"] if name == "share" else []
    assert sorted(made.columns) == sorted({*columns, *companions, *markers})


@tried(25)
@given(any_rows)
def test_sums_are_those_of_plain_python(step: Run, backend: Any, rows: Any) -> None:
    made = step("aggregate", {"by": ["Area", "Year"], "sum": ["Value", "Plain"]}, drawing(rows), COLUMNS, backend)
    parts: dict[tuple[str, str], list[str]] = {("z", "2020"): ["1", "2"]}
    for (area, year, _), value, _ in rows:
        parts.setdefault((area, year), []).append(value)
    known = {key: [number(text) for text in texts] for key, texts in parts.items()}
    expected = {
        key: None if None in numbers else fsum(each for each in numbers if each is not None)
        for key, numbers in known.items()
    }
    found = zip(*(made[name].to_list() for name in ("Area", "Year")), values(made, "Value"), strict=True)
    assert {(area, year): value for area, year, value in found} == expected


def number(text: str) -> float | None:
    return None if text in {"", "[c]", "[x]", "[p] 2"} else float(text)


def values(frame: nw.DataFrame[Any], name: str) -> list[float | None]:
    return [None if value is None or value != value else value for value in frame[name].to_list()]  # noqa: PLR0124


BY = ["Area", "Year"]
SUM = {"by": BY, "sum": "Value"}


def run(frame: nw.DataFrame[Any], *steps: tuple[str, Any]) -> nw.DataFrame[Any]:
    columns = Columns.of(column for column in COLUMNS if column.name in frame.columns)
    for name, arguments in steps:
        bound = bind(name, arguments)
        frame = STEPS[name](frame, bound, StepContext(columns))
        columns = SIGNATURES[name].infer(columns, bound, lambda *fault: pytest.fail(str(fault)))
    return frame


def typed_rows(typed: Typed, rows: Any, backend: Any) -> nw.DataFrame[Any]:
    return typed(drawing(rows), [column for column in COLUMNS if column.name in HEADER], backend)


@tried(25)
@given(unique_rows)
def test_a_sum_over_parts_is_the_aggregate_where_all_parts_are_there(typed: Typed, backend: Any, rows: Any) -> None:
    frame = typed_rows(typed, rows, backend)
    gases = {"over": "Gas", "of": "Value", "parts": ["CO2", "CH4"], "by": BY}
    over = run(frame, ("sum", gases))
    kept = run(frame, ("keep", "Gas in ('CO2', 'CH4')"), ("aggregate", SUM))
    whole = {key for key, *_ in rows}
    complete = [{(area, year, "CO2"), (area, year, "CH4")} <= whole or area == "z" for area, year, *_ in over.rows()]
    assert said(over.filter(complete)) == said(kept.filter(complete))
    assert all(value is None for value in values(over.filter([not full for full in complete]), "Value"))


@tried(25)
@given(any_rows, st.sampled_from(["Area == 'a'", "Year != '2019' and Area != 'b'", "Area in ('a', 'b')"]))
def test_keep_on_a_key_may_come_before_or_after(typed: Typed, backend: Any, rows: Any, condition: str) -> None:
    frame = typed_rows(typed, rows, backend)
    before = run(frame, ("keep", condition), ("aggregate", SUM))
    after = run(frame, ("aggregate", SUM), ("keep", condition))
    assert said(before) == said(after)


@tried(25)
@given(any_rows)
def test_rename_may_come_before_or_after(typed: Typed, backend: Any, rows: Any) -> None:
    frame = typed_rows(typed, rows, backend)
    names = {"Area": "area", "Value": "emissions"}
    before = run(frame, ("rename", names), ("aggregate", {"by": ["area", "Year"], "sum": "emissions"}))
    after = run(frame, ("aggregate", SUM), ("rename", names))
    assert before.columns == after.columns
    assert said(before) == said(after)


@tried(25)
@given(any_rows)
def test_shares_of_a_group_make_one(typed: Typed, backend: Any, rows: Any) -> None:
    frame = typed_rows(typed, [(key, str(abs(plain)), plain) for key, _, plain in rows], backend)
    made = run(frame, ("share", {"of": "Value", "within": BY, "as": "share"}))
    shares: dict[tuple[str, str], list[float | None]] = {}
    for area, year, share in zip(made["Area"].to_list(), made["Year"].to_list(), values(made, "share"), strict=True):
        shares.setdefault((area, year), []).append(share)
    for group in shares.values():
        known = [share for share in group if share is not None]
        assert known == [] or fsum(known) == pytest.approx(1)


def test_shares_stand_beside_their_rows_after_others_are_dropped(
    typed: Typed, show: Draw, tidy: Draw, backend: Any
) -> None:
    before = """
        Area | Sector | Plain
        b    | x      | 1
        a    | All    | 4
        a    | x      | 1
        b    | All    | 4
        a    | y      | 3
        b    | y      | 7
        """
    frame = typed(before, [column for column in COLUMNS if column.name in ("Area", "Sector", "Plain")], backend)
    made = run(frame, ("keep", "Sector != 'All'"), ("share", {"of": "Plain", "within": ["Area"], "as": "share"}))
    after = """
        Area | Sector | Plain | share | _status:share
        b    | x      | 1     | 0.125 |
        a    | x      | 1     | 0.25  |
        a    | y      | 3     | 0.75  |
        b    | y      | 7     | 0.875 |
        """
    assert show(made) == tidy(after)


KNOWN = Columns.of(
    [
        *(Column(name) for name in ("Area", "Year", "Name")),
        Column("Sector", whole=("Total", "All")),
        Column("Sex", whole=("Persons",)),
        Column("Jobs", "number", unit="thousand", measure="count", markers=(("[c]", "suppressed"),)),
        Column("Weight", "number", unit="kilotonnes"),
        Column("People", "number", unit="thousand", measure="count", once_per=("Area", "Year")),
        Column("Rate", "number", unit="percent"),
        Column("Pay", "number", unit="gbp", measure="median"),
        Column("Density", "number", unit="persons_per_km2"),
        Column("Index", "number", unit="index"),
        Column("Age", "number", unit="years"),
        Column("Untold", "number"),
    ]
)
KEPT = ("keep", "Sector not in ('Total', 'All') and Sex == 'Men'")


def checked(*steps: tuple[str, Any]) -> tuple[Columns, list[Fault]]:
    faults: list[Fault] = []

    def report(at: tuple[str | int, ...], code: str, found: str, allowed: str = "", cure: str = "") -> None:
        if code != "observe-missing":
            faults.append((at, code, found, allowed, cure))

    return check_recipe(KNOWN, steps, report), faults


@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("aggregate", {"by": ["a"], "sum": "b"}, True),
        ("aggregate", {"by": ["a"], "sum": ["b", "c"], "same": ["d"]}, True),
        ("aggregate", {"by": "a", "sum": "b"}, False),
        ("aggregate", {"by": [], "sum": "b"}, False),
        ("aggregate", {"by": ["a"], "sum": []}, False),
        ("aggregate", {"by": ["a"], "sum": ["b", "b"]}, False),
        ("aggregate", {"sum": "b"}, False),
        ("sum", {"over": "a", "of": "b", "parts": ["c", "d"], "by": ["e"], "total": "f", "tolerance": "0.5%"}, True),
        ("sum", {"over": "a", "of": ["b"], "parts": ["c", "d"], "by": ["e"], "total": "f", "tolerance": 2}, True),
        ("sum", {"over": "a", "of": "b", "parts": ["c", "d"], "by": ["e"], "total": "f", "tolerance": -2}, False),
        ("sum", {"over": "a", "of": "b", "parts": ["c", "d"], "by": ["e"], "total": "f", "tolerance": "2"}, False),
        ("sum", {"over": "a", "of": "b", "parts": ["c"], "by": ["e"]}, False),
        ("sum", {"over": "a", "of": "b", "parts": ["c", "d"], "by": ["e"], "others": "blank"}, False),
        ("sum", {"over": "a", "of": "b", "parts": ["c", "d"]}, False),
        ("share", {"of": "a", "within": ["b"], "as": "c", "over": "d", "total": "e", "denominator": "f"}, True),
        ("share", {"of": "a", "within": [], "as": "c"}, False),
        ("share", {"of": ["a"], "within": ["b"], "as": "c"}, False),
        ("share", {"of": "a", "within": ["b"]}, False),
    ],
)
def test_arguments_are_told_from_others_by_their_schema(name: str, arguments: Any, *, allowed: bool) -> None:
    assert Draft202012Validator(SIGNATURES[name].argument_schema).is_valid(arguments) is allowed


def test_steps_that_look_at_several_rows_are_run_on_all_of_them() -> None:
    assert [SIGNATURES[name].rowwise for name in ("aggregate", "sum", "share")] == [False] * 3


@pytest.mark.parametrize(
    ("steps", "made"),
    [
        (
            [KEPT, ("aggregate", {"by": ["Area", "Year"], "sum": ["Jobs", "Weight"], "same": ["People", "Rate"]})],
            [
                Column("Area"),
                Column("Year"),
                Column("Jobs", "number", unit="thousand", measure="count", status_from="_status:Jobs"),
                Column("Weight", "number", unit="kilotonnes"),
                Column("People", "number", unit="thousand", measure="count"),
                Column("Rate", "number", unit="percent"),
            ],
        ),
        (
            [("aggregate", {"by": ["Area", "Year", "Sector"], "sum": "Jobs", "same": ["People", "Sex"]})],
            [
                Column("Area"),
                Column("Year"),
                KNOWN["Sector"],
                Column("Jobs", "number", unit="thousand", measure="count", status_from="_status:Jobs"),
                Column("People", "number", unit="thousand", measure="count", once_per=("Area", "Year")),
                KNOWN["Sex"],
            ],
        ),
        (
            [("aggregate", {"by": ["Area"], "same": ["Name", "Untold"]})],
            [Column("Area"), Column("Name"), Column("Untold", "number")],
        ),
        (
            [
                KEPT,
                ("sum", {"over": "Sector", "of": "Weight", "parts": ["a", "b"], "by": ["Area", "Year"]}),
            ],
            [
                Column("Area"),
                Column("Year"),
                Column("Weight", "number", unit="kilotonnes", status_from="_status:Weight"),
            ],
        ),
        (
            [
                ("sum", {"over": "Sector", "of": ["Jobs"], "parts": ["a", "b"], "by": ["Area", "Sex"], "total": "All"}),
            ],
            [
                Column("Area"),
                KNOWN["Sex"],
                Column("Jobs", "number", unit="thousand", measure="count", status_from="_status:Jobs"),
            ],
        ),
        (
            [
                KEPT,
                ("share", {"of": "Jobs", "within": ["Area", "Year"], "as": "share", "denominator": "all"}),
                ("rename", {"share": "part"}),
            ],
            [
                *(column for column in checked(KEPT)[0].values()),
                Column("part", "number", unit="fraction", measure="proportion", status_from="_status:share"),
                Column(
                    "all",
                    "number",
                    unit="thousand",
                    measure="count",
                    status_from="_status:all",
                    once_per=("Area", "Year"),
                ),
            ],
        ),
        (
            [("share", {"of": "Jobs", "within": ["Area", "Sex"], "as": "share", "over": "Sector", "total": "All"})],
            [
                *KNOWN.values(),
                Column("share", "number", unit="fraction", measure="proportion", status_from="_status:share"),
            ],
        ),
    ],
)
def test_a_step_makes_exactly_these_columns(steps: list[tuple[str, Any]], made: list[Column]) -> None:
    columns, faults = checked(*steps)
    assert faults == []
    assert list(columns.values()) == made


def overlap(name: str, labels: str, first: str, role: str) -> tuple[str, str, str, str]:
    return (
        "overlapping-categories",
        f"`{name}` has {labels} beside its parts, and this adds them up.",
        "rows that don't contain each other",
        f"Keep one or the other before: keep: \"`{name}` != '{first}'\"; or name it under {role}.",
    )


def unsummable(name: str, why: str) -> tuple[str, str, str, str]:
    return (
        "not-summable",
        f"`{name}` doesn't add up: {why}.",
        "counts and amounts",
        "Add up what it is made of, its numerator and denominator, and divide after that.",
    )


def unknown(name: str, why: str) -> tuple[str, str, str, str]:
    return (
        "unknown-measure",
        f"It isn't known whether `{name}` adds up: {why}.",
        "a number of a known measure",
        f"Say it in source.columns (measure), or with a step before: declare: {{{name}: {{type: …}}}}.",
    )


REPEATED = (
    "repeated-values",
    "`People` is one number for each `Area` and `Year`, printed on several rows.",
    "numbers that are parts",
    "Take it with same: aggregate: {by: …, same: People}.",
)
A_NUMBER = (
    "kind-mismatch",
    "`Name` is a column of texts.",
    "a column of numbers",
    "Make it a number first: number: {column: Name}.",
)
A_TEXT = (
    "kind-mismatch",
    "`Jobs` is a column of numbers.",
    "a column of texts",
    "Numbers are made of text by the step number; use the column before it.",
)
SECTORS = {"over": "Sector", "of": "Jobs", "parts": ["a", "b"], "by": ["Area", "Sex"]}


def two_roles(name: str, first: str, second: str) -> tuple[str, str, str, str]:
    found = f"`{name}` stands under {first} and under {second}."
    return ("two-roles", found, "each column once", "Drop it from one of the two.")


@pytest.mark.parametrize(
    ("steps", "faults"),
    [
        (
            [("aggregate", {"by": ["Area"]})],
            [
                (
                    (),
                    "nothing-to-combine",
                    "The step says neither sum nor same.",
                    "at least one of them",
                    "Name the numbers to add up under sum, and what doesn't vary within a group under same.",
                )
            ],
        ),
        (
            [
                KEPT,
                (
                    "aggregate",
                    {
                        "by": ["Area"],
                        "sum": ["Rate", "Pay", "Density", "Index", "Age", "Untold", "People", "Name"],
                    },
                ),
            ],
            [
                (("sum", 0), *unsummable("Rate", "its unit is percent")),
                (("sum", 1), *unsummable("Pay", "its measure is median")),
                (("sum", 2), *unsummable("Density", "its unit is persons_per_km2")),
                (("sum", 3), *unsummable("Index", "its unit is index")),
                (("sum", 4), *unknown("Age", "its unit is years")),
                (("sum", 5), *unknown("Untold", "neither its measure nor its unit is known")),
                (("sum", 6), *REPEATED),
                (("sum", 7), *A_NUMBER),
            ],
        ),
        (
            [("aggregate", {"by": ["Area", "Jobs"], "sum": "Weight", "same": "Area"})],
            [
                (("same",), *two_roles("Area", "by", "same")),
                (("by", 1), *A_TEXT),
                (("sum",), *overlap("Sector", "'Total' and 'All'", "Total", "by")),
                (("sum",), *overlap("Sex", "'Persons'", "Persons", "by")),
            ],
        ),
        (
            [
                ("keep", "Sector != 'Total' and Sex == 'Men'"),
                ("aggregate", {"by": ["Area"], "sum": "Weight"}),
            ],
            [(("sum",), *overlap("Sector", "'All'", "All", "by"))],
        ),
        (
            [("sum", {**SECTORS, "parts": ["a", "Total"], "by": ["Area"], "of": ["Jobs", "Rate", "People"]})],
            [
                (
                    ("parts", 1),
                    "overlapping-categories",
                    "The part 'Total' contains the others.",
                    "parts without their total",
                    "Drop it from parts; to compare the sum with it, write total: Total.",
                ),
                (("of", 1), *unsummable("Rate", "its unit is percent")),
                (("of", 2), *REPEATED),
                (("of",), *overlap("Sex", "'Persons'", "Persons", "by")),
            ],
        ),
        (
            [("sum", {**SECTORS, "total": "b"})],
            [
                (
                    ("parts", 1),
                    "overlapping-categories",
                    "The part 'b' contains the others.",
                    "parts without their total",
                    "Drop it from parts; to compare the sum with it, write total: b.",
                )
            ],
        ),
        (
            [("sum", {**SECTORS, "tolerance": 1, "by": ["Area", "Sector", "Sex", "Jobs"]})],
            [
                (("by", 1), *two_roles("Sector", "over", "by")),
                (("by", 3), *two_roles("Jobs", "of", "by")),
                (
                    ("tolerance",),
                    "tolerance-without-total",
                    "There is no total to compare with.",
                    "with total",
                    "Name the category of the total, or drop tolerance.",
                ),
                (("by", 3), *A_TEXT),
            ],
        ),
        (
            [("sum", {**SECTORS, "over": "Jobs", "of": "Weight", "by": ["Area", "Sex", "Sector"]})],
            [(("over",), *A_TEXT)],
        ),
        (
            [("share", {"of": "Rate", "within": ["Area"], "as": "Year", "over": "Sector"})],
            [
                (
                    ("over",),
                    "over-and-total",
                    "The step says over without total.",
                    "both or neither",
                    "Say both: over: Sector, total: Total; or neither, for shares of the sum.",
                ),
                (("of",), *unsummable("Rate", "its unit is percent")),
                (("of",), *overlap("Sex", "'Persons'", "Persons", "within")),
                (("as",), "duplicate-column", "There is a column `Year` already.", "a new name", ""),
            ],
        ),
        (
            [
                KEPT,
                (
                    "share",
                    {"of": "Jobs", "within": ["Area", "Jobs"], "as": "share", "total": "All", "denominator": "share"},
                ),
            ],
            [
                (("within", 1), *two_roles("Jobs", "of", "within")),
                (
                    ("total",),
                    "over-and-total",
                    "The step says total without over.",
                    "both or neither",
                    "Say both: over: Sector, total: Total; or neither, for shares of the sum.",
                ),
                (("within", 1), *A_TEXT),
                (("denominator",), "duplicate-column", "There is a column `share` already.", "a new name", ""),
            ],
        ),
        (
            [
                ("aggregate", {"by": ["area"], "sum": ["jobs"], "same": ["people"]}),
                ("sum", {"over": "area", "of": "jobs", "parts": ["a", "b"], "by": ["people"]}),
                ("share", {"of": "jobs", "within": ["people"], "as": "share"}),
            ],
            [],
        ),
    ],
)
def test_a_fault_is_told_with_its_place(steps: list[tuple[str, Any]], faults: list[Fault]) -> None:
    place, (name, _) = len(steps) - 1, steps[-1]
    told = [fault for fault in checked(*steps)[1] if fault[0][0] == place]
    assert told == [((place, name, *at), *rest) for at, *rest in faults]


def test_one_fault_does_not_make_others() -> None:
    _, faults = checked(
        ("aggregate", {"by": ["Area", "Sector", "Sexx"], "sum": ["job"], "same": ["Sex", "people"]}),
        ("keep", "Sexx == 'a' and job > 1 and people == 'x' and people > 1"),
    )
    assert [(fault[0], fault[1]) for fault in faults] == [
        ((0, "aggregate", "by", 2), "unknown-column"),
        ((0, "aggregate", "sum", 0), "unknown-column"),
        ((0, "aggregate", "same", 1), "unknown-column"),
    ]


def read(path: Path, columns: Sequence[Column]) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        records = list(csv.DictReader(lines))
    names = [column.name for column in columns]
    return pa.table({name: pa.array([record[name] or None for record in records], pa.string()) for name in names})


def observed(path: Path, columns: Sequence[Column], recipe: Sequence[tuple[str, Any]], backend: Any) -> dict[str, Any]:
    faults: list[object] = []
    check_recipe(Columns.of(columns), recipe, lambda *fault: faults.append(fault))
    assert faults == []
    steps = [(name, bind(name, arguments)) for name, arguments in recipe]
    frame = apply([read(path, columns)], Recipe(columns, steps), backend=backend)
    return dict(zip(frame["area"].to_list(), frame["value"].to_list(), strict=True))


AGES = ("Aged 0 to 15", "Aged 16 to 24", "Aged 25 to 49", "Aged 50 to 64", "Aged 65+")


def test_ages_make_the_population(samples: Path, backend: Any) -> None:
    columns = [
        *(Column(name) for name in ("DATE", "GEOGRAPHY_CODE", "GEOGRAPHY_TYPE")),
        Column("C_AGE_NAME", whole=("All Ages",)),
        Column("OBS_VALUE", "number", unit="persons", measure="count"),
    ]
    ages = {"over": "C_AGE_NAME", "of": "OBS_VALUE", "parts": AGES, "total": "All Ages", "others": "ignore"}
    recipe = [
        ("keep", "GEOGRAPHY_TYPE == 'regions' and DATE == '2021'"),
        ("period", {"from": "DATE", "as": "calendar_year"}),
        ("sum", {**ages, "by": ["GEOGRAPHY_CODE", "time_period"]}),
        ("observe", {"area": "GEOGRAPHY_CODE", "value": "OBS_VALUE"}),
    ]
    path = samples / "nomis" / "NM_2002_1_population_lad_region_2021_full_columns.csv"
    assert observed(path, columns, recipe, backend)["E12000001"] == 2646772


def test_jobs_by_section_make_the_jobs_of_a_district(samples: Path, backend: Any) -> None:
    columns = [
        *(Column(name) for name in ("DATE", "GEOGRAPHY_CODE", "INDUSTRY_NAME")),
        Column("OBS_VALUE", "number", unit="count", measure="count"),
    ]
    recipe = [
        ("keep", "DATE == '2015'"),
        ("period", {"from": "DATE", "as": "calendar_year"}),
        ("split", {"column": "INDUSTRY_NAME", "into": ["section", "title"], "by": " : "}),
        ("recode", {"column": "section", "values": {"B": "BDE", "D": "BDE", "E": "BDE"}, "others": "keep"}),
        ("aggregate", {"by": ["GEOGRAPHY_CODE", "time_period", "section"], "sum": "OBS_VALUE"}),
        ("keep", "section == 'BDE'"),
        ("observe", {"area": "GEOGRAPHY_CODE", "value": "OBS_VALUE", "breakdown": "section"}),
    ]
    path = samples / "nomis" / "NM_189_1_bres_industry_section_wy_ny_lads_2015_2021_selected_columns.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        expected = sum(
            float(record["OBS_VALUE"])
            for record in csv.DictReader(lines)
            if (record["DATE"], record["GEOGRAPHY_CODE"]) == ("2015", "E08000032") and record["INDUSTRY_CODE"] in "BDE"
        )
    assert observed(path, columns, recipe, backend)["E08000032"] == expected
