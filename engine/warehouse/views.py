"""Every view of the warehouse: its history, and what dashboards read beside the mart's tables.

Each is one query for all databases. Flags are of the databases' own kind of truth value, so that a dashboard shows them
as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from .tables import FLAT, KEY, VALUE, area, current, indicator, load, observation


@dataclass(frozen=True, slots=True)
class View:
    """A view: its name, what makes its query, and a sentence for people."""

    schema: str
    name: str
    about: str
    query: Callable[[], sa.Select[Any]]


def create(connection: Connection) -> None:
    """Make all views."""
    for view in VIEWS:
        connection.execute(CreateView(view))


def drop(connection: Connection) -> None:
    """Drop those views that are there."""
    flat = connection.dialect.name == "sqlite"
    for view in reversed(VIEWS):
        connection.execute(DropView(view, flat=flat))


class CreateView(ExecutableDDLElement):
    """CREATE VIEW."""

    def __init__(self, view: View) -> None:
        self.view = view


class DropView(ExecutableDDLElement):
    """DROP VIEW IF EXISTS."""

    def __init__(self, view: View, *, flat: bool) -> None:
        self.view = view
        self.flat = flat


@compiles(CreateView)
def _create(element: CreateView, compiler: DDLCompiler, **_: Any) -> str:
    view, flat = element.view, compiler.dialect.name == "sqlite"
    query = view.query().compile(
        dialect=compiler.dialect,
        compile_kwargs={"literal_binds": True},
        schema_translate_map=dict(FLAT) if flat else None,
        render_schema_translate=flat,
    )
    return f"CREATE VIEW {_named(view, compiler, flat=flat)} AS\n{query}"


@compiles(DropView)
def _drop(element: DropView, compiler: DDLCompiler, **_: Any) -> str:
    return f"DROP VIEW IF EXISTS {_named(element.view, compiler, flat=element.flat)}"


def _named(view: View, compiler: DDLCompiler, *, flat: bool) -> str:
    quote = compiler.preparer.quote
    return quote(view.name) if flat else f"{quote(view.schema)}.{quote(view.name)}"


def _flag(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.cast(sa.case((condition, sa.literal(1)), else_=sa.literal(0)), sa.Boolean)


def _columns(table: sa.FromClause, names: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    return [table.c[name] for name in names]


def _history() -> sa.Select[Any]:
    """Every state of every key, with when it came in and when the next one did."""
    key = _columns(observation, KEY)
    in_order: dict[str, Any] = {"partition_by": key, "order_by": observation.c.observation_id}
    states = (
        sa.select(
            *observation.columns,
            load.c.committed_at.label("valid_from"),
            load.c.kind,
            sa.func.lead(load.c.committed_at).over(**in_order).label("valid_to"),
            sa.func.lead(observation.c.observation_id).over(**in_order).label("next_id"),
        )
        .join_from(observation, load, load.c.load_id == observation.c.load_id)
        .subquery("states")
    )
    shown = [name for name in observation.columns.keys() if name != "row_hash"]  # noqa: SIM118
    return sa.select(
        *_columns(states, shown),
        states.c.valid_from,
        states.c.valid_to,
        _flag(states.c.next_id.is_(None)).label("is_current"),
    )


def _all() -> sa.Select[Any]:
    """The mart for all levels and breakdowns.

    Where a withdrawn period ends on the same day as another one, the live one is shown, else the one withdrawn last.
    """
    live = current.c.action == VALUE
    series = _columns(current, ("indicator_id", "area_code", "area_vintage", "breakdown"))
    first = [sa.case((live, 0), else_=1), current.c.observation_id.desc()]
    placed = sa.select(
        *current.columns,
        sa.func.row_number().over(partition_by=[*series, current.c.period_end], order_by=first).label("place"),
        sa.func.max(sa.case((live, current.c.period_end))).over(partition_by=series).label("newest"),
    ).subquery("placed")
    of_indicator = sa.and_(
        indicator.c.indicator_id == placed.c.indicator_id, indicator.c.target_vintage == placed.c.area_vintage
    )
    of_area = sa.and_(area.c.area_code == placed.c.area_code, area.c.area_vintage == placed.c.area_vintage)
    return (
        sa.select(
            placed.c.observation_id.label("id"),
            placed.c.indicator_id,
            *_columns(indicator, ("dataset_id", "domain", "subdomain")),
            placed.c.area_code,
            area.c.name.label("area_name"),
            area.c.level.label("area_level"),
            placed.c.area_vintage,
            placed.c.breakdown,
            placed.c.period_end.label("reference_period"),
            placed.c.value,
            indicator.c.unit,
            indicator.c.publisher.label("source"),
            placed.c.retrieved_at.label("extracted_at"),
            load.c.run_id.label("pipeline_run_id"),
            *_columns(placed, ("obs_status", "status_flags", "status_reason", "lower_ci", "upper_ci", "time_period")),
            _flag(sa.and_(placed.c.action == VALUE, placed.c.period_end == placed.c.newest)).label("is_latest"),
            placed.c.origin,
        )
        .join_from(placed, indicator, of_indicator)
        .join(area, of_area)
        .join(load, load.c.load_id == placed.c.load_id)
        .where(placed.c.place == 1, indicator.c.publish)
    )


VIEWS: tuple[View, ...] = (
    View("core", "observation_history", "Every state of every observation, and from when to when it held.", _history),
    View("mart", "indicators_all", "The mart's table for all levels of areas and all breakdowns.", _all),
)
