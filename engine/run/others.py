"""What other indicators have to say of one before it is loaded: by another route, and of another time."""

from __future__ import annotations

import pandas as pd

from ..errors import StaleError
from ..plan import Plan
from ..warehouse.tables import VALUE
from ..warehouse.warehouse import Warehouse
from .current import at_vintage
from .extract import Extracted
from .shelf import Shelf


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
