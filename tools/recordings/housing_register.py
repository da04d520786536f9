"""S-H-04: households on housing registers (MHCLG, Live Table 600), made up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .govuk_pages import Page
from .recording import Notice, Recording, area_names, curve, figures
from .workbooks import MEDIA_TYPE, workbook

PUBLISHED_ON = datetime(2026, 6, 25, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
AFTER = "2026-06-26T06:00:00+00:00"
PAGE = Page(
    path="/government/statistical-data-sets/live-tables-on-rents-lettings-and-tenancies",
    organisation="ministry-of-housing-communities-local-government",
    day="2026-06-25",
    folder="0" * 24,
    file="Live_Table_600.ods",
)
FIRST_YEAR, LAST_YEAR, NEW, MERGED = 2016, 2025, "E06000065", 2023
NO_SUCH_DISTRICT = "[z]"
NOTICE = Notice(
    publisher="Ministry of Housing, Communities and Local Government (MHCLG)",
    source="Ministry of Housing, Communities and Local Government, Live Table 600",
    published="no figure.",
    made_up=(
        "all figures, 2016 to 2025, for the districts of Yorkshire and The Humber of then and now; the lines above the "
        "header and the other sheets are ours; and the publisher's file is a spreadsheet of another form (.ods), this "
        "one a workbook (.xlsx) under the same name. Hence its origin: synthetic. Don't quote it."
    ),
)


def housing_register() -> Recording:
    """A workbook with three sheets, of which one has the districts."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    header = ["Local authority code", "Local authority name", *map(str, years)]
    names = area_names()
    rows = [
        [row["code"], names[row["code"]], *(cell(row, year) for year in years)]
        for row in figures("housing_register.csv")
    ]
    sheets = {
        "Regional_Data": [["Table 600: regions"]],
        "Local_Authority_Data": [["Table 600: districts"], ["[z] is not applicable"], header, *rows],
        "Imputations": [["Table 600: imputations"]],
    }
    answers = PAGE.answers(workbook(sheets, PUBLISHED_ON), MEDIA_TYPE, "data.xlsx")
    return Recording("mhclg", "waiting-lists", PAGE.day, "synthetic", answers, NOTICE, retrieved_at=AFTER)


def cell(row: dict[str, str], year: int) -> Any:
    """A number, or the marker in the years in which there was no such district."""
    if year > int(row["last"]) or (row["code"] == NEW and year < MERGED):
        return NO_SUCH_DISTRICT
    return round(curve(row, year - FIRST_YEAR))


RECORDED = (housing_register,)
