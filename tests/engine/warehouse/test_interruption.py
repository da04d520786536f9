"""Whatever ends a load before its time, nothing of it stays; and processes that load at once lose nothing."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from yhovi.engine.warehouse.values import Area, RunStart

pytestmark = pytest.mark.untraced

CHILD = Path(__file__).with_name("child.py")
MOMENTS = 5


@contextmanager
def child(path: Path, run_id: str, indicator_id: str = "S-1") -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to load as soon as it is told to."""
    command = [sys.executable, str(CHILD), f"sqlite:///{path}", run_id, indicator_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_failure_at_any_statement_leaves_everything_as_it_was(warehouse, path, row, load) -> None:
    """Whichever statement of a load fails, its commit included, nothing of it can be seen."""
    warehouse.load(load(), [row("A", 2020, 1.0), row("B", 2020, 1.0), row("R", 2020, 1.0)])
    before = everything(path)
    batch = load(domain="economy", areas=[Area("A", "2023-04", "Aston upon Trent", "lad")], release="2024")
    rows = [row("A", 2020, 2.0), row("A", 2021, 1.0), row("C", 2021, 1.0), row("R", 2020, 1.0)]
    engine = warehouse._database._engine
    statements = 0
    failing: int | None = None

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements == failing:
            raise RuntimeError("a failure")

    for happening in ("before_cursor_execute", "commit"):
        sa.event.listen(engine, happening, count)
    failing = 0
    while True:
        failing, statements = failing + 1, 0
        try:
            result = warehouse.load(batch, rows)
        except RuntimeError:
            assert everything(path) == before
        else:
            break
    assert failing > 20
    assert (result.new, result.changed, result.unchanged, result.withdrawn) == (2, 1, 1, 1)


def test_a_process_killed_at_any_moment_leaves_nothing_half_done(
    tmp_path: Path, opened: Callable, load: Callable, many: Callable, mart_content: Callable
) -> None:
    """While the database is made or while it is loaded: a load afterwards gives what a load without a kill gives."""
    clean = tmp_path / "clean.db"
    with child(clean, "run-1") as process:
        started = time.perf_counter()
        begin(process)
        assert process.wait() == 0
        duration = time.perf_counter() - started
    paths = [tmp_path / f"{moment}.db" for moment in range(MOMENTS)]
    with ExitStack() as stack:
        for moment, process in enumerate([stack.enter_context(child(path, "killed")) for path in paths]):
            begin(process)
            time.sleep(duration * (moment + 0.5) / MOMENTS)
            process.kill()
            process.wait()
    for path in paths:
        with opened(f"sqlite:///{path}") as warehouse:
            result = warehouse.load(load(), many())
            assert result.new + result.unchanged == len(many())
            assert result.unchanged in (0, len(many()))
            assert len(warehouse.history("S-1")) == len(many())
        assert mart_content(path) == mart_content(clean)


def test_processes_that_load_at_once_lose_nothing(
    tmp_path: Path, opened: Callable, load: Callable, many: Callable, mart_content: Callable
) -> None:
    """They wait for one another, also for the tables; the same load twice is loaded once."""
    path, alone = tmp_path / "together.db", tmp_path / "alone.db"
    names = {"one": "S-1", "two": "S-2", "three": "S-1"}
    with (
        child(path, "one", "S-1") as one,
        child(path, "two", "S-2") as two,
        child(path, "three", "S-1") as three,
    ):
        for process in (one, two, three):
            begin(process)
        assert [process.wait() for process in (one, two, three)] == [0, 0, 0]
    with opened(f"sqlite:///{alone}") as warehouse:
        for name in sorted(set(names.values())):
            warehouse.load(load(indicator_id=name), many(name))
    assert mart_content(path) == mart_content(alone)
    with closing(sqlite3.connect(path)) as connection:
        loads = connection.execute("SELECT indicator_id, outcome FROM load ORDER BY indicator_id, load_id").fetchall()
    assert loads == [("S-1", "loaded"), ("S-1", "unchanged"), ("S-2", "loaded")]


def test_a_run_is_written_down_outside_its_loads(warehouse, path, row, load) -> None:
    """A load that fails leaves its run, and its failure can be written down afterwards."""
    warehouse.start_run(RunStart("run-2", load().committed_at, "yhovi run", "live", "0.1.0"))
    with pytest.raises(ValueError, match="another indicator"):
        warehouse.load(load(run_id="run-2"), [row("A", 2020, 1.0, indicator_id="S-9")])
    warehouse.record_failure(load().committed_at, "run-2", "S-1", "It failed.")
    (line,) = warehouse.status()
    assert (line.last_outcome, line.failure, line.last_load) == ("failed", "It failed.", None)
