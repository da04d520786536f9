"""Workbooks that are damaged, locked, or made to do harm: refused by name, or read as if the harm weren't there."""

from __future__ import annotations

import io
import re
import socket
import struct
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.archive import Limits
from yhovi.engine.read.readers import read
from yhovi.engine.read.workbooks import scan, xlsx_texts
from yhovi.engine.read.workbooks import xlsx as xlsx_module
from yhovi.engine.read.workbooks.parts import longest_text, parts_of

from support.workbooks import (
    NAMESPACE,
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
    worksheet,
    xls,
    xlsb,
    xlsx,
    zipped,
)

HEAD = row(1, text("A1", "area"), text("B1", "value"))
ROWS = HEAD + row(2, text("A2", "Leeds"), number("B2", 5))
READ = {"area": ["Leeds"], "value": ["5"]}
PLAIN = [["area", "value"], ["Leeds", 5.0]]

LOCKED = "The workbook is protected by a password."
LOCKED_CURE = (
    "Ask the publisher for an open file; or, if you were given the password, save the file without one and land that."
)
CUT_OFF = "The workbook is cut off: it begins as it should, but the list of its parts, which comes last, is missing."
CUT_OFF_CURE = "Fetch it again. If it comes the same, tell the publisher."
DAMAGED = "The workbook is damaged, or the file is no workbook at all."
DAMAGED_CURE = "Fetch it again. If that doesn't help, open it by hand to see what it is, and tell the publisher."
NO_WORKBOOK = "The file can't be read as a workbook (xlsx, xlsb, xls or ods)."
NO_WORKBOOK_CURE = "Open it to see: it may be cut off, or of another kind (read: format: csv)."
BOMB_CURE = "Look at the file before trusting it: no spreadsheet program writes this. Tell the publisher."
STRAY_CURE = (
    "A stray cell far from the table does this. Find it in a spreadsheet program (Ctrl+End), delete its row and its "
    "column, save the file and land it; and tell the publisher."
)
SAVE_CURE = "Open the file in a spreadsheet program, save it there, and land that file; and tell the publisher."
REPEATED_CURE = "Look at the file before trusting it: long texts are repeated in very many cells."


def table(book: bytes, **options: object) -> pa.Table:
    return pa.concat_tables(read(io.BytesIO(book), Reading("workbook", options)))


def refusal_of(book: bytes, **options: object) -> tuple[str, str]:
    with pytest.raises(SourceError) as refusal:
        table(book, **options)
    return refusal.value.message, refusal.value.cure


def parts(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something went to the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


LINK = (
    f"<externalLink xmlns='{NAMESPACE}' xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>"
    "<externalBook r:id='rId1'/></externalLink>"
)
LINKED = (
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='rId1' "
    "Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath' "
    "Target='https://example.org/book.xlsx' TargetMode='External'/></Relationships>"
)


@pytest.mark.usefixtures("_no_network")
def test_a_link_to_another_file_is_not_followed() -> None:
    formula = '<c r="B2"><f>[1]Sheet1!A1+WEBSERVICE("https://example.org/")</f><v>5</v></c>'
    rows = HEAD + row(2, text("A2", "Leeds"), formula)
    links = {"xl/externalLinks/externalLink1.xml": LINK, "xl/externalLinks/_rels/externalLink1.xml.rels": LINKED}
    assert table(xlsx({"S": rows}, others=links)).to_pydict() == READ


@pytest.mark.usefixtures("_no_network")
def test_a_document_type_elsewhere_is_not_fetched() -> None:
    sheet = '<!DOCTYPE worksheet SYSTEM "https://example.org/sheet.dtd">' + worksheet(ROWS)
    assert table(xlsx({"S": sheet.encode()})).to_pydict() == READ


@pytest.mark.parametrize("kind", ["macros", "macros and a form"])
def test_macros_are_left_where_they_are(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    others: dict[str, str | bytes] = {"xl/vbaProject.bin": compound({"VBA": b"Sub Auto_Open()"})}
    others |= {"xl/activeX/activeX1.bin": b"MZ"} if kind.endswith("form") else {}
    assert table(xlsx({"S": ROWS}, others=others)).to_pydict() == READ
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_of_macros() -> None:
    book = parts(xlsx({"Macro1": ROWS, "S": ROWS}))
    kind = b"openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = book["xl/_rels/workbook.xml.rels"].replace(
        kind, b"microsoft.com/office/2006/relationships/xlMacrosheet", 1
    )
    assert refusal_of(zipped({**book, "xl/_rels/workbook.xml.rels": relations}), sheet="S") == (
        "The workbook can't be read because of its sheets of macros: 'Macro1'.",
        "Look at the file before trusting it: such sheets run programs. Without them, saved as xlsx, it can be landed.",
    )


def test_a_protected_sheet_is_open_all_the_same() -> None:
    book = openpyxl.Workbook()
    for line in PLAIN:
        book.active.append(line)
    book.active.protection.password = "secret"
    book.active.protection.enable()
    stream = io.BytesIO()
    book.save(stream)
    assert table(stream.getvalue()).to_pydict() == READ


LOCK = "<manifest:file-entry manifest:full-path='content.xml'><manifest:encryption-data/></manifest:file-entry>"
LOCKED_BOOKS = {
    "xlsx": compound({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": b"\0" * 4096}),
    "xls": xls(PLAIN, before=old_record(0x2F, struct.pack("<HHH", 1, 1, 1))),
    "xls, of the weak kind": xls(PLAIN, before=old_record(0x2F, struct.pack("<HHH", 0, 1, 1))),
    "ods": ods(ods_rows(PLAIN), manifest=LOCK),
    "ods, as a whole": zipped({"mimetype": "x", "encrypted-package": b"\1\2", "META-INF/manifest.xml": "<manifest/>"}),
}


@pytest.mark.parametrize("book", LOCKED_BOOKS.values(), ids=LOCKED_BOOKS)
def test_a_password(book: bytes) -> None:
    assert refusal_of(book) == (LOCKED, LOCKED_CURE)


def test_a_part_of_the_zip_with_a_password() -> None:
    content = bytearray(xlsx({"S": ROWS}))
    content[content.rindex(b"xl/worksheets/sheet1.xml") - 46 + 8] |= 1
    assert refusal_of(bytes(content)) == (
        "'xl/worksheets/sheet1.xml' in the workbook is protected by a password.",
        "Ask the publisher for an open file.",
    )


DRAWN = {"xlsx": xlsx({"S": ROWS}), "xlsb": xlsb(PLAIN), "ods": ods(ods_rows(PLAIN))}


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("book", DRAWN.values(), ids=DRAWN)
def test_half_a_download(book: bytes, kept: float) -> None:
    assert refusal_of(book[: max(int(len(book) * kept), 10)]) == (CUT_OFF, CUT_OFF_CURE)


@pytest.mark.parametrize("missing", [b"", b"\0"], ids=["nothing", "zeros"])
@pytest.mark.parametrize("book", DRAWN.values(), ids=DRAWN)
def test_a_download_with_a_hole(book: bytes, missing: bytes) -> None:
    """What a proxy may make of it: the end is there, something before it isn't."""
    size = len(book) // 3
    assert refusal_of(book[:60] + missing * size + book[60 + size :]) == (DAMAGED, DAMAGED_CURE)


def test_a_damaged_sheet_that_is_read() -> None:
    content = bytearray(xlsx({"S": ROWS}))
    content[content.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    assert refusal_of(bytes(content)) == (DAMAGED, DAMAGED_CURE)


def test_a_damaged_sheet_that_nobody_asked_for_does_no_harm() -> None:
    content = bytearray(xlsx({"Other": HEAD, "S": ROWS}))
    content[content.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    assert table(bytes(content), sheet="S").to_pydict() == READ
    assert refusal_of(bytes(content), sheet="Other") == (DAMAGED, DAMAGED_CURE)


def test_a_damaged_part_beside_the_sheets() -> None:
    content = bytearray(xlsx({"S": ROWS}))
    content[content.index(b"xl/workbook.xml") + 30] ^= 0xFF
    assert refusal_of(bytes(content)) == (DAMAGED, DAMAGED_CURE)


BROKEN = {
    "no end": worksheet(ROWS)[:-40],
    "no end of a cell": worksheet(ROWS)[:-60],
    "an unknown entity": worksheet(HEAD + row(2, text("A2", "&x;"))).replace("<c r", "<c  r"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_xml(case: str) -> None:
    message, cure = refusal_of(xlsx({"S": BROKEN[case].encode()}))
    assert re.sub(r"\(.*\)", "(...)", message) == "The workbook can't be read: its XML is broken (...)."
    assert (
        cure == "Fetch it again. If it comes the same, open it in a spreadsheet program to see, and tell the publisher."
    )


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def laughing(part: str) -> str:
    return LAUGHS + "]>" + part


ENTITIES = {
    "a sheet": (xlsx({"S": laughing(worksheet(ROWS.replace("Leeds", "&j;"))).encode()}), "The workbook"),
    "shared texts": (
        xlsx({"S": ROWS}, texts=laughing(shared("&j;"))),
        "'xl/sharedstrings.xml' in the workbook",
    ),
    "styles": (
        xlsx({"S": ROWS}, others={"xl/styles.xml": laughing("<styleSheet>&j;</styleSheet>")}),
        "'xl/styles.xml' in the workbook",
    ),
    "the list of sheets": (
        zipped({**parts(DRAWN["xlsx"]), "xl/workbook.xml": laughing("<workbook>&j;</workbook>")}),
        "'xl/workbook.xml' in the workbook",
    ),
    "ods": (ods(ods_rows([["area"], ["&j;"]]), head=LAUGHS + "]>"), "'content.xml' in the workbook"),
}


@pytest.mark.parametrize("case", ENTITIES)
def test_an_entity_bomb(case: str) -> None:
    book, what = ENTITIES[case]
    assert refusal_of(book) == (
        f"{what} defines entities, which is how a small file is made to swell in memory.",
        BOMB_CURE,
    )


def far(place: str) -> str:
    return worksheet(ROWS + row(int("".join(filter(str.isdigit, place))), number(place, 1)))


STRAY = {
    "xlsx": (xlsx({"S": far("XFD1048576").encode()}), "S", "XFD", 1_048_576, 16_384),
    "xlsx by the parser": (
        xlsx({"S": far("XFD1048576").replace("<c r", "<c  r").encode()}),
        "S",
        "XFD",
        1_048_576,
        16_384,
    ),
    "xlsx, before the others": (
        xlsx({"S": worksheet(row(1, number("XFD1", 1), number("A1", 1)) + row(9, number("A1048576", 1))).encode()}),
        "S",
        "XFD",
        1_048_576,
        16_384,
    ),
    "xlsb": (
        xlsb([*PLAIN, *[[]] * 200, [*[None] * 200_000, 1.0]]),
        "Table 1",
        "KIVI",
        203,
        200_001,
    ),
    "ods": (
        ods(
            ods_rows(PLAIN)
            + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
            + '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
            + '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
        ),
        "Table 1",
        "XFD",
        1_048_003,
        16_384,
    ),
}


@pytest.mark.parametrize("case", STRAY)
def test_a_stray_cell(case: str) -> None:
    book, name, column, rows, columns = STRAY[case]
    assert refusal_of(book) == (
        (
            f"Sheet '{name}' reaches to column {column} and row {rows:,}, which makes {rows * columns:,} cells; at "
            "most 25,000,000 cells can be read."
        ),
        STRAY_CURE,
    )


def test_a_stray_cell_in_a_sheet_that_nobody_asked_for_does_no_harm() -> None:
    assert table(xlsx({"Stray": far("XFD1048576").encode(), "S": ROWS}), sheet="S").to_pydict() == READ


def test_a_blank_cell_far_off_is_no_stray() -> None:
    sheet = worksheet(ROWS + row(1_048_576, '<c r="XFD1048576" s="3"/>'))
    assert table(xlsx({"S": sheet.encode()})).to_pydict() == READ


def test_more_rows_than_a_sheet_has() -> None:
    assert refusal_of(xlsx({"S": far("A1048577").encode()})) == (
        (
            "Sheet 'S' reaches to column B and row 1,048,577, which makes 2,097,154 cells; at most 1,048,576 rows can "
            "be read."
        ),
        STRAY_CURE,
    )


def test_many_cells_that_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick look takes a row for further down than it is; then the number is found out."""
    for room in ("yhovi.engine.read.workbooks.xlsx.CELLS", "yhovi.engine.read.workbooks.xlsx_quick.CELLS"):
        monkeypatch.setattr(room, 40)
    assert table(xlsx({"S": ROWS + row(20, number("B20", 6))}))["value"].to_pylist() == ["5", "6"]


def test_sheets_that_are_too_large_together() -> None:
    wide = [[None] * 254 + [1.0]]
    sheet = [*wide, *[[]] * 39_999, *wide]
    assert refusal_of(xls(sheet, sheet)) == (
        "The sheets of the workbook have 20,400,510 cells together; at most 12,500,000 cells can be read.",
        STRAY_CURE,
    )


def test_an_old_workbook_that_claims_to_be_endless() -> None:
    assert refusal_of(xls(PLAIN, extent=(2**31, 255))) == (DAMAGED, DAMAGED_CURE)


def test_a_run_of_numbers_counts_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    book = xls([["area", "a", "b"], ["Leeds", Run((5, 6))]])
    assert table(book).to_pydict() == {"area": ["Leeds"], "a": ["5"], "b": ["6"]}
    monkeypatch.setattr(scan, "TOGETHER", 5)
    assert refusal_of(book)[0] == "The sheets of the workbook have 6 cells together; at most 5 cells can be read."


def texts_in(cell: str, at: int) -> bytes:
    rows = "".join(row(n, cell.format(n, at)) for n in range(1, 1201))
    return worksheet(rows).encode()


USUAL, ODD = '<c r="A{}" t="s"><v>{}</v></c>', '<c  r="A{}" t="s"><v>{}</v></c>'
REPEATED = {
    "xlsx": (xlsx({"S": texts_in(USUAL, 0)}, texts=shared("x" * 991)), 1_287_600),
    "xlsx by the parser": (xlsx({"S": texts_in(ODD, 0)}, texts=shared("x" * 991)), 1_287_600),
    "xlsx, one of many long texts": (
        xlsx({"S": texts_in(USUAL, 20)}, texts=shared(*["y" * 900] * 20, "x" * 991)),
        1_202_400,
    ),
    "xlsb": (xlsb([[Shared(0)]] * 1200, texts=["x" * 1000]), 1_200_000),
    "ods": (
        ods(
            '<table:table-row table:number-rows-repeated="40">'
            '<table:table-cell office:value-type="string" table:number-columns-repeated="30">'
            f"<text:p>{'x' * 930}</text:p></table:table-cell></table:table-row>"
        ),
        1_210_800,
    ),
}


@pytest.fixture
def _little_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (scan, xlsx_module, xlsx_texts):
        monkeypatch.setattr(module, "TEXT", 1_000_000)


@pytest.mark.usefixtures("_little_text")
@pytest.mark.parametrize("case", REPEATED)
def test_a_text_that_is_used_too_often(case: str) -> None:
    book, characters = REPEATED[case]
    assert refusal_of(book) == (
        (
            f"The workbook uses a few texts so often that they have {characters:,} characters; at most 1,000,000 can "
            "be read."
        ),
        REPEATED_CURE,
    )


SELDOM = {
    "a long text that is used once": xlsx(
        {"S": worksheet(row(1, USUAL.format(1, 1)) + "".join(row(n, USUAL.format(n, 0)) for n in range(2, 1201)))},
        texts=shared("x", "y" * 30_000),
    ),
    "the same by the parser": xlsx(
        {"S": worksheet(row(1, ODD.format(1, 1)) + "".join(row(n, ODD.format(n, 0)) for n in range(2, 1201)))},
        texts=shared("x", "y" * 30_000),
    ),
    "long texts that are used once each": xlsx(
        {
            "S": worksheet(
                "".join(row(n, USUAL.format(n, n)) for n in range(1, 21))
                + "".join(row(n, USUAL.format(n, 0)) for n in range(21, 1201))
            )
        },
        texts=shared("x", *["y" * 900] * 20),
    ),
}


@pytest.mark.usefixtures("_little_text")
@pytest.mark.parametrize("book", SELDOM.values(), ids=SELDOM)
def test_a_long_text_does_no_harm(book: bytes) -> None:
    assert table(book).num_rows == 1199


@pytest.mark.usefixtures("_little_text")
def test_texts_that_cannot_be_measured() -> None:
    texts = shared("<![CDATA[" + "</si>" * 300 + "]]>")
    assert (
        table(xlsx({"S": worksheet(row(1, USUAL.format(1, 0)) + row(2, number("A2", 1)))}, texts=texts)).num_rows == 1
    )
    assert refusal_of(xlsx({"S": texts_in(USUAL, 0)}, texts=texts)) == (
        ("The texts of the workbook are in CDATA sections, and so many cells use them that they may fill the memory."),
        SAVE_CURE,
    )


@given(st.lists(st.integers(0, 3000), max_size=30), st.integers(1, 5000))
def test_the_longest_text_is_never_taken_for_shorter(lengths: list[int], size: int) -> None:
    whole = shared(*("x" * length for length in lengths)).encode()
    found = longest_text([whole[at : at + size] for at in range(0, len(whole), size)])
    assert max([*lengths, 256]) <= found <= 4 * max([*lengths, 256])


UNREADABLE = {
    "a sheet in UTF-16": (
        xlsx({"S": worksheet(ROWS).encode("utf-16")}),
        "Sheet 'S' is written in UTF-16, which can't be read.",
    ),
    "a sheet in UTF-16 without a mark": (
        xlsx({"S": worksheet(ROWS).encode("utf-16-be")}),
        "Sheet 'S' is written in UTF-16, which can't be read.",
    ),
    "ods in UTF-16": (
        zipped({**parts(DRAWN["ods"]), "content.xml": parts(DRAWN["ods"])["content.xml"].decode().encode("utf-16")}),
        "The workbook is written in UTF-16, which can't be read.",
    ),
    "ods with CDATA": (
        ods(ods_rows([["area"], ["<![CDATA[Leeds]]>"]])),
        "The workbook has comments or CDATA sections, which can't be read.",
    ),
    "ods with endless blanks": (
        ods(ods_rows([["area"], ['<text:s text:c="4000000000"/>']])),
        "The workbook has a text with more than 100,000 blanks in a row, which can't be read.",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_would_be_lost_or_endless(case: str) -> None:
    book, message = UNREADABLE[case]
    assert refusal_of(book) == (message, SAVE_CURE)


def test_two_kinds_at_once() -> None:
    both = zipped({**parts(DRAWN["xlsx"]), **parts(DRAWN["ods"])})
    assert refusal_of(both) == ("The file is more than one kind of workbook at once: xlsx and ods.", BOMB_CURE)


def test_a_part_twice() -> None:
    stream = io.BytesIO(DRAWN["xlsx"])
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("XL/Worksheets/Sheet1.xml", worksheet(HEAD))
    assert refusal_of(stream.getvalue()) == (
        "The workbook holds more than one file of a name: 'xl/worksheets/sheet1.xml', 'XL/Worksheets/Sheet1.xml'.",
        "Tell the publisher: nobody can say which of them is meant.",
    )


def test_a_workbook_that_unpacks_to_too_much() -> None:
    with pytest.raises(SourceError) as refusal, parts_of(io.BytesIO(DRAWN["xlsx"]), Limits(unpacked=1_000)):
        pass
    unpacked = sum(map(len, parts(DRAWN["xlsx"]).values()))
    assert refusal.value.message == f"The workbook unpacks to {unpacked:,} bytes, more than the 1,000 allowed."


OTHERS = {
    "a document of text": (
        compound({"WordDocument": b"\xec\xa5"}),
        "The file is a document of an older kind, and no workbook.",
        "Open it to see what it is and what it holds.",
    ),
    "a workbook without its list of sheets": (
        zipped({name: each for name, each in parts(DRAWN["xlsx"]).items() if name != "xl/workbook.xml"}),
        (
            "The file is a zip of '[Content_Types].xml', '_rels/.rels', 'xl/_rels/workbook.xml.rels', "
            "'xl/worksheets/sheet1.xml'."
        ),
        "Unpack it, and name the file that was in it.",
    ),
    "a workbook without its sheet": (
        zipped({name: each for name, each in parts(DRAWN["xlsx"]).items() if "sheet1" not in name}),
        DAMAGED,
        DAMAGED_CURE,
    ),
    "a sheet of an unknown kind": (
        zipped({**parts(DRAWN["xlsx"]), "xl/_rels/workbook.xml.rels": b"<Relationships/>"}),
        NO_WORKBOOK,
        NO_WORKBOOK_CURE,
    ),
    "an xlsb that ends in a record": (
        zipped({**parts(DRAWN["xlsb"]), "xl/workbook.bin": b"\x9c\x01\x08" + b"\0" * 8}),
        DAMAGED,
        DAMAGED_CURE,
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_no_workbook_or_half_a_one(case: str) -> None:
    book, message, cure = OTHERS[case]
    assert refusal_of(book) == (message, cure)
