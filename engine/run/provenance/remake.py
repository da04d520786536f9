"""Makes a loaded number again from the archive, and follows it through the recipe back to the cells of the source."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ....connectors.base import Part
from ...bronze import Bronze, Kept, Nowhere
from ...bronze import Record as Manifest
from ...catalogue import compile_plans
from ...corrections import correct
from ...errors import SpecError, StorageError, YhoviError
from ...observations import TOTAL, key_text
from ...plan import Plan
from ...read.tables import COLUMNS
from ...recipe.columns import CARRIED, ROW
from ...settings import Settings
from ...spec import Spec, read_texts
from ...warehouse.reading import Record
from ...warehouse.tables import BACKFILL
from ...warehouse.warehouse import Warehouse
from ..answers import from_record
from ..asking import fetch_of, parts_of
from ..assembly import World
from ..current import Input
from ..desk import Desk
from ..extract import of_part, read_part
from .lineage import Cell, Follow, Observation, cells_of, joined_of, marks, observation_of, place_of, row_of
from .trace import Score, cell_text, is_blank, made, number_text, plain, row_texts

_VALUE = "value"
_CLOSE = 1e-9
_OTHERS: frozenset[str] = frozenset({"rolling_mean", "change", "index", "z_score", "rank", "share"})


@dataclass(frozen=True, slots=True)
class StepRows:
    """The rows after one step that lead to the number; step 0 is the start."""

    number: int
    name: str
    arguments: str
    rows: tuple[Mapping[str, str], ...]
    telling: tuple[str, ...]

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "step": self.number,
            "name": self.name,
            "arguments": self.arguments,
            "rows": [dict(row) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One answer that rows were read from: where it came from, when, and where its bytes lie."""

    part: int
    address: str
    retrieved_at: datetime
    sha256: str
    object: str
    reader: str
    member: str | None


@dataclass(frozen=True, slots=True)
class SourceCell:
    """One cell of the source; ``address`` is its place in the file: Table 3!AD25, or record 12 field 7 `OBS_VALUE`."""

    header: str
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of the source, as the reader gives it."""

    row: str
    part: int
    sheet: str | None
    number: int
    cells: tuple[SourceCell, ...]


@dataclass(frozen=True, slots=True)
class InputSeen:
    """An observation of another indicator that the number was made of, and the load that it was taken from."""

    name: Observation
    value: float | None
    status: str
    load_id: int

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {**self.name._asdict(), "value": self.value, "status": self.status, "load_id": self.load_id}

    @property
    def command(self) -> str:
        """How to have it explained."""
        said = f"yhovi explain {self.name.indicator} {self.name.area} {self.name.period}"
        return said if self.name.breakdown == TOTAL else f"{said} --breakdown '{self.name.breakdown}'"


@dataclass(frozen=True, slots=True)
class Making:
    """How a number was made, as far as that can still be seen; ``notes`` say what can't, and what differs."""

    steps: tuple[StepRows, ...] = ()
    files: tuple[FileFacts, ...] = ()
    rows: tuple[SourceRow, ...] = ()
    cells: tuple[SourceCell, ...] = ()
    observations: tuple[InputSeen, ...] = ()
    notes: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "steps": [step.described() for step in self.steps],
            "files": [plain(one) for one in self.files],
            "rows": [plain(row) for row in self.rows],
            "value_cells": [plain(cell) for cell in self.cells],
            "made_of": [one.described() for one in self.observations],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Workshop:
    """What making a number again takes."""

    warehouse: Warehouse
    bronze: Bronze
    settings: Settings
    version: str
    world: World


@dataclass
class _Job:
    """One number in the making."""

    name: Observation
    row: Record
    plan: Plan
    desk: Desk
    inputs: Mapping[str, Input]
    taken: Mapping[str, Mapping[tuple[str, ...], Record]]
    manifest: Manifest | None
    notes: list[str] = field(default_factory=list)


class Remaker:
    """Makes loaded numbers again; nothing is fetched, and nothing written."""

    def __init__(self, workshop: Workshop) -> None:
        self._shop = workshop

    def remade(self, name: Observation, row: Record, load: Record) -> Making:
        """How a number was made by a load; what is lost is said instead."""
        try:
            job = self._job(name, row, load)
        except SpecError as error:
            problem = error.problems[0]
            cure = f" {problem.cure}" if problem.cure else ""
            note = f"The spec that made it can't be compiled by this yhovi any more ({problem.code}): {problem.found}."
            return Making(notes=(f"{note.rstrip('.')}.{cure}",))
        except YhoviError as error:
            return Making(notes=(_lost(error),))
        try:
            return _made_again(job, self._shop.bronze)
        except YhoviError as error:
            return Making(files=tuple(_files_of(job, self._shop.bronze)), notes=(*job.notes, _lost(error)))

    def _job(self, name: Observation, row: Record, load: Record) -> _Job:
        spec, settings = self._spec(load), replace(self._shop.settings, target_vintage=row["area_vintage"])
        (plan,) = compile_plans([spec], settings)
        notes = []
        if plan.fingerprint != load["plan_fingerprint"]:
            notes.append("This yhovi and its settings don't do the same as those that loaded it: compare the steps.")
        taken = {other: self._taken(other, load) for other in spec.inputs}
        inputs = {other: _input(other, found, load) for other, found in taken.items()}
        if spec.source.base is not None:
            return _Job(name, row, plan, self._desk(None), inputs, taken, None, notes)
        manifest = self._manifest(load)
        return _Job(name, row, _as_asked(plan, manifest), self._desk(manifest), inputs, taken, manifest, notes)

    def _spec(self, load: Record) -> Spec:
        """The spec that was loaded, which may know those that were loaded of what it is made of."""
        file = Path(f"{load['indicator_id']}.yaml")
        reading = read_texts({**self._beside(load), file: load["spec_text"]})
        problems = [problem for problem in reading.problems if problem.file == file]
        if problems:
            raise SpecError(problems)
        return next(spec for spec in reading.specs if spec.id == load["indicator_id"])

    def _beside(self, load: Record) -> dict[Path, str]:
        found: dict[Path, str] = {}
        for number in load["input_loads"]:
            other = self._shop.warehouse.indicator_of_load(number)
            if other is not None:
                of_other = self._shop.warehouse.loads(other)[number]
                found |= {**self._beside(of_other), Path(f"{other}.yaml"): of_other["spec_text"]}
        return found

    def _manifest(self, load: Record) -> Manifest:
        source, _, dataset = load["dataset_id"].partition("/")
        exchange = load["exchange_id"]
        found = self._shop.bronze.exchange(source, dataset, exchange) if exchange else None
        if found is None:
            raise StorageError(
                f"The archive has no exchange {exchange} of {load['dataset_id']} any more.",
                "Restore it from a backup to see how the number was made.",
            )
        return found

    def _desk(self, manifest: Manifest | None) -> Desk:
        shop, ids = self._shop, map(str, count(1))
        bronze = shop.bronze
        answers = from_record(bronze, manifest) if manifest else _nobody
        return Desk(answers, Nowhere(), "explain", shop.version, shop.world.now, lambda: next(ids), provenance=True)

    def _taken(self, indicator: str, load: Record) -> dict[tuple[str, ...], Record]:
        """What was current of an indicator after the load that this one was made from."""
        loads = self._shop.warehouse.loads(indicator)
        newest = max((number for number in load["input_loads"] if number in loads), default=0)
        found: dict[tuple[str, ...], Record] = {}
        for row in self._shop.warehouse.history(indicator):
            if row["load_id"] <= newest and row["kind"] != BACKFILL:
                found[row["area_code"], row["time_period"], row["breakdown"]] = row
        return {key: row for key, row in found.items() if row["action"] == _VALUE}


def _nobody(*_: object) -> Any:
    raise StorageError("An indicator that is made of others asks nobody.")


def _lost(error: YhoviError) -> str:
    return f"How it was made can't be shown. {error}"


def _input(indicator: str, taken: Mapping[tuple[str, ...], Record], load: Record) -> Input:
    if not taken:
        raise StorageError(f"The database has nothing of {indicator} as it was then.")
    return Input(pd.DataFrame(list(taken.values())), load["retrieved_at"], load["origin"])


def _as_asked(plan: Plan, manifest: Manifest) -> Plan:
    """The plan, asking what was asked then: the areas of the settings may be others now."""
    if plan.fetch is None:
        return plan
    ask = replace(plan.fetch.ask, areas=tuple(manifest.parameters["areas"]))
    return replace(plan, fetch=replace(plan.fetch, ask=ask))


def _made_again(job: _Job, bronze: Bronze) -> Making:
    extracted = made(job.plan, job.desk, job.inputs, [])
    found = _observed(extracted.observed.frame, job.name)
    if found is None:
        note = "Made again from the archive, this number doesn't come out."
        return Making(files=tuple(_files_of(job, bronze)), notes=(*job.notes, note))
    row, corrected = found, _observed(correct(extracted.observed, job.plan.spec.corrections).frame, job.name)
    job.notes += _differences(job, row, corrected or row)
    follow = Follow(frozenset(marks(row[ROW])))
    made(job.plan, job.desk, job.inputs, [], follow)
    score = Score(job.plan)
    job.notes += [_wider(place, name) for place, (name, _) in enumerate(score.steps, 1) if name in _OTHERS]
    sources = [] if job.manifest is None else cells_of(score, follow, row[ROW])
    headers = {cell.header for cell in sources}
    observations = tuple(_inputs_seen(job, score, follow, row[ROW]))
    making = Making(steps=tuple(_steps(score, follow, headers)), observations=observations, notes=tuple(job.notes))
    if job.manifest is None:
        return making
    rows = _source_rows(job, frozenset(map(row_of, marks(row[ROW]))))
    cells = tuple(_chosen(rows, sources))
    return replace(making, files=tuple(_files_of(job, bronze)), rows=rows, cells=cells)


def _observed(frame: pd.DataFrame, name: Observation) -> dict[str, Any] | None:
    keys = zip(frame["area_code"], frame["time_period"], frame["breakdown"], strict=True)
    places = [place for place, key in enumerate(keys) if key == name[1:]]
    if len(places) != 1:
        return None
    return {str(key): value for key, value in frame.iloc[places[0]].items()}


def _differences(job: _Job, row: Mapping[str, Any], corrected: Mapping[str, Any]) -> Iterator[str]:
    """What came out now, where that isn't what was loaded; and what a correction did."""
    loaded = job.row["value"]
    if not _equal(row["value"], corrected["value"]) or row["note"] != corrected["note"]:
        yield f"The source says {_said(row['value'])}; the spec corrects it to {_said(corrected['value'])}."
    if not _equal(loaded, corrected["value"]):
        yield f"Made again from the archive it is {_said(corrected['value'])}, not {_said(loaded)}."


def _equal(one: Any, other: Any) -> bool:
    if is_blank(one) or is_blank(other):
        return is_blank(one) and is_blank(other)
    return math.isclose(one, other, rel_tol=_CLOSE)


def _said(value: Any) -> str:
    return "no number" if is_blank(value) else number_text(float(value))


def _wider(number: int, name: str) -> str:
    return f"Step {number} ({name}) also looks at other rows, which aren't listed."


def _steps(score: Score, follow: Follow, headers: Collection[str]) -> Iterator[StepRows]:
    """The rows of each step; of a group of columns, those that the value was in come first."""
    for place in sorted(follow.after):
        rows = follow.after[place]
        present = tuple(rows[0]) if rows else ()
        names = [name for name in present if not name.startswith(CARRIED)]
        known = score.after(place)
        telling = score.telling(place, present)
        telling.sort(key=lambda name: 0 if name in known else 1 if name in headers else 2)
        yield StepRows(
            number=place + 1,
            name=score.steps[place][0] if place >= 0 else "start",
            arguments=score.said(place) if place >= 0 else "",
            rows=tuple(
                row_texts(row, [name for name in names if cell_text(row, name)], placed=score.of_source) for row in rows
            ),
            telling=("row", *telling),
        )


def _inputs_seen(job: _Job, score: Score, follow: Follow, row: str) -> Iterator[InputSeen]:
    traced = [found for mark in marks(row) if (found := observation_of(mark))]
    for name in dict.fromkeys([*traced, *joined_of(score, follow)]):
        taken = job.taken.get(name.indicator, {}).get(name[1:])
        if taken is None:
            said = key_text(name.area, name.period or "near enough in time", name.breakdown)
            job.notes.append(f"{name.indicator} had no observation of {said}, so nothing was joined.")
        else:
            yield InputSeen(name, taken["value"], taken["status_reason"] or "", taken["load_id"])


def _files_of(job: _Job, bronze: Bronze) -> Iterator[FileFacts]:
    """The answers, as the archive's manifest has them; of each part, how it is read, where that can be seen."""
    if job.manifest is None:
        return
    try:
        with parts_of(job.plan, job.desk) as parts:
            known = [(number, _kept(job.manifest, part), part) for number, part in enumerate(parts, start=1)]
            yield from (_file(number, kept, bronze, part) for number, kept, part in known if kept)
    except YhoviError:
        yield from (_file(number, kept, bronze) for number, kept in enumerate(job.manifest.kept, start=1))


def _kept(manifest: Manifest, part: Part) -> Kept | None:
    return next((one for one in manifest.kept if one.sha256 == part.answer.sha256), None)


def _file(number: int, kept: Kept, bronze: Bronze, part: Part | None = None) -> FileFacts:
    return FileFacts(
        part=number,
        address=kept.address,
        retrieved_at=kept.retrieved_at,
        sha256=kept.sha256,
        object=bronze.shown(kept),
        reader=part.reading.reader if part else "",
        member=part.reading.options.get("member") if part else None,
    )


def _source_rows(job: _Job, wanted: frozenset[str]) -> tuple[SourceRow, ...]:
    """The rows of the source, as they are read, with every cell."""
    found: list[SourceRow] = []
    fetch = fetch_of(job.plan)
    with parts_of(job.plan, job.desk) as parts:
        for number, part in enumerate(parts, start=1):
            for table in read_part(fetch, part, provenance=True):
                marked = of_part(table, number)
                chosen = marked.filter(pc.is_in(marked[ROW], value_set=pa.array(sorted(wanted), pa.string())))
                found += [_source_row(row, part, _columns(table.schema.metadata)) for row in chosen.to_pylist()]
    return tuple(found)


def _columns(metadata: Mapping[bytes, bytes] | None) -> Mapping[str, str | int | None]:
    said = (metadata or {}).get(COLUMNS)
    return MappingProxyType(dict(json.loads(said)) if said else {})


def _source_row(row: Mapping[str, Any], part: Part, columns: Mapping[str, str | int | None]) -> SourceRow:
    place = place_of(row[ROW])
    cells = tuple(
        SourceCell(name, text or "", _address(part.reading.reader, place.sheet, place.number, name, columns.get(name)))
        for name, text in row.items()
        if not name.startswith(CARRIED)
    )
    return SourceRow(row[ROW], place.part, place.sheet, place.number, cells)


def _address(reader: str, sheet: str | None, number: int, header: str, column: str | int | None) -> str:
    """Where a cell is, for somebody who opens the file.

    >>> _address("workbook", "Table 3", 25, "2023", "AD"), _address("csv", None, 12, "OBS_VALUE", 7)
    ('Table 3!AD25', 'record 12 field 7 `OBS_VALUE`')
    """
    match reader:
        case "workbook" if column is not None:
            return f"{sheet}!{column}{number}"
        case "csv" if column is not None:
            return f"record {number} field {column} `{header}`"
        case "json" if column is not None:
            return f"record {number} field `{column}`"
    return f"row {number} column `{header}`"


def _chosen(rows: Sequence[SourceRow], cells: Sequence[Cell]) -> Iterator[SourceCell]:
    """The cells that the value was made of, also those that hold nothing."""
    by_row = {row.row: {cell.header: cell for cell in row.cells} for row in rows}
    for row, header in cells:
        found = by_row.get(row, {}).get(header)
        if found is not None:
            yield found
