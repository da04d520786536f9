"""The commands of ``yhovi db``."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from yhovi.engine.warehouse import ddl
from yhovi.engine.warehouse.versions import HEAD

from support.commands import Cli


def test_a_database_is_made_and_is_as_it_should_be(cli: Cli) -> None:
    said = cli("db", "upgrade")
    assert said.code == 0
    assert said.out.endswith(f"yhovi.db has version {HEAD}.\n")
    said = cli("db", "check")
    assert said.code == 0
    assert said.out.endswith(f"yhovi.db has version {HEAD} and is as it should be.\n")


def test_a_database_for_demonstrations(cli: Cli, tmp_path: Path) -> None:
    url = f"sqlite:///{(tmp_path / 'shown.db').as_posix()}"
    assert cli("db", "upgrade", "--demo", "--database-url", url).code == 0
    assert cli("run", "E-BE-11", "--demo", "--database-url", url).code == 0
    assert cli("db", "check", "--database-url", url).code == 0


def test_what_differs_is_told_with_exit_code_5(cli: Cli, tmp_path: Path) -> None:
    cli("db", "upgrade")
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as connection:
        connection.execute("DROP VIEW dim_period")
    said = cli("db", "check")
    assert said.code == 5
    assert said.out.splitlines()[1:] == [
        "The view dim_period is missing.",
        "Views are made anew by `yhovi db upgrade`; what else was changed has to be put right by hand.",
    ]
    assert cli("db", "check", "--json").json["differences"] == ["The view dim_period is missing."]
    cli("db", "upgrade")
    assert cli("db", "check").code == 0


def test_an_older_database_is_told(cli: Cli, tmp_path: Path) -> None:
    cli("db", "upgrade")
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    said = cli("db", "check")
    assert said.code == 5
    assert said.out.splitlines()[1:] == [
        f"Its version is 0001, this yhovi's is {HEAD}.",
        "`yhovi db upgrade` brings it to this version.",
    ]


def test_there_is_nothing_to_check_without_a_database(cli: Cli, tmp_path: Path) -> None:
    said = cli("db", "check")
    assert said.code == 5
    assert "There is no database at" in said.err
    assert not (tmp_path / "yhovi.db").exists()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mssql"])
def test_the_script_is_printed(cli: Cli, dialect: str) -> None:
    said = cli("db", "ddl", "--dialect", dialect)
    assert (said.code, said.out) == (0, ddl.script(dialect))


@pytest.mark.parametrize("dialect", ["postgresql", "mssql"])
def test_the_roles_are_printed(cli: Cli, dialect: str) -> None:
    assert cli("db", "ddl", "--dialect", dialect, "--roles").out == ddl.script_of_roles(dialect)


def test_the_statements_of_an_upgrade_are_printed(cli: Cli, tmp_path: Path) -> None:
    said = cli("db", "upgrade", "--sql", "--from", "0002", "--dialect", "mssql")
    assert (said.code, said.out) == (0, ddl.script_of_upgrade("mssql", "0002"))
    assert cli("db", "upgrade", "--sql").out == ddl.script_of_upgrade("sqlite", None)
    said = cli("db", "upgrade", "--sql", "--database-url", "postgresql://user@host/name")
    assert said.out == ddl.script_of_upgrade("postgresql", None)
    assert not (tmp_path / "yhovi.db").exists()


REFUSED = [
    (("ddl", "--dialect", "oracle"), "There is no dialect oracle. Write one of sqlite, postgresql, mssql."),
    (
        ("ddl", "--dialect", "sqlite", "--roles"),
        "SQLite has no roles. Who may read or write the file says the file system.",
    ),
    (("upgrade", "--dialect", "mssql"), "--dialect and --from go with --sql."),
    (("upgrade", "--sql", "--from", "9"), "There is no version 9. The versions are 0001, 0002, 0003."),
    (
        ("upgrade", "--sql", "--from", HEAD),
        f"Version {HEAD} is the newest. Name the version that the database has now.",
    ),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_what_makes_no_sense_is_refused(cli: Cli, arguments: tuple[str, ...], sentence: str) -> None:
    said = cli("db", *arguments)
    assert said.code == 2
    assert sentence in " ".join(said.err.split())
