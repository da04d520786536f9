"""Periods as values: a start and a length in whole months or whole days, and how two of them lie to each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from .duration import Duration

_INTERVAL = re.compile(r"(\d{4}-\d{2}-\d{2})/P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})D)?", re.ASCII)
_DATE_OR_PREFIX = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
_ANY_DATE = "2000-01-01"
_FREQUENCIES: Mapping[int, str] = MappingProxyType({1: "M", 3: "Q", 6: "S"})
_LAST_DAY_OF_EVERY_MONTH = 28
_LAST_NEXT_START = date(9999, 12, 1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of whole months or whole days from ``start`` on; what was counted on one day has a period of that day.

    Exactly one of ``months`` and ``days`` is positive. Periods are in the order of their starts.

    Raises:
        ValueError: The length is none, or the start or end isn't a day that every such period has.

    >>> Period(date(2023, 4, 1), 12).iso
    '2023-04-01/P1Y'
    >>> Period.snapshot(date(2023, 6, 30)).iso
    '2023-06-30/P1D'
    """

    start: date
    months: int
    days: int = 0

    def __post_init__(self) -> None:
        Duration(self.months, self.days)  # refuses what is no length
        if self.months and self.start.day > _LAST_DAY_OF_EVERY_MONTH:
            raise ValueError(f"A period of months can't start on day {self.start.day}: not every month has one.")
        if not self._ends_in_time():
            raise ValueError("A period must end before December 9999.")

    @property
    def length(self) -> Duration:
        """How long it lasts."""
        return Duration(self.months, self.days)

    @property
    def iso(self) -> str:
        """The ISO 8601 interval: the start and the length, in years where they are whole."""
        return f"{self.start.isoformat()}/{self.length.iso}"

    @property
    def next_start(self) -> date:
        """The day after the last."""
        return _moved(self.start, self.months, self.days)

    @property
    def end(self) -> date:
        """The last day."""
        return self.next_start - timedelta(days=1)

    @property
    def freq(self) -> str:
        """SDMX's letter for the length: D for days, A for whole years, S, Q and M; M also for lengths without one."""
        if self.days:
            return "D"
        if self.months % 12 == 0:
            return "A"
        return _FREQUENCIES.get(self.months, "M")

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a day."""
        return self.start < other.next_start and other.start < self.next_start

    def same_length(self, other: Period) -> bool:
        """Whether the two last as many months, or as many days; a month is not as long as any number of days."""
        return self.length == other.length

    def follows(self, other: Period) -> bool:
        """Whether this one starts the day after the other ends."""
        return self.start == other.next_start

    def distance_days(self, other: Period) -> float:
        """How far the middles of the two lie apart: whole or half days, never negative.

        The middle lies halfway between the beginning of the first day and the end of the last, so that it is noon for
        a snapshot.

        >>> Period.parse("2023-01-01/P1Y").distance_days(Period.parse("2023-06-30/P1D"))
        2.0
        """
        return abs(self._twice_the_middle() - other._twice_the_middle()) / 2

    def shifted(self, by: Duration, times: int = 1) -> Period:
        """The period of the same length so much later, several times that, or earlier if ``times`` is negative.

        Raises:
            ValueError: There is none: not every year has a 29 February, nor every month a 31st.

        >>> Period.parse("2023-04-01/P1Y").shifted(Duration.parse("P1Y"), -1).iso
        '2022-04-01/P1Y'
        """
        try:
            return Period(_moved(self.start, times * by.months, times * by.days), self.months, self.days)
        except (ValueError, OverflowError) as error:
            way = "earlier" if times < 0 else "later"
            often = "" if abs(times) == 1 else f"{abs(times)} times "
            raise ValueError(f"{self.iso} has no counterpart {often}{by.iso} {way}: there is no such day.") from error

    @classmethod
    def parse(cls, iso: str) -> Period:
        """The period that an ISO interval of years and months, or of days, names.

        Raises:
            ValueError: The text is not such an interval.
        """
        found = _INTERVAL.fullmatch(iso)
        if found is None:
            raise ValueError(
                f"'{iso}' is not an ISO interval such as 2023-04-01/P1Y, 2023-04-01/P3M or 2023-06-30/P1D."
            )
        years, months, days = (int(number or 0) for number in found.groups()[1:])
        try:
            return cls(date.fromisoformat(found[1]), 12 * years + months, days)
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

    @classmethod
    def snapshot(cls, day: date) -> Period:
        """The period of one day, for what was counted on it."""
        return cls(day, 0, 1)

    def _ends_in_time(self) -> bool:
        try:
            return self.next_start <= _LAST_NEXT_START
        except (ValueError, OverflowError):  # no calendar has the day
            return False

    def _twice_the_middle(self) -> int:
        return self.start.toordinal() + self.next_start.toordinal()


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


def _month_number(day: date) -> int:
    return 12 * day.year + day.month - 1


def _moved(day: date, months: int, days: int) -> date:
    year, month = divmod(_month_number(day) + months, 12)
    return day.replace(year=year, month=month + 1) + timedelta(days=days)
