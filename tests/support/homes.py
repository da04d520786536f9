"""A small catalogue of a council's: homes, people, and homes for each thousand people, of figures that tests land."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from support.commands import Cli, Said

HEAD = """\
id: {id}
title: {id}
description: An indicator that tests make, of figures that tests make.
domain: society
subdomain: housing
measure: {{type: {type}, unit: {unit}, polarity: neutral, decimals: 1}}
"""
TAIL = """\
checks:
  range: {max: 5000}
  golden: {none: the figures are made by the test}
owner: tests
"""
ABOUT = """\
  geography: {level: lad, codes: as_published}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
"""
COUNTED = (
    HEAD
    + """\
source:
  connector: file
  dataset: council/{name}
  query: {{landed: true}}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Number, type: number, unit: count, measure: count, markers: {{"*": suppressed}}}}
"""
)
COUNT_RECIPE = """\
recipe:
  - period: {from: Year, as: calendar_year}
  - observe: {area: Code, value: Number}
"""
RATE = """\
source:
  indicator: S-H-91
  as: homes
"""
RATE_RECIPE = """\
recipe:
  - join: {indicator: S-H-92, as: people, periods: same}
  - derive: {rate: homes / people * 1000}
  - observe: {area: area, value: rate, numerator: homes, denominator: people}
"""
LEEDS, YORK, BARNSLEY, HULL = "E08000035", "E06000014", "E08000016", "E06000010"
HOMES: dict[str, Any] = {LEEDS: 300, YORK: 100, BARNSLEY: "*", HULL: 50}
PEOPLE: dict[str, Any] = {LEEDS: 1000, YORK: 200, "E08000038": 100}


def write_catalogue(folder: Path) -> Path:
    """Homes and people, which is a component, and homes for each thousand people, whose id comes first."""
    files = folder / "indicators" / "society"
    files.mkdir(parents=True)
    homes = COUNTED.format(id="S-H-91", type="count", unit="count", name="homes")
    people = COUNTED.format(id="S-H-92", type="count", unit="count", name="people")
    rate = HEAD.format(id="S-H-90", type="crude_rate", unit="per_1000")
    (files / "S-H-91.yaml").write_text(homes + ABOUT + COUNT_RECIPE + TAIL, encoding="utf-8")
    (files / "S-H-92.yaml").write_text("publish: false\n" + people + ABOUT + COUNT_RECIPE + TAIL, encoding="utf-8")
    (files / "S-H-90.yaml").write_text(rate + RATE + ABOUT + RATE_RECIPE + TAIL, encoding="utf-8")
    return files


def land(cli: Cli, folder: Path, name: str, cells: dict[str, Any], release: str = "v1") -> None:
    lines = ["Code,Year,Number", *(f"{code},2023,{value}" for code, value in cells.items())]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cli("land", f"council/{name}", f"{name}.csv", "--release", release).code == 0


def land_both(cli: Cli, folder: Path, release: str = "v1", **changed: dict[str, Any]) -> None:
    land(cli, folder, "homes", {**HOMES, **changed.get("homes", {})}, release)
    land(cli, folder, "people", {**PEOPLE, **changed.get("people", {})}, release)


def ask(folder: Path, question: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "yhovi.db")) as database:
        return database.execute(question, values).fetchall()


def statuses(said: Said) -> dict[str, str]:
    return {outcome["indicator"]: outcome["status"] for outcome in said.json["outcomes"]}
