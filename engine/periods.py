"""Periods of time as values: a start and a length in whole months, and the ways publishers write them.

A period is stored as an ISO 8601 interval, such as ``2023-04-01/P1Y`` for the financial year 2023/24.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

_INTERVAL = re.compile(r"(\d{4}-\d{2}-\d{2})/P(?:(\d{1,3})Y)?(?:(\d{1,4})M)?", re.ASCII)
_DATE_OR_PREFIX = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
_ANY_DATE = "2000-01-01"
_FREQUENCIES: Mapping[int, str] = MappingProxyType({1: "M", 3: "Q", 6: "S"})
_LAST_DAY_OF_EVERY_MONTH = 28


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of ``months`` whole months from ``start`` on.

    Raises:
        ValueError: The length is not positive, or the start or end isn't a day that every such period has.

    >>> Period(date(2023, 4, 1), 12).iso
    '2023-04-01/P1Y'
    """

    start: date
    months: int

    def __post_init__(self) -> None:
        if self.months < 1:
            raise ValueError(f"A period lasts at least one month, not {self.months}.")
        if self.start.day > _LAST_DAY_OF_EVERY_MONTH:
            raise ValueError(f"A period can't start on day {self.start.day}: not every month has one.")
        if _month_number(self.start) + self.months > _month_number(date.max):
            raise ValueError("A period must end before December 9999.")

    @property
    def iso(self) -> str:
        """The ISO 8601 interval: the start and the length, in years where they are whole."""
        years, months = divmod(self.months, 12)
        return f"{self.start.isoformat()}/P{self.months}M" if months else f"{self.start.isoformat()}/P{years}Y"

    @property
    def next_start(self) -> date:
        """The day after the last."""
        year, month = divmod(_month_number(self.start) + self.months, 12)
        return self.start.replace(year=year, month=month + 1)

    @property
    def end(self) -> date:
        """The last day."""
        return self.next_start - timedelta(days=1)

    @property
    def freq(self) -> str:
        """SDMX's letter for the length: A for whole years, S, Q and M; M also for lengths without a letter."""
        return "A" if self.months % 12 == 0 else _FREQUENCIES.get(self.months, "M")

    @classmethod
    def parse(cls, iso: str) -> Period:
        """The period that an ISO interval of years and months names.

        Raises:
            ValueError: The text is not such an interval.
        """
        found = _INTERVAL.fullmatch(iso)
        if found is None or not (found[2] or found[3]):
            raise ValueError(f"'{iso}' is not an ISO interval such as 2023-04-01/P1Y or 2023-04-01/P3M.")
        months = 12 * int(found[2] or 0) + int(found[3] or 0)
        try:
            return cls(date.fromisoformat(found[1]), months)
        except ValueError as error:
            raise ValueError(f"'{iso}' is not a period: {error}") from error

    @classmethod
    def ending(cls, year: int, month: int, months: int = 12) -> Period:
        """The period of so many months whose last month is this one.

        >>> Period.ending(2025, 9).iso
        '2024-10-01/P1Y'
        """
        first_year, first_month = divmod(12 * year + month - months, 12)
        return cls(date(first_year, first_month + 1, 1), months)


@dataclass(frozen=True, slots=True)
class PeriodPattern:
    """One way of writing periods: what it is called, what it looks like, and how to read it."""

    name: str
    title: str
    examples: tuple[str, ...]
    expression: str
    make: Callable[[re.Match[str]], Period]

    def parse(self, text: str) -> Period:
        """The period that a cell's text names.

        Raises:
            ValueError: The text isn't written in this pattern.
        """
        found = re.fullmatch(self.expression, text, re.ASCII)
        try:
            if found is not None:
                return self.make(found)
        except ValueError:
            pass
        raise ValueError(f"'{text}' is not {self.title} such as {' or '.join(self.examples)}.")


def _month_number(day: date) -> int:
    return 12 * day.year + day.month - 1


def _calendar_year(found: re.Match[str]) -> Period:
    return Period(date(int(found[1]), 1, 1), 12)


def _financial_year(found: re.Match[str]) -> Period:
    year = int(found[1])
    if (year + 1) % 100 != int(found[2]):
        raise ValueError("The second year must follow the first.")
    return Period(date(year, 4, 1), 12)


def _month(found: re.Match[str]) -> Period:
    return Period(date(int(found[1]), int(found[2]), 1), 1)


def _year_ending_month(found: re.Match[str]) -> Period:
    year, month = int(found[1]), int(found[2])
    calendar.monthrange(year, month)  # refuses a thirteenth month
    return Period.ending(year, month)


PERIOD_PATTERNS: Mapping[str, PeriodPattern] = MappingProxyType(
    {
        pattern.name: pattern
        for pattern in (
            PeriodPattern("calendar_year", "a calendar year", ("2024",), r"(\d{4})", _calendar_year),
            PeriodPattern(
                "financial_year",
                "a financial year (April to March)",
                ("2022/23", "2022-23"),
                r"(\d{4})[/-](\d{2})",
                _financial_year,
            ),
            PeriodPattern("month", "a month", ("2025-03",), r"(\d{4})-(\d{2})", _month),
            PeriodPattern(
                "year_ending_month",
                "a month that ends a year",
                ("2023-12", "2025-09"),
                r"(\d{4})-(\d{2})",
                _year_ending_month,
            ),
        )
    }
)


def matches(period: Period, said: str) -> bool:
    """Whether ``said`` names the period: as an ISO interval, or by its end date or the beginning of that.

    Raises:
        ValueError: ``said`` is none of these.

    >>> matches(Period.parse("2023-01-01/P1Y"), "2023-12")
    True
    """
    if "/" in said:
        return Period.parse(said) == period
    if not _begins_a_date(said):
        allowed = "an ISO interval (2023-01-01/P1Y) or an end date or its beginning (2023-12-31, 2023-12, 2023)"
        raise ValueError(f"'{said}' is not a period: write {allowed}.")
    return period.end.isoformat().startswith(said)


def _begins_a_date(said: str) -> bool:
    if _DATE_OR_PREFIX.fullmatch(said) is None:
        return False
    try:
        date.fromisoformat(said + _ANY_DATE[len(said) :])
    except ValueError:
        return False
    return True
