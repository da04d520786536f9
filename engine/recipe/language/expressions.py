"""The expression language of recipes: conditions and sums over columns, parsed into a tree that can't do anything else.

    `Age group` == 'All' and Value >= 10 and Sex in ('Male', 'Female')
    Note is missing or not Note starts with 'Provisional'
    Jobs / Population * 1000

A column is a bare word, or stands in `backticks`; a text stands in 'single' or "double" quotes (doubled inside, a quote
stands for itself). From loose to tight: ``or``, ``and``, ``not``, comparisons, ``+ -``, ``* /``, unary minus.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from .nodes import (
    Arithmetic,
    ArithmeticOperator,
    Comparison,
    ComparisonOperator,
    Expression,
    Logic,
    LogicOperator,
    Membership,
    Name,
    Negate,
    Not,
    Number,
    Presence,
    Text,
    TextOperator,
    TextTest,
    operands,
)
from .tokens import KEYWORDS, ExpressionError, Token, tokens

__all__ = ("MAX_DEPTH", "Expression", "ExpressionError", "columns_of", "divisors_of", "parse")

MAX_DEPTH = 30
MAX_OPERATORS = 100


def parse(text: str) -> Expression:
    """The tree of an expression.

    Raises:
        ExpressionError: The text is not an expression, or is too long or too deep.
    """
    return _Parser(text).whole()


def columns_of(expression: Expression) -> tuple[str, ...]:
    """The columns that an expression names, each once, in the order of their first mention."""
    return tuple(dict.fromkeys(_names(expression)))


def divisors_of(expression: Expression) -> tuple[Expression, ...]:
    """What an expression divides by, where that can be zero: anything but a number that isn't."""
    return tuple(divisor for divisor in _divisors(expression) if not (isinstance(divisor, Number) and divisor.value))


def _divisors(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Arithmetic):
        yield from (operand for operator, operand in expression.rest if operator == "/")
    for operand in operands(expression):
        yield from _divisors(operand)


def _names(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Name):
        yield expression.name
    for operand in operands(expression):
        yield from _names(operand)


_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_LOGIC: Mapping[str, int] = MappingProxyType({"or": 10, "and": 20})
_ARITHMETIC: Mapping[str, tuple[int, tuple[str, ...]]] = MappingProxyType(
    {"+": (50, ("+", "-")), "-": (50, ("+", "-")), "*": (60, ("*", "/")), "/": (60, ("*", "/"))}
)
_NOT_POWER = 30
_COMPARISON_POWER = 40
_MINUS_POWER = 70
_POWERS: Mapping[str, int] = MappingProxyType(
    {
        **_LOGIC,
        **dict.fromkeys((*_COMPARISONS, "in", "not", "is", "starts", "ends", "contains"), _COMPARISON_POWER),
        **{operator: power for operator, (power, _) in _ARITHMETIC.items()},
    }
)

_A_VALUE = "a column, a number, a 'text' or an opening parenthesis"
_AN_OPERATOR = (
    "a comparison (== != < <= > >=), in (…), is missing, is present, starts with, ends with, contains,"
    " arithmetic (+ - * /), and, or"
)


class _Parser:
    """A Pratt parser: each operator has a binding power, and takes what binds tighter than itself."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = tuple(tokens(text))
        self._at = 0
        self._depth = 0
        self._operators = 0

    def whole(self) -> Expression:
        found = self._expression(0)
        if self._next.kind != "end":
            raise self._unexpected(_AN_OPERATOR)
        return found

    def _expression(self, power: int) -> Expression:
        left = self._prefix()
        while self._power() > power:
            left = self._infix(left)
        return left

    def _power(self) -> int:
        return _POWERS[self._next.text] if self._is_next(*_POWERS) else 0

    def _prefix(self) -> Expression:
        token = self._take()
        match token.kind, token.text:
            case "number", _:
                return Number(_number(token), token.position)
            case "text", said:
                return Text(said, token.position)
            case "column" | "name", said:
                return Name(said, token.kind == "name", token.position)
            case "operator" | "keyword", "(" | "-" | "not":
                return self._nested(token)
            case _:
                self._at -= 1
                raise self._unexpected(_A_VALUE)

    def _nested(self, token: Token) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _too_deep(token)
        found = self._nested_whole(token)
        self._depth -= 1
        return found

    def _nested_whole(self, token: Token) -> Expression:
        if token.text == "not":
            return Not(self._expression(_NOT_POWER), token.position)
        if token.text == "-":
            return self._minus(token)
        found = self._expression(0)
        self._expect(")", "an operator, or the closing parenthesis")
        return found

    def _minus(self, token: Token) -> Expression:
        if self._next.kind == "number":
            return Number(-_number(self._take()), token.position)
        return Negate(self._expression(_MINUS_POWER), token.position)

    def _infix(self, left: Expression) -> Expression:
        token = self._next
        if token.text in _LOGIC:
            return self._logic(left, token)
        if token.text in _ARITHMETIC:
            return self._arithmetic(left, token)
        found = self._test(left, self._take())
        if self._power() == _COMPARISON_POWER:
            raise _chained(self._next)
        return found

    def _logic(self, left: Expression, token: Token) -> Expression:
        found = [left]
        while self._is_next(token.text):
            self._take()
            found.append(self._expression(_LOGIC[token.text]))
        return Logic(cast("LogicOperator", token.text), tuple(found), token.position)

    def _arithmetic(self, left: Expression, token: Token) -> Expression:
        power, equals = _ARITHMETIC[token.text]
        rest = []
        while self._is_next(*equals):
            self._operators += 1
            if self._operators > MAX_OPERATORS:
                raise _too_many(self._next)
            operator = cast("ArithmeticOperator", self._take().text)
            rest.append((operator, self._expression(power)))
        return Arithmetic(left, tuple(rest), token.position)

    def _test(self, left: Expression, token: Token) -> Expression:
        match token.text:
            case "is":
                return self._presence(left, token)
            case "in":
                return Membership(left, self._options(), negated=False, position=token.position)
            case "not":
                self._expect("in", "in (…)")
                return Membership(left, self._options(), negated=True, position=token.position)
            case "starts" | "ends" | "contains":
                return self._text_test(left, token)
            case _:
                right = self._expression(_COMPARISON_POWER)
                return Comparison(cast("ComparisonOperator", token.text), left, right, token.position)

    def _presence(self, left: Expression, token: Token) -> Expression:
        if not self._is_next("missing", "present"):
            raise self._unexpected(
                "missing or present", "Write is present for the opposite of is missing, and == or != to compare."
            )
        return Presence(left, self._take().text == "present", token.position)

    def _text_test(self, left: Expression, token: Token) -> Expression:
        operator = token.text
        if operator != "contains":
            self._expect("with", "with")
            operator += " with"
        if self._next.kind != "text":
            raise self._unexpected("a text in quotes")
        return TextTest(cast("TextOperator", operator), left, self._take().text, token.position)

    def _options(self) -> tuple[Number | Text, ...]:
        self._expect("(", "an opening parenthesis")
        found = [self._literal()]
        while self._is_next(","):
            self._take()
            found.append(self._literal())
        self._expect(")", "a comma, or the closing parenthesis")
        return tuple(found)

    def _literal(self) -> Number | Text:
        token = self._next
        if token.kind == "text":
            return Text(self._take().text, token.position)
        negative = self._is_next("-")
        if negative:
            self._take()
        if self._next.kind != "number":
            raise self._unexpected("a number or a text in quotes")
        value = _number(self._take())
        return Number(-value if negative else value, token.position)

    @property
    def _next(self) -> Token:
        return self._words[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _is_next(self, *words: str) -> bool:
        return self._next.kind in ("operator", "keyword") and self._next.text in words

    def _expect(self, text: str, allowed: str) -> None:
        if not self._is_next(text):
            raise self._unexpected(allowed)
        self._take()

    def _unexpected(self, allowed: str, cure: str = "") -> ExpressionError:
        token = self._next
        found = f"At character {token.position + 1}: {token} is not expected here."
        if token.kind == "end":
            found = "The expression ends too early." if self._at else "The expression is empty."
        return ExpressionError(token.position, found, allowed, cure or self._cure())

    def _cure(self) -> str:
        """The likely cure of an unexpected word, from the word itself and those beside it."""
        token = self._next
        if token.text.lower() in KEYWORDS and token.kind == "name":
            return f"Write {token.text.lower()} in lower case."
        match token.kind, token.text:
            case "operator", ",":
                return "Write numbers without thousands separators."
            case "keyword", said:
                return f"A column of that name stands in backticks: `{said}`."
            case "name" | "number", _:
                words = self._words_in_a_row()
                return f"A column stands in backticks: `{words}`; a text stands in quotes: '{words}'."
            case _:
                return ""

    def _words_in_a_row(self) -> str:
        plain = [token.kind in ("name", "number") for token in self._words]
        start, end = self._at, self._at
        while start > 0 and plain[start - 1]:
            start -= 1
        while plain[end]:
            end += 1
        return self._text[self._words[start].position : self._words[end].position].strip()


def _number(token: Token) -> float:
    value = float(token.text)
    if math.isinf(value):
        raise ExpressionError(token.position, f"At character {token.position + 1}: {token.text} is too large.")
    return value


def _chained(token: Token) -> ExpressionError:
    return ExpressionError(
        token.position,
        f"At character {token.position + 1}: '{token.text}' follows another comparison.",
        "one comparison at a time",
        "Join two comparisons with and: low < Value and Value < high.",
    )


def _too_deep(token: Token) -> ExpressionError:
    return ExpressionError(
        token.position,
        f"At character {token.position + 1}: the expression is nested too deeply.",
        f"at most {MAX_DEPTH} levels of parentheses, not and minus",
        "Split it over several keep or derive steps.",
    )


def _too_many(token: Token) -> ExpressionError:
    return ExpressionError(
        token.position,
        f"At character {token.position + 1}: there is too much arithmetic in one expression.",
        f"at most {MAX_OPERATORS} operators",
        "Split it over several derive steps.",
    )
