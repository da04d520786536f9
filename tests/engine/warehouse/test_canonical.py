"""How rows look once they are over the border."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.warehouse.canonical import CHUNK_ROWS, chunks

NUMBERS = [
    (0.1 + 0.2, 0.3),
    (1 / 3, 0.333333333333),
    (123456789012.6, 123456789013.0),
    (1.23456789012345e-7, 1.23456789012e-7),
    (7, 7.0),
    (-0.0, 0.0),
    (-1e-300, -1e-300),
    (float("nan"), None),
    (None, None),
]


@pytest.mark.parametrize(("number", "stored"), NUMBERS, ids=[str(number) for number, _ in NUMBERS])
@pytest.mark.parametrize("column", ["value", "lower_ci", "upper_ci", "numerator", "denominator"])
def test_numbers_have_12_digits(column, number, stored, opened, row, load) -> None:
    with opened() as warehouse:
        warehouse.load(load(), [row("A", 2020, 1.0) | {column: number}])
        (kept,) = warehouse.observations("S-1")
    assert repr(kept[column]) == repr(stored)


SAID = [
    {"value": 2.0},
    {"value": None},
    {"lower_ci": 1.0},
    {"upper_ci": 1.0},
    {"numerator": 1.0},
    {"denominator": 1.0},
    {"obs_status": "P"},
    {"status_flags": "provisional"},
    {"status_reason": "provisional"},
    {"time_period": "2020-01-01/P12M"},
    {"unit_measure": "fraction"},
]


@pytest.mark.parametrize("change", SAID, ids=lambda change: next(iter(change)))
def test_the_hash_says_what_a_row_says(change, opened, row, load) -> None:
    with opened() as warehouse:
        warehouse.load(load(), [row("A", 2020, 1.0)])
        warehouse.load(load(unit_measure=change.get("unit_measure", "percent")), [row("A", 2020, 1.0) | change])
        hashes = {each["row_hash"] for each in warehouse.history("S-1") if each["action"] == "value"}
    assert len(hashes) == 2


def test_the_hash_is_the_same_everywhere(opened, row, load) -> None:
    with opened() as warehouse:
        warehouse.load(load(), [row("A", 2020, 1.0)])
        (kept,) = warehouse.observations("S-1")
    assert kept["row_hash"] == "bf1420227ae4b489e776371c3e471a23"


@given(values=st.lists(st.none() | st.floats(allow_infinity=False, allow_subnormal=False), min_size=1, max_size=20))
def test_a_frame_says_the_same_as_its_records(values, row) -> None:
    """Whatever pandas makes of missing cells."""
    records = [row("A", 2000 + place, value, note="n" if place else None) for place, value in enumerate(values)]
    of_frame, of_records = (
        [list(chunk.rows) for chunk in chunks(said, "S-1", 1)] for said in (pd.DataFrame(records), records)
    )
    assert of_frame == of_records


def test_rows_come_in_chunks(row) -> None:
    records = [row("A", 2000, float(place), breakdown=str(place)) for place in range(CHUNK_ROWS + 1)]
    assert [len(list(chunk.rows)) for chunk in chunks(records, "S-1", 1)] == [CHUNK_ROWS, 1]


def test_a_frame_is_loaded_like_its_records(warehouse, row, load) -> None:
    records = [row("A", 2020, 1.0), row("A", 2021, None, note="none yet")]
    warehouse.load(load(), records)
    assert warehouse.load(load(), pd.DataFrame(records)).unchanged == 2


def test_rows_of_another_indicator_are_a_bug(warehouse, row, load) -> None:
    with pytest.raises(ValueError, match=r"^rows of another indicator came with the load of S-1$"):
        warehouse.load(load(), [row("A", 2020, 1.0, indicator_id="S-2")])
