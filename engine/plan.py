"""From a spec to what will happen: one frozen value that prints, and that ``run`` carries out as it stands.

Compiling is pure: no network, clock, database or secret. What only the source can say (the newest release, how many
pages) is stated as a rule.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from ..connectors import CONNECTORS
from ..connectors.base import LANDED, Ask, Column, Connector, Request
from .checks import ALWAYS, CHECK_SIGNATURES
from .document import parse_document
from .errors import SpecError
from .geography import Area, Registry
from .read.options import READER_REVISIONS
from .recipe.signatures import SIGNATURES, bind
from .spec import Spec

# What a change of concerns every indicator: how cells become numbers, areas are placed, values are rounded.
ENGINE_REVISION = 1

Step = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What compiling needs to know beside the spec: the areas wanted, and the hosts that the settings add."""

    registry: Registry
    within: str
    also: tuple[str, ...]
    hosts: frozenset[str] = frozenset()

    def areas(self, level: str) -> tuple[Area, ...]:
        """The areas of that level inside the region, and the comparators."""
        others = (self.registry.areas[code] for code in self.also if code in self.registry.areas)
        return (*self.registry.at(level, self.within), *others)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run of one indicator will do. After it nothing is optional and nothing is looked up."""

    spec: Spec
    connector: Connector
    ask: Ask
    request: Request
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
        return self.registry.digest(area.code for area in self.areas)

    @property
    def exchange_key(self) -> str:
        """The identity of what is asked: plans with the same key read the same answers."""
        ask = self.ask
        return _digest([self.spec.source.connector, ask.dataset, dict(ask.query), ask.areas])

    @property
    def fingerprint(self) -> str:
        """The identity of what is done: it changes with everything that could change a loaded value."""
        return _digest(self._matter())

    def _matter(self) -> list[Any]:
        source, measure = self.spec.source, self.spec.measure
        reader = self.ask.read.get("format", "csv")
        return [
            ENGINE_REVISION,
            [self.exchange_key, self.connector.REVISION],
            [reader, READER_REVISIONS[reader], dict(self.ask.read)],
            sorted(([c.name, c.kind, c.pattern, c.unit, sorted(c.markers)] for c in self.columns), key=str),
            [[name, SIGNATURES[name].revision, arguments] for name, arguments in self.steps],
            [[name, CHECK_SIGNATURES[name].revision, said] for name, said in sorted(self.checks.items())],
            [source.level, self.vintage, self.registry_digest],
            [measure.type, measure.unit],
        ]

    def described(self) -> dict[str, Any]:
        """The plan as plain JSON data, in the order in which things happen; no secret is in it."""
        secret = self.request.secret
        return {
            "indicator": self.spec.id,
            "title": self.spec.title,
            "exchange": {
                "connector": self.spec.source.connector,
                "dataset": self.ask.dataset,
                "first_request": f"{self.request.method} {self.request.address}",
                "secret": f"{secret.name} ({'needed' if secret.required else 'if set'})" if secret else None,
                "then": list(self.connector.outline(self.ask)),
            },
            "reading": {"columns": [column.name for column in self.columns], **dict(self.ask.read)},
            "steps": [{name: dict(arguments)} for name, arguments in self.steps],
            "geography": {
                "level": self.spec.source.level,
                "vintage": self.vintage,
                "areas": [area.code for area in self.areas],
            },
            "checks": {**dict(self.checks), "always": list(ALWAYS)},
            "target": {
                "tables": ["observation", "observation_current", "indicators"],
                "unit": self.spec.measure.unit,
                "dataset_id": self.ask.dataset,
            },
            "fingerprint": self.fingerprint,
        }


def compile_plan(spec: Spec, surroundings: Surroundings) -> Plan:
    """Compile one spec.

    Raises:
        SpecError: The spec's address is at a host that neither the connector nor the settings allow.
    """
    connector = CONNECTORS[spec.source.connector]
    areas = surroundings.areas(spec.source.level)
    codes = tuple(area.code for area in areas)
    ask = Ask(spec.source.dataset, spec.source.query, codes, spec.source.read)
    request = next(connector.exchange(ask))
    _require_host(spec, request, connector, surroundings.hosts)
    return Plan(
        spec=spec,
        connector=connector,
        ask=ask,
        request=request,
        areas=areas,
        registry=surroundings.registry,
        columns=spec.source.columns,
        steps=tuple((name, bind(name, arguments)) for name, arguments in spec.recipe),
        checks=MappingProxyType(dict(spec.checks)),
    )


def _require_host(spec: Spec, request: Request, connector: Connector, further: frozenset[str]) -> None:
    allowed = (*connector.HOSTS, *sorted(further))
    if urlsplit(request.url).scheme == LANDED or request.host in allowed:
        return
    document = parse_document(spec.path, spec.text)
    found = f"the host {request.host}"
    cure = "Name a publisher's own address; an operator can allow a host with hosts in the settings file."
    raise SpecError([document.problem(("source", "query", "url"), "host-not-allowed", found, ", ".join(allowed), cure)])


def _digest(matter: Any) -> str:
    return hashlib.sha256(json.dumps(matter, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)
