"""Six fetches of one real series (job openings and turnover in the United States), by the month it was fetched.

The first was answered with nothing. The publisher revises some months from each fetch to the next.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from yhovi.engine.warehouse.warehouse import Warehouse

from support.properties import tried

Said = dict[tuple[str, date], float]
FETCHES = 6


@pytest.fixture(scope="module")
def fetches(samples: Path) -> list[tuple[datetime, Said]]:
    """When each was fetched, and what it said of each series and month."""
    files = sorted((samples / "bls" / "vintages").glob("jolts_national_fetched_*.json"))
    assert len(files) == FETCHES
    return [read(json.loads(file.read_text(encoding="utf-8"))) for file in files]


def read(answer: dict[str, Any]) -> tuple[datetime, Said]:
    fetched = datetime.fromisoformat(answer["fetched"]).astimezone(UTC)
    return fetched, {
        (series, date(one["year"], one["month"], 1)): float(one["value"])
        for series, said in answer["series"].items()
        for one in said["data"]
    }


def revisions(fetches: list[tuple[datetime, Said]]) -> Iterator[tuple[str, date, float, float, datetime]]:
    """What was revised, read from one file after the other: series, month, old and new number, and when."""
    last: Said = {}
    for fetched, said in fetches:
        for (series, month), value in said.items():
            if last.get((series, month), value) != value:
                yield series, month, last[series, month], value, fetched
        last |= said


def rows_of(said: Said, row: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        row("A", month.year, value, breakdown=series, period_start=str(month), period_end=str(month))
        | {"time_period": f"{month}/P1M"}
        for (series, month), value in said.items()
    ]


def load_in(warehouse: Warehouse, order: list[int], fetches: list[tuple[datetime, Said]], row: Any, load: Any) -> None:
    for place, number in enumerate(order):
        fetched, said = fetches[number]
        committed = datetime(2026, 8, 1 + place, tzinfo=UTC)
        batch = load(retrieved_at=fetched, committed_at=committed, kind="backfill")
        warehouse.load(batch, rows_of(said, row))


def known(warehouse: Warehouse, moment: datetime) -> Said:
    rows = warehouse.as_of("S-1", moment)
    return {(r["breakdown"], r["period_start"]): r["value"] for r in rows if r["action"] == "value"}


def revised(warehouse: Warehouse) -> list[tuple[str, date, float, float, datetime]]:
    """What was revised, as the database has it."""
    found, last = [], {}
    for r in sorted(warehouse.history("S-1"), key=lambda r: (r["retrieved_at"], r["observation_id"])):
        key = r["breakdown"], r["period_start"]
        if r["action"] != "value":
            continue
        if last.get(key, r["value"]) != r["value"]:
            found.append((*key, last[key], r["value"], r["retrieved_at"]))
        last[key] = r["value"]
    return found


def milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_each_state_and_every_revision(fetches, databases, opened, row, load) -> None:
    """On each kind of database: what each fetch said is known as of its time, and so is what changed."""
    expected = list(revisions(fetches))
    assert len(expected) > 20
    with opened(databases()) as warehouse:
        load_in(warehouse, list(range(FETCHES)), fetches, row, load)
        assert [known(warehouse, fetched) for fetched, _ in fetches] == [said for _, said in fetches]
        assert sorted(revised(warehouse)) == sorted((*one, milliseconds(when)) for *one, when in expected)


@tried(8, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(range(FETCHES)))
def test_the_history_is_the_same_in_whatever_order_they_are_loaded(order, fetches, opened, row, load) -> None:
    with opened() as warehouse:
        load_in(warehouse, order, fetches, row, load)
        assert [known(warehouse, fetched) for fetched, _ in fetches] == [said for _, said in fetches]
        assert sorted(revised(warehouse)) == sorted((*one, milliseconds(when)) for *one, when in revisions(fetches))
        assert {r["value"] for r in warehouse.observations("S-1") if r["action"] == "value"} == set(
            fetches[-1][1].values()
        )
