"""Figures of areas that were merged, brought to the target vintage as their measure type allows.

Counts and amounts are summed, proportions, crude rates and ratios re-derived from numerator and denominator, and both
only from all parts of the area together. Whatever else there is has no value for the whole: its parts stay as they were
published, under the vintage in which they were valid last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, isnan, nan
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from .geography import Area, Registry
from .measures import MEASURE_TYPES, Measured, quantity, reason

SUMMED = "summed_from_parts"
REDERIVED = "rederived_from_parts"
PARTS_ABSENT = "parts_absent"
FORMER = "former_area"

NOT_AVAILABLE = "not_available"
NOT_PUBLISHED = "not_published_at_this_level"

_EXAMPLES = 5
_CLOSE = 0.005  # numerators, denominators and totals may have been rounded
_CLOSE_COUNT = 5.0  # counts are often rounded to five, each part for itself
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Rebased:
    """The frame at the target vintage, the number of rows that nothing was made of, and what there is to be told."""

    frame: pd.DataFrame
    unused: int = 0
    notes: tuple[str, ...] = ()


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
    another division of it; ``absent`` says that parts aren't there, ``repeated`` that one is there with two figures.
    """

    whole: Area
    time_period: str
    breakdown: str
    figures: tuple[Figure, ...]
    own: tuple[Figure, ...] = ()
    surplus: int = 0
    absent: bool = False
    repeated: bool = False

    @property
    def said(self) -> frozenset[str]:
        """All that is said of the parts."""
        return frozenset(name for figure in self.figures for name in figure.status.split())

    @property
    def complete(self) -> bool:
        """Whether every part is there, once, and with a number."""
        return not (self.absent or self.repeated or any(isnan(figure.value) for figure in self.figures))

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


def rebase(frame: pd.DataFrame, registry: Registry, measured: Measured) -> Rebased:
    """Bring the rows of merged areas to the target vintage.

    Args:
        frame: Observations as ``observe`` has them on its way, each once, numbers and ``status`` in agreement. Those of
            another vintage than the target's are of parts of areas of the target vintage.
        registry: The areas, seen from the target vintage.
        measured: What kind of number it is, which says how it combines.
    """
    former = frame["area_vintage"] != registry.vintage
    if not former.any():
        return Rebased(frame)
    found = [(parts, _made(parts, measured)) for parts in _all_parts(frame, former, registry)]
    stay = {figure.place for parts, made in found if _stay(parts, made) for figure in parts.figures}
    rows = frame[~former | pd.Series(range(len(frame)), index=frame.index).isin(stay)]
    wholes = [(parts, made) for parts, made in found if made]
    return Rebased(
        frame=_with_rows(frame, rows, wholes, registry.vintage),
        unused=sum(parts.surplus + (0 if made or _stay(parts, made) else len(parts.figures)) for parts, made in found),
        notes=tuple(_notes([parts for parts, _ in found], measured)),
    )


def combined(parts: Parts, measured: Measured) -> Made:
    """What the parts of an area make together.

    A number comes only of all parts, each with a number; else it is missing for all reasons that the parts have.
    """
    combination = MEASURE_TYPES[measured.type].over_areas
    if combination == "refuse":
        return Made(nan, frozenset({NOT_PUBLISHED}))
    said = parts.said | {SUMMED if combination == "sum" else REDERIVED}
    if parts.absent or parts.repeated:
        return Made(nan, said | {NOT_AVAILABLE, *([PARTS_ABSENT] if parts.absent else [])})
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


_Divided: TypeAlias = tuple[Area, Sequence[Sequence[str]]]

# The parts ---------------------------------------------------------------------------------------------


def _all_parts(frame: pd.DataFrame, former: pd.Series[bool], registry: Registry) -> Iterator[Parts]:
    wholes = {code: whole.area for code in frame.loc[former, "area_code"].unique() if (whole := registry.whole(code))}
    divisions = {area.code: registry.parts(area.code) for area in wholes.values()}
    own = _figures(frame, frame["area_code"].isin(divisions), lambda code: code)
    for key, figures in sorted(_figures(frame, former, lambda code: wholes[code].code).items()):
        yield _parts(key, figures, own.get(key, ()), (registry.areas[key[0]], divisions[key[0]]))


def _figures(
    frame: pd.DataFrame, which: pd.Series[bool], whole: Callable[[str], str]
) -> Mapping[tuple[str, str, str], list[Figure]]:
    """The figures by area, period and breakdown."""
    places = [place for place, wanted in enumerate(which) if wanted]
    rows = frame[which]
    columns = (rows[name].tolist() for name in ("area_code", "value", "numerator", "denominator", "status"))
    found: dict[tuple[str, str, str], list[Figure]] = {}
    for period, breakdown, *said in zip(rows["time_period"], rows["breakdown"], places, *columns, strict=True):
        figure = Figure(*said)
        found.setdefault((whole(figure.area), period, breakdown), []).append(figure)
    return MappingProxyType(found)


def _parts(key: tuple[str, str, str], figures: Sequence[Figure], own: Sequence[Figure], whole: _Divided) -> Parts:
    """The figures of that division of the area which lacks the fewest parts, the newest of several."""
    area, divisions = whole
    there = {figure.area for figure in figures}
    division = min(divisions, key=lambda codes: len({*codes} - there))
    chosen = [figure for figure in figures if figure.area in division]
    return Parts(
        area,
        *key[1:],
        figures=tuple(sorted(chosen, key=lambda figure: (figure.area, figure.place))),
        own=tuple(own),
        surplus=len(figures) - len(chosen),
        absent=not there.issuperset(division),
        repeated=len({figure.area for figure in chosen}) < len(chosen),
    )


def _made(parts: Parts, measured: Measured) -> Made | None:
    """What is made of the parts: nothing where the source prints the area itself."""
    return None if parts.own else combined(parts, measured)


def _stay(parts: Parts, made: Made | None) -> bool:
    """Whether the parts are kept as published: no value can be made of them, or one of them has two, which is found."""
    if made is None:
        return all(isnan(figure.value) and NOT_PUBLISHED in figure.status.split() for figure in parts.own)
    return parts.repeated or NOT_PUBLISHED in made.said


# The frame ---------------------------------------------------------------------------------------------


def _with_rows(
    frame: pd.DataFrame, rows: pd.DataFrame, found: Sequence[tuple[Parts, Made]], vintage: str
) -> pd.DataFrame:
    """Those rows of the frame, and one for each area that is made of its parts.

    What the source printed can't be said in one code: it is the area's own, and a flag says that it was made.
    """
    if not found:
        return rows
    texts = {name: frame[name].tolist() for name in frame.columns if name == "note" or name.startswith("_")}
    wholes = [parts.whole for parts, _ in found]
    columns = {
        "area_code": [whole.code for whole in wholes],
        "area_level": [whole.level for whole in wholes],
        "area_flag": "",
        "source_area_code": [whole.code for whole in wholes],
        "area_vintage": vintage,
        "time_period": [parts.time_period for parts, _ in found],
        "breakdown": [parts.breakdown for parts, _ in found],
        "status": [" ".join(sorted(made.said)) for _, made in found],
        **{name: [getattr(made, name) for _, made in found] for name in ("value", "numerator", "denominator")},
        **{name: [_of_parts(parts, said, name) for parts, _ in found] for name, said in texts.items()},
    }
    made = pd.DataFrame(columns).reindex(columns=frame.columns)
    return pd.concat([rows, made.astype(rows.dtypes)], ignore_index=True)


def _of_parts(parts: Parts, texts: Sequence[Any], name: str) -> str | None:
    """The rows that the parts come from, in their order; or their notes, each once."""
    said = [text for figure in parts.figures if isinstance(text := texts[figure.place], str)]
    return (" ".join(sorted({*said})) if name == "note" else ";".join(said)) or None


# What there is to be told ------------------------------------------------------------------------------


def _notes(found: Iterable[Parts], measured: Measured) -> Iterator[str]:
    """Where the source prints an area and all its parts, and the two don't agree."""
    if MEASURE_TYPES[measured.type].over_areas != "sum":
        return
    both = [parts for parts in found if parts.own and parts.complete]
    blank = [parts.name for parts in both if all(isnan(own.value) for own in parts.own)]
    if blank:
        yield f"The source has no figure where it has one of every part of the area: {_examples(blank)}."
    differ = [text for parts in both for own in parts.own if (text := _difference(parts, own.value, measured))]
    if differ:
        yield f"Parts don't add up to the figure that the source prints of the area: {_examples(differ)}."


def _difference(parts: Parts, printed: float, measured: Measured) -> str:
    """The two figures, if rounding doesn't explain that they differ."""
    together = total(figure.value for figure in parts.figures)
    decimals = max(_decimals(number) for number in (printed, *(figure.value for figure in parts.figures)))
    is_count = measured.type == "count" and quantity(measured.unit).scale == 1
    each = _CLOSE_COUNT if is_count else 0.5 * 10.0**-decimals
    close = abs(together - printed) <= max(each * len(parts.figures), _CLOSE * abs(printed))
    return "" if close or isnan(printed) else f"{parts.name} {printed:.12g}, its parts {together:.12g}"


def _examples(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _EXAMPLES:,} more" if len(texts) > _EXAMPLES else ""
    return ", ".join(texts[:_EXAMPLES]) + more
