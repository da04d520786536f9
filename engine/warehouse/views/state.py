"""How things stand: what was revised, what was held back, and which indicators are stale or on hold."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..history import stands
from ..tables import (
    BACKFILL,
    KEY,
    UNDONE,
    VALUE,
    WITHDRAWN,
    current,
    etl_audit,
    hold,
    indicator,
    load,
    observation,
    rejected_observation,
)
from .expressions import columns, count_where, earlier, flag
from .statements import View

_FAILED = "failed"


def _revisions() -> sa.Select[Any]:
    """Every number that took the place of another one."""
    states = _states()
    new, old = states.c.value, states.c.old_value
    return (
        sa.select(
            *columns(states, KEY),
            states.c.period_end.label("reference_period"),
            states.c.committed_at.label("revised_at"),
            *columns(states, ("kind", "action", "old_value")),
            new.label("new_value"),
            (new - old).label("change"),
            *columns(states, ("old_status", "old_reason")),
            states.c.obs_status.label("new_status"),
            states.c.status_reason.label("new_reason"),
            states.c.old_retrieved_at,
            states.c.retrieved_at.label("new_retrieved_at"),
            *columns(states, ("load_id", "run_id")),
        )
        .join_from(states, indicator, indicator.c.indicator_id == states.c.indicator_id)
        .where(indicator.c.publish, states.c.old_action.is_not(None))
    )


def _states() -> sa.Subquery:
    key = columns(observation, KEY)

    def before(name: str) -> sa.ColumnElement[Any]:
        return earlier(observation.c[name], 1, partition_by=key, order_by=observation.c.observation_id)

    status = ("period_end", "action", "value", "obs_status", "status_reason", "retrieved_at", "load_id")
    return (
        sa.select(
            *key,
            *columns(observation, status),
            *columns(load, ("committed_at", "kind", "run_id")),
            before("action").label("old_action"),
            before("value").label("old_value"),
            before("obs_status").label("old_status"),
            before("status_reason").label("old_reason"),
            before("retrieved_at").label("old_retrieved_at"),
        )
        .join_from(observation, load, load.c.load_id == observation.c.load_id)
        .where(load.c.kind != BACKFILL)
        .subquery("states")
    )


def _held() -> sa.Select[Any]:
    """What the newest load of each indicator held back: these keys keep the value that they had."""
    rejected, newest = rejected_observation, _newest_loads()
    same = sa.and_(newest.c.run_id == rejected.c.run_id, newest.c.indicator_id == rejected.c.indicator_id)
    return (
        sa.select(
            *columns(rejected, KEY),
            rejected.c.value.label("rejected_value"),
            *columns(rejected, ("check_name", "reason")),
            newest.c.committed_at.label("held_at"),
        )
        .select_from(
            rejected.join(newest, same).join(indicator, indicator.c.indicator_id == rejected.c.indicator_id)
        )
        .where(indicator.c.publish)
    )  # fmt: skip


def _newest_loads() -> sa.Subquery:
    newest = sa.select(sa.func.max(load.c.load_id)).where(stands()).group_by(load.c.indicator_id)
    return sa.select(*load.columns).where(load.c.load_id.in_(newest)).subquery("newest")


def _state() -> sa.Select[Any]:
    """One row for each indicator: how many rows it has, and whether what it shows is what the source says now."""
    newest, failure, rows = _newest_loads(), _newest_failures(), _counts()
    none = newest.c.load_id.is_(None)
    on_hold = sa.exists().where(
        hold.c.indicator_id == indicator.c.indicator_id,
        hold.c.released_at.is_(None),
        sa.or_(none, hold.c.load_id > newest.c.load_id),
    )
    stale = sa.and_(failure.c.at.is_not(None), sa.or_(none, failure.c.at > newest.c.committed_at))
    state = sa.case(
        (on_hold, "on hold"), (stale, "stale"), (none, "empty"), (newest.c.rows_held > 0, "held"), else_="current"
    )
    return (
        sa.select(
            *columns(indicator, ("indicator_id", "title")),
            state.label("state"),
            newest.c.committed_at.label("last_loaded_at"),
            newest.c.retrieved_at.label("extracted_at"),
            newest.c.release,
            failure.c.at.label("last_failed_at"),
            failure.c.detail.label("failure"),
            *(sa.func.coalesce(rows.c[name], 0).label(name) for name in ("live", "missing", "withdrawn")),
            sa.func.coalesce(newest.c.rows_held, 0).label("held"),
            flag(stale).label("is_stale"),
            flag(on_hold).label("is_on_hold"),
        )
        .select_from(
            indicator.outerjoin(newest, newest.c.indicator_id == indicator.c.indicator_id)
            .outerjoin(failure, failure.c.indicator_id == indicator.c.indicator_id)
            .outerjoin(rows, rows.c.indicator_id == indicator.c.indicator_id)
        )
        .where(indicator.c.publish)
    )


def _newest_failures() -> sa.Subquery:
    newest = (
        sa.select(sa.func.max(etl_audit.c.audit_id))
        .where(etl_audit.c.event == _FAILED, etl_audit.c.indicator_id.is_not(None))
        .group_by(etl_audit.c.indicator_id)
    )
    return sa.select(*etl_audit.columns).where(etl_audit.c.audit_id.in_(newest)).subquery("failure")


def _counts() -> sa.Subquery:
    """The rows of the target vintage: live ones, those of them without a value, and withdrawn ones."""
    live = current.c.action == VALUE
    own = sa.and_(
        indicator.c.indicator_id == current.c.indicator_id, indicator.c.target_vintage == current.c.area_vintage
    )
    return (
        sa.select(
            current.c.indicator_id,
            count_where(live).label("live"),
            count_where(sa.and_(live, current.c.value.is_(None))).label("missing"),
            count_where(current.c.action == WITHDRAWN).label("withdrawn"),
        )
        .join_from(current, indicator, own)
        .where(current.c.action != UNDONE)
        .group_by(current.c.indicator_id)
        .subquery("counts")
    )


REVISIONS = View(
    "mart", "indicators_revisions", "Every number that took the place of another one, and when.", _revisions
)
HELD = View("mart", "indicators_held", "What the newest load of each indicator held back, and why.", _held)
STATE = View("mart", "indicators_state", "How each indicator stands: current, held, stale, on hold or empty.", _state)
