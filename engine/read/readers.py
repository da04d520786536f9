"""Every reader by its name, and the one function that applies them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType
from typing import BinaryIO, Protocol

import pyarrow as pa

from ...connectors.base import Reading, SourceError
from .archive import open_member
from .delimited import read_csv
from .options import Options
from .records import read_json
from .wording import quoted
from .workbook import read_workbook


class Reader(Protocol):
    """Batches of text columns from the bytes of one file."""

    def __call__(self, stream: BinaryIO, options: Options, *, provenance: bool) -> Iterator[pa.Table]:
        """Batches of the table in the stream; ``provenance`` adds the column ``_row`` and the place of each column."""
        ...


READERS: Mapping[str, Reader] = MappingProxyType({"csv": read_csv, "workbook": read_workbook, "json": read_json})

_MEDIA: Mapping[str, str] = MappingProxyType({"csv": "CSV", "workbook": "a workbook", "json": "JSON"})
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<error")


def read(stream: BinaryIO, reading: Reading, *, provenance: bool = False) -> Generator[pa.Table, None, None]:
    """The table in a file, as batches of up to 50,000 rows; all columns are text, and a blank cell is null.

    At least one batch comes, so that the columns are known even where there are no rows; several sheets come as batches
    of their own, each with its own columns. A fault may be met late:
    nothing of a file is good before the last batch has come. The stream stays open.

    Args:
        stream: The file's bytes, seekable.
        reading: The reader and its options, as ``READ_SCHEMA`` allows them.
        provenance: Whether to add the column ``_row``, which says where each row was ("12", or "Table 3!12"), and
            under the key ``columns`` of the schema's metadata a JSON list of where each column was: pairs of a header
            and a spreadsheet's letters, a CSV file's number of the field, a JSON field, or null for a column that the
            reader added.

    Raises:
        SourceError: The file can't be read as a table, or not with these options.
    """
    if reading.reader not in READERS:
        raise SourceError(f"There is no reader '{reading.reader}'.", f"Choose one of {quoted(READERS)}.")
    options = Options.parse(reading.options)
    with _content(stream, options.member) as content:
        _refuse_nothing_or_markup(content, _MEDIA[reading.reader])
        yield from READERS[reading.reader](content, options, provenance=provenance)


def _content(stream: BinaryIO, member: str | None) -> AbstractContextManager[BinaryIO]:
    return nullcontext(stream) if member is None else open_member(stream, member)


def _refuse_nothing_or_markup(content: BinaryIO, media: str) -> None:
    content.seek(0)
    first = content.read(1024)
    content.seek(0)
    if not first:
        raise SourceError(
            f"The file is empty (0 bytes) where {media} was expected.",
            "Check the query or the download: some sources answer a wrong question with nothing.",
        )
    if first.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        raise SourceError(
            f"A web page or an XML message came where {media} was expected.",
            "Open the file to see what it says: moved, blocked, or a wrong query.",
        )
