"""The whole demonstration on a server: the same numbers in the same tables as in a file, and no secret told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.tables import METADATA, run
from yhovi.engine.warehouse.versions import HEAD
from yhovi.engine.warehouse.views import VIEWS

from support.commands import Cli, Said
from support.databases import Postgres, served

pytestmark = pytest.mark.untraced

FEW = [f"--indicator={one}" for one in ("E-BE-06", "E-BE-11", "E-EJ-01", "E-S-05", "S-C-01", "S-CS-01", "S-W-01")]
PASSWORD = "s3cr:et@/%?&='"
SEEN = (
    "last_loaded_at",
    "id",
    "pipeline_run_id",
    "run_id",
    "load_id",
    "committed_at",
    "loaded_at",
    "observation_id",
    "valid_from",
    "valid_to",
)
"""What names a run or its moment, and differs from one database to the next."""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with served() as made:
        yield made


@pytest.fixture
def url(server: Postgres) -> str:
    """An empty database; the password in its URL is one that the server doesn't ask for."""
    address = make_url(server.empty())
    return address.set(password=PASSWORD).render_as_string(hide_password=False)


def content(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that dashboards may read, table by table and view by view, in a stable order."""
    database = Database(url)
    tables = [table for table in METADATA.sorted_tables if table.schema == "mart"]
    selected = {table.name: table for table in tables} | {view.name: view.table() for view in VIEWS}
    with database.reading() as connection:
        found = {name: rows(connection, one) for name, one in selected.items()}
    database.close()
    return found


def rows(connection: sa.Connection, table: sa.FromClause) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in SEEN]
    return sorted((tuple(map(plain, row)) for row in connection.execute(sa.select(*columns))), key=repr)


def plain(cell: Any) -> Any:
    """The cell, less the last digits of what databases work out by themselves."""
    return float(f"{round(cell, 9):.10g}") + 0.0 if isinstance(cell, float) else cell


def told(said: Said) -> str:
    for secret in (PASSWORD, quote(PASSWORD), quote(PASSWORD, safe=""), "s3cr"):
        assert secret not in said.out + said.err
    return said.err


@pytest.mark.parametrize(
    "chosen", [pytest.param(FEW, id="a few"), pytest.param(["--all"], id="all", marks=pytest.mark.nightly)]
)
def test_the_demonstration_is_the_same_as_in_a_file(cli: Cli, url: str, tmp_path: Path, chosen: list[str]) -> None:
    file = f"sqlite:///{(tmp_path / 'shown.db').as_posix()}"
    answers: list[Any] = []
    for place in (file, url):
        upgraded = cli("db", "upgrade", "--demo", "--database-url", place)
        assert upgraded.code == 0, upgraded.err
        first = cli("run", *chosen, "--demo", "--database-url", place, "--json")
        assert first.code == 0, told(first)
        again = cli("run", *chosen, "--demo", "--database-url", place, "--json")
        assert again.code == 0, told(again)
        status = cli("status", "--database-url", place, "--json")
        assert status.code == 0, told(status)
        answers.append(
            [said.json["outcomes"] for said in (first, again)] + [[{**row, "loaded_at": None} for row in status.json]],
        )
        told(upgraded)
    assert answers[0] == answers[1]
    one, other = content(file), content(url)
    assert {name: len(found) for name, found in one.items()} == {name: len(found) for name, found in other.items()}
    for name, found in one.items():
        assert found == other[name], name
    assert len(one["indicators"]) > 1000


def test_a_run_is_written_down_without_its_password(cli: Cli, url: str) -> None:
    cli("db", "upgrade", "--demo", "--database-url", url)
    told(cli("run", "E-BE-11", "--demo", f"--database-url={url}"))
    database = Database(url)
    with database.reading() as connection:
        (command,) = connection.scalars(sa.select(run.c.command))
    database.close()
    assert command.startswith("yhovi run E-BE-11 --demo --database-url=postgresql+psycopg://postgres:***@/test_")
    assert "s3cr" not in command


def test_a_run_needs_tables_and_says_who_makes_them(cli: Cli, url: str) -> None:
    said = cli("run", "E-BE-11", "--demo", "--database-url", url)
    assert said.code == 5
    assert told(said).endswith(
        "has no tables of yhovi's yet; a server is never changed by a run.\n"
        f"  Let the owner of the database run `yhovi db upgrade`, which brings it to {HEAD}.\n"
    )


def test_doctor_examines_the_server(cli: Cli, url: str) -> None:
    cli("db", "upgrade", "--demo", "--database-url", url)
    said = cli("doctor", "--database-url", url, "--json")
    told(said)
    assert said.code == 0
    found = [row["found"] for row in said.json if row["about"] == "database"]
    assert found[1:3] == [f"version {HEAD}, indicators loaded: 0", "this account may read and load"]
    assert found[-1] == "its clock and this machine's agree"
    assert {row["state"] for row in said.json if row["about"] == "database"} == {"ok"}


def test_doctor_says_at_once_that_a_server_is_not_there(cli: Cli) -> None:
    started = time.monotonic()
    said = cli("doctor", "--database-url", f"postgresql://ann:{quote(PASSWORD, safe='')}@127.0.0.1:1/yhovi", "--json")
    assert time.monotonic() - started < 20
    told(said)
    assert said.code == 5
    (line,) = [row for row in said.json if row["state"] == "failure"]
    assert line["about"] == "database"
    assert line["found"].startswith("The server of yhovi on 127.0.0.1:1 can't be reached: connection failed: ")
    assert line["cure"] == "Check the host and the port in the database URL, and that the server is running."


def test_doctor_warns_of_a_password_in_the_settings_file(cli: Cli, url: str, tmp_path: Path) -> None:
    (tmp_path / "yhovi.toml").write_text(f"database_url = '''{url}'''\n", encoding="utf-8")
    said = cli("doctor", "--json")
    told(said)
    (line,) = [row for row in said.json if row["state"] == "warning"]
    assert line == {
        "about": "database",
        "state": "warning",
        "found": "there is a password in the settings file",
        "cure": "Take it out, and put it into YHOVI_DATABASE_PASSWORD in the environment or in a file .env beside it.",
    }


def test_a_password_from_the_environment_is_the_one_that_is_used(
    cli: Cli, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that asks for none can't tell: what the driver is handed can."""
    used: list[str | None] = []
    address = make_url(url)._replace(password=None).render_as_string()
    monkeypatch.setenv("YHOVI_DATABASE_PASSWORD", PASSWORD)
    made = Database.__init__

    def note(self: Database, said: str, *rest: Any) -> None:
        used.append(make_url(said).password)
        made(self, said, *rest)

    monkeypatch.setattr(Database, "__init__", note)
    told(cli("db", "upgrade", "--demo", "--database-url", address))
    told(cli("status", "--database-url", address))
    assert used
    assert set(used) == {PASSWORD}
