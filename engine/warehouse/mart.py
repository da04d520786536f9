"""The mart: what dashboards read, kept in step with what is current.

A row is shown where its indicator is published, its area is a district of the target vintage, and it isn't broken
down. Where a withdrawn period ends on the same day as a live one, the live one is shown. Rows that wouldn't change are
not written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .parameters import INDICATOR, LOAD, of
from .tables import DISTRICT, VALUE, WITHDRAWN, area, current, indicator, indicators, load
from .upsert import upsert
from .values import TOTAL

_NAME = ("indicator_id", "lad_code", "reference_period")


def update(connection: Connection, indicator_id: str, load_id: int) -> None:
    """Bring in what one load appended."""
    _bring(connection, of(indicator_id, load_id), whole=False)
    _mark_latest(connection, indicator_id)


def refresh(connection: Connection, indicator_ids: Collection[str]) -> None:
    """Bring in all that is current of some indicators, after something was said differently about them."""
    for indicator_id in indicator_ids:
        _drop_unshown(connection, indicator_id)
        _bring(connection, of(indicator_id), whole=True)
        _mark_latest(connection, indicator_id)


def with_areas(connection: Connection, codes: Collection[str]) -> list[str]:
    """The indicators that have current rows of any of these areas."""
    found: set[str] = set()
    for code in codes:
        found.update(
            connection.scalars(sa.select(current.c.indicator_id).distinct().where(current.c.area_code == code))
        )
    return sorted(found)


def _bring(connection: Connection, meant: Mapping[str, Any], *, whole: bool) -> None:
    upsert(connection, indicators, _rows(whole=whole), meant, key=_NAME, keep=("is_latest",))


@cache
def _rows(*, whole: bool) -> sa.Select[Any]:
    """What is shown of an indicator, as a whole or of what one load appended."""
    rows = sa.select(*_cells()).select_from(_shown())
    rows = rows.where(current.c.indicator_id == INDICATOR, *_SHOWN, ~_superseded())
    return rows if whole else rows.where(current.c.load_id == LOAD)


def _cells() -> list[sa.ColumnElement[Any]]:
    """What each column of the mart is made of."""
    same = ("indicator_id", "value", "obs_status", "status_flags", "status_reason", "lower_ci", "upper_ci",
            "time_period", "origin")  # fmt: skip
    return [
        *(current.c[name] for name in same),
        *(indicator.c[name] for name in ("dataset_id", "domain", "subdomain", "unit")),
        indicator.c.publisher.label("source"),
        area.c.area_code.label("lad_code"),
        area.c.name.label("lad_name"),
        current.c.period_end.label("reference_period"),
        current.c.retrieved_at.label("extracted_at"),
        load.c.run_id.label("pipeline_run_id"),
        sa.false().label("is_latest"),
    ]


def _shown() -> sa.FromClause:
    return (
        current.join(indicator, indicator.c.indicator_id == current.c.indicator_id)
        .join(area, sa.and_(area.c.area_code == current.c.area_code, area.c.area_vintage == current.c.area_vintage))
        .join(load, load.c.load_id == current.c.load_id)
    )


_SHOWN = (
    indicator.c.publish,
    current.c.area_vintage == indicator.c.target_vintage,
    current.c.breakdown == TOTAL,
    area.c.level == DISTRICT,
)


def _superseded() -> sa.ColumnElement[bool]:
    """Whether a row is withdrawn, and another of its day is live or was withdrawn later."""
    other = current.alias("other")
    same = ("indicator_id", "area_code", "area_vintage", "breakdown", "period_end")
    there = sa.exists().where(
        *(other.c[name] == current.c[name] for name in same),
        sa.or_(other.c.action == VALUE, other.c.observation_id > current.c.observation_id),
    )
    return sa.and_(current.c.action != VALUE, there)


def _drop_unshown(connection: Connection, indicator_id: str) -> None:
    row = (
        sa.exists()
        .select_from(_shown())
        .where(
            current.c.indicator_id == indicators.c.indicator_id,
            current.c.area_code == indicators.c.lad_code,
            current.c.time_period == indicators.c.time_period,
            *_SHOWN,
        )
    )
    connection.execute(sa.delete(indicators).where(indicators.c.indicator_id == indicator_id, ~row))


def _mark_latest(connection: Connection, indicator_id: str) -> None:
    """Mark each district's newest period that isn't withdrawn, writing only where the mark moves."""
    wanted = set(connection.scalars(_newest(), of(indicator_id)))
    marked = set(connection.scalars(_marked(), of(indicator_id)))
    moves = [{"row": row, "mark": row in wanted} for row in sorted(wanted ^ marked)]
    if moves:
        move = sa.update(indicators).where(indicators.c.id == sa.bindparam("row"))
        connection.execute(move.values(is_latest=sa.bindparam("mark")), moves)


@cache
def _marked() -> sa.Select[Any]:
    """The rows of an indicator that are marked as the newest."""
    return sa.select(indicators.c.id).where(indicators.c.indicator_id == INDICATOR, indicators.c.is_latest)


@cache
def _newest() -> sa.Select[Any]:
    """The rows of an indicator that are to be marked."""
    mine = indicators.c.indicator_id == INDICATOR
    present = indicators.c.status_reason.is_distinct_from(WITHDRAWN)
    newest = (
        sa.select(indicators.c.lad_code, sa.func.max(indicators.c.reference_period).label("reference_period"))
        .where(mine, present)
        .group_by(indicators.c.lad_code)
        .subquery()
    )
    is_newest = sa.and_(
        indicators.c.lad_code == newest.c.lad_code, indicators.c.reference_period == newest.c.reference_period
    )
    return sa.select(indicators.c.id).join(newest, is_newest).where(mine, present)
