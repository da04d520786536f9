"""SQL Server's MERGE, as far as the warehouse needs it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement, Executable


class Merge(Executable, ClauseElement):
    """Insert the rows of a query into a table; where the key is there already, update what differs.

    The key must be unique in the query, or the server refuses the statement. HOLDLOCK keeps two writers from inserting
    the same key. What is no longer in the query is left alone.
    """

    inherit_cache = False

    def __init__(self, table: sa.Table, query: sa.Select[Any], key: tuple[str, ...], keep: tuple[str, ...]) -> None:
        self.table = table
        self.source = query.subquery("source")
        self.key = key
        self.names = tuple(query.selected_columns.keys())
        self.update = tuple(name for name in self.names if name not in (*key, *keep))


@compiles(Merge)
def _merge(merge: Merge, compiler: SQLCompiler, **options: Any) -> str:
    quote = compiler.preparer.quote
    columns = {name: quote(merge.table.c[name].name) for name in merge.names}

    def listed(names: tuple[str, ...], before: str = "") -> str:
        return ", ".join(before + columns[name] for name in names)

    matching = " AND ".join(f"target.{columns[name]} = source.{columns[name]}" for name in merge.key)
    changes = ", ".join(f"{columns[name]} = source.{columns[name]}" for name in merge.update)
    # EXCEPT takes two missing values for the same; = wouldn't.
    return "\n".join(
        (  # all names are those of our own tables
            f"MERGE INTO {compiler.preparer.format_table(merge.table)} WITH (HOLDLOCK) AS target",
            f"USING {compiler.process(merge.source, asfrom=True, **options)}",
            f"ON {matching}",
            f"WHEN MATCHED AND EXISTS (SELECT {listed(merge.update, 'source.')}",
            f"EXCEPT SELECT {listed(merge.update, 'target.')}) THEN UPDATE SET {changes}",
            f"WHEN NOT MATCHED THEN INSERT ({listed(merge.names)}) VALUES ({listed(merge.names, 'source.')});",  # noqa: S608
        )
    )
