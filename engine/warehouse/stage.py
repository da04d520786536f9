"""The stage: what a load brings, laid beside what is current, so that the two can be compared in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from ..errors import CheckError
from . import canonical
from .border import is_key, is_listed
from .dialects import DIALECTS
from .dialects.base import Rows
from .parameters import INDICATOR, LOAD, of
from .tables import KEY, VALUE, incoming, incoming_scope
from .values import Area, Key, Load, Observations, Scope

_AREA = "area"
_BREAKDOWN = "breakdown"
_VINTAGE = "vintage"

_FIRST = sa.bindparam("first_day", type_=incoming.c.period_start.type)
_LAST = sa.bindparam("last_day", type_=incoming.c.period_end.type)


class Staged(NamedTuple):
    """What a load brought: how many rows, how many keys that it holds back, and its areas, named by their codes."""

    rows: int
    held: int
    areas: list[Area]


def fill(
    connection: Connection, batch: Load, load_id: int, observations: Observations, held: Collection[Key]
) -> Staged:
    """Lay out a load's observations, the keys it holds back, and its scope.

    Raises:
        CheckError: A key occurs twice, or a number is infinite.
    """
    indicator_id = batch.card.indicator_id
    remaining = set(held)
    for keys, rows in canonical.chunks(observations, indicator_id, load_id):
        _insert_rows(connection, rows, observations)
        if remaining:
            remaining.difference_update(keys)
    _hold(connection, indicator_id, load_id, remaining)
    areas = _areas(connection, load_id)
    _spread_scope(connection, batch, load_id, areas)
    return Staged(len(observations), len(remaining), areas)


def clear(connection: Connection, load_id: int) -> None:
    """Take a load off the stage."""
    for table in (incoming, incoming_scope):
        connection.execute(_removal(table), {LOAD.key: load_id})


@cache
def _removal(table: sa.Table) -> sa.Delete:
    return sa.delete(table).where(table.c.load_id == LOAD)


class Bounds(NamedTuple):
    """By what the scope of a load is bounded; the statements of loads with the same bounds are the same."""

    areas: bool
    breakdowns: bool
    periods: bool

    @classmethod
    def of(cls, scope: Scope) -> Bounds:
        """Those of a scope."""
        return cls(*(part is not None for part in (scope.areas, scope.breakdowns, scope.periods)))


def of_scope(batch: Load, load_id: int) -> Mapping[str, Any]:
    """The values of the parameters of a load, the days of its scope among them if it is bounded by days."""
    first, last = batch.scope.periods or (None, None)
    days = {} if first is None else {_FIRST.key: first, _LAST.key: last}
    return {**of(batch.card.indicator_id, load_id), **days}


def beside(known: sa.FromClause) -> sa.FromClause:
    """What is staged, with what is known of the same key: what is current, or was at another time."""
    return incoming.outerjoin(known, same_key(known))


def same_key(known: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that a staged and a known row have the same key."""
    return sa.and_(*(incoming.c[name] == known.c[name] for name in KEY))


def absent(known: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that a known row is not on the stage, not even held back."""
    return ~sa.exists().where(incoming.c.load_id == LOAD, same_key(known))


def in_scope(bounds: Bounds, known: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """The conditions that a known row is live and that the load speaks for it."""
    conditions = [
        known.c.indicator_id == INDICATOR,
        known.c.action == VALUE,
        _listed(_VINTAGE, known.c.area_vintage),
    ]
    if bounds.areas:
        conditions.append(_listed(_AREA, known.c.area_code))
    if bounds.breakdowns:
        conditions.append(_listed(_BREAKDOWN, known.c.breakdown))
    if bounds.periods:
        conditions += [known.c.period_start >= _FIRST, known.c.period_end <= _LAST]
    return conditions


def _insert_rows(connection: Connection, rows: Rows, observations: Observations) -> None:
    try:
        DIALECTS[connection.dialect.name].insert(connection, incoming, rows)
    except IntegrityError:
        found = canonical.repeated(observations)
        if found is None:
            raise
        key, count = found
        raise CheckError(
            f"The value of {key.area_code} for {key.time_period} (breakdown {key.breakdown}) comes {count} times.",
            "The recipe keeps rows that differ in something it doesn't look at: narrow a `keep`, or aggregate.",
        ) from None


def _hold(connection: Connection, indicator_id: str, load_id: int, keys: Collection[Key]) -> None:
    # No row has a key that can't be kept: there is nothing of it to hold.
    rows = [
        {"load_id": load_id, "indicator_id": indicator_id, "held": True, **key._asdict()}
        for key in sorted(filter(is_key, keys))
    ]
    if rows:
        connection.execute(sa.insert(incoming), rows)


def _spread_scope(connection: Connection, batch: Load, load_id: int, areas: Iterable[Area]) -> None:
    """List what a load speaks for; a list may be longer than a statement can have parameters."""
    scope = batch.scope
    vintages = {batch.target_vintage, *scope.vintages, *(place.area_vintage for place in areas)}
    listed = (
        (_AREA, "area_code", scope.areas),
        (_BREAKDOWN, "breakdown", scope.breakdowns),
        (_VINTAGE, "area_vintage", vintages),
    )
    rows = [
        {"load_id": load_id, "dimension": dimension, "code": code}
        for dimension, name, codes in listed
        for code in sorted(codes or ())
        if is_listed(name, code)
    ]
    if rows:
        connection.execute(sa.insert(incoming_scope), rows)


def _areas(connection: Connection, load_id: int) -> list[Area]:
    rows = connection.execute(_different_areas(), {LOAD.key: load_id})
    return [Area(code, vintage, name=code, level=level) for code, vintage, level in rows]


@cache
def _different_areas() -> sa.Select[Any]:
    names = (incoming.c.area_code, incoming.c.area_vintage, incoming.c.area_level)
    return sa.select(*names).distinct().where(incoming.c.load_id == LOAD, ~incoming.c.held)


def _listed(dimension: str, code: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        incoming_scope.c.load_id == LOAD, incoming_scope.c.dimension == dimension, incoming_scope.c.code == code
    )
