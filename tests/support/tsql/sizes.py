"""How many bytes a column can take in a key."""

from __future__ import annotations

from types import MappingProxyType

from .tree import Node

_FIXED = MappingProxyType(
    {
        "Bit": 1, "TinyInt": 1, "SmallInt": 2, "Int": 4, "BigInt": 8, "Real": 4, "SmallMoney": 4, "Money": 8,
        "Date": 3, "SmallDateTime": 4, "DateTime": 8, "UniqueIdentifier": 16, "Timestamp": 8, "Rowversion": 8,
    }
)  # fmt: skip
_PER_CHARACTER = MappingProxyType({"Char": 1, "VarChar": 1, "Binary": 1, "VarBinary": 1, "NChar": 2, "NVarChar": 2})
# The bytes of a number or a time by its digits: up to the first number of digits so many, and so on.
_BY_DIGITS = MappingProxyType(
    {
        "Decimal": (18, ((9, 5), (19, 9), (28, 13), (38, 17))),
        "Numeric": (18, ((9, 5), (19, 9), (28, 13), (38, 17))),
        "Float": (53, ((24, 4), (53, 8))),
        "Time": (7, ((2, 3), (4, 4), (7, 5))),
        "DateTime2": (7, ((2, 6), (4, 7), (7, 8))),
        "DateTimeOffset": (7, ((2, 8), (4, 9), (7, 10))),
    }
)


def size_of(data_type: Node) -> int | None:
    """The bytes of a type at most; none for one that can be no key, or isn't known."""
    kind = data_type.plain.get("SqlDataTypeOption", "")
    given = [parameter.plain["Value"] for parameter in data_type.many.get("Parameters", ())]
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _PER_CHARACTER:
        return _of_text(kind, given)
    if kind in _BY_DIGITS:
        usual, steps = _BY_DIGITS[kind]
        digits = int(given[0]) if given else usual
        return next((size for limit, size in steps if digits <= limit), None)
    return None


def _of_text(kind: str, given: list[str]) -> int | None:
    length = given[0] if given else "1"
    return int(length) * _PER_CHARACTER[kind] if length.isdecimal() else None
