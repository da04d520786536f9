"""A look through the sheets of an xlsb workbook, which is records in a zip ([MS-XLSB] 2.1.4 and 2.4)."""

from __future__ import annotations

import posixpath
import struct
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import chain
from types import MappingProxyType

from ..archive import damaged
from ..place import letters
from .markup import attributes_of
from .parts import Parts
from .scan import Scan, refuse_too_much_text, unreadable

_ROW, _SHARED = 0x00, 0x07
_CELLS = range(0x02, 0x0C)
# how many bytes a row and the kinds of cells have at least; of shorter ones the library would read the bytes of others
_LEAST = (4, 8, 12, 9, 9, 16, 12, 12, 12, 16, 9, 9)
_ERRORS = frozenset({0x03, 0x0B})
_TEXT, _SHEET, _END_OF_SHEETS, _END_OF_CELLS = 0x13, 0x9C, 0x90, 0x92
_NOTHING, _LONG = 0xFFFFFFFF, 0x80

ERRORS: Mapping[int, str] = MappingProxyType(
    {
        0x00: "#NULL!",
        0x07: "#DIV/0!",
        0x0F: "#VALUE!",
        0x17: "#REF!",
        0x1D: "#NAME?",
        0x24: "#NUM!",
        0x2A: "#N/A",
        0x2B: "#GETTING_DATA",
    }
)
"""The errors that binary workbooks know, by their code ([MS-XLSB] 2.5.97.2)."""

_begin = struct.Struct("<BBI")
_whole = struct.Struct("<I").unpack_from


class Xlsb:
    """The sheets of a workbook, looked through one at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        relations = attributes_of(parts.chunks("xl/_rels/workbook.bin.rels"), "Relationship")
        targets = {each.get("Id"): posixpath.join("xl", each.get("Target", "")) for each in relations}
        with shortage_refused():
            self._paths = {name: targets.get(at, "") for name, at in reversed(list(_sheets(parts)))}
        self._lengths: list[int] | None = None

    def scan(self, name: str) -> Scan:
        """What is known of a sheet before it is loaded.

        Raises:
            SourceError: It is damaged, has a cell that can't be read, or repeats too much text.
        """
        scan = Scan()
        used: Counter[int] = Counter()
        row = rows = columns = 0
        with shortage_refused(), closing(_records(self._parts.chunks(self._paths.get(name, "")))) as records:
            for kind, held, start, number in records:
                if kind in _CELLS:
                    rows = row if row > rows else rows
                    columns = number if number > columns else columns
                    if kind == _SHARED:
                        used[_whole(held, start + 8)[0]] += 1
                    elif kind in _ERRORS:
                        scan.add_fault(row, number, error_of(held[start + 8], name, row, number))
                elif kind == _ROW:
                    row = number + 1
            scan.reach(rows, columns)
            refuse_too_much_text(self._total(used))
        return scan

    def _total(self, used: Counter[int]) -> int:
        """How long all texts are together, each as often as it is used."""
        if not used:
            return 0
        if self._lengths is None:
            texts = _records(self._parts.chunks("xl/sharedStrings.bin"), end=None)
            self._lengths = [_whole(held, start + 1)[0] for kind, held, start, _ in texts if kind == _TEXT]
        lengths = self._lengths
        return sum(lengths[text] * times for text, times in used.items() if text < len(lengths))


def error_of(code: int, name: str, row: int, column: int) -> str:
    """The text of an error by its code.

    Raises:
        SourceError: There is no such error.
    """
    if code not in ERRORS:
        what = f"holds an unknown error (number {code}), which keeps the sheet from being read"
        raise unreadable(name, f"{letters(column)}{row}", what)
    return ERRORS[code]


@contextmanager
def shortage_refused() -> Iterator[None]:
    """Records that are shorter than they should be, as one sentence."""
    try:
        yield
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise damaged("workbook") from error


def _sheets(parts: Parts) -> Iterator[tuple[str, str]]:
    """The sheets, each with the id of the relation that says where it is."""
    for kind, held, start, _ in _records(parts.chunks("xl/workbook.bin"), end=_END_OF_SHEETS):
        if kind == _SHEET and _whole(held, start + 8)[0] != _NOTHING:
            at, after = _wide(held, start + 8)
            yield _wide(held, after)[0], at


def _wide(data: bytes, start: int) -> tuple[str, int]:
    """A text, and where what follows it starts."""
    end = start + 4 + 2 * _whole(data, start)[0]
    return data[start + 4 : end].decode("utf-16-le"), end


def _records(
    chunks: Iterable[bytes], end: int | None = _END_OF_CELLS
) -> Generator[tuple[int, bytes, int, int], None, None]:
    """The records of a part as far as the one that ends what is looked for.

    Of each comes its kind, the bytes at hand, which hold it as a whole, where in them its data start, and the number
    that they begin with, which in a cell is the column and before a row's cells the row.
    """
    held = b""
    rest = iter(chunks)
    # what follows the last record lets it be found, or else is a row too short
    for chunk in rest if end is None else chain(rest, [bytes(_begin.size)]):
        held += chunk
        at = 0
        while at + _begin.size <= len(held):
            kind, size, number = _begin.unpack_from(held, at)
            # nearly all records are of this kind, and a call for each would take as long as all else
            start, after = at + 2, at + 2 + size
            if kind >= _LONG or size >= _LONG:
                kind, start, after, number = _record(held, at)
            if kind < len(_LEAST) and after - start < _LEAST[kind]:
                raise damaged("workbook")
            if after > len(held):
                break
            if kind == end:
                deque(rest, maxlen=0)  # what is damaged further down is damaged too
                return
            yield kind, held, start, number
            at = after
        held = held[at:]
    if end is not None:
        raise damaged("workbook")


def _record(held: bytes, at: int) -> tuple[int, int, int, int]:
    """A record of any kind: as it comes, with where its data end, which is beyond the bytes if it isn't whole."""
    kind, at = _number(held, at, 2)
    size, at = _number(held, at, 4)
    return kind, at, at + size, _whole(held, at)[0] if at + 4 <= len(held) else 0


def _number(held: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of up to so many bytes, with seven bits in each, and where what follows it starts."""
    number = 0
    for place in range(most):
        if at >= len(held):
            return number, at + 1
        part = held[at]
        at += 1
        number |= (part & 0x7F) << 7 * place
        if part < _LONG:
            break
    return number, at
