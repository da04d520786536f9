"""Whether a database is as this version of yhovi expects it: its version, tables, indexes and views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import versions
from .database import Database
from .tables import METADATA, SCHEMAS, flat_metadata
from .views import VIEWS

_DOUBLE = 53


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: the database for people, its version (none where it is empty), and how it differs."""

    where: str
    version: str | None
    differences: tuple[str, ...]


def inspect(url: str) -> Inspection:
    """Compare a database with what this version expects.

    Raises:
        UsageError: The URL isn't one.
        SettingsError: The driver isn't installed.
        StorageError: The database can't be reached, holds something else or was made by a newer yhovi.
    """
    database = Database(url)
    try:
        database.require_place(create=False)
        version = database.version()
        if version is None:
            return Inspection(database.where, None, ("It has no tables of yhovi's yet.",))
        if version != versions.HEAD:
            return Inspection(database.where, version, (f"Its version is {version}, this yhovi's is {versions.HEAD}.",))
        with database.reading() as connection:
            return Inspection(database.where, version, tuple(differences(connection)))
    finally:
        database.close()


def differences(connection: Connection) -> Iterator[str]:
    """Each difference, in a sentence. Tables and indexes that were added by somebody else are none."""
    yield from _tables(connection)
    yield from _views(connection)


def _tables(connection: Connection) -> Iterator[str]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    flat = connection.dialect.name == "sqlite"
    options: dict[str, Any] = {"compare_type": is_other_type, "include_schemas": not flat}
    if not flat:
        options["include_name"] = _is_ours
    context = MigrationContext.configure(connection, opts=options)
    for change in compare_metadata(context, flat_metadata() if flat else METADATA):
        for one in change if isinstance(change, list) else [change]:
            yield from _sentence(one)


def is_other_type(_context: Any, _there: Any, _wanted: Any, there: Any, wanted: Any) -> bool | None:
    """Whether a column's type is another than it should be; None where Alembic is to say.

    SQL Server makes FLOAT(53) of DOUBLE PRECISION, which is the same.
    """
    same = isinstance(wanted, sa.Double) and isinstance(there, sa.FLOAT) and there.precision == _DOUBLE
    return False if same else None


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in SCHEMAS


def _sentence(change: tuple[Any, ...]) -> Iterator[str]:
    match change:
        case ("add_table", table):
            yield f"The table {table.name} is missing."
        case ("add_column", _, table, column):
            yield f"The column {column.name} of {table} is missing."
        case ("remove_column", _, table, column):
            yield f"The table {table} has a column {column.name} that isn't yhovi's."
        case ("add_index", index):
            yield f"The index {index.name} of {index.table.name} is missing."
        case ("add_constraint" | "add_fk", constraint):
            yield f"The constraint {constraint.name} of {constraint.table.name} is missing."
        case ("modify_type", _, table, column, _, was, wanted):
            yield f"The column {column} of {table} is {was!r}, not {wanted!r}."
        case ("modify_nullable", _, table, column, _, _, wanted):
            yield f"The column {column} of {table} should {'' if wanted else 'not '}allow missing values."
        case _:
            return


def _views(connection: Connection) -> Iterator[str]:
    inspector = sa.inspect(connection)
    flat = connection.dialect.name == "sqlite"
    for view in VIEWS:
        schema = None if flat else view.schema
        if view.name not in inspector.get_view_names(schema=schema):
            yield f"The view {view.name} is missing."
            continue
        there = [column["name"] for column in inspector.get_columns(view.name, schema=schema)]
        wanted = view.table().columns.keys()
        if there != wanted:
            yield f"The view {view.name} has other columns than it should: {_listed(set(there) ^ set(wanted))}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "their order differs"
