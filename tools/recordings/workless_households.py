"""E-EJ-15: children in workless households (Nomis), made up."""

from __future__ import annotations

from .employment_rate import window
from .nomis import DataSet, Dimension
from .recording import Notice, Recording, curve, figures

FIRST_YEAR, LAST_YEAR = 2018, 2023
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published="no figure; but it is so that values are missing in many districts.",
    made_up=(
        "all figures, which of them are missing, the labels of the dimensions, and how the dates are written. Hence "
        "its origin: synthetic."
    ),
)


def workless_households() -> Recording:
    """2018 to 2023, for the districts, the region and England."""
    data = DataSet(
        id="NM_137_1",
        time="first,latest",
        dates=tuple(window(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)),
        dimensions=(
            Dimension("HOUSEHOLDS_CHILDREN", "2", "Children", "households or children", 1000),
            Dimension("EASTATUS", "3", "Workless", "combined economic activity status", 1000),
            Dimension("DEPCHILD", "1", "With dependent children", "dependent children", 1000),
            Dimension("HOUSETYPE", "0", "All types", "household type", 1000),
        ),
        cell=("Nm-137d1", "2d3d1d0"),
        measures=(("20301", "Percent"),),
    )
    shares = {row["code"]: row for row in figures("workless_households.csv")}

    def known(code: str, date: str, measure: str) -> str | None:  # noqa: ARG001 (there is one measure)
        row = shares[code]
        return f"{curve(row, int(date[:4]) - FIRST_YEAR):.1f}" if row["first"] else None

    return Recording("nomis", data.id, "2024-12", "synthetic", (data.answer(known),), NOTICE)


RECORDED = (workless_households,)
