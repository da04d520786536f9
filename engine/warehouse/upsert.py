"""Insert what is new and update what differs, in one statement: the only place where databases differ in kind."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection


def upsert(
    connection: Connection,
    table: sa.Table,
    query: sa.Select[*tuple[object, ...]],
    key: Sequence[str],
    keep: Sequence[str] = (),
) -> None:
    """Bring rows into a table by their key.

    Args:
        connection: An open transaction.
        table: Where to.
        query: The rows; its columns are named as those of the table, and it has a WHERE (SQLite needs one).
        key: The columns that name a row; they are unique in the table.
        keep: Columns that are set in a new row and left alone in an old one.
    """
    names = query.selected_columns.keys()
    statement = sqlite.insert(table).from_select(names, query)
    update = {name: statement.excluded[name] for name in names if name not in (*key, *keep)}
    differs = sa.or_(*(table.c[name].is_distinct_from(excluded) for name, excluded in update.items()))
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=update, where=differs))
