"""Figures of merged areas at the target vintage: summed, re-derived, or kept as published, by what they measure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from math import nan
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from yhovi.engine.errors import CheckError
from yhovi.engine.geography import load_registry
from yhovi.engine.measures import Measured
from yhovi.engine.observations import Observed, Subject, observe
from yhovi.engine.rebasing import Figure, rebase, reproduced, total

from support.properties import tried

REGISTRY = load_registry("2023-04")
LEEDS, BARNSLEY, NEW_BARNSLEY = "E08000035", "E08000016", "E08000038"
WHOLE, COUNTY = "E06000065", "E10000023"
SEVEN = tuple(f"E0700016{last}" for last in range(3, 10))
CRAVEN, HAMBLETON = SEVEN[:2]
REGION = "E12000003"
YEAR = "2021-01-01/P1Y"

COUNT = Measured("count", "persons")
PERCENT = Measured("proportion", "percent")
MEDIAN = Measured("median", "gbp")

CELL: Mapping[str, Any] = {
    "area": LEEDS,
    "time_period": YEAR,
    "breakdown": "_T",
    **dict.fromkeys(("value", "lower_ci", "upper_ci", "numerator", "denominator"), nan),
    "status": None,
    "note": None,
}
SHOWN = ("area_code", "area_vintage", "value", "numerator", "denominator", "status_reason", "status_flags")


def observed(measured: Measured, rows: Iterable[Mapping[str, Any]]) -> Observed:
    areas = (*REGISTRY.at("lad", REGION), *REGISTRY.at("region"), *REGISTRY.at("country"))
    cells = pd.DataFrame([{**CELL, **row} for row in rows])
    return observe(cells, Subject("S-1", measured, "lad", areas, REGISTRY, "published"))


def shown(found: Observed, *names: str) -> list[list[Any]]:
    frame = found.frame[list(names or SHOWN)]
    return [[None if pd.isna(cell) else cell for cell in row] for row in frame.values.tolist()]


def district(place: int, value: float | None = None, **more: Any) -> dict[str, Any]:
    """The row of one of the seven districts, of value 1 to 7."""
    return {"area": SEVEN[place], "value": float(place + 1) if value is None else value, **more}


def districts(**more: Any) -> list[dict[str, Any]]:
    return [district(place, **more) for place in range(7)]


def changed(place: int, **more: Any) -> list[dict[str, Any]]:
    return [{**row, **more} if at == place else row for at, row in enumerate(districts())]


# Counts ----------------------------------------------------------------------------------------------

SUMMED = "summed_from_parts"

COUNTS: dict[str, tuple[list[dict[str, Any]], list[list[Any]]]] = {
    "all seven": (districts(), [[WHOLE, "2023-04", 28.0, None, None, None, SUMMED]]),
    "one is missing": (
        changed(2, value=nan),
        [[WHOLE, "2023-04", None, None, None, "not_available", SUMMED]],
    ),
    "one is suppressed": (
        changed(2, value=nan, status="suppressed", numerator=1.0, denominator=2.0),
        [[WHOLE, "2023-04", None, None, None, "suppressed", SUMMED]],
    ),
    "one is suppressed and one provisional": (
        [*changed(2, value=nan, status="suppressed")[:-1], district(6, status="provisional")],
        [[WHOLE, "2023-04", None, None, None, "suppressed", f"provisional {SUMMED}"]],
    ),
    "one is provisional": (
        changed(6, status="provisional"),
        [[WHOLE, "2023-04", 28.0, None, None, "provisional", SUMMED]],
    ),
    "one isn't there": (
        districts()[1:],
        [[WHOLE, "2023-04", None, None, None, "not_available", f"parts_absent {SUMMED}"]],
    ),
    "one isn't there and one is suppressed": (
        changed(2, value=nan, status="suppressed")[1:],
        [[WHOLE, "2023-04", None, None, None, "suppressed", f"not_available parts_absent {SUMMED}"]],
    ),
    "with numerators and denominators": (
        districts(numerator=2.0, denominator=3.0),
        [[WHOLE, "2023-04", 28.0, 14.0, 21.0, None, SUMMED]],
    ),
    "with a numerator that is missing": (
        [*districts(numerator=2.0, denominator=3.0)[1:], district(0, denominator=3.0)],
        [[WHOLE, "2023-04", 28.0, None, 21.0, None, SUMMED]],
    ),
    "zeros": (districts(value=0.0), [[WHOLE, "2023-04", 0.0, None, None, None, SUMMED]]),
    "rows that repeat": (districts() * 2, [[WHOLE, "2023-04", 28.0, None, None, None, SUMMED]]),
    "other areas": (
        [{"area": LEEDS, "value": 9.0}, *districts(), {"area": NEW_BARNSLEY, "value": 5.0}],
        [
            [WHOLE, "2023-04", 28.0, None, None, None, SUMMED],
            [BARNSLEY, "2023-04", 5.0, None, None, None, "recode_2025"],
            [LEEDS, "2023-04", 9.0, None, None, None, None],
        ],
    ),
    "the area itself": (
        [*districts(), {"area": WHOLE, "value": 29.0}],
        [[WHOLE, "2023-04", 29.0, None, None, None, None]],
    ),
    "the county": (
        [*districts(), {"area": COUNTY, "value": 29.0}],
        [[WHOLE, "2023-04", 29.0, None, None, None, "former_county"]],
    ),
    "the county, suppressed": (
        [*districts(), {"area": COUNTY, "value": nan, "status": "suppressed"}],
        [[WHOLE, "2023-04", None, None, None, "suppressed", "former_county"]],
    ),
    "the county and the area itself, the same": (
        [*districts(), {"area": COUNTY, "value": 29.0}, {"area": WHOLE, "value": 29.0}],
        [[WHOLE, "2023-04", 29.0, None, None, None, None]],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), COUNTS.values(), ids=COUNTS)
def test_counts_are_summed(rows: list[dict[str, Any]], expected: list[list[Any]]) -> None:
    assert shown(observed(COUNT, rows)) == expected
    assert shown(observed(COUNT, reversed(rows))) == expected


def test_a_sum_has_no_interval_and_says_where_it_comes_from() -> None:
    rows = [district(n, lower_ci=0.0, upper_ci=9.0, note=f"note {n % 2}", _row=str(9 - n)) for n in range(7)]
    names = ("area_level", "source_area_code", "lower_ci", "upper_ci", "obs_status", "note", "_row")
    expected = [["lad", WHOLE, None, None, "A", "note 0 note 1", "9;8;7;6;5;4;3"]]
    assert shown(observed(COUNT, rows), *names) == expected


def test_each_period_and_breakdown_has_its_own_sum() -> None:
    """A newer period prints the area itself; women are there for six districts only."""
    men, women = districts(breakdown="M"), districts(breakdown="F")[:6]
    new = {"area": WHOLE, "time_period": "2023-01-01/P1Y", "value": 30.0}
    expected = [
        ["2021-01-01/P1Y", "F", None, f"parts_absent {SUMMED}"],
        ["2021-01-01/P1Y", "M", 28.0, SUMMED],
        ["2023-01-01/P1Y", "_T", 30.0, None],
    ]
    found = observed(COUNT, [*men, *women, new])
    assert shown(found, "time_period", "breakdown", "value", "status_flags") == expected


def test_a_part_with_two_figures_is_left_to_be_found() -> None:
    found = observed(COUNT, [*districts(), district(0, 99.0)])
    missing = [WHOLE, None, "not_available", SUMMED]
    parts = [[code, float(n + 1), None, "former_area"] for n, code in enumerate(SEVEN)]
    expected = [missing, parts[0], [CRAVEN, 99.0, None, "former_area"], *parts[1:]]
    assert shown(found, "area_code", "value", "status_reason", "status_flags") == expected


INFINITE = [changed(0, value=math.inf), [*changed(0, value=math.inf)[:-1], district(6, -math.inf)]]


@pytest.mark.parametrize("rows", INFINITE)
def test_what_is_infinite_is_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(CheckError):
        observed(COUNT, rows)


# Proportions, rates and ratios -----------------------------------------------------------------------

REDERIVED, NOT_PUBLISHED = "rederived_from_parts", "not_published_at_this_level"


def shares(*figures: tuple[float, float, float]) -> list[dict[str, Any]]:
    """The seven districts: value, numerator, denominator; the last one for all that are left."""
    full = [*figures, *[figures[-1]] * (7 - len(figures))]
    names = ("value", "numerator", "denominator")
    return [{"area": code, **dict(zip(names, figure, strict=True))} for code, figure in zip(SEVEN, full, strict=True)]


def as_published(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """The area without a figure, and its parts as they are."""
    names = ("value", "numerator", "denominator")
    numbers = [[None if math.isnan(row.get(name, nan)) else row[name] for name in names] for row in rows]
    parts = [[row["area"], "2023-03", *said, None, "former_area"] for row, said in zip(rows, numbers, strict=True)]
    return [[WHOLE, "2023-04", None, None, None, NOT_PUBLISHED, None], *parts]


THIRDS = shares((33.3, 100.0, 300.0), (50.0, 50.0, 100.0))
OF_THIRDS = [WHOLE, "2023-04", 400 * 100 / 900, 400.0, 900.0, None, REDERIVED]

RATES: dict[str, tuple[Measured, list[dict[str, Any]], list[list[Any]]]] = {
    "percentages": (PERCENT, THIRDS, [OF_THIRDS]),
    "fractions": (
        Measured("proportion", "fraction"),
        shares((0.25, 1.0, 4.0)),
        [[WHOLE, "2023-04", 0.25, 7.0, 28.0, None, REDERIVED]],
    ),
    "rates per 100,000": (
        Measured("crude_rate", "per_100000"),
        shares((250.0, 5.0, 2000.0)),
        [[WHOLE, "2023-04", 250.0, 35.0, 14000.0, None, REDERIVED]],
    ),
    "kilotonnes over thousands": (
        Measured("ratio", "tonnes_per_person"),
        shares((5.0, 500.0, 100.0)),
        [[WHOLE, "2023-04", 5.0, 3500.0, 700.0, None, REDERIVED]],
    ),
    "kilotonnes over people": (
        Measured("ratio", "tonnes_per_person"),
        shares((5.0, 500.0, 100000.0)),
        as_published(shares((5.0, 500.0, 100000.0))),
    ),
    "numerators of something else": (PERCENT, shares((40.0, 100.0, 300.0)), as_published(shares((40.0, 100.0, 300.0)))),
    "one that doesn't agree": (
        PERCENT,
        shares((40.0, 1.0, 3.0), (33.3, 1.0, 3.0)),
        as_published(shares((40.0, 1.0, 3.0), (33.3, 1.0, 3.0))),
    ),
    "no numerators": (PERCENT, districts(), as_published(districts())),
    "one without a numerator": (
        PERCENT,
        shares((33.3, nan, 3.0), (33.3, 1.0, 3.0)),
        as_published(shares((33.3, nan, 3.0), (33.3, 1.0, 3.0))),
    ),
    "one without anybody": (
        PERCENT,
        shares((0.0, 0.0, 0.0), (33.3, 1.0, 3.0)),
        as_published(shares((0.0, 0.0, 0.0), (33.3, 1.0, 3.0))),
    ),
    "one is suppressed": (
        PERCENT,
        [{**THIRDS[0], "value": nan, "status": "suppressed"}, *THIRDS[1:]],
        [[WHOLE, "2023-04", None, None, 900.0, "suppressed", REDERIVED]],
    ),
    "one isn't there": (
        PERCENT,
        THIRDS[1:],
        [[WHOLE, "2023-04", None, None, None, "not_available", f"parts_absent {REDERIVED}"]],
    ),
    "the county": (
        PERCENT,
        [*THIRDS, {"area": COUNTY, "value": 44.4}],
        [[WHOLE, "2023-04", 44.4, None, None, None, "former_county"]],
    ),
}


@pytest.mark.parametrize(("measured", "rows", "expected"), RATES.values(), ids=RATES)
def test_rates_are_derived_again(measured: Measured, rows: list[dict[str, Any]], expected: list[list[Any]]) -> None:
    assert shown(observed(measured, rows)) == expected
    assert shown(observed(measured, reversed(rows))) == expected


AGREEMENT: dict[str, tuple[list[tuple[float, float, float]], float, bool]] = {
    "to the last decimal": ([(33.3, 1.0, 3.0)], 100.0, True),
    "half a unit off": ([(0.5, 0.0055, 1.0)], 100.0, True),
    "a unit off": ([(0.5, 0.006, 1.0)], 100.0, False),
    "whole numbers among decimals": ([(33.0, 1.0, 3.0), (12.5, 1.0, 8.0)], 100.0, False),
    "half a percent off": ([(100.25, 1002.5, 1000.0), (100.25, 1007.0, 1000.0)], 100.0, True),
    "more than half a percent off": ([(100.25, 1008.0, 1000.0)], 100.0, False),
    "another factor": ([(33.3, 1.0, 3.0)], 1000.0, False),
}


@pytest.mark.parametrize(("figures", "factor", "agrees"), AGREEMENT.values(), ids=AGREEMENT)
def test_figures_agree_as_exactly_as_they_are_printed(
    figures: list[tuple[float, float, float]], factor: float, *, agrees: bool
) -> None:
    rows = [Figure(place, CRAVEN, *numbers, status="") for place, numbers in enumerate(figures)]
    assert reproduced(rows, factor) is agrees


# More than one division ------------------------------------------------------------------------------

SOMERSET, OF_2019, OF_2009 = "E06000066", "E07000246", ("E07000190", "E07000191")
ALWAYS = ("E07000187", "E07000188", "E07000189")

DIVISIONS: dict[str, tuple[tuple[str, ...], int, float | None]] = {
    "the newer one": ((*ALWAYS, OF_2019), 0, 4.0),
    "the older one": ((*ALWAYS, *OF_2009), 0, 5.0),
    "both": ((*ALWAYS, OF_2019, *OF_2009), 2, 4.0),
    "the newer one and half of what it replaced": ((*ALWAYS, OF_2019, OF_2009[0]), 1, 4.0),
    "the older one but for a part": ((*ALWAYS, OF_2009[0]), 1, None),
}


@pytest.mark.parametrize(("codes", "outside", "expected"), DIVISIONS.values(), ids=DIVISIONS)
def test_the_newest_complete_division_is_taken(codes: tuple[str, ...], outside: int, expected: float | None) -> None:
    """Taunton Deane and West Somerset became one in 2019, and with three others Somerset in 2023."""
    subject = Subject("S-1", COUNT, "lad", REGISTRY.at("lad", "E12000009"), REGISTRY, "published")
    found = observe(pd.DataFrame([{**CELL, "area": code, "value": 1.0} for code in codes]), subject)
    assert (shown(found, "area_code", "value"), found.outside) == ([[SOMERSET, expected]], outside)


# What can't be combined ------------------------------------------------------------------------------

REFUSED = ("standardised_rate", "mean", "median", "index", "score", "survey_percentage", "modelled")


@pytest.mark.parametrize("kind", REFUSED)
def test_what_refuses_stays_as_published(kind: str) -> None:
    rows = [{"area": LEEDS, "value": 9.0}, *THIRDS]
    expected = [*as_published(THIRDS), [LEEDS, "2023-04", 9.0, None, None, None, None]]
    assert shown(observed(Measured(kind, "percent"), rows)) == expected


def test_a_former_area_keeps_all_that_was_published() -> None:
    row = district(0, lower_ci=0.5, upper_ci=1.5, status="provisional", note="a note", _row="7")
    names = ("area_code", "area_level", "source_area_code", "lower_ci", "upper_ci", "status_reason", "status_flags")
    found = observed(MEDIAN, [row])
    assert shown(found, *names, "note", "_row") == [
        [WHOLE, "lad", WHOLE, None, None, NOT_PUBLISHED, None, "a note", "7"],
        [CRAVEN, "lad", CRAVEN, 0.5, 1.5, "provisional", "former_area", "a note", "7"],
    ]


OWN: dict[str, tuple[dict[str, Any], int, int]] = {
    "a figure": ({"value": 5.0}, 1, 7),
    "suppressed": ({"status": "suppressed"}, 1, 7),
    "not published at this level": ({"status": NOT_PUBLISHED}, 8, 0),
}


@pytest.mark.parametrize(("own", "rows", "outside"), OWN.values(), ids=OWN)
def test_what_the_source_says_of_the_area_itself_comes_first(own: dict[str, Any], rows: int, outside: int) -> None:
    found = observed(MEDIAN, [*districts(), {"area": WHOLE, **own}])
    assert (len(found.frame), found.outside) == (rows, outside)


# What is told ----------------------------------------------------------------------------------------

AMOUNT = Measured("amount", "kilotonnes")
DIFFERS = "Parts don't add up to the figure that the source prints of the area"
BESIDE_PARTS = (
    f"Area codes that never were valid together stand beside each other in {YEAR}: "
    + "; ".join(
        f"{name} ({code}) became North Yorkshire ({WHOLE}) on 2023-04-01"
        for name, code in zip(("Craven", "Hambleton", "Harrogate", "Richmondshire", "Ryedale"), SEVEN, strict=False)
    )
    + " and 2 more."
)

NOTES: dict[str, tuple[Measured, list[dict[str, Any]], tuple[str, ...]]] = {
    "rounded counts": (COUNT, [*districts(), {"area": COUNTY, "value": 63.0}], ()),
    "other counts": (
        COUNT,
        [*districts(), {"area": COUNTY, "value": 64.0}],
        (f"{DIFFERS}: {WHOLE} {YEAR} 64, its parts 28.",),
    ),
    "great counts": (COUNT, [*districts(value=1e5), {"area": COUNTY, "value": 703000.0}], ()),
    "rounded amounts": (AMOUNT, [*districts(value=10.1), {"area": WHOLE, "value": 71.0}], (BESIDE_PARTS,)),
    "other amounts": (
        AMOUNT,
        [*districts(value=10.1), {"area": WHOLE, "value": 71.1}],
        (BESIDE_PARTS, f"{DIFFERS}: {WHOLE} {YEAR} 71.1, its parts 70.7."),
    ),
    "a part that is missing": (COUNT, [*changed(0, value=nan), {"area": COUNTY, "value": 99.0}], ()),
    "a part that isn't there": (COUNT, [*districts()[1:], {"area": COUNTY, "value": 99.0}], ()),
    "percentages": (PERCENT, [*districts(), {"area": COUNTY, "value": 99.0}], ()),
    "only the area is blank": (
        COUNT,
        [*districts(), {"area": WHOLE}],
        (BESIDE_PARTS, f"The source has no figure where it has one of every part of the area: {WHOLE} {YEAR}."),
    ),
    "many": (
        COUNT,
        [
            row
            for year in range(2011, 2018)
            for row in [*districts(), {"area": COUNTY, "value": 64.0}]
            for row in [{**row, "time_period": f"{year}-01-01/P1Y"}]
        ],
        (
            f"{DIFFERS}: "
            + ", ".join(f"{WHOLE} {year}-01-01/P1Y 64, its parts 28" for year in range(2011, 2016))
            + " and 2 more.",
        ),
    ),
    "a code in small letters": (
        COUNT,
        [{"area": " e08000035"}, {"area": "E08000035"}],
        ("1 area code was written with blanks or small letters and taken as meant: ' e08000035'.",),
    ),
    "several such codes": (
        COUNT,
        [{"area": "e08000035"}, {"area": "E08000016 "}],
        ("2 area codes were written with blanks or small letters and taken as meant: 'E08000016 ', 'e08000035'.",),
    ),
}


@pytest.mark.parametrize(("measured", "rows", "notes"), NOTES.values(), ids=NOTES)
def test_what_was_repaired_or_does_not_agree_is_told(
    measured: Measured, rows: list[dict[str, Any]], notes: tuple[str, ...]
) -> None:
    assert observed(measured, rows).notes == notes


def test_rows_are_counted_once() -> None:
    """Of 7 districts twice and a county: the districts' second rows repeat, their first ones are of other areas."""
    found = observed(COUNT, [*districts() * 2, {"area": COUNTY, "value": 28.0}])
    assert (len(found.frame), found.repeated, found.outside) == (1, 7, 7)
    found = observed(COUNT, districts() * 2)
    assert (len(found.frame), found.repeated, found.outside) == (1, 7, 0)


# Any mix ---------------------------------------------------------------------------------------------

numbers = st.one_of(st.integers(0, 10_000).map(float), st.floats(-1e6, 1e6, width=32))
values = st.none() | numbers
periods = st.sampled_from(["2020-01-01/P1Y", YEAR])
AREAS = (*SEVEN, LEEDS, BARNSLEY)
KINDS = (COUNT, Measured("amount", "gbp"), PERCENT, MEDIAN)


@st.composite
def tables(draw: st.DrawFn, own: tuple[str, ...] = (WHOLE,)) -> list[dict[str, Any]]:
    keys = draw(st.sets(st.tuples(st.sampled_from([*AREAS, *own]), periods), min_size=1))
    figures = [draw(st.tuples(values, values, values)) for _ in keys]
    names = ("value", "numerator", "denominator")
    return [
        {"area": area, "time_period": period, **dict(zip(names, said, strict=True))}
        for (area, period), said in zip(sorted(keys), figures, strict=True)
    ]


mixed = tried(60)


@mixed
@given(st.lists(numbers, min_size=9, max_size=9))
def test_re_basing_counts_keeps_every_total(said: list[float]) -> None:
    rows = [{"area": area, "value": number} for area, number in zip(AREAS, said, strict=True)]
    found = observed(Measured("amount", "gbp"), rows)
    assert found.frame["area_code"].tolist() == [WHOLE, BARNSLEY, LEEDS]
    assert found.frame["value"].tolist() == [math.fsum(said[:7]), said[8], said[7]]
    assert math.isclose(math.fsum(found.frame["value"]), math.fsum(said), abs_tol=1e-6)


@mixed
@given(tables(), st.sampled_from(KINDS))
def test_no_area_is_counted_twice(rows: list[dict[str, Any]], measured: Measured) -> None:
    """Where the area has a figure, its parts have none; where a figure was made, all seven are in it."""
    frame = observed(measured, rows).frame
    assert not frame.duplicated(["area_code", "time_period"]).any()
    figures = frame[frame["value"].notna()].groupby("time_period")["area_code"].agg(set)
    assert not any(WHOLE in codes and codes & {*SEVEN} for codes in figures)
    given = {(row["area"], row["time_period"]) for row in rows if row["value"] is not None}
    made = frame[frame["status_flags"].fillna("").str.contains("from_parts") & frame["value"].notna()]
    assert all({(code, period) for code in SEVEN} <= given for period in made["time_period"])


@mixed
@given(tables().flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))), st.sampled_from(KINDS))
def test_order_makes_no_difference(both: tuple[list[dict[str, Any]], list[dict[str, Any]]], measured: Measured) -> None:
    first, second = (observed(measured, rows) for rows in both)
    assert_frame_equal(first.frame, second.frame)
    assert (first.outside, first.repeated, first.notes) == (second.outside, second.repeated, second.notes)


def as_rebased(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows on their way, as ``observe`` has them before re-basing."""
    former = {area: area in SEVEN for area in {row["area"] for row in rows}}
    placed = {
        area: {"area_code": area, "area_level": "lad", "area_flag": "former_area" if of_old else "",
               "source_area_code": area, "area_vintage": "2023-03" if of_old else "2023-04"}
        for area, of_old in former.items()
    }  # fmt: skip
    frame = pd.DataFrame([{**CELL, **row, **placed[row["area"]]} for row in rows]).drop(columns="area")
    frame["status"] = ["not_available" if missing else "" for missing in frame["value"].isna()]
    kinds = dict.fromkeys(("value", "lower_ci", "upper_ci", "numerator", "denominator"), float)
    return frame.astype({**kinds, "note": object})


@mixed
@given(tables(), st.sampled_from(KINDS))
def test_twice_is_once(rows: list[dict[str, Any]], measured: Measured) -> None:
    once = rebase(as_rebased(rows), REGISTRY, measured)
    twice = rebase(once.frame, REGISTRY, measured)
    assert_frame_equal(once.frame.reset_index(drop=True), twice.frame.reset_index(drop=True))
    assert (twice.unused, twice.notes) == (0, ())


def test_what_has_not_changed_is_left_alone() -> None:
    frame = as_rebased([{"area": LEEDS, "value": 1.0}, {"area": WHOLE, "value": 2.0}])
    rebased = rebase(frame, REGISTRY, COUNT)
    pd.testing.assert_frame_equal(rebased.frame, frame)
    assert (rebased.unused, rebased.notes) == (0, ())
    assert rebase(frame, REGISTRY, COUNT).frame is frame


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([], 0.0), ([0.1] * 10, 1.0), ([1e16, 1.0, -1e16], 1.0), ([1.0, nan], nan), ([math.inf, 1.0], math.inf)],
)
def test_a_total_is_exact(numbers: list[float], expected: float) -> None:
    assert total(numbers) == pytest.approx(expected, abs=0, nan_ok=True)
