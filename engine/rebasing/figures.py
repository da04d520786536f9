"""Figures of the parts of an area, and what these make together as their measure type allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, isnan, nan
from typing import NamedTuple

from ..geography import Area
from ..measures import MEASURE_TYPES, Measured, quantity, reason

SUMMED = "summed_from_parts"
REDERIVED = "rederived_from_parts"
PARTS_ABSENT = "parts_absent"

NOT_AVAILABLE = "not_available"
NOT_PUBLISHED = "not_published_at_this_level"

_CLOSE = 0.005  # numerators, denominators and totals may have been rounded
_CLOSE_COUNT = 5.0  # counts are often rounded to five, each part for itself
_NOISE = 1e-9


class Figure(NamedTuple):
    """One row of the frame: where it stands, which area it is of, and its numbers; ``nan`` is a missing one."""

    place: int
    area: str
    value: float
    numerator: float
    denominator: float
    status: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The figures of the parts of one area in one period and breakdown, in the order of their codes.

    ``own`` are the figures that the source prints of the area itself; ``surplus`` counts those of areas that belong to
    another division of it; ``lacking`` are the parts that aren't there, ``repeated`` says that one has two figures.
    """

    whole: Area
    time_period: str
    breakdown: str
    figures: tuple[Figure, ...]
    own: tuple[Figure, ...] = ()
    surplus: int = 0
    lacking: tuple[str, ...] = ()
    repeated: bool = False

    @property
    def said(self) -> frozenset[str]:
        """All that is said of the parts."""
        return frozenset(name for figure in self.figures for name in figure.status.split())

    @property
    def complete(self) -> bool:
        """Whether every part is there, once, and with a number."""
        return not (self.lacking or self.repeated or any(isnan(figure.value) for figure in self.figures))

    @property
    def name(self) -> str:
        """The area and the period in a message."""
        return f"{self.whole.code} {self.time_period}"


class Made(NamedTuple):
    """What parts make: a number and what is said of it, and numerator and denominator where all parts have them."""

    value: float
    said: frozenset[str]
    numerator: float = nan
    denominator: float = nan
    note: str = ""


def combined(parts: Parts, measured: Measured) -> Made:
    """What the parts of an area make together.

    A number comes only of all parts, each with a number; else it is missing for all reasons that the parts have.
    """
    combination = MEASURE_TYPES[measured.type].over_areas
    if combination == "refuse":
        return Made(nan, frozenset({NOT_PUBLISHED}))
    said = parts.said | {SUMMED if combination == "sum" else REDERIVED}
    if parts.lacking or parts.repeated:
        return Made(nan, said | {NOT_AVAILABLE, *([PARTS_ABSENT] if parts.lacking else [])})
    above = total(figure.numerator for figure in parts.figures)
    below = total(figure.denominator for figure in parts.figures)
    if combination == "sum":
        return Made(total(figure.value for figure in parts.figures), said, _unless_secret(above, said), below)
    if not parts.complete:
        return Made(nan, said, _unless_secret(above, said), below)
    factor = float(f"{1 / quantity(measured.unit).scale:.12g}")  # that of 0.00001 isn't 100000
    if not reproduced(parts.figures, factor):
        return Made(nan, said - {REDERIVED} | {NOT_PUBLISHED})
    return Made(above * factor / below, said, above, below)


def reproduced(figures: Sequence[Figure], factor: float) -> bool:
    """Whether every figure is its numerator over its denominator, times the factor, as exactly as figures are printed.

    That is half a unit of the last decimal that any of them has, or half a percent.
    """
    half = 0.5 * 10.0 ** -max(_decimals(figure.value) for figure in figures)
    return all(_is_fraction(figure, factor, half) for figure in figures)


def total(numbers: Iterable[float]) -> float:
    """The exact sum; ``nan`` if one of the numbers is missing.

    >>> total([0.1] * 10), total([1.0, nan])
    (1.0, nan)
    """
    known = list(numbers)
    return fsum(known) if all(map(isfinite, known)) else sum(known)


def _is_fraction(figure: Figure, factor: float, half: float) -> bool:
    if isnan(figure.numerator) or isnan(figure.denominator) or not figure.denominator:
        return False
    off = abs(figure.numerator * factor / figure.denominator - figure.value)
    return off <= max(half, _CLOSE * abs(figure.value)) * (1 + _NOISE)


def _decimals(number: float) -> int:
    """How many decimals a number is printed with, at least.

    >>> _decimals(12.25), _decimals(300.0), _decimals(1.5e-07)
    (2, 0, 8)
    """
    digits, _, exponent = repr(number).partition("e")
    return max(0, len(digits.removesuffix(".0").partition(".")[2]) - int(exponent or 0))


def _unless_secret(numerator: float, said: Iterable[str]) -> float:
    return nan if any(reason(name).missing for name in said) else numerator


def difference(parts: Parts, printed: float, measured: Measured) -> str:
    """The two figures, if rounding doesn't explain that they differ."""
    together = total(figure.value for figure in parts.figures)
    decimals = max(_decimals(number) for number in (printed, *(figure.value for figure in parts.figures)))
    is_count = measured.type == "count" and quantity(measured.unit).scale == 1
    each = _CLOSE_COUNT if is_count else 0.5 * 10.0**-decimals
    close = abs(together - printed) <= max(each * len(parts.figures), _CLOSE * abs(printed))
    return "" if close or isnan(printed) else f"{parts.name} {printed:.12g}, its parts {together:.12g}"
