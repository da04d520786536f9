"""Small areas and partnerships brought to districts: summed, made again, apportioned, or missing with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from math import nan
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.errors import CheckError
from yhovi.engine.geography import AS_PUBLISHED, load_registry
from yhovi.engine.measures import Measured
from yhovi.engine.observations import Observed, Subject, observe
from yhovi.engine.rebasing import Weights

from support.properties import tried

YEAR, NEXT = "2021-01-01/P1Y", "2022-01-01/P1Y"
YORK, LEEDS, YORKSHIRE = "E06000014", "E08000035", "E12000003"
SEVEN = tuple(f"E0700016{last}" for last in range(3, 10))
TOGETHER = "E22000372"

COUNT = Measured("count", "persons")
PERCENT = Measured("proportion", "percent")
MEDIAN = Measured("median", "gbp")

CELL: Mapping[str, Any] = {
    "time_period": YEAR,
    "breakdown": "_T",
    **dict.fromkeys(("value", "lower_ci", "upper_ci", "numerator", "denominator"), nan),
    "status": None,
    "note": None,
}
SHOWN = ("area_code", "value", "numerator", "denominator", "status_reason", "status_flags")

Rows = Iterable[Mapping[str, Any]]


def observed(
    measured: Measured,
    rows: Rows,
    made_from: str = "lsoa",
    vintage: str = "2023-04",
    weights: Weights | None = None,
    region: str = YORKSHIRE,
) -> Observed:
    registry = load_registry(vintage)
    areas = (*registry.at("lad", region), registry.areas[region])
    cells = pd.DataFrame([{**CELL, **row} for row in rows])
    subject = Subject("S-1", measured, "lad", areas, registry, "published", AS_PUBLISHED, made_from, weights)
    return observe(cells, subject)


def shown(found: Observed, *names: str) -> list[list[Any]]:
    frame = found.frame[list(names or SHOWN)]
    return [[None if pd.isna(cell) else cell for cell in row] for row in frame.values.tolist()]


@cache
def parts(district: str, census: str, level: str = "lsoa") -> tuple[str, ...]:
    registry = load_registry("2023-04")
    small, found = registry.small()[level], registry.lookup(level)
    return tuple(sorted(code for code, area in small.items() if census in area.censuses and found[code] == district))


def each(codes: Iterable[str], **said: Any) -> list[dict[str, Any]]:
    return [{"area": code, **said} for code in codes]


FLAGS = "from_lsoa summed_from_parts"
ROW = [YORK, 120.0, None, None, None, FLAGS]
OLD, NEW = parts(YORK, "2011"), parts(YORK, "2021")
BOTH = sorted({*OLD} & {*NEW})

COUNTS: dict[str, tuple[list[dict[str, Any]], list[list[Any]]]] = {
    "all of 2011": (each(OLD, value=1.0), [ROW]),
    "all of 2021": (each(NEW, value=1.0), [[YORK, 121.0, *ROW[2:]]]),
    "zeros": (each(OLD, value=0.0), [[YORK, 0.0, *ROW[2:]]]),
    "one absent": (
        each(OLD[1:], value=1.0),
        [[YORK, None, None, None, "not_available", f"from_lsoa parts_absent {FLAGS[10:]}"]],
    ),
    "one missing": (
        [*each(OLD[1:], value=1.0), {"area": OLD[0]}],
        [[YORK, None, None, None, "not_available", FLAGS]],
    ),
    "one suppressed": (
        [*each(OLD[1:], value=1.0, numerator=1.0), {"area": OLD[0], "status": "suppressed", "numerator": 3.0}],
        [[YORK, None, None, None, "suppressed", FLAGS]],
    ),
    "one provisional": (
        [*each(OLD[1:], value=1.0), {"area": OLD[0], "value": 1.0, "status": "provisional"}],
        [[YORK, 120.0, None, None, "provisional", FLAGS]],
    ),
    "none but those of both censuses": (
        each(BOTH, value=1.0),
        [[YORK, None, None, None, "not_available", f"from_lsoa parts_absent {FLAGS[10:]}"]],
    ),
    "numerators and denominators": (
        each(OLD, value=1.0, numerator=2.0, denominator=3.0),
        [[YORK, 120.0, 240.0, 360.0, None, FLAGS]],
    ),
    "small letters": (each(map(str.lower, OLD), value=1.0), [ROW]),
    "rows that repeat": (each(OLD, value=1.0) * 2, [ROW]),
    "each period with its own census": (
        [*each(OLD, value=1.0), *each(NEW, value=1.0, time_period=NEXT)],
        [ROW, [YORK, 121.0, *ROW[2:]]],
    ),
    "the district itself": (
        [*each(OLD, value=1.0), {"area": YORK, "value": 119.0}],
        [[YORK, 119.0, None, None, None, None]],
    ),
    "the region beside them": (
        [*each(OLD, value=1.0), {"area": YORKSHIRE, "value": 5000.0}],
        [ROW, [YORKSHIRE, 5000.0, None, None, None, None]],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), COUNTS.values(), ids=COUNTS)
def test_small_areas_are_summed(rows: list[dict[str, Any]], expected: list[list[Any]]) -> None:
    assert shown(observed(COUNT, rows)) == expected
    assert shown(observed(COUNT, reversed(rows))) == expected


def test_msoas_of_2011_make_districts_too() -> None:
    rows = each(parts("E06000012", "2011", "msoa"), value=2.0)
    assert shown(observed(COUNT, rows, "msoa")) == [
        ["E06000012", 46.0, None, None, None, "from_msoa summed_from_parts"]
    ]


def test_a_share_is_made_again() -> None:
    rows = [
        {"area": code, "value": 100 * n / 500, "numerator": float(n), "denominator": 500.0}
        for n, code in enumerate(OLD, 1)
    ]
    above, below = sum(range(1, 121)), 500 * 120
    expected = [[YORK, pytest.approx(100 * above / below), above, below, None, "from_lsoa rederived_from_parts"]]
    assert shown(observed(PERCENT, rows)) == expected


@pytest.mark.parametrize("measured", [MEDIAN, PERCENT])
def test_what_can_not_be_made_is_missing_and_no_small_area_is_kept(measured: Measured) -> None:
    found = observed(measured, each(OLD, value=7.0))
    assert shown(found) == [[YORK, None, None, None, "not_published_at_this_level", "from_lsoa"]]
    assert found.outside == 0


def test_without_saying_so_small_areas_are_left_out() -> None:
    found = observed(COUNT, each(OLD, value=1.0), "")
    assert (len(found.frame), found.outside) == (0, 120)


def test_small_areas_of_elsewhere_are_counted() -> None:
    elsewhere = [{"area": "E01000001", "value": 1.0}, {"area": "W01000001", "value": 1.0}]
    found = observed(COUNT, [*each(OLD, value=1.0), *elsewhere])
    assert (shown(found), found.outside, dict(found.foreign)) == ([ROW], 2, {})


def test_a_likely_slip_is_told() -> None:
    meant, slip = "E01013366", "E01013367"
    rows = each((code for code in OLD if code != meant), value=1.0)
    found = observed(COUNT, [*rows, {"area": slip, "value": 1.0}, {"area": "E01099999", "value": 1.0}])
    assert dict(found.foreign) == {slip: 1}
    assert found.notes == (
        f"Districts have no figure where some of their LSOAs are absent: {YORK} {YEAR} (1 of 120, such as {meant}).",
    )


def test_two_censuses_in_one_period_are_refused() -> None:
    with pytest.raises(CheckError) as caught:
        observed(COUNT, each({*OLD, *NEW}, value=1.0))
    old, new = (min({*one} - {*other}) for one, other in ((OLD, NEW), (NEW, OLD)))
    assert str(caught.value) == (
        f"The LSOAs of {YEAR} are of two censuses: {old} of 2011 alone and {new} of 2021 alone. "
        "Keep the rows of one census in the recipe; every period may have its own."
    )


def test_a_small_area_with_two_figures_is_refused() -> None:
    with pytest.raises(CheckError) as caught:
        observed(COUNT, [*each(OLD, value=1.0), {"area": OLD[0], "value": 2.0}])
    assert str(caught.value) == (
        f"Several different figures are there for the same of the LSOAs: {OLD[0]} {YEAR}. "
        "Keep one kind of row in the recipe, or say in observe which column is the breakdown."
    )


def test_what_is_printed_of_the_district_is_held_against_its_parts() -> None:
    found = observed(COUNT, [*each(OLD, value=100.0), {"area": YORK, "value": 5000.0}])
    assert found.notes == (
        f"Parts don't add up to the figure that the source prints of the area: {YORK} {YEAR} 5000, its parts 12000.",
    )
    assert found.outside == 120


@tried(25)
@given(st.data())
def test_districts_have_the_total_of_their_small_areas(data: st.DataObject) -> None:
    census = data.draw(st.sampled_from(["2011", "2021"]))
    level = data.draw(st.sampled_from(["lsoa", "msoa"]))
    wanted = data.draw(st.lists(st.sampled_from([YORK, "E06000065", "E06000013"]), unique=True, min_size=1))
    codes = [code for district in wanted for code in parts(district, census, level)]
    values = data.draw(st.lists(st.integers(0, 10**6), min_size=len(codes), max_size=len(codes)))
    rows = [{"area": code, "value": float(value)} for code, value in zip(codes, values, strict=True)]
    found = observed(COUNT, data.draw(st.permutations(rows)), level)
    assert set(found.frame["area_code"]) == set(wanted)
    assert found.frame["value"].sum() == sum(values)


# Partnerships ------------------------------------------------------------------------------------------


def test_one_partnership_of_one_district_stands_for_it() -> None:
    expected = [["E06000065", 7.0, None, None, None, "from_csp"]]
    assert shown(observed(COUNT, [{"area": TOGETHER, "value": 7.0}], "csp")) == expected


CUMBERLAND = ("E22000031", "E22000033", "E22000034")
NORTH_WEST = "E12000002"


def test_several_partnerships_of_one_district_are_summed() -> None:
    found = observed(COUNT, each(CUMBERLAND, value=2.0), "csp", region=NORTH_WEST)
    assert shown(found) == [["E06000063", 6.0, None, None, None, "from_csp summed_from_parts"]]
    less = observed(COUNT, each(CUMBERLAND[1:], value=2.0), "csp", region=NORTH_WEST)
    absent = "from_csp parts_absent summed_from_parts"
    assert shown(less) == [["E06000063", None, None, None, "not_available", absent]]
    told = f"E06000063 {YEAR} (1 of 3, such as E22000031)"
    assert less.notes == (f"Districts have no figure where some of their partnerships are absent: {told}.",)


def people(*numbers: float, period: str = YEAR, breakdown: str = "_T") -> list[dict[str, Any]]:
    return [
        {"area_code": code, "time_period": period, "breakdown": breakdown, "value": number}
        for code, number in zip(SEVEN, numbers, strict=True)
    ]


def apportioned(rows: Rows, weights: list[dict[str, Any]], measured: Measured = COUNT) -> Observed:
    return observed(measured, rows, "csp", "2022-04", Weights("D-POP", pd.DataFrame(weights)))


def test_a_partnership_of_several_districts_is_apportioned() -> None:
    weights = [*people(1, 1, 1, 1, 1, 1, 2), *people(0, 0, 0, 0, 0, 0, 9, breakdown="men")]
    found = apportioned([{"area": TOGETHER, "value": 80.0}], weights)
    flags = "apportioned from_csp"
    assert shown(found) == [[code, 10.0 if code < SEVEN[6] else 20.0, None, None, "estimated", flags] for code in SEVEN]
    assert set(found.frame["note"]) == {"100 % estimated: apportioned by D-POP."}
    assert set(found.frame["obs_status"]) == {"E"}
    first = ", ".join(f"{code} {YEAR}" for code in SEVEN[:5])
    assert found.notes == (f"7 figures are 100 % estimated, apportioned by D-POP: {first} and 2 more.",)


def test_the_newest_earlier_weights_are_taken_where_there_are_none() -> None:
    weights = [
        *people(9, 9, 9, 9, 9, 9, 9, period="2019-01-01/P1Y"),
        *people(1, 1, 1, 1, 1, 1, 4),
        *people(5, 5, 5, 5, 5, 5, 5, period="2023-01-01/P1Y"),
    ]
    found = apportioned([{"area": TOGETHER, "value": 100.0, "time_period": NEXT}], weights)
    assert found.frame["value"].tolist() == [10.0] * 6 + [40.0]
    assert set(found.frame["note"]) == {f"100 % estimated: apportioned by D-POP of {YEAR}."}


@pytest.mark.parametrize(
    "weights",
    [
        people(1, 1, 1, 1, 1, 1, nan),
        people(1, 1, 1, 1, 1, 1, 1)[:6],
        people(0, 0, 0, 0, 0, 0, 0),
        people(1, 1, 1, 1, 1, 1, -1),
        people(1, 1, 1, 1, 1, 1, 1, period=NEXT),
        [],
    ],
    ids=["a missing one", "an absent one", "nobody", "a negative one", "later ones", "none"],
)
def test_without_all_weights_nothing_is_apportioned(weights: list[dict[str, Any]]) -> None:
    found = apportioned([{"area": TOGETHER, "value": 80.0}], weights)
    expected = [None, None, None, "not_available", "apportioned from_csp"]
    assert shown(found) == [[code, *expected] for code in SEVEN]
    assert found.notes == ()


def test_a_suppressed_partnership_stays_so() -> None:
    rows = [{"area": TOGETHER, "status": "suppressed"}]
    expected = [None, None, None, "suppressed", "apportioned from_csp"]
    assert shown(apportioned(rows, people(1, 1, 1, 1, 1, 1, 1))) == [[code, *expected] for code in SEVEN]


def test_what_does_not_sum_is_not_apportioned() -> None:
    expected = [None, None, None, "not_published_at_this_level", "from_csp"]
    found = apportioned([{"area": TOGETHER, "value": 8.0}], people(1, 1, 1, 1, 1, 1, 1), MEDIAN)
    assert shown(found) == [[code, *expected] for code in SEVEN]


def test_a_district_that_is_printed_is_not_apportioned() -> None:
    rows = [{"area": TOGETHER, "value": 70.0}, {"area": SEVEN[0], "value": 11.0}]
    found = apportioned(rows, people(1, 1, 1, 1, 1, 1, 1))
    assert found.frame["value"].tolist() == [11.0] + [10.0] * 6
    assert found.outside == 1


@tried(50)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**6), min_size=7, max_size=7))
def test_shares_add_up(value: int, weights: list[int]) -> None:
    found = apportioned([{"area": TOGETHER, "value": float(value)}], people(*map(float, weights)))
    assert found.frame["value"].sum() == pytest.approx(value)
