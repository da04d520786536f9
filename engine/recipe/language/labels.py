"""Which texts a column can still hold where a condition is true, as far as the condition alone tells."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from .nodes import Comparison, Expression, Logic, Membership, Name, Not, Presence, Text, TextTest

_COMPARED: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)
_TESTED: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {"starts with": str.startswith, "ends with": str.endswith, "contains": str.__contains__}
)


def can_hold(condition: Expression, column: str, text: str) -> bool:
    """Whether a row whose column says this text may be one for which the condition is true.

    >>> from .expressions import parse
    >>> can_hold(parse("Sex == 'Male' and Age > 15"), "Sex", "Persons")
    False
    """
    return _holds(condition, column, text) is not False


def _holds(condition: Expression, column: str, text: str) -> bool | None:
    """Whether it is true for such a row; None where that depends on other columns."""
    match condition:
        case Not(operand):
            opposite = _holds(operand, column, text)
            return None if opposite is None else not opposite
        case Logic(joint, operands):
            return _joined([_holds(operand, column, text) for operand in operands], decisive=joint == "or")
        case Comparison(sign, left, right):
            sides = _said(left, column, text), _said(right, column, text)
            return None if sides[0] is None or sides[1] is None else _COMPARED[sign](sides[0], sides[1])
        case Membership(Name(name)) | Presence(Name(name)) | TextTest(_, Name(name)) if name == column:
            return _passes(condition, text)
        case _:
            return None


def _passes(test: Membership | Presence | TextTest, text: str) -> bool:
    match test:
        case Membership(_, options, negated):
            return (text in [option.value for option in options]) is not negated
        case Presence(_, present):
            return present
        case TextTest(how, _, part):
            return _TESTED[how](text, part)


def _joined(parts: Sequence[bool | None], *, decisive: bool) -> bool | None:
    """One part that decides is enough; without one, a part that isn't known leaves the whole open."""
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _said(node: Expression, column: str, text: str) -> str | None:
    match node:
        case Name(name) if name == column:
            return text
        case Text(said):
            return said
        case _:
            return None
