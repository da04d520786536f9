"""Periods: starts, ends, lengths, how they compare, and the ways publishers write them."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.periods import PERIOD_PATTERNS, Duration, Period, matches

_FEW_YEARS = (date(1000, 1, 1), date(9000, 12, 31))

durations = st.one_of(st.builds(Duration, months=st.integers(1, 600)), st.builds(Duration, days=st.integers(1, 999)))
periods_of_months = st.builds(
    Period, start=st.dates(*_FEW_YEARS).map(lambda day: day.replace(day=min(day.day, 28))), months=st.integers(1, 600)
)
periods = st.one_of(
    periods_of_months,
    st.builds(Period, start=st.dates(*_FEW_YEARS), months=st.just(0), days=st.integers(1, 999)),
    st.builds(Period.snapshot, st.dates(*_FEW_YEARS)),
)


def period(iso: str) -> Period:
    return Period.parse(iso)


@pytest.mark.parametrize(
    ("iso", "end", "freq"),
    [
        ("2023-01-01/P1Y", date(2023, 12, 31), "A"),
        ("2023-04-01/P1Y", date(2024, 3, 31), "A"),
        ("2023-04-01/P3M", date(2023, 6, 30), "Q"),
        ("2023-07-01/P6M", date(2023, 12, 31), "S"),
        ("2025-03-01/P1M", date(2025, 3, 31), "M"),
        ("2024-02-01/P1M", date(2024, 2, 29), "M"),
        ("2023-02-01/P1M", date(2023, 2, 28), "M"),
        ("1900-02-01/P1M", date(1900, 2, 28), "M"),
        ("2000-02-01/P1M", date(2000, 2, 29), "M"),
        ("2020-01-01/P3Y", date(2022, 12, 31), "A"),
        ("2020-01-01/P18M", date(2021, 6, 30), "M"),
        ("2023-04-06/P1Y", date(2024, 4, 5), "A"),
        ("2023-11-16/P1Y", date(2024, 11, 15), "A"),
        ("2023-03-31/P1D", date(2023, 3, 31), "D"),
        ("2024-02-29/P1D", date(2024, 2, 29), "D"),
        ("2024-02-26/P7D", date(2024, 3, 3), "D"),
    ],
)
def test_an_interval_has_an_end_and_a_frequency(iso: str, end: date, freq: str) -> None:
    read = Period.parse(iso)
    assert (read.end, read.freq, read.iso) == (end, freq, iso)


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("2023-01-01/P12M", "2023-01-01/P1Y"),
        ("2023-01-01/P1Y6M", "2023-01-01/P18M"),
        ("2023-01-01/P01D", "2023-01-01/P1D"),
        ("2023-01-01/P0M1D", "2023-01-01/P1D"),
    ],
)
def test_equal_lengths_are_written_in_one_way(said: str, iso: str) -> None:
    assert Period.parse(said).iso == iso


_SUCH_AS = "is not an ISO interval such as 2023-04-01/P1Y, 2023-04-01/P3M or 2023-06-30/P1D."


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("2023", f"'2023' {_SUCH_AS}"),
        ("2023-04-01/P", f"'2023-04-01/P' {_SUCH_AS}"),
        ("2023-04-01/P1W", f"'2023-04-01/P1W' {_SUCH_AS}"),
        ("2023-04-01/P1D1M", f"'2023-04-01/P1D1M' {_SUCH_AS}"),
        ("2023-04-01/P٣M", f"'2023-04-01/P٣M' {_SUCH_AS}"),
        (
            "2023-04-01/P0M",
            (
                "'2023-04-01/P0M' is not a period: Of a length's months and days, one is positive and the other 0,"
                " not 0 and 0."
            ),
        ),
        (
            "2023-04-01/P1M1D",
            (
                "'2023-04-01/P1M1D' is not a period: Of a length's months and days, one is positive and the other 0,"
                " not 1 and 1."
            ),
        ),
        (
            "2023-01-31/P1M",
            "'2023-01-31/P1M' is not a period: A period of months can't start on day 31: not every month has one.",
        ),
        ("9999-06-01/P1Y", "'9999-06-01/P1Y' is not a period: A period must end before December 9999."),
        ("9998-12-02/P1Y", "'9998-12-02/P1Y' is not a period: A period must end before December 9999."),
        ("9999-12-01/P1D", "'9999-12-01/P1D' is not a period: A period must end before December 9999."),
        ("9999-12-31/P1D", "'9999-12-31/P1D' is not a period: A period must end before December 9999."),
    ],
)
def test_what_is_no_interval_is_refused(said: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        Period.parse(said)
    assert str(caught.value) == message


@pytest.mark.parametrize("said", ["9998-12-01/P1Y", "9999-11-30/P1D"])
def test_the_last_periods_of_the_calendar_have_a_next_day(said: str) -> None:
    assert Period.parse(said).next_start == date(9999, 12, 1)


@pytest.mark.parametrize("said", ["2023-13-01/P1M", "2023-02-29/P1D"])
def test_a_day_that_does_not_exist_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=f"^'{said}' is not a period: "):
        Period.parse(said)


@pytest.mark.parametrize(
    ("months", "days", "found"),
    [
        (0, 0, "0 and 0"),
        (12, 1, "12 and 1"),
        (12, -1, "12 and -1"),
        (-1, 0, "-1 and 0"),
        (0, -1, "0 and -1"),
        (-1, -1, "-1 and -1"),
    ],
)
@pytest.mark.parametrize("make", [Duration, lambda months, days: Period(date(2023, 1, 1), months, days)])
def test_a_length_is_of_months_or_of_days(make: Any, months: int, days: int, found: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        make(months, days)
    assert str(caught.value) == f"Of a length's months and days, one is positive and the other 0, not {found}."


@given(periods)
def test_writing_and_reading_give_the_same_period(some: Period) -> None:
    assert Period.parse(some.iso) == some


@given(periods)
def test_a_period_ends_the_day_before_the_next_starts(some: Period) -> None:
    following = some.shifted(some.length)
    assert some.start <= some.end < following.start
    assert some.end + timedelta(days=1) == following.start
    assert following.follows(some)
    assert not some.follows(following)
    assert not some.overlaps(following)


@given(st.integers(1000, 9000), st.integers(1, 12), st.integers(1, 60))
def test_a_period_ending_with_a_month_ends_on_its_last_day(year: int, month: int, months: int) -> None:
    end = Period.ending(year, month, months).end
    assert (end.year, end.month) == (year, month)
    assert (end + timedelta(days=1)).day == 1


def test_periods_are_in_the_order_of_their_starts() -> None:
    said = ["2024-01-01/P1M", "2023-06-30/P1D", "2023-01-01/P1Y", "2023-01-01/P1M", "2023-01-01/P1D"]
    assert [some.iso for some in sorted(period(text) for text in said)] == said[::-1]


@pytest.mark.parametrize(
    ("one", "other", "overlap", "same", "follows", "distance"),
    [
        ("2023-01-01/P1Y", "2023-01-01/P1Y", True, True, False, 0.0),
        ("2024-01-01/P1Y", "2023-01-01/P1Y", False, True, True, 365.5),
        ("2025-01-01/P1Y", "2023-01-01/P1Y", False, True, False, 731.0),
        ("2023-04-01/P1Y", "2023-01-01/P1Y", True, True, False, 90.5),
        ("2023-01-01/P3Y", "2021-01-01/P3Y", True, True, False, 730.5),
        ("2024-01-01/P3M", "2023-01-01/P1Y", False, False, True, 228.0),
        ("2023-03-01/P1M", "2023-02-01/P1M", False, True, True, 29.5),
        ("2023-02-01/P1M", "2023-02-01/P28D", True, False, False, 0.0),
        ("2023-06-30/P1D", "2023-01-01/P1Y", True, False, False, 2.0),
        ("2023-12-31/P1D", "2023-01-01/P1Y", True, False, False, 182.0),
        ("2024-01-01/P1D", "2023-01-01/P1Y", False, False, True, 183.0),
        ("2023-01-01/P1D", "2023-01-01/P1Y", True, False, False, 182.0),
        ("2023-06-30/P1D", "2022-06-30/P1D", False, True, False, 365.0),
        ("2023-07-01/P1D", "2023-06-30/P1D", False, True, True, 1.0),
    ],
)
def test_two_periods_compare(one: str, other: str, overlap: bool, same: bool, follows: bool, distance: float) -> None:
    left, right = period(one), period(other)
    found = (left.overlaps(right), left.same_length(right), left.follows(right), left.distance_days(right))
    assert found == (overlap, same, follows, distance)


@given(periods, st.dates(*_FEW_YEARS).map(lambda day: day.replace(day=min(day.day, 28))))
def test_no_two_periods_of_one_length_end_on_one_day(some: Period, start: date) -> None:
    other = Period(start, some.months, some.days)
    assert (some.end == other.end) == (some == other)
    assert some.iso.partition("/")[2] == other.iso.partition("/")[2]


@given(periods, periods)
def test_comparing_says_the_same_from_both_sides(one: Period, other: Period) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    assert one.same_length(other) == other.same_length(one)
    assert one.distance_days(other) == other.distance_days(one) >= 0
    assert one.distance_days(other) * 2 % 1 == 0


@given(periods_of_months, st.integers(-400, 400))
def test_two_periods_overlap_where_they_share_a_day(some: Period, days: int) -> None:
    day = Period.snapshot(some.start + timedelta(days=days))
    assert some.overlaps(day) == (some.start <= day.start <= some.end)


@pytest.mark.parametrize(
    ("said", "by", "times", "iso"),
    [
        ("2023-01-01/P1Y", "P1Y", -1, "2022-01-01/P1Y"),
        ("2023-01-01/P1Y", "P1Y", 0, "2023-01-01/P1Y"),
        ("2023-04-01/P3M", "P3M", 5, "2024-07-01/P3M"),
        ("2023-01-01/P1M", "P1M", -1, "2022-12-01/P1M"),
        ("2023-11-16/P1Y", "P1Y", -1, "2022-11-16/P1Y"),
        ("2023-01-01/P1M", "P7D", 1, "2023-01-08/P1M"),
        ("2024-03-31/P1D", "P1Y", -1, "2023-03-31/P1D"),
        ("2024-02-29/P1D", "P1Y", -4, "2020-02-29/P1D"),
        ("2024-02-29/P1D", "P1D", 1, "2024-03-01/P1D"),
        ("2023-12-31/P1D", "P1D", 1, "2024-01-01/P1D"),
    ],
)
def test_a_period_has_counterparts(said: str, by: str, times: int, iso: str) -> None:
    assert period(said).shifted(Duration.parse(by), times).iso == iso


@pytest.mark.parametrize(
    ("said", "by", "times", "message"),
    [
        ("2024-02-29/P1D", "P1Y", -1, "2024-02-29/P1D has no counterpart P1Y earlier: there is no such day."),
        ("2024-02-29/P1D", "P1Y", 3, "2024-02-29/P1D has no counterpart 3 times P1Y later: there is no such day."),
        ("2023-03-31/P1D", "P1M", 1, "2023-03-31/P1D has no counterpart P1M later: there is no such day."),
        ("2023-01-28/P1M", "P1D", 1, "2023-01-28/P1M has no counterpart P1D later: there is no such day."),
        ("2023-01-01/P1Y", "P999Y", 9, "2023-01-01/P1Y has no counterpart 9 times P999Y later: there is no such day."),
        ("0001-01-01/P1Y", "P1D", -1, "0001-01-01/P1Y has no counterpart P1D earlier: there is no such day."),
    ],
)
def test_a_period_without_a_counterpart_is_told(said: str, by: str, times: int, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        period(said).shifted(Duration.parse(by), times)
    assert str(caught.value) == message


@given(periods_of_months, st.integers(1, 600), st.integers(-3, 3))
def test_shifting_back_gives_the_same_period(some: Period, months: int, times: int) -> None:
    by = Duration(months)
    shifted = some.shifted(by, times)
    assert shifted.shifted(by, -times) == some
    assert shifted.same_length(some)


@given(st.dates(*_FEW_YEARS).map(Period.snapshot), st.integers(1, 999), st.integers(-3, 3))
def test_shifting_days_back_gives_the_same_day(some: Period, days: int, times: int) -> None:
    by = Duration(days=days)
    assert some.shifted(by, times).shifted(by, -times) == some


@pytest.mark.parametrize(
    ("said", "iso", "longest"),
    [
        ("P1M", "P1M", 31),
        ("P2M", "P2M", 62),
        ("P3M", "P3M", 92),
        ("P6M", "P6M", 184),
        ("P1Y", "P1Y", 366),
        ("P12M", "P1Y", 366),
        ("P18M", "P18M", 550),  # July 2023 to December 2024
        ("P1Y6M", "P18M", 550),
        ("P2Y", "P2Y", 731),
        ("P4Y", "P4Y", 1461),
        ("P100Y", "P100Y", 36525),
        ("P400Y", "P400Y", 146097),
        ("P90D", "P90D", 90),
        ("P1D", "P1D", 1),
    ],
)
def test_a_duration_lasts_at_most_so_many_days(said: str, iso: str, longest: int) -> None:
    duration = Duration.parse(said)
    assert (duration.iso, duration.longest_days) == (iso, longest)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "'' is not an ISO duration such as P1Y, P6M or P90D."),
        ("P", "'P' is not an ISO duration such as P1Y, P6M or P90D."),
        ("1Y", "'1Y' is not an ISO duration such as P1Y, P6M or P90D."),
        ("P2W", "'P2W' is not an ISO duration such as P1Y, P6M or P90D."),
        ("-P1Y", "'-P1Y' is not an ISO duration such as P1Y, P6M or P90D."),
        ("P1.5Y", "'P1.5Y' is not an ISO duration such as P1Y, P6M or P90D."),
        ("PT1H", "'PT1H' is not an ISO duration such as P1Y, P6M or P90D."),
        (
            "P0D",
            "'P0D' is not a duration: Of a length's months and days, one is positive and the other 0, not 0 and 0.",
        ),
        (
            "P1M1D",
            "'P1M1D' is not a duration: Of a length's months and days, one is positive and the other 0, not 1 and 1.",
        ),
    ],
)
def test_what_is_no_duration_is_refused(said: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        Duration.parse(said)
    assert str(caught.value) == message


@given(durations)
def test_writing_and_reading_give_the_same_duration(duration: Duration) -> None:
    assert Duration.parse(duration.iso) == duration


@given(periods_of_months, st.integers(1, 40))
def test_counterparts_are_no_further_apart_than_the_longest_gap(some: Period, months: int) -> None:
    by = Duration(months)
    assert some.distance_days(some.shifted(by)) <= by.longest_days


_MID_NOVEMBER = {"starts": "11-16"}
_MID_YEAR = {"on": "06-30"}
_READ: list[tuple[str, Mapping[str, str], str, str]] = [
    ("calendar_year", {}, "2024", "2024-01-01/P1Y"),
    ("financial_year", {}, "2022/23", "2022-04-01/P1Y"),
    ("financial_year", {}, "2022-23", "2022-04-01/P1Y"),
    ("financial_year", {}, "2022–23", "2022-04-01/P1Y"),
    ("financial_year", {}, "1999/00", "1999-04-01/P1Y"),
    ("financial_year", {}, "2022/2023", "2022-04-01/P1Y"),
    ("financial_year", {}, "2022-2023", "2022-04-01/P1Y"),
    ("financial_year", {}, "FYE 2023", "2022-04-01/P1Y"),
    ("financial_year", {}, "FYE\N{NO-BREAK SPACE}2023", "2022-04-01/P1Y"),
    ("academic_year", {}, "2023/24", "2023-09-01/P1Y"),
    ("academic_year", {}, "2023-24", "2023-09-01/P1Y"),
    ("academic_year", {}, "202324", "2023-09-01/P1Y"),
    ("academic_year", {}, "199900", "1999-09-01/P1Y"),
    ("survey_year", _MID_NOVEMBER, "2023/24", "2023-11-16/P1Y"),
    ("survey_year", _MID_NOVEMBER, "2023-24", "2023-11-16/P1Y"),
    ("survey_year", _MID_NOVEMBER, "Nov 2023-24", "2023-11-16/P1Y"),
    ("survey_year", _MID_NOVEMBER, "November 2023-24", "2023-11-16/P1Y"),
    ("survey_year", _MID_NOVEMBER, "Nov 15-16", "2015-11-16/P1Y"),
    ("survey_year", _MID_NOVEMBER, "Nov 99-00", "1999-11-16/P1Y"),
    ("survey_year", {"starts": "05-16"}, "May 2023-24", "2023-05-16/P1Y"),
    ("survey_year", {"starts": "02-28"}, "2023/24", "2023-02-28/P1Y"),
    ("quarter", {}, "2023 Q1", "2023-01-01/P3M"),
    ("quarter", {}, "2023Q2", "2023-04-01/P3M"),
    ("quarter", {}, "2023-Q3", "2023-07-01/P3M"),
    ("quarter", {}, "Q4 2023", "2023-10-01/P3M"),
    ("quarter", {}, "Jan-Mar 2023", "2023-01-01/P3M"),
    ("quarter", {}, "Jan - Mar 2023", "2023-01-01/P3M"),
    ("quarter", {}, "January to March 2023", "2023-01-01/P3M"),
    ("quarter", {}, "Apr to June 1997", "1997-04-01/P3M"),
    ("quarter", {}, "July to Sept 1997", "1997-07-01/P3M"),
    ("quarter", {}, "OCT–DEC 2023", "2023-10-01/P3M"),
    ("financial_quarter", {}, "2023/24 Q1", "2023-04-01/P3M"),
    ("financial_quarter", {}, "2023/24 Q2", "2023-07-01/P3M"),
    ("financial_quarter", {}, "2023-24 Q3", "2023-10-01/P3M"),
    ("financial_quarter", {}, "Q4 2023-24", "2024-01-01/P3M"),
    ("financial_quarter", {}, "Q3 2022/23", "2022-10-01/P3M"),
    ("month", {}, "2025-03", "2025-03-01/P1M"),
    ("month", {}, "202503", "2025-03-01/P1M"),
    ("month", {}, "2025-03-01", "2025-03-01/P1M"),
    ("month", {}, "201304 (Apr-13)", "2013-04-01/P1M"),
    ("month", {}, "March 2025", "2025-03-01/P1M"),
    ("month", {}, "February\N{NO-BREAK SPACE}2026", "2026-02-01/P1M"),
    ("month", {}, "may 2025", "2025-05-01/P1M"),
    ("month", {}, "APR 2022", "2022-04-01/P1M"),
    ("month", {}, "Sept 2025", "2025-09-01/P1M"),
    ("month", {}, "Mar-25", "2025-03-01/P1M"),
    ("month", {}, "Mar-68", "2068-03-01/P1M"),
    ("month", {}, "Mar-69", "1969-03-01/P1M"),
    ("year_ending_month", {}, "2023-12", "2023-01-01/P1Y"),
    ("year_ending_month", {}, "2025-09", "2024-10-01/P1Y"),
    ("year_ending_month", {}, "2024-02", "2023-03-01/P1Y"),
    ("year_ending_month", {}, "Mar 2025", "2024-04-01/P1Y"),
    ("year_ending_month", {}, "March 2025", "2024-04-01/P1Y"),
    ("year_ending_month", {}, "Year ending March 2025", "2024-04-01/P1Y"),
    ("year_ending_month", {}, "Year ending Sep 1997", "1996-10-01/P1Y"),
    ("year_ending_month", {}, "year ending June 2025", "2024-07-01/P1Y"),
    ("year_ending_month", {}, "Year to March 2025", "2024-04-01/P1Y"),
    ("year_ending_month", {}, "YE Mar 25", "2024-04-01/P1Y"),
    ("year_ending_month", {}, "YE Mar 2025", "2024-04-01/P1Y"),
    ("rolling_window", {}, "Oct 2024-Sep 2025", "2024-10-01/P1Y"),
    ("rolling_window", {}, "Apr 2023 - Mar 2024", "2023-04-01/P1Y"),
    ("rolling_window", {}, "April 2021 to March 2022", "2021-04-01/P1Y"),
    ("rolling_window", {}, "Jan-Dec 2023", "2023-01-01/P1Y"),
    ("rolling_window", {}, "NOV 2022 to JAN 2023", "2022-11-01/P3M"),
    ("rolling_window", {}, "Jan 2020 to Dec 2022", "2020-01-01/P3Y"),
    ("rolling_window", {}, "Mar-Mar 2023", "2023-03-01/P1M"),
    ("pooled_years", {}, "2020 - 22", "2020-01-01/P3Y"),
    ("pooled_years", {}, "2020-22", "2020-01-01/P3Y"),
    ("pooled_years", {}, "2011–13", "2011-01-01/P3Y"),
    ("pooled_years", {}, "2020-2022", "2020-01-01/P3Y"),
    ("pooled_years", {}, "2019 to 2021", "2019-01-01/P3Y"),
    ("pooled_years", {}, "1999 - 01", "1999-01-01/P3Y"),
    ("pooled_years", {}, "2020-21", "2020-01-01/P2Y"),
    ("pooled_years", {}, "2011-20", "2011-01-01/P10Y"),
    ("pooled_years", {}, "2001-2020", "2001-01-01/P20Y"),
    ("pooled_financial_years", {}, "2020/21 - 22/23", "2020-04-01/P3Y"),
    ("pooled_financial_years", {}, "2020/21 to 2022/23", "2020-04-01/P3Y"),
    ("pooled_financial_years", {}, "1998/99-00/01", "1998-04-01/P3Y"),
    ("snapshot", {}, "2023-03-31", "2023-03-31/P1D"),
    ("snapshot", {}, "2024-02-29", "2024-02-29/P1D"),
    ("snapshot", {}, "31 March 2023", "2023-03-31/P1D"),
    ("snapshot", {}, "31 Mar 2023", "2023-03-31/P1D"),
    ("snapshot", {}, "1 April 2023", "2023-04-01/P1D"),
    ("snapshot", {}, "31/03/2023", "2023-03-31/P1D"),
    ("snapshot", {}, "04/03/2023", "2023-03-04/P1D"),
    ("snapshot", {}, "As at 30 June 2021", "2021-06-30/P1D"),
    ("snapshot", {}, "As at 30 June 2021 (Q1)", "2021-06-30/P1D"),
    ("snapshot", {}, "As at 31 March 2022 (Q4)", "2022-03-31/P1D"),
    ("snapshot_year", _MID_YEAR, "2023", "2023-06-30/P1D"),
    ("snapshot_year", _MID_YEAR, "Mid-2023", "2023-06-30/P1D"),
    ("snapshot_year", _MID_YEAR, "mid-2022", "2022-06-30/P1D"),
    ("snapshot_year", {"on": "03-31"}, "2025", "2025-03-31/P1D"),
    ("iso_interval", {}, "2023-01-01/P1Y", "2023-01-01/P1Y"),
    ("iso_interval", {}, "2022-01-01/P3Y", "2022-01-01/P3Y"),
    ("iso_interval", {}, "2023-01-01/P12M", "2023-01-01/P1Y"),
    ("iso_interval", {}, "2024-11-16/P1Y", "2024-11-16/P1Y"),
    ("iso_interval", {}, "2023-06-30/P1D", "2023-06-30/P1D"),
]


@pytest.mark.parametrize(("pattern", "said", "text", "iso"), _READ)
def test_a_pattern_reads_its_texts(pattern: str, said: Mapping[str, str], text: str, iso: str) -> None:
    assert PERIOD_PATTERNS[pattern].parse(text, said).iso == iso


_EXPECTED = {
    "calendar_year": "a calendar year such as 2024",
    "financial_year": "a financial year (April to March) such as 2022/23 or 2022-23",
    "academic_year": "an academic year (September to August) such as 2023/24 or 202324",
    "survey_year": "a survey's year (starts: 11-16) such as 2023/24 or 2023-24",
    "quarter": "a quarter of a calendar year such as 2023 Q1 or Jan to Mar 2023",
    "financial_quarter": "a quarter of a financial year (Q1 is April to June) such as 2023/24 Q1 or Q1 2023-24",
    "month": "a month such as 2025-03",
    "year_ending_month": "a month that ends a year such as 2023-12 or 2025-09",
    "rolling_window": "a period named by its first and last month such as Oct 2024-Sep 2025 or Jan-Dec 2023",
    "pooled_years": "several calendar years such as 2020 - 22 or 2020-2022",
    "pooled_financial_years": (
        "several financial years (April to March) such as 2020/21 - 22/23 or 2020/21 to 2022/23"
    ),
    "snapshot": "the day of a count such as 2023-03-31 or 31 March 2023",
    "snapshot_year": "the year of a count (on: 06-30) such as 2023",
    "iso_interval": "an ISO interval such as 2023-01-01/P1Y or 2022-01-01/P3Y",
}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("calendar_year", "2024/25"),
        ("calendar_year", "2023-24"),
        ("calendar_year", "٢٠٢٤"),
        ("calendar_year", " 2024"),
        ("calendar_year", "0000"),
        ("calendar_year", "9999"),
        ("calendar_year", "2024\n"),
        ("financial_year", "2022/24"),
        ("financial_year", "2022/22"),
        ("financial_year", "2022/2024"),
        ("financial_year", "2022/21"),
        ("financial_year", "2022"),
        ("financial_year", "202223"),
        ("financial_year", "2022/23 [P]"),
        ("financial_year", "FYE 23"),
        ("financial_year", "2022−23"),
        ("academic_year", "2023/25"),
        ("academic_year", "202312"),
        ("academic_year", "2023"),
        ("survey_year", "2023/25"),
        ("survey_year", "Oct 2023-24"),
        ("survey_year", "Nov 2023-25"),
        ("survey_year", "Novem 2023-24"),
        ("survey_year", "2023"),
        ("quarter", "2023 Q5"),
        ("quarter", "2023 q1"),
        ("quarter", "2023/24 Q1"),
        ("quarter", "Feb-Apr 2023"),
        ("quarter", "Jan-Jun 2023"),
        ("quarter", "Mar-Jan 2023"),
        ("financial_quarter", "2023 Q1"),
        ("financial_quarter", "2023/25 Q1"),
        ("financial_quarter", "2023/24 Q0"),
        ("month", "2025-13"),
        ("month", "2025-00"),
        ("month", "202513"),
        ("month", "2025-03-02"),
        ("month", "201304 (May-13)"),
        ("month", "201304 (Apr-14)"),
        ("month", "mAR 2025"),
        ("month", "Mars 2025"),
        ("month", "März 2025"),
        ("month", "Mar 25"),
        ("month", "2025"),
        ("year_ending_month", "2025-13"),
        ("year_ending_month", "2025-00"),
        ("year_ending_month", "Year ending Sep"),
        ("year_ending_month", "Year ending 2025"),
        ("year_ending_month", "Mar 25"),
        ("year_ending_month", "Year from March 2025"),
        ("rolling_window", "Sep 2025-Oct 2024"),
        ("rolling_window", "Nov-Jan 2023"),
        ("rolling_window", "Oct 2024"),
        ("rolling_window", "Oct 24-Sep 25"),
        ("rolling_window", "Foo 2024-Sep 2025"),
        ("pooled_years", "2020"),
        ("pooled_years", "2020-20"),
        ("pooled_years", "2020 - 19"),
        ("pooled_years", "2023-04"),
        ("pooled_years", "2011-21"),
        ("pooled_years", "2022-2020"),
        ("pooled_years", "2020/21 - 22/23"),
        ("pooled_financial_years", "2020/21"),
        ("pooled_financial_years", "2020/22 - 22/23"),
        ("pooled_financial_years", "2020/21 - 22/24"),
        ("pooled_financial_years", "2020/21 - 20/21"),
        ("pooled_financial_years", "2022/23 - 20/21"),
        ("pooled_financial_years", "2020 - 22"),
        ("snapshot", "2023-02-29"),
        ("snapshot", "31 June 2023"),
        ("snapshot", "03/31/2023"),
        ("snapshot", "1/4/2023"),
        ("snapshot", "2023"),
        ("snapshot", "2023-03-31T00:00:00"),
        ("snapshot", "As at 30 June 2021 (Q2)"),
        ("snapshot", "March 31 2023"),
        ("snapshot_year", "2023-06"),
        ("snapshot_year", "Mid 2023"),
        ("iso_interval", "2023"),
        ("iso_interval", "2023-01-01"),
        ("iso_interval", "2023-01-31/P1M"),
        ("iso_interval", "2023-01-01/2023-12-31"),
    ],
)
def test_a_pattern_refuses_other_texts(pattern: str, text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        PERIOD_PATTERNS[pattern].parse(text, PERIOD_PATTERNS[pattern].example_arguments)
    assert str(caught.value) == f"'{text}' is not {_EXPECTED[pattern]}."


def test_mid_year_is_no_other_day() -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        PERIOD_PATTERNS["snapshot_year"].parse("Mid-2023", {"on": "03-31"})
    assert str(caught.value) == "'Mid-2023' is not the year of a count (on: 03-31) such as 2023."


_A_START = "a month and a day up to the 28th, such as 11-16"
_A_DAY = "a month and a day other than 29 February, such as 06-30"


@pytest.mark.parametrize(
    ("pattern", "said", "message"),
    [
        ("survey_year", {}, f"The period pattern survey_year needs `starts`: {_A_START}."),
        ("survey_year", {"starts": "11-31"}, f"`starts` is '11-31', not {_A_START}."),
        ("survey_year", {"starts": "01-29"}, f"`starts` is '01-29', not {_A_START}."),
        ("survey_year", {"starts": "13-01"}, f"`starts` is '13-01', not {_A_START}."),
        ("survey_year", {"starts": "11-16\n"}, f"`starts` is '11-16\n', not {_A_START}."),
        ("survey_year", {"starts": "2023-11-16"}, f"`starts` is '2023-11-16', not {_A_START}."),
        ("survey_year", {"starts": "11-16", "on": "06-30"}, "The period pattern survey_year has no `on`."),
        ("snapshot_year", {}, f"The period pattern snapshot_year needs `on`: {_A_DAY}."),
        ("snapshot_year", {"on": "02-29"}, f"`on` is '02-29', not {_A_DAY}."),
        ("snapshot_year", {"on": "06-31"}, f"`on` is '06-31', not {_A_DAY}."),
        ("snapshot_year", {"on": "6-30"}, f"`on` is '6-30', not {_A_DAY}."),
        ("calendar_year", {"starts": "11-16"}, "The period pattern calendar_year has no `starts`."),
    ],
)
def test_arguments_that_are_no_use_are_refused(pattern: str, said: Mapping[str, str], message: str) -> None:
    for use in (PERIOD_PATTERNS[pattern].check, lambda said: PERIOD_PATTERNS[pattern].parse("2023", said)):
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            use(said)
        assert str(caught.value) == message


@pytest.mark.parametrize("name", ["survey_year", "snapshot_year"])
def test_an_argument_lets_through_the_days_that_every_year_has(name: str) -> None:
    argument = PERIOD_PATTERNS[name].argument
    assert argument is not None
    last = 28 if name == "survey_year" else 31
    days = [date(2023, 1, 1) + timedelta(days=number) for number in range(365)]
    written = {day.strftime("%m-%d") for day in days if day.day <= last}
    allowed = re.compile(argument.schema["pattern"])
    assert {
        f"{month:02}-{day:02}" for month in range(14) for day in range(33) if allowed.search(f"{month:02}-{day:02}")
    } == (written)


def test_an_argument_says_what_it_is_for() -> None:
    argument = PERIOD_PATTERNS["survey_year"].argument
    assert argument is not None
    assert argument.schema == {
        "description": f"The day on which the survey's years start: {_A_START}.",
        "type": "string",
        "pattern": "^(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8]))$",
    }


@pytest.mark.parametrize("name", sorted(PERIOD_PATTERNS))
def test_every_pattern_reads_its_own_examples(name: str) -> None:
    pattern = PERIOD_PATTERNS[name]
    assert pattern.name == name
    assert pattern.examples
    for example in (*pattern.examples, *pattern.further):
        assert pattern.parse(example) == pattern.parse(example, pattern.example_arguments)


def test_every_pattern_is_in_the_tables() -> None:
    assert set(PERIOD_PATTERNS) == set(_EXPECTED) == {pattern for pattern, *_ in _READ}


@pytest.mark.parametrize(("pattern", "said", "text", "iso"), _READ)
def test_a_pattern_knows_the_length_of_its_periods(pattern: str, said: Mapping[str, str], text: str, iso: str) -> None:
    length = PERIOD_PATTERNS[pattern].length
    assert length in {None, PERIOD_PATTERNS[pattern].parse(text, said).length}


def test_lengths_are_unknown_where_the_text_decides() -> None:
    lengths = {name: pattern.length.iso if pattern.length else None for name, pattern in PERIOD_PATTERNS.items()}
    assert lengths == {
        "calendar_year": "P1Y",
        "financial_year": "P1Y",
        "academic_year": "P1Y",
        "survey_year": "P1Y",
        "quarter": "P3M",
        "financial_quarter": "P3M",
        "month": "P1M",
        "year_ending_month": "P1Y",
        "rolling_window": None,
        "pooled_years": None,
        "pooled_financial_years": None,
        "snapshot": "P1D",
        "snapshot_year": "P1D",
        "iso_interval": None,
    }


@given(st.sampled_from(sorted(PERIOD_PATTERNS)), st.text("0123456789-/ QPYMDJanMrto–", max_size=16))
def test_a_text_is_read_or_refused_in_a_sentence(name: str, text: str) -> None:
    try:
        assert isinstance(PERIOD_PATTERNS[name].parse(text), Period)
    except ValueError as error:
        assert str(error) == f"'{text}' is not {_EXPECTED[name]}."  # noqa: PT017


@pytest.mark.parametrize(
    ("file", "expression", "pattern", "said", "periods"),
    [
        (
            "nomis/NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv",
            r'"(Oct 2024-Sep 2025)"',
            "rolling_window",
            {},
            ["2024-10-01/P1Y"],
        ),
        (
            "nomis/NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv",
            r'"(2025-09)"',
            "year_ending_month",
            {},
            ["2024-10-01/P1Y"],
        ),
        (
            "nomis/NM_162_1_claimant_count_kirklees_2026-02.csv",
            r'"([A-Z][a-z]+ 20[0-9]{2})"',
            "month",
            {},
            ["2026-02-01/P1M"],
        ),
        (
            "sport_england/ActiveLivesOnline_export_climbing_by_age_trend.csv",
            r'"(Nov [^"]+)"',
            "survey_year",
            _MID_NOVEMBER,
            [f"{year}-11-16/P1Y" for year in range(2015, 2024)],
        ),
        (
            "els/healthy-life-expectancy.csv",
            r",(20[^,]+/P[^,]+),",
            "iso_interval",
            {},
            [f"{year}-01-01/P3Y" for year in range(2011, 2023)],
        ),
        (
            "els/housing-affordability-ratio.csv",
            r",(20..-..-..),",
            "snapshot",
            {},
            [f"{year}-04-01/P1D" for year in range(2002, 2026)],
        ),
        (
            "ons/wellbeing-local-authority_cmd_v3_yh_lads.csv",
            r",(20..-..),",
            "financial_year",
            {},
            [f"{year}-04-01/P1Y" for year in range(2011, 2022)],
        ),
    ],
)
def test_what_publishers_write_is_read(
    samples: Path, file: str, expression: str, pattern: str, said: Mapping[str, str], periods: list[str]
) -> None:
    texts = set(re.findall(expression, (samples / file).read_text(encoding="utf-8-sig")))
    assert sorted(PERIOD_PATTERNS[pattern].parse(text, said).iso for text in texts) == periods


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("2022-04-01/P1Y", True),
        ("2022-04-01/P12M", True),
        ("2022-04-01/P3M", False),
        ("2023-03-31/P1D", False),
        ("2023-03-31", True),
        ("2023-03", True),
        ("2023", True),
        ("2022", False),
        ("2023-04", False),
    ],
)
def test_a_period_is_named_by_its_interval_or_its_end(said: str, *, named: bool) -> None:
    assert matches(Period.parse("2022-04-01/P1Y"), said) is named


@pytest.mark.parametrize(
    ("said", "named"),
    [("2023-06-30/P1D", True), ("2023-06-30", True), ("2023-06", True), ("2023", True), ("2023-07", False)],
)
def test_a_day_is_named_as_any_period(said: str, *, named: bool) -> None:
    assert matches(Period.parse("2023-06-30/P1D"), said) is named


@pytest.mark.parametrize("said", ["", "23", "2023-3", "2023-13", "2023-02-30", "2023-03-31T00:00", "latest"])
def test_what_names_no_period_is_refused(said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        matches(Period.parse("2022-04-01/P1Y"), said)
    assert str(caught.value) == (
        f"'{said}' is not a period: write an ISO interval (2023-01-01/P1Y) or an end date or its beginning"
        " (2023-12-31, 2023-12, 2023)."
    )
