"""The cells of an xlsx sheet at a glance: XML as most programs write it is searched, not parsed.

Parsing every cell would take longer than loading the sheet. What is not as usual is given up on, and what looks faulty
is parsed after all, so that nothing is judged by its look.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ....connectors.base import SourceError
from ..place import position
from .scan import CELLS, ROWS
from .xlsx_cells import ERRORS, Cells

_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_BEGIN = re.compile(rb"<((?:[A-Za-z0-9]{1,20}:)?)sheetData(?=[\s/>])")
# far more than the 32,767 characters that a cell can hold
_LONGEST_CELL = 4 * 2**20


class UnusualError(Exception):
    """The XML isn't as most programs write it."""


class _Marks(NamedTuple):
    """What is searched for in a sheet whose elements have a certain prefix."""

    cell: bytes
    placed: bytes
    end: bytes
    row: bytes
    number: re.Pattern[bytes]
    error: re.Pattern[bytes]
    formula: bytes
    values: tuple[bytes, bytes]
    blank: bytes
    zero: bytes
    calculated: re.Pattern[bytes]


@lru_cache(maxsize=8)
def _marks(prefix: bytes) -> _Marks:
    def filled(pattern: bytes) -> bytes:
        return pattern.replace(b"@", prefix)

    attribute = rb' (?!t=)[A-Za-z:]+="[^"]*"'
    return _Marks(
        cell=filled(b"<@c"),
        placed=filled(b'<@c r="'),
        end=filled(b"</@c>"),
        row=filled(b"<@row "),
        number=re.compile(filled(rb'<@row [^>]*?\br="([0-9]{1,7})"')),
        error=re.compile(
            filled(rb'<@c r="([A-Z]{1,3})([0-9]{1,7})"(?:%s)* t="e"(?:%s)*>' % (attribute, attribute))
            + filled(rb"(?:<@f[^>]*(?:/>|>[^<]*</@f>))?<@v>([^<]+)</@v></@c>")
        ),
        formula=filled(b"<@f"),
        values=(filled(b"</@f><@v>"), filled(b'"/><@v>')),
        blank=filled(b"<@v></@v>"),
        zero=filled(b"<@v>0</@v>"),
        calculated=re.compile(filled(rb"<@f(?=[\s/>])(?:[^>]*?(?:/>|>[^<]*</@f>)\s*<@v>([^<]+)</@v>)?")),
    )


@lru_cache(maxsize=32)
def _columns(prefix: bytes, digits: int) -> re.Pattern[bytes]:
    """The letters of cells in rows with so many digits at most."""
    return re.compile(rb'<%sc r="([A-Z]{1,3})[0-9]{1,%d}"' % (prefix, digits))


@lru_cache(maxsize=8)
def _rows(prefix: bytes) -> re.Pattern[bytes]:
    return re.compile(rb'<%sc r="[A-Z]+([0-9]+)"' % prefix)


def begun(chunks: Iterator[bytes], name: str) -> tuple[bytes, bytes]:
    """The prefix of a sheet's elements, and its first bytes from where its rows begin.

    Raises:
        SourceError: It is written in a way that can't be read.
        UnusualError: It isn't as usual.
    """
    held = next(chunks, b"")
    if held.startswith(_WIDE):
        raise SourceError(
            f"Sheet '{name.strip()}' is written in UTF-16, which can't be read.",
            "Open the file in a spreadsheet program, save it there, and land that file; and tell the publisher.",
        )
    while (begin := _BEGIN.search(held)) is None:
        chunk = next(chunks, b"")
        if len(held) > _LONGEST_CELL or not chunk:
            raise UnusualError
        held += chunk
    if b"<!" in held[: begin.start()]:
        raise UnusualError
    return begin[1], held[begin.start() :]


def pieces(held: bytes, chunks: Iterator[bytes], prefix: bytes) -> Generator[bytes, None, None]:
    """The cells of a sheet, many at a time and none of them cut in two; then the rest goes by.

    Raises:
        UnusualError: It isn't as usual.
    """
    cell, row, end = b"<%sc " % prefix, b"<%srow" % prefix, b"</%ssheetData" % prefix
    while (last := held.find(end, cut := max(held.rfind(cell), held.rfind(row), 0))) < 0:
        yield held[:cut]
        held = held[cut:]
        chunk = next(chunks, b"")
        if not chunk and held.startswith(b"<%ssheetData/" % prefix):
            return
        if len(held) > _LONGEST_CELL or not chunk:
            raise UnusualError
        held += chunk
    yield held[:last]
    for _ in chunks:  # what is damaged further down is damaged too
        pass


class Quick:
    """Cells of which only those are parsed that look as if there were something wrong with them."""

    def __init__(self, name: str, prefix: bytes, *, asks: bool) -> None:
        self._asks = asks
        self._prefix = prefix
        self._marks = _marks(prefix)
        self._digits = 0
        self._parsed = Cells(name, asks=asks)
        self._parsed.feed(b"<sheetData>")
        self.scan = self._parsed.scan
        self.cells = 0

    def look(self, piece: bytes) -> None:
        """Look at some cells, all of them whole.

        Raises:
            SourceError: One of them can't be read.
            UnusualError: They aren't as usual.
        """
        self._digits = self._digits_of_last_row(piece)
        columns = _columns(self._prefix, self._digits).findall(piece) if self._digits else []
        # one character is found ten times quicker than two, here and below
        if len(columns) != piece.count(self._marks.cell) or (b"!" in piece and b"<!" in piece):
            raise UnusualError
        if columns:
            self.cells += len(columns)
            self._reach(columns, piece)
            self._look_at_errors(piece)
            self._look_at_formulas(piece)

    def _digits_of_last_row(self, piece: bytes) -> int:
        """How many digits the number of the last row has that begins by then."""
        begin = piece.rfind(self._marks.row)
        if begin < 0:
            return self._digits
        row = self._marks.number.match(piece, begin)
        if row is None:
            raise UnusualError
        return len(row[1])

    def _reach(self, columns: Sequence[bytes], piece: bytes) -> None:
        last = position(max(set(columns), key=lambda column: (len(column), column)).decode())
        row = 10**self._digits - 1
        if row * (last + 1) > CELLS or row > ROWS:
            row = max(map(int, set(_rows(self._prefix).findall(piece))))
        self.scan.reach(row, last)

    def _look_at_errors(self, piece: bytes) -> None:
        for mark in (b'"e"', b"'e'"):
            at = piece.find(mark) if mark[:1] in piece else -1
            while at >= 0:
                self._look_at(piece, at)
                at = piece.find(mark, at + len(mark))

    def _look_at_formulas(self, piece: bytes) -> None:
        formulas = piece.count(self._marks.formula) if b"f" in piece else 0
        if not formulas or self._all_have_values(piece, formulas):
            return
        for formula in self._marks.calculated.finditer(piece):
            if formula[1] is None or (self._asks and formula[1] == b"0"):
                self._look_at(piece, formula.start())

    def _all_have_values(self, piece: bytes, formulas: int) -> bool:
        marks = self._marks
        values = piece.count(marks.values[0])
        values += piece.count(marks.values[1]) if values < formulas else 0
        return values == formulas and marks.blank not in piece and not (self._asks and marks.zero in piece)

    def _look_at(self, piece: bytes, at: int) -> None:
        """Look more closely at the cell in which something is."""
        begin = piece.rfind(self._marks.placed, 0, at)
        error = self._marks.error.match(piece, begin)
        if error is not None and (text := error[3].decode("utf-8", "replace")) in ERRORS:
            self.scan.add_fault(int(error[2]), position(error[1].decode()), text)
            return
        tag = piece.find(b">", begin)
        end = tag + 1 if piece[tag - 1 : tag] == b"/" else piece.find(self._marks.end, tag) + len(self._marks.end)
        if begin < 0 or end < tag:
            raise UnusualError
        self._parsed.feed(piece[begin:end])
