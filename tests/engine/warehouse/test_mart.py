"""What dashboards read, beside the cases of test_load_cases.py."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from yhovi.engine.errors import CheckError
from yhovi.engine.warehouse.values import Area, RunStart, Scope

NOW = datetime(2024, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)

CONTRACT = [
    "id",
    "indicator_id",
    "dataset_id",
    "domain",
    "subdomain",
    "lad_code",
    "lad_name",
    "reference_period",
    "value",
    "unit",
    "source",
    "extracted_at",
    "pipeline_run_id",
    "obs_status",
    "status_flags",
    "status_reason",
    "lower_ci",
    "upper_ci",
    "time_period",
    "is_latest",
    "origin",
]


def names(path, table: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]


def rows_of(path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_columns_and_their_order_are_the_contract(warehouse, path) -> None:
    assert names(path, "indicators") == CONTRACT


def test_a_row_in_full(warehouse, row, load) -> None:
    changes = {"lower_ci": 0.5, "upper_ci": 1.5, "obs_status": "U", "status_flags": "provisional unreliable"}
    warehouse.load(load(), [row("A", 2023, 1.0, **changes)])
    assert warehouse.mart("S-1") == [
        {
            "id": 1,
            "indicator_id": "S-1",
            "dataset_id": "source/1",
            "domain": "society",
            "subdomain": "health",
            "lad_code": "A",
            "lad_name": "Aston",
            "reference_period": date(2023, 12, 31),
            "value": 1.0,
            "unit": "%",
            "source": "Publisher",
            "extracted_at": NOW,
            "pipeline_run_id": "run-1",
            "obs_status": "U",
            "status_flags": "provisional unreliable",
            "status_reason": None,
            "lower_ci": 0.5,
            "upper_ci": 1.5,
            "time_period": "2023-01-01/P1Y",
            "is_latest": True,
            "origin": "published",
        }
    ]


def test_only_districts_of_the_target_vintage_not_broken_down_are_shown(warehouse, row, load) -> None:
    rows = [
        row("A", 2020, 1.0),
        row("A", 2020, 2.0, breakdown="F"),
        row("R", 2020, 3.0),
        row("B", 2020, 4.0, area_vintage="2021-04"),
    ]
    warehouse.load(load(), rows)
    assert [(r["lad_code"], r["value"]) for r in warehouse.mart()] == [("A", 1.0)]


def test_the_mart_for_all_levels_and_breakdowns(warehouse, path, row, load) -> None:
    rows = [row("A", 2020, 1.0), row("A", 2020, 2.0, breakdown="F"), row("R", 2020, 3.0), row("R", 2021, 4.0)]
    warehouse.load(load(), rows)
    query = "SELECT area_code, area_name, area_level, breakdown, time_period, value, is_latest FROM indicators_all"
    assert sorted(rows_of(path, query)) == [
        ("A", "Aston", "lad", "F", "2020-01-01/P1Y", 2.0, 1),
        ("A", "Aston", "lad", "_T", "2020-01-01/P1Y", 1.0, 1),
        ("R", "Region", "region", "_T", "2020-01-01/P1Y", 3.0, 0),
        ("R", "Region", "region", "_T", "2021-01-01/P1Y", 4.0, 1),
    ]


def test_both_marts_agree_on_districts(warehouse, path, row, load) -> None:
    """Also where a withdrawn period ends on the day of a live one, or of another withdrawn one."""
    batch = load()
    warehouse.load(batch, [row("A", 2020, 1.0), row("A", 2021, 2.0), row("B", 2021, 3.0, years=3)])
    warehouse.load(batch, [row("A", 2020, 1.0, years=3), row("A", 2021, 2.0, years=3), row("B", 2021, 3.0)])
    warehouse.load(batch, [row("A", 2020, 1.0, years=3)])
    shared = [name for name in CONTRACT if name not in ("id", "lad_code", "lad_name")]
    query = "SELECT {}, {} FROM {} ORDER BY 1, reference_period".format
    one = query("lad_code, lad_name", ", ".join(shared), "indicators")
    other = query("area_code, area_name", ", ".join(shared), "indicators_all")
    assert rows_of(path, one) == rows_of(path, other)
    assert rows_of(path, "SELECT lad_code, time_period, value, is_latest FROM indicators ORDER BY 1, 2") == [
        ("A", "2018-01-01/P3Y", 1.0, 1),
        ("A", "2019-01-01/P3Y", None, 0),
        ("B", "2021-01-01/P1Y", None, 0),
    ]


def test_of_two_withdrawn_periods_of_one_day_the_one_withdrawn_last_is_shown(warehouse, row, load) -> None:
    """Also when all rows are brought in again."""
    batch = load()
    warehouse.load(batch, [row("A", 2020, 1.0), row("A", 2021, 2.0)])
    warehouse.load(batch, [row("A", 2020, 1.0), row("A", 2021, 2.0, years=3)])
    warehouse.load(batch, [row("A", 2020, 1.0)])
    before = warehouse.mart()
    assert [r["time_period"] for r in before] == ["2020-01-01/P1Y", "2019-01-01/P3Y"]
    warehouse.relabel(load(title="Another title").card, "2023-04")
    assert warehouse.mart() == before


def test_rows_that_would_not_change_are_not_written(warehouse, path, row, load) -> None:
    """Where something is said differently which the mart doesn't repeat, no row is touched."""
    warehouse.load(load(), [row("A", 2020, 1.0), row("B", 2020, None)])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER untouched BEFORE UPDATE ON indicators BEGIN SELECT RAISE(ABORT, 'written'); END"
        )
    assert warehouse.relabel(load(description="Another description").card, "2023-04") is True


def test_the_history_says_from_when_until_when_each_state_held(warehouse, path, row, load) -> None:
    warehouse.load(load(), [row("A", 2020, 1.0), row("B", 2020, 5.0)])
    warehouse.load(load(committed_at=LATER), [row("A", 2020, 2.0)])
    query = """
        SELECT area_code, value, action, substr(valid_from, 1, 10), substr(valid_to, 1, 10), is_current
        FROM observation_history ORDER BY observation_id
    """
    assert rows_of(path, query) == [
        ("A", 1.0, "value", "2024-01-01", "2024-01-31", 0),
        ("B", 5.0, "value", "2024-01-01", "2024-01-31", 0),
        ("A", 2.0, "value", "2024-01-31", None, 1),
        ("B", None, "withdrawn", "2024-01-31", None, 1),
    ]


def test_unchanged_rows_are_not_rewritten(warehouse, row, load) -> None:
    """A row keeps its id and when it was extracted; only a newer period takes away its mark as the latest."""
    warehouse.load(load(), [row("A", 2020, 1.0)])
    warehouse.start_run(RunStart("run-2", LATER, "yhovi run", "live", "0.1.0"))
    batch = load(run_id="run-2", retrieved_at=LATER)
    warehouse.load(batch, [row("A", 2020, 1.0), row("A", 2021, 2.0)])
    assert [
        (r["id"], r["value"], r["extracted_at"], r["pipeline_run_id"], r["is_latest"]) for r in warehouse.mart()
    ] == [(1, 1.0, NOW, "run-1", False), (2, 2.0, LATER, "run-2", True)]


RELABELLED = {
    "domain": ("domain", "economy"),
    "subdomain": ("subdomain", "jobs"),
    "unit": ("unit", "per cent"),
    "publisher": ("source", "Another publisher"),
    "dataset_id": ("dataset_id", "source/2"),
}


@pytest.mark.parametrize("by", ["load", "relabel"])
@pytest.mark.parametrize("said", RELABELLED)
def test_what_is_said_of_an_indicator_changes_without_an_observation(said, by, warehouse, row, load) -> None:
    column, text = RELABELLED[said]
    batch = load(**{said: text})
    warehouse.load(load(), [row("A", 2020, 1.0)])
    (before,) = warehouse.mart()
    if by == "load":
        assert warehouse.load(batch, [row("A", 2020, 1.0)]).outcome == "unchanged"
    else:
        assert warehouse.relabel(batch.card, "2023-04") is True
        assert warehouse.relabel(batch.card, "2023-04") is False
    assert warehouse.mart() == [before | {column: text}]
    assert len(warehouse.history("S-1")) == 1


def test_a_unit_takes_more_than_a_label(warehouse, row, load) -> None:
    warehouse.load(load(), [row("A", 2020, 1.0)])
    with pytest.raises(CheckError) as raised:
        warehouse.relabel(load(unit_measure="fraction", unit="fraction of one").card, "2023-04")
    assert str(raised.value) == (
        "The unit is fraction, but 1 of the current rows are in percent. Load all its areas and periods together,"
        " so that none is left in the other unit."
    )
    assert warehouse.mart()[0]["unit"] == "%"


def test_an_area_is_renamed_in_all_indicators(warehouse, row, load) -> None:
    warehouse.load(load(), [row("A", 2020, 1.0)])
    warehouse.load(load(indicator_id="S-2"), [row("A", 2020, 1.0, indicator_id="S-2")])
    warehouse.describe_areas([Area("A", "2023-04", "Aston upon Trent", "lad", "R")])
    assert [(r["id"], r["lad_name"]) for r in warehouse.mart()] == [(1, "Aston upon Trent"), (2, "Aston upon Trent")]


def test_an_area_without_a_description_is_shown_by_its_code(warehouse, row, load) -> None:
    """Until something is said about it; saying nothing takes nothing back."""
    warehouse.load(load(), [row("B", 2020, 1.0)])
    assert warehouse.mart()[0]["lad_name"] == "B"
    warehouse.load(load(areas=[Area("B", "2023-04", "Beeston", "lad")]), [row("B", 2020, 1.0)])
    assert warehouse.mart()[0]["lad_name"] == "Beeston"
    warehouse.load(load(), [row("B", 2020, 1.0)])
    assert warehouse.mart()[0]["lad_name"] == "Beeston"


def test_an_area_that_is_no_district_leaves(warehouse, row, load) -> None:
    warehouse.load(load(), [row("A", 2020, 1.0), row("B", 2020, 2.0)])
    warehouse.describe_areas([Area("A", "2023-04", "Aston", "county")])
    assert [r["lad_code"] for r in warehouse.mart()] == ["B"]


def test_a_component_is_kept_and_never_shown(warehouse, path, row, load) -> None:
    """Not even where it was shown before; and it is back once it is published again."""
    shown = load()
    warehouse.load(shown, [row("A", 2020, 1.0)])
    before = warehouse.mart()
    warehouse.relabel(load(publish=False).card, "2023-04")
    assert (warehouse.mart(), len(warehouse.observations("S-1"))) == ([], 1)
    assert rows_of(path, "SELECT * FROM indicators_all") == []
    warehouse.relabel(shown.card, "2023-04")
    assert [row | {"id": 1} for row in warehouse.mart()] == before


def test_another_target_vintage_shows_its_own_rows_and_withdraws_none(warehouse, row, load) -> None:
    warehouse.load(load(), [row("A", 2020, 1.0), row("B", 2020, 2.0)])
    areas = [Area("A", "2025-04", "Aston", "lad"), Area("C", "2025-04", "Corby", "lad")]
    batch = load(target_vintage="2025-04", areas=areas, withdrawal_limit=0.0)
    result = warehouse.load(
        batch, [row("A", 2020, 1.0, area_vintage="2025-04"), row("C", 2020, 2.0, area_vintage="2025-04")]
    )
    assert (result.new, result.withdrawn) == (2, 0)
    assert [(r["lad_code"], r["value"]) for r in warehouse.mart()] == [("A", 1.0), ("C", 2.0)]


def test_a_load_of_some_areas_leaves_the_others_marks_alone(warehouse, row, load) -> None:
    """The latest period is that of an area, not that of the indicator."""
    warehouse.load(load(), [row("A", 2020, 1.0), row("B", 2020, 1.0)])
    warehouse.load(load(scope=Scope(areas=frozenset("B"))), [row("B", 2020, 1.0), row("B", 2021, 2.0)])
    assert [(r["lad_code"], r["reference_period"].year) for r in warehouse.mart() if r["is_latest"]] == [
        ("A", 2020),
        ("B", 2021),
    ]
