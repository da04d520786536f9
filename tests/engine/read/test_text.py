"""Text made plain, and labels without footnote marks."""

import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yhovi.engine.read.text import cleaned, first_text, plain, texts, without_marks

PLAIN = {
    "nothing": ("", ""),
    "white space": (" \t\r\n", ""),
    "a line break": ("Police Force\nArea code", "Police Force Area code"),
    "no-break spaces": ("\u00a0North\u00a0\u00a0Yorkshire\u202f", "North Yorkshire"),
    "zero-width characters": ("\ufeffLeeds\u200b", "Leeds"),
    "a soft hyphen": ("Tyne\u00ad and Wear", "Tyne and Wear"),
    "other letters": ("Ynys M\u00f4n", "Ynys M\u00f4n"),
}


@pytest.mark.parametrize(("text", "expected"), PLAIN.values(), ids=PLAIN)
def test_plain(text, expected):
    assert plain(text) == expected


MARKED = {
    "a note": ("2023 [note 3]", "2023"),
    "a note below": ("2019\n[note 3]", "2019"),
    "notes": ("GDP [note 1][note 2]", "GDP"),
    "a note of several": ("GDP [Notes 1, 2]", "GDP"),
    "a note in the middle": ("GDP [note 1,2] at current prices", "GDP at current prices"),
    "revised": ("2023 [r]", "2023"),
    "provisional, noted": ("2023 [p] [note 4]", "2023"),
    "letters": ("2023 [a, b]", "2023"),
    "a number": ("Leeds [12]", "Leeds"),
    "a star": ("Leeds*", "Leeds"),
    "stars and daggers": ("Leeds **\u2020", "Leeds"),
    "a number in round brackets": ("2018(3)", "2018"),
    "numbers in round brackets": ("2018(3,4)", "2018"),
    "a raised figure": ("Median\u00b9", "Median"),
    "raised figures": ("2018\u00b9\u00b2", "2018"),
    "a raised figure behind an m": ("Term\u00b2", "Term"),
    "inside no-break spaces": ("2023\u00a0[note\u00a03]\u00a0", "2023"),
}

UNMARKED = {
    "a figure glued to a year": "20183",
    "a figure glued to a word": "of jobs2",
    "a number in brackets after a space": "Band (3)",
    "a unit in brackets": "Area (km2)",
    "a year in brackets": "Population(2021)",
    "ages in brackets": "Adults(16-64)",
    "a unit raised": "Area km\u00b2",
    "a unit raised alone": "Volume in m\u00b3",
    "a word in square brackets": "Total [thousand]",
    "a word that begins like note": "Total [noted]",
    "a mark that is all": "[x]",
    "stars that are all": "**",
}


@pytest.mark.parametrize(("text", "label"), MARKED.values(), ids=MARKED)
def test_footnote_marks_are_taken_off(text, label):
    assert without_marks(text) == label


@pytest.mark.parametrize("text", UNMARKED.values(), ids=UNMARKED)
def test_what_may_be_no_mark_stays(text):
    assert without_marks(text) == text


ODD = st.text(alphabet="ab1 \u00a0\u202f\u200b\u00ad\ufeff\n*[](\u00b2\u00e9")


@given(ODD)
def test_making_plain_twice_changes_nothing(text):
    assert plain(plain(text)) == plain(text)
    assert without_marks(without_marks(text)) == without_marks(text)


@given(st.lists(ODD | st.none(), min_size=1))
def test_cells_are_cleaned_as_python_would(cells):
    def expected(text):
        spaced = re.sub("[\u00a0\u202f]", " ", text)
        return re.sub("[\u200b\u00ad\ufeff]", "", spaced).strip() or None

    assert cleaned(pa.array(cells, pa.string())).to_pylist() == [(cell and expected(cell)) or None for cell in cells]


ODD_LETTERS = [chr(number) for number in range(0x80, 0x10000) if unicodedata.category(chr(number)) in {"Zs", "Cf"}]


@pytest.mark.parametrize("letter", ODD_LETTERS, ids=ascii)
def test_cells_and_headers_agree_about_odd_characters(letter):
    said = f"x{letter}y"
    assert cleaned(pa.array([said])).to_pylist() == [plain(said)]


def test_line_breaks_inside_cells_stay():
    assert cleaned(pa.array(["x\ny ", " \u00a0"])).to_pylist() == ["x\ny", None]


def test_where_a_row_begins():
    assert first_text(["", " \u200b", " Source:\u00a0ONS"]) == "Source: ONS"
    assert first_text([" ", ""]) == ""
    assert texts(["", "a", " ", "b\n"]) == ["a", "b"]
