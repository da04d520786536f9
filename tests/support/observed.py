"""What a database shows of its indicators."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

Observed = dict[tuple[str, ...], dict[str, Any]]

_KEY = ("indicator_id", "area_code", "time_period")


def observed(database: Path, *more: str) -> Observed:
    """What is current of each indicator, area and period, and of what else the keys shall have."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("select * from observation_current").fetchall()
    return {tuple(row[name] for name in (*_KEY, *more)): dict(row) for row in found}
