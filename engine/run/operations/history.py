"""The past of indicators: values as they were known at a moment, the loads, and undoing them."""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from ...errors import UsageError
from ...geography import Registry, load_registry
from ...periods import Period, matches
from ...settings import Settings
from ...warehouse.reading import Record
from ...warehouse.tables import KEY, ORDINARY, UNDO, UNDONE, VALUE
from ...warehouse.values import Clock, LoadLine, Mode, RunEnd, RunStart, Undone
from ...warehouse.warehouse import Warehouse
from ..assembly import World, database_url, shown
from .status import database_to_read

_SHOWN = 10
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_NUMBERS = ("value", "lower_ci", "upper_ci", "numerator", "denominator")


@dataclass(frozen=True, slots=True)
class Place:
    """Which database is meant: as the settings say, the demonstration's, or the one that was said."""

    settings: Settings
    demo: bool = False
    database_url: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which values: of an indicator, maybe of one area, period and breakdown; as of a moment, or with their history."""

    indicator: str
    area: str = ""
    period: str = ""
    breakdown: str = ""
    as_of: str = ""
    clock: Clock = "retrieved"
    history: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Lines to show, and sentences about them."""

    rows: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What a rollback did to each load, in the order in which they were undone."""

    undone: tuple[Undone, ...]
    dry_run: bool
    notes: tuple[str, ...] = field(default=())

    def rows(self) -> list[dict[str, Any]]:
        """As lines of a table."""
        return [
            {
                "load": one.load_id,
                "indicator": one.indicator_id,
                "undone_by": None if self.dry_run else one.undo_id,
                "as_before": one.restored,
                "gone": one.removed,
                "left": len(one.left),
            }
            for one in self.undone
        ]

    def described(self) -> dict[str, Any]:
        """As plain data."""
        details = (
            {
                "left_observations": [{**one.key._asdict(), "load": one.load_id} for one in each.left],
                "made_of_it": list(each.made_of_it),
                "note": each.note,
            }
            for each in self.undone
        )
        loads = [row | detail for row, detail in zip(self.rows(), details, strict=True)]
        return {"dry_run": self.dry_run, "loads": loads}

    def sentences(self) -> Iterator[str]:
        """What to know beside the numbers."""
        for one in self.undone:
            about = f"load {one.load_id} of {one.indicator_id}"
            if one.note:
                yield f"{about}: {one.note}"
            if one.left:
                named = [f"{left.key.area_code} {left.key.time_period} (load {left.load_id})" for left in one.left]
                more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
                yield f"{about}: later loads changed these since, and they are left: {', '.join(named[:_SHOWN])}{more}"
            if one.made_of_it:
                yield f"{about}: made of it: {', '.join(one.made_of_it)}; run them again"
        if any(one.undo_id for one in self.undone):
            yield (
                "it was only tried: nothing was changed"
                if self.dry_run
                else ("the same answers by the same plan aren't loaded again, until: yhovi release-hold INDICATOR")
            )


def get(wanted: Wanted, place: Place, world: World) -> Found:
    """The values of an indicator: as they are, as they were known at a moment, or all that they ever were.

    Raises:
        UsageError: There is no such indicator, area, period or breakdown; or the moment can't be understood.
        StorageError: There is no such database, or it can't be read.
    """
    with _reading(place, world) as (warehouse, said):
        known = warehouse.cards()
        if wanted.indicator not in known:
            near = difflib.get_close_matches(wanted.indicator.upper(), known, n=1)
            cure = f"Did you mean {near[0]}?" if near else "yhovi status shows which there are."
            raise UsageError(f"No {wanted.indicator} was ever loaded into {warehouse.where}.", cure)
        rows, when = _rows(wanted, warehouse)
        settings = place.settings
        registry = load_registry(settings.target_vintage, settings.register)
        lines = [_line(row, registry, history=wanted.history) for row in _chosen(wanted, rows)]
        first = "" if rows else _beginning(wanted, warehouse)
        return Found(lines, tuple(filter(None, (said, when, first))))


def loads(indicator: str | None, place: Place, world: World) -> Found:
    """Every load of an indicator or of all, the newest last.

    Raises:
        StorageError: There is no such database, or it can't be read.
    """
    with _reading(place, world) as (warehouse, said):
        return Found([_load_line(one) for one in warehouse.load_lines(indicator)], (said,))


def roll_back(
    target: str, command: str, version: str, place: Place, world: World, *, cascade: bool, dry_run: bool
) -> RolledBack:
    """Undo a load by its number, or all loads of a run by its id.

    Raises:
        UsageError: There is no such load or run, or it is an undo itself.
        CheckError: What would be current afterwards can't be.
        StorageError: There is no such database, or it can't be written.
    """
    with _writing(place, world) as (warehouse, said):
        mode: Mode = "demo" if warehouse.is_demo else "live"
        start = RunStart(world.new_id(), world.now(), command, mode, version)
        done = warehouse.rollback(start, target, cascade=cascade, dry_run=dry_run)
        if not dry_run:
            undone = sum(one.undo_id is not None for one in done)
            warehouse.finish_run(
                RunEnd(start.run_id, world.now(), "ok", 0, loaded=undone, unchanged=len(done) - undone)
            )
        return RolledBack(tuple(done), dry_run, (said,))


def release(indicator: str, place: Place, world: World) -> Found:
    """Let the next run load again what was undone of an indicator.

    Raises:
        UsageError: Nothing of it is on hold.
        StorageError: There is no such database, or it can't be written.
    """
    with _writing(place, world) as (warehouse, said):
        released = warehouse.release_hold(indicator, world.now())
        if not released:
            raise UsageError(f"Nothing of {indicator} is on hold.", "yhovi status shows what is.")
        lines = [
            {"indicator": one.indicator_id, "load": one.load_id, "on_hold_since": _moment(one.placed_at)}
            for one in released
        ]
        return Found(lines, (said, f"released: the next run of {indicator} may load this again"))


def said_first(row: Record, history: Sequence[Record]) -> Record:
    """The row that was made of the source, where an undo says it again."""
    if row["kind"] != UNDO:
        return row
    same = ("retrieved_at", "row_hash", *KEY)
    made = [old for old in history if old["kind"] == ORDINARY and all(old[name] == row[name] for name in same)]
    return made[-1] if made else row


def moment(said: str) -> datetime:
    """A moment as people write it: a day, month or year means its end; a time without zone is in UTC.

    Raises:
        UsageError: It is none of these.

    >>> moment("2026-02").isoformat()
    '2026-02-28T23:59:59.999000+00:00'
    >>> moment("2026-02-03T10:30+01:00").isoformat()
    '2026-02-03T09:30:00+00:00'
    """
    try:
        found = _DAY.fullmatch(said)
        if found is None:
            read = datetime.fromisoformat(said)
            return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
        year, month = int(found[1]), int(found[2] or 12)
        day = datetime(year, month, int(found[3] or calendar.monthrange(year, month)[1]), tzinfo=UTC)
    except ValueError:
        raise UsageError(
            f"'{said}' is not a moment.", "Write a day, month or year (2026-03-31), or a time: 2026-03-31T18:00."
        ) from None
    return datetime.combine(day, time.max, UTC) - timedelta(microseconds=999)


@contextmanager
def _reading(place: Place, world: World) -> Iterator[tuple[Warehouse, str]]:
    """The database that is there, and a sentence that says which."""
    url, said = database_to_read(place.settings, demo=place.demo, said=place.database_url)
    with Warehouse.open(url, demo=place.demo, now=world.now(), create=False) as warehouse:
        yield warehouse, said


@contextmanager
def _writing(place: Place, world: World) -> Iterator[tuple[Warehouse, str]]:
    """The database that is meant, be it there or not: what is changed isn't guessed."""
    url = database_url(place.settings, demo=place.demo, said=place.database_url)
    with Warehouse.open(url, demo=place.demo, now=world.now(), create=False) as warehouse:
        yield warehouse, f"database: {shown(url, place.settings)}"


def _rows(wanted: Wanted, warehouse: Warehouse) -> tuple[list[Record], str]:
    if wanted.history:
        return warehouse.history(wanted.indicator), ""
    if not wanted.as_of:
        return warehouse.observations(wanted.indicator), ""
    at = moment(wanted.as_of)
    how = "answers retrieved" if wanted.clock == "retrieved" else "loads committed"
    said = f"as of {at:%Y-%m-%d %H:%M:%S} UTC, by {how} until then"
    return warehouse.as_of(wanted.indicator, at, wanted.clock), said


def _chosen(wanted: Wanted, rows: Sequence[Record]) -> Iterable[Record]:
    """The rows of the area, the period and the breakdown that were said."""
    for name, said in (("area_code", wanted.area.upper()), ("breakdown", wanted.breakdown)):
        there = sorted({row[name] for row in rows})
        if said and rows and said not in there:
            what = name.partition("_")[0]
            raise UsageError(f"{wanted.indicator} has no {what} {said} here.", f"It has {_listed(there)}.")
        rows = [row for row in rows if not said or row[name] == said]
    if not wanted.period:
        return rows
    try:
        found = [row for row in rows if matches(Period.parse(row["time_period"]), wanted.period)]
    except ValueError as error:
        raise UsageError(str(error)) from None
    if rows and not found:
        there = sorted({row["time_period"] for row in rows})
        raise UsageError(f"{wanted.indicator} has no period {wanted.period} here.", f"It has {_listed(there)}.")
    return found


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _SHOWN:
        return ", ".join(names)
    return f"{len(names)}, from {names[0]} to {names[-1]}"


def _line(row: Record, registry: Registry, *, history: bool) -> dict[str, Any]:
    area = registry.areas.get(row["area_code"])
    line = {
        "area": row["area_code"],
        "name": area.name if area else row["area_code"],
        "vintage": row["area_vintage"],
        "period": row["time_period"],
        "breakdown": row["breakdown"],
        **{name: row[name] for name in _NUMBERS},
        "unit": row["unit_measure"],
        "status": row["obs_status"],
        "reason": UNDONE if row["action"] == UNDONE else row["status_reason"],
        "flags": row["status_flags"],
        "retrieved_at": _moment(row["retrieved_at"]),
        "load": row["load_id"],
    }
    if history:
        line |= {"committed_at": _moment(row["committed_at"]), "kind": row["kind"]}
    return line


def _beginning(wanted: Wanted, warehouse: Warehouse) -> str:
    """When anything became known of an indicator, where nothing was known at the moment that was asked for."""
    retrieved = [row["retrieved_at"] for row in warehouse.history(wanted.indicator) if row["action"] == VALUE]
    if not retrieved:
        return f"nothing was ever loaded of {wanted.indicator}"
    oldest = _moment(min(retrieved))
    return f"nothing was known of {wanted.indicator}: its oldest answers were retrieved at {oldest} UTC"


def _load_line(one: LoadLine) -> dict[str, Any]:
    return {
        "load": one.load_id,
        "indicator": one.indicator_id,
        "kind": one.kind,
        "committed_at": _moment(one.committed_at),
        "retrieved_at": _moment(one.retrieved_at),
        "release": one.release,
        "new": one.rows_new,
        "changed": one.rows_changed,
        "withdrawn": one.rows_withdrawn,
        "undoes": one.undoes,
        "undone_by": one.undone_by,
        "run": one.run_id,
    }


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
