"""The calendar for dashboards: every day of the years that periods begin or end in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .dialects import DIALECTS
from .parameters import INDICATOR, LOAD, of
from .tables import dim_date, observation

_APRIL = 4
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip

YEARS = range(1800, 2201)
"""The years that a calendar may have; a period that reaches beyond them is no reason to write millions of days."""

Day = tuple[str, int, int, int, str, int, str]


def extend(connection: Connection, indicator_id: str, load_id: int) -> None:
    """Add the years of what one load appended, and those between them and what is there: a calendar has no gaps."""
    first, last = connection.execute(_span(), of(indicator_id, load_id)).one()
    if first is None:
        return
    begin, end = connection.execute(_ends()).one()
    wanted = range(max(first.year, YEARS.start), min(last.year, YEARS[-1]) + 1)
    if begin is not None and wanted:
        wanted = range(min(wanted.start, begin.year), max(wanted.stop, end.year + 1))
    days = [described(day) for year in wanted if not _has(begin, end, year) for day in _days(year)]
    if days:
        DIALECTS[connection.dialect.name].insert(connection, dim_date, days)


@cache
def _span() -> sa.Select[Any]:
    """The first and the last day of what a load appended."""
    mine = (observation.c.indicator_id == INDICATOR, observation.c.load_id == LOAD)
    return sa.select(sa.func.min(observation.c.period_start), sa.func.max(observation.c.period_end)).where(*mine)


@cache
def _ends() -> sa.Select[Any]:
    """The first and the last day that are there."""
    return sa.select(sa.func.min(dim_date.c.date), sa.func.max(dim_date.c.date))


def _has(begin: date | None, end: date | None, year: int) -> bool:
    return begin is not None and end is not None and begin.year <= year <= end.year


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    for number in range((date(year, 12, 31) - first).days + 1):
        yield first + timedelta(days=number)


def described(day: date) -> Day:
    """A day's row, in the order of the table's columns.

    >>> described(date(2024, 3, 31))
    ('2024-03-31', 2024, 1, 3, 'March', 31, '2023/24')
    """
    begins = day.year if day.month >= _APRIL else day.year - 1
    financial_year = f"{begins}/{(begins + 1) % 100:02d}"
    month = _MONTHS[day.month - 1]
    return day.isoformat(), day.year, (day.month + 2) // 3, day.month, month, day.day, financial_year
