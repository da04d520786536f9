"""The demonstration, as a new user meets it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.catalogue import CATALOGUE, DRAFTS, SHIPPED
from support.commands import Cli, run_process
from support.content import count, rows
from support.demonstration import DATABASE, ROWS, Demonstration, first_run, second_run
from support.figures import EMPLOYMENT_2023, GVA_2023

pytestmark = pytest.mark.untraced

COLUMNS = (
    "id indicator_id dataset_id domain subdomain lad_code lad_name reference_period value unit source extracted_at "
    "pipeline_run_id obs_status status_flags status_reason lower_ci upper_ci time_period is_latest origin"
).split()

FEW = ("E-BE-02", "E-BE-06", "E-BE-11", "S-HE-05")
"""Among them two that are made of others."""


def test_loads_every_built_in_indicator(demonstration: Demonstration) -> None:
    assert set(ROWS) == set(SHIPPED) - set(DRAFTS), (
        "support/demonstration.py says how many rows each indicator comes to"
    )
    assert demonstration.said.out == first_run()
    for_people = [line for line in demonstration.said.err.splitlines() if not line.startswith("{")]
    assert [line.split(":")[0] for line in for_people] == [
        "left out",
        "catalogue",
        "database",
    ]
    expected = [name for name in COLUMNS if name not in ("id", "pipeline_run_id")]
    assert list(rows(demonstration.database)[0]) == expected


def test_a_second_run_changes_nothing(cli: Cli, demonstrated: Demonstration, tmp_path: Path) -> None:
    database = tmp_path / DATABASE
    first, observations = rows(database), count(database, "observation")
    said = cli("run", "--all", "--demo")
    assert (said.code, said.out) == (0, second_run()), said.err
    assert rows(database) == first == rows(demonstrated.database)
    assert count(database, "observation") == observations


@pytest.mark.parametrize(
    "chosen", [["--domain", "environment"], pytest.param([], marks=pytest.mark.nightly)], ids=["a domain", "all"]
)
def test_its_content_is_the_same_everywhere(
    demonstration: Demonstration, tmp_path: Path, chosen: Sequence[str]
) -> None:
    """Wherever it is made, and by however many processes."""
    said = run_process(tmp_path, "run", "--all", *chosen, "--demo", "--jobs", 1, "--json")
    assert said.code == 0, said.err
    made = {one["indicator"] for one in said.json["outcomes"]}
    whole = [row for row in rows(demonstration.database) if row["indicator_id"] in made]
    assert rows(tmp_path / DATABASE) == whole != []
    assert loads(tmp_path / DATABASE) == [load for load in loads(demonstration.database) if load[0] in made]


def loads(database: Path) -> list[tuple[Any, ...]]:
    """What was loaded, by which plan, of which content; and which loads that was made of."""
    question = (
        "select indicator_id, plan_fingerprint, row_set_hash, rows_new, (select count(*) from load_input where"
        " load_input.load_id = load.load_id) from load order by 1"
    )
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(question).fetchall()


def test_carries_the_published_figures(demonstration: Demonstration) -> None:
    found = [row for row in rows(demonstration.database) if row["reference_period"] == "2023-12-31"]
    employment = [row for row in found if row["indicator_id"] == "E-EJ-01"]
    gva = [row for row in found if row["indicator_id"] == "E-BE-11"]
    assert {row["lad_code"]: (row["value"], row["lower_ci"], row["upper_ci"]) for row in employment} == EMPLOYMENT_2023
    assert {row["lad_code"]: row["value"] for row in gva} == GVA_2023
    assert {row["obs_status"] for row in gva} == {"P"}
    assert {row["origin"] for row in employment + gva} == {"published"}


def test_says_which_figures_are_made_up(demonstration: Demonstration) -> None:
    assert {row["origin"] for row in rows(demonstration.database, "S-HE-05")} == {"synthetic"}


def test_knows_the_districts_of_another_vintage(cli: Cli, demonstration: Demonstration, tmp_path: Path) -> None:
    """Barnsley and Sheffield under their codes of 2025: the same places and figures, and a flag that says so."""
    (tmp_path / "yhovi.toml").write_text('target_vintage = "2025-04"\n', encoding="utf-8")
    said = cli("run", *(f"--indicator={one}" for one in ("E-EJ-01", *FEW)), "--demo")
    assert said.code == 0, said.err
    before = {row["lad_name"]: row["value"] for row in latest(demonstration.database)}
    after = {row["lad_code"]: row for row in latest(tmp_path / DATABASE)}
    assert {row["lad_name"]: row["value"] for row in after.values()} == before
    flagged = {code for code, row in after.items() if row["status_flags"] == "recode_2025"}
    assert flagged == {"E08000038", "E08000039"}
    assert not after.keys() & {"E08000016", "E08000019"}


def latest(database: Path) -> list[dict[str, Any]]:
    return [row for row in rows(database, "E-EJ-01") if row["is_latest"]]


@pytest.mark.parametrize(
    "chosen",
    [
        ["--subdomain", "employment_and_jobs", "--subdomain", "health"],
        pytest.param([], marks=pytest.mark.nightly),
    ],
    ids=["two sub-domains", "all"],
)
def test_three_sources_that_fail_cost_no_other(tmp_path: Path, chosen: Sequence[str]) -> None:
    """An answer that is no answer, one that is of something else, and none: the next run makes these, and no other."""
    catalogue = tmp_path / "indicators"
    shutil.copytree(CATALOGUE, catalogue, ignore=shutil.ignore_patterns("__pycache__"))
    recordings = catalogue / "recordings"
    whole = {name: (recordings / name / "data.csv").read_bytes() for name in BROKEN}
    for name, content in BROKEN.items():
        (recordings / name / "data.csv").write_bytes(content)
    said = run_process(tmp_path, "run", "--all", *chosen, "--demo", "--jobs", 4, "--json")
    assert said.code == 6, said.err
    first = {one["indicator"]: one for one in said.json["outcomes"]}
    failed = {name for name, one in first.items() if one["status"] in ("failed", "stale")}
    assert {"E-EJ-01", "S-HE-05", "S-HE-01"} <= failed < set(first)
    assert all(first[name]["error"].count(". ") for name in failed), "each has a cause and a cure"
    assert {one["status"] for name, one in first.items() if name not in failed} == {"loaded"}
    for name, content in whole.items():
        (recordings / name / "data.csv").write_bytes(content)
    again = run_process(tmp_path, "run", "--all", *chosen, "--demo", "--jobs", 4, "--json")
    assert again.code == 0, again.err
    second = {one["indicator"]: one["status"] for one in again.json["outcomes"]}
    assert {name for name, status in second.items() if status == "loaded"} == failed
    assert {status for name, status in second.items() if name not in failed} == {"unchanged"}


BROKEN = {
    "nomis/NM_17_5": b"<!DOCTYPE html><title>Under repair</title>",
    "fingertips/93721": b"Indicator ID,Something else\n93721,1\n",
    "fingertips/90366": b"",
}
