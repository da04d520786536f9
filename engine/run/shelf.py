"""What came of the indicators that others are made of or compared with, for as long as a run lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..errors import StaleError
from ..plan import Plan
from ..warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from .current import Input

Look = Callable[[Warehouse], "Input"]
"""Looks up what there is of an indicator. It can be sent to another process, which has a connection of its own."""


class Entry(NamedTuple):
    """What there is of an indicator: how it is looked up, and the load that stands, if one does."""

    look: Look
    load_id: int | None = None


class Made(Mapping[str, "Input"]):
    """What there is of indicators, by their ids; looked up when it is asked for first, and then kept."""

    def __init__(self, warehouse: Warehouse | None) -> None:
        self._warehouse = warehouse
        self._looks: dict[str, Look] = {}
        self._made: dict[str, Input] = {}

    def __getitem__(self, name: str) -> Input:
        if name not in self._made:
            if self._warehouse is None:
                raise KeyError(name)
            self._made[name] = self._looks[name](self._warehouse)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._looks, **self._made})

    def __len__(self) -> int:
        return len({**self._looks, **self._made})

    def __contains__(self, name: object) -> bool:
        return name in self._looks or name in self._made

    def have(self, name: str, made: Input) -> None:
        """Keep it as it is."""
        self._made[name] = made

    def look(self, name: str, look: Look) -> None:
        """Say how to look it up."""
        self._looks[name] = look


class Shelf:
    """What there is of those that others ask for, by indicator.

    It is looked up when it is asked for: most runs change little.

    Attributes:
        made: The observations.
        entries: How they are looked up in the warehouse.
    """

    def __init__(self, wanted: set[str], warehouse: Warehouse | None) -> None:
        self._wanted = wanted
        self.made = Made(warehouse)
        self.entries: dict[str, Entry] = {}

    @property
    def loads(self) -> Mapping[str, int]:
        """The loads that stand."""
        return {name: entry.load_id for name, entry in self.entries.items() if entry.load_id is not None}

    def have(self, plan: Plan, made: Input) -> None:
        """Keep what came of an indicator and isn't loaded, if another one asks for it."""
        if plan.spec.id in self._wanted:
            self.made.have(plan.spec.id, made)

    def put(self, name: str, entry: Entry) -> None:
        """Keep how to look up what there is of an indicator, if another one asks for it."""
        if name in self._wanted:
            self.entries[name] = entry
            self.made.look(name, entry.look)


def asked_for(plans: Iterable[Plan]) -> set[str]:
    """The indicators that these are made of or compared with."""
    return {name for plan in plans for name in (*plan.spec.inputs, *plan.spec.compared)}


def require_inputs(plan: Plan, shelf: Shelf) -> None:
    """Refuse an indicator if one that it is made of isn't there.

    Raises:
        StaleError: There is such a one: it failed, or its only load was undone.
    """
    absent = [name for name in plan.spec.inputs if name not in shelf.made]
    if absent:
        made_of = f"{' and '.join(absent)}, which it is made of, failed"
        raise StaleError(f"It keeps its last values, as {made_of}.", "Mend that first; this one follows by itself.")
    without_load = [name for name in plan.spec.inputs if name not in shelf.loads]
    empty = [name for name in without_load if shelf.made[name].on_hold and shelf.made[name].frame.empty]
    if empty:
        made_of = f"{' and '.join(empty)}, which it is made of, is on hold and has no values"
        raise StaleError(f"It keeps its last values, as {made_of}.", "Mend that first; this one follows by itself.")
