"""The observations: what held when, and what holds now."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..tables import BACKFILL, KEY, UNDONE, VALUE, area, current, indicator, load, observation
from .expressions import columns, flag
from .statements import View

_SERIES = ("indicator_id", "area_code", "area_vintage", "breakdown")


def _history() -> sa.Select[Any]:
    """Every state of every key, with when it came in and when the next one did.

    What was loaded afterwards of older answers never held by this clock: it has no such moments.
    """
    late = sa.case((load.c.kind == BACKFILL, 1), else_=0)
    in_order: dict[str, Any] = {
        "partition_by": [*columns(observation, KEY), late],
        "order_by": observation.c.observation_id,
    }
    states = (
        sa.select(
            *observation.columns,
            load.c.committed_at,
            load.c.kind,
            sa.func.lead(load.c.committed_at, type_=load.c.committed_at.type).over(**in_order).label("next_at"),
            sa.func.lead(observation.c.observation_id).over(**in_order).label("next_id"),
        )
        .join_from(observation, load, load.c.load_id == observation.c.load_id)
        .subquery("states")
    )
    held = states.c.kind != BACKFILL
    return sa.select(
        *columns(states, (name for name in observation.columns.keys() if name != "row_hash")),  # noqa: SIM118
        sa.case((held, states.c.committed_at)).label("valid_from"),
        sa.case((held, states.c.next_at)).label("valid_to"),
        flag(sa.and_(held, states.c.next_id.is_(None))).label("is_current"),
        states.c.kind,
    )


def placed() -> sa.Subquery:
    """What is current, each row with its place among those of its day, and with the newest day of its series.

    The first is the live one, else the one withdrawn last. What was undone is not there.
    """
    # In one query with two kinds of windows, SQLite would read every indicator to show one.
    rows = _with_newest()
    first = [sa.case((rows.c.action == VALUE, 0), else_=1), rows.c.observation_id.desc()]
    same_day = columns(rows, (*_SERIES, "period_end"))
    place = sa.func.row_number().over(partition_by=same_day, order_by=first)
    return sa.select(*rows.columns, place.label("place")).subquery("placed")


def _with_newest() -> sa.Subquery:
    day = sa.case((current.c.action == VALUE, current.c.period_end))
    newest = sa.func.max(day).over(partition_by=columns(current, _SERIES)).label("newest")
    return sa.select(*current.columns, newest).where(current.c.action != UNDONE).subquery("dated")


def described(rows: sa.FromClause) -> sa.FromClause:
    """The rows that are shown to dashboards, beside what is said of their indicator and their area."""
    of_indicator = sa.and_(
        indicator.c.indicator_id == rows.c.indicator_id, indicator.c.target_vintage == rows.c.area_vintage
    )
    of_area = sa.and_(area.c.area_code == rows.c.area_code, area.c.area_vintage == rows.c.area_vintage)
    return (
        rows.join(indicator, of_indicator)
        .join(area, of_area)
        .join(load, load.c.load_id == rows.c.load_id)
    )  # fmt: skip


def is_shown(rows: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row is the one of its day, and its indicator is published."""
    return sa.and_(rows.c.place == 1, indicator.c.publish)


def is_latest(rows: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row is of the newest day of its series."""
    return flag(sa.and_(rows.c.action == VALUE, rows.c.period_end == rows.c.newest))


def _all() -> sa.Select[Any]:
    """The mart for all levels and breakdowns."""
    rows = placed()
    statuses = ("obs_status", "status_flags", "status_reason", "lower_ci", "upper_ci", "time_period")
    return (
        sa.select(
            rows.c.observation_id.label("id"),
            rows.c.indicator_id,
            *columns(indicator, ("dataset_id", "domain", "subdomain")),
            rows.c.area_code,
            area.c.name.label("area_name"),
            area.c.level.label("area_level"),
            rows.c.area_vintage,
            rows.c.breakdown,
            rows.c.period_end.label("reference_period"),
            rows.c.value,
            indicator.c.unit,
            indicator.c.publisher.label("source"),
            rows.c.retrieved_at.label("extracted_at"),
            load.c.run_id.label("pipeline_run_id"),
            *columns(rows, statuses),
            is_latest(rows).label("is_latest"),
            rows.c.origin,
            rows.c.period_start,
        )
        .select_from(described(rows))
        .where(is_shown(rows))
    )


HISTORY = View(
    "core", "observation_history", "Every state of every observation, and from when to when it held.", _history
)
ALL = View("mart", "indicators_all", "The mart's table for all levels of areas and all breakdowns.", _all)
