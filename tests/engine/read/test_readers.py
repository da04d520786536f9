"""What holds for every reader: batches, members of zips, and what is no table at all."""

import io
import zipfile
from contextlib import suppress

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import READERS, read
from yhovi.engine.read.tables import BATCH_ROWS


def zipped(name, content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream


def workbook_bytes():
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refusal_of(stream, reading):
    with pytest.raises(SourceError) as refusal:
        list(read(stream, reading))
    return refusal.value.message, refusal.value.cure


EMPTY_CURE = "Check the query or the download: some sources answer a wrong question with nothing."
MARKUP_CURE = "Open the file to see what it says: moved, blocked, or a wrong query."

REFUSED = {
    "nothing, as CSV": (b"", "csv", "The file is empty (0 bytes) where CSV was expected.", EMPTY_CURE),
    "nothing, as a workbook": (
        b"",
        "workbook",
        "The file is empty (0 bytes) where a workbook was expected.",
        EMPTY_CURE,
    ),
    "nothing, as JSON": (b"", "json", "The file is empty (0 bytes) where JSON was expected.", EMPTY_CURE),
    "a web page, as JSON": (
        b"<!doctype html>",
        "json",
        "A web page or an XML message came where JSON was expected.",
        MARKUP_CURE,
    ),
    "a web page, as CSV": (
        b"\xef\xbb\xbf\n <!DOCTYPE html><html>",
        "csv",
        "A web page or an XML message came where CSV was expected.",
        MARKUP_CURE,
    ),
    "a web page, as a workbook": (
        b"<HTML><body>",
        "workbook",
        "A web page or an XML message came where a workbook was expected.",
        MARKUP_CURE,
    ),
    "an XML message": (
        b"<?xml version='1.0'?><Error/>",
        "csv",
        "A web page or an XML message came where CSV was expected.",
        MARKUP_CURE,
    ),
    "an unknown reader": (b"a", "jsn", "There is no reader 'jsn'.", "Choose one of 'csv', 'workbook', 'json'."),
}


@pytest.mark.parametrize(("content", "reader", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(content, reader, message, cure):
    assert refusal_of(io.BytesIO(content), Reading(reader)) == (message, cure)


def test_an_empty_member_is_refused():
    message, _ = refusal_of(zipped("a.csv", ""), Reading("csv", {"member": "*.csv"}))
    assert message == "The file is empty (0 bytes) where CSV was expected."


@pytest.mark.parametrize("rows", [0, 1, BATCH_ROWS, BATCH_ROWS + 1, 2 * BATCH_ROWS + 7])
def test_batches_are_of_50_000_rows(rows):
    content = "a,b\n" + "1,2\n" * rows
    batches = list(read(io.BytesIO(content.encode()), Reading("csv")))
    assert [batch.num_rows for batch in batches] == [
        min(BATCH_ROWS, rows - start) for start in range(0, max(rows, 1), BATCH_ROWS)
    ]
    assert {tuple(batch.column_names) for batch in batches} == {("a", "b")}


def test_a_batch_that_would_be_blank_does_not_come():
    content = "a,b\n" + "1,2\n" * 10 + ",\n" * (2 * BATCH_ROWS) + "3,4\n"
    batches = list(read(io.BytesIO(content.encode()), Reading("csv"), provenance=True))
    assert [batch.num_rows for batch in batches] == [10, 1]
    assert batches[-1].to_pydict() == {"a": ["3"], "b": ["4"], "_row": ["100012"]}


def test_columns_are_known_without_rows():
    (batch,) = read(io.BytesIO(b"a,b\n,\n"), Reading("csv"), provenance=True)
    assert (batch.column_names, batch.num_rows) == (["a", "b", "_row"], 0)
    assert set(batch.schema.types) == {pa.string()}


def test_the_stream_is_read_from_its_start_and_stays_open():
    stream = io.BytesIO(b"a,b\n1,2\n")
    stream.seek(5)
    first = [batch.to_pydict() for batch in read(stream, Reading("csv"))]
    again = [batch.to_pydict() for batch in read(stream, Reading("csv"))]
    assert first == again == [{"a": ["1"], "b": ["2"]}]
    assert not stream.closed


def test_the_stream_stays_open_after_a_refusal_and_when_left_early():
    stream = io.BytesIO(b"a,b\n1\n1,2\n")
    refusal_of(stream, Reading("csv"))
    next(read(stream, Reading("csv", {"header_row": 3})))
    assert not stream.closed


@pytest.mark.parametrize(
    ("name", "content", "reader"),
    [
        ("data.csv", b"a,b\n1,2\n", "csv"),
        ("book.xlsx", workbook_bytes(), "workbook"),
        ("data.json", b'[{"a": 1, "b": 2}]', "json"),
    ],
    ids=["CSV", "a workbook", "JSON"],
)
def test_a_member_of_a_zip_is_read_like_a_file(name, content, reader):
    (batch,) = read(zipped(f"2023/{name}", content), Reading(reader, {"member": "*.*"}))
    assert batch.to_pydict() == {"a": ["1"], "b": ["2"]}


@given(
    st.sampled_from(sorted(READERS)),
    st.one_of(
        st.binary(max_size=60),
        st.text(alphabet='a1,"\n\r\0£ ', max_size=60).map(str.encode),
        st.text(alphabet='a1,"[]{}:.-eN ', max_size=60).map(str.encode),
        st.integers(0, 3000).map(lambda kept: workbook_bytes()[:kept]),
        st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)).map(
            lambda damage: workbook_bytes()[: damage[0]] + damage[1] + workbook_bytes()[damage[0] + len(damage[1]) :]
        ),
    ),
)
def test_any_bytes_are_read_or_refused_in_a_sentence(reader, content):
    """No damage comes out as anything but a SourceError, or as no batch at all."""
    batches = 1
    with suppress(SourceError):
        batches = len(list(read(io.BytesIO(content), Reading(reader))))
    assert batches == 1
