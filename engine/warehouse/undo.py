"""Undoing a load: a new load appends again what held before it, where what it brought is still current."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import CheckError, UsageError
from . import holds, mart
from .history import latest, stands
from .load import make_current, same_day_of
from .rows import APPENDED, UNDONE_CELLS, appending, cells, same
from .tables import KEY, ORDINARY, UNDO, UNDONE, VALUE, current, indicator, load, load_input, observation
from .values import Key, Left, RunStart, Undone

_CURE = "yhovi loads shows which there are."


def chosen(connection: Connection, said: str, *, cascade: bool) -> list[int]:
    """The loads that are meant by the number of a load or the id of a run, the newest first.

    With ``cascade`` those later ones that changed the same indicators are among them.

    Raises:
        UsageError: There is no such load or run, or it is an undo itself.
    """
    rows = _of_run(connection, said) or (_of_number(connection, int(said)) if said.isdecimal() else [])
    if not rows:
        raise UsageError(f"There is no load and no run {said}.", _CURE)
    meant = [row for row in rows if row.kind != UNDO]
    if not meant:
        undo = rows[0]
        raise UsageError(
            f"Load {undo.load_id} is itself an undo, of load {undo.undoes}, and an undo isn't undone.",
            f"To load the same again: yhovi release-hold {undo.indicator_id}, then run it.",
        )
    further = [other for row in meant for other in _later(connection, row)] if cascade else []
    return sorted({*(row.load_id for row in meant), *further}, reverse=True)


def undo(connection: Connection, load_id: int, start: RunStart) -> Undone:
    """Undo one load, and put its bytes and plan on hold.

    Raises:
        CheckError: What would be current afterwards can't be: two periods of one area end on the same day, or values
            are in another unit than the indicator is said to have.
    """
    undone = _load(connection, load_id)
    before = connection.execute(sa.select(load).where(load.c.undoes == load_id)).one_or_none()
    if before is not None and before.run_id == start.run_id:  # done by an earlier try, whose connection was lost
        return _told(connection, undone, before.load_id)
    if before is not None or undone.outcome == "unchanged":
        why = f"it was undone before, by load {before.load_id}" if before is not None else "it had changed nothing"
        return Undone(load_id, undone.indicator_id, None, note=f"There is nothing to undo: {why}.")
    undo_id = _begin(connection, undone, start)
    if undone.kind == ORDINARY:
        _take_back(connection, undone.indicator_id, load_id, undo_id)
        _refuse_impossible(connection, undone.indicator_id, load_id)
        mart.refresh(connection, [undone.indicator_id])
    at = f"{start.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    holds.place(connection, load_id, start.started_at, f"Load {load_id} was undone at {at}.")
    return _told(connection, undone, undo_id)


def _load(connection: Connection, load_id: int) -> sa.Row[Any]:
    return connection.execute(sa.select(load).where(load.c.load_id == load_id)).one()


def _of_run(connection: Connection, run_id: str) -> Sequence[sa.Row[Any]]:
    return connection.execute(sa.select(load).where(load.c.run_id == run_id).order_by(load.c.load_id)).all()


def _of_number(connection: Connection, number: int) -> Sequence[sa.Row[Any]]:
    return connection.execute(sa.select(load).where(load.c.load_id == number)).all()


def _later(connection: Connection, undone: sa.Row[Any]) -> list[int]:
    """The later loads of the same indicator that changed something and stand."""
    later = (load.c.indicator_id == undone.indicator_id, load.c.load_id > undone.load_id, load.c.outcome == "loaded")
    return list(connection.scalars(sa.select(load.c.load_id).where(*later, stands())))


def _begin(connection: Connection, undone: sa.Row[Any], start: RunStart) -> int:
    """Record the undo; it repeats what it undoes, so that this can be read from it too."""
    own = {
        "run_id": start.run_id,
        "committed_at": start.started_at,
        "engine_version": start.engine_version,
        "kind": UNDO,
        "undoes": undone.load_id,
        "commit_id": None,
        "outcome": "loaded",
        **dict.fromkeys(("rows_new", "rows_changed", "rows_unchanged", "rows_withdrawn", "rows_held"), 0),
    }
    repeated = {name: value for name, value in undone._asdict().items() if name != "load_id"}
    made = connection.execute(sa.insert(load).values(**(repeated | own)))
    (load_id,) = made.inserted_primary_key or (0,)
    return int(load_id)


def _take_back(connection: Connection, indicator_id: str, load_id: int, undo_id: int) -> None:
    """Append again what held before, take back what had not been there, and bring what is current in step."""
    connection.execute(appending(_predecessors(indicator_id, load_id, undo_id)))
    connection.execute(appending(_without_predecessor(indicator_id, load_id, undo_id)))
    make_current(connection, indicator_id, undo_id)
    gone = (current.c.indicator_id == indicator_id, current.c.load_id == undo_id, current.c.action == UNDONE)
    connection.execute(sa.delete(current).where(*gone))
    mine = (observation.c.indicator_id == indicator_id, observation.c.load_id == undo_id)
    counts = {"rows_changed": observation.c.action != UNDONE, "rows_withdrawn": observation.c.action == UNDONE}
    for name, which in counts.items():
        count = connection.scalar(sa.select(sa.func.count()).select_from(observation).where(*mine, which))
        connection.execute(sa.update(load).where(load.c.load_id == undo_id), {name: count})


def _standing(indicator_id: str, load_id: int, *, before: int | None = None) -> sa.Subquery:
    """The rows of loads that stand, and of the one that is being undone, the newest of each key first.

    Beside each stand the load of the first (``top_load``), how many there are (``places``) and whether one of them is
    of the load that is being undone (``mine``). Were they joined to find that out, SQLite would compare all with all.

    Args:
        indicator_id: Of which indicator.
        load_id: The load that is being undone.
        before: The number of a load; only those before it count.
    """
    conditions = [sa.or_(stands(), load.c.load_id == load_id)]
    if before is not None:
        conditions.append(load.c.load_id < before)
    placed = latest(indicator_id, conditions, [observation.c.observation_id])
    key = [placed.c[name] for name in KEY]
    mine = sa.case((placed.c.load_id == load_id, 1), else_=0)
    return sa.select(
        *placed.columns,
        sa.func.max(sa.case((placed.c.place == 1, placed.c.load_id))).over(partition_by=key).label("top_load"),
        sa.func.max(placed.c.place).over(partition_by=key).label("places"),
        sa.func.max(mine).over(partition_by=key).label("mine"),
    ).subquery()


def _predecessors(indicator_id: str, load_id: int, undo_id: int) -> sa.Select[Any]:
    """What held before, of each key that is as the load left it."""
    rows = _standing(indicator_id, load_id)
    said = same(rows, APPENDED) | cells(load_id=undo_id)
    query = sa.select(*(said[name].label(name) for name in APPENDED))
    query = query.where(rows.c.place == 2, rows.c.top_load == load_id)
    return query.order_by(*(rows.c[name] for name in KEY))


def _without_predecessor(indicator_id: str, load_id: int, undo_id: int) -> sa.Select[Any]:
    """That nothing held before, of each key that is as the load left it and that no other one knew."""
    rows = _standing(indicator_id, load_id)
    said = {**same(rows, APPENDED), **UNDONE_CELLS, **cells(load_id=undo_id, action=UNDONE)}
    query = sa.select(*(said[name].label(name) for name in APPENDED))
    query = query.where(rows.c.places == 1, rows.c.top_load == load_id)
    return query.order_by(*(rows.c[name] for name in KEY))


def _refuse_impossible(connection: Connection, indicator_id: str, load_id: int) -> None:
    same_day = same_day_of(connection, indicator_id)
    if same_day:
        raise CheckError(
            f"Load {load_id} of {indicator_id} can't be undone alone: {same_day}",
            "Undo the later loads too, with --cascade.",
        )
    said = sa.select(indicator.c.unit_measure).where(indicator.c.indicator_id == indicator_id)
    unit = connection.scalar(said)
    others = (current.c.indicator_id == indicator_id, current.c.action == VALUE, current.c.unit_measure != unit)
    other = connection.scalar(sa.select(sa.func.min(current.c.unit_measure)).where(*others))
    if other is not None:
        raise CheckError(
            f"Before load {load_id} the values of {indicator_id} were in {other}, and now it is said to be in {unit}.",
            "Set the unit in the spec back and run the indicator: that loads all of it in that unit.",
        )


def _told(connection: Connection, undone: sa.Row[Any], undo_id: int) -> Undone:
    """What an undo did, as the database has it."""
    did = _load(connection, undo_id)
    left = tuple(_left(connection, undone, undo_id)) if undone.kind == ORDINARY else ()
    made_of_it = tuple(_made_of(connection, undone)) if undone.kind == ORDINARY else ()
    note = "" if undone.kind == ORDINARY else "It was of older bytes: what is current stays as it is."
    return Undone(
        undone.load_id, undone.indicator_id, undo_id, did.rows_changed, did.rows_withdrawn, left, made_of_it, note
    )


def _left(connection: Connection, undone: sa.Row[Any], undo_id: int) -> Iterator[Left]:
    """The keys that later loads changed since, each with the load whose value is current."""
    top = _standing(undone.indicator_id, undone.load_id, before=undo_id)
    rows = sa.select(*(top.c[name] for name in (*Key._fields, "load_id")))
    rows = rows.where(top.c.place == 1, top.c.mine == 1, top.c.load_id != undone.load_id)
    for *key, load_id in connection.execute(rows.order_by(*(top.c[name] for name in KEY))):
        yield Left(Key(*key), load_id)


def _made_of(connection: Connection, undone: sa.Row[Any]) -> Iterator[str]:
    """The indicators of which a load was made of this one since."""
    made, of = load.alias("made"), load.alias("of")
    rows = sa.select(made.c.indicator_id).distinct()
    rows = rows.select_from(
        load_input.join(made, made.c.load_id == load_input.c.load_id).join(
            of, of.c.load_id == load_input.c.input_load_id
        )
    )
    rows = rows.where(of.c.indicator_id == undone.indicator_id, of.c.load_id >= undone.load_id, stands(made))
    yield from connection.scalars(rows.order_by(made.c.indicator_id))
