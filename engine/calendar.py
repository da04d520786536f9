"""When the next figures of an indicator are expected, and how what is loaded stands to that: pure, told the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from .periods import Duration, Period, later

State = Literal["on_time", "revised", "due", "late", "discontinued", "never_loaded"]

_DAYS_OF_A_MONTH = 30
_LONGEST_GRACE = 31
_SHARE = 4


class Expected(NamedTuple):
    """Figures that are to come: from about which day on, the last day that they are about, and their period.

    There is no such period where days are added to one of whole months, and it would start late in a month.
    """

    on: date
    end: date
    period: Period | None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often figures are published, and how long after a period's end; ``discontinued`` says why none come any more.

    >>> Rhythm.parse("P1Y", "P7M").expected(Period.parse("2023-01-01/P1Y")).on.isoformat()
    '2025-08-01'
    """

    frequency: Duration
    lag: Duration
    discontinued: str = ""

    @classmethod
    def parse(cls, frequency: str, lag: str, discontinued: str = "") -> Rhythm:
        """The rhythm that a spec's ISO durations name.

        Raises:
            ValueError: One of them is none.
        """
        return cls(Duration.parse(frequency), Duration.parse(lag), discontinued)

    @property
    def grace(self) -> timedelta:
        """How long figures may be due before they are late: a quarter of the time between releases, at most 31 days.

        Lags are said in whole months, and publishers move their days.

        >>> [Rhythm.parse(said, "P2M").grace.days for said in ("P1M", "P3M", "P1Y")]
        [7, 22, 31]
        """
        between = self.frequency.days or self.frequency.months * _DAYS_OF_A_MONTH
        return timedelta(days=min(between // _SHARE, _LONGEST_GRACE))

    def expected(self, latest: Period, times: int = 1) -> Expected:
        """The figures that follow the latest ones, or those that follow so many releases after them."""
        next_start = later(latest.next_start, self.frequency, times)
        end = next_start - timedelta(days=1)
        return Expected(
            later(next_start, self.lag), end, _ending(end, latest, later(latest.start, self.frequency, times))
        )

    def missed(self, latest: Period, today: date) -> int:
        """How many releases after the latest figures should be out by that day."""
        times = 0
        while self.expected(latest, times + 1).on <= today:
            times += 1
        return times


def _ending(end: date, like: Period, start: date) -> Period | None:
    """A period as long as another one, which ends on that day; ``start`` is where it starts if that is in months."""
    first = start if like.months else end - timedelta(days=like.days - 1)
    try:
        found = Period(first, like.months, like.days)
    except ValueError:
        return None
    return found if found.end == end else None


@dataclass(frozen=True, slots=True)
class Entry:
    """How an indicator stands in the calendar, and in a sentence why.

    ``on_time``: what should be out by now is there. ``revised``: also, and figures changed since the last release
    although none was new. ``due``: newer figures should come out by now. ``late``: they should have for longer than the
    grace. ``discontinued``: the spec says that none will come. ``never_loaded``: nothing is there.

    ``next_period`` is that of the figures to come, ``expected_on`` the day from which on they are expected.
    """

    state: State
    sentence: str
    next_period: Period | None = None
    expected_on: date | None = None


def entry(rhythm: Rhythm, latest: Period | None, today: date, revised_on: date | None = None) -> Entry:
    """How an indicator stands on a day.

    Args:
        rhythm: When its figures are published.
        latest: The newest period that is loaded.
        today: The day.
        revised_on: When figures last changed without new ones, since the release that brought the newest.

    >>> entry(Rhythm.parse("P1Y", "P7M"), Period.parse("2023-01-01/P1Y"), date(2025, 8, 20)).sentence
    'Figures up to 2024-12-31 should be out since about 2025-08-01.'
    """
    if latest is None:
        return Entry("never_loaded", "Nothing of it is loaded.")
    if rhythm.discontinued:
        return Entry("discontinued", f"No newer figures are awaited: {rhythm.discontinued.rstrip('.')}.")
    coming = rhythm.expected(latest)
    state, sentence = _awaiting(rhythm, latest, coming, today, revised_on)
    return Entry(state, sentence, coming.period, coming.on)


def _awaiting(
    rhythm: Rhythm, latest: Period, coming: Expected, today: date, revised_on: date | None
) -> tuple[State, str]:
    figures = f"igures up to {coming.end}"
    if today < coming.on:
        to_come = f"f{figures} are expected about {coming.on}."
        if revised_on is None:
            return "on_time", f"All that should be out is loaded; {to_come}"
        return "revised", f"Figures changed on {revised_on}, between two releases; {to_come}"
    if today <= coming.on + rhythm.grace:
        return "due", f"F{figures} should be out since about {coming.on}."
    said = f"F{figures} were expected about {coming.on}, {(today - coming.on).days} days ago"
    return "late", f"{said}{_all_that_is_missing(rhythm, latest, today)}."


def _all_that_is_missing(rhythm: Rhythm, latest: Period, today: date) -> str:
    missed = rhythm.missed(latest, today)
    if missed == 1:
        return ""
    newest = rhythm.expected(latest, missed).end
    cure = "if no more come, the spec should say so under source.discontinued"
    return f", and those of {missed} releases are missing by now, up to {newest}; {cure}"
