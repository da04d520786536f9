"""Signatures of the steps that bring two numbers together: join, ratio, per_head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ....connectors.base import Column
from ...measures import MEASURE_TYPES, quantity, unit_of
from ..columns import BREAKDOWN, TIME_PERIOD, Columns, number
from ..faults import Report, new_name
from ..signature import Arguments, Signature, named, schema
from .keyed import (
    area_codes,
    check_keys,
    check_target,
    duration,
    in_a_component,
    made,
    meant,
    value_of,
)

_SHOWN = 12

_AN_INDICATOR = "an indicator of this catalogue"


def joined_breakdown(columns: Columns, arguments: Arguments) -> str:
    """How breakdowns meet: as it is said, else the same ones where there are any to meet."""
    said: str = arguments.get("breakdown", "same" if BREAKDOWN in columns else "total")
    return said


def joined_period(name: str) -> str:
    """The column that says which period a joined number is of."""
    return f"{name}_period"


def _infer_join(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    name, indicator = arguments["as"], arguments["indicator"]
    area = check_keys(columns, arguments["area"], report)
    check_target(columns, area, f"{indicator} is", in_a_component("join"), report)
    _check_breakdown(columns, arguments, report)
    new_name(columns, name, ("as",), report)
    columns = _with_joined(columns, arguments, report)
    if arguments["periods"] == "same":
        return columns
    new_name(columns, joined_period(name), ("as",), report)
    return columns.added(Column(joined_period(name)))


def _check_breakdown(columns: Columns, arguments: Arguments, report: Report) -> None:
    if joined_breakdown(columns, arguments) == "same" and BREAKDOWN not in columns:
        found, cure = f"There is no column `{BREAKDOWN}`.", "Join the total of all breakdowns: breakdown: total."
        report(("breakdown",), "unknown-column", found, columns.listed(), cure)


def _with_joined(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    name, indicator = arguments["as"], arguments["indicator"]
    measured = columns.inputs.get(indicator)
    if measured is None:
        cure = meant(indicator, columns.inputs) or "yhovi list shows those there are."
        report(("indicator",), "unknown-indicator", f"There is no indicator {indicator}.", _AN_INDICATOR, cure)
        return columns.guess(name)
    column = number(name, unit=measured.unit, status=True, measure=measured.type)
    return columns.added(_repeating(column, columns, arguments))


def _repeating(column: Column, columns: Columns, arguments: Arguments) -> Column:
    """A joined total is the same number in the rows of all breakdowns."""
    if joined_breakdown(columns, arguments) == "same":
        return column
    return replace(column, once_per=(arguments["area"], TIME_PERIOD))


def _infer_ratio(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    below = value_of(columns, arguments, "over", report)
    return _divided(columns, arguments, below, report)


def _infer_per_head(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    population = value_of(columns, arguments, "population", report)
    if population is not None:
        _check_population(population, report)
    return _divided(columns, arguments, population, report)


def _check_population(column: Column, report: Report) -> None:
    allowed = "a count, such as persons or thousand"
    if column.unit is None:
        cure = "Say its unit in source.columns, or with a declare step."
        report(("population",), "unknown-measure", f"The unit of `{column.name}` isn't known.", allowed, cure)
    elif not quantity(column.unit).converts_to(quantity("count")):
        cure = "Divide by a number of people, households or jobs, or use ratio for another denominator."
        report(("population",), "unit-mismatch", f"`{column.name}` is in {column.unit}.", allowed, cure)


def _divided(columns: Columns, arguments: Arguments, below: Column | None, report: Report) -> Columns:
    above = value_of(columns, arguments, "of", report)
    unit, measure = None, None
    if above and below and above.unit and below.unit:
        unit = unit_of((quantity(above.unit) / quantity(below.unit)).scaled(1 / arguments["per"]))
    if above and below and _sums(above) and _sums(below):
        measure = "ratio"
    return made(columns, arguments["as"], unit, measure, report)


def _sums(column: Column) -> bool:
    return column.measure is not None and MEASURE_TYPES[column.measure].over_areas == "sum"


def _per() -> Mapping[str, Any]:
    return {
        "description": "Of how many the result is told: 100 for percent, 1000 for per 1,000.",
        "enum": [1, 100, 1000, 10000, 100000],
        "default": 1,
    }


def _with_gap(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of these arguments, in which a gap goes with periods that may be others, and only with them."""
    gap = {"description": arguments["properties"]["max_gap"]["description"]}
    none = {"not": {}, "description": "It goes with periods: nearest or latest_before; the same period has no gap."}
    rules = [
        {
            "if": {"properties": {"periods": {"enum": ["nearest", "latest_before"]}}, "required": ["periods"]},
            "then": {"properties": {"max_gap": gap}, "required": ["max_gap"]},
        },
        {
            "if": {"properties": {"periods": {"const": "same"}}, "required": ["periods"]},
            "then": {"properties": {"max_gap": none}},
        },
    ]
    return {**arguments, "allOf": rules}


JOIN_SIGNATURES = (
    Signature(
        "join",
        "Put the number of another indicator beside each row, by area, breakdown and period.",
        _with_gap(
            schema(
                "Which indicator, what the column is called, and which of its periods and breakdowns belongs to a row.",
                {
                    "indicator": named("The id of the other indicator."),
                    "as": named("The new column; unless periods are the same, another one says the joined period."),
                    "periods": {
                        "description": "The joined period: the same one, the nearest, or the latest that doesn't end"
                        " after the row's. It is chosen among all periods that the other indicator has, for all areas"
                        " alike.",
                        "enum": ["same", "nearest", "latest_before"],
                    },
                    "max_gap": duration("How far the joined period may be from the row's"),
                    "breakdown": {
                        "description": "The joined breakdown: the same one, or the total of all. Without it: the same"
                        " one where the rows have a breakdown, else the total.",
                        "enum": ["same", "total"],
                    },
                    "area": area_codes(),
                },
                ("indicator", "as", "periods"),
            )
        ),
        _infer_join,
    ),
    Signature(
        "ratio",
        "Divide one number by another; both columns stay.",
        schema(
            "Which number is divided by which, and what the result is called.",
            {
                "of": named("The column of numerators."),
                "over": named("The column of denominators."),
                "as": named("The new column."),
                "per": _per(),
            },
            ("of", "over", "as"),
        ),
        _infer_ratio,
    ),
    Signature(
        "per_head",
        "Divide a number by a population; both columns stay.",
        schema(
            "Which number is divided by which population, and what the result is called.",
            {
                "of": named("The column of numbers to share out."),
                "population": named("The column that counts people, households or jobs."),
                "as": named("The new column."),
                "per": _per(),
            },
            ("of", "population", "as"),
        ),
        _infer_per_head,
    ),
)
