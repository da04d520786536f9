"""Rows and loads as the warehouse takes them, and its mart as it can be compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from yhovi.engine.warehouse.values import Area, IndicatorCard, Load, Scope

NOW = datetime(2024, 1, 1, tzinfo=UTC)
CARD = IndicatorCard(
    indicator_id="S-1",
    title="Title",
    description="Description",
    domain="society",
    subdomain="health",
    measure_type="mean",
    unit_measure="percent",
    unit="%",
    polarity="neutral",
    decimals=1,
    publisher="Publisher",
    license="OGL-UK-3.0",
    owner="team",
    dataset_id="source/1",
    spec_hash="spec",
)
LOAD = Load(
    run_id="run-1",
    card=CARD,
    scope=Scope(),
    target_vintage="2023-04",
    retrieved_at=NOW,
    committed_at=NOW,
    release=None,
    exchange_id="exchange",
    spec_text="id: S-1",
    plan_json="{}",
    plan_fingerprint="plan",
    row_set_hash="rows",
    registry_hash="registry",
    engine_version="0.1.0",
    origin="published",
    areas=(Area("A", "2023-04", "Aston", "lad", "R"), Area("R", "2023-04", "Region", "region")),
    withdrawal_limit=1.0,
)

Row = dict[str, Any]


def make_row(area: str, year: int, value: float | None, **changes: Any) -> Row:
    """An observation of a calendar year; ``years`` makes it end there and last longer."""
    years = changes.pop("years", 1)
    first = date(year - years + 1, 1, 1)
    return {
        "indicator_id": "S-1",
        "area_code": area,
        "area_vintage": "2023-04",
        "area_level": "region" if area == "R" else "lad",
        "source_area_code": area,
        "time_period": f"{first}/P{years}Y",
        "period_start": f"{first}",
        "period_end": f"{year}-12-31",
        "breakdown": "_T",
        "value": value,
        "lower_ci": None,
        "upper_ci": None,
        "numerator": None,
        "denominator": None,
        "unit_measure": "percent",
        "obs_status": "A",
        "status_flags": None,
        "status_reason": None,
        "note": None,
        "origin": "published",
        **changes,
    }


def make_load(**changes: Any) -> Load:
    """A load of the indicator S-1; a change that is no field of a load is one of its card."""
    card = {name: changes.pop(name) for name in tuple(changes) if name in IndicatorCard.__dataclass_fields__}
    return replace(LOAD, card=replace(CARD, **card), **changes)


def make_many(indicator_id: str = "S-1") -> list[Row]:
    """Some thousands of observations of one indicator."""
    return [
        make_row(f"A{area}", year, area + year / 7, indicator_id=indicator_id)
        for area in range(40)
        for year in range(1900, 2000)
    ]


def read_mart(path: Path) -> list[tuple[Any, ...]]:
    """The table that dashboards read, less what differs from one database to the next: ``id`` and the run."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM indicators ORDER BY indicator_id, lad_code, reference_period")
        return [tuple(row[name] for name in row.keys() if name not in ("id", "pipeline_run_id")) for row in rows]  # noqa: SIM118
