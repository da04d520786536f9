"""Sources that hold only so much of the past: what they drop behind that stays as it was loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from support import small
from support.commands import Cli
from support.homes import LEEDS, YORK, ask, land_rows, statuses

Figures = Mapping[int, float]
LIMIT = "  shrink: 100%\n"


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """Homes among others; as much of them as one likes may vanish from their source."""
    made = small.make_landed(tmp_path)
    small.change(made, "S-H-91", "checks:\n", f"checks:\n{LIMIT}")
    return made


def window(catalogue: Path, length: str) -> None:
    small.change(catalogue, "S-H-91", small.ABOUT, f"{small.ABOUT}  window: {length}\n")


def load(cli: Cli, folder: Path, release: str, leeds: Figures, york: Figures, *how: str) -> str:
    cells = [(code, *cell) for code, said in ((LEEDS, leeds), (YORK, york)) for cell in said.items()]
    land_rows(cli, folder, "homes", cells, release)
    said = cli("run", "S-H-91", *how, "--json")
    assert said.code == 0, said.err
    return statuses(said)["S-H-91"]


def figures(folder: Path, code: str) -> Figures:
    rows = "select substr(period_start, 1, 4), value from observation_current where action = 'value' and area_code = ?"
    return {int(year): value for year, value in ask(folder, f"{rows} order by 1", code)}


ALL = {2019: 1.0, 2020: 2.0, 2021: 3.0, 2022: 4.0}
NEWER = {2021: 3.0, 2022: 4.5, 2023: 5.0}


def test_what_lies_behind_the_window_stays(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    window(catalogue, "P3Y")
    load(cli, tmp_path, "v1", ALL, ALL)
    load(cli, tmp_path, "v2", NEWER, {2022: 4.5, 2023: 5.0})
    assert figures(tmp_path, LEEDS) == ALL | NEWER
    assert figures(tmp_path, YORK) == {2019: 1.0, 2020: 2.0, 2022: 4.5, 2023: 5.0}, "2021 was withdrawn"


def test_without_a_window_what_is_missing_was_withdrawn(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    load(cli, tmp_path, "v1", ALL, ALL)
    load(cli, tmp_path, "v2", NEWER, NEWER)
    assert figures(tmp_path, LEEDS) == figures(tmp_path, YORK) == NEWER


def test_what_comes_of_before_the_window_is_taken(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    """A publisher that revises more than usual isn't ignored."""
    window(catalogue, "P1Y")
    load(cli, tmp_path, "v1", ALL, ALL)
    load(cli, tmp_path, "v2", {2019: 9.0, 2022: 4.0}, {2022: 4.0})
    assert figures(tmp_path, LEEDS) == ALL | {2019: 9.0}
    assert figures(tmp_path, YORK) == ALL


def test_the_newest_figure_may_be_withdrawn(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    window(catalogue, "P2Y")
    load(cli, tmp_path, "v1", ALL, ALL)
    load(cli, tmp_path, "v2", {2020: 2.0, 2021: 3.0}, {2020: 2.0, 2021: 3.0})
    assert figures(tmp_path, LEEDS) == {2019: 1.0, 2020: 2.0, 2021: 3.0}


def test_a_window_and_chosen_periods_hold_together(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    window(catalogue, "P3Y")
    load(cli, tmp_path, "v1", ALL, ALL)
    load(cli, tmp_path, "v2", {2023: 5.0}, {2023: 5.0}, "--until", "2021-12-31")
    assert figures(tmp_path, LEEDS) == {2019: 1.0, 2020: 2.0, 2022: 4.0}, "of 2021 nothing came"


def test_another_window_is_another_plan(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    window(catalogue, "P3Y")
    load(cli, tmp_path, "v1", ALL, ALL)
    load(cli, tmp_path, "v2", NEWER, NEWER)
    assert statuses(cli("run", "S-H-91", "--json")) == {"S-H-91": "unchanged"}
    small.change(catalogue, "S-H-91", "  window: P3Y\n", "")
    assert statuses(cli("run", "S-H-91", "--json")) == {"S-H-91": "loaded"}
    assert figures(tmp_path, LEEDS) == NEWER
