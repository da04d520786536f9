"""The register as seen from one vintage."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import astuple, dataclass, field
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from .areas import SMALL_LEVELS, Area, Change, Described, Group, Place, SmallArea, Vintages, Whole, normal_code
from .paths import ancestors, descendants, earlier_sets, identities


def _no_groups() -> Mapping[str, Group]:
    return MappingProxyType({})


def _no_small_areas() -> Mapping[str, Mapping[str, SmallArea]]:
    return MappingProxyType({level: MappingProxyType({}) for level in SMALL_LEVELS})


@dataclass(frozen=True)
class Registry:
    """All areas and changes known, as of one target vintage.

    Attributes:
        vintage: The target vintage, a month.
        areas: What may be published at (districts, counties, regions, the country), of all vintages, by code.
        changes: What became of their codes, newest first.
        groups: Areas made of districts: combined authorities, community safety partnerships, police force areas.
        small: What reads the small areas, by level, each with the oldest district that it was in and its censuses.
    """

    vintage: str
    areas: Mapping[str, Area]
    changes: Sequence[Change]
    groups: Mapping[str, Group] = field(default_factory=_no_groups)
    small: Callable[[], Mapping[str, Mapping[str, SmallArea]]] = field(
        default=_no_small_areas, repr=False, compare=False
    )

    def known(self, code: str) -> Area | None:
        """The area of that code, of whatever vintage, a group of districts too; None where the register has none."""
        group = self.groups.get(code)
        return self.areas.get(code) or (group.area if group else None)

    def at(self, level: str, within: str = "") -> tuple[Area, ...]:
        """The areas of that level in the target vintage, inside ``within`` where it is given, by code.

        Small areas have no names here: ``lookup`` has them.
        """
        known = (*self.areas.values(), *(group.area for group in self.groups.values()))
        found = (area for area in known if area.level == level and area.valid_in(self.vintage))
        return tuple(sorted((a for a in found if not within or a.parent == within), key=lambda area: area.code))

    def place(self, code: str) -> Place | None:
        """What a printed code stands for in the target vintage; None where that is nothing, or not one whole area.

        >>> from yhovi.engine.geography import load_registry
        >>> registry = load_registry("2023-04")
        >>> registry.place("E08000039").area.name, registry.place("E08000039").flag
        ('Sheffield', 'recode_2025')
        >>> registry.place("E07000163") is None
        True
        """
        area = self.areas.get(code)
        if area and area.valid_in(self.vintage):
            return Place(area)
        for other, way in identities(code, self.changes).items():
            if other in self.areas and self.areas[other].valid_in(self.vintage):
                return Place(self.areas[other], " ".join(dict.fromkeys(change.flag for change in way if change.flag)))
        return None

    def parts(self, target_code: str) -> tuple[tuple[str, ...], ...]:
        """Every complete set of earlier areas that together are exactly that area of the target vintage, newest first.

        >>> from yhovi.engine.geography import load_registry
        >>> load_registry("2023-04").parts("E06000065")[0][:2]
        ('E07000163', 'E07000164')
        """
        area = self.areas.get(target_code)
        if area is None or not area.valid_in(self.vintage):
            return ()
        return tuple(earlier_sets(target_code, self.changes, self.areas))

    def whole(self, code: str) -> Whole | None:
        """The area of the target vintage that a code is a proper part of; None where that isn't exactly known."""
        for later in sorted(descendants(code, self.changes)):
            for parts in self.parts(later):
                if code in parts:
                    return Whole(self.areas[later], parts)
        return None

    def digest(self, codes: Iterable[str], small: str = "") -> str:
        """A hash of the rows that say something about these codes, so that edits elsewhere change no result.

        Those are the areas, their other codes, what they were made of, the changes on the way, and the groups that they
        are in, with what those stand for.

        Args:
            codes: Areas of the target vintage.
            small: The level of small areas that are taken to them, if any: which of these they have.
        """
        asked = frozenset(codes), small
        if asked not in self._digests:
            self._digests[asked] = self._digest(*asked)
        return self._digests[asked]

    def _digest(self, wanted: frozenset[str], small: str) -> str:
        same = wanted | {other for code in wanted for other in identities(code, self.changes)}
        consulted = same | {other for code in same for other in ancestors(code, self.changes)}
        rows = [astuple(area) for area in self.areas.values() if area.code in consulted]
        rows += [_meaning(change) for change in self.changes if change.after in consulted or _within(change, consulted)]
        rows += self._rows_of_groups(consulted | {other for code in same for other in descendants(code, self.changes)})
        rows += self._rows_of_small_areas(small, wanted) if small else ()
        return hashlib.sha256(repr((self.vintage, sorted(rows))).encode()).hexdigest()

    @cached_property
    def _digests(self) -> dict[tuple[frozenset[str], str], str]:
        """Those that were worked out: most indicators are of the same areas."""
        return {}

    def _rows_of_groups(self, related: Set[str]) -> Iterator[tuple[str, ...]]:
        """Each group that has one of these districts: what is said of it, its districts, and those it stands for."""
        return (said for districts, said in self._groups_said if related & districts)

    @cached_property
    def _groups_said(self) -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
        """The districts of each group, and its row. What a group stands for is worked out once: results ask often."""
        return tuple(
            (
                frozenset(group.districts),
                (*astuple(group.area), *sorted(group.districts), "", *self.districts_of(code)),
            )
            for code, group in self.groups.items()
        )

    def _rows_of_small_areas(self, level: str, wanted: Set[str]) -> Iterator[tuple[str, ...]]:
        """The small areas of these districts, with the censuses that their codes are of."""
        small, district = self.small()[level], self.lookup(level)
        for code, area in small.items():
            if district.get(code) in wanted:
                yield (code, district[code], *area.censuses)

    def vintages(self, codes: Iterable[str]) -> Vintages:
        """Under which boundaries these codes go together.

        >>> from yhovi.engine.geography import load_registry
        >>> registry = load_registry("2023-04")
        >>> registry.vintages(["E07000163", "E08000016"]).fitting[-1]
        '2021-04'
        >>> registry.vintages(["E06000065", "E08000039"]).fitting
        ('2025-04',)
        """
        wanted = sorted(set(codes))
        found = [area for code in wanted if (area := self.known(code))]
        unknown = tuple(code for code in wanted if not self.known(code))
        months = sorted({*self.months(), *(area.valid_from[:7] for area in found)})
        fitting = tuple(month for month in months if found and all(area.valid_in(month) for area in found))
        return Vintages(fitting, unknown, () if fitting else self._clashes(found))

    def months(self) -> tuple[str, ...]:
        """The months in which the districts, counties, regions or the country changed, oldest first."""
        return tuple(sorted({area.valid_from[:7] for area in self.areas.values()}))

    def describe(self, code: str) -> Described:
        """What a code is or was, what became of it, and what it was made of; for an unknown one, what is like it."""
        code = normal_code(code)
        area = self.known(code) or self._small_area(code)
        if area is None:
            return Described(code, None, near=self._near(code))
        return Described(
            code,
            area,
            became=tuple(change for change in self.changes if change.before == code),
            made_of=tuple(change for change in self.changes if change.after == code),
            parents=self._parents(area),
            place=self.place(code),
            whole=self.whole(code),
        )

    def meant(self, code: str, wanted: Iterable[Area]) -> Area | None:
        """The wanted area whose code differs from a foreign one in its last character, or else in one other.

        None where there are several: the likeliest of them would be a guess.

        >>> from yhovi.engine.geography import load_registry
        >>> registry = load_registry("2023-04")
        >>> registry.meant("E06000061", registry.at("lad", "E12000003")).name
        'North Yorkshire'
        """
        near: dict[bool, list[Area]] = {True: [], False: []}
        for area in wanted:
            differing = [n for n, (one, two) in enumerate(zip(code, area.code, strict=False)) if one != two]
            if len(differing) == 1 and len(code) == len(area.code):
                near[differing[0] == len(code) - 1].append(area)
        found = near[True] or near[False]
        return found[0] if len(found) == 1 else None

    def lookup(self, level: str, to: str = "lad") -> Mapping[str, str]:
        """The district of the target vintage (or what that is in: ``to="region"``) of each small area.

        Raises:
            ValueError: The levels are none that small areas are looked up from and to.
        """
        if level not in SMALL_LEVELS or to not in ("lad", "region", "country"):
            allowed = "from lsoa or msoa to lad, region or country"
            raise ValueError(f"There is no lookup from {level} to {to}. Areas are looked up {allowed}.")
        if (level, to) not in self._lookups:
            self._lookups[level, to] = self._looked_up(level, to)
        return self._lookups[level, to]

    def _looked_up(self, level: str, to: str) -> Mapping[str, str]:
        small = self.small()[level]
        above = {old: self._upwards(self._district(old), to) for old in {area.district for area in small.values()}}
        return MappingProxyType({code: above[area.district] for code, area in small.items() if above[area.district]})

    @cached_property
    def _lookups(self) -> dict[tuple[str, str], Mapping[str, str]]:
        """Those that were made: every run asks for all."""
        return {}

    def districts_of(self, group_code: str) -> tuple[str, ...]:
        """The districts of the target vintage that together are exactly that group; none where they aren't.

        >>> from yhovi.engine.geography import load_registry
        >>> load_registry("2023-04").districts_of("E22000372")
        ('E06000065',)
        """
        group = self.groups.get(group_code)
        if group is None or self._shared(group):
            return ()
        found: set[str] = set()
        for district in group.districts:
            exact = self._exact(district, group.districts)
            if not exact:
                return ()
            found.update(exact)
        return tuple(sorted(found))

    def _exact(self, district: str, together: Sequence[str]) -> tuple[str, ...]:
        """The districts of the target vintage that this one is exactly, or that it is a part of with the others."""
        place, whole = self.place(district), self.whole(district)
        if place and place.area.level == "lad":
            return (place.area.code,)
        if whole and set(whole.parts) <= set(together):
            return (whole.area.code,)
        own = next((area.code for area in (self.areas.get(district),) if area), "")
        earlier = earlier_sets(own, self.changes, self.areas) if own else ()
        return next((parts for parts in earlier if self._all_valid(parts)), ())

    def _all_valid(self, codes: Iterable[str]) -> bool:
        return all(self.areas[code].valid_in(self.vintage) for code in codes)

    def _shared(self, group: Group) -> bool:
        """Whether a district of the group is also in another of its level: then it isn't whole in either."""
        return any(self._in_groups[group.area.level, district] > 1 for district in set(group.districts))

    @cached_property
    def _in_groups(self) -> Counter[tuple[str, str]]:
        """In how many groups of a level each district is."""
        said = self.groups.values()
        return Counter((group.area.level, district) for group in said for district in set(group.districts))

    def _district(self, old: str) -> str:
        place, whole = self.place(old), self.whole(old)
        if place and place.area.level == "lad":
            return place.area.code
        return whole.area.code if whole else ""

    def _upwards(self, code: str, level: str) -> str:
        area = self.areas.get(code)
        while area and area.level != level:
            area = self.areas.get(area.parent)
        return area.code if area else ""

    def _small_area(self, code: str) -> Area | None:
        if not code.startswith(("E01", "E02")):
            return None
        for level, known in self.small().items():
            if code in known:
                old = known[code].district
                return Area(code, "", level, self._district(old) or old, "", "")
        return None

    def _parents(self, area: Area) -> tuple[Area, ...]:
        ways = [{code} for code in (area.code, *identities(area.code, self.changes))]
        ways += [set(parts) for parts in earlier_sets(area.code, self.changes, self.areas)]
        holding = (g for g in self.groups.values() if any(way <= set(g.districts) for way in ways))
        found = [group.area for group in holding if not self._shared(group)]
        above = self.areas.get(area.parent)
        while above:
            found.append(above)
            above = self.areas.get(above.parent)
        return tuple(found)

    def _near(self, code: str) -> tuple[Area, ...]:
        known = {**self.areas, **{group.area.code: group.area for group in self.groups.values()}}
        return tuple(known[other] for other in get_close_matches(code.upper(), known, n=3, cutoff=0.85))

    def _clashes(self, found: Sequence[Area]) -> tuple[tuple[str, str, str], ...]:
        """For each code that ended before another began: which, its own successor where that is there."""
        clashing = []
        for area in found:
            later = [other for other in found if area.valid_to and area.valid_to < other.valid_from]
            if later:
                heirs = descendants(area.code, self.changes) | set(identities(area.code, self.changes))
                other = min(later, key=lambda one: (one.code not in heirs, one.valid_from, one.code))
                clashing.append((area.code, other.code, _why(area, other, own=other.code in heirs)))
        return tuple(clashing)


def _why(area: Area, other: Area, *, own: bool) -> str:
    if own:
        return f"{area.name} ({area.code}) became {other.name} ({other.code}) on {other.valid_from}"
    return (
        f"{area.name} ({area.code}) ended on {area.valid_to}, before {other.name} ({other.code}) "
        f"began on {other.valid_from}"
    )


def _meaning(change: Change) -> tuple[str, ...]:
    return (change.event, change.date, change.before, change.after, change.flag)


def _within(change: Change, codes: Set[str]) -> bool:
    return change.before in codes and change.event in ("recode", "same_footprint", "boundary_change")
