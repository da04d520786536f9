"""Periods: starts, ends, lengths, and the ways publishers write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.periods import PERIOD_PATTERNS, Period, matches

periods = st.builds(
    Period,
    start=st.dates(date(1000, 1, 1), date(9000, 12, 31)).map(lambda day: day.replace(day=min(day.day, 28))),
    months=st.integers(1, 600),
)


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
    ],
)
def test_an_interval_has_an_end_and_a_frequency(iso: str, end: date, freq: str) -> None:
    period = Period.parse(iso)
    assert (period.end, period.freq, period.iso) == (end, freq, iso)


@pytest.mark.parametrize(
    ("said", "iso"),
    [("2023-01-01/P12M", "2023-01-01/P1Y"), ("2023-01-01/P1Y6M", "2023-01-01/P18M")],
)
def test_equal_lengths_are_written_in_one_way(said: str, iso: str) -> None:
    assert Period.parse(said).iso == iso


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("2023", "'2023' is not an ISO interval such as 2023-04-01/P1Y or 2023-04-01/P3M."),
        ("2023-04-01/P", "'2023-04-01/P' is not an ISO interval such as 2023-04-01/P1Y or 2023-04-01/P3M."),
        ("2023-04-01/P1W", "'2023-04-01/P1W' is not an ISO interval such as 2023-04-01/P1Y or 2023-04-01/P3M."),
        ("2023-04-01/P0M", "'2023-04-01/P0M' is not a period: A period lasts at least one month, not 0."),
        (
            "2023-01-31/P1M",
            "'2023-01-31/P1M' is not a period: A period can't start on day 31: not every month has one.",
        ),
        ("9999-06-01/P1Y", "'9999-06-01/P1Y' is not a period: A period must end before December 9999."),
    ],
)
def test_what_is_no_interval_is_refused(said: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        Period.parse(said)
    assert str(caught.value) == message


def test_a_month_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^'2023-13-01/P1M' is not a period: "):
        Period.parse("2023-13-01/P1M")


@given(periods)
def test_writing_and_reading_give_the_same_period(period: Period) -> None:
    assert Period.parse(period.iso) == period


@given(periods)
def test_a_period_ends_the_day_before_the_next_starts(period: Period) -> None:
    following = Period(period.next_start, period.months)
    assert period.start <= period.end < following.start
    assert period.end + timedelta(days=1) == following.start


@given(st.integers(1000, 9000), st.integers(1, 12), st.integers(1, 60))
def test_a_period_ending_with_a_month_ends_on_its_last_day(year: int, month: int, months: int) -> None:
    end = Period.ending(year, month, months).end
    assert (end.year, end.month) == (year, month)
    assert (end + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("pattern", "text", "iso"),
    [
        ("calendar_year", "2024", "2024-01-01/P1Y"),
        ("financial_year", "2022/23", "2022-04-01/P1Y"),
        ("financial_year", "2022-23", "2022-04-01/P1Y"),
        ("financial_year", "1999/00", "1999-04-01/P1Y"),
        ("month", "2025-03", "2025-03-01/P1M"),
        ("year_ending_month", "2023-12", "2023-01-01/P1Y"),
        ("year_ending_month", "2025-09", "2024-10-01/P1Y"),
        ("year_ending_month", "2024-02", "2023-03-01/P1Y"),
    ],
)
def test_a_pattern_reads_its_texts(pattern: str, text: str, iso: str) -> None:
    assert PERIOD_PATTERNS[pattern].parse(text).iso == iso


@pytest.mark.parametrize(
    ("pattern", "text", "message"),
    [
        ("calendar_year", "2024/25", "'2024/25' is not a calendar year such as 2024."),
        ("calendar_year", "٢٠٢٤", "'٢٠٢٤' is not a calendar year such as 2024."),
        (
            "financial_year",
            "2022/24",
            "'2022/24' is not a financial year (April to March) such as 2022/23 or 2022-23.",
        ),
        ("month", "2025-13", "'2025-13' is not a month such as 2025-03."),
        (
            "year_ending_month",
            "2025-13",
            "'2025-13' is not a month that ends a year such as 2023-12 or 2025-09.",
        ),
        (
            "year_ending_month",
            "2025-00",
            "'2025-00' is not a month that ends a year such as 2023-12 or 2025-09.",
        ),
    ],
)
def test_a_pattern_refuses_other_texts(pattern: str, text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        PERIOD_PATTERNS[pattern].parse(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", sorted(PERIOD_PATTERNS))
def test_every_pattern_reads_its_own_examples(name: str) -> None:
    pattern = PERIOD_PATTERNS[name]
    assert pattern.name == name
    assert pattern.examples
    assert all(isinstance(pattern.parse(example), Period) for example in pattern.examples)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("2022-04-01/P1Y", True),
        ("2022-04-01/P12M", True),
        ("2022-04-01/P3M", False),
        ("2023-03-31", True),
        ("2023-03", True),
        ("2023", True),
        ("2022", False),
        ("2023-04", False),
    ],
)
def test_a_period_is_named_by_its_interval_or_its_end(said: str, *, named: bool) -> None:
    assert matches(Period.parse("2022-04-01/P1Y"), said) is named


@pytest.mark.parametrize("said", ["", "23", "2023-3", "2023-13", "2023-02-30", "2023-03-31T00:00", "latest"])
def test_what_names_no_period_is_refused(said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        matches(Period.parse("2022-04-01/P1Y"), said)
    assert str(caught.value) == (
        f"'{said}' is not a period: write an ISO interval (2023-01-01/P1Y) or an end date or its beginning"
        " (2023-12-31, 2023-12, 2023)."
    )
