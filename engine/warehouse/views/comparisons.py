"""Numbers beside others: the latest ones, those of a year before, means over periods, and scores among districts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..tables import DISTRICT, indicator
from .expressions import breaks, columns, earlier, month_index, months_of, number_of, part, root, said
from .observations import ALL
from .statements import View

_SERIES = ("indicator_id", "area_code", "area_vintage", "breakdown")
_SHOWN = (
    "indicator_id",
    "area_code",
    "area_name",
    "area_level",
    "area_vintage",
    "breakdown",
    "time_period",
    "reference_period",
    "is_latest",
    "origin",
    "unit",
    "value",
)
_LEAST_DISTRICTS = 3
# A change in per cent of these would be read as the change itself, or says nothing.
_SHARES = ("percent", "fraction")
_WITHOUT_ZERO = ("score", "index")


def _latest() -> sa.Select[Any]:
    rows = ALL.table().alias("shown")
    return sa.select(*rows.columns).where(rows.c.is_latest)


def _change_on_year() -> sa.Select[Any]:
    """Each value beside that of the period of the same length a year before."""
    rows = _beside_last_year()
    before = rows.c.before_value
    comparable = sa.and_(_is_a_year_later(rows), rows.c.before_end < rows.c.period_start, rows.c.breaks == 0)
    change = sa.case((comparable, rows.c.value - before))
    measured_from_zero = sa.and_(
        indicator.c.unit_measure.not_in(_SHARES), indicator.c.measure_type.not_in(_WITHOUT_ZERO), before > 0
    )
    return sa.select(
        *columns(rows, _SHOWN),
        sa.case((comparable, rows.c.before_period)).label("previous_period"),
        sa.case((comparable, before)).label("previous_value"),
        change.label("change"),
        sa.case((indicator.c.unit_measure == "percent", "percentage points"), else_=rows.c.unit).label("change_unit"),
        sa.case((sa.and_(comparable, measured_from_zero), (rows.c.value / before - 1) * 100)).label("change_percent"),
        _why_no_change(rows).label("reason"),
    ).join_from(rows, indicator, indicator.c.indicator_id == rows.c.indicator_id)


def _beside_last_year() -> sa.Subquery:
    rows = ALL.table().alias("shown")
    # What follows the year in 2023-04-01/P1Y is the same a year before.
    same = [*columns(rows, _SERIES), part(rows.c.time_period, 5, 28)]

    def before(name: str) -> sa.ColumnElement[Any]:
        return earlier(rows.c[name], 1, partition_by=same, order_by=rows.c.period_start)

    return sa.select(
        *columns(rows, (*_SHOWN, "status_reason", "period_start")),
        sa.case((breaks(rows), 1), else_=0).label("breaks"),
        before("time_period").label("before_period"),
        before("period_start").label("before_start"),
        before("reference_period").label("before_end"),
        before("value").label("before_value"),
        before("status_reason").label("before_reason"),
    ).subquery("beside")


def _is_a_year_later(rows: sa.FromClause) -> sa.ColumnElement[bool]:
    return number_of("year", rows.c.period_start) - number_of("year", rows.c.before_start) == 1


def _why_no_change(rows: sa.FromClause) -> sa.ColumnElement[Any]:
    absent = sa.or_(rows.c.before_period.is_(None), sa.not_(_is_a_year_later(rows)))
    return sa.case(
        (rows.c.value.is_(None), said(rows.c.status_reason)),
        (absent, "nothing of the same length a year before"),
        (rows.c.before_end >= rows.c.period_start, "the periods overlap"),
        (rows.c.breaks == 1, "series break"),
        (rows.c.before_value.is_(None), sa.literal("a year before: ") + said(rows.c.before_reason)),
    )


def _rolling_mean() -> sa.Select[Any]:
    """The mean of each value and those of the two periods before it, all of one length, each after the other."""
    rows = _beside_two_before()
    in_a_row = sa.and_(rows.c.month - rows.c.month_1 == rows.c.months, rows.c.month_1 - rows.c.month_2 == rows.c.months)
    unbroken = sa.and_(rows.c.breaks == 0, rows.c.breaks_1 == 0)
    mean = (rows.c.value + rows.c.value_1 + rows.c.value_2) / 3
    incomplete = sa.or_(rows.c.value_1.is_(None), rows.c.value_2.is_(None))
    reason = sa.case(
        (rows.c.value.is_(None), said(rows.c.status_reason)),
        (rows.c.months.is_(None), "not a length of whole months"),
        (sa.or_(rows.c.month_2.is_(None), sa.not_(in_a_row)), "fewer than three periods in a row"),
        (sa.not_(unbroken), "series break"),
        (incomplete, "one of the three has no value"),
    )
    return sa.select(
        *columns(rows, _SHOWN),
        sa.case((in_a_row, rows.c.period_2)).label("first_period"),
        sa.case((sa.and_(in_a_row, unbroken), mean)).label("rolling_mean"),
        reason.label("reason"),
    )


def _beside_two_before() -> sa.Subquery:
    rows = _with_months()
    # Periods whose starts differ by a multiple of their length don't overlap, also where the source publishes more.
    apart = rows.c.month - (rows.c.month // rows.c.months) * rows.c.months
    same = [*columns(rows, _SERIES), rows.c.months, number_of("day", rows.c.period_start), apart]

    def before(name: str, periods: int) -> sa.ColumnElement[Any]:
        return earlier(rows.c[name], periods, partition_by=same, order_by=rows.c.period_start)

    return sa.select(
        *rows.columns,
        before("month", 1).label("month_1"),
        before("month", 2).label("month_2"),
        before("value", 1).label("value_1"),
        before("value", 2).label("value_2"),
        before("breaks", 1).label("breaks_1"),
        before("time_period", 2).label("period_2"),
    ).subquery("beside")


def _with_months() -> sa.Subquery:
    rows = ALL.table().alias("shown")
    return sa.select(
        *columns(rows, (*_SHOWN, "status_reason", "period_start")),
        sa.case((breaks(rows), 1), else_=0).label("breaks"),
        month_index(rows.c.period_start).label("month"),
        months_of(rows.c.period_start, rows.c.reference_period).label("months"),
    ).subquery("lasting")


def _z_score() -> sa.Select[Any]:
    """How many standard deviations a district is from the mean of the districts, of one period and breakdown."""
    rows = _with_variance()
    enough, varied = rows.c.districts >= _LEAST_DISTRICTS, rows.c.highest > rows.c.lowest
    deviation = root(rows.c.variance, sa.literal(0.5))
    reason = sa.case(
        (rows.c.value.is_(None), said(rows.c.status_reason)),
        (sa.not_(enough), f"fewer than {_LEAST_DISTRICTS} districts have a value"),
        (sa.not_(varied), "all districts have the same value"),
    )
    scored = sa.and_(rows.c.value.is_not(None), enough, varied)
    return sa.select(
        *columns(rows, _SHOWN),
        rows.c.districts,
        rows.c.mean,
        sa.case(
            (sa.and_(enough, varied), deviation * (rows.c.highest - rows.c.lowest)),
        ).label("standard_deviation"),
        sa.case((scored, rows.c.distance / deviation)).label("z_score"),
        reason.label("reason"),
    )


def _with_variance() -> sa.Subquery:
    rows = ALL.table().alias("shown")
    group = ("indicator_id", "area_vintage", "breakdown", "time_period")

    def over(function: sa.FunctionElement[Any], table: sa.FromClause) -> sa.ColumnElement[Any]:
        return sa.over(function, partition_by=columns(table, group))

    number = rows.c.value
    of_group = (
        sa.select(
            *columns(rows, (*_SHOWN, "status_reason")),
            over(sa.func.count(number), rows).label("districts"),
            over(sa.func.avg(number), rows).label("mean"),
            over(sa.func.min(number), rows).label("lowest"),
            over(sa.func.max(number), rows).label("highest"),
        )
        .where(rows.c.area_level == DISTRICT)
        .subquery("of_group")
    )
    width = of_group.c.highest - of_group.c.lowest
    # Measured in widths, squares of very large and very small numbers aren't lost.
    distance = sa.case((width > 0, (of_group.c.value - of_group.c.mean) / width)).label("distance")
    apart = sa.select(*of_group.columns, distance).subquery("apart")
    squares = over(sa.func.avg(apart.c.distance * apart.c.distance), apart)
    return sa.select(*apart.columns, squares.label("variance")).subquery("varied")


LATEST = View("mart", "indicators_latest", "The newest period of every area and breakdown.", _latest)
CHANGE_ON_YEAR = View(
    "mart",
    "indicators_change_on_year",
    "Each value beside that of the period of the same length a year before.",
    _change_on_year,
)
ROLLING_MEAN = View(
    "mart",
    "indicators_rolling_mean",
    "The mean over three periods of one length, each after the other.",
    _rolling_mean,
)
Z_SCORE = View(
    "mart",
    "indicators_z_score",
    "How many standard deviations each district is from the mean of the districts.",
    _z_score,
)
