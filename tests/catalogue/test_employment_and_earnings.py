"""Employment and jobs, earnings and income: what is asked, what comes out, and what the sources do unexpectedly."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yhovi.indicators
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.plan import Plan
from yhovi.engine.settings import Settings
from yhovi.engine.spec import read_specs

from support.commands import Cli
from support.demonstration import Demonstration
from support.figures import EMPLOYMENT_2023
from support.observed import Observed, observed

pytestmark = pytest.mark.untraced

CATALOGUE = Path(str(files(yhovi.indicators)))
SETTINGS = Settings(Path())
REGION, ENGLAND, NORTH_YORKSHIRE = "E12000003", "E92000001", "E06000065"
DISTRICTS = tuple(EMPLOYMENT_2023)
EVERYWHERE = {*DISTRICTS, REGION, ENGLAND}

BASE = "https://www.nomisweb.co.uk/api/v01/dataset/"
AREAS = (
    "geography=1778384906...1778384910,1778384958,1778385139...1778385142,1778385154...1778385158,2013265923,2092957699"
)
SURVEY = f"{BASE}NM_17_5.data.csv?{AREAS}&time=2004-12,latest&variable="
PARTS = "&measures=20599,21001,21002,21003"
ONS_EARNINGS = "/employmentandlabourmarket/peopleinwork/earningsandworkinghours/datasets/"

REQUESTS = {
    "E-EJ-01": f"{SURVEY}45{PARTS}",
    "E-EJ-02": f"{BASE}NM_127_1.data.csv?{AREAS}&time=2004-12,latest&item=2&measures=20100,20701",
    "E-EJ-03": f"{SURVEY}111{PARTS}",
    "E-EJ-03-ELS": (
        "https://www.ons.gov.uk/explore-local-statistics/api/v1/data.csv?indicator=economic-inactivity-rate&geo=all"
        "&time=all&includeNames=true&includeStatus=true"
    ),
    "E-EJ-05": f"{SURVEY}248,249,1180{PARTS}",
    "E-EJ-06": f"{SURVEY}248,249,1180{PARTS}",
    "E-EJ-07": f"{BASE}NM_162_1.data.csv?{AREAS}&time=2023-01,latest&gender=0&age=0&measure=2&measures=20100",
    "E-EJ-08": f"{BASE}NM_57_1.data.csv?{AREAS}&time=2000,latest&item=1,3&measures=20100",
    "E-EJ-09": f"{BASE}NM_57_1.data.csv?{AREAS}&time=2000,latest&item=1,3&measures=20100",
    "E-EJ-10": (
        f"{BASE}NM_189_1.data.csv?{AREAS}&time=2015,latest&industry=37748736&employment_status=1&measure=1"
        "&measures=20100"
    ),
    "E-EJ-12": f"{SURVEY}1487{PARTS}",
    "E-EJ-13": f"{SURVEY}1213{PARTS}",
    "E-EJ-14-SICK": f"{BASE}NM_17_1.data.csv?{AREAS}&time=2004-12,latest&cell=404819713&measures=20100,20701",
    "E-EJ-14-INACTIVE": f"{SURVEY}111{PARTS}",
    "E-EJ-15": (
        f"{BASE}NM_137_1.data.csv?{AREAS}&time=first,latest&households_children=2&eastatus=3&depchild=1&housetype=0"
        "&measures=20301"
    ),
    "E-EJ-16": "landed:ons/paye-rti-local",
    "E-EJ-17": f"{SURVEY}248,249,1180{PARTS}",
    "E-EI-01": f"{BASE}NM_30_1.data.csv?{AREAS}&time=2008,latest&sex=8&item=2&pay=1&measures=20100,20701",
    "E-EI-02": f"{BASE}NM_30_1.data.csv?{AREAS}&time=2008,latest&sex=7&item=2&pay=1&measures=20100,20701",
    "E-EI-03": f"{BASE}NM_99_1.data.csv?{AREAS}&time=2008,latest&sex=8&item=2&pay=1&measures=20100,20701",
    "E-EI-04": "landed:ons/ashe-table-8-7a?release=2025-provisional",
    "E-EI-06": f"{BASE}NM_99_1.data.csv?{AREAS}&time=2021,latest&sex=1,3&item=2&pay=6&measures=20100,20701",
    "E-EI-07": "landed:ons/ashe-table-8-7a?release=2025-provisional",
    "E-EI-08": f"{BASE}NM_185_1.data.csv?{AREAS}&time=1997,latest&component_of_gdhi=0&measure=2&measures=20100",
    "E-EI-09": (
        f"https://www.ons.gov.uk/file?uri={ONS_EARNINGS}numberandproportionofemployeejobswithhourlypaybelowthelivingwage"
        "/2025provisional/ashelwf2025provisional.zip"
    ),
    "E-EI-10": "landed:ons/paye-rti-local",
}
MADE_OF = {
    "E-EJ-04": ("E-EJ-03",),
    "E-EJ-14": ("E-EJ-14-INACTIVE", "E-EJ-14-SICK"),
    "E-EI-05": ("E-EI-01", "E-EI-03"),
}
DRAFTS = ("E-EJ-12", "E-EJ-14", "E-EJ-14-INACTIVE", "E-EJ-14-SICK")
ACTIVE = tuple(name for name in sorted({*REQUESTS, *MADE_OF}) if name not in DRAFTS)

# Published by ONS in Explore Local Statistics: economic inactivity and modelled unemployment 2023, median gross weekly
# pay of all employees in April 2025 with its 95 % interval, disposable income of households per head 2023.
INACTIVE_2023 = dict(
    zip(
        DISTRICTS,
        (25.2, 20.7, 22.9, 22.7, 18.6, 19.4, 27.1, 23.1, 28.7, 24.7, 24.9, 21.5, 22.8, 23.1, 22.4),
        strict=True,
    )
)
UNEMPLOYED_2023 = dict(
    zip(DISTRICTS, (3.0, 2.6, 3.1, 2.8, 2.5, 2.4, 2.9, 3.2, 3.3, 3.9, 5.0, 3.3, 3.9, 4.1, 2.9), strict=True)
)
PAY_2025 = {
    "E06000010": (565.9, 530.4, 601.4),
    "E06000011": (619.7, 569.9, 669.5),
    "E06000012": (574.9, 521.9, 627.9),
    "E06000013": (614.0, 562.3, 665.7),
    "E06000014": (613.1, 556.6, 669.6),
    "E06000065": (604.8, 577.5, 632.1),
    "E08000016": (618.6, 554.3, 682.9),
    "E08000017": (601.5, 555.5, 647.5),
    "E08000018": (576.2, 535.5, 616.9),
    "E08000019": (606.6, 576.9, 636.3),
    "E08000032": (559.9, 533.6, 586.2),
    "E08000033": (613.3, 568.8, 657.8),
    "E08000034": (600.7, 568.9, 632.5),
    "E08000035": (610.7, 583.2, 638.2),
    "E08000036": (595.4, 562.7, 628.1),
}
INCOME_2023 = dict(
    zip(
        DISTRICTS,
        (
            *(17001, 23705, 19796, 19950, 23553, 26697, 20404, 19922),
            *(19793, 19462, 17784, 21103, 20010, 21694, 20706),
        ),
        strict=True,
    )
)

# Of these every figure in the demonstration is published; of all others some or all are made up, and all say so.
PUBLISHED = {
    *("E-EJ-01", "E-EJ-02", "E-EJ-03", "E-EJ-03-ELS", "E-EJ-04"),
    *("E-EI-02", "E-EI-04", "E-EI-07", "E-EI-08"),
}

Change = Callable[[list[dict[str, str]]], list[dict[str, str]]]


@cache
def planned() -> dict[str, Plan]:
    """The plans of all of them, by id."""
    reading = read_specs([CATALOGUE / "economy" / f"{name}.yaml" for name in {*REQUESTS, *MADE_OF}], CATALOGUE)
    assert list(map(str, reading.problems)) == []
    return {plan.spec.id: plan for plan in compile_plans(reading.specs, SETTINGS)}


@pytest.fixture(scope="module")
def demo(demonstration: Demonstration) -> Observed:
    """What is current of these indicators after a demonstration of all."""
    return demonstration.observed(ACTIVE)


def of(demo: Observed, indicator: str, period: str) -> dict[str, dict[str, Any]]:
    """One period of one indicator, by area."""
    return {code: row for (name, code, when), row in demo.items() if (name, when) == (indicator, period)}


@pytest.fixture
def altered(tmp_path: Path, cli: Cli) -> Callable[..., Any]:
    """Runs indicators in a demonstration in which an answer is another one."""

    def run(indicators: tuple[str, ...], recording: str, content: bytes, file: str = "data.csv") -> Any:
        folder = tmp_path / "indicators"
        (folder / "economy").mkdir(parents=True)
        for name in indicators:
            shutil.copy(CATALOGUE / "economy" / f"{name}.yaml", folder / "economy")
        there = folder / "recordings" / recording
        there.mkdir(parents=True)
        shutil.copy(CATALOGUE / "recordings" / recording / "exchange.json", there)
        (there / file).write_bytes(content)
        return cli("run", "--all", "--demo", "--catalogue", folder)

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
        ("E-EJ-05", "E-EJ-06", "E-EJ-17"),
        ("E-EJ-08", "E-EJ-09"),
        ("E-EI-04", "E-EI-07"),
        ("E-EI-10", "E-EJ-16"),
        ("E-EJ-03", "E-EJ-14-INACTIVE"),
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


# What was published comes out of the database.


@pytest.mark.parametrize(
    ("indicator", "period", "published"),
    [
        ("E-EJ-03", "2023-01-01/P1Y", INACTIVE_2023),
        ("E-EJ-03-ELS", "2023-01-01/P1Y", INACTIVE_2023),
        ("E-EJ-02", "2023-01-01/P1Y", UNEMPLOYED_2023),
        ("E-EI-08", "2023-01-01/P1Y", INCOME_2023),
        ("E-EI-02", "2025-04-30/P1D", {code: value for code, (value, _, _) in PAY_2025.items()}),
        ("E-EJ-01", "2023-01-01/P1Y", {code: value for code, (value, _, _) in EMPLOYMENT_2023.items()}),
    ],
)
def test_published_values(demo: Observed, indicator: str, period: str, published: dict[str, float]) -> None:
    found = of(demo, indicator, period)
    assert {code: found[code]["value"] for code in DISTRICTS} == published
    assert {row["origin"] for row in found.values()} == {"published"}


@pytest.mark.parametrize(
    ("indicator", "period", "published"),
    [("E-EJ-01", "2023-01-01/P1Y", EMPLOYMENT_2023), ("E-EI-02", "2025-04-30/P1D", PAY_2025)],
)
def test_published_intervals(
    demo: Observed, indicator: str, period: str, published: dict[str, tuple[float, float, float]]
) -> None:
    found = of(demo, indicator, period)
    limits = {code: (round(found[code]["lower_ci"], 1), round(found[code]["upper_ci"], 1)) for code in DISTRICTS}
    assert limits == {code: (lower, upper) for code, (_, lower, upper) in published.items()}


@pytest.mark.parametrize("indicator", ["E-EI-02", "E-EI-08", "E-EI-07", "E-EI-04"])
def test_the_latest_year_is_provisional(demo: Observed, indicator: str) -> None:
    found = {code: row for (name, code, _), row in demo.items() if name == indicator}
    assert {found[code]["obs_status"] for code in DISTRICTS} == {"P"}


def test_kirklees(demo: Observed, samples: Path) -> None:
    """Single values that a real answer of Nomis has."""
    found = {
        (row["ITEM_NAME"], row["DATE"]): float(row["OBS_VALUE"])
        for row in sample(samples, "NM_57_1_jobs_density_kirklees_2023.csv")
    }
    assert demo["E-EJ-09", "E08000034", "2023-01-01/P1Y"]["value"] == found["Total jobs", "2023"]
    assert demo["E-EJ-08", "E08000034", "2023-01-01/P1Y"]["value"] == found["Jobs density", "2023"]
    totals = sample(samples, "NM_189_1_bres_broad_industry_kirklees_2024.csv")
    counts = {float(row["OBS_VALUE"]) for row in totals if row["MEASURE_NAME"] == "Count"}
    assert {demo["E-EJ-10", "E08000034", "2024-01-01/P1Y"]["value"]} == counts


def sample(samples: Path, name: str) -> list[dict[str, str]]:
    """The rows of a real answer of Nomis."""
    with (samples / "nomis" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_inactivity_of_all_years(demo: Observed, samples: Path) -> None:
    """Every area and year, with its limits; and activity is all the rest."""
    with (samples / "els" / "employment-rate_yh.csv").open(encoding="utf-8-sig", newline="") as file:
        said = [row for row in csv.DictReader(file) if row["indicator"] == "Economically inactive"]
    compared = [row for row in said if row["areacd"] in EVERYWHERE]
    assert len(compared) == 20 * len(EVERYWHERE)
    for row in compared:
        numbers = [round(float(row[name]), 1) for name in ("observation", "lci_95", "uci_95")]
        inactive = demo["E-EJ-03", row["areacd"], row["period"]]
        active = demo["E-EJ-04", row["areacd"], row["period"]]
        assert [inactive["value"], inactive["lower_ci"], inactive["upper_ci"]] == pytest.approx(numbers)
        assert [active["value"], active["upper_ci"], active["lower_ci"]] == pytest.approx(
            [100 - one for one in numbers]
        )


def test_the_ratio_of_percentiles(demo: Observed, samples: Path) -> None:
    file = samples / "ons" / "ashe_table8_7a_annual_pay_gross_2025_provisional.csv"
    with file.open(encoding="cp1252", newline="") as opened:
        printed = {row[1]: (row[8], row[15]) for row in csv.reader(opened) if len(row) > 16}
    codes = {**{code: code for code in DISTRICTS}, "E08000016": "E08000038", "E08000019": "E08000039"}
    for code, now in codes.items():
        low, high = (float(text.replace(",", "")) for text in printed[now])
        assert demo["E-EI-07", code, "2024-04-01/P1Y"]["value"] == pytest.approx(high / low, rel=1e-9)


def test_every_figure_says_whether_it_is_published(demo: Observed) -> None:
    origins = {(name, row["origin"]) for (name, _, _), row in demo.items()}
    assert origins == {(name, "published" if name in PUBLISHED else "synthetic") for name in ACTIVE}


# Where there are figures, and where there are none.

WITHOUT_SOME = {"E-EJ-13": 4, "E-EJ-15": 10}
DISTRICTS_ALONE = ("E-EI-10", "E-EJ-16")


@pytest.mark.parametrize("indicator", [name for name in ACTIVE if name not in DISTRICTS_ALONE])
def test_fifteen_districts_the_region_and_england(demo: Observed, indicator: str) -> None:
    latest = max(period for name, _, period in demo if name == indicator)
    found = of(demo, indicator, latest)
    assert set(found) == EVERYWHERE
    absent = {code for code in DISTRICTS if found[code]["value"] is None}
    reasons = {found[code]["status_reason"] for code in absent}
    if indicator == "E-EI-09":
        assert (absent, reasons) == ({"E06000013"}, {"too_unreliable_to_publish"})
    else:
        assert len(DISTRICTS) - len(absent) == WITHOUT_SOME.get(indicator, len(DISTRICTS))
        assert reasons <= {"not_available"}


@pytest.mark.parametrize("indicator", DISTRICTS_ALONE)
def test_tax_records_of_districts_have_neither_region_nor_country(demo: Observed, indicator: str) -> None:
    assert {code for name, code, _ in demo if name == indicator} == set(DISTRICTS)
    assert {period[-3:] for name, _, period in demo if name == indicator} == {"P1M"}


def test_modelled_unemployment_of_north_yorkshire(demo: Observed) -> None:
    """As one district it has values from 2022 on, and no intervals."""
    found = {period[:4]: row for (name, code, period), row in demo.items() if (name, code) == ("E-EJ-02", "E06000065")}
    assert {year: row["value"] for year, row in found.items() if row["value"] is not None} == {"2022": 2.6, "2023": 2.4}
    assert {row["status_reason"] for year, row in found.items() if year < "2022"} == {"not_available"}
    assert {(row["lower_ci"], row["upper_ci"]) for row in found.values()} == {(None, None)}
    others = [row for (name, code, _), row in demo.items() if name == "E-EJ-02" and code != NORTH_YORKSHIRE]
    assert all(row["lower_ci"] < row["value"] < row["upper_ci"] for row in others)


@pytest.mark.parametrize("indicator", ["E-EJ-01", "E-EJ-02", "E-EJ-03", "E-EJ-04", "E-EJ-05", "E-EJ-06", "E-EJ-17"])
def test_surveys_are_of_calendar_years(demo: Observed, indicator: str) -> None:
    assert {period[4:] for name, _, period in demo if name == indicator} == {"-01-01/P1Y"}


def test_pay_of_residents_over_pay_of_workplaces(demo: Observed) -> None:
    """The two are of different data sets, and the ratio is that of the same year and area."""
    for (name, code, period), row in demo.items():
        if name == "E-EI-05":
            residents, workplaces = (demo[other, code, period]["value"] for other in ("E-EI-01", "E-EI-03"))
            assert row["value"] == pytest.approx(residents / workplaces, rel=1e-9)


def test_jobs_below_the_living_wage_are_the_estimates_not_their_precision(demo: Observed) -> None:
    """The zip also holds the coefficients of variation, in tables of the same form."""
    archive = CATALOGUE / "recordings" / "ons" / "living-wage-foundation" / "data.zip"
    with zipfile.ZipFile(archive) as held:
        assert sorted(name[:36] for name in held.namelist()) == [
            "Work Geography LWF Table 7 LWF.1a   ",
            "Work Geography LWF Table 7 LWF.1b   ",
        ]
    assert demo["E-EI-09", "E08000035", "2025-04-30/P1D"]["value"] == 13.9


# What the sources do unexpectedly.


def told(said: Any) -> list[str]:
    """The lines about what was found, without those on the catalogue and the database."""
    return said.sentences[2:]


def test_windows_that_end_in_other_months_are_left_out(altered: Callable[..., Any], tmp_path: Path) -> None:
    """The date is the last month of twelve: 2023-09 is no part of 2023 as a calendar year."""

    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        window = {"DATE": "2023-09", "DATE_NAME": "Oct 2022-Sep 2023", "DATE_CODE": "2023-09", "OBS_VALUE": "1"}
        further = [{**row, **window, "URN": f"{row['URN']}x"} for row in rows if row["DATE"] == "2023-12"]
        return [*rows, *further]

    recording = "nomis/NM_127_1"
    said = altered(("E-EJ-02",), recording, answer(recording, change))
    assert said.code == 0, said.err
    found = observed(tmp_path / "yhovi-demo.db")
    assert len(found) == 20 * len(EVERYWHERE)
    assert found["E-EJ-02", "E08000032", "2023-01-01/P1Y"]["value"] == 5.0


def test_another_variable_under_the_code_is_not_loaded(altered: Callable[..., Any]) -> None:
    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{**row, "VARIABLE_NAME": row["VARIABLE_NAME"].replace("self employed", "students")} for row in rows]

    recording = "nomis/NM_17_5/employees-self-employed-training"
    said = altered(("E-EJ-05",), recording, answer(recording, change))
    assert said.code == 4
    assert told(said) == [
        "error: E-EJ-05: No observation came out. Look at the recipe's keep steps.",
        "  Nothing was loaded; what was loaded before is untouched.",
    ]


def test_half_widths_are_not_taken_for_coefficients_of_variation(altered: Callable[..., Any]) -> None:
    """Were Nomis's Confidence in pounds, hardly an area would be left, and nothing is loaded."""

    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [
            {**row, "OBS_VALUE": row["OBS_VALUE"] and "35.5"} if row["MEASURES_NAME"] == "Confidence" else row
            for row in rows
        ]

    recording = "nomis/NM_30_1/weekly-pay"
    said = altered(("E-EI-02",), recording, answer(recording, change))
    assert said.code == 4
    assert told(said) == [
        (
            "error: E-EI-02: No observation of level lad came. The source left areas out, or prints codes that the "
            "recipe drops. The published figure for E06000065 2025-04-30/P1D is 604.8, but no observation came out. "
            "Cited from: ONS, Explore Local Statistics, gross median weekly pay, North Yorkshire, April 2025 (577.5 "
            "to 632.1). The published figure for E08000035 2025-04-30/P1D is 610.7, but no observation came out. "
            "Cited from: ONS, Explore Local Statistics, gross median weekly pay, Leeds, April 2025 (583.2 to 638.2)."
        ),
        "  Nothing was loaded; what was loaded before is untouched.",
    ]


def test_counts_with_percentages_between_them_are_refused(altered: Callable[..., Any]) -> None:
    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        shares = {"MEASURE": "2", "MEASURE_NAME": "Industry percentage", "MEASURE_CODE": "2", "OBS_VALUE": "100"}
        return [one for row in rows for one in (row, {**row, **shares, "URN": f"{row['URN']}x"})]

    recording = "nomis/NM_189_1/all-industries"
    said = altered(("E-EJ-10",), recording, answer(recording, change))
    assert said.code == 3
    assert told(said) == [
        f"error: E-EJ-10: The answer isn't what was asked for: MEASURE also holds 2. ({REQUESTS['E-EJ-10']})",
        "  Nomis drops codes that it doesn't know, or answers with the total: check the codes of the query.",
    ]


@pytest.mark.parametrize("written", ["{}", "{}-12"])
def test_years_of_households_however_they_are_written(
    altered: Callable[..., Any], tmp_path: Path, written: str
) -> None:
    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{**row, "DATE": written.format(row["DATE"][:4])} for row in rows]

    recording = "nomis/NM_137_1"
    assert altered(("E-EJ-15",), recording, answer(recording, change)).code == 0
    assert {period for _, _, period in observed(tmp_path / "yhovi-demo.db")} == {
        f"{year}-01-01/P1Y" for year in range(2018, 2024)
    }


def test_years_of_households_that_end_elsewhere_are_refused(altered: Callable[..., Any]) -> None:
    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{**row, "DATE": f"{row['DATE'][:4]}-06"} for row in rows]

    recording = "nomis/NM_137_1"
    said = altered(("E-EJ-15",), recording, answer(recording, change))
    assert said.code == 3
    assert told(said) == [
        (
            "error: E-EJ-15: `DATE` holds '2018-06', '2019-06', '2020-06', '2021-06', '2022-06' and 1 other text where "
            f"([0-9]{{4}})(?:-12)? is expected. ({REQUESTS['E-EJ-15']})"
        ),
        (
            "  Drop these rows with keep if they are no data, use a pattern that takes them in, or leave their parts "
            "blank with others: blank."
        ),
    ]


def test_a_second_route_that_differs_is_told(altered: Callable[..., Any]) -> None:
    recording = "els/economic-inactivity-rate"
    content = (CATALOGUE / "recordings" / recording / "data.csv").read_bytes()
    other = content.replace(b"Kirklees,2022-01-01/P1Y,26.7,", b"Kirklees,2022-01-01/P1Y,26.9,")
    assert other != content
    said = altered(("E-EJ-03", "E-EJ-03-ELS"), recording, other)
    assert said.code == 0
    assert told(said) == [
        (
            "warning: E-EJ-03: 1 of 340 numbers differs by more than 0.05 from E-EJ-03-ELS: E08000034 Kirklees "
            "2022-01-01/P1Y 26.7, there 26.9."
        ),
    ]


def test_a_zip_without_the_table_of_estimates_is_refused(altered: Callable[..., Any]) -> None:
    """That of the precision is not read in its place."""
    recording = "ons/living-wage-foundation"
    only = io.BytesIO()
    with zipfile.ZipFile(CATALOGUE / "recordings" / recording / "data.zip") as held, zipfile.ZipFile(only, "w") as left:
        name = next(name for name in held.namelist() if "LWF.1b" in name)
        left.writestr(name, held.read(name))
    said = altered(("E-EI-09",), recording, only.getvalue(), "data.zip")
    assert said.code == 3
    assert told(said) == [
        (
            "error: E-EI-09: No file in the zip fits '*Work Geography LWF Table 7 LWF.1a*.xlsx'. It holds 'Work "
            "Geography "
            f"LWF Table 7 LWF.1b   lwfmgx 2025 CV.xlsx'. ({REQUESTS['E-EI-09']})"
        ),
        "  Correct read: member.",
    ]
