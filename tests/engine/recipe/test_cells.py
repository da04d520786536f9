"""Cells at the border: texts become numbers, or reasons why there are none, or an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.measures import REASONS
from yhovi.engine.recipe.cells import Cell, read_cell, type_columns

from support.properties import tried

Typed = Callable[..., nw.DataFrame[Any]]

PLAIN = Column("Value", "number")
MARKED = Column("Value", "number", markers=(("[c]", "suppressed"), ("[X]", "not_collected"), ("[u]", "unreliable")))
BLANK = Column("Value", "number", markers=(("", "not_applicable"), ("-", "not_available")))
EXPLAINED = Column(
    "Value",
    "number",
    markers=(("Value suppressed", "suppressed"), ("These are ESTIMATES", "estimated"), ("Low", "unreliable")),
    status_from="Note",
)


def cure(text: str) -> str:
    return (
        "If such a text says why a number is missing, add it to the column's markers with a reason, for example"
        f" markers: {{'{text}': not_available}}. Lines that are no data are left out by source.read."
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5.0),
        ("007", 7.0),
        ("-2.50", -2.5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1,234", 1234.0),
        ("-1,234,567.8", -1234567.8),
        ("1e5", 100000.0),
        ("1.5E-7", 1.5e-07),
        ("20.7794109446012", 20.7794109446012),
        ("123456789012345678", 123456789012345678.0),
        (" 7\u00a0", 7.0),
        ("−5", -5.0),
    ],
)
def test_a_number_is_read(text: str, number: float) -> None:
    table = pa.table({"Value": pa.array([text], pa.string())})
    assert type_columns(table, [PLAIN]).to_pydict() == {"Value": [number]}


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("12.3%", "percent", 12.3),
        ("−1 %", "percent", -1.0),
        ("£1,200", "gbp", 1200.0),
        ("-£3.50", "gbp_million", -3.5),
        ("−£3", "gbp", -3.0),
    ],
)
def test_the_sign_of_its_unit_may_stand_beside_a_number(text: str, unit: str, number: float) -> None:
    table = pa.table({"Value": pa.array([text], pa.string())})
    assert type_columns(table, [replace(PLAIN, unit=unit)]).to_pydict() == {"Value": [number]}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("12.3%", "fraction"),
        ("£5", "persons"),
        ("5£", "gbp"),
        ("££5", "gbp"),
        ("5%%", "percent"),
        ("5%", "1 gbp / count"),
    ],
)
def test_the_sign_of_another_unit_is_refused(text: str, unit: str) -> None:
    table = pa.table({"Value": pa.array([text], pa.string())})
    with pytest.raises(SourceError) as caught:
        type_columns(table, [replace(PLAIN, unit=unit)])
    assert caught.value.message == f"A cell is neither a number nor a known marker: `Value` holds '{text}'."


@pytest.mark.parametrize(
    "text",
    [
        *("-", "x", "1,23", "1,2345", "12,34.5", ",5", "5."),
        *("1.2.3", "1 234", "5%", "£5", "(5)", "+5", "e5", "1e999", "nan", "inf", "0x10", "1_000", "٥"),
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    table = pa.table({"Value": pa.array([text], pa.string())})
    with pytest.raises(SourceError) as caught:
        type_columns(table, [PLAIN])
    assert caught.value.message == f"A cell is neither a number nor a known marker: `Value` holds '{text}'."
    assert caught.value.cure == cure(text)


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        pytest.param(
            PLAIN,
            """
            Area | Value
            a    | 1
            b    |
            """,
            """
            Area | Value
            a    | 1
            b    |
            """,
            id="without a status there is no companion",
        ),
        pytest.param(
            MARKED,
            """
            Area | Value
            a    | 1,000
            b    | [c]
            c    | [X]
            d    | [u]
            e    |
            """,
            """
            Area | Value | _status:Value
            a    | 1000  |
            b    |       | suppressed
            c    |       | not_collected
            d    |       | not_available unreliable
            e    |       | not_available
            """,
            id="markers",
        ),
        pytest.param(
            BLANK,
            """
            Area | Value
            a    |
            b    | -
            c    | 0
            """,
            """
            Area | Value | _status:Value
            a    |       | not_applicable
            b    |       | not_available
            c    | 0     |
            """,
            id="blank as a marker",
        ),
        pytest.param(
            Column("Value", "number", markers=(("-1", "suppressed"), ("9,999", "not_collected"))),
            """
            Area | Value
            a    | 1
            b    | -1
            c    | 9,999
            d    | -1.0
            """,
            """
            Area | Value | _status:Value
            a    | 1     |
            b    |       | suppressed
            c    |       | not_collected
            d    | -1    |
            """,
            id="numbers as markers",
        ),
        pytest.param(
            Column("Value", "number", markers=(("1", "provisional"), ("", "not_collected")), status_from="Note"),
            """
            Area | Value | Note
            a    | 1     | 2
            b    | 2     | 1
            c    |       |
            d    |       | 2
            """,
            """
            Area | Value | Note | _status:Value
            a    | 1     | 2    |
            b    | 2     | 1    | provisional
            c    |       |      | not_collected
            d    |       | 2    | not_available
            """,
            id="numbers as codes of another column",
        ),
        pytest.param(
            EXPLAINED,
            """
            Area | Value | Note
            a    | 1     |
            b    | 2     | these are estimates
            c    |       | VALUE SUPPRESSED
            d    |       | something else
            e    |       |
            f    | 3     | something else
            g    |       | Low
            h    | 0     | Value suppressed
            """,
            """
            Area | Value | Note                | _status:Value
            a    | 1     |                     |
            b    | 2     | these are estimates | estimated
            c    |       | VALUE SUPPRESSED    | suppressed
            d    |       | something else      | not_available
            e    |       |                     | not_available
            f    | 3     | something else      |
            g    |       | Low                 | not_available unreliable
            h    |       | Value suppressed    | suppressed
            """,
            id="explained by another column, and a placeholder that goes",
        ),
        pytest.param(
            Column("Value", "number", markers=(("*", "suppressed"), ("p", "provisional")), status_from="Note"),
            """
            Area | Value | Note
            a    | *     | p
            b    | 1     | P
            """,
            """
            Area | Value | Note | _status:Value
            a    |       | p    | provisional suppressed
            b    | 1     | P    | provisional
            """,
            id="a marker and an explanation",
        ),
        pytest.param(
            Column("years", "number", pattern=r"\d{4}", markers=(("[c]", "suppressed"),)),
            """
            Area | 2019 | 2020 | 20201
            a    | 1    | [c]  | x
            """,
            """
            Area | 2019 | 2020 | 20201 | _status:2019 | _status:2020
            a    | 1    |      | x     |              | suppressed
            """,
            id="a group of columns",
        ),
    ],
)
def test_columns_are_typed(
    typed: Typed, show: Any, tidy: Any, column: Column, before: str, after: str, backend: Any
) -> None:
    frame = typed(before, [Column("Area"), Column("20201"), Column("Note"), column], backend)
    assert show(frame) == tidy(after)


@pytest.mark.parametrize(
    ("before", "message", "example"),
    [
        (
            """
            Value | Other | _row
            x     | 1     | 2
            1     | y     | 3
            x     | 2     | 4
            """,
            "`Value` holds 'x' (rows 2 and 4). `Other` holds 'y' (row 3).",
            "x",
        ),
        (
            """
            Value | Other | _row
            a     | 1     | 2
            b     | 1     | 3
            c     | 1     | 4
            d     | 1     | 5
            e     | 1     | 6
            f     | 1     | 7
            g     | 1     | 8
            a     | 1     | 9
            a     | 1     | 10
            a     | 1     | 11
            """,
            (
                "`Value` holds 'a' (rows 2, 9, 10 and 1 more), 'b' (row 3), 'c' (row 4), 'd' (row 5), 'e' (row 6)"
                " and 2 other texts."
            ),
            "a",
        ),
        (
            """
            Value | Other
            [C]   | 1
            """,
            "`Value` holds '[C]'.",
            "[C]",
        ),
    ],
    ids=["all columns", "very many", "case matters"],
)
def test_unknown_texts_are_told_with_their_rows(
    typed: Typed, before: str, message: str, example: str, backend: Any
) -> None:
    with pytest.raises(SourceError) as caught:
        typed(before, [MARKED, Column("Other", "number")], backend)
    assert caught.value.message == f"A cell is neither a number nor a known marker: {message}"
    assert caught.value.cure == cure(example)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("12.3 [1]", Cell(12.3)),
        ("12.3[note 2]", Cell(12.3)),
        ("1,234*", Cell(1234.0)),
        ("12.3 p", Cell(12.3, "provisional")),
        ("12.3 (r)", Cell(12.3)),
        ("12.3 [u] [1]", Cell(12.3, "unreliable")),
        ("12.3¹²", Cell(12.3)),
        ("12.3 [u] p", Cell(12.3, "unreliable provisional")),
        ("[u]", Cell(None, "unreliable")),
        ("[1]", None),
        ("12.3p", None),
        ("12.3 per cent", None),
        ("12 3", None),
        ("", Cell()),
        ("p", Cell(None, "provisional")),
        ("r", None),
        ("(12)", None),
    ],
)
def test_a_footnoted_number_is_read_if_footnotes_are_expected(text: str, cell: Cell | None) -> None:
    markers = {"[u]": "unreliable", "p": "provisional"}
    assert read_cell(text, markers, footnotes=True) == cell
    unmarked = cell if text == "" or text in markers else None
    assert read_cell(text, markers, footnotes=False) == unmarked


markers = st.dictionaries(st.sampled_from(["", "[c]", "-", "x"]), st.sampled_from(sorted(REASONS)))
texts = st.none() | st.sampled_from(["1", "-2.5", "1,000", "0"])
notes = st.none() | st.sampled_from(["", "[c]", "-", "X", "other"])


@tried(100)
@given(st.data(), markers.filter(bool), st.booleans())
def test_a_missing_number_always_has_a_reason_for_it_and_no_other(
    backend: Any, data: st.DataObject, markers: dict[str, str], explained: bool
) -> None:
    cells = st.tuples(texts | st.sampled_from([marker for marker in markers if marker] or ["1"]), notes)
    rows = data.draw(st.lists(cells, min_size=1, max_size=8))
    column = Column("v", "number", markers=tuple(markers.items()), status_from="n" if explained else None)
    table = pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip("vn", zip(*rows, strict=True), strict=True)}
    )
    frame = nw.from_arrow(type_columns(table, [column, Column("n")]), backend=backend)
    for missing, status in zip(frame["v"].is_null().to_list(), frame["_status:v"].to_list(), strict=True):
        reasons = status.split() if isinstance(status, str) else []
        assert missing == any(REASONS[reason].missing for reason in reasons)
        assert reasons == sorted({*reasons})
