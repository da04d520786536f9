"""From answers to a load: read, corrected, checked and committed, or made of other indicators."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ..corrections import correct
from ..errors import CheckError
from ..plan import Plan
from ..quality import Case, Verdict, judge
from ..warehouse import values
from ..warehouse.warehouse import Warehouse
from . import cards, current, loads
from .asking import Asked
from .commission import Commission, Window
from .current import Input
from .extract import Extracted, understand
from .inputs import combine
from .others import other_route, require_one_time
from .outcome import Counts, Outcome, Status
from .shelf import Entry, Shelf

if TYPE_CHECKING:
    import pandas as pd


def make(plan: Plan, asked: Asked | None, commission: Commission, shelf: Shelf) -> Outcome:
    """Carry out a plan, from what was answered to the load, and keep what came of it for those that are made of it.

    Raises:
        YhoviError: Nothing was loaded, and what was loaded before is untouched.
    """
    desk, warehouse = commission.desk, commission.warehouse
    extracted = corrected(plan, _extracted(plan, asked, commission, shelf))
    desk.progress.stage(plan.spec.id, "check")
    verdict = judge(case(plan, extracted, desk.now().date(), other_route(plan, shelf, warehouse)))
    if warehouse is not None:
        _journal(plan, extracted, verdict, commission, warehouse)
    _require_passed(verdict)
    judged = _Judged(extracted, verdict)
    if warehouse is not None:
        return _committed(plan, commission, shelf, warehouse, judged)
    shelf.have(plan, Input(judged.rows, extracted.retrieved_at, extracted.origin))
    return judged.outcome(plan, "checked", Counts(held=len(verdict.held)))


def _extracted(plan: Plan, asked: Asked | None, commission: Commission, shelf: Shelf) -> Extracted:
    """Read what was answered, or make it of other indicators; record what was received, whatever comes of it."""
    if plan.spec.source.base is not None:
        return combine(plan, plan.spec.source.base, shelf.made)
    if asked is None:
        raise ValueError(f"nothing was asked for {plan.spec.id}")
    warehouse, run_id = commission.warehouse, commission.desk.run_id
    extracted: Extracted | None = None
    try:
        return (extracted := understand(asked, shelf.made))
    finally:
        if warehouse is not None:
            rows = None if extracted is None else extracted.rows
            retrieved_at = None if extracted is None else extracted.retrieved_at
            warehouse.record_ingestion(cards.ingestions(plan, asked.kept, rows, run_id))
            warehouse.record_dataset(cards.dataset(plan, run_id, retrieved_at=retrieved_at, rows=rows))


class _Judged(NamedTuple):
    """What was extracted, and what the checks said of it."""

    extracted: Extracted
    verdict: Verdict

    @property
    def rows(self) -> pd.DataFrame:
        """The observations that aren't held back."""
        return self.extracted.observed.frame.drop(index=sorted(self.verdict.held))

    def outcome(self, plan: Plan, status: Status, counts: Counts = Counts(), also: str = "") -> Outcome:  # noqa: B008
        """What came of it, with the warnings of the checks and maybe one more."""
        warnings = [finding.message for finding in self.verdict.findings if finding.severity != "stop"]
        warnings += [also] if also else []
        news = str(self.extracted.evidence) if self.extracted.evidence else None
        return Outcome(plan.spec.id, status, counts, tuple(warnings), evidence=news)


def _committed(plan: Plan, commission: Commission, shelf: Shelf, warehouse: Warehouse, judged: _Judged) -> Outcome:
    """Load it, unless the same was undone before; keep what came of it for those that are made of it."""
    commission.desk.progress.stage(plan.spec.id, "load")
    extracted, name = judged.extracted, plan.spec.id
    require_one_time(plan, extracted, shelf, warehouse)
    load = loads.load_of(plan, extracted, commission.desk, commission.manner)
    hold = warehouse.hold_on(name, load.row_set_hash, load.plan_fingerprint)
    if hold is not None:
        shelf.put(name, Entry(partial(current.on_hold, indicator_id=name, retrieved_at=extracted.retrieved_at)))
        return judged.outcome(plan, "on_hold", also=_kept_out(hold, commission, warehouse))
    rows = _inside(judged.rows, commission.manner.window)
    done = warehouse.load(load, rows, held=loads.held_keys(extracted, judged.verdict))
    counts = Counts(done.new, done.changed, done.unchanged, done.withdrawn, done.held)
    if done.kind == "backfill":
        made = Input(judged.rows, extracted.retrieved_at, extracted.origin, done.load_id)
        shelf.put(name, Entry(partial(current.behind, indicator_id=name, made=made)))
        status: Status = "backfilled" if done.outcome == "loaded" else done.outcome
        return replace(judged.outcome(plan, status, counts), load_id=done.load_id)
    shelf.put(name, Entry(partial(current.standing, indicator_id=name), done.load_id))
    return replace(judged.outcome(plan, done.outcome, counts), load_id=done.load_id)


def _inside(rows: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows of periods that are to be loaded."""
    periods = window.periods
    if periods is None:
        return rows
    first, last = (day.isoformat() for day in periods)
    return rows[(rows["period_start"] >= first) & (rows["period_end"] <= last)]


def _kept_out(hold: values.Hold, commission: Commission, warehouse: Warehouse) -> str:
    """Write down that something isn't loaded, as it was undone before; in a sentence."""
    said = (
        f"{hold.reason} The answers and the plan are still the same, so that they aren't loaded again: it keeps the"
        f" values of before. To load them all the same: yhovi release-hold {hold.indicator_id}, then run it."
    )
    desk = commission.desk
    warehouse.record_event(values.Event(desk.now(), desk.run_id, hold.indicator_id, "on_hold", said))
    return said


def case(plan: Plan, extracted: Extracted, today: date, other: pd.DataFrame | None = None) -> Case:
    """What the checks of an indicator judge; ``other`` is what it has to agree with, as far as that is at hand."""
    return Case(
        observed=extracted.observed,
        checks=plan.checks,
        areas=plan.areas,
        level=plan.spec.source.level,
        release=extracted.release,
        measured=plan.spec.measure.measured,
        accept=plan.spec.accept,
        today=today,
        other=other,
    )


def corrected(plan: Plan, extracted: Extracted) -> Extracted:
    """What was extracted, with the corrections that the spec makes."""
    if not plan.spec.corrections:
        return extracted
    return replace(extracted, observed=correct(extracted.observed, plan.spec.corrections))


def _journal(plan: Plan, extracted: Extracted, verdict: Verdict, commission: Commission, warehouse: Warehouse) -> None:
    """Record what the checks said, whether or not it is loaded."""
    run_id, indicator_id = commission.desk.run_id, plan.spec.id
    warehouse.record_findings(run_id, indicator_id, loads.findings(verdict), loads.quality(verdict))
    warehouse.record_rejected(run_id, indicator_id, loads.rejected(extracted, verdict))


def _require_passed(verdict: Verdict) -> None:
    stops = verdict.of("stop")
    if stops:
        said = " ".join(finding.message for finding in stops)
        raise CheckError(said, "Nothing was loaded; what was loaded before is untouched.")
