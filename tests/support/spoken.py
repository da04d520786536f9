"""What the warehouse says to a database, in the words of SQL Server: gathered while it works on SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mssql.pyodbc import MSDialect_pyodbc
from yhovi.engine.warehouse import upsert
from yhovi.engine.warehouse.dialects import DIALECTS
from yhovi.engine.warehouse.dialects.base import Dialect
from yhovi.engine.warehouse.warehouse import Warehouse

SPEAKER: Any = MSDialect_pyodbc(paramstyle="qmark")


def in_t_sql(clause: Any, columns: Sequence[str] = ()) -> str:
    """A statement as it is sent to SQL Server; ``columns`` are those that an INSERT or UPDATE is given values of."""
    compiled = clause.compile(
        dialect=SPEAKER, column_keys=list(columns) or None, compile_kwargs={"render_postcompile": True}
    )
    return str(compiled)


class _Merging:
    """SQLite, that also says how SQL Server would merge."""

    def __init__(self, said: dict[str, None]) -> None:
        self._said = said

    def __getattr__(self, name: str) -> Any:
        return getattr(DIALECTS["sqlite"], name)

    def upsert(self, table: sa.Table, query: Any, key: Sequence[str], keep: Sequence[str]) -> Any:
        self._said[in_t_sql(DIALECTS["mssql"].upsert(table, query, key, keep))] = None
        return DIALECTS["sqlite"].upsert(table, query, key, keep)


@contextmanager
def overheard(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, None]]:
    """Every statement of the warehouse while the block lasts, each once, in order."""
    said: dict[str, None] = {}
    dialects: Mapping[str, Dialect] = {**DIALECTS, "sqlite": _Merging(said)}  # type: ignore[dict-item]
    monkeypatch.setattr(upsert, "DIALECTS", dialects)
    monkeypatch.setattr(upsert, "_statement", upsert._statement.__wrapped__)  # what was built before, nobody hears

    def hear(_: Any, clause: Any, many: Any, one: Any, options: Any) -> None:
        values = many[0] if many else one
        if not isinstance(clause, sa.Insert) or clause.dialect_kwargs is None or not _is_upsert(clause):
            said[in_t_sql(clause, tuple(values))] = None

    engine = warehouse._database._engine
    sa.event.listen(engine, "before_execute", hear)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_execute", hear)


def _is_upsert(clause: Any) -> bool:
    return getattr(clause, "_post_values_clause", None) is not None
