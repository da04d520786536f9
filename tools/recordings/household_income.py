"""E-EI-08: disposable household income per head (Nomis), all of it published."""

from __future__ import annotations

from .nomis import DataSet, Date, Dimension
from .recording import Notice, Recording, figures

FIRST_YEAR, RECORDED_YEAR = 1997, 2023
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "gross disposable household income per head of 15 districts, 2023, provisional, edition of September 2025, as "
        "ONS gave it in Explore Local Statistics."
    ),
    made_up=(
        "no figure. Earlier years are left out, since the editions at hand differ in them; Yorkshire and The Humber "
        "and England are marked as missing, though Nomis publishes them. The labels of the component and of the "
        "measure are ours."
    ),
)


def household_income() -> Recording:
    """2023, for the districts."""
    data = DataSet(
        id="NM_185_1",
        time=f"{FIRST_YEAR},latest",
        dates=(Date.year(RECORDED_YEAR),),
        dimensions=(
            Dimension("COMPONENT_OF_GDHI", "0", "Gross Disposable Household Income", "component of gdhi", 0),
            Dimension("MEASURE", "2", "GDHI per head", "measure", 0),
        ),
        cell=("Nm-185d1", "0d2"),
    )
    income = {row["code"]: row for row in figures("household_income.csv")}
    answer = data.answer(lambda code, date, _: income[code][date] if code in income else None)
    return Recording("nomis", data.id, "2025-09", "published", (answer,), NOTICE)


RECORDED = (household_income,)
