"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..bronze import Bronze
from ..plan import Plan
from ..warehouse import values
from ..warehouse.warehouse import Warehouse
from .arrivals import Arrival
from .desk import Desk


@dataclass(frozen=True, slots=True)
class Window:
    """The periods that are to be loaded: those that lie between two days, both included; None for no limit."""

    since: date | None = None
    until: date | None = None

    @property
    def periods(self) -> tuple[date, date] | None:
        """The first and the last day that a load speaks for; None for all."""
        if self.since is None and self.until is None:
            return None
        return self.since or date.min, self.until or date.max


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run goes about it.

    Attributes:
        backfill: Bytes that are older than those loaded go behind them; otherwise they are refused.
        jobs: How many sources are asked at the same time; where none is, how many indicators are made.
        force: What is unchanged is made and loaded again.
        fail_fast: After the first failure nothing else is begun.
        max_age: Answers that are no older aren't asked for again.
        window: The periods to load.
    """

    backfill: bool = False
    jobs: int = 1
    force: bool = False
    fail_fast: bool = False
    max_age: timedelta | None = None
    window: Window = Window()


@dataclass(frozen=True, slots=True)
class Commission:
    """The plans of a run, and what it takes to carry them out. No warehouse: nothing is loaded.

    What became of the files in the inbox, ``arrivals``, is written down; ``done`` are the indicators of which an
    earlier run, that is resumed, left nothing to do.
    """

    plans: Sequence[Plan]
    desk: Desk
    bronze: Bronze
    warehouse: Warehouse | None
    mode: values.Mode
    command: str
    manner: Manner = Manner()
    arrivals: tuple[Arrival, ...] = ()
    done: Collection[str] = frozenset()
