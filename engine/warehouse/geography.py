"""What is known of areas beside what is published of them: what became of codes, and where small areas lie."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .dialects import DIALECTS
from .tables import area_change, geo_lookup
from .values import AreaChange, SmallAreaPlace

Row = tuple[Any, ...]


def differs(connection: Connection, changes: Iterable[AreaChange], lookup: Iterable[SmallAreaPlace]) -> bool:
    """Whether anything else is written down."""
    return any(gone or new for _, gone, new in _differences(connection, changes, lookup))


def describe(connection: Connection, changes: Iterable[AreaChange], lookup: Iterable[SmallAreaPlace]) -> None:
    """Write down these and nothing else, touching only the rows that differ."""
    for table, gone, new in _differences(connection, changes, lookup):
        if gone:
            _delete(connection, table, gone)
        if new:
            DIALECTS[connection.dialect.name].insert(connection, table, map(_written, sorted(new, key=repr)))


def _differences(
    connection: Connection, changes: Iterable[AreaChange], lookup: Iterable[SmallAreaPlace]
) -> list[tuple[sa.Table, set[Row], set[Row]]]:
    """For each table the rows to take away and those to add."""
    found = []
    for table, said in ((area_change, changes), (geo_lookup, lookup)):
        wanted, there = set(said), set(map(tuple, connection.execute(sa.select(table)).all()))
        found.append((table, there - wanted, wanted - there))
    return found


def _written(row: Row) -> Row:
    """A row as it is put in, with its days as texts."""
    return tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in row)


def _delete(connection: Connection, table: sa.Table, rows: Iterable[Row]) -> None:
    key = [column.name for column in table.primary_key]
    names = table.columns.keys()
    is_it = (table.c[name] == sa.bindparam(f"{name}_of_row") for name in key)
    keys = [{f"{name}_of_row": row[names.index(name)] for name in key} for row in sorted(rows, key=repr)]
    connection.execute(sa.delete(table).where(*is_it), keys)
