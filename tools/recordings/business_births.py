"""E-BE-13: quarterly births of enterprises (ONS, a workbook), all of them made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from .dataset_pages import Edition
from .recording import ENGLAND, REGION, Notice, Recording, area_names, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 2, 6, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
EDITION = Edition(
    page=(
        "/businessindustryandtrade/business/activitysizeandlocation/datasets/"
        "businessdemographyquarterlyexperimentalstatisticslowlevelgeographicbreakdownuk"
    ),
    title="Business demography, quarterly experimental statistics, low-level geographic breakdown, UK",
    name="quarter4octobertodecember2024",
    released=PUBLISHED_ON,
    file="finalq42024lowlevelgeobreakdown.xlsx",
)
# What is counted, and in which years, with the tables of whole years that the figures follow.
COUNTED = MappingProxyType({"Births": "1.1", "Deaths": "2.1"})
YEARS = MappingProxyType({"2022-2023": ("c", (2022, 2023)), "2024": ("d", (2024,))})
TOPS = (REGION, ENGLAND)
SEASONS = (0.27, 0.26, 0.25, 0.22)
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, business demography, quarterly",
    published="no figure as it stands.",
    made_up=(
        "all figures. They divide the births and deaths of a year of ons/business-demography into quarters, always in "
        "the same parts; the day of the release is made up, too. Hence its origin: synthetic. Don't quote it."
    ),
)


def business_births() -> Recording:
    """A workbook of two cover sheets, and two tables each of births and of deaths."""
    tables = {f"{what} {years}": sheet(what, years) for what in COUNTED for years in YEARS}
    cover = {"Cover": [["COVERSHEET"], [EDITION.title]], "Notes": [["Notes"], ["Made for a demonstration."]]}
    answers = EDITION.answers(workbook({**cover, **tables}, PUBLISHED_ON))
    return Recording("ons", "business-demography-quarterly", "2025-02-06", "synthetic", answers, NOTICE)


def sheet(what: str, said: str) -> list[list[Any]]:
    """One table: three lines, a header, and a row for each area, which is called by its code and its name."""
    part, years = YEARS[said]
    table, names = COUNTED[what] + part, known()
    quarters = [f"Q{number} {year}" for year in years for number in range(1, 5)]
    rows = [row for row in figures("business_demography.csv") if row["table"] == table and row["code"] in names]
    return [
        [f"{what} of enterprises by local authority, {said}"],
        ["Not adjusted for the season"],
        ["Units: Counts (rounded to base 5)"],
        ["Geography", *quarters],
        *([f"{row['code']} : {names[row['code']]}", *quarterly(row, years)] for row in rows),
        ["Unspecified", *(0 for _ in quarters)],
    ]


def quarterly(row: dict[str, str], years: Sequence[int]) -> list[int]:
    """The counts of years, in quarters."""
    return [5 * round(int(row[str(year)]) * part / 5) for year in years for part in SEASONS]


def known() -> dict[str, str]:
    """The districts of either time, the region and England, by their names."""
    return {code: name for code, name in area_names().items() if code[:3] in ("E06", "E07", "E08") or code in TOPS}


RECORDED = (business_births,)
