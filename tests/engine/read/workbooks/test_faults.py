"""Errors, and formulas that nobody calculated: in every format, however they are written, no cell comes out blank."""

from __future__ import annotations

import io
from collections.abc import Iterator

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula
from yhovi.connectors.base import Column, Reading, SourceError
from yhovi.engine.read.contract import fit
from yhovi.engine.read.faults import NOT_CALCULATED
from yhovi.engine.read.place import letters
from yhovi.engine.read.readers import read

from support.workbooks import (
    Error,
    Formula,
    number,
    ods,
    ods_cell,
    ods_rows,
    old_cell,
    row,
    text,
    worksheet,
    xls,
    xlsb,
    xlsx,
)

CALCULATE_CURE = (
    "Open the file in a spreadsheet program, save it there so that results are stored, and land that file; and tell "
    "the publisher."
)
MEND_CURE = "Open the file in a spreadsheet program, mend that cell, save the file and land it; and tell the publisher."
HEAD = row(1, text("A1", "area"), text("B1", "value"))
DECLARED = [Column("area"), Column("value", "number")]
ERRORS = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]


def tables(book: bytes, **options: object) -> Iterator[pa.Table]:
    return read(io.BytesIO(book), Reading("workbook", options))


def table(book: bytes, **options: object) -> pa.Table:
    return pa.concat_tables(tables(book, **options))


def refusal_of(book: bytes, *columns: Column, **options: object) -> tuple[str, str]:
    with pytest.raises(SourceError) as refusal:
        [fit(batch, columns or DECLARED) for batch in tables(book, **options)]
    return refusal.value.message, refusal.value.cure


def told(
    text: str, cell: str = "B2", others: str = "", column: str = "value", sheet: str = "Table 1"
) -> tuple[str, str]:
    """What is said of a cell in which that text stands for what is missing."""
    if text == NOT_CALCULATED:
        what, cure = "a formula without a result, since no program has calculated it", CALCULATE_CURE
    else:
        what, cure = f"the error {text}", error_cure(text)
    return f"Cell {cell} of sheet '{sheet}', in the column '{column}', holds {what}{others}.", cure


def error_cure(text: str) -> str:
    return (
        "If an error says why there is no number, add it to the column's markers with a reason, for example "
        f"markers: {{'{text}': not_available}}; otherwise tell the publisher."
    )


def written(cell: str, after: str = "") -> bytes:
    """A workbook with that cell in B2."""
    return xlsx({"Table 1": HEAD + row(2, text("A2", "Leeds"), cell)}, after=after)


ASKS = "<calcPr calcId='124519' fullCalcOnLoad='1'/>"
WRITTEN = {
    "an error": '<c r="B2" t="e"><v>#N/A</v></c>',
    "an error of a formula": '<c r="B2" s="3" t="e" cm="1"><f>1/0</f><v>#N/A</v></c>',
    "an error in single quotes": "<c r='B2' t='e'><v>#N/A</v></c>",
    "an error, r after t": '<c t="e" r="B2"><v>#N/A</v></c>',
    "an error without a place": '<c t="e"><v>#N/A</v></c>',
    "an error in odd white space": '<c\n r = "B2"\n t = "e" >\n<v>#N/A</v>\n</c>',
    "an error in small letters": '<c r="b2" t="e"><v>#N/A</v></c>',
    "an error with a remark": '<c r="B2" t="e"><v>#N/A</v><!-- no --></c>',
    "a formula": '<c r="B2"><f>A1</f></c>',
    "a formula of openpyxl": '<c r="B2"><f>A1</f><v/></c>',
    "a formula, blank": '<c r="B2"><f>A1</f><v></v></c>',
    "a formula over lines": '<c r="B2" s="1">\n<f>A1</f>\n</c>',
    "a formula for a text": '<c r="B2" t="str"><f>A1</f></c>',
    "a shared formula": '<c r="B2"><f t="shared" si="0"/></c>',
    "a formula with signs": '<c r="B2"><f>IF(A1&gt;"x&amp;y",1,2)</f></c>',
    "a bare > in a formula": '<c r="B2"><f>A1>2</f></c>',
    "a formula in CDATA": '<c r="B2"><f><![CDATA[A1<2]]></f></c>',
    "a formula for true or false": '<c r="B2" t="b"><f>A1</f><v></v></c>',
}


@pytest.mark.parametrize("case", WRITTEN)
def test_however_it_is_written_the_cell_is_not_blank(case: str) -> None:
    text = "#N/A" if case.startswith("an error") else NOT_CALCULATED
    assert table(written(WRITTEN[case])).to_pydict() == {"area": ["Leeds"], "value": [text]}
    assert refusal_of(written(WRITTEN[case])) == told(text)


@pytest.mark.parametrize("case", WRITTEN)
def test_a_prefix_makes_no_difference(case: str) -> None:
    plain = worksheet(HEAD + row(2, text("A2", "Leeds"), WRITTEN[case]))
    for name in ("worksheet", "sheetData", "row", "c", "v", "f", "is", "t"):
        for end in (" ", ">", "/", "\n"):
            plain = plain.replace(f"<{name}{end}", f"<x:{name}{end}").replace(f"</{name}>", f"</x:{name}>")
    prefixed = plain.replace("xmlns=", "xmlns:x=")
    assert table(xlsx({"Table 1": prefixed.encode()}))["value"][0].as_py() == (
        "#N/A" if case.startswith("an error") else NOT_CALCULATED
    )


@pytest.mark.parametrize("text", ERRORS)
def test_every_error_comes_as_its_text(text: str) -> None:
    rows = [["area", "value"], ["Leeds", Error(text)], ["York", Formula(Error(text))], ["Hull", 1.0]]
    books = [xls(rows), xlsb(rows), ods(ods_rows(rows))]
    books.append(xlsx({"Table 1": HEAD + "".join(row(n, f'<c r="B{n}" t="e"><v>{text}</v></c>') for n in (2, 3))}))
    for book in books:
        assert table(book)["value"].to_pylist()[:2] == [text, text]
        assert refusal_of(book) == told(text, others=", and 1 more below it")


VALUED = {
    "a number": ('<c r="B2"><f>A1</f><v>2.5</v></c>', "", "2.5"),
    "a 0": ('<c r="B2"><f>A1</f><v>0</v></c>', "", "0"),
    "a text": ('<c r="B2" t="str"><f>A1</f><v>[x]</v></c>', "", "[x]"),
    "a blank text": ('<c r="B2" t="str"><f>A1</f><v></v></c>', "", None),
    "a blank text in short": ('<c r="B2" t="str"><f>A1</f><v/></c>', "", None),
    "true": ('<c r="B2" t="b"><f>A1</f><v>1</v></c>', "", "TRUE"),
    "a shared formula": ('<c r="B2"><f t="shared" si="0"/><v>3</v></c>', "", "3"),
    "an array": ('<c r="B2"><f t="array" ref="B2:B9">A1</f><v>3</v></c>', "", "3"),
    "a number where it asks to be calculated": ('<c r="B2"><f>A1</f><v>7</v></c>', ASKS, "7"),
    "a mere 0 where it asks to be calculated": ('<c r="B2"><v>0</v></c>', ASKS, "0"),
    "a text 0 where it asks to be calculated": ('<c r="B2" t="str"><f>A1</f><v>0</v></c>', ASKS, "0"),
    "a 0 where it needn't be calculated": (
        '<c r="B2"><f>A1</f><v>0</v></c>',
        "<calcPr fullCalcOnLoad='0'/>",
        "0",
    ),
    "a word that looks like an error": ('<c r="B2" t="inlineStr"><is><t>"e" #N/A</t></is></c>', "", '"e" #N/A'),
}


@pytest.mark.parametrize("case", VALUED)
def test_a_stored_result_is_read(case: str) -> None:
    cell, after, value = VALUED[case]
    (found,) = tables(written(cell, after))
    assert fit(found, DECLARED).to_pydict() == {"area": ["Leeds"], "value": [value]}


def test_a_0_that_waits_to_be_calculated_is_none() -> None:
    """XlsxWriter stores 0 for every formula, and asks Excel to calculate them all."""
    assert refusal_of(written('<c r="B2"><f>A1</f><v>0</v></c>', ASKS)) == told(NOT_CALCULATED)


def test_what_openpyxl_saves_is_not_calculated() -> None:
    book = openpyxl.Workbook()
    for line in (["area", "value"], ["Leeds", 1], ["York", "=B2*2"], ["Hull", "=1/0"]):
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    assert table(stream.getvalue())["value"].to_pylist() == ["1", NOT_CALCULATED, NOT_CALCULATED]
    assert refusal_of(stream.getvalue()) == told(NOT_CALCULATED, "B3", ", and 1 more below it", sheet="Sheet")


def test_a_sheet_of_nothing_but_formulas_is_not_empty() -> None:
    rows = "".join(row(n, f'<c r="A{n}"><f>1</f></c>', f'<c r="B{n}"><f>2</f></c>') for n in (1, 2, 3))
    book = xlsx({"Notes": "", "Table 1": rows})
    with pytest.raises(SourceError) as refusal:
        table(book)
    assert refusal.value.message == f"Headers that occur more than once: '{NOT_CALCULATED}' (columns 1, 2)."
    assert table(book, duplicates="number").to_pydict() == {
        NOT_CALCULATED: [NOT_CALCULATED] * 2,
        f"{NOT_CALCULATED} (2)": [NOT_CALCULATED] * 2,
    }


def test_an_array_leaves_none_of_its_cells_blank() -> None:
    book = openpyxl.Workbook()
    for line in (["area", "a", "b", "note"], ["Leeds", None, None, "x"], ["York", None, 5, "y"]):
        book.active.append(line)
    book.active["B2"] = ArrayFormula("B2:C4", "=A1:B3*2")
    stream = io.BytesIO()
    book.save(stream)
    assert table(stream.getvalue()).to_pydict() == {
        "area": ["Leeds", "York"],
        "a": [NOT_CALCULATED] * 2,
        "b": [NOT_CALCULATED, "5"],
        "note": ["x", "y"],
    }
    assert refusal_of(stream.getvalue(), Column("b")) == told(NOT_CALCULATED, "C2", "", "b", "Sheet")


def test_a_column_that_nobody_declared_may_be_faulty() -> None:
    book = xlsx(
        {
            "T": row(1, text("A1", "area"), text("B1", "value"), text("C1", "growth"))
            + row(2, text("A2", "Leeds"), number("B2", 5), '<c r="C2" t="e"><v>#DIV/0!</v></c>')
        }
    )
    (found,) = tables(book)
    assert fit(found, DECLARED).to_pydict() == {"area": ["Leeds"], "value": ["5"]}


def test_a_marker_accounts_for_an_error() -> None:
    marked = [Column("area"), Column("value", "number", markers=(("#N/A", "not_available"),))]
    (found,) = tables(written(WRITTEN["an error"]))
    assert fit(found, marked)["value"].to_pylist() == ["#N/A"]
    assert refusal_of(written('<c r="B2" t="e"><v>#REF!</v></c>'), *marked) == told("#REF!")


def test_an_error_that_is_text_in_the_file_is_text() -> None:
    (found,) = tables(written(text("B2", "#N/A")))
    assert fit(found, DECLARED)["value"].to_pylist() == ["#N/A"]


def test_a_column_of_text_is_refused_too() -> None:
    book = xlsx({"Table 1": HEAD + row(2, '<c r="A2" t="e"><v>#REF!</v></c>', number("B2", 1))})
    assert refusal_of(book) == told("#REF!", "A2", column="area")


def test_each_kind_in_each_column_is_told_of_once() -> None:
    lines = "".join(
        row(n, text(f"A{n}", "x"), f'<c r="B{n}" t="e"><v>{error}</v></c>', f'<c r="C{n}"><f>1</f></c>')
        for n, error in enumerate(["#N/A", "#N/A", "#REF!"], start=2)
    )
    head = row(1, text("A1", "area"), text("B1", "2022"), text("C1", "2023"))
    years = Column("years", "number", pattern="[0-9]{4}")
    assert refusal_of(xlsx({"S": head + lines}), Column("area"), years) == (
        (
            "Cell B2 of sheet 'S', in the column '2022', holds the error #N/A, and 1 more below it. "
            "Cell C2 of sheet 'S', in the column '2023', holds a formula without a result, since no program has "
            "calculated it, and 2 more below it. "
            "Cell B4 of sheet 'S', in the column '2022', holds the error #REF!."
        ),
        f"{CALCULATE_CURE} {error_cure('#N/A')}",
    )


def test_only_rows_and_columns_that_are_read_count() -> None:
    error = '<c r="{}" t="e"><v>#N/A</v></c>'
    book = xlsx(
        {
            "S": row(1, error.format("A1"), error.format("D1"))
            + row(3, text("B3", "area"), text("C3", "value"), error.format("E3"))
            + row(4, text("B4", "Leeds"), number("C4", 2), error.format("E4"))
            + row(5, text("B5", "Source: ONS"), error.format("C5"))
            + row(6, error.format("C6"))
        }
    )
    (found,) = tables(book, header_row=3, columns=["B", "C"], footer="Source")
    assert fit(found, DECLARED).to_pydict() == {"area": ["Leeds"], "value": ["2"]}


def test_an_error_does_not_take_the_value_above_it() -> None:
    rows = row(2, text("A2", "Leeds"), number("B2", 1)) + row(3, '<c r="A3" t="e"><v>#N/A</v></c>', number("B3", 2))
    book = xlsx({"Table 1": HEAD + rows})
    assert table(book, fill_down=["area"])["area"].to_pylist() == ["Leeds", "#N/A"]
    assert refusal_of(book, fill_down=["area"]) == told("#N/A", "A3", column="area")


def test_blocks_tell_of_the_right_cell() -> None:
    def block(first: int, cell: str) -> str:
        return (
            row(first, text(f"A{first}", "date"))
            + row(first + 1, text(f"A{first + 1}", "area"), text(f"B{first + 1}", "value"))
            + row(first + 2, text(f"A{first + 2}", "Leeds"), cell)
        )

    book = xlsx({"Table 1": block(1, number("B3", 1)) + block(5, '<c r="B7" t="e"><v>#NUM!</v></c>')})
    said = {"blocks": {"begins": "date"}, "header_row": 2}
    assert refusal_of(book, **said) == told("#NUM!", "B7")


def test_a_footer_of_a_formula_is_missed_and_said() -> None:
    book = xlsx({"S": HEAD + row(2, text("A2", "x"), number("B2", 1)) + row(3, '<c r="A3"><f>Notes!A1</f></c>')})
    with pytest.raises(SourceError) as refusal:
        table(book, footer="Source")
    assert refusal.value.message == "No row of sheet 'S' starts with 'Source', the footer that should end the table."


def test_a_fault_below_and_right_of_all_values_is_in_its_place() -> None:
    book = xlsx({"S": HEAD + row(2, number("A2", 1), number("B2", 2)) + row(9, '<c r="B9"><f>1</f></c>')})
    assert table(book).to_pydict() == {"area": ["1", None], "value": ["2", NOT_CALCULATED]}
    with pytest.raises(SourceError) as refusal:
        table(xlsx({"S": HEAD + row(9, '<c r="F9"><f>1</f></c>')}))
    assert refusal.value.message == "Row 9 of sheet 'S' has a value where the header is blank: column 6."


def test_leading_blank_rows_and_columns_do_not_shift_it() -> None:
    rows = row(3, text("C3", "area"), text("D3", "value")) + row(4, text("C4", "x"), '<c r="D4" t="e"><v>#N/A</v></c>')
    assert refusal_of(xlsx({"Table 1": rows}), header_row=3) == told("#N/A", "D4")


def test_faults_of_a_later_batch_are_met() -> None:
    many = "".join(row(n, number(f"A{n}", n), number(f"B{n}", n)) for n in range(2, 50_020))
    book = xlsx({"S": HEAD + many + row(50_020, '<c r="B50020"><f>1</f></c>')})
    first, second = tables(book)
    assert (first.schema.metadata, second.num_rows) == (None, 19)
    assert refusal_of(book) == told(NOT_CALCULATED, "B50020", sheet="S")


def test_several_sheets_are_looked_through_each() -> None:
    good, bad = row(2, text("A2", "x"), number("B2", 1)), row(2, text("A2", "x"), '<c r="B2"><f>1</f></c>')
    book = xlsx({"T1": HEAD + good, "T2": HEAD + bad})
    assert refusal_of(book, sheets=["T1", "T2"]) == told(NOT_CALCULATED, sheet="T2")
    assert table(book, sheet="T1").num_rows == 1


UNREADABLE = {
    "an error of a newer Excel": (
        '<c r="B2" t="e"><v>#SPILL!</v></c>',
        "Cell B2 of sheet 'Table 1' holds the error #SPILL!, which keeps the sheet from being read.",
    ),
    "a number in CDATA": (
        '<c r="B2"><v><![CDATA[12]]></v></c>',
        "Cell B2 of sheet 'Table 1' has a comment or the like amid its value, so that it can't be read.",
    ),
    "a number with a comment in it": (
        '<c r="B2"><v>1<!-- thousand -->200</v></c>',
        "Cell B2 of sheet 'Table 1' has a comment or the like amid its value, so that it can't be read.",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_the_library_would_get_wrong_is_refused(case: str) -> None:
    cell, message = UNREADABLE[case]
    assert refusal_of(written(cell)) == (message, MEND_CURE)


def test_a_text_in_cdata_is_a_text() -> None:
    (found,) = tables(written('<c r="B2" t="inlineStr"><is><t><![CDATA[5]]></t></is></c>'))
    assert found["value"].to_pylist() == ["5"]


BINARY_UNREADABLE = {
    "an unknown error in xlsb": (
        xlsb([["area", "value"], ["x", Error(99)]]),
        "Cell B2 of sheet 'Table 1' holds an unknown error (number 99), which keeps the sheet from being read.",
    ),
    "an unknown error in xls": (
        xls([["area", "value"], ["x", Error(99)]]),
        "Cell B2 of sheet 'Table 1' holds an unknown error (number 99), which keeps the sheet from being read.",
    ),
}


@pytest.mark.parametrize("case", BINARY_UNREADABLE)
def test_unknown_errors_in_binary_workbooks(case: str) -> None:
    book, message = BINARY_UNREADABLE[case]
    assert refusal_of(book) == (message, MEND_CURE)


def test_formatted_text_of_an_old_kind_is_refused() -> None:
    book = xls([["area", "value"]]).replace(
        old_cell(0, 1, 0x0204, b"\x05\0\0value"), old_cell(0, 1, 0x00D6, b"\x05\0\0value")
    )
    assert refusal_of(book) == ("Cell B1 of sheet 'Table 1' holds text of a kind that can't be read.", MEND_CURE)


def test_a_0_that_an_old_workbook_asks_to_calculate_is_none() -> None:
    """What xlwt writes; a 0 without that wish is a 0."""
    assert refusal_of(xls([["area", "value"], ["x", Formula(0.0, is_open=True)]])) == told(NOT_CALCULATED)
    assert table(xls([["area", "value"], ["x", Formula(0.0)]]))["value"].to_pylist() == ["0"]
    assert table(xls([["area", "value"], ["x", Formula(4.0, is_open=True)]]))["value"].to_pylist() == ["4"]


def ods_with(cell: str) -> bytes:
    return ods(f"{ods_rows([['area', 'value']])}<table:table-row>{ods_cell('x')}{cell}</table:table-row>")


OPEN = {
    "a formula without a result": (ods_cell(Formula()), NOT_CALCULATED),
    "an error beside a 0, as older LibreOffices write it": (
        (
            '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">'
            "<text:p>#DIV/0!</text:p></table:table-cell>"
        ),
        "#DIV/0!",
    ),
    "an error of LibreOffice's own": (ods_cell(Formula(Error("Err:502"))), "Err:502"),
    "a kind without a value": (
        '<table:table-cell table:formula="of:=1" office:value-type="float"><text:p>1</text:p></table:table-cell>',
        NOT_CALCULATED,
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_cells_of_ods_that_would_be_blank_or_wrong(case: str) -> None:
    cell, text = OPEN[case]
    assert table(ods_with(cell))["value"].to_pylist() == [text]
    assert refusal_of(ods_with(cell)) == told(text)


CLOSED = {
    "a number": (ods_cell(Formula(2.5)), "2.5"),
    "a 0": (ods_cell(Formula(0.0)), "0"),
    "a text": (ods_cell(Formula("[x]")), "[x]"),
    "a blank text": (
        '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string" office:string-value=""/>',
        None,
    ),
}


@pytest.mark.parametrize("case", CLOSED)
def test_results_in_ods_are_read(case: str) -> None:
    cell, value = CLOSED[case]
    (found,) = tables(ods_with(cell))
    assert fit(found, DECLARED)["value"].to_pylist() == [value]


def test_repeated_faults_in_ods_are_each_in_their_place() -> None:
    def cells(content: str, times: int) -> str:
        return f'<table:table-row table:number-rows-repeated="{times}">{content}</table:table-row>'

    error = ods_cell(Error("#N/A"), ' table:number-columns-repeated="2"')
    rows = [["area", "a", "b", "c"], ["x", 1.0, 2.0, 3.0]]
    book = ods(ods_rows(rows) + cells(ods_cell("y") + error + ods_cell(9.0), 3) + ods_rows([["z", 4.0, 5.0, 6.0]]))
    assert table(book).to_pydict() == {
        "area": ["x", "y", "y", "y", "z"],
        "a": ["1", "#N/A", "#N/A", "#N/A", "4"],
        "b": ["2", "#N/A", "#N/A", "#N/A", "5"],
        "c": ["3", "9", "9", "9", "6"],
    }
    assert refusal_of(book, Column("b")) == told("#N/A", "C3", ", and 2 more below it", "b")


def test_tables_of_ods_are_told_apart() -> None:
    good, bad = [["area", "value"], ["x", 1.0]], [["area", "value"], ["x", Formula()]]
    book = ods(ods_rows(good), ods_rows(bad), ods_rows(good))
    assert [table(book, sheet=f"Table {n}")["value"][0].as_py() for n in (1, 2, 3)] == ["1", NOT_CALCULATED, "1"]


KINDS = st.sampled_from(["number", "text", "blank", "#N/A", "#REF!", "open"])


def drawn(place: str, kind: str) -> str:
    match kind:
        case "number":
            return f'<c r="{place}" s="1"><v>7</v></c>'
        case "text":
            return text(place, "x")
        case "blank":
            return f'<c r="{place}" s="1"/>'
        case "open":
            return f'<c r="{place}"><f>A1</f></c>'
    return f'<c r="{place}" t="e"><v>{kind}</v></c>'


SHOWN = {"number": "7", "text": "x", "blank": None, "open": NOT_CALCULATED}


@given(st.lists(st.lists(KINDS, min_size=30, max_size=30), min_size=1, max_size=6), st.booleans(), st.booleans())
def test_the_quick_look_and_the_parser_agree(rows: list[list[str]], spaced: bool, remark: bool) -> None:
    """White space before a name, or a comment, is more than the quick look knows, and leads to the parser."""
    lines = [[drawn(f"{letters(at)}{n}", kind) for at, kind in enumerate(kinds)] for n, kinds in enumerate(rows, 2)]
    head = row(1, *(text(f"{letters(at)}1", f"h{at}") for at in range(30)))
    sheet = worksheet(head + "".join(row(n, *cells) for n, cells in enumerate(lines, 2)))
    sheet = sheet.replace("<c r", "<c  r", 1) if spaced else sheet
    sheet = sheet.replace("</row>", "</row><!-- -->", 1) if remark else sheet
    found = table(xlsx({"S": sheet.encode()})).to_pylist()
    kept = [kinds for kinds in rows if set(kinds) != {"blank"}]
    assert found == [{f"h{at}": SHOWN.get(kind, kind) for at, kind in enumerate(kinds)} for kinds in kept]
