"""Workbooks: cells to text, the choice of a sheet, and every refusal in full."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pyarrow as pa
import pytest
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read

SHEET_CURE = "Make read: sheet fit exactly one."
HEADER_CURE = "Open the file and say in read: header_row where its header is."


def workbook(**sheets):
    """An xlsx file of sheets, each of them rows of cells; an underscore in a name stands for a blank."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    return book


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream


def table(book, provenance=False, **options):
    stream = saved(book) if isinstance(book, openpyxl.Workbook) else io.BytesIO(book)
    return pa.concat_tables(list(read(stream, Reading("workbook", options), provenance=provenance)))


def refusal_of(book, **options):
    with pytest.raises(SourceError) as refusal:
        table(book, **options)
    return refusal.value.message, refusal.value.cure


CELLS = {
    "a whole number": (5.0, "5"),
    "a large whole number": (12345678901234.0, "12345678901234"),
    "a negative one": (-3, "-3"),
    "a fraction": (0.1, "0.1"),
    "many digits": (14.4312559755176, "14.4312559755176"),
    "a small fraction": (1e-7, "1e-07"),
    "text": (" [u]\u00a0", "[u]"),
    "a number as text": ("001", "001"),
    "true": (True, "TRUE"),
    "false": (False, "FALSE"),
    "a date": (date(2023, 4, 1), "2023-04-01"),
    "a moment": (datetime(2023, 4, 1, 15, 16), "2023-04-01T15:16:00"),  # noqa: DTZ001 - a workbook knows no zones
    "a time": (time(9, 30), "09:30:00"),
    "a length of time": (timedelta(hours=26), "1 day, 2:00:00"),
    "nothing": (None, None),
    "white space": ("  ", None),
}


@pytest.mark.parametrize(("cell", "text"), CELLS.values(), ids=CELLS)
def test_cells_become_text(cell, text):
    read_back = table(workbook(S=[["area", "value"], ["x", cell]]))
    assert read_back.to_pydict() == {"area": ["x"], "value": [text]}
    assert read_back.schema.types == [pa.string(), pa.string()]


def test_numbers_and_dates_as_headers():
    book = workbook(S=[["Area\n name ", 2023, 2023.5, date(2023, 4, 1)], ["x", 1, 2, 3]])
    assert table(book).column_names == ["Area name", "2023", "2023.5", "2023-04-01"]


def test_blank_rows_and_columns_without_header_are_left_out():
    book = workbook(S=[[None, "a", None, "b", None], [None, 1, None, 2, " "], [], [None, None, None, " "], [None, 3]])
    assert table(book, provenance=True).to_pydict() == {"a": ["1", "3"], "b": ["2", None], "_row": ["S!2", "S!5"]}


def test_rows_are_counted_from_the_top_of_the_sheet():
    book = workbook(Table_3=[])
    for row, cells in {4: ("a", "b"), 5: (1, 2), 9: (3, 4)}.items():
        book["Table 3"].cell(row, 2, cells[0])
        book["Table 3"].cell(row, 3, cells[1])
    found = table(book, provenance=True, header_row=4)
    assert found.to_pydict() == {"a": ["1", "3"], "b": ["2", "4"], "_row": ["Table 3!5", "Table 3!9"]}


def test_a_heading_merged_over_columns_belongs_to_each():
    book = workbook(
        S=[["Code", "Houses", None, "Flats", None], [None, "count", "share", "count", "share"], ["x", 1, 2, 3, 4]]
    )
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        book["S"].merge_cells(merged)
    assert table(book, header_row=[1, 2]).column_names == [
        "Code",
        "Houses count",
        "Houses share",
        "Flats count",
        "Flats share",
    ]


def test_a_heading_merged_in_the_last_header_row_stays_where_it_is():
    book = workbook(S=[["Area", None, "value"], ["Leeds", "Headingley", 1]])
    book["S"].merge_cells("A1:B1")
    assert table(book, names={"2": "ward"}).column_names == ["Area", "ward", "value"]


def test_a_footer_ends_the_table():
    book = workbook(S=[["a", "b"], [1, 2], [None, "Source: ONS"], ["notes"]])
    assert table(book, footer="Source").to_pydict() == {"a": ["1"], "b": ["2"]}


def test_a_sheet_of_headers_only():
    assert table(workbook(S=[["a", "b"]])).to_pydict() == {"a": [], "b": []}


def three_sheets():
    book = workbook(
        Contents=[["Contents"]],
        Table_1_=[["Table 1: GVA at Current\n Prices"], ["a"], [1]],
        Table_2=[["Table 2: GVA, chained volume"], ["a"], [2]],
        Table_9=[["Table 9: at current prices, secret"], ["a"], [9]],
    )
    book["Table 9"].sheet_state = "hidden"
    book.create_chartsheet("Table 3")
    return book


CHOICES = {
    "by name": ("Table 2", "2"),
    "by name, white space aside": ("Table 1", "1"),
    "a hidden one by name": ("Table 9", "9"),
    "by pattern": ({"pattern": "Table [13-9]"}, "1"),
    "by title, hidden ones aside": ({"title": "CURRENT PRICE"}, "1"),
}


@pytest.mark.parametrize(("sheet", "value"), CHOICES.values(), ids=CHOICES)
def test_sheets_are_chosen(sheet, value):
    assert table(three_sheets(), sheet=sheet, header_row=2).to_pydict() == {"a": [value]}


UNCHOSEN = {
    "no such name": ("Table 7", "No sheet is called 'Table 7'. Sheets: 'Contents', 'Table 1 ', 'Table 2'."),
    "a chart": ("Table 3", "No sheet is called 'Table 3'. Sheets: 'Contents', 'Table 1 ', 'Table 2'."),
    "part of a name by pattern": (
        {"pattern": "Table"},
        "No sheet fits 'Table'. Sheets: 'Contents', 'Table 1 ', 'Table 2'.",
    ),
    "two by pattern": ({"pattern": "Table .*"}, "More than one sheet fits 'Table .*': 'Table 1 ', 'Table 2'."),
    "two by title": ({"title": "gva"}, "More than one sheet has 'gva' in cell A1: 'Table 1 ', 'Table 2'."),
    "none by title": (
        {"title": "GDP"},
        "No sheet has 'GDP' in cell A1. Sheets: 'Contents', 'Table 1 ', 'Table 2'.",
    ),
    "not said": (
        None,
        "More than one sheet can be chosen without saying read: sheet: 'Contents', 'Table 1 ', 'Table 2'.",
    ),
}


@pytest.mark.parametrize(("sheet", "message"), UNCHOSEN.values(), ids=UNCHOSEN)
def test_unless_exactly_one_sheet_fits_it_is_refused(sheet, message):
    assert refusal_of(three_sheets(), sheet=sheet) == (message, SHEET_CURE)


def test_a_pattern_that_is_none():
    assert refusal_of(workbook(S=[["a"]]), sheet={"pattern": "Table ("}) == (
        (
            "The pattern 'Table (' for the sheet is no regular expression: "
            "missing ), unterminated subpattern at position 6."
        ),
        "Correct read: sheet: pattern.",
    )


REFUSED = {
    "a blank sheet": (
        [],
        {},
        "Row 1 of sheet 'T 1' should belong to the header, but there are only 0 rows.",
        HEADER_CURE,
    ),
    "a header row that is blank": (
        [["title"], [], ["a"]],
        {"header_row": 2},
        "Row 2 of sheet 'T 1' should be the header, but it is blank.",
        HEADER_CURE,
    ),
    "values without header": (
        [[None, None, 2019], ["E1", "Leeds", 5]],
        {},
        "Row 2 of sheet 'T 1' has a value where the header is blank: columns 1, 2.",
        "Say which row is the header (read: header_row), or name such columns (read: names: {1: code, 2: name}).",
    ),
    "a column that moved": (
        [["code", None, 2019], ["E1", "Leeds", 5]],
        {"names": {"1": "code"}},
        "read: names calls column 1 'code', but that column of sheet 'T 1' is called 'code'.",
        "names is for blank headers. Compare it with the file: columns may have moved.",
    ),
    "no footer": (
        [["a"], [1]],
        {"footer": "Source"},
        "No row of sheet 'T 1' starts with 'Source', the footer that should end the table.",
        "The file may have been cut off, or the footer reworded: compare it with read: footer.",
    ),
}


@pytest.mark.parametrize(("rows", "options", "message", "cure"), REFUSED.values(), ids=REFUSED)
def test_refuses(rows, options, message, cure):
    assert refusal_of(workbook(T_1=rows), **options) == (message, cure)


def test_csv_is_no_workbook():
    assert refusal_of(b"a,b\n1,2\n") == (
        "The file can't be read as a workbook (xlsx, xls or ods).",
        "Open it to see: it may be cut off, protected by a password, or of another kind (read: format: csv).",
    )


def test_a_zip_of_something_else_is_no_workbook():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("data.csv", "a,b\n1,2\n")
    assert refusal_of(stream.getvalue())[0] == "The file can't be read as a workbook (xlsx, xls or ods)."


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999], ids=["early", "late", "in the directory"])
def test_a_workbook_that_was_cut_off(kept):
    whole = saved(workbook(S=[["a", "b"], [1, 2]])).getvalue()
    assert refusal_of(whole[: int(len(whole) * kept)]) == (
        "The workbook is damaged, or the file is no workbook at all.",
        "Fetch it again. If that doesn't help, open it by hand to see what it is, and tell the publisher.",
    )


def test_ods_is_known_by_its_content():
    cells = "".join(
        f"<table:table-cell office:value-type='string'><text:p>{c}</text:p></table:table-cell>" for c in "ab"
    )
    numbers = "".join(f"<table:table-cell office:value-type='float' office:value='{n}'/>" for n in (1, 2.5))
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f"<office:document-content xmlns:office='{names}:office:1.0' xmlns:table='{names}:table:1.0' "
        f"xmlns:text='{names}:text:1.0'><office:body><office:spreadsheet><table:table table:name='Table 1'>"
        f"<table:table-row>{cells}</table:table-row><table:table-row>{numbers}</table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest xmlns='{names}:manifest:1.0'/>")
    assert table(stream.getvalue()).to_pydict() == {"a": ["1"], "b": ["2.5"]}
