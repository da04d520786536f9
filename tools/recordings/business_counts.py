"""E-BE-06: enterprises of the UK Business Counts (Nomis), made up but for one year of Kirklees."""

from __future__ import annotations

from .nomis import DataSet, Date, Dimension
from .recording import REGION, Notice, Recording, curve, figures

FIRST_YEAR, LAST_YEAR = 2019, 2025
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "the enterprises of Kirklees by section in 2025, whose sum, 15,450, stands for all industries. Each "
        "section is rounded to five, so that Nomis's own total may differ from it."
    ),
    made_up=(
        "everything else: all other areas and years, the labels of the total, and the name of the release. Hence "
        "its origin: synthetic."
    ),
)


def business_counts() -> Recording:
    """March 2019 to March 2025, for the districts, the region and England."""
    data = DataSet(
        id="NM_142_1",
        time=f"{FIRST_YEAR},latest",
        dates=tuple(Date.year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)),
        dimensions=(
            Dimension("INDUSTRY", "37748736", "Total", "industry", 9),
            Dimension("EMPLOYMENT_SIZEBAND", "0", "Total", "employment sizeband", 1000),
            Dimension("LEGAL_STATUS", "0", "Total", "legal status", 1000),
        ),
        cell=("Nm-142d1", "37748736d0d0"),
    )
    counts = counted(figures("business_counts.csv"))
    return Recording(
        "nomis", data.id, "2025", "synthetic", (data.answer(lambda code, date, _: str(counts[code, date])),), NOTICE
    )


def counted(areas: list[dict[str, str]]) -> dict[tuple[str, str], int]:
    """Enterprises by area and year, to the nearest five; the region's are its districts' together."""
    found: dict[tuple[str, str], int] = {}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for area in areas:
            published = area["published_2025"] if year == LAST_YEAR else ""
            found[area["code"], str(year)] = int(published or 5 * round(curve(area, year - FIRST_YEAR) / 5))
        districts = (found[area["code"], str(year)] for area in areas if area["code"].startswith(("E06", "E08")))
        found[REGION, str(year)] = sum(districts)
    return found


RECORDED = (business_counts,)
