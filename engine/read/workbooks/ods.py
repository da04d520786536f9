"""A look through the sheets of an ods workbook, all of which are in one part (OpenDocument 1.3, part 3, chapter 9)."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from contextlib import closing
from html import unescape

from ....connectors.base import SourceError
from ..archive import damaged
from ..faults import NOT_CALCULATED
from .parts import Parts, without_entities
from .scan import Scan, refuse_too_large, refuse_too_large_together, refuse_too_much_text

_CONTENT = "content.xml"
_TAG = re.compile(
    rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])"
    rb"((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>"
)
_NAME = re.compile(rb"""\btable:name\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REPEATED = re.compile(rb"""table:number-(?:rows|columns)-repeated\s*=\s*["']([0-9]{1,18})["']""")
_VALUE = re.compile(rb"""office:(?:[a-z]+-)?value\s*=|office:value-type\s*=\s*["']string["']""")
_SHOWN = re.compile(rb"<text:p[^>]*>\s*(#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:[0-9]{3})\s*</text:p>")
_BLANKS = re.compile(rb"""text:c\s*=\s*["'][0-9]{6,}["']""")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_ROW, _END_OF_ROW = b"<table:table-row", b"</table:table-row>"
_BLANKS_AT_END = re.compile(
    rb'(?:<table:(?:covered-)?table-cell(?: table:(?:style-name|number-columns-repeated)="[^"]*")*/>)+'
    rb"</table:table-row>"
)
_LONGEST_ROW = 64 * 2**20


def scan_ods(parts: Parts) -> list[Scan]:
    """What is known of each sheet before the workbook is loaded, which happens to all of them at once.

    Raises:
        SourceError: The workbook is damaged or can't be read, or its sheets are too large.
    """
    sheets = _Sheets()
    with closing(_pieces(without_entities(parts.chunks(_CONTENT), _CONTENT))) as pieces:
        for piece in pieces:
            sheets.look(piece)
    for name, scan in zip(sheets.names, sheets.found, strict=True):
        refuse_too_large(name, scan)
    sheets.refuse_open_end()
    refuse_too_large_together(sheets.found)
    refuse_too_much_text(sheets.repeated)
    return sheets.found


def _pieces(chunks: Iterable[bytes]) -> Generator[bytes, None, None]:
    """The XML, a piece at a time, with no row cut in two."""
    held = b""
    for chunk in chunks:
        _refuse_unreadable(chunk, first=not held)
        held += chunk
        cut = held.rfind(_ROW)
        # before the first row no tag matters but that of a sheet
        cut = held.rfind(b"<") if cut < 0 else cut
        if cut > 0:
            yield held[:cut]
            held = held[cut:]
        if len(held) > _LONGEST_ROW:
            raise damaged("workbook")
    yield held


def _refuse_unreadable(chunk: bytes, *, first: bool) -> None:
    found = ""
    if first and chunk.startswith(_WIDE):
        found = "is written in UTF-16"
    elif b"!" in chunk and (b"<![CDATA[" in chunk or b"<!--" in chunk):
        found = "has comments or CDATA sections"
    elif b"text:c" in chunk and _BLANKS.search(chunk):
        found = "has a text with more than 100,000 blanks in a row"
    if found:
        raise SourceError(
            f"The workbook {found}, which can't be read.",
            "Open the file in a spreadsheet program, save it there, and land that file; and tell the publisher.",
        )


class _Sheets:
    """Sheets, rows and cells as their tags come by; ``repeated`` is how long all texts are that are repeated."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.found: list[Scan] = []
        self._scan: Scan | None = None
        self._is_open = False
        self.repeated = 0
        self._row = 1
        self._begin_row(b"")

    def refuse_open_end(self) -> None:
        """Refuse a sheet that doesn't end, for whose end the library would look for ever.

        Raises:
            SourceError: The last one doesn't.
        """
        if self._is_open:
            raise damaged("workbook")

    def look(self, piece: bytes) -> None:
        """Look at rows, all of them whole."""
        may_be_faulty = _may_be_faulty(piece)
        head, *rows = piece.split(_ROW)
        self._look_closely(head)
        for row in rows:
            if not self._is_plain(row) or (may_be_faulty and _may_be_faulty(row)):
                self._look_closely(_ROW + row)
            else:
                self._row += 1
                if self._scan:
                    self._scan.reach(self._row - 1, row.count(b"<table:") - 1)

    def _is_plain(self, row: bytes) -> bool:
        """Whether a row ends as it should, and nothing in it is repeated but blank cells at its end."""
        if not row.endswith(_END_OF_ROW):
            return False
        repeated = row.count(b"repeated")
        if not repeated:
            return True
        end = _BLANKS_AT_END.match(row, row.rfind(b"</table:table-cell>") + len(b"</table:table-cell>"))
        return end is not None and end[0].count(b"repeated") == repeated

    def _look_closely(self, piece: bytes) -> None:
        tags = list(_TAG.finditer(piece))
        starts = [tag.start() for tag in tags]
        for tag, end in zip(tags, [*starts[1:], len(piece)], strict=False):
            closes, name, attributes = tag.groups()
            if name.endswith(b"cell"):
                if not closes:
                    self._cell(attributes, piece, tag.end(), end)
            elif name == b"table-row":
                self._turn_row(closes, attributes)
            else:
                self._is_open = not closes
                if not closes:
                    self._begin_sheet(attributes)

    def _begin_sheet(self, attributes: bytes) -> None:
        self._row, self._scan = 1, None
        found = _NAME.search(attributes)
        # the library passes over a table without a name
        if found is not None:
            self._scan = Scan()
            self.found.append(self._scan)
            self.names.append(unescape((found[1] or found[2] or b"").decode("utf-8", "replace")))

    def _turn_row(self, closes: bytes, attributes: bytes) -> None:
        if not closes:
            self._begin_row(attributes)
        if closes or attributes.endswith(b"/"):
            self._end_row()

    def _begin_row(self, attributes: bytes) -> None:
        self._rows = _repeated(attributes)
        self._column = self._last = self._text = 0
        self._faults: list[tuple[int, str]] = []

    def _cell(self, attributes: bytes, piece: bytes, start: int, end: int) -> None:
        times = _repeated(attributes)
        if self._scan and (b"office:" in attributes or b"table:formula" in attributes):
            self._last = self._column + times
            if times > 1:
                refuse_too_large(self.names[-1], Scan(self._row, self._last))
            if times > 1 or self._rows > 1:
                self._text += times * (len(attributes) + end - start)
            fault = _fault(attributes, piece, start, end)
            if fault:
                self._faults += [(column, fault) for column in range(self._column, self._last)]
        self._column += times

    def _end_row(self) -> None:
        if self._scan and self._last:
            self._scan.reach(self._row + self._rows - 1, self._last - 1)
            refuse_too_large(self.names[-1], self._scan)
            self._scan.faults.add_rows(range(self._row, self._row + self._rows), self._faults)
            self.repeated += self._text * self._rows
        self._row += self._rows


def _may_be_faulty(piece: bytes) -> bool:
    return b"table:formula" in piece or b'"error"' in piece


def _repeated(attributes: bytes) -> int:
    """How often a row or a cell is repeated."""
    found = _REPEATED.search(attributes) if b"repeated" in attributes else None
    return int(found[1]) if found else 1


def _fault(attributes: bytes, piece: bytes, start: int, end: int) -> str:
    """What is to be said of a cell without a value; nothing of one that has it."""
    formula = b"table:formula" in attributes
    if not formula and b'"error"' not in attributes:
        return ""
    # the value beside an error may be a blank text or, in older files, a 0
    shown = _SHOWN.search(piece, start, end)
    if shown:
        return shown[1].decode()
    return NOT_CALCULATED if formula and not _VALUE.search(attributes) else ""
