"""Workbooks: cells to text, the choice of a sheet, and every refusal in full."""

import io
import json
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
        "The file can't be read as a workbook (xlsx, xlsb, xls or ods).",
        "Open it to see: it may be cut off, or of another kind (read: format: csv).",
    )


def test_a_zip_of_something_else_is_no_workbook():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("data.csv", "a,b\n1,2\n")
    assert refusal_of(stream.getvalue()) == (
        "The file is a zip of 'data.csv'.",
        "Unpack it, and name the file that was in it.",
    )


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999], ids=["early", "late", "in the directory"])
def test_a_workbook_that_was_cut_off(kept):
    whole = saved(workbook(S=[["a", "b"], [1, 2]])).getvalue()
    assert refusal_of(whole[: int(len(whole) * kept)]) == (
        "The workbook is cut off: it begins as it should, but the list of its parts, which comes last, is missing.",
        "Fetch it again. If it comes the same, tell the publisher.",
    )


def batches(book, provenance=False, **options):
    return list(read(saved(book), Reading("workbook", options), provenance=provenance))


def stacked():
    """A sheet for each year, and between them what no one wants."""
    book = workbook(
        Contents=[["Contents"]],
        Table_1a=[["Births"], ["LA code", 2019], ["E1", 1], ["E2", 2]],
        Table_1b=[["Births"], ["LA code", 2020, 2021], ["E1", 3, 4]],
        Table_1c=[],
        Table_1d_=[["Deaths"], ["LA code", 2022], ["E1", 5]],
    )
    hidden = book.create_sheet("Table 1e", 2)
    hidden.sheet_state = "hidden"
    for row in (["Births"], ["LA code", 2023], ["E1", 6]):
        hidden.append(row)
    return book


YEARS = {"Table 1a": ["2019"], "Table 1b": ["2020", "2021"], "Table 1d": ["2022"], "Table 1e": ["2023"]}

SEVERAL = {
    "by pattern, in the order of the workbook": ({"pattern": "Table 1[a-e]"}, ["Table 1a", "Table 1b", "Table 1d"]),
    "by title": ({"title": "births"}, ["Table 1a", "Table 1b"]),
    "by name, in the order of the names": (["Table 1d", "Table 1a"], ["Table 1d", "Table 1a"]),
    "a hidden one by name": (["Table 1e"], ["Table 1e"]),
    "one by pattern": ({"pattern": "Table 1b"}, ["Table 1b"]),
}


@pytest.mark.parametrize(("sheets", "names"), SEVERAL.values(), ids=SEVERAL)
def test_several_sheets_come_with_columns_of_their_own(sheets, names):
    found = batches(stacked(), provenance=True, sheets=sheets, header_row=2, sheet_column="Sheet")
    assert [batch.column_names for batch in found] == [["LA code", *YEARS[name], "Sheet", "_row"] for name in names]
    assert [batch["Sheet"][0].as_py() for batch in found] == names
    assert [batch["_row"][0].as_py() for batch in found] == [f"{name}!3" for name in names]


def test_the_name_of_one_sheet():
    assert table(workbook(Table_1_=[["a"], [1], [None], [2]]), sheet_column="from").to_pydict() == {
        "a": ["1", "2"],
        "from": ["Table 1", "Table 1"],
    }


def test_each_sheet_is_filled_down_for_itself():
    book = workbook(A=[["r", "a"], ["N", 1], [None, 2]], B=[["r", "a"], [None, 3]])
    assert [batch["r"].to_pylist() for batch in batches(book, sheets=["A", "B"], fill_down=["r"])] == [
        ["N", "N"],
        [None],
    ]


UNCHOSEN_SHEETS = {
    "no such name": (
        ["Table 1a", "Table 7"],
        "No sheet is called 'Table 7'. Sheets: 'Contents', 'Table 1a', 'Table 1b', 'Table 1c', 'Table 1d '.",
    ),
    "no such pattern": (
        {"pattern": "Table"},
        "No sheet fits 'Table'. Sheets: 'Contents', 'Table 1a', 'Table 1b', 'Table 1c', 'Table 1d '.",
    ),
    "only an empty one": (
        {"pattern": "Table 1c"},
        "No sheet fits 'Table 1c'. Sheets: 'Contents', 'Table 1a', 'Table 1b', 'Table 1c', 'Table 1d '.",
    ),
    "no such title": (
        {"title": "GDP"},
        "No sheet has 'GDP' in cell A1. Sheets: 'Contents', 'Table 1a', 'Table 1b', 'Table 1c', 'Table 1d '.",
    ),
}


@pytest.mark.parametrize(("sheets", "message"), UNCHOSEN_SHEETS.values(), ids=UNCHOSEN_SHEETS)
def test_several_sheets_of_which_none_fits(sheets, message):
    assert refusal_of(stacked(), sheets=sheets, header_row=2) == (message, "Correct read: sheets.")


def test_a_fault_in_the_last_of_several_sheets_is_met():
    book = workbook(A=[["a"], [1]], B=[[None], ["a"], [2]])
    assert refusal_of(book, sheets=["A", "B"]) == (
        "Row 1 of sheet 'B' should be the header, but it is blank.",
        HEADER_CURE,
    )


def test_a_column_of_the_sheets_name_that_is_a_header():
    assert refusal_of(workbook(S=[["a", "b"], [1, 2]]), sheet_column="b") == (
        "read: adds the column 'b', but there is one of that name already.",
        "Choose another name in read: sheet_column or read: blocks: labels.",
    )


PHANTOMS = {
    "not said": {},
    "by pattern": {"sheet": {"pattern": "(Sheet|Table).*"}},
    "by title": {"sheet": {"title": "births"}},
    "several by pattern": {"sheets": {"pattern": ".*"}},
}


@pytest.mark.parametrize("options", PHANTOMS.values(), ids=PHANTOMS)
def test_hundreds_of_empty_and_hidden_sheets_are_passed_over(options):
    book = workbook(**{f"Sheet_{number}": [] if number % 2 else [["Births"]] for number in range(300)})
    for number in range(0, 300, 2):
        book[f"Sheet {number}"].sheet_state = "hidden"
    for row in (["Births"], ["a"], [1]):
        book["Sheet 150"].append(row)
    book["Sheet 150"].delete_rows(1)
    book["Sheet 150"].sheet_state = "visible"
    assert table(book, header_row=2, **options).to_pydict() == {"a": ["1"]}


def test_blank_rows_and_columns_to_the_right_and_below_take_no_memory():
    book = workbook(S=[["a", None, "b"], [1, None, 2]])
    book["S"].cell(60_000, 60, " ")
    found = list(read(saved(book), Reading("workbook"), provenance=True))
    assert [batch.to_pydict() for batch in found] == [{"a": ["1"], "b": ["2"], "_row": ["S!2"]}]
    assert sum(batch.nbytes for batch in found) < 1_000


def test_a_value_far_to_the_right_of_the_last_header_is_met():
    book = workbook(S=[["a"], *([number] for number in range(1_000))])
    book["S"].cell(900, 30, "x")
    assert refusal_of(book) == (
        "Row 900 of sheet 'S' has a value where the header is blank: column 30.",
        "Say which row is the header (read: header_row), or name such columns (read: names: {1: code, 2: name}).",
    )


def test_provenance_gives_each_column_its_letters():
    book = workbook(S=[[None, "a", None, *range(2000, 2025)], [None, 1, None, *range(25)]])
    (found,) = batches(book, provenance=True, sheet_column="Sheet")
    said = json.loads(found.schema.metadata[b"columns"])
    assert said[:3] == [["a", "B"], ["2000", "D"], ["2001", "E"]]
    assert said[-2:] == [["2024", "AB"], ["Sheet", None]]
    assert [header for header, _ in said] == [name for name in found.column_names if name != "_row"]


def test_without_provenance_no_metadata_comes():
    (found,) = batches(workbook(S=[["a"], [1]]))
    assert found.schema.metadata is None
    assert found.column_names == ["a"]


def test_odd_spaces_in_cells():
    book = workbook(S=[["Area\u200b name", "v"], ["North\u00a0Yorkshire\u00a0", "\u00ad"], ["\ufeffLeeds", "a\nb"]])
    assert table(book).to_pydict() == {"Area name": ["North Yorkshire", "Leeds"], "v": [None, "a\nb"]}
