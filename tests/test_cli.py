"""The commands: what they print, and one clear sentence with the right exit code for whatever is wrong."""

from __future__ import annotations

import errno
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.catalogue import DRAFTS, SHIPPED
from support.commands import Cli, command, environment, run_process
from support.content import count, rows
from support.demonstration import DATABASE, ROWS, Demonstration

COMMANDS = ("run", "validate-specs", "plan", "preview", "explain", "list", "show", "land", "status", "doctor")
COMMANDS += ("get", "loads", "rollback", "release-hold", "notify")


def test_help_names_every_command(cli: Cli) -> None:
    said = cli("--help")
    assert said.code == 0
    assert all(f"  {name} " in said.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_an_example(cli: Cli, name: str) -> None:
    said = cli(name, "--help")
    assert said.code == 0
    assert f"Example: yhovi {name}" in said.out
    assert "--settings" in said.out
    assert "--json" in said.out


LIGHT = """\
import sys
sys.argv = ["yhovi", *{arguments}]
from yhovi.cli import main
try:
    main()
except SystemExit:
    pass
heavy = {{"pandas", "numpy", "pyarrow", "narwhals", "pandera", "sqlalchemy", "alembic", "requests", "fsspec"}}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["validate-specs"], ["list"], ["plan", "E-EJ-01"]])
def test_stays_light(tmp_path: Path, arguments: list[str]) -> None:
    """What only looks at specs imports nothing heavy."""
    done = subprocess.run(
        [sys.executable, "-c", LIGHT.format(arguments=arguments)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_version(cli: Cli) -> None:
    from importlib.metadata import version

    assert cli("--version").out == f"{version('yhovi')}\n"


def test_list(cli: Cli) -> None:
    said = cli("list", "--json")
    assert [row["indicator"] for row in said.json] == list(SHIPPED)
    header = ["indicator", "title", "domain", "subdomain", "unit", "dataset", "status"]
    assert cli("list").out.splitlines()[0].split() == header == list(said.json[0])


def test_show(cli: Cli) -> None:
    said = cli("show", "S-HE-05")
    assert said.out.startswith("indicator: S-HE-05\ntitle: Under-75 mortality from causes considered preventable\n")
    assert "publisher: Office for Health Improvement and Disparities" in said.out
    assert cli("show", "S-HE-05", "--json").json[0]["measure"] == ("standardised_rate in per_100000, lower_is_better")


def test_plan_prints_the_first_request(cli: Cli) -> None:
    said = cli("plan", "--indicator", "E-EJ-01", "--json").json[0]
    assert said["exchange"]["first_request"].startswith(
        "GET https://www.nomisweb.co.uk/api/v01/dataset/NM_17_5.data.csv?geography=1778384906...1778384910,"
    )
    assert said["exchange"]["secret"] == "NOMIS_API_KEY (if set)"


def test_plan_of_all(cli: Cli) -> None:
    said = cli("plan", "--all")
    assert [line for line in said.out.splitlines() if line.startswith("indicator: ")] == [
        f"indicator: {one}" for one in SHIPPED
    ]


def test_validate_specs_takes_files_and_folders(cli: Cli, tmp_path: Path) -> None:
    good = tmp_path / "economy" / "E-EJ-01.yaml"
    bad = tmp_path / "economy" / "E-EJ-99.yaml"
    good.parent.mkdir()
    text = Path(cli("show", "E-EJ-01", "--json").json[0]["file"]).read_text(encoding="utf-8")
    good.write_text(text, encoding="utf-8")
    bad.write_text(text.replace("id: E-EJ-01", "titel: x\nid: E-EJ-99"), encoding="utf-8")
    assert cli("validate-specs", good).out == "1 file, no problems\n"
    said = cli("validate-specs", tmp_path)
    assert said.code == 2
    assert f"{bad}:2:1 unknown-key the key 'titel' isn't known here\n" in said.out
    assert "    Did you mean title?\n" in said.out
    assert said.out.endswith("2 files, 1 problem\n")
    assert cli("validate-specs", bad, "--json").json[0]["code"] == "unknown-key"


def test_broken_specs_stop_a_run_before_it_begins(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "indicators" / "economy"
    folder.mkdir(parents=True)
    (folder / "E-EJ-99.yaml").write_text("id: [unclosed\n", encoding="utf-8")
    said = cli("run", "--all")
    assert said.code == 2
    assert "E-EJ-99.yaml:2:1 not-yaml" in said.out
    assert said.err.splitlines()[-1] == "error: 1 problem in 1 file."
    assert not (tmp_path / "yhovi.db").exists()


def test_status_reads_the_demonstration_where_there_is_nothing_else(
    cli: Cli, demonstrated: Demonstration, tmp_path: Path
) -> None:
    said = cli("status", "--json")
    database = f"database: {tmp_path / 'yhovi-demo.db'} (no yhovi.toml was found), a demonstration"
    assert said.err.splitlines()[1:] == [database]
    told = {row["indicator"]: (row["status"], row["latest_period"], row["rows"]) for row in said.json}
    assert list(told) == [indicator for indicator in SHIPPED if indicator not in DRAFTS]
    assert {indicator: (how, rows) for indicator, (how, _, rows) in told.items()} == {
        indicator: ("loaded", rows) for indicator, rows in ROWS.items()
    }
    assert told["E-BE-11"] == ("loaded", "2023-01-01/P1Y", 390)
    assert told["E-BE-02"] == ("loaded", "2024-01-01/P1Y", 102)
    assert told["S-D-01-16TO64"] == ("loaded", "2023-06-30/P1D", 153)


def test_doctor(cli: Cli, tmp_path: Path) -> None:
    said = cli("doctor", "--json")
    assert said.code == 0
    assert {row["about"]: row["state"] for row in said.json} == {
        "settings": "ok",
        "catalogue": "ok",
        "data folder": "ok",
        "database": "ok",
        "secret": "ok",
        "clock": "ok",
    }


def test_doctor_never_shows_a_secret(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOMIS_API_KEY", "0xSECRET")
    said = cli("doctor")
    assert "NOMIS_API_KEY is set (never shown)" in said.out
    assert "SECRET" not in said.out


def test_doctor_goes_on_after_a_failure(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "yhovi.toml").write_text('data_root = "nowhere"\n', encoding="utf-8")
    said = cli("doctor", "--json")
    assert said.code == 5
    states = {row["about"]: row["state"] for row in said.json}
    assert (states["data folder"], states["catalogue"], states["clock"]) == ("failure", "ok", "ok")


def test_is_plain_utf8_when_piped(demonstrated: Demonstration, tmp_path: Path) -> None:
    said = run_process(tmp_path, "show", "E-BE-11")
    assert said.code == 0
    assert "\x1b" not in said.out
    done = subprocess.run(
        command("status", "--json"), cwd=tmp_path, env={**environment(), "PYTHONIOENCODING": "cp1252"},
        capture_output=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.decode("utf-8"))


def write(name: str, text: str | bytes) -> Any:
    """A preparation: that file is there."""

    def prepare(folder: Path) -> None:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    return prepare


def nothing(folder: Path) -> None:
    """A preparation: the folder is empty."""


# What is there, what is typed, the exit code, and the last lines that are said.
BAD_INPUT: dict[str, tuple[Any, list[str], int, list[str]]] = {
    "unknown indicator": (
        nothing,
        ["run", "--indicator", "E-EI-0A", "--demo"],
        2,
        ["error: There is no indicator E-EI-0A in {catalogue}.", "  Did you mean E-EI-10?"],
    ),
    "no indicator said": (
        nothing,
        ["run", "--demo"],
        2,
        [
            "error: Say which indicators: by id, by --domain, --subdomain, --source or --tag, or --all.",
            "  yhovi list shows them.",
        ],
    ),
    "demo and replay": (
        nothing,
        ["run", "--all", "--demo", "--replay"],
        2,
        ["error: --demo and --replay exclude each other.", "  --demo has recorded answers of its own."],
    ),
    "no such catalogue": (
        nothing,
        ["list", "--catalogue", "nowhere"],
        2,
        ["error: The catalogue nowhere (from --catalogue) isn't a folder.", "  Check the path."],
    ),
    "unknown setting": (
        write("yhovi.toml", 'databse_url = "x"\n'),
        ["list"],
        2,
        ["error: yhovi.toml: databse_url is no setting.", "  Did you mean database_url?"],
    ),
    "no such settings": (
        nothing,
        ["list", "--settings", "nowhere.toml"],
        2,
        ["error: There is no settings file nowhere.toml.", "  Check --settings and YHOVI_SETTINGS."],
    ),
    "no database to read": (
        nothing,
        ["status"],
        5,
        ["error: There is no database at {folder}yhovi.db yet.", "  The first `yhovi run` makes it."],
    ),
    "not a database": (
        write("yhovi-demo.db", b"This is a letter, not a database." * 40),
        ["run", "--all", "--demo"],
        5,
        [
            "error: The file {folder}yhovi-demo.db is not a SQLite database.",
            "  Name another file in the settings or with --database-url.",
        ],
    ),
    "another server": (
        nothing,
        ["run", "--all", "--demo", "--database-url", "oracle://me:secret@host/db"],
        2,
        ["oracle, which yhovi doesn't speak to"],
    ),
    "nothing to land": (
        nothing,
        ["land", "ons/x", "nowhere.csv", "--release", "1"],
        2,
        ["error: The file nowhere.csv can't be read: No such file or directory.", "  Check the path."],
    ),
    "an empty file to land": (
        write("empty.csv", b""),
        ["land", "ons/x", "empty.csv", "--release", "1"],
        2,
        ["error: The file empty.csv is empty.", "  Download it again."],
    ),
    "a data set without a source": (
        write("file.csv", "a\n1\n"),
        ["land", "gva", "file.csv", "--release", "1"],
        2,
        ["error: 'gva' doesn't name a data set.", "  Write source/data-set, as the specs' dataset does."],
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT, ids=str)
def test_bad_input(cli: Cli, tmp_path: Path, case: str) -> None:
    prepare, arguments, code, sentences = BAD_INPUT[case]
    prepare(tmp_path)
    said = cli(*arguments)
    catalogue = Path(cli("list").err.removeprefix("catalogue: ").rpartition(" (")[0])
    expected = [line.format(folder=f"{tmp_path}{os.sep}", catalogue=catalogue) for line in sentences]
    assert said.code == code, said.err
    assert "Traceback" not in said.err
    assert "secret" not in said.err
    if len(expected) == 1:
        assert expected[0] in said.err
    else:
        assert said.err.splitlines()[-len(expected) :] == expected


def test_a_wrong_option_is_a_usage_error(cli: Cli) -> None:
    said = cli("run", "--al")
    assert said.code == 2
    assert "No such option: --al" in said.err


def test_a_locked_database(cli: Cli, tmp_path: Path) -> None:
    """Another program holds the database: after a while a sentence, and nothing is lost."""
    cli("run", "E-BE-11", "--demo")
    database = tmp_path / DATABASE
    before = rows(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("begin immediate")
        said = cli("run", "E-BE-11", "--demo", "--database-url", f"sqlite:///{database.as_posix()}?timeout=0.2")
        other.execute("rollback")
    assert said.code == 5
    assert f"The database {database} is locked by another program" in said.err
    assert "Traceback" not in said.err
    assert rows(database) == before


def test_a_full_disk(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills while an answer is archived: that indicator fails with a sentence, what was loaded stays."""
    from fsspec.implementations.local import LocalFileSystem

    cli("run", "-i", "E-BE-11", "--demo")
    before = rows(tmp_path / "yhovi-demo.db")

    def full(*arguments: Any, **options: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LocalFileSystem, "_open", full)
    said = cli("run", "-i", "E-EJ-01", "--demo")
    assert said.code == 5
    assert "is full." in said.err
    assert "Traceback" not in said.err
    assert rows(tmp_path / "yhovi-demo.db") == before


def test_a_bug_says_so(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only a bug shows where it happened, and it costs no other indicator."""
    from yhovi.engine.run import making

    understand = making.understand

    def broken(asked: Any, *rest: Any, **said: Any) -> Any:
        if asked.plan.spec.id == "E-EJ-01":
            raise ZeroDivisionError("division by zero")
        return understand(asked, *rest, **said)

    monkeypatch.setattr(making, "understand", broken)
    said = cli("run", "E-BE-11", "E-EJ-01", "S-HE-05", "--demo")
    assert said.code == 6
    assert "error: E-EJ-01: This is a bug in yhovi (ZeroDivisionError: division by zero)." in said.err
    assert "Traceback" in said.err
    loaded = {row["indicator_id"] for row in rows(tmp_path / "yhovi-demo.db")}
    assert loaded == {"E-BE-11", "S-HE-05"}


def test_interrupting_a_run(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C: exit 130, the run is recorded as interrupted, what was loaded before stays."""
    from yhovi.engine.run import making

    understand = making.understand

    def interrupted(asked: Any, *rest: Any, **said: Any) -> Any:
        if asked.plan.spec.id == "E-EJ-01":
            raise KeyboardInterrupt
        return understand(asked, *rest, **said)

    monkeypatch.setattr(making, "understand", interrupted)
    assert cli("run", "E-BE-11", "E-EJ-01", "S-HE-05", "--demo").code == 130
    database = tmp_path / "yhovi-demo.db"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("select outcome, exit_code from run").fetchall() == [("interrupted", 130)]
    assert {row["indicator_id"] for row in rows(database)} == {"E-BE-11"}


def test_made_up_figures_stay_out_of_a_real_database(cli: Cli, tmp_path: Path) -> None:
    """A database that no demonstration made takes nothing from one."""
    from datetime import UTC, datetime

    from yhovi.engine.warehouse.warehouse import Warehouse

    Warehouse.open(f"sqlite:///{(tmp_path / 'real.db').as_posix()}", demo=False, now=datetime.now(UTC)).close()
    said = cli("run", "E-BE-11", "--demo", "--database-url", f"sqlite:///{(tmp_path / 'real.db').as_posix()}")
    assert said.code == 2
    assert count(tmp_path / "real.db", "indicators") == 0


def test_a_terminal_gets_a_drawn_table(cli: Cli, demonstrated: Demonstration, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = cli("status")
    monkeypatch.setenv("COLUMNS", "200")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(type(stream), "isatty", lambda _: True, raising=False)
    drawn = re.sub(r"\x1b\[[0-9;]*m", "", cli("status").out)
    assert "─" in drawn
    assert [line.split() for line in drawn.splitlines() if line.strip() and "─" not in line] == [
        line.split() for line in plain.out.splitlines()
    ]
    assert cli("run", "E-BE-11", "--demo").code == 0
