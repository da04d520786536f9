"""Workbooks drawn byte by byte, so that they can be what no spreadsheet program would write, or only an odd one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}


@dataclass(frozen=True)
class Error:
    """An error such as #N/A, by its text or, in binary workbooks, any code."""

    text: str | int

    @property
    def code(self) -> int:
        return _CODES[self.text] if isinstance(self.text, str) else self.text


@dataclass(frozen=True)
class Formula:
    """A formula with its stored result; ``is_open`` asks for it to be calculated."""

    result: Cell = None
    is_open: bool = False


@dataclass(frozen=True)
class Shared:
    """A text that cells share, by its place among them."""

    at: int


@dataclass(frozen=True)
class Run:
    """Whole numbers from a cell on to the right, as xls workbooks pack them together."""

    numbers: tuple[int, ...]


Cell = str | float | Error | Formula | Shared | Run | None
Rows = Sequence[Sequence[Cell]]


def zipped(members: Mapping[str, str | bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def worksheet(rows: str) -> str:
    """The part of an xlsx workbook in which a sheet's rows are."""
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'


def row(number: int, *cells: str) -> str:
    """A row of an xlsx sheet."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def number(place: str, value: object) -> str:
    """A cell of an xlsx sheet with a number."""
    return f'<c r="{place}"><v>{value}</v></c>'


def text(place: str, value: str) -> str:
    """A cell of an xlsx sheet with a text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def xlsx(
    sheets: Mapping[str, str | bytes],
    *,
    texts: str | bytes = "",
    after: str = "",
    others: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook of sheets, each by its part or by its rows; ``after`` is what follows the list of sheets."""
    names = list(enumerate(sheets, start=1))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations(
            (f"rId{place}", "worksheet", f"worksheets/sheet{place}.xml") for place, _ in names
        ),
        "xl/workbook.xml": f"<workbook xmlns='{NAMESPACE}' xmlns:r='{_OFFICE}'><sheets>"
        + "".join(f"<sheet name='{name}' sheetId='{place}' r:id='rId{place}'/>" for place, name in names)
        + f"</sheets>{after}</workbook>",
    }
    for (place, _), content in zip(names, sheets.values(), strict=True):
        is_part = isinstance(content, bytes) or "sheetData" in content
        parts[f"xl/worksheets/sheet{place}.xml"] = content if is_part else worksheet(str(content))
    parts |= {"xl/sharedStrings.xml": texts} if texts else {}
    return zipped({**parts, **(others or {})})


def _relations(relations: Iterable[tuple[str, str, str]]) -> str:
    each = (f"<Relationship Id='{at}' Type='{_OFFICE}/{kind}' Target='{to}'/>" for at, kind, to in relations)
    return f"<Relationships xmlns='{_PACKAGE}'>{''.join(each)}</Relationships>"


def shared(*texts: str) -> str:
    """The part of an xlsx workbook in which the texts are that cells share."""
    return f"<sst xmlns='{NAMESPACE}'>" + "".join(f"<si><t>{each}</t></si>" for each in texts) + "</sst>"


def ods(*tables: str, manifest: str = "", head: str = "") -> bytes:
    """A workbook of tables, each by its rows."""
    body = "".join(f"<table:table table:name='Table {at}'>{rows}</table:table>" for at, rows in enumerate(tables, 1))
    content = (
        f"{head}<office:document-content xmlns:office='{_OPEN}:office:1.0' xmlns:table='{_OPEN}:table:1.0' "
        f"xmlns:text='{_OPEN}:text:1.0' xmlns:calcext='urn:org:documentfoundation:names:calc'><office:body>"
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": f"<manifest:manifest xmlns:manifest='{_OPEN}:manifest:1.0'>{manifest}"
            "</manifest:manifest>",
        }
    )


def ods_rows(rows: Rows) -> str:
    """The rows of a table."""
    return "".join(f"<table:table-row>{''.join(map(ods_cell, cells))}</table:table-row>" for cells in rows)


def ods_cell(value: Cell, others: str = "") -> str:
    """A cell of a table, as LibreOffice writes it."""
    match value:
        case None:
            return f"<table:table-cell{others}/>"
        case float():
            return _ods_cell(f'{others} office:value-type="float" office:value="{value}"', str(value))
        case str():
            return _ods_cell(f'{others} office:value-type="string"', value)
        case Error():
            blank = ' office:value-type="string" office:string-value="" calcext:value-type="error"'
            return _ods_cell(others + blank, str(value.text))
        case Formula():
            return ods_cell(value.result, f' table:formula="of:=[.A1]&gt;1"{others}')


def _ods_cell(attributes: str, shown: str) -> str:
    return f"<table:table-cell{attributes}><text:p>{shown}</text:p></table:table-cell>"


def xlsb(rows: Rows, name: str = "Table 1", texts: Sequence[str] = ()) -> bytes:
    """A workbook of binary records in a zip."""
    book = _record(0x99, bytes(8)) + _record(0x8F)
    book += _record(0x9C, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name)) + _record(0x90) + _record(0x9D)
    sheet = _record(0x81) + _record(0x94, bytes(16)) + _record(0x91)
    for at, cells in enumerate(rows):
        sheet += _record(0, struct.pack("<I21x", at)) + b"".join(_binary(*cell) for cell in enumerate(cells))
    strings = _record(0x9F, struct.pack("<II", len(texts), len(texts)))
    parts: dict[str, str | bytes] = {
        "xl/_rels/workbook.bin.rels": _relations([("rId1", "worksheet", "worksheets/sheet1.bin")]),
        "xl/workbook.bin": book,
        "xl/worksheets/sheet1.bin": sheet + _record(0x92) + _record(0x82),
    }
    if texts:
        parts["xl/sharedStrings.bin"] = strings + b"".join(_record(0x13, b"\0" + _wide(each)) for each in texts)
    return zipped(parts)


def binary_cell(column: int, kind: int, data: bytes) -> bytes:
    """A record of a cell."""
    return _record(kind, struct.pack("<II", column, 0) + data)


def _binary(column: int, value: Cell) -> bytes:  # noqa: PLR0911  (one for each kind of cell)
    match value:
        case float():
            return binary_cell(column, 5, struct.pack("<d", value))
        case str():
            return binary_cell(column, 6, _wide(value))
        case Error():
            return binary_cell(column, 3, bytes([value.code]))
        case Shared():
            return binary_cell(column, 7, struct.pack("<I", value.at))
        case Formula(result=Error() as error):
            return binary_cell(column, 0x0B, bytes([error.code]) + struct.pack("<HI", 0, 0))
        case Formula(result=float() as result):
            return binary_cell(column, 9, struct.pack("<dHI", result, 0, 0))
    return b""


def _record(kind: int, data: bytes = b"") -> bytes:
    coded = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = bytearray(), len(data)
    while length >= 0x80:
        size.append(length & 0x7F | 0x80)
        length >>= 7
    return coded + bytes([*size, length]) + data


def _wide(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of streams, none of them short enough to be in the root."""
    padded = {name: content.ljust(-(-max(len(content), 4096) // 512) * 512, b"\0") for name, content in streams.items()}
    folders = -(-(len(streams) + 1) // 4)
    sectors = folders + sum(len(content) // 512 for content in padded.values())
    tables = -(-(sectors + 1) // 127)
    table = [FAT] * tables + [*range(tables + 1, tables + folders), END]
    listed = _entry("Root Entry", 5, 1, END, 0)
    for name, content in padded.items():
        listed += _entry(name, 2, FREE, len(table), len(content))
        table += [*range(len(table) + 1, len(table) + len(content) // 512), END]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, tables, tables, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    whole = struct.pack(f"<{tables * 128}I", *table, *[FREE] * (tables * 128 - len(table)))
    return header + whole + listed.ljust(folders * 512, b"\0") + b"".join(padded.values())


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    coded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", coded, len(coded), kind, 1, FREE, FREE, child, start, size)


def xls(*sheets: Rows, before: bytes = b"", extent: tuple[int, int] | None = None) -> bytes:
    """A workbook of BIFF8 records in a compound file; ``before`` comes first, and ``extent`` is what it claims."""
    return compound({"Workbook": _biff(sheets, before, extent)})


def old_record(kind: int, data: bytes = b"") -> bytes:
    """A record of an xls workbook."""
    return struct.pack("<HH", kind, len(data)) + data


def old_cell(line: int, column: int, kind: int, data: bytes) -> bytes:
    """A record of a cell in an xls workbook."""
    return old_record(kind, struct.pack("<HHH", line, column, 0) + data)


def _biff(sheets: Sequence[Rows], before: bytes, extent: tuple[int, int] | None) -> bytes:
    names = [f"Table {at}".encode() for at, _ in enumerate(sheets, 1)]
    drawn = [_old_sheet(rows, extent) for rows in sheets]
    begin, end = old_record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + before, old_record(0x0A)
    start = len(begin) + sum(4 + 8 + len(name) for name in names) + len(end)
    bound = b""
    for name, sheet in zip(names, drawn, strict=True):
        bound += old_record(0x0085, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name)
        start += len(sheet)
    return begin + bound + end + b"".join(drawn)


def _old_sheet(rows: Rows, extent: tuple[int, int] | None) -> bytes:
    lines, columns = extent or (len(rows), max(map(len, rows), default=0))
    sheet = old_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    sheet += old_record(0x0200, struct.pack("<IIHHH", 0, lines, 0, columns, 0))
    cells = [_old(line, column, value) for line, row in enumerate(rows) for column, value in enumerate(row)]
    return sheet + b"".join(cells) + old_record(0x0A)


def _old(line: int, column: int, value: Cell) -> bytes:  # noqa: PLR0911  (one for each kind of cell)
    match value:
        case float():
            return old_cell(line, column, 0x0203, struct.pack("<d", value))
        case str():
            return old_cell(line, column, 0x0204, struct.pack("<HB", len(value), 0) + value.encode())
        case Error():
            return old_cell(line, column, 0x0205, bytes([value.code, 1]))
        case Run(numbers=numbers):
            packed = b"".join(struct.pack("<HI", 0, each << 2 | 2) for each in numbers)
            place = struct.pack("<HH", line, column)
            return old_record(0x00BD, place + packed + struct.pack("<H", column + len(numbers) - 1))
        case Formula(result=Error() as error):
            return old_cell(line, column, 6, bytes([2, 0, error.code, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))
        case Formula(result=float() as result):
            return old_cell(line, column, 6, struct.pack("<dHIH", result, value.is_open, 0, 0))
    return b""
