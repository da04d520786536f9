"""The questions of a whole run: put when their turn comes, or several at once and ahead of time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from threading import Semaphore, Thread
from types import TracebackType
from typing import Protocol, Self

from ..plan import Plan
from .asking import Asked, ask
from .desk import Desk

_AHEAD = 2


class Questions(Protocol):
    """Somebody who asks for the plans of a run."""

    def take(self, plan: Plan) -> Asked:
        """What was answered, or is now; it belongs to who takes it."""

    def leave(self, plan: Plan) -> None:
        """Say that a plan's turn is over, whether its answers were taken or not."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class OneByOne:
    """Asks when answers are taken."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def take(self, plan: Plan) -> Asked:
        """Ask now."""
        return ask(plan, self._desk)

    def leave(self, plan: Plan) -> None:
        """Nothing was asked ahead of time."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""


class Ahead:
    """Asks in threads of its own, in the order of the plans, and only so far ahead that answers don't pile up.

    The threads end with the process, whatever they wait for: who interrupts a run waits for no source.
    """

    def __init__(self, plans: Iterable[Plan], desk: Desk, jobs: int) -> None:
        self._desk = desk
        self._waiting = deque(plan for plan in plans if plan.fetch is not None)
        self._answers: dict[str, Future[Asked]] = {plan.spec.id: Future() for plan in self._waiting}
        self._room = Semaphore(jobs * _AHEAD)
        self._threads = [Thread(target=self._work, name=f"asking-{number}", daemon=True) for number in range(jobs)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.clear()
        for future in self._answers.values():
            future.add_done_callback(_close)
        for _ in self._threads:
            self._room.release()

    def take(self, plan: Plan) -> Asked:
        """Wait for the answers."""
        return self._answers.pop(plan.spec.id).result()

    def leave(self, plan: Plan) -> None:
        """Make room for more answers."""
        if plan.fetch is None:
            return
        self._room.release()
        untaken = self._answers.pop(plan.spec.id, None)
        if untaken is not None:
            untaken.add_done_callback(_close)

    def _work(self) -> None:
        while True:
            self._room.acquire()
            try:
                plan = self._waiting.popleft()
            except IndexError:
                return
            future = self._answers[plan.spec.id]
            try:
                future.set_result(ask(plan, self._desk))
            except BaseException as error:  # noqa: BLE001  (it is raised again by who takes the answers)
                future.set_exception(error)


def _close(future: Future[Asked]) -> None:
    """Close the answers that nobody takes."""
    if future.exception() is None:
        future.result().close()
