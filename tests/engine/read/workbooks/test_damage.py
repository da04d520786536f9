"""Bytes changed anywhere in a workbook: a sentence or a table, and no other end."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

from support.properties import tried
from support.workbooks import (
    Error,
    Formula,
    Run,
    Shared,
    compound,
    number,
    ods,
    ods_rows,
    old_record,
    row,
    shared,
    text,
    xls,
    xlsb,
    xlsx,
    zipped,
)

ROWS = [["area", "a", "b"], ["Leeds", 1.5, Error("#N/A")], ["York", Formula(2.0), Formula(Error("#REF!"))]]
SHEET = (
    row(1, text("A1", "area"), '<c r="B1" t="s"><v>0</v></c>')
    + row(2, number("A2", 1.5), '<c r="B2" t="e"><v>#N/A</v></c>')
    + row(3, '<c r="A3"><f>A2</f><v>3</v></c>', '<c r="B3"><f t="array" ref="B3:C9">A2</f></c>')
)
BOOKS = {
    "xlsx": xlsx({"S": SHEET}, texts=shared("a", "b"), after="<calcPr fullCalcOnLoad='1'/>"),
    "xlsb": xlsb([*ROWS, [Shared(0)]], texts=["x" * 200]),
    "ods": ods(ods_rows(ROWS) + f'<table:table-row table:number-rows-repeated="2">{ods_rows([["x"]])[17:]}'),
}
OLD = xls([*ROWS, ["x", Run((1, 2))]], before=old_record(0xFC, struct.pack("<II", 0, 0)))

CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b'"', b"<", b">", b"9" * 30, b"", b"\xff" * 4])),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=3,
)


def changed(content: bytes, changes: list[tuple[float, bytes, int]]) -> bytes:
    for share, put, taken in changes:
        at = int(len(content) * share)
        content = content[:at] + put + content[at + taken :]
    return content


def outcome(content: bytes) -> int:
    """How many rows are read; 0 for a sentence."""
    with suppress(SourceError):
        return sum(batch.num_rows for batch in read(io.BytesIO(content), Reading("workbook", {"duplicates": "number"})))
    return 0


@pytest.mark.parametrize("kind", BOOKS)
@given(st.data(), CHANGES)
@tried(150)
def test_in_any_part_of_a_zip(kind: str, data: st.DataObject, changes: list[tuple[float, bytes, int]]) -> None:
    """The zip itself is whole, so that what is in the part is all that can be noticed."""
    with zipfile.ZipFile(io.BytesIO(BOOKS[kind])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    assert outcome(zipped({**parts, name: changed(parts[name], changes)})) < 60_000


@given(CHANGES)
@tried(200)
def test_in_the_records_of_an_old_workbook(changes: list[tuple[float, bytes, int]]) -> None:
    start = OLD.index(b"\x09\x08\x10\x00")
    assert outcome(compound({"Workbook": changed(OLD[start : start + 700], changes)})) < 70_000


@given(st.lists(st.tuples(st.integers(0, 1535), st.binary(min_size=1, max_size=4)), min_size=1, max_size=3))
@tried(200)
def test_in_the_headers_of_an_old_workbook(changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(OLD)
    for at, put in changes:
        content[at : at + len(put)] = put
    assert outcome(bytes(content)) < 70_000


def pointed(content: bytes, at: int, sector: int) -> bytes:
    return content[:at] + struct.pack("<I", sector) + content[at + 4 :]


LAST = len(OLD) // 512 - 1
CIRCLES = {
    "the stream": pointed(OLD, 512 + 4 * 4, 3),
    "the directory": pointed(OLD, 512 + 4, 1),
    "the list of the table": pointed(OLD, 68, LAST) + struct.pack("<128I", *[0xFFFFFFFF] * 127, LAST),
}


@pytest.mark.parametrize("case", CIRCLES)
def test_an_old_workbook_that_goes_round_in_a_circle(case: str) -> None:
    with pytest.raises(SourceError) as refusal:
        list(read(io.BytesIO(CIRCLES[case]), Reading("workbook")))
    assert refusal.value.message == (
        "The workbook is cut off or damaged: parts that its own table of contents names are missing."
    )


def test_the_old_workbook_is_good() -> None:
    assert outcome(OLD) == 3


COUNTS = {"entries": 40, "tables": 44, "short tables": 64, "lists of tables": 72}


@pytest.mark.parametrize("case", COUNTS)
def test_an_old_workbook_that_claims_to_have_more_than_it_could(case: str) -> None:
    content = bytearray(OLD)
    content[COUNTS[case] : COUNTS[case] + 4] = b"\xff\xff\xff\x7f"
    assert outcome(bytes(content)) == 0


def test_an_old_workbook_that_claims_to_have_more_texts_than_bytes() -> None:
    book = xls(ROWS, before=old_record(0xFC, struct.pack("<II", 0, 2**31 - 1)))
    with pytest.raises(SourceError) as refusal:
        list(read(io.BytesIO(book), Reading("workbook")))
    assert refusal.value.message == "The workbook is damaged, or the file is no workbook at all."


@pytest.mark.parametrize(
    ("kind", "part", "old", "new"),
    [
        ("ods", "content.xml", b"</table:table>", b""),
        ("xlsb", "xl/worksheets/sheet1.bin", b"\x00\x19", b"\x00\x00"),
        ("xlsb", "xl/worksheets/sheet1.bin", b"\x92\x01\x00\x82\x01\x00", b""),
    ],
    ids=["a sheet of ods without an end", "a row of xlsb that is too short", "cells of xlsb without an end"],
)
def test_what_the_library_would_read_on_from(kind: str, part: str, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(BOOKS[kind])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    with pytest.raises(SourceError) as refusal:
        list(read(io.BytesIO(zipped({**parts, part: parts[part].replace(old, new)})), Reading("workbook")))
    assert refusal.value.message == "The workbook is damaged, or the file is no workbook at all."
