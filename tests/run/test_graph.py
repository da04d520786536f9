"""Indicators that are made of others: in which order they run, what they are made from, and what a failure costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support import small
from support.commands import Cli
from support.content import rows
from support.homes import BARNSLEY, HULL, LEEDS, YORK, ask, land_both, statuses

CORRECTION = """\
corrections:
  - area: E06000014
    period: 2023
    action: replace
    value: 110
    expect: 100
    reason: two were left out
    provider: the council
"""


@pytest.fixture(autouse=True)
def catalogue(tmp_path: Path) -> Path:
    """Homes, people, and what is made of them."""
    return small.make_landed(tmp_path) / "society"


def rates(folder: Path) -> dict[str, tuple[Any, ...]]:
    return {row["lad_code"]: (row["value"], row["status_reason"]) for row in rows(folder / "yhovi.db", "S-H-90")}


def test_it_runs_after_what_it_is_made_of(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    said = cli("run", "--all", "--json")
    assert said.code == 0, said.err
    assert statuses(said) == {"S-H-91": "loaded", "S-H-92": "loaded", "S-H-90": "loaded"}
    assert rates(tmp_path) == {
        LEEDS: (300.0, None),
        YORK: (500.0, None),
        BARNSLEY: (None, "suppressed"),
        HULL: (None, "not_available"),
    }


def test_asked_for_alone_it_brings_what_it_is_made_of(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    said = cli("run", "S-H-90")
    assert said.code == 0, said.err
    assert "also: S-H-91, S-H-92, as others are made of them\n" in said.err
    assert len(rates(tmp_path)) == 4


def test_a_component_is_kept_and_on_no_dashboard(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    cli("run", "--all")
    assert rows(tmp_path / "yhovi.db", "S-H-92") == []
    assert ask(tmp_path, "select count(*) from observation_current where indicator_id = 'S-H-92'") == [(3,)]


def test_a_load_says_which_loads_it_was_made_from(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    cli("run", "--all")
    question = """
        select mine.indicator_id, other.indicator_id from load_input
        join load mine on mine.load_id = load_input.load_id
        join load other on other.load_id = load_input.input_load_id order by 1, 2
    """
    assert ask(tmp_path, question) == [("S-H-90", "S-H-91"), ("S-H-90", "S-H-92")]


def test_a_second_run_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    cli("run", "--all")
    said = cli("run", "--all", "--json")
    assert set(statuses(said).values()) == {"unchanged"}


def test_a_revised_input_revises_it(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    cli("run", "--all")
    land_both(cli, tmp_path, "v2", people={LEEDS: 1500})
    said = cli("run", "--all", "--json")
    changed = {outcome["indicator"]: outcome["changed"] for outcome in said.json["outcomes"]}
    assert changed == {"S-H-91": 0, "S-H-92": 1, "S-H-90": 1}
    assert rates(tmp_path)[LEEDS] == (200.0, None)


def test_it_keeps_its_last_values_where_an_input_fails(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    cli("run", "--all")
    before = rates(tmp_path)
    land_both(cli, tmp_path, "v2", homes={LEEDS: 400}, people={LEEDS: "[c]"})
    said = cli("run", "--all", "--json")
    assert said.code == 6
    assert statuses(said) == {"S-H-91": "loaded", "S-H-92": "failed", "S-H-90": "stale"}
    (stale,) = (outcome for outcome in said.json["outcomes"] if outcome["status"] == "stale")
    assert stale["error"] == (
        "It keeps its last values, as S-H-92, which it is made of, failed. Mend that first; this one follows by itself."
    )
    assert rates(tmp_path) == before


def test_a_value_held_back_leaves_what_is_made_of_it_as_it_was(cli: Cli, tmp_path: Path) -> None:
    """The input's row is quarantined and keeps what it had; so does the rate."""
    land_both(cli, tmp_path)
    cli("run", "--all")
    land_both(cli, tmp_path, "v2", homes={LEEDS: 99_999, YORK: 120})
    said = cli("run", "--all", "--json")
    assert said.code == 0
    assert (rates(tmp_path)[LEEDS], rates(tmp_path)[YORK]) == ((300.0, None), (600.0, None))


def test_a_dry_run_makes_it_in_memory(cli: Cli, tmp_path: Path) -> None:
    land_both(cli, tmp_path)
    said = cli("run", "--all", "--dry-run", "--json")
    assert set(statuses(said).values()) == {"checked"}
    assert not (tmp_path / "yhovi.db").exists()


def test_a_correction_is_made_before_the_checks_and_ends_when_the_source_mends(
    cli: Cli, tmp_path: Path, catalogue: Path
) -> None:
    file = catalogue / "S-H-91.yaml"
    wrong = CORRECTION
    file.write_text(file.read_text(encoding="utf-8") + wrong, encoding="utf-8")
    land_both(cli, tmp_path)
    assert cli("run", "--all").code == 0
    assert rates(tmp_path)[YORK] == (550.0, None)
    assert ask(tmp_path, "select status_flags, note from observation_current where value = 110") == [
        ("corrected", "Corrected here (the council): two were left out")
    ]
    land_both(cli, tmp_path, "v2", homes={YORK: 110})
    said = cli("run", "--all")
    assert said.code == 6
    assert "error: S-H-91: A correction of E06000014 2023 expects 100, but the source says 110 now.\n" in said.err
