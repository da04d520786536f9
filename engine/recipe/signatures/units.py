"""Signatures of the steps that are about units: declare what a number is, convert it to another unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ....connectors.base import Column
from ...measures import MEASURE_TYPES, UNITS, quantity, unit_of
from ..columns import Columns
from ..faults import Path, Report, column_of_kind, known_column
from ..signature import Arguments, Signature, named, schema


def _infer_declare(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    declared = columns
    for name, said in arguments.items():
        column = _declarable(columns, name, said, report)
        if column is not None and name not in columns.guessed:
            declared = declared.added(_declared(column, said, columns, report))
    return declared


def _declarable(columns: Columns, name: str, said: Mapping[str, Any], report: Report) -> Column | None:
    """The column, if all that is said of it can be said of a column of its kind."""
    column = known_column(columns, name, (name,), report)
    if column is None or name in columns.guessed:
        return None
    wrong = [key for key in said if (key == "whole") is not (column.kind == "text")]
    for key in wrong:
        column_of_kind(columns, name, "text" if key == "whole" else "number", (name, key), report)
    return None if wrong else column


def _declared(column: Column, said: Mapping[str, Any], columns: Columns, report: Report) -> Column:
    _check_unit(column, said, report)
    if "type" in said or "unit" in said:
        _check_type(column, said, report)
    once_per = tuple(said.get("once_per", column.once_per))
    for place, key in enumerate(said.get("once_per", ())):
        _check_key(columns, column.name, key, (column.name, "once_per", place), report)
    return replace(
        column,
        unit=said.get("unit", column.unit),
        measure=said.get("type", column.measure),
        once_per=once_per,
        whole=tuple(dict.fromkeys((*column.whole, *said.get("whole", ())))),
    )


def _check_key(columns: Columns, name: str, key: str, at: Path, report: Report) -> None:
    if key == name:
        report(at, "bad-key", f"`{key}` is the number itself.", "other columns", "Drop this key.")
    else:
        column_of_kind(columns, key, "text", at, report)


def _check_unit(column: Column, said: Mapping[str, Any], report: Report) -> None:
    unit = said.get("unit")
    if unit is None or column.unit is None or quantity(unit) == quantity(column.unit):
        return
    cure = "Drop the unit here, or correct it where the column comes from."
    if quantity(unit).converts_to(quantity(column.unit)):
        cure = f"To bring the numbers to that unit, write convert: {{column: {column.name}, to: {unit}}}."
    found = f"`{column.name}` is in {column.unit}, and is declared to be in {unit}."
    report((column.name, "unit"), "unit-mismatch", found, f"the unit {column.unit}", cure)


def _check_type(column: Column, said: Mapping[str, Any], report: Report) -> None:
    name, unit = said.get("type", column.measure), said.get("unit", column.unit)
    if column.measure not in (None, name):
        found = f"`{column.name}` is of the type {column.measure}, and is declared to be of the type {name}."
        cure = "Drop the type here, or correct it where the column comes from."
        report((column.name, "type"), "measure-mismatch", found, f"the type {column.measure}", cure)
    elif name and unit and not _fits(unit, name):
        of_type, of_unit = f"of the type {name}", f"in {unit}"
        known, declared = (of_unit, of_type) if "type" in said else (of_type, of_unit)
        found = f"`{column.name}` is {known}, and is declared to be {declared}."
        cure = "Choose a unit that fits the type, or another type."
        at = (column.name, "type" if "type" in said else "unit")
        report(at, "unit-unfit", found, ", ".join(MEASURE_TYPES[name].units), cure)


def _fits(unit: str, measure: str) -> bool:
    return quantity(unit) in map(quantity, MEASURE_TYPES[measure].units)


def converted(arguments: Arguments) -> Sequence[str]:
    """The columns that convert is told of."""
    said: str | Sequence[str] = arguments["column"]
    return [said] if isinstance(said, str) else said


def _infer_convert(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    after = columns
    for place, name in enumerate(converted(arguments)):
        at: Path = ("column",) if isinstance(arguments["column"], str) else ("column", place)
        column = column_of_kind(columns, name, "number", at, report)
        if column is not None and name not in columns.guessed and column.kind == "number":
            _check_conversion(column, arguments["to"], at, report)
            after = after.added(replace(column, unit=arguments["to"]))
    return after


def _check_conversion(column: Column, to: str, at: Path, report: Report) -> None:
    if column.unit is None:
        cure = f"Say it first: declare: {{{column.name}: {{unit: …}}}}, or with the column in source.columns."
        found = f"It isn't known which unit `{column.name}` is in."
        report(at, "unknown-unit", found, "a number of a known unit", cure)
    elif not quantity(column.unit).converts_to(quantity(to)):
        same = [name for name in UNITS if quantity(name).converts_to(quantity(column.unit))]
        found = f"`{column.name}` is in {column.unit}, which can't be said in {to}."
        cure = "Choose one of these, or make the number that is meant with derive."
        report(at, "unit-mismatch", found, ", ".join(same) or unit_of(quantity(column.unit)), cure)


def _declarations() -> Mapping[str, Any]:
    listed = {"type": "array", "minItems": 1, "uniqueItems": True}
    said = schema(
        "What is known of it.",
        {
            "unit": {"enum": list(UNITS), "description": "The unit of its numbers, with their scale."},
            "type": {"enum": list(MEASURE_TYPES), "description": "What kind of number it is, and so how it combines."},
            "once_per": {
                **listed,
                "description": "The columns for each combination of which the number is the same on however many rows.",
                "items": named("A column."),
            },
            "whole": {
                **listed,
                "description": "The texts of a column of categories that contain the others, such as Total.",
                "items": named("A text."),
            },
        },
        (),
    )
    return {**said, "minProperties": 1}


UNIT_SIGNATURES = (
    Signature(
        "declare",
        "Say what is known of columns that nothing before tells: their unit, their measure type, what repeats.",
        {
            "description": "What is known of each column, by its name.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": _declarations(),
        },
        _infer_declare,
    ),
    Signature(
        "convert",
        "Bring numbers to another unit of what they measure, such as from fraction to percent.",
        schema(
            "Which numbers, and to which unit.",
            {
                "column": {
                    "description": "The column, or a list of them: confidence limits go with their value.",
                    "type": ["string", "array"],
                    "minLength": 1,
                    "minItems": 1,
                    "uniqueItems": True,
                    "items": named("A column."),
                },
                "to": {"enum": list(UNITS), "description": "The unit that they are in afterwards."},
            },
            ("column", "to"),
        ),
        _infer_convert,
    ),
)
