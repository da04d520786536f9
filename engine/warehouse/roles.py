"""The roles on a server, and what each may do.

The owner changes tables, the loader fills them, the reader (a dashboard) sees the mart and nothing else. What was
appended to the history can be changed by no role but the owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import versions, views
from .tables import METADATA, SCHEMAS

OWNER = "yhovi_owner"
LOADER = "yhovi_loader"
READER = "yhovi_reader"
ROLES = (OWNER, LOADER, READER)

_APPEND = ("SELECT", "INSERT")
_CHANGE = ("SELECT", "INSERT", "UPDATE")
_REPLACE = ("SELECT", "INSERT", "DELETE")
_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")

RIGHTS_OF_LOADER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "meta.installation": ("SELECT",),
        f"meta.{versions.TABLE}": ("SELECT",),
        "meta.run": _CHANGE,
        "meta.load": _CHANGE,
        "meta.load_input": _APPEND,
        "meta.hold": _CHANGE,
        "meta.ingestion_log": _APPEND,
        "meta.validation_log": _APPEND,
        "meta.dataset_metadata": _CHANGE,
        "meta.dataset_version": _CHANGE,
        "meta.rejected_observation": _APPEND,
        "meta.etl_audit": _APPEND,
        "core.indicator": _CHANGE,
        "core.area": _CHANGE,
        "core.area_change": _REPLACE,
        "core.geo_lookup": _REPLACE,
        "core.observation": _APPEND,
        "core.observation_current": _ALL,
        "stage.incoming": _ALL,
        "stage.incoming_scope": _ALL,
        "mart.indicators": _ALL,
        "mart.dim_date": _APPEND,
    }
)
"""What the loading account may do with each table: no more than a load does."""


def make(dialect: str) -> list[str]:
    """The statements that make the roles where they aren't there, and give the owner what it needs."""
    return [*_postgres_makes()] if dialect == "postgresql" else [*_sql_server_makes()]


def grant(dialect: str) -> list[str]:
    """The statements that grant the loader and the reader their rights; they may be run again."""
    return [*_grants(dialect, LOADER), *_grants(dialect, READER)]


def renew(connection: Connection) -> None:
    """Grant the rights again to those roles that are there: what was made anew has none."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        return
    for role in (LOADER, READER):
        if connection.scalar(_is_there(dialect, role)):
            for statement in _grants(dialect, role):
                connection.exec_driver_sql(statement)


def _is_there(dialect: str, role: str) -> sa.Select[Any]:
    catalogue = sa.table("pg_roles", sa.column("rolname")).c.rolname
    if dialect == "mssql":
        catalogue = sa.table("database_principals", sa.column("name"), schema="sys").c.name
    return sa.select(sa.func.count()).where(catalogue == role)


def _grants(dialect: str, role: str) -> Iterator[str]:
    on_schema = "ON SCHEMA::[{}]" if dialect == "mssql" else "ON SCHEMA {}"
    if role == READER:
        if dialect == "mssql":
            yield f"GRANT SELECT {on_schema.format('mart')} TO {role}"
            return
        yield f"GRANT USAGE ON SCHEMA mart TO {role}"
        yield f"GRANT SELECT ON ALL TABLES IN SCHEMA mart TO {role}"
        return
    if dialect == "postgresql":
        yield f"GRANT USAGE ON SCHEMA {', '.join(SCHEMAS)} TO {role}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {', '.join(SCHEMAS)} TO {role}"
    for table, rights in RIGHTS_OF_LOADER.items():
        yield f"GRANT {', '.join(rights)} ON {_quoted(dialect, table)} TO {role}"
    for view in views.VIEWS:
        yield f"GRANT SELECT ON {_quoted(dialect, f'{view.schema}.{view.name}')} TO {role}"


def _quoted(dialect: str, name: str) -> str:
    return ".".join(f"[{part}]" for part in name.split(".")) if dialect == "mssql" else name


def _sql_server_makes() -> Iterator[str]:
    for role in ROLES:
        there = f"SELECT 1 FROM sys.database_principals WHERE name = N'{role}'"  # noqa: S608
        yield f"IF NOT EXISTS ({there}) CREATE ROLE [{role}]"
    for schema in SCHEMAS:
        yield f"GRANT CONTROL ON SCHEMA::[{schema}] TO {OWNER}"
    yield f"GRANT CREATE TABLE, CREATE VIEW TO {OWNER}"
    # An upgrade grants rights again to the roles that it sees there, and nobody sees a role who wasn't allowed to.
    for role in (LOADER, READER):
        yield f"GRANT VIEW DEFINITION ON ROLE::[{role}] TO {OWNER}"


def _postgres_makes() -> Iterator[str]:
    for role in ROLES:
        there = f"SELECT FROM pg_catalog.pg_roles WHERE rolname = '{role}'"
        yield f"DO $$ BEGIN IF NOT EXISTS ({there}) THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
    # CREATE SCHEMA IF NOT EXISTS, with which an upgrade begins, asks for this right even where the schema is there.
    allowed = f"EXECUTE format('GRANT CREATE ON DATABASE %I TO {OWNER}', current_database())"
    yield f"DO $$ BEGIN {allowed}; END $$"
    for schema in SCHEMAS:
        yield f"ALTER SCHEMA {schema} OWNER TO {OWNER}"
    for table in sorted([*METADATA.tables, f"meta.{versions.TABLE}"]):
        yield f"ALTER TABLE {table} OWNER TO {OWNER}"
    for view in views.VIEWS:
        yield f"ALTER VIEW {view.schema}.{view.name} OWNER TO {OWNER}"
