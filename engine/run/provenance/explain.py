"""One number explained: what the database says of it, what it was before, and how it was made of which bytes.

The load's own spec and the archived answers are replayed; the network is never asked.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ...bronze import Bronze
from ...errors import UsageError
from ...geography import Registry, is_code, load_registry
from ...measures import UNITS, reason
from ...observations import TOTAL
from ...periods import Period, matches
from ...settings import Settings
from ...spec import SUFFIXES
from ...warehouse.reading import Record
from ...warehouse.tables import BACKFILL
from ...warehouse.warehouse import Warehouse
from ..assembly import World, open_bronze
from ..operations.history import said_first
from ..operations.status import database_to_read
from .lineage import Observation
from .remake import Making, Remaker, Workshop
from .trace import number_text, plain

_NEAR = 3
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class Question:
    """Which number: an indicator's id, an area's code or name, a period as it is named, and of whom.

    With ``deep`` the numbers that it was made of are explained as well.
    """

    indicator: str
    area: str
    period: str
    breakdown: str = TOTAL
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the answer is looked for, and what the command line knows of files: their newest commit, if any."""

    settings: Settings
    catalogue: Path
    version: str
    committed: Callable[[Path], str | None]
    demo: bool = False
    database_url: str = ""


@dataclass(frozen=True, slots=True)
class Vintage:
    """A number as it was said once: when its bytes were retrieved, when it was loaded, and by which load."""

    action: str
    value: float | None
    obs_status: str
    status: str
    retrieved_at: datetime
    committed_at: datetime
    load_id: int
    run_id: str


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """The load that a number came with."""

    load_id: int
    run_id: str
    mode: str
    engine_version: str
    dataset: str
    release: str | None
    retrieved_at: datetime
    committed_at: datetime
    fingerprint: str
    exchange_id: str | None


@dataclass(frozen=True, slots=True)
class SpecFacts:
    """The catalogue's spec beside the one that was loaded; ``commit`` is the file's newest, where git knows one."""

    file: str | None
    same: bool | None
    commit: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that is known of one number."""

    indicator: str
    title: str
    area: str
    area_name: str
    asked_for: str
    period: str
    breakdown: str
    current: Vintage
    unit: str
    numbers: Mapping[str, float]
    note: str | None
    origin: str
    earlier: tuple[Vintage, ...]
    load: LoadFacts
    spec: SpecFacts
    making: Making
    inputs: tuple[Explanation, ...] = ()

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "indicator": self.indicator,
            "title": self.title,
            "area": self.area,
            "area_name": self.area_name,
            "asked_for": self.asked_for,
            "period": self.period,
            "breakdown": self.breakdown,
            **plain(self.current),
            "unit": self.unit,
            **self.numbers,
            "note": self.note,
            "origin": self.origin,
            "earlier": [plain(one) for one in self.earlier],
            "load": plain(self.load),
            "spec": plain(self.spec),
            "making": self.making.described(),
            "inputs": [one.described() for one in self.inputs],
        }


def explain(question: Question, around: Surroundings, world: World) -> tuple[Explanation, str]:
    """Explain one number; the sentence says which database was read.

    Raises:
        UsageError: There is no such indicator, area, period or breakdown; says which there are.
        StorageError: There is no such database, or it can't be read.
    """
    url, said = database_to_read(around.settings, demo=around.demo, said=around.database_url)
    warehouse = Warehouse.open(url, demo=around.demo, now=world.now(), create=False)
    try:
        bronze = open_bronze(around.settings, world, demo=warehouse.is_demo)
        workshop = Workshop(warehouse, bronze, around.settings, around.version, world)
        return _Teller(warehouse, bronze, around, Remaker(workshop)).explain(question), said
    finally:
        warehouse.close()


@dataclass(frozen=True)
class _Teller:
    """Finds numbers in the database, and has them made again."""

    warehouse: Warehouse
    bronze: Bronze
    around: Surroundings
    remaker: Remaker

    def explain(self, question: Question) -> Explanation:
        cards = self.warehouse.cards()
        if question.indicator not in cards:
            where = self.warehouse.where
            raise UsageError(f"No {question.indicator} was ever loaded into {where}.", _near(question.indicator, cards))
        rows = self.warehouse.observations(question.indicator)
        registry = load_registry(self.around.settings.target_vintage, self.around.settings.register)
        area, asked_for = _area(question, registry, {row["area_code"] for row in rows})
        rows = _newest_vintage([row for row in rows if row["area_code"] == area], registry.vintage)
        rows = _of_breakdown(question, rows)
        row = _of_period(question, rows)
        name = Observation(question.indicator, area, row["time_period"], row["breakdown"])
        return self.told(name, cards[question.indicator], asked_for, None, deep=question.deep)

    def told(self, name: Observation, card: Record, asked_for: str, until: int | None, *, deep: bool) -> Explanation:
        """All about an observation, as it was after a certain load, or as it is."""
        loads = self.warehouse.loads(name.indicator)
        history = [row for row in self.warehouse.history(name.indicator) if _is(row, name) and row["kind"] != BACKFILL]
        history = [row for row in history if until is None or row["load_id"] <= until]
        *earlier, row = history
        load = loads[row["load_id"]]
        # what was withdrawn was made by the last load that had a value
        made = next((old for old in reversed(history) if old["action"] == _VALUE), row)
        made = said_first(made, history)
        making = self.remaker.remade(name, made, loads[made["load_id"]])
        registry = load_registry(row["area_vintage"], self.around.settings.register)
        known = registry.areas.get(name.area)
        return Explanation(
            indicator=name.indicator,
            title=card["title"],
            area=name.area,
            area_name=known.name if known else name.area,
            asked_for=asked_for,
            period=name.period,
            breakdown=name.breakdown,
            current=_vintage(row, loads),
            unit=_unit(row["unit_measure"]),
            numbers=_numbers(row),
            note=row["note"],
            origin=row["origin"],
            earlier=tuple(_vintage(old, loads) for old in reversed(earlier)),
            load=_load_facts(load),
            spec=self._spec(name.indicator, load["spec_text"]),
            making=making,
            inputs=tuple(self._inputs(making)) if deep else (),
        )

    def _inputs(self, making: Making) -> list[Explanation]:
        cards = self.warehouse.cards()
        return [
            self.told(one.name, cards[one.name.indicator], "", one.load_id, deep=True) for one in making.observations
        ]

    def _spec(self, indicator: str, loaded: str) -> SpecFacts:
        found = [file for file in sorted(self.around.catalogue.rglob(f"{indicator}.*")) if file.suffix in SUFFIXES]
        if not found:
            return SpecFacts(None, None, None)
        file = found[0]
        try:
            same = file.read_text(encoding="utf-8-sig") == loaded
        except (OSError, UnicodeDecodeError):
            return SpecFacts(str(file), None, None)
        return SpecFacts(str(file), same, self.around.committed(file))


def _is(row: Record, name: Observation) -> bool:
    return (row["area_code"], row["time_period"], row["breakdown"]) == name[1:]


def _vintage(row: Record, loads: Mapping[int, Record]) -> Vintage:
    load = loads[row["load_id"]]
    return Vintage(
        action=row["action"],
        value=row["value"],
        obs_status=row["obs_status"],
        status=status_said(row),
        retrieved_at=row["retrieved_at"],
        committed_at=load["committed_at"],
        load_id=row["load_id"],
        run_id=load["run_id"],
    )


def status_said(row: Mapping[str, Any]) -> str:
    """A status in words: why there is no number, or what to beware of.

    >>> status_said({"status_reason": "provisional", "status_flags": "recode_2025"})
    'provisional, to be revised; recode_2025'
    """
    names = [*(row["status_reason"] or "").split(), *(row["status_flags"] or "").split()]
    return "; ".join(reason(name).text or name for name in names) or "normal"


def _unit(name: str) -> str:
    return UNITS[name].title if name in UNITS else name


def _numbers(row: Record) -> dict[str, float]:
    names = ("lower_ci", "upper_ci", "numerator", "denominator")
    return {name: row[name] for name in names if row[name] is not None}


def _load_facts(load: Record) -> LoadFacts:
    same = ("load_id", "run_id", "mode", "engine_version", "release", "retrieved_at", "committed_at", "exchange_id")
    return LoadFacts(
        **{name: load[name] for name in same}, dataset=load["dataset_id"], fingerprint=load["plan_fingerprint"]
    )


def _near(said: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    found = difflib.get_close_matches(said.upper(), known, n=_NEAR, cutoff=0.5)
    return f"Did you mean {' or '.join(found)}?" if found else f"There are: {', '.join(known) or 'none'}."


def _area(question: Question, registry: Registry, present: set[str]) -> tuple[str, str]:
    """The code of the area that is meant, and a sentence where another one was said."""
    code, note = (
        _by_code(question.area, registry) if is_code(question.area.upper()) else _by_name(question, registry, present)
    )
    if code not in present:
        there = _listed(registry, sorted(present))
        raise UsageError(f"{question.indicator} has nothing of {_called(registry, code)}.", f"It has {there}.")
    return code, note


def _by_code(said: str, registry: Registry) -> tuple[str, str]:
    code = said.upper()
    place = registry.place(code)
    if place is None:
        known = registry.areas.get(code)
        name = f"{code} ({known.name})" if known else code
        after = [change.after for change in registry.changes if change.before == code]
        cure = f"It became {_listed(registry, after)}." if after else "Check the code, or say the area's name."
        raise UsageError(f"{name} is no area of the boundaries of {registry.vintage}.", cure)
    if place.area.code == code:
        return code, ""
    return place.area.code, f"{code} is another code of {place.area.name}, which is loaded as {place.area.code}."


def _by_name(question: Question, registry: Registry, present: set[str]) -> tuple[str, str]:
    said = question.area.casefold()
    of_name = [code for code, area in registry.areas.items() if area.name.casefold() == said]
    places = (registry.place(code) for code in of_name)
    codes = sorted({place.area.code for place in places if place is not None})
    codes = [code for code in codes if code in present] or codes
    if len(codes) > 1:
        raise UsageError(f"Several areas are called {question.area}.", f"Say the code: {_listed(registry, codes)}.")
    if not codes:
        names = {registry.areas[code].name.casefold(): code for code in sorted(present) if code in registry.areas}
        near = [names[name] for name in difflib.get_close_matches(said, names, n=_NEAR)]
        cure = f"Did you mean {_listed(registry, near)}?" if near else "Say its code, or its name in full."
        raise UsageError(f"No area is called {question.area}.", cure)
    return codes[0], ""


def _called(registry: Registry, code: str) -> str:
    return f"{registry.areas[code].name} ({code})" if code in registry.areas else code


def _listed(registry: Registry, codes: Sequence[str]) -> str:
    return ", ".join(_called(registry, code) for code in codes) or "no areas"


def _newest_vintage(rows: Sequence[Record], wanted: str) -> list[Record]:
    vintages = sorted({row["area_vintage"] for row in rows})
    chosen = wanted if wanted in vintages else vintages[-1]
    return [row for row in rows if row["area_vintage"] == chosen]


def _of_breakdown(question: Question, rows: Sequence[Record]) -> list[Record]:
    found = [row for row in rows if row["breakdown"] == question.breakdown]
    if not found:
        there = ", ".join(dict.fromkeys(row["breakdown"] for row in rows))
        raise UsageError(
            f"{question.indicator} has no breakdown {question.breakdown} of this area.",
            f"Say one of these with --breakdown: {there}.",
        )
    return found


def _of_period(question: Question, rows: Sequence[Record]) -> Record:
    periods = sorted(Period.parse(row["time_period"]) for row in rows)
    try:
        found = [row for row in rows if matches(Period.parse(row["time_period"]), question.period)]
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not found:
        there = (
            f"{len(periods)} periods, from {periods[0].iso} to {periods[-1].iso}"
            if len(periods) > 1
            else periods[0].iso
        )
        raise UsageError(f"{question.indicator} has no period {question.period} of this area.", f"It has {there}.")
    if len(found) > 1:
        named = ", ".join(row["time_period"] for row in found)
        raise UsageError(f"{question.period} names {len(found)} periods.", f"Say one of them: {named}.")
    return found[0]


def value_said(vintage: Vintage, unit: str) -> str:
    """A number with its unit, or that there is none."""
    if vintage.action != _VALUE:
        return vintage.action
    if vintage.value is None:
        return "no number"
    return f"{number_text(vintage.value)} {unit}"
