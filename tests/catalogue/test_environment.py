"""Net zero, waste and recycling, natural environment: what is asked, what comes out, and the traps of the sources."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yhovi.indicators
from openpyxl import load_workbook
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.plan import Plan
from yhovi.engine.settings import Settings
from yhovi.engine.spec import read_specs

from support.commands import Cli, Said
from support.demonstration import Demonstration
from support.figures import EMPLOYMENT_2023
from support.observed import Observed, observed

pytestmark = pytest.mark.untraced

CATALOGUE = Path(str(files(yhovi.indicators)))
SETTINGS = Settings(Path())
REGION, ENGLAND, NORTH_YORKSHIRE, LEEDS, HULL = "E12000003", "E92000001", "E06000065", "E08000035", "E06000010"
DISTRICTS = tuple(EMPLOYMENT_2023)
FORMER_DISTRICTS = tuple(f"E0700016{number}" for number in range(3, 10))

EMISSIONS = (
    "https://assets.publishing.service.gov.uk/media/68653c7ee6c3cc924228943f/"
    "2005-23-uk-local-authority-ghg-emissions-CSV-dataset.csv"
)
EXPLORER = (
    "https://www.ons.gov.uk/explore-local-statistics/api/v1/data.csv?indicator={}&geo=all&time=all&includeNames=true"
    "&includeStatus=true"
)
WASTE = (
    "https://www.gov.uk/api/content/government/statistical-data-sets/"
    "env18-local-authority-collected-waste-annual-results-tables"
)
GREEN_SPACE = (
    "https://www.ons.gov.uk/file?uri=/economy/environmentalaccounts/datasets/"
    "accesstogardensandpublicgreenspaceingreatbritain/"
)
REQUESTS = {
    **{f"E-NZ-0{number}": EMISSIONS for number in range(1, 6)},
    "E-NZ-01-EXPLORER": EXPLORER.format("greenhouse-gas-emissions"),
    "E-NZ-06": EXPLORER.format("domestic-electricity-consumption"),
    "E-NZ-07": EXPLORER.format("domestic-gas-consumption"),
    "E-NZ-08": EXPLORER.format("electric-vehicle-public-charging-devices"),
    "E-NZ-09": "https://www.gov.uk/api/content/government/statistics/regional-renewable-statistics",
    "E-WR-01": WASTE,
    "E-WR-01-TONNES": WASTE,
    "E-WR-02-TONNES": WASTE,
    "E-WR-03-TONNES": WASTE,
    "E-NE-01": "https://uk-air.defra.gov.uk/data/pcm-data",
    "E-NE-01-FINGERTIPS": (
        "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id?indicator_ids=93867&child_area_type_id=501"
        "&parent_area_type_id=6"
    ),
    "E-NE-02": (
        "https://fingertips.phe.org.uk/api/all_data/csv/by_indicator_id?indicator_ids=93861&child_area_type_id=501"
        "&parent_area_type_id=6"
    ),
    "E-NE-03": (f"{GREEN_SPACE}accesstogardenspacegreatbritainapril2020/osprivateoutdoorspacereferencetables.xlsx"),
    "E-NE-04": (
        f"{GREEN_SPACE}accesstopublicparksandplayingfieldsgreatbritainapril2020/ospublicgreenspacereferencetables.xlsx"
    ),
    "E-NE-05": EXPLORER.format("air-pollution-regulating"),
    "E-NE-06": EXPLORER.format("greenhouse-gas-regulating"),
}
MADE_OF = {"E-WR-02": ("E-WR-02-TONNES", "S-D-01"), "E-WR-03": ("E-WR-03-TONNES", "S-D-01")}
DRAFTS = ("E-NE-04", "E-NZ-09")
ACTIVE = tuple(name for name in sorted({*REQUESTS, *MADE_OF}) if name not in DRAFTS)
PUBLISHED = ("E-NE-03", "E-NE-05", "E-NE-06", "E-NZ-01-EXPLORER", "E-NZ-06", "E-NZ-07", "E-NZ-08")

# Published: emissions per head 2023 (DESNZ, in Explore Local Statistics), the use of electricity and gas 2023/24
# (DESNZ), chargers on 1 April 2026 (DfT), what habitats do, 2024 and 2023 (ONS).
VALUES = {
    ("E-NZ-01", LEEDS, "2023-01-01/P1Y"): 4.28,
    ("E-NZ-01", NORTH_YORKSHIRE, "2023-01-01/P1Y"): 8.93,
    ("E-NZ-01", "E08000016", "2023-01-01/P1Y"): 4.65,
    ("E-NZ-06", LEEDS, "2023-02-01/P1Y"): 2479.4,
    ("E-NZ-06", "E06000014", "2021-02-01/P1Y"): 2637.15,
    ("E-NZ-06", REGION, "2023-02-01/P1Y"): 2427.4,
    ("E-NZ-07", LEEDS, "2023-05-15/P1Y"): 10432.67076,
    ("E-NZ-07", HULL, "2022-05-15/P1Y"): 8648.213943,
    ("E-NZ-08", LEEDS, "2026-04-01/P1D"): 134.28949028,
    ("E-NZ-08", NORTH_YORKSHIRE, "2026-04-01/P1D"): 182.59952461,
    ("E-NZ-08", REGION, "2026-01-01/P1D"): 108.4618582,
    ("E-NE-05", LEEDS, "2024-01-01/P1Y"): 34.867492,
    ("E-NE-05", NORTH_YORKSHIRE, "2024-01-01/P1Y"): 25.615196,
    ("E-NE-05", ENGLAND, "2024-01-01/P1Y"): 2488.910561,
    ("E-NE-06", LEEDS, "2023-01-01/P1Y"): 6.618106,
    ("E-NE-06", NORTH_YORKSHIRE, "2023-01-01/P1Y"): 55.08424,
    ("E-WR-01", ENGLAND, "2019-04-01/P1Y"): 43.8,
    ("E-WR-01", ENGLAND, "2020-04-01/P1Y"): 42.3,
}
LATEST = {
    **{name: "2023-01-01/P1Y" for name in REQUESTS if EMISSIONS in REQUESTS[name]},
    "E-NZ-01-EXPLORER": "2023-01-01/P1Y",
    "E-NZ-06": "2023-02-01/P1Y",
    "E-NZ-07": "2023-05-15/P1Y",
    "E-NZ-08": "2026-04-01/P1D",
    **{name: "2023-04-01/P1Y" for name in ACTIVE if name.startswith("E-WR")},
    "E-NE-01": "2024-01-01/P1Y",
    "E-NE-01-FINGERTIPS": "2024-01-01/P1Y",
    "E-NE-02": "2024-01-01/P1Y",
    "E-NE-03": "2020-04-01/P1D",
    "E-NE-05": "2024-01-01/P1Y",
    "E-NE-06": "2023-01-01/P1Y",
}
WIDER = {
    **{name: {REGION, ENGLAND} for name in ("E-NZ-01-EXPLORER", "E-NE-01-FINGERTIPS", "E-NE-02")},
    **{name: {REGION} for name in ("E-NZ-06", "E-NZ-08")},
    **{name: {ENGLAND} for name in ("E-NE-05", *(name for name in ACTIVE if name.startswith("E-WR")))},
}

Altered = Callable[..., tuple[Said, Observed]]


@cache
def planned() -> dict[str, Plan]:
    """The plans of all of them, by id."""
    reading = read_specs([CATALOGUE / "environment" / f"{name}.yaml" for name in {*REQUESTS, *MADE_OF}], CATALOGUE)
    assert list(map(str, reading.problems)) == []
    return {plan.spec.id: plan for plan in compile_plans(reading.specs, SETTINGS)}


@pytest.fixture(scope="module")
def demo(demonstration: Demonstration) -> Observed:
    """What is current of these indicators after a demonstration of all."""
    return demonstration.observed([*ACTIVE, "S-D-01"])


@pytest.fixture
def altered(tmp_path: Path, cli: Cli) -> Altered:
    """Runs one indicator in a demonstration in which a file of its answer is another one."""

    def run(indicator: str, recording: str, file: str, change: Callable[[bytes], bytes]) -> tuple[Said, Observed]:
        folder = tmp_path / "indicators"
        (folder / "environment").mkdir(parents=True)
        shutil.copy(CATALOGUE / "environment" / f"{indicator}.yaml", folder / "environment")
        there = folder / "recordings" / recording
        shutil.copytree(CATALOGUE / "recordings" / recording, there)
        (there / file).write_bytes(change((there / file).read_bytes()))
        said = cli("run", "--all", "--demo", "--catalogue", folder)
        database = Path("yhovi-demo.db")
        return said, observed(database) if database.exists() else {}

    return run


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
        ("E-NZ-01", "E-NZ-02", "E-NZ-03", "E-NZ-04", "E-NZ-05"),
        ("E-WR-01", "E-WR-01-TONNES", "E-WR-02-TONNES", "E-WR-03-TONNES"),
    ],
)
def test_what_comes_in_one_file_is_asked_once(together: tuple[str, ...]) -> None:
    exchanges = [planned()[name].described()["exchange"] for name in together]
    assert len({(exchange["dataset"], exchange["first_request"]) for exchange in exchanges}) == 1


@pytest.mark.parametrize("indicator", DRAFTS)
def test_what_nobody_verified_is_a_draft_with_its_reason(indicator: str) -> None:
    spec = planned()[indicator].spec
    assert (spec.status, spec.status_reason[-1]) == ("draft", ".")


def test_all_others_are_active() -> None:
    assert {name for name, plan in planned().items() if plan.spec.status == "active"} == set(ACTIVE)


# What was published comes out of the database.


@pytest.mark.parametrize("key", VALUES, ids=" ".join)
def test_published_values(demo: Observed, key: tuple[str, str, str]) -> None:
    row = demo[key]
    assert row["value"] == pytest.approx(VALUES[key], rel=1e-9, abs=1e-9)
    assert (row["obs_status"], row["status_reason"]) == ("A", None)


def test_emissions_of_all_years(demo: Observed, samples: Path) -> None:
    """Every area and year as the service has it, once, though Barnsley and Sheffield are printed under two codes."""
    with (samples / "els" / "greenhouse-gas-emissions.csv").open(encoding="utf-8-sig", newline="") as file:
        said = [row for row in csv.DictReader(file) if row["areacd"] in {*DISTRICTS, REGION, ENGLAND}]
    published = {("E-NZ-01-EXPLORER", row["areacd"], row["period"]): float(row["observation"]) for row in said}
    assert len(published) == 19 * 17
    assert {key: row["value"] for key, row in demo.items() if key[0] == "E-NZ-01-EXPLORER"} == published


@pytest.mark.nightly
def test_gardens_are_those_of_the_file(demo: Observed, samples: Path) -> None:
    """As printed to a tenth of a percent; North Yorkshire, which is younger, from the counts of seven districts."""
    book = load_workbook(samples / "ons" / "osprivateoutdoorspacereferencetables_april2020.xlsx", data_only=True)
    rows = {row[4]: row for row in book["LAD gardens"].iter_rows(min_row=3, values_only=True)}
    found = {code: demo["E-NE-03", code, "2020-04-01/P1D"] for code in DISTRICTS}
    for code in set(DISTRICTS) - {NORTH_YORKSHIRE}:
        assert round(found[code]["value"], 1) == pytest.approx(rows[code][22] * 100)
        assert (found[code]["numerator"], found[code]["denominator"]) == (rows[code][20], rows[code][19])
    parts = [rows[code] for code in FORMER_DISTRICTS]
    row = found[NORTH_YORKSHIRE]
    assert (row["numerator"], row["denominator"]) == (sum(part[20] for part in parts), sum(part[19] for part in parts))
    assert (round(row["value"], 4), row["status_flags"]) == (90.4989, "rederived_from_parts")


@pytest.mark.parametrize("indicator", ACTIVE)
def test_fifteen_districts_with_values(demo: Observed, indicator: str) -> None:
    found = {code for (name, code, when), row in demo.items() if (name, when) == (indicator, LATEST[indicator])}
    assert found == {*DISTRICTS, *WIDER.get(indicator, ())}
    assert all(row["value"] is not None for (name, _, _), row in demo.items() if name == indicator)
    assert max(when for name, _, when in demo if name == indicator) == LATEST[indicator]


def test_every_figure_says_whether_it_is_published(demo: Observed) -> None:
    origins = {(name, row["origin"]) for (name, _, _), row in demo.items() if name != "S-D-01"}
    assert origins == {(name, "published" if name in PUBLISHED else "synthetic") for name in ACTIVE}


# Traps.


def test_population_counts_once_and_in_thousands(demo: Observed) -> None:
    """It stands on each row of the file again: by sector, sub-sector and gas."""
    row = demo["E-NZ-01", LEEDS, "2023-01-01/P1Y"]
    assert row["denominator"] == 829.413
    assert row["value"] == pytest.approx(row["numerator"] / 829.413)


@pytest.mark.parametrize("code", DISTRICTS)
def test_the_gases_are_all_there_is(demo: Observed, code: str) -> None:
    parts = [demo[name, code, "2023-01-01/P1Y"] for name in ("E-NZ-02", "E-NZ-03", "E-NZ-04")]
    whole, inside = (demo[name, code, "2023-01-01/P1Y"] for name in ("E-NZ-01", "E-NZ-05"))
    assert sum(part["numerator"] for part in parts) == pytest.approx(whole["numerator"])
    assert sum(part["value"] for part in parts) == pytest.approx(whole["value"])
    assert {part["denominator"] for part in (*parts, inside)} == {whole["denominator"]}
    assert 0 < inside["value"] < parts[0]["value"]


def test_a_column_that_is_called_otherwise_stops_the_indicator(altered: Altered) -> None:
    """As that of what councils can influence was in earlier editions."""

    def older(content: bytes) -> bytes:
        return content.replace(b"Emissions within the scope", b"CO2 emissions within the scope", 1)

    said, found = altered("E-NZ-05", "desnz/ghg-emissions-la", "data.csv", older)
    assert (said.code, found) == (3, {})
    assert (
        "error: E-NZ-05: 1 declared column is missing: 'Emissions within the scope of influence of LAs (kt CO2)' (did "
        "you mean 'CO2 emissions within the scope of influence of LAs (kt CO2)'?)."
    ) in said.err


def test_shares_of_waste_are_printed_as_fractions(demo: Observed) -> None:
    printed = {row[2]: row[4] for row in waste("Table_3") if row[0] == "2023-24"}
    for code in DISTRICTS:
        assert demo["E-WR-01", code, "2023-04-01/P1Y"]["value"] == pytest.approx(100 * printed[code])


def test_shares_of_waste_that_are_no_fractions_are_held_back(altered: Altered) -> None:
    """If the publisher prints percentages one day."""

    def percentages(content: bytes) -> bytes:
        book = load_workbook(io.BytesIO(content))
        for row in book["Table_3"].iter_rows(min_row=5, min_col=5, max_col=5):
            row[0].value = row[0].value and 100 * row[0].value
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()

    said, found = altered("E-WR-01", "defra/collected-waste", "data.xlsx", percentages)
    assert (said.code, found) == (4, {})


def test_districts_that_only_collect_make_no_rate(demo: Observed) -> None:
    """The county has all household waste, with recycling centres; its districts have what they collect."""
    printed = {row[2]: row[4] for row in waste("Table_3") if row[0] == "2022-23"}
    assert {*FORMER_DISTRICTS, "E10000023"} < printed.keys()
    assert NORTH_YORKSHIRE not in printed
    row = demo["E-WR-01", NORTH_YORKSHIRE, "2022-04-01/P1Y"]
    assert row["value"] == pytest.approx(100 * printed["E10000023"])
    assert (row["obs_status"], row["status_flags"]) == ("A", "former_county")
    tonnes = {row[2]: row[5] for row in waste("Table_1") if row[0] == "2022-23"}
    assert demo["E-WR-02-TONNES", NORTH_YORKSHIRE, "2022-04-01/P1Y"]["value"] == tonnes["E10000023"]
    assert demo["E-WR-01", NORTH_YORKSHIRE, "2023-04-01/P1Y"]["status_flags"] is None


def test_waste_per_person_goes_by_the_population_in_the_middle_of_the_year(demo: Observed) -> None:
    for year in range(2019, 2024):
        row = demo["E-WR-02", LEEDS, f"{year}-04-01/P1Y"]
        tonnes = demo["E-WR-02-TONNES", LEEDS, f"{year}-04-01/P1Y"]["value"]
        residents = demo["S-D-01", LEEDS, f"{year}-06-30/P1D"]["value"]
        assert (row["numerator"], row["denominator"]) == (pytest.approx(1000 * tonnes), residents)
        assert row["value"] == pytest.approx(1000 * tonnes / residents)


def test_what_is_not_recycled_is_more_than_the_regular_collection(demo: Observed) -> None:
    for row in waste("Table_1"):
        if row[2] in DISTRICTS:
            key = ("E-WR-03-TONNES", row[2], f"{row[0][:4]}-04-01/P1Y")
            assert demo[key]["value"] == pytest.approx(row[5] - row[6])
            assert demo[key]["value"] > row[7]


def test_files_without_area_codes_are_left_out(demo: Observed) -> None:
    """Concentrations of years before 2023 are of districts that are numbered."""
    older = (CATALOGUE / "recordings/defra/particulates/2022.csv").read_text(encoding="utf-8")
    assert older.splitlines()[3].startswith("501,")
    assert {when for name, _, when in demo if name == "E-NE-01"} == {"2023-01-01/P1Y", "2024-01-01/P1Y"}


def test_the_total_of_particulates_is_taken(demo: Observed) -> None:
    text = (CATALOGUE / "recordings/defra/particulates/2024.csv").read_text(encoding="utf-8")
    rows = {row[0]: row for row in csv.reader(io.StringIO(text)) if row}
    assert rows["LA code"][1] == "PM2.5 2024 (total)"
    assert {code: demo["E-NE-01", code, "2024-01-01/P1Y"]["value"] for code in DISTRICTS} == {
        code: float(rows[code][1]) for code in DISTRICTS
    }


@pytest.mark.parametrize(
    ("indicator", "other"),
    [("E-NZ-01-EXPLORER", "E-NZ-01"), ("E-NE-01-FINGERTIPS", "E-NE-01"), ("E-WR-01-TONNES", "E-WR-01")],
)
def test_two_routes_lead_to_one_number(demo: Observed, indicator: str, other: str) -> None:
    reconciled = planned()[indicator].spec.checks["reconcile"]
    assert reconciled["with"] == other
    here = {(code, when): row["value"] for (name, code, when), row in demo.items() if name == indicator}
    there = {(code, when): row["value"] for (name, code, when), row in demo.items() if name == other}
    both = {key: (here[key], there[key]) for key in here.keys() & there.keys()}
    assert len(both) >= 2 * len(DISTRICTS)
    assert all(abs(one - two) <= reconciled["tolerance"] for one, two in both.values())


def test_routes_that_part_are_told(tmp_path: Path, cli: Cli) -> None:
    """As if the service had kept the figure of an earlier edition."""
    folder = tmp_path / "indicators"
    (folder / "environment").mkdir(parents=True)
    for name in ("E-NZ-01", "E-NZ-01-EXPLORER"):
        shutil.copy(CATALOGUE / "environment" / f"{name}.yaml", folder / "environment")
    for name in ("desnz/ghg-emissions-la", "els/greenhouse-gas-emissions"):
        shutil.copytree(CATALOGUE / "recordings" / name, folder / "recordings" / name)
    answer = folder / "recordings/els/greenhouse-gas-emissions/data.csv"
    answer.write_bytes(answer.read_bytes().replace(b"Leeds,2022-01-01/P1Y,4.46", b"Leeds,2022-01-01/P1Y,4.51"))
    said = cli("run", "--all", "--demo", "--catalogue", folder)
    lines = {line.split()[0]: line.split()[1:] for line in said.out.splitlines()[1:]}
    assert (said.code, lines["E-NZ-01"][-1], lines["E-NZ-01-EXPLORER"][-1]) == (0, "0", "1")
    assert observed(Path("yhovi-demo.db"))["E-NZ-01", LEEDS, "2022-01-01/P1Y"]["value"] == pytest.approx(4.46)


def test_deprivation_deciles_are_no_areas(demo: Observed) -> None:
    text = (CATALOGUE / "recordings/fingertips/93861/data.csv").read_text(encoding="utf-8")
    england = [
        row for row in csv.DictReader(io.StringIO(text)) if (row["Area Code"], row["Time period"]) == (ENGLAND, "2024")
    ]
    (whole,) = {row["Value"] for row in england if not row["Category Type"]}
    assert len({row["Value"] for row in england}) == 11
    assert demo["E-NE-02", ENGLAND, "2024-01-01/P1Y"]["value"] == float(whole)


def test_a_district_without_gas_meters_has_no_number(altered: Altered) -> None:
    """The service says z, not applicable."""

    def without(content: bytes) -> bytes:
        return content.replace(b"2023-05-15/P1Y,8845.264388,", b"2023-05-15/P1Y,,z")

    said, found = altered("E-NZ-07", "els/domestic-gas-consumption", "data.csv", without)
    row = found["E-NZ-07", HULL, "2023-05-15/P1Y"]
    assert said.code == 0
    assert (row["value"], row["obs_status"], row["status_reason"]) == (None, "M", "not_applicable")


def test_years_of_energy_begin_in_february_and_in_may(demo: Observed) -> None:
    ends = {name: demo[name, LEEDS, LATEST[name]]["period_end"] for name in ("E-NZ-06", "E-NZ-07")}
    assert ends == {"E-NZ-06": "2024-01-31", "E-NZ-07": "2024-05-14"}


def test_a_net_removal_may_be_negative(demo: Observed) -> None:
    assert demo["E-NE-06", "E08000017", "2023-01-01/P1Y"]["value"] == -20.560989


def waste(sheet: str) -> list[tuple[Any, ...]]:
    """The rows of a table of collected waste below its header, as recorded."""
    content = (CATALOGUE / "recordings/defra/collected-waste/data.xlsx").read_bytes()
    rows = load_workbook(io.BytesIO(content))[sheet].iter_rows(min_row=5, values_only=True)
    return [row for row in rows if row[0]]
