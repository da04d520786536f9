"""E-EJ-05, E-EJ-06, E-EJ-13, E-EJ-17: further rates of the Annual Population Survey (Nomis), made up."""

from __future__ import annotations

from types import MappingProxyType

from .employment_rate import window
from .inactivity_rate import MEASURES
from .nomis import DataSet, Dimension, Known
from .nomis_codes import Ordered, answer_of
from .recording import Notice, Recording, curve, figures

FIRST_YEAR, LAST_YEAR = 2018, 2023
NEITHER = 0.3
EMPLOYEES, SELF_EMPLOYED, TRAINED, YOUNG = "248", "249", "1180", "1213"
# The labels are Nomis's own, two blanks in one of them included.
NAMES = MappingProxyType(
    {
        EMPLOYEES: ("% aged 16-64 who are employees", "31b22"),
        SELF_EMPLOYED: ("% aged 16-64 who are self employed", "34b22"),
        TRAINED: (
            "% of all who received job rel. train. in last  4 wks - employees aged 16-64",
            "1459b1458",
        ),
    }
)
WORK = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "no figure as it stands. Employees and the self-employed together make up all but 0.3 points of the published "
        "employment rates of nomis/NM_17_5, and employees have their confidence intervals."
    ),
    made_up=(
        "all figures: how employment divides, training, and all other confidence intervals. Numerators and "
        "denominators are marked as missing. Hence its origin: synthetic."
    ),
)
YOUTH = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published="no figure; but it is so that rates of young people are missing in most districts.",
    made_up="all figures, and which of them are missing. Hence its origin: synthetic.",
)


def work_and_training() -> Recording:
    """The calendar-year windows of 2018 to 2023: employees, the self-employed and training."""
    rates = {(row["variable"], row["code"]): row for row in figures("work_and_training.csv")}
    employed = {(row["code"], row["row"]): row for row in figures("employment_rate.csv")}

    def of(code: str, year: str, variable: str) -> dict[str, float]:
        if variable != EMPLOYEES:
            row = rates[variable, code]
            return {"20599": curve(row, int(year) - FIRST_YEAR), "21003": float(row["half_width"])}
        selves = round(curve(rates[SELF_EMPLOYED, code], int(year) - FIRST_YEAR), 1)
        rate, half_width = (float(employed[code, row][year]) for row in ("rate", "half_width"))
        return {"20599": rate - selves - NEITHER, "21003": half_width}

    def known(variable: str) -> Known:
        def found(code: str, date: str, measure: str) -> str | None:
            value = of(code, date.removesuffix("-12"), variable).get(measure)
            return None if value is None else f"{value:.1f}"

        return found

    parts = [
        (survey(Ordered("VARIABLE", code, label, "variable", 0, order), cell), known(code))
        for order, (code, (label, cell)) in enumerate(NAMES.items())
    ]
    return Recording(
        "nomis", "NM_17_5", "2024-04", "synthetic", (answer_of(parts),), WORK, part="employees-self-employed-training"
    )


def youth_unemployment() -> Recording:
    """The calendar-year windows of 2018 to 2023: unemployment at 16 to 24, mostly missing."""
    rates = {row["code"]: row for row in figures("work_and_training.csv") if row["variable"] == YOUNG}

    def known(code: str, date: str, measure: str) -> str | None:
        row, since = rates[code], int(date.removesuffix("-12")) - FIRST_YEAR
        if not row["first"] or measure not in ("20599", "21003"):
            return None
        return f"{curve(row, since):.1f}" if measure == "20599" else row["half_width"]

    data = survey(Dimension("VARIABLE", YOUNG, "Unemployment rate - aged 16-24", "variable", 0), "1213")
    answer = data.answer(known)
    return Recording("nomis", data.id, "2024-04", "synthetic", (answer,), YOUTH, part="unemployment-16-to-24")


def survey(variable: Dimension, cell: str) -> DataSet:
    """What is asked for of one variable."""
    return DataSet(
        id="NM_17_5",
        time="2004-12,latest",
        dates=tuple(window(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)),
        dimensions=(variable,),
        cell=("Nm-17d5", cell),
        measures=MEASURES,
    )


RECORDED = (work_and_training, youth_unemployment)
