"""Several hands: processes of which each carries out one plan after the other, where nothing is asked of a source.

Only Linux has them: elsewhere a process can't be doubled as it is, with all that a run knows.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from ..errors import StorageError
from ..plan import Plan
from .commission import Commission
from .outcome import Outcome
from .progress import Stage
from .shelf import Entry, Shelf, asked_for

Carry = Callable[[Plan, Commission, Shelf], Outcome]

_FEWEST = 8
"""How many plans a hand has to get to be worth what it takes to have it."""

_PATIENCE = 10.0
"""How many seconds somebody has to finish what is in hand; after them the database takes it back."""


def hands_for(plans: Collection[Plan], commission: Commission) -> int:
    """How many hands carry out these plans; 1 stands for this very process.

    Sources are asked by one process alone, which keeps their budgets and asks nothing twice. What went behind newer
    values, or isn't loaded at all, is known to the process alone that made it.
    """
    manner = commission.manner
    if sys.platform != "linux" or commission.mode == "live" or manner.backfill or commission.warehouse is None:
        return 1
    return max(1, min(manner.jobs, len(plans) // _FEWEST))


def side_by_side(
    plans: Sequence[Plan], commission: Commission, shelf: Shelf, carry: Carry, hands: int
) -> Iterator[Outcome]:
    """Carry out plans in several processes, and say what came of each as it is known.

    Those that an indicator is made of or compared with come before it. What is begun is brought to its end, also when
    nobody wants to know more.

    Args:
        plans: What to do, in an order in which they could be done one by one.
        commission: What it takes.
        shelf: What there is already of others, and where what comes is put.
        carry: Carries out one plan; it is called in another process.
        hands: How many processes.
    """
    office = _Office(plans, commission, shelf, carry)
    try:
        for _ in range(hands):
            office.hire()
        yield from office.work()
    finally:
        office.dismiss()


class _Task(NamedTuple):
    """A plan to carry out, by its place, and what there is of those that it asks for."""

    place: int
    entries: Mapping[str, Entry]


class _Done(NamedTuple):
    """What came of a plan, and how it is looked up by others."""

    outcome: Outcome
    entry: Entry | None


class _Told(NamedTuple):
    """How far a plan is."""

    indicator: str
    stage: Stage


@dataclass
class _Hand:
    """A process, the line to it, and what it has in hand."""

    process: BaseProcess
    line: Connection
    plan: Plan | None = None


@dataclass
class _Office:
    """Hands out plans whose inputs are there, in their order, and takes in what came of them."""

    plans: Sequence[Plan]
    commission: Commission
    shelf: Shelf
    carry: Carry
    hands: list[_Hand] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._waiting = list(range(len(self.plans)))
        self._open = {plan.spec.id: place for place, plan in enumerate(self.plans)}

    def hire(self) -> None:
        """Have one process more."""
        if self.commission.warehouse is not None:
            self.commission.warehouse.close()  # two processes can't have one connection
        context: Any = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        lines = [ours, *(hand.line for hand in self.hands)]
        job = (theirs, lines, self.plans, self.commission, self.carry)
        process = context.Process(target=_labour, args=job, daemon=True)
        process.start()
        theirs.close()
        self.hands.append(_Hand(process, ours))

    def work(self) -> Iterator[Outcome]:
        """What came of the plans, as each is known."""
        self._hand_out()
        while busy := [hand for hand in self.hands if hand.plan is not None]:
            heard = wait([hand.line for hand in busy])
            for hand in busy:
                if hand.line in heard:
                    yield from self._heard(hand)
            self._hand_out()

    def dismiss(self) -> None:
        """Let everyone finish what they have in hand, and go."""
        for hand in self.hands:
            hand.line.close()
        for hand in self.hands:
            hand.process.join(_PATIENCE)
            hand.process.kill()

    def _hand_out(self) -> None:
        for hand in self.hands:
            ready = next(filter(self._is_ready, self._waiting), None)
            if ready is None:
                return
            if hand.plan is None:
                self._waiting.remove(ready)
                hand.plan = self.plans[ready]
                entries = {name: entry for name in asked_for([hand.plan]) if (entry := self.shelf.entries.get(name))}
                with suppress(OSError):  # that somebody is gone is found out when there is no answer
                    hand.line.send(_Task(ready, entries))

    def _is_ready(self, place: int) -> bool:
        """Whether nothing is open that comes before a plan and that it asks for."""
        return all(self._open.get(name, place) >= place for name in asked_for([self.plans[place]]))

    def _heard(self, hand: _Hand) -> Iterator[Outcome]:
        plan = hand.plan
        if plan is None:
            return
        try:
            said: _Told | _Done = hand.line.recv()
        except (EOFError, OSError):
            said = _Done(self._replaced(hand, plan), None)
        if isinstance(said, _Told):
            self.commission.desk.progress.stage(*said)
            return
        hand.plan = None
        del self._open[plan.spec.id]
        if said.entry is not None:
            self.shelf.put(plan.spec.id, said.entry)
        if said.outcome.error and self.commission.manner.fail_fast:
            self._waiting.clear()
        yield said.outcome

    def _replaced(self, hand: _Hand, plan: Plan) -> Outcome:
        """What came of a plan whose process is gone; another one takes its place."""
        desk, warehouse = self.commission.desk, self.commission.warehouse
        self.hands.remove(hand)
        hand.line.close()
        self.hire()
        gone = _gone(plan, hand.process)
        if warehouse is not None:
            warehouse.record_failure(desk.now(), desk.run_id, plan.spec.id, str(gone.error))
        return gone


def _gone(plan: Plan, process: BaseProcess) -> Outcome:
    process.join(_PATIENCE)
    code = process.exitcode or 0
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    error = StorageError(
        f"The process that worked on it was ended from outside ({how}).",
        "Too little memory is the likely cause. Run it again with --jobs 1.",
    )
    return Outcome(plan.spec.id, "failed", error=error)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells the office how far a plan is."""

    line: Connection

    def stage(self, indicator: str, stage: Stage) -> None:
        with suppress(OSError):  # nobody listens any more: what is begun comes to its end all the same
            self.line.send(_Told(indicator, stage))

    def received(self, size: int, announced: int | None) -> None:
        """Nothing is received from a source."""

    def read(self, rows: int) -> None:
        """One line can't show what several hands read."""


def _labour(
    line: Connection, lines: Sequence[Connection], plans: Sequence[Plan], commission: Commission, carry: Carry
) -> None:
    """What a process does: one plan after the other, until there is nobody to tell what came of it."""
    for other in lines:
        other.close()
    # Ctrl-C is the office's: it lets what is begun come to its end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    commission = replace(commission, desk=replace(commission.desk, progress=_Teller(line)))
    shelf = Shelf(asked_for(plans), commission.warehouse)
    with suppress(EOFError, OSError):
        while True:
            task: _Task = line.recv()
            for name, entry in task.entries.items():
                shelf.put(name, entry)
            plan = plans[task.place]
            outcome = carry(plan, commission, shelf)
            line.send(_Done(outcome, shelf.entries.get(plan.spec.id)))
    os._exit(0)
