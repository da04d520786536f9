"""Insert what is new and update what differs, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .dialects import DIALECTS


def upsert(
    connection: Connection,
    table: sa.Table,
    query: sa.Select[Any],
    meant: Mapping[str, Any],
    *,
    key: tuple[str, ...],
    keep: tuple[str, ...] = (),
) -> None:
    """Bring rows into a table by their key.

    Args:
        connection: An open transaction.
        table: Where to.
        query: The rows; its columns are named as those of the table, and it has a WHERE (SQLite needs one). The
            statement is built once for the same query, so that this should be one that is kept.
        meant: The values of the query's parameters.
        key: The columns that name a row; they are unique in the table, and in the query.
        keep: Columns that are set in a new row and left alone in an old one.
    """
    connection.execute(_statement(connection.dialect.name, table, query, key, keep), meant)


@lru_cache(64)
def _statement(
    dialect: str, table: sa.Table, query: sa.Select[Any], key: tuple[str, ...], keep: tuple[str, ...]
) -> sa.Executable:
    return DIALECTS[dialect].upsert(table, query, key, keep)
