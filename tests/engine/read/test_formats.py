"""Workbooks of every format, each drawn byte by byte: they are told apart by what is in them, not by a name."""

import io

import openpyxl
import pytest
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

from support import workbooks
from support.workbooks import zipped

ROWS = (("Area", "2023"), ("Leeds", 812.5), ("York", 3.0))


def xlsx():
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls():
    return workbooks.xls(ROWS)


def xlsb():
    return workbooks.xlsb(ROWS)


def ods():
    return workbooks.ods(workbooks.ods_rows(ROWS))


@pytest.mark.parametrize("draw", [xlsx, xls, xlsb, ods])
def test_a_workbook_is_known_by_its_content(draw):
    (table,) = read(io.BytesIO(draw()), Reading("workbook"))
    assert table.to_pydict() == {"Area": ["Leeds", "York"], "2023": ["812.5", "3"]}


@pytest.mark.parametrize("called", ["a.xls", "a.xlsx", "a.ods", "a.csv"])
@pytest.mark.parametrize("draw", [xlsx, xls, xlsb, ods])
def test_whatever_it_is_called(draw, called):
    (table,) = read(io.BytesIO(zipped({called: draw()})), Reading("workbook", {"member": called}))
    assert table.num_rows == 2


@pytest.mark.parametrize(("reader", "media"), [("csv", "CSV"), ("json", "JSON")])
@pytest.mark.parametrize("draw", [xlsx, xls, xlsb, ods])
def test_a_workbook_is_nothing_else(draw, reader, media):
    with pytest.raises(SourceError) as refusal:
        list(read(io.BytesIO(draw()), Reading(reader)))
    assert refusal.value.message == f"A zip file or a workbook came where {media} was expected."
    assert refusal.value.cure == "Say read: member for a file inside a zip, or read: format: workbook."


@pytest.mark.parametrize("content", [b"Area,2023\nLeeds,812.5\n", b"Area\t2023\nLeeds\t812.5\n"], ids=["CSV", "tabs"])
def test_text_that_is_called_xls_is_no_workbook(content):
    with pytest.raises(SourceError) as refusal:
        list(read(io.BytesIO(zipped({"a.xls": content})), Reading("workbook", {"member": "a.xls"})))
    assert refusal.value.message == "The file can't be read as a workbook (xlsx, xlsb, xls or ods)."
    assert refusal.value.cure == ("Open it to see: it may be cut off, or of another kind (read: format: csv).")


@pytest.mark.parametrize("kept", range(600, 3000, 200))
def test_half_an_xls_is_refused(kept):
    with pytest.raises(SourceError) as refusal:
        list(read(io.BytesIO(xls()[:kept]), Reading("workbook")))
    assert refusal.value.message == (
        "The workbook is cut off or damaged: parts that its own table of contents names are missing."
    )
    assert refusal.value.cure == "Fetch it again. If it comes the same, tell the publisher."
