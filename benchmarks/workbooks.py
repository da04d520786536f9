"""How long reading a large workbook takes, with a look through its sheet for errors and bombs, and without.

python benchmarks/workbooks.py [--rounds N] [--rows N] [--strict]
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence

from python_calamine import CalamineWorkbook
from ratios import Comparison, Task, options, report
from yhovi.connectors.base import Reading
from yhovi.engine.read.cells import as_text
from yhovi.engine.read.options import Options
from yhovi.engine.read.place import Place
from yhovi.engine.read.readers import read
from yhovi.engine.read.tables import tabulate

COLUMNS = "ABCDEFGHIJKLMNOPQRST"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TEXTS = 20_000

Cell = Callable[[str, int, int], str]


def number(column: str, row: int, at: int) -> str:
    """A number with many digits."""
    return f'<c r="{column}{row}" s="3"><v>{(row * 7919 + at * 104729) % 1_000_003 / 997}</v></c>'


def text(column: str, row: int, at: int) -> str:
    """One of the texts that cells share."""
    return f'<c r="{column}{row}" s="3" t="s"><v>{(row * 31 + at) % TEXTS}</v></c>'


def formula(column: str, row: int, at: int) -> str:
    """A formula with its result."""
    return f'<c r="{column}{row}" s="3"><f>SUM(A{row}:B{row})*Sheet2!C4</f><v>{row * at / 7}</v></c>'


def main() -> int:
    """Compare for sheets of numbers, of texts and of formulas."""
    arguments = options("How long yhovi takes to read a large workbook.", rounds=7, more=_rows)
    return report(list(comparisons(arguments.rows)), arguments)


def comparisons(rows: int) -> Iterator[Comparison]:
    """Each kind of sheet, read as an indicator is, and by the same library without a look."""
    kinds: dict[str, tuple[Cell, float]] = {
        "numbers": (number, 1.3),
        "texts": (text, 1.3),
        "formulas": (formula, 1.5),
    }
    for name, (cell, goal) in kinds.items():
        content = drawn(cell, rows)
        yield Comparison(f"a sheet of {rows:,} rows of {name}: without a look", ours(content), bare(content), goal)


def drawn(cell: Cell, rows: int) -> bytes:
    """An xlsx workbook of one sheet."""
    head = "".join(f'<c r="{column}1" t="inlineStr"><is><t>{column}</t></is></c>' for column in COLUMNS)
    lines = (
        f'<row r="{row}" spans="1:20">{"".join(cell(column, row, at) for at, column in enumerate(COLUMNS))}</row>'
        for row in range(2, rows + 2)
    )
    shared = "".join(f"<si><t>name of place {at}</t></si>" for at in range(TEXTS))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relation("officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml"))
        sheets = "<sheets><sheet name='S' sheetId='1' r:id='rId1'/></sheets>"
        archive.writestr("xl/workbook.xml", f"<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'>{sheets}</workbook>")
        archive.writestr("xl/sharedStrings.xml", f"<sst xmlns='{MAIN}'>{shared}</sst>")
        whole = f"<row r='1'>{head}</row>{''.join(lines)}".replace("'", '"')
        archive.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet xmlns='{MAIN}'><sheetData>{whole}</sheetData></worksheet>"
        )
    return stream.getvalue()


def relation(kind: str, to: str) -> str:
    """What says where a part is."""
    one = f"<Relationship Id='rId1' Type='{OFFICE}/{kind}' Target='{to}'/>"
    return f"<Relationships xmlns='{PACKAGE}'>{one}</Relationships>"


def ours(content: bytes) -> Task:
    """The sheet as an indicator reads it."""

    def run() -> None:
        for _ in read(io.BytesIO(content), Reading("workbook")):
            pass

    return run


def bare(content: bytes) -> Task:
    """The sheet loaded by the same library into the same tables, after a check of the zip alone."""

    def run() -> None:
        zipfile.ZipFile(io.BytesIO(content)).testzip()
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            rows: Iterator[Sequence[str]] = (
                [as_text(cell) for cell in row] for row in book.get_sheet_by_index(0).iter_rows()
            )
            for _ in tabulate(rows, Options(), Place("Row", "S"), provenance=False):
                pass

    return run


def _rows(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=20_000, help="rows of each sheet (20000)")


if __name__ == "__main__":
    sys.exit(main())
