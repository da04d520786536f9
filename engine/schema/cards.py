"""What one spec may know of another: what kind of number it is, at which level, and what it is made of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from ...connectors import CONNECTORS
from ...connectors.base import Column
from ..document import At, Document
from ..measures import Measured
from ..recipe.columns import observation_columns
from .faults import Fault


@dataclass(frozen=True, slots=True)
class Card:
    """An indicator as others see it; ``inputs`` are those it is made of, with the place that says so.

    ``compared`` is the one that it has to agree with, if any.
    """

    id: str
    measured: Measured
    level: str
    inputs: Mapping[str, At]
    draft: bool = False
    compared: str = ""


def card(document: Document, faults: Iterable[Fault]) -> Card | None:
    """The card of a document, if what it says of itself can be relied on."""
    bad = [fault.at for fault in faults]
    needed: tuple[At, ...] = (("id",), ("measure", "type"), ("measure", "unit"), ("source", "geography", "level"))
    if not all(at in document.marks and not any(at[: len(b)] == b for b in bad) for at in needed):
        return None
    data = document.data
    measured = Measured(data["measure"]["type"], data["measure"]["unit"])
    compared = _said(data, COMPARED)
    return Card(
        id=data["id"],
        measured=measured,
        level=data["source"]["geography"]["level"],
        inputs=MappingProxyType(dict(inputs_of(document))),
        draft=data.get("status") == "draft",
        compared=compared if isinstance(compared, str) else "",
    )


# The place that names the indicator by which figures are apportioned.
WEIGHTS: At = ("source", "geography", "weights")

# The place that names the indicator which this one has to agree with.
COMPARED: At = ("checks", "reconcile", "with")


def inputs_of(document: Document) -> Iterator[tuple[str, At]]:
    """The indicators that a document says it is made of, as far as it can be understood, each with its place."""
    for at in [("source", "indicator"), WEIGHTS, *_joins(document)]:
        name = _said(document.data, at)
        if isinstance(name, str):
            yield name, at


def _joins(document: Document) -> Iterator[At]:
    recipe = document.data.get("recipe")
    for place in range(len(recipe) if isinstance(recipe, list) else 0):
        yield "recipe", place, "join", "indicator"


def _said(data: Any, at: At) -> Any:
    for key in at:
        if isinstance(data, list) and isinstance(key, int):
            data = data[key]
        else:
            data = data.get(key) if isinstance(data, dict) else None
    return data


def columns_of(source: Mapping[str, Any], inputs: Mapping[str, Measured]) -> tuple[Column, ...]:
    """The columns that a recipe starts from: another indicator's, the connector's own, else those the spec lists."""
    if "indicator" in source:
        return observation_columns(source["as"], inputs[source["indicator"]])
    own = CONNECTORS[source["connector"]].columns(source["query"])
    columns = own if own is not None else listed(source.get("columns", ()))
    return tuple(_marked(column, source.get("markers", {})) for column in columns)


def listed(said: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns that a spec lists."""
    return tuple(
        Column(
            name=column["name"],
            kind=column.get("type", "text"),
            pattern=column.get("pattern"),
            unit=column.get("unit"),
            markers=tuple(column.get("markers", {}).items()),
            status_from=column.get("status_from"),
            required=not column.get("optional", False),
            measure=column.get("measure"),
            whole=tuple(column.get("whole", ())),
            once_per=tuple(column.get("once_per", ())),
        )
        for column in said
    )


def _marked(column: Column, markers: Mapping[str, str]) -> Column:
    """A column of numbers with the markers that hold for the whole source; its own come first."""
    if column.kind != "number" or not markers:
        return column
    return replace(column, markers=tuple({**markers, **dict(column.markers)}.items()))
