"""E-EJ-08, E-EJ-09 and E-EJ-10: jobs and employees by the place of work (Nomis), made up but for Kirklees."""

from __future__ import annotations

from collections.abc import Mapping

from .nomis import DataSet, Date, Dimension
from .nomis_codes import Ordered, answer_of
from .population import working
from .recording import REGION, Notice, Recording, curve, figures

FIRST_YEAR, LAST_YEAR, LAST_EMPLOYEES = 2015, 2023, 2024
THOUSAND = 1000
JOBS = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published="two values of 2023: Kirklees, 183,000 jobs, and 0.66 for each resident aged 16 to 64.",
    made_up=(
        "everything else: all other areas and years. Densities are these jobs divided by the made-up populations of "
        "nomis/NM_2002_1/aged-16-to-64. Hence its origin: synthetic."
    ),
)
EMPLOYEES = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "the employees of Kirklees in 2024, 162,000. Those of York, North Yorkshire, Bradford, Calderdale, Kirklees, "
        "Leeds and Wakefield of 2015 to 2021 are sums of published sections, to the nearest thousand; Nomis's own "
        "totals may differ."
    ),
    made_up="everything else: all other areas and years. Hence its origin: synthetic.",
)


def jobs_density() -> Recording:
    """2015 to 2023, for the districts, the region and England: jobs, and jobs for each resident."""
    found = counted(figures("jobs.csv"), LAST_YEAR)
    residents = {row["code"]: row for row in figures("population.csv")}
    published = {row["code"]: row["published_density"] for row in figures("jobs.csv")}

    def jobs(code: str, date: str, measure: str) -> str:  # noqa: ARG001 (there is one measure)
        return str(found[code, date])

    def density(code: str, date: str, measure: str) -> str:  # noqa: ARG001 (there is one measure)
        known = published[code] if date == str(LAST_YEAR) else ""
        return known or f"{found[code, date] / int(working(residents[code], date)):.2f}"

    def item(code: str, label: str, order: int) -> DataSet:
        years = tuple(Date.year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))
        dimension = Ordered("ITEM", code, label, "item", 0, order)
        return DataSet("NM_57_1", "2000,latest", years, (dimension,), ("Nm-57d1", code))

    answer = answer_of([(item("1", "Total jobs", 0), jobs), (item("3", "Jobs density", 1), density)])
    return Recording("nomis", "NM_57_1", "2025", "synthetic", (answer,), JOBS)


def employees() -> Recording:
    """2015 to 2024, for the districts, the region and England: employees of all industries."""
    found = counted(figures("employees.csv"), LAST_EMPLOYEES)
    data = DataSet(
        id="NM_189_1",
        time=f"{FIRST_YEAR},latest",
        dates=tuple(Date.year(year) for year in range(FIRST_YEAR, LAST_EMPLOYEES + 1)),
        dimensions=(
            Dimension("INDUSTRY", "37748736", "Total", "industry", 9),
            Dimension("EMPLOYMENT_STATUS", "1", "Employees", "Employment", 1000),
            Dimension("MEASURE", "1", "Count", "percent", 1000),
        ),
        # The names of its cells begin with the number of another data set.
        cell=("Nm-188d1", "37748736d0d1d1d3"),
    )
    answer = data.answer(lambda code, date, _: str(found[code, date]))
    return Recording("nomis", data.id, "2025", "synthetic", (answer,), EMPLOYEES, part="all-industries")


def counted(areas: list[dict[str, str]], last: int) -> Mapping[tuple[str, str], int]:
    """Numbers by area and year, to the nearest thousand; the region's are its districts' together."""
    found: dict[tuple[str, str], int] = {}
    for year in range(FIRST_YEAR, last + 1):
        for area in areas:
            made = THOUSAND * round(curve(area, year - FIRST_YEAR) / THOUSAND)
            found[area["code"], str(year)] = int(area.get(str(year), "") or made)
        districts = (found[area["code"], str(year)] for area in areas if area["code"].startswith(("E06", "E08")))
        found[REGION, str(year)] = sum(districts)
    return found


RECORDED = (jobs_density, employees)
