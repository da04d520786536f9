"""What loads leave beside the numbers: a calendar, versions of data sets, and what is known of areas."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.warehouse.calendar import YEARS
from yhovi.engine.warehouse.tables import area_change, dataset_version, dim_date, geo_lookup
from yhovi.engine.warehouse.values import AreaChange, SmallAreaPlace
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import NOW, make_load, make_row

LATER = NOW + timedelta(days=1)


def rows_of(warehouse: Warehouse, table: sa.Table) -> list[tuple[Any, ...]]:
    with warehouse._database.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))]


def days_of(warehouse: Warehouse) -> list[date]:
    return [row[0] for row in rows_of(warehouse, dim_date)]


def every_day(first: int, last: int) -> list[date]:
    begin, end = date(first, 1, 1), date(last, 12, 31)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def test_the_calendar_has_every_day_of_the_years_of_periods(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0), make_row("A", 2019, 1.0, years=2)])
    assert days_of(anywhere) == every_day(2018, 2020)


def test_a_calendar_has_no_gaps(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2015, 1.0)])
    anywhere.load(make_load(indicator_id="S-2"), [make_row("A", 2018, 1.0, indicator_id="S-2")])
    anywhere.load(make_load(indicator_id="S-3"), [make_row("A", 2012, 1.0, indicator_id="S-3")])
    anywhere.load(make_load(indicator_id="S-4"), [make_row("A", 2016, 1.0, indicator_id="S-4")])
    assert days_of(anywhere) == every_day(2012, 2018)


def test_a_period_far_away_makes_no_millions_of_days(anywhere) -> None:
    far = {"time_period": "9000-01-01/P1Y", "period_start": "9000-01-01", "period_end": "9000-12-31"}
    anywhere.load(make_load(), [make_row("A", 2020, 1.0)])
    anywhere.load(make_load(indicator_id="S-2"), [make_row("A", 2020, 1.0, indicator_id="S-2") | far])
    assert days_of(anywhere) == every_day(2020, 2020)
    anywhere.load(make_load(indicator_id="S-3"), [make_row("A", 1700, 1.0, indicator_id="S-3")])
    assert days_of(anywhere) == every_day(2020, 2020)
    assert (YEARS.start, YEARS[-1]) == (1800, 2200)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2024, 2, 29), (2024, 1, 2, "February", 29, "2023/24")),
        (date(2024, 4, 1), (2024, 2, 4, "April", 1, "2024/25")),
        (date(2024, 12, 31), (2024, 4, 12, "December", 31, "2024/25")),
    ],
)
def test_what_is_said_of_a_day(day, said, anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2024, 1.0)])
    assert next(row for row in rows_of(anywhere, dim_date) if row[0] == day) == (day, *said)


def test_a_load_without_a_new_year_writes_no_day(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0)])
    anywhere.load(make_load(), [make_row("A", 2020, 2.0)])
    assert days_of(anywhere) == every_day(2020, 2020)


def test_the_versions_of_a_data_set(anywhere) -> None:
    """One row for each content, however often and by how many indicators it was seen."""
    rows = [make_row("A", 2020, 1.0)]
    anywhere.load(make_load(release="2024", exchange_id="first"), rows)
    anywhere.load(make_load(release="2024", exchange_id="second", retrieved_at=LATER), rows)
    after = LATER + timedelta(days=1)
    anywhere.load(make_load(release="2025", exchange_id="third", row_set_hash="other", retrieved_at=after), rows)
    other = [make_row("A", 2020, 1.0, indicator_id="S-2")]
    before = NOW - timedelta(days=1)
    anywhere.load(make_load(indicator_id="S-2", exchange_id="none", release="x", retrieved_at=before), other)
    assert rows_of(anywhere, dataset_version) == [
        ("source/1", "other", "2025", "third", after, after),
        ("source/1", "rows", "2024", "second", before, LATER),
    ]


def test_what_is_made_of_others_is_no_version_of_a_data_set(anywhere) -> None:
    anywhere.load(make_load(exchange_id=None), [make_row("A", 2020, 1.0)])
    assert rows_of(anywhere, dataset_version) == []


CHANGES = (
    AreaChange("merge", date(2023, 4, 1), "E07000163", "E06000065", None, "ONS"),
    AreaChange("recode", date(2025, 4, 1), "E08000016", "E08000038", "recode_2025", None),
)
PLACES = (
    SmallAreaPlace("E01007317", "2023-04", "lsoa", "E08000016", "E12000003"),
    SmallAreaPlace("E02001509", "2023-04", "msoa", "E08000016", "E12000003"),
)


def test_what_is_known_of_areas_takes_the_place_of_what_was(anywhere) -> None:
    assert anywhere.describe_geography(CHANGES, PLACES) is True
    assert (rows_of(anywhere, area_change), rows_of(anywhere, geo_lookup)) == ([*CHANGES], [*PLACES])
    assert anywhere.describe_geography(reversed(CHANGES), PLACES) is False
    flagged = CHANGES[0]._replace(flag="merged")
    moved = PLACES[0]._replace(lad_code="E08000019")
    assert anywhere.describe_geography([flagged], [moved]) is True
    assert (rows_of(anywhere, area_change), rows_of(anywhere, geo_lookup)) == ([flagged], [moved])
