"""The past as it was known: what held at a moment by either clock, and which loads still stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from .parameters import INDICATOR
from .tables import BACKFILL, KEY, ORDINARY, UNDO, load, observation
from .values import Clock

_UNDO = load.alias()


def is_undone(table: sa.FromClause = load) -> sa.ColumnElement[bool]:
    """The condition that a load was taken back by another one."""
    return sa.exists().where(_UNDO.c.undoes == table.c.load_id)


def stands(table: sa.FromClause = load) -> sa.ColumnElement[bool]:
    """The condition that a load is one of those that made what is current."""
    return sa.and_(table.c.kind == ORDINARY, ~is_undone(table))


@cache
def newest_standing() -> sa.Select[Any]:
    """When the newest bytes were retrieved that made what is current of an indicator."""
    return sa.select(sa.func.max(load.c.retrieved_at)).where(load.c.indicator_id == INDICATOR, stands())


def state(indicator_id: str, moment: datetime, clock: Clock, *, without: int | None = None) -> sa.Subquery:
    """What was known of an indicator at a moment: the rows of the history that held, also those that say "undone".

    Args:
        indicator_id: Of which indicator.
        moment: The moment, itself included.
        clock: By "retrieved" a row counts from when its bytes were retrieved, and what was undone never did; by
            "committed" from when it was loaded, until it was undone.
        without: The number of a load to leave out.
    """
    conditions = _retrieved(moment) if clock == "retrieved" else _committed(moment)
    newest = [observation.c.retrieved_at] if clock == "retrieved" else []
    if without is not None:
        conditions.append(observation.c.load_id != without)
    placed = latest(indicator_id, conditions, [*newest, observation.c.observation_id])
    names = [placed.c[column.name] for column in observation.columns]
    return sa.select(*names).where(placed.c.place == 1).subquery()


def latest(
    indicator_id: str, conditions: list[sa.ColumnElement[bool]], newest: Sequence[sa.ColumnElement[Any]]
) -> sa.Subquery:
    """Rows of the history with their place among those of their key; the newest is the first."""
    key = [observation.c[name] for name in KEY]
    place = sa.func.row_number().over(partition_by=key, order_by=[column.desc() for column in newest])
    rows = sa.select(*observation.columns, place.label("place"))
    rows = rows.join_from(observation, load, load.c.load_id == observation.c.load_id)
    return rows.where(observation.c.indicator_id == indicator_id, *conditions).subquery()


def _committed(moment: datetime) -> list[sa.ColumnElement[bool]]:
    return [load.c.kind != BACKFILL, load.c.committed_at <= moment]


def _retrieved(moment: datetime) -> list[sa.ColumnElement[bool]]:
    own = observation.c.retrieved_at == load.c.retrieved_at
    return [
        load.c.kind != UNDO,
        ~is_undone(),
        observation.c.retrieved_at <= moment,
        sa.or_(own, _retrieved_by_a_load()),
    ]


def _retrieved_by_a_load() -> sa.ColumnElement[bool]:
    """The condition that a load which wasn't undone was retrieved at the same time as a row.

    A backfill says again what held at the next later load; that goes with that load when it is undone.
    """
    other = load.alias()
    return sa.exists().where(
        other.c.indicator_id == observation.c.indicator_id,
        other.c.retrieved_at == observation.c.retrieved_at,
        other.c.kind != UNDO,
        ~is_undone(other),
    )
