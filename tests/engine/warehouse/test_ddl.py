"""The scripts make what the migrations make, and are those that are checked in."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyodbc
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql
from yhovi.engine.warehouse import ddl, roles, versions
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.inspection import inspect, is_other_type
from yhovi.engine.warehouse.tables import METADATA
from yhovi.engine.warehouse.views import VIEWS
from yhovi.engine.warehouse.warehouse import Warehouse

from support.databases import KINDS, emptied, migrated, sql_server_url
from support.loads import NOW, make_load, make_row
from support.tsql import Parser

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).resolve().parents[3]


def run_script(url: str, text: str) -> None:
    database = Database(url)
    try:
        with database._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            match connection.dialect.name:
                case "sqlite":
                    driver.executescript(text)
                case "mssql":
                    for batch in filter(str.strip, text.split("\nGO\n")):
                        driver.execute(batch)
                case _:
                    driver.execute(text)
            driver.commit()
    finally:
        database.close()


def described(url: str) -> dict[str, Any]:
    """All there is to know of a database's tables and views."""
    database = Database(url)
    with database.reading() as connection:
        inspector = sa.inspect(connection)
        schemas = (None,) if connection.dialect.name == "sqlite" else ("meta", "core", "mart", "stage")
        found: dict[str, Any] = {}
        for schema in schemas:
            for table in inspector.get_table_names(schema=schema):
                found[table] = (
                    [(one["name"], str(one["type"]), one["nullable"]) for one in inspector.get_columns(table, schema)],
                    inspector.get_pk_constraint(table, schema)["constrained_columns"],
                    sorted((key["name"], key["referred_table"]) for key in inspector.get_foreign_keys(table, schema)),
                    sorted((one["name"], *one["column_names"]) for one in inspector.get_indexes(table, schema)),
                )
            for view in inspector.get_view_names(schema=schema):
                found[view] = (
                    [(one["name"], str(one["type"])) for one in inspector.get_columns(view, schema)],
                    inspector.get_view_definition(view, schema),
                )
    database.close()
    return found


def empty(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    if kind == "mssql":
        return emptied(sql_server_url())
    return str(request.getfixturevalue("postgres").empty())


def upgraded(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'upgraded.db'}"
        migrated(url)
        return url
    if kind == "mssql":
        url = emptied(sql_server_url())
        Warehouse.upgrade(url, demo=False, now=NOW)
        return url
    return str(request.getfixturevalue("postgres").warehouse())


SCRIPTS = {"whole": ddl.script, "upgrade": lambda name: ddl.script_of_upgrade(name, None)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("made", SCRIPTS)
def test_a_script_makes_what_an_upgrade_makes(made, kind, tmp_path, request) -> None:
    wanted = described(upgraded(kind, tmp_path, request))
    url = empty(kind, tmp_path, request)
    run_script(url, SCRIPTS[made](kind))
    assert described(url) == wanted
    found = inspect(url)
    assert (found.version, found.differences) == (versions.HEAD, ())
    with Warehouse.open(url, demo=False, now=NOW) as warehouse:
        assert warehouse.is_demo is False


def test_a_new_file_is_what_the_migrations_make(tmp_path) -> None:
    old, new = (f"sqlite:///{tmp_path / name}" for name in ("migrated.db", "new.db"))
    migrated(old)
    Warehouse.open(new, demo=False, now=NOW).close()
    assert described(new) == described(old)
    assert inspect(new).differences == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("since", versions.VERSIONS[:-1])
def test_an_upgrade_can_be_run_as_a_script(since, kind, tmp_path, request) -> None:
    from alembic import command

    url = upgraded(kind, tmp_path, request)
    database = Database(url)
    database.write(lambda connection: command.downgrade(versions._config(connection=connection), since))
    database.close()
    assert inspect(url).differences == (f"Its version is {since}, this yhovi's is {versions.HEAD}.",)
    run_script(url, ddl.script_of_upgrade(kind, since))
    assert inspect(url).differences == ()


def test_the_scripts_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_ddl", ROOT / "tools" / "make_ddl.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for file, text in module.rendered():
        assert file.read_text(encoding="utf-8") == text, "run: python tools/make_ddl.py"
        assert text.isascii(), "consoles differ in how they read the rest"


@pytest.mark.parametrize(
    "text",
    [
        ddl.script("mssql"),
        ddl.script_of_roles("mssql"),
        *(ddl.script_of_upgrade("mssql", since) for since in (None, *versions.VERSIONS[:-1])),
    ],
    ids=["tables", "roles", "upgrade", *(f"upgrade from {since}" for since in versions.VERSIONS[:-1])],
)
def test_the_script_for_sql_server_is_t_sql(text: str, tsql_parser: Parser) -> None:
    batches = [batch.strip() for batch in text.split("\nGO\n") if batch.strip()]
    assert len(batches) > 20
    tables = [batch for batch in ddl.script("mssql").split("\nGO\n") if "CREATE TABLE" in batch]
    assert {batch: found for batch in batches if (found := tsql_parser.lint(batch, tables))} == {}


def test_sql_server_is_told_of_types_that_old_versions_lack() -> None:
    text = ddl.script("mssql") + ddl.script_of_upgrade("mssql", None)
    assert "DATETIME " not in text
    assert "NTEXT" not in text
    assert "period_end DATE NOT NULL" in text
    assert "DATETIME2(3)" in text


# what is found to differ


def test_a_database_that_is_as_it_should_be(anywhere) -> None:
    url = anywhere._database._address.render_as_string(hide_password=False)
    assert inspect(url).differences == ()


CHANGES = [
    ("DROP VIEW {mart}fact_observation", "The view fact_observation is missing."),
    (
        "DROP INDEX {core}ix_observation_indicator_id",
        "The index ix_observation_indicator_id of observation is missing.",
    ),
    ("ALTER TABLE {core}area ADD COLUMN colour INTEGER", "The table area has a column colour that isn't yhovi's."),
    ("ALTER TABLE {meta}load DROP COLUMN release", None),
    ("DROP TABLE {meta}hold", "The table hold is missing."),
]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(("statement", "sentence"), [change for change in CHANGES if change[1]])
def test_what_differs_is_said(statement, sentence, kind, tmp_path, request) -> None:
    url = upgraded(kind, tmp_path, request)
    schemas = {name: "" if kind == "sqlite" else f"{name}." for name in ("meta", "core", "mart")}
    cascade = " CASCADE" if kind == "postgresql" and statement.startswith("DROP TABLE") else ""
    database = Database(url)
    if "hold" in statement:
        database.write(lambda connection: connection.exec_driver_sql(f"DROP VIEW {schemas['mart']}indicators_state"))
    database.write(lambda connection: connection.exec_driver_sql(statement.format(**schemas) + cascade))
    database.close()
    assert sentence in inspect(url).differences


def reflected(written: str) -> sa.types.TypeEngine[Any]:
    """What SQLAlchemy makes of what SQL Server's catalogue says of a column that was made with this type."""
    name, length, collation = re.fullmatch(r"([A-Z0-9 ]+?)(?:\((\w+)\))?(?: COLLATE (\w+))?", written).groups()
    match name:
        case "DOUBLE PRECISION":
            return mssql.FLOAT(precision=53)
        case "DATETIME2":
            return mssql.DATETIME2(precision=int(length))
        case "VARCHAR" | "NVARCHAR":
            size = None if length == "max" else int(length)
            return getattr(mssql, name)(size, collation=collation or "SQL_Latin1_General_CP1_CI_AS")
        case _:
            return getattr(mssql, name)()


COLUMNS = {f"{table.name}.{column.name}": column for table in METADATA.sorted_tables for column in table.columns}
WRITTEN = {name: column.type.compile(dialect=ddl.dialect_named("mssql")) for name, column in COLUMNS.items()}


def differs(there: sa.types.TypeEngine[Any], wanted: sa.Column[Any]) -> bool:
    """As Alembic asks, when it compares."""
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(dialect=ddl.dialect_named("mssql"))
    own = is_other_type(context, None, None, there, wanted.type)
    return bool(context.impl.compare_type(sa.Column(wanted.name, there), wanted) if own is None else own)


def test_what_sql_server_makes_of_our_types_is_no_difference() -> None:
    """It calls some by other names than those by which they were asked for."""
    found = [f"{name} {WRITTEN[name]}" for name, column in COLUMNS.items() if differs(reflected(WRITTEN[name]), column)]
    assert found == []
    assert len(set(WRITTEN.values())) > 10


@pytest.mark.parametrize(
    ("there", "name"),
    [
        (mssql.REAL(), "observation.value"),
        (mssql.FLOAT(precision=24), "observation.value"),
        (mssql.NVARCHAR(255), "observation.value"),
        (mssql.VARCHAR(8), "observation.area_code"),
        (mssql.INTEGER(), "observation.observation_id"),
    ],
)
def test_another_type_on_sql_server_is_a_difference(there: sa.types.TypeEngine[Any], name: str) -> None:
    assert differs(there, COLUMNS[name])


def test_what_others_added_is_no_difference(tmp_path) -> None:
    path = tmp_path / "yhovi.db"
    Warehouse.upgrade(f"sqlite:///{path}", demo=False, now=NOW)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE INDEX theirs ON indicators (lad_name)")
        connection.execute("CREATE TABLE theirs_too (a)")
    assert inspect(f"sqlite:///{path}").differences == ()


# roles


def test_every_table_has_rights() -> None:
    assert set(roles.RIGHTS_OF_LOADER) == {*METADATA.tables, "meta.alembic_version"}


def test_what_was_appended_is_changed_by_no_loader() -> None:
    assert roles.RIGHTS_OF_LOADER["core.observation"] == ("SELECT", "INSERT")


Member = Callable[[str], str]


@pytest.fixture(params=["postgresql", "mssql"])
def as_role(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Member]:
    """A server's database with roles, and what makes its URL for a member of one of them."""
    url = upgraded(request.param, tmp_path, request)
    run_script(url, ddl.script_of_roles(request.param))
    run_script(url, ddl.script_of_roles(request.param))
    with (members_on_sql_server if request.param == "mssql" else members_on_postgres)(url) as member:
        yield member


@contextmanager
def members_on_postgres(url: str) -> Iterator[Member]:
    address = sa.make_url(url)

    def member(role: str) -> str:
        name = f"{role}_of_{address.database}"
        run_script(url, f"CREATE ROLE {name} LOGIN; GRANT {role} TO {name}; ALTER ROLE {name} SET role = '{role}'")
        return address.set(username=name).render_as_string(hide_password=False)

    yield member


@contextmanager
def members_on_sql_server(url: str) -> Iterator[Member]:
    """It has no accounts but those of the whole server, which not everybody may make."""
    address, password, made = sa.make_url(url), f"{uuid4()}-Aa1", []

    def member(role: str) -> str:
        name = f"{role}_of_a_test_{uuid4().hex}"
        try:
            run_script(url, f"CREATE LOGIN [{name}] WITH PASSWORD = '{password}'")
        except pyodbc.Error as error:
            pytest.skip(f"This account makes no logins: {error}")
        made.append(name)
        run_script(url, f"CREATE USER [{name}] FOR LOGIN [{name}]\nGO\nALTER ROLE [{role}] ADD MEMBER [{name}]")
        return address.set(username=name, password=password).render_as_string(hide_password=False)

    try:
        yield member
    finally:
        for name in made:
            run_script(url, f"DROP USER IF EXISTS [{name}]\nGO\nDROP LOGIN [{name}]")


def refused(url: str, statement: str, by_postgres: str) -> bool:
    """Whether a statement is refused for want of rights; Postgres' words are known, SQL Server's differ."""
    database = Database(url)
    try:
        with pytest.raises(sa.exc.DBAPIError) as raised, database._engine.begin() as connection:
            connection.exec_driver_sql(statement)
    finally:
        database.close()
    said = str(raised.value.orig).splitlines()[0]
    return "permission" in said if database.dialect.name == "mssql" else said == by_postgres


def test_a_loader_loads_and_makes_nothing(as_role) -> None:
    from yhovi.engine.warehouse.values import AreaChange, Event, RunEnd, RunStart

    url = as_role(roles.LOADER)
    with Warehouse.open(url, demo=False, now=NOW) as warehouse:
        warehouse.start_run(RunStart("run-1", NOW, "yhovi run", "live", "0.1.0"))
        warehouse.load(make_load(), [make_row("A", 2020, 1.0), make_row("A", 2021, 2.0)])
        warehouse.load(make_load(domain="economy"), [make_row("A", 2020, 3.0)])
        warehouse.record_event(Event(NOW, "run-1", "S-1", "failed", "It failed."))
        assert [row["value"] for row in warehouse.mart("S-1")] == [3.0, None]
        assert warehouse.status()[0].rows == 1
        warehouse.relabel(make_load(title="Another").card, "2023-04")
        warehouse.describe_geography([AreaChange("merge", NOW.date(), "A", "B")], [])
        warehouse.describe_geography([], [])
        undo = RunStart("run-2", NOW, "yhovi rollback", "live", "0.1.0")
        assert [one.load_id for one in warehouse.rollback(undo, "run-1")] == [2, 1]
        assert len(warehouse.release_hold("S-1", NOW)) == 2
        warehouse.finish_run(RunEnd("run-1", NOW, "ok", 0))
    for statement, sentence in {
        "CREATE TABLE core.mine (a INTEGER)": "permission denied for schema core",
        "DROP TABLE core.observation": "must be owner of table observation",
        "UPDATE core.observation SET value = 0": "permission denied for table observation",
        "DELETE FROM core.observation": "permission denied for table observation",
        "TRUNCATE TABLE meta.etl_audit": "permission denied for table etl_audit",
        "UPDATE meta.installation SET value = 'demo'": "permission denied for table installation",
    }.items():
        assert refused(url, statement, sentence), statement


def test_a_reader_sees_the_mart_and_nothing_else(as_role) -> None:
    url = as_role(roles.READER)
    database = Database(url)
    with database.reading() as connection:
        for view in VIEWS:
            if view.schema == "mart":
                assert connection.execute(sa.select(view.table())).all() == []
        assert connection.exec_driver_sql("SELECT * FROM mart.indicators").all() == []
    database.close()
    assert refused(url, "SELECT * FROM core.observation", "permission denied for schema core")
    assert refused(url, "SELECT * FROM meta.run", "permission denied for schema meta")
    assert refused(url, "DELETE FROM mart.indicators", "permission denied for table indicators")


def test_an_owner_upgrades_and_rights_outlast_it(as_role) -> None:
    """Views are made anew by each upgrade; those who read them still do."""
    reader, loader = as_role(roles.READER), as_role(roles.LOADER)
    Warehouse.upgrade(as_role(roles.OWNER), demo=False, now=NOW)
    for url in (reader, loader):
        database = Database(url)
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT * FROM mart.fact_observation").all() == []
        database.close()
    assert refused(reader, "DROP VIEW mart.fact_observation", "must be owner of view fact_observation")
