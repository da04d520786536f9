"""A run: indicator after indicator, each on its own, so that one that fails stops only those that are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ..bronze import Kept
from ..corrections import correct
from ..errors import EXIT_INTERRUPTED, EXIT_OK, BugError, CheckError, StaleError, YhoviError
from ..plan import Plan
from ..quality import Case, Verdict, judge
from ..warehouse import values
from ..warehouse.warehouse import Warehouse
from . import cards
from .arrivals import Arrival
from .current import Input
from .extract import Desk, Extracted, extract
from .inputs import combine
from .outcome import Counts, Outcome, Result, Status
from .shelf import Shelf, other_route, require_inputs, require_one_time

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Commission:
    """What a run is asked to do: the plans, and how. No warehouse: nothing is loaded.

    With ``backfill`` bytes that are older than those loaded go behind them; otherwise they are refused. What became of
    the files in the inbox, ``arrivals``, is written down.
    """

    plans: Sequence[Plan]
    desk: Desk
    warehouse: Warehouse | None
    mode: values.Mode
    command: str
    backfill: bool = False
    arrivals: tuple[Arrival, ...] = ()


def carry_out(commission: Commission) -> Result:
    """Run every plan and say what came of each.

    Raises:
        StorageError: The database can't be written at all.
        KeyboardInterrupt: After the run has been recorded as interrupted; the indicator in hand was not loaded.
    """
    desk, warehouse = commission.desk, commission.warehouse
    if warehouse is not None:
        start = values.RunStart(desk.run_id, desk.now(), commission.command, commission.mode, desk.engine_version)
        warehouse.start_run(start)
        _describe_geography(commission.plans, warehouse)
        _record_arrivals(commission, warehouse)
    outcomes: list[Outcome] = []
    shelf = Shelf({name for plan in commission.plans for name in (*plan.spec.inputs, *plan.spec.compared)})
    try:
        for plan in commission.plans:
            outcome = _one(plan, commission, shelf)
            outcomes.append(outcome)
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        _finish(commission, outcomes, "interrupted" if interrupted else "failed", EXIT_INTERRUPTED)
        raise
    result = Result(desk.run_id, tuple(outcomes), commission.arrivals)
    _finish(commission, outcomes, _outcome(result), result.exit_code)
    return result


def _describe_geography(plans: Sequence[Plan], warehouse: Warehouse) -> None:
    """Let the database know what the register says; the plans of a run have one register."""
    for registry in [plan.registry for plan in plans[:1]]:
        warehouse.describe_geography(cards.area_changes(registry), cards.small_areas(registry))


def _record_arrivals(commission: Commission, warehouse: Warehouse) -> None:
    """Write down what became of the files in the inbox."""
    desk = commission.desk
    for arrival in commission.arrivals:
        event = "landed" if arrival.outcome == "landed" else "left_in_inbox"
        warehouse.record_event(values.Event(desk.now(), desk.run_id, None, event, str(arrival)))


def _outcome(result: Result) -> values.RunOutcome:
    if result.exit_code == EXIT_OK:
        return "ok"
    return "failed" if all(outcome.error for outcome in result.outcomes) else "partial"


def _finish(commission: Commission, outcomes: Sequence[Outcome], outcome: values.RunOutcome, exit_code: int) -> None:
    if commission.warehouse is None:
        return
    count = [outcome.status for outcome in outcomes].count
    commission.warehouse.finish_run(
        values.RunEnd(
            run_id=commission.desk.run_id,
            finished_at=commission.desk.now(),
            outcome=outcome,
            exit_code=exit_code,
            loaded=count("loaded") + count("backfilled"),
            unchanged=count("unchanged") + count("on_hold"),
            failed=count("failed") + count("stale"),
        )
    )


def _one(plan: Plan, commission: Commission, shelf: Shelf) -> Outcome:
    """One indicator, its failure kept to itself and recorded outside the load's transaction."""
    try:
        require_inputs(plan, shelf)
        return _loaded(plan, commission, shelf)
    except YhoviError as error:
        return _failed(plan, commission, error)
    except Exception as error:  # noqa: BLE001  (a bug met by one indicator must not cost the others)
        return _failed(plan, commission, BugError(error))


def _loaded(plan: Plan, commission: Commission, shelf: Shelf) -> Outcome:
    desk, warehouse = commission.desk, commission.warehouse
    desk.progress.stage(plan.spec.id, "extract")
    extracted = corrected(plan, _extracted(plan, commission, shelf))
    desk.progress.stage(plan.spec.id, "check")
    verdict = judge(case(plan, extracted, desk.now().date(), other_route(plan, shelf, warehouse)))
    if warehouse is not None:
        _journal(plan, extracted, verdict, commission, warehouse)
    _require_passed(verdict)
    judged = _Judged(extracted, verdict)
    if warehouse is not None:
        return _committed(plan, commission, shelf, warehouse, judged)
    shelf.put(plan, lambda: Input(judged.rows, extracted.retrieved_at, extracted.origin))
    return judged.outcome(plan, "checked", Counts(held=len(verdict.held)))


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
    extracted = judged.extracted
    require_one_time(plan, extracted, shelf, warehouse)
    load = cards.load(plan, extracted, commission.desk, backfill=commission.backfill)
    hold = warehouse.hold_on(plan.spec.id, load.row_set_hash, load.plan_fingerprint)
    if hold is not None:
        shelf.put(plan, lambda: cards.input_on_hold(plan, extracted, warehouse))
        return judged.outcome(plan, "on_hold", also=_kept_out(hold, commission, warehouse))
    done = warehouse.load(load, judged.rows, held=cards.held_keys(extracted, judged.verdict))
    behind = done.kind == "backfill"
    made = cards.input_behind if behind else cards.input_of
    shelf.put(plan, lambda: made(plan, extracted, warehouse, done.load_id))
    counts = Counts(done.new, done.changed, done.unchanged, done.withdrawn, done.held)
    status: Status = "backfilled" if behind and done.outcome == "loaded" else done.outcome
    return judged.outcome(plan, status, counts)


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


def _extracted(plan: Plan, commission: Commission, shelf: Shelf) -> Extracted:
    """Extract, or make of other indicators; record what was received, whatever comes of it."""
    if plan.spec.source.base is not None:
        return combine(plan, plan.spec.source.base, shelf.made)
    warehouse, run_id = commission.warehouse, commission.desk.run_id
    kept: list[Kept] = []
    extracted: Extracted | None = None
    try:
        return (extracted := extract(plan, commission.desk, kept, inputs=shelf.made))
    finally:
        if warehouse is not None:
            rows = None if extracted is None else extracted.rows
            warehouse.record_ingestion(cards.ingestions(plan, kept, rows, run_id))
            warehouse.record_dataset(cards.dataset(plan, extracted, run_id))


def _journal(plan: Plan, extracted: Extracted, verdict: Verdict, commission: Commission, warehouse: Warehouse) -> None:
    """Record what the checks said, whether or not it is loaded."""
    run_id, indicator_id = commission.desk.run_id, plan.spec.id
    warehouse.record_findings(run_id, indicator_id, cards.findings(verdict), cards.quality(verdict))
    warehouse.record_rejected(run_id, indicator_id, cards.rejected(extracted, verdict))


def _require_passed(verdict: Verdict) -> None:
    stops = verdict.of("stop")
    if stops:
        said = " ".join(finding.message for finding in stops)
        raise CheckError(said, "Nothing was loaded; what was loaded before is untouched.")


def _failed(plan: Plan, commission: Commission, error: YhoviError) -> Outcome:
    if commission.warehouse is not None:
        desk = commission.desk
        commission.warehouse.record_failure(desk.now(), desk.run_id, plan.spec.id, str(error))
    return Outcome(plan.spec.id, "stale" if isinstance(error, StaleError) else "failed", error=error)
