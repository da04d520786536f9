"""One load: stage, compare with what is current, append what differs, withdraw what vanished, show it in the mart.

Everything here happens inside the caller's transaction: an error leaves the database as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from math import ceil
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import CheckError
from . import backfill, calendar, catalogue, history, mart, stage
from .border import require_said
from .database import is_demo
from .parameters import INDICATOR, LOAD, of
from .rows import APPENDED, WITHDRAWN_CELLS, appending, cells, same
from .tables import (
    BACKFILL,
    KEY,
    SYNTHETIC,
    VALUE,
    WITHDRAWN,
    current,
    incoming,
    load,
    load_input,
    observation,
)
from .upsert import upsert
from .values import Key, Load, LoadKind, LoadResult, Observations

_RETRIEVED = sa.bindparam("at_retrieval", type_=observation.c.retrieved_at.type)
_COMMIT = sa.bindparam("of_commit", type_=load.c.commit_id.type)

_OF_LOAD = (observation.c.indicator_id == INDICATOR, observation.c.load_id == LOAD)

# Loads are compared with what is current; only backfills with what was known once, each with another moment.
_by_known = lru_cache(16)


def commit(connection: Connection, batch: Load, observations: Observations, held: Collection[Key]) -> LoadResult:
    """Load one indicator's observations, and say what that did.

    Raises:
        CheckError: The rows can't be loaded as they are: see :meth:`.warehouse.Warehouse.load`.
    """
    kept = _kept(connection, batch)
    if kept is not None:
        return kept
    if _kind(connection, batch) == BACKFILL:
        return _put_behind(connection, batch, observations, held)
    restated = catalogue.describe_indicator(connection, batch.card, batch.target_vintage)
    load_id = _begin(connection, batch, "load")
    staged = _stage(connection, batch, load_id, observations, held)
    result = _append(connection, batch, _Begun(load_id, "load"), staged)
    if result.outcome == "loaded":
        make_current(connection, batch.card.indicator_id, load_id)
        _refuse_same_day(connection, batch.card.indicator_id)
        calendar.extend(connection, batch.card.indicator_id, load_id)
    catalogue.refuse_mixed_units(connection, batch.card)
    renamed = catalogue.describe_areas(connection, batch.areas, default=staged.areas)
    _show(connection, batch, result, restated=restated, renamed=renamed)
    stage.clear(connection, load_id)
    finish(connection, result)
    return result


class _Begun(NamedTuple):
    """A load that has begun, and what it is compared with: what is current, or was known when it was retrieved."""

    load_id: int
    kind: LoadKind
    known: sa.FromClause = current


def _put_behind(connection: Connection, batch: Load, observations: Observations, held: Collection[Key]) -> LoadResult:
    """Load older bytes behind the newer ones: what is current, the mart, and what is said of the indicator stay."""
    load_id = _begin(connection, batch, "backfill")
    known = history.state(batch.card.indicator_id, batch.retrieved_at, "retrieved", without=load_id)
    staged = _stage(connection, batch, load_id, observations, held)
    result = _append(connection, batch, _Begun(load_id, "backfill", known), staged)
    backfill.restore(connection, batch, load_id)
    catalogue.describe_areas(connection, (), default=[*staged.areas, *batch.areas])
    stage.clear(connection, load_id)
    finish(connection, result)
    return result


def _kept(connection: Connection, batch: Load) -> LoadResult | None:
    """What this very commit did, if an earlier try of it was kept although the connection was lost."""
    if batch.commit_id is None:
        return None
    found = connection.execute(_of_commit(), {_COMMIT.key: batch.commit_id}).one_or_none()
    return LoadResult(*found) if found else None


@cache
def _of_commit() -> sa.Select[Any]:
    names = ("load_id", "rows_new", "rows_changed", "rows_unchanged", "rows_withdrawn", "rows_held", "kind")
    return sa.select(*(load.c[name] for name in names)).where(load.c.commit_id == _COMMIT)


def _kind(connection: Connection, batch: Load) -> LoadKind:
    """Whether these bytes are the newest, or older ones that go behind those."""
    loaded = connection.scalar(history.newest_standing(), of(batch.card.indicator_id))
    if loaded is None or batch.retrieved_at >= loaded:
        return "load"
    if batch.kind == "backfill":
        return "backfill"
    raise CheckError(
        f"These answers were retrieved at {_moment(batch.retrieved_at)}, those loaded"
        f" last at {_moment(loaded)}: older answers are refused, as they would undo newer ones.",
        "Run the indicator again to load the newest, or say --backfill-vintage to load these behind them.",
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _begin(connection: Connection, batch: Load, kind: LoadKind) -> int:
    """Record the load, its counts still open."""
    counts = dict.fromkeys(("rows_new", "rows_changed", "rows_unchanged", "rows_withdrawn", "rows_held"), 0)
    said = {name: getattr(batch, name) for name in _RECORDED}
    card = {"indicator_id": batch.card.indicator_id, "dataset_id": batch.card.dataset_id}
    require_said(load, [said | card], "indicator_id")
    catalogue.describe_dataset(connection, batch)
    made = connection.execute(sa.insert(load), {**said, **card, **counts, "kind": kind, "outcome": "unchanged"})
    (load_id,) = made.inserted_primary_key or (0,)
    inputs = [{"load_id": load_id, "input_load_id": other} for other in batch.input_loads]
    if inputs:
        connection.execute(sa.insert(load_input), inputs)
    return int(load_id)


_RECORDED = (
    "run_id",
    "committed_at",
    "retrieved_at",
    "release",
    "exchange_id",
    "spec_text",
    "plan_json",
    "plan_fingerprint",
    "row_set_hash",
    "registry_hash",
    "engine_version",
    "origin",
    "commit_id",
)


def _refuse_made_up(connection: Connection, batch: Load, load_id: int) -> None:
    if is_demo(connection):
        return
    made_up = connection.scalar(_made_up(), {LOAD.key: load_id})
    if made_up or batch.origin == SYNTHETIC:
        raise CheckError(
            f"{made_up or 'Some'} of the figures were made up for demonstration (origin"
            " synthetic), and no demo made this database.",
            "Load them with `yhovi run --demo`, which keeps a database of its own.",
        )


@cache
def _made_up() -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(incoming.c.load_id == LOAD, incoming.c.origin == SYNTHETIC)


def _stage(
    connection: Connection, batch: Load, load_id: int, observations: Observations, held: Collection[Key]
) -> stage.Staged:
    staged = stage.fill(connection, batch, load_id, observations, held)
    _refuse_made_up(connection, batch, load_id)
    return staged


def _append(connection: Connection, batch: Load, begun: _Begun, staged: stage.Staged) -> LoadResult:
    """Append to the observations what differs from what is known, and what is withdrawn."""
    known, bounds = begun.known, stage.Bounds.of(batch.scope)
    meant = {**stage.of_scope(batch, begun.load_id), _RETRIEVED.key: batch.retrieved_at}
    live, withdrawn = map(int, connection.execute(_withdrawals(known, bounds), meant).one())
    _refuse_vanished(batch, live, withdrawn)
    connection.execute(_new_and_changed(known), meant)
    if withdrawn:
        connection.execute(_gone(known, bounds), meant)
    appended, changed = connection.execute(_appended(known), meant).one()
    unchanged = staged.rows - appended
    return LoadResult(begun.load_id, appended - changed, changed, unchanged, withdrawn, staged.held, begun.kind)


def _refuse_vanished(batch: Load, live: int, withdrawn: int) -> None:
    if live and withdrawn / live > batch.withdrawal_limit:
        raise CheckError(
            f"{withdrawn} of {live} current rows are missing from this load; at most"
            f" {batch.withdrawal_limit:.0%} may vanish at once.",
            "Look at the source. If it really withdrew them, allow it in the spec:"
            f" `checks: {{shrink: {ceil(100 * withdrawn / live)}%}}`.",
        )


@_by_known
def _withdrawals(known: sa.FromClause, bounds: stage.Bounds) -> sa.Select[Any]:
    """How many live rows a load speaks for, and how many of them it lacks."""
    gone = sa.case((stage.absent(known), 1), else_=0).label("gone")
    keys = sa.select(gone).select_from(known).where(*stage.in_scope(bounds, known)).subquery()
    return sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(keys.c.gone), 0)).select_from(keys)


@_by_known
def _new_and_changed(known: sa.FromClause) -> sa.Insert:
    """Append the values that aren't known."""
    differs = sa.or_(known.c.row_hash.is_(None), known.c.row_hash != incoming.c.row_hash)
    said = {**same(incoming), **_commit(VALUE)}
    rows = sa.select(*(said[name] for name in APPENDED)).select_from(stage.beside(known))
    rows = rows.where(incoming.c.load_id == LOAD, incoming.c.indicator_id == INDICATOR, ~incoming.c.held, differs)
    return appending(rows.order_by(*(incoming.c[name] for name in KEY)))


@_by_known
def _gone(known: sa.FromClause, bounds: stage.Bounds) -> sa.Insert:
    """Append what is withdrawn."""
    said = {**same(known), **WITHDRAWN_CELLS, **_commit(WITHDRAWN)}
    rows = sa.select(*(said[name] for name in APPENDED)).select_from(known)
    rows = rows.where(*stage.in_scope(bounds, known), stage.absent(known))
    return appending(rows.order_by(*(known.c[name] for name in KEY)))


def _commit(action: str) -> Mapping[str, sa.ColumnElement[Any]]:
    """The cells of a row of the history that say by which load it came and what it does."""
    return {"retrieved_at": _RETRIEVED, "load_id": LOAD, **cells(action=action)}


@_by_known
def _appended(known: sa.FromClause) -> sa.Select[int, int]:
    """How many values were appended, and how many of them change what is known."""
    same_key = sa.and_(*(observation.c[name] == known.c[name] for name in KEY))
    counts = sa.select(sa.func.count(), sa.func.count(known.c.observation_id))
    counts = counts.select_from(observation.outerjoin(known, same_key))
    return counts.where(*_OF_LOAD, observation.c.action == VALUE)


def make_current(connection: Connection, indicator_id: str, load_id: int) -> None:
    """Let what a load appended be current."""
    upsert(connection, current, _rows_of_load(), of(indicator_id, load_id), key=KEY)


@cache
def _rows_of_load() -> sa.Select[Any]:
    return sa.select(observation).where(*_OF_LOAD)


def _refuse_same_day(connection: Connection, indicator_id: str) -> None:
    same_day = same_day_of(connection, indicator_id)
    if same_day:
        raise CheckError(
            same_day, "Keep periods of one length in the recipe: a dashboard shows one value per area and day."
        )


def same_day_of(connection: Connection, indicator_id: str) -> str:
    """Which two current periods of an area end on the same day, in a sentence; nothing if there are none."""
    first, last = connection.execute(_lengths(), of(indicator_id)).one()
    if first == last:
        return ""
    mine = (current.c.indicator_id == indicator_id, current.c.action == VALUE)
    day = (current.c.area_code, current.c.area_vintage, current.c.breakdown, current.c.period_end)
    periods = (sa.func.min(current.c.time_period), sa.func.max(current.c.time_period))
    twice = sa.select(current.c.area_code, current.c.period_end, *periods).where(*mine)
    twice = twice.group_by(*day).having(sa.func.count() > 1).order_by(*day).limit(1)
    found = connection.execute(twice).one_or_none()
    if found is None:
        return ""
    area_code, period_end, one, other = found
    return f"{area_code} has two values for periods that end on {period_end}: {one} and {other}."


@cache
def _lengths() -> sa.Select[Any]:
    """The first and the last of the lengths of periods: where those are the same, no two periods end on one day.

    That is asked first because a glance at each row answers it, while comparing the ends has to sort them all.
    """
    text: Any = current.c.time_period.type
    length = sa.func.substring(current.c.time_period, len("2023-04-01/P"), text.length)
    mine = (current.c.indicator_id == INDICATOR, current.c.action == VALUE)
    return sa.select(sa.func.min(length), sa.func.max(length)).where(*mine)


def _show(connection: Connection, batch: Load, result: LoadResult, *, restated: bool, renamed: Collection[str]) -> None:
    """Bring the mart in step: what this load appended, or all of an indicator that is now described differently."""
    mine = batch.card.indicator_id
    refreshed = {*mart.with_areas(connection, renamed), *([mine] if restated else [])}
    if result.outcome == "loaded" and mine not in refreshed:
        mart.update(connection, mine, result.load_id)
    mart.refresh(connection, sorted(refreshed))


def finish(connection: Connection, result: LoadResult) -> None:
    """Write down what a load did."""
    counts = {
        "rows_new": result.new,
        "rows_changed": result.changed,
        "rows_unchanged": result.unchanged,
        "rows_withdrawn": result.withdrawn,
        "rows_held": result.held,
        "outcome": result.outcome,
    }
    connection.execute(_finished(), {**counts, LOAD.key: result.load_id})


@cache
def _finished() -> sa.Update:
    return sa.update(load).where(load.c.load_id == LOAD)
