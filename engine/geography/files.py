"""The files of the register: read whole where a code must be looked up, the small areas only when asked for."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from .. import data
from ..errors import SettingsError
from .areas import SMALL_LEVELS, Area, Change, Group
from .registry import Registry

_AREAS, _CHANGES, _GROUPS, _SMALL = "areas.csv", "area_changes.csv", "area_groups.csv", "small_areas.csv"

_Value = TypeVar("_Value")


def load_registry(vintage: str) -> Registry:
    """The built-in register, seen from that vintage.

    Raises:
        SettingsError: A file of the register says something twice.
    """
    return Registry(vintage, _areas(), _changes(), _groups(), _small_areas)


def _areas() -> Mapping[str, Area]:
    return _once(_AREAS, ((row["code"], Area(**row)) for row in _rows(_AREAS)))


def _changes() -> tuple[Change, ...]:
    said = (Change(**row) for row in _rows(_CHANGES))
    return tuple(_once(_CHANGES, ((f"{c.event} {c.before} to {c.after} of {c.date}", c) for c in said)).values())


def _groups() -> Mapping[str, Group]:
    rows = ((row.pop("as_of"), tuple(row.pop("districts").split()), row) for row in _rows(_GROUPS))
    return _once(_GROUPS, ((row["code"], Group(Area(**row), as_of, districts)) for as_of, districts, row in rows))


@cache
def _small_areas() -> Mapping[str, Mapping[str, str]]:
    rows = _rows(_SMALL)
    by_level = {
        level: [(code, row["district"]) for row in rows if row["level"] == level for code in _codes(row["codes"])]
        for level in SMALL_LEVELS
    }
    return MappingProxyType({level: _once(_SMALL, pairs) for level, pairs in by_level.items()})


def _codes(runs: str) -> Iterator[str]:
    """The codes of a row, in which first-last stands for all between.

    >>> list(_codes("E01000009 E01000011-E01000013"))
    ['E01000009', 'E01000011', 'E01000012', 'E01000013']
    """
    for run in runs.split():
        first, _, last = run.partition("-")
        for number in range(int(first[1:]), int((last or first)[1:]) + 1):
            yield f"{first[0]}{number:08d}"


def _once(file: str, pairs: Iterable[tuple[str, _Value]]) -> Mapping[str, _Value]:
    found: dict[str, _Value] = {}
    for key, value in pairs:
        if key in found:
            raise SettingsError(
                f"The register of areas says {key} twice (engine/data/{file}).",
                "Remove one of the two rows, or install yhovi again.",
            )
        found[key] = value
    return MappingProxyType(found)


def _rows(name: str) -> list[dict[str, str]]:
    text = files(data).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
