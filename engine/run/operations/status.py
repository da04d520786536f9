"""How the indicators stand: what is loaded, what failed last, and what is due by the calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from ...calendar import Entry, State, entry
from ...periods import Period
from ...settings import DATABASE_NAME, DEMO_DATABASE_NAME, Settings
from ...spec import Spec
from ...warehouse.values import IndicatorStatus
from ...warehouse.warehouse import Warehouse
from ..assembly import database_url, shown

Calendar = State | Literal["not_in_catalogue"]

_STATES: tuple[State, ...] = ("on_time", "revised", "due", "late", "discontinued")
_WANTED: frozenset[State] = frozenset({"revised", "due", "late", "never_loaded"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one indicator stands: by the database, where it is there, and by the catalogue, where that has it.

    ``entry`` is its place in the calendar; None where the catalogue lacks it, or can't be read.
    """

    indicator_id: str
    status: IndicatorStatus | None
    spec: Spec | None
    entry: Entry | None
    in_catalogue: bool = True

    @property
    def is_loaded(self) -> bool:
        """Whether anything of it is in the database."""
        return self.status is not None and self.status.last_load is not None

    @property
    def failed(self) -> bool:
        """Whether it failed when it was run last."""
        return self.status is not None and self.status.last_outcome == "failed"

    @property
    def calendar(self) -> Calendar | None:
        """Its state in the calendar, in a word; None where nobody knows."""
        if not self.in_catalogue:
            return "not_in_catalogue"
        return self.entry.state if self.entry else None

    @property
    def wanted(self) -> str:
        """Why it should run, in a word; empty where nothing says so."""
        if self.failed:
            return "failed"
        return self.entry.state if self.entry and self.entry.state in _WANTED else ""

    def line(self) -> dict[str, Any]:
        """As a line of a table."""
        status = self.status
        load = status.last_load if status else None
        return {
            "indicator": self.indicator_id,
            "status": status and status.last_outcome,
            "latest_period": status and status.latest_period,
            "calendar": self.calendar,
            "expected": self.entry and self.entry.expected_on and f"{self.entry.expected_on}",
            "rows": status and status.rows,
            "missing": status and status.missing,
            "withdrawn": status and status.withdrawn,
            "release": load and load.release,
            "retrieved_at": load and f"{load.retrieved_at:%Y-%m-%d %H:%M}",
            "loaded_at": load and f"{load.committed_at:%Y-%m-%d %H:%M}",
            "failure": status.failure if status and self.failed else None,
            "hold": status and status.hold,
        }

    def described(self) -> dict[str, Any]:
        """As plain data: the line, and all that is known beside it."""
        revised = self.status and self.status.revised_at
        coming = self.entry and self.entry.next_period
        return {
            **self.line(),
            "title": self.spec.title if self.spec else self.status and self.status.title,
            "domain": self.spec and self.spec.domain,
            "subdomain": self.spec and self.spec.subdomain,
            "next_period": coming and coming.iso,
            "calendar_says": self.entry and self.entry.sentence,
            "revised_at": revised and revised.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Overview:
    """How the indicators stand on a day, and which database says so.

    Of a demonstration the day is that of its newest answer: its figures are the same everywhere, and so is this.
    """

    standings: tuple[Standing, ...]
    database: str
    today: date
    is_demo: bool

    def only(self, states: Collection[str], *, failed: bool) -> Overview:
        """Those in one of these states, and with ``failed`` also those that failed when they were run last."""
        kept = (one for one in self.standings if one.calendar in states or (failed and one.failed))
        return replace(self, standings=tuple(kept))

    def of(self, ids: Collection[str]) -> Overview:
        """Those of these ids."""
        return replace(self, standings=tuple(one for one in self.standings if one.indicator_id in ids))

    @property
    def headline(self) -> str:
        """How many stand how.

        As in ``137 loaded: 120 on time, 10 due, 7 late; 2 failed last time; 3 never loaded``.
        """
        loaded = [one for one in self.standings if one.is_loaded]
        number = Counter(one.calendar for one in loaded)
        states = ", ".join(f"{number[state]} {spoken(state)}" for state in _STATES if number[state])
        return "; ".join([f"{len(loaded)} loaded{f': {states}' if states else ''}", *self._others()]) + self._when()

    def _others(self) -> Iterator[str]:
        counts = {
            "failed last time": sum(one.failed for one in self.standings),
            "never loaded": sum(not one.is_loaded for one in self.standings),
            "not in the catalogue": sum(not one.in_catalogue for one in self.standings),
        }
        yield from (f"{number} {said}" for said, number in counts.items() if number)

    def _when(self) -> str:
        return f" (as of {self.today}, when the demonstration's answers were got)" if self.is_demo else ""


def database_to_read(settings: Settings, *, demo: bool, said: str) -> tuple[str, str]:
    """The database that a reading command means, and a sentence that says so.

    Where nothing is said and only a demonstration's database is there, that one is read.
    """
    if not (demo or said or settings.database_url):
        root = settings.data_root
        only_demo = not (root / DATABASE_NAME).exists() and (root / DEMO_DATABASE_NAME).exists()
        demo = only_demo
    url = database_url(settings, demo=demo, said=said)
    return url, f"database: {shown(url, settings)}{', a demonstration' if demo else ''}"


def overview(settings: Settings, specs: Sequence[Spec] | None, now: datetime, *, demo: bool, said: str) -> Overview:
    """How the indicators of the catalogue stand, and whatever else is loaded; without specs only what is loaded.

    Drafts that were never loaded wait for nobody, and aren't among them.

    Raises:
        StorageError: There is no such database, or it can't be read.
    """
    url, sentence = database_to_read(settings, demo=demo, said=said)
    seen = read(url, sentence, specs, now, demo=demo)
    shown_ones = (one for one in seen.standings if one.status is not None or not (one.spec and one.spec.draft))
    return replace(seen, standings=tuple(shown_ones))


def read(url: str, sentence: str, specs: Sequence[Spec] | None, now: datetime, *, demo: bool) -> Overview:
    """How the indicators stand by the database of that address, drafts among them.

    Raises:
        StorageError: There is no such database, or it can't be read.
    """
    warehouse = Warehouse.open(url, demo=demo, now=now, create=False)
    try:
        statuses, is_demo = warehouse.status(), warehouse.is_demo
    finally:
        warehouse.close()
    got = [one.last_load.retrieved_at for one in statuses if one.last_load]
    today = max(got).date() if is_demo and got else now.date()
    return Overview(tuple(_standings(statuses, specs, today)), sentence, today, is_demo)


def _standings(statuses: Sequence[IndicatorStatus], specs: Sequence[Spec] | None, today: date) -> Iterator[Standing]:
    by_id = {status.indicator_id: status for status in statuses}
    known = {spec.id: spec for spec in specs or ()}
    for name in sorted({*by_id, *known}):
        status, spec = by_id.get(name), known.get(name)
        placed = _entry(spec, status, today) if spec else None
        yield Standing(name, status, spec, placed, in_catalogue=specs is None or spec is not None)


def _entry(spec: Spec, status: IndicatorStatus | None, today: date) -> Entry:
    latest = Period.parse(status.latest_period) if status and status.latest_period else None
    revised = status.revised_at.date() if status and status.revised_at else None
    return entry(spec.source.rhythm, latest, today, revised)


def spoken(word: str) -> str:
    """A state in words."""
    return word.replace("_", " ")
