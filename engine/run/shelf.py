"""What came of the indicators that others are made of or compared with, for as long as a run lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from ..errors import StaleError
from ..plan import Plan
from ..warehouse.tables import VALUE
from ..warehouse.warehouse import Warehouse
from .current import Input, at_vintage
from .extract import Extracted


@dataclass
class Shelf:
    """What is there of those that others ask for, by indicator."""

    wanted: set[str]
    made: dict[str, Input] = field(default_factory=dict)

    def put(self, plan: Plan, made: Callable[[], Input]) -> None:
        """Keep what came of an indicator, if another one asks for it."""
        if plan.spec.id in self.wanted:
            self.made[plan.spec.id] = made()


def require_inputs(plan: Plan, shelf: Shelf) -> None:
    """Refuse an indicator if one that it is made of isn't there.

    Raises:
        StaleError: There is such a one: it failed, or its only load was undone.
    """
    absent = [name for name in plan.spec.inputs if name not in shelf.made]
    if absent:
        made_of = f"{' and '.join(absent)}, which it is made of, failed"
        raise StaleError(f"It keeps its last values, as {made_of}.", "Mend that first; this one follows by itself.")
    empty = [name for name in plan.spec.inputs if shelf.made[name].on_hold and shelf.made[name].frame.empty]
    if empty:
        made_of = f"{' and '.join(empty)}, which it is made of, is on hold and has no values"
        raise StaleError(f"It keeps its last values, as {made_of}.", "Mend that first; this one follows by itself.")


def other_route(plan: Plan, shelf: Shelf, warehouse: Warehouse | None) -> pd.DataFrame | None:
    """What is current of the indicator that this one has to agree with: as this run made it, else as it is loaded.

    None where nothing is.
    """
    for name in plan.spec.compared:
        if name in shelf.made:
            return at_vintage(shelf.made[name], plan.vintage).frame
        rows = warehouse.observations(name) if warehouse is not None else ()
        live = [row for row in rows if row["action"] == VALUE and row["area_vintage"] == plan.vintage]
        if live:
            return pd.DataFrame(live)
    return None


def require_one_time(plan: Plan, extracted: Extracted, shelf: Shelf, warehouse: Warehouse) -> None:
    """Refuse an indicator of which the old and the new would be mixed: some that it is made of went behind newer ones.

    Raises:
        StaleError: Others that it is made of are as they are now, or it would itself become the newest.
    """
    behind = [name for name in plan.spec.inputs if shelf.made[name].behind]
    if not behind:
        return
    newest = warehouse.newest_retrieved(plan.spec.id)
    if len(behind) < len(plan.spec.inputs):
        why = f"of what it is made of only {' and '.join(behind)} went behind newer values"
    elif newest is None or extracted.retrieved_at >= newest:
        why = f"{' and '.join(behind)}, which it is made of, went behind newer values, and it is itself no older"
    else:
        return
    raise StaleError(
        f"It keeps its last values: {why}, so that old and new would be mixed.",
        "Put all that it is made of behind newer values in one run, once it is loaded of those.",
    )
