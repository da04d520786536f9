"""What is written down beside the numbers: runs, what they fetched, what checks found, what failed.

Each of these is a short transaction of its own, so that it is kept whatever becomes of a load.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import UsageError
from .database import is_demo
from .tables import dataset_metadata, etl_audit, ingestion_log, rejected_observation, run, validation_log
from .values import DatasetState, Event, Finding, Ingestion, Quality, Rejected, RunEnd, RunStart

FAILED = "failed"
QUALITY = "quality"


def start_run(connection: Connection, start: RunStart, where: str) -> None:
    """Write down that a run begins.

    Raises:
        UsageError: The run is a demo and the database isn't, or the other way round.
    """
    demo = is_demo(connection)
    if start.mode == "demo" and not demo:
        raise UsageError(
            f"The database {where} was not made by a demo, so that a demo doesn't write to it.",
            "Name another database with --database-url, or none: a demo then makes yhovi-demo.db.",
        )
    if start.mode != "demo" and demo:
        raise UsageError(
            f"The database {where} was made by a demo, so that real figures don't go into it.",
            "Name another database in the settings or with --database-url.",
        )
    connection.execute(sa.insert(run), {**asdict(start), "outcome": "running"})


def finish_run(connection: Connection, end: RunEnd) -> None:
    """Write down how a run ended."""
    said = {
        "finished_at": end.finished_at,
        "outcome": end.outcome,
        "exit_code": end.exit_code,
        "indicators_loaded": end.loaded,
        "indicators_unchanged": end.unchanged,
        "indicators_failed": end.failed,
    }
    connection.execute(sa.update(run).where(run.c.run_id == end.run_id), said)


def record_event(connection: Connection, event: Event) -> None:
    """Add a line to the audit."""
    connection.execute(sa.insert(etl_audit), asdict(event))


def record_findings(
    connection: Connection, run_id: str, indicator_id: str, findings: Iterable[Finding], quality: Quality | None
) -> None:
    """Write down what the checks of one indicator found, and the quality of its rows as one more line."""
    about = {"run_id": run_id, "indicator_id": indicator_id}
    lines = [{**about, **_renamed(found)} for found in findings]
    if quality is not None:
        lines.append({**about, **_renamed(Finding(QUALITY, "info", "", quality.total)), **asdict(quality)})
    for line in lines:
        connection.execute(sa.insert(validation_log), line)


def record_rejected(
    connection: Connection, run_id: str, indicator_id: str, rejected: Iterable[Rejected], load_id: int | None
) -> None:
    """Keep the rows that a check kept from being loaded, with why."""
    about = {"run_id": run_id, "indicator_id": indicator_id, "load_id": load_id}
    rows = [{**about, **_renamed(row)} for row in rejected]
    if rows:
        connection.execute(sa.insert(rejected_observation), rows)


def record_ingestion(connection: Connection, ingestions: Iterable[Ingestion]) -> None:
    """Write down the answers that went into bronze."""
    rows = [asdict(ingestion) for ingestion in ingestions]
    if rows:
        connection.execute(sa.insert(ingestion_log), rows)


def record_dataset(connection: Connection, state: DatasetState) -> None:
    """Write down how the last extraction of a data set went; what a failed one can't know stays as it was."""
    is_it = dataset_metadata.c.dataset_id == state.dataset_id
    known = {name: said for name, said in asdict(state).items() if said is not None}
    if not connection.execute(sa.update(dataset_metadata).where(is_it).values(**known)).rowcount:
        connection.execute(sa.insert(dataset_metadata), asdict(state))


def _renamed(said: Finding | Rejected) -> dict[str, Any]:
    """The fields as columns; ``check`` is a reserved word of SQL."""
    fields = asdict(said)
    return {"check_name": fields.pop("check"), **fields}
