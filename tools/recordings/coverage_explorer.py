"""S-C-01-ELS, S-C-03-ELS and S-C-05: coverage as Explore Local Statistics has it, all of it published."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from .explorer import SERVICE, Row, explored
from .recording import Notice, Recording, figures

AFTER = "2026-06-26T06:00:00+00:00"
SOURCE = f"{SERVICE}; figures of Ofcom, Connected Nations"
OTHERS = "no figure. Other areas and months are left out, though the service has them."
GIGABIT = Notice(
    publisher="Ofcom",
    source=SOURCE,
    published=(
        "premises with gigabit-capable broadband, September 2022 (which the service called 2022 then), for the 14 "
        "districts that there were already; July 2024, for 15 districts, Yorkshire and The Humber, and England; "
        "January 2026, for Barnsley, Leeds and North Yorkshire."
    ),
    made_up=OTHERS,
)
SLOW = Notice(
    publisher="Ofcom",
    source=SOURCE,
    published="premises below 30 Mbit/s, January 2026, for Barnsley, Leeds and North Yorkshire.",
    made_up=OTHERS,
)
MOBILE = Notice(
    publisher="Ofcom",
    source=SOURCE,
    published=(
        "area that at least one operator covers with 5G, January 2025, for 15 districts and Yorkshire and The Humber, "
        "Barnsley and Sheffield under both of their codes."
    ),
    made_up=OTHERS,
)


def coverage(series: str, notice: Notice, *, both_codes: bool = False) -> Recording:
    """One series."""
    answer = explored(series, rows(series), both_codes=both_codes)
    return Recording("els", series, "2026-06", "published", (answer,), notice, retrieved_at=AFTER)


def rows(series: str) -> Iterator[Row]:
    """A row for each area and month that is there; the service dates a month by its first day."""
    for row in figures("coverage_explorer.csv"):
        if row["series"] == series:
            months = ((name, cell) for name, cell in row.items() if name[0].isdigit() and cell)
            yield from ((row["code"], f"{month}-01", (cell,)) for month, cell in months)


gigabit = partial(coverage, "gigabit-capable-broadband", GIGABIT)
slow = partial(coverage, "premises-below-30mbps", SLOW)
mobile = partial(coverage, "5g-coverage", MOBILE, both_codes=True)

RECORDED = (gigabit, slow, mobile)
