"""Signature of observe, the last step: from a publisher's columns to those of an observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ....connectors.base import Column, Kind
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
    unit = value.unit if value else None
    return Columns.of(replace(column, unit=unit) if column.name == "value" else column for column in OBSERVED)


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
