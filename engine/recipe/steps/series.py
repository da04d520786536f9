"""The steps that compare periods or areas: rolling_mean, change, index, z_score, rank."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import fsum, hypot, sqrt
from types import MappingProxyType
from typing import TypeAlias

from ....connectors.base import SourceError
from ...periods import Duration, Period, matches
from ..distinct import Frame
from ..grouped import Amount, all_said, total
from ..keyed import ABSENT, Key, Keyed, keyed, with_amounts
from ..signature import Arguments
from ..step import Step, StepContext

_Of: TypeAlias = tuple[str, str]
"""A breakdown and a period, in which areas are compared."""

_UNDEFINED = Amount(None, "not_applicable")
_LEAST_AREAS = 3
_SHOWN = 3


def _rolling_mean(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    numbers, size = keyed(frame, arguments["area"], arguments["of"]), arguments["periods"]
    means = {key: _mean(run, size) for key, run in _runs(numbers, size)}
    return with_amounts(frame, arguments["as"], [means[key] for key in numbers.of_row])


def _mean(run: Sequence[Amount], size: int) -> Amount:
    added = total(run if len(run) == size else [*run, ABSENT])
    return Amount(None if added.number is None else added.number / size, added.said)


def _runs(numbers: Keyed, size: int) -> Iterator[tuple[Key, Sequence[Amount]]]:
    """Each key with the last few numbers, up to its own, whose periods follow one another; fewer after a gap."""
    follows = cache(partial(_follows, numbers.periods))
    for (area, breakdown), periods in _series(numbers):
        run: list[Amount] = []
        for before, period in zip([None, *periods], periods, strict=False):
            kept = run[1 - size :] if before and follows(before, period) else []
            run = [*kept, numbers.amounts[area, breakdown, period]]
            yield (area, breakdown, period), run


def _series(numbers: Keyed) -> Iterator[tuple[tuple[str, str], Sequence[str]]]:
    """Each area and breakdown, with its periods in the order of time."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for area, breakdown, period in numbers.of_row:
        found[area, breakdown].append(period)
    for of in sorted(found):
        # an interval begins with its start
        yield of, sorted(found[of])


def _follows(periods: Mapping[str, Period], earlier: str, later: str) -> bool:
    before, after = periods[earlier], periods[later]
    if not after.same_length(before):
        raise SourceError(
            f"A rolling mean needs periods of one length, and {earlier} and {later} are of two.",
            f"Keep those of one length before this step: keep: \"time_period ends with '/{before.length.iso}'\".",
        )
    if after.overlaps(before):
        raise SourceError(
            f"{earlier} and {later} overlap: a mean of them would count the time that they share twice.",
            "Keep periods that don't overlap before this step, such as every fourth of a year that moves on by"
            f" quarters: keep: \"time_period contains '{earlier[4:11]}'\".",
        )
    return after.follows(before)


def _change(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    numbers = keyed(frame, arguments["area"], arguments["of"])
    earlier = _earlier(numbers.periods, Duration.parse(arguments["over"]))
    compare = _percent if arguments["kind"] == "percent" else _difference
    changes = [
        compare(numbers.at((area, breakdown, period)), numbers.at((area, breakdown, earlier[period])))
        for area, breakdown, period in numbers.of_row
    ]
    return with_amounts(frame, arguments["as"], changes)


def _earlier(periods: Mapping[str, Period], over: Duration) -> Mapping[str, str]:
    """The period that lies so much earlier than each; nothing where the calendar has none."""
    return {text: _shifted(period, over) for text, period in periods.items()}


def _shifted(period: Period, over: Duration) -> str:
    try:
        earlier = period.shifted(over, -1)
    except ValueError:
        return ""
    if earlier.overlaps(period):
        raise SourceError(
            f"{period.iso} overlaps the period {over.iso} earlier, {earlier.iso}: a change is one between two times.",
            f"Compare over the length of the periods or more: over: {period.length.iso}.",
        )
    return earlier.iso


def _difference(now: Amount, then: Amount) -> Amount:
    return _made([now, then], lambda one, other: one - other)


def _percent(now: Amount, then: Amount) -> Amount:
    return _relative(now, then, lambda one, other: (one - other) / other * 100)


def _index(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    numbers = keyed(frame, arguments["area"], arguments["of"])
    base_of, level = _base(numbers, arguments), arguments["level"]
    indices = [
        _relative(numbers.amounts[key], numbers.at(base_of(key)), lambda one, base: one / base * level)
        for key in numbers.of_row
    ]
    return with_amounts(frame, arguments["as"], indices)


def _base(numbers: Keyed, arguments: Arguments) -> Callable[[Key], Key]:
    said = arguments["base"]
    if "area" in said:
        _refuse_absent(frozenset([said["area"]]), numbers, arguments)
        return lambda key: (said["area"], *key[1:])
    period = _base_period(numbers, said["period"])
    return lambda key: (*key[:2], period)


def _base_period(numbers: Keyed, said: str) -> str:
    found = [text for text, period in numbers.periods.items() if matches(period, said)]
    if len(found) == 1 or not numbers.periods:
        return "".join(found)
    if found:
        raise SourceError(
            f"{said} isn't one period, but {len(found)}: {_listed(found)}.",
            f"Write the one that is meant as an interval: base: {{period: {found[0]}}}.",
        )
    raise SourceError(
        f"No row is of the base period {said}.",
        f"Write one of the periods that there are: {_listed([*numbers.periods])}.",
    )


def _z_score(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    numbers = keyed(frame, arguments["area"], arguments["of"])
    areas = _compared(numbers, arguments, context)
    spreads = {of: _spread(values) for of, values in _numbers_of(areas, numbers).items()}
    scores = [_score(numbers.amounts[key], spreads.get(key[1:], ABSENT)) for key in numbers.of_row]
    return with_amounts(frame, arguments["as"], scores)


@dataclass(frozen=True, slots=True)
class _Spread:
    mean: float
    deviation: float


def _spread(values: Sequence[float]) -> _Spread | Amount:
    if len(values) < _LEAST_AREAS:
        return ABSENT
    if len({*map(_rounded, values)}) == 1:
        return _UNDEFINED
    mean = fsum(values) / len(values)
    # squares of very small or very large numbers would be lost; hypot scales them (sorted, as it adds them up in order)
    return _Spread(mean, hypot(*sorted(value - mean for value in values)) / sqrt(len(values)))


def _score(amount: Amount, spread: _Spread | Amount) -> Amount:
    if isinstance(spread, Amount):
        return Amount(None, all_said([amount, spread]))
    return _made([amount], lambda number: (number - spread.mean) / spread.deviation)


def _rank(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    numbers = keyed(frame, arguments["area"], arguments["of"])
    areas = _compared(numbers, arguments, context)
    sign = -1 if arguments["order"] == "highest_first" else 1
    ordered = {
        of: sorted(sign * _rounded(value) for value in values) for of, values in _numbers_of(areas, numbers).items()
    }

    def ranked(key: Key) -> Amount:
        if key[0] not in areas:
            return Amount(None, all_said([numbers.at(key), _UNDEFINED]))
        return _made([numbers.at(key)], lambda one: 1.0 + bisect_left(ordered[key[1:]], sign * _rounded(one)))

    return with_amounts(frame, arguments["as"], map(ranked, numbers.of_row))


def _compared(numbers: Keyed, arguments: Arguments, context: StepContext) -> frozenset[str]:
    """The areas to compare with."""
    said = arguments["among"]
    areas = frozenset(context.areas.get(said, ()) if isinstance(said, str) else said)
    if isinstance(said, str) and not areas:
        raise SourceError(
            f"No area of level {said} is chosen in the settings.",
            "Choose areas of that level in the settings, or list the codes of the areas to compare with.",
        )
    _refuse_absent(areas, numbers, arguments)
    return areas


def _refuse_absent(areas: frozenset[str], numbers: Keyed, arguments: Arguments) -> None:
    if numbers.of_row and areas.isdisjoint(key[0] for key in numbers.of_row):
        raise SourceError(
            f"No row is of the area to compare with: `{arguments['area']}` never says {_listed(sorted(areas))}.",
            "Compare with areas that are there, or choose them in the settings (areas.also).",
        )


def _numbers_of(areas: frozenset[str], numbers: Keyed) -> Mapping[_Of, Sequence[float]]:
    """The numbers of these areas that are there, for each breakdown and period."""
    found: defaultdict[_Of, list[float]] = defaultdict(list)
    for (area, breakdown, period), amount in numbers.amounts.items():
        if area in areas and amount.number is not None:
            found[breakdown, period].append(amount.number)
    return found


def _relative(number: Amount, base: Amount, function: Callable[[float, float], float]) -> Amount:
    """What is made of a number and its base; of a base that isn't above zero, nothing."""
    if base.number is not None and base.number <= 0:
        return Amount(None, all_said([number, base, _UNDEFINED]))
    return _made([number, base], function)


def _made(parts: Sequence[Amount], function: Callable[..., float]) -> Amount:
    numbers = [part.number for part in parts if part.number is not None]
    return Amount(function(*numbers) if len(numbers) == len(parts) else None, all_said(parts))


def _rounded(number: float) -> float:
    """The number as it is loaded: what differs by less is noise."""
    return float(f"{number:.12g}")


def _listed(texts: Sequence[str]) -> str:
    hidden = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {hidden} more" if hidden > 0 else "")


SERIES_STEPS: Mapping[str, Step] = MappingProxyType(
    {"rolling_mean": _rolling_mean, "change": _change, "index": _index, "z_score": _z_score, "rank": _rank}
)
