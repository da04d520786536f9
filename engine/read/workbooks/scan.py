"""A look through a sheet before it is loaded: how far it reaches, and which of its cells would come out blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ....connectors.base import SourceError
from ..faults import Faults
from ..place import letters

CELLS = 25_000_000
"""The most cells that are loaded at once, blank ones included, since each takes up memory."""

TOGETHER = CELLS // 2
"""The most cells of all sheets where they can only be loaded together, which takes twice as much for each."""

ROWS = 2**20
"""The most rows that a sheet has."""

TEXT = 2**30
"""The most characters of text in them, where a text is written once and used in many cells."""

_STRAY_CURE = (
    "A stray cell far from the table does this. Find it in a spreadsheet program (Ctrl+End), delete its row and its "
    "column, save the file and land it; and tell the publisher."
)


@dataclass(slots=True)
class Scan:
    """What is known of a sheet: its last row and column, counted from 1, and its faulty cells."""

    rows: int = 0
    columns: int = 0
    faults: Faults = field(default_factory=Faults)

    @property
    def cells(self) -> int:
        """How many cells it has when it is loaded."""
        return self.rows * self.columns

    def reach(self, row: int, column: int) -> None:
        """Take in a cell by its row from 1 and its column from 0."""
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column + 1)

    def add_fault(self, row: int, column: int, text: str) -> None:
        """Take in a faulty cell, with the text that stands for what is missing; without a text it isn't faulty."""
        if text:
            self.reach(row, column)
            self.faults.add(row, column, text)


def refuse_too_large(name: str, scan: Scan) -> None:
    """Refuse a sheet that can't be held in memory.

    Raises:
        SourceError: It has too many cells, or more rows than a sheet has.
    """
    if scan.cells > CELLS or scan.rows > ROWS:
        most = f"{CELLS:,} cells" if scan.cells > CELLS else f"{ROWS:,} rows"
        raise SourceError(
            f"Sheet '{name.strip()}' reaches to column {letters(scan.columns - 1)} and row {scan.rows:,}, which makes "
            f"{scan.cells:,} cells; at most {most} can be read.",
            _STRAY_CURE,
        )


def refuse_too_large_together(scans: Sequence[Scan]) -> None:
    """Refuse sheets that can't be held in memory together, where they can't be loaded one by one.

    Raises:
        SourceError: They have too many cells.
    """
    cells = sum(scan.cells for scan in scans)
    if cells > TOGETHER:
        raise SourceError(
            f"The sheets of the workbook have {cells:,} cells together; at most {TOGETHER:,} cells can be read.",
            _STRAY_CURE,
        )


def refuse_too_much_text(characters: int) -> None:
    """Refuse texts that are written once and used so often that they would fill the memory.

    Raises:
        SourceError: They would.
    """
    if characters > TEXT:
        raise SourceError(
            f"The workbook uses a few texts so often that they have {characters:,} characters; at most {TEXT:,} can "
            "be read.",
            "Look at the file before trusting it: long texts are repeated in very many cells.",
        )


def unreadable(name: str, cell: str, what: str) -> SourceError:
    """What is said of a sheet that a single cell keeps from being read."""
    return SourceError(
        f"Cell {cell} of sheet '{name.strip()}' {what}.",
        "Open the file in a spreadsheet program, mend that cell, save the file and land it; and tell the publisher.",
    )


def locked() -> SourceError:
    """What is said of a workbook that needs a password."""
    return SourceError(
        "The workbook is protected by a password.",
        "Ask the publisher for an open file; or, if you were given the password, save the file without one and land "
        "that.",
    )
