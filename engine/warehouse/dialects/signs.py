"""What an examination of a database finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

_APART = timedelta(minutes=2)

State = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at, in a sentence, and what to do about it."""

    state: State
    found: str
    cure: str = ""


def of_clock(server: datetime, here: datetime) -> Sign:
    """Whether a server's clock and this machine's agree; ``server`` is in UTC and may say so or not."""
    apart = abs((server if server.tzinfo else server.replace(tzinfo=UTC)) - here)
    if apart <= _APART:
        return Sign("ok", "its clock and this machine's agree")
    return Sign(
        "warning",
        f"its clock and this machine's are {apart.total_seconds() / 60:.0f} minutes apart",
        "Set both by a time server: as-of questions compare moments that both wrote down.",
    )


def of_version(title: str, version: str, driver: str, *, supported: bool, oldest: str) -> Sign:
    """Whether the server's version is one that yhovi is made for."""
    found = f"{title} {version}, through {driver}"
    if supported:
        return Sign("ok", found)
    return Sign("failure", found, f"yhovi needs {title} {oldest} or newer.")
