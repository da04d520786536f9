"""E-EJ-07: the claimant count (Nomis), as a share of residents aged 16 to 64; made up but for one month of Kirklees."""

from __future__ import annotations

from .nomis import DataSet, Date, Dimension
from .recording import Notice, Recording, curve, figures

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
FIRST_YEAR, LAST = 2023, "2026-02"
AFTER = "2026-03-20T06:00:00+00:00"  # the last month is out by then
SPAN = 38
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published="one value of February 2026: Kirklees, claimants as a proportion of residents aged 16 to 64, 4.7.",
    made_up="everything else: all other areas and months, and the name of the release. Hence its origin: synthetic.",
)


def claimant_count() -> Recording:
    """January 2023 to February 2026, for the districts, the region and England."""
    data = DataSet(
        id="NM_162_1",
        time=f"{FIRST_YEAR}-01,latest",
        dates=tuple(map(month, range(SPAN))),
        dimensions=(
            Dimension("GENDER", "0", "Total", "Sex", 1000),
            Dimension("AGE", "0", "All categories: Age 16+", "Ageband", 2000),
            Dimension("MEASURE", "2", "Claimants as a proportion of residents aged 16-64", "measures", 1000),
        ),
        cell=("Nm-162d1", "0d0d0d2"),
    )
    areas = {row["code"]: row for row in figures("claimant_count.csv")}
    numbers = {date.code: number for number, date in enumerate(data.dates)}

    def known(code: str, date: str, measure: str) -> str:  # noqa: ARG001 (there is one measure)
        published = areas[code]["published_2026_02"] if date == LAST else ""
        return published or f"{curve(areas[code], numbers[date]):.1f}"

    return Recording("nomis", data.id, "2026-03", "synthetic", (data.answer(known),), NOTICE, retrieved_at=AFTER)


def month(number: int) -> Date:
    """A month by its place in the series."""
    year, place = FIRST_YEAR + number // 12, number % 12 + 1
    return Date(f"{year}-{place:02}", f"{MONTHS[place - 1]} {year}", year * 16 + place)


RECORDED = (claimant_count,)
