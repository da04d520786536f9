"""Workbooks as publishers lay them out, equal to the byte whenever they are made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLANK_ROWS = 5


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], published: datetime) -> bytes:
    """A workbook whose tables end in rows that are formatted and empty."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "yhovi"
    book.properties.created = published
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for blank in range(1, BLANK_ROWS + 1 if name.startswith("Table") else 1):
            sheet.cell(len(rows) + blank, 1).number_format = "0.0"
    made = io.BytesIO()
    book.save(made)
    return without_times(made.getvalue(), published)


def without_times(content: bytes, published: datetime) -> bytes:
    """The same workbook, less the moment when it was written."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            modified = rb"\g<1>" + published.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
            part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", modified, source.read(name))
            target.writestr(entry, part, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
