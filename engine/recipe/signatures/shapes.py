"""Signatures of the steps that change a frame's shape: unpivot, pivot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ....connectors.base import Column
from ...measures import quantity, unit_of
from ..columns import Columns, companion, has_companion, number
from ..faults import Report, column_of_kind, known_column, new_name
from ..signature import Arguments, Signature, named, schema


def _infer_unpivot(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    melted = _melted(columns, arguments["columns"], report)
    others = columns.without(*(column.name for column in melted))
    name, value = arguments["name"], arguments["value"]
    new_name(others, name, ("name",), report)
    new_name(others.added(Column(name)), value, ("value",), report)
    several = len(melted) > 1 or any(column.pattern is not None for column in melted)
    named_by = (_repeated(others) if several else others).added(Column(name))
    known = [column for column in melted if column.name not in columns.guessed]
    return named_by.added(_one_column(value, name, known, report)) if known else named_by.guess(value)


def _repeated(others: Columns) -> Columns:
    """The columns beside those that are melted: each of their rows is there once for each header."""
    texts = tuple(column.name for column in others.values() if column.kind == "text" and column.pattern is None)
    numbers = (column for column in others.values() if column.kind == "number" and not column.once_per)
    return others.added(*(replace(column, once_per=texts) for column in numbers if column.name not in others.guessed))


def _melted(columns: Columns, said: str | Sequence[str], report: Report) -> tuple[Column, ...]:
    if not isinstance(said, str):
        found = (known_column(columns, name, ("columns", place), report) for place, name in enumerate(said))
        return tuple(column for column in found if column is not None)
    column = columns.get(said)
    if column is not None and column.pattern is not None:
        return (column,)
    groups = Columns.of(known for known in columns.values() if known.pattern is not None)
    cure = f"To unpivot a single column, write a list: [{said}]." if column else groups.suggestion(said)
    report(("columns",), "unknown-column", f"There is no group of columns `{said}`.", groups.listed(), cure)
    return ()


_SHARED: Mapping[str, tuple[str, str, Callable[[Column], str | None]]] = MappingProxyType(
    {
        "kind-mismatch": ("kind", "", lambda column: column.kind),
        "unit-mismatch": (
            "unit",
            "Bring them to one unit with convert before this step, or unpivot columns of one unit only.",
            lambda column: column.unit and unit_of(quantity(column.unit)),
        ),
        "measure-mismatch": (
            "measure type",
            "Say with declare which type those are that have none, or unpivot columns of one type only.",
            lambda column: column.measure,
        ),
    }
)


def _one_column(name: str, named_by: str, melted: Sequence[Column], report: Report) -> Column:
    """The column that takes the cells of several: they must be of one kind, one unit and one measure type."""
    for code, (noun, cure, said) in _SHARED.items():
        if len({said(column) for column in melted}) > 1:
            each = ", ".join(f"`{column.name}` ({said(column) or f'no {noun}'})" for column in melted)
            report(("columns",), code, f"These can't share a column: {each}.", f"columns of one {noun}", cure)
    first, status = melted[0], any(has_companion(column) for column in melted)
    repeated = dict.fromkeys(key for column in melted for key in column.once_per)
    return replace(
        first,
        name=name,
        pattern=None,
        markers=(),
        status_from=companion(name) if status else None,
        whole=tuple(dict.fromkeys(text for column in melted for text in column.whole)),
        # each header has a number of its own
        once_per=(*repeated, named_by) if repeated else (),
        vintage=first.vintage if len({column.vintage for column in melted}) == 1 else None,
    )


def _infer_pivot(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    column_of_kind(columns, arguments["from"], "text", ("from",), report)
    values = column_of_kind(columns, arguments["values"], "number", ("values",), report)
    kept = columns.only(_keys(columns, arguments, report))
    often = Counter(arguments["columns"].values())
    for category, name in arguments["columns"].items():
        new_name(kept, name, ("columns", category), report)
        if often[name] > 1:
            found = f"{often[name]} categories go to `{name}`."
            report(("columns", category), "duplicate-column", found, "a new name for each")
    return kept.added(*(_spread(name, values, arguments["keys"]) for name in arguments["columns"].values()))


def _spread(name: str, values: Column | None, keys: Sequence[str]) -> Column:
    """The column of one category. Where the keys say all that its numbers depend on, none is repeated any more."""
    if values is None:
        return number(name)
    kept = tuple(key for key in values.once_per if key in keys) or values.once_per
    made = number(name, unit=values.unit, status=has_companion(values), measure=values.measure)
    return replace(made, once_per=() if {*keys} <= {*kept} else kept)


def _keys(columns: Columns, arguments: Arguments, report: Report) -> list[Column]:
    found = []
    for place, name in enumerate(arguments["keys"]):
        at = ("keys", place)
        if name in (arguments["from"], arguments["values"]):
            report(at, "bad-key", f"`{name}` is taken apart by this step.", "other columns", "Drop this key.")
        else:
            found.append(column_of_kind(columns, name, "text", at, report) or Column(name))
    return found


SHAPE_SIGNATURES = (
    Signature(
        "unpivot",
        "Make one row of each cell: columns side by side become rows below each other.",
        schema(
            "Which columns, and what the two columns in their place are called.",
            {
                "columns": {
                    "description": "The name of a group of columns (declared by a pattern), or a list of columns.",
                    "type": ["string", "array"],
                    "minLength": 1,
                    "minItems": 1,
                    "uniqueItems": True,
                    "items": named("A column."),
                },
                "name": named("The new column for the header that a cell stood under."),
                "value": named("The new column for the cell."),
            },
            ("columns", "name", "value"),
        ),
        _infer_unpivot,
    ),
    Signature(
        "pivot",
        "Make one row of several: rows below each other become columns side by side.",
        schema(
            "Which column names the categories, which holds the numbers, and what each category's column is called.",
            {
                "from": named("The column that names the category of a row."),
                "values": named("The column with the numbers."),
                "columns": {
                    "description": "The new column for each category, by the category's text.",
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": named("The new column."),
                },
                "keys": {
                    "description": "The columns that say which rows belong together; no others are kept.",
                    "type": "array",
                    "minItems": 1,
                    "uniqueItems": True,
                    "items": named("A column of texts."),
                },
                "others": {
                    "description": "What to do with rows of other categories: stop (error), or drop them (ignore).",
                    "enum": ["error", "ignore"],
                    "default": "error",
                },
            },
            ("from", "values", "columns", "keys"),
        ),
        _infer_pivot,
        rowwise=False,
    ),
)
