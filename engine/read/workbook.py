"""The reader of workbooks: xlsx, xlsb, xls and ods, told apart by their content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import BinaryIO

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from ...connectors.base import SourceError
from .archive import Limits, guard, is_zip
from .cells import as_text
from .options import Options
from .place import Place, Row, Spans
from .sheets import chosen
from .tables import tabulate

# a sheet is held in memory while it is read, so less is allowed than of a file in a zip
LIMITS = Limits(unpacked=2**30)


def read_workbook(stream: BinaryIO, options: Options, *, provenance: bool) -> Iterator[pa.Table]:
    """Batches of text columns from one sheet, or from several, one after the other.

    Whole numbers come without decimals and others in their shortest form; dates are ISO 8601, without a time if it is
    midnight; booleans are TRUE and FALSE. Error cells and formulas without a stored result are blank.

    Raises:
        SourceError: The file is no workbook or a damaged one, not exactly one sheet fits, or its rows make no table.
    """
    if is_zip(stream):
        guard(stream, LIMITS)
    with _damage_refused(), CalamineWorkbook.from_filelike(stream) as book:
        for sheet in chosen(book, options):
            place = Place("Row", sheet.name.strip(), merged=_merged(sheet))
            yield from tabulate(_rows(sheet), options, place, provenance=provenance)


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        # what the library in Rust gives up on comes out as an exception that isn't even an Exception
        if not isinstance(error, CalamineError) and type(error).__name__ != "PanicException":
            raise
        raise SourceError(
            "The file can't be read as a workbook (xlsx, xls or ods).",
            "Open it to see: it may be cut off, protected by a password, or of another kind (read: format: csv).",
        ) from error


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    # rows come from the first one on, but their cells from the first column that holds anything
    left = [""] * (sheet.start[1] if sheet.start else 0)
    return (left + [as_text(cell) for cell in row] for row in sheet.iter_rows())


def _merged(sheet: CalamineSheet) -> Spans:
    """The cells that are merged over several columns, by the number of their row."""
    merged = defaultdict(list)
    for (top, left), (_, right) in sheet.merged_cell_ranges or []:
        if right > left:
            merged[top + 1].append((left, right))
    return MappingProxyType(merged)
