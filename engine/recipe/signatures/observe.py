"""Signature of observe, the last step: from a publisher's columns to those of an observation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ....connectors.base import Column, Kind
from ...measures import MEASURE_TYPES, UNITS, Combination, quantity, unit_of
from ..columns import TIME_PERIOD, Columns, number
from ..faults import Report, column_of_kind
from ..signature import Arguments, Signature, named, schema

ROLES: Mapping[str, tuple[Kind, str]] = MappingProxyType(
    {
        "area": ("text", "The column of area codes."),
        "value": ("number", "The column of values."),
        "period": ("text", "The column of ISO intervals, if it isn't the one that the step period makes."),
        "lower_ci": ("number", "The column of lower confidence limits."),
        "upper_ci": ("number", "The column of upper confidence limits."),
        "numerator": ("number", "The column of numerators, where the source prints them."),
        "denominator": ("number", "The column of denominators, where the source prints them."),
        "note": ("text", "The column of notes to the reader."),
        "breakdown": ("text", "The column that says of whom, such as a sex or a sector. Without it: _T, the total."),
        "status": ("text", "A column of names of reasons, beside those that the value brings along."),
    }
)
"""What a column of the source can be to an observation, and of which kind it must then be."""

OBSERVED = (
    Column("area"),
    Column(TIME_PERIOD),
    Column("breakdown"),
    *(number(name) for name in ("value", "lower_ci", "upper_ci", "numerator", "denominator")),
    Column("status"),
    Column("note"),
)
"""The columns of a frame of observations, in order."""


def _infer_observe(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    for role, (kind, _) in ROLES.items():
        if role in arguments and not _period_is_forgotten(columns, role, arguments, report):
            column_of_kind(columns, arguments[role], kind, (role,), report)
    value = columns.get(arguments["value"])
    if value is None or value.kind != "number" or value.pattern is not None:
        return Columns.of(OBSERVED)
    _check_unit(columns, value, arguments, report)
    _check_limits(columns, value, arguments, report)
    _check_measure(columns, value, report)
    made = number("value", unit=value.unit, measure=value.measure)
    return Columns.of(made if column.name == "value" else column for column in OBSERVED)


def _check_unit(columns: Columns, value: Column, arguments: Arguments, report: Report) -> None:
    if columns.target is None or value.unit is None or quantity(value.unit) == quantity(columns.target.unit):
        return
    to, unit = columns.target.unit, unit_of(quantity(value.unit))
    found = f"`{value.name}` is in {value.unit}, and measure.unit is {to}."
    if quantity(value.unit).converts_to(quantity(to)):
        limits = [name for name in _limits(columns, arguments).values() if columns[name].unit == value.unit]
        names = f"[{', '.join((value.name, *limits))}]" if limits else value.name
        cure = f"Add - convert: {{column: {names}, to: {to}}}."
    elif unit in UNITS:
        cure = f"Observe the column that is in {to}, or set measure.unit: {unit}."
    else:
        cure = f"Observe the column that is in {to}; what is divided or multiplied before may be the wrong column."
    report(("value",), "unit-mismatch", found, f"a column in {to}", cure)


def _check_limits(columns: Columns, value: Column, arguments: Arguments, report: Report) -> None:
    unit = value.unit or (columns.target.unit if columns.target else None)
    for role, name in _limits(columns, arguments).items():
        own = columns[name].unit
        if unit is None or own is None or quantity(own) == quantity(unit):
            continue
        cure = "Use the limits of this value."
        if unit in UNITS and quantity(own).converts_to(quantity(unit)):
            cure = f"Add - convert: {{column: {name}, to: {unit}}}."
        found = f"`{name}` is in {own}, and the value `{value.name}` is in {unit}."
        report((role,), "unit-mismatch", found, f"a column in {unit}", cure)


def _limits(columns: Columns, arguments: Arguments) -> Mapping[str, str]:
    """The columns of confidence limits that are numbers, by their roles."""
    said = {role: arguments[role] for role in ("lower_ci", "upper_ci") if role in arguments}
    return {role: name for role, name in said.items() if name in columns and columns[name].kind == "number"}


def _check_measure(columns: Columns, value: Column, report: Report) -> None:
    if columns.target is None or value.measure is None:
        return
    own, target = MEASURE_TYPES[value.measure], MEASURE_TYPES[columns.target.type]
    # what claims less than is known is no contradiction: areas then stay as they were published
    if target.over_areas in (own.over_areas, "refuse"):
        return
    found = (
        f"`{value.name}` is of the type {own.name}, which {_COMBINED[own.over_areas]};"
        f" measure.type is {target.name}, which {_COMBINED[target.over_areas]}."
    )
    fit = [name for name, measure in MEASURE_TYPES.items() if measure.over_areas in (own.over_areas, "refuse")]
    cure = f"Set measure.type: {own.name}, or observe a column that is of the type {target.name}."
    report(("value",), "measure-mismatch", found, f"a measure of the type {', '.join(fit)}", cure)


_COMBINED: Mapping[Combination, str] = MappingProxyType(
    {
        "sum": "sums over areas",
        "rederive": "is made again from numerator and denominator over areas",
        "refuse": "doesn't combine over areas",
    }
)


def _period_is_forgotten(columns: Columns, role: str, arguments: Arguments, report: Report) -> bool:
    if role != "period" or arguments[role] != TIME_PERIOD or TIME_PERIOD in columns:
        return False
    cure = "Put a step period before this one, or name the column of ISO intervals as period."
    report((), "unknown-column", f"There is no column `{TIME_PERIOD}`.", columns.listed(), cure)
    return True


def _properties() -> Mapping[str, Any]:
    columns = {role: named(description) for role, (_, description) in ROLES.items()}
    return {
        **columns,
        "period": {**columns["period"], "default": TIME_PERIOD},
        "provisional": {
            "description": "Which observations are provisional: those of the latest period, whichever that is.",
            "enum": ["latest_period"],
        },
    }


OBSERVE = Signature(
    "observe",
    "Say which column is what; the last step of every recipe, and only there.",
    schema("The column for each part of an observation.", _properties(), ("area", "value")),
    _infer_observe,
    rowwise=False,
)
