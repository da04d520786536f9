"""Signatures of the steps that work on labels: recode, split, coalesce."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ....connectors.base import TARGET, Column
from ...measures import quantity
from ..columns import Columns, companion, has_companion
from ..faults import Report, column_of_kind, known_column, new_name
from ..signature import Arguments, Signature, mapped, named, schema

_PATTERN_LENGTH = 200


def _infer_recode(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    name = arguments["column"]
    into = arguments.get("into", name)
    column = column_of_kind(columns, name, "text", ("column",), report)
    if into != name:
        new_name(columns, into, ("into",), report)
    if column is None:
        return columns.guess(into)
    return columns.added(Column(into, whole=_translated(column.whole, arguments)))


def _translated(labels: Iterable[str], arguments: Arguments) -> tuple[str, ...]:
    """What becomes of labels; those that aren't declared stay only where the step keeps them."""
    values = arguments["values"]
    found = (values.get(label, label if arguments["others"] == "keep" else None) for label in labels)
    return tuple(dict.fromkeys(label for label in found if label is not None))


def _infer_split(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    column_of_kind(columns, arguments["column"], "text", ("column",), report)
    said = [way for way in ("by", "pattern") if way in arguments]
    if len(said) != 1:
        found = "The step says both by and pattern." if said else "The step says neither by nor pattern."
        report((), "by-or-pattern", found, "one of the two", 'Say by: " : ", or a pattern with a group for each part.')
    elif said == ["by"] and len(arguments["into"]) == 1:
        cure = "Name every part, or take the one that is needed with a pattern."
        report(("into",), "too-few-parts", "With by, a text has several parts.", "at least two names", cure)
    elif said == ["pattern"]:
        _check_pattern(arguments["pattern"], len(arguments["into"]), report)
    for place, name in enumerate(arguments["into"]):
        new_name(columns, name, ("into", place), report)
    return columns.added(*map(Column, arguments["into"]))


def _check_pattern(pattern: str, parts: int, report: Report) -> None:
    try:
        groups = re.compile(pattern).groups
    except (re.error, OverflowError) as error:
        cure = "Parentheses, dots and brackets that are meant as such stand after a backslash."
        report(("pattern",), "bad-pattern", f"The pattern can't be read: {error}.", "a regular expression", cure)
        return
    if groups != parts:
        found = f"The pattern has {groups} group{'' if groups == 1 else 's'}, and into has {parts}."
        cure = "Put each part in parentheses; parentheses that are no part are written (?:…)."
        report(("pattern",), "bad-pattern", found, "one group for each name of into", cure)


def _infer_coalesce(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    into = arguments["into"]
    new_name(columns, into, ("into",), report)
    found = [known_column(columns, name, ("columns", place), report) for place, name in enumerate(arguments["columns"])]
    known = [column for column in found if column is not None and column.name not in columns.guessed]
    if not _agree(known, report) or len(known) < len(found):
        return columns.guess(into)
    return columns.added(_first_of(into, known))


def _agree(known: Sequence[Column], report: Report) -> bool:
    """Whether these can stand in for one another: they are of one kind, one unit and one vintage."""
    if len({column.kind for column in known}) > 1:
        _report_mixed("kind", {column.name: column.kind for column in known}, report)
        return False
    units = {column.name: column.unit for column in known if column.unit}
    if len({quantity(unit) for unit in units.values()}) > 1:
        _report_mixed("unit", units, report)
        return False
    vintages = {column.name: column.vintage or "codes as published" for column in known}
    if len({*vintages.values()}) > 1:
        said = {name: "the target vintage" if said == TARGET else said for name, said in vintages.items()}
        _report_mixed("vintage", said, report)
        return False
    return True


def _report_mixed(what: str, said: dict[str, str], report: Report) -> None:
    found = ", ".join(f"`{name}` ({value})" for name, value in said.items())
    cure = {
        "kind": "Make them all texts, or all numbers with the step number.",
        "unit": "Bring them to one unit with the step convert.",
        "vintage": "Take area codes of one vintage only.",
    }[what]
    report(("columns",), f"{what}-mismatch", f"These can't share a column: {found}.", f"columns of one {what}", cure)


def _first_of(name: str, known: Sequence[Column]) -> Column:
    units, measures = {column.unit for column in known}, {column.measure for column in known}
    return replace(
        Column(name, known[0].kind, vintage=known[0].vintage),
        unit=None if None in units else known[0].unit,
        measure=known[0].measure if len(measures) == 1 else None,
        status_from=companion(name) if any(map(has_companion, known)) else None,
        whole=tuple(dict.fromkeys(label for column in known for label in column.whole)),
        # where one of them repeats, so may the rows that take it
        once_per=tuple(dict.fromkeys(other for column in known for other in column.once_per)),
    )


LABEL_SIGNATURES = (
    Signature(
        "recode",
        "Put other texts in the place of those of a column.",
        schema(
            "Which column, and what its texts become.",
            {
                "column": named("The column of texts."),
                "values": mapped("The new text, by the text that stands there.", "The new text."),
                "into": named("A new column for the new texts; without it they take the place of the old ones."),
                "others": {
                    "description": "What to do with texts not named here: stop (error), keep them, or blank them.",
                    "enum": ["error", "keep", "blank"],
                    "default": "error",
                },
            },
            ("column", "values"),
        ),
        _infer_recode,
    ),
    Signature(
        "split",
        "Make several columns of the parts of a text; the column itself stays.",
        schema(
            "Which column, what its parts are called, and what tells them apart: a text between them, or a pattern.",
            {
                "column": named("The column of texts."),
                "into": {
                    "description": "A new column for each part, in order.",
                    "type": "array",
                    "minItems": 1,
                    "uniqueItems": True,
                    "items": named("A new column."),
                },
                "by": named('What stands between the parts, such as " : "; spaces round a part are dropped.'),
                "pattern": {
                    "description": "A regular expression for the whole text, with a group for each part.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": _PATTERN_LENGTH,
                },
                "others": {
                    "description": "What to do with texts that don't have these parts: stop (error), or leave blanks.",
                    "enum": ["error", "blank"],
                    "default": "error",
                },
            },
            ("column", "into"),
        ),
        _infer_split,
    ),
    Signature(
        "coalesce",
        "Take, in each row, the first of several columns that isn't missing.",
        schema(
            "Which columns, in which order, and what the new one is called.",
            {
                "into": named("The new column."),
                "columns": {
                    "description": "The columns to look at, first to last: all texts, or all numbers of one unit.",
                    "type": "array",
                    "minItems": 2,
                    "uniqueItems": True,
                    "items": named("A column."),
                },
            },
            ("into", "columns"),
        ),
        _infer_coalesce,
    ),
)
