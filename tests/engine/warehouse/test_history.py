"""What was known when, by either clock, and older bytes that go behind newer ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from yhovi.engine.warehouse.warehouse import Warehouse

from support.properties import tried

NOW = datetime(2024, 1, 1, tzinfo=UTC)

Known = dict[tuple[str, int, str], tuple[str, float | None]]


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def known(warehouse: Warehouse, moment: datetime, clock: Any = "retrieved") -> Known:
    rows = warehouse.as_of("S-1", moment, clock)
    return {(r["area_code"], r["period_end"].year, r["breakdown"]): (r["action"], r["value"]) for r in rows}


def brief(warehouse: Warehouse, moment: datetime, clock: Any = "retrieved") -> dict[int, float | str | None]:
    """What is known of the area A, by year."""
    found = known(warehouse, moment, clock)
    return {year: value if action == "value" else action for (_, year, _), (action, value) in found.items()}


def test_by_the_clock_of_commits_a_state_holds_until_the_next_load(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0, 2021: 2.0}, committed=1)
    put(anywhere, 2, {2020: 1.5}, committed=3)
    states = [brief(anywhere, day(number), "committed") for number in range(4)]
    assert states == [{}, {2020: 1.0, 2021: 2.0}, {2020: 1.0, 2021: 2.0}, {2020: 1.5, 2021: "withdrawn"}]


def test_by_the_clock_of_bytes_a_state_holds_from_when_they_were_retrieved(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0}, committed=5)
    put(anywhere, 2, {2020: 1.5}, committed=6)
    assert [brief(anywhere, day(number)) for number in range(4)] == [{2020: 1.0}, {2020: 1.0}, {2020: 1.5}, {2020: 1.5}]


def test_older_bytes_go_behind(anywhere, put) -> None:
    """What is current, the mart and what was known later stay as they were, also where no row said so yet."""
    put(anywhere, 0, {2020: 1.0, 2021: 2.0})
    put(anywhere, 10, {2020: 1.0, 2021: 2.5})
    before = anywhere.observations("S-1"), anywhere.mart()
    done = put(anywhere, 5, {2020: 7.0, 2021: 2.0, 2022: 3.0}, kind="backfill", committed=20)
    assert (done.kind, done.new, done.changed, done.unchanged, done.withdrawn) == ("backfill", 1, 1, 1, 0)
    assert (anywhere.observations("S-1"), anywhere.mart()) == before
    assert brief(anywhere, day(4)) == {2020: 1.0, 2021: 2.0}
    assert brief(anywhere, day(5)) == {2020: 7.0, 2021: 2.0, 2022: 3.0}
    assert brief(anywhere, day(10)) == {2020: 1.0, 2021: 2.5, 2022: "withdrawn"}
    assert brief(anywhere, day(20), "committed") == {2020: 1.0, 2021: 2.5}


def test_the_same_older_bytes_add_nothing_the_second_time(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    put(anywhere, 10, {2020: 1.0})
    put(anywhere, 5, {2020: 7.0}, kind="backfill")
    before = anywhere.history("S-1")
    assert put(anywhere, 5, {2020: 7.0}, kind="backfill").outcome == "unchanged"
    assert anywhere.history("S-1") == before


def test_bytes_that_are_no_older_are_loaded_as_ever(anywhere, put) -> None:
    """The permission to put older bytes behind newer ones concerns only those that are older."""
    assert put(anywhere, 0, {2020: 1.0}, kind="backfill").kind == "load"
    assert put(anywhere, 0, {2020: 1.5}, kind="backfill").kind == "load"
    assert anywhere.mart()[0]["value"] == 1.5


def test_an_older_withdrawal_is_no_later_one(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0, 2021: 2.0})
    put(anywhere, 10, {2020: 1.0, 2021: 2.0})
    assert put(anywhere, 5, {2020: 1.0}, kind="backfill").withdrawn == 1
    assert [brief(anywhere, day(number))[2021] for number in (4, 5, 10)] == [2.0, "withdrawn", 2.0]


VALUES = st.none() | st.sampled_from([1.0, 2.0, 3.0])
KEYS = st.tuples(st.sampled_from("AB"), st.sampled_from([2020, 2021]), st.sampled_from(["_T", "F"]))
VINTAGES = st.lists(st.dictionaries(KEYS, VALUES, max_size=5), min_size=1, max_size=5)


def loaded(opened: Callable[..., Warehouse], row: Any, load: Any, vintages: Any, order: Any) -> list[Known]:
    """The states by the clock of bytes, after the vintages were loaded in that order."""
    with opened() as warehouse:
        for number in order:
            rows = [
                row(area, year, value, breakdown=breakdown)
                for (area, year, breakdown), value in vintages[number].items()
            ]
            warehouse.load(load(retrieved_at=day(number), committed_at=NOW, kind="backfill"), rows)
            newest = max(order[: order.index(number) + 1])
            assert current(warehouse).items() <= known(warehouse, day(newest)).items()
        return [known(warehouse, day(number)) for number in range(len(vintages))]


def current(warehouse: Warehouse) -> Known:
    rows = warehouse.observations("S-1")
    return {(r["area_code"], r["period_end"].year, r["breakdown"]): (r["action"], r["value"]) for r in rows}


@tried(60, suppress_health_check=[HealthCheck.too_slow])
@given(vintages=VINTAGES, data=st.data())
def test_the_order_in_which_vintages_are_loaded_does_not_matter(vintages, data, opened, row, load) -> None:
    order = data.draw(st.permutations(range(len(vintages))))
    in_turn = loaded(opened, row, load, vintages, list(range(len(vintages))))
    assert loaded(opened, row, load, vintages, order) == in_turn


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.nightly)])
def test_every_order_of_four_vintages(opened, row, load, step) -> None:
    """Values that come, go, return and are revised; in each ``step``-th order."""
    said = [
        {("A", 2020, "_T"): 1.0, ("A", 2021, "_T"): 2.0},
        {("A", 2021, "_T"): 2.0},
        {("A", 2020, "_T"): 1.0, ("A", 2021, "_T"): 3.0},
        {("A", 2020, "_T"): 1.0, ("B", 2021, "_T"): 2.0},
    ]
    in_turn = loaded(opened, row, load, said, [0, 1, 2, 3])
    assert in_turn[3] == {
        ("A", 2020, "_T"): ("value", 1.0),
        ("A", 2021, "_T"): ("withdrawn", None),
        ("B", 2021, "_T"): ("value", 2.0),
    }
    for order in list(permutations(range(4)))[::step]:
        assert loaded(opened, row, load, said, list(order)) == in_turn
