"""The steps that are about units: declare, which only says what a number is, and convert."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import narwhals.stable.v2 as nw

from ...measures import quantity
from ..distinct import Frame
from ..signature import Arguments
from ..signatures.units import converted
from ..step import Step, StepContext


def _declare(frame: Frame, _: Arguments, __: StepContext) -> Frame:
    return frame


def _convert(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    to = _exact(arguments["to"])
    factors = {name: _exact(str(context.columns[name].unit)) / to for name in converted(arguments)}
    return frame.with_columns(_times(name, factor) for name, factor in factors.items())


def _times(name: str, factor: Fraction) -> nw.Expr:
    number = nw.col(name)
    if factor.numerator != 1:
        number *= float(factor.numerator)
    if factor.denominator != 1:
        # a column to divide by: an engine may divide by a constant by way of its inverse, and lose a digit
        number /= nw.col(name) * 0.0 + float(factor.denominator)
    return number


def _exact(unit: str) -> Fraction:
    """How many base units one is, as it is written: 0.01 is a hundredth, which no float is."""
    return Fraction(f"{quantity(unit).scale:.12g}")


UNIT_STEPS: Mapping[str, Step] = MappingProxyType({"declare": _declare, "convert": _convert})
