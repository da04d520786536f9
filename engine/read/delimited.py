"""The reader of CSV: a stream of bytes of any length, never held in memory as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import pyarrow as pa

from ...connectors.base import SourceError
from .archive import is_zip_or_workbook
from .options import Options
from .place import Place, Row
from .tables import tabulate

_PLACE = Place("Record")


class _NulFoundError(Exception):
    """A character that text never holds."""


def read_csv(stream: BinaryIO, options: Options, *, provenance: bool) -> Iterator[pa.Table]:
    """Batches of text columns from CSV. Records are counted as a spreadsheet does, blank lines included.

    Raises:
        SourceError: The bytes are no text in the encoding, the quoting is broken, or the rows make no table.
    """
    _refuse_other_kinds(stream)
    try:
        with _text(stream, options.encoding) as lines:
            yield from tabulate(_records(lines, options.delimiter), options, _PLACE, provenance=provenance)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{_undecodable(stream, options)} has bytes that are not {options.encoding}.",
            "Say how the file is written, for example read: encoding: cp1252.",
        ) from error


def _refuse_other_kinds(stream: BinaryIO) -> None:
    if is_zip_or_workbook(stream):
        raise SourceError(
            "A zip file or a workbook came where CSV was expected.",
            "Say read: member for a file inside a zip, or read: format: workbook.",
        )
    first = stream.read(120).removeprefix(b"\xef\xbb\xbf").lstrip()
    stream.seek(0)
    if first.startswith((b"{", b"[{")):
        said = " ".join(first.decode("utf-8", "replace").split())
        raise SourceError(f"JSON came where CSV was expected: {said}", "Check the query against the source.")


@contextmanager
def _text(stream: BinaryIO, encoding: str, errors: str = "strict") -> Iterator[Iterable[str]]:
    stream.seek(0)
    # utf-8-sig reads what utf-8 does, and takes away the mark that Windows programs put in front
    known = "utf-8-sig" if encoding == "utf-8" else encoding
    wrapper = io.TextIOWrapper(stream, encoding=known, errors=errors, newline="")
    try:
        yield wrapper
    finally:
        # a wrapper that is collected closes the stream, which isn't ours
        wrapper.detach()


def _records(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    number = 1
    try:
        for row in csv.reader(_without_nul(lines), delimiter=delimiter, strict=True):
            yield row
            number += 1
    except csv.Error as error:
        raise SourceError(f"{_PLACE.at(number)} can't be read: {_plainly(error)}.", _QUOTING_CURE) from error
    except _NulFoundError as error:
        raise SourceError(
            f"{_PLACE.at(number)} holds a NUL byte, which text never does.",
            "The file is damaged or is no CSV; or it is written in UTF-16: try read: encoding: utf-16.",
        ) from error


_QUOTING_CURE = "Open the file there; if it was cut off, fetch it again, otherwise tell the publisher."


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise _NulFoundError
        yield line


def _plainly(error: csv.Error) -> str:
    said = str(error)
    if said.startswith("unexpected end"):
        return "a quotation mark is opened and never closed"
    if said.startswith("field larger"):
        return f"a value has more than {csv.field_size_limit():,} characters, as when a quotation mark is never closed"
    return f"its quotation marks are not as CSV has them ({said})"


def _undecodable(stream: BinaryIO, options: Options) -> str:
    """Which record holds the first undecodable bytes, found by reading again with those bytes marked."""
    unknown = "The file"
    with _text(stream, options.encoding, "surrogateescape") as lines, suppress(UnicodeDecodeError, csv.Error):
        rows = enumerate(csv.reader(lines, delimiter=options.delimiter), start=1)
        return next((_PLACE.at(number) for number, row in rows if any(map(_has_mark, row))), unknown)
    return unknown


def _has_mark(text: str) -> bool:
    return any("\udc80" <= letter <= "\udcff" for letter in text)
