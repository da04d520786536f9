"""What kinds of number there are, in which units they come, and why one may be missing.

Units carry a scale, so that thousands and kilotonnes can't be confused with their base; measure types say what may be
done with a number; statuses are SDMX's CL_OBS_STATUS inside, with a closed list of reasons beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """A unit: the dimension it measures and how many base units one of it is."""

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
            Unit("percent", "%", "share", 0.01, "%"),
            Unit("fraction", "fraction of one", "share"),
            Unit("per_1000", "per 1,000", "share", 1e-3),
            Unit("per_10000", "per 10,000", "share", 1e-4),
            Unit("per_100000", "per 100,000", "share", 1e-5),
            Unit("ratio", "ratio", "ratio"),
            Unit("index", "index", "index"),
            Unit("score", "score", "score"),
            Unit("years", "years", "time"),
            Unit("gbp", "£", "money", 1.0, "£"),
            Unit("gbp_thousand", "£ thousand", "money", 1e3, "£"),
            Unit("gbp_million", "£ million", "money", 1e6, "£"),
            Unit("tonnes", "tonnes", "mass"),
            Unit("kilotonnes", "kilotonnes", "mass", 1e3),
        )
    }
)

_SHARES = ("percent", "fraction", "per_1000", "per_10000", "per_100000")
_AMOUNTS = ("gbp", "gbp_thousand", "gbp_million", "tonnes", "kilotonnes", "years")

MEASURE_TYPES: Mapping[str, MeasureType] = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            MeasureType("count", "sum", ("count", "thousand", "persons"), (0.0, None)),
            MeasureType("amount", "sum", _AMOUNTS),
            MeasureType("proportion", "rederive", ("percent", "fraction"), (0.0, 1.0)),
            MeasureType("crude_rate", "rederive", _SHARES, (0.0, None)),
            MeasureType("ratio", "rederive", ("ratio", *_SHARES, *_AMOUNTS)),
            MeasureType("standardised_rate", "refuse", _SHARES, (0.0, None)),
            MeasureType("mean", "refuse", tuple(UNITS)),
            MeasureType("median", "refuse", tuple(UNITS)),
            MeasureType("index", "refuse", ("index",)),
            MeasureType("score", "refuse", ("score",)),
            MeasureType("survey_percentage", "refuse", ("percent", "fraction"), (0.0, 1.0)),
            MeasureType("modelled", "refuse", tuple(UNITS)),
        )
    }
)

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
