"""What makes a result the same: where nothing is new nothing is made or written, and whatever may be new is made."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support import small
from support.commands import Cli, Prepared
from support.homes import HOMES, LEEDS, PEOPLE, ask, land, land_both, statuses

ALL = {"S-H-91": "unchanged", "S-H-92": "unchanged", "S-H-90": "unchanged"}
DATA = ("observation", "observation_current", "indicators", "load", "load_input", "incoming")


@pytest.fixture(autouse=True)
def catalogue(cli: Cli, tmp_path: Path, prepared: Prepared) -> Path:
    """Homes, people, and what is made of them; all loaded."""

    def load() -> Path:
        files = small.make_landed(tmp_path) / "society"
        land_both(cli, tmp_path)
        assert cli("run", "--all").code == 0
        return files.relative_to(tmp_path)

    return tmp_path / prepared(load)


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {name: ask(folder, f"select * from {name}") for name in DATA}  # noqa: S608


def loads(folder: Path) -> int:
    return int(ask(folder, "select count(*) from load")[0][0])


def test_nothing_is_made_or_written(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yhovi.engine.run import making

    def made(*_: Any) -> Any:
        raise AssertionError("something was made")

    monkeypatch.setattr(making, "make", made)
    before = tables(tmp_path)
    said = cli("run", "--all", "--json")
    assert (said.code, statuses(said)) == (0, ALL)
    assert [(one["unchanged"], one["source"]) for one in said.json["outcomes"]] == [
        (4, "the same bytes as before"),
        (3, "the same bytes as before"),
        (4, None),
    ]
    assert tables(tmp_path) == before


def test_it_is_written_down_that_nothing_is_new(cli: Cli, tmp_path: Path) -> None:
    run_id = cli("run", "--all", "--json").json["run_id"]
    questions = {
        "select indicator_id, event, detail from etl_audit where run_id = ? order by 1": [
            ("S-H-90", "unchanged", "4 unchanged"),
            ("S-H-91", "unchanged", "4 unchanged"),
            ("S-H-92", "unchanged", "3 unchanged"),
        ],
        "select count(*) from ingestion_log where run_id = ?": [(2,)],
        "select distinct status from dataset_metadata where pipeline_run_id = ?": [("success",)],
    }
    assert {question: ask(tmp_path, question, run_id) for question in questions} == questions
    assert len([*(tmp_path / "local" / "bronze").rglob("exchanges/*/*.json")]) == 4


def edit(name: str, old: str, new: str) -> Callable[[Cli, Path], None]:
    def change(_: Cli, folder: Path) -> None:
        file = folder / "indicators" / "society" / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return change


def other_people(cli: Cli, folder: Path) -> None:
    land(cli, folder, "people", {**PEOPLE, LEEDS: 1500}, "v2")


def run_again(*arguments: str) -> Callable[[Cli, Path], None]:
    def change(cli: Cli, _: Path) -> None:
        assert cli(*arguments).code == 0

    return change


def sql(statement: str) -> Callable[[Cli, Path], None]:
    def change(_: Cli, folder: Path) -> None:
        with closing(sqlite3.connect(folder / "yhovi.db")) as database, database:
            assert database.execute(statement).rowcount

    return change


def without_manifests(_: Cli, folder: Path) -> None:
    for manifest in (folder / "local" / "bronze" / "council" / "people").rglob("exchanges/*/*.json"):
        manifest.unlink()


# What happens after the first run, and which indicators are made again then.
REASONS: dict[str, tuple[Callable[[Cli, Path], None], set[str]]] = {
    "another answer": (other_people, {"S-H-92", "S-H-90"}),
    "another recipe": (edit("S-H-92", "value: Number}", "value: Number, note: Year}"), {"S-H-92", "S-H-90"}),
    "another check": (edit("S-H-91", "max: 5000", "max: 4000"), {"S-H-91", "S-H-90"}),
    "another unit's decimals": (edit("S-H-91", "decimals: 0", "decimals: 1"), set()),
    "another target vintage": (
        lambda _, folder: (folder / "yhovi.toml").write_text('target_vintage = "2025-04"\n') and None,
        set(ALL),
    ),
    "an answer that the archive has no more": (without_manifests, {"S-H-92", "S-H-90"}),
    "a load that was undone": (run_again("rollback", "2"), {"S-H-92"}),
    "an input that was made again": (run_again("run", "S-H-92", "--force"), {"S-H-90"}),
    "an edition that is called otherwise": (
        sql("update load set release = 'v0' where indicator_id = 'S-H-91'"),
        {"S-H-91", "S-H-90"},
    ),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_may_be_new_is_made(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    from yhovi.engine.run import making

    change, expected = REASONS[reason]
    change(cli, tmp_path)
    found: set[str] = set()
    make = making.make

    def made(plan: Any, *rest: Any) -> Any:
        found.add(plan.spec.id)
        return make(plan, *rest)

    monkeypatch.setattr(making, "make", made)
    said = cli("run", "--all", "--json")
    assert found == expected, said.err


def test_an_edit_of_words_relabels_and_makes_nothing(cli: Cli, tmp_path: Path) -> None:
    edit("S-H-91", "title: Homes", "title: Houses")(cli, tmp_path)
    before = loads(tmp_path)
    said = cli("run", "--all", "--json")
    assert (statuses(said), loads(tmp_path)) == (ALL, before)
    titles = dict(ask(tmp_path, "select indicator_id, title from dim_indicator"))
    assert (titles["S-H-91"], titles["S-H-90"]) == ("Houses", "Homes per 1,000 people")


def test_warnings_stay_said(cli: Cli, tmp_path: Path) -> None:
    land(cli, tmp_path, "homes", {**HOMES, LEEDS: 9000}, "v2")
    first, second = (cli("run", "S-H-91", "--json").json["outcomes"][0] for _ in range(2))
    assert (first["status"], second["status"]) == ("unchanged", "unchanged")
    assert loads(tmp_path) == 4
    assert first["warnings"] == second["warnings"] != []
    assert (first["held"], second["held"]) == (1, 1)


def test_what_is_accepted_for_a_time_is_judged_anew_after_it(cli: Cli, tmp_path: Path) -> None:
    accepted = "accept:\n  - {check: range, reason: known to the council, until: 2020-01-01}\nowner: tests"
    edit("S-H-91", "owner: tests", accepted)(cli, tmp_path)
    cli("run", "S-H-91")
    before = loads(tmp_path)
    cli("run", "S-H-91")
    assert loads(tmp_path) == before + 1
