"""From a spec to what will happen: one frozen value that prints, and that ``run`` carries out as it stands.

Compiling is pure: no network, clock, database or secret. What only the source can say (the newest release, how many
pages) is stated as a rule.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from ..connectors import CONNECTORS
from ..connectors.base import DATABASE, LANDED, Ask, Column, Connector, Request
from .checks import ALWAYS, CHECK_SIGNATURES
from .document import parse_document
from .errors import Problem, SpecError
from .geography import AS_PUBLISHED, SMALL_LEVELS, Area, Named, Registry, names_of
from .read.options import READER_REVISIONS
from .recipe.signatures import SIGNATURES, bind
from .spec import Spec
from .statements import StatementError, select_of

# What a change of concerns every indicator: how cells become numbers, areas are placed, values are rounded.
ENGINE_REVISION = 2

Step = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What compiling needs to know beside the spec: the areas wanted, and what the settings allow to be asked.

    ``hosts`` are those that they add; ``databases`` those that they name, each with SQLAlchemy's name of its kind.
    """

    registry: Registry
    within: str
    also: tuple[str, ...]
    hosts: frozenset[str] = frozenset()
    databases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def areas(self, level: str) -> tuple[Area, ...]:
        """The areas of that level inside the region, and the comparators."""
        others = (self.registry.areas[code] for code in self.also if code in self.registry.areas)
        return (*self.registry.at(level, self.within), *others)


@dataclass(frozen=True, slots=True)
class Fetch:
    """What is asked of a publisher: by which connector, what, and the first request of it."""

    name: str
    connector: Connector
    ask: Ask
    request: Request

    @property
    def key(self) -> str:
        """The identity of what is asked: plans with the same key read the same answers."""
        return _digest([self.name, self.ask.dataset, dict(self.ask.query), self.ask.areas])

    def described(self) -> dict[str, Any]:
        """The exchange as plain data; no secret is in it."""
        secret = self.request.secret
        return {
            "connector": self.name,
            "dataset": self.ask.dataset,
            "first_request": f"{self.request.method} {self.request.address}",
            "secret": f"{secret.name} ({'needed' if secret.required else 'if set'})" if secret else None,
            "then": list(self.connector.outline(self.ask)),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run of one indicator will do. After it nothing is optional and nothing is looked up.

    ``fetch`` is None for an indicator that is made of others alone.
    """

    spec: Spec
    fetch: Fetch | None
    areas: tuple[Area, ...]
    registry: Registry
    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    checks: Mapping[str, Any]

    @property
    def vintage(self) -> str:
        """The target vintage: areas are loaded under the codes of that month."""
        return self.registry.vintage

    @property
    def registry_digest(self) -> str:
        """A hash of what the registry says of the areas wanted."""
        level = self.spec.source.made_from
        return self.registry.digest((area.code for area in self.areas), level if level in SMALL_LEVELS else "")

    @property
    def dataset(self) -> str:
        """The data set's name in the archive and the database."""
        return self.spec.source.dataset

    @property
    def areas_by_level(self) -> Mapping[str, tuple[str, ...]]:
        """The codes of the areas wanted, by level: what steps may refer to."""
        levels = dict.fromkeys(area.level for area in self.areas)
        return MappingProxyType({name: tuple(a.code for a in self.areas if a.level == name) for name in levels})

    @property
    def names_by_level(self) -> Mapping[str, tuple[Named, ...]]:
        """The register's areas of the levels whose names the recipe looks up."""
        levels = {arguments["level"] for name, arguments in self.steps if name == "area_codes"}
        return MappingProxyType({level: names_of(self.registry, level) for level in sorted(levels)})

    @property
    def fingerprint(self) -> str:
        """The identity of what is done: it changes with everything that could change a loaded value."""
        return _digest(self._matter())

    def _matter(self) -> list[Any]:
        measure = self.spec.measure
        return [
            ENGINE_REVISION,
            self._origin(),
            sorted(
                ([c.name, c.kind, c.pattern, c.unit, c.status_from, sorted(c.markers)] for c in self.columns), key=str
            ),
            [[name, SIGNATURES[name].revision, arguments] for name, arguments in self.steps],
            [[name, CHECK_SIGNATURES[name].revision, said] for name, said in sorted(self.checks.items())],
            [self.spec.source.level, self.vintage, self.registry_digest, *self._declared()],
            [measure.type, measure.unit],
            [asdict(correction) for correction in self.spec.corrections],
            [[one.check, one.until.isoformat()] for one in self.spec.accept],
        ]

    def _declared(self) -> list[str]:
        """What the spec says of the source's areas: the vintage of their codes, and what districts are made of."""
        source = self.spec.source
        codes = [] if source.codes == AS_PUBLISHED else [source.codes]
        weights = [source.weights, *asdict(self.spec.inputs[source.weights]).values()] if source.weights else []
        names = [_digest(sorted(names)) for names in self.names_by_level.values()]
        return [*codes, *([f"from {source.made_from}", *weights] if source.made_from else []), *names]

    def _origin(self) -> list[Any]:
        """What the recipe starts from: an exchange and how it is read, or other indicators."""
        if self.fetch is None:
            return [[name, measured.type, measured.unit] for name, measured in sorted(self.spec.inputs.items())]
        read = self.fetch.ask.read
        reader = read.get("format", "csv")
        window = [self.spec.source.window] if self.spec.source.window else []
        return [self.fetch.key, self.fetch.connector.REVISION, reader, READER_REVISIONS[reader], dict(read), *window]

    def described(self) -> dict[str, Any]:
        """The plan as plain JSON data, in the order in which things happen; no secret is in it."""
        spec = self.spec
        return {
            "indicator": spec.id,
            "title": spec.title,
            "status": spec.status,
            "status_reason": spec.status_reason,
            "exchange": self.fetch.described() if self.fetch else None,
            "made_of": list(spec.inputs),
            "reading": {"columns": [column.name for column in self.columns], **dict(spec.source.read)},
            "steps": [{name: dict(arguments)} for name, arguments in self.steps],
            "geography": {
                "level": self.spec.source.level,
                "codes": self.spec.source.codes,
                **self.spec.source.finer,
                "vintage": self.vintage,
                "areas": [area.code for area in self.areas],
            },
            "corrections": [asdict(correction) for correction in spec.corrections],
            "checks": {**dict(self.checks), "always": list(ALWAYS)},
            "accepted": [f"{one.check} until {one.until}: {one.reason}" for one in spec.accept],
            "target": {
                "tables": ["observation", "observation_current", *(["indicators"] if spec.publish else [])],
                "unit": spec.measure.unit,
                "dataset_id": self.dataset,
            },
            "fingerprint": self.fingerprint,
        }


def compile_plan(spec: Spec, surroundings: Surroundings) -> Plan:
    """Compile one spec.

    Raises:
        SpecError: The spec's address is at a host that neither the connector nor the settings allow, or it asks a
            database that the settings don't name, or for more than to read.
    """
    areas = surroundings.areas(spec.source.level)
    return Plan(
        spec=spec,
        fetch=_fetch(spec, areas, surroundings),
        areas=areas,
        registry=surroundings.registry,
        columns=spec.source.columns,
        steps=tuple((name, bind(name, arguments)) for name, arguments in spec.recipe),
        checks=MappingProxyType(dict(spec.checks)),
    )


def _fetch(spec: Spec, areas: Iterable[Area], surroundings: Surroundings) -> Fetch | None:
    source = spec.source
    if source.connector is None:
        return None
    connector = CONNECTORS[source.connector]
    ask = Ask(source.dataset, source.query, tuple(area.code for area in areas), source.read)
    request = next(connector.exchange(ask))
    if urlsplit(request.url).scheme == DATABASE:
        _require_query(spec, surroundings.databases)
    else:
        _require_host(spec, request, connector, surroundings.hosts)
    return Fetch(source.connector, connector, ask, request)


def _require_host(spec: Spec, request: Request, connector: Connector, further: frozenset[str]) -> None:
    allowed = (*connector.HOSTS, *sorted(further))
    if urlsplit(request.url).scheme == LANDED or request.host in allowed:
        return
    document = parse_document(spec.path, spec.text)
    found = f"the host {request.host}"
    cure = "Name a publisher's own address; an operator can allow a host with hosts in the settings file."
    raise SpecError([document.problem(("source", "query", "url"), "host-not-allowed", found, ", ".join(allowed), cure)])


def _require_query(spec: Spec, databases: Mapping[str, str]) -> None:
    problems = [*_database_problems(spec, databases), *_query_problems(spec, databases)]
    if problems:
        raise SpecError(problems)


def _database_problems(spec: Spec, databases: Mapping[str, str]) -> Iterator[Problem]:
    name = spec.source.query["database"]
    if name not in databases:
        document, at = parse_document(spec.path, spec.text), ("source", "query", "database")
        found = f"the database {name}, which the settings don't name"
        near = difflib.get_close_matches(name, databases, n=1)
        cure = f"Did you mean {near[0]}?" if near else f"Name it in the settings file: {name}, under [databases]."
        allowed = ", ".join(sorted(databases)) or "none: there is no table [databases]"
        yield document.problem(at, "unknown-database", found, allowed, cure)


def _query_problems(spec: Spec, databases: Mapping[str, str]) -> Iterator[Problem]:
    query = spec.source.query
    try:
        select_of(query["sql"], query.get("parameters", {}), databases.get(query["database"], ""))
    except StatementError as error:
        document, key = parse_document(spec.path, spec.text), error.parameter
        at = ("source", "query", "parameters", key) if key else ("source", "query", "sql")
        yield document.problem(at, "bad-query", error.found, error.allowed, error.cure)


def _digest(matter: Any) -> str:
    return hashlib.sha256(json.dumps(matter, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)
