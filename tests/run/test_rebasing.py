"""Figures on former boundaries, all the way to the database: summed, made again, or kept as they are."""

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
id: S-H-97
title: Homes
description: Homes by district, on whatever boundaries a test prints.
domain: society
subdomain: housing
measure: {{type: {type}, unit: {unit}, polarity: neutral, decimals: 1}}
source:
  connector: file
  dataset: council/homes
  query: {{landed: true}}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Value, type: number, markers: {{"*": suppressed}}}}
    - {{name: Of, type: number}}
    - {{name: All, type: number}}
  geography: {{level: lad, codes: {codes}}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Value, numerator: Of, denominator: All}}
checks:
  shrink: 100%
  golden: {{none: the figures are made by the test}}
owner: tests
"""
SEVEN = [f"E07000{number}" for number in range(163, 170)]
CRAVEN = SEVEN[0]
NORTH_YORKSHIRE, LEEDS, BARNSLEY, NEW_BARNSLEY = "E06000065", "E08000035", "E08000016", "E08000038"
KINDS = {"count": "count", "proportion": "percent", "median": "gbp"}

Cells = dict[str, tuple[Any, Any, Any]]


def load(cli: Cli, folder: Path, kind: str, cells: Cells, release: str = "v1", codes: str = "as_published") -> Said:
    file = folder / "indicators" / "society" / "S-H-97.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SPEC.format(type=kind, unit=KINDS[kind], codes=codes), encoding="utf-8")
    lines = ["Code,Year,Value,Of,All", *(f"{code},2022,{a},{b},{c}" for code, (a, b, c) in cells.items())]
    (folder / "homes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cli("land", "council/homes", "homes.csv", "--release", release)
    return cli("run", "--all")


def current(folder: Path) -> dict[str, tuple[Any, ...]]:
    """What is live, by code: value, reason, flags, vintage."""
    question = """
        select area_code, value, status_reason, status_flags, area_vintage from observation_current
        where action = 'value' order by area_code
    """
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        return {code: said for code, *said in map(tuple, database.execute(question))}


def seven(of: list[Any], all_of: list[int] | None = None) -> Cells:
    return {code: (value, "", total) for code, value, total in zip(SEVEN, of, all_of or [""] * 7, strict=True)}


def test_counts_of_the_seven_districts_give_their_sum(cli: Cli, tmp_path: Path) -> None:
    cells = {**seven([1, 2, 3, 4, 5, 6, 7]), LEEDS: (100, "", "")}
    assert load(cli, tmp_path, "count", cells).code == 0
    found = {row["lad_code"]: (row["value"], row["status_flags"]) for row in rows(tmp_path / "yhovi.db")}
    assert found == {NORTH_YORKSHIRE: (28.0, "summed_from_parts"), LEEDS: (100.0, None)}


@pytest.mark.parametrize(("cell", "reason"), [("*", "suppressed"), ("", "not_available")])
def test_a_missing_part_gives_no_total(cli: Cli, tmp_path: Path, cell: str, reason: str) -> None:
    load(cli, tmp_path, "count", seven([1, 2, cell, 4, 5, 6, 7]))
    assert current(tmp_path)[NORTH_YORKSHIRE][:2] == [None, reason]


def test_an_absent_part_gives_no_total(cli: Cli, tmp_path: Path) -> None:
    cells = seven([1, 2, 3, 4, 5, 6, 7])
    del cells["E07000166"]
    load(cli, tmp_path, "count", cells)
    assert current(tmp_path)[NORTH_YORKSHIRE][:3] == [None, "not_available", "parts_absent summed_from_parts"]


def test_a_proportion_is_numerator_over_denominator(cli: Cli, tmp_path: Path) -> None:
    of, every = [10, 20, 30, 40, 50, 60, 70], [100, 100, 200, 200, 100, 300, 1000]
    cells: Cells = {c: (round(100 * a / b, 6), a, b) for c, a, b in zip(SEVEN, of, every, strict=True)}
    load(cli, tmp_path, "proportion", cells)
    assert current(tmp_path)[NORTH_YORKSHIRE][:3] == [pytest.approx(100 * 280 / 2000), None, "rederived_from_parts"]


def test_a_median_keeps_the_seven_and_gives_no_whole(cli: Cli, tmp_path: Path) -> None:
    load(cli, tmp_path, "median", seven([1, 2, 3, 4, 5, 6, 7]))
    found = current(tmp_path)
    assert found[NORTH_YORKSHIRE][:2] == [None, "not_published_at_this_level"]
    assert {code: found[code] for code in SEVEN} == {
        code: [float(number), None, "former_area", "2023-03"] for number, code in enumerate(SEVEN, start=1)
    }
    assert [(row["lad_code"], row["value"]) for row in rows(tmp_path / "yhovi.db")] == [(NORTH_YORKSHIRE, None)]


def test_once_the_whole_is_printed_the_seven_are_withdrawn(cli: Cli, tmp_path: Path) -> None:
    load(cli, tmp_path, "median", seven([1, 2, 3, 4, 5, 6, 7]))
    said = load(cli, tmp_path, "median", {NORTH_YORKSHIRE: (4, "", "")}, release="v2")
    assert said.code == 0, said.err
    assert current(tmp_path) == {NORTH_YORKSHIRE: [4.0, None, None, "2023-04"]}


def test_a_place_under_both_of_its_codes_is_one(cli: Cli, tmp_path: Path) -> None:
    load(cli, tmp_path, "count", {BARNSLEY: (5, "", ""), NEW_BARNSLEY: (5, "", "")})
    assert current(tmp_path) == {BARNSLEY: [5.0, None, None, "2023-04"]}


def test_a_likely_slip_is_told(cli: Cli, tmp_path: Path) -> None:
    said = load(cli, tmp_path, "count", {"E06000061": (5, "", ""), LEEDS: (1, "", "")})
    assert "E06000061 (1 row). `yhovi geography explain CODE` tells what a code is." in said.err
    told = cli("geography", "check", "homes.csv").out
    assert "E06000061 (row 2) is North Northamptonshire; E06000065 North Yorkshire was probably meant." in told


def test_codes_of_the_declared_vintage_are_loaded(cli: Cli, tmp_path: Path) -> None:
    cells = {**seven([1, 2, 3, 4, 5, 6, 7]), LEEDS: (100, "", "")}
    assert load(cli, tmp_path, "count", cells, codes="2022-04").code == 0
    assert current(tmp_path)[NORTH_YORKSHIRE][0] == 28.0
    assert "2022-04" in cli("plan", "S-H-97").out


def test_codes_of_another_vintage_than_the_declared_one_load_nothing(cli: Cli, tmp_path: Path) -> None:
    said = load(cli, tmp_path, "count", {CRAVEN: (1, "", ""), LEEDS: (100, "", "")}, codes="2023-04")
    assert said.code == 4
    assert (
        "The spec says that all area codes are of 2023-04, but 1 of 2 known codes in the source wasn't valid on "
        "2023-04-01: Craven (E07000163). They were valid together from 2009-04 to 2023-03: write codes: 2021-04 if "
        "that is what the source says, or codes: as_published to take each for the place that it is."
    ) in " ".join(said.err.split())
    assert current(tmp_path) == {}


def test_an_area_beside_a_part_of_it_is_told(cli: Cli, tmp_path: Path) -> None:
    said = load(cli, tmp_path, "count", {CRAVEN: (1, "", ""), NORTH_YORKSHIRE: (28, "", "")})
    assert said.code == 0
    assert (
        "Area codes that never were valid together stand beside each other in 2022-01-01/P1Y: "
        "Craven (E07000163) became North Yorkshire (E06000065) on 2023-04-01."
    ) in " ".join(said.err.split())
