"""The hash of rows as a set: what must not change it, and what must."""

from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.read.rowset import RowSet

CELLS = st.none() | st.text(st.characters(blacklist_categories=["Cs"]), max_size=4)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12)
NAMES = ("area", "period", "value")


def table(rows, names=NAMES):
    return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(names)})


def digest(*tables):
    rowset = RowSet()
    for each in tables:
        rowset.add(each)
    return rowset.hexdigest()


@given(ROWS, st.randoms(use_true_random=False), st.lists(st.integers(0, 12), max_size=3))
def test_the_order_of_rows_and_the_batches_do_not_matter(rows, random, cuts):
    shuffled = random.sample(rows, len(rows))
    borders = [0, *sorted(cuts), len(rows)]
    batches = [table(shuffled[start:end]) for start, end in pairwise(borders)]
    assert digest(*batches) == digest(table(rows))


@given(ROWS, st.permutations(NAMES))
def test_the_order_of_columns_does_not_matter(rows, order):
    assert digest(table(rows).select(list(order))) == digest(table(rows))


@given(ROWS.filter(len), CELLS, st.data())
def test_any_cell_that_changes_changes_it(rows, cell, data):
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 2))
    changed = [list(each) for each in rows]
    changed[row][column] = cell
    assert (digest(table(changed)) == digest(table(rows))) == (cell == rows[row][column])


@given(ROWS.filter(len))
def test_rows_are_counted(rows):
    assert digest(table([*rows, rows[0]])) != digest(table(rows))


def test_values_that_change_places_change_it():
    assert digest(table([("1", "2", "3")])) != digest(table([("2", "1", "3")]))


def test_null_blank_and_border_characters_differ():
    cells = [None, "", " ", "\x00", "\x1f", "þ", "ÿ", "None"]
    assert len({digest(table([(cell, "x", "y")])) for cell in cells}) == len(cells)
    assert digest(table([("a", "", "y")])) != digest(table([("", "a", "y")]))


def test_the_names_of_columns_count_also_without_rows():
    assert digest(table([("1", "2", "3")])) != digest(table([("1", "2", "3")], ("area", "period", "rate")))
    assert digest(table([])) != digest(table([], ("area", "period", "rate")))


def test_columns_of_provenance_do_not_count():
    rows = table([("1", "2", "3"), ("4", "5", "6")])
    assert digest(rows.append_column("_row", pa.array(["2", "3"]))) == digest(rows)


def test_parts_with_columns_of_their_own_come_in_any_order():
    old, new = table([("1", "2", "3")]), table([("1", "2", "3", "4")], (*NAMES, "note"))
    assert digest(old, new) == digest(new, old) != digest(old, old)


def test_text_of_any_arrow_kind_is_the_same_text():
    plain = table([("1", None, "é"), ("1", "", "x")])
    large = plain.cast(pa.schema([(name, pa.large_string()) for name in NAMES]))
    assert digest(large) == digest(plain)


def test_the_rows_are_counted_over_all_batches():
    rowset = RowSet()
    assert rowset.rows == 0
    rowset.add(table([("1", "2", "3")] * 25_000))
    rowset.add(table([]))
    rowset.add(table([("1", "2", "3")]))
    assert rowset.rows == 25_001


def test_a_table_of_provenance_only():
    rowset = RowSet()
    rowset.add(pa.table({"_row": ["2"]}))
    assert rowset.rows == 1
    assert rowset.hexdigest() != RowSet().hexdigest()


def test_the_digest_is_the_same_for_ever():
    """A change here makes every stored row-set hash worthless: answers would look changed that are not."""
    assert digest(table([("E08000035", "2023", "5.1"), ("E08000035", "2024", None)])) == (
        "ce0249141aba31f6c1ad6106174acd698a3a4389de1057e3531e953c091abc69"
    )
