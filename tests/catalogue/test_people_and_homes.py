"""Demographics, housing, connectivity, civic participation: what is asked, what comes out, and the sources' traps."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yhovi.indicators
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.plan import Plan
from yhovi.engine.settings import Settings
from yhovi.engine.spec import read_specs

from support.commands import Cli, Said
from support.demonstration import Demonstration
from support.figures import EMPLOYMENT_2023
from support.observed import Observed

pytestmark = pytest.mark.untraced

CATALOGUE = Path(str(files(yhovi.indicators)))
SETTINGS = Settings(Path())
REGION, ENGLAND, NORTH_YORKSHIRE = "E12000003", "E92000001", "E06000065"
BARNSLEY, SHEFFIELD, LEEDS = "E08000016", "E08000019", "E08000035"
DISTRICTS = tuple(EMPLOYMENT_2023)
EVERYWHERE = {*DISTRICTS, REGION, ENGLAND}

PEOPLE = (
    "https://www.nomisweb.co.uk/api/v01/dataset/NM_2002_1.data.csv?geography=1778384906...1778384910,1778384958,"
    "1778385139...1778385142,1778385154...1778385158,2013265923,2092957699&time=2015,latest&gender=0&c_age="
)
AGES = f"{PEOPLE}200,201,209,117,118&measures=20100"
HOUSING = "/peoplepopulationandcommunity/housing/datasets"
FUEL_POVERTY = "https://www.gov.uk/api/content/government/statistics/sub-regional-fuel-poverty-data-2022"


def explored(series: str) -> str:
    """What is asked of Explore Local Statistics."""
    return (
        f"https://www.ons.gov.uk/explore-local-statistics/api/v1/data.csv?indicator={series}&geo=all&time=all"
        "&includeNames=true&includeStatus=true"
    )


REQUESTS = {
    "S-D-01": f"{PEOPLE}200&measures=20100",
    "S-D-01-ADULTS": AGES,
    "S-D-02": AGES,
    "S-D-03": AGES,
    "S-D-04": AGES,
    "S-D-05": explored("median-age"),
    "S-D-06": explored("population-density"),
    "S-H-01": (f"https://www.ons.gov.uk{HOUSING}/ratioofhousepricetoworkplacebasedearningslowerquartileandmedian/data"),
    "S-H-02": explored("housing-affordability-ratio"),
    "S-H-03": explored("net-additions-housing-stock"),
    "S-H-04-REGISTER": (
        "https://www.gov.uk/api/content/government/statistical-data-sets/live-tables-on-rents-lettings-and-tenancies"
    ),
    "S-H-04-HOUSEHOLDS": FUEL_POVERTY,
    "S-H-06": f"https://www.ons.gov.uk{HOUSING}/medianenergyefficiencyscoreenglandandwales/data",
    "S-H-07": (
        "https://www.ons.gov.uk/economy/inflationandpriceindices/datasets/"
        "priceindexofprivaterentsukmonthlypricestatistics/data"
    ),
    "S-H-08": (
        "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id?indicator_ids=93759&child_area_type_id=501"
        "&parent_area_type_id=6"
    ),
    "S-H-08-DESNZ": FUEL_POVERTY,
    "S-C-01": "landed:ofcom/fixed-coverage?release=2022-09",
    "S-C-01-ELS": explored("gigabit-capable-broadband"),
    "S-C-02": "landed:ofcom/fixed-coverage?release=2022-09",
    "S-C-03": "landed:ofcom/fixed-coverage?release=2022-09",
    "S-C-03-ELS": explored("premises-below-30mbps"),
    "S-C-05": explored("5g-coverage"),
    "S-C-06": explored("walk-railway-station"),
    "S-CP-02": explored("engaged-with-arts"),
    "S-CP-03": explored("visited-public-library"),
    "S-CP-04": explored("visited-heritage-site"),
}
MADE_OF = {
    "S-D-07": ("S-D-01",),
    "S-H-04": ("S-H-04-HOUSEHOLDS", "S-H-04-REGISTER"),
    "S-H-05": ("S-D-01", "S-H-05-COMPLETIONS"),
    "S-CP-05": ("S-CP-05-ELECTORS", "S-D-01-ADULTS"),
}
DRAFTS = ("S-C-04", "S-CP-01", "S-CP-05", "S-CP-05-ELECTORS", "S-CP-06", "S-H-05", "S-H-05-COMPLETIONS")
ACTIVE = tuple(name for name in sorted({*REQUESTS, *MADE_OF}) if name not in DRAFTS)
COMPONENTS = {"S-C-01-ELS", "S-C-03-ELS", "S-D-01-ADULTS", "S-H-04-HOUSEHOLDS", "S-H-04-REGISTER", "S-H-08-DESNZ"}

# Of these some or all figures in the demonstration are made up; of all others every one is published.
SYNTHETIC = {
    *("S-D-05", "S-D-06", "S-H-03", "S-H-04", "S-H-04-REGISTER", "S-H-06", "S-H-07"),
    *("S-C-06", "S-CP-02", "S-CP-03", "S-CP-04"),
}

# Published for Leeds, North Yorkshire and Barnsley.
ACCEPTED = {
    ("S-H-01", "2024-04-01/P1D"): (6.4, 7.95, 4.67),
    ("S-H-02", "2025-04-01/P1D"): (6.67, 7.44, 4.91),
    ("S-H-03", "2024-04-01/P1Y"): (12, 9, 5),
    ("S-C-01-ELS", "2026-01-01/P1M"): (96.0, 82.6, 91.3),
    ("S-C-03-ELS", "2026-01-01/P1M"): (1.4, 4.3, 0.9),
    ("S-CP-02", "2023-04-01/P1Y"): (89, 91, 87),
    ("S-CP-03", "2023-04-01/P1Y"): (23, 26, 21),
    ("S-CP-04", "2023-04-01/P1Y"): (69, 75, 60),
}

# Published by Ofcom for September 2022, in percent: gigabit, full fibre, below 30 Mbit/s.
COVERAGE_2022 = {
    "E06000010": (97.7, 97.7, 0.0),
    "E06000011": (76.3, 76.3, 2.6),
    "E06000012": (88.6, 2.6, 3.0),
    "E06000013": (65.4, 36.8, 4.9),
    "E06000014": (70.0, 52.3, 5.0),
    "E08000016": (28.7, 27.2, 1.4),
    "E08000017": (66.9, 55.6, 1.6),
    "E08000018": (63.5, 29.3, 1.5),
    "E08000019": (68.9, 50.5, 2.9),
    "E08000032": (83.4, 35.0, 2.5),
    "E08000033": (52.7, 15.3, 4.7),
    "E08000034": (78.6, 50.0, 2.2),
    "E08000035": (88.4, 72.6, 2.7),
    "E08000036": (73.0, 56.4, 2.7),
}

Altered = Callable[[str, str, bytes], Said]


@cache
def planned() -> dict[str, Plan]:
    """The plans of all of them, by id."""
    reading = read_specs([CATALOGUE / "society" / f"{name}.yaml" for name in {*REQUESTS, *MADE_OF, *DRAFTS}], CATALOGUE)
    assert list(map(str, reading.problems)) == []
    return {plan.spec.id: plan for plan in compile_plans(reading.specs, SETTINGS)}


@pytest.fixture(scope="module")
def demo(demonstration: Demonstration) -> Observed:
    """What is current of these indicators after a demonstration of all."""
    return demonstration.observed(ACTIVE)


def of(demo: Observed, indicator: str, period: str) -> dict[str, dict[str, Any]]:
    """One period of one indicator, by area."""
    return {code: row for (name, code, when), row in demo.items() if (name, when) == (indicator, period)}


def recorded(recording: str) -> bytes:
    """The table of a recording."""
    return (CATALOGUE / "recordings" / recording / "data.csv").read_bytes()


@pytest.fixture
def altered(tmp_path: Path, cli: Cli) -> Altered:
    """Runs one indicator in a demonstration in which its answer is another one."""

    def run(indicator: str, recording: str, content: bytes) -> Said:
        folder = tmp_path / "indicators"
        (folder / "society").mkdir(parents=True)
        shutil.copy(CATALOGUE / "society" / f"{indicator}.yaml", folder / "society")
        there = folder / "recordings" / recording
        there.mkdir(parents=True)
        shutil.copy(CATALOGUE / "recordings" / recording / "exchange.json", there)
        (there / "data.csv").write_bytes(content)
        return cli("run", "--all", "--demo", "--catalogue", folder)

    return run


# What is asked.


@pytest.mark.parametrize("indicator", REQUESTS)
def test_asks_what_the_source_documents(indicator: str) -> None:
    described = planned()[indicator].described()
    assert json.loads(json.dumps(described))["exchange"]["first_request"] == f"GET {REQUESTS[indicator]}"


@pytest.mark.parametrize("indicator", MADE_OF)
def test_is_made_of_others(indicator: str) -> None:
    assert tuple(sorted(planned()[indicator].spec.inputs)) == MADE_OF[indicator]


@pytest.mark.parametrize(
    "together",
    [
        ("S-D-01-ADULTS", "S-D-02", "S-D-03", "S-D-04"),
        ("S-C-01", "S-C-02", "S-C-03"),
        ("S-H-04-HOUSEHOLDS", "S-H-08-DESNZ"),
    ],
)
def test_what_comes_in_one_answer_is_asked_once(together: tuple[str, ...]) -> None:
    exchanges = [planned()[name].described()["exchange"] for name in together]
    assert len({(exchange["dataset"], exchange["first_request"]) for exchange in exchanges}) == 1


@pytest.mark.parametrize("indicator", DRAFTS)
def test_what_nobody_verified_is_a_draft_with_its_reason(indicator: str) -> None:
    spec = planned()[indicator].spec
    assert spec.status == "draft"
    assert spec.status_reason.endswith(".")


def test_all_others_are_active() -> None:
    assert {name for name, plan in planned().items() if plan.spec.status == "active"} == set(ACTIVE)
    assert {name for name in ACTIVE if not planned()[name].spec.publish} == COMPONENTS


# What was published comes out of the database.


@pytest.mark.parametrize(("indicator", "period"), ACCEPTED)
def test_published_values(demo: Observed, indicator: str, period: str) -> None:
    found = of(demo, indicator, period)
    values = tuple(found[code]["value"] for code in (LEEDS, NORTH_YORKSHIRE, BARNSLEY))
    assert values == ACCEPTED[indicator, period]


def test_coverage_is_as_printed(demo: Observed) -> None:
    """It comes from the numbers of premises, and rounds to the percentages that are printed beside them."""
    for place, indicator in enumerate(("S-C-01", "S-C-02", "S-C-03")):
        found = of(demo, indicator, "2022-09-01/P1M")
        shares = {code: round(found[code]["value"], 1) for code in COVERAGE_2022}
        assert shares == {code: shares[place] for code, shares in COVERAGE_2022.items()}


def test_north_yorkshire_is_the_premises_of_its_former_districts(demo: Observed) -> None:
    row = demo["S-C-03", NORTH_YORKSHIRE, "2022-09-01/P1M"]
    parts = (1731, 3765, 4498, 3044, 3466, 3155, 2111)
    premises = (30719, 45721, 80312, 25332, 30597, 64363, 44108)
    assert (row["numerator"], row["denominator"]) == (sum(parts), sum(premises))
    assert row["value"] == pytest.approx(sum(parts) / sum(premises) * 100)


def test_house_prices_of_all_years(demo: Observed, samples: Path) -> None:
    with (samples / "els" / "housing-affordability-ratio.csv").open(encoding="utf-8-sig", newline="") as file:
        said = [row for row in csv.DictReader(file) if row["areacd"] in EVERYWHERE]
    assert len(said) == 24 * (len(EVERYWHERE) - 2)
    for row in said:
        found = demo["S-H-02", row["areacd"], f"{row['period']}/P1D"]
        assert found["value"] == (float(row["observation"]) if row["observation"] else None)


def test_ratios_to_earnings_of_jobs_of_all_years(demo: Observed, samples: Path) -> None:
    book = openpyxl.load_workbook(samples / "ons" / "aff1ratioofhousepricetoworkplacebasedearnings2024.xlsx")
    header, *rows = list(book["5c"].iter_rows(min_row=2, values_only=True))
    compared = {row[2]: dict(zip(header[4:32], row[4:32], strict=True)) for row in rows if row[2] in DISTRICTS}
    found = {
        code: {str(year): demo["S-H-01", code, f"{year}-04-01/P1D"]["value"] or "[x]" for year in range(1997, 2025)}
        for code in DISTRICTS
    }
    assert found == compared


def test_ages_are_those_of_nomis(demo: Observed, samples: Path) -> None:
    """No group of ages ends with 17: 16 and 17 come on top of 0 to 15."""
    name = "NM_2002_1_population_lad_region_2021_full_columns.csv"
    with (samples / "nomis" / name).open(encoding="utf-8-sig", newline="") as file:
        people = {(row["GEOGRAPHY_CODE"], row["C_AGE"]): int(row["OBS_VALUE"]) for row in csv.DictReader(file)}
    parts = {"S-D-02": ("201", "117", "118"), "S-D-03": ("209",), "S-D-04": ("201",)}
    for code in {*DISTRICTS, REGION} - {NORTH_YORKSHIRE}:
        for indicator, codes in parts.items():
            row = demo[indicator, code, "2021-06-30/P1D"]
            assert row["numerator"] == sum(people[code, age] for age in codes)
            assert row["value"] == pytest.approx(row["numerator"] / people[code, "200"] * 100)
        adults = demo["S-D-01-ADULTS", code, "2021-06-30/P1D"]["value"]
        assert adults == people[code, "200"] - demo["S-D-02", code, "2021-06-30/P1D"]["numerator"]


def test_change_over_five_years(demo: Observed) -> None:
    before, after = (demo["S-D-01", LEEDS, f"{year}-06-30/P1D"]["value"] for year in (2018, 2023))
    assert demo["S-D-07", LEEDS, "2023-06-30/P1D"]["value"] == pytest.approx((after / before - 1) * 100)
    assert min(period for name, _, period in demo if name == "S-D-07") == "2020-06-30/P1D"


def test_every_figure_says_whether_it_is_published(demo: Observed) -> None:
    origins = {(name, row["origin"]) for (name, _, _), row in demo.items()}
    assert origins == {(name, "synthetic" if name in SYNTHETIC else "published") for name in ACTIVE}


# Where there are figures, and where there are none.

DISTRICTS_ALONE = ("S-C-01", "S-C-02", "S-C-03", "S-H-01", "S-H-04", "S-H-04-REGISTER", "S-H-06")
WITHOUT_ENGLAND = ("S-C-05",)


@pytest.mark.parametrize("indicator", [name for name in ACTIVE if not name.startswith(("S-C-01-", "S-C-03-"))])
def test_fifteen_districts_and_what_is_above_them(demo: Observed, indicator: str) -> None:
    latest = max(period for name, _, period in demo if name == indicator)
    found = of(demo, indicator, latest)
    above = {*DISTRICTS} if indicator in DISTRICTS_ALONE else EVERYWHERE
    assert set(found) == (above - {ENGLAND} if indicator in WITHOUT_ENGLAND else above)
    assert [code for code, row in found.items() if row["value"] is None] == []


@pytest.mark.parametrize(("indicator", "years"), [("S-H-01", range(1997, 2003)), ("S-H-02", [2002])])
def test_ratios_of_north_yorkshire_begin_later(demo: Observed, indicator: str, years: range) -> None:
    missing = {
        (code, period[:4], row["status_reason"])
        for (name, code, period), row in demo.items()
        if name == indicator and row["value"] is None
    }
    assert missing == {(NORTH_YORKSHIRE, str(year), "not_available") for year in years}


def test_additions_of_north_yorkshire_are_of_one_year(demo: Observed) -> None:
    """Rates of its former districts can't be put together."""
    assert [when for name, code, when in demo if (name, code) == ("S-H-03", NORTH_YORKSHIRE)] == ["2024-04-01/P1Y"]


def test_the_register_of_north_yorkshire_is_that_of_its_districts_until_2022(demo: Observed) -> None:
    found = {when[:4]: row for (name, code, when), row in demo.items() if (name, code) == ("S-H-04", NORTH_YORKSHIRE)}
    assert sorted(found) == [str(year) for year in range(2016, 2026)]
    assert found["2016"]["numerator"] == 460 + 1050 + 1700 + 520 + 780 + 1900 + 900
    assert {row["denominator"] for row in found.values()} == {276915}


# What the sources do unexpectedly.


def test_the_five_year_average_is_no_year(demo: Observed) -> None:
    assert {period[:4] for name, _, period in demo if name == "S-H-01"} == {str(year) for year in range(1997, 2025)}


def test_recoded_districts_come_once(demo: Observed) -> None:
    """The explorer has Barnsley and Sheffield under two codes with the same figures, or under the new ones alone."""
    rows = list(csv.DictReader(recorded("els/5g-coverage").decode("utf-8-sig").splitlines()))
    codes = [row["areacd"] for row in rows if row["areanm"] in ("Barnsley", "Sheffield")]
    assert codes == ["E08000038", BARNSLEY, "E08000039", SHEFFIELD]
    found = of(demo, "S-C-05", "2025-01-01/P1M")
    assert {code: found[code]["value"] for code in (BARNSLEY, SHEFFIELD)} == {BARNSLEY: 90.16, SHEFFIELD: 87.12}
    others = csv.DictReader(recorded("els/walk-railway-station").decode("utf-8-sig").splitlines())
    new = {row["areacd"] for row in others}
    assert {"E08000038", "E08000039"} <= new
    assert not {BARNSLEY, SHEFFIELD} & new


def test_households_in_fuel_poverty_by_two_routes(demo: Observed) -> None:
    """Fingertips has what the department published; counties in its table don't count their districts again."""
    one, other = (of(demo, name, "2020-01-01/P1Y") for name in ("S-H-08", "S-H-08-DESNZ"))
    assert set(one) == set(other) == EVERYWHERE
    for code, row in one.items():
        assert [row[name] for name in ("value", "numerator", "denominator")] == pytest.approx(
            [other[code][name] for name in ("value", "numerator", "denominator")]
        )
    assert round(other[NORTH_YORKSHIRE]["value"], 2) == 15.09
    assert demo["S-H-04-HOUSEHOLDS", NORTH_YORKSHIRE, "2020-01-01/P1Y"]["value"] == 276915


def test_the_other_route_to_gigabit_coverage_agrees(demo: Observed) -> None:
    one, other = (of(demo, name, "2022-09-01/P1M") for name in ("S-C-01", "S-C-01-ELS"))
    assert set(other) == set(COVERAGE_2022)
    assert all(abs(one[code]["value"] - other[code]["value"]) <= 0.1 for code in other)


def test_without_an_age_there_is_no_share(altered: Altered) -> None:
    """Seventeen-year-olds who are absent are not nobody."""
    recording = "nomis/NM_2002_1/ages"
    rows = list(csv.reader(recorded(recording).decode().splitlines()))
    age = rows[0].index("C_AGE_NAME")
    kept = [row for row in rows[1:] if row[age] != "Age 17"]
    numbered = [[*row[:-2], str(number), str(len(kept))] for number, row in enumerate(kept)]
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in [rows[0], *numbered])
    said = altered("S-D-02", recording, text.encode())
    assert said.code == 3
    assert said.sentences[2:] == [
        f"error: S-D-02: The answer isn't what was asked for: C_AGE lacks 118. ({AGES})",
        "  Nomis drops codes that it doesn't know, or answers with the total: check the codes of the query.",
    ]


def test_earnings_of_jobs_and_of_residents_are_told_apart(demo: Observed) -> None:
    """The explorer's ratio is that of residents, though others have called it that of workplaces."""
    found = [demo[name, LEEDS, "2024-04-01/P1D"]["value"] for name in ("S-H-01", "S-H-02")]
    assert found == [6.4, 6.58]


def test_a_ratio_is_no_percentage() -> None:
    """The explorer calls the unit of S-H-02 a percentage."""
    measures = [planned()[name].spec.measure for name in ("S-H-01", "S-H-02")]
    assert [(one.type, one.unit) for one in measures] == [("modelled", "ratio")] * 2
