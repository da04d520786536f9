"""Real files of the sources, each against what pandas reads from the same bytes."""

import re

import pandas as pd
import pyarrow as pa
import pytest
from yhovi.connectors.base import Reading, SourceError
from yhovi.engine.read.readers import read
from yhovi.engine.read.rowset import RowSet

REFUSED = {
    "nomis/empty_body_NM_162_1_unknown_dimension_sex.csv": "The file is empty (0 bytes) where CSV was expected.",
    "nomis/empty_body_NM_17_5_only_invalid_measures.csv": "The file is empty (0 bytes) where CSV was expected.",
    "nomis/html_help_page_saved_as_csv.csv": "A web page or an XML message came where CSV was expected.",
    "nomis/not_found_json_saved_as_csv.csv": (
        'JSON came where CSV was expected: {"_response_info":{"status":"not found"}}'
    ),
    "ons/ashe_table8_5a_hourly_pay_gross_2025_provisional.csv": "Record 1 has bytes that are not utf-8.",
    "ons/gdhi_la_yorkshire_humber_1997_2022.xlsx": "A zip file or a workbook came where CSV was expected.",
    "sport_england/ActiveLivesOnline_export_climbing_by_age_trend.csv": (
        "Record 5 has 10 fields, but the header has 1."
    ),
}

CSV = {
    "els/gross-value-added.csv": {},
    "els/healthy-life-expectancy.csv": {},
    "ofcom/201909_fixed_laua_coverage_r01.csv": {},
    "ons/crime_csp_table_c2_year_ending_june_2025.csv": {"header_row": 8},
    "ons/wellbeing-local-authority_cmd_v3_yh_lads.csv": {},
    "sport_england/ActiveLivesOnline_export_climbing_by_age_trend.csv": {"header_row": 5, "names": {"1": "age"}},
}

NOMIS = [
    "NM_142_1_business_counts_kirklees_2025.csv",
    "NM_162_1_claimant_count_kirklees_2026-02.csv",
    "NM_17_5_aps_qualifications_kirklees_missing_values.csv",
    "NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv",
    "NM_189_1_bres_broad_industry_kirklees_2024.csv",
    "NM_189_1_bres_industry_section_wy_ny_lads_2015_2021_selected_columns.csv",
    "NM_189_1_bres_sic_sections_kirklees_2024.csv",
    "NM_2002_1_population_lad_region_2021_full_columns.csv",
    "NM_30_1_ashe_annual_pay_kirklees_2025.csv",
    "NM_31_1_population_kirklees_2024.csv",
    "NM_57_1_jobs_density_kirklees_2023.csv",
]

FINGERTIPS = ["indicators-CountyUA.data.csv", "indicators-DistrictUApre419.data.csv"]

GVA = "ons/gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx"
GARDENS = "ons/osprivateoutdoorspacereferencetables_april2020.xlsx"
GARDENS_READ = {"sheet": "LAD gardens", "header_row": [1, 2], "footer": "Source:"}

# how it is read, which sheet that should be, and how many rows its table has
WORKBOOKS = {
    GVA: ({"sheet": {"title": "current price"}, "header_row": 2}, "Table 3", 735),
    "ons/gva_populationestimatesbylocalauthority_2025edition.xlsx": (
        {"sheet": {"pattern": "Population.*"}, "footer": "Source:"},
        "Population data",
        361,
    ),
    "ons/gdhi_la_yorkshire_humber_1997_2022.xlsx": ({"sheet": {"pattern": "Table 3"}, "header_row": 2}, "Table 3", 15),
    "ons/regionalgrossdomesticproductlocalauthorities_2021.xlsx": (
        {"sheet": {"title": "(GDP) [note 1,2] at current market"}, "header_row": 2, "footer": "Note 1"},
        "Table 5",
        374,
    ),
    "ons/businessdemographyexceltables2024.xlsx": (
        {"sheet": "Table 1.1a", "header_row": 4, "names": {"1": "code", "2": "name"}},
        "Table 1.1a",
        432,
    ),
    "ons/aff1ratioofhousepricetoworkplacebasedearnings2024.xlsx": ({"sheet": "5c", "header_row": 2}, "5c", 318),
    GARDENS: (GARDENS_READ, "LAD gardens", 371),
    "desnz/sub-regional-fuel-poverty-2022-tables.xlsx": (
        {"sheet": "Table 2", "header_row": 3, "names": {"3": "county", "4": "district"}, "footer": "Back to contents"},
        "Table 2",
        352,
    ),
    "other/ons_privaterentalmarketstatistics221214.xlsx": (
        {"sheet": {"pattern": r"Table ?2\.7"}, "header_row": 7},
        "Table2.7",
        376,
    ),
    "other/File_10_IoD2019_LAD_Summaries_lower-tier.xlsx": ({"sheet": "IMD"}, "IMD", 317),
    "other/dluhc_council_tax_support_claimants_Q3_2022-23.ods": (
        {"sheet": "Table_4", "header_row": 4},
        "Table_4",
        344,
    ),
}


def table(path, reader, provenance=False, **options):
    with path.open("rb") as stream:
        return pa.concat_tables(list(read(stream, Reading(reader, options), provenance=provenance)))


def cells(found):
    """The rows of a table of text, as lists."""
    return [list(row.values()) for row in found.to_pylist()]


def expected_cells(frame, footer=None):
    """Rows as the readers promise them: cells stripped, blank ones null; no blank rows, and none from the footer on."""
    rows = [[text.strip() or None for text in row] for row in frame.values.tolist()]
    firsts = [next(filter(None, row), "") for row in rows]
    end = next((at for at, first in enumerate(firsts) if footer and first.startswith(footer)), len(rows))
    return [row for row in rows[:end] if any(row)]


def expected_header(names):
    return [re.sub(r"\s+", " ", name).strip() for name in names]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused(samples, name):
    with pytest.raises(SourceError) as refusal:
        table(samples / name, "csv")
    assert refusal.value.message == REFUSED[name]


@pytest.mark.parametrize("name", [*CSV, *(f"nomis/{name}" for name in NOMIS)])
def test_csv_has_the_values_that_pandas_reads(samples, name):
    options = CSV.get(name, {})
    frame = pd.read_csv(
        samples / name,
        dtype=str,
        keep_default_na=False,
        skiprows=options.get("header_row", 1) - 1,
        encoding="utf-8-sig",
    )
    found = table(samples / name, "csv", **options)
    assert cells(found) == expected_cells(frame)
    unnamed = len(options.get("names", {}))
    assert found.column_names[unnamed:] == expected_header(frame.columns)[unnamed:]


@pytest.mark.parametrize("name", FINGERTIPS)
def test_fingertips_has_the_values_that_pandas_reads(samples, name):
    path = samples / "fingertips" / name
    # pandas would take the first of 25 fields for an index where there are 26 headers, unless told not to
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, index_col=False).fillna("")
    found = table(path, "csv")
    assert found.column_names == expected_header(frame.columns)
    assert cells(found) == expected_cells(frame)


def test_fingertips_leaves_its_last_column_without_values(samples):
    found = table(samples / "fingertips" / "indicators-CountyUA.data.csv", "csv")
    assert (found.num_rows, found.num_columns) == (852, 26)
    assert found["Compared to goal"].null_count == 852


def test_a_line_feed_at_the_end_of_a_quoted_name_is_stripped(samples):
    path = samples / "fingertips" / "indicators-CountyUA.data.csv"
    assert b'\n",' in path.read_bytes()
    names = table(path, "csv")["Indicator Name"].to_pylist()
    assert [name for name in names if name != name.strip()] == []


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_has_the_values_that_pandas_reads(samples, name):
    options, sheet, rows = WORKBOOKS[name]
    header_row = options.get("header_row", 1)
    last = header_row if isinstance(header_row, int) else header_row[1]
    engine = "calamine" if name.endswith("ods") else "openpyxl"
    frame = pd.read_excel(
        samples / name, sheet_name=sheet, header=None, dtype=str, keep_default_na=False, engine=engine
    ).fillna("")
    frame = frame.loc[:, frame.ne("").any()]
    found = table(samples / name, "workbook", **options)
    assert cells(found) == expected_cells(frame.iloc[last:], options.get("footer"))
    assert found.num_rows == rows


@pytest.mark.parametrize("name", [name for name, (options, *_) in WORKBOOKS.items() if "names" not in options])
def test_headers_of_a_workbook(samples, name):
    options, sheet, _ = WORKBOOKS[name]
    found = table(samples / name, "workbook", provenance=True, **options)
    assert all(row.startswith(f"{sheet}!") for row in found["_row"].to_pylist())
    assert "" not in found.column_names


def test_merged_headings_are_joined_with_what_stands_below(samples):
    found = table(samples / GARDENS, "workbook", **GARDENS_READ)
    assert found.column_names[4:8] == [
        "LAD code",
        "LAD name",
        "Property type: Houses Address count",
        "Property type: Houses Adress with private outdoor space count",
    ]
    assert found.column_names[-1].startswith("Property type: Total ")


def test_rows_of_a_workbook_can_be_found_again(samples):
    options, _, _ = WORKBOOKS[GVA]
    found = table(samples / GVA, "workbook", provenance=True, **options).slice(0, 1).to_pylist()[0]
    assert {name: found[name] for name in ("LA code", "SIC07", "1998", "_row")} == {
        "LA code": "E06000010",
        "SIC07": "Total",
        "1998": "3023",
        "_row": "Table 3!3",
    }


def test_a_row_set_is_the_same_whole_and_in_halves(samples):
    """The hash knows rows, not the answers they came in."""
    found = table(samples / "nomis" / NOMIS[7], "csv")
    whole, halves = RowSet(), RowSet()
    whole.add(found)
    halves.add(found.slice(5_000))
    halves.add(found.slice(0, 5_000))
    assert (halves.rows, halves.hexdigest()) == (11_178, whole.hexdigest())
