"""Recordings that are workbooks: published figures in their cells, and the look of the real ones."""

import pytest

from support.figures import EMPLOYMENT_2023, GVA_2023

pytestmark = pytest.mark.untraced

DISTRICTS = set(EMPLOYMENT_2023)
SHEETS = [f"Table {number}{part}" for number in ("1.1", "2.1", "3.1", "7.1", "7.3") for part in "abcd"]
SURVIVAL = [f"Table 5.1{part}" for part in "abcde"]
INDUSTRIES = ("Total", "C (10-33)", "J (58-63)", "K (64-66)", "M (69-75)")
OLD = {f"E0700016{number}" for number in range(3, 10)} | {"E10000023"}


@pytest.fixture(scope="module")
def gva(recordings, cells):
    """The sheets of gross value added, as rows of cells."""
    return cells(recordings / "ons" / "gva-industry-la-tle" / "data.xlsx")


@pytest.fixture(scope="module")
def businesses(recordings, cells):
    """The sheets of business demography, as rows of cells."""
    return cells(recordings / "ons" / "business-demography" / "data.xlsx")


def test_gross_value_added_is_the_published_one(gva):
    assert {row[1]: row[-1] for row in gva["Table 3"] if row[3] == "Total"} == GVA_2023
    assert sum(GVA_2023.values()) == 163_825


def test_the_workbook_opens_with_other_sheets(gva):
    assert list(gva) == ["Correction", "Information", "Contents", "Notes", "Table 1", "Table 2", "Table 3", "Table 4"]


def test_a_table_ends_in_blank_rows(gva):
    for number in range(1, 5):
        table = gva[f"Table {number}"]
        assert len(table) == 2 + 15 * len(INDUSTRIES) + 5
        assert {cell for row in table[-5:] for cell in row} == {None}


def test_the_tables_look_like_the_real_ones(samples, gva, cells):
    """Titles, headers and the rows that were taken over are the same, cell by cell, types too."""
    real = cells(samples / "ons" / "gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx")
    for number in range(1, 5):
        rows_of_some = [row for row in real[f"Table {number}"][2:] if row[3] in INDUSTRIES]
        expected = [*real[f"Table {number}"][:2], *rows_of_some]
        assert list(map(repr, gva[f"Table {number}"][:-5])) == list(map(repr, expected))
    assert gva["Contents"] == [row for row in real["Contents"] if row[0]]


def test_businesses_open_with_other_sheets(businesses):
    assert list(businesses) == ["Cover", "Contents", "Notes", *sorted([*SHEETS, *SURVIVAL])]


@pytest.mark.parametrize("sheet", SHEETS)
def test_codes_and_names_have_no_header_and_the_sheet_ends_in_blank_rows(businesses, sheet):
    years = {"a": (2019,), "b": (2020,), "c": (2021, 2022, 2023), "d": (2024,)}[sheet[-1]]
    if sheet == "Table 1.1c":
        years = ("2021", 2022, 2023)
    assert businesses[sheet][3] == (None, None, *years)
    assert {cell for row in businesses[sheet][-5:] for cell in row} == {None}


@pytest.mark.parametrize("sheet", SHEETS)
def test_codes_are_those_of_their_year_and_end_in_a_blank_where_years_are_together(businesses, sheet):
    found = {row[0] for row in businesses[sheet][4:-5]}
    assert all(code.endswith(" ") == (sheet[-1] == "c") for code in found)
    codes = {code.strip() for code in found}
    assert (codes >= OLD, "E06000065" in codes) == ((False, True) if sheet[-1] == "d" else (True, False))
    assert codes >= DISTRICTS - {"E06000065"}
    assert codes >= {"K02000001", "E92000001", "E12000003", "E11000003", "E11000006"}


PUBLISHED = {
    ("Table 1.1d", "E06000065"): (2400,),
    ("Table 1.1d", "E08000035"): (3755,),
    ("Table 3.1d", "E06000065"): (28735,),
    ("Table 3.1d", "E08000035"): (32105,),
    ("Table 1.1a", "E10000023"): (2535,),
    ("Table 3.1c", "E10000023 "): (28710, 29080, 28970),
    ("Table 1.1c", "E12000003 "): (24985, 25895, 22280),
    ("Table 2.1d", "E06000065"): (2540,),
    ("Table 7.1d", "E08000016"): (40,),
    ("Table 7.3d", "E08000016"): (770,),
}


@pytest.mark.parametrize(("place", "counts"), PUBLISHED.items(), ids=map(str, PUBLISHED))
def test_businesses_are_the_published_ones(businesses, place, counts):
    sheet, code = place
    (row,) = [row for row in businesses[sheet] if row[0] == code]
    assert row[2:] == counts


def test_an_asterisk_marks_some_names(businesses):
    for sheet in ("Table 2.1c", "Table 3.1c"):
        assert {row[1] for row in businesses[sheet] if "*" in str(row[1])} == {"Leeds*"}


def test_the_old_county_is_its_districts(businesses):
    """To the rounding of each."""
    for sheet in ("Table 1.1c", "Table 2.1c", "Table 3.1c", "Table 7.1c", "Table 7.3c"):
        found = {row[0].strip(): row[2:] for row in businesses[sheet][4:-5]}
        for year in range(3):
            parts = sum(found[code][year] for code in OLD - {"E10000023"})
            assert abs(parts - found["E10000023"][year]) <= 20


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_tables_of_businesses_look_like_the_real_ones(samples, businesses, cells, sheet):
    """Title, header and the rows that were taken over are the same, cell by cell, types too."""
    made = businesses[sheet][:-5]
    sample = cells(samples / "ons" / "businessdemographyexceltables2024.xlsx")
    real = {repr(row[: len(made[0])]) for row in sample[sheet]}
    assert [row[0] for row in made if repr(row) not in real] == ["One table on this sheet"]


@pytest.mark.parametrize("sheet", SURVIVAL)
def test_the_tables_of_survival_look_like_the_real_ones(samples, businesses, cells, sheet):
    """Percentages are numbers here, and partly formulas there; once they aren't those of the counts."""
    made = businesses[sheet][:-5]
    sample = cells(samples / "ons" / "businessdemographyexceltables2024.xlsx")
    counted = [0, 1, 2, 3, 5, 7, 9, 11]
    real = {repr([row[place] for place in counted]) for row in sample[sheet]}
    assert [row[0] for row in made if repr([row[place] for place in counted]) not in real] == [
        "One table on this sheet"
    ]
    assert made[3] == sample[sheet][3][: len(made[3])]
    for row in made[4:]:
        for place in counted[3:]:
            expected = ":" if row[place] == ":" else pytest.approx(row[place] / row[2] * 100, rel=1e-12)
            assert row[place + 1] == expected


@pytest.fixture(scope="module")
def product(recordings, cells):
    """The sheets of gross domestic product, as rows of cells."""
    return cells(recordings / "ons" / "gdp-la" / "data.xlsx")


def test_gross_domestic_product_opens_with_other_sheets(product):
    assert list(product) == ["Correction", "Information", "Table 5", "Table 6", "Table 7"]


@pytest.mark.parametrize(
    "table", ["Table 7", *(pytest.param(f"Table {number}", marks=pytest.mark.nightly) for number in (5, 6))]
)
def test_the_tables_of_gross_domestic_product_look_like_the_real_ones(samples, product, cells, table):
    """Title, header and the rows that were taken over are the same, cell by cell, types too; then notes follow."""
    real = cells(samples / "ons" / "regionalgrossdomesticproductlocalauthorities_2021.xlsx")[table]
    expected = [*real[:2], *(row for row in real if row[0] == "Yorkshire and The Humber")]
    made = product[table]
    assert list(map(repr, made[:23])) == list(map(repr, expected))
    assert {cell for row in made[23:24] for cell in row} == {None}
    assert made[24][0].startswith("Note 1 ")


@pytest.fixture(scope="module")
def productivity(recordings, tmp_path_factory, cells):
    """The sheets of productivity, as rows of cells, by a name that openpyxl opens."""
    file = tmp_path_factory.mktemp("productivity") / "data.xlsx"
    file.write_bytes((recordings / "ons" / "productivity-lad" / "data.xls").read_bytes())
    return cells(file)


@pytest.mark.parametrize(("sheet", "first", "leeds"), [("A3", 2004, 41.47), ("B3", 2002, 66027)])
def test_productivity_stands_below_four_lines(productivity, sheet, first, leeds):
    header, *rows = productivity[sheet][4:]
    assert header == ("LAD_Code", "LAD_Name", *(f"Pounds_{year}" for year in range(first, 2024)))
    assert [row[0] for row in rows] == list(EMPLOYMENT_2023)
    assert {row[1]: row[-1] for row in rows}["Leeds"] == leeds


def test_births_by_quarter_are_those_of_a_year_in_four_parts(recordings, businesses, cells):
    """All made up, but for what they add up to, and rounded to five."""
    made = cells(recordings / "ons" / "business-demography-quarterly" / "data.xlsx")
    assert list(made) == ["Cover", "Notes", "Births 2022-2023", "Births 2024", "Deaths 2022-2023", "Deaths 2024"]
    assert made["Births 2024"][3] == ("Geography", "Q1 2024", "Q2 2024", "Q3 2024", "Q4 2024")
    found = {row[0]: row[1:] for row in made["Births 2024"][4:]}
    assert sum(found["E08000035 : Leeds"]) == pytest.approx(3755, abs=10)
    assert found["Unspecified"] == (0, 0, 0, 0)
    assert {count % 5 for counts in found.values() for count in counts} == {0}
