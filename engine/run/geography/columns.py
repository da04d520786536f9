"""Where a file has its area codes: the columns that hold mostly codes, each code with its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ....connectors.base import SourceError
from ...errors import UsageError
from ...geography import is_code, normal_code
from ...read.glance import Sheet, glance
from ...read.place import Row
from ...read.text import plain
from ...read.wording import quoted

_SEARCHED_ROWS = 200
_CODE_LENGTH = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """Which file is looked at, and where in it the codes are, as far as somebody said so."""

    file: Path
    column: str = ""
    sheet: str = ""
    header_row: int | None = None


@dataclass(slots=True)
class Column:
    """The codes that a column holds: each as it is printed, how often, and where first; and the texts among them."""

    sheet: str | None
    name: str
    first_row: int
    printed: Counter[str] = field(default_factory=Counter)
    rows: dict[str, int] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)

    @property
    def codes(self) -> dict[str, int]:
        """The codes, repaired, each with the row in which it comes first."""
        found: dict[str, int] = {}
        for text, row in self.rows.items():
            found.setdefault(normal_code(text), row)
        return found

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        return f"sheet '{self.sheet}', column '{self.name}'" if self.sheet else f"column '{self.name}'"

    def add(self, number: int, cell: str) -> None:
        """One more cell, from the first code on."""
        if looks_like_code(cell):
            self.printed[cell] += 1
            self.rows.setdefault(cell, number)
        elif text := plain(cell):
            self.others[text] += 1


def columns_of_codes(asked: Asked) -> list[Column]:
    """The columns of one sheet that hold mostly area codes, or the one that is named.

    Raises:
        UsageError: The file can't be read as a table, no column holds area codes, or several sheets do.
    """
    try:
        with asked.file.open("rb") as stream:
            found = [column for sheet in glance(stream, asked.sheet) for column in _columns_of(sheet, asked)]
    except OSError as error:
        raise UsageError(f"The file {asked.file} can't be read: {error.strerror}.", "Check the path.") from None
    except SourceError as error:
        raise UsageError(f"{asked.file.name}: {error.message}", error.cure) from None
    chosen = [column for column in found if _is_meant(column, asked.column)]
    _refuse_none(chosen, found, asked)
    sheets = list(dict.fromkeys(column.sheet or "" for column in chosen))
    if len(sheets) > 1:
        raise UsageError(
            f"{asked.file.name}: {len(sheets)} sheets hold area codes: {quoted(sheets)}.", "Say which with --sheet."
        )
    return chosen


def _refuse_none(chosen: Sequence[Column], found: Sequence[Column], asked: Asked) -> None:
    if chosen:
        return
    if not asked.column:
        raise UsageError(
            f"{asked.file.name}: no column holds mostly area codes, such as E08000035.",
            "Name the column with --column, or its sheet with --sheet; names of areas can't be checked.",
        )
    holding = quoted(dict.fromkeys(column.name for column in found))
    cure = f"Columns that do: {holding}." if found else "Check that it is the right file and the right --sheet."
    raise UsageError(f"{asked.file.name}: there is no column '{asked.column}' that holds area codes.", cure)


def _is_meant(column: Column, name: str) -> bool:
    if name:
        return plain(name).casefold() == column.name.casefold()
    return column.printed.total() > column.others.total()


def _columns_of(sheet: Sheet, asked: Asked) -> list[Column]:
    """Every column that holds a code, with what stands below its first one."""
    above: list[Row] = []
    columns: dict[int, Column] = {}
    for number, row in enumerate(sheet.rows, start=1):
        if number <= (asked.header_row or 0):
            above.append(row)
            continue
        for position, cell in enumerate(row):
            if position in columns:
                columns[position].add(number, cell)
            elif looks_like_code(cell):
                name = _name(sheet, above, position, asked.header_row)
                columns[position] = Column(sheet.place.sheet, name, number)
                columns[position].add(number, cell)
        if not columns and asked.header_row is None and len(above) < _SEARCHED_ROWS:
            above.append(row)
    return list(columns.values())


def _name(sheet: Sheet, above: Sequence[Row], position: int, header_row: int | None) -> str:
    """The cell of the header: of the row that is said, else of the fullest row above the first code."""
    header = above[header_row - 1 : header_row] if header_row else sorted(above, key=_fullness)[-1:]
    cells = header[0] if header else ()
    return (plain(cells[position]) if position < len(cells) else "") or f"{sheet.place.column(position)}"


def _fullness(row: Row) -> int:
    return sum(1 for cell in row if plain(cell))


def looks_like_code(cell: str) -> bool:
    """Whether a cell is a code, perhaps one that is written badly.

    >>> looks_like_code(" e08000035 "), looks_like_code("Leeds")
    (True, False)
    """
    return len(cell) >= _CODE_LENGTH and is_code(normal_code(cell))
