"""The rows below a header: where they end, and what merged row labels leave blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...connectors.base import SourceError
from .headers import Header
from .options import Options
from .place import Place, Row
from .text import first_text, plain
from .wording import quoted


def rows_of_table(rows: Iterator[Row], header: Header, options: Options, place: Place) -> Iterator[Row]:
    """The rows that belong to the table, of each the columns that are read.

    Raises:
        SourceError: A column to fill isn't there; or, once the rows have come, the footer wasn't met.
    """
    if options.columns is not None:
        rows = map(options.cut, rows)
    if options.footer:
        rows = _above_footer(rows, options.footer, place)
    if options.until_blank_row:
        rows = _above_blank(rows)
    return _filled(rows, _positions(header, options.fill_down, place)) if options.fill_down else rows


def is_footer(row: Row, footers: Sequence[str]) -> bool:
    """Whether the row begins as one of the footers does."""
    return first_text(row).startswith(tuple(map(plain, footers)))


def no_footer(footers: Sequence[str], place: Place) -> SourceError:
    """What is said of a table whose footer wasn't met."""
    either = " or ".join(f"'{footer}'" for footer in footers)
    return SourceError(
        f"No row{place.inside} starts with {either}, the footer that should end the table.",
        "The file may have been cut off, or the footer reworded: compare it with read: footer.",
    )


def _above_footer(rows: Iterator[Row], footers: Sequence[str], place: Place) -> Iterator[Row]:
    for row in rows:
        if is_footer(row, footers):
            return
        yield row
    raise no_footer(footers, place)


def _above_blank(rows: Iterator[Row]) -> Iterator[Row]:
    begun = False
    for row in rows:
        blank = not first_text(row)
        if begun and blank:
            return
        begun = begun or not blank
        yield row


def _positions(header: Header, names: Sequence[str], place: Place) -> list[int]:
    for name in names:
        if name not in header:
            raise SourceError(
                f"read: fill_down names '{name}', but no column{place.inside} is called so. "
                f"Found: {quoted(filter(None, header))}.",
                "Correct read: fill_down; the source may have renamed the column.",
            )
    return [header.index(name) for name in names]


def _filled(rows: Iterator[Row], positions: Sequence[int]) -> Iterator[Row]:
    above = dict.fromkeys(positions, "")
    for row in rows:
        if not first_text(row):
            yield row
            continue
        filled = list(row)
        for position in positions:
            if position < len(filled):
                above[position] = filled[position] = filled[position] if plain(filled[position]) else above[position]
        yield filled
