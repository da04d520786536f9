"""What a spec may hold against its source: corrections of figures, and checks that may fail for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Action = Literal["replace", "withhold", "flag"]


@dataclass(frozen=True, slots=True)
class Correction:
    """A published figure that is wrong, and what is done about it as long as the source still says ``expect``.

    ``expect`` is None where the source prints no number. ``status`` is the reason that a flag adds.
    """

    area: str
    period: str
    action: Action
    expect: float | None
    reason: str
    provider: str
    breakdown: str
    value: float | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A check that may fail for a time, why, and until which day."""

    check: str
    reason: str
    until: date
