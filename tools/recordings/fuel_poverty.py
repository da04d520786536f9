"""S-H-08: fuel poverty in 2020 (Fingertips; the department's table on GOV.UK), all of it published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .fingertips import ENGLAND_PLACE, NO_CATEGORY, REGION_PLACE, Indicator, district_place
from .govuk_pages import Page
from .recording import ENGLAND, REGION, Notice, Recording, area_names, figures
from .workbooks import MEDIA_TYPE, workbook

INDICATOR = Indicator("93759", "Fuel poverty (low income, low energy efficiency methodology)", "Not applicable")
YEAR, SEX, COUNTY = 2020, "Not applicable", "E10000023"
PUBLISHED_ON = datetime(2022, 4, 28, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
PAGE = Page(
    path="/government/statistics/sub-regional-fuel-poverty-data-2022",
    organisation="department-for-energy-security-and-net-zero",
    day="2022-04-28",
    folder="0" * 24,
    file="sub-regional-fuel-poverty-2022-tables.xlsx",
)
TITLE = "Table 2: Fuel poor households by administrative area, 2020 [Notes 3 and 4]"
HEADER = (
    *("Area Codes", "Area names ", None, None, "Number of households", "Number of households in fuel poverty"),
    "Proportion of households fuel poor (%)",
)
SOURCE = "Department for Energy Security and Net Zero, sub-regional fuel poverty 2022 (2020 data)"
PROFILE = Notice(
    publisher="Department for Energy Security and Net Zero (DESNZ)",
    source=f"{SOURCE}, as the Office for Health Improvement and Disparities has it in Fingertips",
    published=(
        "households, those in fuel poverty and their share, 2020, for 15 districts (North Yorkshire as the county of "
        "that time), Yorkshire and The Humber, and England, as the department published them."
    ),
    made_up="no figure. Intervals and other years are left out. The name of the release is ours.",
)
TABLE = Notice(
    publisher="Department for Energy Security and Net Zero (DESNZ)",
    source=SOURCE,
    published=(
        "households, those in fuel poverty and their share, 2020, for Yorkshire and The Humber, its counties and its "
        "districts of that time, and England."
    ),
    made_up="no figure. Other regions and tables are left out; the folder of the file and the sheet Contents are ours.",
)


def profile() -> Recording:
    """The answer of Fingertips, in which England comes once for each parent."""
    answer = INDICATOR.answer(profile_rows())
    return Recording("fingertips", INDICATOR.number, "2022", "published", (answer,), PROFILE)


def profile_rows() -> Iterator[list[str]]:
    """England twice, the region, and its districts."""
    names = area_names()
    known = {row["code"]: row for row in figures("fuel_poverty.csv")}
    districts = [row["code"] for row in figures("areas.csv") if row["code"] not in (ENGLAND, REGION)]
    places = [district_place(code, names[code]) for code in districts]
    for place in (ENGLAND_PLACE, ENGLAND_PLACE, REGION_PLACE, *places):
        row = known.get(place[2]) or known[COUNTY]
        cells = [row["share"], "", "", "", "", row["poor"], row["households"], "", "", "Not compared"]
        yield INDICATOR.row(place, SEX, NO_CATEGORY, (YEAR, 1), cells)


def table() -> Recording:
    """The department's workbook: a name stands in one of three columns, and strays stand below the table."""
    rows = [[TITLE], [None], list(HEADER), *map(area_row, figures("fuel_poverty.csv"))]
    below: list[list[Any]] = [[None], [None] * 6 + ["England"], ["Back to contents"]]
    content = workbook({"Contents": [["Contents"], ["Table 2"]], "Table 2": [*rows, *below]}, PUBLISHED_ON)
    answers = PAGE.answers(content, MEDIA_TYPE, "data.xlsx")
    return Recording("desnz", "fuel-poverty", PAGE.day, "published", answers, TABLE)


def area_row(row: dict[str, str]) -> list[Any]:
    """One area."""
    names = [row[level] or None for level in ("region", "county", "district")]
    return [row["code"], *names, int(row["households"]), int(row["poor"]), float(row["share"])]


RECORDED = (profile, table)
