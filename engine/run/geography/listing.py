"""The register of areas for people: listings of areas and of changes, and what a code or a name stands for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ...catalogue import surroundings
from ...errors import UsageError
from ...geography import GROUP_LEVELS, LEVELS, Area, Change, Described, Registry, is_code, normal_code
from ...plan import Surroundings
from ...settings import Settings

_VINTAGE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?")


def around(settings: Settings, vintage: str) -> Surroundings:
    """The register and the areas wanted: as of the vintage that is asked for, else of that of the settings.

    Raises:
        UsageError: What is asked for is no month.
        SettingsError: The settings name areas that the register doesn't have.
    """
    if vintage and not _VINTAGE.fullmatch(vintage):
        raise UsageError(f"'{vintage}' is no vintage.", "A vintage is a month, such as 2023-04.")
    return surroundings(replace(settings, target_vintage=vintage or settings.target_vintage))


def areas_listed(registry: Registry, level: str, within: str) -> list[dict[str, Any]]:
    """The lines of ``yhovi geography areas``.

    Raises:
        UsageError: There is no such level, no such area, or nothing of that level in it.
    """
    levels = (*LEVELS, *GROUP_LEVELS)
    if level not in levels:
        raise UsageError(f"'{level}' is no level that can be listed.", f"Levels are {', '.join(levels)}.")
    area = _known_within(registry, within) if within else None
    rows = [_area_line(one) for one in registry.at(level) if area is None or _lies_in(registry, one, area)]
    if not rows:
        inside = f" in {named(area)}" if area else ""
        cure = f"Choose another level, area or vintage; the register begins in {registry.months()[0]}."
        raise UsageError(f"There are no areas of the level {level}{inside} in {registry.vintage}.", cure)
    return rows


def named(area: Area) -> str:
    """An area by its name and its code."""
    return f"{area.name} ({area.code})"


def known_area(registry: Registry, code: str) -> Area | None:
    """The area or group of districts that a code is, of any vintage."""
    group = registry.groups.get(code)
    return registry.areas.get(code) or (group.area if group else None)


def _known_within(registry: Registry, within: str) -> Area:
    area = known_area(registry, normal_code(within))
    if area is None:
        known = [area for level in ("region", "country") for area in registry.at(level)]
        cure = f"Areas that others lie in are, for example, {', '.join(map(named, known))}."
        raise UsageError(f"The register doesn't know the code {within}.", cure)
    return area


def _lies_in(registry: Registry, area: Area, outer: Area) -> bool:
    above = registry.areas.get(area.parent)
    while above is not None and above.code != outer.code:
        above = registry.areas.get(above.parent)
    return above is not None or area.code in registry.districts_of(outer.code)


def _area_line(area: Area) -> dict[str, Any]:
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "parent": area.parent,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to or None,
    }


def changes_listed(registry: Registry, code: str, since: str) -> list[dict[str, Any]]:
    """The lines of ``yhovi geography changes``, by date.

    Raises:
        UsageError: The register doesn't know the code, or the day is none.
    """
    if since and not _DAY.fullmatch(since):
        raise UsageError(f"'{since}' is no day.", "Write a year, a month or a day: 2019, 2019-04 or 2019-04-01.")
    wanted = _known_code(registry, code) if code else ""
    found = [
        change
        for change in registry.changes
        if change.date >= since and (not wanted or wanted in (change.before, change.after))
    ]
    found.sort(key=lambda change: (change.date, change.after, change.before))
    return [_change_line(registry, change) for change in found]


def _change_line(registry: Registry, change: Change) -> dict[str, Any]:
    return {
        "date": change.date,
        "event": change.event,
        "before": change.before,
        "before_name": _name(registry, change.before),
        "after": change.after,
        "after_name": _name(registry, change.after),
        "source": change.source,
    }


def _name(registry: Registry, code: str) -> str | None:
    area = known_area(registry, code)
    return area.name if area else None


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to say of one code."""

    about: Described
    registry: Registry

    def described(self) -> dict[str, Any]:
        """As plain data."""
        about, area = self.about, self.about.area
        return {
            **(_area_line(area) if area else {"code": about.code}),
            "parents": [{"code": parent.code, "name": parent.name} for parent in about.parents],
            "became": [_change_line(self.registry, change) for change in about.became],
            "made_of": [_change_line(self.registry, change) for change in about.made_of],
            "vintage": self.registry.vintage,
            "stands_for": about.place.area.code if about.place else None,
            "part_of": about.whole.area.code if about.whole else None,
            "parts_together": list(about.whole.parts) if about.whole else [],
        }

    def text(self) -> str:
        """For people: what it is, and a line for each thing that is known of it."""
        about, area = self.about, self.about.area
        kind = _LEVELS.get(area.level, area.level) if area else "area"
        title = " ".join(filter(None, [about.code, area.name if area else ""]))
        return "\n  ".join([f"{title}: {kind}{_validity(area)}", *self._lines()])

    def _lines(self) -> Iterator[str]:
        about = self.about
        if about.parents:
            yield f"in: {', '.join(map(_with_kind, about.parents))}"
        if about.code in self.registry.groups:
            yield f"districts: {', '.join(map(self._called, self.registry.groups[about.code].districts))}"
        yield from self._events(_MADE_OF, [(one, one.before) for one in about.made_of])
        yield from self._events(_BECAME, [(one, one.after) for one in about.became])
        if about.area and about.area.level in LEVELS:
            yield f"in the boundaries of {self.registry.vintage}: {self._now()}"
        sources = dict.fromkeys(one.source for one in (*about.became, *about.made_of) if one.source)
        yield from (f"source: {source}" for source in sources)

    def _events(self, wording: Mapping[str, str], changes: Iterable[tuple[Change, str]]) -> Iterator[str]:
        """A line for all that happened alike on one day."""
        alike: dict[tuple[str, str], list[str]] = {}
        for change, other in changes:
            alike.setdefault((change.date, change.event), []).append(self._called(other))
        yield from (f"{date}: {wording[event].format(', '.join(names))}" for (date, event), names in alike.items())

    def _now(self) -> str:
        place, whole = self.about.place, self.about.whole
        if place:
            return "the same area" if place.area.code == self.about.code else f"exactly {named(place.area)}"
        if whole is None:
            return "no area, and no known part of one: its figures are left out"
        others = ", ".join(self._called(code) for code in whole.parts if code != self.about.code)
        return f"a part of {named(whole.area)}, with {others}"

    def _called(self, code: str) -> str:
        area = known_area(self.registry, code)
        return named(area) if area else code


_LEVELS: Mapping[str, str] = MappingProxyType(
    {
        "lad": "district",
        "combined_authority": "combined authority",
        "csp": "community safety partnership",
        "police_force_area": "police force area",
        "lsoa": "lower layer super output area",
        "msoa": "middle layer super output area",
    }
)
_BECAME: Mapping[str, str] = MappingProxyType(
    {
        "recode": "got another code: {}",
        "same_footprint": "became {}, the same place",
        "merge": "merged into {}",
        "split": "some of it went to {}",
        "boundary_change": "its boundary with {} moved",
    }
)
_MADE_OF: Mapping[str, str] = MappingProxyType(
    {
        "recode": "had another code until then: {}",
        "same_footprint": "was {} until then, the same place",
        "merge": "took in {}",
        "split": "got some of {}",
        "boundary_change": "its boundary with {} moved",
    }
)


def _with_kind(area: Area) -> str:
    """An area by its name and its code, and which kind of area it is where names alone would mislead."""
    kind = f"{_LEVELS[area.level]} " if area.level in GROUP_LEVELS else ""
    return f"{kind}{named(area)}"


def _validity(area: Area | None) -> str:
    if area is None or not area.valid_from:
        return ""
    return f", from {area.valid_from} to {area.valid_to}" if area.valid_to else f", since {area.valid_from}"


def explained(registry: Registry, said: str) -> list[Told]:
    """What a code, or each area of that name, is or was.

    Raises:
        UsageError: The register knows no such code or name.
    """
    code = normal_code(said)
    codes = [_known_code(registry, code)] if is_code(code) else _of_name(registry, said)
    return [Told(registry.describe(code), registry) for code in codes]


def _known_code(registry: Registry, said: str) -> str:
    about = registry.describe(said)
    if about.area is None:
        cure = f"Did you mean {', '.join(map(named, about.near))}?" if about.near else _CODE_CURE
        raise UsageError(f"The register doesn't know the code {about.code}.", cure)
    return about.code


_CODE_CURE = "It has England's districts, counties, regions, groups of districts, and the region's small areas."


def _of_name(registry: Registry, said: str) -> list[str]:
    wanted = " ".join(said.split()).casefold()
    every = [*registry.areas.values(), *(group.area for group in registry.groups.values())]
    found = sorted(area.code for area in every if area.name.casefold() == wanted)
    if not found:
        names = {area.name.casefold(): area.name for area in every}
        near = difflib.get_close_matches(wanted, names, n=3)
        cure = (
            f"Did you mean {' or '.join(names[name] for name in near)}?" if near else "Say the code, or another name."
        )
        raise UsageError(f"No area of the register is called '{said}'.", cure)
    return found
