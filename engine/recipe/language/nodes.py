"""What an expression is made of: a tree of frozen values. Trees are equal wherever their parts were written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ComparisonOperator = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOperator = Literal["+", "-", "*", "/"]
LogicOperator = Literal["and", "or"]
TextOperator = Literal["starts with", "ends with", "contains"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    value: float
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    value: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A column. ``bare`` tells that it stood there without backticks, so it may be a text that lost its quotes."""

    name: str
    bare: bool = field(default=False, compare=False)
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """A unary minus."""

    operand: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A chain of operators that bind equally, worked from left to right, as in ``a - b + c``."""

    first: Expression
    rest: tuple[tuple[ArithmeticOperator, Expression], ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values side by side; false where either is missing, except for ``!=``, which is then true."""

    operator: ComparisonOperator
    left: Expression
    right: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a value is one of those listed."""

    operand: Expression
    options: tuple[Number | Text, ...]
    negated: bool = False
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Presence:
    """``is missing`` or, where ``present``, ``is present``."""

    operand: Expression
    present: bool
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TextTest:
    """``starts with``, ``ends with`` or ``contains``; upper and lower case differ."""

    operator: TextOperator
    operand: Expression
    text: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    operand: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """Two or more conditions, all joined by ``and`` or all by ``or``."""

    operator: LogicOperator
    operands: tuple[Expression, ...]
    position: int = field(default=0, compare=False)


Value: TypeAlias = Number | Text | Name | Negate | Arithmetic
Condition: TypeAlias = Comparison | Membership | Presence | TextTest | Not | Logic
Expression: TypeAlias = Value | Condition


def operands(expression: Expression) -> tuple[Expression, ...]:
    """The parts that an expression is made of, in the order in which they are written."""
    match expression:
        case Arithmetic(first, rest):
            return (first, *(operand for _, operand in rest))
        case Comparison(_, left, right):
            return (left, right)
        case Logic():
            return expression.operands
        case Negate() | Membership() | Presence() | TextTest() | Not():
            return (expression.operand,)
        case _:
            return ()
