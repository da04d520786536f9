"""From rows of text to batches of an Arrow table: headers, widths, blanks and provenance, the same for every format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice, zip_longest
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ...connectors.base import SourceError
from .options import Options
from .wording import columns, count

BATCH_ROWS = 50_000
"""The most rows in one batch."""

# Small enough for a chunk's strings to stay in the processor's cache until Arrow has copied them: twice as quick as
# converting a whole batch at once.
_CHUNK_ROWS = 250

Row = Sequence[str]
Header = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """How a row is called: in a sentence ("Row 12 of sheet 'Table 3'") and in the column ``_row`` ("Table 3!12")."""

    noun: str
    inside: str = ""
    prefix: str = ""

    def at(self, number: int) -> str:
        """The row's name at the start of a sentence."""
        return f"{self.noun} {number}{self.inside}"


class _Chunk(NamedTuple):
    numbers: Sequence[int]
    arrays: list[pa.Array[Any]]


def tabulate(rows: Iterator[Row], options: Options, place: Place, *, provenance: bool) -> Iterator[pa.Table]:
    """Batches of text columns from all rows of a file or sheet, the first row being row 1.

    Cells are stripped and blank ones are null; blank rows are left out, and so are columns without header and content.
    If every row is short by the same number of fields, the last columns are null throughout. At least one batch comes,
    with no rows if need be. With ``provenance`` the column ``_row`` says where each row was.

    Raises:
        SourceError: The header isn't there, names a column twice or leaves one with values unnamed; rows differ in
            length or are longer than the header; or the footer isn't met.
    """
    header = _header(rows, options, place)
    first = options.header_rows[1] + 1
    chunks = _chunks(_above_footer(rows, options.footer, place), first, len(header), place)
    pending = True
    while batch := list(islice(chunks, BATCH_ROWS // _CHUNK_ROWS)):
        table = _table(batch, header, place, provenance=provenance)
        if pending or table.num_rows:
            yield table
        pending = False
    if pending:
        yield _table([_Chunk((), [])], header, place, provenance=provenance)


def _header(rows: Iterator[Row], options: Options, place: Place) -> Header:
    first, last = options.header_rows
    skipped = sum(1 for _ in islice(rows, first - 1))
    found = list(islice(rows, last - first + 1))
    if len(found) < last - first + 1:
        raise SourceError(
            f"{place.at(last)} should belong to the header, but there are only {count(skipped + len(found), 'row')}.",
            _HEADER_CURE,
        )
    header = _named(_joined(found), options, place)
    if not any(header):
        raise SourceError(f"{place.at(last)} should be the header, but it is blank.", _HEADER_CURE)
    _refuse_repeated(header)
    return header


_HEADER_CURE = "Open the file and say in read: header_row where its header is."


def _joined(rows: list[Row]) -> list[str]:
    return [" ".join(" ".join(cells).split()) for cells in zip_longest(*rows, fillvalue="")]


def _named(header: list[str], options: Options, place: Place) -> Header:
    named: list[str | None] = [name or None for name in header]
    for position, name in options.names.items():
        found = named[position - 1] if position <= len(named) else None
        if found or position > len(named):
            said = f"is called '{found}'" if found else f"isn't there: the header has {count(len(named), 'column')}"
            raise SourceError(
                f"read: names calls column {position} '{name}', but that column{place.inside} {said}.",
                "names is for blank headers. Compare it with the file: columns may have moved.",
            )
        named[position - 1] = name
    return tuple(named)


def _refuse_repeated(header: Header) -> None:
    positions = defaultdict(list)
    for position, name in enumerate(header, start=1):
        positions[name].append(position)
    repeated = [f"'{name}' ({columns(at)})" for name, at in positions.items() if name and len(at) > 1]
    if repeated:
        raise SourceError(
            f"Headers that occur more than once: {', '.join(repeated)}.",
            "Where the header covers several rows, join them: read: header_row: [first, last].",
        )


def _above_footer(rows: Iterator[Row], footer: str | None, place: Place) -> Iterator[Row]:
    return rows if footer is None else _until(rows, footer, place)


def _until(rows: Iterator[Row], footer: str, place: Place) -> Iterator[Row]:
    for row in rows:
        begins = next((text for cell in row if (text := cell.strip())), "")
        if begins.startswith(footer):
            return
        yield row
    raise SourceError(
        f"No row{place.inside} starts with '{footer}', the footer that should end the table.",
        "The file may have been cut off, or the footer reworded: compare it with read: footer.",
    )


def _chunks(rows: Iterator[Row], number: int, header_width: int, place: Place) -> Iterator[_Chunk]:
    """Rows of one and the same width as columns, a few at a time. Number is that of the first row."""
    width = -1
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        numbers: Sequence[int] = range(number, number + len(chunk))
        number += len(chunk)
        if set(map(len, chunk)) != {width}:
            numbers, chunk = _without_blank(numbers, chunk)
            width = _checked_width(numbers, chunk, width, header_width, place)
        if chunk:
            yield _Chunk(numbers, [pa.array(cells, pa.string()) for cells in zip(*chunk, strict=True)])


def _without_blank(numbers: Sequence[int], rows: list[Row]) -> tuple[list[int], list[Row]]:
    kept = [(number, row) for number, row in zip(numbers, rows, strict=True) if any(map(str.strip, row))]
    return [number for number, _ in kept], [row for _, row in kept]


def _checked_width(numbers: Sequence[int], rows: list[Row], width: int, header_width: int, place: Place) -> int:
    """The width that all rows have, where ``width`` is that of the rows before, or -1 if there were none."""
    for number, row in zip(numbers, rows, strict=True):
        if len(row) > header_width:
            raise SourceError(
                f"{place.at(number)} has {count(len(row), 'field')}, but the header has {header_width:,}.",
                "A value with a comma and no quotation marks does this, or a header in another row (read: header_row).",
            )
        if width not in {-1, len(row)}:
            raise SourceError(
                f"{place.at(number)} has {count(len(row), 'field')}, but the rows before it have {width:,}.",
                "The file may have been cut off: fetch it again. If notes stand below the table, say read: footer.",
            )
        width = len(row)
    return width


def _table(chunks: list[_Chunk], header: Header, place: Place, *, provenance: bool) -> pa.Table:
    numbers = [number for chunk in chunks for number in chunk.numbers]
    arrays = [_cleaned(pa.concat_arrays(parts)) for parts in zip(*(chunk.arrays for chunk in chunks), strict=True)]
    arrays += [pa.nulls(len(numbers), pa.string())] * (len(header) - len(arrays))
    _refuse_unnamed(header, arrays, numbers, place)
    named = {name: array for name, array in zip(header, arrays, strict=True) if name is not None}
    blank = _blank_rows(named.values())
    if provenance:
        named["_row"] = pa.array([f"{place.prefix}{number}" for number in numbers], pa.string())
    table = pa.table(named)
    return table if blank is None else table.filter(pc.invert(blank))


def _cleaned(cells: pa.StringArray) -> pa.StringArray:
    stripped = pc.utf8_trim_whitespace(cells)
    blank = pc.equal(stripped, pa.scalar(""))
    return pc.if_else(blank, None, stripped) if pc.any(blank).as_py() else stripped


def _refuse_unnamed(header: Header, arrays: Sequence[pa.Array[Any]], numbers: Sequence[int], place: Place) -> None:
    unnamed = [at for at, name in enumerate(header) if name is None and arrays[at].null_count < len(numbers)]
    if unnamed:
        row = min(numbers[arrays[at].is_valid().index(pa.scalar(True)).as_py()] for at in unnamed)
        raise SourceError(
            f"{place.at(row)} has a value where the header is blank: {columns([at + 1 for at in unnamed])}.",
            "Say which row is the header (read: header_row), or name such columns (read: names: {1: code, 2: name}).",
        )


def _blank_rows(arrays: Iterable[pa.Array[Any]]) -> pa.BooleanArray | None:
    """Which rows have no value at all; None if there can't be one."""
    held = list(arrays)
    if any(array.null_count == 0 for array in held):
        return None
    return reduce(pc.and_, [array.is_null() for array in held])
