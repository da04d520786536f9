"""What is loaded: one line for each indicator, from the database alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..settings import DATABASE_NAME, DEMO_DATABASE_NAME, Settings
from ..warehouse.values import IndicatorStatus
from ..warehouse.warehouse import Warehouse
from .assembly import database_url, shown


def database_to_read(settings: Settings, *, demo: bool, said: str) -> tuple[str, str]:
    """The database that a reading command means, and a sentence that says so.

    Where nothing is said and only a demonstration's database is there, that one is read.
    """
    if not (demo or said or settings.database_url):
        root = settings.data_root
        only_demo = not (root / DATABASE_NAME).exists() and (root / DEMO_DATABASE_NAME).exists()
        demo = only_demo
    url = database_url(settings, demo=demo, said=said)
    return url, f"database: {shown(url, settings)}{', a demonstration' if demo else ''}"


def loaded(settings: Settings, now: datetime, *, demo: bool, said: str) -> tuple[list[dict[str, Any]], str]:
    """The lines of ``yhovi status``, and which database they are from.

    Raises:
        StorageError: There is no such database, or it can't be read.
    """
    url, sentence = database_to_read(settings, demo=demo, said=said)
    warehouse = Warehouse.open(url, demo=demo, now=now, create=False)
    try:
        return [_line(status) for status in warehouse.status()], sentence
    finally:
        warehouse.close()


def _line(status: IndicatorStatus) -> dict[str, Any]:
    load = status.last_load
    return {
        "indicator": status.indicator_id,
        "status": status.last_outcome,
        "latest_period": status.latest_period,
        "rows": status.rows,
        "missing": status.missing,
        "withdrawn": status.withdrawn,
        "release": load.release if load else None,
        "retrieved_at": f"{load.retrieved_at:%Y-%m-%d %H:%M}" if load else None,
        "loaded_at": f"{load.committed_at:%Y-%m-%d %H:%M}" if load else None,
        "failure": status.failure if status.last_outcome == "failed" else None,
        "hold": status.hold,
    }
