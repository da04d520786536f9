"""A look at a file that nobody has described yet: what kind it is, and its rows as they stand, without a header."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from ...connectors.base import SourceError
from .archive import is_zip_or_workbook
from .place import Place, Row
from .wording import quoted
from .workbooks.book import Book, opened_book

_GLANCED = 65_536
_DELIMITERS = (",", "\t", ";", "|")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_EPSG = re.compile(rb"EPSG:{1,2}([0-9]+)")
_BEHIND_CODE = re.compile(r"[A-Z][0-9]{8}\"?([,;|\t])")
_CURE = "Give a table: a CSV file, or a workbook (xlsx, xls or ods)."


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a CSV file or of one sheet, counted from 1, each cell as text; they can be gone through once."""

    place: Place
    rows: Iterator[Row]


def glance(stream: BinaryIO, sheet: str = "") -> Iterator[Sheet]:
    """The tables of a CSV file or a workbook, told apart by their content; one sheet alone where it is named.

    Raises:
        SourceError: The file is of another kind or damaged, or has no such sheet.
    """
    stream.seek(0)
    first = stream.read(_GLANCED)
    stream.seek(0)
    if is_zip_or_workbook(stream):
        yield from _workbook(stream, sheet)
        return
    _refuse_other_kinds(first)
    if sheet:
        raise SourceError(f"The file is text, and has no sheet '{sheet}'.", "Leave out --sheet.")
    yield Sheet(Place("Row"), _records(stream, first))


def _refuse_other_kinds(first: bytes) -> None:
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise SourceError("The file is empty.", "Download it again.")
    if text.startswith((b"{", b"[{", b"[[", b'["')):
        raise SourceError(f"The file {_json(text)}, and no table.", _CURE)
    if text.lower().startswith(_MARKUP):
        raise SourceError("The file is a web page or an XML message, and no table.", _CURE)
    if text.startswith(b"%PDF") or (b"\0" in text and not first.startswith(_UTF16)):
        raise SourceError("The file holds no text, and no table.", _CURE)


def _json(text: bytes) -> str:
    if b"FeatureCollection" not in text and b'"Topology"' not in text:
        return "is JSON"
    grid = _EPSG.search(text)
    return f"holds boundaries (GeoJSON, EPSG:{grid[1].decode()})" if grid else "holds boundaries (GeoJSON)"


def _records(stream: BinaryIO, first: bytes) -> Iterator[Row]:
    encoding = _encoding(stream, first)
    delimiter = _delimiter(first.decode(encoding, "replace"))
    stream.seek(0)
    lines = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        yield from csv.reader((line.replace("\0", "") for line in lines), delimiter=delimiter, strict=True)
    except csv.Error as error:
        message = f"The file can't be read as CSV ({error})."
        raise SourceError(message, "Look for a quotation mark that is never closed.") from error
    finally:
        lines.detach()  # a wrapper that is collected closes the stream, which isn't ours


def _encoding(stream: BinaryIO, first: bytes) -> str:
    """UTF-16 by its mark, UTF-8 where every byte fits, else what older programs on Windows write."""
    if first.startswith(_UTF16):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    stream.seek(0)
    try:
        while chunk := stream.read(_GLANCED):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(text: str) -> str:
    """What stands behind most codes, and is the most frequent where nothing does."""
    behind = [found[1] for found in _BEHIND_CODE.finditer(text)]
    return max(_DELIMITERS, key=lambda delimiter: (behind.count(delimiter), text.count(delimiter)))


def _workbook(stream: BinaryIO, wanted: str) -> Iterator[Sheet]:
    with opened_book(stream) as book:
        for name in _names(book, wanted):
            yield Sheet(Place("Row", name.strip()), book.load(name).rows())


def _names(book: Book, wanted: str) -> Sequence[str]:
    sheets = [sheet for sheet in book.sheets if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    if not wanted:
        return visible
    named = [sheet.name for sheet in sheets if sheet.name.strip() == wanted.strip()]
    if not named:
        raise SourceError(f"No sheet is called '{wanted}'. Sheets: {quoted(visible) or 'none'}.", "Correct --sheet.")
    return named[:1]
