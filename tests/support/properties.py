"""How often properties are tried."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

NIGHTLY = "nightly"
_LEAST = 6


def tried(times: int, **more: Any) -> settings:
    """So often by night (``--hypothesis-profile=nightly``), and about a quarter as often else; for what takes long."""
    by_night = settings.get_current_profile_name() == NIGHTLY
    return settings(max_examples=times if by_night else max(times // 4, _LEAST), **more)
