"""E-BE-01 to E-BE-05: births, deaths, survival and growth of enterprises (ONS, a workbook), all of them published."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any

from .dataset_pages import Edition
from .recording import Notice, Recording, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 11, 20, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
EDITION = Edition(
    page="/businessindustryandtrade/business/activitysizeandlocation/datasets/businessdemographyreferencetable",
    title="Business demography, UK",
    name="current",
    released=PUBLISHED_ON,
    file="businessdemographyexceltables2024.xlsx",
)
YEARS = MappingProxyType({"a": (2019,), "b": (2020,), "c": (2021, 2022, 2023), "d": (2024,)})
# Odd in the original, and kept: a year as text.
TEXT_YEARS = MappingProxyType({"1.1c": ("2021", 2022, 2023)})
SURVIVAL = "5.1"
BORN = MappingProxyType({"a": 2019, "b": 2020, "c": 2021, "d": 2022, "e": 2023})
AGES = ("1", "2", "3", "4", "5")
NOT_YET = ":"
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics",
    published=(
        "births, deaths and active enterprises, enterprises with ten employees and those that grew fast, 2019 to "
        "2024, and how many of those born in 2019 to 2023 survived, for the districts and counties of Yorkshire and "
        "The Humber, the region, England, England and Wales, Great Britain and the United Kingdom, edition of "
        "November 2025."
    ),
    made_up=(
        "no figure. The text of the sheets Cover and Notes is ours; percentages of survival are reckoned from the "
        "counts; other regions and tables are left out."
    ),
)


def business_demography() -> Recording:
    """A workbook of three cover sheets, and the tables of births, deaths, active enterprises, survival and growth."""
    titles = {row["table"]: row["title"] for row in figures("business_tables.csv")}
    tables = {f"Table {table}": sheet(table, title) for table, title in titles.items()}
    content = workbook({**cover(titles), **tables}, PUBLISHED_ON)
    return Recording("ons", "business-demography", "2025-11-20", "published", EDITION.answers(content), NOTICE)


def cover(titles: dict[str, str]) -> dict[str, list[list[Any]]]:
    """The sheets in front of the tables."""
    contents = [[f"Table {table}", title.partition(" - ")[2].strip()] for table, title in titles.items()]
    return {
        "Cover": [
            ["COVERSHEET"],
            ["Business Demography 2024"],
            ["This copy was made for a demonstration: some of the tables, and one region only."],
        ],
        "Contents": [["Business Demography 2024"], *contents],
        "Notes": [
            ["Notes"],
            ["Note number", "Description"],
            ["1", "Counts are rounded to the nearest five, so parts need not add up."],
            ["2", "An asterisk after a name: very many enterprises at one postcode."],
        ],
    }


def sheet(table: str, title: str) -> list[list[Any]]:
    """One table: three lines, a header that names neither codes nor areas, and a row for each area."""
    survival = table.startswith(SURVIVAL)
    return [
        [title],
        ["One table on this sheet"],
        ["Units: Counts (control rounded to base 5)"],
        *(survivors(table) if survival else counts(table)),
    ]


def counts(table: str) -> list[list[Any]]:
    """The years, and each area's counts; where years stand together, codes end in a blank."""
    years = YEARS[table[-1]]
    blank = " " if len(years) > 1 else ""
    return [
        [None, None, *TEXT_YEARS.get(table, years)],
        *(
            [row["code"] + blank, row["name"], *(int(row[str(year)]) for year in years)]
            for row in figures("business_demography.csv")
            if row["table"] == table
        ),
    ]


def survivors(table: str) -> list[list[Any]]:
    """Those born in a year, and how many and which part of them were left after each year."""
    born = BORN[table[-1]]
    blank = "" if born <= 2020 else " "
    return [
        [None, None, f"{born} Births", *(said for age in AGES for said in headers(age))],
        *(
            [row["code"] + blank, row["name"], int(row["births"]), *(cell for age in AGES for cell in left(row, age))]
            for row in figures("business_survival.csv")
            if row["table"] == table
        ),
    ]


def headers(age: str) -> tuple[str, str]:
    """What stands above the count and the percentage of one age."""
    return f"{age}-year survival", f"{age}-year      per cent"


def left(row: dict[str, str], age: str) -> tuple[Any, Any]:
    """How many are left at an age, and which part of those born."""
    count = row[f"survived_{age}"]
    if count == NOT_YET:
        return NOT_YET, NOT_YET
    return int(count), int(count) / int(row["births"]) * 100


RECORDED = (business_demography,)
