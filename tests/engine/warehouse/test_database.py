"""Opening a database, and what it says when it can't be used."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from yhovi.engine.errors import StorageError, UsageError, YhoviError
from yhovi.engine.warehouse import versions
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.warehouse import Warehouse

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def refusal(url: str, kind: type[YhoviError] = StorageError, *, create: bool = True) -> str:
    with pytest.raises(kind) as raised:
        Warehouse.open(url, demo=False, now=NOW, create=create)
    return str(raised.value)


def test_a_new_database_knows_who_made_it_and_when(path) -> None:
    Warehouse.open(f"sqlite:///{path}", demo=True, now=NOW).close()
    Warehouse.open(f"sqlite:///{path}", demo=False, now=datetime(2025, 1, 1, tzinfo=UTC)).close()
    with closing(sqlite3.connect(path)) as connection:
        said = dict(connection.execute("SELECT name, value FROM installation"))
    assert said == {"made_by": "demo", "created_at": "2024-01-01T00:00:00+00:00"}


def test_a_file_without_anything_in_it_becomes_a_database(path) -> None:
    path.touch()
    with Warehouse.open(f"sqlite:///{path}", demo=False, now=NOW) as warehouse:
        assert (warehouse.status(), warehouse.where, warehouse.is_demo) == ([], str(path), False)


def test_loading_waits_in_the_write_ahead_log(warehouse, path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_database_whose_journal_can_not_be_switched_is_used_as_it_is(path, opened, row, load) -> None:
    """While another program reads it, a database with another journal keeps that one, and nobody waits for it."""
    opened(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM run").fetchone()
        started = time.perf_counter()
        with Warehouse.open(f"sqlite:///{path}?timeout=60", demo=False, now=NOW) as warehouse:
            assert warehouse.status() == []
        assert time.perf_counter() - started < 30


def test_alembic_is_imported_for_an_older_database_alone(warehouse, path, tmp_path) -> None:
    """From any folder: the migrations come with the package."""
    from alembic import command

    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    old.upgrade(demo=False, now=NOW)
    old.write(lambda connection: command.downgrade(versions._config(connection=connection), versions.VERSIONS[0]))
    old.close()
    script = (
        "import sys; from datetime import UTC, datetime; from yhovi.engine.warehouse.warehouse import Warehouse\n"
        "Warehouse.open(sys.argv[1], demo=False, now=datetime(2024, 1, 1, tzinfo=UTC)).close()\n"
        "print('alembic' in sys.modules)"
    )

    def run(name: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", script, f"sqlite:///{name}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip(), done.stderr

    assert [run(str(path)), run("new.db"), run("old.db")] == [("False", ""), ("False", ""), ("True", "")]
    assert (tmp_path / "new.db").exists()


def test_no_database_and_none_may_be_made(path) -> None:
    said = f"There is no database at {path} yet. The first `yhovi run` makes it."
    assert refusal(f"sqlite:///{path}", create=False) == said
    assert not path.exists()
    path.touch()
    assert refusal(f"sqlite:///{path}", create=False) == said


def test_a_folder_that_is_not_there(tmp_path) -> None:
    assert refusal(f"sqlite:///{tmp_path / 'data' / 'yhovi.db'}") == (
        f"The folder {tmp_path / 'data'} for the database yhovi.db does not exist. Make the folder, or name another one"
        " in the settings or with --database-url."
    )


def test_a_folder_instead_of_a_file(tmp_path) -> None:
    assert refusal(f"sqlite:///{tmp_path}") == (
        f"The database {tmp_path} can't be opened. Check that it is a file, and that this account may read and write it"
        " and its folder."
    )


def test_a_file_that_is_no_database(path) -> None:
    path.write_bytes(b"indicator_id,value\n" * 100)
    assert refusal(f"sqlite:///{path}") == (
        f"The file {path} is not a SQLite database. Name another file in the settings or with --database-url."
    )


def test_a_database_of_something_else(path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (id INTEGER)")
    assert refusal(f"sqlite:///{path}") == (
        f"The database {path} holds other tables, and none of yhovi's. Name another file in the settings or with"
        " --database-url."
    )


def test_a_database_of_another_alembic_user(path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('abc')")
    assert refusal(f"sqlite:///{path}") == (
        f"The database {path} holds other tables, and none of yhovi's. Name another file in the settings or with"
        " --database-url."
    )


def test_a_newer_database(warehouse, path) -> None:
    warehouse.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    assert refusal(f"sqlite:///{path}") == (
        f"The database {path} has version 0099, made by a newer yhovi; this one knows {versions.HEAD}. Update yhovi, or"
        " use another database."
    )


def test_a_damaged_database(warehouse, path, row, load) -> None:
    warehouse.load(load(), [row("A", year, 1.0) for year in range(1000, 2000)])
    warehouse.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    assert refusal(f"sqlite:///{path}") == (
        f"The database {path} is damaged. Restore it from a backup, or move it away and fill a new one with `yhovi run"
        " --replay`."
    )


def test_a_read_only_database(warehouse, path, row, load) -> None:
    """Reading works; a sentence where something has to be written."""
    warehouse.load(load(), [row("A", 2020, 1.0)])
    warehouse.close()
    url = f"sqlite:///file:{path.as_posix()}?mode=ro&uri=true"
    with Warehouse.open(url, demo=False, now=NOW) as opened:
        assert len(opened.mart()) == 1
        with pytest.raises(StorageError) as raised:
            opened.load(load(), [row("A", 2020, 2.0)])
    assert str(raised.value) == (
        f"The database file:{path.as_posix()} is read-only for this account. Allow this account to write the file and"
        " its folder, and run the command again."
    )


def test_a_locked_database(warehouse, path, row, load) -> None:
    """Reading goes on; writing waits as long as the URL says, and then says so."""
    warehouse.load(load(), [row("A", 2020, 1.0)])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Warehouse.open(f"sqlite:///{path}?timeout=0.1", demo=False, now=NOW) as opened:
            assert len(opened.mart()) == 1
            with pytest.raises(StorageError) as raised:
                opened.load(load(), [row("A", 2020, 2.0)])
    assert str(raised.value) == (
        f"The database {path} is locked by another program, also after 0.1 seconds of waiting. Wait for the other run"
        " to end, or close what has the file open, and run the command again."
    )


def test_a_full_disk(warehouse, path, row, load) -> None:
    """What was there before is still there, and it works again once there is room."""
    warehouse.load(load(), [row("A", 2020, 1.0)])
    before = warehouse.history("S-1")

    @sa.event.listens_for(warehouse._database._engine, "begin")
    def grow_no_further(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    rows = [row("A", year, 1.0) for year in range(1000, 2021)]
    with pytest.raises(StorageError) as raised:
        warehouse.load(load(), rows)
    assert str(raised.value) == (
        f"The database {path} can't grow: the disk is full. Nothing of this step was kept. Make room on the disk and"
        " run the command again."
    )
    assert warehouse.history("S-1") == before
    warehouse.close()
    with Warehouse.open(f"sqlite:///{path}", demo=False, now=NOW) as opened:
        assert opened.load(load(), rows).new == 1020


class DiskError(sqlite3.OperationalError):
    """As a failing disk or network drive raises it."""

    sqlite_errorname = "SQLITE_IOERR_WRITE"


def test_a_failing_disk(warehouse, path) -> None:
    @sa.event.listens_for(warehouse._database._engine, "begin")
    def fail(connection: sa.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", None, DiskError("disk I/O error"))

    with pytest.raises(StorageError) as raised:
        warehouse.status()
    assert str(raised.value) == (
        f"The disk under the database {path} doesn't work as it should: disk I/O error. Check the disk or the network"
        " drive, and run the command again."
    )


def test_what_only_a_bug_can_cause_is_left_as_it_is(warehouse, row, load) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY constraint failed"):
        warehouse.load(load(run_id="a run that never began"), [row("A", 2020, 1.0)])


def test_whoever_was_quicker_made_the_database(warehouse) -> None:
    """Of two processes that find no tables, the second finds them made, and marked, once it may write."""
    warehouse._database.upgrade(demo=True, now=NOW)
    assert not warehouse.is_demo


CURE = (
    "Write sqlite:/// and the path of a file, or the address of a server: postgresql://user@host/database or"
    " mssql://user@host/database."
)
URLS = [
    ("my database", f"The database URL is not one. {CURE}"),
    (
        "mysql+pymysql://user:secret@host/db",
        f"The database URL begins with mysql+pymysql, which yhovi doesn't speak to. {CURE}",
    ),
    (
        "sqlite+aiosqlite:///x.db",
        "The database URL begins with sqlite+aiosqlite. Write sqlite:/// and a path.",
    ),
    (
        "postgresql+asyncpg://user:secret@host/db",
        "The database URL begins with postgresql+asyncpg. Write postgresql://user@host/name.",
    ),
    (
        "mssql+pymssql://user:secret@host/db",
        "The database URL begins with mssql+pymssql. Write mssql://user@host/database.",
    ),
    (
        "sqlite:///x.db?timeout=soon",
        "The timeout in the database URL is not a number of seconds. Write ?timeout=60.",
    ),
]


@pytest.mark.parametrize(("url", "said"), URLS, ids=[url for url, _ in URLS])
def test_a_url_that_can_not_be_used(url, said) -> None:
    assert refusal(url, UsageError) == said


@pytest.mark.parametrize(("kind", "code"), [(StorageError, 5), (UsageError, 2)])
def test_exit_codes(kind, code) -> None:
    assert kind.exit_code == code


def test_paths_with_percent_signs(tmp_path: Path) -> None:
    place = tmp_path / "100% new" / "yhovi.db"
    place.parent.mkdir()
    with Warehouse.open(f"sqlite:///{place}", demo=False, now=NOW) as warehouse:
        assert (warehouse.status(), place.exists()) == ([], True)
