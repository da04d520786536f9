"""What is written down about runs, and what is read back of it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from yhovi.engine.errors import UsageError
from yhovi.engine.warehouse.values import (
    DatasetState,
    Event,
    Finding,
    IndicatorStatus,
    Ingestion,
    LoadRecord,
    Quality,
    Rejected,
    RunEnd,
    RunStart,
)

NOW = datetime(2024, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def table(path, name: str) -> list[dict]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]  # noqa: S608


def test_a_run_is_running_until_it_ends(warehouse, path) -> None:
    begun = {
        "run_id": "run-1",
        "started_at": "2024-01-01 00:00:00.000000",
        "finished_at": None,
        "command": "yhovi run",
        "mode": "live",
        "engine_version": "0.1.0",
        "outcome": "running",
        "exit_code": None,
        "indicators_loaded": None,
        "indicators_unchanged": None,
        "indicators_failed": None,
    }
    assert table(path, "run") == [begun]
    warehouse.finish_run(RunEnd("run-1", LATER, "partial", 6, loaded=3, unchanged=2, failed=1))
    ended = {
        "finished_at": "2024-01-02 00:00:00.000000",
        "outcome": "partial",
        "exit_code": 6,
        "indicators_loaded": 3,
        "indicators_unchanged": 2,
        "indicators_failed": 1,
    }
    assert table(path, "run") == [begun | ended]


def test_moments_are_stored_in_utc_to_the_millisecond_and_read_back_aware(warehouse, path, row, load) -> None:
    paris = timezone(timedelta(hours=1))
    warehouse.load(load(retrieved_at=datetime(2024, 6, 1, 1, 30, 0, 123456, tzinfo=paris)), [row("A", 2020, 1.0)])
    assert table(path, "indicators")[0]["extracted_at"] == "2024-06-01 00:30:00.123000"
    assert warehouse.mart()[0]["extracted_at"] == datetime(2024, 6, 1, 0, 30, 0, 123000, tzinfo=UTC)


def test_findings_and_quality(warehouse, path) -> None:
    findings = [Finding("range", "error", "2 values below 0.", 2), Finding("max_change", "warning", "1 jump.", 1)]
    warehouse.record_findings("run-1", "S-1", findings, Quality(10, 7, 2, 1, 0.9))
    warehouse.record_findings("run-1", "S-2", [])
    columns = ("check_name", "severity", "message", "rows", "total", "valid", "invalid", "missing", "completeness")
    assert [tuple(line[name] for name in columns) for line in table(path, "validation_log")] == [
        ("range", "error", "2 values below 0.", 2, None, None, None, None, None),
        ("max_change", "warning", "1 jump.", 1, None, None, None, None, None),
        ("quality", "info", "", 10, 10, 7, 2, 1, 0.9),
    ]
    assert {(line["run_id"], line["indicator_id"]) for line in table(path, "validation_log")} == {("run-1", "S-1")}


def test_rejected_rows(warehouse, path, row, load) -> None:
    load_id = warehouse.load(load(), [row("A", 2020, 1.0)]).load_id
    warehouse.record_rejected(
        "run-1", "S-1", [Rejected("range", "below 0", "A", "2023-04", "2021", "_T", -1.0)], load_id
    )
    warehouse.record_rejected("run-1", "S-2", [Rejected("area", "no such area", "X")])
    warehouse.record_rejected("run-1", "S-2", [])
    columns = ("indicator_id", "load_id", "area_code", "area_vintage", "time_period", "breakdown", "value", "reason")
    assert [tuple(line[name] for name in columns) for line in table(path, "rejected_observation")] == [
        ("S-1", load_id, "A", "2023-04", "2021", "_T", -1.0, "below 0"),
        ("S-2", None, "X", None, None, None, None, "no such area"),
    ]


def test_ingestions(warehouse, path) -> None:
    one = Ingestion("run-1", "nomis/1", "https://example.org/1", "a/b.gz", "ab" * 32, None, 12, 200, None, NOW)
    warehouse.record_ingestion([one])
    warehouse.record_ingestion([])
    assert table(path, "ingestion_log") == [
        {
            "ingestion_id": 1,
            "run_id": "run-1",
            "dataset_id": "nomis/1",
            "url": "https://example.org/1",
            "object_path": "a/b.gz",
            "sha256": "ab" * 32,
            "canonical_hash": None,
            "size": 12,
            "status": 200,
            "rows": None,
            "retrieved_at": "2024-01-01 00:00:00.000000",
        }
    ]


def test_only_the_last_state_of_a_data_set_is_kept(warehouse, path) -> None:
    warehouse.record_dataset(DatasetState("d", "Nomis", "https://example.org", None, None, "failure", "run-1"))
    warehouse.record_dataset(DatasetState("d", "Nomis", "https://example.org", NOW, 5, "success", "run-1"))
    assert table(path, "dataset_metadata") == [
        {
            "dataset_id": "d",
            "source_name": "Nomis",
            "source_url": "https://example.org",
            "last_extracted_at": "2024-01-01 00:00:00.000000",
            "record_count": 5,
            "status": "success",
            "pipeline_run_id": "run-1",
        }
    ]


def test_the_audit(warehouse, path) -> None:
    warehouse.record_event(Event(NOW, "run-1", None, "started", "12 indicators"))
    warehouse.record_failure(LATER, "run-1", "S-1", "The answer is empty (0 bytes).")
    assert [(line["indicator_id"], line["event"], line["detail"]) for line in table(path, "etl_audit")] == [
        (None, "started", "12 indicators"),
        ("S-1", "failed", "The answer is empty (0 bytes)."),
    ]


def test_a_load_is_recorded_with_all_that_made_it(warehouse, path, row, load) -> None:
    warehouse.load(load(release="2024", committed_at=LATER), [row("A", 2020, 1.0)])
    assert table(path, "load") == [
        {
            "load_id": 1,
            "run_id": "run-1",
            "indicator_id": "S-1",
            "dataset_id": "source/1",
            "committed_at": "2024-01-02 00:00:00.000000",
            "retrieved_at": "2024-01-01 00:00:00.000000",
            "release": "2024",
            "exchange_id": "exchange",
            "spec_text": "id: S-1",
            "plan_json": "{}",
            "plan_fingerprint": "plan",
            "row_set_hash": "rows",
            "registry_hash": "registry",
            "engine_version": "0.1.0",
            "origin": "published",
            "rows_new": 1,
            "rows_changed": 0,
            "rows_unchanged": 0,
            "rows_withdrawn": 0,
            "rows_held": 0,
            "outcome": "loaded",
            "commit_id": None,
            "kind": "load",
            "undoes": None,
        }
    ]
    assert (table(path, "incoming"), table(path, "incoming_scope")) == ([], [])


def record(**changes) -> LoadRecord:
    first = {
        "load_id": 1,
        "run_id": "run-1",
        "committed_at": NOW,
        "retrieved_at": NOW,
        "release": None,
        "exchange_id": "exchange",
        "plan_fingerprint": "plan",
        "row_set_hash": "rows",
        "registry_hash": "registry",
        "rows_new": 4,
        "rows_changed": 0,
        "rows_unchanged": 0,
        "rows_withdrawn": 0,
        "rows_held": 0,
        "outcome": "loaded",
        "kind": "load",
        "origin": "published",
        "spec_hash": "spec",
    }
    return LoadRecord(**(first | changes))


def test_the_newest_load(warehouse, row, load) -> None:
    assert warehouse.last_load("S-1") is None
    warehouse.load(load(), [row("A", 2020, 1.0)])
    warehouse.load(load(committed_at=LATER, plan_fingerprint="another"), [row("A", 2020, 1.0)])
    assert warehouse.last_load("S-1") == record(
        load_id=2, committed_at=LATER, plan_fingerprint="another", rows_new=0, rows_unchanged=1, outcome="unchanged"
    )


def test_status(warehouse, row, load) -> None:
    """Indicators that only ever failed are there too; a failure is the last outcome only until the next load."""
    warehouse.record_failure(NOW - timedelta(days=1), "run-1", "S-1", "Was down.")
    warehouse.load(
        load(), [row("A", 2020, 1.0), row("A", 2021, None), row("B", 2020, 1.0), row("B", 2021, 1.0, years=3)]
    )
    warehouse.load(load(indicator_id="S-2"), [row("A", 2020, 1.0, indicator_id="S-2")])
    warehouse.load(load(indicator_id="S-2", committed_at=LATER), [])
    warehouse.record_failure(LATER, "run-1", "S-3", "Is down.")
    warehouse.record_failure(LATER, "run-1", "S-2", "Is late.")
    warehouse.record_failure(LATER + timedelta(days=1), "run-1", "S-2", "Is down.")
    second = record(load_id=3, committed_at=LATER, rows_new=0, rows_withdrawn=1)
    assert warehouse.status() == [
        IndicatorStatus(
            "S-1", "Title", "loaded", record(), "2019-01-01/P3Y", 4, 1, 0, NOW - timedelta(days=1), "Was down."
        ),
        IndicatorStatus(
            "S-2", "Title", "failed", second, None, 0, 0, 1, LATER + timedelta(days=1), "Is down.", None, NOW
        ),
        IndicatorStatus("S-3", None, "failed", None, None, 0, 0, 0, LATER, "Is down."),
    ]


def test_a_revision_is_what_changes_between_releases(anywhere, put) -> None:
    """By indicator; neither a release that changes figures nor another plan or register makes one."""

    def revised() -> list[datetime | None]:
        return [one.revised_at for one in anywhere.status()]

    put(anywhere, 0, {2020: 1.0})
    put(anywhere, 1, {2020: 2.0}, indicator_id="S-2")
    put(anywhere, 2, {2020: 2.0}, plan_fingerprint="another")
    put(anywhere, 3, {2020: 3.0}, plan_fingerprint="another", registry_hash="another")
    assert revised() == [None, None]
    again = {"plan_fingerprint": "another", "registry_hash": "another"}
    put(anywhere, 4, {2020: 4.0}, **again)
    put(anywhere, 5, {2020: 5.0}, **again)
    put(anywhere, 6, {2020: 5.0}, **again)
    assert revised() == [NOW + timedelta(days=5), None]
    put(anywhere, 7, {2020: 6.0, 2021: 1.0}, **again)
    assert revised() == [None, None]
    put(anywhere, 8, {2020: 7.0, 2021: 1.0}, **again)
    anywhere.rollback(RunStart("run-2", LATER, "yhovi rollback 9", "live", "0.1.0"), "9")
    assert revised() == [None, None]
    put(anywhere, 9, {2021: 1.0}, **again)
    assert revised() == [NOW + timedelta(days=9), None]


def test_a_demo_does_not_write_where_figures_are_real(warehouse, path) -> None:
    with pytest.raises(UsageError) as raised:
        warehouse.start_run(RunStart("run-2", NOW, "yhovi run --demo", "demo", "0.1.0"))
    assert str(raised.value) == (
        f"The database {path} was not made by a demo, so that a demo doesn't write to it. Name another database with"
        " --database-url, or none: a demo then makes yhovi-demo.db."
    )


@pytest.mark.parametrize("mode", ["live", "replay"])
def test_real_figures_do_not_go_where_a_demo_writes(mode, opened) -> None:
    with opened(demo=True) as warehouse, pytest.raises(UsageError) as raised:
        warehouse.start_run(RunStart("run-2", NOW, "yhovi run", mode, "0.1.0"))
    assert str(raised.value) == (
        "The database in memory was made by a demo, so that real figures don't go into it. Name another database in the"
        " settings or with --database-url."
    )


def test_a_demo_may_write_both_kinds_and_each_row_says_which(opened, row, load) -> None:
    with opened(demo=True) as warehouse:
        warehouse.load(load(origin="synthetic"), [row("A", 2020, 1.0), row("B", 2020, 2.0, origin="synthetic")])
        warehouse.load(load(), [row("A", 2020, 1.0), row("B", 2020, 2.0)])
        assert [(r["lad_code"], r["origin"]) for r in warehouse.mart()] == [("A", "published"), ("B", "published")]
        assert [(r["area_code"], r["origin"]) for r in warehouse.history("S-1")] == [
            ("A", "published"),
            ("B", "synthetic"),
            ("B", "published"),
        ]
        assert warehouse.is_demo
