"""What the checks do to a load: rows held back, an indicator stopped, what was loaded before untouched."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.commands import Cli, Said
from support.content import rows

pytestmark = pytest.mark.untraced

SPEC = """\
id: S-H-98
title: Homes
description: Homes by district, for a test of the checks.
domain: society
subdomain: housing
measure: {type: count, unit: count, polarity: neutral, decimals: 0}
source:
  connector: file
  dataset: council/homes
  query: {landed: true}
  columns: [{name: Code}, {name: Year}, {name: Homes, type: number}]
  geography: {level: lad, codes: as_published}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {from: Year, as: calendar_year}
  - observe: {area: Code, value: Homes}
checks:
  range: {max: 1000}
  complete: {areas: all, since: 2023}
  shrink: 50%
  golden: [{area: E08000035, period: 2023, value: 535, release: v1, cite: the council's own table of homes}]
owner: housing
"""
DISTRICTS = [f"E060000{n}" for n in (10, 11, 12, 13, 14, 65)]
DISTRICTS += [f"E080000{n}" for n in (16, 17, 18, 19, 32, 33, 34, 35, 36)]
PLAIN = {(code, 2023): 500 + int(code[-2:]) for code in DISTRICTS}


@pytest.fixture(autouse=True)
def catalogue(tmp_path: Path) -> None:
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)
    (folder / "S-H-98.yaml").write_text(SPEC, encoding="utf-8")


def load(cli: Cli, folder: Path, cells: dict[tuple[str, Any], Any], release: str = "v1") -> Said:
    lines = ["Code,Year,Homes", *(f"{code},{year},{value}" for (code, year), value in cells.items())]
    (folder / "homes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cli("land", "council/homes", "homes.csv", "--release", release)
    return cli("run", "--all")


def ask(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        return database.execute(question).fetchall()


def test_a_value_out_of_range_is_held_back(cli: Cli, tmp_path: Path) -> None:
    """The other rows are loaded, and what was loaded of it before stays."""
    load(cli, tmp_path, PLAIN)
    said = load(cli, tmp_path, {**PLAIN, ("E08000034", 2023): 99_999, ("E08000033", 2023): 7}, release="v2")
    assert said.code == 0
    summary = "S-H-98 loaded 0 1 13 0 1 1 another release than before"
    assert said.out.splitlines()[-1].split() == summary.split()
    assert "1 value" in said.err
    assert {row["lad_code"]: row["value"] for row in rows(tmp_path / "yhovi.db")} == {
        **{code: float(value) for (code, _), value in PLAIN.items()},
        "E08000033": 7.0,
    }
    assert ask(tmp_path, "select area_code, time_period, value, check_name from rejected_observation") == [
        ("E08000034", "2023-01-01/P1Y", 99999.0, "range")
    ]


STOPS: dict[str, tuple[dict[tuple[str, int], Any], str]] = {
    "an area is absent": (
        {key: value for key, value in PLAIN.items() if key[0] != "E08000036"},
        "E08000036 Wakefield 2023-01-01/P1Y",
    ),
    "a golden comes out wrong": ({**PLAIN, ("E08000035", 2023): 534}, "The published figure for E08000035 2023 is 535"),
    "nothing comes out": ({("S12000033", 2023): 1}, "No observation came out"),
}


@pytest.mark.parametrize("case", STOPS, ids=str)
def test_a_failed_check_stops_the_load(cli: Cli, tmp_path: Path, case: str) -> None:
    load(cli, tmp_path, PLAIN)
    before = rows(tmp_path / "yhovi.db")
    cells, sentence = STOPS[case]
    said = load(cli, tmp_path, cells)
    assert said.code == 4
    assert sentence in said.err
    assert said.err.splitlines()[-1] == "  Nothing was loaded; what was loaded before is untouched."
    assert rows(tmp_path / "yhovi.db") == before
    assert ask(tmp_path, "select count(*) from validation_log where severity = 'error'") != [(0,)]
    assert cli("status", "--json").json[0]["status"] == "failed"


NO_SERIES = {
    "pooled and single years": (
        "2021-01-01/P1Y 2022-01-01/P1Y 2022-01-01/P3Y",
        "The periods are of different length: P1Y (2021-01-01/P1Y), P3Y (2022-01-01/P3Y). Keep one in the recipe.",
    ),
    "two that end together": (
        "2022-01-01/P1Y 2020-01-01/P3Y",
        (
            "Periods of different length end on the same day: 2020-01-01/P3Y and 2022-01-01/P1Y. Keep one length in the"
            " recipe."
        ),
    ),
}


@pytest.mark.parametrize("case", NO_SERIES)
def test_pooled_and_single_years_are_no_series(cli: Cli, tmp_path: Path, case: str) -> None:
    periods, sentence = NO_SERIES[case]
    spec = SPEC.replace("as: calendar_year", "as: iso_interval").replace("  complete: {areas: all, since: 2023}\n", "")
    (tmp_path / "indicators" / "society" / "S-H-98.yaml").write_text(spec, encoding="utf-8")
    said = load(cli, tmp_path, {("E08000035", period): 535 for period in periods.split()})
    assert said.code == 4
    assert sentence in said.err


def test_fractions_that_nobody_declared_do_not_pass_for_percentages(cli: Cli, tmp_path: Path) -> None:
    spec = SPEC.replace("type: count, unit: count", "type: proportion, unit: percent")
    (tmp_path / "indicators" / "society" / "S-H-98.yaml").write_text(spec, encoding="utf-8")
    said = load(cli, tmp_path, {(code, 2023): f"0.{place + 40}" for place, code in enumerate(DISTRICTS)})
    assert said.code == 4
    assert (
        "All 15 percentages lie between 0 and 1 (0.4 to 0.54): if these are fractions, declare their unit" in said.err
    )


def test_a_golden_of_another_release_only_warns(cli: Cli, tmp_path: Path) -> None:
    said = load(cli, tmp_path, {**PLAIN, ("E08000035", 2023): 534}, release="v2")
    assert said.code == 0
    assert "warning: S-H-98: The published figure for E08000035 2023 is 535" in said.err


def test_a_series_that_shrinks_is_not_withdrawn_in_silence(cli: Cli, tmp_path: Path) -> None:
    """Four years become one: more vanished than the spec allows."""
    history = {(code, year): 500 for code in DISTRICTS for year in (2020, 2021, 2022)}
    load(cli, tmp_path, {**history, **PLAIN})
    said = load(cli, tmp_path, PLAIN, release="v2")
    assert said.code == 4
    assert "45 of 60 current rows are missing from this load; at most 50% may vanish at once." in said.err
    assert len(rows(tmp_path / "yhovi.db")) == 60


def test_a_withdrawn_value_stays_with_its_reason(cli: Cli, tmp_path: Path) -> None:
    load(cli, tmp_path, {**PLAIN, ("E08000035", 2022): 530})
    said = load(cli, tmp_path, PLAIN, release="v2")
    assert said.code == 0
    found = [row for row in rows(tmp_path / "yhovi.db") if row["time_period"] == "2022-01-01/P1Y"]
    assert [(row["value"], row["obs_status"], row["status_reason"]) for row in found] == [(None, "O", "withdrawn")]


def test_one_key_with_two_values_is_refused(cli: Cli, tmp_path: Path) -> None:
    load(cli, tmp_path, PLAIN)
    (tmp_path / "homes.csv").write_text(
        (tmp_path / "homes.csv").read_text(encoding="utf-8") + "E08000035,2023,536\n", encoding="utf-8"
    )
    cli("land", "council/homes", "homes.csv", "--release", "v2")
    said = cli("run", "--all")
    assert said.code == 4
    assert "E08000035 2023-01-01/P1Y" in said.err
