"""S-D-02 to S-D-04: residents by age at mid-2021 (Nomis), all of it published."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from .nomis import DataSet, Date, Dimension
from .nomis_codes import Ordered, answer_of
from .population import FIRST_YEAR
from .recording import Notice, Recording, figures

YEAR = 2021
LABELS = {"200": "All Ages", "201": "Aged 0 to 15", "209": "Aged 65+", "117": "Age 16", "118": "Age 17"}
NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "residents of all ages, aged 0 to 15, 65 and over, 16, and 17 at mid-2021, as first published, of 15 districts "
        "(North Yorkshire as the county of that time) and of Yorkshire and The Humber. England is the sum of its "
        "regions. They have been revised since."
    ),
    made_up="no figure. All other years are left out, and so are other ages. The name of the release is ours.",
)


def ages() -> Recording:
    """All groups of ages in one answer."""
    areas = {row["code"]: row for row in figures("ages.csv")}
    parts = [(aged(code, order), partial(counted, areas, code)) for order, code in enumerate(LABELS)]
    return Recording("nomis", "NM_2002_1", "2022-12", "published", (answer_of(parts),), NOTICE, part="ages")


def counted(areas: Mapping[str, Mapping[str, str]], age: str, area: str, date: str, measure: str) -> str:  # noqa: ARG001
    """How many there are; of one year, and by one measure."""
    return areas[area][age]


def aged(code: str, order: int) -> DataSet:
    """What is asked for of one group of ages."""
    return DataSet(
        id="NM_2002_1",
        time=f"{FIRST_YEAR},latest",
        dates=(Date.year(YEAR),),
        dimensions=(
            Dimension("GENDER", "0", "Total", "Sex", 1000),
            Ordered("C_AGE", code, LABELS[code], "Labour Market category", 5000, order),
        ),
        cell=("Nm-2002d1", f"0d{code}"),
    )


RECORDED = (ages,)
