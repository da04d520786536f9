"""The cells of an xlsx sheet by a real parser: slow, but right however the XML is written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ....connectors.base import SourceError
from ..faults import NOT_CALCULATED, Area
from ..place import letters, position
from .markup import Attributes, broken_refused, local, parser
from .scan import Scan, unreadable

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""The errors that the library knows which loads the sheet; at any other it gives up."""

_OVER_SEVERAL = frozenset({"array", "dataTable"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,9})")


@dataclass(slots=True)
class _Cell:
    """What is known of a cell by its end; ``value`` is None where none is stored."""

    row: int
    column: int
    kind: str
    formula: Attributes | None = None
    value: str | None = None
    inline: bool = False
    broken: bool = False


class Cells:
    """The cells of a sheet, as its XML is fed in; ``shared`` is how often each shared text is used."""

    def __init__(self, name: str, *, asks: bool) -> None:
        self.scan = Scan()
        self.shared: Counter[int] = Counter()
        self._name = name
        self._asks = asks
        self._row, self._column = 1, 0
        self._cell: _Cell | None = None
        self._sheet = self._value = False
        self._parser = parser()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.CommentHandler = self._interrupt
        self._parser.StartCdataSectionHandler = self._interrupt
        self._parser.ProcessingInstructionHandler = self._interrupt

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        """The next bytes."""
        with broken_refused():
            self._parser.Parse(piece, last)

    def _begin(self, name: str, attributes: Attributes) -> None:
        self._interrupt()
        match local(name):
            case "sheetData":
                self._sheet = True
            case "row":
                said = _NUMBER.fullmatch(attributes.get("r", ""))
                self._row = int(said[0]) if said else self._row
            case "c" if self._sheet:
                self._cell = self._placed(attributes)
            case inner if self._cell is not None:
                self._begin_inside(self._cell, inner, attributes)

    def _begin_inside(self, cell: _Cell, name: str, attributes: Attributes) -> None:
        match name:
            case "f":
                cell.formula = attributes
            case "v":
                cell.value = ""
                self._value = True
            case "is":
                cell.inline = True

    def _placed(self, attributes: Attributes) -> _Cell:
        said = _REFERENCE.fullmatch(attributes.get("r", ""))
        row = self._row
        if said is not None:
            row, self._column = int(said[2]), position(said[1].upper())
        cell = _Cell(row, self._column, attributes.get("t", "n"))
        self._column += 1
        return cell

    def _text(self, text: str) -> None:
        if self._value and self._cell is not None:
            self._cell.value = (self._cell.value or "") + text

    def _interrupt(self, *_: object) -> None:
        # what interrupts a value makes the library lose it, or the rest of it
        if self._value and self._cell is not None:
            self._cell.broken = True

    def _end(self, name: str) -> None:
        match local(name):
            case "sheetData":
                self._sheet = False
            case "row":
                self._row, self._column = self._row + 1, 0
            case "v":
                self._value = False
            case "c" if self._cell is not None:
                self._judge(self._cell)
                self._cell = None

    def _judge(self, cell: _Cell) -> None:
        if cell.broken:
            raise self._unreadable(cell, "has a comment or the like amid its value, so that it can't be read")
        if cell.value or cell.inline:
            self.scan.reach(cell.row, cell.column)
        if cell.kind == "e" and cell.value:
            if cell.value not in ERRORS:
                raise self._unreadable(cell, f"holds the error {cell.value}, which keeps the sheet from being read")
            self.scan.add_fault(cell.row, cell.column, cell.value)
        elif cell.kind == "s" and (text := _NUMBER.fullmatch(cell.value or "")):
            self.shared[int(text[0])] += 1
        if cell.formula is not None and self._is_open(cell):
            self.scan.add_fault(cell.row, cell.column, NOT_CALCULATED)
            self._spread(cell.formula)

    def _is_open(self, cell: _Cell) -> bool:
        """Whether a cell with a formula has no value yet."""
        match cell.value:
            case None:
                return not cell.inline
            case "":
                return cell.kind != "str"
            case "0":
                return self._asks and cell.kind == "n"
        return False

    def _spread(self, formula: Attributes) -> None:
        first, _, last = formula.get("ref", "").partition(":")
        corners = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if formula.get("t") in _OVER_SEVERAL and corners[0] and corners[1]:
            (top, left), (bottom, right) = ((int(at[2]), position(at[1].upper())) for at in corners if at)
            self.scan.faults.spread(Area(top, left, bottom, right), NOT_CALCULATED)

    def _unreadable(self, cell: _Cell, what: str) -> SourceError:
        return unreadable(self._name, f"{letters(cell.column)}{cell.row}", what)
