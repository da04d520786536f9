"""Small areas and partnerships that a source prints in the place of districts: which district each is of.

What is printed of districts themselves goes before what is made of these, and none of them is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import pandas as pd

from ..errors import CheckError
from ..geography import SMALL_LEVELS, Area, Group, Registry, SmallArea
from .frames import Divided, examples

PARTNERSHIP = "csp"
FINER_LEVELS = (*SMALL_LEVELS, PARTNERSHIP)

_NAMES: Mapping[str, str] = MappingProxyType({"lsoa": "LSOAs", "msoa": "MSOAs", PARTNERSHIP: "partnerships"})

_Members: TypeAlias = Mapping[tuple[str, str], Sequence[str]]


def _nothing() -> Mapping[str, Area]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Finer:
    """The areas of a level below or beside districts, as far as they are of the districts wanted.

    Attributes:
        level: What is printed: ``lsoa``, ``msoa`` or ``csp``; nothing where districts are.
        districts: The districts wanted.
        wholes: The district that each code is a part of.
        over: The districts of the target vintage that each partnership of several is, wanted or not.
        small: The small areas of that level.
        members: The parts of each district, by its code and by the census of their codes, if they have one.
    """

    level: str = ""
    districts: Mapping[str, Area] = field(default_factory=_nothing)
    wholes: Mapping[str, Area] = field(default_factory=_nothing)
    over: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    small: Mapping[str, SmallArea] = field(default_factory=lambda: MappingProxyType({}))
    members: _Members = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """What the areas are called in a message."""
        return _NAMES[self.level]

    def area(self, code: str) -> Area | None:
        """The area of that code, if it makes a wanted district, alone or with others, or is several."""
        whole = self.wholes.get(code)
        known = whole is not None or code in self.over
        return Area(code, "", self.level, whole.code if whole else "", "", "") if known else None

    def divided(self, rows: pd.DataFrame) -> Divided:
        """How these rows make districts.

        Raises:
            CheckError: In one period, small areas are of two censuses.
        """
        if self.level == PARTNERSHIP:
            return Divided(self.wholes, lambda code, _: [self.members[code, ""]])
        censuses = self._censuses(rows)

        def divisions(code: str, period: str) -> Sequence[Sequence[str]]:
            return [self.members[code, census] for census in censuses[period] if (code, census) in self.members]

        return Divided(self.wholes, divisions)

    def _censuses(self, rows: pd.DataFrame) -> Mapping[str, Sequence[str]]:
        """The censuses of whose areas all are that a period has, newest first."""
        found: dict[str, Sequence[str]] = {}
        for period, codes in rows.groupby("time_period")["area_code"]:
            fitting = set.intersection(*({*self.small[code].censuses} for code in codes.unique()))
            if not fitting:
                raise self._mixed(str(period), sorted(codes.unique()))
            found[str(period)] = sorted(fitting, reverse=True)
        return found

    def _mixed(self, period: str, codes: Sequence[str]) -> CheckError:
        alone = {census: code for code in reversed(codes) for census in _alone(self.small[code])}
        said = " and ".join(f"{code} of {census} alone" for census, code in sorted(alone.items()))
        return CheckError(
            f"The {self.name} of {period} are of two censuses: {said}.",
            "Keep the rows of one census in the recipe; every period may have its own.",
        )

    def absent(self, printed: Collection[str]) -> frozenset[str]:
        """The parts that aren't printed of districts of which some are, if all that are printed fit together."""
        known = [code for code in printed if code in self.wholes]
        fitting = set.intersection(*(self._keys(code) for code in known)) if known else set()
        there = {self.wholes[code].code for code in known}
        lacking = {code for key in fitting for whole in there for code in self.members.get((whole, key), ())}
        return frozenset(lacking.difference(printed))

    def _keys(self, code: str) -> set[str]:
        return {*self.small[code].censuses} if code in self.small else {""}

    def refuse_repeats(self, frame: pd.DataFrame) -> None:
        """Refuse rows of one area, period and breakdown that differ.

        Raises:
            CheckError: There are such rows.
        """
        keys = frame[["area_code", "time_period", "breakdown"]]
        twice = keys[keys.duplicated()].drop_duplicates()
        if len(twice):
            said = examples([f"{code} {period}" for code, period, _ in twice.itertuples(index=False)])
            raise CheckError(
                f"Several different figures are there for the same of the {self.name}: {said}.",
                "Keep one kind of row in the recipe, or say in observe which column is the breakdown.",
            )


def _alone(area: SmallArea) -> Sequence[str]:
    return area.censuses if len(area.censuses) == 1 else ()


def finer(registry: Registry, level: str, wanted: Iterable[str]) -> Finer:
    """What a source of that level prints of the wanted districts; nothing of another level."""
    districts = {code: area for code in wanted if (area := registry.areas.get(code)) and area.level == "lad"}
    if level in SMALL_LEVELS:
        return _small(registry, level, districts)
    return _partnerships(registry, districts) if level == PARTNERSHIP else Finer()


def _small(registry: Registry, level: str, districts: Mapping[str, Area]) -> Finer:
    small = registry.small()[level]
    wholes = {code: districts[found] for code, found in registry.lookup(level).items() if found in districts}
    members: dict[tuple[str, str], list[str]] = {}
    for code, whole in wholes.items():
        for census in small[code].censuses:
            members.setdefault((whole.code, census), []).append(code)
    return Finer(level, districts, wholes, small=small, members=members)


def _partnerships(registry: Registry, districts: Mapping[str, Area]) -> Finer:
    groups = [group for group in registry.groups.values() if group.area.level == PARTNERSHIP]
    exact = {group.area.code: registry.districts_of(group.area.code) for group in groups}
    over = {code: found for code, found in exact.items() if len(found) > 1 and not districts.keys().isdisjoint(found)}
    members = {(whole, ""): codes for whole, codes in _together(groups, registry) if whole in districts}
    wholes = {code: districts[whole] for (whole, _), codes in members.items() for code in codes}
    return Finer(PARTNERSHIP, districts, wholes, over, members=members)


def _together(groups: Sequence[Group], registry: Registry) -> Iterator[tuple[str, Sequence[str]]]:
    """The districts of the target vintage that several partnerships are together, exactly, with their codes."""
    shared = Counter(district for group in groups for district in group.districts)
    found: dict[str, list[Group]] = {}
    for group in groups:
        wholes = {whole.area.code if whole else "" for whole in map(registry.whole, group.districts)}
        if len(wholes) == 1:
            found.setdefault(wholes.pop(), []).append(group)
    for code, parts in found.items():
        within = {district for group in parts for district in group.districts}
        alone = all(shared[district] == 1 for district in within)
        if len(parts) > 1 and alone and within in map(set, registry.parts(code)):
            yield code, sorted(group.area.code for group in parts)
