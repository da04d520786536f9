"""What came of a run: one outcome for each indicator, and the exit code of all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from ..errors import EXIT_OK, EXIT_SOME_FAILED, YhoviError
from .arrivals import Arrival

Status = Literal["loaded", "unchanged", "backfilled", "on_hold", "checked", "failed", "stale", "not_begun"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many observations a load made new, changed, left, withdrew and held back."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one indicator; ``error`` is set where it failed.

    ``evidence`` says what the source had that was new and how that was found, where the source was asked.
    ``load_id`` is set where a load was committed, ``began`` and ``ended`` once the indicator is done with.
    """

    indicator_id: str
    status: Status
    counts: Counts = Counts()
    warnings: tuple[str, ...] = ()
    error: YhoviError | None = None
    evidence: str | None = None
    load_id: int | None = None
    began: datetime | None = None
    ended: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None where nothing was done."""
        return None if self.began is None or self.ended is None else (self.ended - self.began).total_seconds()

    def line(self) -> dict[str, Any]:
        """As a line of the table that ends a run."""
        names = {"indicator": self.indicator_id, "status": self.status}
        return {**names, **asdict(self.counts), "warnings": len(self.warnings)}

    def described(self) -> dict[str, Any]:
        """As plain data, with every warning and the error in full."""
        error = str(self.error) if self.error else None
        return {**self.line(), "source": self.evidence, "warnings": list(self.warnings), "error": error}


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run, and of the files that lay in the inbox when it began."""

    run_id: str
    outcomes: tuple[Outcome, ...]
    arrivals: tuple[Arrival, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 if all went well, the first cause's code if all failed, 6 if some did."""
        return exit_code(self.outcomes)

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "run_id": self.run_id,
            "exit_code": self.exit_code,
            "outcomes": [outcome.described() for outcome in self.outcomes],
            "inbox": [arrival.described() for arrival in self.arrivals],
        }


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """The exit code for these outcomes together."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if not errors:
        return EXIT_OK
    return errors[0].exit_code if len(errors) == len(outcomes) else EXIT_SOME_FAILED
