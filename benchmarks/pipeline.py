"""Reading, transforming and loading, each against the barest code that does the same work.

python benchmarks/pipeline.py [--rounds N] [--strict]
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
from ratios import Comparison, Task, options, report
from yhovi.connectors.base import Column, Reading
from yhovi.engine.read.readers import read
from yhovi.engine.recipe.apply import Recipe, apply
from yhovi.engine.recipe.signatures import bind
from yhovi.engine.warehouse.values import IndicatorCard, Load, RunStart, Scope
from yhovi.engine.warehouse.warehouse import Warehouse

ROWS = 500_000
OBSERVATIONS = 200_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
VINTAGE = "2023-04"
HEADERS = ("Area Code", "Area Name", "Sex", "Year", "Value")
COLUMNS = (*(Column(name) for name in HEADERS[:-1]), Column(HEADERS[-1], "number", markers=(("*", "suppressed"),)))
RECIPE = (
    ("keep", "Sex == 'Persons'"),
    ("period", {"from": "Year", "as": "calendar_year"}),
    ("observe", {"area": "Area Code", "value": "Value"}),
)
INDICATOR = "X-XX-01"
PLACE = ("indicator_id", "area_code", "area_vintage", "area_level", "source_area_code")
TIME = ("time_period", "period_start", "period_end", "breakdown")
CONTENT = ("value", "lower_ci", "upper_ci", "numerator", "denominator", "unit_measure")
STATUS = ("obs_status", "status_flags", "status_reason", "note", "origin")
NAMES = (*PLACE, *TIME, *CONTENT, *STATUS)


def main() -> int:
    """Compare inside one process; the files are made beforehand."""
    arguments = options("How long the rooms take.", rounds=5)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        content = csv_content(ROWS)
        return report((reading(content), transforming(content), *loading(folder)), arguments)


def csv_content(rows: int) -> bytes:
    """Areas by years by sexes, with a few suppressed values."""
    lines = [",".join(HEADERS)]
    for number in range(rows):
        value = "*" if number % 97 == 0 else f"{number % 1000 / 7:.3f}"
        sex = ("Persons", "Female", "Male")[number % 3]
        lines.append(f"E0{7000000 + number // 75:07},District {number // 75},{sex},{2000 + number // 3 % 25},{value}")
    return "\n".join(lines).encode()


def reading(content: bytes) -> Comparison:
    """Text cells from bytes."""

    def ours() -> None:
        rows = sum(table.num_rows for table in read(BytesIO(content), Reading("csv")))
        require(rows, ROWS)

    def yardstick() -> None:
        require(len(pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False)), ROWS)

    return Comparison(f"read {ROWS:,} rows of CSV : pandas.read_csv", ours, yardstick, goal=4.0)


def transforming(content: bytes) -> Comparison:
    """Observations from text cells: rows kept, numbers and markers parsed, years made periods."""
    tables = list(read(BytesIO(content), Reading("csv")))
    frame = pa.concat_tables(tables).to_pandas()
    steps = tuple((name, bind(name, said)) for name, said in RECIPE)
    kept = int((frame["Sex"] == "Persons").sum())

    def ours() -> None:
        require(len(apply(tables, Recipe(COLUMNS, steps))), kept)

    def yardstick() -> None:
        persons = frame[frame["Sex"] == "Persons"]
        years = {year: f"{year}-01-01/P1Y" for year in persons["Year"].unique()}
        status = persons["Value"].map({"*": "suppressed"})
        value = pd.to_numeric(persons["Value"].where(status.isna()))
        done = pd.DataFrame(
            {"area": persons["Area Code"], "time_period": persons["Year"].map(years), "value": value, "status": status}
        )
        require(len(done), kept)

    return Comparison(f"recipe on {ROWS:,} rows : the same in plain pandas", ours, yardstick, goal=8.0)


def loading(folder: Path) -> Sequence[Comparison]:
    """A first load, and the same again, against writing the rows into one table."""
    frame = pd.DataFrame(itertools.islice(observations(), OBSERVATIONS), columns=NAMES)
    template, loaded = folder / "empty.db", folder / "loaded.db"
    with opened(template) as warehouse:
        warehouse.start_run(RunStart("run", NOW, "benchmark", "live", "0"))
    shutil.copy(template, loaded)
    load_into(loaded, frame)
    rows = list(frame.itertuples(index=False, name=None))

    def ours(source: Path) -> Task:
        return lambda: load_into(Path(shutil.copy(source, folder / "ours.db")), frame)

    def yardstick() -> None:
        file = folder / "plain.db"
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(file)
        with connection:
            connection.execute(
                f"CREATE TABLE observation ({', '.join(NAMES)}, PRIMARY KEY (area_code, time_period, breakdown))"
            )
            connection.executemany(f"INSERT INTO observation VALUES ({', '.join('?' * len(NAMES))})", rows)  # noqa: S608
        connection.close()

    said = f"{OBSERVATIONS:,} observations"
    return (
        Comparison(f"load {said} : executemany", ours(template), yardstick, goal=6.0),
        Comparison(f"load {said} again : executemany", ours(loaded), yardstick, goal=4.0),
    )


def observations() -> Iterator[tuple[object, ...]]:
    """Rows of the canonical frame: areas by years by breakdowns."""
    for area, year, breakdown in itertools.product(range(4000), range(2001, 2026), ("_T", "F")):
        code = f"E0{7000000 + area:07}"
        place = (INDICATOR, code, VINTAGE, "lad", code)
        time = (f"{year}-01-01/P1Y", f"{year}-01-01", f"{year}-12-31", breakdown)
        value = float(area * year % 1000) / 7
        yield (*place, *time, value, value - 1, value + 1, None, None, "percent", "A", None, None, None, "published")


def opened(file: Path) -> Warehouse:
    """The warehouse in that file, made if need be."""
    return Warehouse.open(f"sqlite:///{file.as_posix()}", demo=False, now=NOW)


def load_into(file: Path, frame: pd.DataFrame) -> None:
    """One load of the whole frame."""
    card = IndicatorCard(
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
    batch = Load(
        run_id="run",
        card=card,
        scope=Scope(),
        target_vintage=VINTAGE,
        retrieved_at=NOW,
        committed_at=NOW,
        release=None,
        exchange_id=None,
        spec_text="",
        plan_json="{}",
        plan_fingerprint="0",
        row_set_hash="0",
        registry_hash="0",
        engine_version="0",
        origin="published",
    )
    with opened(file) as warehouse:
        result = warehouse.load(batch, frame)
    require(result.new + result.unchanged, OBSERVATIONS)


def require(found: int, expected: int) -> None:
    """Stop where the work wasn't done."""
    if found != expected:
        sys.exit(f"The benchmark is wrong: {found} rows instead of {expected}.")


if __name__ == "__main__":
    sys.exit(main())
