"""What there is to tell of a run: plain values, whoever made them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..errors import EXIT_OK
from .channels import When

STALE, ON_HOLD = "stale", "on_hold"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one indicator: how many figures, and of an error the cause and the cure."""

    indicator: str
    status: str
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    held: int = 0
    cause: str = ""
    cure: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether its figures are others than before."""
        return bool(self.new or self.changed or self.withdrawn)

    @property
    def has_failed(self) -> bool:
        """Whether it keeps its last values because something went wrong."""
        return bool(self.cause)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run, or why there was none: then ``cause`` and ``cure`` are set, and maybe no ``run_id``.

    Attributes:
        installation: The name of this installation, so that nobody takes one for another.
        left: What was left in the inbox, a sentence for each file.
    """

    installation: str
    command: str
    at: datetime
    exit_code: int
    run_id: str = ""
    indicators: tuple[Told, ...] = ()
    left: tuple[str, ...] = ()
    cause: str = ""
    cure: str = ""

    def is_wanted(self, when: When) -> bool:
        """Whether people are told who want to hear then."""
        failed = self.exit_code != EXIT_OK
        return when == "always" or failed or (when == "change" and any(one.is_changed for one in self.indicators))

    def described(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "at": self.at.isoformat()}
