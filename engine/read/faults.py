"""Cells of a workbook in which something is written and nothing stands: errors, and formulas nobody calculated.

The library that reads workbooks leaves such cells blank, and a blank cell is no news to anyone. So they get a text that
no number column takes, and a place in the table's metadata, from which the contract of the columns refuses them.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from .place import Place

NOT_CALCULATED = "[not calculated]"
"""What stands for a formula without a stored value."""

FAULTS = b"faults"
"""The key of a table's metadata where the faulty cells of its columns are, each kind of a column's by its first."""

# A cell is one number: which column, times as many as there may be texts, plus which text. No format has more than a
# thousand kinds of error.
_TEXTS = 2**16


class Fault(NamedTuple):
    """The first cell of a column in which a text stands for what is missing, and in how many it does."""

    header: str
    text: str
    cell: str
    number: int


@dataclass(frozen=True, slots=True)
class Area:
    """Rows and columns from the first to the last, rows from 1 and columns from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def has(self, row: int) -> bool:
        """Whether the row is one of these."""
        return self.top <= row <= self.bottom


class Faults:
    """The faulty cells of a sheet, by row from 1 and column from 0, as they are found."""

    def __init__(self) -> None:
        self._cells: dict[int, array[int]] = {}
        self._texts: dict[str, int] = {}
        self._areas: list[tuple[Area, str]] = []
        self.rows = 0
        self.columns = 0

    def add(self, row: int, column: int, text: str) -> None:
        """A faulty cell, with the text that stands for what is missing."""
        self._cells.setdefault(row, array("Q")).append(column * _TEXTS + self._number(text))
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column + 1)

    def add_rows(self, rows: range, cells: Iterable[tuple[int, str]]) -> None:
        """The same faulty cells in each of several rows."""
        packed = array("Q", (column * _TEXTS + self._number(text) for column, text in cells))
        if packed and rows:
            self._cells.update(dict.fromkeys(rows, packed))
            self.rows = max(self.rows, rows[-1])
            self.columns = max(self.columns, max(packed) // _TEXTS + 1)

    def spread(self, area: Area, text: str) -> None:
        """An area in which every cell that turns out blank is faulty."""
        self._areas.append((area, text))

    def put(self, number: int, row: list[str]) -> list[str]:
        """The row of that number with the texts of its faulty cells in it."""
        for column, text in self.at(number).items():
            row[column] = text
        for area, text in self._areas:
            if area.has(number):
                self._fill(number, row, area, text)
        return row

    def at(self, number: int) -> Mapping[int, str]:
        """The texts of a row's faulty cells by their column."""
        packed = self._cells.get(number)
        if packed is None:
            return _NONE
        texts = list(self._texts)
        return {column: texts[text] for column, text in (divmod(cell, _TEXTS) for cell in packed)}

    def __bool__(self) -> bool:
        return bool(self._cells or self._areas)

    def _fill(self, number: int, row: list[str], area: Area, text: str) -> None:
        for column in range(area.left, min(area.right + 1, len(row))):
            if not row[column]:
                row[column] = text
                self.add(number, column, text)

    def _number(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))


_NONE: Mapping[int, str] = MappingProxyType({})


def noted(numbers: Sequence[int], header: Sequence[str | None], offset: int, place: Place) -> Mapping[bytes, bytes]:
    """The metadata of a table whose rows have these numbers, as far as their faulty cells go.

    ``offset`` is how many columns of the sheet stand left of the first header.
    """
    if not place.faults:
        return {}
    first: dict[tuple[str, str], str] = {}
    times: Counter[tuple[str, str]] = Counter()
    for number in numbers:
        for column, text in place.faults.at(number).items():
            name = header[column - offset] if 0 <= column - offset < len(header) else None
            if name is not None:
                times[name, text] += 1
                if (name, text) not in first:
                    first[name, text] = place.cell(number, column)
    faults = [Fault(*key, cell, times[key]) for key, cell in first.items()]
    return {FAULTS: json.dumps(faults, ensure_ascii=False).encode()} if faults else {}


def faults_of(metadata: Mapping[bytes, bytes] | None) -> Iterator[Fault]:
    """The faults that a table's metadata tells of."""
    for each in json.loads((metadata or {}).get(FAULTS, b"[]")):
        yield Fault(*each)
