"""E-EJ-16 and E-EI-10: payrolled employees and their median pay (ONS, a workbook that is landed), made up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .claimant_count import MONTHS
from .recording import Answer, Notice, Recording, area_names, curve, figures
from .workbooks import MEDIA_TYPE, workbook

PUBLISHED_ON = datetime(2025, 12, 16)  # noqa: DTZ001 (a date in a cell has no zone)
FIRST_YEAR, SPAN = 2023, 34
SHEETS = {
    "19. Employees (LA)": ("employees", "19. Payrolled employees by local authority"),
    "20. Median pay (LA)": ("pay", "20. Median monthly pay by local authority"),
}
NOTICE = Notice(
    publisher="Office for National Statistics (ONS) and HM Revenue and Customs",
    source="Office for National Statistics, real time information statistics",
    published="no figure.",
    made_up=(
        "all figures, the five lines above the codes, and the name of the release. Hence its origin: synthetic. Don't "
        "quote it."
    ),
)


def payrolls() -> Recording:
    """January 2023 to October 2025, for the districts."""
    sheets = {"Contents": [["Contents"], *([name] for name in SHEETS)]}
    answer = Answer(
        url="landed:ons/paye-rti-local",
        parameters=(),
        content=workbook(sheets | {name: sheet(*what) for name, what in SHEETS.items()}, PUBLISHED_ON),
        file="data.xlsx",
        media_type=MEDIA_TYPE,
    )
    return Recording("ons", "paye-rti-local", "rtinsadec2025", "synthetic", (answer,), NOTICE)


def sheet(series: str, title: str) -> list[list[Any]]:
    """One sheet: the codes of the areas in row 7, their names in row 8, and a row for each month."""
    names = area_names()
    areas = [row for row in figures("payrolls.csv") if row["series"] == series]
    return [
        [title],
        ["Not seasonally adjusted, by where people live"],
        ["Made for a demonstration: one region only"],
        [None],
        [None],
        [None],
        [None, *(row["code"] for row in areas)],
        ["Date", *(names[row["code"]] for row in areas)],
        *([month(number), *(round(curve(row, number)) for row in areas)] for number in range(SPAN)),
    ]


def month(number: int) -> str:
    """A month by its place in the series."""
    return f"{MONTHS[number % 12]} {FIRST_YEAR + number // 12}"


RECORDED = (payrolls,)
