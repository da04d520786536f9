"""What is due: how ``yhovi status`` tells it, and what of the catalogue runs because of it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support import small
from support.commands import Cli, Prepared, Said

pytestmark = pytest.mark.untraced

FEBRUARY = "2026-02-01T06:00:00+00:00"
AS_OF = " (as of 2026-01-15, when the demonstration's answers were got)"


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """Homes (S-H-91), people (S-H-92) and homes for each thousand of them (S-H-90): figures of 2023, late by then."""
    return small.make(tmp_path)


@pytest.fixture
def loaded(catalogue: Path, cli: Cli, prepared: Prepared) -> Path:
    """The catalogue, and all of it loaded as a demonstration."""

    def load() -> None:
        assert cli("run", "--all", "--demo").code == 0

    prepared(load)
    return catalogue


def lag(catalogue: Path, name: str, months: int) -> None:
    """The source takes so long to publish: 19 months and all is on time, 18 and the figures of 2024 are due."""
    small.change(catalogue, name, "lag: P6M", f"lag: P{months}M")


def on_time(catalogue: Path) -> None:
    for name in ("S-H-90", "S-H-91", "S-H-92"):
        lag(catalogue, name, 19)


def headline(said: Said) -> str:
    assert said.code == 0, said.err
    return said.err.splitlines()[-1]


def calendar(said: Said) -> dict[str, str]:
    assert said.code == 0, said.err
    return {row["indicator"]: row["calendar"] for row in said.json}


def ran(said: Said) -> list[str]:
    assert said.code == 0, said.err
    return [one["indicator"] for one in said.json["outcomes"]]


def notes(said: Said) -> list[str]:
    return [line for line in said.err.splitlines() if line.startswith(("due:", "also:", "left out:"))]


# At a glance -----------------------------------------------------------------------------------------


def test_each_state_is_told(cli: Cli, loaded: Path) -> None:
    """As of the day of the demonstration's answers: 15 January 2026."""
    lag(loaded, "S-H-90", 13)
    lag(loaded, "S-H-92", 12)
    assert calendar(cli("status", "--json")) == {"S-H-90": "on_time", "S-H-91": "late", "S-H-92": "due"}
    said = cli("status")
    assert headline(said) == f"3 loaded: 1 on time, 1 due, 1 late{AS_OF}"
    lines = [line.split()[:5] for line in said.out.splitlines()]
    assert lines == [
        ["indicator", "status", "latest_period", "calendar", "expected"],
        ["S-H-90", "loaded", "2023-01-01/P1Y", "on_time", "2026-02-01"],
        ["S-H-91", "loaded", "2023-01-01/P1Y", "late", "2025-07-01"],
        ["S-H-92", "loaded", "2023-01-01/P1Y", "due", "2026-01-01"],
    ]


def test_as_data(cli: Cli, loaded: Path) -> None:
    row = next(row for row in cli("status", "--json").json if row["indicator"] == "S-H-91")
    del row["loaded_at"]
    assert row == {
        "indicator": "S-H-91",
        "status": "loaded",
        "latest_period": "2023-01-01/P1Y",
        "calendar": "late",
        "expected": "2025-07-01",
        "rows": 5,
        "missing": 1,
        "withdrawn": 0,
        "release": "v1",
        "retrieved_at": "2026-01-15 06:00",
        "failure": None,
        "hold": None,
        "title": "Homes",
        "domain": "society",
        "subdomain": "housing",
        "next_period": "2024-01-01/P1Y",
        "calendar_says": "Figures up to 2024-12-31 were expected about 2025-07-01, 198 days ago.",
        "revised_at": None,
    }


def test_the_calendar_goes_by_the_clock_where_figures_are_real(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yhovi.cli.place.now", lambda: datetime(2025, 8, 1, tzinfo=UTC))
    made = small.make_landed(tmp_path)
    for name in ("S-H-90", "S-H-92"):
        (made / "society" / f"{name}.yaml").unlink()
    (tmp_path / "homes.csv").write_text(small.HOMES, encoding="utf-8")
    assert cli("land", "council/homes", "homes.csv", "--release", "v1").code == 0
    assert cli("run", "S-H-91").code == 0
    for day, state in (
        (datetime(2025, 6, 30, tzinfo=UTC), "on_time"),
        (datetime(2025, 7, 1, tzinfo=UTC), "due"),
        (datetime(2025, 8, 2, tzinfo=UTC), "late"),
    ):
        monkeypatch.setattr("yhovi.cli.commands.now", lambda day=day: day)
        assert calendar(cli("status", "--json")) == {"S-H-91": state}
        assert headline(cli("status")) == f"1 loaded: 1 {state.replace('_', ' ')}"


def test_what_ended_is_awaited_no_more(cli: Cli, loaded: Path) -> None:
    small.change(loaded, "S-H-91", "lag: P6M", "lag: P6M\n  discontinued: The council counts no more")
    (row,) = (row for row in cli("status", "--json").json if row["indicator"] == "S-H-91")
    assert (row["calendar"], row["expected"], row["next_period"]) == ("discontinued", None, None)
    assert row["calendar_says"] == "No newer figures are awaited: The council counts no more."
    assert "discontinued: The council counts no more" in cli("show", "S-H-91").out


def test_what_only_one_of_catalogue_and_database_has(cli: Cli, loaded: Path) -> None:
    (loaded / "society" / "S-H-90.yaml").rename(loaded / "society" / "S-H-90.txt")
    people = (loaded / "society" / "S-H-92.yaml").read_text(encoding="utf-8")
    small.write(loaded, "S-H-93", people.replace("S-H-92", "S-H-93"))
    draft = "status: draft\nstatus_reason: Nobody has looked at it yet.\n"
    small.write(loaded, "S-H-94", draft + people.replace("S-H-92", "S-H-94"))
    assert calendar(cli("status", "--json")) == {
        "S-H-90": "not_in_catalogue",
        "S-H-91": "late",
        "S-H-92": "late",
        "S-H-93": "never_loaded",
    }
    assert headline(cli("status")) == f"3 loaded: 2 late; 1 never loaded; 1 not in the catalogue{AS_OF}"


def test_a_catalogue_that_is_wrong_hides_nothing(cli: Cli, loaded: Path) -> None:
    small.write(loaded, "S-H-92", "id: [unclosed\n")
    said = cli("status", "--json")
    assert said.code == 0
    assert said.err.splitlines()[0] == (
        "what is due can't be told: 2 problems in 2 files. yhovi validate-specs names each."
    )
    assert [(row["status"], row["calendar"]) for row in said.json] == [("loaded", None)] * 3
    assert headline(cli("status")) == f"3 loaded{AS_OF}"


def test_revised_between_two_releases(cli: Cli, loaded: Path) -> None:
    on_time(loaded)
    small.record(loaded, "homes", small.HOMES.replace("1,310", "1,390"), FEBRUARY)
    assert cli("run", "S-H-90", "--demo").code == 0
    assert calendar(cli("status", "--json")) == {"S-H-90": "revised", "S-H-91": "revised", "S-H-92": "on_time"}


FILTERS = {
    "late": (["--late"], ["S-H-91"]),
    "due": (["--due"], ["S-H-92"]),
    "failed": (["--failed"], ["S-H-93"]),
    "any of them": (["--late", "--failed"], ["S-H-91", "S-H-93"]),
    "of a subdomain": (["--late", "--subdomain", "housing"], ["S-H-91"]),
    "of a data set": (["--source", "council/people"], ["S-H-92"]),
    "of what is derived": (["--source", "derived"], ["S-H-90"]),
}


@pytest.mark.parametrize(("options", "expected"), FILTERS.values(), ids=FILTERS)
def test_only_some(cli: Cli, loaded: Path, options: list[str], expected: list[str]) -> None:
    lag(loaded, "S-H-90", 13)
    lag(loaded, "S-H-92", 12)
    text = (loaded / "society" / "S-H-92.yaml").read_text(encoding="utf-8")
    small.write(loaded, "S-H-93", text.replace("S-H-92", "S-H-93").replace("people", "nowhere"))
    assert cli("run", "S-H-93", "--demo").code != 0
    assert list(calendar(cli("status", *options, "--json"))) == expected


def test_nothing_of_the_sort(cli: Cli, loaded: Path) -> None:
    said = cli("status", "--failed")
    assert (said.out, headline(said)) == ("nothing to show\n", f"3 loaded: 3 late{AS_OF}")


# Choosing what runs ----------------------------------------------------------------------------------

CHOICES = {
    "a domain": (["--domain", "society"], ["S-H-91", "S-H-92", "S-H-90"], []),
    "all of a domain": (["--all", "--domain", "society"], ["S-H-91", "S-H-92", "S-H-90"], []),
    "a data set, what is made of it, and of what that is made": (
        ["--source", "council/people"],
        ["S-H-92", "S-H-91", "S-H-90"],
        ["also: S-H-90, made of what runs", "also: S-H-91, as others are made of it"],
    ),
    "what is derived": (
        ["--source", "derived"],
        ["S-H-91", "S-H-92", "S-H-90"],
        ["also: S-H-91, S-H-92, as others are made of them"],
    ),
    "by id, and nothing that is made of it": (["S-H-92"], ["S-H-92"], []),
}


@pytest.mark.parametrize(("options", "expected", "told"), CHOICES.values(), ids=CHOICES)
def test_what_runs(cli: Cli, catalogue: Path, options: list[str], expected: list[str], told: list[str]) -> None:
    said = cli("run", *options, "--demo", "--json")
    assert sorted(ran(said)) == sorted(expected)
    assert notes(said) == told


def test_what_is_listed_planned_and_shown(cli: Cli, catalogue: Path) -> None:
    people = ["--source", "council/people"]
    assert [row["indicator"] for row in cli("list", *people, "--json").json] == ["S-H-92"]
    assert [row["indicator"] for row in cli("plan", *people, "--json").json] == ["S-H-92"]
    assert [row["indicator"] for row in cli("show", *people, "--json").json] == ["S-H-92"]
    assert len(cli("list", "--domain", "society", "--json").json) == 3


REFUSED = {
    "an unknown domain": (["run", "--domain", "sociey"], "There is no indicator of domain sociey in", "society?"),
    "an unknown subdomain": (
        ["list", "--subdomain", "house"],
        "There is no indicator of subdomain house in",
        "housing?",
    ),
    "an unknown source": (["plan", "--source", "council/home"], "There is no indicator of source", "council/homes?"),
    "ids and a domain": (["run", "S-H-91", "--domain", "society"], "Ids and --domain,", "Say either which"),
    "an unknown domain's status": (["status", "--domain", "sociey"], "There is no indicator of domain", "society?"),
}


@pytest.mark.parametrize(("arguments", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_a_selection_of_nothing_is_refused(
    cli: Cli, loaded: Path, arguments: list[str], message: str, cure: str
) -> None:
    said = cli(*arguments)
    assert said.code == 2
    first, second = said.err.splitlines()[-2:]
    assert first.startswith(f"error: {message}")
    assert cure in second


# Only what is due ------------------------------------------------------------------------------------


def test_what_was_never_loaded_runs(cli: Cli, catalogue: Path) -> None:
    said = cli("run", "--only-due", "--demo", "--json")
    assert ran(said) == ["S-H-91", "S-H-92", "S-H-90"]
    assert notes(said) == ["due: 3 of 3 indicators: 3 never loaded"]


def test_nothing_runs_where_nothing_is_due(cli: Cli, loaded: Path, tmp_path: Path) -> None:
    """That it ran and found nothing to do is written down all the same."""
    on_time(loaded)
    said = cli("run", "--all", "--only-due", "--demo", "--json")
    assert ran(said) == []
    assert notes(said) == ["due: 0 of 3 indicators, so that nothing runs; yhovi status says what is expected when"]
    with closing(sqlite3.connect(tmp_path / "yhovi-demo.db")) as database:
        runs = database.execute("select outcome, exit_code, indicators_loaded from run order by started_at").fetchall()
    assert runs == [("ok", 0, 3), ("ok", 0, 0)]


def test_what_is_late_runs_with_what_is_made_of_it(cli: Cli, loaded: Path) -> None:
    lag(loaded, "S-H-90", 19)
    lag(loaded, "S-H-91", 19)
    said = cli("run", "--all", "--only-due", "--demo", "--json")
    assert sorted(ran(said)) == ["S-H-90", "S-H-91", "S-H-92"]
    assert notes(said) == [
        "due: 1 of 3 indicators: 1 late",
        "also: S-H-90, made of what runs",
        "also: S-H-91, as others are made of it",
    ]


def test_of_these_only_what_is_due(cli: Cli, loaded: Path) -> None:
    lag(loaded, "S-H-91", 19)
    lag(loaded, "S-H-90", 19)
    assert ran(cli("run", "S-H-91", "--only-due", "--demo", "--json")) == []
    assert ran(cli("run", "--source", "council/homes", "--only-due", "--demo", "--json")) == []


def test_what_was_revised_runs(cli: Cli, loaded: Path) -> None:
    on_time(loaded)
    small.record(loaded, "homes", small.HOMES.replace("1,310", "1,390"), FEBRUARY)
    assert cli("run", "--all", "--demo").code == 0
    said = cli("run", "--all", "--only-due", "--demo", "--json")
    assert sorted(ran(said)) == ["S-H-90", "S-H-91", "S-H-92"]
    assert notes(said)[0] == "due: 2 of 3 indicators: 2 revised"


def test_what_failed_runs_again_until_it_is_well(cli: Cli, loaded: Path) -> None:
    on_time(loaded)
    small.record(loaded, "homes", "", FEBRUARY)
    assert cli("run", "S-H-91", "--demo").code != 0
    said = cli("run", "--all", "--only-due", "--demo", "--json")
    assert said.code != 0
    assert notes(said)[:2] == ["due: 1 of 3 indicators: 1 failed", "also: S-H-90, made of what runs"]
    small.record(loaded, "homes", small.HOMES, FEBRUARY)
    said = cli("run", "--all", "--only-due", "--demo", "--json")
    assert notes(said)[0] == "due: 2 of 3 indicators: 2 failed"
    assert said.code == 0
    assert ran(cli("run", "--all", "--only-due", "--demo", "--json")) == []


def test_drafts_run_only_where_they_are_asked_for(cli: Cli, loaded: Path) -> None:
    on_time(loaded)
    draft = "status: draft\nstatus_reason: Nobody has looked at it yet.\n"
    text = (loaded / "society" / "S-H-90.yaml").read_text(encoding="utf-8")
    small.write(loaded, "S-H-93", draft + text.replace("id: S-H-90", "id: S-H-93"))
    assert ran(cli("run", "--only-due", "--demo", "--json")) == []
    said = cli("run", "--only-due", "--drafts", "--demo", "--json")
    assert sorted(ran(said)) == ["S-H-91", "S-H-92", "S-H-93"]
    assert notes(said)[0] == "due: 1 of 4 indicators: 1 never loaded"
    assert "S-H-93" not in ran(cli("run", "--source", "council/people", "--demo", "--json"))


def test_a_file_in_the_inbox_is_a_reason(cli: Cli, tmp_path: Path) -> None:
    """What nobody expects yet is loaded when somebody brings it."""
    from os import utime

    catalogue = small.make(tmp_path)
    for name in ("S-H-90", "S-H-92"):
        (catalogue / "society" / f"{name}.yaml").unlink()
    lag(catalogue, "S-H-91", 9000)
    folder = tmp_path / "inbox" / "council" / "homes" / "v1"

    def put(text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "homes.csv").write_text(text, encoding="utf-8")
        utime(folder / "homes.csv", (1e9, 1e9))

    put(small.HOMES)
    assert cli("run", "--all").code == 0
    assert ran(cli("run", "--only-due", "--json")) == []
    put(small.HOMES.replace("1,310", "1,390"))
    said = cli("run", "--only-due", "--json")
    assert ran(said) == ["S-H-91"]
    assert notes(said) == ["due: 1 of 1 indicator: 1 with a file in the inbox"]


def test_a_database_that_cant_be_read_is_said(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "yhovi-demo.db").write_bytes(b"This is a letter, not a database." * 40)
    said = cli("run", "--only-due", "--demo")
    assert said.code == 5
    assert re.search(r"^error: The file .* is not a SQLite database\.$", said.err, re.MULTILINE)
