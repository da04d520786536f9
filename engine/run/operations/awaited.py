"""What only a person can fetch: which file of which publisher, where to put it, and when the next one is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from ....connectors.base import LANDED
from ....connectors.refusals import REFUSALS
from ...bronze import Bronze, Landing
from ...calendar import Rhythm
from ...catalogue import compile_plans
from ...errors import YhoviError
from ...periods import Period
from ...plan import Plan
from ...settings import Settings
from ...spec import Spec
from ...warehouse.warehouse import Warehouse
from ..arrivals import Arrival, look
from ..assembly import database_url
from ..landing import Slot, slots_of

State = Literal["missing", "due", "landed"]

ANY = "RELEASE"
"""What stands for the name of a release where nobody knows it yet."""

_KINDS: Mapping[str, str] = MappingProxyType({"csv": "CSV file", "json": "JSON file", "workbook": "workbook"})


# How much later a landing must be than what is loaded to be another: databases cut off fractions of a second.
_SAME = timedelta(seconds=1)


class Due(NamedTuple):
    """A release that is to come: from about which day on, and the last day that its figures are about."""

    since: date
    figures_to: date


class _Loaded(NamedTuple):
    """The latest period that is loaded of an indicator, and when the bytes were retrieved."""

    period: Period
    retrieved_at: datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """The file of a data set that a person fetches, and how it stands.

    ``missing``: nobody has landed the one that is asked for. ``due``: it is landed, and a newer one should be out by
    now. ``last`` is the file that was landed last, for whatever release.
    """

    slot: Slot
    why: str
    folder: Path
    state: State
    last: Landing | None
    due: Due | None

    @property
    def spec(self) -> Spec:
        """One of its specs; they describe one source."""
        return self.slot.specs[0]

    @property
    def command(self) -> str:
        """How to land it without the inbox."""
        return f"yhovi land {self.slot.dataset} FILE --release {self.wanted}"

    @property
    def wanted(self) -> str:
        """The release to fetch, as far as it has a name yet."""
        return ANY if self.state == "due" or self.slot.release is None else self.slot.release

    @property
    def kind(self) -> str:
        """What sort of file it is, in words."""
        read = self.spec.source.read
        kind = _KINDS.get(str(read.get("format", "csv")), "file")
        return f"zip archive that holds {read['member']}" if read.get("member") else kind

    def row(self) -> dict[str, Any]:
        """As a line of a table."""
        return {
            "dataset": self.slot.dataset,
            "release": self.slot.release,
            "state": self.state,
            "next_about": self.due and f"{self.due.since}",
            "landed_last": self.last and f"{self.last.retrieved_at:%Y-%m-%d}: {self.last.release}",
            "indicators": ", ".join(self.slot.ids),
        }

    def described(self) -> dict[str, Any]:
        """As plain data."""
        last = self.last
        return {
            "dataset": self.slot.dataset,
            "release": self.slot.release,
            "indicators": list(self.slot.ids),
            "state": self.state,
            "publisher": self.spec.source.publisher,
            "page": self.spec.source.page or None,
            "why": self.why,
            "file": self.kind,
            "names": list(self.slot.patterns),
            "put_into": str(self.folder),
            "command": self.command,
            "next_about": self.due and self.due.since.isoformat(),
            "next_figures_to": self.due and self.due.figures_to.isoformat(),
            "landed_last": last and _landing(last),
        }


@dataclass(frozen=True, slots=True)
class Listing:
    """What is awaited, what lies in the inbox, and a note where something couldn't be found out."""

    inbox: Path
    awaited: tuple[Awaited, ...]
    arrivals: tuple[Arrival, ...]
    note: str = ""

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "awaited": [one.described() for one in self.awaited],
            "inbox": {"folder": str(self.inbox), "files": [one.described() for one in self.arrivals]},
        }


def awaited(settings: Settings, specs: Sequence[Spec], bronze: Bronze, now: datetime) -> Listing:
    """What a person has to fetch for these specs; drafts wait for nobody.

    Raises:
        SpecError: Some can't be compiled.
        StorageError: The archive can't be read.
    """
    plans = (plan for plan in compile_plans(specs, settings) if not plan.spec.draft)
    by_hand = {plan.spec.id: why for plan in plans if (why := _why(plan))}
    slots = slots_of(spec for spec in specs if spec.id in by_hand)
    loaded, note = _loaded(settings, now) if slots else ({}, "")
    newest = _newest_of_each(slots, loaded)
    found = tuple(
        _awaited(slot, by_hand[slot.ids[0]], settings.inbox_folder, _Landings.of(slot, bronze), newest, now.date())
        for slot in slots
    )
    return Listing(settings.inbox_folder, found, look(settings, specs), note)


def due(latest: Period, rhythm: Rhythm, today: date) -> Due:
    """The newest release that should be out after the one whose figures end with ``latest``; else the first to come.

    >>> due(Period.parse("2023-01-01/P1Y"), Rhythm.parse("P1Y", "P7M"), date(2026, 1, 15)).since
    datetime.date(2025, 8, 1)
    """
    expected = rhythm.expected(latest, max(rhythm.missed(latest, today), 1))
    return Due(expected.on, expected.end)


def _why(plan: Plan) -> str:
    """Why no script fetches what a plan asks for; empty where one does."""
    if plan.fetch is None:
        return ""
    url = urlsplit(plan.fetch.request.url)
    if url.scheme != LANDED:
        return REFUSALS.get(url.hostname or "", "")
    own = plan.fetch.connector.HOSTS
    hosts = [urlsplit(plan.spec.source.page).hostname, *(own if len(own) == 1 else ())]
    return next((REFUSALS[host] for host in hosts if host in REFUSALS), "there is no address that a script could ask")


def _loaded(settings: Settings, now: datetime) -> tuple[Mapping[str, _Loaded], str]:
    """What is loaded, by indicator; a note in its place where the database can't tell."""
    try:
        warehouse = Warehouse.open(database_url(settings, demo=False), demo=False, now=now, create=False)
        try:
            stands = warehouse.status()
        finally:
            warehouse.close()
    except YhoviError as error:
        return {}, f"when the next releases are due can't be told: {error.message}"
    return {
        one.indicator_id: _Loaded(Period.parse(one.latest_period), one.last_load.retrieved_at)
        for one in stands
        if one.latest_period and one.last_load
    }, ""


def _newest_of_each(slots: Sequence[Slot], loaded: Mapping[str, _Loaded]) -> Mapping[str, _Loaded]:
    """Of the indicators of each data set those with its newest figures: no newer release is due of the others."""
    found = [(slot.dataset, name, loaded[name]) for slot in slots for name in slot.ids if name in loaded]
    ends: dict[str, date] = {}
    for dataset, _, one in found:
        ends[dataset] = max(one.period.end, ends.get(dataset, one.period.end))
    return {name: one for dataset, name, one in found if one.period.end == ends[dataset]}


class _Landings(NamedTuple):
    """The file landed last for what is asked for, and for any release."""

    asked: Landing | None
    last: Landing | None

    @classmethod
    def of(cls, slot: Slot, bronze: Bronze) -> _Landings:
        """As the archive has them."""
        source, _, name = slot.dataset.partition("/")
        return cls(bronze.landed(source, name, slot.release), bronze.landed(source, name, None))


def _awaited(
    slot: Slot, why: str, inbox: Path, landings: _Landings, loaded: Mapping[str, _Loaded], today: date
) -> Awaited:
    expected = _due(slot, landings, loaded, today)
    state: State = "landed" if landings.asked else "missing"
    if state == "landed" and expected is not None and expected.since <= today:
        state = "due"
    fixed = slot.folder if state != "due" else None
    return Awaited(slot, why, inbox / slot.dataset / (fixed or ANY), state, landings.last, expected)


def _due(slot: Slot, landings: _Landings, loaded: Mapping[str, _Loaded], today: date) -> Due | None:
    """The next release by what is loaded; unknown while the file that was landed isn't loaded yet."""
    landed_at = landings.asked.retrieved_at if landings.asked else datetime.min.replace(tzinfo=UTC)
    found = (
        due(loaded[spec.id].period, spec.source.rhythm, today)
        for spec in slot.specs
        if spec.id in loaded and not spec.source.discontinued and landed_at - loaded[spec.id].retrieved_at < _SAME
    )
    return min(found, default=None)


def _landing(landing: Landing) -> dict[str, Any]:
    said = {"file": landing.name, "release": landing.release, "sha256": landing.sha256}
    return {**said, "at": landing.retrieved_at.isoformat()}
