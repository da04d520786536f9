"""E-EJ-03: inactivity rates of the Annual Population Survey (Nomis, and Explore Local Statistics), all published."""

from __future__ import annotations

from decimal import Decimal

from .employment_rate import ROWS, window
from .nomis import DataSet, Dimension
from .recording import ENGLAND, Answer, Notice, Recording, area_names, csv_text, figures

MEASURES = (("20599", "Variable"), ("21001", "Numerator"), ("21002", "Denominator"), ("21003", "Confidence"))
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "economic inactivity rates of people aged 16 to 64 and their 95 % confidence intervals, Annual Population "
        "Survey, calendar years 2004 to 2023, for 15 districts, Yorkshire and The Humber, and England, as ONS gave "
        "them in Explore Local Statistics, release of April 2024. They may have been revised since."
    ),
    made_up=(
        "nothing. Numerators and denominators are marked as missing, though Nomis publishes them, and windows that "
        "do not end in December are left out. Numbers of areas and cells (URN) follow Nomis's patterns."
    ),
)
EXPLORER_ADDRESS = "https://www.ons.gov.uk/explore-local-statistics/api/v1/data.csv"
EXPLORER = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Explore Local Statistics, Office for National Statistics",
    published="the rates and confidence intervals of nomis/NM_17_5/inactivity, as ONS gave them here.",
    made_up="nothing. Other areas are left out.",
)


def inactivity_rate() -> Recording:
    """The calendar-year windows of 2004 to 2023, for the districts, the region and England."""
    values = {(row["code"], row["row"]): row for row in figures("inactivity_rate.csv")}
    data = DataSet(
        id="NM_17_5",
        time="2004-12,latest",
        dates=tuple(window(int(name)) for name in values[ENGLAND, "rate"] if name.isdigit()),
        dimensions=(Dimension("VARIABLE", "111", "% who are economically inactive - aged 16-64", "variable", 0),),
        cell=("Nm-17d5", "40b22"),
        measures=MEASURES,
    )

    def known(code: str, date: str, measure: str) -> str | None:
        if measure not in ROWS:
            return None
        return values[code, ROWS[measure]][date.removesuffix("-12")].removesuffix(".0")

    answer = data.answer(known)
    return Recording("nomis", data.id, "2024-04", "published", (answer,), NOTICE, part="inactivity")


def explorer() -> Recording:
    """The same rates in ONS's explorer of local figures."""
    indicator = "economic-inactivity-rate"
    asked = {"indicator": indicator, "geo": "all", "time": "all", "includeNames": "true", "includeStatus": "true"}
    header = ("areacd", "areanm", "period", "value", "lci_95", "uci_95", "status")
    answer = Answer(EXPLORER_ADDRESS, tuple(asked.items()), csv_text([header, *explored()]).encode("utf-8-sig"))
    return Recording("els", indicator, "2024-04", "published", (answer,), EXPLORER)


def explored() -> list[tuple[str, ...]]:
    """A row for each area and year, with its limits."""
    names = area_names()
    values = {(row["code"], row["row"]): row for row in figures("inactivity_rate.csv")}
    found = []
    for code in (code for code, kind in values if kind == "rate"):
        for year, rate in ((name, text) for name, text in values[code, "rate"].items() if name.isdigit()):
            middle, half = Decimal(rate), Decimal(values[code, "half_width"][year])
            found.append((code, names[code], f"{year}-01-01/P1Y", rate, str(middle - half), str(middle + half), ""))
    return found


RECORDED = (inactivity_rate, explorer)
