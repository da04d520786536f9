"""Rows of the history as statements make them: what is appended, and what a row says of a key that is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from .tables import CONTENT, KEY, UNDONE, WITHDRAWN, observation

APPENDED = (*KEY, "retrieved_at", "load_id", "action", *CONTENT)
"""The columns that are set in an appended row, in order."""


def cells(**said: Any) -> dict[str, sa.ColumnElement[Any]]:
    """Columns of the history that hold the same in every row that is appended."""
    return {name: _cell(observation.c[name].type, value) for name, value in said.items()}


def _cell(kind: Any, value: Any) -> sa.ColumnElement[Any]:
    """A value of a type. One that is missing is no parameter: SQL Server couldn't tell of which type it is."""
    if value is not None:
        return sa.literal(value, kind)
    # A cast names no collation, as a column's type may.
    return sa.cast(sa.null(), type(kind)(kind.length) if isinstance(kind, sa.String) else kind)


def same(table: sa.FromClause, names: Iterable[str] = (*KEY, *CONTENT)) -> dict[str, sa.ColumnElement[Any]]:
    """Columns of the history that repeat those of a table; the key and the content if no others are named."""
    return {name: table.c[name] for name in names}


def _gone(status_reason: str | None, row_hash: str) -> Mapping[str, sa.ColumnElement[Any]]:
    said: dict[str, str | None] = {
        **dict.fromkeys(("value", "status_flags", "lower_ci", "upper_ci", "numerator", "denominator", "note")),
        "obs_status": "O",
        "status_reason": status_reason,
        "row_hash": row_hash,
    }
    return MappingProxyType(cells(**said))


# No row's hash looks like these: a key that comes back has changed.
WITHDRAWN_CELLS = _gone(WITHDRAWN, WITHDRAWN)
"""What is said of a key that the source dropped."""

UNDONE_CELLS = _gone(None, UNDONE)
"""What is said of a key that wasn't there before the load that was undone."""


def appending(rows: sa.Select[Any]) -> sa.Insert:
    """The statement that appends rows, whose columns are :data:`APPENDED`, to the history."""
    return sa.insert(observation).from_select(APPENDED, rows)
