"""Each step on a drawn table: what goes in, what comes out, and what is said of data it can't work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.measures import REASONS

from support.properties import tried

Run = Callable[..., nw.DataFrame[Any]]
Draw = Callable[..., str]

MARKERS = (("[c]", "suppressed"), ("[x]", "not_available"))
TEXTS = [Column(name) for name in ("Area", "Year", "What", "Note", "Why", "Sex")]
COLUMNS = [
    *TEXTS,
    Column("Value", "number", markers=MARKERS),
    Column("Base", "number", markers=MARKERS),
    Column("Low", "number"),
    Column("High", "number"),
    Column("Share", "number", unit="fraction"),
    Column("Rate", "number", unit="percent", markers=MARKERS),
    Column("Persons", "number", unit="persons"),
    Column("years", "number", pattern=r"\d{4}", markers=MARKERS),
    Column("percentiles", "number", pattern=r"(Percentiles )?\d\d", markers=MARKERS),
    Column("births", "number", pattern=r"Births (\d{4})\d?", markers=MARKERS),
]


def case(name: str, arguments: Any, before: str, after: str, *, id: str) -> Any:  # noqa: A002
    return pytest.param(name, arguments, before, after, id=f"{name}: {id}")


@pytest.mark.parametrize(
    ("name", "arguments", "before", "after"),
    [
        case(
            "keep",
            "Value > 1 or Area == 'c'",
            """
            Area | Value | _row
            a    | 1     | 2
            b    | 2     | 3
            c    | [c]   | 4
            d    |       | 5
            """,
            """
            Area | Value | _row | _status:Value
            b    | 2     | 3    |
            c    |       | 4    | suppressed
            """,
            id="rows for which it is true, with what they carry",
        ),
        case(
            "rename",
            {"Value": "Base", "Base": "Value", "Area": "area"},
            """
            Area | Value | Base | _row
            a    | [c]   | 2    | 2
            """,
            """
            area | Base | Value | _row | _status:Base | _status:Value
            a    |      | 2     | 2    | suppressed   |
            """,
            id="companions go with their columns",
        ),
        case(
            "number",
            {"column": "What"},
            """
            Area | What
            a    | 1,234.5
            b    |
            """,
            """
            Area | What
            a    | 1234.5
            b    |
            """,
            id="without markers",
        ),
        case(
            "number",
            {"column": "What", "footnotes": True, "markers": {"[c]": "suppressed", "[u]": "unreliable"}},
            """
            Area | What
            a    | 1,234.5 [1]
            b    |
            c    | [c]
            d    | 7 [u]
            e    | 3 [c]
            """,
            """
            Area | What   | _status:What
            a    | 1234.5 |
            b    |        | not_available
            c    |        | suppressed
            d    | 7      | unreliable
            e    |        | suppressed
            """,
            id="with markers and footnotes",
        ),
        case(
            "derive",
            {"Rate": "Value / Base * 100"},
            """
            Value | Base
            1     | 4
            [c]   | [x]
            [c]   | 2
            1     | 0
            [c]   | [c]
            """,
            """
            Value | Base | _status:Value | _status:Base  | Rate | _status:Rate
            1     | 4    |               |               | 25   |
                  |      | suppressed    | not_available |      | not_available suppressed
                  | 2    | suppressed    |               |      | suppressed
            1     | 0    |               |               |      | not_applicable
                  |      | suppressed    | suppressed    |      | suppressed
            """,
            id="the reasons of all inputs",
        ),
        case(
            "derive",
            {"Rate": "100 * Low / (High - 1)", "Half": "Low / 2", "None": "Value / 0"},
            """
            Value | Low | High
            [c]   | 1   | 3
            1     | 0   | 1
            2     |     | 1
            3     |     | 2
            """,
            """
            Value | Low | High | _status:Value | Rate | Half | None | _status:Rate   | _status:None
                  | 1   | 3    | suppressed    | 50   | 0.5  |      |                | not_applicable suppressed
            1     | 0   | 1    |               |      | 0    |      | not_applicable | not_applicable
            2     |     | 1    |               |      |      |      | not_applicable | not_applicable
            3     |     | 2    |               |      |      |      | not_available  | not_applicable
            """,
            id="nothing can be divided by zero",
        ),
        case(
            "declare",
            {"Value": {"unit": "percent", "type": "proportion"}, "Sex": {"whole": ["Persons"]}},
            """
            Sex     | Value | _row
            Persons | [c]   | 2
            """,
            """
            Sex     | Value | _row | _status:Value
            Persons |       | 2    | suppressed
            """,
            id="nothing changes",
        ),
        case(
            "convert",
            {"column": "Share", "to": "percent"},
            """
            Share
            0.423
            0.07
            1
            """,
            """
            Share
            42.3
            7
            100
            """,
            id="to a smaller unit",
        ),
        case(
            "convert",
            {"column": ["Rate", "Share"], "to": "per_1000"},
            """
            Rate | Share | _row | Area
            [c]  | 0.5   | 2    | a
            42.3 |       | 3    | b
            """,
            """
            Rate | Share | _row | Area | _status:Rate
                 | 500   | 2    | a    | suppressed
            423  |       | 3    | b    |
            """,
            id="several columns, each from its own unit, with what they carry",
        ),
        case(
            "convert",
            {"column": "Persons", "to": "thousand"},
            """
            Persons
            42300
            7
            """,
            """
            Persons
            42.3
            0.007
            """,
            id="to a larger unit",
        ),
        case(
            "derive",
            {"Spread": "High - Low", "Copy": "Area", "Kind": "'rate'", "One": "1"},
            """
            Area | Low | High
            a    | 1   | 3
            b    |     | 3
            """,
            """
            Area | Low | High | Spread | Copy | Kind | One
            a    | 1   | 3    | 2      | a    | rate | 1
            b    |     | 3    |        | b    | rate | 1
            """,
            id="numbers and texts",
        ),
        case(
            "period",
            {"from": "Year", "as": "financial_year"},
            """
            Area | Year
            a    | 2022/23
            b    | 2023-24
            c    |
            """,
            """
            Area | Year    | time_period
            a    | 2022/23 | 2022-04-01/P1Y
            b    | 2023-24 | 2023-04-01/P1Y
            c    |         |
            """,
            id="ISO intervals",
        ),
        case(
            "unpivot",
            {"columns": "years", "name": "Year", "value": "GVA"},
            """
            Area | 2022 | 2023 | Low | _row
            a    | 1    | [c]  | 5   | Table 3!12
            b    | 2    | 3    | 6   | Table 3!13
            """,
            """
            Area | Low | Year | GVA | _status:GVA | _row
            a    | 5   | 2022 | 1   |             | Table 3!12[2022]
            b    | 6   | 2022 | 2   |             | Table 3!13[2022]
            a    | 5   | 2023 |     | suppressed  | Table 3!12[2023]
            b    | 6   | 2023 | 3   |             | Table 3!13[2023]
            """,
            id="a group of columns, with cells of origin",
        ),
        case(
            "unpivot",
            {"columns": "births", "name": "Year", "value": "GVA"},
            """
            Area | Births 2017 | Births 20183 | _row
            a    | 1           | [c]          | 7
            """,
            """
            Area | Year | GVA | _status:GVA | _row
            a    | 2017 | 1   |             | 7[Births 2017]
            a    | 2018 |     | suppressed  | 7[Births 20183]
            """,
            id="the part of the header in parentheses",
        ),
        case(
            "unpivot",
            {"columns": ["Value", "Low"], "name": "What", "value": "Value"},
            """
            Area | Value | Low | Base
            a    | [c]   | 5   | [x]
            """,
            """
            Area | Base | _status:Base  | What  | Value | _status:Value
            a    |      | not_available | Value |       | suppressed
            a    |      | not_available | Low   | 5     |
            """,
            id="a list of columns, of which one has a companion",
        ),
        case(
            "unpivot",
            {"columns": ["Note", "Why"], "name": "What", "value": "Text"},
            """
            Area | Note | Why
            a    | x    |
            """,
            """
            Area | What | Text
            a    | Note | x
            a    | Why  |
            """,
            id="texts",
        ),
        case(
            "pivot",
            {"from": "What", "values": "Value", "columns": {"Rate": "rate", "Conf": "half"}, "keys": ["Area", "Year"]},
            """
            Area | Year | What | Value | Note | _row
            a    | 2023 | Rate | 10    | x    | 2
            a    | 2023 | Conf | 2     |      | 3
            a    | 2024 | Conf | -3    | y    | 4
            b    | 2023 | Conf | [x]   |      | 5
            b    | 2023 | Rate | [c]   |      | 6
            b    |      | Rate | 7     |      | 7
            """,
            """
            Area | Year | rate | _status:rate | half | _status:half  | _row
            a    | 2023 | 10   |              | 2    |               | 2;3
            a    | 2024 |      |              | -3   |               | 4
            b    |      | 7    |              |      |               | 7
            b    | 2023 |      | suppressed   |      | not_available | 6;5
            """,
            id="categories side by side, with companions and rows",
        ),
        case(
            "pivot",
            {"from": "What", "values": "Low", "columns": {"Rate": "rate"}, "keys": ["Area"], "others": "ignore"},
            """
            Area | What | Low
            a    | Rate | 10
            a    | Conf | 2
            a    |      | 2
            b    | Conf | 2
            """,
            """
            Area | rate
            a    | 10
            """,
            id="other categories ignored",
        ),
        case(
            "pivot",
            {"from": "What", "values": "Value", "columns": {"Rate": "rate"}, "keys": ["Area"]},
            """
            Area | What | Value
            """,
            """
            Area | rate | _status:rate
            """,
            id="nothing",
        ),
    ],
)
def test_a_step(  # noqa: PLR0917
    step: Run, show: Draw, tidy: Draw, name: str, arguments: Any, before: str, after: str, backend: Any
) -> None:
    frame = step(name, arguments, before, COLUMNS, backend)
    if name == "pivot":
        frame = frame.sort(arguments["keys"])
    assert show(frame) == tidy(after)


@pytest.mark.parametrize(
    ("name", "arguments", "before", "message", "cure"),
    [
        pytest.param(
            "number",
            {"column": "What"},
            """
                What
                12 [1]
                """,
            "A cell is neither a number nor a known marker: `What` holds '12 [1]'.",
            (
                "If such a text says why a number is missing, add it to the column's markers with a reason, for example"
                " markers: {'12 [1]': not_available}. Lines that are no data are left out by source.read."
            ),
            id="number: a footnote that isn't expected",
        ),
        pytest.param(
            "period",
            {"from": "Year", "as": "financial_year"},
            """
                Year    | _row
                2022/23 | 2
                2023    | 3
                2022/24 | 4
                2023    | 5
                """,
            (
                "`Year` holds '2022/24' (row 4) and '2023' (rows 3 and 5) where a financial year (April to March)"
                " such as 2022/23 or 2022-23 is expected."
            ),
            (
                "If the source writes periods in another way now, say so in the recipe; if these rows are no data,"
                " drop them with keep."
            ),
            id="period: texts that are none",
        ),
        pytest.param(
            "period",
            {"from": "Year", "as": "month"},
            """
                Year
                a
                b
                c
                d
                e
                f
                """,
            "`Year` holds 'a', 'b', 'c', 'd', 'e' and 1 other text where a month such as 2025-03 is expected.",
            (
                "If the source writes periods in another way now, say so in the recipe; if these rows are no data,"
                " drop them with keep."
            ),
            id="period: very many texts",
        ),
        pytest.param(
            "unpivot",
            {"columns": "years", "name": "When", "value": "GVA"},
            """
                Area | Low
                a    | 1
                """,
            r"No column belongs to the group `years`: no header matches \d{4}.",
            "Compare the pattern with the headers of the source.",
            id="unpivot: an empty group",
        ),
        pytest.param(
            "unpivot",
            {"columns": "births", "name": "When", "value": "GVA"},
            """
                Area | Births 2018 | Births 20183
                a    | 1           | 2
                """,
            r"The pattern Births (\d{4})\d? takes the same text from several headers: 'Births 2018', 'Births 20183'.",
            "Make its part in parentheses wider, or the pattern narrower.",
            id="unpivot: two headers become one",
        ),
        pytest.param(
            "unpivot",
            {"columns": "percentiles", "name": "When", "value": "GVA"},
            """
                Area | Percentiles 10 | 20
                a    | 1              | 2
                """,
            r"The pattern (Percentiles )?\d\d takes no text from some headers: '20'.",
            "Parentheses that only hold a part of the pattern together are written (?:…).",
            id="unpivot: a group that is no part",
        ),
        pytest.param(
            "pivot",
            {"from": "What", "values": "Low", "columns": {"Rate": "rate"}, "keys": ["Area"]},
            """
                Area | What | Low | _row
                a    | Rate | 10  | 2
                a    | Conf | 2   | 3
                a    |      | 2   | 4
                """,
            "`What` holds 'Conf' (row 3), which is no category of the recipe.",
            "Name it under columns, drop its rows with keep, or drop all other categories with others: ignore.",
            id="pivot: another category",
        ),
        pytest.param(
            "pivot",
            {"from": "What", "values": "Low", "columns": {"Rate": "rate"}, "keys": ["Area"]},
            """
                Area | What | Low | _row
                a    | Rate | 10  | 2
                a    |      | 2   | 4
                """,
            "`What` is blank in 1 row (row 4), which is no category of the recipe.",
            "Name it under columns, drop its rows with keep, or drop all other categories with others: ignore.",
            id="pivot: a blank category",
        ),
        pytest.param(
            "pivot",
            {
                "from": "What",
                "values": "Low",
                "columns": {"Rate": "r", "Conf": "c"},
                "keys": ["Area"],
                "others": "ignore",
            },
            """
                Area | What | Low
                a    | rate | 10
                a    | Conf | 10
                """,
            "`What` never says 'Rate'.",
            "It says 'Conf', 'rate'. Compare this with the categories in the recipe.",
            id="pivot: a category that is gone",
        ),
        pytest.param(
            "pivot",
            {"from": "What", "values": "Low", "columns": {"Rate": "r"}, "keys": ["Area", "Year"]},
            """
                Area | Year | What | Low
                a    | 2023 | Rate | 10
                a    | 2023 | Rate | 10
                a    | 2024 | Rate | 10
                b    |      | Rate | 1
                b    |      | Rate | 2
                b    |      | Rate | 3
                """,
            (
                "Several rows have the same `Area`, `Year`, `What`: 'a', '2023', 'Rate' (2 rows);"
                " 'b', '', 'Rate' (3 rows)."
            ),
            "Add the column that tells these rows apart to keys, or keep one kind of them before this step.",
            id="pivot: several rows for one cell",
        ),
    ],
)
def test_data_that_a_step_cannot_work_on_is_explained(
    step: Run, name: str, arguments: Any, before: str, message: str, cure: str, backend: Any
) -> None:
    with pytest.raises(SourceError) as caught:
        step(name, arguments, before, COLUMNS, backend)
    assert (caught.value.message, caught.value.cure) == (message, cure)


@tried(100)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1))
def test_a_conversion_loses_no_digit(step: Run, backend: Any, numbers: list[int]) -> None:
    columns = [Column("Share", "number", unit="percent"), Column("Mass", "number", unit="kilotonnes")]
    drawing = "\n".join(["Share | Mass", *(f"{number} | {number}" for number in numbers)])
    for name, to, converted in [
        ("Share", "fraction", [number / 100 for number in numbers]),
        ("Share", "per_100000", [number * 1000 for number in numbers]),
        ("Share", "per_1000", [number * 10 for number in numbers]),
        ("Mass", "tonnes", [number * 1000 for number in numbers]),
        ("Mass", "kg", [number * 1_000_000 for number in numbers]),
    ]:
        assert step("convert", {"column": name, "to": to}, drawing, columns, backend)[name].to_list() == converted


cells = st.none() | st.sampled_from(["1", "-2.5", "0", "[c]", "[x]"])


@tried(100)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_what_is_derived_is_missing_for_every_reason_of_its_inputs(
    step: Run, backend: Any, pairs: list[tuple[str | None, str | None]]
) -> None:
    drawing = "\n".join(["Value | Base", *(f"{value or ''} | {base or ''}" for value, base in pairs)])
    made = step("derive", {"sum": "Value + Base"}, drawing, COLUMNS, backend)
    said = [
        [set(text(status).split()) for status in made[f"_status:{name}"].to_list()] for name in ("Value", "Base", "sum")
    ]
    for missing, value, base, total in zip(made["sum"].is_null().to_list(), *said, strict=True):
        assert total == value | base
        assert missing == any(REASONS[reason].missing for reason in total)


def text(value: object) -> str:
    return value if isinstance(value, str) else ""
