"""OpenLineage events: what version 2-0-2 of its specification asks of a RunEvent, checked by hand."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from yhovi.engine.notices.lineage import Job, events

RUN = "cbe97801faf64c25bfee65d62714cfc3"
BEGAN = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1)))
ENDED = datetime(2026, 3, 1, 11, 0, 3, 250_000, tzinfo=UTC)
FETCHED = Job("E-EJ-01", (("nomis", "nomis/NM_17_5"),), (), BEGAN, ENDED, written=340)
MADE = Job("E-EJ-02", (), ("E-EJ-01", "E-EJ-03"), BEGAN, ENDED)
FAILED = Job("E-EJ-01", (("nomis", "nomis/NM_17_5"),), (), BEGAN, ENDED, error="The source is silent. Try later.")
FACETS = {
    "parent": {"run", "job"},
    "errorMessage": {"message", "programmingLanguage"},
    "outputStatistics": {"rowCount"},
}


def require_valid(event: dict[str, Any]) -> None:
    """What the specification requires, and nothing that it doesn't know."""
    assert event.keys() <= {"eventType", "eventTime", "run", "job", "inputs", "outputs", "producer", "schemaURL"}
    assert event["eventType"] in {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
    assert urlsplit(event["producer"]).scheme
    assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    assert event["run"].keys() == {"runId", "facets"}
    UUID(event["run"]["runId"])
    assert event["job"].keys() >= {"namespace", "name"}
    for one in (event["job"], *event["inputs"], *event["outputs"]):
        assert one["namespace"] and one["name"]
        assert one.keys() <= {"namespace", "name", "outputFacets"}
    outputs = [one.get("outputFacets", {}) for one in event["outputs"]]
    for name, facet in [pair for facets in (event["run"]["facets"], *outputs) for pair in facets.items()]:
        pattern = r"https://openlineage\.io/spec/facets/\d-\d-\d/(\w+)\.json#/\$defs/\1"
        assert re.fullmatch(pattern, facet["_schemaURL"]), name
        assert facet.keys() == {"_producer", "_schemaURL", *FACETS[name]}


@pytest.mark.parametrize("job", [FETCHED, MADE, FAILED])
def test_each_job_has_a_valid_start_and_end(job: Job) -> None:
    told = list(events(job, RUN, "council"))
    for event in told:
        require_valid(json.loads(json.dumps(event)))
    assert [event["eventType"] for event in told] == ["START", "FAIL" if job.error else "COMPLETE"]
    assert [event["eventTime"] for event in told] == ["2026-03-01T11:00:00+00:00", "2026-03-01T11:00:03.250000+00:00"]
    assert len({event["run"]["runId"] for event in told}) == 1


def test_an_event_in_full() -> None:
    *_, event = events(FETCHED, RUN, "council")
    spec, producer = "https://openlineage.io/spec/facets", "urn:yhovi:engine"
    statistics = "OutputStatisticsOutputDatasetFacet"
    assert event == {
        "eventType": "COMPLETE",
        "eventTime": "2026-03-01T11:00:03.250000+00:00",
        "run": {
            "runId": "e2d1a5a6-9229-547f-8357-21ab34c9d1a1",
            "facets": {
                "parent": {
                    "_producer": producer,
                    "_schemaURL": f"{spec}/1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet",
                    "run": {"runId": str(UUID(RUN))},
                    "job": {"namespace": "council", "name": "yhovi run"},
                }
            },
        },
        "job": {"namespace": "council", "name": "E-EJ-01"},
        "inputs": [{"namespace": "nomis", "name": "nomis/NM_17_5"}],
        "outputs": [
            {
                "namespace": "council",
                "name": "E-EJ-01",
                "outputFacets": {
                    "outputStatistics": {
                        "_producer": producer,
                        "_schemaURL": f"{spec}/1-0-2/{statistics}.json#/$defs/{statistics}",
                        "rowCount": 340,
                    }
                },
            }
        ],
        "producer": producer,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }


def test_what_is_made_of_others_has_them_as_inputs() -> None:
    for event in events(MADE, RUN, "council"):
        assert event["inputs"] == [{"namespace": "council", "name": name} for name in ("E-EJ-01", "E-EJ-03")]


def test_an_error_is_told_and_no_statistics() -> None:
    *_, event = events(FAILED, RUN, "council")
    assert event["run"]["facets"]["errorMessage"]["message"] == "The source is silent. Try later."
    assert event["outputs"] == [{"namespace": "council", "name": "E-EJ-01"}]


def test_an_indicator_has_another_id_in_each_run_and_keeps_it() -> None:
    ids = [next(events(job, run, "n"))["run"]["runId"] for job in (FETCHED, MADE) for run in (RUN, RUN, "run-1")]
    assert len(set(ids)) == 4
    assert ids[0] == ids[1] and ids[3] == ids[4]
