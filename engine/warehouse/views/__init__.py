"""Every view of the warehouse: its history, and what dashboards read beside the mart's tables.

Each is one query for all databases. Flags are of the databases' own kind of truth value, so that a dashboard shows them
as such. A number that is missing stays empty, with a reason that can be printed beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy.schema import ExecutableDDLElement

from .comparisons import CHANGE_ON_YEAR, LATEST, ROLLING_MEAN, Z_SCORE
from .observations import ALL, HISTORY
from .star import DIM_AREA, DIM_INDICATOR, DIM_PERIOD, FACT
from .state import HELD, REVISIONS, STATE
from .statements import CreateView, DropView, View

__all__ = ("VIEWS", "CreateView", "DropView", "View", "create", "drop")

Execute: TypeAlias = Callable[[ExecutableDDLElement], object]
"""What executes a statement, or writes it down."""

VIEWS: tuple[View, ...] = (
    HISTORY,
    ALL,
    LATEST,
    CHANGE_ON_YEAR,
    ROLLING_MEAN,
    Z_SCORE,
    REVISIONS,
    HELD,
    STATE,
    DIM_INDICATOR,
    DIM_AREA,
    DIM_PERIOD,
    FACT,
)
"""All views, each after those that it reads."""


def create(execute: Execute) -> None:
    """Make all views."""
    for view in VIEWS:
        execute(CreateView(view))


def drop(execute: Execute) -> None:
    """Drop those views that are there."""
    for view in reversed(VIEWS):
        execute(DropView(view))
