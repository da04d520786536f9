"""Recordings that are CSV files of publishers: published figures in their rows, and the look of the real ones."""

import io
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest
from yhovi.connectors.base import Reading
from yhovi.engine.read.readers import read

from support.figures import EMPLOYMENT_2023

pytestmark = pytest.mark.untraced

DISTRICTS = tuple(EMPLOYMENT_2023)
OLD_DISTRICTS = tuple(f"E0700016{number}" for number in range(3, 10))
PAY = "ons/ashe-table-8-7a/data.csv"
CRIME = "ons/crime-csp-c2/data.csv"
FEELING = "ons/wellbeing-local-authority/data.csv"
GASES = "desnz/ghg-emissions-la/data.csv"


def table(path, **options):
    """What the engine's own reader makes of an answer."""
    (batch,) = read(io.BytesIO(path.read_bytes()), Reading("csv", options))
    return batch.to_pylist()


# Pay ---------------------------------------------------------------------------------------------


def lines(path):
    return path.read_bytes().decode("cp1252").split("\r\n")


def test_pay_is_written_as_windows_does(recordings):
    content = (recordings / PAY).read_bytes()
    assert content.startswith(b'"Table 8.7a   Annual pay - Gross (\xa3) - ')
    assert content.count(b"\n") == content.count(b"\r\n") == 32
    with pytest.raises(UnicodeDecodeError):
        content.decode()


def test_the_header_of_pay_takes_three_rows_and_says_change_twice(recordings):
    made = lines(recordings / PAY)
    assert made[1].strip(",") == ""
    assert made[2].startswith(",,Number,,Annual,,Annual,")
    assert made[3].startswith(",,of jobsb,,percentage,,percentage,Percentiles,")
    assert made[4].startswith("Description,Code,(thousand),Median,change,Mean,change,10,20,")


def test_pay_is_the_published_one(rows):
    found = {row["Code"]: row for row in rows(PAY, "cp1252", 4)}
    assert (found["E08000034"]["Median"], found["E08000034"]["(thousand)"]) == ("30,238", "174")
    assert found["E06000065"]["Median"] == "30,683"
    assert found["E12000003"]["Median"] == "30,682"
    assert found["E08000017"]["10"] == "x"
    assert set(DISTRICTS) - {"E08000016", "E08000019"} <= found.keys()
    assert {"E08000038", "E08000039", "E11000003", "E11000006", "E92000001"} <= found.keys()


def test_a_key_stands_beside_pay_and_notes_below_it(recordings):
    made = lines(recordings / PAY)
    assert made[6].endswith(",,Key,Statistical robustness,,,,,")
    assert ",x,, x = CV > 20% ," in made[10]
    assert made[-6].startswith("Not Classified,,136,")
    assert [line[:2] for line in made[-5:]] == ['"a', '"b', "KE", '"S', ""]


def test_pay_can_be_read_like_the_real_file(recordings, samples):
    options = {"encoding": "cp1252", "columns": ["A", "Q"], "duplicates": "number", "footer": ["a  Employees"]}
    options["header"] = {"labels": ["Description", "Code"], "rows": 3}
    made = table(recordings / PAY, **options)
    real = table(samples / "ons" / "ashe_table8_7a_annual_pay_gross_2025_provisional.csv", **options)
    assert len(made) == 23
    assert all(row in real for row in made)


def test_the_frame_of_pay_is_the_real_one(recordings, samples):
    real = lines(samples / "ons" / "ashe_table8_7a_annual_pay_gross_2025_provisional.csv")
    assert lines(recordings / PAY)[:7] == [*real[:6], real[6]]


# Crime -------------------------------------------------------------------------------------------


def test_crime_begins_after_seven_lines_with_line_feeds_in_its_header(recordings):
    content = (recordings / CRIME).read_bytes()
    assert content.startswith(b'"Table C2: Number of police recorded crimes')
    assert all(b"\n" not in line for line in content.split(b"\r\n")[:7])
    header = content.split(b"\r\n")[7]
    assert header.startswith(
        b'"Police Force\nArea code","Police Force\nArea name","Community Safety\nPartnership code"'
    )
    assert b'"Total recorded crime\n (excluding fraud)",Violence against the person,' in header


def test_crimes_are_the_published_ones(rows):
    found = {row["Local Authority code"]: row for row in rows(CRIME, header=7)}
    total = "Total recorded crime\n (excluding fraud)"
    assert set(DISTRICTS) | {""} == found.keys()
    assert found["E08000035"][total] == "100,168 "
    assert found["E06000065"][total] == "30,159 "
    assert found["E08000016"]["Homicide"] == "1 "
    assert found["E06000014"]["Community Safety\nPartnership name"] == "City of York"


def test_totals_of_forces_stand_between_areas(rows):
    found = rows(CRIME, header=7)
    totals = [row for row in found if not row["Community Safety\nPartnership name"]]
    assert [row["Police Force\nArea name"] for row in totals] == [
        *("Humberside [note 4]", "North Yorkshire ", "South Yorkshire", "West Yorkshire")
    ]
    loose = [row for row in found if row["Community Safety\nPartnership name"].startswith("Unassigned ")]
    assert {(row["Community Safety\nPartnership code"], row["Local Authority code"]) for row in loose} == {("", "")}
    assert len(loose) == 4


def test_a_force_is_its_partnerships_and_the_rest(rows):
    sums: defaultdict[str, int] = defaultdict(int)
    for row in rows(CRIME, header=7):
        count = int(row["Total recorded crime\n (excluding fraud)"].replace(",", ""))
        sums[row["Police Force\nArea code"]] += count if row["Community Safety\nPartnership name"] else -count
    assert dict(sums) == dict.fromkeys(("E23000012", "E23000009", "E23000011", "E23000010"), 0)


def test_crime_can_be_read_like_the_real_file(recordings, samples):
    options = {"header": {"labels": ["Police Force Area code", "Local Authority name"]}}
    made = table(recordings / CRIME, **options)
    real = table(samples / "ons" / "crime_csp_table_c2_year_ending_june_2025.csv", **options)
    assert len(made) == 23
    assert all(row in real for row in made)


# Well-being --------------------------------------------------------------------------------------

MEANS_OF_2022 = {
    ("E08000035", "life-satisfaction"): "7.46",
    ("E10000023", "life-satisfaction"): "7.62",
    ("E08000016", "life-satisfaction"): "7.37",
    ("E08000035", "worthwhile"): "7.68",
    ("E10000023", "worthwhile"): "7.85",
    ("E08000035", "happiness"): "7.28",
    ("E10000023", "happiness"): "7.57",
    ("E08000035", "anxiety"): "3.15",
    ("E10000023", "anxiety"): "2.92",
}
KEY = ("Time", "administrative-geography", "measure-of-wellbeing", "wellbeing-estimate")


def test_wellbeing_has_every_area_and_year_once(rows):
    found = Counter(tuple(row[name] for name in KEY) for row in rows(FEELING))
    assert set(found.values()) == {1}
    means = [key for key in found if key[3] == "average-mean"]
    areas = {*DISTRICTS, *OLD_DISTRICTS, "E10000023", "E12000003", "E92000001"} - {"E06000065"}
    assert {key[1] for key in means} == areas
    assert len(means) == 12 * 4 * len(areas)


@pytest.mark.parametrize(("what", "mean"), MEANS_OF_2022.items(), ids=map(str, MEANS_OF_2022))
def test_nine_means_of_the_last_year_are_the_published_ones(rows, what, mean):
    wanted = ("2022-23", *what, "average-mean")
    (row,) = [row for row in rows(FEELING) if tuple(row[name] for name in KEY) == wanted]
    assert row["v4_3"] == mean


def test_wellbeing_is_that_of_its_table(rows, figures):
    found = {tuple(row[name] for name in KEY): row for row in rows(FEELING)}
    columns = {"value": "v4_3", "lower": "Lower limit", "upper": "Upper limit"}
    for row in figures("wellbeing.csv"):
        for year in (name for name in row if name[0] == "2"):
            if row[year] and not row[year].startswith("["):
                made = found[year, row["code"], row["measure"], row["estimate"]][columns[row["row"]]]
                assert float(made) == float(row[year])


def test_a_marking_stands_in_the_place_of_limits_and_the_value_is_blank(rows):
    marked = [row for row in rows(FEELING) if row["Data marking"]]
    assert {row["Data marking"] for row in marked} == {"[c]", "[u]", "[w]"}
    assert {(row["v4_3"], row["Lower limit"] == row["Upper limit"] == row["Data marking"]) for row in marked} == {
        ("", True)
    }
    unmarked = [row for row in rows(FEELING) if not row["Data marking"]]
    assert all(float(row["Lower limit"]) <= float(row["v4_3"]) <= float(row["Upper limit"]) for row in unmarked)


def test_means_and_shares_stand_in_one_column(rows):
    found = {(row["measure-of-wellbeing"], row["wellbeing-estimate"], row["Estimate"]) for row in rows(FEELING)}
    means = {(measure, "average-mean", "Average (mean)") for _, measure in MEANS_OF_2022}
    assert found == means | {("worthwhile", "poor", "Poor"), ("life-satisfaction", "good", "Good")}
    assert max(float(row["v4_3"]) for row in rows(FEELING) if row["v4_3"]) > 10


def test_wellbeing_before_2022_is_the_published_one(rows, samples):
    """Every row but the last year's and the old county's."""
    real = rows(samples / "ons" / "wellbeing-local-authority_cmd_v3_yh_lads.csv")
    published = {tuple(row.values()) for row in real}
    made = [row for row in rows(FEELING) if row["Time"] != "2022-23" and row["Geography"] != "North Yorkshire"]
    assert len(made) == 11 * 4 * 23 + 3 * 2 * 23
    assert all(tuple(row.values()) in published for row in made)
    assert list(made[0]) == list(real[0])


# Greenhouse gases --------------------------------------------------------------------------------

KT, PEOPLE = "Territorial emissions (kt CO2e)", "Mid-year Population (thousands)"


@pytest.fixture(scope="module")
def per_head(rows):
    """Emissions over population, by area and year, to two decimals."""
    totals: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    people = {}
    for row in rows(GASES):
        if row["Local Authority Code"]:
            place = row["Local Authority Code"], row["Calendar Year"]
            totals[place] += Decimal(row[KT])
            people[place] = Decimal(row[PEOPLE])
    return {place: (total / people[place]).quantize(Decimal("0.01"), ROUND_HALF_UP) for place, total in totals.items()}


def test_emissions_per_head_are_the_published_ones(per_head, figures):
    years = [str(year) for year in range(2019, 2024)]
    expected = {(row["code"], year): Decimal(row[year]) for row in figures("emissions_per_head.csv") for year in years}
    assert per_head == expected
    assert {code for code, _ in per_head} == set(DISTRICTS)
    assert per_head["E08000035", "2023"] == Decimal("4.28")
    assert per_head["E06000065", "2023"] == Decimal("8.93")
    assert per_head["E08000016", "2023"] == Decimal("4.65")


def test_emissions_per_head_are_those_of_explore_local_statistics(per_head, samples, rows):
    real = rows(samples / "els" / "greenhouse-gas-emissions.csv", "utf-8-sig")
    published = {(row["areacd"], row["period"][:4]): Decimal(row["observation"]) for row in real}
    assert {place: published[place] for place in per_head} == per_head


def test_emissions_of_the_whole_region_are_near_the_published_ones(rows):
    """The districts' published figures and populations together give the region's own published 5.95."""
    found = [row for row in rows(GASES) if row["Region"] and row["Calendar Year"] == "2023"]
    people = {row["Local Authority Code"]: Decimal(row[PEOPLE]) for row in found}
    total = sum(Decimal(row[KT]) for row in found) / sum(people.values())
    assert total.quantize(Decimal("0.01")) == Decimal("5.95")


def test_emissions_have_the_columns_of_the_source(rows):
    assert list(rows(GASES)[0]) == [
        *("Country", "Country Code", "Region", "Region Code", "Second Tier Authority", "Local Authority"),
        *("Local Authority Code", "Calendar Year", "LA GHG Sector", "LA GHG Sub-sector", "Greenhouse gas"),
        *("Territorial emissions (kt CO2e)", "Emissions within the scope of influence of LAs (kt CO2)"),
        *("Mid-year Population (thousands)", "Area (km2)"),
    ]


def test_every_district_has_all_sectors_and_gases_once_a_year(rows):
    columns = ("Local Authority Code", "Calendar Year", "LA GHG Sector", "LA GHG Sub-sector", "Greenhouse gas")
    found = Counter(tuple(row[name] for name in columns) for row in rows(GASES))
    assert set(found.values()) == {1}
    assert len(found) == 15 * 5 * 10 + 2 * 5
    assert {key[2] for key in found} == {
        *("Agriculture", "Commercial", "Domestic", "Industry", "LULUCF", "Public Sector", "Transport", "Waste")
    }
    assert {key[4] for key in found} == {"CO2", "CH4", "N2O"}


def test_population_repeats_and_what_is_unallocated_has_none(rows):
    people = defaultdict(set)
    for row in rows(GASES):
        people[row["Local Authority Code"], row["Calendar Year"]].add((row[PEOPLE], row["Area (km2)"], row["Region"]))
    assert {len(found) for found in people.values()} == {1}
    assert {year: found for (code, year), found in people.items() if not code} == {
        str(year): {("", "", "")} for year in range(2019, 2024)
    }
    assert next(iter(people["E08000035", "2023"]))[0] == "829.413"


def test_land_can_take_up_more_than_it_gives_off(rows):
    negative = [row for row in rows(GASES) if row[KT].startswith("-")]
    assert {row["LA GHG Sector"] for row in negative} == {"LULUCF"}
    assert {row["Local Authority"] for row in negative} > {"North Yorkshire", "Sheffield"}
