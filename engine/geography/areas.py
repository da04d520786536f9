"""The values of the register: areas, what became of them, and what is said of a code."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What an indicator may be published at.
LEVELS = ("lad", "county", "region", "country")
# Areas made of districts, and areas within districts: known to the register, never published at.
GROUP_LEVELS = ("combined_authority", "csp", "police_force_area")
SMALL_LEVELS = ("lsoa", "msoa")
SCHEME = "gss"
EVENTS = ("recode", "same_footprint", "merge", "split", "boundary_change")
# What a spec says of codes that may be of any vintage, and the month with which the register begins.
AS_PUBLISHED = "as_published"
FIRST_VINTAGE = "2009-04"

_GSS = re.compile(r"[EWSNKJ][0-9]{8}")


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
    """One event in the life of a code: ``before`` became (part of) ``after`` on that date.

    Events: ``recode`` and ``same_footprint`` (the same place), ``merge`` (a part of ``after``), ``split`` (``after``
    has some of it), ``boundary_change`` (the code stayed, the place didn't).
    """

    event: str
    date: str
    before: str
    after: str
    flag: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """An area made of districts, such as a community safety partnership, with their codes in the month ``as_of``."""

    area: Area
    as_of: str
    districts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SmallArea:
    """An LSOA or MSOA: the oldest district that it was in, and the censuses of which its code is (2011, 2021)."""

    district: str
    censuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An area of the target vintage that a printed code stands for; ``flag`` says so where the code was another."""

    area: Area
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """An area of the target vintage, and the complete set of earlier areas that together are exactly it."""

    area: Area
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vintages:
    """Under which boundaries codes go together.

    Attributes:
        fitting: The months of a change from which on all the known codes were valid together, oldest first.
        unknown: The codes that the register doesn't have.
        clashing: If no month fits: codes that never were valid together, and why.
    """

    fitting: tuple[str, ...]
    unknown: tuple[str, ...]
    clashing: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Described:
    """What there is to say of a code; ``area`` is None and ``near`` says similar ones where the register has it not.

    Attributes:
        code: The code, its case and white space repaired.
        area: The area it is or was, of whatever level and vintage.
        became: What became of it.
        made_of: What it was made of.
        parents: The areas it is in, from the smallest: groups of districts, county, region, country.
        place: What it stands for in the target vintage.
        whole: What it is a proper part of in the target vintage.
        near: Areas whose codes differ by little.
    """

    code: str
    area: Area | None
    became: tuple[Change, ...] = ()
    made_of: tuple[Change, ...] = ()
    parents: tuple[Area, ...] = ()
    place: Place | None = None
    whole: Whole | None = None
    near: tuple[Area, ...] = ()


def is_code(text: str) -> bool:
    """Whether the text has the form of a GSS code.

    >>> is_code("E08000035"), is_code("Leeds")
    (True, False)
    """
    return bool(_GSS.fullmatch(text))


def normal_code(text: str) -> str:
    """The code without white space and in capitals; what is no code even then is left as it is.

    >>> normal_code(" e08000035 "), normal_code("City of York")
    ('E08000035', 'City of York')
    """
    code = "".join(text.split()).upper()
    return code if is_code(code) else text
