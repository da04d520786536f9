"""What is written down beside the numbers: runs, what they fetched, what checks found, what failed.

Each of these is a short transaction of its own, so that it is kept whatever becomes of a load. Texts from outside are
kept whatever is in them: see :func:`.border.journalled`. None is written twice, however often it is tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import UsageError
from .border import is_kept, journalled
from .database import is_another_try, is_demo
from .tables import dataset_metadata, etl_audit, ingestion_log, rejected_observation, run, validation_log
from .values import DatasetState, Event, Finding, Ingestion, Quality, Rejected, RunEnd, RunStart

FAILED = "failed"
GOOD_ENDS = ("loaded", "unchanged", "backfilled", "on_hold")
QUALITY = "quality"

_DATASET = sa.bindparam("of_dataset", type_=dataset_metadata.c.dataset_id.type)
_OF_DATASET = sa.update(dataset_metadata).where(dataset_metadata.c.dataset_id == _DATASET)


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
    _add(connection, run, [{**asdict(start), "outcome": "running"}])


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
    _add(connection, etl_audit, [asdict(event)])


def record_findings(
    connection: Connection, run_id: str, indicator_id: str, findings: Iterable[Finding], quality: Quality | None
) -> None:
    """Write down what the checks of one indicator found, and the quality of its rows as one more line."""
    about = {"run_id": run_id, "indicator_id": indicator_id}
    lines = [{**about, **_renamed(found)} for found in findings]
    if quality is not None:
        lines.append({**about, **_renamed(Finding(QUALITY, "info", "", quality.total)), **asdict(quality)})
    _add(connection, validation_log, lines)


def record_rejected(
    connection: Connection, run_id: str, indicator_id: str, rejected: Iterable[Rejected], load_id: int | None
) -> None:
    """Keep the rows that a check kept from being loaded, with why."""
    about = {"run_id": run_id, "indicator_id": indicator_id, "load_id": load_id}
    _add(connection, rejected_observation, [{**about, **_renamed(_with_value(row))} for row in rejected])


def record_ingestion(connection: Connection, ingestions: Iterable[Ingestion]) -> None:
    """Write down the answers that went into bronze."""
    _add(connection, ingestion_log, map(asdict, ingestions))


def record_dataset(connection: Connection, state: DatasetState) -> None:
    """Write down how the last extraction of a data set went; what a failed one can't know stays as it was."""
    line = journalled(dataset_metadata, asdict(state))
    known = {name: said for name, said in line.items() if said is not None}
    is_it = {_DATASET.key: line["dataset_id"]}
    if not connection.execute(_OF_DATASET, known | is_it).rowcount:
        connection.execute(sa.insert(dataset_metadata), line)


def _add(connection: Connection, table: sa.Table, lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines that are said together, unless an earlier try did."""
    names = [column.name for column in table.columns if column is not table.autoincrement_column]
    kept = [dict.fromkeys(names) | journalled(table, line) for line in lines]
    if kept and not (is_another_try(connection) and _is_there(connection, table, kept[0])):
        connection.execute(sa.insert(table), kept)


def _is_there(connection: Connection, table: sa.Table, line: Mapping[str, Any]) -> bool:
    same = (table.c[name].is_(None) if said is None else table.c[name] == said for name, said in line.items())
    return bool(connection.scalar(sa.select(sa.func.count()).select_from(table).where(*same)))


def _with_value(row: Rejected) -> Rejected:
    """The row, with a value that no database keeps told in the reason."""
    if row.value is None or is_kept(row.value):
        return row
    return replace(row, value=None, reason=f"{row.reason} The value is {row.value}.")


def _renamed(said: Finding | Rejected) -> dict[str, Any]:
    """The fields as columns; ``check`` is a reserved word of SQL."""
    fields = asdict(said)
    return {"check_name": fields.pop("check"), **fields}
