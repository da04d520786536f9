"""Numbers compared with those of other periods and other areas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yhovi.connectors.base import TARGET, Column, SourceError
from yhovi.engine.periods import Duration, Period
from yhovi.engine.recipe.columns import Columns, companion, has_companion, number
from yhovi.engine.recipe.signatures import SIGNATURES, bind, check_recipe
from yhovi.engine.recipe.steps import STEPS, StepContext

from support.properties import tried

Frame = nw.DataFrame[Any]
Draw = Callable[..., str]
Typed = Callable[..., Frame]
Fault = tuple[tuple[str | int, ...], str, str, str, str]
Said = tuple[float | None, frozenset[str]]

LEEDS, YORK, HULL, SELBY, ENGLAND = "E08000035", "E06000014", "E06000010", "E07000169", "E92000001"
AREAS = {"lad": (LEEDS, YORK, HULL)}
COLUMNS = Columns.of(
    [
        Column("area", vintage=TARGET),
        Column("time_period"),
        Column("breakdown"),
        Column(
            "value", "number", markers=(("[c]", "suppressed"), ("[x]", "not_collected")), unit="gbp", measure="mean"
        ),
        Column("bare", "number"),
        Column("LA code"),
    ]
)
ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "rolling_mean": {"of": "value", "periods": 3, "as": "x"},
    "change": {"of": "value", "over": "P1Y", "kind": "difference", "as": "x"},
    "index": {"of": "value", "base": {"period": "2015"}, "as": "x"},
    "z_score": {"of": "value", "among": "lad", "as": "x"},
    "rank": {"of": "value", "among": "lad", "order": "highest_first", "as": "x"},
}


def checked(columns: Columns, name: str, arguments: Any) -> tuple[Columns, list[Fault]]:
    faults: list[Fault] = []

    def report(at: tuple[str | int, ...], code: str, found: str, allowed: str = "", cure: str = "") -> None:
        faults.append((at, code, found, allowed, cure))

    after = check_recipe(columns, [(name, arguments)], report)
    return after, [(at[2:], *rest) for at, *rest in faults if rest[0] != "observe-missing"]


@pytest.fixture
def run(typed: Typed) -> Callable[..., Frame]:
    """A step run on a drawing, with the arguments that all tests of it have in common."""

    def run(name: str, arguments: Any, before: str, backend: Any) -> Frame:
        headers = {cell.strip() for cell in before.strip().splitlines()[0].split("|")}
        columns = COLUMNS.only(column for column in COLUMNS.values() if column.name in headers)
        frame = typed(before, list(columns.values()), backend)
        return STEPS[name](frame, bind(name, {**ARGUMENTS[name], **arguments}), StepContext(columns, areas=AREAS))

    return run


def case(name: str, arguments: Any, drawing: str, *, id: str) -> Any:  # noqa: A002
    return pytest.param(name, arguments, drawing, id=f"{name}: {id}")


@pytest.mark.parametrize(
    ("name", "arguments", "drawing"),
    [
        case(
            "rolling_mean",
            {},
            """
            area | breakdown | time_period    | value | x | _status:x
            a    | _T        | 2022-01-01/P1Y | 6     | 4 |
            a    | _T        | 2021-01-01/P1Y | 4     |   | not_available
            a    | F         | 2023-01-01/P1Y | 9     |   | not_available
            a    | _T        | 2023-01-01/P1Y | 5     | 5 |
            a    | _T        | 2020-01-01/P1Y | 2     |   | not_available
            a    | _T        | 2025-01-01/P1Y | 5     |   | not_available
            b    | _T        | 2022-01-01/P1Y | [c]   |   | not_available suppressed
            b    | _T        | 2023-01-01/P1Y | 1     |   | not_available suppressed
            b    | _T        | 2024-01-01/P1Y | [x]   |   | not_collected suppressed
            """,
            id="of its area and breakdown alone, and of whole rows of periods",
        ),
        case(
            "rolling_mean",
            {"periods": 2},
            """
            area | time_period    | value | x   | _status:x
            a    | 2022-01-01/P3M | 6     |     | not_available
            a    | 2022-04-01/P3M | 3     | 4.5 |
            b    | 2022-01-01/P1Y | 1     |     | not_available
            b    | 2023-01-01/P1Y | 2     | 1.5 |
            """,
            id="series of other lengths in other areas",
        ),
        case(
            "change",
            {},
            """
            area | breakdown | time_period    | value | x  | _status:x
            a    | _T        | 2022-04-01/P1Y | 6     | -2 |
            a    | _T        | 2021-04-01/P1Y | 8     |    | not_available
            a    | F         | 2022-04-01/P1Y | 6     |    | not_available
            b    | _T        | 2021-04-01/P1Y | [c]   |    | not_available suppressed
            b    | _T        | 2022-04-01/P1Y | 1     |    | suppressed
            b    | _T        | 2023-04-01/P1Y | [x]   |    | not_collected
            b    | _T        | 2023-04-01/P3M | 1     |    | not_available
            """,
            id="to the period of that length just so much earlier",
        ),
        case(
            "change",
            {"kind": "percent"},
            """
            area | time_period    | value | x   | _status:x
            a    | 2020-02-29/P1D | 8     |     | not_available
            a    | 2021-01-01/P1Y | 8     |     | not_available
            a    | 2022-01-01/P1Y | 6     | -25 |
            b    | 2021-01-01/P1Y | 0     |     | not_available
            b    | 2022-01-01/P1Y | 6     |     | not_applicable
            b    | 2023-01-01/P1Y | [c]   |     | suppressed
            c    | 2021-01-01/P1Y | -2    |     | not_available
            c    | 2022-01-01/P1Y | 2     |     | not_applicable
            c    | 2023-01-01/P1Y | -1    | -150 |
            """,
            id="in percent of what is above zero",
        ),
        case(
            "index",
            {"base": {"period": "2015"}},
            """
            area | breakdown | time_period    | value | x    | _status:x
            a    | _T        | 2015-01-01/P1Y | 8     | 100  |
            a    | _T        | 2022-01-01/P1Y | 6     | 75   |
            a    | F         | 2022-01-01/P1Y | 6     |      | not_available
            b    | _T        | 2015-01-01/P1Y | [c]   |      | suppressed
            b    | _T        | 2022-01-01/P1Y | [x]   |      | not_collected suppressed
            c    | _T        | 2015-01-01/P1Y | 0     |      | not_applicable
            c    | _T        | 2022-01-01/P1Y | [x]   |      | not_applicable not_collected
            d    | _T        | 2022-01-01/P1Y | 5     |      | not_available
            """,
            id="to the base period of the area",
        ),
        case(
            "index",
            {"base": {"area": ENGLAND}, "level": 1},
            """
            area      | time_period    | value | x   | _status:x
            E92000001 | 2021-01-01/P1Y | 8     | 1   |
            E92000001 | 2022-01-01/P1Y | [c]   |     | suppressed
            a         | 2021-01-01/P1Y | 12    | 1.5 |
            a         | 2022-01-01/P1Y | 12    |     | suppressed
            a         | 2023-01-01/P1Y | 12    |     | not_available
            """,
            id="to the base area in the period",
        ),
        case(
            "z_score",
            {},
            """
            area      | breakdown | time_period    | value | x | _status:x
            E08000035 | _T        | 2021-01-01/P1Y | 0.1   |   | not_applicable
            E06000014 | _T        | 2021-01-01/P1Y | 0.1   |   | not_applicable
            E06000010 | _T        | 2021-01-01/P1Y | 0.1   |   | not_applicable
            E92000001 | _T        | 2021-01-01/P1Y | 7     |   | not_applicable
            """,
            id="areas that are all the same",
        ),
        case(
            "z_score",
            {"among": [LEEDS, YORK, HULL, SELBY]},
            """
            area      | breakdown | time_period    | value | x  | _status:x
            E08000035 | _T        | 2021-01-01/P1Y | 1     | -1 |
            E06000014 | _T        | 2021-01-01/P1Y | 3     | 1  |
            E06000010 | _T        | 2021-01-01/P1Y | 1     | -1 |
            E07000169 | _T        | 2021-01-01/P1Y | 3     | 1  |
            E92000001 | _T        | 2021-01-01/P1Y | 7     | 5  |
            E92000001 | F         | 2021-01-01/P1Y | 7     |    | not_available
            E92000001 | _T        | 2022-01-01/P1Y | [c]   |    | not_available suppressed
            E08000035 | _T        | 2022-01-01/P1Y | 1     |    | not_available
            E06000014 | _T        | 2022-01-01/P1Y | 2     |    | not_available
            E06000010 | _T        | 2022-01-01/P1Y | [c]   |    | not_available suppressed
            E08000035 | F         | 2022-01-01/P1Y | 1     | -1.41421356237 |
            E06000014 | F         | 2022-01-01/P1Y | 2     | 0.707106781187 |
            E06000010 | F         | 2022-01-01/P1Y | 2     | 0.707106781187 |
            E07000169 | F         | 2022-01-01/P1Y | [c]   |    | suppressed
            """,
            id="missing areas are left out, as long as three are there",
        ),
        case(
            "rank",
            {},
            """
            area      | breakdown | time_period    | value | x | _status:x
            E08000035 | _T        | 2021-01-01/P1Y | 1     | 3 |
            E06000014 | _T        | 2021-01-01/P1Y | 3     | 1 |
            E06000010 | _T        | 2021-01-01/P1Y | 3     | 1 |
            E92000001 | _T        | 2021-01-01/P1Y | 9     |   | not_applicable
            E92000001 | F         | 2021-01-01/P1Y | [c]   |   | not_applicable suppressed
            E08000035 | F         | 2021-01-01/P1Y | 1     | 1 |
            E06000010 | F         | 2021-01-01/P1Y | [c]   |   | suppressed
            """,
            id="the highest is the first, and equals share the first place",
        ),
        case(
            "rank",
            {"among": [LEEDS, YORK, HULL, SELBY], "order": "lowest_first"},
            """
            area      | time_period    | value | x | _status:x
            E08000035 | 2021-01-01/P1Y | 0.3                 | 2 |
            E06000014 | 2021-01-01/P1Y | 0.30000000000000004 | 2 |
            E06000010 | 2021-01-01/P1Y | -5                  | 1 |
            E07000169 | 2021-01-01/P1Y | 0.4                 | 4 |
            """,
            id="what differs by noise is equal",
        ),
    ],
)
def test_a_step_compares_rows(
    run: Callable[..., Frame], show: Draw, tidy: Draw, name: str, arguments: Any, drawing: str, backend: Any
) -> None:
    columns = drawing.strip().splitlines()[0].split("|")
    kept = sum(cell.strip() not in {"x", "_status:x"} for cell in columns)
    before = "\n".join("|".join(line.split("|")[:kept]) for line in drawing.strip().splitlines())
    made = run(name, arguments, before, backend)
    wanted = [cell.strip() for cell in columns if cell.strip() != "value"]
    assert show(made.select(wanted)) == tidy(without_values(drawing))


def without_values(drawing: str) -> str:
    lines = [line.split("|") for line in drawing.strip().splitlines()]
    place = [cell.strip() for cell in lines[0]].index("value")
    return "\n".join("|".join(line[:place] + line[place + 1 :]) for line in lines)


def test_flags_that_leave_a_number_in_place_stay(backend: Any) -> None:
    frame = framed(
        [("a", "2021-01-01/P1Y", 2.0, "provisional"), ("a", "2022-01-01/P1Y", 4.0, "unreliable provisional")], backend
    )
    context = StepContext(COLUMNS)
    for name, arguments, numbers in (
        ("rolling_mean", {"periods": 2}, [None, 3.0]),
        ("change", {}, [None, 2.0]),
        ("index", {"base": {"period": "2021-12"}}, [100.0, 200.0]),
    ):
        made = STEPS[name](frame, bind(name, {**ARGUMENTS[name], **arguments}), context)
        assert [number for number, _ in told(made)] == numbers
        assert told(made)[1][1] == {"provisional", "unreliable"}


def test_flags_of_other_areas_are_not_those_of_a_score(backend: Any) -> None:
    rows = [(area, "2021-01-01/P1Y", value, said) for area, value, said in SCORED]
    for name in ("z_score", "rank"):
        made = STEPS[name](framed(rows, backend), bind(name, ARGUMENTS[name]), StepContext(COLUMNS, areas=AREAS))
        assert [said for _, said in told(made)] == [{"provisional"}, set(), set()]


SCORED = [(LEEDS, 2.0, "provisional"), (YORK, 3.0, None), (HULL, 5.0, None)]


def test_a_number_missing_without_a_word_is_not_available(typed: Typed, backend: Any) -> None:
    drawing = "area | time_period | bare\na | 2015-01-01/P1Y | 0\na | 2016-01-01/P1Y |"
    columns = COLUMNS.without("breakdown", "value", "LA code")
    arguments = bind("index", {**ARGUMENTS["index"], "of": "bare"})
    made = STEPS["index"](typed(drawing, list(columns.values()), backend), arguments, StepContext(columns))
    assert told(made) == [(None, {"not_applicable"}), (None, {"not_applicable", "not_available"})]


def test_the_order_of_areas_moves_no_digit_of_a_score(backend: Any) -> None:
    rows = [
        (area, "2015-01-01/P1Y", value, None) for area, value in zip(PLACES, [0.1, 0.2, 0.3, 0.7, 1.9], strict=True)
    ]
    arguments = bind("z_score", {**ARGUMENTS["z_score"], "among": PLACES})
    found = set()
    for order in permutations(rows):
        made = told(STEPS["z_score"](framed(order, backend), arguments, StepContext(COLUMNS)))
        found.add(tuple(score for _, (score, _) in sorted(zip(order, made, strict=True), key=lambda row: row[0][0])))
    assert len(found) == 1


@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1.0, 1e200])
def test_a_score_has_no_scale(scale: float, backend: Any) -> None:
    rows = [(area, "2015-01-01/P1Y", scale * value, None) for area, value in ((LEEDS, 1), (YORK, 2), (HULL, 3))]
    made = STEPS["z_score"](
        framed(rows, backend), bind("z_score", ARGUMENTS["z_score"]), StepContext(COLUMNS, areas=AREAS)
    )
    assert [f"{score:.12g}" for score, _ in told(made)] == ["-1.22474487139", "0", "1.22474487139"]


def test_a_placeholder_never_counts(backend: Any) -> None:
    rows = [(LEEDS, 1.0, None), (YORK, 2.0, None), (HULL, 4.0, None), (SELBY, 1e6, "suppressed")]
    frame = framed([(area, "2021-01-01/P1Y", value, said) for area, value, said in rows], backend)
    areas = [LEEDS, YORK, HULL, SELBY]
    context = StepContext(COLUMNS)
    ranked = STEPS["rank"](frame, bind("rank", {**ARGUMENTS["rank"], "among": areas}), context)
    assert told(ranked) == [(3, set()), (2, set()), (1, set()), (None, {"suppressed"})]
    scored = STEPS["z_score"](frame, bind("z_score", {**ARGUMENTS["z_score"], "among": areas}), context)
    assert told(scored)[3] == (None, {"suppressed"})
    assert math.isclose(told(scored)[2][0] or 0, (4 - 7 / 3) / math.sqrt(14 / 9))


@pytest.mark.parametrize(
    ("name", "arguments", "before", "message", "cure"),
    [
        pytest.param(
            "rolling_mean",
            {},
            """
            area | time_period    | value
            a    | 2020-04-01/P1Y | 1
            a    | 2020-01-01/P1Y | 1
            """,
            "2020-01-01/P1Y and 2020-04-01/P1Y overlap: a mean of them would count the time that they share twice.",
            "Keep periods that don't overlap before this step, such as every fourth of a year that moves on by"
            " quarters: keep: \"time_period contains '-01-01/'\".",
            id="rolling_mean: windows that overlap",
        ),
        pytest.param(
            "rolling_mean",
            {},
            """
            area | time_period    | value
            a    | 2022-01-01/P1Y | 1
            a    | 2020-01-01/P1M | 1
            """,
            "A rolling mean needs periods of one length, and 2020-01-01/P1M and 2022-01-01/P1Y are of two.",
            "Keep those of one length before this step: keep: \"time_period ends with '/P1M'\".",
            id="rolling_mean: two lengths",
        ),
        pytest.param(
            "change",
            {"over": "P3M"},
            """
            area | time_period    | value
            a    | 2020-04-01/P1Y | 1
            """,
            "2020-04-01/P1Y overlaps the period P3M earlier, 2020-01-01/P1Y: a change is one between two times.",
            "Compare over the length of the periods or more: over: P1Y.",
            id="change: over less than a period",
        ),
        pytest.param(
            "index",
            {},
            """
            area | time_period    | value
            a    | 2015-01-01/P1M | 1
            a    | 2015-02-01/P1M | 1
            a    | 2015-03-01/P1M | 1
            b    | 2015-04-01/P1M | 1
            """,
            "2015 isn't one period, but 4: 2015-01-01/P1M, 2015-02-01/P1M, 2015-03-01/P1M and 1 more.",
            "Write the one that is meant as an interval: base: {period: 2015-01-01/P1M}.",
            id="index: several base periods",
        ),
        pytest.param(
            "index",
            {},
            """
            area | time_period    | value
            a    | 2016-01-01/P1M | 1
            """,
            "No row is of the base period 2015.",
            "Write one of the periods that there are: 2016-01-01/P1M.",
            id="index: no base period",
        ),
        pytest.param(
            "index",
            {"base": {"area": ENGLAND}},
            """
            area      | time_period    | value
            E08000035 | 2016-01-01/P1M | 1
            """,
            "No row is of the area to compare with: `area` never says E92000001.",
            "Compare with areas that are there, or choose them in the settings (areas.also).",
            id="index: no base area",
        ),
        pytest.param(
            "z_score",
            {},
            """
            area      | time_period    | value
            E92000001 | 2016-01-01/P1M | 1
            """,
            "No row is of the area to compare with: `area` never says E06000010, E06000014, E08000035.",
            "Compare with areas that are there, or choose them in the settings (areas.also).",
            id="z_score: no areas",
        ),
        pytest.param(
            "rank",
            {"among": "county"},
            """
            area      | time_period    | value
            E92000001 | 2016-01-01/P1M | 1
            """,
            "No area of level county is chosen in the settings.",
            "Choose areas of that level in the settings, or list the codes of the areas to compare with.",
            id="rank: a level that isn't chosen",
        ),
        pytest.param(
            "rank",
            {},
            """
            area      | time_period    | value | Sex
            E08000035 | 2016-01-01/P1M | 1     | M
            E08000035 | 2016-01-01/P1M | 1     | F
            E06000010 | 2016-01-01/P1M | 1     | F
            """,
            "Several rows have the same `area`, `time_period`: E08000035, 2016-01-01/P1M (2 rows).",
            "Call the column that tells these rows apart `breakdown`, or keep one kind of them before this step.",
            id="a key that is there twice",
        ),
        pytest.param(
            "change",
            {},
            """
            area | breakdown | time_period    | value | _row
            a    | _T        | 2016-01-01/P1M | 1     | 4
            a    |           | 2016-01-01/P1M | 1     | 5
            """,
            "`breakdown` is blank in 1 row (row 5).",
            'If they are no data, drop them before: keep: "`breakdown` is present".',
            id="a key that is blank",
        ),
        pytest.param(
            "z_score",
            {},
            """
            area | time_period | value | _row
            a    | 2016        | 1     | 4
            """,
            "`time_period` holds '2016' (row 4) where an ISO interval such as 2023-04-01/P1Y is expected.",
            "If the source writes periods in another way now, say so in the recipe; if these rows are no data,"
            " drop them with keep.",
            id="a period that is no interval",
        ),
    ],
)
def test_data_that_a_step_cannot_work_on_is_explained(
    run: Callable[..., Frame], name: str, arguments: Any, before: str, message: str, cure: str, backend: Any
) -> None:
    with pytest.raises(SourceError) as caught:
        run(name, arguments, before, backend)
    assert (caught.value.message, caught.value.cure) == (message, cure)


def test_very_many_rows_of_one_key_are_told_in_short(run: Callable[..., Frame], backend: Any) -> None:
    rows = "\n".join(f"{area} | 2016-01-01/P1M | 1" for area in "aabbccdd")
    with pytest.raises(SourceError) as caught:
        run("change", {}, f"area | time_period | value\n{rows}", backend)
    assert caught.value.message == (
        "Several rows have the same `area`, `time_period`: a, 2016-01-01/P1M (2 rows); b, 2016-01-01/P1M (2 rows);"
        " c, 2016-01-01/P1M (2 rows); 1 other combination."
    )


@pytest.mark.parametrize("name", ARGUMENTS)
def test_no_rows_make_no_rows(run: Callable[..., Frame], name: str, backend: Any) -> None:
    made = run(name, {}, "area | time_period | breakdown | value", backend)
    full = run(name, {}, f"area | time_period | breakdown | value\n{LEEDS} | 2015-01-01/P1Y | _T | 1", backend)
    assert len(made) == 0
    assert made.schema == full.schema


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_frame_has_the_columns_of_its_signature(run: Callable[..., Frame], name: str, backend: Any) -> None:
    made = run(
        name, {}, f"area | time_period | breakdown | value | _row\n{LEEDS} | 2015-01-01/P1Y | _T | 1 | 2", backend
    )
    known, faults = checked(COLUMNS.only(list(COLUMNS.values())[:4]), name, ARGUMENTS[name])
    assert faults == []
    companions = [companion(column.name) for column in known.values() if has_companion(column)]
    assert sorted(made.columns) == sorted([*known, *companions, "_row"])


@pytest.mark.parametrize(
    ("name", "arguments", "column"),
    [
        ("rolling_mean", {}, number("x", unit="gbp", measure="mean", status=True)),
        ("rolling_mean", {"of": "bare"}, number("x", measure="mean", status=True)),
        ("change", {}, number("x", unit="gbp", status=True)),
        ("change", {"kind": "percent"}, number("x", unit="percent", status=True)),
        ("index", {}, number("x", unit="index", measure="index", status=True)),
        ("index", {"base": {"area": ENGLAND}}, number("x", unit="index", measure="index", status=True)),
        ("z_score", {}, number("x", unit="score", measure="score", status=True)),
        ("rank", {"among": [LEEDS, YORK]}, number("x", unit="score", measure="score", status=True)),
    ],
)
def test_what_is_made_is_known_beforehand(name: str, arguments: Any, column: Column) -> None:
    columns, faults = checked(COLUMNS, name, {**ARGUMENTS[name], **arguments})
    assert faults == []
    assert columns["x"] == column
    assert list(columns) == [*COLUMNS, "x"]


@pytest.mark.parametrize(("name", "arguments"), [("rolling_mean", {}), ("change", {}), ("index", {})])
def test_codes_as_printed_will_do_where_no_other_area_is_named(name: str, arguments: Any) -> None:
    assert checked(COLUMNS, name, {**ARGUMENTS[name], **arguments, "area": "LA code"})[1] == []


VINTAGE = "Make this a component (publish: false), and start from an indicator that starts with source: {indicator: …}."
PRINTED = "`LA code` holds codes as the source prints them,"
LISTED = ", ".join(f"`{name}`" for name in COLUMNS)


@pytest.mark.parametrize(
    ("name", "arguments", "faults"),
    [
        pytest.param(
            "index",
            {"area": "LA code", "base": {"area": ENGLAND}},
            [
                (
                    ("area",),
                    "vintage-mismatch",
                    f"{PRINTED} E92000001 is on the target vintage.",
                    "area codes on the target vintage",
                    VINTAGE,
                )
            ],
            id="index: another vintage",
        ),
        pytest.param(
            "z_score",
            {"area": "LA code"},
            [
                (
                    ("area",),
                    "vintage-mismatch",
                    f"{PRINTED} the areas of level lad are on the target vintage.",
                    "area codes on the target vintage",
                    VINTAGE,
                )
            ],
            id="z_score: another vintage",
        ),
        pytest.param(
            "rank",
            {"area": "LA code", "among": [LEEDS, "York"]},
            [
                (
                    ("among", 1),
                    "no-area-code",
                    "'York' is no area code.",
                    "a code such as E08000035",
                    "Write the area's code, not its name.",
                ),
                (
                    ("area",),
                    "vintage-mismatch",
                    f"{PRINTED} the areas to compare with are on the target vintage.",
                    "area codes on the target vintage",
                    VINTAGE,
                ),
            ],
            id="rank: another vintage, and a name",
        ),
        pytest.param(
            "rank",
            {"among": "lads"},
            [
                (
                    ("among",),
                    "unknown-level",
                    "There is no level 'lads'.",
                    "lad, county, region, country",
                    "Did you mean lad?",
                )
            ],
            id="rank: a near miss of a level",
        ),
        pytest.param(
            "z_score",
            {"among": LEEDS},
            [
                (
                    ("among",),
                    "unknown-level",
                    "There is no level 'E08000035'.",
                    "lad, county, region, country",
                    "Write a level, or a list of area codes: [E08000035, …].",
                )
            ],
            id="z_score: a code without its list",
        ),
        pytest.param(
            "index",
            {"base": {"area": "England"}},
            [
                (
                    ("base", "area"),
                    "no-area-code",
                    "'England' is no area code.",
                    "a code such as E08000035",
                    "Write the area's code, not its name.",
                )
            ],
            id="index: a name",
        ),
        pytest.param(
            "index",
            {"base": {"period": "2015/16"}},
            [
                (
                    ("base", "period"),
                    "bad-period",
                    "'2015/16' is not an ISO interval such as 2023-04-01/P1Y, 2023-04-01/P3M or 2023-06-30/P1D.",
                    "a period",
                    "Write the period as it is stored, or the day, month or year in which it ends.",
                )
            ],
            id="index: no period",
        ),
        *(
            pytest.param(
                name,
                {"of": "area", "as": "bare"},
                [
                    (
                        ("of",),
                        "kind-mismatch",
                        "`area` is a column of texts.",
                        "a column of numbers",
                        "Make it a number first: number: {column: area}.",
                    ),
                    (("as",), "duplicate-column", "There is a column `bare` already.", "a new name", ""),
                ],
                id=f"{name}: no numbers, and a name that is taken",
            )
            for name in ARGUMENTS
        ),
        *(
            pytest.param(
                name,
                {"area": "value", "of": "valeu"},
                [
                    (
                        ("area",),
                        "kind-mismatch",
                        "`value` is a column of numbers.",
                        "a column of texts",
                        "Numbers are made of text by the step number; use the column before it.",
                    ),
                    (("of",), "unknown-column", "There is no column `valeu`.", LISTED, "Did you mean `value`?"),
                ],
                id=f"{name}: numbers in place of areas",
            )
            for name in ARGUMENTS
        ),
    ],
)
def test_a_fault_is_told_with_its_place(name: str, arguments: Any, faults: list[Fault]) -> None:
    assert checked(COLUMNS, name, {**ARGUMENTS[name], **arguments})[1] == faults


@pytest.mark.parametrize("name", ARGUMENTS)
def test_keys_are_needed(name: str) -> None:
    columns = Columns.of([COLUMNS["value"], Column("area", vintage=TARGET), Column("breakdown", "number")])
    assert checked(columns, name, ARGUMENTS[name])[1] == [
        (
            (),
            "kind-mismatch",
            "`breakdown` is a column of numbers.",
            "a column of texts",
            "Numbers are made of text by the step number; use the column before it.",
        ),
        (
            (),
            "unknown-column",
            "There is no column `time_period`.",
            "`value`, `area`, `breakdown`",
            "Put a step period before this one.",
        ),
    ]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_one_fault_does_not_make_others(name: str) -> None:
    columns = COLUMNS.without("area", "value").guess("area").guess("value")
    assert checked(columns, name, ARGUMENTS[name])[1] == []


@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("rolling_mean", {}, True),
        ("rolling_mean", {"periods": 1}, False),
        ("change", {"over": "P0M"}, False),
        ("change", {"over": "P1Y1D"}, False),
        ("change", {"over": "1Y"}, False),
        ("change", {"over": "P7D"}, True),
        ("change", {"kind": "ratio"}, False),
        ("index", {"base": {}}, False),
        ("index", {"base": {"period": "2015", "area": ENGLAND}}, False),
        ("index", {"base": {"period": 2015}}, False),
        ("index", {"level": 0}, False),
        ("index", {"level": 1000}, True),
        ("z_score", {"among": [LEEDS, YORK]}, False),
        ("z_score", {"among": [LEEDS, YORK, HULL]}, True),
        ("z_score", {"among": [LEEDS, YORK, YORK]}, False),
        ("rank", {"among": [LEEDS]}, False),
        ("rank", {"order": "best_first"}, False),
        ("rank", {"area": "LA code"}, True),
    ],
)
def test_arguments_are_told_from_others_by_their_schema(name: str, arguments: Any, *, allowed: bool) -> None:
    said = {**ARGUMENTS[name], **arguments}
    assert Draft202012Validator(dict(SIGNATURES[name].argument_schema)).is_valid(said) is allowed


CELLS = st.tuples(
    st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.2, 0.1 + 0.2, 0.3, -7.0, 1e9, 5.0, 6.0, 7.5])),
    st.sampled_from([None, "provisional", "suppressed", "unreliable recode_2025"]),
)
PLACES = [LEEDS, YORK, HULL, SELBY, ENGLAND]
YEARS = [f"{year}-01-01/P1Y" for year in range(2014, 2020)]
TABLES = st.dictionaries(st.sampled_from([*product(PLACES, YEARS, ["_T", "F"])]), CELLS, min_size=1, max_size=30)


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[tuple[str, str, str], tuple[float | None, str | None]]]:
    """Rows in any order, one of the base period and one of each area to compare with among them."""
    table = draw(TABLES)
    table.update({(area, "2015-01-01/P1Y", "_T"): draw(CELLS) for area in (LEEDS, ENGLAND)})
    return draw(st.permutations(list(table.items())))


def amount(cell: tuple[float | None, str | None] | None) -> Said:
    """A cell as the rules say it is: a number that is said to be missing is none, and none has a reason."""
    if cell is None:
        return None, frozenset({"not_available"})
    reasons = frozenset((cell[1] or "").split())
    gone = "suppressed" in reasons
    if cell[0] is None and not gone:
        return None, reasons | {"not_available"}
    return (None if gone else cell[0]), reasons


def plain_rolling_mean(key: tuple[str, str, str], cells: Mapping[Any, Said]) -> Said:
    year = int(key[1][:4])
    window = [cells.get((key[0], f"{year - back}-01-01/P1Y", key[2])) for back in range(3)]
    there = window[: next((place for place, cell in enumerate(window) if cell is None), 3)]
    said = frozenset().union(*(cell[1] for cell in there if cell))
    if len(there) < 3:
        return None, said | {"not_available"}
    numbers = [cell[0] for cell in there if cell]
    return (None if None in numbers else float(sum(map(Fraction, numbers))) / 3), said


def plain_change(key: tuple[str, str, str], cells: Mapping[Any, Said]) -> Said:
    now = cells[key]
    then = cells.get((key[0], f"{int(key[1][:4]) - 1}-01-01/P1Y", key[2]), amount(None))
    return (None if None in (now[0], then[0]) else now[0] - then[0]), now[1] | then[1]


def plain_index(key: tuple[str, str, str], cells: Mapping[Any, Said], base: Said) -> Said:
    now = cells[key]
    said = now[1] | base[1]
    if base[0] is not None and base[0] <= 0:
        return None, said | {"not_applicable"}
    return (None if None in (now[0], base[0]) else now[0] / base[0] * 100), said


def compared(key: tuple[str, str, str], cells: Mapping[Any, Said]) -> list[float]:
    return [number for area in PLACES[:4] if (number := cells.get((area, *key[1:]), amount(None))[0]) is not None]


def plain_z_score(key: tuple[str, str, str], cells: Mapping[Any, Said]) -> Said:
    number, said = cells[key]
    values = compared(key, cells)
    if len(values) < 3:
        return None, said | {"not_available"}
    if max(values) - min(values) < 1e-12:
        return None, said | {"not_applicable"}
    mean = sum(map(Fraction, values)) / len(values)
    variance = sum((Fraction(value) - mean) ** 2 for value in values) / len(values)
    return (None if number is None else float(Fraction(number) - mean) / math.sqrt(variance)), said


def plain_rank(key: tuple[str, str, str], cells: Mapping[Any, Said]) -> Said:
    number, said = cells[key]
    if key[0] not in PLACES[:4]:
        return None, said | {"not_applicable"}
    if number is None:
        return None, said
    return 1 + sum(value > number and not math.isclose(value, number) for value in compared(key, cells)), said


PLAIN: Mapping[str, tuple[str, Mapping[str, Any], Callable[..., Said]]] = {
    "rolling_mean": ("rolling_mean", {}, plain_rolling_mean),
    "change": ("change", {}, plain_change),
    "index to a period": (
        "index",
        {},
        lambda key, cells: plain_index(key, cells, cells.get((key[0], "2015-01-01/P1Y", key[2]), amount(None))),
    ),
    "index to an area": (
        "index",
        {"base": {"area": ENGLAND}},
        lambda key, cells: plain_index(key, cells, cells.get((ENGLAND, *key[1:]), amount(None))),
    ),
    "z_score": ("z_score", {"among": PLACES[:4]}, plain_z_score),
    "rank": ("rank", {"among": PLACES[:4]}, plain_rank),
}


@pytest.mark.parametrize("what", PLAIN)
@tried(40)
@given(table=tables())
def test_a_step_makes_what_plain_python_makes(what: str, table: list[Any], backend: Any) -> None:
    name, arguments, plain = PLAIN[what]
    made = STEPS[name](
        framed([(*key[:2], *cell, key[2]) for key, cell in table], backend),
        bind(name, {**ARGUMENTS[name], **arguments}),
        StepContext(COLUMNS),
    )
    cells = {key: amount(cell) for key, cell in table}
    for (key, _), (found, said) in zip(table, told(made), strict=True):
        expected = plain(key, cells)
        assert said == expected[1]
        assert (found is None) == (expected[0] is None)
        assert math.isclose(found or 0.0, expected[0] or 0.0, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("what", PLAIN)
@tried(20)
@given(table=tables(), data=st.data())
def test_neither_the_order_of_rows_nor_the_engine_moves_a_bit(what: str, table: list[Any], data: st.DataObject) -> None:
    name, arguments, _ = PLAIN[what]
    results = []
    for engine, order in product(("pandas", "polars"), (table, data.draw(st.permutations(table)))):
        frame = framed([(*key[:2], *cell, key[2]) for key, cell in order], engine)
        made = STEPS[name](frame, bind(name, {**ARGUMENTS[name], **arguments}), StepContext(COLUMNS))
        results.append(dict(zip([key for key, _ in order], told(made), strict=True)))
    assert all(result == results[0] for result in results)


@tried(50)
@given(
    starts=st.lists(st.integers(0, 40), min_size=1, max_size=8, unique=True),
    months=st.sampled_from([1, 3, 12]),
    over=st.sampled_from(["P1M", "P3M", "P1Y", "P18M"]),
)
def test_a_change_is_one_between_periods_that_share_no_day(
    starts: list[int], months: int, over: str, backend: Any
) -> None:
    periods = [Period.ending(2015 + start // 12, start % 12 + 1, months) for start in starts]
    frame = framed([("a", period.iso, float(place), None) for place, period in enumerate(periods)], backend)
    arguments = bind("change", {**ARGUMENTS["change"], "over": over})
    if Duration.parse(over).months < months:
        with pytest.raises(SourceError):
            STEPS["change"](frame, arguments, StepContext(COLUMNS))
        return
    made = told(STEPS["change"](frame, arguments, StepContext(COLUMNS)))
    for place, period in enumerate(periods):
        earlier = period.shifted(Duration.parse(over), -1)
        expected = place - periods.index(earlier) if earlier in periods else None
        assert made[place][0] == expected


def framed(rows: Sequence[tuple[Any, ...]], backend: Any) -> Frame:
    """A frame of rows: area, period, number, reasons and, where there are five, the breakdown."""
    columns = list(zip(*rows, strict=True))
    texts = {"area": columns[0], "time_period": columns[1], companion("value"): columns[3]}
    texts["breakdown"] = columns[4] if len(columns) > 4 else ("_T",) * len(rows)
    table = {name: pa.array(cells, pa.string()) for name, cells in texts.items()}
    return nw.from_arrow(pa.table({**table, "value": pa.array(columns[2], pa.float64())}), backend=backend)


def told(frame: Frame) -> list[tuple[float | None, set[str]]]:
    """What a step made of each row: a number, and what is said of it."""
    numbers = [None if missing else value for value, missing in zip(frame["x"], frame["x"].is_null(), strict=True)]
    said = [{*text.split()} if isinstance(text, str) else set() for text in frame[companion("x")]]
    return list(zip(numbers, said, strict=True))
