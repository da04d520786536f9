"""The catalogue as a graph: which indicators are made of which, and in which order they run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..document import Document
from ..errors import Problem
from ..schema.cards import Card
from .values import Spec


def with_inputs(chosen: Sequence[str], specs: Sequence[Spec]) -> tuple[Spec, ...]:
    """The specs of these ids and of everything they are made of, in the order in which they can run.

    One that is compared with another comes after it, where that is among them; nothing is brought along to be compared.
    """
    by_id = {spec.id: spec for spec in specs}
    wanted = _closure(chosen, by_id)
    ordered: dict[str, Spec] = {}

    def visit(name: str) -> None:
        if name in ordered:
            return
        for other in (*by_id[name].inputs, *by_id[name].compared):
            if other in wanted:
                visit(other)
        ordered[name] = by_id[name]

    for name in chosen:
        visit(name)
    return tuple(ordered.values())


def _closure(chosen: Sequence[str], by_id: Mapping[str, Spec]) -> Collection[str]:
    """These ids, and those of everything they are made of."""
    found = dict.fromkeys(chosen)
    names = list(found)
    for name in names:
        new = [other for other in by_id[name].inputs if other not in found]
        found |= dict.fromkeys(new)
        names += new
    return found


def dependants(names: Collection[str], specs: Sequence[Spec]) -> tuple[str, ...]:
    """The ids of the specs that are made of any of these, directly or by way of others."""
    found = set(names)
    for spec in in_order(specs):
        if found.intersection(spec.inputs):
            found.add(spec.id)
    return tuple(spec.id for spec in specs if spec.id in found.difference(names))


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
