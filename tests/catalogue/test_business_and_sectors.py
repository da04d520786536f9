"""Business economy and sectors: what is asked, what comes out, and what the sources do unexpectedly."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yhovi.indicators
from pytest_httpserver import HTTPServer
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.plan import Plan
from yhovi.engine.settings import Settings
from yhovi.engine.spec import read_specs

from support.commands import Cli, Said
from support.demonstration import Demonstration
from support.figures import EMPLOYMENT_2023, GVA_2023
from support.observed import Observed, observed
from support.sources import ONS, mirror

pytestmark = pytest.mark.untraced

CATALOGUE = Path(str(files(yhovi.indicators)))
SETTINGS = Settings(Path())
REGION, ENGLAND, NORTH_YORKSHIRE, KIRKLEES, LEEDS = "E12000003", "E92000001", "E06000065", "E08000034", "E08000035"
DISTRICTS = tuple(EMPLOYMENT_2023)
EVERYWHERE = {*DISTRICTS, REGION, ENGLAND}
SECTIONS = tuple("ABCDEFGHIJKLMNOPQRSTU")

# What is asked, literally -------------------------------------------------------------------------------------------

NOMIS = "https://www.nomisweb.co.uk/api/v01/dataset/"
AREAS = (
    "geography=1778384906...1778384910,1778384958,1778385139...1778385142,1778385154...1778385158,2013265923,2092957699"
)
ACTIVITY = "https://www.ons.gov.uk/businessindustryandtrade/business/activitysizeandlocation/datasets/"
DEMOGRAPHY = f"{ACTIVITY}businessdemographyreferencetable/data"
ACCOUNTS = "https://www.ons.gov.uk/economy/grossdomesticproductgdp/datasets/"
GVA = f"{ACCOUNTS}regionalgrossvalueaddedbalancedbyindustrylocalauthoritiesbyitl1region/data"
PRODUCTIVITY = (
    "https://www.ons.gov.uk/employmentandlabourmarket/peopleinwork/labourproductivity/datasets/"
    "subregionalproductivitylabourproductivityindicesbylocalauthoritydistrict/data"
)
REQUESTS = {
    **dict.fromkeys(("E-BE-01", "E-BE-02-BIRTHS", "E-BE-03-DEATHS", "E-BE-05"), DEMOGRAPHY),
    **dict.fromkeys(("E-BE-04", "E-BE-04-1YEAR", "E-BE-04-3YEARS"), DEMOGRAPHY),
    "E-BE-06-ENTERPRISES": (
        f"{NOMIS}NM_142_1.data.csv?{AREAS}&time=2019,latest&industry=37748736&employment_sizeband=0,10&legal_status=0"
        "&measures=20100"
    ),
    **dict.fromkeys(("E-BE-08", "E-BE-09"), PRODUCTIVITY),
    "E-BE-08-ELS": (
        "https://www.ons.gov.uk/explore-local-statistics/api/v1/data.csv?indicator=gross-value-added-per-hour-worked"
        "&geo=all&time=all&includeNames=true&includeStatus=true"
    ),
    "E-BE-10": f"{ACCOUNTS}regionalgrossdomesticproductlocalauthorities/data",
    **dict.fromkeys(("E-BE-11", "E-S-07-INDUSTRIES"), GVA),
    "E-BE-13-BIRTHS": (
        f"{ACTIVITY}businessdemographyquarterlyexperimentalstatisticslowlevelgeographicbreakdownuk/data"
    ),
    "E-S-01-PERCENT": (
        f"{NOMIS}NM_189_1.data.csv?{AREAS}&time=2015,latest&industry=150994947&employment_status=1&measure=2"
        "&measures=20100"
    ),
    "E-S-05-EMPLOYEES": (
        f"{NOMIS}NM_189_1.data.csv?{AREAS}&time=2015,latest&industry=37748736,150994945...150994965"
        "&employment_status=1&measure=1&measures=20100"
    ),
    "E-S-09": (
        f"{NOMIS}NM_142_1.data.csv?{AREAS}&time=2019,latest&industry=37748736,163577857...163577874"
        "&employment_sizeband=0&legal_status=0&measures=20100"
    ),
}
MADE_OF = {
    "E-BE-02": ("E-BE-01", "E-BE-02-BIRTHS"),
    "E-BE-03": ("E-BE-01", "E-BE-03-DEATHS"),
    "E-BE-06": ("E-BE-06-ENTERPRISES", "S-D-01-16TO64"),
    "E-BE-07": ("E-BE-06-ENTERPRISES",),
    "E-BE-12": ("E-BE-11", "S-D-01"),
    "E-BE-13": ("E-BE-13-BIRTHS", "S-D-01"),
    **dict.fromkeys(("E-S-01", "E-S-02", "E-S-03", "E-S-04", "E-S-05", "E-S-06", "E-S-10"), ("E-S-05-EMPLOYEES",)),
    **dict.fromkeys(("E-S-07", "E-S-08"), ("E-S-07-INDUSTRIES",)),
}
# The file that a page leads to, from the recorded answers.
FILES = {
    "business-demography": (
        f"{DEMOGRAPHY.removeprefix(ONS).removesuffix('/data')}/current/businessdemographyexceltables2024.xlsx"
    ),
    "gva-industry-la-tle": (
        f"{GVA.removeprefix(ONS).removesuffix('/data')}/tleyorkshireandthehumber/"
        "regionalgrossvalueaddedbalancedbyindustrylocalauthoritiestleyorkshireandthehumber.xlsx"
    ),
    "gdp-la": (
        "/economy/grossdomesticproductgdp/datasets/regionalgrossdomesticproductlocalauthorities/1998to2019/"
        "regionalgrossdomesticproductlocalauthorities.xlsx"
    ),
    "productivity-lad": f"{PRODUCTIVITY.removeprefix(ONS).removesuffix('/data')}/current/labourproductivitylad1.xls",
    "business-demography-quarterly": (
        f"{ACTIVITY.removeprefix(ONS)}businessdemographyquarterlyexperimentalstatisticslowlevelgeographicbreakdownuk/"
        "quarter4octobertodecember2024/finalq42024lowlevelgeobreakdown.xlsx"
    ),
}
OTHERS = ("E-EJ-10", "S-D-01", "S-D-01-16TO64")
ALL = tuple(sorted({*REQUESTS, *MADE_OF}))
COMPONENTS = {name for name in ALL if name.endswith(("BIRTHS", "DEATHS", "ENTERPRISES", "ELS", "EMPLOYEES"))} | {
    "E-S-01-PERCENT",
    "E-S-07-INDUSTRIES",
}

# What was published -------------------------------------------------------------------------------------------------

# ONS in Explore Local Statistics: per hour and per job 2023; active enterprises, birth rate, death rate, high growth
# 2024; five-year survival of those born in 2019.
BUSINESS = {
    "E06000010": (34.02, 53035, 7335, 13.77, 11.79, 4.67, 35.48),
    "E06000011": (40.77, 62176, 13140, 9.78, 8.90, 4.44, 43.02),
    "E06000012": (36.57, 55826, 5035, 11.02, 10.13, 4.27, 41.18),
    "E06000013": (43.92, 69034, 5775, 10.30, 10.30, 4.27, 43.51),
    "E06000014": (43.52, 64759, 7485, 10.55, 8.62, 4.32, 41.76),
    "E06000065": (36.36, 56447, 28735, 8.35, 8.84, 4.49, 48.72),
    "E08000016": (34.03, 53140, 7260, 11.36, 10.61, 5.19, 37.84),
    "E08000017": (29.81, 49035, 11035, 14.05, 12.60, 3.63, 29.68),
    "E08000018": (33.03, 51599, 8200, 11.52, 10.06, 4.40, 34.06),
    "E08000019": (36.08, 55907, 18520, 11.58, 10.34, 4.31, 39.64),
    "E08000032": (33.46, 51888, 18630, 13.58, 10.98, 4.05, 41.03),
    "E08000033": (34.90, 55732, 8920, 11.21, 11.77, 3.68, 38.83),
    "E08000034": (32.42, 50771, 16870, 11.53, 10.20, 3.08, 37.90),
    "E08000035": (41.47, 66027, 32105, 11.70, 10.09, 5.51, 41.77),
    "E08000036": (36.15, 55750, 10935, 11.75, 10.01, 4.72, 39.29),
}
COLUMNS = {
    "E-BE-08": ("2023-01-01/P1Y", 0, 2),
    "E-BE-08-ELS": ("2023-01-01/P1Y", 0, 2),
    "E-BE-09": ("2023-01-01/P1Y", 1, 0),
    "E-BE-01": ("2024-01-01/P1Y", 2, 0),
    "E-BE-02": ("2024-01-01/P1Y", 3, 2),
    "E-BE-03": ("2024-01-01/P1Y", 4, 2),
    "E-BE-05": ("2024-01-01/P1Y", 5, 2),
    "E-BE-04": ("2019-01-01/P1Y", 6, 2),
}
# Shares of gross value added 2023 and of the employees of Kirklees 2024, in percent with one decimal.
SHARES = (
    ("E-S-07", "2023-01-01/P1Y", {"E06000013": 33.9, "E06000010": 24.6, "E08000034": 22.1, "E08000035": 6.0}),
    ("E-S-08", "2023-01-01/P1Y", {"E08000035": 29.9, "E06000014": 23.7, "E06000013": 3.3}),
    ("E-S-01", "2024-01-01/P1Y", {KIRKLEES: 15.4}),
    ("E-S-01-PERCENT", "2024-01-01/P1Y", {KIRKLEES: 15.4}),
    ("E-S-10", "2024-01-01/P1Y", {KIRKLEES: 5.6}),
)
PUBLISHED = {
    *("E-BE-01", "E-BE-02", "E-BE-02-BIRTHS", "E-BE-03", "E-BE-03-DEATHS", "E-BE-05"),
    *("E-BE-04", "E-BE-04-1YEAR", "E-BE-04-3YEARS", "E-BE-08", "E-BE-08-ELS", "E-BE-09", "E-BE-10"),
    *("E-BE-11", "E-BE-12", "E-S-07", "E-S-07-INDUSTRIES", "E-S-08"),
}
DISTRICTS_ALONE = {
    *("E-BE-08", "E-BE-08-ELS", "E-BE-09", "E-BE-10", "E-BE-11", "E-BE-12"),
    *("E-S-07", "E-S-07-INDUSTRIES", "E-S-08"),
}
# Periods, and rows of each.
SIZES = {
    **dict.fromkeys(("E-BE-01", "E-BE-02", "E-BE-02-BIRTHS", "E-BE-03", "E-BE-03-DEATHS", "E-BE-05"), (6, 17)),
    "E-BE-04": (1, 17),
    "E-BE-04-1YEAR": (5, 17),
    "E-BE-04-3YEARS": (3, 17),
    "E-BE-06-ENTERPRISES": (7, 17 * 2),
    **dict.fromkeys(("E-BE-06", "E-BE-07"), (7, 17)),
    **dict.fromkeys(("E-BE-08", "E-BE-08-ELS"), (20, 15)),
    **dict.fromkeys(("E-BE-09", "E-BE-10"), (22, 15)),
    "E-BE-12": (9, 15),
    **dict.fromkeys(("E-BE-13", "E-BE-13-BIRTHS"), (12, 17)),
    **dict.fromkeys(("E-S-01", "E-S-01-PERCENT", "E-S-02", "E-S-03", "E-S-04", "E-S-06", "E-S-10"), (10, 17)),
    "E-S-05-EMPLOYEES": (10, 17 * 22),
    **dict.fromkeys(("E-BE-11", "E-S-07", "E-S-08"), (26, 15)),
    "E-S-07-INDUSTRIES": (26, 15 * 5),
    "E-S-09": (7, 17 * 19),
}

Key = tuple[str, str, str, str]
Altered = Callable[..., Said]
Change = Callable[[list[dict[str, str]]], list[dict[str, str]]]


@cache
def planned() -> dict[str, Plan]:
    """The plans of all of them, by id."""
    reading = read_specs([CATALOGUE / "economy" / f"{name}.yaml" for name in ALL], CATALOGUE)
    assert list(map(str, reading.problems)) == []
    return {plan.spec.id: plan for plan in compile_plans(reading.specs, SETTINGS)}


@pytest.fixture(scope="module")
def demo(demonstration: Demonstration) -> Observed:
    """What is current of these indicators after a demonstration of all."""
    return demonstration.observed((*OTHERS, *ALL), "breakdown")


def of(demo: Observed, indicator: str, period: str, breakdown: str = "_T") -> dict[str, dict[str, Any]]:
    """One period and breakdown of one indicator, by area."""
    wanted = (indicator, period, breakdown)
    return {area: row for (name, area, when, what), row in demo.items() if (name, when, what) == wanted}


def values(rows: Mapping[str, Mapping[str, Any]], decimals: int) -> dict[str, float]:
    return {area: round(row["value"], decimals) for area, row in rows.items() if area in DISTRICTS}


@pytest.fixture
def altered(tmp_path: Path, cli: Cli) -> Altered:
    """Runs indicators in a demonstration in which one file is another one."""

    def run(indicators: Iterable[str], recording: str, content: bytes, file: str = "data.csv") -> Said:
        folder = tmp_path / "indicators"
        for domain in ("economy", "society"):
            shutil.copytree(CATALOGUE / domain, folder / domain)
        there = folder / "recordings" / recording
        shutil.copytree(CATALOGUE / "recordings" / recording, there)
        (there / file).write_bytes(content)
        return cli("run", *(part for name in indicators for part in ("-i", name)), "--demo", "--catalogue", folder)

    return run


def answer(recording: str, change: Change) -> bytes:
    """A recorded answer of Nomis, changed; rows are counted anew."""
    text = (CATALOGUE / "recordings" / recording / "data.csv").read_text(encoding="utf-8")
    rows = change(list(csv.DictReader(io.StringIO(text))))
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(rows):
        writer.writerow({**row, "RECORD_OFFSET": number, "RECORD_COUNT": len(rows)})
    return target.getvalue().encode()


def workbook(recording: str, change: Callable[[Any], None], file: str = "data.xlsx") -> bytes:
    """A recorded workbook, changed."""
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    content = (CATALOGUE / "recordings" / "ons" / recording / file).read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def told(said: Said) -> list[str]:
    """The errors that were told, without what to do about them."""
    return [line for line in said.sentences if line.startswith("error: ")]


# What is asked ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", REQUESTS)
def test_asks_what_the_source_documents(indicator: str) -> None:
    described = planned()[indicator].described()
    assert json.loads(json.dumps(described))["exchange"]["first_request"] == f"GET {REQUESTS[indicator]}"


@pytest.mark.parametrize("recording", FILES)
def test_the_page_leads_to_the_file(recording: str) -> None:
    said = json.loads((CATALOGUE / "recordings/ons" / recording / "exchange.json").read_text("utf-8"))
    last = said["answers"][-1]
    assert (last["url"], last["parameters"]) == (f"{ONS}/file", [["uri", FILES[recording]]])


@pytest.mark.parametrize("indicator", MADE_OF)
def test_is_made_of_others(indicator: str) -> None:
    assert tuple(sorted(planned()[indicator].spec.inputs)) == MADE_OF[indicator]


@pytest.mark.parametrize(
    "together",
    [
        tuple(name for name, request in REQUESTS.items() if request == DEMOGRAPHY),
        ("E-BE-11", "E-S-07-INDUSTRIES"),
        ("E-BE-08", "E-BE-09"),
    ],
)
def test_what_stands_in_one_file_is_asked_once(together: tuple[str, ...]) -> None:
    assert (
        len({(planned()[name].spec.source.dataset, repr(planned()[name].spec.source.query)) for name in together}) == 1
    )


def test_parts_and_second_routes_are_not_for_dashboards() -> None:
    assert {name for name, plan in planned().items() if not plan.spec.publish} == COMPONENTS
    assert {plan.spec.status for plan in planned().values()} == {"active"}


@pytest.mark.parametrize(
    ("one", "other", "tolerance"),
    [
        ("E-BE-08", "E-BE-08-ELS", 0.005),
        ("E-S-01", "E-S-01-PERCENT", 0.1),
        ("E-S-05-EMPLOYEES", "E-EJ-10", 0),
        ("E-S-07-INDUSTRIES", "E-BE-11", 0),
        ("E-S-09", "E-BE-06-ENTERPRISES", 0),
    ],
)
def test_two_routes_to_one_number_are_compared(one: str, other: str, tolerance: float) -> None:
    assert planned()[one].spec.checks["reconcile"] == {"with": other, "tolerance": tolerance}


# What comes out -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", COLUMNS)
def test_published_values(demo: Observed, indicator: str) -> None:
    period, column, decimals = COLUMNS[indicator]
    found = of(demo, indicator, period)
    assert values(found, decimals) == {area: row[column] for area, row in BUSINESS.items()}
    assert {row["obs_status"] for row in found.values()} == {"A"}


@pytest.mark.parametrize(("indicator", "period", "published"), SHARES)
def test_published_shares(demo: Observed, indicator: str, period: str, published: dict[str, float]) -> None:
    found = of(demo, indicator, period)
    assert {area: round(found[area]["value"], 1) for area in published} == published


def test_gross_value_added(demo: Observed) -> None:
    found = of(demo, "E-BE-11", "2023-01-01/P1Y")
    assert values(found, 0) == GVA_2023
    assert {row["obs_status"] for row in found.values()} == {"P"}


def test_gross_value_added_per_head(demo: Observed) -> None:
    """Of the total and of the residents in the middle of the year, in pounds."""
    found, residents = of(demo, "E-BE-12", "2023-01-01/P1Y"), of(demo, "S-D-01", "2023-06-30/P1D")
    for area, millions in GVA_2023.items():
        assert found[area]["value"] == pytest.approx(1e6 * millions / residents[area]["value"], rel=1e-11)
    assert round(found[LEEDS]["value"]) == 44072


def test_gross_domestic_product_per_head_is_as_printed(demo: Observed) -> None:
    found = of(demo, "E-BE-10", "2019-01-01/P1Y")
    printed = {"E06000010": 27201, "E06000014": 33360, "E08000016": 19445, "E08000019": 25315, LEEDS: 37937}
    assert {area: found[area]["value"] for area in printed} == printed


def test_gross_domestic_product_of_a_merged_district_is_made_of_its_parts(demo: Observed) -> None:
    """1,776 to 2,704 million pounds over the residents of seven districts, and not the mean of seven ratios."""
    found = demo["E-BE-10", NORTH_YORKSHIRE, "2019-01-01/P1Y", "_T"]
    product = 1e6 * (1776 + 2789 + 5098 + 1089 + 1576 + 2474 + 2704)
    residents = 57142 + 91594 + 160831 + 53730 + 55380 + 108757 + 90620
    assert found["value"] == pytest.approx(product / residents, rel=1e-11)
    assert (found["status_reason"], found["status_flags"]) == ("provisional", "rederived_from_parts")
    mean = (31074 + 30452 + 31697 + 20276 + 28464 + 22748 + 29844) / 7
    assert abs(found["value"] - mean) > 500


@pytest.mark.parametrize("indicator", SIZES)
def test_fifteen_districts_and_the_region_and_england_where_they_are_published(demo: Observed, indicator: str) -> None:
    periods, rows = SIZES[indicator]
    found = {key: row for key, row in demo.items() if key[0] == indicator}
    assert (len({when for _, _, when, _ in found}), len(found)) == (periods, periods * rows)
    assert {area for _, area, _, _ in found} == ({*DISTRICTS} if indicator in DISTRICTS_ALONE else EVERYWHERE)


def test_nothing_is_missing_but_the_density_of_the_latest_year(demo: Observed) -> None:
    """Enterprises of March 2025 are further than a year from the newest count of people, of June 2023."""
    mine = {key: row for key, row in demo.items() if key[0] in ALL}
    missing = {(name, when, row["status_reason"]) for (name, _, when, _), row in mine.items() if row["value"] is None}
    assert missing == {("E-BE-06", "2025-03-31/P1D", "not_available")}


def test_every_figure_says_whether_it_is_published(demo: Observed) -> None:
    origins = {(name, row["origin"]) for (name, _, _, _), row in demo.items() if name in ALL}
    assert origins == {(name, "published" if name in PUBLISHED else "synthetic") for name in ALL}


# Employees by section -----------------------------------------------------------------------------------------------

SHARED = {"E-S-01": "C", "E-S-02": "JKM", "E-S-03": "OPQ", "E-S-04": "IR", "E-S-10": "F"}


@pytest.mark.parametrize("indicator", SHARED)
def test_shares_are_sections_of_all_employees(demo: Observed, indicator: str) -> None:
    for (name, area, period, _), row in demo.items():
        if name == indicator:
            parts = [demo["E-S-05-EMPLOYEES", area, period, section]["value"] for section in SHARED[indicator]]
            whole = demo["E-S-05-EMPLOYEES", area, period, "_T"]["value"]
            assert row["value"] == pytest.approx(100 * sum(parts) / whole, rel=1e-11)


def test_location_quotients_relate_a_district_to_england(demo: Observed) -> None:
    period = "2024-01-01/P1Y"
    employees = {section: of(demo, "E-S-05-EMPLOYEES", period, section) for section in ("C", "_T")}
    shares = {area: row["value"] / employees["_T"][area]["value"] for area, row in employees["C"].items()}
    found = of(demo, "E-S-05", period, "C")
    assert set(found) == EVERYWHERE
    for area, row in found.items():
        assert row["value"] == pytest.approx(shares[area] / shares[ENGLAND], rel=1e-11)
    assert {row["value"] for (name, area, _, _), row in demo.items() if name == "E-S-05" and area == ENGLAND} == {1.0}


def test_sections_with_few_employees_have_no_quotient(demo: Observed) -> None:
    """Below 500 counts are rounded to fifty and less of them can't be compared."""
    quotients = {key[1:] for key in demo if key[0] == "E-S-05"}
    employees = {key[1:]: row["value"] for key, row in demo.items() if key[0] == "E-S-05-EMPLOYEES"}
    assert quotients == {key for key, count in employees.items() if count >= 500}
    assert 0 < len(employees) - len(quotients) < len(employees) / 4


def test_diversity_is_one_less_the_squared_shares(demo: Observed) -> None:
    for (name, area, period, _), row in demo.items():
        if name == "E-S-06":
            counts = [demo["E-S-05-EMPLOYEES", area, period, section]["value"] for section in SECTIONS]
            whole = demo["E-S-05-EMPLOYEES", area, period, "_T"]["value"]
            assert row["value"] == pytest.approx(1 - sum(count**2 for count in counts) / whole**2, rel=1e-9)
            assert 0.85 < row["value"] < 0.95


def test_employees_are_those_of_real_answers(demo: Observed, samples: Path) -> None:
    """Six districts of 2015 to 2021, North Yorkshire as the sum of seven, and Kirklees in 2024."""
    older = sample(samples, "NM_189_1_bres_industry_section_wy_ny_lads_2015_2021_selected_columns.csv")
    kirklees = sample(samples, "NM_189_1_bres_sic_sections_kirklees_2024.csv")
    expected: dict[tuple[str, str, str], int] = {}
    for row in (*older, *(row for row in kirklees if row["MEASURE_NAME"] == "Count")):
        area = NORTH_YORKSHIRE if row["GEOGRAPHY_CODE"].startswith("E0700016") else row["GEOGRAPHY_CODE"]
        key = (area, f"{row['DATE']}-01-01/P1Y", row["INDUSTRY_CODE"])
        expected[key] = expected.get(key, 0) + int(row["OBS_VALUE"])
    assert len(expected) == 7 * 7 * 21 + 21
    assert {key: demo["E-S-05-EMPLOYEES", *key]["value"] for key in expected} == expected


def sample(samples: Path, name: str) -> list[dict[str, str]]:
    """The rows of a real answer of Nomis."""
    with (samples / "nomis" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BRES = "nomis/NM_189_1/sections"


def as_total(row: dict[str, str]) -> dict[str, str]:
    """The row that Nomis gives in the place of an industry that it doesn't know, with success: that of the total."""
    total = {"INDUSTRY": "37748736", "INDUSTRY_NAME": "Total", "INDUSTRY_CODE": "37748736"}
    return {**row, **total, "URN": row["URN"].replace(row["INDUSTRY"], "37748736")}


def test_an_industry_that_nomis_does_not_know_is_answered_with_the_total(altered: Altered) -> None:
    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [as_total(row) if row["INDUSTRY"] == "150994947" else row for row in rows]

    said = altered(["E-S-05-EMPLOYEES"], BRES, answer(BRES, change))
    assert said.code == 3
    (error,) = told(said)
    wrong = "The answer isn't what was asked for: 170 of 3,740 rows repeat another one (URN)."
    assert error == f"error: E-S-05-EMPLOYEES: {wrong} ({REQUESTS['E-S-05-EMPLOYEES']})"


def test_the_total_alone_is_not_taken_for_manufacturing(altered: Altered) -> None:
    recording = "nomis/NM_189_1/manufacturing"
    said = altered(["E-S-01-PERCENT"], recording, answer(recording, lambda rows: [as_total(row) for row in rows]))
    assert said.code == 3
    (error,) = told(said)
    wrong = "The answer isn't what was asked for: INDUSTRY lacks 150994947, but holds 37748736."
    assert error == f"error: E-S-01-PERCENT: {wrong} ({REQUESTS['E-S-01-PERCENT']})"


def test_counts_and_percentages_do_not_come_between_each_other(altered: Altered) -> None:
    """Nomis prints both in turn where the measure isn't said: what wasn't asked for is refused."""

    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        percent = {"MEASURE": "2", "MEASURE_NAME": "Industry percentage", "MEASURE_CODE": "2", "OBS_VALUE": "1.5"}
        return [each for row in rows for each in (row, {**row, **percent, "URN": f"{row['URN']}p"})]

    said = altered(["E-S-05-EMPLOYEES"], BRES, answer(BRES, change))
    assert said.code == 3
    (error,) = told(said)
    wrong = "The answer isn't what was asked for: MEASURE also holds 2."
    assert error == f"error: E-S-05-EMPLOYEES: {wrong} ({REQUESTS['E-S-05-EMPLOYEES']})"


@pytest.mark.parametrize("missing", ["measure", "employment_status", "industry"])
def test_a_dimension_that_is_left_out_is_found_before_anything_is_asked(missing: str, cli: Cli, tmp_path: Path) -> None:
    text = (CATALOGUE / "economy" / "E-S-01-PERCENT.yaml").read_text(encoding="utf-8")
    said = {
        "measure": ", measure: 2",
        "employment_status": "employment_status: 1, ",
        "industry": "industry: 150994947, ",
    }
    (tmp_path / "E-S-01-PERCENT.yaml").write_text(text.replace(said[missing], ""), encoding="utf-8")
    found = cli("validate-specs", tmp_path / "E-S-01-PERCENT.yaml")
    assert found.code == 2
    assert f"'{missing}' is missing" in found.out


def test_another_section_under_the_code_is_not_loaded(altered: Altered) -> None:
    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{**row, "INDUSTRY_NAME": row["INDUSTRY_NAME"].replace("C : ", "10 : ")} for row in rows]

    said = altered(["E-S-05-EMPLOYEES"], BRES, answer(BRES, change))
    assert said.code == 3
    wrong = "`INDUSTRY_NAME` holds '10 : Manufacturing' where (_T|[A-U])(?: : .+)? is expected."
    assert told(said) == [f"error: E-S-05-EMPLOYEES: {wrong} ({REQUESTS['E-S-05-EMPLOYEES']})"]


# Enterprises --------------------------------------------------------------------------------------------------------


def test_size_bands_that_overlap_are_not_added_up(demo: Observed, altered: Altered) -> None:
    """0 is all of them and 10 a part; another band, such as 1 (0 to 4), lies in both and is refused."""
    bands = {what for name, _, _, what in demo if name == "E-BE-06-ENTERPRISES"}
    assert bands == {"_T", "micro"}
    for (name, area, period, _), row in demo.items():
        if name == "E-BE-07":
            parts = [demo["E-BE-06-ENTERPRISES", area, period, band]["value"] for band in ("micro", "_T")]
            assert row["value"] == pytest.approx(100 * parts[0] / parts[1], rel=1e-11)

    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        small = {"EMPLOYMENT_SIZEBAND": "1", "EMPLOYMENT_SIZEBAND_NAME": "0 to 4", "EMPLOYMENT_SIZEBAND_CODE": "1"}
        parts = [{**row, **small, "URN": f"{row['URN']}s"} for row in rows if row["EMPLOYMENT_SIZEBAND"] == "10"]
        return [*rows, *parts]

    sizes = "nomis/NM_142_1/sizes"
    said = altered(["E-BE-06-ENTERPRISES"], sizes, answer(sizes, change))
    assert said.code == 3
    (error,) = told(said)
    wrong = "The answer isn't what was asked for: EMPLOYMENT_SIZEBAND also holds 1."
    assert error == f"error: E-BE-06-ENTERPRISES: {wrong} ({REQUESTS['E-BE-06-ENTERPRISES']})"


def test_density_is_of_all_enterprises(demo: Observed) -> None:
    enterprises = demo["E-BE-06-ENTERPRISES", LEEDS, "2023-03-31/P1D", "_T"]["value"]
    people = demo["S-D-01-16TO64", LEEDS, "2023-06-30/P1D", "_T"]["value"]
    density = demo["E-BE-06", LEEDS, "2023-03-31/P1D", "_T"]["value"]
    assert density == pytest.approx(10_000 * enterprises / people, rel=1e-11)


def test_enterprises_of_kirklees_by_broad_industry(demo: Observed, samples: Path) -> None:
    """Where a group is a section or several, the figures are those of a real answer."""
    sections = {row["INDUSTRY_CODE"]: int(row["OBS_VALUE"]) for row in sample(samples, BUSINESSES)}
    found = {what: row["value"] for (name, area, when, what), row in demo.items() if (name, area, when[:4]) == WHERE}
    groups = {
        "1 : Agriculture, forestry & fishing (A)": "A",
        "2 : Mining, quarrying & utilities (B,D and E)": "BDE",
        "3 : Manufacturing (C)": "C",
        "4 : Construction (F)": "F",
        "10 : Information & communication (J)": "J",
        "18 : Arts, entertainment, recreation & other services (R,S,T and U)": "RSTU",
    }
    assert {name: found[name] for name in groups} == {
        name: sum(sections[letter] for letter in letters) for name, letters in groups.items()
    }
    assert (len(found), found["_T"]) == (19, sum(sections.values()))


BUSINESSES = "NM_142_1_business_counts_kirklees_2025.csv"
WHERE = ("E-S-09", KIRKLEES, "2025")


# Business demography ------------------------------------------------------------------------------------------------


def test_the_county_of_before_is_the_district_of_today(demo: Observed) -> None:
    """Births, deaths and survival of North Yorkshire stand under E10000023 to 2023, under E06000065 in 2024."""
    found = {(name, when[:4]): row["value"] for (name, area, when, _), row in demo.items() if area == NORTH_YORKSHIRE}
    assert [found["E-BE-02-BIRTHS", year] for year in ("2023", "2024")] == [2650, 2400]
    assert [found["E-BE-03-DEATHS", year] for year in ("2019", "2023", "2024")] == [2435, 2600, 2540]
    assert found["E-BE-04", "2019"] == pytest.approx(100 * 1235 / 2535, rel=1e-11)
    flags = {
        row["status_flags"] for (name, area, _, _), row in demo.items() if (name, area) == ("E-BE-04", NORTH_YORKSHIRE)
    }
    assert flags == {"former_county"}


def test_survival_is_by_the_year_of_birth(demo: Observed) -> None:
    """After one year of those born in 2019 to 2023, after three of 2019 to 2021, after five of 2019 alone."""
    years = {
        name: sorted({when[:4] for of_name, _, when, _ in demo if of_name == name})
        for name in ("E-BE-04", "E-BE-04-3YEARS", "E-BE-04-1YEAR")
    }
    assert years == {
        "E-BE-04": ["2019"],
        "E-BE-04-3YEARS": ["2019", "2020", "2021"],
        "E-BE-04-1YEAR": ["2019", "2020", "2021", "2022", "2023"],
    }
    for area in EVERYWHERE:
        one, three, five = (demo[name, area, "2019-01-01/P1Y", "_T"]["value"] for name in reversed(years))
        assert one > three > five


def test_survival_is_reckoned_from_counts(altered: Altered, tmp_path: Path) -> None:
    """Some percentages that are printed don't agree with the counts, and others are formulas: none is read."""

    def change(book: Any) -> None:
        for row in book["Table 5.1a"].iter_rows(min_row=5):
            if row[12].value is not None:
                row[12].value = "=L67/C67*100"

    said = altered(["E-BE-04"], "ons/business-demography", workbook("business-demography", change), "data.xlsx")
    assert said.code == 0, said.err
    found = observed(tmp_path / "yhovi-demo.db", "breakdown")
    assert found["E-BE-04", LEEDS, "2019-01-01/P1Y", "_T"]["value"] == pytest.approx(100 * 1625 / 3890, rel=1e-11)


def test_what_is_not_available_yet_is_missing_for_a_reason(altered: Altered, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for row in book["Table 2.1d"].iter_rows(min_row=5):
            if row[0].value == LEEDS:
                row[2].value = ":"

    content = workbook("business-demography", change)
    said = altered(["E-BE-03-DEATHS"], "ons/business-demography", content, "data.xlsx")
    assert said.code == 0, said.err
    row = observed(tmp_path / "yhovi-demo.db", "breakdown")["E-BE-03-DEATHS", LEEDS, "2024-01-01/P1Y", "_T"]
    assert (row["value"], row["obs_status"], row["status_reason"]) == (None, "O", "not_available")


def test_high_growth_is_of_enterprises_with_ten_employees(demo: Observed) -> None:
    """Not of all that are active: 40 of 770 in Barnsley, which has 7,260."""
    assert demo["E-BE-05", "E08000016", "2024-01-01/P1Y", "_T"]["value"] == pytest.approx(100 * 40 / 770, rel=1e-11)


def test_births_by_quarter_are_those_of_their_sheets(demo: Observed) -> None:
    """Areas are called "E08000035 : Leeds"; North Yorkshire is its seven districts to 2023; deaths stay out."""
    quarters = sorted({when for name, _, when, _ in demo if name == "E-BE-13-BIRTHS"})
    assert (quarters[0], quarters[-1]) == ("2022-01-01/P3M", "2024-10-01/P3M")
    flags = {
        when[:4]: row["status_flags"]
        for (name, area, when, _), row in demo.items()
        if (name, area) == ("E-BE-13-BIRTHS", NORTH_YORKSHIRE)
    }
    assert flags == {"2022": "summed_from_parts", "2023": "summed_from_parts", "2024": None}
    births = [demo["E-BE-13-BIRTHS", LEEDS, when, "_T"]["value"] for when in quarters if when.startswith("2024")]
    assert sum(births) == pytest.approx(demo["E-BE-02-BIRTHS", LEEDS, "2024-01-01/P1Y", "_T"]["value"], abs=10)


def test_a_quarters_births_are_over_the_nearest_population(demo: Observed) -> None:
    births = demo["E-BE-13-BIRTHS", LEEDS, "2024-10-01/P3M", "_T"]["value"]
    residents = demo["S-D-01", LEEDS, "2023-06-30/P1D", "_T"]["value"]
    rate = demo["E-BE-13", LEEDS, "2024-10-01/P3M", "_T"]
    assert rate["value"] == pytest.approx(1000 * births / residents, rel=1e-11)
    assert rate["status_reason"] == "provisional"


# Accounts and productivity ------------------------------------------------------------------------------------------


def test_a_sheet_is_found_by_its_title_wherever_it_stands(altered: Altered, tmp_path: Path) -> None:
    """The correction of October 2025 put a sheet in front, which moved all others by one."""

    def change(book: Any) -> None:
        del book["Correction"]
        book["Table 3"].title = "Table 2"  # openpyxl makes it Table 21, as there is one already
        book.move_sheet(book.worksheets[-1], -3)

    said = altered(["E-BE-11"], "ons/gva-industry-la-tle", workbook("gva-industry-la-tle", change), "data.xlsx")
    assert said.code == 0, said.err
    found = observed(tmp_path / "yhovi-demo.db", "breakdown")
    assert values(of(found, "E-BE-11", "2023-01-01/P1Y"), 0) == GVA_2023


def test_industries_that_contain_each_other_are_not_added_up(demo: Observed) -> None:
    """The total is that of the file, and the sections are parts of it."""
    found = {what: of(demo, "E-S-07-INDUSTRIES", "2023-01-01/P1Y", what) for what in ("_T", "C", "J", "K", "M")}
    assert values(found["_T"], 0) == GVA_2023
    for area in DISTRICTS:
        assert sum(found[what][area]["value"] for what in "CJKM") < found["_T"][area]["value"]


def test_a_suppressed_industry_leaves_the_share_missing(altered: Altered, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for row in book["Table 3"].iter_rows(min_row=3):
            if (row[1].value, row[3].value) == (LEEDS, "K (64-66)"):
                row[-1].value = "[c]"

    indicators = ("E-BE-11", "E-S-07-INDUSTRIES", "E-S-07", "E-S-08")
    content = workbook("gva-industry-la-tle", change)
    said = altered(indicators, "ons/gva-industry-la-tle", content, "data.xlsx")
    assert said.code == 0, said.err
    found = observed(tmp_path / "yhovi-demo.db", "breakdown")
    row = found["E-S-08", LEEDS, "2023-01-01/P1Y", "_T"]
    assert (row["value"], row["status_reason"]) == (None, "suppressed")
    assert round(found["E-S-07", LEEDS, "2023-01-01/P1Y", "_T"]["value"], 1) == 6.0


def test_seven_districts_of_seven_or_none(altered: Altered, tmp_path: Path) -> None:
    """A part of a merged district isn't taken for the whole."""

    def change(book: Any) -> None:
        for table in ("Table 5", "Table 6", "Table 7"):
            sheet = book[table]
            (place,) = [row[1].row for row in sheet.iter_rows() if row[1].value == "E07000165"]
            sheet.delete_rows(place)

    said = altered(["E-BE-10"], "ons/gdp-la", workbook("gdp-la", change), "data.xlsx")
    assert said.code == 0, said.err
    row = observed(tmp_path / "yhovi-demo.db", "breakdown")["E-BE-10", NORTH_YORKSHIRE, "2019-01-01/P1Y", "_T"]
    assert row["value"] is None
    assert "parts_absent" in row["status_flags"]


def test_productivity_is_the_smoothed_one_in_pounds(altered: Altered) -> None:
    """A3 and B3 are smoothed; A1 and B1 are indices, and aren't taken where the others are gone."""

    def change(book: Any) -> None:
        book["A3"].title = "A1"

    content = workbook("productivity-lad", change, "data.xls")
    said = altered(["E-BE-08"], "ons/productivity-lad", content, "data.xls")
    assert said.code == 3
    wrong = "No sheet is called 'A3'. Sheets: 'Contents', 'A1', 'B3'."
    assert told(said) == [f"error: E-BE-08: {wrong} ({ONS}/file?uri={FILES['productivity-lad']})"]


# Real files ---------------------------------------------------------------------------------------------------------

REAL = {
    "business-demography": (
        "businessdemographyexceltables2024.xlsx",
        ("E-BE-01", "E-BE-02-BIRTHS", "E-BE-03-DEATHS", "E-BE-04", "E-BE-04-1YEAR", "E-BE-04-3YEARS", "E-BE-05"),
    ),
    "gva-industry-la-tle": (
        "gva_balanced_la_industry_yorkshire_humber_2025edition_tle.xlsx",
        ("E-BE-11", "E-S-07-INDUSTRIES", "E-S-07", "E-S-08"),
    ),
    "gdp-la": ("regionalgrossdomesticproductlocalauthorities_2021.xlsx", ("E-BE-10",)),
}


@pytest.mark.parametrize("recording", REAL)
def test_a_real_file_gives_the_same_figures(
    demo: Observed, cli: Cli, samples: Path, httpserver: HTTPServer, tmp_path: Path, recording: str
) -> None:
    """The page leads to the publisher's own file, with all its other areas, tables and oddities."""
    name, indicators = REAL[recording]
    file = samples / "ons" / name
    if not file.exists():
        pytest.skip(f"{name} is not on this machine")
    mirror(tmp_path, ONS, httpserver.url_for("/"), deadline=60)
    said = json.loads((CATALOGUE / "recordings/ons" / recording / "exchange.json").read_text("utf-8"))
    for one in said["answers"]:
        body = file if one["file"].startswith("data.") else CATALOGUE / "recordings/ons" / recording / one["file"]
        path = one["url"].removeprefix(ONS)
        expected = httpserver.expect_request(path, query_string=dict(one["parameters"]))
        expected.respond_with_data(body.read_bytes(), content_type=one["headers"]["content-type"])
    done = cli("run", *(part for indicator in indicators for part in ("-i", indicator)), "--catalogue", CATALOGUE)
    assert done.code == 0, done.err
    found = {
        key: (row["value"], row["status_reason"]) for key, row in observed(tmp_path / "yhovi.db", "breakdown").items()
    }
    recorded = {key: (row["value"], row["status_reason"]) for key, row in demo.items() if key[0] in indicators}
    assert found == recorded


def test_productivity_is_that_of_explore_local_statistics(demo: Observed, samples: Path) -> None:
    """All years and districts, by either route."""
    ids = {
        "Gross value added per hour worked": ("E-BE-08", "E-BE-08-ELS"),
        "Gross value added per filled job": ("E-BE-09",),
    }
    with (samples / "els" / "gross-value-added.csv").open(encoding="utf-8-sig", newline="") as file:
        said = [row for row in csv.DictReader(file) if row["areacd"] in DISTRICTS]
    assert len(said) == 15 * (20 + 22)
    for row in said:
        for name in ids[row["indicator"]]:
            found = demo[name, row["areacd"], row["period"], "_T"]["value"]
            assert found == pytest.approx(float(row["observation"]), rel=1e-11)
