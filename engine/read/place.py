"""Where rows and cells are, so that a sentence and the provenance can point at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

Row = Sequence[str]
Spans = Mapping[int, Sequence[tuple[int, int]]]


class Texts(Protocol):
    """The texts that stand for what is missing in some cells of a sheet."""

    def at(self, number: int) -> Mapping[int, str]:
        """Those of a row, by the position of their columns."""

    def __bool__(self) -> bool:
        """Whether there are any."""


@dataclass(frozen=True, slots=True)
class Place:
    """How a row is called: in a sentence ("Row 12 of sheet 'Table 3'") and in the column ``_row`` ("Table 3!12").

    ``first`` is the number of the first row that is read. ``merged`` holds, by the number of a row, the first and last
    position of each group of cells that are merged there, and ``faults`` those in which a text stands for what is
    missing.
    """

    noun: str
    sheet: str | None = None
    first: int = 1
    merged: Spans = field(default_factory=lambda: MappingProxyType({}))
    faults: Texts | None = None

    @property
    def inside(self) -> str:
        """What the row is in, to go on with a sentence."""
        return "" if self.sheet is None else f" of sheet '{self.sheet}'"

    def at(self, number: int) -> str:
        """The row's name at the start of a sentence."""
        return f"{self.noun} {number}{self.inside}"

    def cell(self, number: int, position: int) -> str:
        """The name of a cell, to go on with a sentence."""
        return f"{letters(position)}{number}{self.inside}"

    def mark(self, number: int) -> str:
        """The row as the column ``_row`` says it."""
        return f"{number}" if self.sheet is None else f"{self.sheet}!{number}"

    def column(self, position: int) -> str | int:
        """A column as provenance says it: a letter in a sheet, otherwise its number."""
        return position + 1 if self.sheet is None else letters(position)

    def heading(self, number: int, row: Row) -> Row:
        """A row of headings, where each that is merged over several columns belongs to all of them."""
        if number not in self.merged:
            return row
        spread = list(row)
        for left, right in self.merged[number]:
            spread[left : right + 1] = [spread[left]] * len(spread[left : right + 1])
        return spread


def position(letters: str) -> int:
    """The position of a column, from 0, by its letters in a spreadsheet.

    >>> position("A"), position("AD")
    (0, 29)
    """
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def letters(position: int) -> str:
    """A column's letters in a spreadsheet, by its position from 0.

    >>> letters(0), letters(29)
    ('A', 'AD')
    """
    above, last = divmod(position, 26)
    return (letters(above - 1) if above else "") + chr(ord("A") + last)
