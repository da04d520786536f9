"""Backwards through a recipe: from an observation to the cells of the source that its value was made of.

A *mark* is one part of what the column ``_row`` says: ``12``, ``Table 3!12``, ``2:12`` for the second part of an
exchange, with the header in brackets where an unpivot took the cell: ``Table 3!12[2023]``. Of what was made of another
indicator it is that observation: ``E-EJ-01 E08000035 2023-01-01/P1Y``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...observations import TOTAL
from ...recipe.columns import BREAKDOWN, ROW, TIME_PERIOD, Columns
from ...recipe.distinct import Frame, among
from ...recipe.language.expressions import columns_of, parse
from ...recipe.signatures.joins import joined_breakdown, joined_period
from .trace import Row, Score, is_blank, mentioned

_CODE = r"[EWSNKJ]\d{8}"
_SOURCE_ROW = r"(?:\d+:)?(?:[^\[\];]*!)?\d+(?=\[|;|$)"
_OBSERVATION = rf"[A-Za-z0-9-]+ {_CODE} \d{{4}}-\d\d-\d\d/P"
_BETWEEN = re.compile(rf";(?={_SOURCE_ROW}|{_OBSERVATION})")
_PLACED = re.compile(
    r"(?P<row>(?:(?P<part>\d+):)?(?:(?P<sheet>[^\[\]]*)!)?(?P<number>\d+))(?P<headers>\[.*\])?", re.DOTALL
)
_OBSERVED = re.compile(rf"(?P<indicator>\S+) (?P<area>{_CODE}) (?P<period>\S+)(?: (?P<breakdown>.+))?")


class Place(NamedTuple):
    """A row of the source: of which part of the exchange, on which sheet if there are any, and its number."""

    part: int
    sheet: str | None
    number: int


class Observation(NamedTuple):
    """The name of an observation of an indicator."""

    indicator: str
    area: str
    period: str
    breakdown: str = TOTAL


class Cell(NamedTuple):
    """A cell of the source: the row as ``_row`` says it, and the header."""

    row: str
    header: str


def marks(text: str) -> tuple[str, ...]:
    """The marks in a cell of ``_row``, each once.

    >>> marks("Table 3!12[a; b];Table 3!13[2023]")
    ('Table 3!12[a; b]', 'Table 3!13[2023]')
    """
    return tuple(dict.fromkeys(_BETWEEN.split(text)))


def row_of(mark: str) -> str:
    """A mark without the headers that an unpivot added: the row as the reader says it.

    >>> row_of("2:Table 3!12[2023]")
    '2:Table 3!12'
    """
    found = _PLACED.fullmatch(mark)
    return found["row"] if found else mark


def place_of(row: str) -> Place:
    """Where a row of the source is.

    >>> place_of("2:Table 3!12")
    Place(part=2, sheet='Table 3', number=12)
    """
    found = _PLACED.fullmatch(row)
    if found is None:
        raise ValueError(f"'{row}' names no row of a source.")
    return Place(int(found["part"] or 1), found["sheet"], int(found["number"]))


def observation_of(mark: str) -> Observation | None:
    """The observation that a mark names; None where it names a row of a source.

    >>> observation_of("E-EJ-01 E08000035 2023-01-01/P1Y").area
    'E08000035'
    """
    found = _OBSERVED.fullmatch(mark)
    return (
        Observation(found["indicator"], found["area"], found["period"], found["breakdown"] or TOTAL) if found else None
    )


@dataclass
class Follow:
    """A watch that remembers, of each step, only the rows that lead to some marks."""

    wanted: frozenset[str]
    before: dict[int, list[Row]] = field(default_factory=dict)
    after: dict[int, list[Row]] = field(default_factory=dict)

    def __call__(self, place: int, before: Frame, after: Frame) -> None:
        """Take note of one step of one batch."""
        for shelf, frame in ((self.before, before), (self.after, after)):
            rows = frame.get_column(ROW).to_list()
            kept = [number for number, row in enumerate(rows) if self._leads(row)]
            shelf.setdefault(place, []).extend(
                frame.with_row_index("_at").filter(among("_at", kept)).drop("_at").rows(named=True)
            )

    def _leads(self, row: Any) -> bool:
        """Whether a row went into what is wanted, and nothing else did that is in it."""
        return isinstance(row, str) and all(map(self._is_part, marks(row)))

    def _is_part(self, mark: str) -> bool:
        return mark in self.wanted or any(one.startswith(f"{mark}[") for one in self.wanted)


def cells_of(score: Score, follow: Follow, row: str, role: str = "value") -> list[Cell]:
    """The cells that an observation's value was made of, as far as steps take numbers from columns by name."""
    last = len(score.steps) - 1
    column = score.steps[last][1].get(role)
    found = {(mark, column): None for mark in marks(row)} if column else {}
    for place in reversed(range(last)):
        origins = _Origins(*score.steps[place], score.before(place), follow.before.get(place, []))
        found = {origin: None for mark, name in found for origin in origins.of(mark, name)}
    return [Cell(mark, name) for mark, name in found]


@dataclass(frozen=True, slots=True)
class _Origins:
    """Where the numbers of a column come from that a step left behind."""

    step: str
    arguments: Mapping[str, Any]
    columns: Columns
    rows: Sequence[Row]

    def of(self, mark: str, column: str) -> Iterator[tuple[str, str]]:
        match self.step:
            case "unpivot":
                yield from self._unpivoted(mark, column)
            case "pivot" if column in self.arguments["columns"].values():
                yield from self._pivoted(mark, column)
            case "rename":
                old = {new: name for name, new in self.arguments.items()}
                yield mark, old.get(column, column)
            case "derive" if column in self.arguments:
                for name in columns_of(parse(self.arguments[column])):
                    yield mark, name
            case _ if column in self.columns or any(column in row for row in self.rows):
                yield mark, column
            case _:
                for name in self._numbers_named():
                    yield mark, name

    def _unpivoted(self, mark: str, column: str) -> Iterator[tuple[str, str]]:
        headers = {name for row in self.rows for name in row}
        found = [name for name in headers if mark.endswith(f"[{name}]")]
        header = max(found, key=len, default="")
        yield mark.removesuffix(f"[{header}]"), header if column == self.arguments["value"] else column

    def _pivoted(self, mark: str, column: str) -> Iterator[tuple[str, str]]:
        texts = [text for text, name in self.arguments["columns"].items() if name == column]
        for row in self.rows:
            if row[self.arguments["from"]] in texts and mark in marks(row[ROW]):
                yield mark, self.arguments["values"]

    def _numbers_named(self) -> list[str]:
        named = mentioned(self.step, self.arguments)
        return [name for name, column in self.columns.items() if name in named and column.kind == "number"]


def joined_of(score: Score, follow: Follow) -> list[Observation]:
    """The observations of other indicators that join steps put beside the rows; no period where none was near."""
    found: dict[Observation, None] = {}
    for place, (name, arguments) in enumerate(score.steps):
        if name == "join":
            for row in follow.after.get(place, []):
                found[_joined(row, arguments, score.before(place))] = None
    return list(found)


def _joined(row: Row, arguments: Mapping[str, Any], columns: Columns) -> Observation:
    period = row.get(joined_period(arguments["as"]), row[TIME_PERIOD])
    period = "" if is_blank(period) else period
    breakdown = row[BREAKDOWN] if joined_breakdown(columns, arguments) == "same" else TOTAL
    return Observation(arguments["indicator"], row[arguments["area"]], period, breakdown)
