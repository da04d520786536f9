"""The steps that bring two numbers together: join, ratio, per_head."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import narwhals.stable.v2 as nw

from ....connectors.base import SourceError
from ...periods import Duration, Period
from ..columns import AREA, BREAKDOWN, TIME_PERIOD, companion
from ..distinct import Frame, distinct, looked_up
from ..grouped import settle
from ..keyed import TOTAL, keys, refuse_blanks, refuse_repeats, with_periods
from ..signature import Arguments
from ..signatures.joins import joined_breakdown, joined_period
from ..statuses import UNEXPLAINED, joined, settled
from ..step import Step, StepContext

_PERIOD = "_join:period"
_AREA = "_join:area"

_Choice = Callable[[Period], Period | None]
"""The joined period of a row's one, or none."""


def _join(frame: Frame, arguments: Arguments, context: StepContext) -> Frame:
    name, breakdown = arguments["as"], joined_breakdown(context.columns, arguments)
    other = _other(context.inputs[arguments["indicator"]], arguments["indicator"], breakdown)
    refuse_blanks(frame, keys(frame, arguments["area"]))
    frame = with_periods(frame)
    period = _joined_periods(frame, other, arguments)
    frame = frame.with_columns(nw.col(arguments["area"]).alias(_AREA), period.alias(_PERIOD))
    on = [_AREA, _PERIOD, *([BREAKDOWN] if breakdown == "same" else [])]
    frame = settle(frame.join(_as_joined(other, arguments, on), on=on, how="left").drop(_AREA), [name])
    if arguments["periods"] != "same":
        frame = frame.with_columns(nw.col(_PERIOD).alias(joined_period(name)))
    return frame.drop(_PERIOD)


def _other(frame: Frame, indicator: str, breakdown: str) -> Frame:
    """The rows of the other indicator that can be joined, each key once."""
    refuse_repeats(frame, keys(frame, AREA), f"Several rows of {indicator}", "This is a fault of that indicator.")
    if breakdown == "same":
        return frame
    totals = frame.filter(nw.col(BREAKDOWN) == TOTAL)
    if len(frame) and not len(totals):
        raise SourceError(
            f"{indicator} has no total of its breakdowns ({TOTAL}).",
            "Join the same breakdowns (breakdown: same), or an indicator that has a total.",
        )
    return totals


def _as_joined(other: Frame, arguments: Arguments, on: Sequence[str]) -> Frame:
    value, name = arguments["indicator"], arguments["as"]
    renamed = {
        AREA: _AREA,
        TIME_PERIOD: _PERIOD,
        BREAKDOWN: BREAKDOWN,
        value: name,
        companion(value): companion(name),
    }
    wanted = {*on, name, companion(name)}
    return other.select(nw.col(old).alias(new) for old, new in renamed.items() if new in wanted)


def _joined_periods(frame: Frame, other: Frame, arguments: Arguments) -> nw.Expr:
    known = sorted(map(Period.parse, distinct(other, TIME_PERIOD)))
    texts = distinct(frame, TIME_PERIOD)
    choose = _choice(known, arguments)
    chosen = map(choose, map(Period.parse, texts))
    return looked_up(TIME_PERIOD, texts, [period and period.iso for period in chosen], nw.String)


def _choice(known: Sequence[Period], arguments: Arguments) -> _Choice:
    if arguments["periods"] == "same":
        there = frozenset(known)
        return lambda period: period if period in there else None
    most = Duration.parse(arguments["max_gap"]).longest_days
    return (_nearest if arguments["periods"] == "nearest" else _latest_before)(known, most)


def _nearest(known: Sequence[Period], most: int) -> _Choice:
    def choose(period: Period) -> Period | None:
        # of several at the same distance, min takes the first, which is the earlier one
        near = min(known, key=period.distance_days, default=None)
        return near if near and period.distance_days(near) <= most else None

    return choose


def _latest_before(known: Iterable[Period], most: int) -> _Choice:
    by_end = sorted((period.end, period) for period in known)
    ends = [end for end, _ in by_end]

    def choose(period: Period) -> Period | None:
        place = bisect_right(ends, period.end)
        end, latest = by_end[place - 1] if place else (None, None)
        return latest if end and (period.end - end).days <= most else None

    return choose


def _ratio(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    return _divided(frame, arguments, arguments["over"])


def _per_head(frame: Frame, arguments: Arguments, _: StepContext) -> Frame:
    return _divided(frame, arguments, arguments["population"])


def _divided(frame: Frame, arguments: Arguments, below: str) -> Frame:
    above, name = arguments["of"], arguments["as"]
    there = nw.when(nw.col(below) != 0.0).then(nw.col(below))
    said = [*_reasons(frame, above), *_reasons(frame, below)]
    said.append(nw.when(nw.col(below) == 0.0).then(nw.lit("not_applicable")))
    made = frame.with_columns(
        (nw.col(above) / there * float(arguments["per"])).alias(name), joined(said).alias(companion(name))
    )
    return settled(made, name, companion(name))


def _reasons(frame: Frame, name: str) -> list[nw.Expr]:
    """What is said of a column's numbers; of those that are missing without a word, that they aren't available."""
    missing = nw.col(name).is_null()
    if companion(name) not in frame.columns:
        return [nw.when(missing).then(nw.lit(UNEXPLAINED))]
    said = nw.col(companion(name))
    return [said, nw.when(missing & said.is_null()).then(nw.lit(UNEXPLAINED))]


JOIN_STEPS: Mapping[str, Step] = MappingProxyType({"join": _join, "ratio": _ratio, "per_head": _per_head})
