"""A view as a value, and the statements that make and drop it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler


@dataclass(frozen=True, slots=True)
class View:
    """A view: its name, what makes its query, and a sentence for people."""

    schema: str
    name: str
    about: str
    query: Callable[[], sa.Select[Any]]

    def table(self) -> sa.Table:
        """The view as something to select from."""
        columns = [sa.Column(column.name, column.type) for column in self.query().selected_columns if column.name]
        return sa.Table(self.name, sa.MetaData(), *columns, schema=self.schema)


class CreateView(ExecutableDDLElement):
    """CREATE VIEW."""

    def __init__(self, view: View) -> None:
        self.view = view


class DropView(ExecutableDDLElement):
    """DROP VIEW IF EXISTS."""

    def __init__(self, view: View) -> None:
        self.view = view


@compiles(CreateView)
def _create(element: CreateView, compiler: DDLCompiler, **_: Any) -> str:
    dialect = without_schemas(compiler.dialect) if _is_flat(compiler) else compiler.dialect
    query = element.view.query().compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    lines = "\n".join(line.rstrip() for line in str(query).splitlines())
    return f"CREATE VIEW {_named(element.view, compiler)} AS\n{lines}"


@compiles(DropView)
def _drop(element: DropView, compiler: DDLCompiler, **_: Any) -> str:
    return f"DROP VIEW IF EXISTS {_named(element.view, compiler)}"


def _named(view: View, compiler: DDLCompiler) -> str:
    quote = compiler.preparer.quote
    return quote(view.name) if _is_flat(compiler) else f"{quote(view.schema)}.{quote(view.name)}"


def without_schemas(dialect: sa.Dialect) -> sa.Dialect:
    """The dialect with one namespace; translating schemas asks a connection for it."""
    flat = copy(dialect)
    flat.identifier_preparer = copy(dialect.identifier_preparer)
    flat.identifier_preparer.schema_for_object = _no_schema  # type: ignore[assignment]
    return flat


def _no_schema(_: object) -> None:
    return None


def _is_flat(compiler: DDLCompiler) -> bool:
    return bool(compiler.dialect.name == "sqlite")
