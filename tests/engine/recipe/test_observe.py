"""The last step: observations with exactly their columns, a whole key, and a reason for each missing value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from yhovi.connectors.base import Column, SourceError
from yhovi.engine.recipe.signatures.observe import OBSERVED

Run = Callable[..., nw.DataFrame[Any]]
Draw = Callable[..., str]

COLUMNS = [
    *(Column(name) for name in ("Area", "time_period", "When", "Sex", "Note", "Why")),
    Column("Value", "number", markers=(("[c]", "suppressed"),)),
    *(Column(name, "number") for name in ("Low", "High", "Count", "Base")),
]
KEY = {"area": "Area", "value": "Value"}


@pytest.mark.parametrize(
    ("arguments", "before", "after"),
    [
        pytest.param(
            KEY,
            """
            Area | time_period    | Value | Note
            a    | 2023-01-01/P1Y | 1.5   | dropped
            b    | 2023-01-01/P1Y | [c]   |
            c    | 2023-01-01/P1Y |       |
            """,
            """
            area | time_period    | breakdown | value | status
            a    | 2023-01-01/P1Y | _T        | 1.5   |
            b    | 2023-01-01/P1Y | _T        |       | suppressed
            c    | 2023-01-01/P1Y | _T        |       | not_available
            """,
            id="the least that can be said",
        ),
        pytest.param(
            {
                **KEY,
                "period": "When",
                "lower_ci": "Low",
                "upper_ci": "High",
                "numerator": "Count",
                "denominator": "Base",
                "note": "Note",
                "breakdown": "Sex",
            },
            """
            Area | When            | Value | Low | High | Count | Base | Note | Sex | _row
            a    | 2023-01-01/P12M | 2     | 1   | 3    | 4     | 200  | n    | F   | 7
            """,
            """
            area | time_period    | breakdown | value | lower_ci | upper_ci | numerator | denominator | note | _row
            a    | 2023-01-01/P1Y | F         | 2     | 1        | 3        | 4         | 200         | n    | 7
            """,
            id="everything, with equal lengths written in one way",
        ),
        pytest.param(
            {**KEY, "value": "Low", "provisional": "latest_period"},
            """
            Area | time_period    | Low
            a    | 2021-01-01/P3Y | 1
            a    | 2023-01-01/P1Y | 2
            b    | 2023-01-01/P1Y |
            a    | 2022-04-01/P1Y | 4
            """,
            """
            area | time_period    | breakdown | value | status
            a    | 2021-01-01/P3Y | _T        | 1     | provisional
            a    | 2023-01-01/P1Y | _T        | 2     | provisional
            b    | 2023-01-01/P1Y | _T        |       | not_available provisional
            a    | 2022-04-01/P1Y | _T        | 4     |
            """,
            id="provisional where the period ends last",
        ),
        pytest.param(
            {**KEY, "status": "Why"},
            """
            Area | time_period    | Value | Why
            a    | 2023-01-01/P1Y | 1     | unreliable estimated
            b    | 2023-01-01/P1Y | 1     |
            c    | 2023-01-01/P1Y | [c]   | estimated
            d    | 2023-01-01/P1Y | -1    | suppressed
            """,
            """
            area | time_period    | breakdown | value | status
            a    | 2023-01-01/P1Y | _T        | 1     | estimated unreliable
            b    | 2023-01-01/P1Y | _T        | 1     |
            c    | 2023-01-01/P1Y | _T        |       | estimated suppressed
            d    | 2023-01-01/P1Y | _T        |       | suppressed
            """,
            id="reasons from a column of their own, and a placeholder that goes",
        ),
    ],
)
def test_observations(
    step: Run, show_filled: Draw, tidy: Draw, arguments: Any, before: str, after: str, backend: Any
) -> None:
    frame = step("observe", arguments, before, COLUMNS, backend)
    assert show_filled(frame) == tidy(after)
    provenance = ["_row"] if "_row" in before else []
    assert frame.columns == [column.name for column in OBSERVED] + provenance
    numbers = [column.name for column in OBSERVED if column.kind == "number"]
    assert [name for name in frame.columns if frame.schema[name] == nw.Float64] == numbers
    assert [name for name in frame.columns if frame.schema[name] != nw.String] == numbers


REASONS = (
    "Known reasons are suppressed, not_available, not_collected, not_applicable, not_published_at_this_level,"
    " withdrawn, unreliable, too_unreliable_to_publish, provisional, estimated, imputed, series_break, corrected."
)


@pytest.mark.parametrize(
    ("arguments", "before", "message", "cure"),
    [
        pytest.param(
            KEY,
            """
            Area | time_period    | Value | _row
            a    | 2023-01-01/P1Y | 1     | 2
                 | 2023-01-01/P1Y | 1     | 3
                 | 2023-01-01/P1Y | 1     | 4
            """,
            "`Area` is blank in 2 rows (rows 3 and 4).",
            'If they are no data, drop them before: keep: "`Area` is present".',
            id="no area",
        ),
        pytest.param(
            KEY,
            """
            Area | time_period    | Value
            a    |                | 1
            """,
            "`time_period` is blank in 1 row.",
            'If they are no data, drop them before: keep: "`time_period` is present".',
            id="no period",
        ),
        pytest.param(
            {**KEY, "breakdown": "Sex"},
            """
            Area | time_period    | Value | Sex
            a    | 2023-01-01/P1Y | 1     |
            """,
            "`Sex` is blank in 1 row.",
            'If they are no data, drop them before: keep: "`Sex` is present".',
            id="no breakdown",
        ),
        pytest.param(
            {**KEY, "period": "When"},
            """
            Area | When           | Value | _row
            a    | 2023           | 1     | 2
            a    | 2023-01-01/P1Y | 1     | 3
            """,
            "`When` holds '2023' (row 2) where an ISO interval such as 2023-04-01/P1Y is expected.",
            (
                "If the source writes periods in another way now, say so in the recipe; if these rows are no data,"
                " drop them with keep."
            ),
            id="a period that is no interval",
        ),
        pytest.param(
            {**KEY, "status": "Why"},
            """
            Area | time_period    | Value | Why
            a    | 2023-01-01/P1Y | 1     | provisional secret
            """,
            "`Why` holds 'provisional secret', which names no reason.",
            REASONS,
            id="a status that is no reason",
        ),
    ],
)
def test_what_is_no_observation_is_refused(
    step: Run, arguments: Any, before: str, message: str, cure: str, backend: Any
) -> None:
    with pytest.raises(SourceError) as caught:
        step("observe", arguments, before, COLUMNS, backend)
    assert (caught.value.message, caught.value.cure) == (message, cure)
