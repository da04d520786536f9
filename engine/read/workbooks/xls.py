"""A look through the sheets of an xls workbook, which is records in a compound file ([MS-XLS] 2.1.4 and 2.4)."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from typing import BinaryIO

from ....connectors.base import SourceError
from ..archive import damaged
from ..faults import NOT_CALCULATED
from ..place import letters
from .compound import Compound
from .scan import CELLS, Scan, locked, unreadable
from .xlsb import error_of, shortage_refused

_LOCK, _SHEET, _TEXTS, _END = 0x2F, 0x85, 0xFC, 0x0A
_EXTENT, _ERROR, _FORMULA, _RUN, _RICH = 0x0200, 0x0205, 0x0006, 0x00BD, 0x00D6
_CELLS = frozenset({0x0203, 0x0204, 0x027E, 0x00FD, _ERROR, _FORMULA, _RICH})
_UNSURE = frozenset({_ERROR, _FORMULA, _RICH})
_NO_NUMBER, _ERROR_VALUE = b"\xff\xff", 2
_TO_BE_CALCULATED = 0x1

# Where old records say what isn't so, the library may end the whole process, which nothing in it can prevent.
_REHEARSAL = """
import io, sys
from python_calamine import CalamineError, CalamineWorkbook
try:
    CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).close()
except CalamineError:
    pass
"""
_SECONDS = 600

_begin = struct.Struct("<HHHH").unpack_from
_pair = struct.Struct("<HH").unpack_from
_extent = struct.Struct("<IIHH").unpack_from
_whole = struct.Struct("<I").unpack_from


def scan_xls(stream: BinaryIO) -> list[Scan]:
    """What is known of each sheet before the workbook is loaded, which happens to all of them at once.

    Raises:
        SourceError: The file is cut off, needs a password, is no workbook, or has a cell that can't be read.
    """
    files = Compound(stream)
    if "EncryptedPackage" in files:
        raise locked()
    book = next((name for name in ("Workbook", "Book") if name in files), None)
    if book is None:
        raise SourceError(
            "The file is a document of an older kind, and no workbook.", "Open it to see what it is and what it holds."
        )
    # the last record may be shorter than what is looked at of each
    content = files.read(book) + bytes(8)
    with shortage_refused():
        scans = [_scanned(content, name, start) for name, start in list(_sheets(content))]
    _rehearse(stream)
    return scans


def _rehearse(stream: BinaryIO) -> None:
    """Load the workbook in another process first, to see whether that outlives it."""
    stream.seek(0)
    try:
        subprocess.run(  # noqa: S603  (this very Python, and a program that nobody else has a say in)
            [sys.executable, "-I", "-c", _REHEARSAL],
            input=stream.read(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.SubprocessError:
        raise damaged("workbook") from None


def _sheets(content: bytes) -> Iterator[tuple[str, int]]:
    """The name of each sheet, and where it starts."""
    for kind, data, _, _ in _records(content, 0):
        if kind == _LOCK:
            raise locked()
        if kind == _TEXTS and _whole(content, data + 4)[0] > len(content):
            raise damaged("workbook")  # the library makes room for so many, whether there are any or not
        if kind == _SHEET:
            length, wide = content[data + 6], content[data + 7] & 1
            name = content[data + 8 : data + 8 + length * (1 + wide)]
            yield name.decode("utf-16-le" if wide else "latin-1"), _whole(content, data)[0]


def _records(content: bytes, at: int) -> Iterator[tuple[int, int, int, int]]:
    """The records from there on, as far as the one that ends them.

    Of each comes its kind, where its data start, and the two numbers that they begin with, which in a cell are the row
    and the column.
    """
    while at + 8 <= len(content):
        kind, size, row, column = _begin(content, at)
        if kind == _END:
            return
        yield kind, at + 4, row, column
        at += 4 + size


def _scanned(content: bytes, name: str, start: int) -> Scan:
    scan = Scan()
    rows = columns = -1
    for kind, data, row, column in _records(content, start):
        if kind in _CELLS:
            rows = row if row > rows else rows
            columns = column if column > columns else columns
            if kind in _UNSURE:
                scan.add_fault(row + 1, column, _fault(kind, content, data, name))
        elif kind == _RUN:
            end = data + _begin(content, data - 4)[1]
            rows, columns = max(rows, row), max(columns, _pair(content, end - 4)[1])
        elif kind == _EXTENT:
            _refuse_wrong_extent(content, data)
    if rows >= 0:
        scan.reach(rows + 1, columns)
    return scan


def _fault(kind: int, content: bytes, data: int, name: str) -> str:
    """What is to be said of a cell without a value; nothing of one that has it."""
    row, column = _pair(content, data)
    if kind == _RICH:
        raise unreadable(name, f"{letters(column)}{row + 1}", "holds text of a kind that can't be read")
    if kind == _ERROR:
        return error_of(content[data + 6], name, row + 1, column) if content[data + 7] else ""
    value = content[data + 6 : data + 14]
    if value.endswith(_NO_NUMBER):
        return error_of(value[2], name, row + 1, column) if value[0] == _ERROR_VALUE else ""
    # what a program writes that can't calculate is a 0 that Excel is to replace (xlwt does that)
    is_open = content[data + 14] & _TO_BE_CALCULATED and not any(value)
    return NOT_CALCULATED if is_open else ""


def _refuse_wrong_extent(content: bytes, data: int) -> None:
    # the library makes room for so many cells, whether there are any or not, and takes less than none for billions
    older = _begin(content, data - 4)[1] == 10
    top, bottom, left, right = _begin(content, data) if older else _extent(content, data)
    if max(top, bottom, 1) * max(left, right, 1) > CELLS or (bottom and right and (bottom < top or right < left)):
        raise damaged("workbook")
