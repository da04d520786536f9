"""The past on the command line: values as they were known, loads that are undone and on hold, older answers."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from support import small
from support.commands import Cli, Prepared, Said
from support.content import rows

LEEDS = "E08000035"
FEBRUARY, MARCH = "2026-02-01T06:00:00+00:00", "2026-03-01T06:00:00+00:00"


def revise(catalogue: Path, number: str, when: str) -> None:
    """The source says another number of homes in Leeds."""
    small.record(catalogue, "homes", small.HOMES.replace("1,310", number), when)


@pytest.fixture
def catalogue(tmp_path: Path, cli: Cli, prepared: Prepared) -> Path:
    """A small catalogue that was loaded twice, as a demonstration: loads 1 to 3, then 4 to 6."""

    def load() -> None:
        made = small.make(tmp_path)
        assert cli("run", "--all", "--demo").code == 0
        revise(made, "1,390", FEBRUARY)
        assert cli("run", "--all", "--demo").code == 0

    prepared(load)
    return tmp_path / "indicators"


def told(cli: Cli, *arguments: object) -> Any:
    said = cli(*arguments, "--demo", "--json")
    assert said.code == 0, said.err
    return said.json


def statuses(said: Said) -> dict[str, str]:
    return {outcome["indicator"]: outcome["status"] for outcome in said.json["outcomes"]}


def leeds(folder: Path, indicator: str) -> list[float]:
    return [row["value"] for row in rows(folder / "yhovi-demo.db", indicator) if row["lad_code"] == LEEDS]


def of_leeds(cli: Cli, *arguments: str) -> list[Any]:
    return [row["value"] for row in told(cli, "get", "S-H-91", "--area", LEEDS, "--period", "2023", *arguments)]


# what was known when


def test_values_as_they_are_and_were(cli: Cli, catalogue: Path) -> None:
    assert of_leeds(cli) == [1390]
    assert [of_leeds(cli, "--as-of", day) for day in ("2026-01-31", "2026-02", "2026")] == [[1310], [1390], [1390]]
    assert of_leeds(cli, "--as-of", "2026-02-01T05:59") == [1310]
    assert of_leeds(cli, "--as-of", "2026-02-01T07:00+01:00") == [1390]
    assert of_leeds(cli, "--as-of", "2026-02", "--clock", "committed") == []


def test_a_value_in_full(cli: Cli, catalogue: Path) -> None:
    (row,) = told(cli, "get", "S-H-91", "--area", LEEDS, "--period", "2023-12-31")
    assert row == {
        "area": LEEDS,
        "name": "Leeds",
        "vintage": "2023-04",
        "period": "2023-01-01/P1Y",
        "breakdown": "_T",
        "value": 1390,
        "lower_ci": None,
        "upper_ci": None,
        "numerator": None,
        "denominator": None,
        "unit": "count",
        "status": "A",
        "reason": None,
        "flags": None,
        "retrieved_at": "2026-02-01 06:00:00",
        "load": 4,
    }


def test_everything_that_was_ever_said(cli: Cli, catalogue: Path) -> None:
    told(cli, "rollback", "4")
    found = told(cli, "get", "S-H-91", "--area", LEEDS, "--period", "2023", "--history")
    assert [(row["value"], row["load"], row["kind"]) for row in found] == [
        (1310, 1, "load"),
        (1390, 4, "load"),
        (1310, 6, "undo"),
    ]


def test_as_csv(cli: Cli, catalogue: Path) -> None:
    said = cli("get", "S-H-91", "--area", LEEDS, "--demo", "--csv")
    found = list(csv.DictReader(io.StringIO(said.out)))
    assert [(row["period"], row["value"], row["reason"]) for row in found] == [
        ("2022-01-01/P1Y", "300.0", ""),
        ("2023-01-01/P1Y", "1390.0", ""),
    ]


def test_before_there_was_anything(cli: Cli, catalogue: Path) -> None:
    said = cli("get", "S-H-91", "--as-of", "2025", "--demo")
    assert (said.code, said.out) == (0, "nothing to show\n")
    assert said.err.splitlines()[1:] == [
        "as of 2025-12-31 23:59:59 UTC, by answers retrieved until then",
        "nothing was known of S-H-91: its oldest answers were retrieved at 2026-01-15 06:00:00 UTC",
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["S-H-911"], "No S-H-911 was ever loaded into {folder}/yhovi-demo.db.\n  Did you mean S-H-91?"),
        (["S-H-91", "--area", "X1"], "S-H-91 has no area X1 here.\n  It has {areas}."),
        (
            ["S-H-91", "--period", "2019"],
            "S-H-91 has no period 2019 here.\n  It has 2022-01-01/P1Y, 2023-01-01/P1Y.",
        ),
        (
            ["S-H-91", "--period", "last"],
            (
                "'last' is not a period: write an ISO interval (2023-01-01/P1Y) or an end date or its beginning"
                " (2023-12-31, 2023-12, 2023)."
            ),
        ),
        (
            ["S-H-91", "--as-of", "2026-02-30"],
            "'2026-02-30' is not a moment.\n  Write a day, month or year (2026-03-31), or a time: 2026-03-31T18:00.",
        ),
        (
            ["S-H-91", "--clock", "wall", "--as-of", "2026"],
            "There is no clock wall.\n  Write --clock retrieved or committed.",
        ),
        (["S-H-91", "--clock", "committed"], "--clock goes with --as-of."),
        (
            ["S-H-91", "--history", "--as-of", "2026"],
            "--as-of and --history exclude each other.\n  --history shows every moment.",
        ),
        (["S-H-91", "--json", "--csv"], "--json and --csv exclude each other."),
    ],
)
def test_what_get_can_not_tell(cli: Cli, catalogue: Path, tmp_path: Path, arguments: list[str], error: str) -> None:
    said = cli("get", *arguments, "--demo")
    areas = "E08000016, E08000019, E08000035, E12000003"
    assert (said.code, said.out) == (2, "")
    assert said.err == f"error: {error.format(folder=tmp_path, areas=areas)}\n"


# undoing


def test_loads_are_listed(cli: Cli, catalogue: Path) -> None:
    told(cli, "rollback", "4")
    shown = [
        (one["load"], one["kind"], one["changed"], one["undoes"], one["undone_by"])
        for one in told(cli, "loads", "S-H-91")
    ]
    assert shown == [(1, "load", 0, None, None), (4, "load", 1, None, 6), (6, "undo", 1, 4, None)]
    assert [one["indicator"] for one in told(cli, "loads")] == [
        *("S-H-91", "S-H-92", "S-H-90"),
        *("S-H-91", "S-H-90"),
        "S-H-91",
    ]


def test_an_undone_load_stays_out_until_it_is_released(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    """What was made of it is made again; cron changes nothing then; other answers come in; released ones too."""
    before = leeds(tmp_path, "S-H-90")
    said = cli("rollback", "4", "--demo")
    assert said.code == 0, said.err
    assert said.out.split() == "load indicator undone_by as_before gone left 4 S-H-91 6 1 0 0".split()
    assert said.err.splitlines()[1:] == [
        "load 4 of S-H-91: made of it: S-H-90; run them again",
        "the same answers by the same plan aren't loaded again, until: yhovi release-hold INDICATOR",
    ]
    assert leeds(tmp_path, "S-H-91") == [300, 1310]

    again = cli("run", "--all", "--demo", "--json")
    assert again.code == 0, again.err
    assert statuses(again) == {"S-H-91": "on_hold", "S-H-92": "unchanged", "S-H-90": "loaded"}
    *_, warning = again.json["outcomes"][0]["warnings"]
    assert re.sub(r"at 20.*? UTC", "at … UTC", warning) == (
        "Load 4 was undone at … UTC. The answers and the plan are still the same, so that they aren't loaded again: it"
        " keeps the values of before. To load them all the same: yhovi release-hold S-H-91, then run it."
    )
    assert (before, leeds(tmp_path, "S-H-90")) == ([300, 695], [300, 655])
    third = cli("run", "--all", "--demo", "--json")
    assert statuses(third) == {"S-H-91": "on_hold", "S-H-92": "unchanged", "S-H-90": "unchanged"}
    line = next(one for one in told(cli, "status") if one["indicator"] == "S-H-91")
    assert (line["status"], line["hold"]) == ("on_hold", warning.split(" UTC.")[0] + " UTC.")

    (released,) = told(cli, "release-hold", "S-H-91")
    assert (released["indicator"], released["load"]) == ("S-H-91", 4)
    assert statuses(cli("run", "--all", "--demo", "--json"))["S-H-91"] == "loaded"
    assert leeds(tmp_path, "S-H-90") == [300, 695]


def test_other_answers_are_loaded_all_the_same(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    told(cli, "rollback", "4")
    revise(catalogue, "1,320", MARCH)
    assert statuses(cli("run", "--all", "--demo", "--json"))["S-H-91"] == "loaded"
    assert leeds(tmp_path, "S-H-91") == [300, 1320]
    assert {one["indicator"]: one["hold"] for one in told(cli, "status")}["S-H-91"] is None


def test_a_whole_run_is_undone(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    run = told(cli, "loads")[-1]["run"]
    done = told(cli, "rollback", run)
    assert [(one["load"], one["as_before"], one["note"]) for one in done["loads"]] == [
        (5, 1, ""),
        (4, 1, ""),
    ]
    assert (leeds(tmp_path, "S-H-91"), leeds(tmp_path, "S-H-90")) == ([300, 1310], [300, 655])
    said = cli("run", "--all", "--demo", "--json")
    assert statuses(said) == {"S-H-91": "on_hold", "S-H-92": "unchanged", "S-H-90": "unchanged"}


def test_what_has_no_values_any_more_makes_others_stale(cli: Cli, catalogue: Path) -> None:
    told(cli, "rollback", "1", "--cascade")
    said = cli("run", "--all", "--demo", "--json")
    assert statuses(said) == {"S-H-91": "on_hold", "S-H-92": "unchanged", "S-H-90": "stale"}
    assert said.json["outcomes"][2]["error"] == (
        "It keeps its last values, as S-H-91, which it is made of, is on hold and has no values. Mend that first; this"
        " one follows by itself."
    )


def test_what_was_changed_since_is_named(cli: Cli, catalogue: Path) -> None:
    said = cli("rollback", "1", "--dry-run", "--demo")
    assert said.err.splitlines()[1:] == [
        "load 1 of S-H-91: later loads changed these since, and they are left: E08000035 2023-01-01/P1Y (load 4)",
        "load 1 of S-H-91: made of it: S-H-90; run them again",
        "it was only tried: nothing was changed",
    ]
    assert [one["kind"] for one in told(cli, "loads", "S-H-91")] == ["load", "load"]


def test_an_explanation_leads_through_an_undo_to_the_source(cli: Cli, catalogue: Path) -> None:
    told(cli, "rollback", "4")
    found = told(cli, "explain", "S-H-91", "Leeds", "2023")
    assert (found["value"], found["load"]["load_id"]) == (1310, 6)
    assert [(one["value"], one["load_id"]) for one in found["earlier"]] == [(1390, 4), (1310, 1)]
    assert found["making"]["value_cells"][0]["text"] == "1,310"
    assert found["making"]["notes"] == []


def test_nothing_is_on_hold(cli: Cli, catalogue: Path) -> None:
    said = cli("release-hold", "S-H-91", "--demo")
    assert (said.code, said.err) == (2, "error: Nothing of S-H-91 is on hold.\n  yhovi status shows what is.\n")


# older answers


@pytest.fixture
def runs(tmp_path: Path, cli: Cli, prepared: Prepared) -> list[str]:
    """Two runs of the catalogue on landed files, a revision between them."""

    def load() -> list[str]:
        small.make_landed(tmp_path)
        return [run_on_landed(cli, tmp_path, release, homes) for release, homes in (("v1", "1,310"), ("v2", "1,390"))]

    found: list[str] = prepared(load)
    return found


def run_on_landed(cli: Cli, folder: Path, release: str, homes: str) -> str:
    """Land both files of a release, and run all."""
    texts = {"homes": small.HOMES.replace("1,310", homes), "people": f"{small.PEOPLE}{extra(release)}"}
    for dataset, text in texts.items():
        (folder / f"{dataset}.csv").write_text(text, encoding="utf-8")
        assert cli("land", f"council/{dataset}", f"{dataset}.csv", "--release", release).code == 0
    said = cli("run", "--all", "--json")
    assert said.code == 0, said.err
    run: str = said.json["run_id"]
    return run


def extra(release: str) -> str:
    return "E08000019,Sheffield,2022,all,390\n" if release == "v2" else ""


def replayed(cli: Cli, run: str, *arguments: str) -> Said:
    return cli(
        "run", "--all", "--replay", "--as-run", run, "--database-url", "sqlite:///other.db", "--json", *arguments
    )


def test_older_answers_are_refused_unless_they_may_go_behind(cli: Cli, runs: list[str], tmp_path: Path) -> None:
    old, new = runs
    assert set(statuses(replayed(cli, new)).values()) == {"loaded"}
    now = rows(tmp_path / "other.db")
    refused = replayed(cli, old)
    assert statuses(refused) == {"S-H-91": "failed", "S-H-92": "failed", "S-H-90": "stale"}
    behind = replayed(cli, old, "--backfill-vintage")
    assert behind.code == 0, behind.err
    assert statuses(behind) == {"S-H-91": "backfilled", "S-H-92": "backfilled", "S-H-90": "backfilled"}
    assert rows(tmp_path / "other.db") == now
    assert set(statuses(replayed(cli, old, "--backfill-vintage")).values()) == {"unchanged"}
    assert set(statuses(replayed(cli, new)).values()) == {"unchanged"}


def test_behind_newer_answers_the_past_is_as_if_loaded_in_turn(cli: Cli, runs: list[str]) -> None:
    old, new = runs
    replayed(cli, new)
    replayed(cli, old, "--backfill-vintage")
    for indicator in ("S-H-90", "S-H-91", "S-H-92"):
        loads = cli("loads", indicator, "--json").json
        for one in loads:
            when = ("--as-of", one["retrieved_at"].replace(" ", "T") + ".999")
            shown = [
                cli("get", indicator, *when, "--json", *to).json
                for to in ((), ("--database-url", "sqlite:///other.db"))
            ]
            here, there = (
                [{k: v for k, v in row.items() if k not in ("load", "retrieved_at")} for row in one] for one in shown
            )
            assert here == there
            assert here


def test_old_and_new_are_not_mixed(cli: Cli, runs: list[str]) -> None:
    """What is made of older answers doesn't take the place of what was made of newer ones."""
    old, new = runs
    replayed(cli, new)
    cli(
        "rollback",
        cli("loads", "S-H-90", "--json", "--database-url", "sqlite:///other.db").json[0]["load"],
        "--database-url",
        "sqlite:///other.db",
    )
    said = replayed(cli, old, "--backfill-vintage")
    assert said.code == 6
    assert statuses(said) == {"S-H-91": "backfilled", "S-H-92": "backfilled", "S-H-90": "stale"}
    assert said.json["outcomes"][2]["error"] == (
        "It keeps its last values: S-H-91 and S-H-92, which it is made of, went behind newer values, and it is itself"
        " no older, so that old and new would be mixed. Put all that it is made of behind newer values in one run, once"
        " it is loaded of those."
    )


def test_the_demonstration_has_one_vintage(cli: Cli) -> None:
    said = cli("run", "--all", "--demo", "--backfill-vintage")
    assert (said.code, said.err) == (
        2,
        "error: --backfill-vintage and --demo exclude each other.\n  The demonstration has one vintage.\n",
    )


@pytest.mark.parametrize("command", [["rollback", "4"], ["release-hold", "S-H-91"]])
def test_what_changes_a_database_takes_none_that_was_not_meant(
    cli: Cli, catalogue: Path, tmp_path: Path, command: list[str]
) -> None:
    """Commands that only read take the demonstration's where there is no other."""
    assert cli("loads").code == 0
    said = cli(*command)
    assert (said.code, said.err) == (
        5,
        f"error: There is no database at {tmp_path / 'yhovi.db'} yet.\n  The first `yhovi run` makes it.\n",
    )
