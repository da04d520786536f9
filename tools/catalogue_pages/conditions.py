"""Conditions and expressions of recipes in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from yhovi.engine.recipe.language import nodes
from yhovi.engine.recipe.language.expressions import parse

from .wording import code, listed, quoted

_COMPARED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "==": ("is", "is not"),
        "!=": ("is not", "is"),
        "<": ("is less than", "is not less than"),
        "<=": ("is at most", "is not at most"),
        ">": ("is more than", "is not more than"),
        ">=": ("is at least", "is not at least"),
    }
)
_TESTED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "starts with": ("starts with", "does not start with"),
        "ends with": ("ends with", "does not end with"),
        "contains": ("contains", "does not contain"),
    }
)
_SIGNS: Mapping[str, str] = MappingProxyType({"+": "+", "-": "−", "*": "×", "/": "÷"})
_OPTIONS = 8


def condition(text: str) -> str:
    """A condition in words.

    >>> print(condition("Sex == 'Persons' and `Category Type` is missing"))
    `Sex` is “Persons” and `Category Type` is blank
    """
    return _condition(parse(text), negated=False)


def _condition(node: nodes.Expression, *, negated: bool) -> str:
    match node:
        case nodes.Not(operand):
            return _condition(operand, negated=not negated)
        case nodes.Logic():
            return _joined(node, negated=negated)
        case nodes.Comparison(sign, left, right):
            return f"{value(left)} {_COMPARED[sign][negated]} {value(right)}"
        case nodes.Membership() | nodes.Presence() | nodes.TextTest():
            return f"{value(node.operand)} {_passes(node, negated=negated)}"
        case _:
            return value(node)


def _passes(test: nodes.Membership | nodes.Presence | nodes.TextTest, *, negated: bool) -> str:
    match test:
        case nodes.Membership(_, options):
            among = "is none of" if test.negated is not negated else "is one of"
            return f"{among} {listed(map(value, options), 'or', most=_OPTIONS)}"
        case nodes.Presence(_, present):
            return "is not blank" if present is not negated else "is blank"
        case nodes.TextTest(how, _, text):
            return f"{_TESTED[how][negated]} {quoted(text)}"


def _joined(node: nodes.Logic, *, negated: bool) -> str:
    """Several conditions; not all of them together is one of their opposites, and the other way round."""
    joint = node.operator if not negated else {"and": "or", "or": "and"}[node.operator]
    parts = [_condition(operand, negated=negated) for operand in node.operands]
    mixed = [isinstance(_inner(operand), nodes.Logic) for operand in node.operands]
    said = [f"({part})" if nested else part for part, nested in zip(parts, mixed, strict=True)]
    return listed(said, joint)


def _inner(node: nodes.Expression) -> nodes.Expression:
    return _inner(node.operand) if isinstance(node, nodes.Not) else node


def value(node: nodes.Expression) -> str:
    """What an expression stands for: a column, a text, a number, or a calculation."""
    match node:
        case nodes.Name(name):
            return code(name)
        case nodes.Text(text):
            return quoted(text)
        case nodes.Number(number):
            return f"{number:.12g}"
        case nodes.Negate(operand):
            return f"−{_operand(operand)}"
        case nodes.Arithmetic(first, rest):
            return " ".join([_operand(first), *(f"{_SIGNS[sign]} {_operand(other)}" for sign, other in rest)])
        case _:
            return _condition(node, negated=False)


def _operand(node: nodes.Expression) -> str:
    return f"({value(node)})" if isinstance(node, nodes.Arithmetic) else value(node)


def derived(name: str, text: str) -> str:
    """What a new column is made of, in a sentence.

    >>> derived("lower", "rate - half_width")
    '`lower` is `rate` − `half_width`'
    """
    tree = parse(text)
    everywhere = " on every row" if isinstance(tree, (nodes.Text, nodes.Number)) else ""
    return f"{code(name)} is {value(tree)}{everywhere}"
