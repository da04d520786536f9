"""The reader of workbooks: xlsx, xls and ods, told apart by their content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, BinaryIO

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ...connectors.base import SourceError
from .archive import Limits, guard, is_zip
from .options import Options
from .tables import Place, Row, tabulate
from .wording import quoted

# a sheet is held in memory while it is read, so less is allowed than of a file in a zip
LIMITS = Limits(unpacked=2**30)


def read_workbook(stream: BinaryIO, options: Options, *, provenance: bool) -> Iterator[pa.Table]:
    """Batches of text columns from one sheet.

    Whole numbers come without decimals and others in their shortest form; dates are ISO 8601, without a time if it is
    midnight; booleans are TRUE and FALSE. Error cells and formulas without a stored result are blank.

    Raises:
        SourceError: The file is no workbook or a damaged one, not exactly one sheet fits, or its rows make no table.
    """
    if is_zip(stream):
        guard(stream, LIMITS)
    with _damage_refused(), CalamineWorkbook.from_filelike(stream) as book:
        sheet = book.get_sheet_by_name(_chosen(book, options.sheet))
        name = sheet.name.strip()
        place = Place("Row", f" of sheet '{name}'", f"{name}!")
        yield from tabulate(_rows(sheet, options.header_rows), options, place, provenance=provenance)


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except CalamineError as error:
        raise SourceError(
            "The file can't be read as a workbook (xlsx, xls or ods).",
            "Open it to see: it may be cut off, protected by a password, or of another kind (read: format: csv).",
        ) from error


def _chosen(book: CalamineWorkbook, wanted: str | Mapping[str, str] | None) -> str:
    """The name of the one sheet that fits, white space around it aside; hidden ones count only where they are named."""
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    if isinstance(wanted, str):
        return _only(
            [sheet.name for sheet in sheets if sheet.name.strip() == wanted.strip()], visible, f"is called '{wanted}'"
        )
    if wanted is None:
        return _only(visible, visible, "can be chosen without saying read: sheet")
    if "pattern" in wanted:
        pattern = _compiled(wanted["pattern"])
        return _only(
            [name for name in visible if pattern.fullmatch(name.strip())], visible, f"fits '{pattern.pattern}'"
        )
    title = wanted["title"]
    titled = [name for name in visible if title.casefold() in _title(book, name).casefold()]
    return _only(titled, visible, f"has '{title}' in cell A1")


def _only(found: list[str], visible: list[str], condition: str) -> str:
    if len(found) == 1:
        return found[0]
    if not found:
        raise SourceError(f"No sheet {condition}. Sheets: {quoted(visible) or 'none'}.", _SHEET_CURE)
    raise SourceError(f"More than one sheet {condition}: {quoted(found)}.", _SHEET_CURE)


_SHEET_CURE = "Make read: sheet fit exactly one."


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise SourceError(
            f"The pattern '{pattern}' for the sheet is no regular expression: {error}.", "Correct read: sheet: pattern."
        ) from error


def _title(book: CalamineWorkbook, name: str) -> str:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=1)
    return " ".join(_as_text(rows[0][0]).split()) if rows else ""


def _rows(sheet: CalamineSheet, header_rows: tuple[int, int]) -> Iterator[Row]:
    cells = sheet.to_python(skip_empty_area=False)
    _spread_merged(cells, sheet.merged_cell_ranges or [], header_rows)
    return ([_as_text(cell) for cell in row] for row in cells)


_Ranges = list[tuple[tuple[int, int], tuple[int, int]]]


def _spread_merged(cells: list[list[Any]], merged: _Ranges, header_rows: tuple[int, int]) -> None:
    """Give a heading that is merged over several columns to each of them, in all rows of the header but the last."""
    first, last = header_rows
    for (top, left), (_, right) in merged:
        if first <= top + 1 < last and top < len(cells):
            row = cells[top]
            row[left : right + 1] = [row[left]] * len(row[left : right + 1])


def _as_text(cell: Any) -> str:
    return _TEXTS[type(cell)](cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() else repr(cell)


def _moment(cell: datetime) -> str:
    return cell.date().isoformat() if cell.time() == time() else cell.isoformat()


_TEXTS: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        str: str,
        float: _number,
        int: str,
        bool: lambda cell: "TRUE" if cell else "FALSE",
        datetime: _moment,
        date: date.isoformat,
        time: time.isoformat,
        timedelta: str,
    }
)
