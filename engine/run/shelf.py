"""What came of the indicators that others are made of or compared with, for as long as a run lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from ..errors import StaleError
from ..plan import Plan

if TYPE_CHECKING:
    from .current import Input


class Made(Mapping[str, "Input"]):
    """What there is of indicators, by their ids; looked up when it is asked for first, and then kept."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[], Input]] = {}
        self._made: dict[str, Input] = {}

    def __getitem__(self, name: str) -> Input:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def put(self, name: str, make: Callable[[], Input]) -> None:
        """Say how to look it up."""
        self._makers[name] = make


class Shelf:
    """What is there of those that others ask for, by indicator; ``loads`` are those that stand, by the same."""

    def __init__(self, wanted: set[str]) -> None:
        self._wanted = wanted
        self.made = Made()
        self.loads: dict[str, int] = {}

    def put(self, plan: Plan, made: Callable[[], Input], load_id: int | None = None) -> None:
        """Keep what came of an indicator, if another one asks for it; ``load_id`` is the load that stands, if one does.

        It is looked up when it is asked for: most runs change little.
        """
        if plan.spec.id in self._wanted:
            self.made.put(plan.spec.id, made)
            if load_id is not None:
                self.loads[plan.spec.id] = load_id


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
