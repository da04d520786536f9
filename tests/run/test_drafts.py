"""Drafts: what isn't verified is valid, planned and previewed, and is loaded only where drafts are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import Cli, Said
from support.content import rows

pytestmark = pytest.mark.untraced

SPEC = """\
id: {id}
title: {id}
description: An indicator that tests make, of figures that tests make.
domain: society
subdomain: {subdomain}
measure: {{type: count, unit: count, polarity: neutral, decimals: 0}}
source:
  connector: file
  dataset: council/homes
  query: {{landed: true}}
  columns: [{{name: Code}}, {{name: Year}}, {{name: Number, type: number, unit: count, measure: count}}]
  geography: {{level: lad, codes: as_published}}
  publisher: A council
  license: OGL-UK-3.0
  frequency: P1Y
  lag: P6M
recipe:
  - period: {{from: Year, as: calendar_year}}
  - observe: {{area: Code, value: Number}}
checks:
  golden: {{none: the figures are made by the test}}
owner: tests
{more}"""
DRAFT = "status: draft\nstatus_reason: The code of the series is taken from a forum.\n"
ACTIVE_ID, DRAFT_ID, OTHER_DRAFT, PART = "S-H-90", "S-H-91", "S-D-92", "S-H-93"
LEFT_OUT = "left out: 2 drafts (S-D-92, S-H-91)\n"


def write(folder: Path, name: str, more: str = "", subdomain: str = "housing") -> None:
    text = SPEC.format(id=name, subdomain=subdomain, more=more)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def catalogue(cli: Cli, tmp_path: Path) -> Path:
    """One active indicator, two drafts and a component, all of one file that is landed."""
    folder = tmp_path / "indicators" / "society"
    folder.mkdir(parents=True)
    write(folder, ACTIVE_ID, "status: active\n")
    write(folder, DRAFT_ID, DRAFT)
    write(folder, OTHER_DRAFT, DRAFT, "demographics")
    write(folder, PART, "publish: false\n")
    (tmp_path / "homes.csv").write_text("Code,Year,Number\nE08000035,2023,300\n", encoding="utf-8")
    assert cli("land", "council/homes", "homes.csv", "--release", "v1").code == 0
    return folder


def ran(said: Said) -> list[str]:
    return [outcome["indicator"] for outcome in said.json["outcomes"]]


def on_dashboards(folder: Path) -> set[str]:
    return {row["indicator_id"] for row in rows(folder / "yhovi.db")}


def test_all_leaves_drafts_out_and_says_so(cli: Cli, tmp_path: Path) -> None:
    said = cli("run", "--all", "--json")
    assert said.code == 0
    assert ran(said) == [ACTIVE_ID, PART]
    assert said.err.startswith(LEFT_OUT)
    assert on_dashboards(tmp_path) == {ACTIVE_ID}


def test_all_with_drafts_leaves_nothing_out(cli: Cli, tmp_path: Path) -> None:
    said = cli("run", "--all", "--drafts", "--json")
    assert ran(said) == [OTHER_DRAFT, ACTIVE_ID, DRAFT_ID, PART]
    assert "left out" not in said.err
    assert on_dashboards(tmp_path) == {ACTIVE_ID, DRAFT_ID, OTHER_DRAFT}


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("-i", ACTIVE_ID)], ids=str)
def test_a_draft_that_is_named_is_refused_with_its_reason(cli: Cli, tmp_path: Path, more: tuple[str, ...]) -> None:
    said = cli("run", "-i", DRAFT_ID, *more)
    assert said.code == 2
    assert said.err == (
        "error: S-H-91 is a draft: The code of the series is taken from a forum.\n"
        "  yhovi preview S-H-91 loads nothing; to run it all the same, add --drafts.\n"
    )
    assert not (tmp_path / "yhovi.db").exists()


def test_a_draft_that_is_named_runs_with_drafts(cli: Cli, tmp_path: Path) -> None:
    assert ran(cli("run", DRAFT_ID, "--drafts", "--json")) == [DRAFT_ID]
    assert on_dashboards(tmp_path) == {DRAFT_ID}


def test_what_was_active_and_is_a_draft_now_keeps_what_is_loaded(cli: Cli, tmp_path: Path, catalogue: Path) -> None:
    cli("run", "--all")
    write(catalogue, ACTIVE_ID, DRAFT)
    said = cli("run", "--all")
    assert said.err.startswith("left out: 3 drafts (S-D-92, S-H-90, S-H-91)\n")
    assert on_dashboards(tmp_path) == {ACTIVE_ID}


def test_nothing_but_drafts_is_nothing_to_run(cli: Cli, catalogue: Path) -> None:
    for name in (ACTIVE_ID, PART):
        (catalogue / f"{name}.yaml").unlink()
    said = cli("run", "--all")
    assert (said.code, said.out) == (0, "nothing to show\n")
    assert said.err.startswith(LEFT_OUT)


def test_a_draft_is_valid_planned_previewed_and_shown_with_its_reason(cli: Cli) -> None:
    reason = "The code of the series is taken from a forum."
    assert cli("validate-specs").code == 0
    planned, shown = (cli(command, DRAFT_ID, "--json").json[0] for command in ("plan", "show"))
    assert [(one["status"], one["status_reason"]) for one in (planned, shown)] == [("draft", reason)] * 2
    assert f"status: draft\nstatus_reason: {reason}\n" in cli("plan", DRAFT_ID).out
    assert f"status: draft\nstatus_reason: {reason}\n" in cli("show", DRAFT_ID).out
    assert len(cli("plan", "--all", "--json").json) == 4
    assert cli("preview", DRAFT_ID, "--replay").code == 3, "nothing was archived by a run"
    assert cli("preview", DRAFT_ID).code == 0


def test_no_person_is_asked_for_the_file_of_a_draft(cli: Cli) -> None:
    (awaited,) = cli("land", "--list", "--json").json["awaited"]
    assert awaited["indicators"] == [ACTIVE_ID, PART]


def test_what_is_active_is_made_of_no_draft(cli: Cli, catalogue: Path) -> None:
    file = catalogue / "S-H-94.yaml"
    text = SPEC.format(id="S-H-94", subdomain="housing", more="")
    head, _, rest = text.partition("source:\n")
    tail = rest.partition("  geography:")[2].replace("{level: lad, codes: as_published}", "{level: lad}")
    made = head + f"source:\n  indicator: {DRAFT_ID}\n  as: homes\n  geography:" + tail
    made = made.replace("  - period: {from: Year, as: calendar_year}\n", "")
    file.write_text(made.replace("area: Code, value: Number", "area: area, value: homes"), encoding="utf-8")
    said = cli("validate-specs", file)
    assert said.code == 2
    assert said.out == (
        f"{file}:8:3 made-of-draft S-H-91 is a draft, and this indicator is active\n"
        "    allowed: what is active itself\n"
        "    Make S-H-91 active once it is verified, or set status: draft here as well.\n"
        "1 file, 1 problem\n"
    )
    file.write_text(file.read_text(encoding="utf-8") + DRAFT, encoding="utf-8")
    assert cli("validate-specs", file).code == 0
    assert ran(cli("run", "S-H-94", "--drafts", "--json")) == [DRAFT_ID, "S-H-94"]


def test_the_list_tells_what_stands_how(cli: Cli) -> None:
    said = cli("list")
    assert [line.split()[-1] for line in said.out.splitlines()] == ["status", "draft", "active", "draft", "component"]
    assert said.err.splitlines()[-1] == "4 indicators: 1 active, 2 drafts, 1 component"
    listed = cli("list", "--json")
    assert [(one["indicator"], one["status"]) for one in listed.json] == [
        (OTHER_DRAFT, "draft"),
        (ACTIVE_ID, "active"),
        (DRAFT_ID, "draft"),
        (PART, "component"),
    ]
    assert "indicators:" not in listed.err


def test_a_component_may_be_a_draft_and_is_counted_as_one(cli: Cli, catalogue: Path) -> None:
    write(catalogue, PART, f"publish: false\n{DRAFT}")
    assert cli("list").err.splitlines()[-1] == "4 indicators: 1 active, 3 drafts, 0 components"


def test_a_terminal_gets_the_list_by_domain_and_counts(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import re
    import sys

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)
    drawn = re.sub(r"\x1b\[[0-9;]*m", "", cli("list").out)
    lines = [line.split() for line in drawn.splitlines() if line.strip() and "─" not in line]
    assert [line[0] for line in lines[1:5]] == [OTHER_DRAFT, ACTIVE_ID, DRAFT_ID, PART]
    assert lines[5:] == [
        ["domain", "subdomain", "active", "draft", "component"],
        ["society", "demographics", "0", "1", "0"],
        ["society", "housing", "1", "1", "1"],
    ]
