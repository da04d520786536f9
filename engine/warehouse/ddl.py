"""The whole database as a script, for whoever looks after a server to read and to run; no driver is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.mssql.pyodbc import MSDialect_pyodbc
from sqlalchemy.schema import CreateIndex, CreateTable

from . import roles, versions, views
from .tables import METADATA, SCHEMAS, flat_metadata, installation
from .views.statements import without_schemas

OFFLINE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "sqlite": MappingProxyType({}),
        "postgresql": MappingProxyType({"paramstyle": "named"}),  # the drivers' own style doubles every %
        "mssql": MappingProxyType({"paramstyle": "named", "deprecate_large_types": True}),  # NVARCHAR(MAX), not NTEXT
    }
)
"""For each kind of database, how SQLAlchemy is to write for it where there is no server to ask."""

_SQL_SERVER_2019 = (15, 0, 2000)
_MADE_BY_PEOPLE = "script"

_HEADER = """\
-- The database of yhovi, version {version}, for {title}.
-- Made by `yhovi db ddl --dialect {name}`. Run it once, in an empty database.
"""
_TITLES: Mapping[str, str] = MappingProxyType(
    {"sqlite": "SQLite", "postgresql": "Postgres 14 or newer", "mssql": "SQL Server 2019 or newer"}
)
_MSSQL_FIRST = (
    "-- With sqlcmd: sqlcmd -b -i FILE, so that it stops at the first error.",
    "SET XACT_ABORT ON;",
    "SET ANSI_NULLS ON;",
    "SET QUOTED_IDENTIFIER ON;",
)


def dialect_named(name: str) -> sa.Dialect:
    """SQLAlchemy's dialect of a kind of database, less its driver."""
    kinds: Mapping[str, Any] = MappingProxyType(
        {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect, "mssql": MSDialect_pyodbc}
    )
    dialect: sa.Dialect = kinds[name](**OFFLINE[name])
    return without_schemas(dialect) if name == "sqlite" else as_of_today(dialect)


def as_of_today(dialect: sa.Dialect) -> sa.Dialect:
    """The dialect, told how new the server is: of SQL Server it thinks else that it has no days yet."""
    if dialect.name == "mssql":
        dialect.server_version_info = _SQL_SERVER_2019
    return dialect


def script(name: str) -> str:
    """Schemas, tables, indexes, views and the version, for a database that is empty."""
    header = _HEADER.format(version=versions.HEAD, title=_TITLES[name], name=name)
    return header + _script(name, [*statements(name), _mark(name)])


@cache
def statements(name: str) -> tuple[str, ...]:
    """What makes the schemas, tables, indexes and views in an empty database, and writes down their version."""
    return (*_schemas(name), *_tables(name), *_views(name), *_stamp(name))


def script_of_roles(name: str) -> str:
    """The roles and their rights, for a server's database that has its tables."""
    header = (
        f"-- The roles of yhovi on {_TITLES[name]}, for version {versions.HEAD} of its database.\n"
        f"-- Made by `yhovi db ddl --dialect {name} --roles`. It may be run again: after an upgrade, for instance.\n"
    )
    return header + _script(name, [*roles.make(name), *roles.grant(name)])


def script_of_upgrade(name: str, since: str | None) -> str:
    """What brings a database from a version (none: it is empty) to this one."""
    title = f"-- From version {since or 'none'} to {versions.HEAD} of the database of yhovi, for {_TITLES[name]}.\n"
    return title + _first(name) + _batches(name, [] if since else _schemas(name)) + versions.statements(name, since)


def _schemas(name: str) -> list[str]:
    match name:
        case "postgresql":
            return [f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in SCHEMAS]
        case "mssql":
            return [f"IF SCHEMA_ID(N'{schema}') IS NULL EXEC(N'CREATE SCHEMA [{schema}]')" for schema in SCHEMAS]
        case _:
            return []


def _tables(name: str) -> Iterator[str]:
    dialect = dialect_named(name)
    for table in (flat_metadata() if name == "sqlite" else METADATA).sorted_tables:
        yield _said(CreateTable(table), dialect)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield _said(CreateIndex(index), dialect)


def _views(name: str) -> Iterator[str]:
    dialect = dialect_named(name)
    for view in views.VIEWS:
        yield _said(views.CreateView(view), dialect)


def _stamp(name: str) -> list[str]:
    """The version, as Alembic writes it down."""
    dialect = dialect_named(name)
    stamp = sa.Table(
        versions.TABLE,
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name=f"{versions.TABLE}_pkc"),
        schema=versions.schema_of(name),
    )
    version = sa.insert(stamp).values(version_num=versions.HEAD)
    return [_said(CreateTable(stamp), dialect), _said(version, dialect, literal_binds=True)]


def _mark(name: str) -> str:
    """That the database wasn't made by a demonstration."""
    mark = sa.insert(installation).values(name="made_by", value=_MADE_BY_PEOPLE)
    return _said(mark, dialect_named(name), literal_binds=True)


def _said(element: Any, dialect: sa.Dialect, **options: bool) -> str:
    text = str(element.compile(dialect=dialect, compile_kwargs=options)).strip()
    return "\n".join(line.replace("\t", "    ").rstrip() for line in text.splitlines())


def _script(name: str, statements: list[str]) -> str:
    """The statements as a script, in one transaction where that can be had."""
    body = _first(name) + _batches(name, statements)
    # Views and schemas of SQL Server have to be alone in their batch, so that there is no one transaction for all.
    return body if name == "mssql" else f"\nBEGIN;\n{body}\nCOMMIT;\n"


def _first(name: str) -> str:
    """What a session has to be set to, where that depends on the program that it is of."""
    return "\n".join(_MSSQL_FIRST) + "\nGO\n" if name == "mssql" else ""


def _batches(name: str, statements: list[str]) -> str:
    end = ";\nGO\n" if name == "mssql" else ";\n"
    return "".join(f"\n{statement}{end}" for statement in statements)
