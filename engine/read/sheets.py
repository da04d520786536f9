"""Which sheets of a workbook are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ...connectors.base import SourceError
from .cells import as_text
from .options import Options
from .text import plain
from .wording import quoted


def chosen(book: CalamineWorkbook, options: Options) -> Iterator[CalamineSheet]:
    """The sheets that ``options`` choose, white space around their names aside, one at a time.

    Hidden and empty ones count only where they are named.

    Raises:
        SourceError: Not exactly one sheet fits, or of several none.
    """
    match options.sheets:
        case None:
            yield book.get_sheet_by_name(_one(book, options.sheet))
        case Mapping() as choice:
            names, condition = _fitting(book, choice)
            sheets = (sheet for name in names if (sheet := book.get_sheet_by_name(name)).height)
            yield from _at_least_one(sheets, book, condition)
        case names:
            for name in [_named(book, name, _CURE_OF_SHEETS) for name in names]:
                yield book.get_sheet_by_name(name)


def _one(book: CalamineWorkbook, wanted: str | Mapping[str, str] | None) -> str:
    if isinstance(wanted, str):
        return _named(book, wanted, _CURE)
    visible = _visible(book)
    names, condition = (visible, "can be chosen without saying read: sheet") if not wanted else _fitting(book, wanted)
    # to know that a sheet is empty takes reading it, which the only candidate needn't
    full = names if len(names) < 2 else [name for name in names if book.get_sheet_by_name(name).height]
    if len(full or names) == 1:
        return (full or names)[0]
    if names:
        raise SourceError(f"More than one sheet {condition}: {quoted(full or names)}.", _CURE)
    raise _none(visible, condition, _CURE)


def _named(book: CalamineWorkbook, wanted: str, cure: str) -> str:
    found = [name for name in _worksheets(book) if name.strip() == wanted.strip()]
    if not found:
        raise _none(_visible(book), f"is called '{wanted}'", cure)
    if len(found) > 1:
        raise SourceError(f"More than one sheet is called '{wanted}': {quoted(found)}.", cure)
    return found[0]


def _fitting(book: CalamineWorkbook, choice: Mapping[str, str]) -> tuple[list[str], str]:
    """The visible sheets that a pattern or a title fits, and the same as words."""
    visible = _visible(book)
    if "pattern" in choice:
        pattern = _compiled(choice["pattern"])
        return [name for name in visible if pattern.fullmatch(name.strip())], f"fits '{pattern.pattern}'"
    title = choice["title"]
    titled = [name for name in visible if plain(title).casefold() in _title(book, name).casefold()]
    return titled, f"has '{title}' in cell A1"


def _at_least_one(sheets: Iterator[CalamineSheet], book: CalamineWorkbook, condition: str) -> Iterator[CalamineSheet]:
    first = next(sheets, None)
    if first is None:
        raise _none(_visible(book), condition, _CURE_OF_SHEETS)
    yield first
    yield from sheets


def _none(visible: Sequence[str], condition: str, cure: str) -> SourceError:
    return SourceError(f"No sheet {condition}. Sheets: {quoted(visible) or 'none'}.", cure)


_CURE = "Make read: sheet fit exactly one."
_CURE_OF_SHEETS = "Correct read: sheets."


def _worksheets(book: CalamineWorkbook) -> list[str]:
    return [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def _visible(book: CalamineWorkbook) -> list[str]:
    hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
    return [name for name in _worksheets(book) if name not in hidden]


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise SourceError(
            f"The pattern '{pattern}' for the sheet is no regular expression: {error}.", "Correct read: sheet: pattern."
        ) from error


def _title(book: CalamineWorkbook, name: str) -> str:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=1)
    return plain(as_text(rows[0][0])) if rows else ""
