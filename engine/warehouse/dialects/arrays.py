"""Rows as arrays, which Microsoft's driver takes at once: the type and the size of each column, and its cells.

Left to guess, the driver asks the server, which can't always say, and takes what isn't said for a short text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..types import UtcDateTime
from .base import Rows

_ROOM = 16 * 2**20
"""How many bytes an array may take: in every row of it the driver makes room for the longest text."""

_LONGEST = 4_000
"""How many characters a text may have to be sent in one piece."""

_POINTER, _LENGTH = 16, 8


class Input(NamedTuple):
    """What the driver is told of a column.

    Attributes:
        kind: ODBC's name of the type.
        size: How many characters or digits it has; 0 for texts that are sent in pieces.
        digits: How many of them are behind the point.
        width: How many bytes a cell takes.
    """

    kind: str
    size: int
    digits: int
    width: int


# The first that fits counts: some types are kinds of others.
_PLAIN: Mapping[type, Input] = MappingProxyType(
    {
        sa.Boolean: Input("SQL_BIT", 1, 0, 1),
        sa.BigInteger: Input("SQL_BIGINT", 19, 0, 8),
        sa.Integer: Input("SQL_INTEGER", 10, 0, 8),
        sa.Double: Input("SQL_DOUBLE", 53, 0, 8),
        sa.Date: Input("SQL_TYPE_DATE", 10, 0, 6),
        UtcDateTime: Input("SQL_TYPE_TIMESTAMP", 23, 3, 16),
    }
)


def arrays(table: sa.Table, rows: Rows) -> Iterator[tuple[list[Input], list[tuple[Any, ...]]]]:
    """The rows in arrays that aren't too large, each with what the driver is to be told of its columns.

    Args:
        table: Where they go.
        rows: The cells, in the order of its columns.
    """
    kept = list(rows)
    inputs = [_input(column.type, (row[place] for row in kept)) for place, column in enumerate(table.columns)]
    count = max(1, _ROOM // sum(each.width + _LENGTH for each in inputs))
    for start in range(0, len(kept), count):
        # Were codes texts, the driver would begin a new array wherever one row has a code and the next one doesn't.
        yield inputs, turned(table, kept[start : start + count], codes=_in_ascii)


def turned(table: sa.Table, rows: Rows, *, codes: Callable[[str], object] | None = None) -> list[tuple[Any, ...]]:
    """The rows with their days in the driver's own type (they come as texts), and their codes turned too."""
    turns = [(place, turn) for place, column in enumerate(table.columns) if (turn := _turn(column.type, codes))]
    return [_turned(row, turns) for row in rows]


_Turn = Callable[[str], object]


def _turn(kind: Any, codes: _Turn | None) -> _Turn | None:
    if isinstance(kind, sa.Date):
        return date.fromisoformat
    return codes if isinstance(kind, sa.String) and not _is_wide(kind) else None


def _turned(row: tuple[Any, ...], turns: list[tuple[int, _Turn]]) -> tuple[Any, ...]:
    cells = list(row)
    for place, turn in turns:
        if isinstance(cells[place], str):
            cells[place] = turn(cells[place])
    return tuple(cells)


def _in_ascii(code: str) -> bytes:
    return code.encode("ascii")


def _input(kind: Any, cells: Iterator[str | None]) -> Input:
    if _is_wide(kind):
        size = kind.length or _longest(cells)
        return Input("SQL_WVARCHAR", size, 0, 2 * size or _POINTER)
    if isinstance(kind, sa.String):
        return Input("SQL_VARCHAR", int(kind.length or 0), 0, int(kind.length or _POINTER))
    return next(told for plain, told in _PLAIN.items() if isinstance(kind, plain))


def _is_wide(kind: Any) -> bool:
    return isinstance(kind, sa.Unicode | sa.UnicodeText)


def _longest(texts: Iterator[str | None]) -> int:
    """The length of the longest text as the server counts it, or 0 if that is too long to be sent in one piece."""
    longest = max((len(text.encode("utf-16-le", "surrogatepass")) // 2 for text in texts if text), default=1)
    return longest if longest <= _LONGEST else 0
