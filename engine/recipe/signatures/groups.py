"""Signatures of the steps that bring rows together: aggregate, sum, share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from ....connectors.base import Column
from ...measures import MEASURE_TYPES, quantity
from ..columns import Columns, has_companion, number
from ..faults import Path, Report, column_of_kind, known_column, new_name
from ..signature import Arguments, Signature, named, schema

_ADDED_UP = frozenset({(("count", 1),), (("money", 1),), (("mass", 1),), (("energy", 1),), (("length", 2),)})
# hours worked add up, a mean age doesn't: both are a time
_EITHER = frozenset({(("calendar_time", 1),), (("clock_time", 1),), (("length", 1),)})

_FRACTION, _PROPORTION = "fraction", "proportion"


def names_in(said: str | Sequence[str] | None) -> list[str]:
    """The columns that an argument names: one, several or none."""
    return [said] if isinstance(said, str) else [*(said or ())]


def _infer_aggregate(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    by, sums, sames = (names_in(arguments.get(role)) for role in ("by", "sum", "same"))
    if not sums and not sames:
        cure = "Name the numbers to add up under sum, and what doesn't vary within a group under same."
        report((), "nothing-to-combine", "The step says neither sum nor same.", "at least one of them", cure)
    _check_once(arguments, ("by", "sum", "same"), report)
    made = _keys(columns, arguments, "by", report)
    made += [_summed(columns, name, at, report) for at, name in _places(arguments, "sum")]
    made += [_taken(columns, name, by, at, report) for at, name in _places(arguments, "same")]
    if sums:
        _check_overlaps(columns, {*by, *sames}, ("sum",), "by", report)
    return columns.only({column.name: column for column in made}.values(), _guessed(columns, made))


def _infer_sum(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    over = column_of_kind(columns, arguments["over"], "text", ("over",), report)
    _check_once(arguments, ("over", "of", "by"), report)
    _check_labels(over, arguments, report)
    made = _keys(columns, arguments, "by", report)
    for at, name in _places(arguments, "of"):
        column = _summed(columns, name, at, report)
        made.append(number(name, unit=column.unit, status=True, measure=column.measure))
    _check_overlaps(columns, {*arguments["by"], arguments["over"]}, ("of",), "by", report)
    return columns.only({column.name: column for column in made}.values(), _guessed(columns, made))


def _infer_share(columns: Columns, arguments: Arguments, report: Report) -> Columns:
    within = arguments["within"]
    _check_once(arguments, ("over", "of", "within"), report)
    _check_total(columns, arguments, report)
    _keys(columns, arguments, "within", report)
    of = _summed(columns, arguments["of"], ("of",), report)
    _check_overlaps(columns, {*within, arguments.get("over")}, ("of",), "within", report)
    new_name(columns, arguments["as"], ("as",), report)
    made = columns.added(number(arguments["as"], unit=_FRACTION, status=True, measure=_PROPORTION))
    if "denominator" not in arguments:
        return made
    new_name(made, arguments["denominator"], ("denominator",), report)
    denominator = number(arguments["denominator"], unit=of.unit, status=True, measure=of.measure)
    return made.added(replace(denominator, once_per=tuple(within)))


def _places(arguments: Arguments, role: str) -> Iterator[tuple[Path, str]]:
    said = arguments.get(role)
    for place, name in enumerate(names_in(said)):
        yield ((role,) if isinstance(said, str) else (role, place)), name


def _keys(columns: Columns, arguments: Arguments, role: str, report: Report) -> list[Column]:
    return [column_of_kind(columns, name, "text", at, report) or Column(name) for at, name in _places(arguments, role)]


def _guessed(columns: Columns, made: Iterable[Column]) -> list[str]:
    return [column.name for column in made if column.name in columns.guessed or column.name not in columns]


def _check_once(arguments: Arguments, roles: Sequence[str], report: Report) -> None:
    """Report columns that are named in two roles: none can be both what groups are made by and what is in them."""
    seen: dict[str, str] = {}
    for role in roles:
        for at, name in _places(arguments, role):
            if seen.setdefault(name, role) != role:
                found = f"`{name}` stands under {seen[name]} and under {role}."
                report(at, "two-roles", found, "each column once", "Drop it from one of the two.")


def _summed(columns: Columns, name: str, at: Path, report: Report) -> Column:
    column = column_of_kind(columns, name, "number", at, report)
    if column is None or name in columns.guessed:
        return Column(name, "number")
    if column.once_per:
        per = " and ".join(f"`{other}`" for other in column.once_per)
        found = f"`{name}` is one number for each {per}, printed on several rows."
        report(
            at,
            "repeated-values",
            found,
            "numbers that are parts",
            f"Take it with same: aggregate: {{by: …, same: {name}}}.",
        )
    else:
        _check_adds_up(column, at, report)
    return number(name, unit=column.unit, status=has_companion(column), measure=column.measure)


def _check_adds_up(column: Column, at: Path, report: Report) -> None:
    said, adds_up = _kind_of_number(column)
    if adds_up is None:
        cure = f"Say it in source.columns (measure), or with a step before: declare: {{{column.name}: {{type: …}}}}."
        found = f"It isn't known whether `{column.name}` adds up: {said}."
        report(at, "unknown-measure", found, "a number of a known measure", cure)
    elif not adds_up:
        cure = "Add up what it is made of, its numerator and denominator, and divide after that."
        report(at, "not-summable", f"`{column.name}` doesn't add up: {said}.", "counts and amounts", cure)


def _kind_of_number(column: Column) -> tuple[str, bool | None]:
    """What is known of a column's numbers, and whether they may be added up; None where that isn't known."""
    if column.measure is not None:
        return f"its measure is {column.measure}", MEASURE_TYPES[column.measure].over_areas == "sum"
    if column.unit is None:
        return "neither its measure nor its unit is known", None
    said, dimensions = f"its unit is {column.unit}", quantity(column.unit).dimensions
    return said, None if dimensions in _EITHER else dimensions in _ADDED_UP


def _taken(columns: Columns, name: str, by: Collection[str], at: Path, report: Report) -> Column:
    column = known_column(columns, name, at, report)
    if column is None or name in columns.guessed:
        return Column(name)
    if column.kind == "text":
        return column
    made = number(name, unit=column.unit, status=has_companion(column), measure=column.measure)
    # with more columns to go by than it depends on, it still repeats
    return replace(made, once_per=column.once_per if {*column.once_per} < {*by} else ())


def _check_overlaps(columns: Columns, apart: Collection[str | None], at: Path, role: str, report: Report) -> None:
    """Report sums over rows of which some contain others."""
    for name, column in columns.items():
        if column.whole and name not in apart:
            labels = " and ".join(f"'{label}'" for label in column.whole)
            found = f"`{name}` has {labels} beside its parts, and this adds them up."
            cure = f"Keep one or the other before: keep: \"`{name}` != '{column.whole[0]}'\"; or name it under {role}."
            report(at, "overlapping-categories", found, "rows that don't contain each other", cure)


def _check_labels(over: Column | None, arguments: Arguments, report: Report) -> None:
    """Report parts that contain the others, and a tolerance for nothing."""
    whole = {*(over.whole if over else ()), arguments.get("total")}
    for place, part in enumerate(arguments["parts"]):
        if part in whole:
            found = f"The part '{part}' contains the others."
            cure = f"Drop it from parts; to compare the sum with it, write total: {part}."
            report(("parts", place), "overlapping-categories", found, "parts without their total", cure)
    if "tolerance" in arguments and "total" not in arguments:
        cure = "Name the category of the total, or drop tolerance."
        report(("tolerance",), "tolerance-without-total", "There is no total to compare with.", "with total", cure)


def _check_total(columns: Columns, arguments: Arguments, report: Report) -> None:
    if "over" in arguments:
        column_of_kind(columns, arguments["over"], "text", ("over",), report)
    for role, other in (("over", "total"), ("total", "over")):
        if role in arguments and other not in arguments:
            cure = "Say both: over: Sector, total: Total; or neither, for shares of the sum."
            report((role,), "over-and-total", f"The step says {role} without {other}.", "both or neither", cure)


def _several(description: str) -> dict[str, object]:
    return {
        "description": description,
        "type": ["string", "array"],
        "minLength": 1,
        "minItems": 1,
        "uniqueItems": True,
        "items": named("A column."),
    }


def _columns(description: str) -> dict[str, object]:
    return {
        "description": description,
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": named("A column of texts."),
    }


GROUP_SIGNATURES = (
    Signature(
        "aggregate",
        "Make one row of all that have the same texts in some columns.",
        schema(
            "Which rows belong together, which of their numbers are added up, and what is the same in all of them.",
            {
                "by": _columns("The columns that say which rows belong together; no others are kept."),
                "sum": _several("Numbers to add up: missing if one of them is missing."),
                "same": _several("Columns that say the same in all rows of a group; if they don't, the run stops."),
            },
            ("by",),
        ),
        _infer_aggregate,
        rowwise=False,
    ),
    Signature(
        "sum",
        "Add up the rows of some categories, each of which stands once in a group.",
        schema(
            "Over which column, which of its categories, of which numbers, and which rows belong together.",
            {
                "over": named("The column of categories."),
                "of": _several("The numbers to add up: missing if a part is missing."),
                "parts": {
                    "description": "The categories to add up; none contains another.",
                    "type": "array",
                    "minItems": 2,
                    "uniqueItems": True,
                    "items": {"description": "A category.", "type": "string", "minLength": 1},
                },
                "by": _columns("The columns that say which rows belong together; no others are kept."),
                "total": {
                    "description": "The category that the sum must equal, wherever both are published.",
                    "type": "string",
                    "minLength": 1,
                },
                "tolerance": {
                    "description": "How far the sum may be off: a number, or a part of the total such as 0.5%.",
                    "type": ["number", "string"],
                    "minimum": 0,
                    "pattern": r"^[0-9]+(\.[0-9]+)?%$",
                },
                "others": {
                    "description": "What to do with rows of other categories: stop (error), or drop them (ignore).",
                    "enum": ["error", "ignore"],
                    "default": "error",
                },
            },
            ("over", "of", "parts", "by"),
        ),
        _infer_sum,
        rowwise=False,
    ),
    Signature(
        "share",
        "Say each number as a part of the sum of its group, or of the row with the group's total.",
        schema(
            "Of which numbers, which rows belong together, and what the new column of fractions is called.",
            {
                "of": named("The column of numbers."),
                "within": _columns("The columns that say which rows belong together."),
                "as": named("The new column: each number divided by the sum of its group."),
                "over": named("The column of categories, if one of them is the total to divide by."),
                "total": {
                    "description": "The category of the row to divide by, in place of the sum.",
                    "type": "string",
                    "minLength": 1,
                },
                "denominator": named("A new column for what was divided by."),
            },
            ("of", "within", "as"),
        ),
        _infer_share,
        rowwise=False,
    ),
)
