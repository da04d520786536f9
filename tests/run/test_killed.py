"""Runs that are killed or told to end somewhere: one plain run later all is as if nothing had happened."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.tables import indicators, observation, run
from yhovi.engine.warehouse.warehouse import Warehouse

from support.commands import command, environment, run_process
from support.databases import served
from support.loads import NOW

pytestmark = pytest.mark.untraced

FEW = ("E-BE-06", "E-BE-11", "S-HE-05")
"""One of a workbook, one of a table of text, and one that is made of another."""
MADE_ANEW = {"id", "pipeline_run_id", "extracted_at"}
Content = Mapping[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[Callable[[Path], str]]:
    """Makes the URL of a database for a folder."""
    if request.param == "sqlite":
        yield lambda folder: f"sqlite:///{(folder / 'killed.db').as_posix()}"
        return
    with served() as server:
        yield lambda _: server.warehouse(demo=True)


def content(url: str) -> Content:
    """What dashboards see of each indicator, and how many observations were ever written."""
    cells = [column for column in indicators.columns if column.name not in MADE_ANEW]
    database = Database(url)
    try:
        with database.reading() as connection:
            found: dict[str, list[tuple[Any, ...]]] = {
                "written": [tuple(connection.execute(sa.select(sa.func.count()).select_from(observation)).one())]
            }
            for row in connection.execute(sa.select(indicators.c.indicator_id, *cells)):
                found.setdefault(row[0], []).append(tuple(row[1:]))
    finally:
        database.close()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def begun(folder: Path, url: str, chosen: Sequence[str]) -> subprocess.Popen[bytes]:
    line = command("run", *chosen, "--demo", "--database-url", url)
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(line, cwd=folder, env=environment(), **silent)


def clean(folder: Path, url: str, chosen: Sequence[str]) -> tuple[Content, float]:
    """What one run gives, and how many seconds it takes."""
    folder.mkdir()
    started = time.monotonic()
    said = run_process(folder, "run", *chosen, "--demo", "--database-url", url)
    assert said.code == 0, said.err
    return content(url), time.monotonic() - started


@pytest.mark.parametrize(
    ("chosen", "kills"),
    [pytest.param(FEW, 10, id="a few"), pytest.param(["--all"], 100, id="all", marks=pytest.mark.nightly)],
)
def test_one_plain_run_mends_everything(
    tmp_path: Path, place: Callable[[Path], str], chosen: Sequence[str], kills: int
) -> None:
    expected, length = clean(tmp_path / "clean", place(tmp_path), chosen)
    folder = tmp_path / "killed"
    folder.mkdir()
    url, moments = place(folder), random.Random(20261121)
    for _ in range(kills):
        victim = begun(folder, url, chosen)
        time.sleep(moments.uniform(0.2, 1.0) * length)
        victim.kill()
        victim.wait()
        if "sqlite" not in url or (folder / "killed.db").exists():
            seen = content(url)
            half = {name for name, rows in seen.items() if name != "written" and rows != expected[name]}
            assert half == set(), "half of an indicator was visible"
    said = run_process(folder, "run", *chosen, "--demo", "--database-url", url)
    assert said.code == 0, said.err
    assert content(url) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("request_to_end", ["SIGTERM", "SIGINT"])
def test_a_request_to_end_is_written_down(tmp_path: Path, place: Callable[[Path], str], request_to_end: str) -> None:
    folder = tmp_path / "ended"
    folder.mkdir()
    url = place(folder)
    Warehouse.upgrade(url, demo=True, now=NOW)
    victim = begun(folder, url, ["--all"])
    wait_for(lambda: runs(url) == [("running", None)])
    victim.send_signal(getattr(signal, request_to_end))
    assert victim.wait(timeout=30) == 130
    assert runs(url) == [("interrupted", 130)]


def runs(url: str) -> list[tuple[Any, ...]]:
    database = Database(url)
    try:
        with database.reading() as connection:
            return [tuple(row) for row in connection.execute(sa.select(run.c.outcome, run.c.exit_code))]
    finally:
        database.close()


def wait_for(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
