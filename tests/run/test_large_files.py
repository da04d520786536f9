"""A file as large as the largest that is published: its figures are right to the last digit, and memory is bounded."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from support.commands import Cli, command, environment, measured

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "indicators" / "environment" / "E-NZ-01.yaml"
MEMORY = 500
EVERY_YEAR, FEW_YEARS = 18, 2

figures = pytest.mark.parametrize(
    "years", [FEW_YEARS, pytest.param(EVERY_YEAR, marks=pytest.mark.nightly)], ids=["few years", "every year"]
)


@pytest.fixture(scope="session")
def tool() -> Iterator[ModuleType]:
    """``tools/make_large_file.py``, which belongs to no installed package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        yield import_module("make_large_file")


@pytest.fixture
def landed(tmp_path: Path, tool: ModuleType, cli: Cli, years: int) -> int:
    """A folder with the indicator and a file of so many years; how many rows that has."""
    spec = SPEC.read_text(encoding="utf-8")
    without_checks = re.sub(r"(?ms)^checks:\n.*?^(?=owner:)", "checks: {golden: {none: made-up figures}}\n", spec)
    (tmp_path / "indicators").mkdir()
    (tmp_path / "indicators" / SPEC.name).write_text(without_checks, encoding="utf-8")
    (tmp_path / "yhovi.toml").touch()
    with (tmp_path / "emissions.csv").open("w", encoding="utf-8", newline="") as stream:
        count: int = tool.write(stream, years)
    said = cli("land", "desnz/ghg-emissions-la", "emissions.csv", "--release", "2005-2023")
    assert said.code == 0, said.err
    return count


@figures
@pytest.mark.skipif(sys.platform == "win32", reason="what a process had at most is told by Unix alone")
def test_emissions_per_head_of_a_file_of_full_size(tmp_path: Path, tool: ModuleType, landed: int, years: int) -> None:
    done = subprocess.run(
        measured(command("run", "E-NZ-01")),
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "yhovi.db")) as database:
        found = database.execute(
            "SELECT area_code, substr(time_period, 1, 4), value, numerator, denominator FROM fact_observation"
        ).fetchall()
        assert database.execute("SELECT rows FROM ingestion_log").fetchall() == [(landed,)]
    assert {(code, int(year)): tuple(map(digits, numbers)) for code, year, *numbers in found} == {
        (code, year): (digits(amount / people), digits(amount), digits(people))
        for code in tool.YORKSHIRE
        for year in range(tool.FIRST_YEAR, tool.FIRST_YEAR + years)
        for amount, people in [tool.per_head(code, year)]
    }
    assert int(done.stdout.splitlines()[-1]) < MEMORY


def digits(number: float | Decimal) -> str:
    """A number as exactly as every database keeps it."""
    return f"{number:.12g}" if isinstance(number, float) else f"{float(number):.12g}"


def test_a_file_of_full_size_is_as_large_as_the_published_one(tool: ModuleType) -> None:
    for_each_year = len(list(tool.places())) * len(tool.SUBSECTORS) * len(tool.GASES) + tool.UNALLOCATED
    assert 533_016 <= for_each_year * tool.YEARS < 540_000
    assert len(tool.HEADER) == 15
