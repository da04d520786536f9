"""The services of the Open Geography Portal that the register is compared with, and what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from ....connectors import CONNECTORS
from ....connectors.base import Ask, Cells, SourceError
from ...errors import UsageError
from ...plan import Fetch
from ..desk import Desk
from ..exchange import Held, driven

CONNECTOR = "geoportal"
ENGLISH = "E"
_EDITION = re.compile(r"([A-Z]+)([0-9]{2})(?=_)")
_YEAR = re.compile(r"_(20[0-9]{2})_")

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Role:
    """What a service is asked for: the kinds of area in its rows, those whose names are wanted, and its usual name."""

    name: str
    service: str
    kinds: tuple[str, ...]
    named: tuple[str, ...] = ()
    key: tuple[str, ...] = ("LAD",)


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        role.name: role
        for role in (
            Role("districts", "LAD25_RGN25_EN_LU_v2", ("LAD", "RGN"), ("LAD", "RGN")),
            Role("counties", "LAD25_CTYUA25_UK_LU_v2", ("LAD", "CTYUA"), ("CTYUA",)),
            Role("combined_authorities", "LAD25_CAUTH25_EN_LU", ("LAD", "CAUTH"), ("CAUTH",)),
            Role("partnerships", "LAD25_CSP25_PFA25_EW_LU", ("LAD", "CSP", "PFA"), ("CSP", "PFA"), ("LAD", "CSP")),
            Role("lsoa", "LSOA21_WD25_LAD25_EW_LU_v2", ("LSOA", "LAD"), (), ("LSOA",)),
            Role("msoa", "MSOA21_LAD23_EW_LU", ("MSOA", "LAD"), (), ("MSOA",)),
        )
    }
)
BOUNDARIES = "boundaries"
_BOUNDARIES: Mapping[str, str] = MappingProxyType(
    {
        "23": "Local_Authority_Districts_December_2023_Boundaries_UK_BUC",
        "24": "Local_Authority_Districts_May_2024_Boundaries_UK_BUC",
        "25": "Local_Authority_Districts_May_2025_Boundaries_UK_BGC",
        "26": "Local_Authority_Districts_May_2026_Boundaries_UK_BGC",
    }
)


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its name, and the year's two digits that the fields of each kind of area carry."""

    role: str
    name: str
    years: Mapping[str, str]

    @property
    def vintage(self) -> str:
        """The first month of the year whose districts it has: they change on the first of April."""
        return f"20{self.years['LAD']}-04"

    def code(self, kind: str) -> str:
        """The field with the codes of that kind of area."""
        return f"{kind}{self.years[kind]}CD"

    def title(self, kind: str) -> str:
        """The field with the names of that kind of area."""
        return f"{kind}{self.years[kind]}NM"


@dataclass(frozen=True, slots=True)
class Answered:
    """The rows of a service, when they were retrieved, and the archive's name for that."""

    service: Service
    rows: tuple[Row, ...]
    retrieved_at: datetime
    exchange_id: str

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "role": self.service.role,
            "service": self.service.name,
            "vintage": self.service.vintage,
            "rows": len(self.rows),
            "retrieved_at": self.retrieved_at.isoformat(),
            "exchange": self.exchange_id,
        }

    def pairs(self, one: str, other: str) -> Iterator[tuple[str, str]]:
        """The codes of two kinds of area, row by row, less the rows that lack one or aren't England's."""
        first, second = self.service.code(one), self.service.code(other)
        for row in self.rows:
            code, of = row[first], row[second]
            if code and of and code.startswith(ENGLISH):
                yield code, of

    def names(self, kind: str) -> dict[str, str]:
        """The names of that kind of area, by code."""
        code, title = self.service.code(kind), self.service.title(kind)
        return {str(row[code]): " ".join(str(row[title]).split()) for row in self.rows if row[code] and row[title]}


def services_named(said: Sequence[str]) -> dict[str, str]:
    """The names of services that the command line gives as ROLE=NAME.

    Raises:
        UsageError: There is no such role, or something else is said.
    """
    named: dict[str, str] = {}
    for one in said:
        role, mark, name = one.partition("=")
        if role not in (*ROLES, BOUNDARIES) or not mark or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            allowed = ", ".join((*ROLES, BOUNDARIES))
            raise UsageError(f"'{one}' names no service.", f"Write ROLE=NAME; roles are {allowed}.")
        named[role] = name
    return named


def service_of(role: str, named: Mapping[str, str]) -> Service:
    """The service of a role: the one named for it, else the usual one.

    Raises:
        UsageError: The service's name doesn't say of which year it is.
    """
    name = named.get(role, ROLES[role].service)
    years = dict(_EDITION.findall(name))
    lacking = [kind for kind in ROLES[role].kinds if kind not in years]
    if lacking:
        raise UsageError(
            f"The service {name} can't be asked for {role}: its name doesn't say of which year its "
            f"{' and '.join(lacking)} codes are.",
            f"Name a service such as {ROLES[role].service}.",
        )
    return Service(role, name, MappingProxyType(years))


def service_of_boundaries(vintage: str, named: Mapping[str, str]) -> Service:
    """The service with the boundaries of the districts of a vintage.

    Raises:
        UsageError: None is known, or its name doesn't say of which year it is.
    """
    year = int(vintage[2:4]) - (vintage[5:] < "04")
    name = named.get(BOUNDARIES) or _BOUNDARIES.get(f"{year:02d}")
    if name is None:
        known = ", ".join(f"20{one}" for one in _BOUNDARIES)
        raise UsageError(
            f"No service is known that has the boundaries of {vintage}; known are those of {known}.",
            f"Name one: --service {BOUNDARIES}=NAME.",
        )
    found = _YEAR.search(name)
    if found is None:
        raise UsageError(f"The name of the service {name} doesn't say of which year it is.", "Name another.")
    return Service(BOUNDARIES, name, MappingProxyType({"LAD": found[1][2:]}))


def query_of(service: Service, districts: Sequence[str]) -> dict[str, Any]:
    """What a service is asked: all of England's rows, or those of some districts where it has too many."""
    role = ROLES[service.role]
    fields = [field for kind in role.kinds for field in _fields(service, kind, named=kind in role.named)]
    key = [service.code(kind) for kind in role.key]
    return {"service": service.name, "fields": fields, "key": key, "where": _where(service, districts)}


def query_of_boundaries(service: Service, districts: Sequence[str]) -> dict[str, Any]:
    """What a service of boundaries is asked: those of these districts."""
    field = service.code("LAD")
    return {
        "service": service.name,
        "fields": [field, service.title("LAD")],
        "key": [field],
        "where": _among(field, districts),
        "geometry": "geojson",
    }


def _fields(service: Service, kind: str, *, named: bool) -> list[str]:
    return [service.code(kind), *([service.title(kind)] if named else [])]


def _where(service: Service, districts: Sequence[str]) -> str:
    if service.role == "counties":
        return f"{service.code('CTYUA')} LIKE 'E10%'"
    if service.role in ("lsoa", "msoa"):
        return _among(service.code("LAD"), districts)
    return f"{service.code('LAD')} LIKE '{ENGLISH}%'"


def _among(field: str, codes: Sequence[str]) -> str:
    return f"{field} IN ({','.join(repr(code) for code in codes)})"


def answered(service: Service, query: Mapping[str, Any], desk: Desk) -> Answered:
    """All rows of a service; what it answers is kept in the archive as every exchange is.

    Raises:
        ExtractError: The service didn't answer, or its answer can't be used.
        StorageError: The archive can't be written.
    """
    connector = CONNECTORS[CONNECTOR]
    ask = Ask(f"{CONNECTOR}/{service.name}", query)
    fetch = Fetch(CONNECTOR, connector, ask, next(connector.exchange(ask)))
    with Held(fetch, desk, desk.now()) as held:
        try:
            parts = driven(connector.exchange(ask), held.put)
            rows = tuple(row for part in parts for row in _rows(connector.parse(part.answer)))
        except SourceError as error:
            raise held.refusal(error) from None
        record = held.finish(len(rows), None)
        return Answered(service, rows, max(one.retrieved_at for one in held.kept), record.exchange_id)


def _rows(batches: Iterable[Cells]) -> Iterator[Row]:
    for cells in batches:
        for values in zip(*cells.values(), strict=True):
            yield dict(zip(cells, values, strict=True))
