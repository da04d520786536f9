"""Refreshes the register: asks the services, shows what differs, and takes it over where that is asked for."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from ... import data
from ...catalogue import surroundings
from ...errors import EXIT_OK, CheckError, ExtractError, SettingsError, StorageError, UsageError
from ...geography import EVENTS, REGISTER_FILES, Area, Change, Registry, is_register, load_registry, replaced_by
from ...settings import Settings
from ..assembly import Errand, World, answers_for, open_bronze
from ..desk import Desk
from .difference import Difference, applied, differences, fault_of
from .services import (
    ROLES,
    Answered,
    answered,
    query_of,
    query_of_boundaries,
    service_of,
    service_of_boundaries,
    services_named,
)

_AREAS, _CHANGES, _GROUPS, _SMALL = REGISTER_FILES


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person at the command line wants of a refresh."""

    services: tuple[str, ...] = ()
    changes: Path | None = None
    boundaries: bool = False
    apply: bool = False
    accept_unexplained: bool = False


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh found, and what it did."""

    asked: tuple[Answered, ...]
    folder: Path
    own: bool
    found: tuple[Difference, ...]
    left: tuple[Difference, ...]
    written: tuple[Path, ...]
    boundaries: Path | None

    @property
    def exit_code(self) -> int:
        """4 where something is left that isn't explained, 0 otherwise."""
        return CheckError.exit_code if self.left else EXIT_OK

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "services": [one.described() for one in self.asked],
            "register": str(self.folder) if self.own else "built in",
            "differences": [one.described() for one in self.found],
            "left": [one.described() for one in self.left],
            "written": [str(file) for file in self.written],
            "boundaries": str(self.boundaries) if self.boundaries else None,
        }

    def text(self) -> str:
        """For people: what was asked, what differs, and what became of it."""
        asked = [f"asked: {one.service.name} ({len(one.rows):,} rows)" for one in self.asked]
        against = f"compared with the {f'register in {self.folder}' if self.own else 'built-in register'}"
        told = [one.text() for one in self.found] or ["nothing differs"]
        return "\n".join([*asked, against, "", *told, *self._outcome()])

    def _outcome(self) -> list[str]:
        said = [f"written: {file}" for file in self.written]
        taken = len([one for one in self.found if one.can_be_applied and one not in self.left])
        if taken and not self.written:
            said.append(f"{_counted(taken, 'difference')} can be taken over: --apply writes them to {self.folder}")
        if self.left:
            said.append(f"{_counted(len(self.left), 'difference')} left as it is, for want of an explanation")
        if self.boundaries and self.boundaries not in self.written:
            said.append(f"boundaries: --apply writes them to {self.boundaries}")
        return ["", *said] if said else []


def refresh(wish: Wish, settings: Settings, world: World, version: str) -> Refreshed:
    """Ask the services, compare the register with them, and take over what differs if that is wished.

    Raises:
        UsageError: A service or a file of changes is named wrongly.
        ExtractError: A service didn't answer, or its answer can't be used.
        CheckError: What would come of it contradicts itself; nothing was replaced.
        StorageError: The archive or the folder of the register can't be written.
    """
    around, named = surroundings(settings), services_named(wish.services)
    services = [service_of(role, named) for role in ROLES]
    outlines = service_of_boundaries(settings.target_vintage, named) if wish.boundaries else None
    given = read_changes(wish.changes) if wish.changes else ()
    with ExitStack() as stack:
        desk = _desk(settings, world, version, stack)
        districts = _districts_of_small_areas(around.registry)
        said = {one.role: answered(one, query_of(one, districts), desk) for one in services}
        wanted = [area.code for area in around.registry.at("lad", around.within)]
        drawn = answered(outlines, query_of_boundaries(outlines, wanted), desk) if outlines else None
    registry = replace(around.registry, changes=(*given, *around.registry.changes))
    found = differences(registry, said)
    taken = [one for one in found if one.can_be_applied and (wish.accept_unexplained or not one.needs)]
    made = applied(around.registry, taken, given)
    shown = boundary_text(drawn, wanted) if drawn else ""
    file = settings.register / f"boundaries-{settings.target_vintage}.geojson" if drawn else None
    own = is_register(settings.register)
    written = _write(wish, settings.register, made if taken or given else None, {file: shown} if file else {})
    left = tuple(one for one in found if one.needs and one not in taken)
    asked = (*said.values(), *([drawn] if drawn else []))
    return Refreshed(asked, settings.register, own, found, left, written, file)


def _desk(settings: Settings, world: World, version: str, stack: ExitStack) -> Desk:
    bronze = open_bronze(settings, world)
    errand = Errand("live", "geography refresh", (), version)
    answers = answers_for(errand, settings, world, bronze, stack)
    return Desk(answers, bronze, world.new_id(), version, world.now, world.new_id)


def _districts_of_small_areas(registry: Registry) -> list[str]:
    """The codes of the districts whose small areas the register has, whatever the year: a service has its own's."""
    olds = {area.district for areas in registry.small().values() for area in areas.values()}
    regions = {registry.areas[old].parent for old in olds}
    return sorted(area.code for area in registry.areas.values() if area.level == "lad" and area.parent in regions)


def read_changes(file: Path) -> tuple[Change, ...]:
    """The changes of codes in a file with the columns of ``area_changes.csv``.

    Raises:
        UsageError: It can't be read, has other columns, or says what can't be.
    """
    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"The file {file} can't be read.", "Check the path, and that it is CSV in UTF-8.") from None
    names = [one.name for one in fields(Change)]
    for number, row in enumerate(rows, start=2):
        found, cure = _wrong(row, names)
        if found:
            raise UsageError(f"{file}, line {number}: {found}.", cure)
    return tuple(Change(**row) for row in rows)


def _wrong(row: Mapping[str, str | None], names: Sequence[str]) -> tuple[str, str]:
    """What is wrong with a line of a file of changes, and what to do about it."""
    if set(row) != set(names) or None in row.values():
        return "its columns aren't those of area_changes.csv", f"They are {', '.join(names)}."
    if row["event"] not in EVENTS:
        return f"'{row['event']}' is no event", f"Events are {', '.join(EVENTS)}."
    return ("", "") if _is_day(row["date"] or "") else (f"'{row['date']}' is no day", "Write it as 2026-04-01.")


def boundary_text(drawn: Answered, wanted: Sequence[str]) -> str:
    """The boundaries of these districts as GeoJSON, each with its code and name, in the order of their codes.

    Raises:
        ExtractError: One isn't there.
    """
    code, name = drawn.service.code("LAD"), drawn.service.title("LAD")
    found = {str(row[code]): row for row in drawn.rows}
    lacking = [one for one in wanted if one not in found]
    if lacking:
        raise ExtractError(
            f"The service {drawn.service.name} has no boundary of {', '.join(lacking)}.",
            "Name a service of the year of the settings' vintage: --service boundaries=NAME.",
        )
    features = [
        {
            "type": "Feature",
            "properties": {"code": one, "name": found[one][name]},
            "geometry": json.loads(found[one]["geometry"] or "null"),
        }
        for one in sorted(wanted)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n"


def _write(wish: Wish, folder: Path, registry: Registry | None, others: Mapping[Path, str]) -> tuple[Path, ...]:
    """Write a register and other files to their folder, if that is wished."""
    if not wish.apply or (registry is None and not others):
        return ()
    try:
        if registry is not None:
            _replace(folder, registry)
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in others.items():
            _put(file, text)
    except OSError as error:
        raise StorageError(
            f"The folder of the register, {folder}, can't be written: {error.strerror}.",
            "Check that it may be written, and that nothing in it is open.",
        ) from None
    return (*([folder / name for name in REGISTER_FILES] if registry else []), *others)


def _put(file: Path, text: str) -> None:
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(file)


def _replace(folder: Path, registry: Registry) -> None:
    """Write a register beside the one in use, see that it is whole, and exchange the two."""
    beside, before = folder.with_name(f"{folder.name}.new"), replaced_by(folder)
    for leftover in (beside, before):
        shutil.rmtree(leftover, ignore_errors=True)
    if folder.is_dir():
        shutil.copytree(folder, beside)
    beside.mkdir(parents=True, exist_ok=True)
    for name, text in _texts(folder, registry).items():
        _put(beside / name, text)
    try:
        _require_whole(beside, registry.vintage)
    except CheckError:
        shutil.rmtree(beside)
        raise
    if folder.is_dir():
        folder.rename(before)
    beside.rename(folder)
    shutil.rmtree(before, ignore_errors=True)


def _require_whole(folder: Path, vintage: str) -> None:
    try:
        fault = fault_of(load_registry(vintage, folder))
    except SettingsError as error:
        raise CheckError(f"Nothing was replaced: {error.message}", "Mend what was given with --changes.") from None
    if fault:
        raise CheckError(
            f"Nothing was replaced: the new register would say that {fault}.",
            "Say with --changes what became of the areas, or apply only what is explained.",
        )


def _texts(folder: Path, registry: Registry) -> dict[str, str]:
    """The files of a register by their names; small areas are those that there were."""
    columns = tuple(one.name for one in fields(Area))
    areas = [list(asdict(area).values()) for area in registry.areas.values()]
    groups = [
        [*asdict(group.area).values(), group.as_of, " ".join(group.districts)] for group in registry.groups.values()
    ]
    small = (folder if is_register(folder) else files(data)).joinpath(_SMALL)
    return {
        _AREAS: _csv(columns, areas),
        _CHANGES: _csv([one.name for one in fields(Change)], [list(asdict(one).values()) for one in registry.changes]),
        _GROUPS: _csv((*columns, "as_of", "districts"), groups),
        _SMALL: small.read_text(encoding="utf-8"),
    }


def _csv(header: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(header), *rows])
    return text.getvalue()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
