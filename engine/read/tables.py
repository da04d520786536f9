"""From rows of text to batches of an Arrow table: widths, blanks and provenance, the same for every format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ...connectors.base import SourceError
from .blocks import Splitter, labels_of
from .body import rows_of_table
from .faults import noted
from .headers import Header, find_head
from .options import Options
from .place import Place, Row
from .text import cleaned, plain
from .wording import columns, count, quoted

BATCH_ROWS = 50_000
"""The most rows in one batch."""

COLUMNS = b"columns"
"""The key of a table's metadata where provenance says which column of the file each header stands in."""

# Small enough for a chunk's strings to stay in the processor's cache until Arrow has copied them: twice as quick as
# converting a whole batch at once.
_CHUNK_ROWS = 250


class _Chunk(NamedTuple):
    numbers: Sequence[int]
    arrays: list[pa.Array[Any]]


@dataclass(frozen=True, slots=True)
class _Form:
    """What all batches of a table have in common; ``added`` are columns with one value, ``offset`` is left of all."""

    header: Header
    place: Place
    added: Mapping[str, str]
    offset: int
    provenance: bool

    @property
    def used(self) -> int:
        """How many columns there are up to the last one with a header."""
        return max((at for at, name in enumerate(self.header, start=1) if name), default=0)

    @property
    def metadata(self) -> dict[bytes, bytes]:
        """Where each column is, for provenance."""
        if not self.provenance:
            return {}
        held = [[name, self.place.column(at)] for at, name in enumerate(self.header, start=self.offset) if name]
        return {COLUMNS: json.dumps([*held, *([name, None] for name in self.added)], ensure_ascii=False).encode()}


def tabulate(rows: Iterator[Row], options: Options, place: Place, *, provenance: bool) -> Iterator[pa.Table]:
    """Batches of text columns from all rows of a file or sheet.

    Cells are stripped and blank ones are null; blank rows are left out, and so are columns without header and content.
    If every row is short by the same number of fields, the last columns are null throughout. At least one batch comes,
    of each block if there are any, with no rows if need be. With ``provenance`` the column ``_row`` says where each
    row was, and the metadata in which column of the file each header stands.

    Raises:
        SourceError: The header isn't there, names a column twice or leaves one with values unnamed; rows differ in
            length or are longer than the header; the footer isn't met; or blocks aren't there or differ in headers.
    """
    if options.blocks is None:
        yield from _tables(rows, options, place, provenance=provenance)
        return
    known: list[str] = []
    alone = replace(options, footer=())
    for block, inside in Splitter(rows, options, place, options.blocks.begins).blocks():
        for table in _tables(block, alone, inside, provenance=provenance):
            known = known or table.column_names
            _refuse_other_header(known, table.column_names, inside)
            yield table


def _refuse_other_header(known: Sequence[str], found: Sequence[str], place: Place) -> None:
    if found != known:
        raise SourceError(
            f"The block that begins in {place.at(place.first)} has other headers than the first: {quoted(found)}, not "
            f"{quoted(known)}.",
            "Blocks are one table only if their headers are the same. Compare the file with read: blocks.",
        )


def _tables(rows: Iterator[Row], options: Options, place: Place, *, provenance: bool) -> Iterator[pa.Table]:
    head = find_head(rows, options, place)
    form = _Form(head.header, place, _added(head.header, head.above, options, place), options.offset, provenance)
    chunks = _chunks(rows_of_table(head.rows, head.header, options, place), head.number, form)
    pending = True
    while batch := list(islice(chunks, BATCH_ROWS // _CHUNK_ROWS)):
        table = _table(batch, form)
        if pending or table.num_rows:
            yield table
        pending = False
    if pending:
        yield _table([_Chunk((), [])], form)


def _added(header: Header, above: Sequence[Row], options: Options, place: Place) -> dict[str, str]:
    added = {options.sheet_column: place.sheet or ""} if options.sheet_column else {}
    labels = options.blocks.labels if options.blocks else {}
    taken = [name for name in (*added, *labels) if name in header] + [name for name in labels if name in added]
    if taken:
        raise SourceError(
            f"read: adds the column {quoted(taken)}, but there is one of that name already.",
            "Choose another name in read: sheet_column or read: blocks: labels.",
        )
    return {**added, **labels_of(above, labels, place)}


def _chunks(rows: Iterator[Row], number: int, form: _Form) -> Iterator[_Chunk]:
    """Rows of one and the same width as columns, a few at a time. Number is that of the first row."""
    width, used = -1, form.used
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        numbers: Sequence[int] = range(number, number + len(chunk))
        number += len(chunk)
        if set(map(len, chunk)) != {width}:
            numbers, chunk = _without_blank(numbers, chunk)
            width = _checked_width(numbers, chunk, width, form)
        if width > used:
            chunk = _without_tail(numbers, chunk, used, form)
        if chunk:
            yield _Chunk(numbers, [pa.array(cells, pa.string()) for cells in zip(*chunk, strict=True)])


def _without_blank(numbers: Sequence[int], rows: list[Row]) -> tuple[list[int], list[Row]]:
    kept = [(number, row) for number, row in zip(numbers, rows, strict=True) if any(map(str.strip, row))]
    return [number for number, _ in kept], [row for _, row in kept]


def _checked_width(numbers: Sequence[int], rows: list[Row], width: int, form: _Form) -> int:
    """The width that all rows have, where ``width`` is that of the rows before, or -1 if there were none."""
    for number, row in zip(numbers, rows, strict=True):
        at = form.place.at(number)
        if len(row) > len(form.header):
            raise SourceError(
                f"{at} has {count(len(row), 'field')}, but the header has {len(form.header):,}.",
                "A value with a comma and no quotation marks does this, or a header in another row (read: header_row).",
            )
        if width not in {-1, len(row)}:
            raise SourceError(
                f"{at} has {count(len(row), 'field')}, but the rows before it have {width:,}.",
                "The file may have been cut off: fetch it again. If notes stand below the table, say read: footer.",
            )
        width = len(row)
    return width


def _without_tail(numbers: Sequence[int], rows: list[Row], used: int, form: _Form) -> list[Row]:
    """Rows without the columns right of the last header, of which a sheet may have thousands, all of them blank."""
    written = [number for number, row in zip(numbers, rows, strict=True) if plain("".join(row[used:]))]
    if written:
        cells = [at for at in range(used, len(rows[0])) if any(plain(row[at]) for row in rows)]
        raise _unnamed(written[0], cells, form)
    return [row[:used] for row in rows]


def _table(chunks: list[_Chunk], form: _Form) -> pa.Table:
    numbers = [number for chunk in chunks for number in chunk.numbers]
    arrays = [cleaned(pa.concat_arrays(parts)) for parts in zip(*(chunk.arrays for chunk in chunks), strict=True)]
    arrays += [pa.nulls(len(numbers), pa.string())] * (form.used - len(arrays))
    _refuse_unnamed(arrays, numbers, form)
    held = {name: array for name, array in zip(form.header, arrays, strict=False) if name is not None}
    blank = _blank_rows(held.values())
    added = {name: pa.repeat(pa.scalar(value), len(numbers)) for name, value in form.added.items()}
    rows = [form.place.mark(number) for number in numbers] if form.provenance else []
    marks = {"_row": pa.array(rows, pa.string())} if form.provenance else {}
    metadata = {**form.metadata, **noted(numbers, form.header, form.offset, form.place)}
    table = pa.table({**held, **added, **marks}, metadata=metadata or None)
    return table if blank is None else table.filter(pc.invert(blank))


def _refuse_unnamed(arrays: Sequence[pa.Array[Any]], numbers: Sequence[int], form: _Form) -> None:
    held = [at for at, array in enumerate(arrays) if form.header[at] is None and array.null_count < len(numbers)]
    if held:
        raise _unnamed(min(numbers[arrays[at].is_valid().index(pa.scalar(True)).as_py()] for at in held), held, form)


def _unnamed(number: int, positions: Sequence[int], form: _Form) -> SourceError:
    shown = columns([form.offset + at + 1 for at in positions])
    return SourceError(
        f"{form.place.at(number)} has a value where the header is blank: {shown}.",
        "Say which row is the header (read: header_row), or name such columns (read: names: {1: code, 2: name}).",
    )


def _blank_rows(arrays: Iterable[pa.Array[Any]]) -> pa.BooleanArray | None:
    """Which rows have no value at all; None if there can't be one."""
    held = list(arrays)
    if any(array.null_count == 0 for array in held):
        return None
    return reduce(pc.and_, [array.is_null() for array in held])
