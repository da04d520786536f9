"""Districts made of the small areas or partnerships that a source prints, or their share of a partnership's figure.

Small areas make a district as former areas do: only all of them together, as the measure type allows. A partnership of
several districts says nothing of each: its count or amount is apportioned where the spec names weights, and flagged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

import pandas as pd

from ..measures import MEASURE_TYPES, Measured
from ..periods import Period
from .figures import NOT_AVAILABLE, NOT_PUBLISHED, Figure, Made, Parts, combined, total
from .finer import FINER_LEVELS, Finer
from .frames import Rebased, disagreements, examples, figures_of, parts_of, with_rows

APPORTIONED = "apportioned"
ESTIMATED = "estimated"

_TOTAL = "_T"


@dataclass(frozen=True, slots=True)
class Weights:
    """By what figures are apportioned: an indicator, and its observations as the canonical frame has them."""

    indicator: str
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Share:
    """What part of a partnership's figure is a district's, and the period of the weights that says so."""

    share: float
    period: str


def to_districts(
    frame: pd.DataFrame, found: Finer, vintage: str, measured: Measured, weights: Weights | None = None
) -> Rebased:
    """Put districts in the place of the small areas or partnerships that they are made of.

    Args:
        frame: Observations as ``observe`` has them on its way.
        found: What small areas and partnerships are of which districts.
        vintage: The target vintage.
        measured: What kind of number it is, which says how it combines.
        weights: By what a partnership's figure is apportioned to its districts.

    Raises:
        CheckError: Small areas are of two censuses in one period, or have two figures for the same.
    """
    rows = frame["area_level"].isin(FINER_LEVELS)
    if not rows.any():
        return Rebased(frame)
    found.refuse_repeats(frame[rows])
    single = rows & frame["area_code"].isin(found.wholes)
    parts = list(parts_of(frame, single, found.divided(frame[single])))
    flag = f"from_{found.level}"
    made = [(one, _flagged(combined(one, measured), flag)) for one in parts if not one.own]
    spread = list(_Apportioning(frame, found, measured, weights).spread(rows & ~single, flag))
    told = [one for one in spread if not one[0].own]
    return Rebased(
        frame=with_rows(frame, frame[~rows], [*made, *told], vintage),
        unused=sum(one.surplus + (len(one.figures) if one.own else 0) for one in parts) + len(spread) - len(told),
        notes=(*disagreements(parts, measured), *_lacking(parts, found, measured), *_estimates(told, weights)),
    )


def _flagged(made: Made, flag: str) -> Made:
    return made._replace(said=made.said | {flag})


def _lacking(found: Iterable[Parts], finer: Finer, measured: Measured) -> Iterator[str]:
    """Which districts have no figure, as not all that makes them is there."""
    if MEASURE_TYPES[measured.type].over_areas == "refuse":
        return
    told = [
        f"{parts.name} ({len(parts.lacking):,} of {len(parts.lacking) + len(parts.figures):,}, such as "
        f"{parts.lacking[0]})"
        for parts in found
        if parts.lacking and not parts.own
    ]
    if told:
        yield f"Districts have no figure where some of their {finer.name} are absent: {examples(told)}."


def _estimates(found: Sequence[tuple[Parts, Made]], weights: Weights | None) -> Iterator[str]:
    """How many figures are estimates, and of what share of them."""
    told = [parts.name for parts, made in found if APPORTIONED in made.said and not isnan(made.value)]
    if told and weights:
        yield (
            f"{len(told):,} {'figure is' if len(told) == 1 else 'figures are'} 100 % estimated, apportioned by "
            f"{weights.indicator}: {examples(told)}."
        )


class _Apportioning:
    """Partnerships of several districts, and what share of each is a district's."""

    def __init__(self, frame: pd.DataFrame, found: Finer, measured: Measured, weights: Weights | None) -> None:
        self._frame, self._found, self._weights = frame, found, weights
        self._sums = MEASURE_TYPES[measured.type].over_areas == "sum"
        self._known = _known(weights)
        self._periods = sorted({period for _, period in self._known}, key=Period.parse)

    def spread(self, which: pd.Series[bool], flag: str) -> Iterator[tuple[Parts, Made]]:
        """What each row of a partnership says of each of its districts."""
        own = figures_of(self._frame, self._frame["area_level"] == "lad", lambda code: code)
        for (code, period, breakdown), figures in sorted(figures_of(self._frame, which, lambda code: code).items()):
            for district in (one for one in self._found.over[code] if one in self._found.districts):
                parts = Parts(
                    self._found.districts[district],
                    period,
                    breakdown,
                    figures=tuple(figures),
                    own=tuple(own.get((district, period, breakdown), ())),
                )
                yield parts, _flagged(self._of_district(figures[0], code, parts), flag)

    def _of_district(self, figure: Figure, code: str, parts: Parts) -> Made:
        if self._weights is None or not self._sums:
            return Made(nan, frozenset({NOT_PUBLISHED}))
        said = parts.said | {APPORTIONED}
        if isnan(figure.value):
            return Made(nan, said)
        share = self._share(parts.whole.code, self._found.over[code], parts.time_period)
        if share is None:
            return Made(nan, said | {NOT_AVAILABLE})
        of = "" if share.period == parts.time_period else f" of {share.period}"
        note = f"100 % estimated: apportioned by {self._weights.indicator}{of}."
        return Made(figure.value * share.share, said | {ESTIMATED}, note=note)

    def _share(self, district: str, together: Sequence[str], period: str) -> _Share | None:
        """Its weight over that of all, in that period or else the newest before; None where one is missing."""
        chosen = period if period in self._periods else self._before(period)
        weights = [self._known.get((code, chosen), nan) for code in together]
        every = total(weights)
        if not every > 0 or any(weight < 0 for weight in weights):
            return None
        return _Share(self._known[district, chosen] / every, chosen)

    def _before(self, period: str) -> str:
        end = Period.parse(period).end
        earlier = [one for one in self._periods if Period.parse(one).end <= end]
        return max(earlier, key=lambda one: (Period.parse(one).end, one), default="")


def _known(weights: Weights | None) -> Mapping[tuple[str, str], float]:
    """The weight of each district in each period, of everybody."""
    if weights is None or weights.frame.empty:
        return {}
    rows = weights.frame[weights.frame["breakdown"] == _TOTAL]
    keys = zip(rows["area_code"], rows["time_period"], strict=True)
    return dict(zip(keys, rows["value"].astype("float64"), strict=True))
