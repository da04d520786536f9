"""E-S-01 to E-S-06 and E-S-10: employees by section of industry (Nomis), some published and some made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from .jobs import counted as totals
from .nomis import Cell, DataSet, Date, Dimension, Known
from .nomis_codes import Ordered, answer_of
from .recording import REGION, Notice, Recording, figures

FIRST_YEAR, LAST_YEAR = 2015, 2024
TOTAL, ALL = "37748736", "_T"
SECTIONS = "150994945...150994965"
NORTH_YORKSHIRE, FORMER_DISTRICTS = "E06000065", "E0700016"
LAST_OF_ALL = "2021"
# What a count is rounded to, below a limit; above the last one, to the nearest thousand.
ROUNDING = MappingProxyType({50: 5, 250: 25, 500: 50, 1000: 100, 2500: 250, 5000: 500})
TYPE = ("SIC 2007 section", 36)
STATUS = Dimension("EMPLOYMENT_STATUS", "1", "Employees", "Employment", 1000)
COUNT = Dimension("MEASURE", "1", "Count", "percent", 1000)
PERCENT = replace(COUNT, code="2", label="Industry percentage")
COUNTS_NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published=(
        "employees by section of Bradford, Calderdale, Kirklees, Leeds, Wakefield and York, 2015 to 2021, and of "
        "Kirklees in 2024, where the total is published too. Those of North Yorkshire of 2015 to 2021 are sums of its "
        "seven former districts. Years are as they were in the edition of 2021."
    ),
    made_up=(
        "everything else: all other areas and years, whose sections take made-up or earlier shares of the totals; and "
        "the totals, those of nomis/NM_189_1/all-industries. Hence its origin: synthetic."
    ),
)
PERCENT_NOTICE = Notice(
    publisher="Office for National Statistics (ONS)",
    source="Office for National Statistics via Nomis",
    published="one value of 2024: the share of manufacturing among the employees of Kirklees, 15.4.",
    made_up=(
        "everything else: percentages of the counts of nomis/NM_189_1/sections, of which some are published. Hence its "
        "origin: synthetic."
    ),
)

Counts = Mapping[tuple[str, str, str], int]
"""Employees by area, section and year."""


@dataclass(frozen=True, slots=True)
class Section(Ordered):
    """A section of industry, which Nomis prints with its letter beside its number."""

    letter: str = ""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Its six cells."""
        return self.code, self.label, self.letter, self.type, self.type_code, self.order


def employees() -> Recording:
    """2015 to 2024, for the districts, the region and England: employees of all industries and of each section."""
    counts = counted()
    industries = [Dimension("INDUSTRY", TOTAL, "Total", "industry", 9), *sections()]
    answer = answer_of([(data_set(industry, COUNT), known(counts, industry)) for industry in industries])
    codes = {**dict(answer.parameters), "industry": f"{TOTAL},{SECTIONS}"}
    asked = replace(answer, parameters=tuple(codes.items()))
    return Recording("nomis", "NM_189_1", "2025", "synthetic", (asked,), COUNTS_NOTICE, part="sections")


def manufacturing() -> Recording:
    """The same years and areas: manufacturing in percent of all industries, as Nomis prints it."""
    counts = counted()
    industry = next(one for one in sections() if one.letter == "C")

    def share(code: str, date: str, measure: str) -> str:  # noqa: ARG001 (there is one measure)
        return f"{100 * counts[code, 'C', date] / counts[code, ALL, date]:.1f}"

    answer = data_set(replace(industry, order=0), PERCENT).answer(share)
    return Recording("nomis", "NM_189_1", "2025", "synthetic", (answer,), PERCENT_NOTICE, part="manufacturing")


def sections() -> list[Section]:
    """The 21 sections in their order, behind the total."""
    return [
        Section("INDUSTRY", row["nomis_code"], f"{row['section']} : {row['title']}", *TYPE, order, row["section"])
        for order, row in enumerate(figures("sections.csv"), start=1)
    ]


def data_set(industry: Dimension, measure: Dimension) -> DataSet:
    """What is asked for of one industry. The names of its cells begin with the number of another data set."""
    return DataSet(
        id="NM_189_1",
        time=f"{FIRST_YEAR},latest",
        dates=tuple(Date.year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)),
        dimensions=(industry, STATUS, measure),
        cell=("Nm-188d1", f"{industry.code}d0d1d{measure.code}d3"),
    )


def known(counts: Counts, industry: Dimension) -> Known:
    """The count of an area and a year in one industry."""
    section = industry.letter if isinstance(industry, Section) else ALL
    return lambda code, date, _: str(counts[code, section, date])


def counted() -> Counts:
    """Every count: published, else a share of the area's total; the region's are its districts' together."""
    all_industries = totals(figures("employees.csv"), LAST_YEAR)
    found = {(code, ALL, year): count for (code, year), count in all_industries.items()}
    for code, shares in weights().items():
        for section, share in shares.items():
            part = share / sum(shares.values())
            years = (year for area, year in all_industries if area == code)
            found |= {(code, section, year): rounded(all_industries[code, year] * part) for year in years}
    found |= published()
    districts = [code for code in weights() if code.startswith(("E06", "E08"))]
    for section, year in {(section, year) for _, section, year in found if section != ALL}:
        found[REGION, section, year] = rounded(sum(found[code, section, year] for code in districts))
    return found


def weights() -> Mapping[str, Mapping[str, int]]:
    """How an area's employees divide into sections: as in the last year that is published, or made up."""
    made_up = {
        row.pop("code"): {name: int(share) for name, share in row.items()} for row in figures("employee_shares.csv")
    }
    last = {(code, section): count for (code, section, year), count in published().items() if year == LAST_OF_ALL}
    letters = [section.letter for section in sections()]
    return made_up | {code: {letter: last[code, letter] for letter in letters} for code, _ in last}


def published() -> dict[tuple[str, str, str], int]:
    """The published counts of today's districts; those of seven former ones are added up."""
    found: dict[tuple[str, str, str], int] = {}
    for row in figures("employees_by_section.csv"):
        code, section = row.pop("code"), row.pop("section")
        today = NORTH_YORKSHIRE if code.startswith(FORMER_DISTRICTS) else code
        for year in said(row):
            found[today, section, year] = found.get((today, section, year), 0) + int(row[year])
    return found


def said(row: Mapping[str, str]) -> Sequence[str]:
    """The years of which a count is published."""
    return [year for year, count in row.items() if count]


def rounded(count: float) -> int:
    """A count as coarse as Nomis gives it to everybody."""
    step = next((step for limit, step in ROUNDING.items() if count < limit), 1000)
    return step * round(count / step)


RECORDED = (employees, manufacturing)
