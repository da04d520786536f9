"""Rows of a database as CSV, so that equal rows are equal bytes and nothing of them is lost.

Text is in quotation marks, and nothing else is: NULL is an empty field, an empty text two quotation marks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

_END = "\n"
_KINDS: Mapping[type, str] = MappingProxyType(
    {
        timedelta: "a span of time",
        bytes: "bytes",
        bytearray: "bytes",
        memoryview: "bytes",
        list: "a list",
        tuple: "a list",
        dict: "a document (JSON)",
    }
)


class UnwritableError(Exception):
    """A cell that has no exact form as text: its place in the row, and what it holds."""

    def __init__(self, place: int, kind: str) -> None:
        super().__init__(place, kind)
        self.place, self.kind = place, kind


def line(cells: Sequence[object]) -> bytes:
    r"""One row, with the end of its line.

    Raises:
        UnwritableError: A cell has no exact form.

    >>> line(["E08000035", 2023, Decimal("1.50"), None, ""])
    b'"E08000035",2023,1.50,,""\n'
    """
    return (",".join(_written(place, cell) for place, cell in enumerate(cells)) + _END).encode()


def _written(place: int, cell: object) -> str:
    if cell is None:
        return ""
    form = next((form for types, form in _FORMS if isinstance(cell, types)), None)
    if form is None:
        raise UnwritableError(place, _KINDS.get(type(cell), type(cell).__name__))
    try:
        return form(cell)
    except UnicodeEncodeError:
        raise UnwritableError(place, "text with half a character") from None


def _quoted(text: object) -> str:
    said = str(text)
    said.encode()
    return '"' + said.replace('"', '""') + '"'


def _number(number: Decimal) -> str:
    """All of its digits, without an exponent."""
    return format(number, "f") if number.is_finite() else str(number)


def _moment(moment: datetime) -> str:
    return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()


# How what is of a type is written; the first that fits counts.
_FORMS: tuple[tuple[tuple[type, ...], Callable[[Any], str]], ...] = (
    ((str, UUID), _quoted),
    ((bool,), lambda said: str(said).lower()),
    ((int,), str),
    ((float,), lambda number: _number(Decimal(float.__repr__(number)))),
    ((Decimal,), _number),
    ((datetime,), _moment),
    ((date, time), lambda day: day.isoformat()),
)
