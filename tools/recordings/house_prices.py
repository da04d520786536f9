"""S-H-01 and S-H-02: house prices to earnings (ONS, a workbook; Explore Local Statistics), all of it published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .dataset_pages import Edition
from .explorer import SERVICE, explored
from .recording import Notice, Recording, area_names, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 3, 24, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
AFTER = "2026-05-15T06:00:00+00:00"  # 2025 is out by then
EDITION = Edition(
    page="/peoplepopulationandcommunity/housing/datasets/ratioofhousepricetoworkplacebasedearningslowerquartileandmedian",
    title="House price to workplace-based earnings ratio",
    name="current",
    released=PUBLISHED_ON,
    file="aff1ratioofhousepricetoworkplacebasedearnings2024.xlsx",
)
TITLE = (
    "Table 5c - Ratio of median house price to median gross annual workplace-based earnings by local authority "
    "district, England and Wales, 1997 to 2024"
)
REGION_CELLS = ("E12000003", "Yorkshire and The Humber")
SERIES = "housing-affordability-ratio"
WORKPLACES = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, house price to workplace-based earnings ratio",
    published="ratios and five-year averages of 15 districts, 1997 to 2024, edition of March 2025.",
    made_up="no figure. The sheet Contents is ours; other tables and areas are left out. The day of release is ours.",
)
RESIDENTS = Notice(
    publisher="Office for National Statistics (ONS)",
    source=SERVICE,
    published="ratios of 15 districts, Yorkshire and The Humber, and England, 2002 to 2025 (March 2026).",
    made_up="no figure. Other areas are left out.",
)


def workplaces() -> Recording:
    """A workbook with a sheet of contents and the table of medians by district."""
    table = [[TITLE], *ratios()]
    content = workbook({"Contents": [["Contents"], ["5c", TITLE]], "5c": table}, PUBLISHED_ON)
    released = PUBLISHED_ON.date().isoformat()
    return Recording("ons", "affordability", released, "published", EDITION.answers(content), WORKPLACES)


def ratios() -> list[list[Any]]:
    """A header, one name of which ends in a space, and a row for each district."""
    rows, names = figures("price_to_workplace_pay.csv"), area_names()
    columns = [name for name in rows[0] if name != "code"]
    header = ["Region code", "Region name ", "Local authority code", "Local authority name", *columns]
    return [header, *([*REGION_CELLS, row["code"], names[row["code"]], *cells(row)] for row in rows)]


def cells(row: dict[str, str]) -> list[Any]:
    """The cells of a district: numbers, or a marker as text."""
    return [text if text == "[x]" else float(text) for name, text in row.items() if name != "code"]


def residents() -> Recording:
    """What ONS's explorer has of earnings by residence: dates in place of periods."""
    known = figures("price_to_residence_pay.csv")
    rows = ((row["code"], f"{year}-04-01", (row[year],)) for row in known for year in filter(str.isdigit, row))
    answers = (explored(SERIES, rows),)
    return Recording("els", SERIES, "2026-03", "published", answers, RESIDENTS, retrieved_at=AFTER)


RECORDED = (workplaces, residents)
