"""A run as OpenLineage has it: for each indicator an event for its start and one for its end.

The job is the indicator. Its inputs are the data set of its source and the indicators that it is made of, its output is
the indicator itself; all events of a run have that run as their parent. The shapes are those of version 2-0-2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

_SPEC = "https://openlineage.io/spec"
_SCHEMA = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
_PRODUCER = "urn:yhovi:engine"
_FACETS: Mapping[str, str] = MappingProxyType(
    {
        "parent": f"{_SPEC}/facets/1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet",
        "errorMessage": f"{_SPEC}/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
        "outputStatistics": (
            f"{_SPEC}/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Job:
    """One indicator's part in a run: what it is made of, when, and what came of it.

    Attributes:
        inputs: The data sets that it reads, each a source and the name of the data set there.
        made_of: The indicators that it is made of.
        written: How many observations were written.
        error: The sentence of its error, empty if it did not fail.
    """

    indicator: str
    inputs: tuple[tuple[str, str], ...]
    made_of: tuple[str, ...]
    began: datetime
    ended: datetime
    written: int = 0
    error: str = ""


def events(job: Job, run_id: str, namespace: str) -> Iterator[dict[str, Any]]:
    """The event of a job's start, and that of its end: COMPLETE, or FAIL."""
    yield _event("START", job, run_id, namespace)
    yield _event("FAIL" if job.error else "COMPLETE", job, run_id, namespace)


def _event(kind: str, job: Job, run_id: str, namespace: str) -> dict[str, Any]:
    started = kind == "START"
    facets = {"parent": _facet("parent", run={"runId": _uuid(run_id)}, job=_named(namespace, "yhovi run"))}
    if kind == "FAIL":
        facets["errorMessage"] = _facet("errorMessage", message=job.error, programmingLanguage="python")
    return {
        "eventType": kind,
        "eventTime": (job.began if started else job.ended).astimezone(UTC).isoformat(),
        "run": {"runId": _uuid(run_id, job.indicator), "facets": facets},
        "job": _named(namespace, job.indicator),
        "inputs": [_named(*one) for one in (*job.inputs, *((namespace, name) for name in job.made_of))],
        "outputs": [_output(kind, job, namespace)],
        "producer": _PRODUCER,
        "schemaURL": _SCHEMA,
    }


def _output(kind: str, job: Job, namespace: str) -> dict[str, Any]:
    statistics = {"outputStatistics": _facet("outputStatistics", rowCount=job.written)}
    return {**_named(namespace, job.indicator), **({"outputFacets": statistics} if kind == "COMPLETE" else {})}


def _facet(name: str, **said: Any) -> dict[str, Any]:
    return {"_producer": _PRODUCER, "_schemaURL": _FACETS[name], **said}


def _named(namespace: str, name: str) -> dict[str, Any]:
    return {"namespace": namespace, "name": name}


def _uuid(run_id: str, indicator: str = "") -> str:
    """A UUID for a run, or for an indicator's part in it: the same whenever it is asked for."""
    try:
        run = UUID(run_id)
    except ValueError:
        run = uuid5(NAMESPACE_URL, run_id)
    return str(uuid5(run, indicator) if indicator else run)
