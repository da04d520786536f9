"""E-EI-01, E-EI-02, E-EI-03 and E-EI-06: weekly and hourly pay (Nomis): that of all residents in 2025 published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from .nomis import DataSet, Date, Dimension, Known
from .nomis_codes import Ordered, answer_of
from .recording import Answer, Notice, Recording, curve, figures

FIRST_YEAR, FIRST_COMPARABLE, LAST_YEAR = 2016, 2021, 2025
MEASURES = (("20100", "Value"), ("20701", "Confidence"))
MEDIAN = Dimension("ITEM", "2", "Median", "item", 0)
ASKED = ("geography", "time", "sex", "item", "pay", "measures")
WEEKLY = ("1", "Weekly pay - gross")
HOURLY = ("6", "Hourly pay - excluding overtime")
SEXES = MappingProxyType(
    {
        "1": "Male Full Time Workers",
        "3": "Female Full Time Workers",
        "7": "Total",
        "8": "Full Time Workers",
    }
)
PUBLISHER = "Office for National Statistics (ONS)"
SOURCE = "Office for National Statistics via Nomis"
ALL = Notice(
    publisher=PUBLISHER,
    source=SOURCE,
    published=(
        "median gross weekly pay of all employees by residence, April 2025, provisional, of 15 districts, as ONS gave "
        "it in Explore Local Statistics. The coefficients of variation are those that the confidence intervals "
        "there follow from."
    ),
    made_up=(
        "no figure. Earlier years are left out; Yorkshire and The Humber and England are marked as missing, though "
        "Nomis publishes them."
    ),
)
FULL_TIME = Notice(
    publisher=PUBLISHER,
    source=SOURCE,
    published="no figure.",
    made_up="all figures, and the name of the release. Hence its origin: synthetic. Don't quote it.",
)


def all_residents() -> Recording:
    """April 2025, for the districts: all employees by residence."""
    values = {row["code"]: row for row in figures("weekly_pay.csv")}
    places = MappingProxyType({"20100": "pay", "20701": "variation"})
    data = survey("NM_30_1", "7", WEEKLY, LAST_YEAR)
    answer = as_asked(data.answer(lambda code, _, measure: values[code][places[measure]] or None))
    return Recording("nomis", data.id, "2025-provisional", "published", (answer,), ALL, part="weekly-pay")


def full_time(dataset: str, place: str) -> Callable[[], Recording]:
    """April 2016 to April 2025: full-time employees by residence or by workplace."""

    def made() -> Recording:
        data = survey(dataset, "8", WEEKLY, FIRST_YEAR)
        answer = as_asked(data.answer(series(f"{place}_week", FIRST_YEAR)))
        part = "weekly-pay-full-time"
        return Recording("nomis", dataset, "2025-provisional", "synthetic", (answer,), FULL_TIME, part=part)

    return made


def by_sex() -> Recording:
    """April 2021 to April 2025: men and women who work full-time, by workplace, for each hour without overtime."""
    parts = [
        (survey("NM_99_1", code, HOURLY, FIRST_COMPARABLE, order), series(f"{who}_hour", FIRST_COMPARABLE, 2))
        for order, (code, who) in enumerate((("1", "men"), ("3", "women")))
    ]
    answer = as_asked(answer_of(parts))
    part = "hourly-pay-by-sex"
    return Recording("nomis", "NM_99_1", "2025-provisional", "synthetic", (answer,), FULL_TIME, part=part)


def survey(dataset: str, sex: str, pay: tuple[str, str], first: int, order: int = 0) -> DataSet:
    """What is asked for of one sex and kind of pay."""
    code, label = pay
    asked_from = FIRST_COMPARABLE if pay == HOURLY else 2008
    return DataSet(
        id=dataset,
        time=f"{asked_from},latest",
        dates=tuple(Date.year(year) for year in range(first, LAST_YEAR + 1)),
        dimensions=(
            Ordered("SEX", sex, SEXES[sex], "sex", 0, order),
            Dimension("PAY", code, label, "item", 0),
            MEDIAN,
        ),
        cell=(dataset.replace("NM_", "Nm-").replace("_", "d"), f"{sex}d{code}d2"),
        measures=MEASURES,
    )


def as_asked(answer: Answer) -> Answer:
    """The same answer: it is asked for by item and then by pay, and has them the other way round."""
    return replace(answer, parameters=tuple(sorted(answer.parameters, key=lambda one: ASKED.index(one[0]))))


def series(name: str, first: int, decimals: int = 1) -> Known:
    """A made-up path of each area, and the same coefficient of variation in all years."""
    areas = {row["code"]: row for row in figures("full_time_pay.csv") if row["series"] == name}

    def known(code: str, date: str, measure: str) -> str:
        row = areas[code]
        return f"{curve(row, int(date) - first):.{decimals}f}" if measure == "20100" else row["variation"]

    return known


RECORDED = (all_residents, full_time("NM_30_1", "residence"), full_time("NM_99_1", "workplace"), by_sex)
