"""CSV that ends too early, where no length was given along with it: what can be known of that, and what can't."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

FIELDS = st.text(alphabet='ab1,"\n ', min_size=1, max_size=5).map(lambda text: f"x{text}x")


def drawn(rows: list[list[str]], end: str) -> str:
    quoted = (
        ['"' + field.replace('"', '""') + '"' if set(field) & set(',"\n') else field for field in row] for row in rows
    )
    return "".join(",".join(row) + end for row in quoted)


def table(content: str, **options: object) -> pa.Table:
    return pa.concat_tables(read(io.BytesIO(content.encode()), Reading("csv", options)))


@given(
    st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.floats(0, 1),
)
def test_wherever_it_is_cut_it_is_refused_or_only_its_last_field_is_shorter(
    rows: list[list[str]], end: str, share: float
) -> None:
    whole = "a,b,c" + end + drawn(rows, end)
    kept = whole[: max(int(len(whole) * share), 6)]
    try:
        found = [list(row.values()) for row in table(kept).to_pylist()]
    except SourceError:
        return
    there = rows[: len(found)]
    assert found[:-1] == there[:-1]
    for cells, whole_cells in zip(found[-1:], there[-1:], strict=True):
        # a first row that is cut can't be told from one of a table whose last columns are blank
        kept_cells = [cell for cell in cells if cell] if len(found) == 1 else [cell or "" for cell in cells]
        *first, last = kept_cells or [""]
        assert first == whole_cells[: len(first)]
        assert last == whole_cells[len(first)][: len(last)]


TABLE = "a,b\n1,2\n3,45\n"
CUT = {
    "in the row": ("a,b\n1,2\n3", "Record 3 has 1 field, but the rows before it have 2."),
    "in quotation marks": ('a,b\n1,2\n3,"4', "Record 3 can't be read: a quotation mark is opened and never closed."),
    "above the footer": (
        TABLE,
        "No row starts with 'Source', the footer that should end the table.",
    ),
}


@pytest.mark.parametrize("case", CUT)
def test_what_can_be_known(case: str) -> None:
    content, message = CUT[case]
    with pytest.raises(SourceError) as refusal:
        table(content, **({"footer": "Source"} if case == "above the footer" else {}))
    assert refusal.value.message == message


@pytest.mark.parametrize("kept", [len(TABLE) - 2, len("a,b\n1,2\n")])
def test_what_cannot_be_known(kept: int) -> None:
    """A shorter last field, or whole rows too few: only the checks can tell, by what was there before."""
    assert table(TABLE[:kept]).num_rows in {1, 2}
