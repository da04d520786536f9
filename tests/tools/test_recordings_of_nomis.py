"""Recordings of Nomis: published figures in their places, and the look of real answers."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from support.figures import EMPLOYMENT_2023

pytestmark = pytest.mark.untraced

DISTRICTS = tuple(EMPLOYMENT_2023)
AREAS = {*DISTRICTS, "E12000003", "E92000001"}
MISSING = ("Q", "These figures are missing.")
YEARS = tuple(str(year) for year in range(2015, 2024))

# rows, measures, and the dates of each answer
ANSWERS = {
    "nomis/NM_17_5/data.csv": (4, {f"{year}-12" for year in range(2004, 2024)}),
    "nomis/NM_162_1/data.csv": (
        1,
        {f"{year}-{month:02}" for year in range(2023, 2027) for month in range(1, 13)}
        - {f"2026-{month:02}" for month in range(3, 13)},
    ),
    "nomis/NM_2002_1/all-ages/data.csv": (1, set(YEARS)),
    "nomis/NM_2002_1/aged-16-to-64/data.csv": (1, set(YEARS)),
}


@pytest.mark.parametrize(("name", "expected"), ANSWERS.items(), ids=ANSWERS)
def test_nomis_counts_its_rows(rows, name, expected):
    found = rows(name)
    measures, dates = expected
    assert len(found) == 17 * measures * len(dates)
    assert [row["RECORD_OFFSET"] for row in found] == [str(number) for number in range(len(found))]
    assert {row["RECORD_COUNT"] for row in found} == {str(len(found))}
    assert len({row["URN"] for row in found}) == len(found)


@pytest.mark.parametrize(("name", "expected"), ANSWERS.items(), ids=ANSWERS)
def test_nomis_has_every_area_date_and_measure_once(rows, name, expected):
    found = Counter((row["GEOGRAPHY_CODE"], row["DATE"], row["MEASURES"]) for row in rows(name))
    assert set(found.values()) == {1}
    assert {code for code, _, _ in found} == AREAS
    assert {date for _, date, _ in found} == expected[1]


@pytest.mark.parametrize("name", ANSWERS)
def test_nomis_says_of_a_blank_that_it_is_missing(rows, name):
    for row in rows(name):
        assert (row["OBS_VALUE"] == "") == ((row["OBS_STATUS"], row["OBS_STATUS_NAME"]) == MISSING)


@pytest.mark.parametrize(("code", "published"), EMPLOYMENT_2023.items(), ids=EMPLOYMENT_2023)
def test_employment_rates_are_the_published_ones(rows, code, published):
    found = {
        row["MEASURES_NAME"]: row["OBS_VALUE"]
        for row in rows("nomis/NM_17_5/data.csv")
        if (row["GEOGRAPHY_CODE"], row["DATE"]) == (code, "2023-12")
    }
    value, half = float(found["Variable"]), float(found["Confidence"])
    assert (value, round(value - half, 1), round(value + half, 1)) == published
    assert (found["Numerator"], found["Denominator"]) == ("", "")


def said(found, code, date):
    (row,) = [row for row in found if (row["GEOGRAPHY_CODE"], row["DATE"]) == (code, date)]
    return row["OBS_VALUE"]


def test_one_claimant_rate_is_the_published_one(rows):
    assert said(rows("nomis/NM_162_1/data.csv"), "E08000034", "2026-02") == "4.7"


def test_made_up_claimant_rates_have_one_decimal_and_go_smoothly(rows):
    for code in AREAS:
        series = [row["OBS_VALUE"] for row in rows("nomis/NM_162_1/data.csv") if row["GEOGRAPHY_CODE"] == code]
        assert all(re.fullmatch(r"[1-9]\.[0-9]", value) for value in series)
        steps = [float(later) - float(one) for one, later in pairwise(series)]
        assert max(map(abs, steps)) < 0.15


def test_a_month_has_its_name_and_its_number_in_the_names_of_cells(rows):
    (row,) = [row for row in rows("nomis/NM_162_1/data.csv") if row["RECORD_OFFSET"] == "187"]
    assert (row["DATE"], row["DATE_NAME"], row["DATE_SORTORDER"]) == ("2023-12", "December 2023", "11")
    assert row["URN"] == f"Nm-162d1d{2023 * 16 + 12}e0d1778384906d0d0d0d2d20100"


def test_one_count_of_enterprises_is_the_sum_of_the_published_sections(rows, samples):
    assert said(of_all_sizes(rows), "E08000034", "2025") == "15450"
    sample = samples / "nomis" / "NM_142_1_business_counts_kirklees_2025.csv"
    assert sum(int(row["OBS_VALUE"]) for row in rows(sample)) == 15450


def of_all_sizes(rows):
    return [row for row in rows("nomis/NM_142_1/sizes/data.csv") if row["EMPLOYMENT_SIZEBAND_NAME"] == "Total"]


def test_enterprises_are_rounded_and_add_up_to_the_region(rows):
    found = of_all_sizes(rows)
    assert {int(row["OBS_VALUE"]) % 5 for row in found} == {0}
    for year in range(2019, 2026):
        parts = sum(int(said(found, code, str(year))) for code in DISTRICTS)
        assert said(found, "E12000003", str(year)) == str(parts)


def test_people_of_all_ages_are_those_of_the_table(rows, figures):
    expected = {(row["code"], year): row[year] for row in figures("population.csv") for year in YEARS}
    found = rows("nomis/NM_2002_1/all-ages/data.csv")
    assert {(row["GEOGRAPHY_CODE"], row["DATE"]): row["OBS_VALUE"] for row in found} == expected


def test_the_region_is_its_districts(figures):
    people = {row["code"]: row for row in figures("population.csv")}
    for year in (*YEARS, "all_ages_2021", "aged_16_to_64_2021"):
        assert sum(int(people[code][year]) for code in DISTRICTS) == int(people["E12000003"][year])


def test_people_of_all_ages_are_the_published_ones(samples, figures, cells):
    sample = samples / "ons" / "gva_populationestimatesbylocalauthority_2025edition.xlsx"
    header, *lines = cells(sample)["Population data"]
    published = {line[1]: dict(zip(header, line, strict=True)) for line in lines}
    people = {row["code"]: row for row in figures("population.csv")}
    english = [known for code, known in published.items() if str(code).startswith("E")]
    for year in YEARS:
        assert {code: int(people[code][year]) for code in DISTRICTS} == {
            code: published[code][year] for code in DISTRICTS
        }
        assert int(people["E92000001"][year]) == sum(known[year] for known in english)


def test_people_of_2021_by_age_are_the_published_ones(samples, figures, rows):
    sample = rows(samples / "nomis" / "NM_2002_1_population_lad_region_2021_full_columns.csv")
    known = {(row["GEOGRAPHY_CODE"], row["C_AGE"]): int(row["OBS_VALUE"]) for row in sample}
    for row in figures("population.csv"):
        if (row["code"], "200") in known:
            of_ages = sum(known[row["code"], age] for age in ("250", "207", "208"))
            assert (int(row["all_ages_2021"]), int(row["aged_16_to_64_2021"])) == (known[row["code"], "200"], of_ages)
    assert sum(known[f"E0700016{number}", "200"] for number in range(3, 10)) == 618847


def test_people_aged_16_to_64_are_a_share_that_hardly_changes(rows):
    everyone = rows("nomis/NM_2002_1/all-ages/data.csv")
    for row, whole in zip(rows("nomis/NM_2002_1/aged-16-to-64/data.csv"), everyone, strict=True):
        assert (row["C_AGE"], row["C_AGE_NAME"], whole["C_AGE_NAME"]) == ("203", "Aged 16 to 64", "All Ages")
        assert 0.57 < int(row["OBS_VALUE"]) / int(whole["OBS_VALUE"]) < 0.68


def test_employment_rates_look_like_nomis(samples, recordings):
    """Header, quoting and cells that don't depend on the area are those of a real answer."""
    real = (samples / "nomis" / "NM_17_5_aps_rates_kirklees_2024-10_2025-09.csv").read_text("utf-8").splitlines()
    made = (recordings / "nomis" / "NM_17_5" / "data.csv").read_text("utf-8").splitlines()
    line = next(line for line in made if '"Kirklees"' in line and '"20599"' in line and "2023-12" in line)
    line = line.replace('"Jan 2023-Dec 2023"', '"Oct 2024-Sep 2025"').replace("2023-12", "2025-09")
    line = line.replace("district / unitary", "county / unitary").replace(",424,12,", ",423,0,")
    line = line.replace("1778385156", "1774190688").replace('"date",0,19', '"date",0,0').replace(",74.1,", ",74.9,")
    line = line.replace("d32380e0", "d32409e0").rsplit(",", 2)[0]
    assert made[0] == real[0]
    expected = next(line for line in real if '"45"' in line).replace('"variable",0,1', '"variable",0,0')
    assert line == expected.rsplit(",", 2)[0]


def of_county(line: str, order: int) -> str:
    """A line about Kirklees as Nomis writes it for counties and unitaries, asked for alone."""
    line = line.replace("district / unitary", "county / unitary").replace(",424,12,", ",423,0,")
    return line.replace("1778385156", "1774190688").replace(f'"date",0,{order}', '"date",0,0').rsplit(",", 2)[0]


def test_claimant_rates_look_like_nomis(samples, recordings):
    real = (samples / "nomis" / "NM_162_1_claimant_count_kirklees_2026-02.csv").read_text("utf-8").splitlines()
    made = (recordings / "nomis" / "NM_162_1" / "data.csv").read_text("utf-8").splitlines()
    line = next(line for line in made if '"Kirklees"' in line and '"2026-02"' in line)
    expected = next(line for line in real if "aged 16-64" in line).replace('"measures",1000,1', '"measures",1000,0')
    assert made[0] == real[0]
    assert of_county(line, 37) == expected.rsplit(",", 2)[0]


def test_enterprises_look_like_nomis(samples, recordings):
    """Of one section: a real answer for all of them isn't at hand."""
    real = (samples / "nomis" / "NM_142_1_business_counts_kirklees_2025.csv").read_text("utf-8").splitlines()
    made = (recordings / "nomis" / "NM_142_1" / "sizes" / "data.csv").read_text("utf-8").splitlines()
    line = of_county(next(line for line in made if '"Kirklees"' in line and '"2025"' in line), 6)
    line = line.replace('"37748736","Total","37748736","industry",9', '"150994947","C : Manufacturing","C","SIC",36')
    line = line.replace("37748736", "150994947").replace(",15450,", ",1390,").replace('"SIC"', '"SIC 2007 section"')
    expected = next(line for line in real if "C : Man" in line).replace('section",36,2', 'section",36,0')
    expected = expected.replace('"date",0,0,"E08000034"', '"date",0,0,"1774190688"')  # it was asked for by its code
    assert made[0] == real[0]
    assert line == expected.rsplit(",", 2)[0]


def test_people_look_like_nomis(samples, recordings):
    sample = samples / "nomis" / "NM_2002_1_population_lad_region_2021_full_columns.csv"
    real = sample.read_text("utf-8").splitlines()
    made = (recordings / "nomis" / "NM_2002_1" / "all-ages" / "data.csv").read_text("utf-8").splitlines()
    line = next(line for line in made if '"Yorkshire and The Humber"' in line and '"2021"' in line)
    line = line.replace('"date",0,6', '"date",0,0').replace('"regions",480,15', '"regions",480,2')
    line = line.replace(",5482455,", ",5481431,")  # revised since
    expected = next(line for line in real if '"E12000003"' in line and '"200"' in line)
    assert made[0] == real[0]
    assert line.rsplit(",", 2)[0] == expected.rsplit(",", 2)[0]


# Answers to a request for several codes of a dimension: its name, how many codes there are, and the years.
SEVERAL = {
    "nomis/NM_142_1/sizes/data.csv": ("EMPLOYMENT_SIZEBAND", 2, range(2019, 2026)),
    "nomis/NM_142_1/industries/data.csv": ("INDUSTRY", 19, range(2019, 2026)),
    "nomis/NM_189_1/sections/data.csv": ("INDUSTRY", 22, range(2015, 2025)),
    "nomis/NM_189_1/manufacturing/data.csv": ("INDUSTRY", 1, range(2015, 2025)),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_every_code_of_every_area_and_year_is_there_once(rows, name):
    dimension, codes, years = SEVERAL[name]
    found = rows(name)
    keys = {(row["GEOGRAPHY_CODE"], row["DATE"], row[dimension]) for row in found}
    assert len(found) == len(keys) == 17 * codes * len(years)
    assert {code for code, _, _ in keys} == AREAS
    assert {year for _, year, _ in keys} == set(map(str, years))
    assert [row["RECORD_OFFSET"] for row in found] == [str(number) for number in range(len(found))]
    assert {row["RECORD_COUNT"] for row in found} == {str(len(found))}
    assert len({row["URN"] for row in found}) == len(found)
    assert all(row["OBS_VALUE"] for row in found)


@pytest.mark.parametrize(("name", "measure", "order"), [("sections", "Count", 3), ("manufacturing", "Industry p", 0)])
def test_employees_look_like_nomis(samples, recordings, name, measure, order):
    """Of manufacturing in Kirklees in 2024, where count and percentage are published."""
    real = (samples / "nomis" / "NM_189_1_bres_sic_sections_kirklees_2024.csv").read_text("utf-8").splitlines()
    made = (recordings / "nomis" / "NM_189_1" / name / "data.csv").read_text("utf-8").splitlines()
    line = next(line for line in made if '"Kirklees"' in line and '"2024","2024"' in line and '"C : Man' in line)
    expected = next(line for line in real if '"C : Man' in line and f'"{measure}' in line)
    expected = expected.replace('"date",0,0,"E08000034"', '"date",0,0,"1774190688"')  # it was asked for by its code
    expected = expected.replace('section",36,2', f'section",36,{order}').replace('"percent",1000,1', '"percent",1000,0')
    assert made[0] == real[0]
    assert of_county(line, 9) == expected.rsplit(",", 2)[0]


def test_sections_are_rounded_as_nomis_does(rows):
    """The larger a count the more coarsely: sums of seven districts, and a total, apart."""
    made_up = [
        int(row["OBS_VALUE"])
        for row in rows("nomis/NM_189_1/sections/data.csv")
        if row["GEOGRAPHY_CODE"] != "E06000065" and row["INDUSTRY_NAME"] != "Total"
    ]
    steps = ((50, 5), (250, 25), (500, 50), (1000, 100), (2500, 250), (5000, 500))
    for count in made_up:
        assert count % next((step for limit, step in steps if count < limit), 1000) == 0


def test_micro_businesses_are_most_and_not_all(rows):
    found = rows("nomis/NM_142_1/sizes/data.csv")
    for code in AREAS:
        for year in map(str, range(2019, 2026)):
            micro, everybody = sorted(
                int(row["OBS_VALUE"]) for row in found if (row["GEOGRAPHY_CODE"], row["DATE"]) == (code, year)
            )
            assert 0.8 < micro / everybody < 0.95
