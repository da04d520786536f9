"""INSERT … ON CONFLICT, which SQLite and Postgres have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_Insert = TypeVar("_Insert", sqlite.Insert, postgresql.Insert)


def on_conflict(
    insert: _Insert, table: sa.Table, query: sa.Select[Any], key: Sequence[str], keep: Sequence[str]
) -> _Insert:
    """Insert the rows of the query; where the key is there already, update what differs.

    The query has a WHERE: without one, SQLite would read ON as part of a join.
    """
    names = query.selected_columns.keys()
    statement = insert.from_select(names, query)
    update = {name: statement.excluded[name] for name in names if name not in (*key, *keep)}
    differs = sa.or_(*(table.c[name].is_distinct_from(excluded) for name, excluded in update.items()))
    return statement.on_conflict_do_update(index_elements=list(key), set_=update, where=differs)
