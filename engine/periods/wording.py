"""What the parts of a written period mean: years, months by number or English name, quarters, and days.

A text that is put together wrongly, such as a thirteenth month or a year that doesn't follow, raises a ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from .period import Period
from .reading import Parts

_NAMES = (
    ("January", "Jan"),
    ("February", "Feb"),
    ("March", "Mar"),
    ("April", "Apr"),
    ("May",),
    ("June", "Jun"),
    ("July", "Jul"),
    ("August", "Aug"),
    ("September", "Sep", "Sept"),
    ("October", "Oct"),
    ("November", "Nov"),
    ("December", "Dec"),
)
_MONTHS: Mapping[str, int] = MappingProxyType(
    {
        written: number
        for number, names in enumerate(_NAMES, start=1)
        for name in names
        for written in (name, name.upper(), name.lower())
    }
)
_APRIL = 4
_SEPTEMBER = 9
_YEARS_IN_A_SHORT_POOL = 10
_FOUR_DIGITS = 4
_LAST_YEAR = 9999
_FIRST_TWO_DIGITS_OF_1900 = 69
_MID_YEAR = "06-30"


def calendar_year(parts: Parts) -> Period:
    """The twelve months from January on."""
    return Period(date(int(parts["year"]), 1, 1), 12)


def financial_year(parts: Parts) -> Period:
    """The twelve months from April on, by both years."""
    return Period(date(_first_of_two(parts), _APRIL, 1), 12)


def financial_year_ending(parts: Parts) -> Period:
    """The twelve months to March of this year."""
    return Period.ending(int(parts["end"]), _APRIL - 1)


def academic_year(parts: Parts) -> Period:
    """The twelve months from September on."""
    return Period(date(_first_of_two(parts), _SEPTEMBER, 1), 12)


def survey_year(parts: Parts) -> Period:
    """The twelve months from the day that is said; a month in the text must be that day's."""
    month, day = (int(number) for number in parts["starts"].split("-"))
    if parts.get("month") and _month(parts["month"]) != month:
        raise ValueError("The survey's years start in another month.")
    return Period(date(_first_of_two(parts), month, day), 12)


def month(parts: Parts) -> Period:
    """One month, by its number or name; a second way of saying it must say the same."""
    found = _month_of_year(parts["year"], parts["month"])
    if parts.get("name") and _month_of_year(parts["short"], parts["name"]) != found:
        raise ValueError("The two say different months.")
    return found


def year_ending_month(parts: Parts) -> Period:
    """The twelve months of which this is the last."""
    last = month(parts).start
    return Period.ending(last.year, last.month)


def quarter(parts: Parts) -> Period:
    """A quarter of the calendar year, by its number."""
    return Period(date(int(parts["year"]), 3 * int(parts["quarter"]) - 2, 1), 3)


def named_quarter(parts: Parts) -> Period:
    """A quarter of the calendar year, by its first and last month."""
    found = window(parts)
    if found.months != 3 or found.start.month % 3 != 1:
        raise ValueError("These months are no quarter of a calendar year.")
    return found


def financial_quarter(parts: Parts) -> Period:
    """A quarter of the financial year: the first begins in April, the last in January of the second year."""
    year, number = _first_of_two(parts), int(parts["quarter"])
    return Period(date(year + number // 4, (_APRIL + 3 * number - 4) % 12 + 1, 1), 3)


def window(parts: Parts) -> Period:
    """The months from the first named to the last named, both included."""
    last = _month_of_year(parts["year"], parts["last"])
    first = _month_of_year(parts.get("first_year") or parts["year"], parts["first"])
    return _from_to(first, last)


def pooled_years(parts: Parts) -> Period:
    """The calendar years from the first to the last, both included; at least two."""
    first = calendar_year(parts)
    last = Period(date(_later_year(parts["year"], parts["end"]), 1, 1), 12)
    return _from_to(first, last)


def pooled_financial_years(parts: Parts) -> Period:
    """The financial years from the first to the last, both included; at least two."""
    year = str(_later_year(parts["year"], parts["last_year"]))
    return _from_to(financial_year(parts), financial_year({"year": year, "end": parts["last_end"]}))


def snapshot(parts: Parts) -> Period:
    """One day; the quarter of the financial year in the text must be the one that it ends."""
    day = date(int(parts["year"]), _month(parts["month"]), int(parts["day"]))
    found = Period.snapshot(day)
    if parts.get("quarter"):
        ended = (day.month - _APRIL) // 3 % 4 + 1
        if ended != int(parts["quarter"]):
            raise ValueError("The day is in another quarter.")
    return found


def snapshot_year(parts: Parts) -> Period:
    """The day of the year that is said; mid-year is the 30th of June and no other day."""
    if parts.get("mid") and parts["on"] != _MID_YEAR:
        raise ValueError("Mid-year is another day.")
    return Period.snapshot(date.fromisoformat(f"{parts['year']}-{parts['on']}"))


def iso_interval(parts: Parts) -> Period:
    """An ISO interval, as it stands."""
    return Period.parse(parts["iso"])


def _month(written: str) -> int:
    number = int(written) if written.isdecimal() else _MONTHS.get(written)
    if number is None:
        raise ValueError("There is no such month.")
    return number


def _month_of_year(year: str, written: str) -> Period:
    return Period(date(_year(year), _month(written), 1), 1)


def _year(written: str) -> int:
    """A year; of two digits alone, 69 to 99 are of the 20th century and 00 to 68 of the 21st, as POSIX has it."""
    number = int(written)
    if len(written) == _FOUR_DIGITS:
        return number
    return number + (1900 if number >= _FIRST_TWO_DIGITS_OF_1900 else 2000)


def _later_year(first: str, written: str) -> int:
    """The year that a text such as 23 or 2023 names after a first; two digits are of the ten years from that on."""
    year = _year(first)
    if len(written) == _FOUR_DIGITS:
        last, furthest = int(written), _LAST_YEAR
    else:
        last, furthest = year + (int(written) - year) % 100, year + _YEARS_IN_A_SHORT_POOL - 1
    if not year < last <= furthest:
        raise ValueError("The last year doesn't follow the first.")
    return last


def _first_of_two(parts: Parts) -> int:
    year = _year(parts["year"])
    if _later_year(parts["year"], parts["end"]) != year + 1:
        raise ValueError("The second year must follow the first.")
    return year


def _from_to(first: Period, last: Period) -> Period:
    """From the first day of one to the last day of the other, which must not end before it does."""
    months = 12 * (last.end.year - first.start.year) + last.end.month - first.start.month + 1
    return Period(first.start, months)
