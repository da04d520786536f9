"""What kinds of number there are, in which units they come, and why one may be missing.

Units carry a dimension and a scale, so that thousands and kilotonnes can't be confused with their base, and tonnes over
persons are tonnes per person; measure types say what may be done with a number; statuses are SDMX's CL_OBS_STATUS
inside, with a closed list of reasons beside them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Combination = Literal["sum", "rederive", "refuse"]


@dataclass(frozen=True, slots=True)
class MeasureType:
    """How values of this type combine over areas: summed, re-derived from numerator and denominator, or not at all."""

    name: str
    over_areas: Combination
    units: tuple[str, ...]
    bounded: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Measured:
    """What kind of number an indicator is: its measure type and its unit."""

    type: str
    unit: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: the dimension it measures, such as ``mass / count``, and how many base units one of it is."""

    name: str
    title: str
    dimension: str
    scale: float = 1.0
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a value is missing or needs care. ``code`` is SDMX's; ``missing`` says whether there is no number at all."""

    name: str
    code: str
    missing: bool
    text: str


UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        unit.name: unit
        for unit in (
            Unit("count", "count", "count"),
            Unit("thousand", "thousands", "count", 1e3),
            Unit("persons", "people", "count"),
            Unit("percent", "%", "ratio", 0.01, "%"),
            Unit("fraction", "fraction of one", "ratio"),
            Unit("ratio", "ratio", "ratio"),
            Unit("per_1000", "per 1,000", "ratio", 1e-3),
            Unit("per_10000", "per 10,000", "ratio", 1e-4),
            Unit("per_100000", "per 100,000", "ratio", 1e-5),
            Unit("index", "index", "index"),
            Unit("score", "score", "score"),
            # a year has no fixed number of hours, so there is no way from one to the other
            Unit("years", "years", "calendar_time"),
            Unit("hours", "hours", "clock_time"),
            Unit("gbp", "£", "money", 1.0, "£"),
            Unit("gbp_thousand", "£ thousand", "money", 1e3, "£"),
            Unit("gbp_million", "£ million", "money", 1e6, "£"),
            Unit("gbp_per_person", "£ per person", "money / count", 1.0, "£"),
            Unit("gbp_thousand_per_person", "£ thousand per person", "money / count", 1e3, "£"),
            Unit("gbp_per_job", "£ per job", "money / count", 1.0, "£"),
            Unit("gbp_per_hour", "£ per hour", "money / clock_time", 1.0, "£"),
            Unit("gbp_per_month", "£ per month", "money / calendar_time", 12.0, "£"),
            Unit("kg", "kg", "mass", 1e-3),
            Unit("tonnes", "tonnes", "mass"),
            Unit("kilotonnes", "kilotonnes", "mass", 1e3),
            Unit("kg_per_person", "kg per person", "mass / count", 1e-3),
            Unit("tonnes_per_person", "tonnes per person", "mass / count"),
            Unit("micrograms_per_m3", "µg per m³", "mass / length^3", 1e-12),
            Unit("kwh", "kWh", "energy"),
            Unit("mwh", "MWh", "energy", 1e3),
            Unit("gwh", "GWh", "energy", 1e6),
            Unit("kwh_per_meter", "kWh per meter", "energy / count"),
            Unit("kwh_per_person", "kWh per person", "energy / count"),
            Unit("mwh_per_household", "MWh per household", "energy / count", 1e3),
            Unit("metres", "metres", "length"),
            Unit("km", "km", "length", 1e3),
            Unit("hectares", "hectares", "length^2", 1e4),
            Unit("km2", "km²", "length^2", 1e6),
            Unit("persons_per_km2", "people per km²", "count / length^2", 1e-6),
            Unit("mbit_s", "Mbit/s", "data_rate"),
        )
    }
)
"""Every unit. Where two are the same quantity, the first one here is that quantity's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """What a number is a number of: powers of dimensions, none of them zero, and how many base units one is.

    Scales that differ by what reckoning leaves behind are equal.

    >>> unit_of(quantity("kilotonnes") / quantity("thousand"))
    'tonnes_per_person'
    """

    dimensions: tuple[tuple[str, int], ...] = ()
    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", tuple(sorted(power for power in self.dimensions if power[1])))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.dimensions == other.dimensions and math.isclose(self.scale, other.scale, rel_tol=_NOISE)

    def __hash__(self) -> int:
        return hash(self.dimensions)

    def __mul__(self, other: Quantity) -> Quantity:
        powers = Counter(dict(self.dimensions))
        powers.update(dict(other.dimensions))
        return Quantity(tuple(powers.items()), self.scale * other.scale)

    def __truediv__(self, other: Quantity) -> Quantity:
        return self * other.inverse

    @property
    def inverse(self) -> Quantity:
        """One over it."""
        return Quantity(tuple((name, -power) for name, power in self.dimensions), 1 / self.scale)

    def scaled(self, factor: float) -> Quantity:
        """The same dimensions, one of it being so many times as much."""
        return Quantity(self.dimensions, self.scale * factor)

    def converts_to(self, other: Quantity) -> bool:
        """Whether numbers of it can be said in the other one."""
        return self.dimensions == other.dimensions


def quantity(unit: str) -> Quantity:
    """The quantity of a unit, by its name or as ``unit_of`` tells one without a name.

    Raises:
        ValueError: It is no unit.
    """
    found = _UNIT.fullmatch(unit)
    if found is None:
        raise ValueError(f"'{unit}' is no unit.")
    result = Quantity(scale=float(found["scale"] or 1))
    for name, power in _powers(found["units"]):
        if name not in UNITS:
            raise ValueError(f"'{unit}' is no unit: there is no {name}.")
        result *= _power(_quantity_of(UNITS[name]), power)
    return result


def unit_of(quantity: Quantity) -> str:
    """The unit that a quantity is: the first of that name in the table, else base units and how many of them.

    >>> unit_of(quantity("gbp_million") / quantity("kwh"))
    '1000000 gbp / kwh'
    """
    return _NAMES.get(quantity) or _unnamed(quantity)


_TERM = r"[a-z]\w*(?:\^[1-9][0-9]*)?"
_PRODUCT = rf"{_TERM}(?: \* {_TERM})*"
_UNIT = re.compile(rf"(?:(?P<scale>[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?) )?(?P<units>{_PRODUCT}(?: / {_PRODUCT})?)")


def _powers(text: str) -> Iterator[tuple[str, int]]:
    """The names in an expression such as ``count / length^2``, each with its power."""
    above, _, below = text.partition(" / ")
    for part, sign in ((above, 1), (below, -1)):
        for factor in filter(None, part.split(" * ")):
            name, _, power = factor.partition("^")
            yield name, sign * int(power or 1)


def _power(base: Quantity, power: int) -> Quantity:
    dimensions = tuple((name, times * power) for name, times in base.dimensions)
    return Quantity(dimensions, base.scale**power)


def _quantity_of(unit: Unit) -> Quantity:
    return Quantity(tuple(power for power in _powers(unit.dimension) if power[0] != _DIMENSIONLESS), unit.scale)


def _unnamed(quantity: Quantity) -> str:
    above, below = (
        " * ".join(
            _BASES[name] + (f"^{abs(power)}" if abs(power) > 1 else "")
            for name, power in quantity.dimensions
            if power * sign > 0
        )
        for sign in (1, -1)
    )
    scale = "" if math.isclose(quantity.scale, 1, rel_tol=_NOISE) else f"{quantity.scale:.12g} "
    return f"{scale}{above or _BASES[_DIMENSIONLESS]}" + (f" / {below}" if below else "")


_DIMENSIONLESS = "ratio"
_NOISE = 1e-9

# The first unit of several wins, so it comes last.
_LAST_FIRST = tuple(reversed(tuple(UNITS.values())))
_NAMES: Mapping[Quantity, str] = MappingProxyType({_quantity_of(unit): unit.name for unit in _LAST_FIRST})
_BASES: Mapping[str, str] = MappingProxyType({unit.dimension: unit.name for unit in _LAST_FIRST if unit.scale == 1})

_COUNTS = ("count", "thousand", "persons")
_MONEY = ("gbp", "gbp_thousand", "gbp_million")
_AMOUNTS = (
    *_MONEY,
    *("kg", "tonnes", "kilotonnes", "kwh", "mwh", "gwh", "years", "hours"),
    *("metres", "km", "hectares", "km2"),
)
_PROPORTIONS = ("percent", "fraction")
_SHARES = (*_PROPORTIONS, "per_1000", "per_10000", "per_100000")
_PER_ONE = (
    *("gbp_per_person", "gbp_thousand_per_person", "gbp_per_job", "gbp_per_hour", "gbp_per_month"),
    *("kg_per_person", "tonnes_per_person", "kwh_per_meter", "kwh_per_person", "mwh_per_household"),
    *("persons_per_km2",),
)

MEASURE_TYPES: Mapping[str, MeasureType] = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            MeasureType("count", "sum", _COUNTS, (0.0, None)),
            MeasureType("amount", "sum", _AMOUNTS),
            MeasureType("proportion", "rederive", _PROPORTIONS, (0.0, 1.0)),
            MeasureType("crude_rate", "rederive", _SHARES, (0.0, None)),
            MeasureType("ratio", "rederive", ("ratio", *_SHARES, *_PER_ONE, *_AMOUNTS)),
            MeasureType("standardised_rate", "refuse", _SHARES, (0.0, None)),
            MeasureType("mean", "refuse", tuple(UNITS)),
            MeasureType("median", "refuse", tuple(UNITS)),
            MeasureType("index", "refuse", ("index",)),
            MeasureType("score", "refuse", ("score",)),
            MeasureType("survey_percentage", "refuse", _PROPORTIONS, (0.0, 1.0)),
            MeasureType("modelled", "refuse", tuple(UNITS)),
        )
    }
)

# A number of one of these types is no number of another; those that aren't here can be one another's.
_APART: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("count", "amount"), "sum"),
        **{name: name for name in ("median", "standardised_rate", "index")},
    }
)
_ANY = "modelled"


def comparable(one: Measured, other: Measured) -> bool:
    """Whether two indicators may be two routes to one number: what they measure is the same, and their types agree.

    >>> comparable(Measured("survey_percentage", "percent"), Measured("proportion", "fraction"))
    True
    >>> comparable(Measured("mean", "gbp"), Measured("median", "gbp"))
    False
    """
    agree = _ANY in (one.type, other.type) or _APART.get(one.type) == _APART.get(other.type)
    return agree and quantity(one.unit).converts_to(quantity(other.unit))


POLARITIES = ("higher_is_better", "lower_is_better", "neutral")

NORMAL = "A"
SUPPRESSED = "Q"

REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        reason.name: reason
        for reason in (
            Reason("suppressed", SUPPRESSED, True, "suppressed by the publisher to protect confidentiality"),
            Reason("not_available", "O", True, "not available from the publisher"),
            Reason("not_collected", "L", True, "exists, but was not collected"),
            Reason("not_applicable", "M", True, "can't exist here"),
            Reason("not_published_at_this_level", "O", True, "not published at this geographical level"),
            Reason("withdrawn", "O", True, "no longer published by the source"),
            Reason("unreliable", "U", False, "of low reliability, use with care"),
            Reason("too_unreliable_to_publish", SUPPRESSED, True, "too unreliable to be published"),
            Reason("provisional", "P", False, "provisional, to be revised"),
            Reason("estimated", "E", False, "estimated"),
            Reason("imputed", "I", False, "imputed"),
            Reason("series_break", "B", False, "not comparable with earlier periods"),
            Reason("corrected", NORMAL, False, "corrected here, as its spec says"),
        )
    }
)

# Which status is shown first where several hold: no number at all, then a doubtful one, then a preliminary one.
_SEVERITY = ("M", "Q", "L", "O", "U", "B", "I", "E", "P", NORMAL)


def reason(name: str) -> Reason:
    """The reason of that name; a name that is none is a flag, such as that of an area whose code was translated."""
    return REASONS.get(name) or Reason(name, NORMAL, False, "")


def primary(codes: Iterable[str]) -> str:
    """The one status to show of several; normal where there is none.

    >>> primary(["P", "U"])
    'U'
    """
    return min({NORMAL, *codes}, key=_SEVERITY.index)
