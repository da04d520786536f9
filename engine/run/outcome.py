"""What came of a run: one outcome for each indicator, and the exit code of all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import EXIT_OK, EXIT_SOME_FAILED, YhoviError

Status = Literal["loaded", "unchanged", "checked", "failed"]


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
    """What came of one indicator; ``error`` is set where it failed."""

    indicator_id: str
    status: Status
    counts: Counts = Counts()
    warnings: tuple[str, ...] = ()
    error: YhoviError | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    run_id: str
    outcomes: tuple[Outcome, ...]

    @property
    def exit_code(self) -> int:
        """0 if all went well, the first cause's code if all failed, 6 if some did."""
        return exit_code(self.outcomes)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """The exit code for these outcomes together."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if not errors:
        return EXIT_OK
    return errors[0].exit_code if len(errors) == len(outcomes) else EXIT_SOME_FAILED
