"""S-D-05, S-D-06 and S-C-06: median age, density and walks to a station (Explore Local Statistics), made up."""

from __future__ import annotations

from .explorer import SERVICE, explored
from .population import FIRST_YEAR, LAST_YEAR
from .recording import Notice, Recording, figures

AFTER = "2026-06-26T06:00:00+00:00"
AGEING = 0.05
YEARS = tuple(str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))
HENCE = "The name of the release is ours too. Hence its origin: synthetic. Don't quote it."
AGES = Notice(
    publisher="Office for National Statistics (ONS)",
    source=SERVICE,
    published="no figure.",
    made_up=f"all median ages, which rise a little every year. {HENCE}",
)
DENSITY = Notice(
    publisher="Office for National Statistics (ONS)",
    source=SERVICE,
    published="no figure as it stands.",
    made_up=(
        "all densities: populations that are published, mid-2015 to mid-2023, over areas of land in whole square "
        f"kilometres, some of which may be off. {HENCE}"
    ),
)
WALKS = Notice(
    publisher="Office for National Statistics (ONS)",
    source=SERVICE,
    published="no figure.",
    made_up=f"all figures. {HENCE}",
)


def recording(series: str, rows: list[tuple[str, str, tuple[str]]], notice: Notice) -> Recording:
    """One series."""
    answers = (explored(series, rows),)
    return Recording("els", series, "2026-06", "synthetic", answers, notice, retrieved_at=AFTER)


def ages() -> Recording:
    """An age for each area and year."""
    rows = [
        (row["code"], f"{year}-06-30", (f"{float(row['median_age']) + AGEING * place:.1f}",))
        for row in figures("residents_explorer.csv")
        for place, year in enumerate(YEARS)
    ]
    return recording("median-age", rows, AGES)


def density() -> Recording:
    """Residents over land, for each area and year."""
    people = {row["code"]: row for row in figures("population.csv")}
    rows = [
        (row["code"], f"{year}-06-30", (f"{int(people[row['code']][year]) / int(row['km2']):.1f}",))
        for row in figures("residents_explorer.csv")
        for year in YEARS
    ]
    return recording("population-density", rows, DENSITY)


def walks() -> Recording:
    """One figure for each area."""
    rows = [(row["code"], "2024-06-01", (row["walk_to_station"],)) for row in figures("residents_explorer.csv")]
    return recording("walk-railway-station", rows, WALKS)


RECORDED = (ages, density, walks)
