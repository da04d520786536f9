"""The reader of workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from .options import Options
from .place import Place
from .sheets import chosen
from .tables import tabulate
from .workbooks.book import opened_book


def read_workbook(stream: BinaryIO, options: Options, *, provenance: bool) -> Iterator[pa.Table]:
    """Batches of text columns from one sheet, or from several, one after the other.

    Whole numbers come without decimals and others in their shortest form; dates are ISO 8601, without a time if it is
    midnight; booleans are TRUE and FALSE. An error comes as its text, such as #N/A, and a formula without a stored
    result as ``faults.NOT_CALCULATED``; the metadata say where they are.

    Raises:
        SourceError: The file is no workbook or a damaged one, not exactly one sheet fits, or its rows make no table.
    """
    with opened_book(stream) as book:
        for sheet in chosen(book, options):
            place = Place("Row", sheet.name.strip(), merged=sheet.merged, faults=sheet.faults)
            yield from tabulate(sheet.rows(), options, place, provenance=provenance)
