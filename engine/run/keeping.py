"""Indicators that stay as they are loaded: nothing is asked of them, or the same would come out again."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from ..bronze import Record
from ..plan import Plan
from ..warehouse import values
from ..warehouse.values import LoadRecord
from ..warehouse.warehouse import Warehouse
from . import cards
from .asking import Asked
from .commission import Commission
from .outcome import Counts, Outcome
from .shelf import Entry, Shelf
from .unchanged import archived, load_that_stands, recently_asked

if TYPE_CHECKING:
    from .current import Input


def leave(plan: Plan, commission: Commission, shelf: Shelf) -> Outcome | None:
    """What there is of an indicator that isn't asked for: an earlier run saw to it, or asked not long ago.

    None where it is to be asked for.
    """
    warehouse, is_done = commission.warehouse, plan.spec.id in commission.done
    if warehouse is None:
        return None
    load = warehouse.last_load(plan.spec.id) if is_done else recently_asked(plan, commission)
    if load is None:
        return None
    shelf.put(plan.spec.id, _entry(plan, load))
    said = "done by the run that is resumed" if is_done else "asked for not long ago"
    return Outcome(plan.spec.id, "unchanged", _counts(load), evidence=said)


def keep(plan: Plan, asked: Asked | None, commission: Commission, shelf: Shelf) -> Outcome | None:
    """What there is of an indicator that would come out as it is loaded; None where it has to be made.

    That nothing is new is written down. What is said about the indicator may be new all the same, and is taken over.
    """
    warehouse = commission.warehouse
    load = load_that_stands(plan, asked, commission, shelf)
    if warehouse is None or load is None:
        return None
    record = _finished(asked, load, commission) if asked else None
    evidence = str(record.evidence) if record and record.evidence else None
    warnings = tuple(warehouse.findings(load.run_id, plan.spec.id))
    outcome = Outcome(plan.spec.id, "unchanged", _counts(load), warnings, evidence=evidence)
    if load.spec_hash != plan.spec.digest:
        warehouse.relabel(cards.card(plan), plan.vintage)
    _write_down(plan, record, outcome, commission, warehouse)
    shelf.put(plan.spec.id, _entry(plan, load))
    return outcome


def event(outcome: Outcome, commission: Commission) -> values.Event:
    """What came of an indicator, as a line of the audit."""
    counts = ", ".join(f"{number} {name}" for name, number in asdict(outcome.counts).items() if number)
    desk = commission.desk
    return values.Event(desk.now(), desk.run_id, outcome.indicator_id, outcome.status, counts)


def _finished(asked: Asked, load: LoadRecord, commission: Commission) -> Record | None:
    """The manifest of an exchange whose rows are known, as the answers are those of another one."""
    before = archived(asked, load, commission)
    return asked.finish(before.rows, before.row_set) if before else None


def _write_down(
    plan: Plan, record: Record | None, outcome: Outcome, commission: Commission, warehouse: Warehouse
) -> None:
    run_id = commission.desk.run_id
    if record is None:
        warehouse.record_unchanged(event(outcome, commission), (), None)
        return
    retrieved_at = max(one.retrieved_at for one in record.kept)
    state = cards.dataset(plan, run_id, retrieved_at=retrieved_at, rows=record.rows)
    ingestions = cards.ingestions(plan, record.kept, record.rows, run_id)
    warehouse.record_unchanged(event(outcome, commission), ingestions, state)


def _entry(plan: Plan, load: LoadRecord) -> Entry:
    """What is loaded of an indicator, for those that are made of it."""
    return Entry(partial(_standing, indicator_id=plan.spec.id), load.load_id)


def _standing(warehouse: Warehouse, indicator_id: str) -> Input:
    from . import current

    return current.standing(warehouse, indicator_id)


def _counts(load: LoadRecord) -> Counts:
    return Counts(unchanged=load.rows_new + load.rows_changed + load.rows_unchanged, held=load.rows_held)
