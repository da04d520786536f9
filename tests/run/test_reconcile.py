"""Two routes to one number: both are loaded, the second is held to the first, and a difference is told or stops it."""

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
id: {id}
title: {id}
description: An indicator that tests make, of figures that tests make.
domain: society
subdomain: housing
measure: {{type: {type}, unit: {unit}, polarity: neutral, decimals: 1}}
source:
  connector: file
  dataset: council/{name}
  query: {{landed: true}}
  columns: [{{name: Code}}, {{name: Year}}, {{name: Number, type: number, unit: {unit}, measure: {type}}}]
  geography: {{level: lad, codes: as_published}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Number}}
checks:
{checks}  golden: {{none: the figures are made by the test}}
owner: tests
"""
CHECK = "  reconcile: {{with: S-H-99, tolerance: 0.5{more}}}\n"
# The one that is held to the other has the id that comes first.
HERE, THERE = "S-H-90", "S-H-99"
LEEDS, YORK = "E08000035", "E06000014"
DIFFERS = "1 of 2 numbers differs by more than 0.5 from S-H-99: E08000035 Leeds 2023-01-01/P1Y 60, there 61."


@pytest.fixture(autouse=True)
def catalogue(tmp_path: Path) -> Path:
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)
    write(folder)
    return folder


def write(folder: Path, more: str = "", other: str = "") -> None:
    """The two specs, with more said of the check of the first, and a check of the other."""
    here = SPEC.format(id=HERE, name="here", type="survey_percentage", unit="percent", checks=CHECK.format(more=more))
    there = SPEC.format(id=THERE, name="there", type="proportion", unit="fraction", checks=other)
    (folder / f"{HERE}.yaml").write_text(here, encoding="utf-8")
    (folder / f"{THERE}.yaml").write_text(there, encoding="utf-8")


def land(cli: Cli, folder: Path, name: str, cells: dict[str, Any], release: str = "v1") -> None:
    lines = ["Code,Year,Number", *(f"{code},2023,{value}" for code, value in cells.items())]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cli("land", f"council/{name}", f"{name}.csv", "--release", release).code == 0


def land_both(cli: Cli, folder: Path, leeds: float = 0.6, release: str = "v1") -> None:
    land(cli, folder, "here", {LEEDS: 60, YORK: 50}, release)
    land(cli, folder, "there", {LEEDS: leeds, YORK: 0.502}, release)


def outcomes(said: Said) -> dict[str, tuple[str, list[str]]]:
    return {one["indicator"]: (one["status"], one["warnings"]) for one in said.json["outcomes"]}


def findings(folder: Path) -> list[tuple[Any, ...]]:
    question = "select indicator_id, severity, message from validation_log where check_name = 'reconcile'"
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        return database.execute(question).fetchall()


def test_the_other_is_made_first_and_an_agreement_is_silent(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    said = cli("run", "--all", "--json")
    assert list(outcomes(said).items()) == [(THERE, ("loaded", [])), (HERE, ("loaded", []))]


def test_a_difference_is_told_with_both_numbers_and_loaded(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path, leeds=0.61)
    said = cli("run", "--all", "--json")
    assert said.code == 0
    assert outcomes(said)[HERE] == ("loaded", [DIFFERS])
    assert findings(tmp_path) == [(HERE, "warning", DIFFERS)]


def test_a_difference_stops_where_it_is_blocking(cli: Cli, tmp_path: Path, catalogue: Path) -> None:
    land_both(cli, tmp_path)
    cli("run", "--all")
    before = rows(tmp_path / "yhovi.db", HERE)
    write(catalogue, ", blocking: true")
    land_both(cli, tmp_path, leeds=0.61, release="v2")
    said = cli("run", "--all")
    assert said.code == 6
    assert f"error: S-H-90: {DIFFERS}\n  Nothing was loaded; what was loaded before is untouched.\n" in said.err
    assert rows(tmp_path / "yhovi.db", HERE) == before


def test_alone_it_is_compared_with_what_is_loaded_of_the_other(cli: Cli, tmp_path: Path) -> None:
    """Nothing is brought along to be compared with."""
    land_both(cli, tmp_path, leeds=0.61)
    cli("run", THERE)
    land(cli, tmp_path, "there", {LEEDS: 0.6}, "v2")
    said = cli("run", HERE, "--json")
    assert outcomes(said) == {HERE: ("loaded", [DIFFERS])}


NOT_AT_HAND = "It wasn't compared with S-H-99, of which nothing is at hand: run that first, and this one again."


@pytest.mark.parametrize("more", ["", ", blocking: true"])
def test_before_the_other_is_loaded_that_is_told(cli: Cli, tmp_path: Path, catalogue: Path, more: str) -> None:
    write(catalogue, more)
    land_both(cli, tmp_path, leeds=0.61)
    said = cli("run", HERE, "--json")
    assert (said.code, outcomes(said)) == (0, {HERE: ("loaded", [NOT_AT_HAND])})


def test_where_the_other_fails_it_is_compared_with_what_was_loaded_before(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path, leeds=0.61)
    cli("run", "--all")
    land(cli, tmp_path, "there", {LEEDS: "[x]"}, "v2")
    said = cli("run", "--all", "--json")
    assert said.code == 6
    assert outcomes(said) == {THERE: ("failed", []), HERE: ("unchanged", [DIFFERS])}


def test_a_dry_run_compares_what_it_makes(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path, leeds=0.61)
    said = cli("run", "--all", "--dry-run", "--json")
    assert outcomes(said) == {THERE: ("checked", []), HERE: ("checked", [DIFFERS])}
    assert not (tmp_path / "yhovi.db").exists()


def test_a_preview_says_that_it_is_not_compared(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    assert [one["message"] for one in cli("preview", HERE, "--json").json["outcome"]["findings"]] == [NOT_AT_HAND]


def test_what_was_compared_can_be_explained(cli: Cli, tmp_path: Path) -> None:
    """The load's own spec is read again without the one that it was compared with."""
    land_both(cli, tmp_path)
    cli("run", "--all")
    said = cli("explain", HERE, LEEDS, "2023", "--json")
    assert said.code == 0
    assert said.json["making"]["notes"] == []
    assert said.json["making"]["steps"]


def test_two_that_are_each_held_to_the_other_are_refused(cli: Cli, catalogue: Path) -> None:
    write(catalogue, other="  reconcile: {with: S-H-90, tolerance: 0.1}\n")
    said = cli("validate-specs")
    assert said.code == 2
    found = [line.partition(" ")[2] for line in said.out.splitlines() if " no-second-route " in line]
    assert found == [
        f"no-second-route {other} is compared with {one} in turn, or with what is made of it"
        for one, other in ((HERE, THERE), (THERE, HERE))
    ]
