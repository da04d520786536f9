"""CSV: what is read, and every refusal in full."""

import io
import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

FOOTER_CURE = "The file may have been cut off, or the footer reworded: compare it with read: footer."
HEADER_CURE = "Open the file and say in read: header_row where its header is."
LONG_CURE = "A value with a comma and no quotation marks does this, or a header in another row (read: header_row)."
NAMED_CURE = "names is for blank headers. Compare it with the file: columns may have moved."
QUOTING_CURE = "Open the file there; if it was cut off, fetch it again, otherwise tell the publisher."
REPEATED_CURE = (
    "Where the header covers several rows, join them: read: header_row: [first, last]. Otherwise number the "
    "headers (read: duplicates: number), or leave columns out (read: columns)."
)
SHORT_CURE = "The file may have been cut off: fetch it again. If notes stand below the table, say read: footer."
UNNAMED_CURE = "Say which row is the header (read: header_row), or name such columns (read: names: {1: code, 2: name})."


def table(content, provenance=False, **options):
    data = content.encode() if isinstance(content, str) else content
    return pa.concat_tables(list(read(io.BytesIO(data), Reading("csv", options), provenance=provenance)))


def columns(content, provenance=False, **options):
    return table(content, provenance, **options).to_pydict()


READ = {
    "plain": ("a,b\n1,x\n2,y\n", {}, {"a": ["1", "2"], "b": ["x", "y"]}),
    "text stays as it is written": ("a,b\n001,NA\n", {}, {"a": ["001"], "b": ["NA"]}),
    "blank cells are null": ('a,b\n,""\n1, \n', {}, {"a": ["1"], "b": [None]}),
    "cells are stripped": ("a,b\n 1\t,\u00a0x y\u00a0\n", {}, {"a": ["1"], "b": ["x y"]}),
    "headers are collapsed": ('" a\n b\u00a0 c ",d\n1,2\n', {}, {"a b c": ["1"], "d": ["2"]}),
    "a byte order mark": ("\ufeffa,b\n1,2\n", {}, {"a": ["1"], "b": ["2"]}),
    "a quoted line break stays": ('a,b\n"x\ny",2\n', {}, {"a": ["x\ny"], "b": ["2"]}),
    "quotation marks doubled": ('a,b\n"x ""y""",2\n', {}, {"a": ['x "y"'], "b": ["2"]}),
    "CRLF, LF and CR mixed": ("a,b\r\n1,2\n3,4\r5,6", {}, {"a": ["1", "3", "5"], "b": ["2", "4", "6"]}),
    "blank lines": ("a,b\n\n1,2\n\n \n,,,\n3,4\n\n", {}, {"a": ["1", "3"], "b": ["2", "4"]}),
    "every row short by the same": ("a,b,c\n1,2\n3,4\n", {}, {"a": ["1", "3"], "b": ["2", "4"], "c": [None, None]}),
    "header only": ("a,b\n", {}, {"a": [], "b": []}),
    "header without line end": ("a,b", {}, {"a": [], "b": []}),
    "a column without header or content": ("a,,b,\n1,,2, \n", {}, {"a": ["1"], "b": ["2"]}),
    "names for blank headers": (
        ",,2019\nE1,Leeds,5\n",
        {"names": {"1": "code", "2": "name"}},
        {"code": ["E1"], "name": ["Leeds"], "2019": ["5"]},
    ),
    "a named column may be blank": ("a,\n1,\n", {"names": {2: "note"}}, {"a": ["1"], "note": [None]}),
    "rows above the header": ("Title\n\nnote,,\na,b\n1,2\n", {"header_row": 4}, {"a": ["1"], "b": ["2"]}),
    "header over three rows": (
        "T\nNumber,,\nof jobs,,Annual\n(thousand),Median,change\n1,2,3\n",
        {"header_row": [2, 4]},
        {"Number of jobs (thousand)": ["1"], "Median": ["2"], "Annual change": ["3"]},
    ),
    "a footer ends the table": ("a,b\n1,2\n, Source: ONS\nnotes\n", {"footer": "Source:"}, {"a": ["1"], "b": ["2"]}),
    "another delimiter": ("a;b\n1,5;2\n", {"delimiter": ";"}, {"a": ["1,5"], "b": ["2"]}),
    "cp1252": ("a\n£ –\n".encode("cp1252"), {"encoding": "cp1252"}, {"a": ["£ –"]}),
    "UTF-16": ("a,b\n1,é\n".encode("utf-16"), {"encoding": "utf-16"}, {"a": ["1"], "b": ["é"]}),
}


@pytest.mark.parametrize(("content", "options", "expected"), READ.values(), ids=READ)
def test_reads(content, options, expected):
    assert columns(content, **options) == expected


def test_all_columns_are_text_even_without_rows():
    assert set(table("a,b,c\n").schema.types) == {pa.string()}
    assert set(table("a,b,c\n1,2\n", provenance=True).schema.types) == {pa.string()}


REFUSED = {
    "a long row": (
        "a,b\n1,2\n1,2,3\n",
        {},
        "Record 3 has 3 fields, but the header has 2.",
        LONG_CURE,
    ),
    "a file that was cut off": (
        "a,b,c\n1,2,3\n4,5\n",
        {},
        "Record 3 has 2 fields, but the rows before it have 3.",
        SHORT_CURE,
    ),
    "short rows, then a whole one": (
        "a,b,c\n1,2\n\n4,5,6\n",
        {},
        "Record 4 has 3 fields, but the rows before it have 2.",
        SHORT_CURE,
    ),
    "a quotation mark never closed": (
        'a,b\n1,2\n3,"4\n5,6\n',
        {},
        "Record 3 can't be read: a quotation mark is opened and never closed.",
        QUOTING_CURE,
    ),
    "text after a quotation mark": (
        'a,b\n"1"x,2\n',
        {},
        "Record 2 can't be read: its quotation marks are not as CSV has them (',' expected after '\"').",
        QUOTING_CURE,
    ),
    "a value too long": (
        "a\n" + "x" * 131_073 + "\n",
        {},
        "Record 2 can't be read: a value has more than 131,072 characters, as when a quotation mark is never closed.",
        QUOTING_CURE,
    ),
    "headers twice": (
        "a,b,a,c,b,a\n",
        {},
        "Headers that occur more than once: 'a' (columns 1, 3, 6), 'b' (columns 2, 5).",
        REPEATED_CURE,
    ),
    "a header twice once collapsed": (
        "a b,a\u00a0 b\n",
        {},
        "Headers that occur more than once: 'a b' (columns 1, 2).",
        REPEATED_CURE,
    ),
    "values without header": (
        "a,,\n1,,\n2,x,\n3,,y\n",
        {},
        "Record 3 has a value where the header is blank: columns 2, 3.",
        UNNAMED_CURE,
    ),
    "a name for a header that isn't blank": (
        "a,b\n1,2\n",
        {"names": {"2": "c"}},
        "read: names calls column 2 'c', but that column is called 'b'.",
        NAMED_CURE,
    ),
    "a name for a column that isn't there": (
        "a,b\n1,2\n",
        {"names": {"3": "c"}},
        "read: names calls column 3 'c', but that column isn't there: the header has 2 columns.",
        NAMED_CURE,
    ),
    "a name that is taken": (
        "a,\n1,2\n",
        {"names": {"2": "a"}},
        "Headers that occur more than once: 'a' (columns 1, 2).",
        REPEATED_CURE,
    ),
    "a blank header": (
        "\na,b\n1,2\n",
        {},
        "Record 1 should be the header, but it is blank.",
        HEADER_CURE,
    ),
    "a header below the end": (
        "a,b\n1,2\n",
        {"header_row": [3, 4]},
        "Record 4 should belong to the header, but there are only 2 rows.",
        HEADER_CURE,
    ),
    "no footer": (
        "a,b\n1,2\n",
        {"footer": "Source:"},
        "No row starts with 'Source:', the footer that should end the table.",
        FOOTER_CURE,
    ),
    "a NUL byte": (
        "a,b\n1,2\n3,\0\n",
        {},
        "Record 3 holds a NUL byte, which text never does.",
        "The file is damaged or is no CSV; or it is written in UTF-16: try read: encoding: utf-16.",
    ),
    "bytes that aren't UTF-8": (
        b'a,b\n"1\n1",2\n3,\x96\n',
        {},
        "Record 3 has bytes that are not utf-8.",
        "Say how the file is written, for example read: encoding: cp1252.",
    ),
    "bytes that aren't UTF-8 above the header": (
        b"\xa3m\na,b\n",
        {"header_row": 2},
        "Record 1 has bytes that are not utf-8.",
        "Say how the file is written, for example read: encoding: cp1252.",
    ),
    "half a UTF-16 file": (
        "a,b\n1,2\n".encode("utf-16")[:-1],
        {"encoding": "utf-16"},
        "The file has bytes that are not utf-16.",
        "Say how the file is written, for example read: encoding: cp1252.",
    ),
    "JSON": (
        '\ufeff\n{"error": "Query is incomplete"}',
        {},
        'JSON came where CSV was expected: {"error": "Query is incomplete"}',
        "Check the query against the source.",
    ),
    "a zip": (
        b"PK\x03\x04....",
        {},
        "A zip file or a workbook came where CSV was expected.",
        "Say read: member for a file inside a zip, or read: format: workbook.",
    ),
}


@pytest.mark.parametrize(("content", "options", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(content, options, message, cure):
    with pytest.raises(SourceError) as refusal:
        table(content, **options)
    assert (refusal.value.message, refusal.value.cure) == (message, cure)


def test_undecodable_bytes_far_into_a_file_are_found():
    rows = b"".join(b"%d,x\n" % number for number in range(2, 30_001))
    with pytest.raises(SourceError) as refusal:
        table(b"a,b\n" + rows + b"\xe9,x\n")
    assert refusal.value.message == "Record 30001 has bytes that are not utf-8."


def test_provenance_is_the_row_that_a_spreadsheet_shows():
    content = 'Title\n\na,b\n1,"x\ny"\n\n,\n2,z\n'
    assert columns(content, provenance=True, header_row=3)["_row"] == ["4", "7"]


def test_a_fault_in_a_late_row_is_met():
    content = "a,b\n" + "1,2\n" * 120_000 + "1\n"
    with pytest.raises(SourceError, match=r"^Record 120002 has 1 field, but the rows before it have 2\.$"):
        table(content)


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)


def plain(cell):
    spaced = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in cell)
    return re.sub("[\u00ad\u200b-\u200f\u2060\ufeff]", "", spaced).strip() or None


@given(st.lists(st.tuples(CELLS, CELLS), max_size=40))
def test_what_is_written_is_read(rows):
    """Whatever cells hold comes back stripped, with plain spaces, and row for row less those that are blank."""
    quoted = ['"' + cell.replace('"', '""') + '"' for row in rows for cell in row]
    lines = ["a,b", *(",".join(pair) for pair in zip(quoted[::2], quoted[1::2], strict=True))]
    stripped = [[plain(cell) for cell in row] for row in rows]
    found = table("\r\n".join(lines) + "\r\n").to_pydict()
    assert [list(row) for row in zip(found["a"], found["b"], strict=True)] == [row for row in stripped if any(row)]
