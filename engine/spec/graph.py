"""The catalogue as a graph: which indicators are made of which, and in which order they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..document import Document
from ..errors import Problem
from ..schema.cards import Card
from .values import Spec


def with_inputs(chosen: Sequence[str], specs: Sequence[Spec]) -> tuple[Spec, ...]:
    """The specs of these ids and of everything they are made of, in the order in which they can run."""
    by_id = {spec.id: spec for spec in specs}
    wanted: dict[str, Spec] = {}

    def visit(name: str) -> None:
        if name in wanted:
            return
        for other in by_id[name].inputs:
            visit(other)
        wanted[name] = by_id[name]

    for name in chosen:
        visit(name)
    return tuple(wanted.values())


def in_order(specs: Sequence[Spec]) -> tuple[Spec, ...]:
    """All of these, each after what it is made of; else in the order of their ids."""
    return with_inputs(sorted(spec.id for spec in specs), specs)


def cycle_problems(document: Document, card: Card | None, known: Mapping[str, Card]) -> Iterator[Problem]:
    """The circle that an indicator is part of, if it is: it would have to be there before it is made."""
    path = _way_back(card, known) if card else None
    if card and path:
        first = next(at for name, at in card.inputs.items() if name == path[0])
        found = f"{card.id} is made of itself: {' → '.join([card.id, *path])}"
        cure = "Take one of these out of the other's recipe."
        yield document.problem(first, "cycle", found, "indicators that don't depend on each other in a circle", cure)


def _way_back(card: Card, known: Mapping[str, Card]) -> list[str] | None:
    """The shortest way from an indicator through what it is made of back to itself."""
    ways: list[list[str]] = [[name] for name in card.inputs]
    seen: set[str] = set()
    for way in ways:
        name = way[-1]
        if name == card.id:
            return way
        if name not in seen and name in known:
            seen.add(name)
            ways += [[*way, other] for other in known[name].inputs]
    return None
