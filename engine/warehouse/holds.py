"""Holds: what was undone isn't loaded again by the next run, until somebody says so."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from .parameters import INDICATOR, of
from .tables import hold, load
from .values import Hold

_BYTES = sa.bindparam("of_bytes", type_=hold.c.row_set_hash.type)
_PLAN = sa.bindparam("of_plan", type_=hold.c.plan_fingerprint.type)


def place(connection: Connection, load_id: int, at: datetime, reason: str) -> None:
    """Put the bytes and the plan of a load on hold."""
    same = ("indicator_id", "row_set_hash", "plan_fingerprint")
    rows = sa.select(
        *(load.c[name] for name in same),
        load.c.load_id,
        sa.literal(at, hold.c.placed_at.type).label("placed_at"),
        sa.literal(reason, hold.c.reason.type).label("reason"),
    ).where(load.c.load_id == load_id)
    connection.execute(sa.insert(hold).from_select([*same, "load_id", "placed_at", "reason"], rows))


def find(connection: Connection, indicator_id: str, row_set_hash: str, plan_fingerprint: str) -> Hold | None:
    """The newest hold on these bytes with this plan, or None."""
    meant = {**of(indicator_id), _BYTES.key: row_set_hash, _PLAN.key: plan_fingerprint}
    found = [Hold(*row) for row in connection.execute(_same(), meant)]
    return found[-1] if found else None


@cache
def _same() -> sa.Select[Any]:
    same = (hold.c.row_set_hash == _BYTES, hold.c.plan_fingerprint == _PLAN)
    return _held(hold.c.indicator_id == INDICATOR, *same)


def listed(connection: Connection, indicator_id: str | None = None) -> list[Hold]:
    """Every hold that wasn't released, of one indicator or all, oldest first."""
    which = sa.true() if indicator_id is None else hold.c.indicator_id == indicator_id
    return [Hold(*row) for row in connection.execute(_held(which))]


def release(connection: Connection, indicator_id: str, at: datetime) -> list[Hold]:
    """Release all holds of an indicator; those that there were."""
    found = listed(connection, indicator_id)
    of_indicator = (hold.c.indicator_id == indicator_id, hold.c.released_at.is_(None))
    connection.execute(sa.update(hold).where(*of_indicator).values(released_at=at))
    return found


def _held(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The holds that weren't released, oldest first."""
    rows = sa.select(*(hold.c[name] for name in Hold.__slots__)).where(hold.c.released_at.is_(None), *which)
    return rows.order_by(hold.c.hold_id)
