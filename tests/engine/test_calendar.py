"""The calendar: what is on time, due and late on a day, and when the next figures are expected."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.calendar import Entry, Rhythm, entry
from yhovi.engine.periods import Duration, Period

YEARLY = Rhythm.parse("P1Y", "P7M")
MONTHLY = Rhythm.parse("P1M", "P2M")
ENDED = Rhythm.parse("P1Y", "P7M", "The survey ended in 2024.")
LATEST = Period.parse("2023-01-01/P1Y")
NEXT = (Period.parse("2024-01-01/P1Y"), date(2025, 8, 1))

ENTRIES = {
    "nothing was ever loaded": (
        (YEARLY, None, "2025-08-01"),
        Entry("never_loaded", "Nothing of it is loaded."),
    ),
    "nothing was ever loaded of what ended": (
        (ENDED, None, "2025-08-01"),
        Entry("never_loaded", "Nothing of it is loaded."),
    ),
    "the spec says that it ended": (
        (ENDED, LATEST, "2030-01-01"),
        Entry("discontinued", "No newer figures are awaited: The survey ended in 2024."),
    ),
    "the day before": (
        (YEARLY, LATEST, "2025-07-31"),
        Entry(
            "on_time",
            "All that should be out is loaded; figures up to 2024-12-31 are expected about 2025-08-01.",
            *NEXT,
        ),
    ),
    "revised since": (
        (YEARLY, LATEST, "2025-07-31", date(2025, 3, 4)),
        Entry(
            "revised",
            "Figures changed on 2025-03-04, between two releases; "
            "figures up to 2024-12-31 are expected about 2025-08-01.",
            *NEXT,
        ),
    ),
    "the first day": (
        (YEARLY, LATEST, "2025-08-01"),
        Entry("due", "Figures up to 2024-12-31 should be out since about 2025-08-01.", *NEXT),
    ),
    "revised, and a new one is due": (
        (YEARLY, LATEST, "2025-08-01", date(2025, 3, 4)),
        Entry("due", "Figures up to 2024-12-31 should be out since about 2025-08-01.", *NEXT),
    ),
    "the last day of grace": (
        (YEARLY, LATEST, "2025-09-01"),
        Entry("due", "Figures up to 2024-12-31 should be out since about 2025-08-01.", *NEXT),
    ),
    "the day after": (
        (YEARLY, LATEST, "2025-09-02"),
        Entry("late", "Figures up to 2024-12-31 were expected about 2025-08-01, 32 days ago.", *NEXT),
    ),
    "three releases are missing": (
        (YEARLY, LATEST, "2027-08-01"),
        Entry(
            "late",
            "Figures up to 2024-12-31 were expected about 2025-08-01, 730 days ago, and those of 3 releases are "
            "missing by now, up to 2026-12-31; if no more come, the spec should say so under source.discontinued.",
            *NEXT,
        ),
    ),
    "a year that ends each quarter": (
        (Rhythm.parse("P3M", "P4M"), Period.parse("2024-10-01/P1Y"), "2026-01-15"),
        Entry(
            "on_time",
            "All that should be out is loaded; figures up to 2025-12-31 are expected about 2026-05-01.",
            Period.parse("2025-01-01/P1Y"),
            date(2026, 5, 1),
        ),
    ),
    "a month later by days": (
        (Rhythm.parse("P28D", "P1M"), Period.parse("2026-02-01/P1M"), "2026-03-15"),
        Entry(
            "on_time",
            "All that should be out is loaded; figures up to 2026-03-28 are expected about 2026-04-29.",
            None,
            date(2026, 4, 29),
        ),
    ),
    "the last day of a quarter": (
        (Rhythm.parse("P3M", "P45D"), Period.parse("2025-12-31/P1D"), "2026-05-16"),
        Entry(
            "due",
            "Figures up to 2026-03-31 should be out since about 2026-05-16.",
            Period.parse("2026-03-31/P1D"),
            date(2026, 5, 16),
        ),
    ),
}


@pytest.mark.parametrize(("case", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_how_it_stands(case: tuple[object, ...], expected: Entry) -> None:
    rhythm, latest, today, *revised = case
    assert entry(rhythm, latest, date.fromisoformat(str(today)), *revised) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frequency", "days"),
    [("P1D", 0), ("P7D", 1), ("P1M", 7), ("P3M", 22), ("P6M", 31), ("P1Y", 31), ("P10Y", 31)],
)
def test_the_grace(frequency: str, days: int) -> None:
    assert Rhythm.parse(frequency, "P1M").grace == timedelta(days=days)


@pytest.mark.parametrize(
    ("day", "missed"), [("2026-01-31", 0), ("2026-02-01", 1), ("2026-02-28", 1), ("2026-03-01", 2)]
)
def test_releases_are_counted(day: str, missed: int) -> None:
    assert MONTHLY.missed(Period.parse("2025-10-01/P1M"), date.fromisoformat(day)) == missed


durations = st.one_of(st.integers(1, 60).map(Duration), st.integers(1, 200).map(lambda days: Duration(days=days)))
rhythms = st.builds(Rhythm, durations, durations)
days = st.dates(date(2000, 1, 1), date(2040, 1, 1))
periods = st.one_of(
    days.map(Period.snapshot),
    st.builds(Period, days.filter(lambda day: day.day <= 28), st.sampled_from([1, 3, 12, 36])),
)
LAST_DAY_OF_EVERY_MONTH = 28
RANK = ("on_time", "due", "late")


@given(rhythm=rhythms, latest=periods, one=days, other=days)
def test_it_never_gets_better_by_waiting(rhythm: Rhythm, latest: Period, one: date, other: date) -> None:
    earlier, later = (entry(rhythm, latest, day) for day in sorted((one, other)))
    assert RANK.index(earlier.state) <= RANK.index(later.state)
    assert (earlier.next_period, earlier.expected_on) == (later.next_period, later.expected_on)


@given(rhythm=rhythms, latest=periods, today=days)
def test_due_from_the_day_on_that_it_is_expected(rhythm: Rhythm, latest: Period, today: date) -> None:
    found = entry(rhythm, latest, today)
    assert found.expected_on is not None
    assert (found.state == "on_time") == (today < found.expected_on)
    assert (found.state == "late") == (today > found.expected_on + rhythm.grace)
    assert entry(rhythm, latest, found.expected_on).state == "due"


@given(rhythm=rhythms, latest=periods, today=days)
def test_on_time_once_the_newest_that_should_be_out_is_loaded(rhythm: Rhythm, latest: Period, today: date) -> None:
    missed = rhythm.missed(latest, today)
    newest = rhythm.expected(latest, missed).period if missed else latest
    assert rhythm.expected(latest, missed + 1).on > today
    assert missed == 0 or rhythm.expected(latest, missed).on <= today
    # the ends of months cut off days, so that the step from there may be a few days shorter than the one counted
    if newest is not None and max(newest.next_start.day, latest.next_start.day) <= LAST_DAY_OF_EVERY_MONTH:
        assert entry(rhythm, newest, today).state == "on_time"


@given(rhythm=rhythms, latest=periods)
def test_what_comes_next_is_newer_and_as_long(rhythm: Rhythm, latest: Period) -> None:
    first, second = rhythm.expected(latest), rhythm.expected(latest, 2)
    assert latest.end < first.end < second.end
    assert first.end < first.on <= second.on
    assert first.period is None or (first.period.same_length(latest) and first.period.end == first.end)
    assert first.period is not None or (latest.months and rhythm.frequency.days)


@given(rhythm=rhythms, latest=periods, today=days, revised=days)
def test_a_revision_only_tells_apart_what_is_on_time(
    rhythm: Rhythm, latest: Period, today: date, revised: date
) -> None:
    plain, told = entry(rhythm, latest, today), entry(rhythm, latest, today, revised)
    assert told.state == ("revised" if plain.state == "on_time" else plain.state)
