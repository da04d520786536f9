"""Days and lengths of time as they are typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from ..engine.errors import UsageError

_UNITS: Mapping[str, str] = MappingProxyType({"m": "minutes", "h": "hours", "d": "days"})


def age(said: str) -> timedelta:
    """A length of time: minutes, hours or days.

    Raises:
        UsageError: It isn't one.
    """
    found = re.fullmatch(r"([0-9]{1,4})([mhd])", said.strip())
    if found is None:
        raise UsageError(
            f"--max-age {said} is no length of time.", "Write it as 30m (minutes), 12h (hours) or 7d (days)."
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def day(said: str, option: str) -> date | None:
    """A day; None where nothing is said.

    Raises:
        UsageError: It isn't one.
    """
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise UsageError(f"{option} {said} is no day.", "Write it as year, month and day: 2024-03-31.") from None
