"""Insert what is new and update what differs, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .dialects import DIALECTS


def upsert(
    connection: Connection, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str] = ()
) -> None:
    """Bring rows into a table by their key.

    Args:
        connection: An open transaction.
        table: Where to.
        query: The rows; its columns are named as those of the table, and it has a WHERE (SQLite needs one).
        key: The columns that name a row; they are unique in the table, and in the query.
        keep: Columns that are set in a new row and left alone in an old one.
    """
    connection.execute(DIALECTS[connection.dialect.name].upsert(table, query, key, keep))
