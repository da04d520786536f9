"""Whether an expression makes sense over given columns, and what it gives: a text, a condition, a number of a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType

from ...measures import UNITS
from ..columns import Columns
from ..faults import Path, Report, as_number, known_column
from .expressions import columns_of
from .nodes import (
    Arithmetic,
    ArithmeticOperator,
    Comparison,
    Condition,
    Expression,
    Membership,
    Name,
    Negate,
    Number,
    Presence,
    Text,
    TextTest,
    operands,
)
from .typed import ExpressionKind, Typed, added, agree, convertible, divided, multiplied

__all__ = ("ExpressionKind", "Typed", "infer", "typed")

_ARTICLES: Mapping[str, str] = MappingProxyType({"text": "a text", "number": "a number", "boolean": "a condition"})


def infer(expression: Expression, columns: Columns, report: Report, at: Path = ()) -> ExpressionKind:
    """The kind of an expression's result. Every fault is reported; ``unknown`` is what only a fault leaves open."""
    return typed(expression, columns, report, at).kind


def typed(expression: Expression, columns: Columns, report: Report, at: Path = ()) -> Typed:
    """The kind of an expression's result, and of a number its unit and measure type. Every fault is reported."""
    return _Inference(columns, report, at).typed(expression)


_Side = tuple[Expression, Typed]


@dataclass(frozen=True, slots=True)
class _Inference:
    columns: Columns
    report: Report
    at: Path

    def typed(self, expression: Expression) -> Typed:
        match expression:
            case Number(value):
                return Typed("number", literal=value)
            case Text():
                return Typed("text")
            case Name():
                return self._name(expression)
            case Negate(operand):
                return replace(self._number(operand), literal=None)
            case Arithmetic():
                return self._arithmetic(expression)
            case _:
                return Typed(self._condition(expression))

    def _name(self, node: Name, cure: str = "") -> Typed:
        column = known_column(self.columns, node.name, self.at, self.report, cure)
        if column is None or node.name in self.columns.guessed:
            return Typed("unknown")
        return Typed("number", column.unit, column.measure) if column.kind == "number" else Typed("text")

    def _number(self, node: Expression) -> Typed:
        found = self._need(node, "number", "Arithmetic needs numbers.")
        return found if found.kind == "number" else Typed("number")

    def _arithmetic(self, node: Arithmetic) -> Typed:
        return reduce(self._applied, node.rest, (node.first, self._number(node.first)))[1]

    def _applied(self, left: _Side, step: tuple[ArithmeticOperator, Expression]) -> _Side:
        operator, operand = step
        right = (operand, self._number(operand))
        so_far = Arithmetic(left[0], (step,))
        match operator:
            case "*":
                return so_far, multiplied(left[1], right[1])
            case "/":
                return so_far, divided(left[1], right[1])
            case _:
                self._one_unit(operand.position, left, right)
                return so_far, added(left[1], right[1])

    def _one_unit(self, position: int, left: _Side, right: _Side) -> None:
        if not agree(left[1], right[1]):
            found = f"{_named(left[0])} is in {left[1].unit} and {_named(right[0])} is in {right[1].unit}."
            self._report("unit-mismatch", position, found, "numbers of one unit", _cure_of_units(left, right))

    def _condition(self, node: Condition) -> ExpressionKind:
        match node:
            case Comparison():
                self._comparison(node)
            case Membership():
                self._membership(node)
            case Presence():
                self._value(node.operand)
            case TextTest():
                self._need(node.operand, "text", f"The test '{node.operator}' needs a text.")
            case _:
                for operand in operands(node):
                    self._need(operand, "boolean")
        if not columns_of(node):
            self._constant(node)
        return "boolean"

    def _comparison(self, node: Comparison) -> None:
        left, right = self._value(node.left), self._right(node.right)
        if "unknown" not in (left.kind, right.kind) and left.kind != right.kind:
            self._mismatch(node.position, (node.left, left.kind), (node.right, right.kind))
        self._one_unit(node.position, (node.left, left), (node.right, right))

    def _right(self, node: Expression) -> Typed:
        if isinstance(node, Name) and node.bare:
            return self._name(node, f"If it is a text, put it in quotes: '{node.name}'.")
        return self._value(node)

    def _membership(self, node: Membership) -> None:
        kind = self._value(node.operand).kind
        for option in node.options:
            other = self.typed(option).kind
            if kind not in ("unknown", other):
                self._mismatch(option.position, (node.operand, kind), (option, other))

    def _mismatch(self, position: int, *sides: tuple[Expression, ExpressionKind]) -> None:
        said = " and ".join(f"{_said(node)} is {_ARTICLES[kind]}" for node, kind in sides)
        self._report("kind-mismatch", position, f"{said}.", "two texts or two numbers", _cure_of_mismatch(*sides))

    def _value(self, node: Expression) -> Typed:
        found = self.typed(node)
        if found.kind != "boolean":
            return found
        self._report(
            "kind-mismatch", node.position, "a condition stands where a value is needed.", "a text or a number"
        )
        return Typed("unknown")

    def _need(self, node: Expression, needed: ExpressionKind, why: str = "") -> Typed:
        given = self.typed(node)
        if given.kind not in (needed, "unknown"):
            found = f"{_said(node)} is {_ARTICLES[given.kind]}. {why}".rstrip()
            self._report("kind-mismatch", node.position, found, _ARTICLES[needed], _cure_of_need(node, needed))
        return given

    def _constant(self, node: Condition) -> None:
        quoted = node.left.value if isinstance(node, Comparison) and isinstance(node.left, Text) else None
        cure = f"A column stands in backticks: `{quoted}`." if quoted in self.columns else ""
        found = "the condition names no column, so it is the same for every row."
        self._report("constant-condition", node.position, found, "a condition that names a column", cure)

    def _report(self, code: str, position: int, found: str, allowed: str, cure: str = "") -> None:
        self.report(self.at, code, f"At character {position + 1}: {found}", allowed, cure)


def _said(node: Expression) -> str:
    match node:
        case Name():
            return f"`{node.name}`"
        case Text():
            return f"'{node.value}'"
        case Number():
            return f"{node.value:g}"
        case Negate() | Arithmetic():
            return "the result"
        case _:
            return "this"


def _cure_of_mismatch(*sides: tuple[Expression, ExpressionKind]) -> str:
    text, number = (node for wanted in ("text", "number") for node, kind in sides if kind == wanted)
    if isinstance(number, Number):
        return f"Put the number in quotes: '{number.value:g}'."
    if isinstance(text, Text):
        return f"Compare {_said(number)} with a number, without quotes."
    return as_number(text.name) if isinstance(text, Name) else ""


def _cure_of_need(node: Expression, needed: ExpressionKind) -> str:
    if not isinstance(node, Name):
        return ""
    if needed == "number":
        return as_number(node.name)
    return f"Say what is asked of it, for example `{node.name}` is present." if needed == "boolean" else ""


def _named(node: Expression) -> str:
    """What an expression is made of, so that a reader finds the column whose unit is at fault."""
    *first, last = (f"`{name}`" for name in columns_of(node))
    if isinstance(node, Name):
        return last
    return f"what is made of {', '.join(first)} and {last}" if first else f"what is made of {last}"


def _cure_of_units(left: _Side, right: _Side) -> str:
    if not convertible(left[1], right[1]):
        return (
            "No conversion leads from one to the other: use other columns, or reckon the number that is meant in a"
            " derive step before this one."
        )
    for (node, _), (_, other) in ((right, left), (left, right)):
        if isinstance(node, Name) and other.unit in UNITS:
            return f"Add a step before this one: - convert: {{column: {node.name}, to: {other.unit}}}."
    return "Put each of the two in a derive step of its own, and convert one to the other's unit before this step."
