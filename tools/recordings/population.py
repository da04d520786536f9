"""S-D-01 and E-BE-06: mid-year populations (Nomis): all ages published, those aged 16 to 64 made up."""

from __future__ import annotations

from .nomis import DataSet, Date, Dimension
from .recording import Notice, Recording, figures

FIRST_YEAR, LAST_YEAR, CENSUS = 2015, 2023, 2021
AGEING = 0.0008
ALL_AGES = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "mid-year populations of 15 districts, 2015 to 2023, as ONS gave them out with its regional gross value "
        "added, edition of April 2025. Those of Yorkshire and The Humber and of England are sums of their "
        "districts. They have been revised since, and older figures for mid-2021 are lower in some places."
    ),
    made_up="no figure.",
)
WORKING_AGE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published="no figure as it stands.",
    made_up=(
        "all figures. They take each area's share of people aged 16 to 64 in mid-2021, as first published, of the "
        "populations above, and let it fall a little every year. Hence its origin: synthetic."
    ),
)


def population() -> Recording:
    """Mid-2015 to mid-2023, for the districts, the region and England."""
    areas = {row["code"]: row for row in figures("population.csv")}
    answer = aged("200", "All Ages").answer(lambda code, date, _: areas[code][date])
    return Recording("nomis", "NM_2002_1", "2024-07", "published", (answer,), ALL_AGES, part="all-ages")


def working_age() -> Recording:
    """Those aged 16 to 64 in the same years and areas."""
    areas = {row["code"]: row for row in figures("population.csv")}
    answer = aged("203", "Aged 16 to 64").answer(lambda code, date, _: working(areas[code], date))
    return Recording("nomis", "NM_2002_1", "2024-07", "synthetic", (answer,), WORKING_AGE, part="aged-16-to-64")


def aged(code: str, label: str) -> DataSet:
    """What is asked for of one group of ages."""
    return DataSet(
        id="NM_2002_1",
        time=f"{FIRST_YEAR},latest",
        dates=tuple(Date.year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)),
        dimensions=(
            Dimension("GENDER", "0", "Total", "Sex", 1000),
            Dimension("C_AGE", code, label, "Labour Market category", 5000),
        ),
        cell=("Nm-2002d1", f"0d{code}"),
    )


def working(area: dict[str, str], year: str) -> str:
    """The share of 2021, a little less each year, of all ages."""
    share = int(area["aged_16_to_64_2021"]) / int(area["all_ages_2021"])
    return str(round(int(area[year]) * share * (1 - AGEING * (int(year) - CENSUS))))


RECORDED = (population, working_age)
