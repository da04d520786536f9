"""One load: stage, compare with what is current, append what differs, withdraw what vanished, show it in the mart.

Everything here happens inside the caller's transaction: an error leaves the database as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from math import ceil
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import CheckError
from . import catalogue, mart, stage
from .database import is_demo
from .tables import CONTENT, KEY, SYNTHETIC, VALUE, WITHDRAWN, current, incoming, load, load_input, observation
from .upsert import upsert
from .values import Key, Load, LoadResult, Observations

_APPENDED = (*KEY, "retrieved_at", "load_id", "action", *CONTENT)

# What is said of a withdrawn key. No row's hash looks like this one: a key that comes back has changed.
_WITHDRAWN: Mapping[str, str | None] = MappingProxyType(
    {
        **dict.fromkeys(("value", "status_flags", "lower_ci", "upper_ci", "numerator", "denominator", "note")),
        "obs_status": "O",
        "status_reason": WITHDRAWN,
        "row_hash": WITHDRAWN,
    }
)


def commit(connection: Connection, batch: Load, observations: Observations, held: Collection[Key]) -> LoadResult:
    """Load one indicator's observations, and say what that did.

    Raises:
        CheckError: The rows can't be loaded as they are: see :meth:`.warehouse.Warehouse.load`.
    """
    kept = _kept(connection, batch)
    if kept is not None:
        return kept
    _refuse_older(connection, batch)
    restated = catalogue.describe_indicator(connection, batch.card, batch.target_vintage)
    load_id = _begin(connection, batch)
    held_count = stage.fill(connection, batch, load_id, observations, held)
    _refuse_made_up(connection, batch, load_id)
    result = _append(connection, batch, load_id, len(observations), held_count)
    if result.outcome == "loaded":
        _make_current(connection, batch, load_id)
    catalogue.refuse_mixed_units(connection, batch.card)
    renamed = catalogue.describe_areas(connection, batch.areas, default=stage.areas(connection, load_id))
    _show(connection, batch, result, restated=restated, renamed=renamed)
    stage.clear(connection, load_id)
    _finish(connection, result)
    return result


def _kept(connection: Connection, batch: Load) -> LoadResult | None:
    """What this very commit did, if an earlier try of it was kept although the connection was lost."""
    if batch.commit_id is None:
        return None
    names = ("load_id", "rows_new", "rows_changed", "rows_unchanged", "rows_withdrawn", "rows_held")
    said = sa.select(*(load.c[name] for name in names)).where(load.c.commit_id == batch.commit_id)
    found = connection.execute(said).one_or_none()
    return LoadResult(*found) if found else None


def _refuse_older(connection: Connection, batch: Load) -> None:
    newest = sa.select(sa.func.max(load.c.retrieved_at)).where(load.c.indicator_id == batch.card.indicator_id)
    loaded = connection.scalar(newest)
    if loaded is not None and batch.retrieved_at < loaded:
        raise CheckError(
            f"These answers were retrieved at {_moment(batch.retrieved_at)}, those loaded"
            f" last at {_moment(loaded)}: older answers are refused, as they would undo newer ones.",
            "Run the indicator again to load the newest.",
        )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _begin(connection: Connection, batch: Load) -> int:
    """Record the load, its counts still open."""
    counts = dict.fromkeys(("rows_new", "rows_changed", "rows_unchanged", "rows_withdrawn", "rows_held"), 0)
    said = {name: getattr(batch, name) for name in _RECORDED}
    card = {"indicator_id": batch.card.indicator_id, "dataset_id": batch.card.dataset_id}
    made = connection.execute(sa.insert(load).values(**said, **card, **counts, outcome="unchanged"))
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
    staged = sa.select(sa.func.count()).where(incoming.c.load_id == load_id, incoming.c.origin == SYNTHETIC)
    made_up = connection.scalar(staged)
    if made_up or batch.origin == SYNTHETIC:
        raise CheckError(
            f"{made_up or 'Some'} of the figures were made up for demonstration (origin"
            " synthetic), and no demo made this database.",
            "Load them with `yhovi run --demo`, which keeps a database of its own.",
        )


def _append(connection: Connection, batch: Load, load_id: int, staged: int, held: int) -> LoadResult:
    """Append to the observations what differs from what is current, and what is withdrawn."""
    gone = stage.in_scope(connection, batch, load_id)
    withdrawn = _count_withdrawals(connection, batch, load_id, gone)
    _append_values(connection, batch, load_id)
    if withdrawn:
        _append_withdrawals(connection, batch, load_id, gone)
    new, changed = _count_values(connection, batch, load_id)
    return LoadResult(load_id, new, changed, staged - new - changed, withdrawn, held)


def _count_withdrawals(
    connection: Connection, batch: Load, load_id: int, in_scope: Collection[sa.ColumnElement[bool]]
) -> int:
    gone = sa.case((stage.absent(load_id), 1), else_=0).label("gone")
    keys = sa.select(gone).select_from(current).where(*in_scope).subquery()
    counts = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(keys.c.gone), 0)).select_from(keys)
    live, withdrawn = connection.execute(counts).one()
    if live and withdrawn / live > batch.withdrawal_limit:
        raise CheckError(
            f"{withdrawn} of {live} current rows are missing from this load; at most"
            f" {batch.withdrawal_limit:.0%} may vanish at once.",
            "Look at the source. If it really withdrew them, allow it in the spec:"
            f" `checks: {{shrink: {ceil(100 * withdrawn / live)}%}}`.",
        )
    return int(withdrawn)


def _append_values(connection: Connection, batch: Load, load_id: int) -> None:
    differs = sa.or_(current.c.row_hash.is_(None), current.c.row_hash != incoming.c.row_hash)
    cells = {name: incoming.c[name] for name in (*KEY, *CONTENT)} | _commit_cells(batch, load_id, VALUE)
    rows = sa.select(*(cells[name] for name in _APPENDED)).select_from(stage.beside())
    rows = rows.where(incoming.c.load_id == load_id, ~incoming.c.held, differs)
    _append_rows(connection, rows.order_by(*(incoming.c[name] for name in KEY)))


def _append_withdrawals(
    connection: Connection, batch: Load, load_id: int, in_scope: Collection[sa.ColumnElement[bool]]
) -> None:
    said = {name: sa.literal(text, observation.c[name].type) for name, text in _WITHDRAWN.items()}
    same = {name: current.c[name] for name in (*KEY, *CONTENT)}
    cells = same | said | _commit_cells(batch, load_id, WITHDRAWN)
    rows = sa.select(*(cells[name] for name in _APPENDED)).where(*in_scope, stage.absent(load_id))
    _append_rows(connection, rows.order_by(*(current.c[name] for name in KEY)))


def _commit_cells(batch: Load, load_id: int, action: str) -> dict[str, sa.ColumnElement[Any]]:
    said = {"retrieved_at": batch.retrieved_at, "load_id": load_id, "action": action}
    return {name: sa.literal(value, observation.c[name].type) for name, value in said.items()}


def _append_rows(connection: Connection, rows: sa.Select[Any]) -> None:
    connection.execute(sa.insert(observation).from_select(_APPENDED, rows))


def _count_values(connection: Connection, batch: Load, load_id: int) -> tuple[int, int]:
    """How many of the values that were appended are new, and how many change what is current."""
    known = sa.and_(*(observation.c[name] == current.c[name] for name in KEY))
    counts = sa.select(sa.func.count(), sa.func.count(current.c.observation_id))
    counts = counts.select_from(observation.outerjoin(current, known))
    appended, changed = connection.execute(counts.where(*_of(batch, load_id), observation.c.action == VALUE)).one()
    return appended - changed, changed


def _of(batch: Load, load_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return observation.c.indicator_id == batch.card.indicator_id, observation.c.load_id == load_id


def _make_current(connection: Connection, batch: Load, load_id: int) -> None:
    rows = sa.select(observation).where(*_of(batch, load_id))
    upsert(connection, current, rows, key=KEY)
    _refuse_same_day(connection, batch.card.indicator_id)


def _refuse_same_day(connection: Connection, indicator_id: str) -> None:
    day = (current.c.area_code, current.c.area_vintage, current.c.breakdown, current.c.period_end)
    periods = (sa.func.min(current.c.time_period), sa.func.max(current.c.time_period))
    twice = sa.select(current.c.area_code, current.c.period_end, *periods)
    twice = twice.where(current.c.indicator_id == indicator_id, current.c.action == VALUE)
    found = connection.execute(twice.group_by(*day).having(sa.func.count() > 1).order_by(*day).limit(1)).one_or_none()
    if found is not None:
        area_code, period_end, one, other = found
        raise CheckError(
            f"{area_code} has two values for periods that end on {period_end}: {one} and {other}.",
            "Keep periods of one length in the recipe: a dashboard shows one value per area and day.",
        )


def _show(connection: Connection, batch: Load, result: LoadResult, *, restated: bool, renamed: Collection[str]) -> None:
    """Bring the mart in step: what this load appended, or all of an indicator that is now described differently."""
    mine = batch.card.indicator_id
    refreshed = {*mart.with_areas(connection, renamed), *([mine] if restated else [])}
    if result.outcome == "loaded" and mine not in refreshed:
        mart.update(connection, mine, result.load_id)
    mart.refresh(connection, sorted(refreshed))


def _finish(connection: Connection, result: LoadResult) -> None:
    counts = {
        "rows_new": result.new,
        "rows_changed": result.changed,
        "rows_unchanged": result.unchanged,
        "rows_withdrawn": result.withdrawn,
        "rows_held": result.held,
        "outcome": result.outcome,
    }
    connection.execute(sa.update(load).where(load.c.load_id == result.load_id), counts)
