"""A spec as a value: what one YAML file says, immutable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...connectors.base import Column
from ..amendments import Acceptance, Correction
from ..calendar import Rhythm
from ..geography import AS_PUBLISHED
from ..measures import Measured

Step = tuple[str, Any]

ACTIVE, DRAFT, COMPONENT = "active", "draft", "component"

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Measure:
    """What kind of number the indicator is, in which unit, and how it is shown."""

    type: str
    unit: str
    polarity: str
    decimals: int

    @property
    def measured(self) -> Measured:
        """The part of it that calculations depend on."""
        return Measured(self.type, self.unit)


@dataclass(frozen=True, slots=True)
class Base:
    """The indicator that a derived one starts from, and what its values are called in the recipe."""

    indicator: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where the number comes from: a publisher's data set, asked for by a connector, or another indicator (``base``).

    A derived indicator has no connector, no query and nothing to read; its data set is its own. ``codes`` is the
    vintage of which all area codes are, or ``as_published``; ``made_from`` the level of small areas or partnerships
    that are printed in the place of districts, and ``weights`` the indicator by which partnerships are apportioned.
    ``discontinued`` says why no newer figures come any more, where none do; ``window``, an ISO duration, how much of
    the past each answer holds, where that isn't all.
    """

    dataset: str
    level: str
    publisher: str
    license: str
    frequency: str
    lag: str
    columns: tuple[Column, ...]
    connector: str | None = None
    query: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    page: str = ""
    read: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    base: Base | None = None
    codes: str = AS_PUBLISHED
    made_from: str = ""
    weights: str = ""
    discontinued: str = ""
    window: str = ""

    @property
    def rhythm(self) -> Rhythm:
        """When its figures are published."""
        return Rhythm.parse(self.frequency, self.lag, self.discontinued)

    @property
    def finer(self) -> dict[str, str]:
        """What districts are made from, and by what figures are apportioned, as far as the spec says so."""
        said = {"made_from": self.made_from, "weights": self.weights}
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True)
class Spec:
    """One indicator as its file says it.

    ``publish`` is False for a component, which feeds other indicators and is never on a dashboard. ``inputs`` are the
    other indicators that this one is made of, each with what kind of number it is. A ``status`` of ``draft`` has a
    ``status_reason``: what of it nobody has verified yet.
    """

    id: str
    title: str
    description: str
    domain: str
    subdomain: str
    measure: Measure
    source: Source
    recipe: tuple[Step, ...]
    checks: Mapping[str, Any]
    owner: str
    caveats: tuple[str, ...]
    path: Path
    text: str
    publish: bool = True
    corrections: tuple[Correction, ...] = ()
    accept: tuple[Acceptance, ...] = ()
    inputs: Mapping[str, Measured] = field(default_factory=lambda: MappingProxyType({}))
    status: str = ACTIVE
    status_reason: str = ""
    tags: tuple[str, ...] = ()

    @property
    def draft(self) -> bool:
        """Whether it isn't verified, so that it runs only where drafts are asked for."""
        return self.status == DRAFT

    @property
    def standing(self) -> str:
        """What it is in the catalogue: a draft, else a component of others, else active."""
        return self.status if self.draft or self.publish else COMPONENT

    @property
    def compared(self) -> tuple[str, ...]:
        """The indicators that its checks compare it with; where a run makes both, they are made before it."""
        return (self.checks["reconcile"]["with"],) if "reconcile" in self.checks else ()

    @property
    def digest(self) -> str:
        """A hash of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def described(self) -> dict[str, Any]:
        """What the indicator is, as plain data for a reader."""
        source = self.source
        return {
            "indicator": self.id,
            "title": self.title,
            "description": self.description,
            "domain": f"{self.domain} / {self.subdomain}",
            "measure": f"{self.measure.type} in {self.measure.unit}, {self.measure.polarity}",
            "status": self.status,
            "status_reason": self.status_reason,
            "published": "" if self.publish else "no: a component of others",
            "made_of": list(self.inputs),
            "source": {
                "publisher": source.publisher,
                "license": source.license,
                "dataset": source.dataset,
                "page": source.page,
                "published": f"every {source.frequency}, about {source.lag} after the period",
                **({"discontinued": source.discontinued} if source.discontinued else {}),
                **({"window": source.window} if source.window else {}),
                "level": source.level,
                "codes": source.codes,
                **source.finer,
            },
            "checks": dict(self.checks),
            "caveats": list(self.caveats),
            **({"tags": list(self.tags)} if self.tags else {}),
            "owner": self.owner,
            "file": str(self.path),
        }
