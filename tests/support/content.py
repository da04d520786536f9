"""The content of a database's ``indicators``, for comparing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

_NAMES_OF_A_RUN = ("id", "pipeline_run_id")


def rows(database: Path, indicator: str = "%") -> list[dict[str, Any]]:
    """Every row, less what names the run that made it, in a stable order."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(
            "select * from indicators where indicator_id like ? order by indicator_id, lad_code, reference_period",
            (indicator,),
        ).fetchall()
    return [{name: row[name] for name in row.keys() if name not in _NAMES_OF_A_RUN} for row in found]  # noqa: SIM118


def count(database: Path, table: str) -> int:
    """How many rows a table has."""
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(f'select count(*) from "{table}"').fetchone()[0])  # noqa: S608
