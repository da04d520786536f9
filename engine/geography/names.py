"""Areas by their names, for sources that print no codes: exact names only, whatever their case and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from .areas import GROUP_LEVELS, LEVELS, Area
from .registry import Registry

NAMED_LEVELS = (*LEVELS, *GROUP_LEVELS)

_FOOTNOTE = re.compile(r"\[[^\[\]]*\]")
_SAME = str.maketrans({"’": "'", "‘": "'", "–": "-", "‑": "-", "&": " and "})


class Named(NamedTuple):
    """An area as names are looked up: its code, its days, and the code of the same place in the target vintage."""

    code: str
    name: str
    valid_from: str
    valid_to: str
    same: str


def names_of(registry: Registry, level: str) -> tuple[Named, ...]:
    """Every area of that level, of all vintages.

    >>> from yhovi.engine.geography import load_registry
    >>> [area.code for area in names_of(load_registry("2023-04"), "csp") if area.name == "City of York"]
    ['E22000371']
    """
    areas = (*registry.areas.values(), *(group.area for group in registry.groups.values()))
    return tuple(_named(area, registry) for area in areas if area.level == level)


def _named(area: Area, registry: Registry) -> Named:
    place = registry.place(area.code)
    return Named(area.code, area.name, area.valid_from, area.valid_to, place.area.code if place else area.code)


def plain_name(text: str) -> str:
    """A name as it is compared: without case, footnote markers and needless white space, ``&`` read as ``and``.

    >>> plain_name("Brighton & Hove [note 4] ") == plain_name("BRIGHTON AND  HOVE")
    True
    """
    return " ".join(_FOOTNOTE.sub(" ", text.translate(_SAME)).casefold().split())


def codes_by_name(areas: Iterable[Named], vintage: str = "") -> Mapping[str, Sequence[str]]:
    """The codes that each name (as ``plain_name`` has it) may stand for; several for one place count as one.

    Args:
        areas: The areas to look among.
        vintage: The month on whose first day they were valid; without it, all are looked among.
    """
    day = f"{vintage}-01" if vintage else ""
    found: dict[str, set[str]] = {}
    alone: dict[tuple[str, str], list[str]] = {}
    for area in areas:
        if not day or (area.valid_from <= day and (not area.valid_to or day <= area.valid_to)):
            name = plain_name(area.name)
            found.setdefault(name, set()).add(area.same)
            alone.setdefault((name, area.same), []).append(area.code)
    return MappingProxyType({name: _printed(name, sorted(places), alone) for name, places in found.items()})


def _printed(name: str, places: Sequence[str], alone: Mapping[tuple[str, str], Sequence[str]]) -> Sequence[str]:
    """The code of each place: its only one, or of several that of the target vintage."""
    codes = (alone[name, place] for place in places)
    return tuple(said[0] if len(said) == 1 else place for place, said in zip(places, codes, strict=True))
