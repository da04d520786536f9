"""The files of the register: read whole where a code must be looked up, the small areas only when asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from .. import data
from ..errors import SettingsError
from .areas import SMALL_LEVELS, Area, Change, Group, SmallArea
from .registry import Registry

REGISTER_FILES = ("areas.csv", "area_changes.csv", "area_groups.csv", "small_areas.csv")
_AREAS, _CHANGES, _GROUPS, _SMALL = REGISTER_FILES

_Value = TypeVar("_Value")


def load_registry(vintage: str, folder: Path | None = None) -> Registry:
    """The register in that folder, if one is there, else the built-in one, seen from that vintage.

    Raises:
        SettingsError: A file of the register says something twice, or can't be read.
    """
    return _read(vintage, folder) if folder and is_register(folder) else _built_in(vintage)


@cache
def _built_in(vintage: str) -> Registry:
    return _read(vintage, None)


def _read(vintage: str, folder: Path | None) -> Registry:
    small = partial(_small_areas, folder) if folder else _small_areas
    return Registry(vintage, _areas(folder), _changes(folder), _groups(folder), small)


def is_register(folder: Path) -> bool:
    """Whether a folder holds a register of its own.

    Raises:
        SettingsError: It held one, which was being replaced when that was cut short.
    """
    if (folder / _AREAS).is_file():
        return True
    before = replaced_by(folder)
    if before.is_dir() and not folder.exists():
        raise SettingsError(
            f"The register of areas in {folder} was being replaced when that was cut short.",
            f"Rename {before} to {folder.name}.",
        )
    return False


def replaced_by(folder: Path) -> Path:
    """Where the register of a folder is put aside while another takes its place."""
    return folder.with_name(f"{folder.name}.before")


def _areas(folder: Path | None) -> Mapping[str, Area]:
    rows = _rows(_AREAS, folder)
    return _once(_AREAS, ((row["code"], Area(**row)) for row in rows), folder)


def _changes(folder: Path | None) -> tuple[Change, ...]:
    said = (Change(**row) for row in _rows(_CHANGES, folder))
    pairs = ((f"{c.event} {c.before} to {c.after} of {c.date}", c) for c in said)
    return tuple(_once(_CHANGES, pairs, folder).values())


def _groups(folder: Path | None) -> Mapping[str, Group]:
    rows = ((row.pop("as_of"), tuple(row.pop("districts").split()), row) for row in _rows(_GROUPS, folder))
    pairs = ((row["code"], Group(Area(**row), as_of, districts)) for as_of, districts, row in rows)
    return _once(_GROUPS, pairs, folder)


@cache
def _small_areas(folder: Path | None = None) -> Mapping[str, Mapping[str, SmallArea]]:
    rows = [(row, SmallArea(row["district"], tuple(row["censuses"].split()))) for row in _rows(_SMALL, folder)]
    by_level = {
        level: [(code, area) for row, area in rows if row["level"] == level for code in _codes(row["codes"])]
        for level in SMALL_LEVELS
    }
    return MappingProxyType({level: _once(_SMALL, pairs, folder) for level, pairs in by_level.items()})


def _codes(runs: str) -> Iterator[str]:
    """The codes of a row, in which first-last stands for all between.

    >>> list(_codes("E01000009 E01000011-E01000013"))
    ['E01000009', 'E01000011', 'E01000012', 'E01000013']
    """
    for run in runs.split():
        first, _, last = run.partition("-")
        for number in range(int(first[1:]), int((last or first)[1:]) + 1):
            yield f"{first[0]}{number:08d}"


def _once(file: str, pairs: Iterable[tuple[str, _Value]], folder: Path | None) -> Mapping[str, _Value]:
    found: dict[str, _Value] = {}
    try:
        for key, value in pairs:
            if key in found:
                raise _fault(file, folder, f"says {key} twice", "Remove one of the two rows")
            found[key] = value
    except (KeyError, TypeError, AttributeError):
        raise _fault(file, folder, "has a file with other columns than it should", "Put its header right") from None
    return MappingProxyType(found)


def _fault(file: str, folder: Path | None, found: str, cure: str) -> SettingsError:
    where = folder / file if folder else f"engine/data/{file}"
    other = "remove that folder to use the built-in register" if folder else "install yhovi again"
    return SettingsError(f"The register of areas {found} ({where}).", f"{cure}, or {other}.")


def _rows(name: str, folder: Path | None) -> list[dict[str, str]]:
    place = folder or files(data)
    try:
        text = place.joinpath(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise _fault(name, folder, "has a file that can't be read", "Put it there, in UTF-8") from None
    return list(csv.DictReader(text.splitlines()))
