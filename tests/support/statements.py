"""SQLAlchemy puts a statement into a database's words once for each engine; tests have thousands of engines alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_ALIKE = (SQLiteDialect_pysqlite, PGDialect_psycopg)
_MANY = 5_000


@contextmanager
def compiled_once() -> Iterator[None]:
    """Engines of SQLite and of Postgres take what was compiled for another one of theirs."""
    caches: defaultdict[type, LRUCache[Any, Any]] = defaultdict(lambda: LRUCache(_MANY))

    def cache(engine: Engine) -> Any:
        kind = type(engine.dialect)
        return caches[kind] if kind in _ALIKE else engine.__dict__["_own_cache"]

    def keep(engine: Engine, own: Any) -> None:
        engine.__dict__["_own_cache"] = own

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_compiled_cache", property(cache, keep), raising=False)
        for dialect in _ALIKE:
            # what is compiled is looked up by its dialect
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other), raising=False)
            patch.setattr(dialect, "__hash__", lambda one: hash(type(one)), raising=False)
        yield
