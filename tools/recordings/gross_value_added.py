"""E-BE-11, E-S-07 and E-S-08: regional gross value added by industry (ONS, a workbook), all of it published."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any

from .dataset_pages import Edition
from .recording import REGION, Notice, Recording, area_names, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 10, 10)  # noqa: DTZ001 (a date in a cell has no zone)
EDITION = Edition(
    page=(
        "/economy/grossdomesticproductgdp/datasets/"
        "regionalgrossvalueaddedbalancedbyindustrylocalauthoritiesbyitl1region"
    ),
    title="Regional gross value added (balanced) by industry: local authorities by ITL1 region",
    name="tleyorkshireandthehumber",
    released=PUBLISHED_ON,
    file="regionalgrossvalueaddedbalancedbyindustrylocalauthoritiestleyorkshireandthehumber.xlsx",
)
TITLE = (
    "Regional gross value added (balanced) by industry: local authorities by {} region: TLE Yorkshire and The Humber"
)
TABLES = (
    ("Table 1", "chained volume measures index, 2022 equals 100"),
    ("Table 2", "chained volume measures in 2022 money value, pounds million [note 1]"),
    ("Table 3", "current prices, pounds million"),
    ("Table 4", "implied deflator, 2022 equals 100 [note 2]"),
)
INDUSTRIES = MappingProxyType(
    {
        "Total": "All industries",
        "C (10-33)": "Manufacturing",
        "J (58-63)": "Information and communication",
        "K (64-66)": "Financial and insurance activities",
        "M (69-75)": "Professional, scientific and technical activities",
    }
)
COVER = MappingProxyType(
    {
        "Correction": (
            ("Correction",),
            (PUBLISHED_ON,),
            ("The volume figures (Tables 1, 2 and 4) were replaced on this day.",),
            ("Current prices (Table 3) stayed as they were.",),
        ),
        "Information": (
            (TITLE.format("International Territorial Level (ITL) 1"),),
            ("This copy was made for a demonstration: it holds the rows of all industries, and of four.",),
            ("Units are in the title of each table. Marks in square brackets lead to the sheet Notes.",),
            ("The year 2023 is provisional.",),
        ),
        "Contents": (
            ("Contents",),
            ("Tab Name", "Table name"),
            *((tab, f"{tab}: {TITLE.format('ITL1')}, {what}") for tab, what in TABLES),
        ),
        "Notes": (
            ("Notes",),
            ("Marks such as [note 1] stand in the titles of the tables.",),
            ("Note number", "Note text"),
            ("1", "Volume measures are chained, so industries do not add up to the total."),
            ("2", "Current prices divided by chained volumes."),
        ),
    }
)
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics",
    published=(
        "regional gross value added (balanced), 1998 to 2023, of all industries and of manufacturing, information and "
        "communication, finance, and professional services, for 15 districts, edition of April 2025 as corrected in "
        "October 2025."
    ),
    made_up=(
        "no figure. The text of the sheets Correction, Information and Notes is ours; other industries are left out."
    ),
)


def gross_value_added() -> Recording:
    """A workbook of four cover sheets and four tables."""
    content = workbook({**COVER, **{tab: table(tab, what) for tab, what in TABLES}}, PUBLISHED_ON)
    return Recording("ons", "gva-industry-la-tle", "2025-10-10", "published", EDITION.answers(content), NOTICE)


def table(tab: str, what: str) -> list[list[Any]]:
    """One table: its title, a header, and a row for each area and industry, in the publisher's order."""
    rows = [row for row in figures("gross_value_added.csv") if f"Table {row['table']}" == tab]
    names = area_names()
    years = [name for name in rows[0] if name.isdigit()]
    return [
        [f"{tab}: {TITLE.format('ITL1')}, {what}"],
        ["ITL1 region", "LA code", "LA name", "SIC07", "SIC07 description", *years],
        *(
            [names[REGION], row["code"], names[row["code"]], row["sic"], INDUSTRIES[row["sic"]]]
            + [float(row[year]) if "." in row[year] else int(row[year]) for year in years]
            for row in rows
        ),
    ]


RECORDED = (gross_value_added,)
