"""Which sheets of a workbook are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from ...connectors.base import SourceError
from .options import Options
from .text import plain
from .wording import quoted
from .workbooks.book import Book, Sheet


def chosen(book: Book, options: Options) -> Iterator[Sheet]:
    """The sheets that ``options`` choose, white space around their names aside, one at a time.

    Hidden and empty ones count only where they are named.

    Raises:
        SourceError: Not exactly one sheet fits, or of several none.
    """
    match options.sheets:
        case None:
            yield book.load(_one(book, options.sheet))
        case Mapping() as choice:
            names, condition = _fitting(book, choice)
            sheets = (sheet for name in names if not (sheet := book.load(name)).is_empty)
            yield from _at_least_one(sheets, book, condition)
        case names:
            for name in [_named(book, name, _CURE_OF_SHEETS) for name in names]:
                yield book.load(name)


def _one(book: Book, wanted: str | Mapping[str, str] | None) -> str:
    if isinstance(wanted, str):
        return _named(book, wanted, _CURE)
    visible = _visible(book)
    names, condition = (visible, "can be chosen without saying read: sheet") if not wanted else _fitting(book, wanted)
    # to know that a sheet is empty takes reading it, which the only candidate needn't
    full = names if len(names) < 2 else [name for name in names if not book.load(name).is_empty]
    if len(full or names) == 1:
        return (full or names)[0]
    if names:
        raise SourceError(f"More than one sheet {condition}: {quoted(full or names)}.", _CURE)
    raise _none(visible, condition, _CURE)


def _named(book: Book, wanted: str, cure: str) -> str:
    found = [name for name in _worksheets(book) if name.strip() == wanted.strip()]
    if not found:
        raise _none(_visible(book), f"is called '{wanted}'", cure)
    if len(found) > 1:
        raise SourceError(f"More than one sheet is called '{wanted}': {quoted(found)}.", cure)
    return found[0]


def _fitting(book: Book, choice: Mapping[str, str]) -> tuple[list[str], str]:
    """The visible sheets that a pattern or a title fits, and the same as words."""
    visible = _visible(book)
    if "pattern" in choice:
        pattern = _compiled(choice["pattern"])
        return [name for name in visible if pattern.fullmatch(name.strip())], f"fits '{pattern.pattern}'"
    title = choice["title"]
    titled = [name for name in visible if plain(title).casefold() in _title(book, name).casefold()]
    return titled, f"has '{title}' in cell A1"


def _at_least_one(sheets: Iterator[Sheet], book: Book, condition: str) -> Iterator[Sheet]:
    first = next(sheets, None)
    if first is None:
        raise _none(_visible(book), condition, _CURE_OF_SHEETS)
    yield first
    yield from sheets


def _none(visible: Sequence[str], condition: str, cure: str) -> SourceError:
    return SourceError(f"No sheet {condition}. Sheets: {quoted(visible) or 'none'}.", cure)


_CURE = "Make read: sheet fit exactly one."
_CURE_OF_SHEETS = "Correct read: sheets."


def _worksheets(book: Book) -> list[str]:
    return [sheet.name for sheet in book.sheets if sheet.typ == SheetTypeEnum.WorkSheet]


def _visible(book: Book) -> list[str]:
    hidden = {sheet.name for sheet in book.sheets if sheet.visible != SheetVisibleEnum.Visible}
    return [name for name in _worksheets(book) if name not in hidden]


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise SourceError(
            f"The pattern '{pattern}' for the sheet is no regular expression: {error}.", "Correct read: sheet: pattern."
        ) from error


def _title(book: Book, name: str) -> str:
    first = next(book.load(name).rows(), [])
    return plain(first[0]) if first else ""
