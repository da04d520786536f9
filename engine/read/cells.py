"""Values that have a type already, as text: the cells of workbooks and the scalars of JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any


def as_text(cell: Any) -> str:
    """Whole numbers without decimals and others in their shortest form; dates as ISO 8601, and TRUE and FALSE.

    >>> as_text(5.0), as_text(0.1), as_text(True)
    ('5', '0.1', 'TRUE')
    """
    return _TEXTS[type(cell)](cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() else repr(cell)


def _moment(cell: datetime) -> str:
    return cell.date().isoformat() if cell.time() == time() else cell.isoformat()


_TEXTS: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        str: str,
        float: _number,
        int: str,
        bool: lambda cell: "TRUE" if cell else "FALSE",
        datetime: _moment,
        date: date.isoformat,
        time: time.isoformat,
        timedelta: str,
    }
)
