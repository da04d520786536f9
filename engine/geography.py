"""Areas as a type: a code means a place only together with a vintage.

A vintage is a month such as ``2023-04``: the areas that were valid on its first day. Codes of other vintages are
translated only where the place is exactly the same (a recode, or a county that became one district); what merged or
split is left to re-basing, and never guessed from names.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from importlib.resources import files
from types import MappingProxyType

LEVELS = ("lad", "county", "region", "country")
SCHEME = "gss"

_GSS = re.compile(r"[EWSNKJ][0-9]{8}")
_IDENTITIES = ("recode", "same_footprint")


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the register, with the days between which its code was valid."""

    code: str
    name: str
    level: str
    parent: str
    valid_from: str
    valid_to: str

    def valid_in(self, vintage: str) -> bool:
        """Whether the code was in use on the first day of the vintage's month."""
        day = f"{vintage}-01"
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Change:
    """One event in the life of a code: ``before`` became (part of) ``after`` on that date."""

    event: str
    date: str
    before: str
    after: str
    flag: str


@dataclass(frozen=True, slots=True)
class Place:
    """An area of the target vintage that a printed code stands for; ``flag`` says so where the code was another."""

    area: Area
    flag: str = ""


@dataclass(frozen=True)
class Registry:
    """All areas and changes known, as of one target vintage."""

    vintage: str
    areas: Mapping[str, Area]
    changes: Sequence[Change]

    def at(self, level: str, within: str = "") -> tuple[Area, ...]:
        """The areas of that level in the target vintage, inside ``within`` where it is given, by code."""
        found = (area for area in self.areas.values() if area.level == level and area.valid_in(self.vintage))
        return tuple(sorted((a for a in found if not within or a.parent == within), key=lambda area: area.code))

    def place(self, code: str) -> Place | None:
        """What a printed code stands for in the target vintage; None where that is nothing, or not one whole area.

        >>> registry = load_registry("2023-04")
        >>> registry.place("E08000039").area.name, registry.place("E08000039").flag
        ('Sheffield', 'recode_2025')
        >>> registry.place("E07000163") is None
        True
        """
        area = self.areas.get(code)
        if area and area.valid_in(self.vintage):
            return Place(area)
        for change in self.changes:
            if change.event in _IDENTITIES and code in (change.before, change.after):
                other = self.areas[change.after if code == change.before else change.before]
                if other.valid_in(self.vintage):
                    return Place(other, change.flag)
        return None

    def digest(self, codes: Iterable[str]) -> str:
        """A hash of the rows that say something about these codes, so that edits elsewhere change no result."""
        wanted = set(codes)
        rows = [astuple(area) for area in self.areas.values() if area.code in wanted]
        rows += [astuple(change) for change in self.changes if {change.before, change.after} & wanted]
        return hashlib.sha256(repr((self.vintage, sorted(rows))).encode()).hexdigest()


def is_code(text: str) -> bool:
    """Whether the text has the form of a GSS code.

    >>> is_code("E08000035"), is_code("Leeds")
    (True, False)
    """
    return bool(_GSS.fullmatch(text))


def load_registry(vintage: str) -> Registry:
    """The built-in register, seen from that vintage."""
    areas = {row["code"]: Area(**row) for row in _rows("areas.csv")}
    changes = tuple(Change(**row) for row in _rows("area_changes.csv"))
    return Registry(vintage, MappingProxyType(areas), changes)


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
