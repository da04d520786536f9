"""Headers: found by their labels, rid of footnote marks, numbered; and which columns are read."""

import io
import json

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

LABELS_CURE = (
    "Compare read: header: labels with the file: its headers may have been renamed. Where a header covers several "
    "rows, say how many: rows."
)
REPEATED_CURE = (
    "Where the header covers several rows, join them: read: header_row: [first, last]. Otherwise number the "
    "headers (read: duplicates: number), or leave columns out (read: columns)."
)
NAMED_CURE = "names is for blank headers. Compare it with the file: columns may have moved."
FILL_CURE = "Correct read: fill_down; the source may have renamed the column."


def tables(content, provenance=False, **options):
    return list(read(io.BytesIO(content.encode()), Reading("csv", options), provenance=provenance))


def columns(content, provenance=False, **options):
    (table,) = tables(content, provenance, **options)
    return table.to_pydict()


def refusal_of(content, **options):
    with pytest.raises(SourceError) as refusal:
        tables(content, **options)
    return refusal.value.message, refusal.value.cure


def labelled(*labels, **more):
    return {"header": {"labels": list(labels), **more}}


PREAMBLE = "Title\nmade by, us\n\n"

READ = {
    "the first row is the header": ("a,b\n1,2\n", labelled("b"), {"a": ["1"], "b": ["2"]}),
    "below ragged lines": (PREAMBLE + "a,b\n1,2\n", labelled("b", "a"), {"a": ["1"], "b": ["2"]}),
    "the first row that holds all": ("a,x\na,b\na,b\n", labelled("a", "b"), {"a": ["a"], "b": ["b"]}),
    "white space aside": (
        'LA\u00a0 code,"LA\nname"\n1,2\n',
        labelled("LA code", " LA  name "),
        {"LA code": ["1"], "LA name": ["2"]},
    ),
    "footnote marks aside": (
        "LA code [note 2],2023 [r]\n1,2\n",
        labelled("LA code", "2023"),
        {"LA code [note 2]": ["1"], "2023 [r]": ["2"]},
    ),
    "footnote marks in the label": ("LA code,v\n1,2\n", labelled("LA code [note 1]"), {"LA code": ["1"], "v": ["2"]}),
    "over two rows, labels in both": (
        "T\nNumber,,Median\nof jobs,Code,\n1,2,3\n",
        labelled("Number of jobs", "Code", "Median", rows=2),
        {"Number of jobs": ["1"], "Code": ["2"], "Median": ["3"]},
    ),
    "over two rows, labels in the first, below a blank one": (
        "T,,\n,,\nArea,x,\n,n,f\nE1,2,3\n",
        labelled("Area", rows=2),
        {"Area": ["E1"], "x n": ["2"], "f": ["3"]},
    ),
    "over two rows, labels in the last": (
        "T,,\n,Houses,\nArea,n,f\nE1,2,3\n",
        labelled("Area", rows=2),
        {"Area": ["E1"], "Houses n": ["2"], "f": ["3"]},
    ),
    "over three rows, labels in the middle": (
        "T,,\n,Houses,\nArea,with,\n,gardens,f\nE1,2,3\n",
        labelled("Area", rows=3),
        {"Area": ["E1"], "Houses with gardens": ["2"], "f": ["3"]},
    ),
    "a header at the end": ("x\na,b", labelled("a"), {"a": [], "b": []}),
    "rows of units below": (
        "a,b\n,£ thousand\nx,MV36\n1,2\n",
        {"after_header": 2},
        {"a": ["1"], "b": ["2"]},
    ),
    "footnote marks off": (
        "Leeds*,2018(3),2019 [note 3],20183\n1,2,3,4\n",
        {"footnotes": True},
        {"Leeds": ["1"], "2018": ["2"], "2019": ["3"], "20183": ["4"]},
    ),
    "footnote marks off each row of a header": (
        "Houses*,\ncount [note 1],share\u00b2\n1,2\n",
        {"footnotes": True, "header_row": [1, 2]},
        {"Houses count": ["1"], "share": ["2"]},
    ),
    "repeated headers numbered": (
        "change,a,change,change\n1,2,3,4\n",
        {"duplicates": "number"},
        {"change": ["1"], "a": ["2"], "change (2)": ["3"], "change (3)": ["4"]},
    ),
    "repeated without their marks, numbered": (
        "2019,2019 [r]\n1,2\n",
        {"duplicates": "number", "footnotes": True},
        {"2019": ["1"], "2019 (2)": ["2"]},
    ),
    "blank headers aren't numbered": (
        "a,,,b\n1,,,2\n",
        {"duplicates": "number"},
        {"a": ["1"], "b": ["2"]},
    ),
    "some of the columns": (
        "x,a,b,Key\n1,2,3,\n1,4,5,x = bad\n1,,,more\n",
        {"columns": ["B", "C"]},
        {"a": ["2", "4"], "b": ["3", "5"]},
    ),
    "some of the columns, ragged outside": (
        "a,b,Key\n1,2\n3,4,x\n5,6,7,8\n",
        {"columns": ["A", "B"]},
        {"a": ["1", "3", "5"], "b": ["2", "4", "6"]},
    ),
    "more columns than there are": ("a,b\n1,2\n", {"columns": ["A", "AD"]}, {"a": ["1"], "b": ["2"]}),
    "labels among the columns": (
        ",a,b\na,b,c\n1,2,3\n",
        {"columns": ["B", "C"], **labelled("b")},
        {"a": ["b", "2"], "b": ["c", "3"]},
    ),
    "names by their place in the file": (
        "x,,b\n1,2,3\n",
        {"columns": ["B", "C"], "names": {"2": "code"}},
        {"code": ["2"], "b": ["3"]},
    ),
}


@pytest.mark.parametrize(("content", "options", "expected"), READ.values(), ids=READ)
def test_reads(content, options, expected):
    assert columns(content, **options) == expected


def test_rows_keep_their_numbers():
    content = PREAMBLE + ",h\na,b\nunits,\n1,2\n\n3,4\n"
    assert columns(content, provenance=True, after_header=1, **labelled("a", rows=2))["_row"] == ["7", "9"]


def test_provenance_numbers_the_fields_of_the_file():
    (table,) = tables("x,a,,b\n1,2,,3\n", provenance=True, columns=["B", "D"])
    assert json.loads(table.schema.metadata[b"columns"]) == [["a", 2], ["b", 4]]


def test_without_provenance_no_metadata_comes():
    (table,) = tables("a,b\n1,2\n")
    assert table.schema.metadata is None


REFUSED = {
    "labels that aren't there": (
        "Title of it\nx,LA code,z\nLA code,Area,1\n",
        labelled("LA code", "LA name"),
        (
            "No row among the first 200 has all of 'LA code', 'LA name'. The nearest: Record 1 has 'Title of it'; "
            "Record 2 has 'x', 'LA code', 'z'; Record 3 has 'LA code', 'Area', '1'."
        ),
        LABELS_CURE,
    ),
    "the nearest hold most labels, then most cells": (
        "a\nx,y\na,b,c\n1,2,3\na,5\n6\n",
        labelled("a", "b", "d"),
        (
            "No row among the first 200 has all of 'a', 'b', 'd'. The nearest: Record 1 has 'a'; "
            "Record 3 has 'a', 'b', 'c'; Record 5 has 'a', '5'."
        ),
        LABELS_CURE,
    ),
    "labels over two rows that aren't there": (
        "Number,\nof jobs,Code\n1,2\n",
        labelled("Number of jobs", "Name", rows=2),
        (
            "No 2 rows together among the first 200 have all of 'Number of jobs', 'Name'. "
            "The nearest: Record 1 has 'Number of jobs', 'Code'; Record 2 has 'of jobs 1', 'Code 2'."
        ),
        LABELS_CURE,
    ),
    "capitals count": (
        "LA Code\n1\n",
        labelled("LA code"),
        "No row among the first 200 has all of 'LA code'. The nearest: Record 1 has 'LA Code'; Record 2 has '1'.",
        LABELS_CURE,
    ),
    "only blank rows": (
        "\n,\n",
        labelled("a"),
        "No row among the first 200 has all of 'a'. They are all blank.",
        LABELS_CURE,
    ),
    "labels far below": (
        "x\n" * 200 + "a,b\n1,2\n",
        labelled("a", "b"),
        (
            "No row among the first 200 has all of 'a', 'b'. "
            "The nearest: Record 1 has 'x'; Record 2 has 'x'; Record 3 has 'x'."
        ),
        LABELS_CURE,
    ),
    "a number that is taken": (
        "a,a (2),a\n1,2,3\n",
        {"duplicates": "number"},
        "Headers that occur more than once: 'a (2)' (columns 2, 3).",
        REPEATED_CURE,
    ),
    "twice without their marks": (
        "2019,x,2019 [r]\n1,2,3\n",
        {"footnotes": True},
        "Headers that occur more than once: '2019' (columns 1, 3).",
        REPEATED_CURE,
    ),
    "twice among the columns read": (
        "x,a,a\n1,2,3\n",
        {"columns": ["B", "C"]},
        "Headers that occur more than once: 'a' (columns 2, 3).",
        REPEATED_CURE,
    ),
    "a name outside the columns read": (
        ",a,b\n1,2,3\n",
        {"columns": ["B", "C"], "names": {"1": "code"}},
        "read: names calls column 1 'code', but that column isn't among those that are read, B to C.",
        NAMED_CURE,
    ),
    "a value without header, counted in the file": (
        "x,a,,\n1,2,,4\n",
        {"columns": ["B", "D"]},
        "Record 2 has a value where the header is blank: column 4.",
        "Say which row is the header (read: header_row), or name such columns (read: names: {1: code, 2: name}).",
    ),
    "a header that is blank among the columns read": (
        "x,,\n1,2,3\n",
        {"columns": ["B", "C"]},
        "Record 1 should be the header, but it is blank.",
        "Open the file and say in read: header_row where its header is.",
    ),
    "a column to fill that isn't there": (
        "Region,Area\n1,2\n",
        {"fill_down": ["Area", "region"]},
        "read: fill_down names 'region', but no column is called so. Found: 'Region', 'Area'.",
        FILL_CURE,
    ),
}


@pytest.mark.parametrize(("content", "options", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(content, options, message, cure):
    assert refusal_of(content, **options) == (message, cure)


LINES = st.lists(st.lists(st.sampled_from(["", "x", "LA code", "Title"]), max_size=5), max_size=20)


@given(LINES, st.integers(0, 2))
def test_a_header_is_found_below_whatever_stands_above(lines, blank):
    """As long as no line above has all of its labels, it is the same table wherever it stands."""
    above = "".join(",".join(line) + "\n" for line in lines)
    content = above + "LA name,LA code\n" + "\n" * blank + "Leeds,E1\n"
    found = columns(content, provenance=True, **labelled("LA code", "LA name"))
    assert found == {"LA name": ["Leeds"], "LA code": ["E1"], "_row": [str(len(lines) + blank + 2)]}


def test_the_header_may_be_the_two_hundredth_row():
    assert columns("x\n" * 199 + "a,b\n1,2\n", **labelled("a", "b")) == {"a": ["1"], "b": ["2"]}
    assert columns("x\n" * 199 + "a,b\n,c\n1,2\n", **labelled("a", "b c", rows=2)) == {"a": ["1"], "b c": ["2"]}


def test_headings_merged_over_columns_are_spread_wherever_the_header_is_found():
    book = openpyxl.Workbook()
    for row in ([], [None, "Code", "Houses", None], [None, None, "count", "share"], ["x", "E1", 1, 2]):
        book.active.append(row)
    for merged in ("B2:B3", "C2:D2"):
        book.active.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    options = {"header": {"labels": ["Code", "Houses share"], "rows": 2}, "columns": ["B", "D"]}
    (table,) = read(stream, Reading("workbook", options), provenance=True)
    assert table.to_pydict() == {"Code": ["E1"], "Houses count": ["1"], "Houses share": ["2"], "_row": ["Sheet!4"]}
    assert json.loads(table.schema.metadata[b"columns"]) == [
        ["Code", "B"],
        ["Houses count", "C"],
        ["Houses share", "D"],
    ]


def test_a_heading_merged_from_a_column_that_is_not_read():
    book = openpyxl.Workbook()
    for row in (["Houses", None, None], ["a", "b", "c"], [1, 2, 3]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    stream = io.BytesIO()
    book.save(stream)
    (table,) = read(stream, Reading("workbook", {"header_row": [1, 2], "columns": ["B", "C"]}))
    assert table.column_names == ["Houses b", "Houses c"]
