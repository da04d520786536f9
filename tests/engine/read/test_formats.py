"""Workbooks of every format, each drawn byte by byte: they are told apart by what is in them, not by a name."""

import io
import struct
import zipfile

import openpyxl
import pytest
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

ROWS = (("Area", "2023"), ("Leeds", 812.5), ("York", 3.0))
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xlsx():
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls():
    """A stream of BIFF8 records in a compound file of one FAT sector, one of the directory, and those of the stream."""
    stream = biff().ljust(4096, b"\0")
    count = len(stream) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    table = [FAT, END, *range(3, count + 2), END]
    folder = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, FREE, 2, len(stream)) + bytes(256)
    return header + struct.pack("<128I", *table, *[FREE] * (128 - len(table))) + folder + stream


def entry(name, kind, child, start, size):
    coded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", coded, len(coded), kind, 1, FREE, FREE, child, start, size)


def biff():
    def record(kind, data=b""):
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind):
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))

    def cell(row, column, value):
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, float):
            return record(0x0203, place + struct.pack("<d", value))
        return record(0x0204, place + struct.pack("<HB", len(value), 0) + value.encode())

    name = b"Table 1"
    sheet = begin(0x10) + record(0x0200, struct.pack("<IIHHH", 0, len(ROWS), 0, 2, 0))
    sheet += b"".join(cell(at, column, value) for at, row in enumerate(ROWS) for column, value in enumerate(row))
    start = len(begin(5)) + 4 + 8 + len(name) + len(record(0x0A))
    bound = record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name)
    return begin(5) + bound + record(0x0A) + sheet + record(0x0A)


def xlsb():
    """Binary records in a zip."""

    def record(kind, data=b""):
        coded = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return coded + bytes([len(data)]) + data

    def wide(text):
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def cell(column, value):
        place = struct.pack("<II", column, 0)
        number = isinstance(value, float)
        return record(5 if number else 6, place + (struct.pack("<d", value) if number else wide(value)))

    book = record(0x99, bytes(8)) + record(0x8F)
    book += record(0x9C, struct.pack("<II", 0, 1) + wide("rId1") + wide("Table 1")) + record(0x90) + record(0x9D)
    sheet = record(0x81) + record(0x94, struct.pack("<IIII", 0, len(ROWS) - 1, 0, 1)) + record(0x91)
    for at, row in enumerate(ROWS):
        sheet += record(0, struct.pack("<I21x", at)) + b"".join(cell(*placed) for placed in enumerate(row))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = (
        "<?xml version='1.0'?><Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        f"<Relationship Id='rId1' Type='{kind}' Target='worksheets/sheet1.bin'/></Relationships>"
    )
    return zipped(
        {
            "xl/_rels/workbook.bin.rels": relations,
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": sheet + record(0x92) + record(0x82),
        }
    )


def ods():
    def cell(value):
        if isinstance(value, float):
            return f"<table:table-cell office:value-type='float' office:value='{value}'/>"
        return f"<table:table-cell office:value-type='string'><text:p>{value}</text:p></table:table-cell>"

    names = "urn:oasis:names:tc:opendocument:xmlns"
    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in ROWS)
    content = (
        f"<office:document-content xmlns:office='{names}:office:1.0' xmlns:table='{names}:table:1.0' "
        f"xmlns:text='{names}:text:1.0'><office:body><office:spreadsheet><table:table table:name='Table 1'>"
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": f"<manifest xmlns='{names}:manifest:1.0'/>",
        }
    )


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


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
    assert refusal.value.cure == (
        "Open it to see: it may be cut off, or of another kind (read: format: csv)."
    )


@pytest.mark.parametrize("kept", range(600, 3000, 200))
def test_half_an_xls_is_refused(kept):
    with pytest.raises(SourceError) as refusal:
        list(read(io.BytesIO(xls()[:kept]), Reading("workbook")))
    assert refusal.value.message == (
        "The workbook is cut off or damaged: parts that its own table of contents names are missing."
    )
    assert refusal.value.cure == "Fetch it again. If it comes the same, tell the publisher."
