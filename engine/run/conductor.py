"""A run: indicator after indicator, each on its own, so that one that fails stops only those that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from ..bronze import Kept
from ..corrections import correct
from ..errors import EXIT_INTERRUPTED, EXIT_OK, BugError, CheckError, StaleError, YhoviError
from ..plan import Plan
from ..quality import Case, Verdict, judge
from ..warehouse import values
from ..warehouse.warehouse import Warehouse
from . import cards
from .current import Input
from .extract import Desk, Extracted, extract
from .inputs import combine
from .outcome import Counts, Outcome, Result

Stage = Literal["extract", "check", "load"]
Tell = Callable[[str, Stage], None]


@dataclass(frozen=True, slots=True)
class Commission:
    """What a run is asked to do: the plans, how, and whom to tell what happens. No warehouse: nothing is loaded."""

    plans: Sequence[Plan]
    desk: Desk
    warehouse: Warehouse | None
    mode: values.Mode
    command: str
    tell: Tell


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
    outcomes: list[Outcome] = []
    shelf = _Shelf({name for plan in commission.plans for name in plan.spec.inputs})
    try:
        for plan in commission.plans:
            outcome = _one(plan, commission, shelf)
            outcomes.append(outcome)
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        _finish(commission, outcomes, "interrupted" if interrupted else "failed", EXIT_INTERRUPTED)
        raise
    result = Result(desk.run_id, tuple(outcomes))
    _finish(commission, outcomes, _outcome(result), result.exit_code)
    return result


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
            loaded=count("loaded"),
            unchanged=count("unchanged"),
            failed=count("failed") + count("stale"),
        )
    )


@dataclass
class _Shelf:
    """What came of the indicators that others are made of, for as long as the run lasts."""

    wanted: set[str]
    made: dict[str, Input] = field(default_factory=dict)

    def put(self, plan: Plan, made: Callable[[], Input]) -> None:
        """Keep what came of an indicator, if another one asks for it."""
        if plan.spec.id in self.wanted:
            self.made[plan.spec.id] = made()

    def absent(self, plan: Plan) -> list[str]:
        """What an indicator is made of and isn't there."""
        return [name for name in plan.spec.inputs if name not in self.made]


def _one(plan: Plan, commission: Commission, shelf: _Shelf) -> Outcome:
    """One indicator, its failure kept to itself and recorded outside the load's transaction."""
    try:
        _require_inputs(plan, shelf)
        return _loaded(plan, commission, shelf)
    except YhoviError as error:
        return _failed(plan, commission, error)
    except Exception as error:  # noqa: BLE001  (a bug met by one indicator must not cost the others)
        return _failed(plan, commission, BugError(error))


def _require_inputs(plan: Plan, shelf: _Shelf) -> None:
    absent = shelf.absent(plan)
    if absent:
        made_of = f"{' and '.join(absent)}, which it is made of, failed"
        raise StaleError(f"It keeps its last values, as {made_of}.", "Mend that first; this one follows by itself.")


def _loaded(plan: Plan, commission: Commission, shelf: _Shelf) -> Outcome:
    desk, warehouse = commission.desk, commission.warehouse
    commission.tell(plan.spec.id, "extract")
    extracted = corrected(plan, _extracted(plan, commission, shelf))
    commission.tell(plan.spec.id, "check")
    verdict = judge(case(plan, extracted, desk.now().date()))
    warnings = tuple(finding.message for finding in verdict.findings if finding.severity != "stop")
    if warehouse is not None:
        _journal(plan, extracted, verdict, commission, warehouse)
    _require_passed(verdict)
    rows = extracted.observed.frame.drop(index=sorted(verdict.held))
    if warehouse is None:
        shelf.put(plan, lambda: Input(rows, extracted.retrieved_at, extracted.origin))
        return Outcome(plan.spec.id, "checked", Counts(held=len(verdict.held)), warnings)
    commission.tell(plan.spec.id, "load")
    load = cards.load(plan, extracted, desk)
    done = warehouse.load(load, rows, held=cards.held_keys(extracted, verdict))
    shelf.put(plan, lambda: cards.input_of(plan, extracted, warehouse, done.load_id))
    counts = Counts(done.new, done.changed, done.unchanged, done.withdrawn, done.held)
    return Outcome(plan.spec.id, done.outcome, counts, warnings)


def case(plan: Plan, extracted: Extracted, today: date) -> Case:
    """What the checks of an indicator judge."""
    return Case(
        observed=extracted.observed,
        checks=plan.checks,
        areas=plan.areas,
        level=plan.spec.source.level,
        release=extracted.release,
        measured=plan.spec.measure.measured,
        accept=plan.spec.accept,
        today=today,
    )


def corrected(plan: Plan, extracted: Extracted) -> Extracted:
    """What was extracted, with the corrections that the spec makes."""
    if not plan.spec.corrections:
        return extracted
    return replace(extracted, observed=correct(extracted.observed, plan.spec.corrections))


def _extracted(plan: Plan, commission: Commission, shelf: _Shelf) -> Extracted:
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
