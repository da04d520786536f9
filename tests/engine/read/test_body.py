"""The rows below a header: footers, blank rows, and blank cells that take the value above."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read
from yhovi.engine.read.tables import BATCH_ROWS

FOOTER_CURE = "The file may have been cut off, or the footer reworded: compare it with read: footer."


def tables(content, provenance=False, **options):
    return list(read(io.BytesIO(content.encode()), Reading("csv", options), provenance=provenance))


def columns(content, provenance=False, **options):
    (table,) = tables(content, provenance, **options)
    return table.to_pydict()


ENDS = {
    "one of several footers": ("a,b\n1,2\nNote 1\nSource: x\n", {"footer": ["Source", "Note"]}, ["1"]),
    "a footer in capitals is none": ("a,b\n1,2\nSOURCE,3\nSource\n", {"footer": "Source"}, ["1", "SOURCE"]),
    "a footer, white space aside": (
        "a,b\n1,2\n ,\u00a0Back  to\u00a0contents\n",
        {"footer": "Back to contents"},
        ["1"],
    ),
    "a footer right of what is read": (
        "a,b,Key\n1,2,\n3,4,Source\nSource,,\n",
        {"footer": "Source", "columns": ["A", "B"]},
        ["1", "3"],
    ),
    "a footer above the header doesn't count": (
        "Source: x\na,b\n1,2\nSource: x\n",
        {"footer": "Source", "header_row": 2},
        ["1"],
    ),
    "a blank row": ("a,b\n1,2\n\nNote,,,,\n", {"until_blank_row": True}, ["1"]),
    "a row of blanks": ("a,b\n1,2\n , \n3,4\n", {"until_blank_row": True}, ["1"]),
    "blank rows below the header": ("a,b\n\n,\n1,2\n\n3,4\n", {"until_blank_row": True}, ["1"]),
    "no blank row": ("a,b\n1,2\n3,4\n", {"until_blank_row": True}, ["1", "3"]),
    "a row that is blank where it is read": (
        "a,b,Key\n1,2,\n,,x\n3,4,\n",
        {"until_blank_row": True, "columns": ["A", "B"]},
        ["1"],
    ),
    "a blank row above the footer": (
        "a,b\n1,2\n\nNotes\nSource\n",
        {"until_blank_row": True, "footer": "Source"},
        ["1"],
    ),
    "a footer above a blank row": ("a,b\n1,2\nSource\n\n3,4\n", {"until_blank_row": True, "footer": "Source"}, ["1"]),
}


@pytest.mark.parametrize(("content", "options", "expected"), ENDS.values(), ids=ENDS)
def test_where_a_table_ends(content, options, expected):
    assert columns(content, **options)["a"] == expected


FILLED = {
    "what stands above": ("r,a\nN,1\n,2\n,3\nS,4\n,5\n", ["r"], {"r": ["N", "N", "N", "S", "S"], "a": [*"12345"]}),
    "two columns, each for itself": (
        "r,s,a\nN,x,1\n,y,2\nS,,3\n",
        ["r", "s"],
        {"r": ["N", "N", "S"], "s": ["x", "y", "y"], "a": [*"123"]},
    ),
    "nothing above": ("r,a\n,1\nN,2\n,3\n", ["r"], {"r": [None, "N", "N"], "a": [*"123"]}),
    "blank rows stay blank": ("r,a\nN,1\n,\n\n,2\n", ["r"], {"r": ["N", "N"], "a": [*"12"]}),
    "a cell of white space is blank": ("r,a\nN,1\n \u00a0,2\n", ["r"], {"r": ["N", "N"], "a": [*"12"]}),
    "a column that all rows lack": ("a,r\n1\n2\n", ["r"], {"a": [*"12"], "r": [None, None]}),
    "others stay blank": ("r,a\nN,1\n,\nS,\n", ["r"], {"r": ["N", "S"], "a": ["1", None]}),
}


@pytest.mark.parametrize(("content", "names", "expected"), FILLED.values(), ids=FILLED)
def test_blank_cells_take_the_value_above(content, names, expected):
    assert columns(content, fill_down=names) == expected


def test_values_are_filled_across_batches():
    batches = tables("r,a\nN,1\n" + ",2\n" * (BATCH_ROWS + 10), fill_down=["r"])
    assert [batch.num_rows for batch in batches] == [BATCH_ROWS, 11]
    assert {value for batch in batches for value in batch["r"].to_pylist()} == {"N"}


def test_no_footer_of_several():
    with pytest.raises(SourceError) as refusal:
        tables("a,b\n1,2\n", footer=["Source", "Note"])
    assert refusal.value.message == ("No row starts with 'Source' or 'Note', the footer that should end the table.")
    assert refusal.value.cure == FOOTER_CURE


@given(st.lists(st.tuples(st.sampled_from(["", " ", "N", "S"]), st.sampled_from(["", "1"])), max_size=30))
def test_filling_is_what_a_spreadsheet_user_would_do(rows):
    """Each row that isn't blank has the last label at or above it."""
    found = columns("r,a\n" + "".join(f"{label},{value}\n" for label, value in rows), fill_down=["r"])
    last, expected = None, []
    for label, value in rows:
        last = label.strip() or last
        if label.strip() or value:
            expected.append(last)
    assert found["r"] == expected
