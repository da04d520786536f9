"""An indicator is added by writing YAML: no code is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.commands import Cli
from support.content import rows

pytestmark = pytest.mark.untraced

SPEC = """\
id: {id}
title: Households in temporary accommodation
description: Households in temporary accommodation at the end of March, as the council counts them.
domain: society
subdomain: housing
measure: {{type: count, unit: count, polarity: lower_is_better, decimals: 0}}
source:
  connector: file
  dataset: council/temporary-accommodation
  query: {{landed: true}}
  columns:
    - {{name: Code}}
    - {{name: Year}}
    - {{name: Households, type: number, markers: {{"*": suppressed}}}}
  geography: {{level: lad, codes: as_published}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Households}}
checks:
  range: {{min: 0}}
  golden: {{none: the council publishes no table of its own}}
owner: housing
"""

TABLE = """\
Code,Year,Households,Remark
E08000035,2023,"1,204",
E08000039,2023,*,few
E08000034,2023,12,
E09000001,2023,99,not of this region
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue with one indicator, beside the built-in one."""
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)
    (folder / "S-H-99.yaml").write_text(SPEC.format(id="S-H-99"), encoding="utf-8")
    return tmp_path / "indicators"


def test_a_fourth_indicator_runs_without_any_code(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    landed = cli("land", "council/temporary-accommodation", "table.csv", "--release", "2023")
    said = cli("run", "--all", "--json")
    assert (landed.code, said.code) == (0, 0), said.err
    assert landed.out == (
        "table.csv landed: council/temporary-accommodation, release 2023 (129 bytes). It serves S-H-99.\n"
    )
    loaded = rows(tmp_path / "yhovi.db")
    found = {row["lad_code"]: (row["value"], row["obs_status"], row["status_reason"]) for row in loaded}
    assert found == {
        "E08000034": (12.0, "A", None),
        "E08000035": (1204.0, "A", None),
        "E08000019": (None, "Q", "suppressed"),
    }


def test_says_which_catalogue_it_uses(cli: Cli, catalogue: Path) -> None:
    said = cli("list", "--json")
    assert [row["indicator"] for row in said.json] == ["S-H-99"]
    assert said.err == f"catalogue: {catalogue} (found here)\n"


def test_awaits_a_file_that_nobody_landed(cli: Cli, catalogue: Path) -> None:
    said = cli("run", "--all")
    command = "yhovi land council/temporary-accommodation FILE --release RELEASE"
    assert said.code == 3
    assert said.err.splitlines()[-2:] == [
        "error: S-H-99: This awaits a file that nobody has landed yet: council/temporary-accommodation.",
        f"  yhovi land --list says from where. Put it into the inbox, or: {command}",
    ]


def test_a_marker_that_nobody_declared_stops_it(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE.replace("*", "[c]"), encoding="utf-8")
    cli("land", "council/temporary-accommodation", "table.csv", "--release", "2023")
    said = cli("run", "--all")
    assert said.code == 3
    assert "[c]" in said.err
    assert "markers" in said.err


def test_a_renamed_column_stops_it(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE.replace("Households,", "Number of households,"), encoding="utf-8")
    cli("land", "council/temporary-accommodation", "table.csv", "--release", "2023")
    said = cli("run", "--all")
    assert said.code == 3
    assert "Households" in said.err
    assert "Number of households" in said.err


def test_landing_twice_says_so(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    answers = []
    for text in (TABLE, TABLE, TABLE.replace("12", "13")):
        file.write_text(text, encoding="utf-8")
        said = cli("land", "council/temporary-accommodation", file, "--release", "2023", "--json")
        answers.append(said.json["outcome"])
    assert answers == ["new", "already there", "supersedes"]


def test_a_landed_file_is_replayed_as_one(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    """The archive says that the bytes were landed, and gives them again."""
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    cli("land", "council/temporary-accommodation", "table.csv", "--release", "2023")
    cli("run", "--all")
    said = cli("run", "--all", "--replay", "--json")
    assert (said.code, said.json["outcomes"][0]["unchanged"]) == (0, 3)
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as database:
        addresses = {address for (address,) in database.execute("select url from ingestion_log")}
    assert addresses == {"landed:council/temporary-accommodation?release=2023"}
