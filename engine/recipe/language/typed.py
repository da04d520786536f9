"""What arithmetic does to units and measure types: the quantity of a result, and how it may be combined."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...measures import MEASURE_TYPES, Quantity, quantity, unit_of

ExpressionKind: TypeAlias = Literal["text", "number", "boolean", "unknown"]

# Nothing that is published is smaller or larger; what is left of a unit beyond this is reckoning alone.
_SMALLEST, _LARGEST = 1e-30, 1e30


@dataclass(frozen=True, slots=True)
class Typed:
    """What an expression gives: a kind of value, and of a number its unit and measure type, where they are known.

    A ``literal`` is a number that stands in the expression itself.
    """

    kind: ExpressionKind
    unit: str | None = None
    measure: str | None = None
    literal: float | None = None


def agree(left: Typed, right: Typed) -> bool:
    """Whether two numbers may be added or compared: their units are one quantity, or one of them isn't known."""
    return left.unit is None or right.unit is None or quantity(left.unit) == quantity(right.unit)


def convertible(left: Typed, right: Typed) -> bool:
    """Whether two numbers of known units measure the same thing."""
    return bool(left.unit and right.unit) and quantity(left.unit or "").converts_to(quantity(right.unit or ""))


def added(left: Typed, right: Typed) -> Typed:
    """The sum, or the difference, of two numbers. A literal takes the other's unit."""
    measure = left.measure if left.measure == right.measure else None
    if left.literal is not None or right.literal is not None:
        return Typed("number", left.unit or right.unit)
    known = left.unit is not None and right.unit is not None and agree(left, right)
    return Typed("number", left.unit if known else None, measure)


def multiplied(left: Typed, right: Typed) -> Typed:
    """The product of two numbers. A power of ten says the same quantity in another unit."""
    if left.literal is not None:
        left, right = right, left
    if left.unit is None or left.literal is not None:
        return Typed("number", measure=left.measure if right.literal is not None else None)
    if right.literal is not None:
        return Typed("number", _unit(quantity(left.unit).scaled(1 / _conversion(right.literal)), left), left.measure)
    return Typed("number", _unit(quantity(left.unit) * quantity(right.unit)) if right.unit else None)


def divided(left: Typed, right: Typed) -> Typed:
    """One number over another. What sums, over what sums, is a ratio."""
    if right.literal is not None:
        unit = _unit(quantity(left.unit).scaled(_conversion(right.literal)), left) if left.unit else None
        return Typed("number", unit, left.measure)
    measure = "ratio" if _sums(left) and _sums(right) else None
    if right.unit is None or (left.unit is None and left.literal is None):
        return Typed("number", measure=measure)
    above = quantity(left.unit) if left.unit else Quantity(scale=1 / _conversion(left.literal))
    return Typed("number", _unit(above / quantity(right.unit)), measure)


def _sums(number: Typed) -> bool:
    return number.measure is not None and MEASURE_TYPES[number.measure].over_areas == "sum"


def _conversion(literal: float | None) -> float:
    """A power of ten; 1 for any other number, which changes how much there is and not the unit."""
    size = abs(literal or 1.0)
    return size if size == float(f"1e{round(math.log10(size))}") else 1.0


def _unit(found: Quantity, before: Typed | None = None) -> str | None:
    """The unit of a quantity: the one it had before, if it is still that one."""
    if not _SMALLEST < found.scale < _LARGEST:
        return None
    if before and before.unit and quantity(before.unit) == found:
        return before.unit
    return unit_of(found)
