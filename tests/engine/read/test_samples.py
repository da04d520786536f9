"""Every real file of the sources: what is read is what pandas reads from the same cells, or a sentence says why not."""

import json
import math
import re
from functools import cache

import pandas as pd
import pytest
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read
from yhovi.engine.read.rowset import RowSet

pytestmark = pytest.mark.untraced

FOLDERS = ("nomis", "ons", "fingertips", "ofcom", "desnz", "sport_england", "els", "other", "files")

PLAIN_CSV = {
    "els/children-in-relative-poverty.csv",
    "els/employment-rate_yh.csv",
    "els/greenhouse-gas-emissions.csv",
    "els/gross-value-added.csv",
    "els/healthy-life-expectancy.csv",
    "els/housing-affordability-ratio.csv",
    "nomis/NM_142_1_business_counts_kirklees_2025.csv",
    "nomis/NM_162_1_claimant_count_kirklees_2026-02.csv",
    "nomis/NM_17_5_aps_qualifications_kirklees_missing_values.csv",
    "nomis/NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv",
    "nomis/NM_189_1_bres_broad_industry_kirklees_2024.csv",
    "nomis/NM_189_1_bres_industry_section_wy_ny_lads_2015_2021_selected_columns.csv",
    "nomis/NM_189_1_bres_sic_sections_kirklees_2024.csv",
    "nomis/NM_2002_1_population_lad_region_2021_full_columns.csv",
    "nomis/NM_30_1_ashe_annual_pay_kirklees_2025.csv",
    "nomis/NM_31_1_population_kirklees_2024.csv",
    "nomis/NM_57_1_jobs_density_kirklees_2023.csv",
    "ofcom/201909_fixed_laua_coverage_r01.csv",
    "ofcom/202009_fixed_laua_coverage_r01.csv",
    "ofcom/202109_fixed_laua_coverage_r01.csv",
    "ofcom/202109_mobile_laua_r01.csv",
    "ofcom/202209_fixed_laua_coverage_r02.csv",
    "ofcom/202209_mobile_laua_r01.csv",
    "ons/wellbeing-local-authority_cmd_v3_yh_lads.csv",
    "fingertips/indicators-CountyUA.data.csv",
    "fingertips/indicators-DistrictUApre419.data.csv",
}

ASHE = {
    "encoding": "cp1252",
    "header": {"labels": ["Description", "Code"], "rows": 3},
    "columns": ["A", "Q"],
    "duplicates": "number",
    "footer": ["a  Employees"],
}

# how it is read; the first and the last row of the table that it should be, and its columns
LAID_OUT_CSV = {
    "ons/ashe_table8_5a_hourly_pay_gross_2025_provisional.csv": (ASHE, (6, 401), 17),
    "ons/ashe_table8_7a_annual_pay_gross_2025_provisional.csv": (ASHE, (6, 401), 17),
    "ons/crime_csp_table_c2_year_ending_june_2025.csv": (
        {"header": {"labels": ["Police Force Area code", "Local Authority name"]}},
        (9, 407),
        29,
    ),
    "sport_england/ActiveLivesOnline_export_climbing_by_age_trend.csv": (
        {"header": {"labels": ["Nov 15-16", "Nov 23-24"]}, "names": {"1": "age"}},
        (6, 13),
        10,
    ),
}

T19 = "nomis/nomis_webquery_aps_T19_nvq_by_lad_2021.xlsx"
GVA = "ons/gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx"
GARDENS = "ons/osprivateoutdoorspacereferencetables_april2020.xlsx"
BIRTHS = "ons/businessdemographyexceltables2024.xlsx"
SUPPORT = "other/dluhc_council_tax_support_claimants_Q3_2022-23.ods"
RENTS = "other/ons_privaterentalmarketstatistics221214.xlsx"

# how it is read; of each sheet that should be, the first and the last row of its table
WORKBOOKS = {
    "stacked blocks": (
        T19,
        {
            "header_row": [4, 5],
            "until_blank_row": True,
            "blocks": {"begins": "date", "labels": {"Date": "date", "Confidence": "confidence"}},
        },
        {"Data": (9, 356)},
    ),
    "stacked blocks, by labels and footer": (
        T19,
        {
            "header": {"labels": ["Area"], "rows": 2},
            "footer": ["! Estimate"],
            "blocks": {"begins": {"pattern": "date"}, "labels": {"Date": "date"}},
        },
        {"Data": (9, 357)},
    ),
    "by its title": (GVA, {"sheet": {"title": "current price"}, "header_row": 2}, {"Table 3": (3, 737)}),
    "a sheet and a footer": (
        "ons/gva_populationestimatesbylocalauthority_2025edition.xlsx",
        {"sheet": {"pattern": "Population.*"}, "header": {"labels": ["LA code"]}, "footer": "Source:"},
        {"Population data": (2, 362)},
    ),
    "two sheets, thousands of blank rows": (
        "ons/gdhi_la_yorkshire_humber_1997_2022.xlsx",
        {"sheets": ["Table 3", "Table 1"], "header": {"labels": ["LAD code", "Region name"]}},
        {"Table 3": (3, 17), "Table 1": (3, 17)},
    ),
    "thirteen tables": (
        "ons/regionalgrossdomesticproductlocalauthorities_2021.xlsx",
        {"sheet": {"title": "(GDP) [note 1,2] at current market"}, "header_row": 2, "footer": "Note 1"},
        {"Table 5": (3, 376)},
    ),
    "a sheet for each time": (
        BIRTHS,
        {
            "sheets": {"pattern": r"Table 1\.1[a-d]"},
            "header_row": 4,
            "names": {"1": "code", "2": "name"},
            "sheet_column": "Sheet",
        },
        {"Table 1.1a": (5, 436), "Table 1.1b": (5, 432), "Table 1.1c": (5, 426), "Table 1.1d": (5, 410)},
    ),
    "a ratio": (
        "ons/aff1ratioofhousepricetoworkplacebasedearnings2024.xlsx",
        {"sheet": "5c", "header": {"labels": ["Local authority code", "Region name"]}},
        {"5c": (3, 320)},
    ),
    "merged headings by their rows": (
        GARDENS,
        {"sheet": "LAD gardens", "header_row": [1, 2], "footer": "Source:"},
        {"LAD gardens": (3, 373)},
    ),
    "merged headings by labels": (
        GARDENS,
        {"sheet": "Region gardens", "header": {"labels": ["Region code"], "rows": 2}, "footer": "Source:"},
        {"Region gardens": (3, 14)},
    ),
    "a name in three columns": (
        "desnz/sub-regional-fuel-poverty-2022-tables.xlsx",
        {
            "sheet": "Table 2",
            "header": {"labels": ["Area Codes", "Area names"]},
            "names": {"3": "county", "4": "district"},
            "footer": ["Back to contents"],
            "fill_down": ["Area names"],
        },
        {"Table 2": (4, 355)},
    ),
    "from column B": (
        RENTS,
        {
            "sheet": {"pattern": r"Table ?2\.7"},
            "header": {"labels": ["Area", "Median"]},
            "footnotes": True,
            "until_blank_row": True,
        },
        {"Table2.7": (8, 365)},
    ),
    "trailing spaces in headers": (
        "other/File_10_IoD2019_LAD_Summaries_lower-tier.xlsx",
        {"sheet": "IMD", "header": {"labels": ["Local Authority District code (2019)"]}},
        {"IMD": (2, 318)},
    ),
    "ods": (
        SUPPORT,
        {"sheets": {"pattern": "Table_[23]"}, "header": {"labels": ["E-code", "ONS Code"]}},
        {"Table_2": (5, 348), "Table_3": (5, 348)},
    ),
    "a row of codes below the header": (
        "files/ons_output_in_construction_apr2023.xlsx",
        {"sheet": "Table 4", "header": {"labels": ["Time period"]}, "after_header": 1},
        {"Table 4": (8, 508)},
    ),
    "three rows of codes below the header": (
        "files/ons_output_in_construction_apr2023.xlsx",
        {"sheets": {"pattern": "Table 3[ab]"}, "header": {"labels": ["Time period"]}, "after_header": 3},
        {"Table 3a": (9, 296), "Table 3b": (9, 282)},
    ),
    "footnotes below a blank row": (
        "files/ons_coronavirus_loneliness_jun2020.xlsx",
        {
            "sheets": ["2.5 Life affected", "1.4 Loneliness by sex"],
            "header": {"labels": ["All People"]},
            "names": {"1": "what"},
            "until_blank_row": True,
        },
        {"2.5 Life affected": (7, 54), "1.4 Loneliness by sex": (7, 9)},
    ),
}

# pandas takes five seconds to open the gardens; another sheet of theirs is read by day
CASES = [
    pytest.param(case, marks=pytest.mark.nightly if case == "merged headings by labels" else ()) for case in WORKBOOKS
]

JSON = {
    "ons/api_beta_datasets_listing_2026-02-07.json": "items",
    "nomis/NM_2021_1.def.sdmx.json": "structure.keyfamilies.keyfamily",
}

NO_RECORDS = (
    "Say in read: records which names lead to the list of records, with dots between them: data.items.",
    "The file is no list of records but an object with '_note', 'ess-beta-metadata'.",
)
EMPTY = (
    "Check the query or the download: some sources answer a wrong question with nothing.",
    "The file is empty (0 bytes) where CSV was expected.",
)
BELOW = "A value with a comma and no quotation marks does this, or a header in another row (read: header_row)."

REFUSED = {
    "nomis/empty_body_NM_162_1_unknown_dimension_sex.csv": ("csv", *EMPTY),
    "nomis/empty_body_NM_17_5_only_invalid_measures.csv": ("csv", *EMPTY),
    "nomis/html_help_page_saved_as_csv.csv": (
        "csv",
        "Open the file to see what it says: moved, blocked, or a wrong query.",
        "A web page or an XML message came where CSV was expected.",
    ),
    "nomis/not_found_json_saved_as_csv.csv": (
        "csv",
        "Check the query against the source.",
        'JSON came where CSV was expected: {"_response_info":{"status":"not found"}}',
    ),
    "ons/ashe_table8_5a_hourly_pay_gross_2025_provisional.csv": (
        "csv",
        "Say how the file is written, for example read: encoding: cp1252.",
        "Record 1 has bytes that are not utf-8.",
    ),
    "ons/gdhi_la_yorkshire_humber_1997_2022.xlsx": (
        "csv",
        "Say read: member for a file inside a zip, or read: format: workbook.",
        "A zip file or a workbook came where CSV was expected.",
    ),
    "sport_england/ActiveLivesOnline_export_climbing_by_age_trend.csv": (
        "csv",
        BELOW,
        "Record 5 has 10 fields, but the header has 1.",
    ),
    SUPPORT: (
        "workbook",
        "Make read: sheet fit exactly one.",
        (
            "More than one sheet can be chosen without saying read: sheet: 'Cover', 'Contents', 'Notes', 'Table_1', "
            "'Table_2', 'Table_3', 'Table_4'."
        ),
    ),
    "els/housing-affordability-ratio.json": ("json", *NO_RECORDS),
    "els/children-in-relative-poverty.json": ("json", *NO_RECORDS),
    "els/greenhouse-gas-emissions.json": ("json", *NO_RECORDS),
    "els/healthy-life-expectancy.json": ("json", *NO_RECORDS),
    "els/gross-value-added.json": ("json", *NO_RECORDS),
}


def tables(path, reader, provenance=False, **options):
    with path.open("rb") as stream:
        return list(read(stream, Reading(reader, options), provenance=provenance))


def plain(text):
    """What the readers promise of a cell: stripped, with ordinary spaces; a blank one is null."""
    return re.sub("[\u200b\u200e\ufeff]", "", re.sub("[\u00a0\u202f]", " ", text)).strip() or None


def columns_of(found, added=()):
    """The cells of a table's columns, less those that the reader added."""
    return [found[name].to_pylist() for name in found.column_names if name not in {*added, "_row"}]


def expected_columns(grid, rows):
    """What a table in those rows of a sheet holds, the rows counted from 1: no blank rows, and no blank columns."""
    cells = [[plain(text) for text in row] for row in grid[rows[0] - 1 : rows[1]]]
    kept = list(zip(*[row for row in cells if any(row)], strict=True))
    return [list(column) for column in kept]


@cache
def csv_grid(path, encoding="utf-8-sig"):
    """All cells of a CSV as pandas reads them, in rows of one length."""
    with path.open(encoding=encoding) as text:
        width = max(line.count(",") for line in text) + 1
    frame = pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        header=None,
        names=range(width),
        encoding=encoding,
        skip_blank_lines=False,
        index_col=False,
    )
    return frame.fillna("").values.tolist()


@cache
def sheet_grid(path, sheet):
    """All cells of a sheet as pandas reads them."""
    engine = "calamine" if path.suffix == ".ods" else "openpyxl"
    frame = pd.read_excel(path, sheet_name=sheet, header=None, dtype=str, keep_default_na=False, engine=engine)
    return frame.fillna("").values.tolist()


def without_blank(columns):
    return [column for column in columns if any(column)]


def test_no_sample_is_left_out(samples):
    files = {path.relative_to(samples).as_posix() for folder in FOLDERS for path in (samples / folder).rglob("*.*")}
    tested = {*PLAIN_CSV, *LAID_OUT_CSV, *JSON, *REFUSED, *(name for name, *_ in WORKBOOKS.values())}
    assert files - tested == set()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused(samples, name):
    reader, cure, message = REFUSED[name]
    with pytest.raises(SourceError) as refusal:
        tables(samples / name, reader)
    assert (refusal.value.cure, refusal.value.message) == (cure, message)


@pytest.mark.parametrize("name", sorted(PLAIN_CSV))
def test_csv_has_the_values_that_pandas_reads(samples, name):
    grid = csv_grid(samples / name)
    (found,) = tables(samples / name, "csv")
    assert without_blank(columns_of(found)) == without_blank(expected_columns(grid, (2, len(grid))))
    assert found.column_names == [" ".join(text.split()) for text in grid[0] if text]
    assert found.num_rows == len(grid) - 1


@pytest.mark.parametrize("name", LAID_OUT_CSV)
def test_csv_with_more_than_its_table(samples, name):
    options, rows, width = LAID_OUT_CSV[name]
    grid = [row[:width] for row in csv_grid(samples / name, options.get("encoding", "utf-8-sig"))]
    (found,) = tables(samples / name, "csv", provenance=True, **options)
    assert columns_of(found) == expected_columns(grid, rows)
    assert (found["_row"][0].as_py(), found["_row"][-1].as_py()) == (str(rows[0]), str(rows[1]))
    assert found.num_columns == width + 1


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.parametrize("case", CASES)
def test_a_workbook_has_the_values_that_pandas_reads(samples, case):
    name, options, sheets = WORKBOOKS[case]
    added = [options.get("sheet_column"), *options.get("blocks", {}).get("labels", ())]
    batches = tables(samples / name, "workbook", provenance=True, **options)
    assert len(batches) == len(sheets)
    for found, (sheet, rows) in zip(batches, sheets.items(), strict=True):
        expected = without_blank(expected_columns(sheet_grid(samples / name, sheet), rows))
        if "fill_down" in options:
            expected[1] = pd.Series(expected[1]).ffill().tolist()
        assert without_blank(columns_of(found, added)) == expected
        marks = found["_row"].to_pylist()
        assert marks[0] == f"{sheet}!{rows[0]}"
        assert all(mark.startswith(f"{sheet}!") for mark in marks)


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.parametrize("case", CASES)
def test_provenance_points_at_the_cell(samples, case):
    name, options, sheets = WORKBOOKS[case]
    batches = tables(samples / name, "workbook", provenance=True, **options)
    for found, sheet in zip(batches, sheets, strict=True):
        grid = sheet_grid(samples / name, sheet)
        held = {header: letters for header, letters in json.loads(found.schema.metadata[b"columns"]) if letters}
        last = found.slice(found.num_rows - 1).to_pylist()[0]
        row = int(last["_row"].partition("!")[2])
        shown = [plain(grid[row - 1][position(letters)]) for letters in held.values()]
        assert shown == [None if header in options.get("fill_down", ()) else last[header] for header in held]


def position(letters):
    first, second = letters.rjust(2, "@")
    return (ord(first) - 64) * 26 + ord(second) - 65


def test_blocks_are_told_apart_by_their_labels(samples):
    name, options, _ = WORKBOOKS["stacked blocks"]
    (found,) = tables(samples / name, "workbook", **options)
    assert found.column_names[:4] == [
        "Area",
        "T19:2 (Total - All people aged 16-64 : NVQ1 ) number",
        "T19:2 (Total - All people aged 16-64 : NVQ1 ) Flags",
        "T19:2 (Total - All people aged 16-64 : NVQ1 ) conf",
    ]
    assert set(found["Date"].to_pylist()) == {"Jan 2021-Dec 2021"}
    assert set(found["Confidence"].to_pylist()) == {"95% confidence interval (+/-)"}


def test_a_footer_that_is_no_row_of_the_table_is_not_read(samples):
    name, options, _ = WORKBOOKS["stacked blocks, by labels and footer"]
    (found,) = tables(samples / name, "workbook", **options)
    assert (found.num_rows, found["Area"][-1].as_py()) == (348, "lep:Leeds City Region")


def test_year_columns_differ_between_sheets(samples):
    name, options, _ = WORKBOOKS["a sheet for each time"]
    assert [batch.column_names for batch in tables(samples / name, "workbook", **options)] == [
        ["code", "name", "2019", "Sheet"],
        ["code", "name", "2020", "Sheet"],
        ["code", "name", "2021", "2022", "2023", "Sheet"],
        ["code", "name", "2024", "Sheet"],
    ]


def test_the_headers_of_earnings(samples):
    name = "ons/ashe_table8_7a_annual_pay_gross_2025_provisional.csv"
    (found,) = tables(samples / name, "csv", **ASHE)
    assert found.column_names[2:9] == [
        "Number of jobsb (thousand)",
        "Median",
        "Annual percentage change",
        "Mean",
        "Annual percentage change (2)",
        "Percentiles 10",
        "20",
    ]


def test_merged_headings_are_joined_with_what_stands_below(samples):
    name, options, _ = WORKBOOKS["merged headings by their rows"]
    (found,) = tables(samples / name, "workbook", **options)
    assert found.column_names[4:8] == [
        "LAD code",
        "LAD name",
        "Property type: Houses Address count",
        "Property type: Houses Adress with private outdoor space count",
    ]
    assert found.column_names[-1].startswith("Property type: Total ")


@pytest.mark.parametrize("name", JSON)
def test_json_has_the_values_that_pandas_reads(samples, name):
    said = json.loads((samples / name).read_text(encoding="utf-8"))
    for step in JSON[name].split("."):
        said = said[step]
    frame = pd.json_normalize(said)
    (found,) = tables(samples / name, "json", records=JSON[name])
    assert sorted(found.column_names) == sorted(frame.columns)
    for header in frame.columns:
        assert found[header].to_pylist() == [as_text(cell) for cell in frame[header]]


def as_text(cell):
    match cell:
        case list():
            return json.dumps(cell, ensure_ascii=False)
        case float():
            return None if math.isnan(cell) else f"{cell:g}"
    return plain(str(cell))


def test_fingertips_leaves_its_last_column_without_values(samples):
    (found,) = tables(samples / "fingertips" / "indicators-CountyUA.data.csv", "csv")
    assert (found.num_rows, found.num_columns) == (852, 26)
    assert found["Compared to goal"].null_count == 852


def test_a_line_feed_at_the_end_of_a_quoted_name_is_stripped(samples):
    path = samples / "fingertips" / "indicators-CountyUA.data.csv"
    assert b'\n",' in path.read_bytes()
    (found,) = tables(path, "csv")
    assert [name for name in found["Indicator Name"].to_pylist() if name != name.strip()] == []


def test_a_row_set_is_the_same_whole_and_in_halves(samples):
    """The hash knows rows, not the answers they came in."""
    (found,) = tables(samples / "nomis" / "NM_2002_1_population_lad_region_2021_full_columns.csv", "csv")
    whole, halves = RowSet(), RowSet()
    whole.add(found)
    halves.add(found.slice(5_000))
    halves.add(found.slice(0, 5_000))
    assert (halves.rows, halves.hexdigest()) == (11_178, whole.hexdigest())
