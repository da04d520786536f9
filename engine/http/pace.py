"""When a host may be asked: its rate budget, and whether it could be reached before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import cast

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from ...connectors.base import Budget

POLITE = Budget(requests=2, seconds=1.0)
"""The budget of a host that has none of its own."""


class Pace:
    """One host's rate budget. Each request books the next free moment, and is told how long it is until then."""

    def __init__(self, budget: Budget, now: Callable[[], datetime]) -> None:
        self._buckets = [InMemoryBucket([Rate(most, max(1, round(span * 1000)))]) for most, span in budget.windows]
        self._now = now
        self._seen = self._next = self._closed = 0
        self._lock = Lock()

    def book(self) -> float:
        """Seconds to wait. The limiter's own waiting is not used: it reads the clock and sleeps by itself."""
        with self._lock:
            moment = self._moment()
            item = RateItem("request", max(moment, self._next))
            for bucket in self._buckets:
                # whoever took it before has it still, and finds nothing wrong with a later moment
                while not bucket.put(item):
                    item.timestamp += max(1, cast("int", bucket.waiting(item)))
                bucket.leak(moment)
            self._next = item.timestamp
            return (self._next - moment) / 1000

    def hold(self, seconds: float) -> None:
        """Let nobody through for so many seconds from now."""
        with self._lock:
            self._closed = max(self._closed, self._moment() + round(seconds * 1000))
            self._next = max(self._next, self._closed)

    def held(self) -> float:
        """Seconds for which nobody is let through, whatever the budget says."""
        with self._lock:
            return max(0, self._closed - self._moment()) / 1000

    def _moment(self) -> int:
        """The time in milliseconds. If the clock was put back, what was booked is forgotten rather than waited for."""
        moment = round(self._now().timestamp() * 1000)
        if moment < self._seen:
            for bucket in self._buckets:
                bucket.flush()
            self._next = self._closed = moment
        self._seen = moment
        return moment


def strictest(budgets: Iterable[Budget]) -> Budget:
    """One budget that keeps to all of several: what those of one host have to come to."""
    first, *others = dict.fromkeys(budgets)
    together = next((one.together for one in (first, *others) if one.together), "")
    return replace(first, also=(*first.also, *others), together=together)


class Paces:
    """The rate budgets of all hosts; each is made when it is first needed. Those of one name are one."""

    def __init__(self, budgets: Mapping[str, Budget], now: Callable[[], datetime]) -> None:
        self._budgets, self._now = dict(budgets), now
        self._paces: dict[str, Pace] = {}
        self._lock = Lock()

    def of(self, host: str) -> Pace:
        """The budget of a host, which is given with its port if that isn't the usual one."""
        with self._lock:
            budget = self._budgets.get(host) or self._budgets.get(host.partition(":")[0]) or POLITE
            name = budget.together or host
            if name not in self._paces:
                self._paces[name] = Pace(budget, self._now)
            return self._paces[name]


class Reach:
    """Remembers which hosts could not be reached, so that a run without a network ends soon."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lost: dict[str, datetime] = {}
        self._isolated = False

    def is_lost(self, host: str) -> bool:
        """Whether a host was given up on, and is to be left alone for now."""
        until = self._lost.get(host)
        return until is not None and self._now() < until

    def attempts(self, most: int) -> int:
        """How often to try a host: once, if another was given up on and nothing has answered since."""
        return 1 if self._isolated else most

    def lose(self, host: str, rest: float) -> None:
        """Note that a host was given up on, to be left alone for so many seconds."""
        self._lost[host] = self._now() + timedelta(seconds=rest)
        self._isolated = True

    def find(self, host: str) -> None:
        """Note that a host answered."""
        self._lost.pop(host, None)
        self._isolated = False
