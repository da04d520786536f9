"""Fingertips's CSV: England once for each parent, one- and three-year rows and deprivation deciles in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .recording import ENGLAND, REGION, Answer, csv_text

URL = "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id"
HEADER = (
    *("Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type"),
    *("Sex", "Age", "Category Type", "Category", "Time period", "Value"),
    *("Lower CI 95.0 limit", "Upper CI 95.0 limit", "Lower CI 99.8 limit", "Upper CI 99.8 limit"),
    *("Count", "Denominator", "Value note", "Recent Trend"),
    *("Compared to England value or percentiles", "Compared to percentiles"),
    *("Time period Sortable", "New data", "Compared to goal", "Time period range"),
)
REGION_NAME = "Yorkshire and the Humber"
DISTRICTS = "Districts & UAs (from Apr 2023)"
ENGLAND_PLACE = ("", "", ENGLAND, "England", "England")
REGION_PLACE = (ENGLAND, "England", REGION, REGION_NAME, "Regions (statistical)")
NO_CATEGORY = ("", "")
DECILE_TYPE = "Districts & UAs (from Apr 2023) deprivation deciles in England (IMD2019)"
DECILES = (
    *("Most deprived", "Second most deprived", "Third more deprived", "Fourth more deprived", "Fifth more deprived"),
    *("Fifth less deprived", "Fourth less deprived", "Third less deprived", "Second least deprived", "Least deprived"),
)


def district_place(code: str, name: str) -> tuple[str, ...]:
    """The cells that say which district a row is of, and that the region is its parent."""
    return REGION, REGION_NAME, code, name, DISTRICTS


def decile_category(name: str) -> tuple[str, str]:
    """The cells of a deprivation decile."""
    return DECILE_TYPE, f"{name} decile (IMD2019)"


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is the same in every row of an answer."""

    number: str
    name: str
    age: str

    def row(
        self,
        place: Sequence[str],
        sex: str,
        category: Sequence[str],
        when: tuple[int, int],
        cells: Sequence[str],
    ) -> list[str]:
        """One row: where, who, when (first year and how many), and the ten cells from value to comparison."""
        start, length = when
        period = str(start) if length == 1 else f"{start} - {(start + length - 1) % 100:02}"
        head = [self.number, self.name, *place, sex, self.age, *category, period]
        return [*head, *cells, "Not compared", f"{start}0000", "", "", f"{length}y"]

    def answer(self, rows: Iterable[Sequence[str]]) -> Answer:
        """All rows, for districts and unitaries below their regions."""
        parameters = (("indicator_ids", self.number), ("child_area_type_id", "501"), ("parent_area_type_id", "6"))
        return Answer(URL, parameters, csv_text([HEADER, *rows]).encode())
