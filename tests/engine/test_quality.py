"""The checks at work: each with what it lets pass, what it finds, and the sentence in which it says so."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yhovi.engine.amendments import Acceptance
from yhovi.engine.checks import ALWAYS, CHECK_SIGNATURES
from yhovi.engine.geography import Area, load_registry
from yhovi.engine.measures import Measured
from yhovi.engine.observations import Observed, Subject, observe
from yhovi.engine.periods import Period
from yhovi.engine.quality import CHECKS, DEFAULT_SHRINK, Case, Finding, judge, shrink_limit

REGISTRY = load_registry("2023-04")
DISTRICTS = tuple(area for area in REGISTRY.at("lad", "E12000003") if area.name in {"Leeds", "Wakefield", "Sheffield"})
AREAS = (*DISTRICTS, REGISTRY.areas["E12000003"], REGISTRY.areas["E92000001"])
SHEFFIELD, LEEDS, WAKEFIELD = (area.code for area in DISTRICTS)
REGION, ENGLAND = "E12000003", "E92000001"
TODAY = date(2026, 3, 31)
Y2022, Y2023 = "2022-01-01/P1Y", "2023-01-01/P1Y"
LEFT_OUT = "The source left areas out, or prints codes that the recipe drops."

Row = Mapping[str, Any]


def row(area: str = LEEDS, period: str = Y2023, value: float | None = 74.1, **said: Any) -> Row:
    """One observation, as far as checks look at it."""
    return {
        "area_code": area,
        "area_level": {REGION: "region", ENGLAND: "country"}.get(area, "lad"),
        "source_area_code": area,
        "time_period": period,
        "period_start": period[:10],
        "period_end": Period.parse(period).end.isoformat(),
        "breakdown": "_T",
        "value": value,
        "obs_status": "A" if value is not None else "Q",
        **said,
    }


def case(
    rows: Sequence[Row],
    checks: Mapping[str, Any] | None = None,
    *,
    release: str | None = "2024-04",
    areas: tuple[Area, ...] = AREAS,
    measured: Measured = Measured("mean", "years"),  # noqa: B008  (frozen)
    accept: tuple[Acceptance, ...] = (),
    other: pd.DataFrame | None = None,
    **left_out: Any,
) -> Case:
    frame = pd.DataFrame(rows, columns=list(row())).astype({"value": float})
    observed = Observed(frame, **{"outside": 0, "no_codes": (), "repeated": 0, **left_out})
    return Case(observed, checks or {}, areas, "lad", release, measured, accept, TODAY, other)


def findings(*said: Any, **more: Any) -> tuple[Finding, ...]:
    return judge(case(*said, **more)).findings


def test_every_check_is_either_always_run_or_can_be_asked_for() -> None:
    """The one that isn't among the checks at work, ``shrink``, is for whoever knows what is loaded."""
    assert {*CHECKS} == {*ALWAYS, *CHECK_SIGNATURES} - {"shrink"}


def test_good_observations_pass() -> None:
    checks = {
        "range": {"min": 0, "max": 100},
        "complete": {"areas": "all"},
        "golden": [{"area": LEEDS, "period": 2023, "value": 74.1, "release": "2024-04", "cite": "ONS"}],
    }
    assert findings([row(area.code) for area in AREAS], checks) == ()


# not_empty -------------------------------------------------------------------------------------------

NOTHING: dict[str, tuple[int, str]] = {
    "nothing at all": (0, "No observation came out. Look at the recipe's keep steps."),
    "one of another area": (
        1,
        "No observation came out; 1 row was of another area. Look at the recipe's keep steps.",
    ),
    "many of other areas": (
        12_345,
        "No observation came out; 12,345 rows were of other areas. Look at the recipe's keep steps.",
    ),
}


@pytest.mark.parametrize(("outside", "message"), NOTHING.values(), ids=NOTHING)
def test_nothing_stops_the_load_and_is_said_once(outside: int, message: str) -> None:
    checks = {"range": {"min": 0}, "complete": {"areas": "all", "since": 2020}}
    assert findings([], checks, outside=outside) == (Finding("not_empty", "stop", message),)


# known_areas -----------------------------------------------------------------------------------------

TEXTS: dict[str, tuple[tuple[str, ...], str]] = {
    "one": (("Leeds",), "1 area text is no code and was left out: 'Leeds'."),
    "two, one of them blank": (("", "Leeds"), "2 area texts are no codes and were left out: (blank), 'Leeds'."),
    "six": (tuple("abcdef"), "6 area texts are no codes and were left out: 'a', 'b', 'c', 'd', 'e' and 1 more."),
}


@pytest.mark.parametrize(("texts", "message"), TEXTS.values(), ids=TEXTS)
def test_texts_that_are_no_codes_are_told(texts: tuple[str, ...], message: str) -> None:
    assert findings([row()], no_codes=texts) == (Finding("known_areas", "warn", message),)


FOREIGN = (
    " left out may be a slip, as no such area is known or an area like it is absent: {}. `yhovi geography explain CODE`"
    " tells what a code is."
)


@pytest.mark.parametrize(
    ("foreign", "said"),
    [
        ({"E06000061": 1}, "1 area code" + FOREIGN.format("E06000061 (1 row)")),
        ({"E06000061": 2, "E99999999": 30}, "2 area codes" + FOREIGN.format("E06000061 (2 rows), E99999999 (30 rows)")),
    ],
)
def test_codes_that_may_be_slips_are_told(foreign: Mapping[str, int], said: str) -> None:
    assert findings([row()], foreign=foreign) == (Finding("known_areas", "warn", said),)


def test_notes_on_areas_are_told() -> None:
    told = findings([row()], notes=("One note.", "Another one."))
    assert [(finding.severity, finding.message) for finding in told] == [
        ("warn", "One note."),
        ("warn", "Another one."),
    ]


# unique ----------------------------------------------------------------------------------------------

TWICE = (
    "more than once with different content: {}. "
    "The recipe keeps rows of several series, or the source has revised rows beside the old ones."
)

REPEATED: dict[str, tuple[list[Row], str, tuple[int, ...]]] = {
    "one, twice": (
        [row(WAKEFIELD), row(), row(value=1.0)],
        f"1 observation comes {TWICE.format(f'{LEEDS} {Y2023}')}",
        (1, 2),
    ),
    "two, twice and three times": (
        [row(), row(value=1.0), row(WAKEFIELD), row(WAKEFIELD, value=1.0), row(WAKEFIELD, value=2.0)],
        f"2 observations come {TWICE.format(f'{LEEDS} {Y2023}, {WAKEFIELD} {Y2023}')}",
        (0, 1, 2, 3, 4),
    ),
    "of a breakdown": (
        [row(breakdown="F"), row(), row(breakdown="F", value=1.0)],
        f"1 observation comes {TWICE.format(f'{LEEDS} {Y2023} F')}",
        (0, 2),
    ),
}


@pytest.mark.parametrize(("rows", "message", "places"), REPEATED.values(), ids=REPEATED)
def test_an_observation_that_comes_twice_stops_the_load(rows: list[Row], message: str, places: tuple[int, ...]) -> None:
    assert findings(rows) == (Finding("unique", "stop", message, places),)


def test_breakdowns_and_periods_are_observations_of_their_own() -> None:
    assert findings([row(), row(breakdown="F"), row(period=Y2022), row(WAKEFIELD)]) == ()


# one_end ---------------------------------------------------------------------------------------------

THREE_YEARS, QUARTER, THREE_TO_2022 = "2021-01-01/P3Y", "2023-10-01/P3M", "2020-01-01/P3Y"
CLASH = "Periods of different length end on the same day: {}. Keep one length in the recipe."

ENDS: dict[str, tuple[list[Row], list[str]]] = {
    "a year and three years": (
        [row(), row(period=THREE_YEARS)],
        [CLASH.format("2021-01-01/P3Y and 2023-01-01/P1Y")],
    ),
    "at two ends": (
        [row(period=period) for period in (Y2023, THREE_YEARS, Y2022, THREE_TO_2022)],
        [CLASH.format("2020-01-01/P3Y and 2022-01-01/P1Y, 2021-01-01/P3Y and 2023-01-01/P1Y")],
    ),
    "three lengths": (
        [row(), row(period=THREE_YEARS), row(period=QUARTER)],
        [CLASH.format("2021-01-01/P3Y and 2023-01-01/P1Y and 2023-10-01/P3M")],
    ),
    "of different areas": ([row(), row(WAKEFIELD, THREE_YEARS)], []),
    "of different breakdowns": ([row(), row(period=THREE_YEARS, breakdown="F")], []),
    "different ends": ([row(), row(period=Y2022), row(period=THREE_TO_2022, breakdown="F")], []),
}


@pytest.mark.parametrize(("rows", "messages"), ENDS.values(), ids=ENDS)
def test_periods_that_end_together_stop_the_load(rows: list[Row], messages: list[str]) -> None:
    """Those that end on different days or aren't of one area are left to one_length, which tells of them once."""
    told = [finding for finding in findings(rows) if finding.check == "one_end"]
    assert told == [Finding("one_end", "stop", message) for message in messages]
    assert len(findings(rows)) == 1


# range -----------------------------------------------------------------------------------------------

LIMITS: dict[str, tuple[dict[str, float], list[float | None], str, tuple[int, ...]]] = {
    "below the least": (
        {"min": 0},
        [-0.5, 0, 1e9],
        "1 value lies below 0 and is held back: E08000035 2023-01-01/P1Y -0.5.",
        (0,),
    ),
    "above the most": (
        {"max": 100},
        [-1e9, 100, 100.25],
        "1 value lies above 100 and is held back: E08000035 2023-01-01/P1Y F2 100.25.",
        (2,),
    ),
    "outside both": (
        {"min": 0, "max": 100},
        [-1, 50, 1_234_567.5],
        (
            "2 values lie outside 0 to 100 and are held back: E08000035 2023-01-01/P1Y -1, "
            "E08000035 2023-01-01/P1Y F2 1234567.5."
        ),
        (0, 2),
    ),
    "many": (
        {"max": 0},
        [1, 2, 3, 4, 5, 6, 7],
        (
            "7 values lie above 0 and are held back: E08000035 2023-01-01/P1Y 1, E08000035 2023-01-01/P1Y F1 2, "
            "E08000035 2023-01-01/P1Y F2 3, E08000035 2023-01-01/P1Y F3 4, E08000035 2023-01-01/P1Y F4 5 and 2 more."
        ),
        (0, 1, 2, 3, 4, 5, 6),
    ),
    "a missing one beside it": (
        {"min": 0},
        [None, -1],
        "1 value lies below 0 and is held back: E08000035 2023-01-01/P1Y F1 -1.",
        (1,),
    ),
}


def valued(values: Sequence[float | None]) -> list[Row]:
    return [row(value=value, breakdown=f"F{place}" if place else "_T") for place, value in enumerate(values)]


@pytest.mark.parametrize(("limits", "values", "message", "held"), LIMITS.values(), ids=LIMITS)
def test_values_out_of_range_are_held(
    limits: dict[str, float], values: list[float | None], message: str, held: tuple[int, ...]
) -> None:
    verdict = judge(case(valued(values), {"range": limits}))
    assert (verdict.findings, verdict.held) == ((Finding("range", "hold", message, held),), frozenset(held))


@pytest.mark.parametrize("limits", [{"min": 0}, {"max": 0}, {"min": 1, "max": 2}], ids=str)
def test_a_missing_value_is_never_held(limits: dict[str, float]) -> None:
    assert findings([row(value=None)], {"range": limits}) == ()


def test_limits_are_allowed_values() -> None:
    assert findings(valued([0, 100]), {"range": {"min": 0, "max": 100}}) == ()


# max_change ------------------------------------------------------------------------------------------

CHANGES: dict[str, tuple[list[Row], str, tuple[int, ...]]] = {
    "up": (
        [row(period=Y2022, value=50), row(value=71)],
        "1 value differs by more than 40% from the period before and is held back: E08000035 2023-01-01/P1Y 50 → 71.",
        (1,),
    ),
    "down, and the rows in another order": (
        [row(value=29), row(period=Y2022, value=50)],
        "1 value differs by more than 40% from the period before and is held back: E08000035 2023-01-01/P1Y 50 → 29.",
        (0,),
    ),
    "several": (
        [row(period=Y2022, value=50), row(value=0), row(WAKEFIELD, Y2022, -1), row(WAKEFIELD, value=1)],
        (
            "2 values differ by more than 40% from the period before and are held back: "
            "E08000035 2023-01-01/P1Y 50 → 0, E08000036 2023-01-01/P1Y -1 → 1."
        ),
        (1, 3),
    ),
}


@pytest.mark.parametrize(("rows", "message", "held"), CHANGES.values(), ids=CHANGES)
def test_a_jump_is_held_back(rows: list[Row], message: str, held: tuple[int, ...]) -> None:
    assert findings(rows, {"max_change": "40%"}) == (Finding("max_change", "hold", message, held),)


STEADY: dict[str, list[Row]] = {
    "as much as is allowed": [row(period=Y2022, value=50), row(value=70)],
    "one of them is missing": [row(period=Y2022, value=None), row(value=70)],
    "of different areas": [row(period=Y2022, value=50), row(WAKEFIELD, value=90)],
    "of different breakdowns": [row(period=Y2022, value=50), row(value=90, breakdown="F")],
    "nothing before": [row(value=90)],
}


@pytest.mark.parametrize("rows", STEADY.values(), ids=STEADY)
def test_a_steady_series_passes(rows: list[Row]) -> None:
    assert findings(rows, {"max_change": "40%"}) == ()


# complete --------------------------------------------------------------------------------------------

BOTH_YEARS = [row(code, period) for code in (SHEFFIELD, LEEDS, WAKEFIELD) for period in (Y2022, Y2023)]

COMPLETE: dict[str, tuple[list[Row], Any, list[str]]] = {
    "all there": (BOTH_YEARS, None, []),
    "one absent": (
        BOTH_YEARS[:-1],
        None,
        [f"1 of 6 observations is absent: {WAKEFIELD} Wakefield {Y2023}. {LEFT_OUT}"],
    ),
    "several absent": (
        [row(period=Y2022), row()],
        None,
        [
            (
                f"4 of 6 observations are absent: {SHEFFIELD} Sheffield {Y2022}, {WAKEFIELD} Wakefield {Y2022}, "
                f"{SHEFFIELD} Sheffield {Y2023}, {WAKEFIELD} Wakefield {Y2023}. {LEFT_OUT}"
            )
        ],
    ),
    "a suppressed one": ([*BOTH_YEARS[:-1], row(WAKEFIELD, Y2023, None)], None, []),
    "one of a breakdown only": (
        [*BOTH_YEARS[:-1], row(WAKEFIELD, breakdown="F")],
        None,
        [f"1 of 6 observations is absent: {WAKEFIELD} Wakefield {Y2023}. {LEFT_OUT}"],
    ),
    "a period that only a breakdown has": ([*BOTH_YEARS, row(period="2021-01-01/P1Y", breakdown="F")], None, []),
    "a period that only the region has": ([*BOTH_YEARS, row(REGION, "2021-01-01/P1Y")], None, []),
    "absent before": (BOTH_YEARS[1:], 2023, []),
    "absent since": (
        BOTH_YEARS[1:],
        2022,
        [f"1 of 6 observations is absent: {SHEFFIELD} Sheffield {Y2022}. {LEFT_OUT}"],
    ),
    "no period": (BOTH_YEARS, 2024, [f"No observation of level lad since 2024 came. {LEFT_OUT}"]),
    "nothing of the level": ([row(REGION)], None, [f"No observation of level lad came. {LEFT_OUT}"]),
    "nothing but breakdowns": (
        [row(breakdown="F")],
        None,
        [f"No observation of level lad came. {LEFT_OUT}"],
    ),
}


@pytest.mark.parametrize(("rows", "since", "messages"), COMPLETE.values(), ids=COMPLETE)
def test_an_absent_observation_stops_the_load(rows: list[Row], since: Any, messages: list[str]) -> None:
    said = {"areas": "all"} if since is None else {"areas": "all", "since": since}
    assert findings(rows, {"complete": said}) == tuple(Finding("complete", "stop", message) for message in messages)


FINANCIAL = "2022-04-01/P1Y"

SINCE: dict[str, tuple[str, Any, bool]] = {
    "a year, ends in it": (Y2022, 2022, True),
    "a year, ended before": (Y2022, 2023, False),
    "a year as text": (Y2022, "2022", True),
    "a financial year ends in the next": (FINANCIAL, 2023, True),
    "a month, ends in it": (FINANCIAL, "2023-03", True),
    "a month, ended before": (FINANCIAL, "2023-04", False),
    "a day, ends on it": (FINANCIAL, "2023-03-31", True),
    "a day, ended before": (FINANCIAL, "2023-04-01", False),
    "an interval, the same": (FINANCIAL, FINANCIAL, True),
    "an interval that ends later": (Y2022, FINANCIAL, False),
    "an interval that ended before": (FINANCIAL, Y2022, True),
}


@pytest.mark.parametrize(("period", "since", "counts"), SINCE.values(), ids=SINCE)
def test_since_is_told_by_a_periods_end(period: str, since: Any, counts: bool) -> None:
    """A period that counts is complete here; one that doesn't leaves none."""
    areas = (DISTRICTS[1],)
    assert (findings([row(period=period)], {"complete": {"areas": "all", "since": since}}, areas=areas) == ()) is counts


# reconcile -------------------------------------------------------------------------------------------


YEARS, PERCENT = Measured("mean", "years"), Measured("survey_percentage", "percent")


def there(*rows: Row, unit: str = "years") -> pd.DataFrame:
    """What is current of the other indicator."""
    frame = pd.DataFrame(rows, columns=list(row())).astype({"value": float})
    return frame.assign(unit_measure=unit)


def compared(
    here: Sequence[Row], other: pd.DataFrame | None, measured: Measured = YEARS, **said: Any
) -> tuple[Finding, ...]:
    reconcile = {"with": "S-1", "tolerance": 0.1, **said}
    return findings(here, {"reconcile": reconcile}, measured=measured, other=other)


AGREED: dict[str, tuple[list[Row], pd.DataFrame, dict[str, Any]]] = {
    "the same": ([row()], there(row()), {}),
    "within the tolerance": ([row(value=74.2)], there(row(value=74.1)), {}),
    "off by the tolerance, less what binary fractions do": ([row(value=0.3)], there(row(value=0.2)), {}),
    "within one percent": ([row(value=99.0)], there(row(value=100.0)), {"tolerance": 0.01, "relative": True}),
    "within one percent of a negative number": (
        [row(value=-99.0)],
        there(row(value=-100.0)),
        {"tolerance": 0.01, "relative": True},
    ),
    "zero, which has no share": ([row(value=0.0)], there(row(value=0.0)), {"tolerance": 0.01, "relative": True}),
    "in another unit of the same": ([row()], there(row(value=0.741), unit="fraction"), {"measured": PERCENT}),
    "an area that only one has": ([row(), row(WAKEFIELD, value=1.0)], there(row()), {}),
    "a period that only the other has": ([row()], there(row(), row(period=Y2022, value=1.0)), {}),
    "a breakdown that only one has": ([row(), row(breakdown="F", value=1.0)], there(row()), {}),
    "a number that is missing in one": (
        [row(), row(WAKEFIELD, value=None)],
        there(row(), row(WAKEFIELD, value=1.0)),
        {},
    ),
    "the same ones, as is said": ([row()], there(row()), {"periods": "same", "blocking": True}),
}


@pytest.mark.parametrize(("here", "other", "said"), AGREED.values(), ids=AGREED)
def test_two_routes_that_agree_say_nothing(here: list[Row], other: pd.DataFrame, said: dict[str, Any]) -> None:
    assert compared(here, other, **said) == ()


NOTHING_IN_COMMON = (
    "Nothing could be compared with S-1, as the two have no number of the same area, period and breakdown: here for"
    f" instance {LEEDS} {Y2023}, there "
)
DIFFERING: dict[str, tuple[list[Row], pd.DataFrame, dict[str, Any], str]] = {
    "one": (
        [row(value=74.1)],
        there(row(value=74.9)),
        {},
        f"1 of 1 number differs by more than 0.1 from S-1: {LEEDS} Leeds {Y2023} 74.1, there 74.9.",
    ),
    "two of three, by area, period and breakdown": (
        [row(), row(WAKEFIELD, value=50.0), row(SHEFFIELD, breakdown="F", value=2.0)],
        there(row(), row(WAKEFIELD, value=51.5), row(SHEFFIELD, breakdown="F", value=1.0)),
        {},
        (
            f"2 of 3 numbers differ by more than 0.1 from S-1: {WAKEFIELD} Wakefield {Y2023} 50, there 51.5,"
            f" {SHEFFIELD} Sheffield {Y2023} F 2, there 1."
        ),
    ),
    "by a share": (
        [row(value=98.0)],
        there(row(value=100.0)),
        {"tolerance": 0.015, "relative": True},
        f"1 of 1 number differs by more than 1.5% from S-1: {LEEDS} Leeds {Y2023} 98, there 100.",
    ),
    "in another unit": (
        [row(value=74.1)],
        there(row(value=0.8), unit="fraction"),
        {"measured": PERCENT},
        f"1 of 1 number differs by more than 0.1 from S-1: {LEEDS} Leeds {Y2023} 74.1, there 80.",
    ),
    "what only one has is counted": (
        [row(), row(WAKEFIELD, value=3.0), row(ENGLAND, value=None)],
        there(row(value=1.0), row(REGION), row(ENGLAND), row(period=Y2022)),
        {},
        (
            f"1 of 1 number differs by more than 0.1 from S-1: {LEEDS} Leeds {Y2023} 74.1, there 1."
            " Not compared: 1 only here, 2 only in S-1, 1 without a number in one of the two."
        ),
    ),
    "an area without a name": (
        [row("E06000010", value=1.0)],
        there(row("E06000010", value=2.0)),
        {},
        f"1 of 1 number differs by more than 0.1 from S-1: E06000010 {Y2023} 1, there 2.",
    ),
    "six": (
        [row(period=f"{year}-01-01/P1Y", value=1.0) for year in range(2010, 2016)],
        there(*(row(period=f"{year}-01-01/P1Y", value=2.0) for year in range(2010, 2016))),
        {},
        "6 of 6 numbers differ by more than 0.1 from S-1: "
        + ", ".join(f"{LEEDS} Leeds {year}-01-01/P1Y 1, there 2" for year in range(2010, 2015))
        + " and 1 more.",
    ),
    "nothing in common": (
        [row()],
        there(row(period=Y2022)),
        {},
        NOTHING_IN_COMMON + f"{LEEDS} {Y2022}. Not compared: 1 only here, 1 only in S-1.",
    ),
    "nothing but missing numbers in common": (
        [row()],
        there(row(value=None)),
        {},
        NOTHING_IN_COMMON + f"{LEEDS} {Y2023}. Not compared: 1 without a number in one of the two.",
    ),
}


@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize(("here", "other", "said", "message"), DIFFERING.values(), ids=DIFFERING)
def test_two_routes_that_differ_are_told_or_stop(
    here: list[Row], other: pd.DataFrame, said: dict[str, Any], message: str, blocking: bool
) -> None:
    (finding,) = compared(here, other, **said, blocking=blocking)
    assert (finding.check, finding.severity, finding.message) == ("reconcile", "stop" if blocking else "warn", message)


def test_the_rows_that_differ_are_named_by_their_place() -> None:
    here = [row(WAKEFIELD), row(SHEFFIELD, value=3.0), row(value=5.0)]
    (finding,) = compared(here, there(row(value=1.0), row(WAKEFIELD)))
    assert finding.rows == (2,)


NOT_AT_HAND = "It wasn't compared with S-1, of which nothing is at hand: run that first, and this one again."
ABSENT = {"not loaded": None, "nothing of it": there(), "loaded in another quantity": there(row(), unit="gbp")}


@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize("other", ABSENT.values(), ids=ABSENT)
def test_where_there_is_nothing_to_compare_with_that_is_told(other: pd.DataFrame | None, blocking: bool) -> None:
    """It stops nothing, for else the first of two could never be loaded."""
    assert compared([row()], other, blocking=blocking) == (Finding("reconcile", "warn", NOT_AT_HAND),)


def test_a_difference_may_be_accepted_for_a_time() -> None:
    accept = (Acceptance("reconcile", "revised in one of them", date(2026, 12, 31)),)
    checks = {"reconcile": {"with": "S-1", "tolerance": 0, "blocking": True}}
    (finding,) = findings([row(value=1.0)], checks, accept=accept, other=there(row(value=2.0)))
    assert finding.severity == "warn"
    assert finding.message.endswith("there 2. (Accepted until 2026-12-31: revised in one of them)")


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=20), st.floats(0, 10))
def test_exactly_those_that_are_further_apart_than_the_tolerance_are_found(
    pairs: list[tuple[float, float]], tolerance: float
) -> None:
    periods = [f"{2000 + place}-01-01/P1Y" for place in range(len(pairs))]
    here = [row(period=period, value=value) for period, (value, _) in zip(periods, pairs, strict=True)]
    other = there(*(row(period=period, value=value) for period, (_, value) in zip(periods, pairs, strict=True)))
    found = [place for one in compared(here, other, tolerance=tolerance) for place in one.rows]
    apart = [abs(mine - theirs) > tolerance + abs(theirs) * 1e-9 for mine, theirs in pairs]
    assert found == [place for place, differs in enumerate(apart) if differs]


# golden ----------------------------------------------------------------------------------------------

GOLDEN: Mapping[str, Any] = {
    "area": LEEDS,
    "period": Y2023,
    "value": 74.1,
    "release": "2024-04",
    "cite": "ONS, Table 3",
}
FIGURE = f"The published figure for {LEEDS} {Y2023} is 74.1, but"
CITED = "Cited from: ONS, Table 3."

MET: dict[str, tuple[Row, dict[str, Any]]] = {
    "as published": (row(), {}),
    "within the tolerance": (row(value=74.14), {"tolerance": 0.05}),
    "off by the tolerance, less what binary fractions do": (row(value=74.15), {"tolerance": 0.05}),
    "off by what binary fractions do": (row(value=0.1 + 0.2), {"value": 0.3}),
    "zero": (row(value=0.0), {"value": 0}),
    "by the end of the period": (row(), {"period": "2023-12-31"}),
    "by its year, a number": (row(), {"period": 2023}),
    "by the published code": (row(SHEFFIELD, source_area_code="E08000039"), {"area": "E08000039"}),
    "by the translated code": (row(SHEFFIELD, source_area_code="E08000039"), {"area": SHEFFIELD}),
    "another release, a number": (row(), {"release": 2023}),
}


@pytest.mark.parametrize(("found", "said"), MET.values(), ids=MET)
def test_a_golden_is_met(found: Row, said: dict[str, Any]) -> None:
    assert findings([found, row(WAKEFIELD, value=1.0)], {"golden": [{**GOLDEN, **said}]}) == ()


MISSED: dict[str, tuple[list[Row], dict[str, Any], str]] = {
    "another value": ([row(value=74.2)], {}, f"{FIGURE} 74.2 came out. {CITED}"),
    "off by more than the tolerance": ([row(value=74.2)], {"tolerance": 0.05}, f"{FIGURE} 74.2 came out. {CITED}"),
    "off by little": ([row(value=74.100001)], {}, f"{FIGURE} 74.100001 came out. {CITED}"),
    "a missing value": ([row(value=None)], {}, f"{FIGURE} no value came out. {CITED}"),
    "no observation": ([row(WAKEFIELD)], {}, f"{FIGURE} no observation came out. {CITED}"),
    "another period": ([row(period=Y2022)], {}, f"{FIGURE} no observation came out. {CITED}"),
    "a breakdown alone": ([row(breakdown="F")], {}, f"{FIGURE} no observation came out. {CITED}"),
    "several periods": (
        [row(), row(period="2023-11-01/P1M")],
        {"period": 2023},
        f"The published figure for {LEEDS} 2023 is 74.1, but 2 observations came out. {CITED}",
    ),
}


@pytest.mark.parametrize(("rows", "said", "message"), MISSED.values(), ids=MISSED)
def test_a_golden_of_the_same_release_stops_the_load(rows: list[Row], said: dict[str, Any], message: str) -> None:
    told = [finding for finding in findings(rows, {"golden": [{**GOLDEN, **said}]}) if finding.check == "golden"]
    assert told == [Finding("golden", "stop", message)]


RELEASES: dict[str, tuple[str | None, str]] = {
    "a later one": ("2025-01", "2025-01"),
    "one that isn't known": (None, "a release that the answer doesn't name"),
}


@pytest.mark.parametrize(("release", "named"), RELEASES.values(), ids=RELEASES)
def test_a_golden_of_another_release_only_warns(release: str | None, named: str) -> None:
    message = f"{FIGURE} 74.2 came out (published in 2024-04; this is {named}). {CITED}"
    assert findings([row(value=74.2)], {"golden": [GOLDEN]}, release=release) == (Finding("golden", "warn", message),)


def test_a_release_that_is_a_number_is_the_same_as_its_text() -> None:
    golden = {**GOLDEN, "release": 2026}
    (finding,) = findings([row(value=74.2)], {"golden": [golden]}, release="2026")
    assert finding.severity == "stop"


def test_each_golden_is_judged() -> None:
    goldens = [GOLDEN, {**GOLDEN, "value": 1}, {**GOLDEN, "value": 2, "release": "2020"}]
    assert [finding.severity for finding in findings([row()], {"golden": goldens})] == ["stop", "warn"]


def test_a_reason_in_place_of_goldens_is_accepted() -> None:
    assert findings([row()], {"golden": {"none": "Nothing comparable is published."}}) == ()


# The verdict -----------------------------------------------------------------------------------------


def test_all_findings_are_told_together() -> None:
    rows = [row(value=-1), row(value=-2), row(period=THREE_YEARS)]
    checks = {"range": {"min": 0}, "complete": {"areas": "all"}, "golden": [{**GOLDEN, "release": "2020"}]}
    verdict = judge(case(rows, checks, no_codes=("Leeds",)))
    assert [(finding.check, finding.severity) for finding in verdict.findings] == [
        ("known_areas", "warn"),
        ("unique", "stop"),
        ("one_end", "stop"),
        ("range", "hold"),
        ("complete", "stop"),
        ("golden", "warn"),
    ]
    assert [finding.check for finding in verdict.of("stop")] == ["unique", "one_end", "complete"]
    assert verdict.held == {0, 1}


METRICS: dict[str, tuple[list[float | None], dict[str, int], dict[str, float]]] = {
    "all there": (
        [1, 2],
        {},
        {"total": 2, "valid": 2, "invalid": 0, "missing": 0, "completeness": 100.0, "quality": 100.0},
    ),
    "one missing, one held": (
        [1, None, -1],
        {"outside": 7, "repeated": 3},
        {"total": 3, "valid": 1, "invalid": 1, "missing": 1, "completeness": 66.67, "quality": 33.33},
    ),
    "all missing": (
        [None],
        {},
        {"total": 1, "valid": 0, "invalid": 0, "missing": 1, "completeness": 0.0, "quality": 0.0},
    ),
    "nothing": (
        [],
        {"outside": 7},
        {"total": 0, "valid": 0, "invalid": 0, "missing": 0, "completeness": 0.0, "quality": 0.0},
    ),
}


@pytest.mark.parametrize(("values", "left_out", "expected"), METRICS.values(), ids=METRICS)
def test_quality_is_counted(values: list[float | None], left_out: dict[str, int], expected: dict[str, float]) -> None:
    verdict = judge(case(valued(values), {"range": {"min": 0}}, **left_out))
    assert verdict.metrics == {"outside": 0, "repeated": 0, **left_out, **expected}


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-10, 10)), max_size=20))
def test_every_observation_is_valid_invalid_or_missing(values: list[float | None]) -> None:
    metrics = judge(case(valued(values), {"range": {"min": -5, "max": 5}})).metrics
    assert metrics["valid"] + metrics["invalid"] + metrics["missing"] == metrics["total"] == len(values)


@pytest.mark.parametrize(
    ("checks", "limit"),
    [({}, DEFAULT_SHRINK), ({"shrink": "20%"}, 0.2), ({"shrink": "0%"}, 0.0), ({"shrink": "12.5%"}, 0.125)],
    ids=str,
)
def test_a_share_may_vanish(checks: dict[str, str], limit: float) -> None:
    assert shrink_limit(checks) == pytest.approx(limit)


def test_observations_are_judged_as_they_are_made() -> None:
    """Row numbers of findings are positions in the frame that ``observe`` gives, whatever the order of the cells."""
    cells = pd.DataFrame(
        {
            "area": [WAKEFIELD, LEEDS, "E08000039"],
            "time_period": Y2023,
            "breakdown": "_T",
            "value": [500.0, 74.1, 70.0],
            **dict.fromkeys(("lower_ci", "upper_ci", "numerator", "denominator"), math.nan),
            **dict.fromkeys(("status", "note")),
        }
    )
    observed = observe(
        cells, Subject("E-EJ-01", Measured("survey_percentage", "percent"), "lad", AREAS, REGISTRY, "published")
    )
    checks = {"range": {"max": 100}, "complete": {"areas": "all"}, "golden": [{**GOLDEN, "area": SHEFFIELD}]}
    verdict = judge(Case(observed, checks, AREAS, "lad", "2024-04", Measured("mean", "years")))
    assert observed.frame.loc[sorted(verdict.held), "area_code"].tolist() == [WAKEFIELD]
    assert [finding.message for finding in verdict.findings] == [
        f"1 value lies above 100 and is held back: {WAKEFIELD} {Y2023} 500.",
        f"The published figure for {SHEFFIELD} {Y2023} is 74.1, but 70 came out. {CITED}",
    ]


# one_length ------------------------------------------------------------------------------------------

LENGTHS: dict[str, tuple[tuple[str, ...], str]] = {
    "pooled and single years": (
        ("2020-01-01/P3Y", "2023-01-01/P1Y", "2024-01-01/P1Y"),
        "The periods are of different length: P1Y (2023-01-01/P1Y), P3Y (2020-01-01/P3Y). Keep one in the recipe.",
    ),
    "months and a year": (
        ("2023-01-01/P1M", "2023-02-01/P1M", "2022-01-01/P1Y"),
        "The periods are of different length: P1M (2023-01-01/P1M), P1Y (2022-01-01/P1Y). Keep one in the recipe.",
    ),
}


@pytest.mark.parametrize(("periods", "message"), LENGTHS.values(), ids=LENGTHS)
def test_periods_of_different_length_are_no_series(periods: tuple[str, ...], message: str) -> None:
    assert findings([row(period=period) for period in periods]) == (Finding("one_length", "stop", message),)


# scale -----------------------------------------------------------------------------------------------

PERCENT = Measured("proportion", "percent")
FRACTIONS = (0.423, 0.5, 0.611, 1.0, 0.0)


def five(values: Sequence[float]) -> list[Row]:
    """A series of five years."""
    return [row(period=f"{2019 + place}-01-01/P1Y", value=value) for place, value in enumerate(values)]


def test_fractions_that_pass_for_percentages_stop_the_load() -> None:
    message = (
        "All 5 percentages lie between 0 and 1 (0 to 1): if these are fractions, declare their unit and convert it to"
        " percent."
    )
    assert findings(five(FRACTIONS), measured=PERCENT) == (Finding("scale", "stop", message),)


NO_FRACTIONS: dict[str, tuple[Sequence[float], Measured]] = {
    "one above one": ((*FRACTIONS[:4], 1.1), PERCENT),
    "too few to tell": (FRACTIONS[:4], PERCENT),
    "nothing but zeros": ((0.0,) * 5, PERCENT),
    "another unit": (FRACTIONS, Measured("ratio", "ratio")),
}


@pytest.mark.parametrize(("values", "measured"), NO_FRACTIONS.values(), ids=NO_FRACTIONS)
def test_small_percentages_pass(values: Sequence[float], measured: Measured) -> None:
    assert findings(five(values), measured=measured) == ()


# disclosure ------------------------------------------------------------------------------------------

COUNT = Measured("count", "count")
REVEALED = "1 suppressed value is the published total less the parts that are shown: {}. Tell the publisher."


def parts(**values: float | None) -> list[Row]:
    """One area and year, by breakdown."""
    return [row(breakdown=name, value=value) for name, value in values.items()]


def test_a_suppressed_part_that_the_total_reveals_is_told() -> None:
    rows = parts(_T=10.0, M=None, F=7.0)
    message = REVEALED.format(f"{LEEDS} 2023-01-01/P1Y M")
    assert findings(rows, measured=COUNT) == (Finding("disclosure", "warn", message),)


def test_a_suppressed_district_that_the_region_reveals_is_told() -> None:
    rows = [row(SHEFFIELD, value=3.0), row(LEEDS, value=None), row(WAKEFIELD, value=4.0), row(REGION, value=9.0)]
    areas = (*DISTRICTS, REGISTRY.areas[REGION])
    message = REVEALED.format(f"{LEEDS} 2023-01-01/P1Y")
    assert findings(rows, areas=areas, measured=COUNT) == (Finding("disclosure", "warn", message),)


HIDDEN: dict[str, tuple[list[Row], Measured]] = {
    "two are suppressed": (parts(_T=10.0, M=None, F=None, X=1.0), COUNT),
    "the total is suppressed": (parts(_T=None, M=None, F=7.0), COUNT),
    "there is no total": (parts(M=None, F=7.0), COUNT),
    "it is missing for another reason": (
        [*parts(_T=10.0, F=7.0), row(breakdown="M", value=None, obs_status="O")],
        COUNT,
    ),
    "it is a rate, which doesn't add up": (parts(_T=10.0, M=None, F=7.0), Measured("crude_rate", "per_1000")),
}


@pytest.mark.parametrize(("rows", "measured"), HIDDEN.values(), ids=HIDDEN)
def test_what_nobody_can_subtract_isnt_told(rows: list[Row], measured: Measured) -> None:
    assert findings(rows, measured=measured) == ()


# accept ----------------------------------------------------------------------------------------------


def accepted(check: str, until: date = TODAY) -> tuple[Acceptance, ...]:
    return (Acceptance(check, "the publisher is looking into it", until),)


def test_an_accepted_check_only_warns_until_its_last_day() -> None:
    rows = five(FRACTIONS)
    (finding,) = findings(rows, measured=PERCENT, accept=accepted("scale"))
    assert (finding.severity, finding.rows) == ("warn", ())
    assert finding.message.endswith(" (Accepted until 2026-03-31: the publisher is looking into it)")


def test_after_its_last_day_it_stops_again_and_says_so() -> None:
    (finding,) = findings(five(FRACTIONS), measured=PERCENT, accept=accepted("scale", date(2026, 3, 30)))
    assert finding.severity == "stop"
    assert finding.message.endswith(" (It was accepted until 2026-03-30: the publisher is looking into it)")


def test_accepted_rows_are_no_longer_held_back() -> None:
    verdict = judge(case([row(value=120.0)], {"range": {"max": 100}}, accept=accepted("range")))
    assert (verdict.held, [finding.severity for finding in verdict.findings]) == (frozenset(), ["warn"])


def test_other_checks_stay_as_they_are() -> None:
    (finding,) = findings(five(FRACTIONS), measured=PERCENT, accept=accepted("range"))
    assert finding.severity == "stop"
