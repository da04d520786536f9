"""Compound files ([MS-CFB]): what xls workbooks come in, and everything that Office has locked with a password."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from ....connectors.base import SourceError

# The size of a sector; how many the directory and the table of sectors have; where the directory begins; where the
# table of short sectors begins, and how many it has; the same of the list of the table's sectors beyond the first 109.
_HEADER = struct.Struct("<30xH8xIII8xIIII")
_HEADER_BYTES = 512
_ENTRY = struct.Struct("<64sHB49xIQ")
# greater numbers are no sectors, but say that there is none, or what the sector is for
_LAST_SECTOR = 0xFFFFFFFA
_STREAM, _ROOT = 2, 5
_SHORT, _SHORT_BELOW = 64, 4096


class _Entry(NamedTuple):
    start: int
    size: int


class Compound:
    """The streams of a compound file, by name.

    The library that loads what is in it believes every number of it, and would follow a circle for ever.

    Raises:
        SourceError: The file is cut off or damaged.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        header = stream.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            raise cut_off()
        shift, entries, tables, directory, short_table, shorts, more, lists = _HEADER.unpack_from(header)
        if shift not in {9, 12} or max(entries, tables, shorts, lists) > size >> shift:
            raise cut_off()
        self._sector, self._most = 1 << shift, size >> shift
        self._table = _numbers(self._joined(self._sectors_of_table(_numbers(header[76:]), more)))
        listed = self._chained(directory)
        if not listed or len(listed) % self._sector:
            raise cut_off()
        root, self._entries = _listed(listed)
        self._short_table = _numbers(self._chained(short_table))
        self._shorts = self._chained(root.start)
        if root.size > size:
            raise cut_off()
        stream.seek(0)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """A stream as a whole.

        Raises:
            SourceError: The file is cut off or damaged.
        """
        entry = self._entries[name]
        found = self._chained(entry.start) if entry.size >= _SHORT_BELOW else self._short(entry)
        self._stream.seek(0)
        if len(found) < entry.size:
            raise cut_off()
        return found[: entry.size]

    def _short(self, entry: _Entry) -> bytes:
        places = list(_chain(entry.start, self._short_table))[: _SHORT_BELOW // _SHORT]
        return b"".join(self._shorts[at * _SHORT : (at + 1) * _SHORT] for at in places)

    def _chained(self, start: int) -> bytes:
        return self._joined(_chain(start, self._table))

    def _joined(self, places: Iterable[int]) -> bytes:
        return b"".join(map(self._at, places))

    def _at(self, place: int) -> bytes:
        self._stream.seek((place + 1) * self._sector)
        return self._stream.read(self._sector)

    def _sectors_of_table(self, first: Sequence[int], more: int) -> Iterator[int]:
        """The sectors that hold the table in which each sector names the next."""
        listed = list(first)
        for _ in range(self._most):
            if more >= _LAST_SECTOR or len(listed) > self._most + len(first):
                break
            *numbers, more = _numbers(self._at(more)) or [_LAST_SECTOR]
            listed += numbers
        used = [number for number in listed if number < _LAST_SECTOR]
        if more < _LAST_SECTOR or len(used) > self._most:
            raise cut_off()
        return iter(used)


def cut_off() -> SourceError:
    """What is said of a compound file of which a part is missing."""
    return SourceError(
        "The workbook is cut off or damaged: parts that its own table of contents names are missing.",
        "Fetch it again. If it comes the same, tell the publisher.",
    )


def _numbers(content: bytes) -> Sequence[int]:
    return struct.unpack_from(f"<{len(content) // 4}I", content)


def _chain(start: int, table: Sequence[int]) -> Iterator[int]:
    """The sectors from one to the last.

    Raises:
        SourceError: They go round in a circle.
    """
    for _ in range(len(table) + 1):
        if start >= len(table):
            return
        yield start
        start = table[start]
    raise cut_off()


def _listed(directory: bytes) -> tuple[_Entry, dict[str, _Entry]]:
    """The root, in which short streams are, and the others by their names."""
    root, streams = _Entry(_LAST_SECTOR, 0), {}
    for at in range(0, len(directory) - _ENTRY.size + 1, _ENTRY.size):
        name, length, kind, start, size = _ENTRY.unpack_from(directory, at)
        if kind == _ROOT:
            root = _Entry(start, size)
        elif kind == _STREAM:
            called = name[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            # older files leave rubbish in the upper half
            streams[called] = _Entry(start, size & 0xFFFFFFFF)
    return root, streams
