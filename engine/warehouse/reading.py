"""What is asked of the warehouse: the state of each indicator, its newest load, its observations, the mart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import UsageError
from . import holds
from .history import newest_standing, stands, state
from .journal import FAILED, GOOD_ENDS, QUALITY
from .parameters import INDICATOR, LOAD, of
from .tables import (
    KEY,
    UNDONE,
    VALUE,
    current,
    etl_audit,
    indicator,
    indicators,
    load,
    load_input,
    observation,
    run,
    validation_log,
)
from .values import Clock, Hold, IndicatorStatus, LastOutcome, LoadLine, LoadRecord

Record = dict[str, Any]
Failure = tuple[datetime, str]
Counts = tuple[int, int, int]

_RUN = sa.bindparam("of_run", type_=run.c.run_id.type)


def last_load(connection: Connection, indicator_id: str) -> LoadRecord | None:
    """The newest load of an indicator that stands, or None."""
    return _by_indicator(connection.execute(_last_load(), of(indicator_id))).get(indicator_id)


def observations(connection: Connection, indicator_id: str) -> list[Record]:
    """What is current of an indicator, in the order of the key; withdrawn keys are there with their reason."""
    return _records(connection, _current(), of(indicator_id))


@cache
def _current() -> sa.Select[Any]:
    rows = sa.select(current).where(current.c.indicator_id == INDICATOR)
    return rows.order_by(*(current.c[name] for name in KEY))


def history(connection: Connection, indicator_id: str) -> list[Record]:
    """Everything ever appended for an indicator, in the order it came, with when it was committed and by what load."""
    rows = sa.select(observation, load.c.committed_at, load.c.kind).join(load, load.c.load_id == observation.c.load_id)
    rows = rows.where(observation.c.indicator_id == indicator_id)
    return _records(connection, rows.order_by(observation.c.observation_id))


def as_of(connection: Connection, indicator_id: str, moment: datetime, clock: Clock) -> list[Record]:
    """What was known of an indicator at a moment, in the order of the key; withdrawn keys are there."""
    held = state(indicator_id, moment, clock)
    rows = sa.select(held).where(held.c.action != UNDONE)
    return _records(connection, rows.order_by(*(held.c[name] for name in KEY)))


def load_lines(connection: Connection, indicator_id: str | None) -> list[LoadLine]:
    """Every load of an indicator or of all, in the order they came."""
    undo = load.alias()
    cells = {field.name: load.c[field.name] for field in fields(LoadLine) if field.name in load.c}
    cells["undone_by"] = undo.c.load_id
    rows = sa.select(*(cells[field.name] for field in fields(LoadLine)))
    rows = rows.select_from(load.outerjoin(undo, undo.c.undoes == load.c.load_id)).order_by(load.c.load_id)
    if indicator_id is not None:
        rows = rows.where(load.c.indicator_id == indicator_id)
    return [LoadLine(*row) for row in connection.execute(rows)]


def newest_retrieved(connection: Connection, indicator_id: str) -> datetime | None:
    """When the newest bytes were retrieved that made what is current of an indicator."""
    found: datetime | None = connection.scalar(newest_standing(), of(indicator_id))
    return found


def loads(connection: Connection, indicator_id: str) -> dict[int, Record]:
    """Every load of an indicator by its number, with its run's mode and the loads that it was made from."""
    rows = sa.select(load, run.c.mode).join(run, run.c.run_id == load.c.run_id)
    found = _records(connection, rows.where(load.c.indicator_id == indicator_id).order_by(load.c.load_id))
    made_from: dict[int, list[int]] = {}
    pairs = sa.select(load_input).join(load, load.c.load_id == load_input.c.load_id)
    pairs = pairs.where(load.c.indicator_id == indicator_id)
    for load_id, other in connection.execute(pairs.order_by(load_input.c.load_id, load_input.c.input_load_id)):
        made_from.setdefault(load_id, []).append(other)
    return {row["load_id"]: {**row, "input_loads": made_from.get(row["load_id"], [])} for row in found}


def inputs_of(connection: Connection, load_id: int) -> list[int]:
    """The loads that a load was made from."""
    return list(connection.scalars(_inputs(), {LOAD.key: load_id}))


@cache
def _inputs() -> sa.Select[Any]:
    made_from = sa.select(load_input.c.input_load_id).where(load_input.c.load_id == LOAD)
    return made_from.order_by(load_input.c.input_load_id)


def findings(connection: Connection, run_id: str, indicator_id: str) -> list[str]:
    """What the checks found when a run judged an indicator, in sentences."""
    return list(connection.scalars(_findings(), {**of(indicator_id), _RUN.key: run_id}))


@cache
def _findings() -> sa.Select[Any]:
    mine = (validation_log.c.run_id == _RUN, validation_log.c.indicator_id == INDICATOR)
    said = sa.select(validation_log.c.message).where(*mine, validation_log.c.check_name != QUALITY)
    return said.order_by(validation_log.c.validation_id)


def finished(connection: Connection, run_id: str) -> frozenset[str]:
    """The indicators that a run brought to a good end.

    Raises:
        UsageError: There was no such run.
    """
    if not connection.scalar(sa.select(sa.func.count()).where(run.c.run_id == run_id)):
        raise UsageError(f"The database knows of no run {run_id}.", "yhovi loads ID tells the runs of an indicator.")
    mine = (etl_audit.c.run_id == run_id, etl_audit.c.event.in_(GOOD_ENDS))
    return frozenset(connection.scalars(sa.select(etl_audit.c.indicator_id).where(*mine)))


def indicator_of_load(connection: Connection, load_id: int) -> str | None:
    """Which indicator a load was of."""
    found: str | None = connection.scalar(sa.select(load.c.indicator_id).where(load.c.load_id == load_id))
    return found


def cards(connection: Connection) -> dict[str, Record]:
    """What is said of each indicator that was ever loaded, by its id."""
    found = _records(connection, sa.select(indicator).order_by(indicator.c.indicator_id))
    return {row["indicator_id"]: row for row in found}


def mart(connection: Connection, indicator_id: str | None) -> list[Record]:
    """The rows of ``mart.indicators``, of one indicator or all, by indicator, area and day."""
    rows = sa.select(indicators).order_by(
        indicators.c.indicator_id, indicators.c.lad_code, indicators.c.reference_period
    )
    return _records(connection, rows if indicator_id is None else rows.where(indicators.c.indicator_id == indicator_id))


def status(connection: Connection) -> list[IndicatorStatus]:
    """How each indicator stands that was ever loaded or failed, by its id."""
    loads = _by_indicator(connection.execute(_last_loads(sa.true())))
    failures, good_ends = _last_failures(connection), _last_good_ends(connection)
    titles = _pairs(connection, sa.select(indicator.c.indicator_id, indicator.c.title))
    counts = _counts(connection)
    periods = _latest_periods(connection)
    revisions = _revisions(connection)
    held = {hold.indicator_id: hold for hold in holds.listed(connection)}
    found: list[IndicatorStatus] = []
    for name in sorted({*loads, *failures, *held}):
        last, hold, (failed_at, sentence) = loads.get(name), held.get(name), failures.get(name, (None, None))
        # what was loaded since, of other bytes or by another plan, isn't concerned
        hold = hold if hold and (last is None or hold.load_id > last.load_id) else None
        found.append(
            IndicatorStatus(
                name,
                titles.get(name),
                _last_outcome(last, failed_at, hold, good_ends.get(name)),
                last,
                periods.get(name),
                *counts.get(name, (0, 0, 0)),
                failed_at,
                sentence,
                hold.reason if hold else None,
                revisions.get(name),
            )
        )
    return found


def _last_outcome(
    last: LoadRecord | None, failed_at: datetime | None, hold: Hold | None, good_end: datetime | None
) -> LastOutcome:
    since = max([hold.placed_at] if hold else [], default=last.committed_at if last else None)
    since = max(filter(None, [since, good_end]), default=None)
    if failed_at is not None and (since is None or failed_at > since):
        return "failed"
    if hold is not None or last is None:
        return "on_hold"
    return last.outcome


def _records(connection: Connection, query: sa.Select[Any], meant: Mapping[str, Any] | None = None) -> list[Record]:
    return [dict(row) for row in connection.execute(query, meant).mappings()]


@cache
def _last_load() -> sa.Select[Any]:
    return _last_loads(load.c.indicator_id == INDICATOR)


def _last_loads(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The id of each indicator, and what is known of its newest load that stands."""
    newest = sa.select(sa.func.max(load.c.load_id)).where(which, stands()).group_by(load.c.indicator_id)
    cells = [load.c.get(field.name, indicator.c.spec_hash) for field in fields(LoadRecord)]
    described = load.outerjoin(indicator, indicator.c.indicator_id == load.c.indicator_id)
    asked = sa.select(load.c.indicator_id, *cells).select_from(described)
    return asked.where(load.c.load_id.in_(newest))


def _by_indicator(rows: Iterable[Sequence[Any]]) -> dict[str, LoadRecord]:
    return {row[0]: LoadRecord(*row[1:]) for row in rows}


def _last_good_ends(connection: Connection) -> dict[str, datetime]:
    ends = sa.select(etl_audit.c.indicator_id, sa.func.max(etl_audit.c.at))
    ends = ends.where(etl_audit.c.event.in_(GOOD_ENDS), etl_audit.c.indicator_id.is_not(None))
    return {row[0]: row[1] for row in connection.execute(ends.group_by(etl_audit.c.indicator_id))}


def _last_failures(connection: Connection) -> dict[str, Failure]:
    failed = sa.and_(etl_audit.c.event == FAILED, etl_audit.c.indicator_id.is_not(None))
    newest = sa.select(sa.func.max(etl_audit.c.audit_id)).where(failed).group_by(etl_audit.c.indicator_id)
    lines = sa.select(etl_audit.c.indicator_id, etl_audit.c.at, etl_audit.c.detail)
    rows = connection.execute(lines.where(etl_audit.c.audit_id.in_(newest)))
    return {indicator_id: (at, detail) for indicator_id, at, detail in rows}


def _counts(connection: Connection) -> dict[str, Counts]:
    """By indicator: rows that are live, those of them without a value, and rows that are not live."""
    live = current.c.action == VALUE
    kinds = (live, sa.and_(live, current.c.value.is_(None)), ~live)
    sums = (sa.func.sum(sa.case((kind, 1), else_=0)) for kind in kinds)
    rows = connection.execute(sa.select(current.c.indicator_id, *sums).group_by(current.c.indicator_id))
    return {indicator_id: (rows, missing, gone) for indicator_id, rows, missing, gone in rows}


def _latest_periods(connection: Connection) -> dict[str, str]:
    live = current.c.action == VALUE
    newest = (
        sa.select(current.c.indicator_id, sa.func.max(current.c.period_end).label("period_end"))
        .where(live)
        .group_by(current.c.indicator_id)
        .subquery()
    )
    ends = sa.and_(current.c.indicator_id == newest.c.indicator_id, current.c.period_end == newest.c.period_end)
    periods = sa.select(current.c.indicator_id, sa.func.min(current.c.time_period)).join(newest, ends).where(live)
    return _pairs(connection, periods.group_by(current.c.indicator_id))


def _revisions(connection: Connection) -> dict[str, datetime]:
    """By indicator: when bytes last changed or lacked figures and brought none, since a load that brought some.

    What changed because the plan or the register did, the publisher didn't revise.
    """
    by = (load.c.plan_fingerprint, load.c.registry_hash)
    same = sa.and_(
        *(part == sa.func.lag(part).over(partition_by=load.c.indicator_id, order_by=load.c.load_id) for part in by)
    )
    release = sa.func.max(sa.case((load.c.rows_new > 0, load.c.load_id), else_=0))
    changed = (load.c.rows_changed + load.c.rows_withdrawn).label("changed")
    cells = (load.c.indicator_id, load.c.load_id, load.c.retrieved_at, changed)
    asked = sa.select(
        *cells,
        sa.case((same, 1), else_=0).label("same"),
        release.over(partition_by=load.c.indicator_id).label("release_id"),
    )
    line = asked.where(stands()).subquery()
    revised = sa.select(line.c.indicator_id, sa.func.max(line.c.retrieved_at)).group_by(line.c.indicator_id)
    conditions = (line.c.load_id > line.c.release_id, line.c.changed > 0, line.c.same == 1)
    return {row[0]: row[1] for row in connection.execute(revised.where(*conditions))}


def _pairs(connection: Connection, query: sa.Select[Any]) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(query)}
