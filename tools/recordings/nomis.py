"""Nomis's full CSV: texts in quotes, numbers bare, six columns for each dimension, every row counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .recording import ENGLAND, REGION, Answer, figures

BASE = "https://www.nomisweb.co.uk/api/v01/dataset"
GEOGRAPHY = "1778384906...1778384910,1778384958,1778385139...1778385142,1778385154...1778385158,2013265923,2092957699"
DISTRICT_TYPE = ("local authorities: district / unitary (as of April 2023)", 424)
AREA_TYPES = MappingProxyType({REGION: ("regions", 480), ENGLAND: ("countries", 499)})
VALUE = (("20100", "Value"),)
PARTS = ("", "_NAME", "_CODE", "_TYPE", "_TYPECODE", "_SORTORDER")

Cell = str | int
Known = Callable[[str, str, str], str | None]
"""The value of an area's code, a date and a measure; None where it is missing."""


class Number(str):
    """A number that is written as it stands in the table, without quotes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Date:
    """A date of a data set: how it is written, how it is named, and its number in the names of cells."""

    code: str
    name: str
    number: int

    @classmethod
    def year(cls, year: int) -> Date:
        """A whole year."""
        return cls(str(year), str(year), year * 16)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of which one code is asked for."""

    name: str
    code: str
    label: str
    type: str
    type_code: int

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Its six cells."""
        return self.code, self.label, self.code, self.type, self.type_code, 0


@dataclass(frozen=True, slots=True)
class DataSet:
    """What of a data set is asked for; ``cell`` are the dimensions as the names of cells (URN) have them."""

    id: str
    time: str
    dates: tuple[Date, ...]
    dimensions: tuple[Dimension, ...]
    cell: tuple[str, str]
    measures: tuple[tuple[str, str], ...] = VALUE

    def answer(self, known: Known, file: str = "data.csv") -> Answer:
        """The answer for the districts, the region and England."""
        parameters = (
            ("geography", GEOGRAPHY),
            ("time", self.time),
            *((dimension.name.lower(), dimension.code) for dimension in self.dimensions),
            ("measures", ",".join(code for code, _ in self.measures)),
        )
        content = written([self.header, *self.rows(known)])
        return Answer(f"{BASE}/{self.id}.data.csv", parameters, content, file)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        blocks = ("DATE", "GEOGRAPHY", *(dimension.name for dimension in self.dimensions))
        return (
            *(f"{block}{part}" for block in blocks for part in PARTS),
            *("MEASURES", "MEASURES_NAME", "OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME"),
            *("URN", "RECORD_OFFSET", "RECORD_COUNT"),
        )

    def rows(self, known: Known) -> Iterator[tuple[Cell, ...]]:
        """By date, area and measure, as Nomis sorts them."""
        areas = list(enumerate(figures("areas.csv")))
        places = [
            (*self._date(order, date), *self._area(number, area), *self._said(date, area, measure, known))
            for order, date in enumerate(self.dates)
            for number, area in areas
            for measure in self.measures
        ]
        for offset, row in enumerate(places):
            yield (*row, offset, len(places))

    @staticmethod
    def _date(order: int, date: Date) -> tuple[Cell, ...]:
        return date.code, date.name, date.code, "date", 0, order

    @staticmethod
    def _area(order: int, area: dict[str, str]) -> tuple[Cell, ...]:
        code = area["code"]
        return area["nomis_id"], area["name"], code, *AREA_TYPES.get(code, DISTRICT_TYPE), order

    def _said(self, date: Date, area: dict[str, str], measure: tuple[str, str], known: Known) -> tuple[Cell, ...]:
        before, inside = self.cell
        return (
            *(cell for dimension in self.dimensions for cell in dimension.cells),
            *(*measure, *observation(known(area["code"], date.code, measure[0]))),
            *("F", "Free (free for publication)"),
            f"{before}d{date.number}e0d{area['nomis_id']}d{inside}d{measure[0]}",
        )


def observation(value: str | None) -> tuple[Number, str, str]:
    """The cells of a value and its status."""
    if value is None:
        return Number(""), "Q", "These figures are missing."
    return Number(value), "A", "Normal Value"


def written(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as bytes, with line feeds."""
    lines = (",".join(_cell(cell) for cell in row) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(cell: Cell) -> str:
    return str(cell) if isinstance(cell, (int, Number)) else '"' + cell.replace('"', '""') + '"'
