"""How the register differs from what the services say, and the register that would come of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal

from ...geography import Area, Change, Group, Registry
from .services import Answered

Kind = Literal["new", "ended", "code", "renamed", "parent", "districts", "small_areas"]
Edit = Mapping[str, Any]

_SHOWN = 5
# The one event after which a code goes on.
_MOVED = "boundary_change"
_LINE = "a line in area_changes.csv"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the services say and the register doesn't.

    ``needs`` says what is lacking to take it over; ``made`` is the row that it adds, ``edit`` what it changes in one.
    """

    kind: Kind
    level: str
    code: str
    told: str
    needs: str = ""
    made: Area | Group | None = None
    edit: Edit = field(default_factory=lambda: MappingProxyType({}))

    @property
    def can_be_applied(self) -> bool:
        """Whether there is a row to be written, however it is explained."""
        return self.made is not None or bool(self.edit)

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": self.kind, "level": self.level, "code": self.code, "told": self.told, "needs": self.needs}

    def text(self) -> str:
        """A line for people, and one more for what is lacking."""
        return self.told + (f"\n    needs {self.needs}" if self.needs else "")


@dataclass(frozen=True, slots=True)
class Edition:
    """What one service says of the areas of a level: names and parents, or districts, by code."""

    level: str
    vintage: str
    names: Mapping[str, str]
    parents: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    districts: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def first_day(self) -> str:
        """The day from which on it is known to hold."""
        return f"{self.vintage}-01"


def differences(registry: Registry, said: Mapping[str, Answered]) -> tuple[Difference, ...]:
    """Everything in which the register differs from the services, from the largest areas to the smallest."""
    found: list[Difference] = []
    for edition in _editions(registry, said):
        found += _of_areas(registry, edition)
    begun = {one.code for one in found if one.kind == "new" and not one.needs}
    for edition in _editions_of_groups(said):
        found += _of_groups(registry, edition, begun)
    for level in ("lsoa", "msoa"):
        if level in said:
            found += _of_small_areas(registry, level, said[level])
    return tuple(found)


def applied(registry: Registry, taken: Iterable[Difference], changes: Sequence[Change]) -> Registry:
    """The register with these differences taken over, and these changes beside those that it has."""
    areas, groups = dict(registry.areas), dict(registry.groups)
    for one in taken:
        if isinstance(one.made, Area):
            areas[one.code] = one.made
        elif isinstance(one.made, Group):
            groups[one.code] = one.made
        elif one.code in groups:
            groups[one.code] = _edited(groups[one.code], one.edit)
        else:
            areas[one.code] = replace(areas[one.code], **one.edit)
    newest_first = sorted((*changes, *registry.changes), key=lambda change: change.date, reverse=True)
    return replace(registry, areas=areas, groups=groups, changes=tuple(newest_first))


def fault_of(registry: Registry) -> str:
    """The first thing that makes a register contradict itself, as the end of a sentence; empty if nothing does."""
    return next(_faults(registry), "")


def _faults(registry: Registry) -> Iterator[str]:
    known = registry.areas
    for area in known.values():
        if area.parent and area.parent not in known:
            yield f"{area.name} ({area.code}) lies in {area.parent}, which it doesn't have"
        if area.valid_to and area.valid_to < area.valid_from:
            yield f"{area.name} ({area.code}) ended on {area.valid_to}, before it began on {area.valid_from}"
    for change in registry.changes:
        lacking = {change.before, change.after} - known.keys()
        yield from (f"{change.before} became {change.after}, and it doesn't have {code}" for code in sorted(lacking))
    for group in registry.groups.values():
        lacking = set(group.districts) - known.keys()
        yield from (f"{_titled(group.area)} has the district {code}, which it doesn't know" for code in sorted(lacking))


def _edited(group: Group, edit: Edit) -> Group:
    of_area = {name: value for name, value in edit.items() if name in Area.__dataclass_fields__}
    of_group = {name: value for name, value in edit.items() if name not in of_area}
    return replace(group, area=replace(group.area, **of_area), **of_group)


def _editions(registry: Registry, said: Mapping[str, Answered]) -> Iterator[Edition]:
    districts = said["districts"]
    regions = dict(districts.pairs("LAD", "RGN"))
    names = districts.names("RGN")
    country = next(area.code for area in registry.areas.values() if area.level == "country")
    vintage = districts.service.vintage
    yield Edition("region", vintage, names, dict.fromkeys(names, country))
    if "counties" in said:
        yield _counties(said["counties"], registry, regions)
    yield Edition("lad", vintage, districts.names("LAD"), regions)


def _counties(said: Answered, registry: Registry, regions: Mapping[str, str]) -> Edition:
    parents = {}
    for district, county in said.pairs("LAD", "CTYUA"):
        known = registry.areas.get(district)
        parents[county] = regions.get(district) or (known.parent if known else "")
    return Edition("county", said.service.vintage, said.names("CTYUA"), parents)


def _editions_of_groups(said: Mapping[str, Answered]) -> Iterator[Edition]:
    for level, role, kind in (
        ("combined_authority", "combined_authorities", "CAUTH"),
        ("csp", "partnerships", "CSP"),
        ("police_force_area", "partnerships", "PFA"),
    ):
        if role in said:
            districts: dict[str, frozenset[str]] = {}
            for district, code in said[role].pairs("LAD", kind):
                districts[code] = districts.get(code, frozenset()) | {district}
            names = {code: name for code, name in said[role].names(kind).items() if code in districts}
            yield Edition(level, said[role].service.vintage, names, districts=districts)


def _of_areas(registry: Registry, edition: Edition) -> Iterator[Difference]:
    seen = replace(registry, vintage=edition.vintage)
    there = {area.code: area for area in seen.at(edition.level)}
    others = _other_codes(seen, edition, there)
    present = edition.names.keys() | {area.code for area in others.values()}
    # a level may have kinds of area that the service doesn't, as metropolitan counties are none of its counties
    prefixes = {code[:3] for code in edition.names}
    gone = [area for code, area in there.items() if code not in present and code[:3] in prefixes]
    ended = [_ended(registry, edition, area) for area in gone]
    for code, name in sorted(edition.names.items()):
        if code in others:
            told = f"{_titled(others[code])} is printed as {code} in {edition.vintage}, which is the same place"
            yield Difference("code", edition.level, code, told)
        elif code in there:
            yield from _of_area(there[code], name, edition.parents.get(code, ""))
        else:
            yield _unless_of(_begun(registry, edition, code), ended)
    yield from ended


def _other_codes(seen: Registry, edition: Edition, there: Mapping[str, Area]) -> dict[str, Area]:
    """The areas that the service prints under a code which is theirs in another year."""
    places = {code: seen.place(code) for code in edition.names if code in seen.areas and code not in there}
    return {c: p.area for c, p in places.items() if p and p.area.code in there and p.area.code not in edition.names}


def _unless_of(begun: Difference, ended: Sequence[Difference]) -> Difference:
    """A new area is held back while another that ended may be a part of it: its parts would be taken for the whole."""
    open_ones = [one.code for one in ended if one.needs]
    if begun.needs or not open_ones:
        return begun
    return replace(begun, made=None, needs=f"{_LINE} for {_listed(open_ones)} too, which may be a part of it")


def _of_area(area: Area, name: str, parent: str) -> Iterator[Difference]:
    if not _is_same(area.name, name):
        yield _renamed(area, name)
    if parent and parent != area.parent:
        told = f"{_titled(area)} lies in {parent} now, and in {area.parent} before"
        yield Difference("parent", area.level, area.code, told, edit={"parent": parent})


def _renamed(area: Area, name: str) -> Difference:
    told = f"{_titled(area)} is called {name} now"
    return Difference("renamed", area.level, area.code, told, edit={"name": name})


def _begun(registry: Registry, edition: Edition, code: str) -> Difference:
    known = registry.known(code)
    if known:
        told = f"{_titled(known)} is still in use in {edition.vintage}, but ended on {known.valid_to}"
        if not known.valid_to or known.valid_from > edition.first_day:
            told = f"{_titled(known)} is in use in {edition.vintage}, but began on {known.valid_from}"
        return Difference("new", edition.level, code, told, "a look at its days in areas.csv")
    days = [change.date for change in registry.changes if change.after == code and change.event != _MOVED]
    area = Area(code, edition.names[code], edition.level, edition.parents.get(code, ""), edition.first_day, "")
    made = replace(area, valid_from=max(days, default=edition.first_day))
    needs = "" if days or edition.level in ("region", "country") else f"{_LINE} that says what became it"
    return Difference("new", edition.level, code, f"{_titled(made)} is new in {edition.vintage}", needs, made)


def _ended(registry: Registry, edition: Edition, area: Area) -> Difference:
    became = (one for one in registry.changes if one.before == area.code and one.event != _MOVED)
    days = [change.date for change in became if change.date > area.valid_from]
    last = _day_before(max(days, default=edition.first_day))
    needs = "" if days else f"{_LINE} that says what it became"
    told = f"{_titled(area)} isn't there any more in {edition.vintage}"
    return Difference("ended", area.level, area.code, told, needs, edit={"valid_to": last})


def _of_groups(registry: Registry, edition: Edition, begun: set[str]) -> Iterator[Difference]:
    seen = replace(registry, vintage=edition.vintage)
    groups = [group for group in registry.groups.values() if group.area.level == edition.level]
    there = {group.area.code: group for group in groups if not _is_over(group.area, edition)}
    for code in sorted(edition.names):
        if code not in there:
            yield _group_begun(registry, edition, code, begun)
            continue
        if not _is_same(there[code].area.name, edition.names[code]):
            yield _renamed(there[code].area, edition.names[code])
        yield from _of_districts(seen, there[code], edition, begun)
    for code in sorted(there.keys() - edition.names.keys()):
        told = f"{_titled(there[code].area)} isn't there any more in {edition.vintage}"
        yield Difference("ended", edition.level, code, told, edit={"valid_to": _day_before(edition.first_day)})


def _is_over(area: Area, edition: Edition) -> bool:
    return bool(area.valid_to) and area.valid_to < edition.first_day


def _group_begun(registry: Registry, edition: Edition, code: str, begun: set[str]) -> Difference:
    districts = edition.districts[code]
    known = registry.known(code)
    regions = {area.parent for one in districts if (area := registry.areas.get(one))}
    country = next(area.code for area in registry.areas.values() if area.level == "country")
    parent = regions.pop() if len(regions) == 1 else country
    area = Area(code, edition.names[code], edition.level, parent, edition.first_day, "")
    told = f"{_titled(area)} is new in {edition.vintage}: {_listed(districts)}"
    needs = "a look at its days in area_groups.csv" if known else _unknown(registry, districts, begun)
    made = None if known else Group(area, edition.vintage, tuple(sorted(districts)))
    return Difference("new", edition.level, code, told, needs, made)


def _of_districts(seen: Registry, group: Group, edition: Edition, begun: set[str]) -> Iterator[Difference]:
    before, after = _standing(seen, group.districts), edition.districts[group.area.code]
    if before == _standing(seen, after):
        return
    changed = [f"with {_listed(after - before)}" if after - before else ""]
    changed += [f"without {_listed(before - after)}" if before - after else ""]
    told = f"{_titled(group.area)} has other districts in {edition.vintage}: {' and '.join(filter(None, changed))}"
    edit = {"districts": tuple(sorted(after)), "as_of": edition.vintage}
    unknown = _unknown(seen, after, begun)
    needs = unknown or "a decision: its code stayed, and the register has one list of districts for each code"
    yield Difference("districts", edition.level, group.area.code, told, needs, edit=edit)


def _standing(seen: Registry, codes: Iterable[str]) -> frozenset[str]:
    """The districts of the edition that these are, or are parts of."""
    found = set()
    for code in codes:
        place, whole = seen.place(code), seen.whole(code)
        found.add(place.area.code if place else whole.area.code if whole else code)
    return frozenset(found)


def _unknown(registry: Registry, districts: Iterable[str], begun: set[str]) -> str:
    lacking = [code for code in sorted(districts) if code not in registry.areas and code not in begun]
    return f"the register to have {_listed(lacking)} first" if lacking else ""


def _of_small_areas(registry: Registry, level: str, said: Answered) -> Iterator[Difference]:
    """Small areas, which change with a census alone: what differs is told, and never taken over."""
    kind = level.upper()
    seen = replace(registry, vintage=said.service.vintage)
    known, census = seen.lookup(level), f"20{said.service.years[kind]}"
    now = dict(said.pairs(kind, "LAD"))
    here = set(now.values())
    of_census = {code for code, area in seen.small()[level].items() if census in area.censuses}
    told = {
        "aren't in the register": [code for code in now if code not in known],
        "are in another district": [c for c, d in now.items() if c in known and {known[c]} != _standing(seen, [d])],
        "aren't in the service": [c for c in of_census if c not in now and known.get(c) in here],
    }
    for what, codes in told.items():
        if codes:
            text = f"{len(codes):,} {kind} codes of {said.service.vintage} {what}: {_listed(codes)}"
            yield Difference("small_areas", level, "", text, "small_areas.csv made anew, from the lookups of ONS")


def _is_same(one: str, other: str) -> bool:
    """Whether names differ in case and white space at most, as some services print them in capitals."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _titled(area: Area) -> str:
    return f"{area.level} {area.code} {area.name}"


def _listed(codes: Iterable[str]) -> str:
    ordered = sorted(codes)
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + more


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
