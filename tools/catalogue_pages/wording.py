"""Names, periods and lists as prose has them, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from yhovi.engine.periods import Period

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
_PARTS = ("year", "month", "week", "day")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_JANUARY, _APRIL = 1, 4

LEVELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "lad": ("district", "districts"),
        "county": ("county", "counties"),
        "region": ("region", "regions"),
        "country": ("country", "countries"),
        "combined_authority": ("combined authority", "combined authorities"),
        "csp": ("community safety partnership", "community safety partnerships"),
        "police_force_area": ("police force area", "police force areas"),
        "lsoa": ("small area (LSOA)", "small areas (LSOA)"),
        "msoa": ("small area (MSOA)", "small areas (MSOA)"),
    }
)
"""What one and several areas of a level are called."""


def plain(text: str) -> str:
    """A text in which nothing is taken for Markdown, on one line.

    >>> plain("a*b") == "a" + chr(92) + "*b"
    True
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def quoted(text: object) -> str:
    """A text in quotes."""
    return f"“{plain(str(text))}”"


def code(text: object) -> str:
    """A name as it is written in a spec.

    >>> code("LA code")
    '`LA code`'
    """
    said = str(text)
    return f"`` {said} ``" if "`" in said else f"`{said}`"


def listed(texts: Iterable[str], joint: str = "and", most: int = 0) -> str:
    """Several texts in a row; of more than so many, the first and how many more there are.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d"], most=2)
    ('a, b and c', 'a, b and 2 more')
    """
    all_ = list(texts)
    if most and len(all_) > most + 1:
        all_ = [*all_[:most], f"{len(all_) - most} more"]
    *others, last = all_
    return f"{', '.join(others)} {joint} {last}" if others else last


def counted(number: int, one: str, several: str = "") -> str:
    """A number and its noun.

    >>> counted(1, "figure"), counted(2000, "figure")
    ('1 figure', '2,000 figures')
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def sentence(text: str) -> str:
    """A text that begins with a capital and ends with a full stop.

    >>> sentence("no figure is at hand")
    'No figure is at hand.'
    """
    said = text.strip()
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?', '!')) else '.'}"


def spaced(name: str) -> str:
    """A name of the vocabulary as words, such as that of a domain.

    >>> spaced("employment_and_jobs"), spaced("well_being")
    ('employment and jobs', 'well-being')
    """
    return "well-being" if name == "well_being" else name.replace("_", " ")


def duration(iso: str) -> str:
    """A length of time.

    >>> duration("P1Y"), duration("P18M")
    ('a year', '18 months')
    """
    found = _DURATION.fullmatch(iso)
    numbers = [int(number or 0) for number in found.groups()] if found else []
    parts = [(number, name) for number, name in zip(numbers, _PARTS, strict=False) if number]
    if len(parts) == 1 and parts[0][0] == 1:
        return f"a {parts[0][1]}"
    return listed(counted(number, name) for number, name in parts) if parts else iso


def every(iso: str) -> str:
    """How often something comes.

    >>> every("P1Y"), every("P3M")
    ('every year', 'every quarter')
    """
    said = {"P3M": "quarter", "P6M": "half-year"}.get(iso) or duration(iso).removeprefix("a ")
    return f"every {said}"


def period(one: Period) -> str:
    """A period as people say it.

    >>> [period(Period.parse(iso)) for iso in ("2023-01-01/P1Y", "2024-07-01/P1Y", "2023-06-30/P1D")]
    ['2023', 'year ending June 2025', '30 June 2023']
    """
    if one.days == 1:
        return _day(one.start)
    if one.days or one.start.day != 1:
        return f"{_day(one.start)} to {_day(one.end)}"
    if one.months % 12 == 0 and one.start.month in (_JANUARY, _APRIL):
        return _years(one)
    if one.months == 12:
        return f"year ending {_month(one.end)}"
    if one.months == 1:
        return _month(one.start)
    first = _MONTHS[one.start.month - 1] if one.start.year == one.end.year else _month(one.start)
    return f"{first} to {_month(one.end)}"


def _years(one: Period) -> str:
    """Calendar years, or financial ones, from the first to the last."""
    tell = _calendar_year if one.start.month == _JANUARY else _financial_year
    first, last = one.start.year, one.start.year + one.months // 12 - 1
    return tell(first) if first == last else f"{tell(first)}–{tell(last)}"


def _calendar_year(year: int) -> str:
    return str(year)


def _financial_year(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02}"


def _month(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _day(day: date) -> str:
    return f"{day.day} {_month(day)}"


def day_of_year(said: str) -> str:
    """A day of any year.

    >>> day_of_year("06-30")
    '30 June'
    """
    month, day = map(int, said.split("-"))
    return f"{day} {_MONTHS[month - 1]}"


def period_said(said: object) -> str:
    """A period as a spec names it: an interval, or the day, month or year in which it ends.

    >>> period_said("2023-04-01/P1Y"), period_said("2012-03"), period_said(2023)
    ('2023/24', 'March 2012', '2023')
    """
    text = str(said)
    if "/" in text:
        return period(Period.parse(text))
    parts = text.count("-")
    return text if not parts else _day(date.fromisoformat(text)) if parts == 2 else month(text)


def month(said: str) -> str:
    """A month.

    >>> month("2023-04")
    'April 2023'
    """
    return _month(date.fromisoformat(f"{said}-01"))
