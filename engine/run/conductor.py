"""A run: indicator after indicator, each on its own, so that one that fails stops only those that are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..errors import EXIT_INTERRUPTED, EXIT_OK, BugError, StaleError, YhoviError
from ..plan import Plan
from ..warehouse import values
from ..warehouse.warehouse import Warehouse
from . import cards
from .asking import Asked
from .commission import Commission
from .context import about, log_end, log_outcome, log_start
from .hands import hands_for, side_by_side
from .keeping import event, keep, leave
from .outcome import Outcome, Result
from .questions import Ahead, OneByOne, Questions
from .shelf import Shelf, asked_for, require_inputs


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
    done: dict[str, Outcome] = {}
    try:
        _describe(commission)
        with about(run_id=desk.run_id):
            log_start(commission.command, len(commission.plans))
        _carry_out_all(commission, done)
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        _finish(commission, done.values(), "interrupted" if interrupted else "failed", EXIT_INTERRUPTED)
        raise
    names = [plan.spec.id for plan in commission.plans]
    outcomes = tuple(done.get(name) or Outcome(name, "not_begun") for name in names)
    result = Result(desk.run_id, outcomes, commission.arrivals)
    _finish(commission, outcomes, _outcome(result), result.exit_code)
    return result


def _describe(commission: Commission) -> None:
    """Write down what a run knows before it does anything."""
    if commission.warehouse is not None:
        _describe_geography(commission.plans, commission.warehouse)
        _record_arrivals(commission, commission.warehouse)


def _carry_out_all(commission: Commission, done: dict[str, Outcome]) -> None:
    """Every plan; what came of each is put in ``done`` as it is known."""
    shelf = Shelf(asked_for(commission.plans), commission.warehouse)
    done |= {plan.spec.id: left for plan in commission.plans if (left := leave(plan, commission, shelf)) is not None}
    for outcome in _each([plan for plan in commission.plans if plan.spec.id not in done], commission, shelf):
        with about(run_id=commission.desk.run_id, indicator_id=outcome.indicator_id):
            log_outcome(outcome)
        done[outcome.indicator_id] = outcome


def _each(plans: Sequence[Plan], commission: Commission, shelf: Shelf) -> Iterator[Outcome]:
    """What came of each plan, in one process or in several; none is begun after a failure, if so wished."""
    hands = hands_for(plans, commission)
    if hands > 1:
        yield from side_by_side(plans, commission, shelf, _by_hand, hands)
        return
    with _questions(plans, commission) as questions:
        for plan in plans:
            yield (outcome := _one(plan, commission, shelf, questions))
            if outcome.error and commission.manner.fail_fast:
                return


def _by_hand(plan: Plan, commission: Commission, shelf: Shelf) -> Outcome:
    return _one(plan, commission, shelf, OneByOne(commission.desk))


def _questions(plans: Sequence[Plan], commission: Commission) -> Questions:
    jobs = commission.manner.jobs
    return Ahead(plans, commission.desk, jobs) if jobs > 1 else OneByOne(commission.desk)


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


def _finish(commission: Commission, outcomes: Iterable[Outcome], outcome: values.RunOutcome, exit_code: int) -> None:
    with about(run_id=commission.desk.run_id):
        log_end(exit_code)
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
            failed=count("failed") + count("stale") + count("not_begun"),
        )
    )


def _one(plan: Plan, commission: Commission, shelf: Shelf, questions: Questions) -> Outcome:
    """One indicator, from its beginning to its end."""
    desk = commission.desk
    with about(run_id=desk.run_id, indicator_id=plan.spec.id):
        began = desk.now()
        return replace(_tried(plan, commission, shelf, questions), began=began, ended=desk.now())


def _tried(plan: Plan, commission: Commission, shelf: Shelf, questions: Questions) -> Outcome:
    """What came of it, its failure kept to itself and recorded outside the load's transaction."""
    try:
        require_inputs(plan, shelf)
        return _carried_out(plan, commission, shelf, questions)
    except YhoviError as error:
        return _failed(plan, commission, error)
    except Exception as error:  # noqa: BLE001  (a bug met by one indicator must not cost the others)
        return _failed(plan, commission, BugError(error))
    finally:
        questions.leave(plan)


def _carried_out(plan: Plan, commission: Commission, shelf: Shelf, questions: Questions) -> Outcome:
    commission.desk.progress.stage(plan.spec.id, "extract")
    if plan.fetch is None:
        return _made_or_kept(plan, None, commission, shelf)
    with questions.take(plan) as asked:
        return _made_or_kept(plan, asked, commission, shelf)


def _made_or_kept(plan: Plan, asked: Asked | None, commission: Commission, shelf: Shelf) -> Outcome:
    """Keep what is loaded where the same would come out, and else make it anew."""
    kept = keep(plan, asked, commission, shelf)
    if kept is not None:
        return kept
    from .making import make  # what that takes to import is more than all a run needs that finds nothing new

    made = make(plan, asked, commission, shelf)
    if commission.warehouse is not None and made.status != "on_hold":  # of which more is said where it is found
        commission.warehouse.record_event(event(made, commission))
    return made


def _failed(plan: Plan, commission: Commission, error: YhoviError) -> Outcome:
    if commission.warehouse is not None:
        desk = commission.desk
        commission.warehouse.record_failure(desk.now(), desk.run_id, plan.spec.id, str(error))
    return Outcome(plan.spec.id, "stale" if isinstance(error, StaleError) else "failed", error=error)
