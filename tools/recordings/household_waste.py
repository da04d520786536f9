"""E-WR-01 to E-WR-03: waste that local authorities collect (Defra, ENV18), made up but for two rates of England."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from .govuk_pages import Page
from .recording import ENGLAND, Notice, Recording, curve, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 3, 27, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
PAGE = Page(
    path="/government/statistical-data-sets/env18-local-authority-collected-waste-annual-results-tables",
    organisation="department-for-environment-food-rural-affairs",
    day="2025-03-27",
    folder="69c3ce2b93cc6e8b87a6f62c",
    file="LA_and_Regional_Spreadsheet_2023-24.ods",
)
YEARS = tuple(range(2019, 2024))
COUNTY, UNITARY, COUNTY_ENDS = "E10000023", "E06000065", 2023
FORMER_DISTRICT_SHARE = 7
PUBLISHED = MappingProxyType({2019: 0.438, 2020: 0.423})
TONNES = (
    *("Financial Year", "Region", "ONS Code", "Authority", "Authority type"),
    "Household - total waste (tonnes)",
    "Household - waste sent for recycling-composting-reuse (tonnes)",
    "Household - regular collection (not recycled) (tonnes)",
)
RATES = (
    *("Year", "Region", "ONS code", "Authority"),
    "Percentage of household waste sent for reuse, recycling or composting (Ex NI192)",
)
NOTICE = Notice(
    publisher="Department for Environment, Food and Rural Affairs (Defra)",
    source="Department for Environment, Food and Rural Affairs, ENV18, local authority collected waste",
    published="two rates of recycling: England 43.8 % in 2019/20 and 42.3 % in 2020/21.",
    made_up=(
        "everything else: all tonnes, all other rates, the day of the release, the first lines of the sheets and the "
        "name of the column of types; and the publisher's file is a spreadsheet of another form (.ods), this one a "
        "workbook (.xlsx) under the same name. Hence its origin: synthetic. Don't quote it."
    ),
)


def household_waste() -> Recording:
    """A page, and a workbook with tonnes and rates of all authorities, 2019/20 to 2023/24."""
    content = workbook({"Table_1": sheet(TONNES, tonnes()), "Table_3": sheet(RATES, rates())}, PUBLISHED_ON)
    answers = PAGE.answers(content, "application/vnd.oasis.opendocument.spreadsheet", "data.xlsx")
    known = tuple(("E-WR-01", ENGLAND, f"{year}-04-01/P1Y") for year in PUBLISHED)
    return Recording("defra", "collected-waste", "2025-03-27", "synthetic", answers, NOTICE, known=known)


def sheet(header: tuple[str, ...], rows: Iterator[list[Any]]) -> list[list[Any]]:
    """Three lines and a table."""
    return [["Local authority collected waste statistics"], ["Made up for a demonstration"], [None], [*header], *rows]


def tonnes() -> Iterator[list[Any]]:
    """Each authority and year: all household waste, what of it is recycled, and what regular rounds collect beside."""
    for year, area in authorities():
        total, recycled = amounts(area, year)
        regular = round(0.86 * (total - recycled), 1)
        yield [label(year), region(area), code(area), area["authority"], area["type"], total, recycled, regular]


def rates() -> Iterator[list[Any]]:
    """Each authority and year: the share that is recycled, as a fraction."""
    for year, area in authorities():
        total, recycled = amounts(area, year)
        share = PUBLISHED.get(year) if area["code"] == ENGLAND else None
        yield [label(year), region(area), code(area), area["authority"], share or round(recycled / total, 6)]


def authorities() -> Iterator[tuple[int, Mapping[str, str]]]:
    """Who there was in each year: in North Yorkshire a county and seven districts, and then a unitary authority."""
    for year in YEARS:
        for area in figures("household_waste.csv"):
            gone = area["type"] in ("Disposal", "Collection") and year >= COUNTY_ENDS
            to_come = area["code"] == UNITARY and year < COUNTY_ENDS
            if not gone and not to_come:
                yield year, area


def amounts(area: Mapping[str, str], year: int) -> tuple[float, float]:
    """Tonnes in all, and tonnes recycled."""
    since = year - YEARS[0]
    share = float(area["share"]) + float(area["gain"]) * since
    if area["code"] == ENGLAND:
        share = PUBLISHED.get(year, share)
    total = round(curve(dict(area), since) * residents(area, year) / 1000, 1)
    return total, round(total * share, 1)


def residents(area: Mapping[str, str], year: int) -> float:
    """How many people the authority collects from."""
    people = {row["code"]: int(row[str(year)]) for row in figures("population.csv")}
    if area["type"] == "Collection":
        return people[UNITARY] / FORMER_DISTRICT_SHARE
    return people[UNITARY if area["code"] == COUNTY else area["code"]]


def region(area: Mapping[str, str]) -> str:
    """The region; the country's row says there what it is."""
    return "Total England" if area["code"] == ENGLAND else "Yorkshire and Humber"


def code(area: Mapping[str, str]) -> str | None:
    """The code; the country's row has none."""
    return None if area["code"] == ENGLAND else area["code"]


def label(year: int) -> str:
    """A financial year as it is printed."""
    return f"{year}-{(year + 1) % 100:02}"


RECORDED = (household_waste,)
