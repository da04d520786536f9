"""Lengths of time: whole months or whole days, as ISO 8601 writes them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_DURATION = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})D)?", re.ASCII)
_MONTHS_OF_A_CALENDAR = 400 * 12  # after 400 years the same days come again


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of ``months`` whole months or of ``days`` whole days: one of the two is positive, the other 0.

    Months and days aren't converted into each other, as no month has a number of days of its own.

    Raises:
        ValueError: The length is neither.

    >>> Duration(18).iso
    'P18M'
    """

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if min(self.months, self.days) != 0 or self.months == self.days:
            raise ValueError(
                f"Of a length's months and days, one is positive and the other 0, not {self.months} and {self.days}."
            )

    @property
    def iso(self) -> str:
        """The ISO 8601 duration, in years where they are whole."""
        years, months = divmod(self.months, 12)
        if self.days:
            return f"P{self.days}D"
        return f"P{self.months}M" if months else f"P{years}Y"

    @property
    def longest_days(self) -> int:
        """The most days that it ever lasts, whenever it starts: the limit for gaps that must not be longer.

        A period and its counterpart so much later have their middles no further apart than this.

        >>> [Duration.parse(said).longest_days for said in ("P1M", "P6M", "P1Y", "P18M", "P90D")]
        [31, 184, 366, 550, 90]
        """
        starts = range(12, 12 + _MONTHS_OF_A_CALENDAR) if self.months else ()
        return max((_first_day(month + self.months) - _first_day(month) for month in starts), default=self.days)

    @classmethod
    def parse(cls, iso: str) -> Duration:
        """The length that an ISO duration of years and months, or of days, names.

        Raises:
            ValueError: The text is not such a duration.
        """
        found = _DURATION.fullmatch(iso)
        if found is None:
            raise ValueError(f"'{iso}' is not an ISO duration such as P1Y, P6M or P90D.")
        years, months, days = (int(number or 0) for number in found.groups())
        try:
            return cls(12 * years + months, days)
        except ValueError as error:
            raise ValueError(f"'{iso}' is not a duration: {error}") from error


def later(day: date, by: Duration, times: int = 1) -> date:
    """The day so much later, several times that; where a month doesn't have that day, its last.

    >>> later(date(2025, 12, 31), Duration.parse("P2M")).isoformat()
    '2026-02-28'
    """
    year, month = divmod(12 * day.year + day.month - 1 + times * by.months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=times * by.days)


def _first_day(month: int) -> int:
    """The number of the day on which a month starts, the months counted from the beginning of the year 0."""
    return date(month // 12, month % 12 + 1, 1).toordinal()
