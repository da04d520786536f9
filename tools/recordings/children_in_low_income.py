"""S-W-08: children in relative low income (Explore Local Statistics), all of them published."""

from __future__ import annotations

from .explorer import explored
from .recording import Notice, Recording, figures

SERIES = "children-in-relative-poverty-before-housing"
AFTER = "2026-05-15T06:00:00+00:00"  # the year to March 2025 is out by then
NOTICE = Notice(
    publisher="Department for Work and Pensions (DWP), Office for National Statistics (ONS)",
    source="Explore Local Statistics, Office for National Statistics; Department for Work and Pensions, children in "
    "low income families",
    published=(
        "children under 16 in relative low income before housing costs, in percent, financial years 2021/22 to "
        "2024/25, for 15 districts and Yorkshire and The Humber, as ONS gave them in Explore Local Statistics (May "
        "2026). The last year is provisional."
    ),
    made_up="no figure. Other areas, and the rates after housing costs, are left out.",
)


def children_in_low_income() -> Recording:
    """Four years, under both codes of the areas that were recoded."""
    rows = [
        (row["code"], f"{year}-04-01/P1Y", (row[year],))
        for row in figures("children_in_low_income.csv")
        for year in filter(str.isdigit, row)
    ]
    answers = (explored(SERIES, rows, both_codes=True),)
    return Recording("els", SERIES, "2026-05", "published", answers, NOTICE, retrieved_at=AFTER)


RECORDED = (children_in_low_income,)
