"""E-BE-02: business births and active enterprises (ONS, a workbook), all of them published."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any

from .recording import Answer, Notice, Recording, figures
from .workbooks import MEDIA_TYPE, workbook

PUBLISHED_ON = datetime(2025, 11, 20)  # noqa: DTZ001 (a date in a cell has no zone)
PAGE = "/businessindustryandtrade/business/activitysizeandlocation/datasets/businessdemographyreferencetable"
COUNTED = MappingProxyType({"1.1": "Births Of New", "3.1": "Active"})
YEARS = MappingProxyType({"a": (2019,), "b": (2020,), "c": (2021, 2022, 2023), "d": (2024,)})
SAID = MappingProxyType({"a": "2019", "b": "2020", "c": "2021, 2022 and 2023 by", "d": "2024 by"})
AREAS = "District, Counties And Unitary Authorities Within Region And Country"
# What is odd in the original, and kept: a year as text, and one title that doesn't end in a blank.
TEXT_YEARS = MappingProxyType({"1.1c": ("2021", 2022, 2023)})
WITHOUT_BLANK = "3.1b"
TABLES = tuple(f"{number}{part}" for number in COUNTED for part in YEARS)
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics",
    published=(
        "births of new enterprises and active enterprises, 2019 to 2024, for the districts and counties of "
        "Yorkshire and The Humber, the region, England, England and Wales, Great Britain and the United Kingdom, "
        "edition of November 2025."
    ),
    made_up="no figure. The text of the sheets Cover and Notes is ours; other regions and tables are left out.",
)


def business_demography() -> Recording:
    """A workbook of three cover sheets, and four tables each of births and of active enterprises."""
    answer = Answer(
        url="https://www.ons.gov.uk/file",
        parameters=(("uri", f"{PAGE}/current/businessdemographyexceltables2024.xlsx"),),
        content=workbook({**cover(), **{f"Table {table}": sheet(table) for table in TABLES}}, PUBLISHED_ON),
        file="data.xlsx",
        media_type=MEDIA_TYPE,
    )
    return Recording("ons", "business-demography", "2024", "published", (answer,), NOTICE)


def cover() -> dict[str, list[list[Any]]]:
    """The sheets in front of the tables."""
    return {
        "Cover": [
            ["COVERSHEET"],
            ["Business Demography 2024"],
            ["This copy was made for a demonstration: births and active enterprises of one region only."],
        ],
        "Contents": [["Business Demography 2024"], *([f"Table {table}", title(table)] for table in TABLES)],
        "Notes": [
            ["Notes"],
            ["Note number", "Description"],
            ["1", "Counts are rounded to the nearest five, so parts need not add up."],
            ["2", "An asterisk after a name: very many enterprises at one postcode."],
        ],
    }


def title(table: str) -> str:
    """What a table counts, where and when."""
    return f"Count Of {COUNTED[table[:-1]]} Enterprises For {SAID[table[-1]]} {AREAS}"


def sheet(table: str) -> list[list[Any]]:
    """One table: three lines, a header that names neither codes nor areas, and a row for each area.

    Where years stand together, codes end in a blank.
    """
    years = YEARS[table[-1]]
    blank = " " if len(years) > 1 else ""
    return [
        [f"Table {table} - {title(table)}" + ("" if table == WITHOUT_BLANK else " ")],
        ["One table on this sheet"],
        ["Units: Counts (control rounded to base 5)"],
        [None, None, *TEXT_YEARS.get(table, years)],
        *(
            [row["code"] + blank, row["name"], *(int(row[str(year)]) for year in years)]
            for row in figures("business_demography.csv")
            if row["table"] == table
        ),
    ]


RECORDED = (business_demography,)
