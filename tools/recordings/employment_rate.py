"""E-EJ-01: employment rates of the Annual Population Survey (Nomis), all of them published."""

from __future__ import annotations

from types import MappingProxyType

from .nomis import DataSet, Date, Dimension
from .recording import ENGLAND, Notice, Recording, figures

ROWS = MappingProxyType({"20599": "rate", "21003": "half_width"})
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "employment rates of people aged 16 to 64 and their 95 % confidence intervals, Annual Population Survey, "
        "calendar years 2004 to 2023, for 15 districts, Yorkshire and The Humber, and England, as ONS gave them in "
        "Explore Local Statistics, release of April 2024. They may have been revised since."
    ),
    made_up=(
        "nothing. Numerators and denominators are marked as missing, though Nomis publishes them, and windows that "
        "do not end in December are left out. Numbers of areas and cells (URN) follow Nomis's patterns."
    ),
)


def employment_rate() -> Recording:
    """The calendar-year windows of 2004 to 2023, for the districts, the region and England."""
    values = {(row["code"], row["row"]): row for row in figures("employment_rate.csv")}
    data = DataSet(
        id="NM_17_5",
        time="2004-12,latest",
        dates=tuple(window(int(name)) for name in values[ENGLAND, "rate"] if name.isdigit()),
        dimensions=(Dimension("VARIABLE", "45", "Employment rate - aged 16-64", "variable", 0),),
        cell=("Nm-17d5", "28b22"),
        measures=(("20599", "Variable"), ("21001", "Numerator"), ("21002", "Denominator"), ("21003", "Confidence")),
    )

    def known(code: str, date: str, measure: str) -> str | None:
        if measure not in ROWS:
            return None
        return values[code, ROWS[measure]][date.removesuffix("-12")].removesuffix(".0")

    return Recording("nomis", data.id, "2024-04", "published", (data.answer(known),), NOTICE)


def window(year: int) -> Date:
    """The twelve months that end in December."""
    return Date(f"{year}-12", f"Jan {year}-Dec {year}", year * 16 + 12)


RECORDED = (employment_rate,)
