"""The star: one table of facts, and what is said of indicators, areas and periods."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..tables import UNDONE, area, current, indicator, load
from .expressions import columns, day_text, month_text, months_of, number_of, part, quarter_of, said, year_text
from .observations import described, is_latest, is_shown, placed
from .statements import View

_TEXT = sa.String(64)


def _fact() -> sa.Select[Any]:
    rows = placed()
    status = sa.case((sa.or_(rows.c.value.is_(None), rows.c.status_reason.is_not(None)), said(rows.c.status_reason)))
    return (
        sa.select(
            rows.c.observation_id,
            rows.c.indicator_id,
            _area_key(rows).label("area_key"),
            rows.c.area_code,
            rows.c.time_period,
            rows.c.period_end.label("reference_period"),
            *columns(rows, ("breakdown", "value", "obs_status", "status_flags", "status_reason")),
            status.label("status_text"),
            *columns(rows, ("lower_ci", "upper_ci", "numerator", "denominator")),
            is_latest(rows).label("is_latest"),
            rows.c.origin,
            rows.c.retrieved_at.label("extracted_at"),
            load.c.run_id.label("pipeline_run_id"),
        )
        .select_from(described(rows))
        .where(is_shown(rows))
    )


def _area_key(table: sa.FromClause) -> sa.ColumnElement[str]:
    """A code and its vintage in one column: dashboards relate tables by one."""
    return table.c.area_code + sa.literal(" ", _TEXT) + table.c.area_vintage


def _dim_indicator() -> sa.Select[Any]:
    names = ("indicator_id", "title", "description", "domain", "subdomain", "measure_type", "unit_measure", "unit")
    further = ("publisher", "license", "owner", "dataset_id", "target_vintage")
    return sa.select(
        *columns(indicator, (*names, "polarity", "decimals")),
        _format().label("format_string"),
        *columns(indicator, further),
        _attribution().label("attribution"),
    ).where(indicator.c.publish)


def _format() -> sa.ColumnElement[str]:
    """The format that Power BI shows a number in; a sign in quotes doesn't multiply by a hundred."""
    decimals, unit = indicator.c.decimals, indicator.c.unit
    digits = _text("#,0") + sa.case((decimals > 0, _text(".") + part(_text("0000000000"), 1, decimals)), else_="")
    # The sign comes from the unit: scripts are to be ASCII, as consoles differ in how they read the rest.
    money = part(indicator.c.unit_measure, 1, 3) == "gbp"
    before = sa.case((money, _text('"') + part(unit, 1, 1) + _text('"')), else_=_text(""))
    after = sa.case(
        (unit == "%", _text('"%"')),
        (part(indicator.c.unit_measure, 1, 12) == "gbp_thousand", _text('" thousand"')),
        (part(indicator.c.unit_measure, 1, 11) == "gbp_million", _text('" million"')),
        else_=_text(""),
    )
    return before + digits + after


def _text(said: str) -> sa.ColumnElement[str]:
    """A text that may hold more than ASCII; on SQL Server such a one is written in its own way."""
    return sa.literal(said, sa.Unicode(64))


def _attribution() -> sa.ColumnElement[str]:
    """What a licence asks to be printed beside a number."""
    open_licence = sa.case(
        (
            indicator.c.license == "OGL-UK-3.0",
            ". Contains public sector information licensed under the Open Government Licence v3.0.",
        ),
        else_="",
    )
    return _text("Source: ") + indicator.c.publisher + open_licence


def _dim_area() -> sa.Select[Any]:
    parent = area.alias("parent")
    above = sa.and_(parent.c.area_code == area.c.parent, parent.c.area_vintage == area.c.area_vintage)
    used = sa.select(indicator.c.target_vintage).where(indicator.c.publish)
    return (
        sa.select(
            _area_key(area).label("area_key"),
            *columns(area, ("area_code", "area_vintage")),
            area.c.name.label("area_name"),
            area.c.level.label("area_level"),
            area.c.parent.label("parent_code"),
            parent.c.name.label("parent_name"),
        )
        .select_from(area.outerjoin(parent, above))
        .where(area.c.area_vintage.in_(used))
    )


def _dim_period() -> sa.Select[Any]:
    """Every period there is a row of, with a name for it."""
    periods = _periods()
    start, end, months = periods.c.period_start, periods.c.period_end, periods.c.months
    return sa.select(
        periods.c.time_period,
        start,
        end,
        _label(start, end, months).label("label"),
        part(periods.c.time_period, 12, 21).label("length"),
        months,
        number_of("year", end).label("year"),
        quarter_of(end).label("quarter"),
        number_of("month", end).label("month"),
    )


def _periods() -> sa.Subquery:
    found = (
        sa.select(
            current.c.time_period,
            sa.func.min(current.c.period_start).label("period_start"),
            sa.func.min(current.c.period_end).label("period_end"),
        )
        .join_from(current, indicator, indicator.c.indicator_id == current.c.indicator_id)
        .where(indicator.c.publish, current.c.action != UNDONE)
        .group_by(current.c.time_period)
        .subquery("found")
    )
    return sa.select(*found.columns, months_of(found.c.period_start, found.c.period_end).label("months")).subquery(
        "periods"
    )


def _label(
    start: sa.ColumnElement[Any], end: sa.ColumnElement[Any], months: sa.ColumnElement[Any]
) -> sa.ColumnElement[str]:
    """2023 for a calendar year, 2023/24 for a financial one, 2023 Q1, 2023-04, or its first and last month or day."""
    year, month = number_of("year", start), number_of("month", start)
    from_first = number_of("day", start) == 1
    quarter = sa.literal(" Q", _TEXT) + sa.cast(quarter_of(start), _TEXT)
    return sa.case(
        (sa.and_(from_first, months == 12, month == 1), year_text(year)),
        (sa.and_(from_first, months == 12, month == 4), year_text(year) + "/" + part(year_text(year + 1), 3, 2)),
        (sa.and_(from_first, months == 3, month.in_((1, 4, 7, 10))), year_text(year) + quarter),
        (sa.and_(from_first, months == 1), month_text(start)),
        (sa.and_(from_first, months.is_not(None)), month_text(start) + " to " + month_text(end)),
        (start == end, day_text(start)),
        else_=day_text(start) + " to " + day_text(end),
    )


FACT = View("mart", "fact_observation", "Every number that is shown, with the keys of what is said of it.", _fact)
DIM_INDICATOR = View("mart", "dim_indicator", "What is said of each indicator, and how to show it.", _dim_indicator)
DIM_AREA = View("mart", "dim_area", "The areas, each with the one it lies in.", _dim_area)
DIM_PERIOD = View(
    "mart", "dim_period", "The periods, with names that are in order where their last days are.", _dim_period
)
