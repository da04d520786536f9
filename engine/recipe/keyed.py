"""One number for each area, breakdown and period: what steps look up that compare rows with one another.

All of it is plain Python over the distinct keys, so neither the order of rows nor the engine can move a last digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeAlias

import narwhals.stable.v2 as nw

from ...connectors.base import SourceError
from ..periods import Period
from .columns import BREAKDOWN, TIME_PERIOD, companion
from .distinct import Frame, count
from .grouped import Amount, amounts_of, explained, grouped, settle
from .intervals import intervals
from .statuses import UNEXPLAINED, settled

TOTAL = "_T"
"""The breakdown of everybody and everything."""

ABSENT = Amount(None, UNEXPLAINED)
"""What stands where there is no row."""

_AN_INTERVAL = "an ISO interval such as 2023-04-01/P1Y"
_CURE = "Call the column that tells these rows apart `breakdown`, or keep one kind of them before this step."
_SHOWN = 3


Key: TypeAlias = tuple[str, str, str]
"""What a number is about: the area, the breakdown and the period, as an ISO interval."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """The numbers of a column by what they are about, the key of each row, and the periods that there are."""

    amounts: Mapping[Key, Amount]
    of_row: Sequence[Key]
    periods: Mapping[str, Period]

    def at(self, key: Key) -> Amount:
        """The number of that key; where there is no row of it, none."""
        return self.amounts.get(key, ABSENT)


def keyed(frame: Frame, area: str, value: str) -> Keyed:
    """The numbers of a column by area, breakdown (where there is such a column) and period.

    Raises:
        SourceError: A key is blank or stands in several rows, or a period is no ISO interval.
    """
    frame = with_periods(settle(frame, [value]))
    names = keys(frame, area)
    refuse_blanks(frame, names)
    refuse_repeats(frame, names, "Several rows", _CURE)
    areas, *breakdowns, periods = (frame.get_column(name).to_list() for name in names)
    of_row = list(zip(areas, breakdowns[0] if breakdowns else repeat(TOTAL), periods, strict=False))
    amounts = dict(zip(of_row, map(explained, amounts_of(frame, value)), strict=True))
    return Keyed(amounts, of_row, {text: Period.parse(text) for text in sorted({*periods})})


def with_periods(frame: Frame) -> Frame:
    """The frame with its periods written in the one way that each has.

    Raises:
        SourceError: A period is no ISO interval.
    """
    return frame.with_columns(intervals(frame, TIME_PERIOD, Period.parse, _AN_INTERVAL).alias(TIME_PERIOD))


def keys(frame: Frame, area: str) -> list[str]:
    """The columns that say what a row is about."""
    return [area, *([BREAKDOWN] if BREAKDOWN in frame.columns else []), TIME_PERIOD]


def refuse_blanks(frame: Frame, names: Sequence[str]) -> None:
    """Refuse rows that don't say what they are about.

    Raises:
        SourceError: There are such rows.
    """
    if any(frame.get_column(name).is_null().any() for name in names):
        grouped(frame, names)  # says where


def refuse_repeats(frame: Frame, names: Sequence[str], whose: str, cure: str) -> None:
    """Refuse keys that stand in more than one row.

    Raises:
        SourceError: There are such keys.
    """
    if not frame.select(*names).is_duplicated().any():
        return
    groups = grouped(frame, names)
    often = [(place, number) for place, number in Counter(groups.of_row).items() if number > 1]
    said = [f"{groups.called(place)} ({number} rows)" for place, number in sorted(often)[:_SHOWN]]
    hidden = len(often) - len(said)
    listed = "; ".join([*said, count(hidden, "other combination")] if hidden else said)
    raise SourceError(f"{whose} have the same {', '.join(f'`{name}`' for name in names)}: {listed}.", cure)


def with_amounts(frame: Frame, name: str, amounts: Iterable[Amount]) -> Frame:
    """The frame and a new column of numbers, one for each row, with its companion in agreement."""
    made = list(amounts)
    numbers = nw.new_series(name, [each.number for each in made], nw.Float64, backend=frame.implementation)
    said = nw.new_series(companion(name), [each.said or "" for each in made], nw.String, backend=frame.implementation)
    return settled(frame.with_columns(numbers, said), name, companion(name))
