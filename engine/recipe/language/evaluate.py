"""Expressions as narwhals expressions, which mean the same on every engine.

Conditions are two-valued: a comparison with a missing value is false, so ``!=``, ``not`` and ``not in`` are true there.
Engines differ in this, hence the ``fill_null`` round every test. Dividing by zero gives a missing number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType

import narwhals.stable.v2 as nw

from .nodes import (
    Arithmetic,
    ArithmeticOperator,
    Comparison,
    Expression,
    Logic,
    Membership,
    Name,
    Negate,
    Not,
    Number,
    Presence,
    Text,
    TextTest,
)

_Operation = Callable[[nw.Expr, nw.Expr], nw.Expr]


def _divided(left: nw.Expr, right: nw.Expr) -> nw.Expr:
    # 0 / 0 is missing on some engines and NaN on others, x / 0 is infinite
    return left / nw.when(right != 0.0).then(right)


_OPERATIONS: Mapping[str, _Operation] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": _divided,
        "==": operator.eq,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)


def evaluate(expression: Expression) -> nw.Expr:
    """The narwhals expression of a parsed one, which must be free of faults over the frame it is used on."""
    match expression:
        case Number(value) | Text(value):
            return nw.lit(value)
        case Name(name):
            return nw.col(name)
        case Negate(operand):
            return -evaluate(operand)
        case Arithmetic(first, rest):
            return reduce(_applied, rest, evaluate(first))
        case Not() | Logic():
            return _logic(expression)
        case _:
            return _test(expression)


def _applied(left: nw.Expr, step: tuple[ArithmeticOperator, Expression]) -> nw.Expr:
    sign, right = step
    return _OPERATIONS[sign](left, evaluate(right))


def _logic(expression: Not | Logic) -> nw.Expr:
    if isinstance(expression, Not):
        return ~evaluate(expression.operand)
    joined = nw.all_horizontal if expression.operator == "and" else nw.any_horizontal
    return joined(*map(evaluate, expression.operands), ignore_nulls=False)


def _test(test: Comparison | Membership | Presence | TextTest) -> nw.Expr:
    match test:
        case Comparison("!=", left, right):
            return ~_test(Comparison("==", left, right))
        case Comparison(sign, left, right):
            return _two_valued(_OPERATIONS[sign](evaluate(left), evaluate(right)))
        case Membership(operand, options, negated):
            found = _two_valued(evaluate(operand).is_in([option.value for option in options]))
            return ~found if negated else found
        case Presence(operand, present):
            missing = evaluate(operand).is_null()
            return ~missing if present else missing
        case _:
            return _two_valued(_text_test(test))


def _text_test(test: TextTest) -> nw.Expr:
    texts = evaluate(test.operand).str
    match test.operator:
        case "starts with":
            return texts.starts_with(test.text)
        case "ends with":
            return texts.ends_with(test.text)
        case _:
            return texts.contains(test.text, literal=True)


def _two_valued(test: nw.Expr) -> nw.Expr:
    return test.fill_null(value=False)
