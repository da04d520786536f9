"""S-H-06: median energy efficiency scores (ONS, a workbook), made up."""

from __future__ import annotations

from datetime import datetime

from .dataset_pages import Edition
from .recording import Notice, Recording, area_names, figures
from .workbooks import workbook

PUBLISHED_ON = datetime(2025, 10, 29, 9, 30)  # noqa: DTZ001 (a date in a cell has no zone)
EDITION = Edition(
    page="/peoplepopulationandcommunity/housing/datasets/medianenergyefficiencyscoreenglandandwales",
    title="Median energy efficiency score, England and Wales",
    name="march2025",
    released=PUBLISHED_ON,
    file="medianenergyefficiencyscoreenglandandwales.xlsx",
)
ABOVE = (["2a: Median energy efficiency score by local authority district"], ["Up to March 2025"], ["[x]"], ["Scores"])
HEADER = (
    *("Region code", "Region name", "Local authority district code", "Local authority district name"),
    *("All Dwellings", "Flats and Maisonettes", "Houses"),
)
REGION_CELLS = ("E12000003", "Yorkshire and The Humber")
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics, median energy efficiency score",
    published="no figure.",
    made_up=(
        "all scores of the 15 districts; the lines above the header, the columns to the right of all dwellings and the "
        "day of release are ours too. Hence its origin: synthetic. Don't quote it."
    ),
)


def energy_efficiency() -> Recording:
    """A workbook with a sheet of contents and the table of districts."""
    names = area_names()
    rows = [
        [*REGION_CELLS, row["code"], names[row["code"]], *(int(row[kind]) for kind in ("all", "flats", "houses"))]
        for row in figures("energy_efficiency.csv")
    ]
    content = workbook({"Contents": [["Contents"], ["2a"]], "2a": [*ABOVE, list(HEADER), *rows]}, PUBLISHED_ON)
    released = PUBLISHED_ON.date().isoformat()
    return Recording("ons", "energy-efficiency", released, "synthetic", EDITION.answers(content), NOTICE)


RECORDED = (energy_efficiency,)
