"""What the views say, on each kind of database."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from math import isclose, sqrt
from statistics import fmean, pstdev
from typing import Any

import pytest
import sqlalchemy as sa
from yhovi.engine.warehouse.values import Area, Event, Finding, Key, Rejected, RunStart
from yhovi.engine.warehouse.views import VIEWS, View
from yhovi.engine.warehouse.views.statements import without_schemas
from yhovi.engine.warehouse.warehouse import Warehouse

from support.loads import NOW, make_load, make_row

LATER = NOW + timedelta(days=30)
DISTRICTS = tuple(Area(code, "2023-04", code, "lad", "R") for code in "ABCD")
AREAS = (*DISTRICTS, Area("R", "2023-04", "Region", "region"))


def seen(warehouse: Warehouse, name: str, *columns: str, **only: Any) -> list[tuple[Any, ...]]:
    """Some columns of a view, in the order of their content."""
    (view,) = (view for view in VIEWS if view.name == name)
    table = view.table()
    query = sa.select(*(table.c[column] for column in columns) if columns else table.columns)
    for column, said in only.items():
        query = query.where(table.c[column] == said)
    with warehouse._database.reading() as connection:
        return sorted((tuple(row) for row in connection.execute(query)), key=repr)


def a_period(time_period: str, first: date, last: date) -> dict[str, Any]:
    return {"time_period": time_period, "period_start": f"{first}", "period_end": f"{last}"}


def quarter(year: int, number: int) -> dict[str, Any]:
    first = date(year, 3 * number - 2, 1)
    last = date(year + number // 4, 3 * number % 12 + 1, 1) - timedelta(days=1)
    return a_period(f"{first}/P3M", first, last)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_view_has_the_columns_it_says_and_can_be_read_empty(view, anywhere) -> None:
    assert seen(anywhere, view.name) == []


def test_the_names_of_columns_are_unique_and_views_are_described() -> None:
    for view in VIEWS:
        names = [column.name for column in view.query().selected_columns]
        assert len(set(names)) == len(names), view.name
        assert view.about.endswith(".")


def test_views_need_nothing_that_only_our_own_connection_has(warehouse, path, many, load) -> None:
    """Dashboards read the file through a driver of their own."""
    warehouse.load(load(), many())
    with closing(sqlite3.connect(path)) as connection:
        for view in VIEWS:
            connection.execute(f"SELECT * FROM {view.name}").fetchall()  # noqa: S608
            (made,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [view.name]).fetchone()
            assert not re.search(r"sqrt|floor|power|mod\(", made, re.IGNORECASE), view.name


def test_the_latest_of_every_level(anywhere) -> None:
    rows = [make_row("A", 2020, 1.0), make_row("A", 2021, 2.0), make_row("R", 2020, 3.0)]
    anywhere.load(make_load(), rows)
    assert seen(anywhere, "indicators_latest", "area_code", "time_period", "value", "is_latest") == [
        ("A", "2021-01-01/P1Y", 2.0, True),
        ("R", "2020-01-01/P1Y", 3.0, True),
    ]


CHANGE = ("time_period", "previous_period", "previous_value", "change", "change_unit", "change_percent", "reason")
A_YEAR_BEFORE = "2020-01-01/P1Y"


@pytest.mark.parametrize(
    ("before", "after", "about", "expected"),
    [
        (10.0, 12.5, {}, (A_YEAR_BEFORE, 10.0, 2.5, "percentage points", None, None)),
        (
            10.0,
            12.5,
            {"measure_type": "count", "unit_measure": "persons", "unit": "people"},
            (A_YEAR_BEFORE, 10.0, 2.5, "people", 25.0, None),
        ),
        (
            -10.0,
            12.5,
            {"measure_type": "amount", "unit_measure": "gbp", "unit": "£"},
            (A_YEAR_BEFORE, -10.0, 22.5, "£", None, None),
        ),
        (
            10.0,
            12.5,
            {"measure_type": "score", "unit_measure": "score", "unit": "score"},
            (A_YEAR_BEFORE, 10.0, 2.5, "score", None, None),
        ),
        (None, 12.5, {}, (A_YEAR_BEFORE, None, None, "percentage points", None, "a year before: suppressed")),
        (10.0, None, {}, (A_YEAR_BEFORE, 10.0, None, "percentage points", None, "suppressed")),
    ],
)
def test_change_on_year_by_measure(before, after, about, expected, anywhere) -> None:
    def said(year: int, value: float | None) -> dict[str, Any]:
        missing = {"obs_status": "Q", "status_reason": "suppressed"} if value is None else {}
        return make_row("A", year, value, unit_measure=about.get("unit_measure", "percent"), **missing)

    anywhere.load(make_load(**about), [said(2020, before), said(2021, after)])
    nothing = "nothing of the same length a year before"
    unit = about.get("unit") or "percentage points"
    assert seen(anywhere, "indicators_change_on_year", *CHANGE[1:], time_period="2020-01-01/P1Y") == [
        (None, None, None, unit, None, "suppressed" if before is None else nothing)
    ]
    assert seen(anywhere, "indicators_change_on_year", *CHANGE[1:], time_period="2021-01-01/P1Y") == [expected]


def test_change_on_year_compares_the_same_length_and_season_only(anywhere) -> None:
    values = {(2020, 1): 1.0, (2020, 2): 2.0, (2021, 1): 4.0, (2022, 2): 8.0}
    rows = [_of(quarter(*when), value) for when, value in values.items()]
    anywhere.load(make_load(), rows)
    nothing = "nothing of the same length a year before"
    assert seen(anywhere, "indicators_change_on_year", "time_period", "previous_period", "change", "reason") == [
        ("2020-01-01/P3M", None, None, nothing),
        ("2020-04-01/P3M", None, None, nothing),
        ("2021-01-01/P3M", "2020-01-01/P3M", 3.0, None),
        ("2022-04-01/P3M", None, None, nothing),
    ]


def _of(period: dict[str, Any], value: float | None, area: str = "A", **changes: Any) -> dict[str, Any]:
    return make_row(area, 2000, value, **changes) | period


def test_pooled_years_overlap_and_breaks_are_no_change(anywhere) -> None:
    rows = [
        make_row("A", 2020, 1.0, years=3),
        make_row("A", 2021, 2.0, years=3),
        make_row("B", 2020, 1.0),
        make_row("B", 2021, 2.0, obs_status="U", status_flags="unreliable series_break"),
    ]
    anywhere.load(make_load(areas=AREAS), rows)
    found = seen(anywhere, "indicators_change_on_year", "area_code", "time_period", "change", "reason")
    assert found[1] == ("A", "2019-01-01/P3Y", None, "the periods overlap")
    assert found[3] == ("B", "2021-01-01/P1Y", None, "series break")


MEAN = ("time_period", "first_period", "rolling_mean", "reason")
TOO_FEW = "fewer than three periods in a row"


def test_the_rolling_mean_of_years(anywhere) -> None:
    values = {2015: 1.0, 2016: 2.0, 2017: 6.0, 2018: 7.0, 2020: 1.0}
    anywhere.load(make_load(), [make_row("A", year, value) for year, value in values.items()])
    assert seen(anywhere, "indicators_rolling_mean", *MEAN) == [
        ("2015-01-01/P1Y", None, None, TOO_FEW),
        ("2016-01-01/P1Y", None, None, TOO_FEW),
        ("2017-01-01/P1Y", "2015-01-01/P1Y", 3.0, None),
        ("2018-01-01/P1Y", "2016-01-01/P1Y", 5.0, None),
        ("2020-01-01/P1Y", None, None, TOO_FEW),
    ]


def test_the_rolling_mean_takes_windows_that_do_not_overlap(anywhere) -> None:
    """Years that are published each quarter are taken a year apart, pooled ones three years apart."""
    starts = [date(2018 + n // 4, 3 * (n % 4) + 1, 1) for n in range(9)]
    rows = [
        _of(a_period(f"{first}/P1Y", first, first.replace(year=first.year + 1) - timedelta(days=1)), float(n))
        for n, first in enumerate(starts)
    ]
    rows += [make_row("B", year, float(year), years=3) for year in range(2012, 2019)]
    anywhere.load(make_load(areas=AREAS), rows)
    found = seen(anywhere, "indicators_rolling_mean", "area_code", *MEAN[:3])
    assert [row for row in found if row[3] is not None] == [
        ("A", "2020-01-01/P1Y", "2018-01-01/P1Y", 4.0),
        ("B", "2016-01-01/P3Y", "2010-01-01/P3Y", 2015.0),
    ]


def test_the_rolling_mean_of_quarters_and_of_what_has_none(anywhere) -> None:
    rows = [_of(quarter(2020, number), float(number)) for number in (2, 3, 4)]
    rows += [_of(quarter(2020, number), value, "B") for number, value in ((2, 1.0), (3, None), (4, 2.0))]
    day = date(2020, 6, 30)
    rows += [_of(a_period(f"{day}/P1D", day, day), 5.0, "C")]
    rows += [make_row("D", year, 1.0, obs_status="B" if year == 2020 else "A") for year in (2018, 2019, 2020)]
    anywhere.load(make_load(areas=AREAS), rows)
    found = seen(anywhere, "indicators_rolling_mean", "area_code", *MEAN, is_latest=True)
    assert found == [
        ("A", "2020-10-01/P3M", "2020-04-01/P3M", 3.0, None),
        ("B", "2020-10-01/P3M", "2020-04-01/P3M", None, "one of the three has no value"),
        ("C", "2020-06-30/P1D", None, None, "not a length of whole months"),
        ("D", "2020-01-01/P1Y", "2018-01-01/P1Y", None, "series break"),
    ]


@pytest.mark.parametrize("values", [(1.0, 2.0, 6.0), (1e-9, 3e-9, 4e-9), (1e11, 1e11 + 1, 1e11 + 5), (-5.0, 0.0, 0.1)])
def test_the_z_score_is_that_of_the_districts(values, anywhere) -> None:
    """A region takes no part; the root is right to the last digits also where there is no function for it."""
    rows = [make_row(area, 2020, value) for area, value in zip("ABC", values, strict=True)]
    anywhere.load(make_load(areas=AREAS), [*rows, make_row("R", 2020, 99.0)])
    found = seen(anywhere, "indicators_z_score", "area_code", "districts", "mean", "standard_deviation", "z_score")
    mean, deviation = fmean(values), pstdev(values)
    assert [row[:2] for row in found] == [("A", 3), ("B", 3), ("C", 3)]
    for row, value in zip(found, values, strict=True):
        assert isclose(row[2], mean, rel_tol=1e-12, abs_tol=1e-12)
        assert isclose(row[3], deviation, rel_tol=1e-9)
        assert isclose(row[4], (value - mean) / deviation, rel_tol=1e-6)


def test_the_z_score_of_many_districts_with_one_that_is_far_away(anywhere) -> None:
    areas = [Area(f"A{number}", "2023-04", "A", "lad") for number in range(300)]
    rows = [make_row(area.area_code, 2020, 1e6 if area.area_code == "A0" else 0.0) for area in areas]
    anywhere.load(make_load(areas=areas), rows)
    ((score,),) = seen(anywhere, "indicators_z_score", "z_score", area_code="A0")
    assert isclose(score, sqrt(299), rel_tol=1e-12)


def test_there_is_no_z_score_without_a_spread(anywhere) -> None:
    rows = [make_row(area, 2020, 5.0) for area in "ABC"]
    rows += [make_row("A", 2021, 1.0), make_row("B", 2021, 2.0), make_row("C", 2021, None, status_reason="suppressed")]
    anywhere.load(make_load(areas=AREAS), rows)
    found = seen(anywhere, "indicators_z_score", "area_code", "time_period", "z_score", "reason")
    same, few = "all districts have the same value", "fewer than 3 districts have a value"
    assert found == [
        ("A", "2020-01-01/P1Y", None, same),
        ("A", "2021-01-01/P1Y", None, few),
        ("B", "2020-01-01/P1Y", None, same),
        ("B", "2021-01-01/P1Y", None, few),
        ("C", "2020-01-01/P1Y", None, same),
        ("C", "2021-01-01/P1Y", None, "suppressed"),
    ]


def test_revisions(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0), make_row("A", 2021, 5.0)])
    missing = {"obs_status": "Q", "status_reason": "suppressed"}
    rows = [make_row("A", 2020, 1.5), make_row("A", 2021, None, **missing), make_row("A", 2022, 7.0)]
    anywhere.load(make_load(committed_at=LATER, retrieved_at=LATER), rows)
    names = ("time_period", "old_value", "new_value", "change", "old_reason", "new_reason", "revised_at", "action")
    assert seen(anywhere, "indicators_revisions", *names) == [
        ("2020-01-01/P1Y", 1.0, 1.5, 0.5, None, None, LATER, "value"),
        ("2021-01-01/P1Y", 5.0, None, None, None, "suppressed", LATER, "value"),
    ]
    assert seen(anywhere, "indicators_revisions", "old_retrieved_at", "new_retrieved_at", "run_id")[0] == (
        NOW,
        LATER,
        "run-1",
    )


def test_components_are_in_no_view_of_the_mart(anywhere) -> None:
    anywhere.load(make_load(publish=False), [make_row("A", 2020, 1.0)])
    anywhere.load(make_load(publish=False), [make_row("A", 2020, 2.0)])
    shown = [view.name for view in VIEWS if view.schema == "mart" and seen(anywhere, view.name)]
    assert shown == []
    assert len(seen(anywhere, "observation_history")) == 2


STATE = ("state", "live", "missing", "withdrawn", "held", "is_stale", "is_on_hold", "failure")


def test_the_state_of_an_indicator(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0), make_row("A", 2021, None), make_row("A", 2019, 3.0)])
    anywhere.load(make_load(), [make_row("A", 2020, 1.0), make_row("A", 2021, None)])
    assert seen(anywhere, "indicators_state", *STATE) == [("current", 2, 1, 1, 0, False, False, None)]
    anywhere.record_failure(LATER, "run-1", "S-1", "The source is closed.")
    assert seen(anywhere, "indicators_state", *STATE) == [("stale", 2, 1, 1, 0, True, False, "The source is closed.")]
    anywhere.load(
        make_load(committed_at=LATER + timedelta(days=1)),
        [make_row("A", 2020, 1.0)],
        held=[Key("A", "2023-04", "2021-01-01/P1Y")],
    )
    found = seen(anywhere, "indicators_state", *STATE)
    assert found == [("held", 2, 1, 1, 1, False, False, "The source is closed.")]


def test_what_was_undone_is_in_no_view_of_the_mart(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0)])
    anywhere.load(make_load(row_set_hash="other"), [make_row("A", 2020, 2.0), make_row("A", 2021, 3.0)])
    anywhere.rollback(RunStart("run-2", LATER, "yhovi rollback 2", "live", "0.1.0"), "2")
    for name in ("indicators_all", "fact_observation"):
        assert seen(anywhere, name, "time_period", "value", "is_latest") == [("2020-01-01/P1Y", 1.0, True)]
    assert seen(anywhere, "dim_period", "label") == [("2020",)]
    assert seen(anywhere, "indicators_state", *STATE) == [("on hold", 1, 0, 0, 0, False, True, None)]
    anywhere.release_hold("S-1", LATER)
    assert seen(anywhere, "indicators_state", *STATE) == [("current", 1, 0, 0, 0, False, False, None)]
    history = seen(anywhere, "observation_history", "time_period", "value", "action", "is_current", "kind")
    assert history == [
        ("2020-01-01/P1Y", 1.0, "value", False, "load"),
        ("2020-01-01/P1Y", 1.0, "value", True, "undo"),
        ("2020-01-01/P1Y", 2.0, "value", False, "load"),
        ("2021-01-01/P1Y", 3.0, "value", False, "load"),
        ("2021-01-01/P1Y", None, "undone", True, "undo"),
    ]


def test_what_was_put_behind_never_held_and_is_no_revision(anywhere) -> None:
    anywhere.load(make_load(retrieved_at=LATER), [make_row("A", 2020, 2.0)])
    older = make_load(kind="backfill", committed_at=LATER, row_set_hash="older")
    anywhere.load(older, [make_row("A", 2020, 1.0)])
    found = seen(anywhere, "observation_history", "value", "kind", "valid_from", "valid_to", "is_current")
    assert [row for row in found if row[1] == "load"] == [(2.0, "load", NOW, None, True)]
    assert {row[2:] for row in found if row[1] == "backfill"} == {(None, None, False)}
    assert seen(anywhere, "indicators_revisions") == []


def test_what_was_held_back_and_why(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0)])
    anywhere.record_rejected("run-1", "S-1", [Rejected("range", "Too high.", "A", "2023-04", "2020", "_T", 900.0)])
    anywhere.record_findings("run-1", "S-1", [Finding("range", "warning", "Too high.", 1)])
    anywhere.record_event(Event(NOW, "run-1", None, "started"))
    names = ("indicator_id", "area_code", "time_period", "rejected_value", "check_name", "reason", "held_at")
    assert seen(anywhere, "indicators_held", *names) == [
        ("S-1", "A", "2020", 900.0, "range", "Too high.", NOW),
    ]


FORMATS = [
    ("percent", "%", 1, '#,0.0"%"'),
    ("count", "count", 0, "#,0"),
    ("gbp", "£", 2, '"£"#,0.00'),
    ("gbp_thousand", "£ thousand", 0, '"£"#,0" thousand"'),
    ("gbp_million", "£ million", 1, '"£"#,0.0" million"'),
    ("gbp_per_job", "£ per job", 0, '"£"#,0'),
    ("micrograms_per_m3", "µg per m³", 1, "#,0.0"),
]


@pytest.mark.parametrize(("unit_measure", "unit", "decimals", "expected"), FORMATS)
def test_how_a_number_is_shown(unit_measure, unit, decimals, expected, anywhere) -> None:
    batch = make_load(unit_measure=unit_measure, unit=unit, decimals=decimals)
    anywhere.load(batch, [make_row("A", 2020, 1.0, unit_measure=unit_measure)])
    assert seen(anywhere, "dim_indicator", "unit", "format_string") == [(unit, expected)]


@pytest.mark.parametrize(
    ("licence", "attribution"),
    [
        (
            "OGL-UK-3.0",
            "Source: Zoë & Co. Contains public sector information licensed under the Open Government Licence v3.0.",
        ),
        ("CC-BY-4.0", "Source: Zoë & Co"),
    ],
)
def test_what_a_licence_asks_for(licence, attribution, anywhere) -> None:
    anywhere.load(make_load(license=licence, publisher="Zoë & Co"), [make_row("A", 2020, 1.0)])
    assert seen(anywhere, "dim_indicator", "attribution") == [(attribution,)]


PERIODS = [
    (a_period("2023-01-01/P1Y", date(2023, 1, 1), date(2023, 12, 31)), ("2023", "P1Y", 12, 2023, 4, 12)),
    (a_period("2023-04-01/P1Y", date(2023, 4, 1), date(2024, 3, 31)), ("2023/24", "P1Y", 12, 2024, 1, 3)),
    (a_period("1999-04-01/P1Y", date(1999, 4, 1), date(2000, 3, 31)), ("1999/00", "P1Y", 12, 2000, 1, 3)),
    (a_period("2023-09-01/P1Y", date(2023, 9, 1), date(2024, 8, 31)), ("2023-09 to 2024-08", "P1Y", 12, 2024, 3, 8)),
    (a_period("2023-10-01/P3M", date(2023, 10, 1), date(2023, 12, 31)), ("2023 Q4", "P3M", 3, 2023, 4, 12)),
    (a_period("2023-11-01/P3M", date(2023, 11, 1), date(2024, 1, 31)), ("2023-11 to 2024-01", "P3M", 3, 2024, 1, 1)),
    (a_period("2024-02-01/P1M", date(2024, 2, 1), date(2024, 2, 29)), ("2024-02", "P1M", 1, 2024, 1, 2)),
    (a_period("2021-01-01/P3Y", date(2021, 1, 1), date(2023, 12, 31)), ("2021-01 to 2023-12", "P3Y", 36, 2023, 4, 12)),
    (a_period("2023-06-30/P1D", date(2023, 6, 30), date(2023, 6, 30)), ("2023-06-30", "P1D", None, 2023, 2, 6)),
    (
        a_period("2023-04-06/P1Y", date(2023, 4, 6), date(2024, 4, 5)),
        ("2023-04-06 to 2024-04-05", "P1Y", 12, 2024, 2, 4),
    ),
]


@pytest.mark.parametrize(("period", "expected"), PERIODS, ids=[period["time_period"] for period, _ in PERIODS])
def test_what_a_period_is_called(period, expected, anywhere) -> None:
    anywhere.load(make_load(), [_of(period, 1.0)])
    names = ("label", "length", "months", "year", "quarter", "month")
    assert seen(anywhere, "dim_period", *names, time_period=period["time_period"]) == [expected]


def test_a_star_has_one_row_of_each_dimension_for_every_fact(anywhere) -> None:
    missing = {"obs_status": "O", "status_reason": "not_published_at_this_level"}
    rows = [make_row("A", 2020, 1.0), make_row("A", 2021, None, **missing), make_row("R", 2020, 2.0)]
    anywhere.load(make_load(), rows)
    names = ("indicator_id", "area_key", "time_period", "value", "status_text", "is_latest")
    facts = seen(anywhere, "fact_observation", *names)
    assert facts == [
        ("S-1", "A 2023-04", "2020-01-01/P1Y", 1.0, None, False),
        ("S-1", "A 2023-04", "2021-01-01/P1Y", None, "not published at this level", True),
        ("S-1", "R 2023-04", "2020-01-01/P1Y", 2.0, None, True),
    ]
    assert seen(anywhere, "dim_area", "area_key", "area_name", "area_level", "parent_code", "parent_name") == [
        ("A 2023-04", "Aston", "lad", "R", "Region"),
        ("R 2023-04", "Region", "region", None, None),
    ]
    for name, key, place in (
        ("dim_indicator", "indicator_id", 0),
        ("dim_area", "area_key", 1),
        ("dim_period", "time_period", 2),
    ):
        keys = [row[0] for row in seen(anywhere, name, key)]
        assert sorted({row[place] for row in facts}) == keys


def test_the_facts_agree_with_the_mart_for_all(anywhere) -> None:
    anywhere.load(make_load(), [make_row("A", 2020, 1.0), make_row("A", 2021, 2.0), make_row("B", 2021, 3.0, years=3)])
    anywhere.load(make_load(), [make_row("A", 2020, 1.0, years=3), make_row("B", 2021, 3.0, breakdown="F")])
    shared = ("indicator_id", "area_code", "time_period", "reference_period", "breakdown", "value", "obs_status",
              "status_reason", "is_latest", "origin", "extracted_at", "pipeline_run_id")  # fmt: skip
    facts = seen(anywhere, "fact_observation", *shared)
    assert facts == seen(anywhere, "indicators_all", *shared)
    assert len(facts) == 4


def test_thousands_of_rows_are_read(anywhere, many) -> None:
    anywhere.load(make_load(areas=()), many())
    assert len(seen(anywhere, "fact_observation", area_code="A7")) == 100
    scores = seen(anywhere, "indicators_z_score", "z_score", "districts")
    assert len(scores) == 4_000
    assert {row[1] for row in scores} == {40}
    assert abs(fmean(row[0] for row in scores)) < 1e-9
    assert isclose(pstdev([row[0] for row in scores]), 1.0, rel_tol=1e-9)


# one of many indicators

OF_OBSERVATIONS = [
    view
    for view in VIEWS
    if view.name not in ("indicators_held", "indicators_state", "dim_indicator", "dim_area", "dim_period")
]


def of_one(view: View) -> sa.Select[Any]:
    table = view.table()
    return sa.select(table).where(table.c.indicator_id == "S-3")


@pytest.fixture
def of_ten(anywhere) -> Warehouse:
    """Ten indicators of some hundred rows."""
    for number in range(10):
        rows = [
            make_row(area, year, year + 0.5, indicator_id=f"S-{number}")
            for area in "ABCD"
            for year in range(1950, 2000)
        ]
        anywhere.load(make_load(indicator_id=f"S-{number}", areas=AREAS), rows)
    return anywhere


def test_what_is_asked_of_one_indicator_reads_no_other(of_ten) -> None:
    """However many there are: SQLite would read them all if two windows of one query were cut differently."""
    with of_ten._database.reading() as connection:
        if connection.dialect.name not in _PLANS:
            pytest.skip("The plans of SQL Server aren't read here.")
        plans = {view.name: _PLANS[connection.dialect.name](connection, of_one(view)) for view in OF_OBSERVATIONS}
    scans = {name: [line for line in plan if "observation" in line] for name, plan in plans.items()}
    assert all(scans.values())
    assert {name: [line for line in lines if "indicator_id" not in line] for name, lines in scans.items()} == {
        name: [] for name in scans
    }


def _plan_of_sqlite(connection: sa.Connection, query: sa.Select[Any]) -> list[str]:
    flat = without_schemas(connection.dialect)
    text = query.compile(dialect=flat, compile_kwargs={"literal_binds": True})
    found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
    return [row[3] for row in found if re.match(r"(SCAN|SEARCH) observation", row[3])]


def _plan_of_postgres(connection: sa.Connection, query: sa.Select[Any]) -> list[str]:
    text = query.compile(connection, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}").one()
    return [
        f"{node['Relation Name']} {node.get('Index Cond', node.get('Recheck Cond'))}"
        for node in _nodes(plan[0]["Plan"])
        if str(node.get("Relation Name")).startswith("observation")
    ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


_PLANS = {"sqlite": _plan_of_sqlite, "postgresql": _plan_of_postgres}


@pytest.mark.parametrize("view", OF_OBSERVATIONS, ids=lambda view: view.name)
def test_one_of_ten_indicators_takes_about_a_tenth_of_the_work(view, warehouse) -> None:
    """Counted in the steps of SQLite's own machine, which are the same on every computer."""
    for number in range(10):
        rows = [make_row(area, year, 1.0, indicator_id=f"S-{number}") for area in "ABC" for year in range(1980, 2000)]
        warehouse.load(make_load(indicator_id=f"S-{number}", areas=AREAS), rows)
    with warehouse._database.reading() as connection:
        one = _steps(connection, of_one(view))
        assert _steps(connection, sa.select(view.table())) > 5 * one


def _steps(connection: sa.Connection, query: sa.Select[Any]) -> int:
    driver: Any = connection.connection.driver_connection
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver.set_progress_handler(count, 10)
    connection.execute(query).all()
    driver.set_progress_handler(None, 10)
    return steps
