"""Each different text of a column is looked at once, and every cell told what came of it."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.texts import Texts

from support.properties import tried

columns = st.lists(st.sampled_from(["", "a", "B", "c c", "é", None]), max_size=30)
pairs = st.lists(st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from(["1", "2", "3", None])), max_size=30)
quick = tried(100)


def texts(cells: list[str | None]) -> Texts:
    """A column of them, whose rows have any labels."""
    return Texts(pd.Series(cells, index=[f"row {place}" for place, _ in enumerate(cells)], dtype=object))


@quick
@given(columns)
def test_every_cell_is_told_what_its_text_comes_to(cells: list[str | None]) -> None:
    told = texts(cells).told(lambda text: (text, len(text)))
    assert told.tolist() == [None if cell is None else (cell, len(cell)) for cell in cells]
    assert told.index.tolist() == [f"row {place}" for place, _ in enumerate(cells)]


@quick
@given(columns)
def test_a_missing_cell_is_never_flagged(cells: list[str | None]) -> None:
    assert texts(cells).flagged(str.islower).tolist() == [cell is not None and cell.islower() for cell in cells]


@quick
@given(columns)
def test_replaced_texts_may_be_missing(cells: list[str | None]) -> None:
    found = texts(cells).replaced(lambda text: text.upper() or None)
    assert [None if pd.isna(cell) else cell for cell in found] == [(cell and cell.upper()) or None for cell in cells]


@quick
@given(columns)
def test_each_text_is_looked_at_once(cells: list[str | None]) -> None:
    looked: list[str] = []
    texts(cells).told(looked.append)
    assert looked == list(dict.fromkeys(cell for cell in cells if cell is not None))


@quick
@given(columns)
def test_the_cells_of_each_text_are_counted(cells: list[str | None]) -> None:
    assert texts(cells).counted() == Counter(cell for cell in cells if cell is not None)


@quick
@given(pairs)
def test_what_stands_beside_each_text(cells: list[tuple[str | None, str | None]]) -> None:
    here, there = ([pair[side] for pair in cells] for side in (0, 1))
    whole = [pair for pair in cells if None not in pair]
    assert texts(here).beside(texts(there)) == {
        one: frozenset(other for first, other in whole if first == one) for one, _ in whole
    }
