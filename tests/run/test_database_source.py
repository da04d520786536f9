"""An indicator made from a council's own table, on SQLite and on Postgres: run, looked at, replayed and explained."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from yhovi.engine.databases import Databases

from support.commands import Cli, Said
from support.databases import served

pytestmark = pytest.mark.untraced

COUNCIL = Path(__file__).parents[1] / "council"
SPEC = COUNCIL / "COUNCIL-LETTINGS.yaml"
PASSWORD = "s3cr:et@/%?&='"
ACCOUNT = "lettings_reader"

DISTRICTS = [
    (code, year) for year in ("2020/21", "2021/22", "2022/23") for code in ("E08000032", "E08000034", "E08000035")
]
LETTINGS = [
    *[("E08000032", "2021/22", "social rent")] * 3,
    *[("E08000032", "2022/23", "social rent")] * 2,
    *[("E08000032", "2022/23", "market")] * 9,
    *[("E08000035", "2020/21", "social rent")] * 8,
    *[("E08000035", "2021/22", "affordable rent")] * 4,
    *[("E08000035", "2022/23", "social rent"), ("E08000035", "2022/23", "affordable rent")],
    *[("E08000034", "2022/23", "social rent")] * 6,
]
Figures = dict[tuple[str, str], float | str]


def by_hand(lettings: Sequence[tuple[str, str, str]] = LETTINGS) -> Figures:
    """What the table says, counted without a database."""
    found: Figures = {}
    for area, year in DISTRICTS:
        if year >= "2021/22":
            homes = [one for one in lettings if one[:2] == (area, year) and one[2] != "market"]
            found[area, f"{year[:4]}-04-01/P1Y"] = float(len(homes)) if homes else "not_available"
    return found


def loaded(folder: Path) -> Figures:
    with closing(sqlite3.connect(folder / "yhovi.db")) as connection:
        rows = connection.execute(
            "select area_code, time_period, coalesce(value, status_reason) from observation_current"
        ).fetchall()
    return {(area, period): said for area, period, said in rows}


def fill(connection: sa.Connection, sign: str) -> None:
    """Make the council's tables and put its rows there."""
    connection.exec_driver_sql("create table districts (lad_code char(9), financial_year varchar(7))")
    connection.exec_driver_sql("create table lettings (lad_code char(9), financial_year varchar(7), tenure text)")
    for row in DISTRICTS:
        connection.exec_driver_sql(f"insert into districts values ({sign}, {sign})", row)  # noqa: S608
    for row in LETTINGS:
        connection.exec_driver_sql(f"insert into lettings values ({sign}, {sign}, {sign})", row)  # noqa: S608


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a Postgres database, on whose server an account for reading has to say its password."""
    with served() as made:
        url = made.empty()
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            quoted = PASSWORD.replace("'", "''").replace("%", "%%")
            connection.exec_driver_sql(f"create role {ACCOUNT} login password '{quoted}'")
            rules = Path(str(connection.exec_driver_sql("show hba_file").scalar()))
            text = rules.read_text(encoding="utf-8")
            rules.write_text(f"local all {ACCOUNT} scram-sha-256\n{text}", encoding="utf-8")
            connection.exec_driver_sql("select pg_reload_conf()")
        yield url


class Council:
    """A council's database, its settings, and its account for reading."""

    def __init__(self, owner: str, reader: str, secrets: Sequence[str], folder: Path) -> None:
        self.owner, self.reader, self.secrets, self.folder = owner, reader, secrets, folder
        self.set_to(f"housing = {json.dumps(reader)}")

    def set_to(self, *lines: str) -> None:
        (self.folder / "yhovi.toml").write_text("\n".join(["[databases]", *lines, ""]), encoding="utf-8")

    def change(self, *statements: str) -> Any:
        """What the owner does, and what comes of the last of it."""
        engine = sa.create_engine(self.owner, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            results = [connection.exec_driver_sql(statement) for statement in statements]
            return results[-1].all() if results[-1].returns_rows else None

    def require_untold(self, *said: Said) -> None:
        """Nothing of the address is in what was said or written, except for the settings and the secrets' file."""
        kept = ("yhovi.toml", ".env", "housing.db")
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.name not in kept]
        assert files
        bodies = [gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes() for file in files]
        for secret in self.secrets:
            assert all(secret not in one.out + one.err for one in said), secret
            assert all(secret.encode() not in body for body in bodies), secret


@pytest.fixture(params=["sqlite", "postgresql"])
def council(request: pytest.FixtureRequest, cli: Cli, tmp_path: Path) -> Iterator[Council]:
    if request.param == "sqlite":
        owner = f"sqlite:///{(tmp_path / 'housing.db').as_posix()}"
        engine = sa.create_engine(owner, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            fill(connection, "?")
        yield Council(owner, "sqlite:///housing.db", ["sqlite:///housing.db", "housing.db"], tmp_path)
        return
    owner = request.getfixturevalue("server")
    address = make_url(owner)
    engine = sa.create_engine(owner, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "drop schema public cascade; create schema public; grant all on schema public to public"
        )
        fill(connection, "%s")
        connection.exec_driver_sql(f"grant select on districts, lettings to {ACCOUNT}")
    reader = address._replace(username=ACCOUNT, password=None).render_as_string()
    (tmp_path / ".env").write_text(f'YHOVI_DATABASE_PASSWORD_HOUSING="{PASSWORD}"\n', encoding="utf-8")
    secrets = [PASSWORD, quote(PASSWORD, safe=""), "s3cr", ACCOUNT, str(address.database), reader]
    yield Council(owner, reader, secrets, tmp_path)


on_postgres = pytest.mark.parametrize("council", ["postgresql"], indirect=True)


def run(cli: Cli, *options: str) -> Said:
    return cli("run", "--all", "--catalogue", COUNCIL, "--json", *options)


def outcome(said: Said) -> dict[str, Any]:
    (one,) = said.json["outcomes"]
    return dict(one)


# What a table becomes ------------------------------------------------------------------------------------------------


def test_a_table_becomes_an_indicator(cli: Cli, council: Council, tmp_path: Path) -> None:
    said = run(cli)
    assert said.code == 0, said.err
    assert loaded(tmp_path) == by_hand()
    assert list(by_hand().values()).count("not_available") == 1
    assert [outcome(said)[name] for name in ("status", "new", "source")] == ["loaded", 6, "the first answer"]
    assert '"level": "INFO", "logger": "yhovi.databases", "message": "SELECT database:housing: 6 rows, ' in said.err
    council.require_untold(said)


def test_what_is_unchanged_changes_nothing(cli: Cli, council: Council, tmp_path: Path) -> None:
    """Not even a file of the archive, though the rows lie in another order now."""
    run(cli)
    archived = sorted(tmp_path.rglob("*.gz"))
    council.change(
        "create table moved as select * from districts order by lad_code desc",
        "drop table districts",
        "alter table moved rename to districts",
        *([] if council.owner.startswith("sqlite") else [f"grant select on districts to {ACCOUNT}"]),
    )
    said = run(cli)
    assert (said.code, outcome(said)["unchanged"], outcome(said)["source"]) == (0, 6, "the same bytes as before")
    assert sorted(tmp_path.rglob("*.gz")) == archived


def test_a_row_that_is_new_is_a_revision(cli: Cli, council: Council, tmp_path: Path) -> None:
    run(cli)
    council.change("insert into lettings values ('E08000034', '2022/23', 'social rent')")
    said = run(cli)
    assert (said.code, outcome(said)["changed"], outcome(said)["source"]) == (0, 1, "other rows than before")
    assert loaded(tmp_path) == by_hand([*LETTINGS, ("E08000034", "2022/23", "social rent")])


def test_a_replay_asks_nobody(cli: Cli, council: Council, tmp_path: Path) -> None:
    run(cli)
    council.change("drop table lettings")
    (tmp_path / "yhovi.db").unlink()
    said = run(cli, "--replay")
    assert said.code == 0, said.err
    assert loaded(tmp_path) == by_hand()


def test_a_replay_of_nothing_is_refused(cli: Cli, council: Council) -> None:
    said = run(cli, "--replay")
    assert (said.code, outcome(said)["error"]) == (
        3,
        (
            "The archive holds no answer to database:housing. "
            "Run without --replay first: that asks the source and keeps what it answers."
        ),
    )


def test_a_preview_shows_the_rows(cli: Cli, council: Council) -> None:
    said = cli("preview", SPEC, "--catalogue", COUNCIL, "--json")
    assert said.code == 0, said.err
    assert (said.json["asked"]["request"], said.json["asked"]["rows"]) == ("SELECT database:housing", 6)
    assert said.json["steps"][0]["first"][0] == {
        "row": "2",
        "lad_code": "E08000032",
        "financial_year": "2021/22",
        "lettings": "3",
    }
    council.require_untold(said)


def test_a_plan_tells_the_query_and_no_address(cli: Cli, council: Council) -> None:
    run(cli)
    said = cli("plan", "COUNCIL-LETTINGS", "--catalogue", COUNCIL, "--json")
    exchange = said.json[0]["exchange"]
    assert (exchange["connector"], exchange["first_request"]) == ("database", "SELECT database:housing")
    assert exchange["then"][0].startswith("the query: -- districts without a return")
    assert exchange["then"][1:] == [
        ':since is "2021/22"',
        ':tenures is ["social rent", "affordable rent"]',
        "one answer, as a table in CSV; nothing is written to the database",
    ]
    council.require_untold(said)


def test_a_number_is_explained_to_the_cell(cli: Cli, council: Council) -> None:
    """What is loaded can be followed to the archived table, also once the database has gone on."""
    run(cli)
    council.change("drop table lettings")
    said = cli("explain", "COUNCIL-LETTINGS", "Leeds", "2023-03", "--catalogue", COUNCIL, "--json")
    assert said.code == 0, said.err
    made = said.json["making"]
    assert [cell["address"] for cell in made["value_cells"]] == ["record 7 field 3 `lettings`"]
    assert [file["address"] for file in made["files"]] == ["database:housing"]
    council.require_untold(said, cli("explain", "COUNCIL-LETTINGS", "Leeds", "2023-03", "--catalogue", COUNCIL))


def test_doctor_opens_the_databases(cli: Cli, council: Council) -> None:
    said = cli("doctor", "--catalogue", COUNCIL, "--json")
    (line,) = [row for row in said.json if row["about"] == "database housing"]
    found = "it can be opened; specs may ask it for at most 1,000,000 rows in 60 seconds"
    assert (said.code, line["state"], line["found"]) == (0, "ok", found)
    run(cli)
    council.require_untold(said)


def test_equal_questions_of_a_run_are_put_once(
    cli: Cli, council: Council, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    send = Databases.send
    monkeypatch.setattr(
        Databases,
        "send",
        lambda self, request: asked.append(request.address) or send(self, request),  # type: ignore[func-returns-value]
    )
    catalogue = tmp_path / "specs"
    catalogue.mkdir()
    text = SPEC.read_text(encoding="utf-8")
    for name in ("COUNCIL-LETTINGS", "COUNCIL-HOMES"):
        (catalogue / f"{name}.yaml").write_text(text.replace("id: COUNCIL-LETTINGS", f"id: {name}"), encoding="utf-8")
    said = cli("run", "--all", "--catalogue", catalogue, "--json")
    assert ([one["status"] for one in said.json["outcomes"]], asked) == (["loaded", "loaded"], ["database:housing"])


# What goes wrong -----------------------------------------------------------------------------------------------------

Break = Callable[[Council], None]


def edited(folder: Path, *edits: tuple[str, str]) -> Path:
    """A catalogue with the council's spec after some edits."""
    catalogue = folder / "specs"
    catalogue.mkdir(exist_ok=True)
    text = SPEC.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (catalogue / SPEC.name).write_text(text, encoding="utf-8")
    return catalogue


def last_lines(said: Said) -> str:
    """The error at the end, on one line."""
    return " ".join(line.strip() for line in said.err[said.err.index("error: ") :].splitlines())


def test_a_table_that_is_gone_fails_with_its_name(cli: Cli, council: Council, tmp_path: Path) -> None:
    """What was loaded before stays."""
    run(cli)
    council.change("drop table lettings")
    said = cli("run", "--all", "--catalogue", COUNCIL)
    table = "no such table: lettings" if council.owner.startswith("sqlite") else 'relation "lettings" does not exist'
    assert (said.code, last_lines(said)) == (
        3,
        (
            f"error: COUNCIL-LETTINGS: The database housing refused the query: {table}. "
            "Try the query in a program of the database's own, then correct it in the spec."
        ),
    )
    assert loaded(tmp_path) == by_hand()
    council.require_untold(said)


def test_a_column_that_the_spec_declares_must_come(cli: Cli, council: Council, tmp_path: Path) -> None:
    catalogue = edited(tmp_path, ("d.financial_year, r.lettings", "d.financial_year, r.lettings as homes"))
    said = cli("run", "--all", "--catalogue", catalogue)
    assert (said.code, last_lines(said)) == (
        3,
        (
            "error: COUNCIL-LETTINGS: 1 declared column is missing: 'lettings'. Found: 'lad_code', 'financial_year', "
            "'homes'. (database:housing) "
            "The source may have renamed them: compare the file with the columns that are declared."
        ),
    )
    council.require_untold(said)


def test_an_empty_table_loads_nothing(cli: Cli, council: Council, tmp_path: Path) -> None:
    council.change("delete from districts")
    said = run(cli)
    assert (said.code, outcome(said)["error"]) == (
        4,
        (
            "No observation came out. Look at the recipe's keep steps. "
            "Nothing was loaded; what was loaded before is untouched."
        ),
    )


def test_limits_are_the_settings(cli: Cli, council: Council) -> None:
    council.set_to(f"housing = {{url = {json.dumps(council.reader)}, rows = 5}}")
    said = run(cli)
    assert (said.code, outcome(said)["error"]) == (
        3,
        (
            "The query of the database housing has more than 5 rows. "
            "Ask for fewer (WHERE, GROUP BY), or raise the limit: rows, in [databases.housing] of the settings."
        ),
    )


def test_a_query_that_takes_too_long_is_stopped(cli: Cli, council: Council, tmp_path: Path) -> None:
    council.set_to("[databases.housing]", f"url = {json.dumps(council.reader)}", "seconds = 0.3")
    endless = "-- without end\n      with recursive n(i) as (select 1 union all select i + 1 from n)"
    catalogue = edited(
        tmp_path,
        ("-- districts without a return have no lettings, but are listed", endless),
        (
            "where d.financial_year",
            "cross join (select count(*) as i from n) as e\n      where e.i > 0 and d.financial_year",
        ),
    )
    said = cli("run", "--all", "--catalogue", catalogue, "--json")
    assert (said.code, outcome(said)["error"]) == (
        3,
        (
            "The database housing didn't answer within 0.3 seconds. "
            "Ask for less, or give it more time: seconds, in [databases.housing] of the settings."
        ),
    )


@on_postgres
def test_a_wrong_password_is_told_by_its_variable(cli: Cli, council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YHOVI_DATABASE_PASSWORD_HOUSING", "s3cr:et of another")
    said = run(cli)
    assert (said.code, outcome(said)["error"]) == (
        3,
        (
            "The database housing doesn't let this account in. "
            "Check the user in [databases] of the settings, and the password in YHOVI_DATABASE_PASSWORD_HOUSING."
        ),
    )
    council.require_untold(said)


@on_postgres
def test_a_password_in_the_settings_works_and_is_warned_of(cli: Cli, council: Council, tmp_path: Path) -> None:
    (tmp_path / ".env").unlink()
    url = make_url(council.reader).set(password=PASSWORD).render_as_string(hide_password=False)
    council.set_to(f"housing = {json.dumps(url)}")
    said = cli("doctor", "--catalogue", COUNCIL, "--json")
    assert [(row["state"], row["found"], row["cure"]) for row in said.json if row["about"] == "database housing"] == [
        (
            "warning",
            "there is a password in the settings file",
            "Take it out, and put it into YHOVI_DATABASE_PASSWORD_HOUSING in the environment or in a file .env.",
        ),
        ("ok", "it can be opened; specs may ask it for at most 1,000,000 rows in 60 seconds", ""),
    ]
    ran = run(cli)
    assert ran.code == 0, ran.err
    council.require_untold(said, ran)


def test_a_database_that_is_not_there_is_found_by_doctor(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "yhovi.toml").write_text('[databases]\nhousing = "sqlite:///no/housing.db"\n', encoding="utf-8")
    said = cli("doctor", "--catalogue", COUNCIL, "--json")
    (line,) = [row for row in said.json if row["about"] == "database housing"]
    assert (said.code, line) == (
        3,
        {
            "about": "database housing",
            "state": "failure",
            "found": "The file of the database housing isn't there, can't be read, or is no SQLite database.",
            "cure": "Check its path in [databases] of the settings, and that this account may read it.",
        },
    )


@pytest.mark.parametrize("command", ["run", "plan", "preview"])
def test_a_database_that_the_settings_do_not_name_is_a_sentence(cli: Cli, command: str) -> None:
    arguments = {"run": ["--all"], "plan": ["--all"], "preview": ["COUNCIL-LETTINGS"]}[command]
    said = cli(command, *arguments, "--catalogue", COUNCIL)
    assert said.code == 2
    told = said.err + said.out
    assert (
        f"{SPEC}:12:5 unknown-database the database housing, which the settings don't name\n"
        "    allowed: none: there is no table [databases]\n"
        "    Name it in the settings file: housing, under [databases].\n"
    ) in told
    assert "Traceback" not in told


def test_specs_are_checked_without_the_setting_too(cli: Cli) -> None:
    said = cli("validate-specs", COUNCIL)
    assert (said.code, said.out) == (
        2,
        (
            f"{SPEC}:12:5 unknown-database the database housing, which the settings don't name\n"
            "    allowed: none: there is no table [databases]\n"
            "    Name it in the settings file: housing, under [databases].\n"
            "1 file, 1 problem\n"
        ),
    )


@pytest.mark.parametrize(
    ("new", "found", "cure"),
    [
        (
            "delete from lettings; select d.lad_code",
            "a statement that begins with delete",
            "Write a query that only reads.",
        ),
        (
            "select 1; delete from lettings; select d.lad_code",
            "a second statement behind a semicolon",
            "Keep the SELECT, and no more than it.",
        ),
        (
            "select d.lad_code into other, d.lad_code",
            "the word INTO, which no query needs that only reads",
            "Take it out; a column of that name stands in the database's quotation marks.",
        ),
        (
            "with gone as (delete from lettings returning lad_code) select d.lad_code",
            "the word DELETE, which no query needs that only reads",
            "Take it out; a column of that name stands in the database's quotation marks.",
        ),
        ("pragma query_only = off; select d.lad_code", "a statement that begins with pragma", None),
        ("attach 'other.db' as other; select d.lad_code", "a statement that begins with attach", None),
    ],
    ids=["delete", "behind a semicolon", "into", "in a common table", "pragma", "attach"],
)
def test_a_spec_that_would_write_is_not_run(
    cli: Cli, council: Council, tmp_path: Path, new: str, found: str, cure: str | None
) -> None:
    catalogue = edited(tmp_path, ("select d.lad_code", new))
    said = cli("run", "--all", "--catalogue", catalogue)
    assert said.code == 2
    assert (
        f"{catalogue / SPEC.name}:13:5 bad-query {found}\n"
        "    allowed: one SELECT, or WITH … SELECT, and nothing else\n"
        f"    {cure or 'Write a query that only reads.'}\n"
    ) in said.err + said.out
    assert council.change("select count(*) from lettings") == [(len(LETTINGS),)]
    assert not (tmp_path / "yhovi.db").exists()


@on_postgres
def test_a_function_that_writes_is_stopped_by_the_database(cli: Cli, council: Council, tmp_path: Path) -> None:
    council.change(
        "create function clear() returns bigint language sql as 'delete from lettings returning 1::bigint'",
        f"grant delete on lettings to {ACCOUNT}",
    )
    catalogue = edited(tmp_path, ("d.financial_year, r.lettings", "d.financial_year, clear() as lettings"))
    said = cli("run", "--all", "--catalogue", catalogue, "--json")
    assert (said.code, outcome(said)["error"]) == (
        3,
        (
            "The query would do more than read the database housing, and was stopped: "
            "cannot execute DELETE in a read-only transaction. Write a query that only reads."
        ),
    )
    assert council.change("select count(*) from lettings") == [(len(LETTINGS),)]


def test_a_driver_that_is_not_there_is_a_setting_to_mend(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "yhovi.toml").write_text('[databases]\nhousing = "mysql://ann:s3cret@db1/x"\n', encoding="utf-8")
    said = run(cli)
    assert (said.code, outcome(said)["error"]) == (
        2,
        (
            "The driver for the database housing isn't installed (mysql). "
            "Install it. For Postgres: pip install 'yhovi[postgres]'; for SQL Server: Microsoft's ODBC Driver 18."
        ),
    )
    assert "s3cret" not in said.out + said.err


def test_what_could_not_be_answered_is_said_of_each(cli: Cli, tmp_path: Path) -> None:
    """Two indicators that ask the same fail with the same sentence; it is asked once."""
    (tmp_path / "yhovi.toml").write_text('[databases]\nhousing = "sqlite:///no.db"\n', encoding="utf-8")
    catalogue = edited(tmp_path)
    text = SPEC.read_text(encoding="utf-8").replace("id: COUNCIL-LETTINGS", "id: COUNCIL-HOMES")
    (catalogue / "COUNCIL-HOMES.yaml").write_text(text, encoding="utf-8")
    said = cli("run", "--all", "--catalogue", catalogue, "--json")
    errors = {one["error"] for one in said.json["outcomes"]}
    assert said.code == 3
    (error,) = errors
    assert error == (
        "The file of the database housing isn't there, can't be read, or is no SQLite database. "
        "Check its path in [databases] of the settings, and that this account may read it."
    )
