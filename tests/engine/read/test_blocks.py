"""Blocks: tables below one another with lines that tell them apart, and every refusal in full."""

import io
import json

import openpyxl
import pytest
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

BEGINS_CURE = "Compare read: blocks: begins with the file: its lines may have been reworded."
FOOTER_CURE = "The file may have been cut off, or the footer reworded: compare it with read: footer."
HEADER_CURE = "Open the file and say in read: header_row where its header is."
LABEL_CURE = (
    "Compare read: blocks: labels with the file; where text and value share a cell, write a pattern with a group."
)
SAME_CURE = "Blocks are one table only if their headers are the same. Compare the file with read: blocks."

STACKED = """annual population survey
date,2021
sex,Male

Area,value
Leeds,1
York,2

! no estimate
date,2022
sex,Female

Area,value
Leeds,3

! no estimate
"""


def tables(content, provenance=False, **options):
    return list(read(io.BytesIO(content.encode()), Reading("csv", options), provenance=provenance))


def rows(content, **options):
    return [row for table in tables(content, **options) for row in table.to_pylist()]


def blocks(begins="date", **more):
    return {"blocks": {"begins": begins, **({"labels": more.pop("labels")} if "labels" in more else {})}, **more}


def refusal_of(content, **options):
    with pytest.raises(SourceError) as refusal:
        tables(content, **options)
    return refusal.value.message, refusal.value.cure


LABELS = {"Date": "date", "Sex": "sex"}
EXPECTED = [
    {"Area": "Leeds", "value": "1", "Date": "2021", "Sex": "Male"},
    {"Area": "York", "value": "2", "Date": "2021", "Sex": "Male"},
    {"Area": "Leeds", "value": "3", "Date": "2022", "Sex": "Female"},
]

WAYS = {
    "until a blank row, the header by its row": blocks(labels=LABELS, header_row=4, until_blank_row=True),
    "until a blank row, the header by its labels": blocks(
        labels=LABELS, header={"labels": ["Area"]}, until_blank_row=True
    ),
    "until a footer": blocks(labels=LABELS, header_row=4, footer="! no"),
    "begun by a pattern": blocks({"pattern": "da.*"}, labels=LABELS, header_row=4, footer=["Source", "!"]),
    "labels by patterns": blocks(
        labels={"Date": "date", "Sex": {"pattern": "s(e)x"}}, header_row=4, until_blank_row=True
    ),
}


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS)
def test_stacked_blocks(options):
    sexes = {"Sex": "e"} if isinstance(options["blocks"]["labels"]["Sex"], dict) else {}
    assert rows(STACKED, **options) == [{**row, **sexes} for row in EXPECTED]


def test_a_block_ends_where_the_next_begins():
    content = "Year to 2021\na,b\n1,2\n\n3,4\nYear to 2022\na,b\n5,6\n"
    options = blocks({"pattern": "Year to .*"}, labels={"Year": {"pattern": "Year to ([0-9]{4})"}}, header_row=2)
    assert rows(content, **options) == [
        {"a": "1", "b": "2", "Year": "2021"},
        {"a": "3", "b": "4", "Year": "2021"},
        {"a": "5", "b": "6", "Year": "2022"},
    ]


def test_the_header_may_be_the_first_row_of_a_block():
    assert rows("x\nArea,v\nLeeds,1\nArea,v\nYork,2\n", **blocks("Area", header_row=1)) == [
        {"Area": "Leeds", "v": "1"},
        {"Area": "York", "v": "2"},
    ]


def test_rows_of_blocks_keep_their_numbers():
    options = blocks(labels=LABELS, header_row=4, until_blank_row=True)
    batches = tables(STACKED, provenance=True, **options)
    assert [batch["_row"].to_pylist() for batch in batches] == [["6", "7"], ["14"]]
    assert [json.loads(batch.schema.metadata[b"columns"]) for batch in batches] == [
        [["Area", 1], ["value", 2], ["Date", None], ["Sex", None]]
    ] * 2


def test_each_block_is_filled_down_for_itself():
    content = "date,1\nr,a\nN,1\n,2\ndate,2\nr,a\n,3\nS,4\n"
    options = blocks(labels={"Date": "date"}, header_row=2, fill_down=["r"])
    assert [row["r"] for row in rows(content, **options)] == ["N", "N", None, "S"]


def test_a_block_without_rows():
    content = "date,1\na,b\ndate,2\na,b\n1,2\n"
    batches = tables(content, **blocks(labels={"Date": "date"}, header_row=2))
    assert [batch.to_pydict() for batch in batches] == [
        {"a": [], "b": [], "Date": []},
        {"a": ["1"], "b": ["2"], "Date": ["2"]},
    ]


def test_blocks_among_some_of_the_columns():
    content = "x,date,2021,Key\n,a,b,\ny,1,2,x\ndate,date,2022,\n,a,b,\n,3,4,\n"
    options = blocks(labels={"Date": "date"}, header_row=2, columns=["B", "C"])
    assert rows(content, **options) == [{"a": "1", "b": "2", "Date": "2021"}, {"a": "3", "b": "4", "Date": "2022"}]


def test_blocks_of_a_sheet_with_merged_headings():
    book = openpyxl.Workbook()
    for year in (2021, 2022):
        for row in (["date", year], [], ["Area", "NVQ4+", None], [None, "number", "conf"], ["Leeds", year, "*"], []):
            book.active.append(row)
    for merged in ("B3:C3", "A3:A4", "B9:C9", "A9:A10"):
        book.active.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    options = blocks(labels={"Date": "date"}, header={"labels": ["Area"], "rows": 2}, until_blank_row=True)
    batches = list(read(stream, Reading("workbook", {**options, "sheet_column": "Sheet"}), provenance=True))
    assert [row for batch in batches for row in batch.to_pylist()] == [
        {
            "Area": "Leeds",
            "NVQ4+ number": f"{year}",
            "NVQ4+ conf": "*",
            "Sheet": "Sheet",
            "Date": f"{year}",
            "_row": f"Sheet!{row}",
        }
        for year, row in ((2021, 5), (2022, 11))
    ]


REFUSED = {
    "no block": (
        "a,b\n1,2\n",
        blocks(header_row=2),
        "No block begins: no row starts with 'date'.",
        BEGINS_CURE,
    ),
    "no block that fits the pattern": (
        "dates,b\n1,2\n",
        blocks({"pattern": "date"}, header_row=2),
        "No block begins: no row matches 'date'.",
        BEGINS_CURE,
    ),
    "another header": (
        "date,1\na,b\n1,2\ndate,2\na,c\n3,4\n",
        blocks(header_row=2),
        "The block that begins in Record 4 has other headers than the first: 'a', 'c', not 'a', 'b'.",
        SAME_CURE,
    ),
    "headers in another order": (
        "date,1\na,b\n1,2\ndate,2\nb,a\n3,4\n",
        blocks(header_row=2),
        "The block that begins in Record 4 has other headers than the first: 'b', 'a', not 'a', 'b'.",
        SAME_CURE,
    ),
    "no header in a block": (
        "date,1\na,b\n1,2\ndate,2\n",
        blocks(header_row=2),
        "Record 5 should belong to the header, but there is only 1 row.",
        HEADER_CURE,
    ),
    "a line that isn't there": (
        "date,1\nx,y\na,b\n1,2\n",
        blocks(labels={"Sex": "sex"}, header_row=3),
        "The block at record 1 has no line for 'Sex': none starts with 'sex'. Above its header: 'date', 'x'.",
        LABEL_CURE,
    ),
    "no line above the header": (
        "date,b\n1,2\n",
        blocks(labels={"Sex": {"pattern": "(.*)"}}, header_row=1),
        "The block at record 1 has no line for 'Sex': none matches '(.*)'. Above its header: nothing.",
        LABEL_CURE,
    ),
    "a line that says nothing": (
        "date: 2021\na,b\n1,2\n",
        blocks(labels={"Date": "date"}, header_row=2),
        "The block at record 1 has a line 'date: 2021' without the value of 'Date' beside it.",
        LABEL_CURE,
    ),
    "no footer below the last block": (
        "date,1\na,b\n1,2\nSource\ndate,2\na,b\n3,4\n",
        blocks(header_row=2, footer="Source"),
        "No row starts with 'Source', the footer that should end the table.",
        FOOTER_CURE,
    ),
    "a label that is a header": (
        "date,1\na,b\n1,2\n",
        blocks(labels={"a": "date"}, header_row=2),
        "read: adds the column 'a', but there is one of that name already.",
        "Choose another name in read: sheet_column or read: blocks: labels.",
    ),
}


@pytest.mark.parametrize(("content", "options", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(content, options, message, cure):
    assert refusal_of(content, **options) == (message, cure)
