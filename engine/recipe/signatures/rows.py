"""Signatures of the steps that look at one row at a time: keep, rename, number, derive, period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from ....connectors.base import Column
from ...measures import REASONS
from ...periods import PERIOD_PATTERNS, PatternArgument
from ..columns import TIME_PERIOD, Columns, has_companion, number
from ..faults import Path, Report, column_of_kind, known_column, new_name
from ..language.expressions import Expression, ExpressionError, columns_of, divisors_of, parse
from ..language.kinds import infer, typed
from ..language.labels import can_hold
from ..language.nodes import Name
from ..language.tokens import MAX_LENGTH
from ..signature import Arguments, Signature, mapped, named, schema

_A_CONDITION = "a condition, such as `Sex` == 'Persons'"


def _infer_keep(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    tree = _parsed(arguments["condition"], (), report)
    kind = infer(tree, columns, report) if tree else "unknown"
    if kind in ("text", "number"):
        report((), "kind-mismatch", f"The expression gives a {kind}.", _A_CONDITION)
    return _narrowed(columns, tree) if tree and kind == "boolean" else columns


def _narrowed(columns: Columns, condition: Expression) -> Columns:
    """The same columns, less the labels of wholes that no row has any more."""
    return columns.added(
        *(
            replace(column, whole=tuple(text for text in column.whole if can_hold(condition, name, text)))
            for name, column in columns.items()
            if column.whole
        )
    )


def _infer_rename(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    others = columns.without(*arguments)
    often = Counter(arguments.values())
    known = {old: new for old, new in arguments.items() if known_column(columns, old, (old,), report)}
    for old, new in arguments.items():
        new_name(others, new, (old,), report)
        if often[new] > 1:
            report((old,), "duplicate-column", f"{often[new]} columns are renamed to `{new}`.", "a new name for each")
    renamed = columns.renamed(known)
    for new in (new for old, new in arguments.items() if old not in known):
        renamed = renamed.guess(new)
    return renamed


def _infer_number(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    name = arguments["column"]
    column = known_column(columns, name, ("column",), report)
    if column is not None and column.kind == "number":
        report(("column",), "kind-mismatch", f"`{name}` is a number already.", "a column of texts", "Drop this step.")
        return columns
    made = number(name, status=bool(arguments["markers"]))
    if column is None:
        return columns.added(made)
    return columns.added(replace(made, unit=column.unit, measure=column.measure, once_per=column.once_per))


def _infer_derive(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    derived = columns
    siblings = arguments.keys() - columns.keys()
    for name, text in arguments.items():
        new_name(columns, name, (name,), report)
        column = _derived(columns, siblings, name, text, report)
        derived = derived.added(column) if column else derived.guess(name)
    return derived


def _derived(columns: Columns, siblings: Set[str], name: str, text: str, report: Report) -> Column | None:
    tree = _parsed(text, (name,), report)
    if tree is None:
        return None
    columns = _with_siblings(columns, siblings & {*columns_of(tree)}, (name,), report)
    found = typed(tree, columns, report, (name,))
    match found.kind:
        case "text":
            return replace(columns[tree.name], name=name) if isinstance(tree, Name) else Column(name)
        case "number":
            used = [columns[column] for column in columns_of(tree) if column in columns]
            status = bool(divisors_of(tree)) or any(has_companion(column) for column in used)
            made = number(name, unit=found.unit, status=status, measure=found.measure)
            return replace(made, once_per=_once_per(used))
        case "boolean":
            report((name,), "kind-mismatch", "The expression is a condition.", "an expression for a number or a text")
    return None


def _once_per(used: Sequence[Column]) -> tuple[str, ...]:
    """What is made of nothing but numbers that rows repeat is repeated itself."""
    if not all(column.once_per for column in used):
        return ()
    return tuple(dict.fromkeys(key for column in used for key in column.once_per))


def _with_siblings(columns: Columns, siblings: Set[str], at: Path, report: Report) -> Columns:
    """The columns with those that the same step makes: an expression can't use them, which is said once."""
    for name in sorted(siblings):
        cure = "Put the expression that uses it in a derive step of its own, after this one."
        report(at, "unknown-column", f"`{name}` is made by this same step.", "columns made before", cure)
        columns = columns.guess(name)
    return columns


def _infer_period(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    column_of_kind(columns, arguments["from"], "text", ("from",), report)
    new_name(columns, TIME_PERIOD, (), report)
    return columns.added(Column(TIME_PERIOD))


def _parsed(text: str, at: Path, report: Report) -> Expression | None:
    try:
        return parse(text)
    except ExpressionError as error:
        report(at, "bad-expression", error.found, error.allowed, error.cure)
        return None


def _period_schema() -> Mapping[str, Any]:
    needing = {name: pattern.argument for name, pattern in PERIOD_PATTERNS.items() if pattern.argument}
    said = schema(
        "Which column, and how periods are written there.",
        {
            "from": named("The column that says the period."),
            "as": {"description": "How the period is written there.", "enum": list(PERIOD_PATTERNS)},
            **{argument.name: argument.schema for argument in needing.values()},
        },
        ("from", "as"),
    )
    return {**said, "allOf": [_goes_with(name, argument) for name, argument in needing.items()]}


def _goes_with(pattern: str, argument: PatternArgument) -> Mapping[str, Any]:
    described = {"description": argument.schema["description"]}
    return {
        "if": {"properties": {"as": {"const": pattern}}, "required": ["as"]},
        "then": {"required": [argument.name], "properties": {argument.name: described}},
        "else": {"properties": {argument.name: {"not": {}, "description": f"It goes with as: {pattern}."}}},
    }


ROW_SIGNATURES = (
    Signature(
        "keep",
        "Keep the rows for which a condition is true.",
        {
            "description": "A condition over the columns, such as `Sex` == 'Persons' and `Age` is missing.",
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LENGTH,
        },
        _infer_keep,
        shorthand="condition",
    ),
    Signature(
        "rename",
        "Give columns other names.",
        mapped("The new name of each column, by its old name.", "The new name."),
        _infer_rename,
    ),
    Signature(
        "number",
        "Make numbers of the texts of a column, which keeps its name.",
        schema(
            "Which column, and what may stand there beside plain numbers.",
            {
                "column": named("The column of texts. Commas between thousands are understood."),
                "footnotes": {
                    "description": "Whether footnote marks after a number are dropped: 12.3 [1], 12.3* or 12.3 p.",
                    "type": "boolean",
                    "default": False,
                },
                "markers": {
                    "description": "Why a number is missing or needs care, by the text that says so.",
                    "type": "object",
                    "additionalProperties": {"description": "The name of a reason.", "enum": list(REASONS)},
                    "default": {},
                },
            },
            ("column",),
        ),
        _infer_number,
    ),
    Signature(
        "derive",
        "Make new columns by expressions over those that are there.",
        mapped("An expression for each new column, by its name.", "An expression, such as Jobs / Population * 1000."),
        _infer_derive,
        revision=2,
    ),
    Signature(
        "period",
        "Read periods, and write them to the column time_period as ISO intervals.",
        _period_schema(),
        _infer_period,
    ),
)
