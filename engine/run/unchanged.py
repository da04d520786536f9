"""Whether an indicator would come out as it is loaded, so that nothing has to be read, made or written.

What makes a result the same: the plan, which has the register's rows in it; the answers, and the edition that they are
said to be; the loads that it is made of. What may make a check judge otherwise is asked too.
"""

from __future__ import annotations

from ..bronze import Record
from ..plan import Plan
from ..warehouse.values import LoadRecord
from ..warehouse.warehouse import Warehouse
from .answers import archive_names, is_same
from .asking import Asked, fetch_of
from .commission import Commission
from .shelf import Shelf


def load_that_stands(plan: Plan, asked: Asked | None, commission: Commission, shelf: Shelf) -> LoadRecord | None:
    """The load that a plan would only make again; None where there is none, or it can't be known without making it.

    Raises:
        StorageError: The database or the archive can't be read.
    """
    warehouse, manner = commission.warehouse, commission.manner
    if warehouse is None or manner.force or manner.backfill or manner.window.periods:
        return None
    load = of_this_plan(plan, warehouse)
    if load is None or _is_judged_otherwise(plan, load, commission, warehouse):
        return None
    if not _is_of_these_loads(plan, load, warehouse, shelf):
        return None
    return load if asked is None or _is_of_these_answers(asked, load, commission) else None


def of_this_plan(plan: Plan, warehouse: Warehouse) -> LoadRecord | None:
    """The newest load that stands, if it is of the newest bytes, and of this very plan."""
    load = warehouse.last_load(plan.spec.id)
    return load if load and load.kind == "load" and load.plan_fingerprint == plan.fingerprint else None


def _is_judged_otherwise(plan: Plan, load: LoadRecord, commission: Commission, warehouse: Warehouse) -> bool:
    """Whether a check may come out otherwise: what is accepted for a time, or what another route says."""
    today = commission.desk.now().date()
    if any(one.until < today for one in plan.spec.accept):
        return True
    others = filter(None, map(warehouse.last_load, plan.spec.compared))
    return any(other.load_id > load.load_id for other in others)


def _is_of_these_loads(plan: Plan, load: LoadRecord, warehouse: Warehouse, shelf: Shelf) -> bool:
    if not plan.spec.inputs:
        return True
    stand = {shelf.loads.get(name) for name in plan.spec.inputs}
    return stand == set(warehouse.inputs_of(load.load_id))


def recently_asked(plan: Plan, commission: Commission) -> LoadRecord | None:
    """The load that stands of a plan whose source was asked so recently that it isn't asked again."""
    manner, warehouse = commission.manner, commission.warehouse
    if manner.max_age is None or plan.fetch is None or warehouse is None:
        return None
    load = of_this_plan(plan, warehouse)
    newest = commission.bronze.newest(*archive_names(plan.fetch), plan.fetch.key)
    if load is None or newest is None or newest.row_set is None:
        return None
    return load if newest.finished_at >= commission.desk.now() - manner.max_age else None


def archived(asked: Asked, load: LoadRecord, commission: Commission) -> Record | None:
    """The exchange that a load was made from; None where the archive has it no more, or it couldn't be read."""
    if load.exchange_id is None:
        return None
    fetch = fetch_of(asked.plan)
    record = commission.bronze.exchange(*archive_names(fetch), load.exchange_id, fetch.key)
    return record if record and record.row_set else None


def _is_of_these_answers(asked: Asked, load: LoadRecord, commission: Commission) -> bool:
    """Whether the source answered as it did for that load."""
    if asked.error is not None or asked.release != load.release:
        return False
    before = archived(asked, load, commission)
    return before is not None and is_same(before.kept, asked.kept)
