"""The sources as the connectors state them: whom they ask, with which key, how often, and which indicators use them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....connectors import CONNECTORS
from ....connectors.base import Budget, Connector, Describing, Keyed, Secret, Term
from ...errors import UsageError
from ...listing import aligned
from ...spec import Spec

Known = Callable[[str], str | None]
"""The value of a secret by its name; None where it isn't set."""


@dataclass(frozen=True, slots=True)
class Key:
    """A source's key: its name, whether the source answers without it, and whether it is set. Never its value."""

    name: str
    required: bool
    is_set: bool

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {"name": self.name, "required": self.required, "set": self.is_set}

    def __str__(self) -> str:
        state = "set" if self.is_set else "missing" if self.required else "not set"
        return f"{self.name} ({state})"


@dataclass(frozen=True, slots=True)
class Card:
    """What a connector says of its source by itself, and which indicators of the catalogue use it."""

    name: str
    connector: Connector
    key: Key | None
    used_by: tuple[tuple[str, str], ...]

    def line(self) -> dict[str, Any]:
        """As a line of a listing."""
        return {
            "source": self.name,
            "specs": len(self.used_by),
            "codes": "yes" if is_describing(self.connector) else "no",
            "budget": _often(self.connector.BUDGET),
            "key": str(self.key or ""),
            "hosts": ", ".join(self.connector.HOSTS),
        }

    def summary(self) -> dict[str, Any]:
        """As plain data for a listing."""
        return {
            "source": self.name,
            "title": self.connector.TITLE,
            "specs": len(self.used_by),
            "codes": is_describing(self.connector),
            "budget": [{"requests": most, "seconds": span} for most, span in self.connector.BUDGET.windows],
            "key": self.key.described() if self.key else None,
            "hosts": list(self.connector.HOSTS),
        }

    def described(self) -> dict[str, Any]:
        """As plain data, with what its documentation says."""
        return {
            **self.summary(),
            "notes": _notes(self.connector),
            "query": [dict(row) for row in _query(self.connector.QUERY_SCHEMA)],
            "used_by": [{"indicator": indicator, "dataset": dataset} for indicator, dataset in self.used_by],
        }

    def text(self) -> str:
        """For people."""
        return "\n\n".join(filter(None, self._parts()))

    def _parts(self) -> Iterator[str]:
        hosts = ", ".join(self.connector.HOSTS) or "none"
        facts = [f"hosts: {hosts}", f"key: {self.key or 'none'}", f"budget: {_often(self.connector.BUDGET)}"]
        yield "\n".join([f"{self.name}: {self.connector.TITLE}", *facts])
        yield _notes(self.connector)
        yield aligned(_query(self.connector.QUERY_SCHEMA))
        used = [{"used by": indicator, "dataset": dataset} for indicator, dataset in self.used_by]
        yield aligned(used) if used else "no indicator of the catalogue uses it"


def cards(specs: Sequence[Spec], secret: Known) -> tuple[Card, ...]:
    """All sources."""
    return tuple(card(name, specs, secret) for name in CONNECTORS)


def card(name: str, specs: Sequence[Spec], secret: Known) -> Card:
    """One source.

    Raises:
        UsageError: There is none of that name.
    """
    connector = connector_of(name)
    needed = connector.SECRET if isinstance(connector, Keyed) else None
    used = tuple((spec.id, spec.source.dataset) for spec in specs if spec.source.connector == name)
    return Card(name, connector, key_of(needed, secret), used)


def key_of(needed: Secret | None, secret: Known) -> Key | None:
    """What is known of a key, if one is needed."""
    return Key(needed.name, needed.required, bool(secret(needed.name))) if needed else None


def connector_of(name: str) -> Connector:
    """The connector of a source.

    Raises:
        UsageError: There is none of that name.
    """
    if name not in CONNECTORS:
        near = difflib.get_close_matches(name, CONNECTORS, n=1)
        cure = f"Did you mean {near[0]}?" if near else f"There are {', '.join(CONNECTORS)}."
        raise UsageError(f"There is no source {name}.", cure)
    return CONNECTORS[name]


def is_describing(connector: Connector) -> bool:
    """Whether its source can be asked for its data sets and codes."""
    return isinstance(connector, Describing)


def row_of(term: Term) -> dict[str, str]:
    """A term as a line of a listing."""
    return {"dimension": term.dimension, "code": term.code, "label": term.label}


def _often(budget: Budget) -> str:
    """A budget in words.

    >>> _often(Budget(2, 1.0, also=(Budget(200, 60.0),), together="ons.gov.uk"))
    '2 requests in 1 second and 200 requests in 60 seconds, all of ons.gov.uk together'
    """
    windows = " and ".join(f"{_count(most, 'request')} in {_count(span, 'second')}" for most, span in budget.windows)
    return f"{windows}, all of {budget.together} together" if budget.together else windows


def _count(number: float, noun: str) -> str:
    return f"{number:g} {noun}{'' if number == 1 else 's'}"


def _notes(connector: Connector) -> str:
    """The connector's own documentation: how a spec asks it, and what its source does unexpectedly."""
    return (getattr(connector, "__doc__", None) or "").strip()


def _query(schema: Mapping[str, Any]) -> list[dict[str, str]]:
    """The keys of a query."""
    required = schema.get("required", ())
    return [
        {"query": name, "required": "yes" if name in required else "", "what it is": str(said.get("description", ""))}
        for name, said in schema.get("properties", {}).items()
    ]
