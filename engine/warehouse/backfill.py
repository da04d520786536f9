"""Older bytes that are loaded after newer ones: they go behind them, and what was known later stays as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .history import is_undone, state
from .rows import APPENDED, WITHDRAWN_CELLS, appending, cells, same
from .tables import KEY, UNDO, VALUE, WITHDRAWN, load, observation
from .values import Load


def restore(connection: Connection, batch: Load, load_id: int) -> None:
    """Say again, as of the next later bytes, what was known then of each key of which a backfill appended a row.

    Rows that a load doesn't change aren't kept: without this, the older value would be taken for the later one too.
    """
    at: datetime | None = connection.scalar(_next(batch))
    if at is None:
        return
    later = state(batch.card.indicator_id, at, "retrieved", without=load_id)
    appended = observation.alias("appended")
    mine = (
        appended.c.indicator_id == batch.card.indicator_id,
        appended.c.load_id == load_id,
        appended.c.retrieved_at == batch.retrieved_at,
        ~_has_row(appended, at, load_id),
    )
    together = appended.outerjoin(later, sa.and_(*(later.c[name] == appended.c[name] for name in KEY)))
    known = same(later, APPENDED) | cells(retrieved_at=at, load_id=load_id)
    _append(connection, together, known, (*mine, later.c.observation_id.is_not(None)))
    gone = {**same(appended), **WITHDRAWN_CELLS, **cells(retrieved_at=at, load_id=load_id, action=WITHDRAWN)}
    _append(connection, together, gone, (*mine, appended.c.action == VALUE, later.c.observation_id.is_(None)))


def _append(
    connection: Connection,
    rows: sa.FromClause,
    said: dict[str, sa.ColumnElement[Any]],
    conditions: tuple[sa.ColumnElement[bool], ...],
) -> None:
    query = sa.select(*(said[name].label(name) for name in APPENDED)).select_from(rows).where(*conditions)
    connection.execute(appending(query.order_by(*(said[name] for name in KEY))))


def _next(batch: Load) -> sa.Select[Any]:
    """When the next later bytes were retrieved."""
    return sa.select(sa.func.min(load.c.retrieved_at)).where(
        load.c.indicator_id == batch.card.indicator_id,
        load.c.retrieved_at > batch.retrieved_at,
        load.c.kind != UNDO,
        ~is_undone(),
    )


def _has_row(appended: sa.FromClause, at: datetime, load_id: int) -> sa.ColumnElement[bool]:
    """The condition that bytes retrieved at that time themselves say something of a key."""
    there, its = observation.alias("there"), load.alias("its")
    return sa.exists().where(
        *(there.c[name] == appended.c[name] for name in KEY),
        there.c.retrieved_at == at,
        there.c.load_id != load_id,
        its.c.load_id == there.c.load_id,
        its.c.retrieved_at == at,
        its.c.kind != UNDO,
        ~is_undone(its),
    )
