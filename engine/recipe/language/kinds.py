"""Whether an expression makes sense over given columns, and what comes of it: a text, a number or a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from ..columns import Columns
from ..faults import Path, Report, as_number, known_column
from .expressions import columns_of
from .nodes import (
    Arithmetic,
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

ExpressionKind: TypeAlias = Literal["text", "number", "boolean", "unknown"]

_ARTICLES: Mapping[str, str] = MappingProxyType({"text": "a text", "number": "a number", "boolean": "a condition"})


def infer(expression: Expression, columns: Columns, report: Report, at: Path = ()) -> ExpressionKind:
    """The kind of an expression's result. Every fault is reported; ``unknown`` is what only a fault leaves open."""
    return _Inference(columns, report, at).kind(expression)


@dataclass(frozen=True, slots=True)
class _Inference:
    columns: Columns
    report: Report
    at: Path

    def kind(self, expression: Expression) -> ExpressionKind:
        match expression:
            case Number():
                return "number"
            case Text():
                return "text"
            case Name():
                return self._name(expression)
            case Negate() | Arithmetic():
                return self._arithmetic(expression)
            case _:
                return self._condition(expression)

    def _name(self, node: Name, cure: str = "") -> ExpressionKind:
        column = known_column(self.columns, node.name, self.at, self.report, cure)
        return "unknown" if column is None or node.name in self.columns.guessed else column.kind

    def _arithmetic(self, node: Negate | Arithmetic) -> ExpressionKind:
        for operand in operands(node):
            self._need(operand, "number", "Arithmetic needs numbers.")
        return "number"

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
        if "unknown" not in (left, right) and left != right:
            self._mismatch(node.position, (node.left, left), (node.right, right))

    def _right(self, node: Expression) -> ExpressionKind:
        if isinstance(node, Name) and node.bare:
            return self._name(node, f"If it is a text, put it in quotes: '{node.name}'.")
        return self._value(node)

    def _membership(self, node: Membership) -> None:
        kind = self._value(node.operand)
        for option in node.options:
            if kind not in ("unknown", self.kind(option)):
                self._mismatch(option.position, (node.operand, kind), (option, self.kind(option)))

    def _mismatch(self, position: int, *sides: tuple[Expression, ExpressionKind]) -> None:
        said = " and ".join(f"{_said(node)} is {_ARTICLES[kind]}" for node, kind in sides)
        self._report("kind-mismatch", position, f"{said}.", "two texts or two numbers", _cure_of_mismatch(*sides))

    def _value(self, node: Expression) -> ExpressionKind:
        kind = self.kind(node)
        if kind != "boolean":
            return kind
        self._report(
            "kind-mismatch", node.position, "a condition stands where a value is needed.", "a text or a number"
        )
        return "unknown"

    def _need(self, node: Expression, needed: ExpressionKind, why: str = "") -> None:
        kind = self.kind(node)
        if kind not in (needed, "unknown"):
            found = f"{_said(node)} is {_ARTICLES[kind]}. {why}".rstrip()
            self._report("kind-mismatch", node.position, found, _ARTICLES[needed], _cure_of_need(node, needed))

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
