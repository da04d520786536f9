"""E-BE-10: gross domestic product of local authorities (ONS, a workbook), all of it published in 2021."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Any

from .dataset_pages import Edition
from .recording import REGION, Notice, Recording, area_names, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2021, 5, 26)  # noqa: DTZ001 (a date in a cell has no zone)
CORRECTED_ON = datetime(2021, 6, 11)  # noqa: DTZ001 (a date in a cell has no zone)
EDITION = Edition(
    page="/economy/grossdomesticproductgdp/datasets/regionalgrossdomesticproductlocalauthorities",
    title="Regional gross domestic product: local authorities",
    name="1998to2019",
    released=CORRECTED_ON,
    file="regionalgrossdomesticproductlocalauthorities.xlsx",
)
TITLES = MappingProxyType(
    {
        "5": "Table 5: Local Authority: Gross Domestic Product (GDP) [note 1,2] at current market prices",
        "6": "Table 6: Local Authority: Total resident population numbers [note 1]",
        "7": (
            "Table 7: Local Authority: Gross Domestic Product (GDP) [note 1] per head [note 2] at current market prices"
        ),
    }
)
UNITS = MappingProxyType({"5": "Pounds million", "6": "persons", "7": "pounds"})
PEOPLE = "6"
LAST_YEAR = "2019"
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics",
    published=(
        "gross domestic product at current market prices, in total and per head, and resident population, 1998 to "
        "2019, for the 21 districts of Yorkshire and The Humber as they were until 2023, edition of May 2021 as "
        "corrected in June 2021. Later editions have revised them."
    ),
    made_up=(
        "no figure. The text of the sheets Correction and Information and the notes below the tables are ours; other "
        "regions and tables are left out, and so are later editions, though the page lists them."
    ),
)


def gross_domestic_product() -> Recording:
    """A workbook of two cover sheets and three tables."""
    content = workbook({**cover(), **{f"Table {table}": sheet(table) for table in TITLES}}, CORRECTED_ON)
    return Recording("ons", "gdp-la", "2021-06-11", "published", EDITION.answers(content), NOTICE)


def cover() -> dict[str, list[list[Any]]]:
    """The sheets in front of the tables, which begin in the second column."""
    return {
        "Correction": [[None, None], [None, "Correction"], [None, CORRECTED_ON], [None, "Volumes were replaced."]],
        "Information": [
            [None, None],
            [None, "Regional gross domestic product (GDP) local authority reference tables"],
            [None, "This copy was made for a demonstration: three tables, and one region only."],
            [None, f"First published on {PUBLISHED_ON:%d %B %Y}."],
        ],
    }


def sheet(table: str) -> list[list[Any]]:
    """One table: its title, a header, a row for each district, and notes below a blank row."""
    rows = [row for row in figures("gross_domestic_product.csv") if row["table"] == table]
    years = [name for name in rows[0] if name.isdigit()]
    last = LAST_YEAR if table == PEOPLE else f"{LAST_YEAR}\n[note 3]"
    region = area_names()[REGION].replace(" the ", " The ")
    return [
        [TITLES[table], *[None] * (len(years) + 1), UNITS[table]],
        [
            "ITL1 Region",
            "LA code",
            "LA name",
            *(int(year) for year in years[:-1]),
            int(last) if table == PEOPLE else last,
        ],
        *([region, row["code"], row["name"], *(int(row[year]) for year in years)] for row in rows),
        [None],
        *[["Note 1 The population is that of the middle of the year."]] * (table == PEOPLE),
        *[["Note 1 By the place of work."], ["Note 3 Provisional."]] * (table != PEOPLE),
    ]


RECORDED = (gross_domestic_product,)
