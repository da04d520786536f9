"""S-H-03: net additional dwellings (Explore Local Statistics), made up but for three districts in 2024/25."""

from __future__ import annotations

from .explorer import SERVICE, explored
from .recording import Notice, Recording, figures

AFTER = "2026-06-26T06:00:00+00:00"
SERIES = "net-additions-housing-stock"
NOTICE = Notice(
    publisher="Ministry of Housing, Communities and Local Government (MHCLG)",
    source=f"{SERVICE}; figures of the Ministry of Housing, Communities and Local Government",
    published="Barnsley, Leeds and North Yorkshire in 2024/25, in whole numbers.",
    made_up=(
        "everything else: the rates of all other areas and years, and the name of the release. The former districts "
        "of North Yorkshire are left out. Hence its origin: synthetic. Don't quote it."
    ),
)


def net_additions() -> Recording:
    """Four years; Barnsley and Sheffield under both of their codes."""
    rows = [
        (row["code"], f"{year}-04-01/P1Y", (row[year],))
        for row in figures("net_additions.csv")
        for year in row
        if year.isdigit() and row[year]
    ]
    answers = (explored(SERIES, rows, both_codes=True),)
    return Recording("els", SERIES, "2026-06", "synthetic", answers, NOTICE, retrieved_at=AFTER)


RECORDED = (net_additions,)
