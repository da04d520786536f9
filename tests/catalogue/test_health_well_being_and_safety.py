"""Health, well-being, community safety: what is asked, what comes out, and what the sources do unexpectedly."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from itertools import groupby
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
from support.observed import Observed, observed
from support.pages import CONTENT, attached, publication

pytestmark = pytest.mark.untraced

CATALOGUE = Path(str(files(yhovi.indicators)))
SETTINGS = Settings(Path())
REGION, ENGLAND = "E12000003", "E92000001"
LEEDS, NORTH_YORKSHIRE, BARNSLEY = "E08000035", "E06000065", "E08000016"
DISTRICTS = tuple(EMPLOYMENT_2023)
EVERYWHERE = {*DISTRICTS, REGION, ENGLAND}
NOW = {"E08000038": "E08000016", "E08000039": "E08000019"}

PROFILES = "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id?indicator_ids="
AREAS = "&child_area_type_id=501&parent_area_type_id=6"
UPPER_TIER = "&child_area_type_id=502&parent_area_type_id=6"
WELL_BEING = (
    "https://download.ons.gov.uk/downloads/datasets/wellbeing-local-authority/editions/time-series/versions/4.csv"
)
CRIME = "landed:ons/crime-csp-c2?release=year-ending-2025-06"
EXPLORER = "https://www.ons.gov.uk/explore-local-statistics/api/v1/data.csv?indicator="
ALL_OF_IT = "&geo=all&time=all&includeNames=true&includeStatus=true"
SCHEMA = "https://stat-xplore.dwp.gov.uk/webapi/rest/v1/schema/str:valueset:"

REQUESTS = {
    "S-HE-01": f"{PROFILES}90366{AREAS}",
    "S-HE-02": f"{PROFILES}90366{AREAS}",
    "S-HE-03": f"{PROFILES}90362{UPPER_TIER}",
    "S-HE-03-ELS": f"{EXPLORER}healthy-life-expectancy-male{ALL_OF_IT}",
    "S-HE-04": f"{PROFILES}90362{UPPER_TIER}",
    "S-HE-04-ELS": f"{EXPLORER}healthy-life-expectancy-female{ALL_OF_IT}",
    "S-HE-05": f"{PROFILES}93721{AREAS}",
    "S-HE-06": f"{PROFILES}108{AREAS}",
    "S-HE-07": f"{PROFILES}92443{AREAS}",
    "S-HE-08": f"{PROFILES}93088{AREAS}",
    "S-HE-09": f"{PROFILES}41001{AREAS}",
    "S-HE-10-CASES": f"{SCHEMA}PIP_Monthly_new:V_F_PIP_MONTHLY:COA_CODE:V_C_MASTERGEOG21_LA_TO_REGION",
    "S-W-01": WELL_BEING,
    "S-W-02": WELL_BEING,
    "S-W-03": WELL_BEING,
    "S-W-04": WELL_BEING,
    "S-W-05": f"{PROFILES}93014{AREAS}",
    "S-W-06": f"{PROFILES}93015{AREAS}",
    "S-W-08": f"{EXPLORER}children-in-relative-poverty-before-housing{ALL_OF_IT}",
    "S-W-08-CHILDREN": f"{SCHEMA}CILIF_REL:V_F_CILIF_REL:UK_COA_CODE:V_C_MASTERGEOG21_LA_TO_REGION_NI",
    "S-CS-01-OFFENCES": CRIME,
    "S-CS-01-HOME-OFFICE": (
        "https://www.gov.uk/api/content/government/statistical-data-sets/"
        "police-recorded-crime-and-outcomes-open-data-tables"
    ),
    "S-CS-02-OFFENCES": CRIME,
    "S-CS-03-OFFENCES": CRIME,
    "S-CS-04-OFFENCES": CRIME,
    "S-CS-05-INCIDENTS": "landed:ons/crime-csp-c6",
}
MADE_OF = {
    "S-HE-10": ("S-D-01", "S-HE-10-CASES"),
    "S-W-07": ("S-W-05", "S-W-06"),
    "S-CS-01": ("S-CS-01-OFFENCES", "S-D-01"),
    "S-CS-02": ("S-CS-02-OFFENCES", "S-D-01"),
    "S-CS-03": ("S-CS-03-OFFENCES", "S-D-01"),
    "S-CS-04": ("S-CS-04-OFFENCES", "S-D-01"),
    "S-CS-05": ("S-CS-05-INCIDENTS", "S-D-01"),
}
DRAFTS = ("S-CS-01-HOME-OFFICE", "S-CS-05", "S-CS-05-INCIDENTS", "S-W-08-CHILDREN")
ACTIVE = tuple(name for name in sorted({*REQUESTS, *MADE_OF}) if name not in DRAFTS)

# One group of offences in each, as table C2 calls it.
OFFENCES = {
    "S-CS-01": "Total recorded crime (excluding fraud)",
    "S-CS-02": "Violence against the person",
    "S-CS-03": "Theft offences",
    "S-CS-04": "Public order offences",
}
MEASURES = {"S-W-01": "life-satisfaction", "S-W-02": "worthwhile", "S-W-03": "happiness", "S-W-04": "anxiety"}

Row = dict[str, str]
Change = Callable[[list[Row]], list[Row]]
Altered = Callable[..., Said]


@cache
def planned() -> dict[str, Plan]:
    """The plans of all of them, by id."""
    names = {*REQUESTS, *MADE_OF, "S-D-01"}
    reading = read_specs([CATALOGUE / "society" / f"{name}.yaml" for name in names], CATALOGUE)
    assert list(map(str, reading.problems)) == []
    return {plan.spec.id: plan for plan in compile_plans(reading.specs, SETTINGS)}


@pytest.fixture(scope="module")
def demo(demonstration: Demonstration) -> Observed:
    """What is current of these indicators after a demonstration of all."""
    return demonstration.observed([*ACTIVE, "S-D-01"])


def of(demo: Observed, indicator: str, period: str) -> dict[str, dict[str, Any]]:
    """One period of one indicator, by area."""
    return {code: row for (name, code, when), row in demo.items() if (name, when) == (indicator, period)}


@pytest.fixture
def altered(tmp_path: Path, cli: Cli) -> Altered:
    """Runs indicators in a demonstration in which an answer is another one."""

    def run(indicators: Iterable[str], recording: str, change: Change) -> Said:
        folder = tmp_path / "indicators"
        (folder / "society").mkdir(parents=True)
        for name in indicators:
            shutil.copy(CATALOGUE / "society" / f"{name}.yaml", folder / "society")
        there = folder / "recordings" / recording
        there.mkdir(parents=True)
        shutil.copy(CATALOGUE / "recordings" / recording / "exchange.json", there)
        (there / "data.csv").write_text(answer(recording, change), encoding="utf-8", newline="")
        return cli("run", "--all", "--demo", "--catalogue", folder)

    return run


def answer(recording: str, change: Change) -> str:
    """A recorded answer, changed."""
    text = (CATALOGUE / "recordings" / recording / "data.csv").read_text(encoding="utf-8-sig")
    rows = change(list(csv.DictReader(io.StringIO(text))))
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def told(said: Said) -> list[str]:
    """The lines about what was found, without those on the catalogue and the database."""
    return said.sentences[2:]


def sample(samples: Path, name: str) -> list[Row]:
    """The rows of a real file."""
    with (samples / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# What is asked


@pytest.mark.parametrize("indicator", REQUESTS)
def test_asks_what_the_source_documents(indicator: str) -> None:
    described = json.loads(json.dumps(planned()[indicator].described()))
    assert described["exchange"]["first_request"] == f"GET {REQUESTS[indicator]}"


@pytest.mark.parametrize("indicator", MADE_OF)
def test_is_made_of_others(indicator: str) -> None:
    assert tuple(sorted(planned()[indicator].spec.inputs)) == MADE_OF[indicator]


@pytest.mark.parametrize(
    "together",
    [
        ("S-HE-01", "S-HE-02"),
        ("S-HE-03", "S-HE-04"),
        ("S-W-01", "S-W-02", "S-W-03", "S-W-04"),
        ("S-CS-01-OFFENCES", "S-CS-02-OFFENCES", "S-CS-03-OFFENCES", "S-CS-04-OFFENCES"),
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
    active = {name for name, plan in planned().items() if plan.spec.status == "active"}
    assert active == {*ACTIVE, "S-D-01"}


def test_the_table_of_independence_payments_is_asked_for_as_documented() -> None:
    """The database that goes on after 2019, cases and not registrations, and each month by its name."""
    folder = CATALOGUE / "recordings" / "statxplore" / "PIP_Monthly_new"
    asked = json.loads((folder / "exchange.json").read_text(encoding="utf-8"))["answers"][-1]
    body = json.loads(asked["body"])
    areas = "str:field:PIP_Monthly_new:V_F_PIP_MONTHLY:COA_CODE"
    months = "str:field:PIP_Monthly_new:F_PIP_DATE:DATE2"
    value = "str:value:PIP_Monthly_new:V_F_PIP_MONTHLY:COA_CODE:V_C_MASTERGEOG21_LA_TO_REGION:"
    assert (asked["method"], asked["url"]) == ("POST", "https://stat-xplore.dwp.gov.uk/webapi/rest/v1/table")
    assert body["database"] == "str:database:PIP_Monthly_new"
    assert body["measures"] == ["str:count:PIP_Monthly_new:V_F_PIP_MONTHLY"]
    assert body["dimensions"] == [[areas], [months]]
    assert body["recodes"][areas] == {"map": [[f"{value}{code}"] for code in DISTRICTS], "total": False}
    assert body["recodes"][months]["map"][-1] == ["str:value:PIP_Monthly_new:F_PIP_DATE:DATE2:C_PIP_DATE:202510"]


# What was published comes out of the database.


@pytest.mark.parametrize(
    ("indicator", "period", "leeds", "north_yorkshire", "barnsley"),
    [
        ("S-HE-01", "2023-01-01/P3Y", 78.9, 80.7, 77.6),
        ("S-HE-02", "2023-01-01/P3Y", 82.7, 84.4, 81.5),
        ("S-HE-03", "2022-01-01/P3Y", 60.4, 64.5, 55.2),
        ("S-HE-03-ELS", "2022-01-01/P3Y", 60.4, 64.5, 55.2),
        ("S-HE-04", "2022-01-01/P3Y", 60.9, 65.4, 55.3),
        ("S-HE-04-ELS", "2022-01-01/P3Y", 60.9, 65.4, 55.3),
        ("S-HE-05", "2024-01-01/P1Y", 162.3, 121.9, 192.8),
        ("S-W-01", "2022-04-01/P1Y", 7.46, 7.62, 7.37),
        ("S-W-02", "2022-04-01/P1Y", 7.68, 7.85, None),
        ("S-W-03", "2022-04-01/P1Y", 7.28, 7.57, None),
        ("S-W-04", "2022-04-01/P1Y", 3.15, 2.92, None),
        ("S-W-05", "2024-11-16/P1Y", 70.4, 71.8, 67.4),
        ("S-W-06", "2024-11-16/P1Y", 20.3, 19.0, 24.5),
        ("S-W-08", "2024-04-01/P1Y", 24.9754955, 14.67288604, 28.16042038),
        ("S-CS-02-OFFENCES", "2024-07-01/P1Y", None, 12608, 9172),
    ],
)
def test_acceptance_values(
    demo: Observed,
    indicator: str,
    period: str,
    leeds: float | None,
    north_yorkshire: float,
    barnsley: float | None,
) -> None:
    wanted = {LEEDS: leeds, NORTH_YORKSHIRE: north_yorkshire, BARNSLEY: barnsley}
    published = {code: value for code, value in wanted.items() if value is not None}
    assert {code: demo[indicator, code, period]["value"] for code in published} == published


@pytest.mark.parametrize(
    ("indicator", "sex"),
    [("S-HE-03", "Male"), ("S-HE-03-ELS", "Male"), ("S-HE-04", "Female"), ("S-HE-04-ELS", "Female")],
)
def test_healthy_life_expectancy_of_all_years(demo: Observed, samples: Path, indicator: str, sex: str) -> None:
    """Every area and three years, with both limits."""
    compared = 0
    for row in sample(samples, "els/healthy-life-expectancy.csv"):
        code = NOW.get(row["areacd"], row["areacd"])
        if row["indicator"].startswith(sex) and code in EVERYWHERE:
            found = demo[indicator, code, row["period"]]
            said = [round(float(row[name]), 1) for name in ("observation", "lci_95", "uci_95")]
            assert [found["value"], found["lower_ci"], found["upper_ci"]] == said
            compared += 1
    assert compared == 12 * len(EVERYWHERE) == len([key for key in demo if key[0] == indicator])


def test_children_in_low_income_of_all_years(demo: Observed, samples: Path) -> None:
    said = {
        (NOW.get(row["areacd"], row["areacd"]), row["period"]): float(row["observation"])
        for row in sample(samples, "els/children-in-relative-poverty.csv")
        if row["indicator"].endswith("before housing costs")
        and NOW.get(row["areacd"], row["areacd"]) in {*DISTRICTS, REGION}
    }
    assert len(said) == 4 * 16
    assert {key[1:]: row["value"] for key, row in demo.items() if key[0] == "S-W-08"} == said


@pytest.mark.parametrize("indicator", MEASURES)
def test_well_being_until_2021_22(demo: Observed, samples: Path, indicator: str) -> None:
    """Means and their limits; the same column holds shares of answers, which aren't taken."""
    compared = 0
    for row in sample(samples, "ons/wellbeing-local-authority_cmd_v3_yh_lads.csv"):
        key = indicator, row["administrative-geography"], f"{row['yyyy-yy'][:4]}-04-01/P1Y"
        mean = (row["measure-of-wellbeing"], row["wellbeing-estimate"]) == (MEASURES[indicator], "average-mean")
        if mean and row["v4_3"] and key in demo:
            found = demo[key]
            said = [float(row[name]) for name in ("v4_3", "Lower limit", "Upper limit")]
            assert [found["value"], found["lower_ci"], found["upper_ci"]] == said
            compared += 1
    assert compared >= 14 * 11


@pytest.mark.parametrize("indicator", OFFENCES)
def test_recorded_crime(demo: Observed, samples: Path, indicator: str) -> None:
    """Table C2: partnerships, not forces, nor what is in no partnership."""
    with (samples / "ons/crime_csp_table_c2_year_ending_june_2025.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))[7:]
    place = [" ".join(name.split()) for name in header].index(OFFENCES[indicator])
    said = {NOW.get(row[4], row[4]): float(row[place].replace(",", "")) for row in rows if row[4]}
    found = of(demo, f"{indicator}-OFFENCES", "2024-07-01/P1Y")
    assert {code: row["value"] for code, row in found.items()} == {code: said[code] for code in DISTRICTS}
    assert {row["origin"] for row in found.values()} == {"published"}


@pytest.mark.parametrize("indicator", OFFENCES)
def test_crime_is_divided_by_the_residents_of_the_nearest_mid_year(demo: Observed, indicator: str) -> None:
    for code in DISTRICTS:
        rate = demo[indicator, code, "2024-07-01/P1Y"]
        offences = demo[f"{indicator}-OFFENCES", code, "2024-07-01/P1Y"]["value"]
        residents = demo["S-D-01", code, "2023-06-30/P1D"]["value"]
        assert (rate["numerator"], rate["denominator"]) == (offences, residents)
        assert rate["value"] == pytest.approx(offences / residents * 1000, rel=1e-9)


def test_people_on_independence_payment_per_1000(demo: Observed) -> None:
    for code in DISTRICTS:
        rate = demo["S-HE-10", code, "2025-10-01/P1M"]
        cases = demo["S-HE-10-CASES", code, "2025-10-01/P1M"]["value"]
        residents = demo["S-D-01", code, "2023-06-30/P1D"]["value"]
        assert rate["value"] == pytest.approx(cases / residents * 1000, rel=1e-9)


def test_the_three_groups_of_activity_are_everybody(demo: Observed) -> None:
    found = [(code, when, row["value"]) for (name, code, when), row in demo.items() if name == "S-W-07"]
    assert len(found) == 10 * len(EVERYWHERE)
    for code, when, fairly in found:
        others = sum(demo[name, code, when]["value"] for name in ("S-W-05", "S-W-06"))
        assert fairly + others == pytest.approx(100)


# Where there are figures, and where there are none

DISTRICTS_ALONE = {"S-HE-10", "S-HE-10-CASES", *OFFENCES, *(f"{name}-OFFENCES" for name in OFFENCES)}


@pytest.mark.parametrize("indicator", ACTIVE)
def test_fifteen_districts(demo: Observed, indicator: str) -> None:
    latest = max(period for name, _, period in demo if name == indicator)
    found = of(demo, indicator, latest)
    without = DISTRICTS_ALONE if indicator in DISTRICTS_ALONE else ()
    wanted = set(DISTRICTS) if without else EVERYWHERE - ({ENGLAND} if indicator == "S-W-08" else set())
    assert set(found) == wanted
    assert all(row["value"] is not None for row in found.values())


def test_the_latest_year_of_children_in_low_income_is_provisional(demo: Observed) -> None:
    status = {(period, row["obs_status"]) for (name, _, period), row in demo.items() if name == "S-W-08"}
    assert sorted(status) == [
        ("2021-04-01/P1Y", "A"),
        ("2022-04-01/P1Y", "A"),
        ("2023-04-01/P1Y", "A"),
        ("2024-04-01/P1Y", "P"),
    ]


# What the sources do unexpectedly

PARTNERSHIPS = {
    "City of York": "E06000014",
    "North Yorkshire": NORTH_YORKSHIRE,
    "Kingston upon Hull, City of": "E06000010",
    "Leeds": LEEDS,
}
HEADER = (
    *("Financial Year", "Financial Quarter", "Police Force", "CSP Name", "Offence Description", "Offence Group"),
    *("Offence Subgroup", "Offence Code", "Offence Count"),
)


def crimes() -> bytes:
    """Two years of the Home Office's workbook, of which the second has two quarters; some offences are nobody's."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    for year, quarters in (("2024/25", (1, 2, 3, 4)), ("2025/26", (1, 2))):
        sheet = book.create_sheet(year.replace("/", "_"))
        sheet.append(HEADER)
        for quarter in quarters:
            for name in (*PARTNERSHIPS, "Unassigned North Yorkshire"):
                for group, count in (("Theft offences", 1000), ("Drug Offences", 500)):
                    sheet.append((year, quarter, "a force", name, "one", group, "", "1", count * quarter))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_partnerships_are_known_by_their_names_and_years_by_four_quarters(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "indicators"
    (folder / "society").mkdir(parents=True)
    text = (CATALOGUE / "society" / "S-CS-01-HOME-OFFICE.yaml").read_text(encoding="utf-8")
    text = text.replace("  complete: {areas: all}\n", "")  # four of fifteen are enough here
    (folder / "society" / "S-CS-01-HOME-OFFICE.yaml").write_text(text, encoding="utf-8")
    page = REQUESTS["S-CS-01-HOME-OFFICE"].removeprefix(CONTENT)
    file = attached("prc-csp-mar2021-mar2026-tables-230726.xlsx")
    said = publication(page, [file], organisations=("home-office",))
    there = folder / "recordings" / "homeoffice"
    there.mkdir(parents=True)
    (there / "page.json").write_text(json.dumps(said), encoding="utf-8")
    (there / "data.xlsx").write_bytes(crimes())
    asked = {"parameters": [], "method": "GET", "body": None, "status": 200, "headers": {}}
    answers = [
        {**asked, "url": f"{CONTENT}{page}", "file": "page.json"},
        {**asked, "url": file["url"], "file": "data.xlsx"},
    ]
    known = {"source": "homeoffice", "dataset": "recorded-crime", "retrieved_at": "2026-08-01T06:00:00+00:00"}
    exchange = {**known, "release": "2026-07-23", "origin": "synthetic", "answers": answers}
    (there / "exchange.json").write_text(json.dumps(exchange), encoding="utf-8")

    assert cli("run", "-i", "S-CS-01-HOME-OFFICE", "--drafts", "--demo", "--catalogue", folder).code == 0
    found = {key[1:]: row["value"] for key, row in observed(tmp_path / "yhovi-demo.db").items()}
    assert found == {
        **{(code, "2024-04-01/P1Y"): 15000 for code in PARTNERSHIPS.values()},
        **{(code, "2025-04-01/P1Y"): None for code in PARTNERSHIPS.values()},
    }


def test_preventable_mortality_is_not_the_suicide_rate() -> None:
    """41001 is suicide, of people aged 10 and over; it was once taken for preventable mortality under 75."""
    assert planned()["S-HE-05"].spec.source.query["indicator"] == 93721
    assert planned()["S-HE-09"].spec.source.query["indicator"] == 41001


def test_area_types_are_those_of_today() -> None:
    """501 is districts; 502, like 402, is upper tier, and is asked for what has no districts alone."""
    asked = {
        name: plan.spec.source.query.get("area_type") for name, plan in planned().items() if plan.spec.source.query
    }
    assert {name for name, number in asked.items() if number == 502} == {"S-HE-03", "S-HE-04"}
    assert {number for number in asked.values() if number} == {501, 502}


def test_children_are_counted_before_housing_costs_and_below_16() -> None:
    query = planned()["S-W-08-CHILDREN"].spec.source.query
    assert query["database"] == "str:database:CILIF_REL"
    assert [measure["id"] for measure in query["measures"]] == ["str:count:CILIF_REL:V_F_CILIF_REL"]
    assert [list(map(list, query["dimensions"][2]["codes"]))] == [[[1, 2, 3]]]
    assert "CILIF_AHC" not in json.dumps(planned()["S-W-08-CHILDREN"].described()["exchange"])


PERIODS = {
    **{f"S-HE-0{number}": "-01-01/P3Y" for number in (1, 2, 3, 4, 9)},
    **{f"S-HE-0{number}": "-01-01/P1Y" for number in (5, 6, 7)},
    **dict.fromkeys(("S-HE-08", "S-W-05", "S-W-06", "S-W-07"), "-11-16/P1Y"),
    **dict.fromkeys((*MEASURES, "S-W-08"), "-04-01/P1Y"),
}


@pytest.mark.parametrize(("indicator", "form"), sorted(PERIODS.items()))
def test_single_and_pooled_years_are_no_one_series(demo: Observed, indicator: str, form: str) -> None:
    assert {period[4:] for name, _, period in demo if name == indicator} == {form}


@pytest.mark.parametrize("indicator", ["S-HE-06", "S-HE-07", "S-HE-09", "S-W-05"])
def test_rows_of_another_length_category_sex_or_age_are_left_out(
    altered: Altered, tmp_path: Path, demo: Observed, indicator: str
) -> None:
    number = REQUESTS[indicator].partition("=")[2].partition("&")[0]
    other = {"1y": "3y", "3y": "1y"}

    def change(rows: list[Row]) -> list[Row]:
        last = [row for row in rows if row["Sex"] == "Persons" and row["Time period"] == rows[-1]["Time period"]]
        pooled = [{**row, "Time period range": other[row["Time period range"]], "Value": "1"} for row in last]
        women = [{**row, "Sex": "Female", "Value": "2"} for row in last]
        old = [{**row, "Age": "65+ yrs", "Value": "3"} for row in last]
        deprived = [{**row, "Category Type": "deprivation deciles", "Value": "4"} for row in last]
        return [*rows, *pooled, *women, *old, *deprived]

    assert altered([indicator], f"fingertips/{number}", change).code == 0
    found = {key: row["value"] for key, row in observed(tmp_path / "yhovi-demo.db").items()}
    assert found == {key: row["value"] for key, row in demo.items() if key[0] == indicator}


def test_england_comes_once_for_each_parent(demo: Observed) -> None:
    text = (CATALOGUE / "recordings/fingertips/90362/data.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["Area Code"] == ENGLAND]
    assert len(rows) == 2 * 2 * 12
    assert len([key for key in demo if key[:2] == ("S-HE-03", ENGLAND)]) == 12


def test_a_suppressed_suicide_rate_is_missing_and_not_zero(altered: Altered, tmp_path: Path) -> None:
    note = "Value suppressed for disclosure control due to small count"

    def change(rows: list[Row]) -> list[Row]:
        empty = {"Value": "", "Lower CI 95.0 limit": "", "Upper CI 95.0 limit": "", "Value note": note}
        return [{**row, **empty} if row["Area Code"] == "E06000014" else row for row in rows]

    assert altered(["S-HE-09"], "fingertips/41001", change).code == 0
    row = observed(tmp_path / "yhovi-demo.db")["S-HE-09", "E06000014", "2022-01-01/P3Y"]
    assert (row["value"], row["obs_status"], row["status_reason"]) == (None, "Q", "suppressed")


def test_healthy_life_expectancy_is_not_spread_over_districts(altered: Altered) -> None:
    """Were North Yorkshire absent, nothing would stand in for it: the indicator stops."""

    def change(rows: list[Row]) -> list[Row]:
        return [row for row in rows if row["Area Code"] != NORTH_YORKSHIRE]

    said = altered(["S-HE-03", "S-HE-03-ELS"], "fingertips/90362", change)
    assert said.code == 6
    assert told(said) == [
        (
            "error: S-HE-03: 12 of 180 observations are absent: E06000065 North Yorkshire 2011-01-01/P3Y, E06000065 "
            "North Yorkshire 2012-01-01/P3Y, E06000065 North Yorkshire 2013-01-01/P3Y, E06000065 North Yorkshire "
            "2014-01-01/P3Y, E06000065 North Yorkshire 2015-01-01/P3Y and 7 more. The source left areas out, or prints "
            "codes that the recipe drops. The published figure for E06000065 2022-01-01/P3Y is 64.5, but no "
            "observation came out. Cited from: OHID, Fingertips 90362, North Yorkshire UA, male, 2022 - 24."
        ),
        "  Nothing was loaded; what was loaded before is untouched.",
    ]


def test_well_being_of_north_yorkshire_is_that_of_the_county(demo: Observed) -> None:
    """The districts' means are never averaged."""
    rows = [demo[name, NORTH_YORKSHIRE, "2022-04-01/P1Y"] for name in MEASURES]
    assert {row["source_area_code"] for row in rows} == {"E10000023"}


def test_both_codes_of_barnsley_and_sheffield_come(demo: Observed) -> None:
    text = (CATALOGUE / "recordings/els/children-in-relative-poverty-before-housing/data.csv").read_text("utf-8-sig")
    codes = {row["areacd"] for row in csv.DictReader(io.StringIO(text))}
    assert {*NOW, *NOW.values()} <= codes
    kept = {row["source_area_code"] for key, row in demo.items() if key[0] == "S-W-08"}
    assert kept & {*NOW, *NOW.values()} == set(NOW)


def test_a_second_route_that_differs_is_told(altered: Altered) -> None:
    def change(rows: list[Row]) -> list[Row]:
        place = "E08000032", "2021-01-01/P3Y"
        return [{**row, "value": "60.9"} if (row["areacd"], row["period"]) == place else row for row in rows]

    said = altered(["S-HE-03", "S-HE-03-ELS"], "els/healthy-life-expectancy-male", change)
    assert (said.code, told(said)) == (
        0,
        [
            (
                "warning: S-HE-03: 1 of 204 numbers differs by more than 0.06 from S-HE-03-ELS: E08000032 Bradford "
                "2021-01-01/P3Y 57.4, there 60.9."
            )
        ],
    )


def test_the_areas_of_independence_payments_are_no_made_up_places() -> None:
    """The service's list has codes that are no area; they aren't asked for."""
    folder = CATALOGUE / "recordings" / "statxplore" / "PIP_Monthly_new"
    listed = json.loads((folder / "areas.json").read_text(encoding="utf-8"))["children"]
    codes = [one["id"].rpartition(":")[2] for one in listed]
    assert [key for key, _ in groupby(codes, key=lambda code: code[:1])] == ["E", "Z", "X"]
