"""S-H-07: private rents (ONS, a workbook), made up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .dataset_pages import Edition
from .recording import ENGLAND, REGION, Notice, Recording, area_names, curve, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 12, 17, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
EDITION = Edition(
    page="/economy/inflationandpriceindices/datasets/priceindexofprivaterentsukmonthlypricestatistics",
    title="Price Index of Private Rents, UK: monthly price statistics",
    name="17december2025",
    released=PUBLISHED_ON,
    file="priceindexofprivaterentsukmonthlypricestatistics.xlsx",
)
FIRST_YEAR, MONTHS, A_YEAR, BASE = 2023, 35, 12, 100
HEADER = (
    *("Time period", "Area code", "Area name", "Region or country name", "Index", "Annual change", "Rental price"),
    "Rental price one bed",
)
SMALL_HOME = 0.75
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, Price Index of Private Rents",
    published="no figure.",
    made_up=(
        "all figures, January 2023 to November 2025, for 15 districts, Yorkshire and The Humber, and England; the "
        "title of the table and the lines above its header are ours. Hence its origin: synthetic. Don't quote it."
    ),
)


def rents() -> Recording:
    """A workbook with a sheet of contents and a table with a row for each month and area."""
    table = [["Table 1: Private rents by area, monthly"], ["[x] is not available"], list(HEADER), *rows()]
    content = workbook({"Contents": [["Contents"], ["Table 1"]], "Table 1": table}, PUBLISHED_ON)
    released = PUBLISHED_ON.date().isoformat()
    return Recording("ons", "private-rents", released, "synthetic", EDITION.answers(content), NOTICE)


def rows() -> Iterator[list[Any]]:
    """By month and area."""
    names = area_names()
    for since in range(MONTHS):
        month = datetime(FIRST_YEAR + since // A_YEAR, since % A_YEAR + 1, 1)  # noqa: DTZ001
        for row in figures("rents.csv"):
            yield [month, row["code"], names[row["code"]], parent(row["code"]), *prices(row, since)]


def parent(code: str) -> str:
    """The region or country that an area is listed under."""
    return "England" if code in (REGION, ENGLAND) else "Yorkshire and The Humber"


def prices(row: dict[str, str], since: int) -> list[Any]:
    """The index, its change over a year where there is one before, and two rents."""
    rent = curve(row, since)
    change = round((rent / curve(row, since - A_YEAR) - 1) * 100, 1) if since >= A_YEAR else "[x]"
    return [round(BASE * rent / float(row["first"]), 1), change, round(rent), round(rent * SMALL_HOME)]


RECORDED = (rents,)
