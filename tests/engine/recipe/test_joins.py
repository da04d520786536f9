"""Numbers of two indicators, or of two columns, brought together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yhovi.connectors.base import TARGET, Column, SourceError
from yhovi.engine.measures import Measured
from yhovi.engine.periods import Duration, Period
from yhovi.engine.recipe.apply import Recipe, derive
from yhovi.engine.recipe.columns import Columns, companion, has_companion, number, observation_columns
from yhovi.engine.recipe.signatures import SIGNATURES, bind, check_recipe
from yhovi.engine.recipe.steps import STEPS, StepContext

from support.properties import tried

Frame = nw.DataFrame[Any]
Draw = Callable[..., str]
Typed = Callable[..., Frame]
Fault = tuple[tuple[str | int, ...], str, str, str, str]

MARKERS = (("[c]", "suppressed"), ("[x]", "not_available"))
PEOPLE = Measured("count", "persons")
INPUTS = {"S-D-01": PEOPLE, "S-D-02": Measured("amount", "gbp_million")}
KEYS = (Column("area", vintage=TARGET), Column("time_period"), Column("breakdown"))
NUMBERS = (
    Column("births", "number", markers=MARKERS, unit="count", measure="count"),
    Column("women", "number", markers=MARKERS, unit="thousand", measure="count"),
    Column("plain", "number", unit="kilotonnes", measure="amount"),
)
COLUMNS = Columns.of((*KEYS, *NUMBERS, Column("LA code"), Column("rate", "number", unit="percent")), inputs=INPUTS)
JOIN = {"indicator": "S-D-01", "as": "people", "periods": "same"}


def checked(columns: Columns, name: str, arguments: Any) -> tuple[Columns, list[Fault]]:
    faults: list[Fault] = []

    def report(at: tuple[str | int, ...], code: str, found: str, allowed: str = "", cure: str = "") -> None:
        faults.append((at, code, found, allowed, cure))

    after = check_recipe(columns, [(name, arguments)], report)
    return after, [(at[2:], *rest) for at, *rest in faults if rest[0] != "observe-missing"]


@pytest.fixture
def run(typed: Typed) -> Callable[..., Frame]:
    """A step run on a drawing, beside a drawing of another indicator's observations; the rows sorted."""

    def run(name: str, arguments: Any, before: str, other: str, backend: Any) -> Frame:
        headers = {cell.strip() for cell in before.strip().splitlines()[0].split("|")}
        columns = COLUMNS.only(column for column in COLUMNS.values() if column.name in headers)
        joined = typed(other, [*KEYS, Column("S-D-01", "number", markers=MARKERS)], backend)
        context = StepContext(columns, {"S-D-01": joined})
        made = STEPS[name](typed(before, list(columns.values()), backend), bind(name, arguments), context)
        return made.sort(made.columns[:3])

    return run


BIRTHS = """
area | time_period    | breakdown | births
a    | 2020-01-01/P1Y | _T        | 10
a    | 2020-01-01/P1Y | F         | 4
a    | 2023-01-01/P1Y | _T        | 12
b    | 2020-01-01/P1Y | _T        | [c]
"""
POPULATION = """
area | time_period    | breakdown | S-D-01
a    | 2020-01-01/P1Y | _T        | 100
a    | 2020-01-01/P1Y | F         | [c]
a    | 2021-01-01/P1Y | _T        | 110
b    | 2021-01-01/P1Y | _T        | 90
"""


@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        pytest.param(
            {"periods": "same"},
            """
            area | time_period    | breakdown | births | _status:births | people | _status:people
            a    | 2020-01-01/P1Y | F         | 4      |                |        | suppressed
            a    | 2020-01-01/P1Y | _T        | 10     |                | 100    |
            a    | 2023-01-01/P1Y | _T        | 12     |                |        | not_available
            b    | 2020-01-01/P1Y | _T        |        | suppressed     |        | not_available
            """,
            id="the same period and breakdown; what isn't there is missing",
        ),
        pytest.param(
            {"periods": "same", "breakdown": "total"},
            """
            area | time_period    | breakdown | births | _status:births | people | _status:people
            a    | 2020-01-01/P1Y | F         | 4      |                | 100    |
            a    | 2020-01-01/P1Y | _T        | 10     |                | 100    |
            a    | 2023-01-01/P1Y | _T        | 12     |                |        | not_available
            b    | 2020-01-01/P1Y | _T        |        | suppressed     |        | not_available
            """,
            id="the total beside every breakdown",
        ),
        pytest.param(
            {"periods": "latest_before", "max_gap": "P1Y"},
            """
            area | time_period    | breakdown | births | _status:births | people | _status:people | people_period
            a    | 2020-01-01/P1Y | F         | 4      |                |        | suppressed     | 2020-01-01/P1Y
            a    | 2020-01-01/P1Y | _T        | 10     |                | 100    |                | 2020-01-01/P1Y
            a    | 2023-01-01/P1Y | _T        | 12     |                |        | not_available  |
            b    | 2020-01-01/P1Y | _T        |        | suppressed     |        | not_available  | 2020-01-01/P1Y
            """,
            id="nothing near enough; a suppressed or absent number is no reason to take another period's",
        ),
        pytest.param(
            {"periods": "nearest", "max_gap": "P2Y"},
            """
            area | time_period    | breakdown | births | _status:births | people | _status:people | people_period
            a    | 2020-01-01/P1Y | F         | 4      |                |        | suppressed     | 2020-01-01/P1Y
            a    | 2020-01-01/P1Y | _T        | 10     |                | 100    |                | 2020-01-01/P1Y
            a    | 2023-01-01/P1Y | _T        | 12     |                | 110    |                | 2021-01-01/P1Y
            b    | 2020-01-01/P1Y | _T        |        | suppressed     |        | not_available  | 2020-01-01/P1Y
            """,
            id="near enough",
        ),
    ],
)
def test_another_indicator_is_joined(
    run: Callable[..., Frame], show: Draw, tidy: Draw, arguments: Any, after: str, backend: Any
) -> None:
    made = run("join", {**JOIN, **arguments}, BIRTHS, POPULATION, backend)
    assert show(made) == tidy(after)
    known, _ = checked(COLUMNS.only((*KEYS, NUMBERS[0])), "join", {**JOIN, **arguments})
    assert [name for name in made.columns if not name.startswith("_")] == list(known)


def test_flags_of_a_joined_number_come_along(typed: Typed, show: Draw, tidy: Draw, backend: Any) -> None:
    other = typed("area|time_period|breakdown|S-D-01\na|2020-01-01/P1Y|_T|5", [*KEYS, number("S-D-01")], backend)
    other = other.with_columns(nw.lit("provisional").alias("_status:S-D-01"))
    frame = typed("area|time_period\na|2020-01-01/P12M", KEYS[:2], backend)
    made = STEPS["join"](frame, bind("join", JOIN), StepContext(COLUMNS.only(KEYS[:2]), {"S-D-01": other}))
    assert show(made) == tidy("""
        area | time_period    | people | _status:people
        a    | 2020-01-01/P1Y | 5      | provisional
    """)


def test_rows_without_a_breakdown_take_the_total(
    run: Callable[..., Frame], show: Draw, tidy: Draw, backend: Any
) -> None:
    rows = "LA code | time_period | births\na | 2021-01-01/P1Y | 3\nb | 2021-01-01/P1Y | 4"
    made = run("join", {**JOIN, "area": "LA code"}, rows, POPULATION, backend)
    assert show(made.select("LA code", "births", "people")) == tidy("""
        LA code | births | people
        a       | 3      | 110
        b       | 4      | 90
    """)


@pytest.mark.parametrize(
    ("periods", "max_gap", "left", "others", "joined"),
    [
        ("latest_before", "P1Y", "2023-01-01/P1Y", ["2022-06-30/P1D", "2023-06-30/P1D"], "2023-06-30/P1D"),
        ("latest_before", "P1Y", "2023-01-01/P1Y", ["2023-12-31/P1D"], "2023-12-31/P1D"),
        ("latest_before", "P1Y", "2023-01-01/P1Y", ["2024-01-01/P1D"], None),
        ("latest_before", "P1Y", "2023-01-01/P1Y", ["2022-01-01/P1Y"], "2022-01-01/P1Y"),
        ("latest_before", "P364D", "2023-01-01/P1Y", ["2022-01-01/P1Y"], None),
        ("latest_before", "P365D", "2023-01-01/P1Y", ["2022-01-01/P1Y"], "2022-01-01/P1Y"),
        ("latest_before", "P1Y", "2023-01-01/P1Y", ["2021-01-01/P1Y"], None),
        ("nearest", "P1Y", "2023-01-01/P1Y", ["2022-06-30/P1D", "2023-06-30/P1D"], "2023-06-30/P1D"),
        ("nearest", "P1Y", "2022-01-01/P1Y", ["2021-01-01/P1Y", "2023-01-01/P1Y"], "2021-01-01/P1Y"),
        ("nearest", "P6M", "2022-01-01/P1Y", ["2021-01-01/P1Y", "2023-01-01/P1Y"], None),
        ("nearest", "P2D", "2023-01-01/P1Y", ["2023-06-30/P1D"], "2023-06-30/P1D"),
        ("nearest", "P1D", "2023-01-01/P1Y", ["2023-06-30/P1D"], None),
        ("nearest", "P1Y", "2023-01-01/P1Y", [], None),
        ("same", None, "2023-01-01/P1Y", ["2023-01-01/P3M", "2023-06-30/P1D"], None),
        ("same", None, "2023-01-01/P1Y", ["2023-01-01/P12M"], None),
    ],
)
def test_which_period_is_joined(
    run: Callable[..., Frame],
    periods: str,
    max_gap: str | None,
    left: str,
    others: Sequence[str],
    joined: str | None,
    backend: Any,
) -> None:
    arguments = {**JOIN, "periods": periods, **({"max_gap": max_gap} if max_gap else {})}
    other = "\n".join(
        ["area|time_period|breakdown|S-D-01", *(f"a|{text}|_T|{place}" for place, text in enumerate(others))]
    )
    made = run("join", arguments, f"area|time_period\na|{left}", other, backend)
    expected = others.index(joined) if joined else None
    assert text(made, "_status:people") == ([None] if joined else ["not_available"])
    assert numbers(made, "people") == [expected]
    if periods != "same":
        assert text(made, "people_period") == [joined]


@pytest.mark.parametrize(
    ("arguments", "before", "other", "message", "cure"),
    [
        pytest.param(
            JOIN,
            BIRTHS,
            POPULATION + "a | 2020-01-01/P1Y | F | 3",
            "Several rows of S-D-01 have the same `area`, `breakdown`, `time_period`: a, F, 2020-01-01/P1Y (2 rows).",
            "This is a fault of that indicator.",
            id="a key that is there twice",
        ),
        pytest.param(
            {**JOIN, "breakdown": "total"},
            BIRTHS,
            "area|time_period|breakdown|S-D-01\na|2020-01-01/P1Y|F|3",
            "S-D-01 has no total of its breakdowns (_T).",
            "Join the same breakdowns (breakdown: same), or an indicator that has a total.",
            id="no total",
        ),
        pytest.param(
            JOIN,
            "area | time_period | breakdown | births\na | 2020 | _T | 1",
            POPULATION,
            "`time_period` holds '2020' where an ISO interval such as 2023-04-01/P1Y is expected.",
            "If the source writes periods in another way now, say so in the recipe; if these rows are no data,"
            " drop them with keep.",
            id="no interval",
        ),
        pytest.param(
            JOIN,
            "area | time_period | breakdown | births | _row\n | 2020-01-01/P1Y | _T | 1 | 7",
            POPULATION,
            "`area` is blank in 1 row (row 7).",
            'If they are no data, drop them before: keep: "`area` is present".',
            id="no area",
        ),
    ],
)
def test_rows_that_cannot_be_joined_are_explained(
    run: Callable[..., Frame], arguments: Any, before: str, other: str, message: str, cure: str, backend: Any
) -> None:
    with pytest.raises(SourceError) as caught:
        run("join", arguments, before, other, backend)
    assert (caught.value.message, caught.value.cure) == (message, cure)


PERIODS = st.sampled_from(
    ["2019-01-01/P1Y", "2019-04-01/P1Y", "2020-01-01/P1Y", "2020-01-01/P3M", "2019-06-30/P1D", "2020-06-30/P1D"]
)
ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), PERIODS, st.sampled_from(["_T", "F"]), st.sampled_from(["1", "2.5", "[c]", ""])),
    unique_by=lambda row: row[:3],
    max_size=10,
)


@tried(60)
@given(ROWS, ROWS, st.sampled_from(["same", "nearest", "latest_before"]), st.sampled_from(["P3M", "P1Y"]))
def test_a_join_is_what_a_plain_search_finds(
    typed: Typed, backend: Any, left: list[Any], right: list[Any], periods: str, max_gap: str
) -> None:
    said = {**JOIN, "periods": periods, **({} if periods == "same" else {"max_gap": max_gap})}
    columns = (*KEYS, Column("births", "number", markers=MARKERS))
    other = typed(drawing("S-D-01", right), [*KEYS, Column("S-D-01", "number", markers=MARKERS)], backend)
    context = StepContext(Columns.of(columns, inputs=INPUTS), {"S-D-01": other})
    made = STEPS["join"](typed(drawing("births", left), columns, backend), bind("join", said), context)
    found = {
        row[:3]: row[3:]
        for row in zip(
            *(text(made, name) for name in ("area", "time_period", "breakdown")),
            numbers(made, "people"),
            text(made, "_status:people"),
            strict=True,
        )
    }
    assert found == {row[:3]: sought(row, right, periods, max_gap) for row in left}


def sought(row: Any, right: list[Any], periods: str, max_gap: str) -> tuple[float | None, str | None]:
    """The number that belongs to a row, looked for in the slowest and plainest way."""
    mine, most = Period.parse(row[1]), Duration.parse(max_gap).longest_days
    best: tuple[float, Period] | None = None
    for other in sorted({Period.parse(line[1]) for line in right}):
        gap = mine.distance_days(other) if periods == "nearest" else float((mine.end - other.end).days)
        allowed = other == mine if periods == "same" else 0 <= gap <= most
        tied = best is not None and gap == best[0] and periods == "latest_before"
        if allowed and (best is None or gap < best[0] or tied):
            best = (gap, other)
    for area, period, breakdown, cell in right:
        if best and (area, Period.parse(period), breakdown) == (row[0], best[1], row[2]):
            reasons = {"[c]": "suppressed", "": "not_available"}
            return (None, reasons[cell]) if cell in reasons else (float(cell), None)
    return None, "not_available"


@pytest.mark.parametrize(
    ("name", "arguments", "column"),
    [
        ("ratio", {"of": "births", "over": "women", "as": "x"}, number("x", unit="per_1000", measure="ratio")),
        (
            "ratio",
            {"of": "births", "over": "women", "as": "x", "per": 100},
            number("x", unit="per_100000", measure="ratio"),
        ),
        ("ratio", {"of": "births", "over": "births", "as": "x"}, number("x", unit="fraction", measure="ratio")),
        (
            "ratio",
            {"of": "births", "over": "births", "as": "x", "per": 100},
            number("x", unit="percent", measure="ratio"),
        ),
        ("ratio", {"of": "rate", "over": "births", "as": "x"}, number("x", unit="0.01 fraction / count")),
        ("ratio", {"of": "plain", "over": "women", "as": "x"}, number("x", unit="tonnes_per_person", measure="ratio")),
        (
            "per_head",
            {"of": "plain", "population": "women", "as": "x"},
            number("x", unit="tonnes_per_person", measure="ratio"),
        ),
        (
            "per_head",
            {"of": "plain", "population": "births", "as": "x", "per": 1000},
            number("x", unit="tonnes_per_person", measure="ratio"),
        ),
    ],
)
def test_a_quotient_has_the_unit_of_its_parts(name: str, arguments: Any, column: Column) -> None:
    columns, faults = checked(COLUMNS, name, arguments)
    made = columns["x"]
    assert faults == []
    assert (made.unit, made.measure, has_companion(made)) == (column.unit, column.measure, True)
    assert list(columns) == [*COLUMNS, "x"]


def test_a_quotient_of_what_has_no_known_unit_has_none() -> None:
    columns = COLUMNS.added(Column("bare", "number"))
    made = checked(columns, "ratio", {"of": "births", "over": "bare", "as": "x"})[0]["x"]
    assert (made.unit, made.measure) == (None, None)


def test_a_joined_number_is_what_the_other_indicator_is() -> None:
    columns, faults = checked(COLUMNS, "join", {**JOIN, "periods": "nearest", "max_gap": "P1Y"})
    assert faults == []
    assert columns["people"] == number("people", unit="persons", measure="count", status=True)
    assert columns["people_period"] == Column("people_period")
    assert columns.inputs == COLUMNS.inputs
    total = checked(COLUMNS, "join", {**JOIN, "breakdown": "total"})[0]
    assert total["people"].once_per == ("area", "time_period")
    assert "people_period" not in total
    bare = checked(COLUMNS.without("breakdown"), "join", JOIN)[0]
    assert bare["people"].once_per == ("area", "time_period")


LISTED = ", ".join(f"`{name}`" for name in COLUMNS)
VINTAGE = "Make this a component (publish: false), and join from an indicator that starts with source: {indicator: …}."


@pytest.mark.parametrize(
    ("without", "name", "arguments", "faults"),
    [
        pytest.param(
            (),
            "join",
            {**JOIN, "indicator": "S-D-03", "as": "births", "area": "LA code"},
            [
                (
                    ("area",),
                    "vintage-mismatch",
                    "`LA code` holds codes as the source prints them, S-D-03 is on the target vintage.",
                    "area codes on the target vintage",
                    VINTAGE,
                ),
                (("as",), "duplicate-column", "There is a column `births` already.", "a new name", ""),
                (
                    ("indicator",),
                    "unknown-indicator",
                    "There is no indicator S-D-03.",
                    "an indicator of this catalogue",
                    "Did you mean S-D-02?",
                ),
            ],
            id="join: another vintage, a taken name, an unknown indicator",
        ),
        pytest.param(
            (),
            "join",
            {**JOIN, "indicator": "population", "as": "time", "periods": "nearest", "max_gap": "P1Y"},
            [
                (
                    ("indicator",),
                    "unknown-indicator",
                    "There is no indicator population.",
                    "an indicator of this catalogue",
                    "yhovi list shows those there are.",
                ),
                (("as",), "duplicate-column", "There is a column `time_period` already.", "a new name", ""),
            ],
            id="join: the column of the period is taken",
        ),
        pytest.param(
            ("breakdown", "time_period", "area"),
            "join",
            {**JOIN, "breakdown": "same"},
            [
                (
                    (),
                    "unknown-column",
                    "There is no column `time_period`.",
                    "`births`, `women`, `plain`, `LA code`, `rate`",
                    "Put a step period before this one.",
                ),
                (
                    ("area",),
                    "unknown-column",
                    "There is no column `area`.",
                    "`births`, `women`, `plain`, `LA code`, `rate`",
                    "",
                ),
                (
                    ("breakdown",),
                    "unknown-column",
                    "There is no column `breakdown`.",
                    "`births`, `women`, `plain`, `LA code`, `rate`",
                    "Join the total of all breakdowns: breakdown: total.",
                ),
            ],
            id="join: no keys",
        ),
        pytest.param(
            (),
            "ratio",
            {"of": "LA code", "over": "deaths", "as": "_x"},
            [
                (
                    ("over",),
                    "unknown-column",
                    "There is no column `deaths`.",
                    LISTED,
                    "",
                ),
                (
                    ("of",),
                    "kind-mismatch",
                    "`LA code` is a column of texts.",
                    "a column of numbers",
                    "Make it a number first: number: {column: LA code}.",
                ),
                (("as",), "reserved-name", "`_x` starts with an underscore.", "a name that starts otherwise", ""),
            ],
            id="ratio: no numbers",
        ),
        pytest.param(
            (),
            "per_head",
            {"of": "births", "population": "plain", "as": "x"},
            [
                (
                    ("population",),
                    "unit-mismatch",
                    "`plain` is in kilotonnes.",
                    "a count, such as persons or thousand",
                    "Divide by a number of people, households or jobs, or use ratio for another denominator.",
                )
            ],
            id="per_head: what is no population",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(
    without: tuple[str, ...], name: str, arguments: Any, faults: list[Fault]
) -> None:
    assert checked(COLUMNS.without(*without), name, arguments)[1] == faults


def test_a_population_has_to_be_known_as_one() -> None:
    columns = COLUMNS.added(Column("bare", "number"))
    assert checked(columns, "per_head", {"of": "births", "population": "bare", "as": "x"})[1] == [
        (
            ("population",),
            "unknown-measure",
            "The unit of `bare` isn't known.",
            "a count, such as persons or thousand",
            "Say its unit in source.columns, or with a declare step.",
        )
    ]


def test_one_fault_does_not_make_others() -> None:
    columns = COLUMNS.guess("lost")
    assert checked(columns, "join", {**JOIN, "area": "lost"})[1] == []
    assert checked(columns, "per_head", {"of": "lost", "population": "lost", "as": "x"})[1] == []


@pytest.mark.parametrize(
    ("name", "arguments", "validator", "key"),
    [
        ("join", {**JOIN, "max_gap": "P1Y"}, "not", "max_gap"),
        ("join", {**JOIN, "periods": "nearest"}, "required", None),
        ("join", {**JOIN, "periods": "latest_before"}, "required", None),
        ("join", {**JOIN, "periods": "nearest", "max_gap": "P0Y"}, "pattern", "max_gap"),
        ("join", {**JOIN, "periods": "nearest", "max_gap": "P1Y3D"}, "pattern", "max_gap"),
        ("join", {**JOIN, "periods": "nearest", "max_gap": "P1W"}, "pattern", "max_gap"),
        ("join", {**JOIN, "periods": "before"}, "enum", "periods"),
        ("join", {**JOIN, "breakdown": "all"}, "enum", "breakdown"),
        ("ratio", {"of": "a", "over": "b", "as": "c", "per": 50}, "enum", "per"),
        ("per_head", {"of": "a", "over": "b", "as": "c", "population": "d"}, "additionalProperties", None),
    ],
)
def test_arguments_are_told_from_others_by_their_schema(
    name: str, arguments: Any, validator: str, key: str | None
) -> None:
    errors = list(Draft202012Validator(dict(SIGNATURES[name].argument_schema)).iter_errors(arguments))
    assert [(error.validator, *error.path) for error in errors] == [(validator, *([key] if key else []))]


@pytest.mark.parametrize("max_gap", ["P1Y", "P3M", "P1Y6M", "P0Y1M", "P90D", "P10Y"])
def test_a_gap_that_the_schema_takes_can_be_read(max_gap: str) -> None:
    arguments = {**JOIN, "periods": "nearest", "max_gap": max_gap}
    assert Draft202012Validator(dict(SIGNATURES["join"].argument_schema)).is_valid(arguments)
    assert Duration.parse(max_gap).longest_days > 0


def test_a_quotient_is_missing_for_all_its_reasons(
    run: Callable[..., Frame], show: Draw, tidy: Draw, backend: Any
) -> None:
    made = run(
        "ratio",
        {"of": "births", "over": "women", "as": "rate", "per": 1000},
        """
        area | births | women
        a    | 1      | 8
        b    | [c]    | 8
        c    | 1      | [x]
        d    | [c]    | [x]
        e    | 1      | 0
        f    | 0      | 0
        g    | [c]    | 0
        h    |        | -4
        i    | 0      | 4
        """,
        POPULATION,
        backend,
    )
    assert show(made.drop("_status:births", "_status:women")) == tidy("""
        area | births | women | rate | _status:rate
        a    | 1      | 8     | 125  |
        b    |        | 8     |      | suppressed
        c    | 1      |       |      | not_available
        d    |        |       |      | not_available suppressed
        e    | 1      | 0     |      | not_applicable
        f    | 0      | 0     |      | not_applicable
        g    |        | 0     |      | not_applicable suppressed
        h    |        | -4    |      | not_available
        i    | 0      | 4     | 0    |
    """)


SAID = st.sampled_from([None, "provisional", "unreliable recode_2025"])
PARTS = st.tuples(st.one_of(st.none(), st.sampled_from([0.0, 1.0, -3.0, 0.1, 7e5])), SAID)


@tried(60)
@given(pairs=st.lists(st.tuples(PARTS, PARTS), min_size=1), per=st.sampled_from([1, 100]), explained=st.booleans())
def test_quotients_are_what_python_makes_of_the_parts(
    backend: Any, pairs: list[Any], per: int, *, explained: bool
) -> None:
    table = {
        "of": pa.array([pair[0][0] for pair in pairs], pa.float64()),
        "over": pa.array([pair[1][0] for pair in pairs], pa.float64()),
    }
    if explained:
        for place, name in enumerate(table.copy()):
            said = [" ".join(filter(None, [pair[place][1], _why(pair[place][0])])) or None for pair in pairs]
            table[companion(name)] = pa.array(said, pa.string())
    frame = nw.from_arrow(pa.table(table), backend=backend)
    context = StepContext(Columns.of([number("of", status=explained), number("over", status=explained)]))
    arguments = bind("ratio", {"of": "of", "over": "over", "as": "x", "per": per})
    made = STEPS["ratio"](frame, arguments, context)
    for (of, over), value, said in zip(pairs, numbers(made, "x"), text(made, "_status:x"), strict=True):
        reasons = {reason for part in (of, over) for reason in (part[1] or "").split()} if explained else set()
        reasons |= {"not_available"} if None in (of[0], over[0]) else set()
        reasons |= {"not_applicable"} if over[0] == 0 else set()
        assert {*(said or "").split()} == reasons
        assert value == (of[0] / over[0] * per if of[0] is not None and over[0] else None)


def _why(value: float | None) -> str | None:
    return "not_available" if value is None else None


def test_a_rate_is_derived_of_two_indicators(typed: Typed, show_filled: Draw, tidy: Draw, backend: Any) -> None:
    births = observation_columns("births", Measured("count", "count"))
    steps: list[tuple[str, Mapping[str, Any]]] = [
        ("join", {"indicator": "S-D-01", "as": "people", "periods": "latest_before", "max_gap": "P1Y"}),
        ("per_head", {"of": "births", "population": "people", "as": "rate", "per": 1000}),
        (
            "observe",
            {
                "area": "area",
                "value": "rate",
                "breakdown": "breakdown",
                "numerator": "births",
                "denominator": "people",
                "note": "people_period",
            },
        ),
    ]
    faults: list[Any] = []
    known = Columns.of(births, inputs=INPUTS).towards(Measured("crude_rate", "per_1000"))
    check_recipe(known, steps, lambda *fault: faults.append(fault))
    assert faults == []
    made = derive(
        observed("births", [("a", "2023-01-01/P1Y", 3.0), ("b", "2023-01-01/P1Y", None)], backend),
        Recipe(
            births,
            [(name, bind(name, arguments)) for name, arguments in steps],
            {"S-D-01": observed("S-D-01", [("a", "2023-06-30/P1D", 600.0), ("b", "2023-06-30/P1D", 10.0)], backend)},
            INPUTS,
        ),
    )
    assert show_filled(made) == tidy("""
        area | time_period    | breakdown | value | numerator | denominator | status     | note
        a    | 2023-01-01/P1Y | _T        | 5     | 3         | 600         |            | 2023-06-30/P1D
        b    | 2023-01-01/P1Y | _T        |       |           | 10          | suppressed | 2023-06-30/P1D
    """)


def observed(name: str, rows: Sequence[tuple[str, str, float | None]], backend: Any) -> Frame:
    """Observations as a recipe starts from, or joins; those without a number are suppressed."""
    nothing = [None] * len(rows)
    table = {
        "area": pa.array([row[0] for row in rows], pa.string()),
        "time_period": pa.array([row[1] for row in rows], pa.string()),
        "breakdown": pa.array(["_T"] * len(rows), pa.string()),
        name: pa.array([row[2] for row in rows], pa.float64()),
        companion(name): pa.array(["suppressed" if row[2] is None else None for row in rows], pa.string()),
        **{other: pa.array(nothing, pa.float64()) for other in ("lower_ci", "upper_ci", "numerator", "denominator")},
        "note": pa.array(nothing, pa.string()),
    }
    return nw.from_arrow(pa.table(table), backend=backend)


def drawing(name: str, rows: Sequence[Any]) -> str:
    return "\n".join([f"area | time_period | breakdown | {name}", *(" | ".join(row) for row in rows)])


def numbers(frame: Frame, name: str) -> list[float | None]:
    return [None if value is None or value != value else value for value in frame[name].to_list()]  # noqa: PLR0124


def text(frame: Frame, name: str) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in frame[name].to_list()]
