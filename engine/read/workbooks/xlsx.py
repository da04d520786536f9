"""A look through the sheets of an xlsx workbook: quick where its XML is as most programs write it, else thorough."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing

from ....connectors.base import SourceError
from ..wording import quoted
from .markup import attributes_of
from .parts import Parts
from .scan import CELLS, ROWS, TEXT, Scan, refuse_too_much_text
from .xlsx_cells import Cells
from .xlsx_quick import Quick, UnusualError, begun, pieces
from .xlsx_texts import Texts

_TRUE = frozenset({"1", "true"})
_MACROS = ("/xlMacrosheet", "/xlIntlMacrosheet")


class Xlsx:
    """The sheets of a workbook, looked through one at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        book = workbook_part(parts)
        self._paths = _paths(parts, book)
        self._texts = Texts(parts, posixpath.join(posixpath.dirname(book), "sharedStrings.xml"))
        # such a workbook's formulas may have been given a 0 until someone calculates them (XlsxWriter does that)
        self._asks = any(each.get("fullCalcOnLoad") in _TRUE for each in attributes_of(parts.chunks(book), "calcPr"))

    def scan(self, name: str) -> Scan:
        """What is known of a sheet before it is loaded.

        Raises:
            SourceError: It is damaged, has a cell that can't be read, or uses too much text.
        """
        try:
            quick = self._quick(name)
        except UnusualError:
            return self._thorough(name)
        # the quick look takes blank cells for full ones, and rows for further down than they are
        is_sure = quick.scan.cells <= CELLS and quick.scan.rows <= ROWS and self._has_little_text(name, quick.cells)
        return quick.scan if is_sure else self._thorough(name)

    def _quick(self, name: str) -> Quick:
        with closing(self._chunks(name)) as chunks:
            prefix, held = begun(chunks, name)
            quick = Quick(name, prefix, asks=self._asks)
            for piece in pieces(held, chunks, prefix):
                quick.look(piece)
        return quick

    def _has_little_text(self, name: str, cells: int) -> bool:
        """Whether so many cells can't use too much text, whatever else they hold; no if it isn't sure."""
        if self._texts.most(cells) <= TEXT:
            return True
        with closing(self._chunks(name)) as chunks:
            prefix, held = begun(chunks, name)
            return self._texts.most_in(pieces(held, chunks, prefix), cells, prefix) <= TEXT

    def _thorough(self, name: str) -> Scan:
        cells = Cells(name, asks=self._asks)
        with closing(self._chunks(name)) as chunks:
            for chunk in chunks:
                cells.feed(chunk)
        cells.feed(b"", last=True)
        refuse_too_much_text(self._texts.total(cells.shared))
        return cells.scan

    def _chunks(self, name: str) -> Generator[bytes, None, None]:
        return self._parts.chunks(self._paths.get(name, ""))


def workbook_part(parts: Parts) -> str:
    """The name of the part that lists the sheets."""
    relations = attributes_of(parts.chunks("_rels/.rels"), "Relationship")
    found = (each.get("Target", "") for each in relations if each.get("Type", "").endswith("/officeDocument"))
    return next(found, "xl/workbook.xml").removeprefix("/")


def _paths(parts: Parts, book: str) -> Mapping[str, str]:
    """The part that each sheet is in; of sheets with the same name the first one counts."""
    folder, file = posixpath.split(book)
    relations = attributes_of(parts.chunks(f"{folder}/_rels/{file}.rels"), "Relationship")
    by_id = {each.get("Id"): each for each in relations}
    sheets = attributes_of(parts.chunks(book), "sheet")
    named = [(each.get("name", ""), by_id.get(each.get("id"), {})) for each in sheets]
    _refuse_macros([name for name, relation in named if relation.get("Type", "").endswith(_MACROS)])
    return {name: _part(folder, relation.get("Target", "")) for name, relation in reversed(named)}


def _refuse_macros(names: Sequence[str]) -> None:
    # they were replaced by modules, which do no harm, thirty years ago; the library gives up on them
    if names:
        raise SourceError(
            f"The workbook can't be read because of its sheets of macros: {quoted(names)}.",
            "Look at the file before trusting it: such sheets run programs. Without them, saved as xlsx, it can be "
            "landed.",
        )


def _part(folder: str, target: str) -> str:
    if target.startswith(("/", f"{folder}/")):
        return target.removeprefix("/")
    return posixpath.normpath(posixpath.join(folder, target))
