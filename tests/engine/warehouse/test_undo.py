"""Loads that are undone: what is current then, what is left, what is put on hold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from yhovi.engine.errors import CheckError, UsageError
from yhovi.engine.warehouse.values import Key, Left, RunStart, Scope, Undone
from yhovi.engine.warehouse.warehouse import Warehouse

from support.properties import tried

NOW = datetime(2024, 1, 1, tzinfo=UTC)
OF_RUN = ("id", "pipeline_run_id")


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def undo(warehouse: Warehouse, said: object, at: int = 30, **how: bool) -> list[Undone]:
    start = RunStart(f"undo-{said}-{at}", day(at), "yhovi rollback", "live", "0.1.0")
    return warehouse.rollback(start, str(said), **how)


def shown(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The mart, less what names rows and runs."""
    return [{name: cell for name, cell in row.items() if name not in OF_RUN} for row in warehouse.mart()]


def values(rows: list[dict[str, Any]]) -> dict[int, float | str | None]:
    return {r["period_end"].year: r["value"] if r["action"] == "value" else r["action"] for r in rows}


def key(year: int) -> Key:
    return Key("A", "2023-04", f"{year}-01-01/P1Y")


def test_the_last_load_is_undone(anywhere, put) -> None:
    """Values, withdrawals and what was new are as before; what a run loads next counts anew."""
    put(anywhere, 0, {2020: 1.0, 2021: 2.0})
    before = shown(anywhere)
    put(anywhere, 10, {2020: 1.5, 2022: 3.0})
    assert undo(anywhere, 2) == [Undone(2, "S-1", 3, restored=2, removed=1)]
    assert shown(anywhere) == before
    assert values(anywhere.observations("S-1")) == {2020: 1.0, 2021: 2.0}
    again = put(anywhere, 10, {2020: 1.5, 2022: 3.0})
    assert (again.new, again.changed, again.withdrawn) == (1, 1, 1)
    assert {r["reference_period"].year: r["value"] for r in anywhere.mart()} == {2020: 1.5, 2021: None, 2022: 3.0}


def test_the_only_load_is_undone(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    assert undo(anywhere, 1) == [Undone(1, "S-1", 2, removed=1)]
    assert (anywhere.mart(), anywhere.observations("S-1")) == ([], [])
    assert [(r["action"], r["value"], r["kind"]) for r in anywhere.history("S-1")] == [
        ("value", 1.0, "load"),
        ("undone", None, "undo"),
    ]
    assert put(anywhere, 0, {2020: 1.0}).new == 1


def test_what_was_known_when(anywhere, put) -> None:
    """By the clock of commits the undone load was there for a time; by that of bytes it never was."""
    put(anywhere, 0, {2020: 1.0})
    put(anywhere, 10, {2020: 1.5, 2021: 2.0})
    undo(anywhere, 2, at=20)
    by_commit = [values(anywhere.as_of("S-1", day(number), "committed")) for number in (0, 10, 20)]
    assert by_commit == [{2020: 1.0}, {2020: 1.5, 2021: 2.0}, {2020: 1.0}]
    assert [values(anywhere.as_of("S-1", day(number))) for number in (0, 10, 20)] == [{2020: 1.0}] * 3


def test_what_later_loads_changed_is_left_and_listed(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0, 2021: 2.0})
    put(anywhere, 10, {2020: 1.5, 2021: 2.5})
    put(anywhere, 20, {2020: 1.5, 2021: 2.7})
    assert undo(anywhere, 2) == [Undone(2, "S-1", 4, restored=1, left=(Left(key(2021), 3),))]
    assert values(anywhere.observations("S-1")) == {2020: 1.0, 2021: 2.7}


def test_a_later_load_goes_back_to_what_still_stands(anywhere, put) -> None:
    """Not to a value that was undone meanwhile."""
    put(anywhere, 0, {2020: 1.0})
    put(anywhere, 10, {2020: 1.5})
    put(anywhere, 20, {2020: 2.0})
    assert undo(anywhere, 2, at=30)[0].left == (Left(key(2020), 3),)
    undo(anywhere, 3, at=31)
    assert values(anywhere.observations("S-1")) == {2020: 1.0}
    undo(anywhere, 1, at=32)
    assert anywhere.observations("S-1") == []


def test_later_loads_are_undone_first(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    before = shown(anywhere)
    put(anywhere, 10, {2020: 1.5})
    put(anywhere, 20, {2020: 2.0})
    put(anywhere, 21, {2020: 2.0})
    assert undo(anywhere, 2, cascade=True) == [Undone(3, "S-1", 5, restored=1), Undone(2, "S-1", 6, restored=1)]
    assert shown(anywhere) == before


def test_all_loads_of_a_run_are_undone(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    anywhere.start_run(RunStart("run-2", day(5), "yhovi run", "live", "0.1.0"))
    put(anywhere, 10, {2020: 1.5}, run_id="run-2")
    put(anywhere, 10, {2020: 7.0}, run_id="run-2", indicator_id="S-2")
    undone = undo(anywhere, "run-2")
    assert [(one.load_id, one.indicator_id, one.restored, one.removed) for one in undone] == [
        (3, "S-2", 0, 1),
        (2, "S-1", 1, 0),
    ]
    assert [(r["indicator_id"], r["value"]) for r in anywhere.mart()] == [("S-1", 1.0)]


def test_trying_changes_nothing(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    put(anywhere, 10, {2020: 1.5})
    before = anywhere.mart(), anywhere.history("S-1"), anywhere.load_lines()
    assert undo(anywhere, 2, dry_run=True) == [Undone(2, "S-1", 3, restored=1)]
    assert (anywhere.mart(), anywhere.history("S-1"), anywhere.load_lines()) == before
    assert anywhere.hold_on("S-1", "rows-10", "plan") is None
    assert undo(anywhere, 2)[0].restored == 1


def test_a_second_time_there_is_nothing_to_do(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    undo(anywhere, 1)
    note = "There is nothing to undo: it was undone before, by load 2."
    assert undo(anywhere, 1, at=31) == [Undone(1, "S-1", None, note=note)]


def test_what_changed_nothing_is_not_undone(warehouse, put) -> None:
    put(warehouse, 0, {2020: 1.0})
    put(warehouse, 10, {2020: 1.0})
    assert undo(warehouse, 2) == [Undone(2, "S-1", None, note="There is nothing to undo: it had changed nothing.")]
    assert warehouse.hold_on("S-1", "rows-10", "plan") is None


@pytest.mark.parametrize("said", ["2", "undo-1-30"])
def test_an_undo_is_not_undone(said, warehouse, put) -> None:
    put(warehouse, 0, {2020: 1.0})
    undo(warehouse, 1)
    with pytest.raises(UsageError) as raised:
        undo(warehouse, said, at=31)
    assert str(raised.value) == (
        "Load 2 is itself an undo, of load 1, and an undo isn't undone. To load the same again: yhovi release-hold"
        " S-1, then run it."
    )


@pytest.mark.parametrize("said", ["7", "run-7"])
def test_what_is_not_there_is_not_undone(said, warehouse) -> None:
    with pytest.raises(UsageError) as raised:
        undo(warehouse, said)
    assert str(raised.value) == f"There is no load and no run {said}. yhovi loads shows which there are."


def test_an_undone_load_is_on_hold_until_it_is_released(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    put(anywhere, 10, {2020: 1.5})
    undo(anywhere, 2)
    hold = anywhere.hold_on("S-1", "rows-10", "plan")
    assert (hold.load_id, hold.placed_at, hold.reason) == (2, day(30), "Load 2 was undone at 2024-01-31 00:00 UTC.")
    assert anywhere.hold_on("S-1", "rows-11", "plan") is None
    assert anywhere.hold_on("S-1", "rows-10", "another plan") is None
    assert anywhere.hold_on("S-2", "rows-10", "plan") is None
    (status,) = anywhere.status()
    assert (status.last_outcome, status.last_load.load_id, status.hold) == ("on_hold", 1, hold.reason)
    assert anywhere.release_hold("S-1", day(31)) == [hold]
    assert anywhere.release_hold("S-1", day(32)) == []
    assert anywhere.hold_on("S-1", "rows-10", "plan") is None
    assert [one.last_outcome for one in anywhere.status()] == ["loaded"]


def test_what_was_loaded_since_is_not_said_to_be_on_hold(warehouse, put) -> None:
    put(warehouse, 0, {2020: 1.0})
    undo(warehouse, 1)
    assert [(one.last_outcome, one.last_load) for one in warehouse.status()] == [("on_hold", None)]
    put(warehouse, 40, {2020: 2.0})
    assert [(one.last_outcome, one.hold) for one in warehouse.status()] == [("loaded", None)]


def test_a_failure_after_an_undo_is_told(warehouse, put) -> None:
    put(warehouse, 0, {2020: 1.0})
    undo(warehouse, 1)
    warehouse.record_failure(day(31), "run-1", "S-1", "The source is silent.")
    assert [one.last_outcome for one in warehouse.status()] == ["failed"]


def test_what_was_made_of_it_is_listed(warehouse, put) -> None:
    """Also where it was made of a later load that left the value as it was; not what was made before."""
    put(warehouse, 0, {2020: 1.0})
    put(warehouse, 0, {2020: 1.0}, indicator_id="S-3", input_loads=(1,))
    put(warehouse, 10, {2020: 1.5})
    put(warehouse, 11, {2020: 1.5})
    put(warehouse, 11, {2020: 3.0}, indicator_id="S-2", input_loads=(4,))
    assert undo(warehouse, 3)[0].made_of_it == ("S-2",)


def test_older_bytes_are_allowed_again_once_newer_ones_are_undone(warehouse, put) -> None:
    put(warehouse, 0, {2020: 1.0})
    put(warehouse, 10, {2020: 9.0})
    undo(warehouse, 2)
    assert put(warehouse, 5, {2020: 2.0}).kind == "load"
    assert values(warehouse.as_of("S-1", day(20))) == {2020: 2.0}


def test_older_bytes_that_went_behind_are_undone(anywhere, put) -> None:
    put(anywhere, 0, {2020: 1.0})
    put(anywhere, 10, {2020: 1.0})
    put(anywhere, 5, {2020: 7.0, 2021: 8.0}, kind="backfill")
    before = anywhere.observations("S-1"), anywhere.mart()
    note = "It was of older bytes: what is current stays as it is."
    assert undo(anywhere, 3) == [Undone(3, "S-1", 4, note=note)]
    assert (anywhere.observations("S-1"), anywhere.mart()) == before
    assert [values(anywhere.as_of("S-1", day(number))) for number in (4, 5, 10)] == [{2020: 1.0}] * 3


def test_what_went_behind_an_undone_load_is_as_if_that_had_never_been(warehouse, put) -> None:
    """What the undone one would have said again, it says no more."""
    put(warehouse, 0, {2020: 1.0})
    put(warehouse, 10, {2020: 1.0, 2021: 2.0})
    put(warehouse, 5, {2020: 7.0}, kind="backfill")
    undo(warehouse, 2)
    assert [values(warehouse.as_of("S-1", day(number))) for number in (4, 5, 10)] == [
        {2020: 1.0},
        {2020: 7.0},
        {2020: 7.0},
    ]


def test_a_backfill_does_without_what_another_said_again(warehouse, put) -> None:
    put(warehouse, 0, {2020: 1.0})
    put(warehouse, 10, {2020: 1.0})
    put(warehouse, 5, {2020: 7.0}, kind="backfill")
    put(warehouse, 7, {2020: 8.0}, kind="backfill")
    undo(warehouse, 3)
    assert [values(warehouse.as_of("S-1", day(number)))[2020] for number in (5, 7, 10)] == [1.0, 8.0, 1.0]


def test_two_periods_of_one_day_can_not_come_of_an_undo(anywhere, row, load) -> None:
    anywhere.load(load(), [row("A", 2020, 1.0), row("A", 2021, 1.0)])
    anywhere.load(load(), [row("A", 2020, 2.0, years=3), row("A", 2021, 1.0)])
    anywhere.load(load(), [row("A", 2020, 3.0, years=3), row("A", 2021, 1.0)])
    before = anywhere.mart()
    with pytest.raises(CheckError) as raised:
        undo(anywhere, 2)
    assert str(raised.value) == (
        "Load 2 of S-1 can't be undone alone: A has two values for periods that end on 2020-12-31: 2018-01-01/P3Y"
        " and 2020-01-01/P1Y. Undo the later loads too, with --cascade."
    )
    assert anywhere.mart() == before
    undo(anywhere, 2, cascade=True)
    assert [(r["time_period"], r["value"]) for r in anywhere.mart()] == [
        ("2020-01-01/P1Y", 1.0),
        ("2021-01-01/P1Y", 1.0),
    ]


def test_values_in_the_unit_of_before_are_not_shown_in_another(anywhere, row, load) -> None:
    anywhere.load(load(), [row("A", 2020, 1.0)])
    changed = {"unit_measure": "fraction", "unit": "fraction of one"}
    anywhere.load(load(**changed), [row("A", 2020, 0.01, unit_measure="fraction")])
    before = anywhere.mart()
    with pytest.raises(CheckError) as raised:
        undo(anywhere, 2)
    assert str(raised.value) == (
        "Before load 2 the values of S-1 were in percent, and now it is said to be in fraction. Set the unit in the"
        " spec back and run the indicator: that loads all of it in that unit."
    )
    assert anywhere.mart() == before


def test_a_withdrawn_period_is_shown_again(warehouse, row, load) -> None:
    """Where the one that ends on the same day is gone."""
    warehouse.load(load(), [row("A", 2020, 1.0), row("A", 2021, 1.0)])
    warehouse.load(load(), [row("A", 2021, 1.0)])
    before = shown(warehouse)
    warehouse.load(load(), [row("A", 2020, 2.0, years=3), row("A", 2021, 1.0)])
    undo(warehouse, 3)
    assert shown(warehouse) == before


CELLS = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.sampled_from([2020, 2021])), st.sampled_from([None, 1.0, 2.0]), max_size=4
)
SCOPES = st.sampled_from([Scope(), Scope(areas=frozenset("A")), Scope(areas=frozenset("B"))])
ACTS = st.lists(st.tuples(CELLS, SCOPES) | st.integers(1, 6), min_size=2, max_size=8)


def replayed(history: list[dict[str, Any]], undone: set[int]) -> dict[tuple[str, int], tuple[str, float | None]]:
    """What loads that stand left, if those that were undone are passed over."""
    found = {}
    for r in history:
        if r["kind"] == "load" and r["load_id"] not in undone:
            found[r["area_code"], r["period_end"].year] = (r["action"], r["value"])
    return found


@tried(60, suppress_health_check=[HealthCheck.too_slow])
@given(acts=ACTS)
def test_any_sequence_of_loads_and_undos(acts: list[Any], opened: Callable[..., Warehouse], row, load) -> None:
    """What is current is what the loads that stand left, and by its clock so is what was committed."""
    with opened() as warehouse:
        for number, act in enumerate(acts):
            if not isinstance(act, int):
                rows = [row(area, year, value) for (area, year), value in act[0].items()]
                warehouse.load(load(scope=act[1], committed_at=day(number)), rows)
            elif any(line.load_id == act and line.kind == "load" for line in warehouse.load_lines()):
                undo(warehouse, act, at=number)
        undone = {line.undoes for line in warehouse.load_lines() if line.undoes}
        current = {
            (r["area_code"], r["period_end"].year): (r["action"], r["value"]) for r in warehouse.observations("S-1")
        }
        assert current == replayed(warehouse.history("S-1"), undone)
        committed = warehouse.as_of("S-1", day(len(acts)), "committed")
        assert [r["observation_id"] for r in committed] == [r["observation_id"] for r in warehouse.observations("S-1")]
        assert {r["lad_code"] for r in warehouse.mart()} == {area for area, _ in current}
